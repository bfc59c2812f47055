//! Late facts: what a driver's phone reports of a delivery that cannot take it any more.
//!
//! It happened all the same, so it is kept beside the delivery until the desk decides what follows from it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    ClockDoubt, Delivery, DeliveryCommand, DeliveryError, DeliveryEvent, DeliveryStatus, FileRef,
    IncidentType, Severity,
};
use crate::values::{
    Description, DriverId, IncidentId, LateFactId, Note, Reason, ReceiverName, Sequence, SignatureUrl, words,
};

words!(/// Why a delivery could not take what a phone reported.
LateCause ("a cause") {
    /// It had been given to another driver.
    OtherDriver,
    /// It was not under way.
    NotInTransit,
    /// It was not out for delivery.
    NotOutForDelivery,
    /// Its status does not follow on the present one.
    StatusMovedOn,
    /// Its route has no such checkpoint any more.
    RouteChanged,
    /// The incident had been resolved otherwise.
    IncidentResolved,
});

/// What a driver did, without what is personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum LateDeed {
    /// Moved the delivery on.
    StatusChanged {
        /// To which status.
        status: DeliveryStatus,
    },
    /// Reached a checkpoint.
    CheckpointReached {
        /// Which one.
        sequence: Sequence,
    },
    /// Reported an incident.
    IncidentReported {
        /// Which one.
        incident_id: IncidentId,
        /// How grave.
        severity: Severity,
    },
    /// Resolved an incident.
    IncidentResolved {
        /// Which one.
        incident_id: IncidentId,
    },
    /// Captured a proof of delivery.
    ProofCaptured {},
}

impl LateDeed {
    /// The incident that it reports; nil for any other deed.
    fn incident_id(&self) -> IncidentId {
        match self {
            Self::IncidentReported { incident_id, .. } => *incident_id,
            Self::StatusChanged { .. }
            | Self::CheckpointReached { .. }
            | Self::IncidentResolved { .. }
            | Self::ProofCaptured {} => IncidentId::from(uuid::Uuid::nil()),
        }
    }
}

/// What is personal in what a driver did: texts, names and pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LateWords {
    /// Why the status was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Reason>,
    /// What sort of incident: any text, so it may name somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub incident_type: Option<IncidentType>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub description: Option<Description>,
    /// How an incident was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Note>,
    /// Who received the delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub receiver_name: Option<ReceiverName>,
    /// Where another system keeps the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub signature_url: Option<SignatureUrl>,
    /// The signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub signature: Option<FileRef>,
    /// Photos of the proof or of the incident.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FileRef>>", optional)]
    pub photos: Vec<FileRef>,
}

/// What a driver did on a delivery that could not take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LateFactKept {
    /// By which the desk names it.
    pub fact_id: LateFactId,
    /// Who did it.
    pub driver_id: DriverId,
    /// What was done.
    pub deed: LateDeed,
    /// Why the delivery could not take it.
    pub cause: LateCause,
    /// What is personal in it; absent where there is nothing, or it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub words: Option<LateWords>,
    /// What speaks against its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clock: Option<ClockDoubt>,
}

/// Somebody at the desk decided what follows from a late fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LateFactSettled {
    /// Which one.
    pub fact_id: LateFactId,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Note>,
}

/// A late fact as a delivery remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LateFact {
    /// Which one.
    pub id: LateFactId,
    /// Who did it.
    pub driver_id: DriverId,
    /// What was done.
    pub deed: LateDeed,
    /// What is personal in it, as far as it was not erased.
    pub words: Option<LateWords>,
    /// Whether the desk has decided.
    pub settled: bool,
}

/// The phone that reports something, in the name of its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneAction {
    /// Whose phone it is.
    pub driver_id: DriverId,
    /// An id for a late fact, should it be one.
    pub fresh_fact_id: LateFactId,
}

impl Delivery {
    /// Returns whether `driver` drives it, or did before it was given to somebody else.
    #[must_use]
    pub fn was_given_to(&self, driver: DriverId) -> bool {
        self.drivers.contains(&driver)
    }

    /// Every file that something recorded of it names: its proof, its incidents and its late facts.
    pub fn files(&self) -> impl Iterator<Item = &FileRef> {
        let proof = self.proof.iter().flat_map(|proof| proof.signature.iter().chain(&proof.photos));
        let incidents = self.incidents.iter().flat_map(|incident| &incident.photos);
        let late = self.late_facts.iter().filter_map(|fact| fact.words.as_ref());
        proof.chain(incidents).chain(late.flat_map(|words| words.signature.iter().chain(&words.photos)))
    }

