//! A route: a planned journey from an origin to a destination with checkpoints in order.
//!
//! Deliveries drive routes, but a route does not know them: those that matter come in as context.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::decider::{Decider, Kind, Refusal, events};
use crate::dispatch::{BookingConflict, Dispatch};
use crate::values::{DeliveryId, Interval, Location, RouteId, Sequence, Timestamp, words};

words!(/// How far the planning of a route is.
RouteStatus ("a route status") {
    /// Its checkpoints can be changed; no delivery can use it.
    Planning,
    /// Deliveries can use it.
    Active,
    /// It is no longer used.
    Deactivated,
});

/// A place on a route with the time at which it should be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Checkpoint {
    /// Its place in the order, from 1, rising, with gaps allowed.
    pub sequence: Sequence,
    /// Where it is.
    pub location: Location,
    /// When it should be reached.
    pub expected_time: Timestamp,
}

/// A route as its events tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Route {
    /// What it was created as; a repeated create is told from a different one by this.
    pub created: RouteCreated,
    /// Where it begins.
    pub origin: Location,
    /// Where it ends.
    pub destination: Location,
    /// When it begins.
    pub scheduled_start_time: Timestamp,
    /// When it ends: the last checkpoint's time, or the start while there is none.
    pub scheduled_end_time: Timestamp,
    /// How far its planning is.
    pub status: RouteStatus,
    /// By sequence; the times rise with it.
    pub checkpoints: Vec<Checkpoint>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Route {
    /// The time that a delivery of the route books.
    #[must_use]
    pub fn interval(&self) -> Interval {
        Interval::new(self.scheduled_start_time, self.scheduled_end_time)
    }

    /// The checkpoint with that sequence.
    #[must_use]
    pub fn checkpoint(&self, sequence: Sequence) -> Option<&Checkpoint> {
        self.checkpoints.iter().find(|checkpoint| checkpoint.sequence == sequence)
    }
}

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
            Self::ChangeRouteStatus { .. } => "Route status changed",
            Self::AddCheckpoint { .. } => "Checkpoint added",
            Self::UpdateCheckpoint { .. } => "Checkpoint updated",
            Self::RemoveCheckpoint { .. } => "Checkpoint removed",
            Self::ReorderCheckpoints { .. } => "Checkpoints reordered",
        }
    }
}

events!(/// What can have happened to a route.
RouteEvent in "route-management-events" {
    RouteCreated = 1,
    RouteUpdated = 1,
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

/// A delivery that uses the route and has not ended, with those it holds.
#[derive(Clone, Copy, Debug)]
pub struct RouteUse<'a> {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its driver and vehicle with their bookings.
    pub dispatch: Dispatch<'a>,
}

/// What a decision about a route needs to know.
#[derive(Clone, Debug)]
pub struct RouteContext<'a> {
    /// The route in question.
    pub id: RouteId,
    /// Every delivery that uses it and has not ended.
    pub uses: Vec<RouteUse<'a>>,
}

impl Decider for Route {
    type Command = RouteCommand;
    type Event = RouteEvent;
    type Error = RouteError;
    type Context<'a> = RouteContext<'a>;

    fn decide(
        state: Option<&Self>,
        command: &RouteCommand,
        context: &RouteContext<'_>,
    ) -> Result<Vec<RouteEvent>, RouteError> {
        let known = || state.ok_or(RouteError::RouteNotFound { route_id: context.id });
        match command {
            RouteCommand::CreateRoute { origin, destination, scheduled_start_time } => {
                let created = RouteCreated {
                    origin: origin.clone(),
                    destination: destination.clone(),
                    scheduled_start_time: *scheduled_start_time,
                };
                match state {
                    Some(route) if route.created == created => Ok(vec![]),
                    Some(_) => Err(RouteError::RouteExists { route_id: context.id }),
                    None => Ok(vec![created.into()]),
                }
            }
            RouteCommand::PlanRoute { origin, destination, scheduled_start_time, checkpoints } => {
                let created = RouteCreated {
                    origin: origin.clone(),
                    destination: destination.clone(),
                    scheduled_start_time: *scheduled_start_time,
                };
                match state {
                    Some(route) if route.created == created && route.checkpoints == *checkpoints => {
                        Ok(vec![])
                    }
                    Some(_) => Err(RouteError::RouteExists { route_id: context.id }),
                    None => Self::plan(created, checkpoints),
                }
            }
            RouteCommand::UpdateRoute { origin, destination, scheduled_start_time } => {
                known()?.update(origin, destination, *scheduled_start_time, context)
            }
            RouteCommand::ChangeRouteStatus { status } => known()?.change_status(*status, context),
            RouteCommand::AddCheckpoint { sequence, location, expected_time } => {
                let (sequence, location, expected_time) = (*sequence, location.clone(), *expected_time);
                known()?.add(Checkpoint { sequence, location, expected_time })
            }
            RouteCommand::UpdateCheckpoint { sequence, location, expected_time } => {
                let (sequence, location, expected_time) = (*sequence, location.clone(), *expected_time);
                known()?.update_checkpoint(Checkpoint { sequence, location, expected_time })
            }
            RouteCommand::RemoveCheckpoint { sequence } => known()?.remove(*sequence),
            RouteCommand::ReorderCheckpoints { order } => known()?.reorder(order),
        }
    }

