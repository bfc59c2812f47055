//! Deliveries: create, assign, move on, look at. What goes wrong on them is in `incident`, the end in `proof`.

use axum::Json;
use depot_app::{
    CompletedSummary, DeliveryDetail, DeliveryListing, DeliveryRow, DepotCommand, DepotQuery, EntityKind,
    EventListing, EventPage, LiveTracking, Page, schema,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AsOf, Of, Part, PastStateDocument};
use crate::domain::DeliveryCommand;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::values::{DeliveryId, DriverId, Location, Reason, RouteId, Sequence, VehicleId};
use crate::endpoint::Shared;
use crate::extract::{At, Body, Params};
use crate::problem::Problem;
use crate::request::{Done, Plain, Read, Write};

pub(super) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(live_tracking))
        .routes(routes!(show))
        .routes(routes!(completed_summary))
        .routes(routes!(change_status))
        .routes(routes!(reach_checkpoint))
        .routes(routes!(assign_driver))
        .routes(routes!(assign_vehicle))
        .routes(routes!(retry))
        .routes(routes!(event_logs))
        .routes(routes!(as_of))
}

/// A new delivery.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewDelivery {
    /// Its id; a fresh one is given where it is left out.
    #[schema(value_type = Option<Uuid>)]
    id: Option<DeliveryId>,
    /// The route to drive.
    #[schema(value_type = Uuid)]
    route_id: RouteId,
    /// Who drives, if that is settled.
    #[schema(value_type = Option<Uuid>)]
    driver_id: Option<DriverId>,
    /// What is driven, if that is settled.
    #[schema(value_type = Option<Uuid>)]
    vehicle_id: Option<VehicleId>,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// The status that a delivery shall have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DeliveryStatusChange {
    /// PickedUp, InTransit, OutForDelivery, Delivered or Failed.
    #[schema(value_type = schema::DeliveryStatus)]
    status: DeliveryStatus,
    /// Why; meant for Failed, and for a start while the crew is under way with another delivery.
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// A checkpoint that was reached.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ReachCheckpointBody {
    /// The delivery's route, as a check.
    #[schema(value_type = Uuid)]
    route_id: RouteId,
    /// Which checkpoint.
    #[schema(value_type = schema::Sequence)]
    sequence: Sequence,
    /// Where that is, as a check.
    #[schema(value_type = Option<schema::Location>)]
    location: Option<Location>,
    /// Refuse unless the delivery has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// Who shall drive.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DriverAssignment {
    /// Who drives from now on.
    #[schema(value_type = Uuid)]
    driver_id: DriverId,
    /// Refuse unless the delivery has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// What shall be driven.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct VehicleAssignment {
    /// What is driven from now on.
    #[schema(value_type = Uuid)]
    vehicle_id: VehicleId,
    /// Refuse unless the delivery has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// With whom a delivery is tried again.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Retry {
    /// Who drives from now on; the same driver where it is left out.
    #[schema(value_type = Option<Uuid>)]
    driver_id: Option<DriverId>,
    /// What is driven from now on; the same vehicle where it is left out.
    #[schema(value_type = Option<Uuid>)]
    vehicle_id: Option<VehicleId>,
    /// Why; needed where the delivery is under way.
    #[schema(value_type = Option<schema::Reason>)]
    reason: Option<Reason>,
    /// Refuse unless the delivery has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// Lists deliveries.
#[utoipa::path(get, path = "/api/deliveries", tag = "Deliveries", params(DeliveryListing),
    responses((status = 200, description = "A page of deliveries", body = Page<DeliveryRow>)))]
async fn list(read: Read, Params(listing): Params<DeliveryListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Deliveries(listing)).await
}

/// Begins a delivery of an active route.
#[utoipa::path(post, path = "/api/deliveries", tag = "Deliveries", request_body = NewDelivery,
    responses((status = 200, description = "Created, or it was so already", body = Done)))]
async fn create(write: Write, Body(new): Body<NewDelivery>) -> Result<Json<Done>, Problem> {
    let NewDelivery { id, route_id, driver_id, vehicle_id, expected_version } = new;
    let id = write.new_id(id);
    let command = DeliveryCommand::CreateDelivery { route_id, driver_id, vehicle_id };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}

/// Shows every delivery InTransit or OutForDelivery; 500 at a time unless asked otherwise.
#[utoipa::path(get, path = "/api/deliveries/live-tracking", tag = "Deliveries", params(Part),
    responses((status = 200, description = "The deliveries under way", body = LiveTracking)))]
