//! What can be asked of a delivery.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{DeliveryStatus, FileHash, FileRef, IncidentType, Severity};
use crate::values::{
    Description, DriverId, IncidentId, LateFactId, Location, Note, Reason, ReceiverName, RouteId, Sequence,
    SignatureUrl, VehicleId,
};

/// What can be asked of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum DeliveryCommand {
    /// Begin a delivery of an active route.
    CreateDelivery {
        /// The route to drive.
        route_id: RouteId,
        /// Who drives, if that is settled.
        #[serde(default)]
        #[ts(optional = nullable)]
        driver_id: Option<DriverId>,
        /// What is driven, if that is settled.
        #[serde(default)]
        #[ts(optional = nullable)]
        vehicle_id: Option<VehicleId>,
    },
    /// Let somebody else drive.
    AssignDriver {
        /// Who drives from now on.
        driver_id: DriverId,
    },
    /// Take another vehicle.
    AssignVehicle {
        /// What is driven from now on.
        vehicle_id: VehicleId,
    },
    /// Try a failed delivery again from now on, with another crew where one is named. One that is under way fails first, for
    /// the reason given; one that has not started changes its crew.
    RetryDelivery {
        /// Who drives from now on; the same driver where it is left out.
        #[serde(default)]
        #[ts(optional = nullable)]
        driver_id: Option<DriverId>,
        /// What is driven from now on; the same vehicle where it is left out.
        #[serde(default)]
        #[ts(optional = nullable)]
        vehicle_id: Option<VehicleId>,
        /// Why; needed where the delivery is under way.
        #[serde(default)]
        #[ts(optional = nullable)]
        reason: Option<Reason>,
    },
    /// Move the delivery on.
    ChangeDeliveryStatus {
        /// The status to set.
        status: DeliveryStatus,
        /// Why; meant for Failed, and for a start while the crew is under way with another delivery.
        #[serde(default)]
        #[ts(optional = nullable)]
        reason: Option<Reason>,
    },
    /// Say that a checkpoint was reached.
    ReachCheckpoint {
        /// The delivery's route, as a check.
        route_id: RouteId,
        /// Which checkpoint.
        sequence: Sequence,
        /// Where that is, as a check.
        #[serde(default)]
        #[ts(optional = nullable)]
        location: Option<Location>,
    },
    /// Say that something went wrong.
    ReportIncident {
        /// Its id; a fresh one is given where it is left out.
        #[serde(default)]
        #[ts(optional = nullable)]
        incident_id: Option<IncidentId>,
        /// What sort.
        #[serde(rename = "incidentType")]
        kind: IncidentType,
        /// What happened.
        description: Description,
        /// How grave, where it is not what the type suggests.
        #[serde(default)]
        #[ts(optional = nullable)]
        severity: Option<Severity>,
        /// Photos that show it; their content may follow.
        #[serde(default)]
        #[ts(as = "Option<Vec<FileRef>>", optional)]
        photos: Vec<FileRef>,
    },
    /// Say that an incident is over.
    ResolveIncident {
        /// Which one.
        incident_id: IncidentId,
        /// How it was resolved.
        #[serde(default)]
        #[ts(optional = nullable)]
        note: Option<Note>,
    },
    /// Show who received the delivery.
    CaptureProof {
        /// Who received it.
        receiver_name: ReceiverName,
        /// Where another system keeps the signature.
        #[serde(default)]
        #[ts(optional = nullable)]
        signature_url: Option<SignatureUrl>,
        /// The signature, uploaded before.
        #[serde(default)]
        #[ts(optional = nullable)]
        signature: Option<FileRef>,
        /// The photos, uploaded before.
        #[serde(default)]
        #[ts(as = "Option<Vec<FileRef>>", optional)]
        photos: Vec<FileRef>,
    },
    /// Close a late fact: somebody has decided what follows from it.
    SettleLateFact {
        /// Which one.
        fact_id: LateFactId,
        /// What was decided.
        #[serde(default)]
        #[ts(optional = nullable)]
        note: Option<Note>,
    },
    /// Record that a signature or photo which was announced will not come, so that nobody waits for it any more.
    CloseAwaitedFile {
        /// SHA-256 of the file, as it was announced.
        hash: FileHash,
        /// Why it will not come.
        reason: Reason,
    },
    /// Erase who received a delivery that has ended: the name, the signature, the photos and every text that somebody wrote
    /// about it cannot be read again, by anybody. What was driven, and when, stays.
    EraseReceiver {},
}

impl DeliveryCommand {
    /// What to tell the one who asked, once it is done.
    #[must_use]
    pub const fn done(&self) -> &'static str {
        match self {
            Self::CreateDelivery { .. } => "Delivery created",
            Self::AssignDriver { .. } => "Driver assigned",
            Self::AssignVehicle { .. } => "Vehicle assigned",
            Self::RetryDelivery { .. } => "Delivery is tried again",
            Self::ChangeDeliveryStatus { .. } => "Delivery status changed",
            Self::ReachCheckpoint { .. } => "Checkpoint reached",
            Self::ReportIncident { .. } => "Incident reported",
            Self::ResolveIncident { .. } => "Incident resolved",
            Self::CaptureProof { .. } => "Proof of delivery captured",
            Self::SettleLateFact { .. } => "Late fact settled",
            Self::CloseAwaitedFile { .. } => "Awaited file closed",
            Self::EraseReceiver {} => "Receiver erased",
        }
    }
}
