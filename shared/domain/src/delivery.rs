//! A delivery: one execution of an active route by at most one driver and one vehicle.
//!
//! Whether driver and vehicle are free is decided in `dispatch`; what they are, in `fleet`.

mod clock;
mod command;
mod crew;
mod error;
mod events;
mod history;
mod incident;
mod late;
mod status;

use serde::Serialize;
use ts_rs::TS;

pub use clock::{ClockDoubt, ClockFault, DeviceTime};
pub use command::DeliveryCommand;
pub use error::DeliveryError;
pub use events::{
    AwaitedFileClosed, CheckpointReached, DeliveryCreated, DeliveryEvent, DeliveryStatusChanged,
    DriverAssigned, FileHash, FileRef, IncidentReported, IncidentResolved, ProofOfDeliveryCaptured,
    ReceiverErased, VehicleAssigned,
};
pub use incident::{Incident, IncidentType, Severity};
pub use late::{LateCause, LateDeed, LateFact, LateFactKept, LateFactSettled, LateWords, PhoneAction};
pub use status::DeliveryStatus;

use crate::decider::Decider;
use crate::dispatch::{Dispatch, DispatchError};
use crate::route::Route;
use crate::values::{
    DeliveryId, DriverId, IncidentId, Location, Note, Reason, RouteId, Sequence, Timestamp, VehicleId,
};

/// The most photos one proof of delivery may have.
pub const MAX_PHOTOS: usize = 10;

/// How many incidents a delivery may have, far more than any bad day brings.
pub const INCIDENTS_MAX: usize = 2_000;

/// How many photos all incidents of a delivery may have together.
pub const INCIDENT_PHOTOS_MAX: usize = 100;

/// A delivery as its events tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Delivery {
    /// What it was created as; a repeated create is told from a different one by this.
    pub created: DeliveryCreated,
    /// Who drives.
    pub driver_id: Option<DriverId>,
    /// What is driven.
    pub vehicle_id: Option<VehicleId>,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was handed over.
    pub delivered_at: Option<Timestamp>,
    /// When it was tried again last: its booking begins no earlier.
    pub tried_again_at: Option<Timestamp>,
    /// What it has reached, in the order of reaching.
    pub reached: Vec<(CheckpointReached, Timestamp)>,
    /// What went wrong, in the order of reporting.
    pub incidents: Vec<Incident>,
    /// Who received it.
    pub proof: Option<ProofOfDeliveryCaptured>,
    /// The announced files that will not come, in the order of closing.
    pub files_closed: Vec<FileHash>,
    /// Whether everything personal that was recorded of it so far has been erased.
    pub erased: bool,
    /// Everybody it was given to, in that order.
    pub drivers: Vec<DriverId>,
    /// When the last step was taken; the creation is the first one.
    pub last_step_at: Timestamp,
    /// What phones reported that it could not take.
    pub late_facts: Vec<LateFact>,
}

/// Those of whom the depot must know before it decides a delivery's command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Involved {
    /// The route that is or would be driven.
    pub route: Option<RouteId>,
    /// Who drives or would drive.
    pub driver: Option<DriverId>,
    /// What is or would be driven.
    pub vehicle: Option<VehicleId>,
}

/// Who asks for something to be done with a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporter {
    /// Somebody who plans: the depot may refuse.
    Desk,
    /// The driver, of what happened on the road: it is recorded and flagged.
    Driver,
}

/// What a decision about a delivery needs to know.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryContext<'a> {
    /// The delivery in question.
    pub id: DeliveryId,
    /// Those whom [`Delivery::involved`] named.
    pub dispatch: Dispatch<'a>,
    /// Whether the bytes of the file that the command names are at the depot.
    pub file_received: bool,
    /// An id for an incident that comes without one.
    pub fresh_incident_id: IncidentId,
    /// Who asks.
    pub reporter: Reporter,
    /// The phone that reports it, where a driver's phone does.
    pub phone: Option<PhoneAction>,
    /// What speaks against the time that the events will have.
    pub clock: Option<ClockDoubt>,
}

impl Decider for Delivery {
    type Command = DeliveryCommand;
    type Event = DeliveryEvent;
    type Error = DeliveryError;
    type Context<'a> = DeliveryContext<'a>;