async fn live_tracking(read: Read, Params(Part { limit, cursor }): Params<Part>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::LiveTracking { limit, cursor }).await
}

/// Shows a delivery with all that belongs to it.
#[utoipa::path(get, path = "/api/deliveries/{id}", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")),
    responses((status = 200, description = "The delivery", body = DeliveryDetail)))]
async fn show(read: Read, At(id): At<DeliveryId>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Delivery { id }).await
}

/// Tells what happened on a delivery, in order.
#[utoipa::path(get, path = "/api/deliveries/{id}/completed-summary", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")),
    responses((status = 200, description = "The delivery's timeline", body = CompletedSummary)))]
async fn completed_summary(read: Read, At(id): At<DeliveryId>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::CompletedSummary { id }).await
}

/// Moves a delivery on.
#[utoipa::path(patch, path = "/api/deliveries/{id}/status", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")), request_body = DeliveryStatusChange,
    responses((status = 200, description = "Set, or it was so already", body = Done)))]
async fn change_status(
    write: Write,
    At(id): At<DeliveryId>,
    Body(change): Body<DeliveryStatusChange>,
) -> Result<Json<Done>, Problem> {
    let DeliveryStatusChange { status, reason, expected_version } = change;
    let command = DeliveryCommand::ChangeDeliveryStatus { status, reason };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}

/// Says that a delivery reached a checkpoint.
#[utoipa::path(patch, path = "/api/deliveries/{id}/checkpoint", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")), request_body = ReachCheckpointBody,
    responses((status = 200, description = "Reached, or it was so already", body = Done)))]
async fn reach_checkpoint(
    write: Write,
    At(id): At<DeliveryId>,
    Body(reached): Body<ReachCheckpointBody>,
) -> Result<Json<Done>, Problem> {
    let ReachCheckpointBody { route_id, sequence, location, expected_version } = reached;
    let command = DeliveryCommand::ReachCheckpoint { route_id, sequence, location };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}

/// Lets somebody else drive.
#[utoipa::path(patch, path = "/api/deliveries/{id}/assign-driver", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")), request_body = DriverAssignment,
    responses((status = 200, description = "Assigned", body = Done)))]
async fn assign_driver(
    write: Write,
    At(id): At<DeliveryId>,
    Body(DriverAssignment { driver_id, expected_version }): Body<DriverAssignment>,
) -> Result<Json<Done>, Problem> {
    let command = DeliveryCommand::AssignDriver { driver_id };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}

/// Takes another vehicle.
#[utoipa::path(patch, path = "/api/deliveries/{id}/assign-vehicle", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")), request_body = VehicleAssignment,
    responses((status = 200, description = "Assigned", body = Done)))]
async fn assign_vehicle(
    write: Write,
    At(id): At<DeliveryId>,
    Body(VehicleAssignment { vehicle_id, expected_version }): Body<VehicleAssignment>,
) -> Result<Json<Done>, Problem> {
    let command = DeliveryCommand::AssignVehicle { vehicle_id };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}

/// Tries a failed delivery again from now on, with another crew where one is named. One that is under way fails first.
#[utoipa::path(patch, path = "/api/deliveries/{id}/retry", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")), request_body = Retry,
    responses((status = 200, description = "It waits to be driven again", body = Done)))]
async fn retry(
    write: Write,
    At(id): At<DeliveryId>,
    Body(retry): Body<Retry>,
) -> Result<Json<Done>, Problem> {
    let Retry { driver_id, vehicle_id, reason, expected_version } = retry;
    let command = DeliveryCommand::RetryDelivery { driver_id, vehicle_id, reason };
    write.execute(DepotCommand::Delivery { id, command }, expected_version).await
}

/// Lists what happened to a delivery, newest first.
#[utoipa::path(get, path = "/api/deliveries/{id}/event-logs", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery"), Of<DeliveryId, EventListing>),
    responses((status = 200, description = "A page of events", body = EventPage)))]
async fn event_logs(read: Read, Of(id, listing): Of<DeliveryId, EventListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Delivery { id }).await?;
    read.ask(DepotQuery::Events(listing)).await
}

/// Shows a delivery as it was at some instant.
#[utoipa::path(get, path = "/api/deliveries/{id}/as-of", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery"), AsOf),
    responses((status = 200, description = "The delivery as it was", body = PastStateDocument)))]
async fn as_of(
    read: Read,
    At(id): At<DeliveryId>,
    Params(AsOf { at }): Params<AsOf>,
) -> Result<Plain, Problem> {
    read.ask(DepotQuery::PastState { entity: EntityKind::Delivery, id: id.uuid(), at }).await
}
