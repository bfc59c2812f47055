//! What can be asked of a route.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Checkpoint, RouteStatus};
use crate::values::{Location, Sequence, Timestamp};

/// What can be asked of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum RouteCommand {
    /// Plan a new route.
    CreateRoute {
        /// Where it begins.
        origin: Location,
        /// Where it ends.
        destination: Location,
        /// When it begins.
        scheduled_start_time: Timestamp,
    },
    /// Plan a new route with its checkpoints, all in one step.
    PlanRoute {
        /// Where it begins.
        origin: Location,
        /// Where it ends.
        destination: Location,
        /// When it begins.
        scheduled_start_time: Timestamp,
        /// In order: sequences and times rise, and the first time is after the start.
        checkpoints: Vec<Checkpoint>,
    },
    /// Correct origin, destination or start.
    UpdateRoute {
        /// Where it begins.
        origin: Location,
        /// Where it ends.
        destination: Location,
        /// When it begins.
        scheduled_start_time: Timestamp,
    },
    /// Move the start and every checkpoint by the same span.
    MoveRoute {
        /// The start that is moved; it is refused where the route starts at another time by now.
        from: Timestamp,
        /// When it begins.
        scheduled_start_time: Timestamp,
    },
    /// Move it on or back in its planning.
    ChangeRouteStatus {
        /// The status to set.
        status: RouteStatus,
    },
    /// Append a checkpoint.
    AddCheckpoint {
        /// Greater than every existing one.
        sequence: Sequence,
        /// Where it is.
        location: Location,
        /// After the route's start and every existing checkpoint's time.
        expected_time: Timestamp,
    },
    /// Change a checkpoint's place or time.
    UpdateCheckpoint {
        /// Which checkpoint.
        sequence: Sequence,
        /// Where it is.
        location: Location,
        /// Strictly between its neighbours' times; the first after the route's start.
        expected_time: Timestamp,
    },
    /// Take a checkpoint out.
    RemoveCheckpoint {
        /// Which checkpoint.
        sequence: Sequence,
    },
    /// Visit the places in another order: sequences and times stay, the locations move to them.
    ReorderCheckpoints {
        /// Every present sequence once, in the order in which their locations shall be visited.
        order: Vec<Sequence>,
    },
}

impl RouteCommand {
    /// What to tell the one who asked, once it is done.
    #[must_use]
    pub const fn done(&self) -> &'static str {
        match self {
            Self::CreateRoute { .. } | Self::PlanRoute { .. } => "Route created",
            Self::UpdateRoute { .. } => "Route updated",
            Self::MoveRoute { .. } => "Route moved",
            Self::ChangeRouteStatus { .. } => "Route status changed",
            Self::AddCheckpoint { .. } => "Checkpoint added",
            Self::UpdateCheckpoint { .. } => "Checkpoint updated",
            Self::RemoveCheckpoint { .. } => "Checkpoint removed",
            Self::ReorderCheckpoints { .. } => "Checkpoints reordered",
        }
    }
}
