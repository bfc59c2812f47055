//! Incidents: what went wrong on a delivery, reported and resolved.

use axum::Json;
use depot_app::{DepotCommand, DepotQuery, FileSchema, IncidentListing, IncidentView, Page, schema};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Of;
use crate::domain::DeliveryCommand;
use crate::domain::delivery::{FileRef, IncidentType, Severity};
use crate::domain::values::{DeliveryId, Description, IncidentId, Note};
use crate::endpoint::Shared;
use crate::extract::{At, Body, OptionalBody, Params};
use crate::problem::Problem;
use crate::request::{Done, Plain, Read, Write};

pub(super) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(of_delivery, report)).routes(routes!(resolve))
}

/// Something that went wrong.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewIncident {
    /// Its id; a fresh one is given where it is left out.
    #[schema(value_type = Option<Uuid>)]
    id: Option<IncidentId>,
    /// What sort; known are Delay, Traffic, Weather, Breakdown, Accident, CargoDamage, AddressProblem,
    /// RecipientUnavailable and Security, and any other text is kept as it is.
    #[serde(rename = "type")]
    #[schema(value_type = schema::IncidentType)]
    kind: IncidentType,
    /// What happened.
    #[schema(value_type = schema::Description)]
    description: Description,
    /// Low, Medium, High or Critical, where it is not what the type suggests.
    #[schema(value_type = Option<schema::Severity>)]
    severity: Option<Severity>,
    /// Photos that show it, by the hash of their content, which may follow; at most 10.
    #[serde(default)]
    #[schema(value_type = Vec<FileSchema>, max_items = 10)]
    photos: Vec<FileRef>,
    /// Refuse unless the delivery has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// How an incident was resolved; may be left out.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IncidentResolution {
    /// In words.
    #[schema(value_type = Option<schema::Note>)]
    note: Option<Note>,
    /// Refuse unless the delivery has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// An incident in a path.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IncidentPath {
    id: DeliveryId,
    incident_id: IncidentId,
}

/// Lists incidents of all deliveries.
#[utoipa::path(get, path = "/api/incidents", tag = "Incidents", params(IncidentListing),
    responses((status = 200, description = "A page of incidents", body = Page<IncidentView>)))]
async fn list(read: Read, Params(listing): Params<IncidentListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Incidents(listing)).await
}

/// Lists the incidents of a delivery.
#[utoipa::path(get, path = "/api/deliveries/{id}/incidents", tag = "Incidents",
    params(("id" = Uuid, Path, description = "Which delivery"), Of<DeliveryId, IncidentListing>),
    responses((status = 200, description = "A page of incidents", body = Page<IncidentView>)))]
async fn of_delivery(read: Read, Of(id, listing): Of<DeliveryId, IncidentListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Delivery { id }).await?;
    read.ask(DepotQuery::Incidents(listing)).await
}

/// Says that something went wrong.
#[utoipa::path(post, path = "/api/deliveries/{id}/incidents", tag = "Incidents",
    params(("id" = Uuid, Path, description = "Which delivery")), request_body = NewIncident,
    responses((status = 200, description = "Reported; `incidentId` names it", body = Done)))]
async fn report(
    write: Write,
    At(id): At<DeliveryId>,
    Body(incident): Body<NewIncident>,
) -> Result<Json<Done>, Problem> {
    let NewIncident { id: incident_id, kind, description, severity, photos, expected_version } = incident;
    let command = DeliveryCommand::ReportIncident { incident_id, kind, description, severity, photos };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}

/// Says that an incident is over.
#[utoipa::path(patch, path = "/api/deliveries/{id}/incidents/{incidentId}/resolve", tag = "Incidents",
    params(("id" = Uuid, Path, description = "Which delivery"),
        ("incidentId" = Uuid, Path, description = "Which incident")),
    request_body = Option<IncidentResolution>,
    responses((status = 200, description = "Resolved", body = Done)))]
async fn resolve(
    write: Write,
    At(IncidentPath { id, incident_id }): At<IncidentPath>,
    OptionalBody(resolution): OptionalBody<IncidentResolution>,
) -> Result<Json<Done>, Problem> {
    let IncidentResolution { note, expected_version } = resolution.unwrap_or_default();
    let command = DeliveryCommand::ResolveIncident { incident_id, note };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}
