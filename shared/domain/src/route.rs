//! A route: a planned journey from an origin to a destination with checkpoints in order.
//!
//! Deliveries drive routes, but a route does not know them: those that matter come in as context.

mod command;
mod error;
mod events;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use command::RouteCommand;
pub use error::RouteError;
pub(crate) use error::list;
pub use events::{
    CheckpointAdded, CheckpointRemoved, CheckpointUpdated, CheckpointsReordered, RouteCreated, RouteEvent,
    RouteMoved, RouteScheduledEndTimeUpdated, RouteStatusChanged, RouteUpdated,
};

use crate::decider::Decider;
use crate::dispatch::Dispatch;
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

/// A delivery that uses the route and has not ended, with those it holds.
#[derive(Clone, Copy, Debug)]
pub struct RouteUse<'a> {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Its driver and vehicle with their bookings.
    pub dispatch: Dispatch<'a>,
    /// When it was tried again, where it was: its booking begins no earlier.
    pub not_before: Option<Timestamp>,
}

/// What a decision about a route needs to know.
#[derive(Clone, Debug)]
pub struct RouteContext<'a> {
    /// The route in question.
    pub id: RouteId,
    /// Every delivery that uses it and has not ended.
    pub uses: Vec<RouteUse<'a>>,
    /// Whether any delivery, also one that has ended, reached one of its checkpoints.
    pub is_reached: bool,
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
            RouteCommand::MoveRoute { from, scheduled_start_time } => {
                known()?.moved(*from, *scheduled_start_time, context)
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

    fn evolve(state: &mut Option<Self>, event: RouteEvent, at: Timestamp) {
        if let RouteEvent::RouteCreated(created) = event {
            *state = Some(Self {
                origin: created.origin.clone(),
                destination: created.destination.clone(),
                scheduled_start_time: created.scheduled_start_time,
                scheduled_end_time: created.scheduled_start_time,
                status: RouteStatus::Planning,
                checkpoints: vec![],
                created_at: at,
                updated_at: at,
                created,
            });
        } else if let Some(route) = state {
            route.updated_at = at;
            route.apply(event);
        }
    }
}

impl Route {
    fn apply(&mut self, event: RouteEvent) {
        match event {
            RouteEvent::RouteCreated(_) => {}
            RouteEvent::RouteUpdated(RouteUpdated { origin, destination, scheduled_start_time }) => {
                self.origin = origin;
                self.destination = destination;
                self.scheduled_start_time = scheduled_start_time;
            }
            RouteEvent::RouteMoved(RouteMoved { scheduled_start_time, scheduled_end_time, checkpoints }) => {
                self.scheduled_start_time = scheduled_start_time;
                self.scheduled_end_time = scheduled_end_time;
                self.checkpoints = checkpoints;
            }
            RouteEvent::RouteStatusChanged(changed) => self.status = changed.new,
            RouteEvent::CheckpointAdded(CheckpointAdded(checkpoint)) => self.checkpoints.push(checkpoint),
            RouteEvent::CheckpointUpdated(CheckpointUpdated(updated)) => {
                let mut checkpoints = self.checkpoints.iter_mut();
                if let Some(checkpoint) = checkpoints.find(|known| known.sequence == updated.sequence) {
                    *checkpoint = updated;
                }
            }
            RouteEvent::CheckpointRemoved(CheckpointRemoved { sequence }) => {
                self.checkpoints.retain(|checkpoint| checkpoint.sequence != sequence);
            }
            RouteEvent::CheckpointsReordered(CheckpointsReordered { checkpoints }) => {
                self.checkpoints = checkpoints;
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
            added.iter().for_each(|event| route.apply(event.clone()));
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
        self.refuse_if_deactivated()?;
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
        let mut moved = self.clone();
        events.iter().for_each(|event| moved.apply(event.clone()));
        self.refuse_conflict(moved.interval(), context)?;
        Ok(events)
    }

    fn moved(
        &self,
        from: Timestamp,
        scheduled_start_time: Timestamp,
        context: &RouteContext<'_>,
    ) -> Result<Vec<RouteEvent>, RouteError> {
        self.refuse_if_deactivated()?;
        if self.scheduled_start_time == scheduled_start_time {
            return Ok(vec![]);
        }
        if self.scheduled_start_time != from {
            return Err(RouteError::StartChanged { scheduled_start_time: self.scheduled_start_time, from });
        }
        if context.is_reached {
            return Err(RouteError::CheckpointsReached);
        }
        let span = scheduled_start_time.datetime() - from.datetime();
        let later = |at: Timestamp| {
            at.datetime().checked_add_signed(span).and_then(|at| Timestamp::try_from(at).ok())
        };
        let moved = |checkpoint: &Checkpoint| {
            later(checkpoint.expected_time)
                .map(|expected_time| Checkpoint { expected_time, ..checkpoint.clone() })
        };
        let checkpoints: Option<Vec<_>> = self.checkpoints.iter().map(moved).collect();
        let (Some(checkpoints), Some(scheduled_end_time)) = (checkpoints, later(self.scheduled_end_time))
        else {
            return Err(RouteError::BeyondTime);
        };
        self.refuse_conflict(Interval::new(scheduled_start_time, scheduled_end_time), context)?;
        Ok(vec![RouteMoved { scheduled_start_time, scheduled_end_time, checkpoints }.into()])
    }

    /// Refuses another time that a driver or vehicle of the route's deliveries is booked for.
    fn refuse_conflict(&self, interval: Interval, context: &RouteContext<'_>) -> Result<(), RouteError> {
        if interval == self.interval() {
            return Ok(());
        }
        let interval_of = |used: &RouteUse<'_>| interval.not_before(used.not_before);
        for (place, used) in context.uses.iter().enumerate() {
            let interval = interval_of(used);
            // One of them may have been tried again later by the same crew: they move together.
            let mut siblings = context.uses[place + 1..].iter();
            let conflict = used.dispatch.conflict(interval, used.delivery).or_else(|| {
                siblings.find_map(|other| {
                    let held = (other.delivery, &other.dispatch, interval_of(other));
                    used.dispatch.conflict_with(interval, held)
                })
            });
            if let Some(conflict) = conflict {
                return Err(RouteError::MovesIntoConflict { moved_delivery_id: used.delivery, conflict });
            }
        }
        Ok(())
    }

    fn refuse_if_deactivated(&self) -> Result<(), RouteError> {
        match self.status {
            RouteStatus::Planning | RouteStatus::Active => Ok(()),
            RouteStatus::Deactivated => Err(RouteError::RouteFixed { status: self.status }),
        }
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
        after.apply(event.clone());
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