    fn decide(
        state: Option<&Self>,
        command: &DeliveryCommand,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        let decided = Self::decide_by_rules(state, command, context);
        let decided = match (state, context.phone) {
            (Some(delivery), Some(phone)) => delivery.decide_for_phone(command, phone, decided),
            (None, _) | (_, None) => decided,
        };
        Ok(decided?.into_iter().map(|event| event.with_clock(context.clock)).collect())
    }

    fn evolve(state: &mut Option<Self>, event: DeliveryEvent, at: Timestamp) {
        if let DeliveryEvent::DeliveryCreated(created) = event {
            *state = Some(Self {
                driver_id: created.driver_id,
                vehicle_id: created.vehicle_id,
                status: DeliveryStatus::PickedUp,
                created_at: at,
                delivered_at: None,
                tried_again_at: None,
                reached: vec![],
                incidents: vec![],
                proof: None,
                files_closed: vec![],
                erased: false,
                drivers: created.driver_id.into_iter().collect(),
                last_step_at: at,
                late_facts: vec![],
                created,
            });
        } else if let Some(delivery) = state {
            delivery.apply(event, at);
        }
    }
}

impl Delivery {
    /// Whom the depot must know about before `command` can be decided on a delivery in `state`.
    #[must_use]
    pub fn involved(state: Option<&Self>, command: &DeliveryCommand) -> Involved {
        let held = |delivery: &Self| Involved {
            route: Some(delivery.created.route_id),
            driver: delivery.driver_id,
            vehicle: delivery.vehicle_id,
        };
        let held = state.map_or(Involved { route: None, driver: None, vehicle: None }, held);
        match command {
            DeliveryCommand::CreateDelivery { route_id, driver_id, vehicle_id } => {
                Involved { route: Some(*route_id), driver: *driver_id, vehicle: *vehicle_id }
            }
            // Only the one who is named is checked: the other is held already.
            DeliveryCommand::AssignDriver { driver_id } => {
                Involved { driver: Some(*driver_id), vehicle: None, ..held }
            }
            DeliveryCommand::AssignVehicle { vehicle_id } => {
                Involved { driver: None, vehicle: Some(*vehicle_id), ..held }
            }
            DeliveryCommand::RetryDelivery { driver_id, vehicle_id, .. } => {
                Involved { driver: driver_id.or(held.driver), vehicle: vehicle_id.or(held.vehicle), ..held }
            }
            DeliveryCommand::ChangeDeliveryStatus { .. }
            | DeliveryCommand::ReachCheckpoint { .. }
            | DeliveryCommand::ReportIncident { .. }
            | DeliveryCommand::ResolveIncident { .. }
            | DeliveryCommand::CaptureProof { .. }
            | DeliveryCommand::SettleLateFact { .. }
            | DeliveryCommand::CloseAwaitedFile { .. }
            | DeliveryCommand::EraseReceiver {} => held,
        }
    }

    fn decide_by_rules(
        state: Option<&Self>,
        command: &DeliveryCommand,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        let known = || state.ok_or(DeliveryError::DeliveryNotFound { delivery_id: context.id });
        match command {
            DeliveryCommand::CreateDelivery { route_id, driver_id, vehicle_id } => {
                let (route_id, driver_id, vehicle_id) = (*route_id, *driver_id, *vehicle_id);
                Self::create(state, DeliveryCreated { route_id, driver_id, vehicle_id }, context)
            }
            DeliveryCommand::AssignDriver { driver_id } => known()?.assign_driver(*driver_id, context),
            DeliveryCommand::AssignVehicle { vehicle_id } => known()?.assign_vehicle(*vehicle_id, context),
            DeliveryCommand::RetryDelivery { driver_id, vehicle_id, reason } => {
                known()?.retry(*driver_id, *vehicle_id, reason.as_ref(), context)
            }
            DeliveryCommand::ChangeDeliveryStatus { status, reason } => {
                known()?.change_status(*status, reason.as_ref(), context)
            }
            DeliveryCommand::ReachCheckpoint { route_id, sequence, location } => {
                known()?.reach(*route_id, *sequence, location.as_ref(), context)
            }
            DeliveryCommand::ReportIncident { incident_id, kind, description, severity, photos } => known()?
                .report(IncidentReported {
                    incident_id: incident_id.unwrap_or(context.fresh_incident_id),
                    kind: kind.clone(),
                    severity: severity.unwrap_or_else(|| kind.default_severity()),
                    description: description.clone(),
                    photos: photos.clone(),
                    clock: None,
                }),
            DeliveryCommand::ResolveIncident { incident_id, note } => {
                known()?.resolve(*incident_id, note.as_ref())
            }
            DeliveryCommand::CaptureProof { receiver_name, signature_url, signature, photos } => known()?
                .prove(ProofOfDeliveryCaptured {
                    receiver_name: receiver_name.clone(),
                    signature_url: signature_url.clone(),
                    signature: signature.clone(),
                    photos: photos.clone(),
                    clock: None,
                }),
            DeliveryCommand::CloseAwaitedFile { hash, reason } => {
                known()?.close_file(hash, reason, context.file_received)
            }
            DeliveryCommand::SettleLateFact { fact_id, note } => known()?.settle(*fact_id, note.as_ref()),
            DeliveryCommand::EraseReceiver {} => known()?.erase(),
        }
    }