    /// Finds the late fact that a command of `driver` was kept as.
    #[must_use]
    pub fn late_fact(&self, command: &DeliveryCommand, driver: DriverId) -> Option<&LateFact> {
        self.late_facts.iter().rev().find(|fact| {
            let is_same = |(deed, words)| fact.deed == deed && fact.words == words;
            fact.driver_id == driver && parts_of(command, fact.deed.incident_id()).is_some_and(is_same)
        })
    }

    /// Decides what becomes of a phone's command: as the rules say where they can, else it is kept as a late fact.
    pub(super) fn decide_for_phone(
        &self,
        command: &DeliveryCommand,
        phone: PhoneAction,
        decided: Result<Vec<DeliveryEvent>, DeliveryError>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        let is_own = self.driver_id == Some(phone.driver_id);
        let cause = match &decided {
            Ok(events) if is_own || (events.is_empty() && is_recognised_by_content(command)) => {
                return decided;
            }
            Err(_) if is_own && self.is_so_already(command) => return Ok(vec![]),
            Err(error) if is_unfit(error) => return decided,
            Ok(_) | Err(_) if !is_own => LateCause::OtherDriver,
            Ok(_) => return decided,
            Err(error) => match cause_of(error) {
                Some(cause) => cause,
                None => return decided,
            },
        };
        // An incident that came without an id is named as the fact is.
        let fresh_incident_id = IncidentId::from(phone.fresh_fact_id.uuid());
        let Some((deed, words)) = parts_of(command, fresh_incident_id) else {
            return if is_own { decided } else { Err(DeliveryError::GivenAway) };
        };
        if self.late_fact(command, phone.driver_id).is_some() {
            return Ok(vec![]);
        }
        let PhoneAction { driver_id, fresh_fact_id: fact_id } = phone;
        Ok(vec![LateFactKept { fact_id, driver_id, deed, cause, words, clock: None }.into()])
    }

    /// Returns whether what the command asks was done before, and the delivery has moved on since.
    fn is_so_already(&self, command: &DeliveryCommand) -> bool {
        match command {
            DeliveryCommand::ChangeDeliveryStatus { status: DeliveryStatus::InTransit, .. } => {
                matches!(self.status, DeliveryStatus::OutForDelivery | DeliveryStatus::Delivered)
            }
            DeliveryCommand::ChangeDeliveryStatus { status: DeliveryStatus::OutForDelivery, .. } => {
                self.status == DeliveryStatus::Delivered
            }
            DeliveryCommand::ResolveIncident { incident_id, note } => self
                .incidents
                .iter()
                .any(|incident| incident.id == *incident_id && incident.resolved && incident.note == *note),
            // What was erased cannot be compared, and must not be recorded once more.
            DeliveryCommand::CaptureProof { .. } => self.erased && self.proof.is_some(),
            DeliveryCommand::ReportIncident { incident_id, .. } => {
                self.erased && self.incidents.iter().any(|incident| Some(incident.id) == *incident_id)
            }
            DeliveryCommand::ChangeDeliveryStatus { .. }
            | DeliveryCommand::CreateDelivery { .. }
            | DeliveryCommand::AssignDriver { .. }
            | DeliveryCommand::AssignVehicle { .. }
            | DeliveryCommand::RetryDelivery { .. }
            | DeliveryCommand::ReachCheckpoint { .. }
            | DeliveryCommand::CloseAwaitedFile { .. }
            | DeliveryCommand::SettleLateFact { .. }
            | DeliveryCommand::EraseReceiver {} => false,
        }
    }

    pub(super) fn settle(
        &self,
        fact_id: LateFactId,
        note: Option<&Note>,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        match self.late_facts.iter().find(|fact| fact.id == fact_id) {
            None => Err(DeliveryError::LateFactNotFound { fact_id }),
            Some(fact) if fact.settled => Ok(vec![]),
            Some(_) => Ok(vec![LateFactSettled { fact_id, note: note.cloned() }.into()]),
        }
    }
}

/// Returns whether the command's content tells it from what others did: an id or the hashes of its files.
const fn is_recognised_by_content(command: &DeliveryCommand) -> bool {
    matches!(
        command,
        DeliveryCommand::ReportIncident { .. }
            | DeliveryCommand::ResolveIncident { .. }
            | DeliveryCommand::CaptureProof { .. }
    )
}

/// Returns whether the command could not be taken at any time, by anybody.
const fn is_unfit(error: &DeliveryError) -> bool {
    matches!(
        error,
        DeliveryError::TooManyPhotos { .. }
            | DeliveryError::ProofEmpty
            | DeliveryError::SignatureUrlInvalid
            | DeliveryError::OtherRoute { .. }
            | DeliveryError::IncidentExists { .. }
    )
}

