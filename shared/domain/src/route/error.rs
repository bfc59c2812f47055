//! Why a route refuses a command, in words that say what is valid.

use serde::Serialize;
use ts_rs::TS;

use super::RouteStatus;
use crate::decider::{Kind, Refusal};
use crate::dispatch::BookingConflict;
use crate::values::{DeliveryId, RouteId, Sequence, Timestamp};

/// Why a route refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, TS)]
#[serde(tag = "rule", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the messages say what the variants and their fields are")]
pub enum RouteError {
    #[error("There is no route {route_id}")]
    RouteNotFound { route_id: RouteId },
    #[error("Route {route_id} exists already with other details: leave the id out or choose a new one")]
    RouteExists { route_id: RouteId },
    #[error("Route is {status}: its checkpoints can be changed only in Planning")]
    CheckpointsFixed { status: RouteStatus },
    #[error("Route is {status}: origin, destination and start can be changed only in Planning and Active")]
    RouteFixed { status: RouteStatus },
    #[error(
        "Checkpoint sequence {sequence} must be greater than every existing one: the greatest is {greatest}"
    )]
    SequenceNotGreatest { sequence: Sequence, greatest: Sequence },
    #[error("Checkpoint time {expected_time} must be after {after}, the time of {what}")]
    CheckpointTooEarly { expected_time: Timestamp, after: Timestamp, what: String },
    #[error("Checkpoint time {expected_time} must be before {before}, the time of {what}")]
    CheckpointTooLate { expected_time: Timestamp, before: Timestamp, what: String },
    #[error("Route has no checkpoint {sequence}: it has {}", list(existing))]
    NoSuchCheckpoint { sequence: Sequence, existing: Vec<Sequence> },
    #[error("There is no checkpoint {sequence} on this route: it has {}", list(existing))]
    CheckpointNotFound { sequence: Sequence, existing: Vec<Sequence> },
    #[error("The order must name every checkpoint of the route once: it has {}", list(existing))]
    OrderIncomplete { existing: Vec<Sequence> },
    #[error(
        "Route start {scheduled_start_time} must be before {first_expected_time}, the time of its first checkpoint"
    )]
    StartNotBeforeFirstCheckpoint { scheduled_start_time: Timestamp, first_expected_time: Timestamp },
    #[error("Route starts at {scheduled_start_time}, not at {from}: somebody changed its start meanwhile")]
    StartChanged { scheduled_start_time: Timestamp, from: Timestamp },
    #[error("Route cannot be moved: a delivery has reached one of its checkpoints")]
    CheckpointsReached,
    #[error("Route would leave the years 1 to 9999: move it by less")]
    BeyondTime,
    #[error("Route cannot change from {status} to {wanted}: {}", targets(valid))]
    RouteTransition { status: RouteStatus, wanted: RouteStatus, valid: Vec<RouteStatus> },
    #[error("Route is used by deliveries that have not ended: {}", list(deliveries))]
    RouteInUse { deliveries: Vec<DeliveryId> },
    #[error("Route cannot be moved: delivery {moved_delivery_id} would overlap another. {conflict}")]
    #[serde(rename = "bookingConflict")]
    MovesIntoConflict {
        moved_delivery_id: DeliveryId,
        #[serde(flatten)]
        conflict: BookingConflict,
    },
}

impl Refusal for RouteError {
    fn kind(&self) -> Kind {
        match self {
            Self::RouteNotFound { .. } | Self::CheckpointNotFound { .. } => Kind::NotFound,
            Self::RouteExists { .. } => Kind::Duplicate,
            Self::CheckpointsFixed { .. }
            | Self::RouteFixed { .. }
            | Self::SequenceNotGreatest { .. }
            | Self::CheckpointTooEarly { .. }
            | Self::CheckpointTooLate { .. }
            | Self::NoSuchCheckpoint { .. }
            | Self::OrderIncomplete { .. }
            | Self::StartNotBeforeFirstCheckpoint { .. }
            | Self::StartChanged { .. }
            | Self::CheckpointsReached
            | Self::BeyondTime
            | Self::RouteTransition { .. }
            | Self::RouteInUse { .. }
            | Self::MovesIntoConflict { .. } => Kind::Broken,
        }
    }
}

pub(crate) fn list<T: ToString>(items: &[T]) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn targets(valid: &[RouteStatus]) -> String {
    if valid.is_empty() {
        "no change is possible from there".to_owned()
    } else {
        format!("valid are {}", list(valid))
    }
}