    fn evolve(state: Option<Self>, event: &RouteEvent, at: Timestamp) -> Option<Self> {
        if let RouteEvent::RouteCreated(created) = event {
            return Some(Self {
                created: created.clone(),
                origin: created.origin.clone(),
                destination: created.destination.clone(),
                scheduled_start_time: created.scheduled_start_time,
                scheduled_end_time: created.scheduled_start_time,
                status: RouteStatus::Planning,
                checkpoints: vec![],
                created_at: at,
                updated_at: at,
            });
        }
        state.map(|mut route| {
            route.updated_at = at;
            route.apply(event);
            route
        })
    }
}

impl Route {
    fn apply(&mut self, event: &RouteEvent) {
        match event {
            RouteEvent::RouteCreated(_) => {}
            RouteEvent::RouteUpdated(RouteUpdated { origin, destination, scheduled_start_time }) => {
                self.origin = origin.clone();
                self.destination = destination.clone();
                self.scheduled_start_time = *scheduled_start_time;
            }
            RouteEvent::RouteStatusChanged(changed) => self.status = changed.new,
            RouteEvent::CheckpointAdded(CheckpointAdded(checkpoint)) => {
                self.checkpoints.push(checkpoint.clone())
            }
            RouteEvent::CheckpointUpdated(CheckpointUpdated(updated)) => {
                for checkpoint in &mut self.checkpoints {
                    if checkpoint.sequence == updated.sequence {
                        *checkpoint = updated.clone();
                    }
                }
            }
            RouteEvent::CheckpointRemoved(CheckpointRemoved { sequence }) => {
                self.checkpoints.retain(|checkpoint| checkpoint.sequence != *sequence);
            }
            RouteEvent::CheckpointsReordered(CheckpointsReordered { checkpoints }) => {
                self.checkpoints.clone_from(checkpoints);
            }
            RouteEvent::RouteScheduledEndTimeUpdated(updated) => {
                self.scheduled_end_time = updated.scheduled_end_time
            }
        }
    }

    /// A new route whose checkpoints are added one by one, each by the rules of adding.
    fn plan(created: RouteCreated, checkpoints: &[Checkpoint]) -> Result<Vec<RouteEvent>, RouteError> {
        let scheduled_start_time = created.scheduled_start_time;
        let mut route = Self {
            origin: created.origin.clone(),
            destination: created.destination.clone(),
            scheduled_start_time,
            scheduled_end_time: scheduled_start_time,
            status: RouteStatus::Planning,
            checkpoints: vec![],
            created_at: scheduled_start_time,
            updated_at: scheduled_start_time,
            created: created.clone(),
        };
        let mut events = vec![created.into()];
        for checkpoint in checkpoints {
            // Only the last one decides the end, so that is said once.
            let added = route.add(checkpoint.clone())?;
            added.iter().for_each(|event| route.apply(event));
            events.extend(added.into_iter().take(1));
        }
        if route.scheduled_end_time != scheduled_start_time {
            let scheduled_end_time = route.scheduled_end_time;
            events.push(RouteScheduledEndTimeUpdated { scheduled_end_time }.into());
        }
        Ok(events)
    }

    fn update(
        &self,
        origin: &Location,
        destination: &Location,
        scheduled_start_time: Timestamp,
        context: &RouteContext<'_>,
    ) -> Result<Vec<RouteEvent>, RouteError> {
        match self.status {
            RouteStatus::Planning | RouteStatus::Active => {}
            RouteStatus::Deactivated => return Err(RouteError::RouteFixed { status: self.status }),
        }
        if let Some(first) = self.checkpoints.first()
            && scheduled_start_time >= first.expected_time
        {
            let first_expected_time = first.expected_time;
            return Err(RouteError::StartNotBeforeFirstCheckpoint {
                scheduled_start_time,
                first_expected_time,
            });
        }
        let unmoved = self.scheduled_start_time == scheduled_start_time;
        if unmoved && self.origin == *origin && self.destination == *destination {
            return Ok(vec![]);
        }
        let (origin, destination) = (origin.clone(), destination.clone());
        let events = self.ending_right(RouteUpdated { origin, destination, scheduled_start_time }.into());
        let moved = events.iter().fold(self.clone(), |mut route, event| {
            route.apply(event);
            route
        });
        if moved.interval() != self.interval() {
            for RouteUse { delivery, dispatch } in &context.uses {
                if let Some(conflict) = dispatch.conflict(moved.interval(), *delivery) {
                    return Err(RouteError::MovesIntoConflict { moved_delivery_id: *delivery, conflict });
                }
            }
        }
        Ok(events)
    }

