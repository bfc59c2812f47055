//! The clock of a device: how far it is believed, and what an event says of one that is not.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Delivery, DeliveryCommand};
use crate::values::{Timestamp, words};

/// How far a device's clock may be off before its time is flagged: clocks that are set by the network differ by seconds.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

words!(/// Why the time that a device gave is not believed.
ClockFault ("a fault of a clock") {
    /// It lies in the future.
    Ahead,
    /// It lies before the delivery was created, or before the step before it.
    Behind,
    /// The clock was set, and the device cannot tell by how much.
    Set,
});

/// What a device said of a time that the depot does not believe. The event itself has a time that is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClockDoubt {
    /// What is wrong with it.
    pub fault: ClockFault,
    /// The time that the device gave.
    pub told: Timestamp,
}

/// When something happened, as a device says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceTime {
    /// The time, corrected by what the device knows of its clock.
    pub at: Timestamp,
    /// The device noticed that its clock was set and cannot tell by how much.
    pub uncertain: bool,
}

impl DeviceTime {
    /// Returns a time between `earliest` and `now`, with the doubt where the device's own lies beyond them.
    ///
    /// A time that is off by minutes is moved without a doubt. One that cannot be right says nothing, so the time of
    /// recording stands in its place.
    #[must_use]
    pub fn placed(self, earliest: Option<Timestamp>, now: Timestamp) -> (Timestamp, Option<ClockDoubt>) {
        let earliest = earliest.map_or(self.at, |earliest| earliest).min(now);
        let doubt = |fault| Some(ClockDoubt { fault, told: self.at });
        if self.at > now.saturating_add(TOLERANCE) {
            return (now, doubt(ClockFault::Ahead));
        }
        if self.at < earliest.saturating_add(-TOLERANCE) {
            return (now, doubt(ClockFault::Behind));
        }
        let at = self.at.clamp(earliest, now);
        (at, if self.uncertain { doubt(ClockFault::Set) } else { None })
    }
}

impl Delivery {
    /// Returns the earliest time at which what `command` reports can have happened.
    ///
    /// Steps follow each other. An incident and what another driver did only follow the creation.
    #[must_use]
    pub fn earliest(&self, command: &DeliveryCommand, is_own: bool) -> Timestamp {
        match command {
            DeliveryCommand::ReportIncident { .. } | DeliveryCommand::ResolveIncident { .. } => {
                self.created_at
            }
            DeliveryCommand::CreateDelivery { .. }
            | DeliveryCommand::AssignDriver { .. }
            | DeliveryCommand::AssignVehicle { .. }
            | DeliveryCommand::RetryDelivery { .. }
            | DeliveryCommand::ChangeDeliveryStatus { .. }
            | DeliveryCommand::ReachCheckpoint { .. }
            | DeliveryCommand::CaptureProof { .. }
            | DeliveryCommand::CloseAwaitedFile { .. }
            | DeliveryCommand::SettleLateFact { .. }
            | DeliveryCommand::EraseReceiver {} => {
                if is_own {
                    self.last_step_at
                } else {
                    self.created_at
                }
            }
        }
    }
}