    /// The checkpoint reached that lies furthest along the route.
    #[must_use]
    pub fn last_reached(&self) -> Option<&CheckpointReached> {
        self.reached.iter().map(|(reached, _)| reached).max_by_key(|reached| reached.sequence)
    }

    fn create(
        state: Option<&Self>,
        created: DeliveryCreated,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        match state {
            Some(delivery) if delivery.created == created => Ok(vec![]),
            Some(_) => Err(DeliveryError::DeliveryExists { delivery_id: context.id }),
            None => {
                context.dispatch.check(context.id, None)?;
                Ok(vec![created.into()])
            }
        }
    }

    fn change_status(
        &self,
        wanted: DeliveryStatus,
        reason: Option<&Reason>,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        if self.status == wanted {
            return Ok(vec![]);
        }
        if !self.status.targets().contains(&wanted) {
            let valid = self.status.targets();
            return Err(DeliveryError::DeliveryTransition { status: self.status, wanted, valid });
        }
        match wanted {
            DeliveryStatus::InTransit => {
                self.refuse_unless_staffed(wanted)?;
                return self.start(reason, context);
            }
            DeliveryStatus::OutForDelivery => {
                self.refuse_unless_staffed(wanted)?;
                let missing = self.missing(self.route(context)?);
                if !missing.is_empty() {
                    return Err(DeliveryError::CheckpointsMissing { missing });
                }
            }
            DeliveryStatus::Delivered if self.proof.is_none() => return Err(DeliveryError::ProofMissing),
            DeliveryStatus::PickedUp => context.dispatch.check(context.id, Some(context.dispatch.now))?,
            DeliveryStatus::Delivered | DeliveryStatus::Failed => {}
        }
        Ok(vec![self.moved_to(wanted, reason.cloned())])
    }