    fn change_status(
        &self,
        wanted: RouteStatus,
        context: &RouteContext<'_>,
    ) -> Result<Vec<RouteEvent>, RouteError> {
        if self.status == wanted {
            return Ok(vec![]);
        }
        let valid: &[RouteStatus] = match self.status {
            RouteStatus::Planning => &[RouteStatus::Active, RouteStatus::Deactivated],
            RouteStatus::Active => &[RouteStatus::Planning, RouteStatus::Deactivated],
            RouteStatus::Deactivated => &[],
        };
        if !valid.contains(&wanted) {
            return Err(RouteError::RouteTransition { status: self.status, wanted, valid: valid.to_vec() });
        }
        if wanted != RouteStatus::Active && !context.uses.is_empty() {
            return Err(RouteError::RouteInUse {
                deliveries: context.uses.iter().map(|used| used.delivery).collect(),
            });
        }
        Ok(vec![RouteStatusChanged { old: self.status, new: wanted }.into()])
    }

    fn add(&self, checkpoint: Checkpoint) -> Result<Vec<RouteEvent>, RouteError> {
        self.refuse_unless_planning()?;
        if let Some(last) = self.checkpoints.last()
            && checkpoint.sequence <= last.sequence
        {
            return Err(RouteError::SequenceNotGreatest {
                sequence: checkpoint.sequence,
                greatest: last.sequence,
            });
        }
        self.refuse_too_early(&checkpoint, self.checkpoints.last())?;
        Ok(self.ending_right(CheckpointAdded(checkpoint).into()))
    }

    fn update_checkpoint(&self, checkpoint: Checkpoint) -> Result<Vec<RouteEvent>, RouteError> {
        self.refuse_unless_planning()?;
        let sequence = checkpoint.sequence;
        let Some(index) = self.checkpoints.iter().position(|c| c.sequence == sequence) else {
            return Err(RouteError::NoSuchCheckpoint { sequence, existing: self.sequences() });
        };
        self.refuse_too_early(
            &checkpoint,
            index.checked_sub(1).and_then(|before| self.checkpoints.get(before)),
        )?;
        if let Some(next) = self.checkpoints.get(index + 1)
            && checkpoint.expected_time >= next.expected_time
        {
            return Err(RouteError::CheckpointTooLate {
                expected_time: checkpoint.expected_time,
                before: next.expected_time,
                what: format!("checkpoint {}", next.sequence),
            });
        }
        if self.checkpoints.get(index) == Some(&checkpoint) {
            return Ok(vec![]);
        }
        Ok(self.ending_right(CheckpointUpdated(checkpoint).into()))
    }

    fn remove(&self, sequence: Sequence) -> Result<Vec<RouteEvent>, RouteError> {
        self.refuse_unless_planning()?;
        if self.checkpoint(sequence).is_none() {
            return Err(RouteError::CheckpointNotFound { sequence, existing: self.sequences() });
        }
        Ok(self.ending_right(CheckpointRemoved { sequence }.into()))
    }

    fn reorder(&self, order: &[Sequence]) -> Result<Vec<RouteEvent>, RouteError> {
        self.refuse_unless_planning()?;
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        if sorted != self.sequences() {
            return Err(RouteError::OrderIncomplete { existing: self.sequences() });
        }
        let locations =
            order.iter().filter_map(|sequence| self.checkpoint(*sequence)).map(|c| c.location.clone());
        let slots = self.checkpoints.iter().zip(locations);
        let checkpoints: Vec<_> =
            slots.map(|(slot, location)| Checkpoint { location, ..slot.clone() }).collect();
        if checkpoints == self.checkpoints {
            return Ok(vec![]);
        }
        Ok(vec![CheckpointsReordered { checkpoints }.into()])
    }

    /// `event`, and after it the change of the end that follows from it, if one does.
    fn ending_right(&self, event: RouteEvent) -> Vec<RouteEvent> {
        let mut after = self.clone();
        after.apply(&event);
        let scheduled_end_time =
            after.checkpoints.last().map_or(after.scheduled_start_time, |c| c.expected_time);
        if scheduled_end_time == self.scheduled_end_time {
            vec![event]
        } else {
            vec![event, RouteScheduledEndTimeUpdated { scheduled_end_time }.into()]
        }
    }

    fn sequences(&self) -> Vec<Sequence> {
        self.checkpoints.iter().map(|checkpoint| checkpoint.sequence).collect()
    }

    fn refuse_unless_planning(&self) -> Result<(), RouteError> {
        match self.status {
            RouteStatus::Planning => Ok(()),
            status @ (RouteStatus::Active | RouteStatus::Deactivated) => {
                Err(RouteError::CheckpointsFixed { status })
            }
        }
    }

    fn refuse_too_early(
        &self,
        checkpoint: &Checkpoint,
        previous: Option<&Checkpoint>,
    ) -> Result<(), RouteError> {
        let (after, what) = match previous {
            Some(previous) => (previous.expected_time, format!("checkpoint {}", previous.sequence)),
            None => (self.scheduled_start_time, "the route's start".to_owned()),
        };
        if checkpoint.expected_time > after {
            return Ok(());
        }
        Err(RouteError::CheckpointTooEarly { expected_time: checkpoint.expected_time, after, what })
    }
}
