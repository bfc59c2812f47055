//! A driver: who drives, with which licence, and whether they can be planned with.
//!
//! Which deliveries hold a driver is not stored here: it follows from the bookings and comes in as context.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::decider::{Decider, Kind, Refusal, events};
use crate::fleet::Holding;
use crate::values::{
    DeliveryId, DriverId, DriverLicense, Location, Name, PhoneNumber, Reason, Timestamp, words,
};

words!(/// Whether a driver can be planned with, as it is set by hand.
DriverStatus ("a driver status") {
    /// Can be assigned.
    Available,
    /// Must not drive for now.
    Suspended,
    /// Is not there.
    Unavailable,
});

words!(/// A driver's status as every query shows it.
DriverAvailability ("a driver status") {
    /// Can be assigned.
    Available,
    /// Holds a delivery that has not ended.
    Assigned,
    /// Must not drive for now.
    Suspended,
    /// Is not there.
    Unavailable,
});

impl DriverStatus {
    /// What a query shows for it, given whether a delivery holds the driver.
    #[must_use]
    pub const fn shown(self, held: bool) -> DriverAvailability {
        match (held, self) {
            (true, _) => DriverAvailability::Assigned,
            (false, Self::Available) => DriverAvailability::Available,
            (false, Self::Suspended) => DriverAvailability::Suspended,
            (false, Self::Unavailable) => DriverAvailability::Unavailable,
        }
    }
}

/// A driver as its events tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Driver {
    /// What it was added as; a repeated add is told from a different one by this.
    pub added: DriverAdded,
    /// The name now.
    pub name: Name,
    /// The licence now.
    pub driver_license: DriverLicense,
    /// The phone number now, where one is known.
    pub phone: Option<PhoneNumber>,
    /// The status that was set last.
    pub status: DriverStatus,
    /// Whether who it was has been erased.
    pub erased: bool,
}

/// What can be asked of a driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum DriverCommand {
    /// Add the driver to the fleet.
    AddDriver {
        /// The driver's name.
        name: Name,
        /// The licence's number.
        driver_license: DriverLicense,
    },
    /// Correct the name or the licence.
    UpdateDriver {
        /// The driver's name.
        name: Name,
        /// The licence's number.
        driver_license: DriverLicense,
    },
    /// Set the status by hand.
    ChangeDriverStatus {
        /// The status to set.
        status: DriverStatus,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        reason: Option<Reason>,
    },
    /// Set or remove the number under which the driver is called.
    SetDriverPhone {
        /// The number; none removes the one that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional = nullable)]
        phone: Option<PhoneNumber>,
    },
    /// Erase who a former driver was: name, licence, phone number and reasons cannot be read again, by anybody. What was driven stays.
    EraseDriver {},
}

impl DriverCommand {
    /// The licence that the driver would have afterwards, where the command sets one.
    #[must_use]
    pub const fn claimed_license(&self) -> Option<&DriverLicense> {
        match self {
            Self::AddDriver { driver_license, .. } | Self::UpdateDriver { driver_license, .. } => {
                Some(driver_license)
            }
            Self::ChangeDriverStatus { .. } | Self::SetDriverPhone { .. } | Self::EraseDriver {} => None,
        }
    }

    /// What to tell the one who asked, once it is done.
    #[must_use]
    pub const fn done(&self) -> &'static str {
        match self {
            Self::AddDriver { .. } => "Driver added",
            Self::UpdateDriver { .. } => "Driver updated",
            Self::ChangeDriverStatus { .. } => "Driver status changed",
            Self::SetDriverPhone { .. } => "Driver's phone number changed",
            Self::EraseDriver {} => "Driver erased",
        }
    }
}

events!(/// What can have happened to a driver.
DriverEvent in "fleet-management-events" {
    DriverAdded = 2,
    DriverUpdated = 2,
    DriverStatusChanged = 2,
    DriverPhoneChanged = 2,
    DriverErased = 1,
});

/// A driver joined the fleet, available.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DriverAdded {
    /// The driver's name.
    pub name: Name,
    /// The licence's number.
    pub driver_license: DriverLicense,
}

/// A driver's name or licence was corrected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DriverUpdated {
    /// The name from now on.
    pub name: Name,
    /// The licence from now on.
    pub driver_license: DriverLicense,
}

/// A driver's status was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DriverStatusChanged {
    /// The status before.
    pub old: DriverStatus,
    /// The status from now on.
    pub new: DriverStatus,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<Reason>,
}

/// A driver's phone number was set or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DriverPhoneChanged {
    /// The number from now on; none where it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub phone: Option<PhoneNumber>,
}

/// Who a former driver was has been erased: everything personal in the driver's events before this one is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DriverErased {}

/// Why a driver refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, TS)]
#[serde(tag = "rule", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the messages say what the variants and their fields are")]
pub enum DriverError {
    #[error("There is no driver {driver_id}")]
    DriverNotFound { driver_id: DriverId },
    #[error("Driver {driver_id} exists already with other details: leave the id out or choose a new one")]
    DriverExists { driver_id: DriverId },
    #[error(
        "Driver license {driver_license} is already held by driver {other_name}{} ({other_driver_id})",
        written_as(driver_license, other_license)
    )]
    DriverLicenseTaken {
        driver_license: DriverLicense,
        other_driver_id: DriverId,
        other_name: Name,
        other_license: DriverLicense,
    },
    #[error(
        "Driver is assigned to delivery {delivery_id} and cannot change status: \
         give that delivery ({origin} → {destination}) to another driver first"
    )]
    DriverAssigned { driver_name: Name, delivery_id: DeliveryId, origin: Location, destination: Location },
    #[error(
        "Driver is assigned to delivery {delivery_id} and cannot be erased: give that delivery to another driver first, or end it"
    )]
    DriverNeeded { delivery_id: DeliveryId },
    #[error("Driver {driver_id} was erased and cannot be changed: add a new one")]
    DriverGone { driver_id: DriverId },
}

