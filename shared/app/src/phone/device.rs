//! The devices behind the tokens of drivers: what they are, when they were seen, what they still hold.

use chrono::TimeDelta;
use depot_domain::values::{DriverId, Timestamp};
use depot_store::Migration;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::pairing::{Confirmed, label};
use super::{HeldWork, PhoneView};
use crate::actor::Role;
use crate::error::{AppError, Code};
use crate::sql;
use crate::token::{self, NewToken};

pub(super) const MIGRATION: Migration = Migration {
    id: 2026_112550,
    sql: "CREATE TABLE devices (
            id BLOB PRIMARY KEY,
            device TEXT,
            app_version TEXT,
            seen_at INTEGER,
            unsent_actions INTEGER,
            unsent_files INTEGER
          );",
};

/// What a phone keeps of other drivers.
pub(super) const HELD: Migration =
    Migration { id: 2026_113022, sql: "ALTER TABLE devices ADD COLUMN held TEXT;" };

/// Of how many other drivers a phone may keep work.
const HELD_MAX: usize = 100;

/// What is not at the depot yet.
pub(crate) struct Unsent {
    pub(crate) actions: u32,
    pub(crate) files: u32,
    pub(crate) held: Vec<HeldWork>,
}

/// How long a phone's credential is valid after the last day on which it was used.
pub(crate) const VALID_DAYS: i64 = 30;

/// For how long a phone that was revoked is still listed, in microseconds.
const LISTED_MICROS: i64 = VALID_DAYS * 24 * 60 * 60 * 1_000_000;

/// Makes a token of a pairing that was confirmed; says what the driver is called.
pub(crate) fn pair(
    tables: &Connection,
    confirmed: &Confirmed,
    driver: DriverId,
    now: Timestamp,
) -> Result<String, AppError> {
    let unknown = || AppError::new(Code::NotFound, format!("There is no driver {driver}"));
    let driver_name = crate::fleet::driver(tables, driver)?.ok_or_else(unknown)?.name;
    let name: String = format!("{driver_name} ({})", confirmed.device).chars().take(100).collect();
    let new = NewToken {
        role: Role::Driver,
        name: name.trim().to_owned(),
        driver_id: Some(driver),
        expires_in: Some(TimeDelta::days(VALID_DAYS)),
    };
    // A confirmation whose outcome was unknown may have stored it.
    if token::is_stored(tables, &confirmed.token)? {
        return Ok(driver_name);
    }
    let id = Uuid::now_v7();
    token::store(tables, id, &new, &confirmed.token, now)?;
    sql::run(
        tables,
        "INSERT INTO devices (id, device, app_version, seen_at) VALUES (?1, ?2, ?3, ?4)",
        params![id, confirmed.device, confirmed.app_version, now.micros()],
    )?;
    Ok(driver_name)
}

/// Takes away what a driver's phones called themselves, and where they were.
pub(crate) fn forget(tables: &Connection, driver: Uuid) -> rusqlite::Result<()> {
    super::position::forget(tables, driver.into())?;
    super::action::hash_plain_keys(tables)?;
    let sql = "UPDATE devices SET device = NULL, app_version = NULL
               WHERE id IN (SELECT id FROM tokens WHERE driver_id = ?1)";
    sql::run(tables, sql, [driver])
}

/// Notes a sign of life, and puts off the day on which the credential expires.
pub(crate) fn touch(tables: &Connection, device: Uuid, now: Timestamp) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "INSERT INTO devices (id, seen_at) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET seen_at = ?2",
        params![device, now.micros()],
    )?;
    let until = now.saturating_add(TimeDelta::days(VALID_DAYS)).micros();
    // What never expires stays so.
    let sql =
        "UPDATE tokens SET expires_at = ?2 WHERE id = ?1 AND expires_at IS NOT NULL AND revoked_at IS NULL";
    sql::run(tables, sql, params![device, until])
}

/// Notes what a phone says of itself.
pub(crate) fn report(
    tables: &Connection,
    device: Uuid,
    Unsent { actions, files, held }: &Unsent,
    app_version: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let app_version = label("appVersion", app_version)?;
    if held.len() > HELD_MAX {
        return Err(AppError::new(Code::Malformed, format!("held: at most {HELD_MAX} drivers")));
    }
    // Names are the depot's own: a phone may have an old one.
    let held: Vec<HeldWork> =
        held.iter().map(|work| HeldWork { driver_name: None, ..work.clone() }).collect();
    let held = serde_json::to_string(&held).map_err(AppError::storage)?;
    touch(tables, device, now)?;
    let sql = "UPDATE devices SET unsent_actions = ?2, unsent_files = ?3, app_version = ?4, held = ?5 WHERE id = ?1";
    Ok(sql::run(tables, sql, params![device, actions, files, app_version, held])?)
}

/// Takes a phone off the list.
pub(crate) fn revoke(tables: &Connection, device: Uuid, now: Timestamp) -> Result<(), AppError> {
    let sql = "SELECT 1 FROM tokens WHERE id = ?1 AND role = 'driver'";
    if sql::one(tables, sql, [device], |_| Ok(()))?.is_none() {
        return Err(AppError::new(Code::NotFound, format!("There is no phone {device}")));
    }
    let sql = "UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    Ok(sql::run(tables, sql, params![device, now.micros()])?)
}

/// Every phone that was not revoked long ago.
pub(crate) fn phones(tables: &Connection, now: Timestamp) -> rusqlite::Result<Vec<PhoneView>> {
    let sql = format!(
        "SELECT t.id, t.name, t.driver_id, p.name AS driver_name, t.created_at, t.expires_at, t.revoked_at, d.device,
           d.app_version, d.seen_at, d.unsent_actions, d.unsent_files, d.held,
           (SELECT COUNT(*) FROM device_actions a WHERE a.device = t.id) AS received,
           ({}) AS unseen
         FROM tokens t LEFT JOIN devices d ON d.id = t.id LEFT JOIN drivers p ON p.id = t.driver_id
         WHERE t.role = 'driver' AND (t.revoked_at IS NULL OR t.revoked_at > ?1)
         ORDER BY t.revoked_at IS NOT NULL, d.seen_at DESC, t.created_at DESC LIMIT 500",
        super::message::UNSEEN_OF_TOKEN
    );
    let mut phones = sql::all(tables, &sql, [now.micros() - LISTED_MICROS], |row| {
        Ok(PhoneView {
            device_id: row.get("id")?,
            name: row.get("name")?,
            driver_id: sql::id(row, "driver_id")?,
            driver_name: row.get("driver_name")?,
            device: row.get("device")?,
            app_version: row.get("app_version")?,
            paired_at: sql::time(row, "created_at")?,
            seen_at: sql::maybe_time(row, "seen_at")?,
            unsent_actions: row.get("unsent_actions")?,
            unsent_files: row.get("unsent_files")?,
            held: sql::json(row, "held")?,
            received_actions: row.get("received")?,
            unseen_messages: row.get("unseen")?,
            expires_at: sql::maybe_time(row, "expires_at")?,
            revoked_at: sql::maybe_time(row, "revoked_at")?,
        })
    })?;
    for work in phones.iter_mut().flat_map(|phone| &mut phone.held) {
        let sql = "SELECT name FROM drivers WHERE id = ?1";
        work.driver_name = sql::one(tables, sql, [work.driver_id.uuid()], |row| row.get(0))?;
    }
    Ok(phones)
}
