//! What can have happened to a route.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Checkpoint, RouteStatus};
use crate::decider::events;
use crate::values::{Location, Sequence, Timestamp};

events!(/// What can have happened to a route.
RouteEvent in "route-management-events" {
    RouteCreated = 1,
    RouteUpdated = 1,
    RouteMoved = 1,
    RouteStatusChanged = 1,
    CheckpointAdded = 1,
    CheckpointUpdated = 1,
    CheckpointRemoved = 1,
    CheckpointsReordered = 1,
    RouteScheduledEndTimeUpdated = 1,
});

/// A route was planned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteCreated {
    /// Where it begins.
    pub origin: Location,
    /// Where it ends.
    pub destination: Location,
    /// When it begins.
    pub scheduled_start_time: Timestamp,
}

/// A route's origin, destination or start was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteUpdated {
    /// Where it begins from now on.
    pub origin: Location,
    /// Where it ends from now on.
    pub destination: Location,
    /// When it begins from now on.
    pub scheduled_start_time: Timestamp,
}

/// A route's start and all its checkpoints were moved by the same span.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteMoved {
    /// When it begins from now on.
    pub scheduled_start_time: Timestamp,
    /// When it ends from now on.
    pub scheduled_end_time: Timestamp,
    /// All its checkpoints as they are from now on.
    pub checkpoints: Vec<Checkpoint>,
}

/// A route was moved on or back in its planning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct RouteStatusChanged {
    /// The status before.
    pub old: RouteStatus,
    /// The status from now on.
    pub new: RouteStatus,
}

/// A checkpoint was appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export)]
pub struct CheckpointAdded(pub Checkpoint);

/// A checkpoint's place or time was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(transparent)]
#[ts(export)]
pub struct CheckpointUpdated(pub Checkpoint);

/// A checkpoint was taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CheckpointRemoved {
    /// Which one it was.
    pub sequence: Sequence,
}

/// The checkpoints' places are visited in another order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CheckpointsReordered {
    /// All of them as they are from now on.
    pub checkpoints: Vec<Checkpoint>,
}

/// A route ends at another time, because its checkpoints or its start changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct RouteScheduledEndTimeUpdated {
    /// When it ends from now on.
    pub scheduled_end_time: Timestamp,
}
