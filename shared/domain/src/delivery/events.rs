//! What can have happened to a delivery.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::clock::ClockDoubt;
use super::incident::{IncidentType, Severity};
use super::late::{LateFactKept, LateFactSettled};
use super::status::DeliveryStatus;
use crate::decider::events;
use crate::values::{
    DeliveryId, Description, DriverId, IncidentId, Location, Note, Reason, ReceiverName, RouteId, Sequence,
    SignatureUrl, ValueError, VehicleId,
};

events!(/// What can have happened to a delivery.
DeliveryEvent in "delivery-tracking-events" {
    DeliveryCreated = 1,
    DriverAssigned = 1,
    VehicleAssigned = 1,
    DeliveryStatusChanged = 2,
    CheckpointReached = 1,
    IncidentReported = 2,
    IncidentResolved = 2,
    ProofOfDeliveryCaptured = 2,
    AwaitedFileClosed = 1,
    ReceiverErased = 1,
    LateFactKept = 1,
    LateFactSettled = 1,
});

impl DeliveryEvent {
    /// The event with what speaks against its time; one that no device reports stays as it is.
    pub(super) fn with_clock(mut self, doubt: Option<ClockDoubt>) -> Self {
        let clock = match &mut self {
            Self::DeliveryStatusChanged(event) => &mut event.clock,
            Self::CheckpointReached(event) => &mut event.clock,
            Self::IncidentReported(event) => &mut event.clock,
            Self::IncidentResolved(event) => &mut event.clock,
            Self::ProofOfDeliveryCaptured(event) => &mut event.clock,
            Self::LateFactKept(event) => &mut event.clock,
            Self::DeliveryCreated(_)
            | Self::DriverAssigned(_)
            | Self::VehicleAssigned(_)
            | Self::AwaitedFileClosed(_)
            | Self::ReceiverErased(_)
            | Self::LateFactSettled(_) => return self,
        };
        *clock = doubt;
        self
    }

    /// Returns whether the next step cannot have been taken before this.
    pub(super) const fn is_step(&self) -> bool {
        match self {
            Self::DeliveryCreated(_)
            | Self::DriverAssigned(_)
            | Self::VehicleAssigned(_)
            | Self::DeliveryStatusChanged(_)
            | Self::CheckpointReached(_)
            | Self::ProofOfDeliveryCaptured(_) => true,
            Self::IncidentReported(_)
            | Self::IncidentResolved(_)
            | Self::AwaitedFileClosed(_)
            | Self::ReceiverErased(_)
            | Self::LateFactKept(_)
            | Self::LateFactSettled(_) => false,
        }
    }
}

/// A delivery of a route began, in status PickedUp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DeliveryCreated {
    /// The route that it drives.
    pub route_id: RouteId,
    /// Who drives, where known from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub driver_id: Option<DriverId>,
    /// What is driven, where known from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub vehicle_id: Option<VehicleId>,
}

/// Another driver took the delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DriverAssigned {
    /// Who drives from now on.
    pub driver_id: DriverId,
    /// Who was to drive before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub previous_driver_id: Option<DriverId>,
}

/// Another vehicle was put to the delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VehicleAssigned {
    /// What is driven from now on.
    pub vehicle_id: VehicleId,
    /// What was to be driven before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub previous_vehicle_id: Option<VehicleId>,
}

/// The delivery moved on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeliveryStatusChanged {
    /// The status before.
    pub old: DeliveryStatus,
    /// The status from now on.
    pub new: DeliveryStatus,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Reason>,
    /// What speaks against its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clock: Option<ClockDoubt>,
    /// The other delivery that the driver or the vehicle was under way with when this one started.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "alsoUnderWay")]
    #[ts(optional)]
    pub also_under_way: Option<DeliveryId>,
}

/// A checkpoint of the route was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckpointReached {
    /// The route that it belongs to.
    pub route_id: RouteId,
    /// Which checkpoint.
    pub sequence: Sequence,
    /// Where that is.
    pub location: Location,
    /// What speaks against its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clock: Option<ClockDoubt>,
}

/// Something went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct IncidentReported {
    /// Which incident.
    pub incident_id: IncidentId,
    /// What sort.
    #[serde(rename = "type")]
    pub kind: IncidentType,
    /// How grave.
    pub severity: Severity,
    /// What happened.
    pub description: Description,
    /// Photos that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FileRef>>", optional)]
    pub photos: Vec<FileRef>,
    /// What speaks against its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clock: Option<ClockDoubt>,
}

/// An incident is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct IncidentResolved {
    /// Which incident.
    pub incident_id: IncidentId,
    /// How it was resolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub note: Option<Note>,
    /// What speaks against its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clock: Option<ClockDoubt>,
}

/// Somebody received the delivery, and this shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ProofOfDeliveryCaptured {
    /// Who received it.
    pub receiver_name: ReceiverName,
    /// Where another system keeps the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub signature_url: Option<SignatureUrl>,
    /// The signature that was uploaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub signature: Option<FileRef>,
    /// The photos that were uploaded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<Vec<FileRef>>", optional)]
    pub photos: Vec<FileRef>,
    /// What speaks against its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub clock: Option<ClockDoubt>,
}

/// A signature or photo that was announced will not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AwaitedFileClosed {
    /// SHA-256 of the file, as it was announced.
    pub hash: FileHash,
    /// Why it will not come.
    pub reason: Reason,
}

/// Who received the delivery was erased: everything personal in the delivery's events before this one is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ReceiverErased {}

/// A file that the depot keeps, named by what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct FileRef {
    /// SHA-256 of its content.
    pub hash: FileHash,
    /// What it is, e.g. `image/png`.
    pub media_type: String,
    /// How long it is, in bytes.
    pub bytes: u32,
}

/// SHA-256 of a file's content, as 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
pub struct FileHash(String);

impl FileHash {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for FileHash {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for FileHash {
    type Error = ValueError;
    fn try_from(text: String) -> Result<Self, ValueError> {
        if text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Ok(Self(text));
        }
        Err(ValueError("a file's hash has 64 hexadecimal digits in lower case".to_owned()))
    }
}

impl From<FileHash> for String {
    fn from(hash: FileHash) -> Self {
        hash.0
    }
}
