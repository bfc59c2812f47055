//! Phones: how one is paired with a driver, what it reports of itself, and what its driver is told.
//!
//! A phone is a token of the role `driver` with a row of `devices` beside it. What it does on deliveries is in
//! `execute` like everybody's; only the numbers of its actions are kept here.

mod action;
mod device;
mod message;
mod pairing;
mod position;
mod views;

use chrono_tz::Tz;
use depot_domain::values::{DeliveryId, DriverId, Timestamp};
use depot_store::Migration;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

pub(crate) use action::{check as check_sequence, record as record_action};
pub(crate) use device::{Unsent, VALID_DAYS, forget, pair, phones, report, revoke, touch};
pub(crate) use message::{project, see};
pub(crate) use pairing::Pairings;
pub use pairing::{Claimed, PairingState};
pub use position::{AccuracyMeters, Latitude, Longitude};
pub(crate) use position::{
    NOT_COPIED, Policy, Told, is_prunable, keep as keep_position, last as last_positions, prune, share,
};
pub use views::*;

use crate::delivery;
use crate::error::{AppError, Code};
use crate::sql;

pub(crate) const MIGRATIONS: [Migration; 5] =
    [device::MIGRATION, action::MIGRATION, message::MIGRATION, position::MIGRATION, device::HELD];

/// How many deliveries a phone is given unless it asks for more, and at most.
const DAY_USUAL: u32 = 100;
const DAY_MAX: u32 = 5_000;

/// For how long a phone still sees what has ended, in microseconds: a day.
const ENDED_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// What can be asked of phones: by the desk, and by a phone of itself. It makes no events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum PhoneCommand {
    /// Begin to pair a phone; the outcome's id names the pairing.
    StartPairing {},
    /// The six digits are the same: it is this driver's phone from now on.
    ConfirmPairing {
        /// Which pairing.
        pairing_id: Uuid,
        /// Whose phone it is.
        driver_id: DriverId,
    },
    /// End a pairing without a phone.
    RefusePairing {
        /// Which pairing.
        pairing_id: Uuid,
    },
    /// Take a phone off the list: its next request is refused.
    RevokePhone {
        /// Which phone.
        device_id: Uuid,
    },
    /// The driver has seen messages.
    SeeMessages {
        /// Which ones; at most 100.
        ids: Vec<MessageId>,
    },
    /// How the phone is doing.
    ReportState {
        /// Actions that are not at the depot yet.
        unsent_actions: u32,
        /// Files that are not at the depot yet.
        unsent_files: u32,
        /// The version of the app.
        app_version: String,
        /// What it keeps of other drivers, which only their own credentials may send.
        #[serde(default)]
        #[ts(as = "Option<Vec<HeldWork>>", optional)]
        held: Vec<HeldWork>,
    },
    /// Whether the driver lets the depot see where they are while a delivery is under way. Turned off, what the depot
    /// had of it is forgotten.
    SharePositions {
        /// What the driver chose.
        on: bool,
    },
    /// Where the driver is. It is no part of the record, and never sent later.
    ReportPosition {
        /// Degrees north.
        latitude: Latitude,
        /// Degrees east.
        longitude: Longitude,
        /// How far off that may be.
        accuracy_meters: AccuracyMeters,
        /// When, by the phone's clock, corrected by what that is off.
        at: Timestamp,
    },
}

/// Everything that a phone needs to work without the depot for the rest of the day.
pub(crate) fn day(
    tables: &Connection,
    device: Uuid,
    driver: DriverId,
    policy: Policy,
    (most, zone): (Option<u32>, Tz),
    now: Timestamp,
) -> Result<PhoneDay, AppError> {
    let unknown = || AppError::new(Code::NotFound, format!("There is no driver {driver}"));
    let driver_name =
        sql::one(tables, "SELECT name FROM drivers WHERE id = ?1", [driver.uuid()], |row| row.get(0))?
            .ok_or_else(unknown)?;
    let most = most.unwrap_or(DAY_USUAL);
    if !(1..=DAY_MAX).contains(&most) {
        return Err(AppError::new(Code::Malformed, format!("most: give 1 to {DAY_MAX}, not {most}")));
    }
    // What is under way comes first, whatever is left out; then what is to come, then what has ended.
    let sql = "SELECT id, COUNT(*) OVER () AS total FROM deliveries
               WHERE driver_id = ?1 AND (open = 1 OR updated_at > ?2)
               ORDER BY status IN ('InTransit', 'OutForDelivery') DESC, open DESC, starts_at, id LIMIT ?3";
    let bounds = rusqlite::params![driver.uuid(), now.micros() - ENDED_MICROS, most];
    let found: Vec<(DeliveryId, u32)> =
        sql::all(tables, sql, bounds, |row| Ok((sql::id(row, "id")?, row.get("total")?)))?;
    let total = found.first().map_or(0, |(_, total)| *total);
    let ids: Vec<DeliveryId> = found.into_iter().map(|(id, _)| id).collect();
    let left_out = total.saturating_sub(u32::try_from(ids.len()).unwrap_or(u32::MAX));
    let mut deliveries = Vec::with_capacity(ids.len());
    for id in ids {
        deliveries.extend(delivery::delivery(tables, id, now)?);
    }
    Ok(PhoneDay {
        device_id: device,
        driver_id: driver,
        driver_name,
        now,
        actions: action::received(tables, device)?,
        deliveries,
        left_out,
        time_zone: zone.name().to_owned(),
        messages: message::of_driver(tables, driver, now)?,
        positions: position::sharing(tables, driver, policy)?,
    })
}

/// Forgets what phones of a demo left behind.
pub(crate) fn clear(tables: &Connection) -> rusqlite::Result<()> {
    for table in ["devices", "device_actions", "seen_messages", "position_sharing", "positions"] {
        sql::run(tables, &format!("DELETE FROM {table}"), [])?;
    }
    Ok(())
}