/// How the other one is written, if that differs from what was typed.
fn written_as(typed: &DriverLicense, other: &DriverLicense) -> String {
    if typed == other { String::new() } else { format!(", written {other}") }
}

impl Refusal for DriverError {
    fn kind(&self) -> Kind {
        match self {
            Self::DriverNotFound { .. } => Kind::NotFound,
            Self::DriverExists { .. } | Self::DriverLicenseTaken { .. } => Kind::Duplicate,
            Self::DriverAssigned { .. } | Self::DriverNeeded { .. } | Self::DriverGone { .. } => Kind::Broken,
        }
    }
}

/// What a decision about a driver needs to know.
#[derive(Clone, Debug)]
pub struct DriverContext {
    /// The driver in question.
    pub id: DriverId,
    /// Another driver with the licence that the command claims, however it is written, unless the depot allows
    /// duplicates.
    pub license_holder: Option<(DriverId, Name, DriverLicense)>,
    /// A delivery that has not ended and holds the driver.
    pub held_by: Option<Holding>,
}

impl DriverContext {
    fn refuse_taken_license(&self, driver_license: &DriverLicense) -> Result<(), DriverError> {
        match &self.license_holder {
            Some((other_driver_id, other_name, other_license)) => Err(DriverError::DriverLicenseTaken {
                driver_license: driver_license.clone(),
                other_driver_id: *other_driver_id,
                other_name: other_name.clone(),
                other_license: other_license.clone(),
            }),
            None => Ok(()),
        }
    }
}

impl Decider for Driver {
    type Command = DriverCommand;
    type Event = DriverEvent;
    type Error = DriverError;
    type Context<'a> = DriverContext;

    fn decide(
        state: Option<&Self>,
        command: &DriverCommand,
        context: &DriverContext,
    ) -> Result<Vec<DriverEvent>, DriverError> {
        let known = || state.ok_or(DriverError::DriverNotFound { driver_id: context.id });
        let present = || match known()? {
            Self { erased: true, .. } => Err(DriverError::DriverGone { driver_id: context.id }),
            driver => Ok(driver),
        };
        match command {
            DriverCommand::AddDriver { name, driver_license } => {
                let added = DriverAdded { name: name.clone(), driver_license: driver_license.clone() };
                match state {
                    Some(driver) if driver.added == added => Ok(vec![]),
                    Some(_) => Err(DriverError::DriverExists { driver_id: context.id }),
                    None => {
                        context.refuse_taken_license(driver_license)?;
                        Ok(vec![added.into()])
                    }
                }
            }
            DriverCommand::UpdateDriver { name, driver_license } => {
                let driver = present()?;
                if driver.name == *name && driver.driver_license == *driver_license {
                    return Ok(vec![]);
                }
                if driver.driver_license != *driver_license {
                    context.refuse_taken_license(driver_license)?;
                }
                Ok(vec![DriverUpdated { name: name.clone(), driver_license: driver_license.clone() }.into()])
            }
            DriverCommand::ChangeDriverStatus { status, reason } => {
                let driver = present()?;
                if driver.status == *status {
                    return Ok(vec![]);
                }
                if let Some(Holding { delivery_id, origin, destination }) = context.held_by.clone() {
                    let driver_name = driver.name.clone();
                    return Err(DriverError::DriverAssigned {
                        driver_name,
                        delivery_id,
                        origin,
                        destination,
                    });
                }
                Ok(vec![
                    DriverStatusChanged { old: driver.status, new: *status, reason: reason.clone() }.into(),
                ])
            }
            DriverCommand::SetDriverPhone { phone } => {
                if present()?.phone == *phone {
                    return Ok(vec![]);
                }
                Ok(vec![DriverPhoneChanged { phone: phone.clone() }.into()])
            }
            DriverCommand::EraseDriver {} => match (known()?.erased, &context.held_by) {
                (true, _) => Ok(vec![]),
                (false, Some(held_by)) => Err(DriverError::DriverNeeded { delivery_id: held_by.delivery_id }),
                (false, None) => Ok(vec![DriverErased {}.into()]),
            },
        }
    }

    fn evolve(state: &mut Option<Self>, event: DriverEvent, _at: Timestamp) {
        match (event, state) {
            (DriverEvent::DriverAdded(added), state) => {
                *state = Some(Self {
                    name: added.name.clone(),
                    driver_license: added.driver_license.clone(),
                    phone: None,
                    status: DriverStatus::Available,
                    erased: false,
                    added,
                });
            }
            (DriverEvent::DriverUpdated(DriverUpdated { name, driver_license }), Some(driver)) => {
                (driver.name, driver.driver_license) = (name, driver_license);
            }
            (DriverEvent::DriverStatusChanged(changed), Some(driver)) => driver.status = changed.new,
            (DriverEvent::DriverPhoneChanged(DriverPhoneChanged { phone }), Some(driver)) => {
                driver.phone = phone
            }
            (DriverEvent::DriverErased(DriverErased {}), Some(driver)) => {
                let (name, driver_license) = (Name::erased(), DriverLicense::erased());
                let added = DriverAdded { name: name.clone(), driver_license: driver_license.clone() };
                let status = DriverStatus::Unavailable;
                *driver = Self { added, name, driver_license, phone: None, status, erased: true };
            }
            (
                DriverEvent::DriverUpdated(_)
                | DriverEvent::DriverStatusChanged(_)
                | DriverEvent::DriverPhoneChanged(_)
                | DriverEvent::DriverErased(_),
                None,
            ) => {}
        }
    }
}
