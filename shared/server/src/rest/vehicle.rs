//! Vehicles: add, correct, set the status, look at.

use axum::Json;
use depot_app::{
    DeliveryListing, DeliveryRow, DepotCommand, DepotQuery, EntityKind, EventListing, EventPage, Page,
    VehicleListing, VehicleView, schema,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AsOf, Of, PastStateDocument};
use crate::domain::VehicleCommand;
use crate::domain::fleet::vehicle::VehicleStatus;
use crate::domain::values::{Reason, Registration, VehicleId, VehicleType};
use crate::endpoint::Shared;
use crate::extract::{At, Body, Params};
use crate::problem::Problem;
use crate::request::{Done, Plain, Read, Write};

pub(super) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, update))
        .routes(routes!(change_status))
        .routes(routes!(deliveries))
        .routes(routes!(event_logs))
        .routes(routes!(as_of))
}

/// A new vehicle.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewVehicle {
    /// Its id; a fresh one is given where it is left out.
    #[schema(value_type = Option<Uuid>)]
    id: Option<VehicleId>,
    /// The registration.
    #[schema(value_type = schema::Registration)]
    registration: Registration,
    /// What sort of vehicle it is.
    #[schema(value_type = schema::VehicleType)]
    vehicle_type: VehicleType,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// What a vehicle shall be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct VehicleUpdate {
    /// The registration.
    #[schema(value_type = schema::Registration)]
    registration: Registration,
    /// What sort of vehicle it is.
    #[schema(value_type = schema::VehicleType)]
    vehicle_type: VehicleType,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// The status that a vehicle shall have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct VehicleStatusChange {
    /// Available, Maintenance or OutOfService.
    #[schema(value_type = schema::VehicleStatus)]
    status: VehicleStatus,
    /// Why.
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// Lists vehicles.
#[utoipa::path(get, path = "/api/fleet/vehicles", tag = "Fleet", params(VehicleListing),
    responses((status = 200, description = "A page of vehicles", body = Page<VehicleView>)))]
async fn list(read: Read, Params(listing): Params<VehicleListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Vehicles(listing)).await
}

/// Adds a vehicle.
#[utoipa::path(post, path = "/api/fleet/vehicles", tag = "Fleet", request_body = NewVehicle,
    responses((status = 200, description = "Added, or it was so already", body = Done)))]
async fn add(write: Write, Body(new): Body<NewVehicle>) -> Result<Json<Done>, Problem> {
    let NewVehicle { id, registration, vehicle_type, expected_version } = new;
    let id = write.new_id(id);
    let command = VehicleCommand::AddVehicle { registration, vehicle_type };
    write.execute(DepotCommand::Vehicle { id, command }, expected_version).await
}

/// Shows a vehicle.
#[utoipa::path(get, path = "/api/fleet/vehicles/{id}", tag = "Fleet", params(("id" = Uuid, Path, description = "Which vehicle")),
    responses((status = 200, description = "The vehicle", body = VehicleView)))]
async fn show(read: Read, At(id): At<VehicleId>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Vehicle { id }).await
}

/// Corrects a vehicle.
#[utoipa::path(put, path = "/api/fleet/vehicles/{id}", tag = "Fleet", params(("id" = Uuid, Path, description = "Which vehicle")),
    request_body = VehicleUpdate,
    responses((status = 200, description = "Updated, or it was so already", body = Done)))]
async fn update(
    write: Write,
    At(id): At<VehicleId>,
    Body(update): Body<VehicleUpdate>,
) -> Result<Json<Done>, Problem> {
    let VehicleUpdate { registration, vehicle_type, expected_version } = update;
    let command = VehicleCommand::UpdateVehicle { registration, vehicle_type };
    write.execute(DepotCommand::Vehicle { id, command }, expected_version).await
}

/// Sets a vehicle's status by hand.
#[utoipa::path(patch, path = "/api/fleet/vehicles/{id}/status", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which vehicle")), request_body = VehicleStatusChange,
    responses((status = 200, description = "Set, or it was so already", body = Done)))]
async fn change_status(
    write: Write,
    At(id): At<VehicleId>,
    Body(change): Body<VehicleStatusChange>,
) -> Result<Json<Done>, Problem> {
    let VehicleStatusChange { status, reason, expected_version } = change;
    let command = VehicleCommand::ChangeVehicleStatus { status, reason };
    write.execute(DepotCommand::Vehicle { id, command }, expected_version).await
}

/// Lists the deliveries that hold a vehicle, i.e. have not ended, unless `open` asks for others.
#[utoipa::path(get, path = "/api/fleet/vehicles/{id}/deliveries", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which vehicle"), Of<VehicleId, DeliveryListing>),
    responses((status = 200, description = "A page of deliveries", body = Page<DeliveryRow>)))]
async fn deliveries(
    read: Read,
    Of(id, mut listing): Of<VehicleId, DeliveryListing>,
) -> Result<Plain, Problem> {
    // Who asks for a status names those that have ended as well.
    if listing.status.is_none() {
        listing.open.get_or_insert(true);
    }
    read.ask(DepotQuery::Vehicle { id }).await?;
    read.ask(DepotQuery::Deliveries(listing)).await
}

/// Lists what happened to a vehicle, newest first.
#[utoipa::path(get, path = "/api/fleet/vehicles/{id}/event-logs", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which vehicle"), Of<VehicleId, EventListing>),
    responses((status = 200, description = "A page of events", body = EventPage)))]
async fn event_logs(read: Read, Of(id, listing): Of<VehicleId, EventListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Vehicle { id }).await?;
    read.ask(DepotQuery::Events(listing)).await
}

/// Shows a vehicle as it was at some instant.
#[utoipa::path(get, path = "/api/fleet/vehicles/{id}/as-of", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which vehicle"), AsOf),
    responses((status = 200, description = "The vehicle as it was", body = PastStateDocument)))]
async fn as_of(
    read: Read,
    At(id): At<VehicleId>,
    Params(AsOf { at }): Params<AsOf>,
) -> Result<Plain, Problem> {
    read.ask(DepotQuery::PastState { entity: EntityKind::Vehicle, id: id.uuid(), at }).await
}
