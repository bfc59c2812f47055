//! What queries show of routes.

use depot_domain::delivery::DeliveryStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{DeliveryId, DriverId, RouteId, Sequence, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::page::{AnyOf, Cursor, Limit};
use crate::schema;

words_of_app! {
    /// How a checkpoint of a route stands.
    CheckpointStatus ("a checkpoint status") {
        /// It is still to be reached.
        Pending = "Pending",
        /// Its time has passed, and a delivery that has not ended has not reached it.
        Delayed = "Delayed",
        /// It was reached by all that were to reach it.
        Reached = "Reached",
    }
}

/// A checkpoint of a route.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckpointView {
    /// Its place in the order.
    #[schema(value_type = u32)]
    pub sequence: Sequence,
    /// Where it is.
    pub location: String,
    /// When it should be reached.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub expected_time: Timestamp,
    /// How it stands.
    pub status: CheckpointStatus,
}

/// A route with its checkpoints, as the overview shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteSummary {
    /// Which route.
    #[schema(value_type = uuid::Uuid)]
    pub route_id: RouteId,
    /// Where it begins.
    pub origin: String,
    /// Where it ends.
    pub destination: String,
    /// Planning, Active or Deactivated.
    #[schema(value_type = String)]
    pub status: RouteStatus,
    /// When it begins.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub scheduled_start_time: Timestamp,
    /// When it ends.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub scheduled_end_time: Timestamp,
    /// How many deliveries that have not ended use it.
    pub open_deliveries: u32,
    /// The checkpoints in order.
    pub checkpoints: Vec<CheckpointView>,
    /// How many events it has.
    pub version: u32,
}

/// The overview of the routes.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteOverview {
    /// The routes.
    pub routes: Vec<RouteSummary>,
    /// Give this as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A route with its deliveries.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteDetail {
    /// Which route.
    #[schema(value_type = uuid::Uuid)]
    pub route_id: RouteId,
    /// Where it begins.
    pub origin: String,
    /// Where it ends.
    pub destination: String,
    /// Planning, Active or Deactivated.
    #[schema(value_type = String)]
    pub status: RouteStatus,
    /// When it begins.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub scheduled_start_time: Timestamp,
    /// When it ends.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub scheduled_end_time: Timestamp,
    /// The checkpoints in order.
    pub checkpoints: Vec<CheckpointView>,
    /// The latest deliveries of the route, at most 500; page through the list of deliveries for more.
    pub deliveries: Vec<RouteDelivery>,
    /// When it was created.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub updated_at: Timestamp,
    /// How many events it has; give it as `expectedVersion` to change just what was seen.
    pub version: u32,
}

/// A delivery as its route shows it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteDelivery {
    /// Which delivery.
    #[schema(value_type = uuid::Uuid)]
    pub delivery_id: DeliveryId,
    /// Where it stands.
    #[schema(value_type = String)]
    pub status: DeliveryStatus,
    /// When it was created.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub created_at: Timestamp,
    /// When it was handed over.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub delivered_at: Option<Timestamp>,
    /// Who drives.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub driver_id: Option<DriverId>,
    /// The driver's name.
    pub driver_name: Option<String>,
    /// What is driven.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub vehicle_id: Option<VehicleId>,
    /// The vehicle's registration.
    pub vehicle_no: Option<String>,
}

/// Which routes to list, by start unless sorted otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[ts(export, optional_fields = nullable)]
pub struct RouteListing {
    /// Only with one of these statuses, e.g. `Planning,Active`.
    #[param(value_type = Option<Vec<schema::RouteStatus>>, style = Form, explode = false)]
    #[ts(as = "Option<Vec<RouteStatus>>")]
    pub status: Option<AnyOf<RouteStatus>>,
    /// Only ending after this, or starting then.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub from: Option<Timestamp>,
    /// Only starting before this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub to: Option<Timestamp>,
    /// Only with a delivery of this driver.
    #[param(value_type = Option<uuid::Uuid>)]
    pub driver_id: Option<DriverId>,
    /// Only with a delivery of this vehicle.
    #[param(value_type = Option<uuid::Uuid>)]
    pub vehicle_id: Option<VehicleId>,
    /// Only with (or without) a checkpoint that is delayed.
    pub delayed: Option<bool>,
    /// Only with each word of this in origin, destination or the location of a checkpoint.
    pub text: Option<String>,
    /// The order.
    pub sort: Option<RouteSort>,
    /// The other way round.
    pub descending: Option<bool>,
    /// How many, 1 to 500.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    pub limit: Option<Limit>,
    /// The `nextCursor` of the page before, with the same filters and order. By `updatedAt` the pages are those of the list
    /// as its first page found it; by another order, a row whose place changes meanwhile may be missed or come twice.
    #[param(value_type = Option<schema::Cursor>)]
    pub cursor: Option<Cursor>,
}

words_of_app! {
    /// How routes are sorted.
    RouteSort ("an order of routes") {
        /// By start.
        ScheduledStartTime = "scheduledStartTime",
        /// By origin.
        Origin = "origin",
        /// By destination.
        Destination = "destination",
        /// By status.
        Status = "status",
        /// By the last change.
        UpdatedAt = "updatedAt",
    }
}
