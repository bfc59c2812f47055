//! What a report shows, and exactly what each of its figures counts.

use depot_domain::values::{DriverId, Timestamp, VehicleId};
use serde::Serialize;
use ts_rs::TS;
use utoipa::ToSchema;

use crate::day::Day;

/// How some days went.
///
/// A delivery belongs to the day of the depot's calendar on which its route starts, whenever it was created or handed
/// over. An incident belongs to the day on which it was reported.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Report {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// The first of as many days right before them.
    pub before_from: Day,
    /// The last day of those before.
    pub before_to: Day,
    /// How many minutes after its route's end a delivery may be handed over and still be on time.
    pub grace_minutes: u32,
    /// How many minutes after its expected time a checkpoint may be reached and still be on time.
    pub checkpoint_grace_minutes: u32,
    /// The figures of all the days.
    pub figures: ReportFigures,
    /// The figures of as many days before.
    pub before: ReportFigures,
    /// Each day, in order, also those on which nothing happened.
    pub days: Vec<ReportDay>,
    /// How late checkpoints were reached.
    pub lateness: Vec<LatenessBin>,
    /// What went wrong, the most frequent type first; at most 100 types.
    pub incidents: Vec<ReportIncidents>,
    /// Each driver who had a delivery or an incident, the one with the most deliveries first; at most 500.
    pub drivers: Vec<ReportDriver>,
    /// Each vehicle that had a delivery or an incident, the one with the most deliveries first; at most 500.
    pub vehicles: Vec<ReportVehicle>,
}

/// The figures of some deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReportFigures {
    /// Deliveries whose route starts in the time, whatever became of them.
    pub deliveries: u32,
    /// Those of them that were handed over.
    pub delivered: u32,
    /// Those handed over no later than `graceMinutes` after their route's end, by the device's clock. Their share of
    /// `delivered` is the on-time rate.
    pub on_time: u32,
    /// Those that failed and were not tried again.
    pub failed: u32,
    /// Those that have not ended.
    pub open: u32,
    /// Checkpoints that they have reached.
    pub checkpoints: u32,
    /// Checkpoints reached no later than `checkpointGraceMinutes` after they were expected when they were reached.
    pub checkpoints_on_time: u32,
    /// By how many seconds half of the checkpoints were reached later, and half earlier, than expected; negative is early.
    pub median_lateness_seconds: Option<i64>,
    /// Incidents that were reported in the time, also on deliveries of another day.
    pub incidents: u32,
}

/// The figures of a day on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DayFigures {
    /// Which day of the depot.
    #[schema(value_type = crate::schema::Day)]
    pub day: Day,
    /// What a report of this day counts.
    pub figures: ReportFigures,
    /// Checkpoints of the deliveries that `figures` counts, reached or not.
    pub checkpoints_planned: u32,
    /// Incidents that were reported on the day and are not resolved.
    pub open_incidents: u32,
    /// Deliveries on the road in the day that are under way now, also those that set off the day before.
    pub under_way: u32,
    /// Deliveries on the road in the day that have not ended and are late.
    pub late: u32,
    /// Deliveries on the road in the day that are likely to become late.
    pub at_risk: u32,
    /// Deliveries on the road in the day that have not ended and lack a driver or a vehicle.
    pub unassigned: u32,
}

/// The figures of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReportDay {
    /// Which day.
    pub day: Day,
    /// How it went.
    pub figures: ReportFigures,
}

/// How many checkpoints were reached more than `over` and up to `upTo` minutes later than expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LatenessBin {
    /// More than so many minutes after the expected time; negative is before it. None in the first.
    pub over_minutes: Option<i32>,
    /// Up to so many minutes after the expected time. None in the last.
    pub up_to_minutes: Option<i32>,
    /// How many.
    pub checkpoints: u32,
}

/// The incidents of one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReportIncidents {
    /// Which type.
    #[serde(rename = "type")]
    pub kind: String,
    /// How many were reported in the time.
    pub reported: u32,
    /// How many of them are not resolved now.
    pub open: u32,
    /// How many were reported in the time before.
    pub before: u32,
}

/// The figures of one driver's deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReportDriver {
    /// Who; none for the deliveries that have no driver.
    pub driver_id: Option<DriverId>,
    /// What the driver is called.
    pub name: Option<String>,
    /// The figures of the deliveries that the driver has or had last.
    pub figures: ReportFigures,
}

/// The figures of one vehicle's deliveries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReportVehicle {
    /// Which one; none for the deliveries that have no vehicle.
    pub vehicle_id: Option<VehicleId>,
    /// Its registration.
    pub registration: Option<String>,
    /// The figures of the deliveries that the vehicle has or had last.
    pub figures: ReportFigures,
}

/// A driver's deliveries of one day, to be printed and taken along.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RunSheet {
    /// Whose it is.
    pub driver: crate::fleet::DriverView,
    /// Which day of the depot.
    pub day: Day,
    /// When it was told.
    pub now: Timestamp,
    /// The deliveries that are on the road in that day and have not failed, the first to start first; at most 100.
    pub deliveries: Vec<crate::delivery::DeliveryDetail>,
}
