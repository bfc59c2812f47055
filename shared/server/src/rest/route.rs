//! Routes and their checkpoints: plan, change, activate, look at.

use axum::Json;
use depot_app::{
    DepotCommand, DepotQuery, EntityKind, EventListing, EventPage, Limit, RouteDetail, RouteListing,
    RouteOverview, schema,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{AsOf, Of, PastStateDocument};
use crate::domain::RouteCommand;
use crate::domain::route::RouteStatus;
use crate::domain::values::{Location, RouteId, Sequence, Timestamp};
use crate::endpoint::Shared;
use crate::extract::{At, Body, Params};
use crate::problem::Problem;
use crate::request::{Done, Plain, Read, Write};

pub(super) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(overview))
        .routes(routes!(show, update))
        .routes(routes!(change_status))
        .routes(routes!(add_checkpoint, update_checkpoint))
        .routes(routes!(reorder_checkpoints))
        .routes(routes!(remove_checkpoint))
        .routes(routes!(event_logs))
        .routes(routes!(as_of))
}

/// A new route.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewRoute {
    /// Its id; a fresh one is given where it is left out.
    #[schema(value_type = Option<Uuid>)]
    id: Option<RouteId>,
    /// Where it begins.
    #[schema(value_type = schema::Location)]
    origin: Location,
    /// Where it ends.
    #[schema(value_type = schema::Location)]
    destination: Location,
    /// When it begins.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    scheduled_start_time: Timestamp,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// What a route shall be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RouteUpdate {
    /// Where it begins.
    #[schema(value_type = schema::Location)]
    origin: Location,
    /// Where it ends.
    #[schema(value_type = schema::Location)]
    destination: Location,
    /// When it begins.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    scheduled_start_time: Timestamp,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// The status that a route shall have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RouteStatusChange {
    /// Planning, Active or Deactivated.
    #[schema(value_type = schema::RouteStatus)]
    status: RouteStatus,
    /// Refuse unless it has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// A checkpoint as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CheckpointBody {
    /// Its place in the order, from 1.
    #[schema(value_type = schema::Sequence)]
    sequence: Sequence,
    /// Where it is.
    #[schema(value_type = schema::Location)]
    location: Location,
    /// When it should be reached.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    expected_time: Timestamp,
    /// Refuse unless the route has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// An order of checkpoints.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CheckpointOrder {
    /// Every present sequence once, in the order in which their locations shall be visited.
    #[schema(value_type = Vec<schema::Sequence>)]
    sequences: Vec<Sequence>,
    /// Refuse unless the route has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// A checkpoint in a path.
#[derive(Deserialize)]
struct CheckpointPath {
    id: RouteId,
    sequence: Sequence,
}

/// Lists routes with their checkpoints.
#[utoipa::path(get, path = "/api/routes", tag = "Routes", params(RouteListing),
    responses((status = 200, description = "A page of routes", body = RouteOverview)))]
async fn list(read: Read, Params(mut listing): Params<RouteListing>) -> Result<Plain, Problem> {
    listing.limit.get_or_insert_default();
    read.ask(DepotQuery::Routes(listing)).await
}

/// Shows every route with its checkpoints and how those stand; 500 at a time unless asked otherwise.
#[utoipa::path(get, path = "/api/routes/overview", tag = "Routes", params(RouteListing),
    responses((status = 200, description = "The routes", body = RouteOverview)))]
async fn overview(read: Read, Params(mut listing): Params<RouteListing>) -> Result<Plain, Problem> {
    listing.limit.get_or_insert(Limit::MAX);
    read.ask(DepotQuery::Routes(listing)).await
}

/// Plans a new route.
#[utoipa::path(post, path = "/api/routes", tag = "Routes", request_body = NewRoute,
    responses((status = 200, description = "Created, or it was so already", body = Done)))]
async fn create(write: Write, Body(new): Body<NewRoute>) -> Result<Json<Done>, Problem> {
    let NewRoute { id, origin, destination, scheduled_start_time, expected_version } = new;
    let id = write.new_id(id);
    let command = RouteCommand::CreateRoute { origin, destination, scheduled_start_time };
    write.execute(DepotCommand::Route { id, command }, expected_version).await
}

/// Shows a route with its checkpoints and deliveries.
#[utoipa::path(get, path = "/api/routes/{id}", tag = "Routes", params(("id" = Uuid, Path, description = "Which route")),
    responses((status = 200, description = "The route", body = RouteDetail)))]
async fn show(read: Read, At(id): At<RouteId>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Route { id }).await
}

/// Corrects origin, destination or start.
#[utoipa::path(put, path = "/api/routes/{id}", tag = "Routes", params(("id" = Uuid, Path, description = "Which route")),
    request_body = RouteUpdate,
    responses((status = 200, description = "Updated, or it was so already", body = Done)))]
