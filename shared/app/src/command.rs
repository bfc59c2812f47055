//! Commands as an adapter hands them in, and what it gets back.

use depot_domain::delivery::DeviceTime;
use depot_domain::values::{DeliveryId, DriverId, IncidentId, LateFactId, RouteId, Timestamp, VehicleId};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Role;
use crate::error::{AppError, Code};
use crate::phone::PhoneCommand;
use crate::settings::SettingChange;
use crate::token::Secret;

/// What is asked, and of which entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "entity", rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum DepotCommand {
    /// Something about a driver.
    Driver {
        /// Which driver; a new id for a new one.
        id: DriverId,
        /// What is asked.
        command: DriverCommand,
    },
    /// Something about a vehicle.
    Vehicle {
        /// Which vehicle; a new id for a new one.
        id: VehicleId,
        /// What is asked.
        command: VehicleCommand,
    },
    /// Something about a route.
    Route {
        /// Which route; a new id for a new one.
        id: RouteId,
        /// What is asked.
        command: RouteCommand,
    },
    /// Something about a delivery.
    Delivery {
        /// Which delivery; a new id for a new one.
        id: DeliveryId,
        /// What is asked.
        command: DeliveryCommand,
    },
    /// Something about phones.
    Phone {
        /// What is asked.
        command: PhoneCommand,
    },
    /// Something about the depot itself.
    Depot {
        /// What is asked.
        command: AdminCommand,
    },
}

/// A command that makes events, apart from those of phones and of the depot, which make none.
#[derive(Clone, Debug)]
pub(crate) enum EntityCommand {
    Driver(DriverId, DriverCommand),
    Vehicle(VehicleId, VehicleCommand),
    Route(RouteId, RouteCommand),
    Delivery(DeliveryId, DeliveryCommand),
}

/// What a command is about.
#[derive(Clone, Debug)]
pub(crate) enum CommandTarget {
    Entity(EntityCommand),
    Phone(PhoneCommand),
    Depot(AdminCommand),
}

impl From<DepotCommand> for CommandTarget {
    fn from(command: DepotCommand) -> Self {
        match command {
            DepotCommand::Driver { id, command } => Self::Entity(EntityCommand::Driver(id, command)),
            DepotCommand::Vehicle { id, command } => Self::Entity(EntityCommand::Vehicle(id, command)),
            DepotCommand::Route { id, command } => Self::Entity(EntityCommand::Route(id, command)),
            DepotCommand::Delivery { id, command } => Self::Entity(EntityCommand::Delivery(id, command)),
            DepotCommand::Phone { command } => Self::Phone(command),
            DepotCommand::Depot { command } => Self::Depot(command),
        }
    }
}

/// What can be asked of the depot itself. It is no part of the day's record and makes no events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum AdminCommand {
    /// Fill an empty depot with the demo day.
    LoadDemo {},
    /// Empty a depot that was filled with the demo day.
    RemoveDemo {},
    /// Change settings, all of them or none. They are in force for the next command.
    ChangeSettings {
        /// Which ones.
        changes: Vec<SettingChange>,
    },
    /// Make a token. The outcome bears it, once.
    CreateToken {
        /// What its bearer may do.
        role: Role,
        /// What it is called: 1 to 100 characters.
        name: String,
        /// Whose phone it is for; needed for the role `driver`, and only there.
        #[serde(default)]
        #[ts(optional = nullable)]
        driver_id: Option<DriverId>,
        /// How many days it is valid, 1 to 3650; until it is revoked where this is absent.
        #[serde(default)]
        #[ts(optional = nullable)]
        expires_in_days: Option<u32>,
    },
    /// Revoke a token: the next request with it is refused.
    RevokeToken {
        /// Which one.
        id: Uuid,
    },
    /// Make a backup now, in the background; the query `data` tells how it goes.
    BackUp {},
    /// Check the record and the newest backup now, in the background; the query `data` tells how it goes.
    CheckData {},
    /// Seal the record as it is now.
    Seal {},
}

/// A command with what goes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct CommandRequest {
    /// What is asked.
    pub command: DepotCommand,
    /// Refuse unless the entity has exactly this many events.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub expected_version: Option<u32>,
    /// The answer to the first request with this key is repeated for every further one: 1 to 200 characters.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub idempotency_key: Option<String>,
    /// When it happened by the device's clock; now where it is left out.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub occurred_at: Option<Timestamp>,
    /// What a phone says of an action of its own, instead of `occurred_at`; it needs an idempotency key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub device: Option<DeviceStamp>,
}