/// Why a driver's own delivery cannot take it any more; nothing where the driver has to know that it was refused.
fn cause_of(error: &DeliveryError) -> Option<LateCause> {
    match error {
        DeliveryError::NotInTransit { .. } => Some(LateCause::NotInTransit),
        DeliveryError::NotOutForDelivery { .. } => Some(LateCause::NotOutForDelivery),
        // A start and a retry are plans, not something that happened at a door.
        DeliveryError::DeliveryTransition {
            wanted: DeliveryStatus::OutForDelivery | DeliveryStatus::Failed,
            ..
        } => Some(LateCause::StatusMovedOn),
        DeliveryError::NoSuchCheckpoint { .. } | DeliveryError::OtherLocation { .. } => {
            Some(LateCause::RouteChanged)
        }
        DeliveryError::IncidentAlreadyResolved { .. } => Some(LateCause::IncidentResolved),
        DeliveryError::DeliveryNotFound { .. }
        | DeliveryError::DeliveryExists { .. }
        | DeliveryError::NotAssignable { .. }
        | DeliveryError::DriverAlreadyAssigned { .. }
        | DeliveryError::VehicleAlreadyAssigned { .. }
        | DeliveryError::DeliveryTransition { .. }
        | DeliveryError::NotStaffed { .. }
        | DeliveryError::CrewUnderWay(_)
        | DeliveryError::RetryReasonMissing { .. }
        | DeliveryError::SameCrew { .. }
        | DeliveryError::CheckpointsMissing { .. }
        | DeliveryError::ProofMissing
        | DeliveryError::OtherRoute { .. }
        | DeliveryError::IncidentNotFound { .. }
        | DeliveryError::IncidentExists { .. }
        | DeliveryError::ProofEmpty
        | DeliveryError::TooManyPhotos { .. }
        | DeliveryError::TooManyIncidents { .. }
        | DeliveryError::GivenAway
        | DeliveryError::LateFactNotFound { .. }
        | DeliveryError::SignatureUrlInvalid
        | DeliveryError::FileNotNamed { .. }
        | DeliveryError::FileReceived { .. }
        | DeliveryError::NotEnded { .. }
        | DeliveryError::Dispatch(_) => None,
    }
}

/// The parts of a command that reports something; nothing for one that only plans.
fn parts_of(
    command: &DeliveryCommand,
    fresh_incident_id: IncidentId,
) -> Option<(LateDeed, Option<LateWords>)> {
    let (deed, words) = match command {
        DeliveryCommand::ChangeDeliveryStatus { status: DeliveryStatus::PickedUp, .. }
        | DeliveryCommand::CreateDelivery { .. }
        | DeliveryCommand::AssignDriver { .. }
        | DeliveryCommand::AssignVehicle { .. }
        | DeliveryCommand::RetryDelivery { .. }
        | DeliveryCommand::CloseAwaitedFile { .. }
        | DeliveryCommand::SettleLateFact { .. }
        | DeliveryCommand::EraseReceiver {} => return None,
        DeliveryCommand::ChangeDeliveryStatus { status, reason } => (
            LateDeed::StatusChanged { status: *status },
            LateWords { reason: reason.clone(), ..LateWords::default() },
        ),
        DeliveryCommand::ReachCheckpoint { sequence, .. } => {
            (LateDeed::CheckpointReached { sequence: *sequence }, LateWords::default())
        }
        DeliveryCommand::ReportIncident { incident_id, kind, description, severity, photos } => (
            LateDeed::IncidentReported {
                incident_id: incident_id.unwrap_or(fresh_incident_id),
                severity: severity.unwrap_or_else(|| kind.default_severity()),
            },
            LateWords {
                incident_type: Some(kind.clone()),
                description: Some(description.clone()),
                photos: photos.clone(),
                ..LateWords::default()
            },
        ),
        DeliveryCommand::ResolveIncident { incident_id, note } => (
            LateDeed::IncidentResolved { incident_id: *incident_id },
            LateWords { note: note.clone(), ..LateWords::default() },
        ),
        DeliveryCommand::CaptureProof { receiver_name, signature_url, signature, photos } => (
            LateDeed::ProofCaptured {},
            LateWords {
                receiver_name: Some(receiver_name.clone()),
                signature_url: signature_url.clone(),
                signature: signature.clone(),
                photos: photos.clone(),
                ..LateWords::default()
            },
        ),
    };
    Some((deed, (words != LateWords::default()).then_some(words)))
}