async fn update(
    write: Write,
    At(id): At<RouteId>,
    Body(update): Body<RouteUpdate>,
) -> Result<Json<Done>, Problem> {
    let RouteUpdate { origin, destination, scheduled_start_time, expected_version } = update;
    let command = RouteCommand::UpdateRoute { origin, destination, scheduled_start_time };
    write.execute(DepotCommand::Route { id, command }, expected_version).await
}

/// Moves a route on or back in its planning.
#[utoipa::path(patch, path = "/api/routes/{id}/status", tag = "Routes",
    params(("id" = Uuid, Path, description = "Which route")), request_body = RouteStatusChange,
    responses((status = 200, description = "Set, or it was so already", body = Done)))]
async fn change_status(
    write: Write,
    At(id): At<RouteId>,
    Body(RouteStatusChange { status, expected_version }): Body<RouteStatusChange>,
) -> Result<Json<Done>, Problem> {
    let command = RouteCommand::ChangeRouteStatus { status };
    write.execute(DepotCommand::Route { id, command }, expected_version).await
}

/// Appends a checkpoint.
#[utoipa::path(post, path = "/api/routes/{id}/checkpoints", tag = "Routes",
    params(("id" = Uuid, Path, description = "Which route")), request_body = CheckpointBody,
    responses((status = 200, description = "Added, or it was so already", body = Done)))]
async fn add_checkpoint(
    write: Write,
    At(id): At<RouteId>,
    Body(checkpoint): Body<CheckpointBody>,
) -> Result<Json<Done>, Problem> {
    let CheckpointBody { sequence, location, expected_time, expected_version } = checkpoint;
    let command = RouteCommand::AddCheckpoint { sequence, location, expected_time };
    write.execute(DepotCommand::Route { id, command }, expected_version).await
}

/// Changes a checkpoint's place or time.
#[utoipa::path(put, path = "/api/routes/{id}/checkpoints", tag = "Routes",
    params(("id" = Uuid, Path, description = "Which route")), request_body = CheckpointBody,
    responses((status = 200, description = "Updated, or it was so already", body = Done)))]
async fn update_checkpoint(
    write: Write,
    At(id): At<RouteId>,
    Body(checkpoint): Body<CheckpointBody>,
) -> Result<Json<Done>, Problem> {
    let CheckpointBody { sequence, location, expected_time, expected_version } = checkpoint;
    let command = RouteCommand::UpdateCheckpoint { sequence, location, expected_time };
    write.execute(DepotCommand::Route { id, command }, expected_version).await
}

/// Visits the places in another order: sequences and times stay, the locations move to them.
#[utoipa::path(put, path = "/api/routes/{id}/checkpoints/order", tag = "Routes",
    params(("id" = Uuid, Path, description = "Which route")), request_body = CheckpointOrder,
    responses((status = 200, description = "Reordered, or it was so already", body = Done)))]
async fn reorder_checkpoints(
    write: Write,
    At(id): At<RouteId>,
    Body(CheckpointOrder { sequences, expected_version }): Body<CheckpointOrder>,
) -> Result<Json<Done>, Problem> {
    let command = RouteCommand::ReorderCheckpoints { order: sequences };
    write.execute(DepotCommand::Route { id, command }, expected_version).await
}

/// Takes a checkpoint out.
#[utoipa::path(delete, path = "/api/routes/{id}/checkpoints/{sequence}", tag = "Routes",
    params(("id" = Uuid, Path, description = "Which route"), ("sequence" = schema::Sequence, Path, description = "Which checkpoint")),
    responses((status = 200, description = "Removed", body = Done)))]
async fn remove_checkpoint(
    write: Write,
    At(CheckpointPath { id, sequence }): At<CheckpointPath>,
) -> Result<Json<Done>, Problem> {
    let command = RouteCommand::RemoveCheckpoint { sequence };
    write.execute(DepotCommand::Route { id, command }, None).await
}

/// Lists what happened to a route, newest first.
#[utoipa::path(get, path = "/api/routes/{id}/event-logs", tag = "Routes",
    params(("id" = Uuid, Path, description = "Which route"), Of<RouteId, EventListing>),
    responses((status = 200, description = "A page of events", body = EventPage)))]
async fn event_logs(read: Read, Of(id, listing): Of<RouteId, EventListing>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::Route { id }).await?;
    read.ask(DepotQuery::Events(listing)).await
}

/// Shows a route as it was at some instant.
#[utoipa::path(get, path = "/api/routes/{id}/as-of", tag = "Routes",
    params(("id" = Uuid, Path, description = "Which route"), AsOf),
    responses((status = 200, description = "The route as it was", body = PastStateDocument)))]
async fn as_of(read: Read, At(id): At<RouteId>, Params(AsOf { at }): Params<AsOf>) -> Result<Plain, Problem> {
    read.ask(DepotQuery::PastState { entity: EntityKind::Route, id: id.uuid(), at }).await
}
