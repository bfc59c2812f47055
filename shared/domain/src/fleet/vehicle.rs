//! A vehicle: what is driven, under which registration, and whether it can be planned with.
//!
//! Which deliveries hold a vehicle is not stored here: it follows from the bookings and comes in as context.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::decider::{Decider, Kind, Refusal, events};
use crate::fleet::Holding;
use crate::values::{DeliveryId, Location, Reason, Registration, Timestamp, VehicleId, VehicleType, words};

words!(/// Whether a vehicle can be planned with, as it is set by hand.
VehicleStatus ("a vehicle status") {
    /// Can be assigned.
    Available,
    /// Is in the workshop.
    Maintenance,
    /// Is not to be used.
    OutOfService,
});

words!(/// A vehicle's status as every query shows it.
VehicleAvailability ("a vehicle status") {
    /// Can be assigned.
    Available,
    /// Holds a delivery that has not ended.
    Assigned,
    /// Is in the workshop.
    Maintenance,
    /// Is not to be used.
    OutOfService,
});

impl VehicleStatus {
    /// What a query shows for it, given whether a delivery holds the vehicle.
    #[must_use]
    pub const fn shown(self, held: bool) -> VehicleAvailability {
        match (held, self) {
            (true, _) => VehicleAvailability::Assigned,
            (false, Self::Available) => VehicleAvailability::Available,
            (false, Self::Maintenance) => VehicleAvailability::Maintenance,
            (false, Self::OutOfService) => VehicleAvailability::OutOfService,
        }
    }
}

/// A vehicle as its events tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Vehicle {
    /// What it was added as; a repeated add is told from a different one by this.
    pub added: VehicleAdded,
    /// The registration now.
    pub registration: Registration,
    /// The type now.
    pub vehicle_type: VehicleType,
    /// The status that was set last.
    pub status: VehicleStatus,
}

/// What can be asked of a vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum VehicleCommand {
    /// Add the vehicle to the fleet.
    AddVehicle {
        /// The registration.
        registration: Registration,
        /// What sort of vehicle it is.
        vehicle_type: VehicleType,
    },
    /// Correct the registration or the type.
    UpdateVehicle {
        /// The registration.
        registration: Registration,
        /// What sort of vehicle it is.
        vehicle_type: VehicleType,
    },
    /// Set the status by hand.
    ChangeVehicleStatus {
        /// The status to set.
        status: VehicleStatus,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        reason: Option<Reason>,
    },
}

impl VehicleCommand {
    /// The registration that the vehicle would have afterwards, where the command sets one.
    #[must_use]
    pub const fn claimed_registration(&self) -> Option<&Registration> {
        match self {
            Self::AddVehicle { registration, .. } | Self::UpdateVehicle { registration, .. } => {
                Some(registration)
            }
            Self::ChangeVehicleStatus { .. } => None,
        }
    }

    /// What to tell the one who asked, once it is done.
    #[must_use]
    pub const fn done(&self) -> &'static str {
        match self {
            Self::AddVehicle { .. } => "Vehicle added",
            Self::UpdateVehicle { .. } => "Vehicle updated",
            Self::ChangeVehicleStatus { .. } => "Vehicle status changed",
        }
    }
}

events!(/// What can have happened to a vehicle.
    VehicleEvent in "fleet-management-events" { VehicleAdded = 1, VehicleUpdated = 1, VehicleStatusChanged = 1 });

/// A vehicle joined the fleet, available.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VehicleAdded {
    /// The registration.
    pub registration: Registration,
    /// What sort of vehicle it is.
    pub vehicle_type: VehicleType,
}

/// A vehicle's registration or type was corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VehicleUpdated {
    /// The registration from now on.
    pub registration: Registration,
    /// The type from now on.
    pub vehicle_type: VehicleType,
}

/// A vehicle's status was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VehicleStatusChanged {
    /// The status before.
    pub old: VehicleStatus,
    /// The status from now on.
    pub new: VehicleStatus,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Reason>,
}

/// Why a vehicle refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, TS)]
#[serde(tag = "rule", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the messages say what the variants and their fields are")]
pub enum VehicleError {
    #[error("There is no vehicle {vehicle_id}")]
    VehicleNotFound { vehicle_id: VehicleId },
    #[error("Vehicle {vehicle_id} exists already with other details: leave the id out or choose a new one")]
    VehicleExists { vehicle_id: VehicleId },
    #[error(
        "Registration {registration} already belongs to another {other_type}{} ({other_vehicle_id})",
        written_as(registration, other_registration)
    )]
    RegistrationTaken {
        registration: Registration,
        other_vehicle_id: VehicleId,
        other_type: VehicleType,
        other_registration: Registration,
    },
    #[error(
        "Vehicle is assigned to delivery {delivery_id} and cannot change status: \
         give that delivery ({origin} → {destination}) to another vehicle first"
    )]
    VehicleAssigned {
        registration: Registration,
        delivery_id: DeliveryId,
        origin: Location,
        destination: Location,
    },
}

