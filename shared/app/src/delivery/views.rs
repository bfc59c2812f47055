//! What queries show of deliveries.

use depot_domain::delivery::{DeliveryStatus, FileHash, FileRef, Severity};
use depot_domain::values::{DeliveryId, DriverId, IncidentId, RouteId, Sequence, Timestamp, VehicleId};
use serde::Serialize;
use ts_rs::TS;
use utoipa::ToSchema;

use crate::files::MissingFile;
use crate::log::EventView;
use crate::report::DayFigures;
use crate::schema;

/// A delivery in a list.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeliveryRow {
    /// Which delivery.
    #[schema(value_type = uuid::Uuid)]
    pub id: DeliveryId,
    /// Where it stands.
    #[schema(value_type = String)]
    pub status: DeliveryStatus,
    /// The route it drives.
    #[schema(value_type = uuid::Uuid)]
    pub route_id: RouteId,
    /// Where the route begins. A delivery that has ended keeps this, and every name below, as it was at its end.
    pub route_origin: String,
    /// Where the route ends.
    pub route_destination: String,
    /// When the route begins.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub scheduled_start_time: Timestamp,
    /// When the route ends.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub scheduled_end_time: Timestamp,
    /// From when it holds its driver and vehicle: from the scheduled start, or from when it was tried again.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub held_from: Option<Timestamp>,
    /// Until when it holds them; past the scheduled end while it is under way. Null once it has ended.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub held_until: Option<Timestamp>,
    /// Another delivery that the same driver or vehicle is under way with.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub also_under_way: Option<DeliveryId>,
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
    /// The reached checkpoint of the highest sequence.
    pub last_location: Option<String>,
    /// How many checkpoints it has reached.
    pub checkpoints_reached: u32,
    /// How many checkpoints its route has.
    pub checkpoints_total: u32,
    /// How many of its incidents are not resolved.
    pub open_incidents: u32,
    /// Since when it is late: the time of the next checkpoint (or of the route's end), where that has passed
    /// and the delivery has not ended.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub late_since: Option<Timestamp>,
    /// Why it is likely to become late, where it is.
    pub at_risk: Option<Risk>,
    /// Who received it.
    pub receiver_name: Option<String>,
    /// When it was created.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub updated_at: Timestamp,
    /// When it was handed over.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub delivered_at: Option<Timestamp>,
    /// Whether that time is by a clock that was wrong or was set; then it does not count as on time.
    pub delivered_uncertain: bool,
    /// How many events it has.
    pub version: u32,
}

words_of_app! {
    /// Why a delivery that is not late yet is likely to become so.
    Risk ("a risk") {
        /// It starts soon and lacks a driver or a vehicle.
        Unassigned = "unassigned",
        /// It should have set off by now.
        NotStarted = "notStarted",
        /// An incident is open, and the next checkpoint is due soon.
        Incident = "incident",
        /// It is behind its plan, and the next checkpoint is due soon.
        Behind = "behind",
    }
}

/// The deliveries on the road in some stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Lanes {
    /// The deliveries, the first to start first.
    pub deliveries: Vec<DeliveryRow>,
    /// Whether there are more than are shown.
    pub more: bool,
}

/// A delivery with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeliveryDetail {
    /// The same as in a list.
    #[serde(flatten)]
    pub row: DeliveryRow,
    /// What it may be moved to by hand.
    #[schema(value_type = Vec<String>)]
    pub valid_statuses: Vec<DeliveryStatus>,
    /// The number of the driver's licence; that at the delivery's end where it has ended.
    pub driver_license: Option<String>,
    /// What sort of vehicle it is; that at the delivery's end where it has ended.
    pub vehicle_type: Option<String>,
    /// Where another system keeps the receiver's signature.
    pub signature_url: Option<String>,
    /// The signature that was uploaded.
    #[schema(value_type = Option<FileSchema>)]
    pub signature: Option<FileRef>,
    /// The photos that were uploaded.
    #[schema(value_type = Vec<FileSchema>)]
    pub photos: Vec<FileRef>,
    /// What went wrong, in the order of reporting.
    pub incidents: Vec<IncidentView>,
    /// What it has reached, by sequence.
    pub checkpoints: Vec<ReachedCheckpoint>,
    /// The route's checkpoints with the time of reaching, where it was reached.
    pub plan: Vec<PlannedCheckpoint>,
    /// The hashes of signatures and photos whose content is still on its way.
    #[schema(value_type = Vec<String>)]
    pub files_awaited: Vec<FileHash>,
    /// The same with since when and from whom, and those of which somebody recorded that they will not come.
    pub files_missing: Vec<MissingFile>,
    /// Whether who received it has been erased, with every text and picture that was recorded of it until then.
    pub erased: bool,
}

impl DeliveryDetail {
    /// Notes which of its files are not at the depot.
    pub(crate) fn note_missing(&mut self, missing: Vec<MissingFile>) {
        let awaited = missing.iter().filter(|file| file.closed.is_none());
        self.files_awaited = awaited.map(|file| file.hash.clone()).collect();
        self.files_missing = missing;
    }

    /// Every file that shows something of it: of its proof and of its incidents.
    pub fn files(&self) -> impl Iterator<Item = &FileRef> {
        let of_incidents = self.incidents.iter().flat_map(|incident| &incident.photos);
        self.signature.iter().chain(&self.photos).chain(of_incidents)
    }
}