/// What a phone says of an action: its number, and when it happened by a clock that may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct DeviceStamp {
    /// 1, 2, 3 … for each action of the phone.
    pub sequence: u32,
    /// The phone's clock when the driver acted.
    pub time: Timestamp,
    /// What was to be added to that clock in milliseconds, where it was measured.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub offset_ms: Option<i64>,
    /// The phone noticed that its clock was set, and cannot tell by how much.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(as = "Option<bool>", optional)]
    pub uncertain: bool,
}

impl DeviceStamp {
    /// When it happened by the depot's clock, as far as the phone could tell.
    #[must_use]
    pub fn corrected(self) -> DeviceTime {
        let offset = chrono::TimeDelta::try_milliseconds(self.offset_ms.unwrap_or(0)).unwrap_or_default();
        DeviceTime { at: self.time.saturating_add(offset), uncertain: self.uncertain }
    }
}

impl CommandRequest {
    /// A request with nothing but the command.
    #[must_use]
    pub const fn new(command: DepotCommand) -> Self {
        Self { command, expected_version: None, idempotency_key: None, occurred_at: None, device: None }
    }

    /// Returns when it happened by a phone's clock, where a phone reports it.
    ///
    /// # Errors
    /// What goes with the command does not fit together.
    pub(crate) fn device_time(&self) -> Result<Option<DeviceTime>, AppError> {
        let unfit = |detail| Err(AppError::new(Code::Unfit, detail));
        match (self.device, self.occurred_at) {
            (Some(_), Some(_)) => unfit("device and occurredAt both say when it happened: give one"),
            (Some(_), None) if self.idempotency_key.is_none() => {
                unfit("device: an action of a phone needs an idempotencyKey")
            }
            (Some(stamp), None) if stamp.sequence == 0 => {
                Err(AppError::new(Code::Malformed, "device.sequence: it counts from 1"))
            }
            (Some(stamp), None) => Ok(Some(stamp.corrected())),
            (None, _) => Ok(None),
        }
    }

    /// Refuses what only a command that makes events can honour.
    ///
    /// # Errors
    /// The request names a version, a time or the number of a phone's action.
    pub(crate) fn check_eventless(&self) -> Result<(), AppError> {
        let given = [
            ("expectedVersion", self.expected_version.is_some()),
            ("occurredAt", self.occurred_at.is_some()),
            ("device", self.device.is_some()),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            None => Ok(()),
            Some((field, _)) => {
                let detail = format!(
                    "{field}: commands of phones and of the depot make no events, so only drivers, vehicles, routes and deliveries take it: leave it out"
                );
                Err(AppError::new(Code::Unfit, detail))
            }
        }
    }
}

/// By which a request can be found again in logs and events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Binds together what belongs together; the client's, where it sent one.
    pub correlation: String,
    /// This request.
    pub request: String,
}

impl Trace {
    /// For a request that came without ids.
    #[must_use]
    pub fn fresh() -> Self {
        let request = Uuid::now_v7().to_string();
        Self { correlation: request.clone(), request }
    }
}

/// What became of a command that was not refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CommandOutcome {
    /// The entity; nil for the depot itself.
    pub id: Uuid,
    /// How many events it has now.
    pub version: u32,
    /// The sequence of the last event that was stored when the command was done.
    pub sequence: u64,
    /// Whether anything changed; false where it was so already.
    pub changed: bool,
    /// What was done, as a sentence.
    pub message: String,
    /// The entity's status afterwards.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[ts(optional)]
    pub status: Option<String>,
    /// The incident that was reported or resolved.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<Uuid>)]
    #[ts(optional)]
    pub incident_id: Option<IncidentId>,
    /// The late fact as which it is kept, where the delivery could not take it: the desk decides what follows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<Uuid>)]
    #[ts(optional)]
    pub late_fact_id: Option<LateFactId>,
    /// The token that was made: the only time that it is told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<String>)]
    #[ts(optional, as = "Option<String>")]
    pub token: Option<Secret>,
}

impl CommandOutcome {
    /// The outcome of a command that makes no events. `sequence` is the log's last one.
    pub(crate) fn eventless(id: Uuid, sequence: u64, message: &str) -> Self {
        Self {
            id,
            version: 0,
            sequence,
            changed: true,
            message: message.to_owned(),
            status: None,
            incident_id: None,
            late_fact_id: None,
            token: None,
        }
    }
}
