//! Drivers, and the fleet as a whole: add, correct, set the status, look at.

use axum::Json;
use depot_app::{
    DeliveryListing, DeliveryRow, DepotCommand, DepotQuery, DriverListing, DriverView, EntityKind,
    EventListing, EventPage, FleetOverview, Page, schema,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AsOf, Of, PastStateDocument};
use crate::domain::DriverCommand;
use crate::domain::fleet::driver::DriverStatus;
use crate::domain::values::{DriverId, DriverLicense, Name, Reason};
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
        .routes(routes!(overview))
}

/// A new driver.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewDriver {
    /// Its id; a fresh one is given where it is left out.
    #[schema(value_type = Option<Uuid>)]
    id: Option<DriverId>,
    /// The name.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// The licence's number.
    #[schema(value_type = schema::DriverLicense)]
    driver_license: DriverLicense,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// What a driver shall be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DriverUpdate {
    /// The name.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// The licence's number.
    #[schema(value_type = schema::DriverLicense)]
    driver_license: DriverLicense,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// The status that a driver shall have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DriverStatusChange {
    /// Available, Suspended or Unavailable.
    #[schema(value_type = schema::DriverStatus)]
    status: DriverStatus,
    /// Why.
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// Shows drivers and vehicles: counts by status, and the lists.
#[utoipa::path(get, path = "/api/fleet/overview", tag = "Fleet",
    responses((status = 200, description = "The fleet", body = FleetOverview)))]
async fn overview(read: Read) -> Result<Plain, Problem> {
    read.ask(DepotQuery::FleetOverview {}).await
}

/// Lists drivers.
#[utoipa::path(get, path = "/api/fleet/drivers", tag = "Fleet", params(DriverListing),
    responses((status = 200, description = "A page of drivers", body = Page<DriverView>)))]
async fn list(read: Read, Params(listing): Params<DriverListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Drivers(listing)).await
}

/// Adds a driver.
#[utoipa::path(post, path = "/api/fleet/drivers", tag = "Fleet", request_body = NewDriver,
    responses((status = 200, description = "Added, or it was so already", body = Done)))]
async fn add(write: Write, Body(new): Body<NewDriver>) -> Result<Json<Done>, Problem> {
    let NewDriver { id, name, driver_license, expected_version } = new;
    let id = write.new_id(id);
    let command = DriverCommand::AddDriver { name, driver_license };
    write.execute(DepotCommand::Driver { id, command }, expected_version).await
}

/// Shows a driver.
#[utoipa::path(get, path = "/api/fleet/drivers/{id}", tag = "Fleet", params(("id" = Uuid, Path, description = "Which driver")),
    responses((status = 200, description = "The driver", body = DriverView)))]
async fn show(read: Read, At(id): At<DriverId>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Driver { id }).await
}

/// Corrects a driver.
#[utoipa::path(put, path = "/api/fleet/drivers/{id}", tag = "Fleet", params(("id" = Uuid, Path, description = "Which driver")),
    request_body = DriverUpdate,
    responses((status = 200, description = "Updated, or it was so already", body = Done)))]
async fn update(
    write: Write,
    At(id): At<DriverId>,
    Body(update): Body<DriverUpdate>,
) -> Result<Json<Done>, Problem> {
    let DriverUpdate { name, driver_license, expected_version } = update;
    let command = DriverCommand::UpdateDriver { name, driver_license };
    write.execute(DepotCommand::Driver { id, command }, expected_version).await
}

/// Sets a driver's status by hand.
#[utoipa::path(patch, path = "/api/fleet/drivers/{id}/status", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which driver")), request_body = DriverStatusChange,
    responses((status = 200, description = "Set, or it was so already", body = Done)))]
async fn change_status(
    write: Write,
    At(id): At<DriverId>,
    Body(change): Body<DriverStatusChange>,
) -> Result<Json<Done>, Problem> {
    let DriverStatusChange { status, reason, expected_version } = change;
    let command = DriverCommand::ChangeDriverStatus { status, reason };
    write.execute(DepotCommand::Driver { id, command }, expected_version).await
}

/// Lists the deliveries that hold a driver, i.e. have not ended, unless `open` asks for others.
#[utoipa::path(get, path = "/api/fleet/drivers/{id}/deliveries", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which driver"), Of<DriverId, DeliveryListing>),
    responses((status = 200, description = "A page of deliveries", body = Page<DeliveryRow>)))]
async fn deliveries(
    read: Read,
    Of(id, mut listing): Of<DriverId, DeliveryListing>,
) -> Result<Plain, Problem> {
    // Who asks for a status names those that have ended as well.
    if listing.status.is_none() {
        listing.open.get_or_insert(true);
    }
    read.ask(DepotQuery::Driver { id }).await?;
    read.ask(DepotQuery::Deliveries(listing)).await
}

/// Lists what happened to a driver, newest first.
#[utoipa::path(get, path = "/api/fleet/drivers/{id}/event-logs", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which driver"), Of<DriverId, EventListing>),
    responses((status = 200, description = "A page of events", body = EventPage)))]
async fn event_logs(read: Read, Of(id, listing): Of<DriverId, EventListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Driver { id }).await?;
    read.ask(DepotQuery::Events(listing)).await
}

/// Shows a driver as it was at some instant.
#[utoipa::path(get, path = "/api/fleet/drivers/{id}/as-of", tag = "Fleet",
    params(("id" = Uuid, Path, description = "Which driver"), AsOf),
    responses((status = 200, description = "The driver as it was", body = PastStateDocument)))]
async fn as_of(
    read: Read,
    At(id): At<DriverId>,
    Params(AsOf { at }): Params<AsOf>,
) -> Result<Plain, Problem> {
    read.ask(DepotQuery::PastState { entity: EntityKind::Driver, id: id.uuid(), at }).await
}
