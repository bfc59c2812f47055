//! Why a delivery refuses a command, in words that say what is valid.

use serde::Serialize;
use ts_rs::TS;

use super::{DeliveryStatus, FileHash};
use crate::decider::{Kind, Refusal};
use crate::dispatch::{BookingConflict, CrewUnderWay, DispatchError};
use crate::route::list;
use crate::values::{DeliveryId, DriverId, IncidentId, LateFactId, Location, RouteId, Sequence, VehicleId};

/// Why a delivery refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, TS)]
#[serde(tag = "rule", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the messages say what the variants and their fields are")]
pub enum DeliveryError {
    #[error("There is no delivery {delivery_id}")]
    DeliveryNotFound { delivery_id: DeliveryId },
    #[error("Delivery {delivery_id} exists already with other details: leave the id out or choose a new one")]
    DeliveryExists { delivery_id: DeliveryId },
    #[error("Delivery is {status}: a {what} can be assigned only in PickedUp")]
    NotAssignable { status: DeliveryStatus, what: &'static str },
    #[error("Driver {driver_id} is already assigned to this delivery")]
    DriverAlreadyAssigned { driver_id: DriverId },
    #[error("Vehicle {vehicle_id} is already assigned to this delivery")]
    VehicleAlreadyAssigned { vehicle_id: VehicleId },
    #[error("Delivery cannot change from {status} to {wanted}: {}", targets(*status))]
    DeliveryTransition { status: DeliveryStatus, wanted: DeliveryStatus, valid: &'static [DeliveryStatus] },
    #[error("Delivery needs a driver and a vehicle to be {wanted}: it has no {}", missing.join(" and no "))]
    NotStaffed { wanted: DeliveryStatus, missing: Vec<&'static str> },
    #[error(
        "{} {} is still under way with delivery {}: end that one first, or give a reason for starting both",
        .0.resource, .0.resource_name, .0.delivery_id
    )]
    CrewUnderWay(CrewUnderWay),
    #[error("Delivery is {status}: give a reason for taking it from its crew")]
    RetryReasonMissing { status: DeliveryStatus },
    #[error("Delivery is {status} with this driver and vehicle already: name another driver or vehicle")]
    SameCrew { status: DeliveryStatus },
    #[error(
        "Delivery cannot be OutForDelivery before every checkpoint is reached: missing are {}",
        list(missing)
    )]
    CheckpointsMissing { missing: Vec<Sequence> },
    #[error("Delivery cannot be Delivered without a proof of delivery: capture one")]
    ProofMissing,
    #[error("Delivery drives route {route_id}, not {given_route_id}")]
    OtherRoute { route_id: RouteId, given_route_id: RouteId },
    #[error("Route has no checkpoint {sequence}: it has {}", list(existing))]
    NoSuchCheckpoint { sequence: Sequence, existing: Vec<Sequence> },
    #[error("Checkpoint {sequence} is at {location}, not at {given_location}")]
    OtherLocation { sequence: Sequence, location: Location, given_location: Location },
    #[error("Delivery is {status}: a checkpoint can be reached only in InTransit")]
    NotInTransit { status: DeliveryStatus },
    #[error("There is no incident {incident_id} on this delivery")]
    IncidentNotFound { incident_id: IncidentId },
    #[error("Incident {incident_id} exists already with other details")]
    IncidentExists { incident_id: IncidentId },
    #[error("Incident {incident_id} is already resolved")]
    IncidentAlreadyResolved { incident_id: IncidentId },
    #[error("Delivery is {status}: a proof of delivery can be captured only in OutForDelivery")]
    NotOutForDelivery { status: DeliveryStatus },
    #[error("A proof of delivery needs a signature, a photo or a signature URL")]
    ProofEmpty,
    #[error(
        "A signature URL is the address of a web page, such as https://example.org/signatures/17: \
         http or https, a host, and no spaces"
    )]
    SignatureUrlInvalid,
    #[error("Nothing on this delivery names the file {}", hash.as_str())]
    FileNotNamed { hash: FileHash },
    #[error("The file {} is at the depot already: only a file that is still awaited can be closed", hash.as_str())]
    FileReceived { hash: FileHash },
    #[error("At most {most} photos are taken; these are {given}")]
    TooManyPhotos { most: usize, given: usize },
    #[error("A delivery has at most {most} incidents, and this one has as many: tell the rest to the desk")]
    TooManyIncidents { most: usize },
    #[error("This delivery was given to another driver")]
    GivenAway,
    #[error("There is no late fact {fact_id} on this delivery")]
    LateFactNotFound { fact_id: LateFactId },
    #[error("Delivery is {status}: its receiver can be erased once it is Delivered or Failed")]
    NotEnded { status: DeliveryStatus },
    #[error(transparent)]
    #[serde(untagged)]
    Dispatch(#[from] DispatchError),
}

impl DeliveryError {
    /// The booking that stands in the way, where that is the reason.
    #[must_use]
    pub const fn booking_conflict(&self) -> Option<&BookingConflict> {
        if let Self::Dispatch(DispatchError::BookingConflict(conflict)) = self {
            Some(conflict)
        } else {
            None
        }
    }
}

fn targets(status: DeliveryStatus) -> String {
    match status.targets() {
        [] => format!("{status} is terminal"),
        valid => format!("valid are {}", list(valid)),
    }
}

impl Refusal for DeliveryError {
    fn kind(&self) -> Kind {
        match self {
            Self::Dispatch(error) => error.kind(),
            Self::DeliveryNotFound { .. }
            | Self::IncidentNotFound { .. }
            | Self::FileNotNamed { .. }
            | Self::LateFactNotFound { .. } => Kind::NotFound,
            Self::DeliveryExists { .. } | Self::IncidentExists { .. } => Kind::Duplicate,
            Self::NotAssignable { .. }
            | Self::DriverAlreadyAssigned { .. }
            | Self::VehicleAlreadyAssigned { .. }
            | Self::DeliveryTransition { .. }
            | Self::NotStaffed { .. }
            | Self::CrewUnderWay(_)
            | Self::RetryReasonMissing { .. }
            | Self::SameCrew { .. }
            | Self::CheckpointsMissing { .. }
            | Self::ProofMissing
            | Self::OtherRoute { .. }
            | Self::NoSuchCheckpoint { .. }
            | Self::OtherLocation { .. }
            | Self::NotInTransit { .. }
            | Self::IncidentAlreadyResolved { .. }
            | Self::NotOutForDelivery { .. }
            | Self::ProofEmpty
            | Self::SignatureUrlInvalid
            | Self::FileReceived { .. }
            | Self::TooManyPhotos { .. }
            | Self::TooManyIncidents { .. }
            | Self::GivenAway
            | Self::NotEnded { .. } => Kind::Broken,
        }
    }
}