/// How the other one is written, if that differs from what was typed.
fn written_as(typed: &Registration, other: &Registration) -> String {
    if typed == other { String::new() } else { format!(", written {other}") }
}

impl Refusal for VehicleError {
    fn kind(&self) -> Kind {
        match self {
            Self::VehicleNotFound { .. } => Kind::NotFound,
            Self::VehicleExists { .. } | Self::RegistrationTaken { .. } => Kind::Duplicate,
            Self::VehicleAssigned { .. } => Kind::Broken,
        }
    }
}

/// What a decision about a vehicle needs to know.
#[derive(Clone, Debug)]
pub struct VehicleContext {
    /// The vehicle in question.
    pub id: VehicleId,
    /// Another vehicle with the registration that the command claims, however it is written, unless the depot allows
    /// duplicates.
    pub registration_holder: Option<(VehicleId, VehicleType, Registration)>,
    /// A delivery that has not ended and holds the vehicle.
    pub held_by: Option<Holding>,
}

impl VehicleContext {
    fn refuse_taken_registration(&self, registration: &Registration) -> Result<(), VehicleError> {
        match &self.registration_holder {
            Some((other_vehicle_id, other_type, other_registration)) => {
                Err(VehicleError::RegistrationTaken {
                    registration: registration.clone(),
                    other_vehicle_id: *other_vehicle_id,
                    other_type: other_type.clone(),
                    other_registration: other_registration.clone(),
                })
            }
            None => Ok(()),
        }
    }
}

impl Decider for Vehicle {
    type Command = VehicleCommand;
    type Event = VehicleEvent;
    type Error = VehicleError;
    type Context<'a> = VehicleContext;

    fn decide(
        state: Option<&Self>,
        command: &VehicleCommand,
        context: &VehicleContext,
    ) -> Result<Vec<VehicleEvent>, VehicleError> {
        let known = || state.ok_or(VehicleError::VehicleNotFound { vehicle_id: context.id });
        match command {
            VehicleCommand::AddVehicle { registration, vehicle_type } => {
                let added =
                    VehicleAdded { registration: registration.clone(), vehicle_type: vehicle_type.clone() };
                match state {
                    Some(vehicle) if vehicle.added == added => Ok(vec![]),
                    Some(_) => Err(VehicleError::VehicleExists { vehicle_id: context.id }),
                    None => {
                        context.refuse_taken_registration(registration)?;
                        Ok(vec![added.into()])
                    }
                }
            }
            VehicleCommand::UpdateVehicle { registration, vehicle_type } => {
                let vehicle = known()?;
                if vehicle.registration == *registration && vehicle.vehicle_type == *vehicle_type {
                    return Ok(vec![]);
                }
                if vehicle.registration != *registration {
                    context.refuse_taken_registration(registration)?;
                }
                Ok(vec![
                    VehicleUpdated { registration: registration.clone(), vehicle_type: vehicle_type.clone() }
                        .into(),
                ])
            }
            VehicleCommand::ChangeVehicleStatus { status, reason } => {
                let vehicle = known()?;
                if vehicle.status == *status {
                    return Ok(vec![]);
                }
                if let Some(Holding { delivery_id, origin, destination }) = context.held_by.clone() {
                    let registration = vehicle.registration.clone();
                    return Err(VehicleError::VehicleAssigned {
                        registration,
                        delivery_id,
                        origin,
                        destination,
                    });
                }
                Ok(vec![
                    VehicleStatusChanged { old: vehicle.status, new: *status, reason: reason.clone() }.into(),
                ])
            }
        }
    }

    fn evolve(state: &mut Option<Self>, event: VehicleEvent, _at: Timestamp) {
        match (event, state) {
            (VehicleEvent::VehicleAdded(added), state) => {
                *state = Some(Self {
                    registration: added.registration.clone(),
                    vehicle_type: added.vehicle_type.clone(),
                    status: VehicleStatus::Available,
                    added,
                });
            }
            (VehicleEvent::VehicleUpdated(VehicleUpdated { registration, vehicle_type }), Some(vehicle)) => {
                (vehicle.registration, vehicle.vehicle_type) = (registration, vehicle_type);
            }
            (VehicleEvent::VehicleStatusChanged(changed), Some(vehicle)) => vehicle.status = changed.new,
            (VehicleEvent::VehicleUpdated(_) | VehicleEvent::VehicleStatusChanged(_), None) => {}
        }
    }
}