    fn reach(
        &self,
        route_id: RouteId,
        sequence: Sequence,
        location: Option<&Location>,
        context: &DeliveryContext<'_>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        if route_id != self.created.route_id {
            return Err(DeliveryError::OtherRoute {
                route_id: self.created.route_id,
                given_route_id: route_id,
            });
        }
        let route = self.route(context)?;
        let Some(checkpoint) = route.checkpoint(sequence) else {
            let existing = route.checkpoints.iter().map(|c| c.sequence).collect();
            return Err(DeliveryError::NoSuchCheckpoint { sequence, existing });
        };
        if let Some(given) = location
            && *given != checkpoint.location
        {
            let (location, given_location) = (checkpoint.location.clone(), given.clone());
            return Err(DeliveryError::OtherLocation { sequence, location, given_location });
        }
        // Before the status, so that a phone may repeat the last one, which moved the delivery on.
        if self.has_reached(sequence) {
            return Ok(vec![]);
        }
        if self.status != DeliveryStatus::InTransit {
            return Err(DeliveryError::NotInTransit { status: self.status });
        }
        let mut events = vec![
            CheckpointReached { route_id, sequence, location: checkpoint.location.clone(), clock: None }
                .into(),
        ];
        if self.missing(route) == [sequence] {
            events.push(self.moved_to(DeliveryStatus::OutForDelivery, None));
        }
        Ok(events)
    }

    fn report(&self, reported: IncidentReported) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        let IncidentReported { incident_id, kind, severity, description, photos, clock: _ } = &reported;
        Self::check_photos(photos)?;
        let Some(known) = self.incidents.iter().find(|incident| incident.id == *incident_id) else {
            self.check_room_for_incident(photos)?;
            return Ok(vec![reported.into()]);
        };
        if known.kind == *kind
            && known.severity == *severity
            && known.description == *description
            && known.photos == *photos
        {
            return Ok(vec![]);
        }
        Err(DeliveryError::IncidentExists { incident_id: *incident_id })
    }

    fn resolve(
        &self,
        incident_id: IncidentId,
        note: Option<&Note>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        match self.incidents.iter().find(|incident| incident.id == incident_id) {
            None => Err(DeliveryError::IncidentNotFound { incident_id }),
            Some(incident) if incident.resolved => {
                Err(DeliveryError::IncidentAlreadyResolved { incident_id })
            }
            Some(_) => Ok(vec![IncidentResolved { incident_id, note: note.cloned(), clock: None }.into()]),
        }
    }

    /// A delivery is shown, remembered and exported as a whole, so what it can hold is bounded.
    fn check_room_for_incident(&self, photos: &[FileRef]) -> Result<(), DeliveryError> {
        if self.incidents.len() >= INCIDENTS_MAX {
            return Err(DeliveryError::TooManyIncidents { most: INCIDENTS_MAX });
        }
        let kept: usize = self.incidents.iter().map(|incident| incident.photos.len()).sum();
        let given = kept + photos.len();
        if given > INCIDENT_PHOTOS_MAX {
            return Err(DeliveryError::TooManyPhotos { most: INCIDENT_PHOTOS_MAX, given });
        }
        Ok(())
    }

    const fn check_photos(photos: &[FileRef]) -> Result<(), DeliveryError> {
        if photos.len() > MAX_PHOTOS {
            return Err(DeliveryError::TooManyPhotos { most: MAX_PHOTOS, given: photos.len() });
        }
        Ok(())
    }

    fn prove(&self, proof: ProofOfDeliveryCaptured) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        if proof.signature_url.is_none() && proof.signature.is_none() && proof.photos.is_empty() {
            return Err(DeliveryError::ProofEmpty);
        }
        if proof.signature_url.as_ref().is_some_and(|url| !url.is_web_address()) {
            return Err(DeliveryError::SignatureUrlInvalid);
        }
        Self::check_photos(&proof.photos)?;
        if self
            .proof
            .as_ref()
            .is_some_and(|known| ProofOfDeliveryCaptured { clock: None, ..known.clone() } == proof)
        {
            return Ok(vec![]);
        }
        if self.status != DeliveryStatus::OutForDelivery {
            return Err(DeliveryError::NotOutForDelivery { status: self.status });
        }
        Ok(vec![proof.into(), self.moved_to(DeliveryStatus::Delivered, None)])
    }

    fn close_file(
        &self,
        hash: &FileHash,
        reason: &Reason,
        is_received: bool,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        if self.files_closed.contains(hash) {
            return Ok(vec![]);
        }
        if !self.files().any(|file| file.hash == *hash) {
            return Err(DeliveryError::FileNotNamed { hash: hash.clone() });
        }
        if is_received {
            return Err(DeliveryError::FileReceived { hash: hash.clone() });
        }
        Ok(vec![AwaitedFileClosed { hash: hash.clone(), reason: reason.clone() }.into()])
    }

    fn erase(&self) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        if self.erased {
            return Ok(vec![]);
        }
        if self.status.is_open() {
            return Err(DeliveryError::NotEnded { status: self.status });
        }
        Ok(vec![ReceiverErased {}.into()])
    }

    fn moved_to(&self, new: DeliveryStatus, reason: Option<Reason>) -> DeliveryEvent {
        DeliveryStatusChanged { old: self.status, new, reason, also_under_way: None, clock: None }.into()
    }

    fn has_reached(&self, sequence: Sequence) -> bool {
        self.reached.iter().any(|(reached, _)| reached.sequence == sequence)
    }

    fn route<'a>(&self, context: &DeliveryContext<'a>) -> Result<&'a Route, DispatchError> {
        let route_id = self.created.route_id;
        let route = context.dispatch.route.and_then(|(_, route)| route);
        route.ok_or(DispatchError::RouteNotFound { route_id })
    }

    fn missing(&self, route: &Route) -> Vec<Sequence> {
        let sequences = route.checkpoints.iter().map(|checkpoint| checkpoint.sequence);
        sequences.filter(|sequence| !self.has_reached(*sequence)).collect()
    }
}