/// A file that the depot keeps.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = FileRef)]
pub struct FileSchema {
    /// SHA-256 of its content in hexadecimal digits.
    #[schema(value_type = schema::FileHash)]
    pub hash: String,
    /// What it is, e.g. `image/png`.
    pub media_type: String,
    /// How long it is, in bytes.
    #[schema(value_type = schema::Bytes)]
    pub bytes: u32,
}

/// A checkpoint that a delivery has reached.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReachedCheckpoint {
    /// Its place in the order.
    #[schema(value_type = u32)]
    pub sequence: Sequence,
    /// Where it is.
    pub location: String,
    /// When it was reached.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub reached_at: Timestamp,
    /// Whether that time is by a clock that was wrong or was set.
    pub uncertain: bool,
}

/// A checkpoint of the delivery's route, and when the delivery reached it.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PlannedCheckpoint {
    /// Its place in the order.
    #[schema(value_type = u32)]
    pub sequence: Sequence,
    /// Where it is.
    pub location: String,
    /// When it should be reached.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub expected_time: Timestamp,
    /// When it was reached.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub reached_at: Option<Timestamp>,
    /// Whether that time is by a clock that was wrong or was set.
    pub uncertain: bool,
}

/// An incident of a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct IncidentView {
    /// Which incident.
    #[schema(value_type = uuid::Uuid)]
    pub id: IncidentId,
    /// The delivery it belongs to.
    #[schema(value_type = uuid::Uuid)]
    pub delivery_id: DeliveryId,
    /// What sort it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// How grave it is.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// What happened.
    pub description: String,
    /// When it was reported.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub reported_timestamp: Timestamp,
    /// When it was resolved.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub resolved_timestamp: Option<Timestamp>,
    /// Whether it is resolved.
    pub resolved: bool,
    /// How it was resolved.
    pub note: Option<String>,
    /// Where the delivery's route begins.
    pub route_origin: String,
    /// Where the delivery's route ends.
    pub route_destination: String,
    /// Who drives the delivery.
    pub driver_name: Option<String>,
    /// What is driven.
    pub vehicle_no: Option<String>,
    /// Photos that show it.
    #[schema(value_type = Vec<FileSchema>)]
    pub photos: Vec<FileRef>,
}

/// The deliveries under way.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LiveTracking {
    /// Every delivery InTransit or OutForDelivery, the oldest first.
    pub active_deliveries: Vec<ActiveDelivery>,
    /// Give this as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// A delivery under way.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ActiveDelivery {
    /// Which delivery.
    #[schema(value_type = uuid::Uuid)]
    pub delivery_id: DeliveryId,
    /// InTransit or OutForDelivery.
    #[schema(value_type = String)]
    pub status: DeliveryStatus,
    /// Where the route begins.
    pub route_origin: String,
    /// Where the route ends.
    pub route_destination: String,
    /// The reached checkpoint of the highest sequence.
    pub last_location: Option<String>,
    /// Who drives.
    pub driver_name: Option<String>,
    /// The vehicle's registration.
    pub vehicle_no: Option<String>,
    /// When the delivery was created.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub created_at: Timestamp,
}

/// What happened on a delivery, in order.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CompletedSummary {
    /// Which delivery.
    #[schema(value_type = uuid::Uuid)]
    pub delivery_id: DeliveryId,
    /// What happened.
    pub timeline: Vec<TimelineEntry>,
    /// The driver's name.
    pub driver: Option<String>,
    /// The vehicle's registration.
    pub vehicle: Option<String>,
}

words_of_app! {
    /// What sort of thing happened on a delivery.
    TimelineCategory ("a category of a timeline") {
        /// The delivery itself moved on.
        DeliveryStatus = "DeliveryStatus",
        /// A checkpoint was reached.
        Checkpoint = "Checkpoint",
        /// Something went wrong, or was mended.
        Incident = "Incident",
    }
}

/// Something that happened on a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TimelineEntry {
    /// What sort of thing.
    pub event_category: TimelineCategory,
    /// What exactly, e.g. `CheckpointReached`.
    pub event_type: String,
    /// What the event says.
    #[ts(type = "unknown")]
    #[schema(value_type = Object)]
    pub event_data: serde_json::Value,
    /// When it happened.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub occurred_at: Timestamp,
}

/// The figures that matter now, and what just happened.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Board {
    /// How many deliveries stand where.
    pub counts: DeliveryCounts,
    /// Deliveries that have not ended and are late.
    pub late: u32,
    /// Deliveries that have not ended, are not late and are likely to become so.
    pub at_risk: u32,
    /// Deliveries that have not ended and lack a driver or a vehicle.
    pub unassigned: u32,
    /// Incidents that are not resolved.
    pub open_incidents: u32,
    /// The newest events, the newest first.
    pub recent: Vec<EventView>,
    /// The figures of one day, if one was asked for.
    pub day: Option<DayFigures>,
}

/// How many deliveries have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the fields are the statuses")]
pub struct DeliveryCounts {
    pub total: u32,
    pub picked_up: u32,
    pub in_transit: u32,
    pub out_for_delivery: u32,
    pub delivered: u32,
    pub failed: u32,
}
