//! The numbers of a phone's actions: each is used once, and both sides can tell how many have come.

use depot_store::Migration;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::ReceivedActions;
use crate::error::{AppError, Code};
use crate::idempotency::{self, Key};
use crate::sql;

pub(super) const MIGRATION: Migration = Migration {
    id: 2026_112551,
    sql: "CREATE TABLE device_actions (
            device BLOB NOT NULL,
            sequence INTEGER NOT NULL,
            key TEXT NOT NULL,
            PRIMARY KEY (device, sequence)
          ) WITHOUT ROWID;",
};

/// Refuses a number that another action of the phone has.
pub(crate) fn check(tables: &Connection, device: Uuid, sequence: u32, key: &Key) -> Result<(), AppError> {
    let sql = "SELECT key FROM device_actions WHERE device = ?1 AND sequence = ?2";
    let taken: Option<String> = sql::one(tables, sql, params![device, sequence], |row| row.get(0))?;
    match taken {
        Some(taken) if taken != key.hashed() && taken != key.given() => Err(AppError::new(
            Code::KeyReused,
            format!("device.sequence: {sequence} was used for another action of this phone"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Remembers that an action has come, whether it was done or refused for good.
pub(crate) fn record(tables: &Connection, device: Uuid, sequence: u32, key: &Key) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO device_actions (device, sequence, key) VALUES (?1, ?2, ?3)";
    sql::run(tables, sql, params![device, sequence, key.hashed()])
}

/// Hashes the keys that an earlier version stored as they came.
pub(super) fn hash_plain_keys(tables: &Connection) -> rusqlite::Result<()> {
    idempotency::hash_plain_keys(tables, "device_actions")
}

/// What has come.
pub(super) fn received(tables: &Connection, device: Uuid) -> rusqlite::Result<ReceivedActions> {
    let sql = "SELECT COUNT(*), COALESCE(MAX(sequence), 0) FROM device_actions WHERE device = ?1";
    let received = sql::one(tables, sql, [device], |row| {
        Ok(ReceivedActions { received: row.get(0)?, last_sequence: row.get(1)? })
    })?;
    Ok(received.unwrap_or_default())
}
