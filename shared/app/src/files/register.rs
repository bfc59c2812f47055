//! Which files the facts of a delivery name, which of them were handed in for it, and how much each credential hands in.
//!
//! The log does not say when bytes arrive, so no rebuild makes these tables.

use std::path::Path;

use depot_domain::delivery::{DeliveryEvent, FileHash, FileRef};
use depot_domain::values::{DeliveryId, DriverId, Timestamp};
use depot_store::Migration;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::actor::Actor;
use crate::delivery::DeliveryDetail;
use crate::error::AppError;
use crate::execute::Call;
use crate::{schema, sql};

/// What older depots name counts as handed in; where the bytes are not on the disk, it is awaited all the same.
pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_113010,
    sql: "CREATE TABLE delivery_files (
            delivery_id BLOB NOT NULL,
            hash TEXT NOT NULL,
            signature INTEGER NOT NULL,
            named_at INTEGER NOT NULL,
            named_by TEXT NOT NULL,
            received_at INTEGER,
            closed_at INTEGER,
            closed_by TEXT,
            closed_why TEXT,
            PRIMARY KEY (delivery_id, hash)
          ) WITHOUT ROWID;
          CREATE INDEX delivery_files_by_hash ON delivery_files (hash);
          CREATE INDEX awaited_files ON delivery_files (named_at) WHERE received_at IS NULL AND closed_at IS NULL;
          CREATE TABLE file_quotas (
            credential BLOB NOT NULL,
            day INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (credential, day)
          ) WITHOUT ROWID;
          INSERT OR IGNORE INTO delivery_files (delivery_id, hash, signature, named_at, named_by, received_at)
            SELECT id, json_extract(signature, '$.hash'), 1, COALESCE(delivered_at, updated_at), '', COALESCE(delivered_at, updated_at)
            FROM deliveries WHERE json_extract(signature, '$.hash') IS NOT NULL;
          INSERT OR IGNORE INTO delivery_files (delivery_id, hash, signature, named_at, named_by, received_at)
            SELECT d.id, json_extract(p.value, '$.hash'), 0, COALESCE(d.delivered_at, d.updated_at), '', COALESCE(d.delivered_at, d.updated_at)
            FROM deliveries d, json_each(d.photos) p WHERE d.photos IS NOT NULL;
          INSERT OR IGNORE INTO delivery_files (delivery_id, hash, signature, named_at, named_by, received_at)
            SELECT i.delivery_id, json_extract(p.value, '$.hash'), 0, i.reported_at, '', i.reported_at
            FROM incidents i, json_each(i.photos) p WHERE i.photos IS NOT NULL;",
};

const DAY_MICROS: i64 = 86_400_000_000;
/// The most awaited files that are listed; the oldest come first.
const AWAITED_MAX: u32 = 200;

/// A file that a fact names and whose bytes are not at the depot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct MissingFile {
    /// SHA-256 of its content.
    #[schema(value_type = schema::FileHash)]
    pub hash: FileHash,
    /// When it was announced.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub since: Timestamp,
    /// What the credential that announced it is called; none for the desk itself and where that is not known.
    pub from: Option<String>,
    /// Why nobody waits for it any more, where somebody recorded that.
    pub closed: Option<ClosedFile>,
}

/// The record that an announced file will not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ClosedFile {
    /// When it was recorded.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub at: Timestamp,
    /// What the credential that recorded it is called; none for the desk itself.
    pub by: Option<String>,
    /// Why the file will not come.
    pub reason: String,
}

/// A file that the depot waits for, with the delivery that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct AwaitedFile {
    /// The delivery whose facts name it.
    pub delivery_id: DeliveryId,
    /// Where that delivery began.
    pub route_origin: String,
    /// Where it went.
    pub route_destination: String,
    /// Who drives it.
    pub driver_name: Option<String>,
    /// SHA-256 of its content.
    pub hash: FileHash,
    /// Whether it is the receiver's signature.
    pub signature: bool,
    /// When it was announced.
    pub since: Timestamp,
    /// What the credential that announced it is called; none for the desk itself and where that is not known.
    pub from: Option<String>,
}

/// Notes the files that an event names, or that one of them will not come.
pub(crate) fn note(
    tables: &Connection,
    delivery: DeliveryId,
    event: &DeliveryEvent,
    call: &Call,
) -> rusqlite::Result<()> {
    let (at, by) = (call.recorded_at.micros(), call.actor.for_the_log());
    let name = |file: &FileRef, is_signature: bool| {
        let sql = "INSERT INTO delivery_files (delivery_id, hash, signature, named_at, named_by) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT DO UPDATE SET signature = signature OR excluded.signature";
        sql::run(tables, sql, params![delivery.uuid(), file.hash.as_str(), is_signature, at, by])
    };
    match event {
        DeliveryEvent::ProofOfDeliveryCaptured(proof) => {
            proof.signature.iter().try_for_each(|file| name(file, true))?;
            proof.photos.iter().try_for_each(|file| name(file, false))
        }
        DeliveryEvent::IncidentReported(incident) => {
            incident.photos.iter().try_for_each(|file| name(file, false))
        }
        DeliveryEvent::LateFactKept(fact) => fact.words.iter().try_for_each(|words| {
            words.signature.iter().try_for_each(|file| name(file, true))?;
            words.photos.iter().try_for_each(|file| name(file, false))
        }),
        DeliveryEvent::AwaitedFileClosed(closed) => {
            let sql = "UPDATE delivery_files SET closed_at = ?3, closed_by = ?4, closed_why = ?5
                       WHERE delivery_id = ?1 AND hash = ?2";
            let params = params![delivery.uuid(), closed.hash.as_str(), at, by, closed.reason.as_str()];
            sql::run(tables, sql, params)
        }
        DeliveryEvent::DeliveryCreated(_)
        | DeliveryEvent::DriverAssigned(_)
        | DeliveryEvent::VehicleAssigned(_)
        | DeliveryEvent::DeliveryStatusChanged(_)
        | DeliveryEvent::CheckpointReached(_)
        | DeliveryEvent::IncidentResolved(_)
        | DeliveryEvent::LateFactSettled(_)
        | DeliveryEvent::ReceiverErased(_) => Ok(()),
    }
}

/// Notes that the bytes of a file were handed in for a delivery. Returns whether a fact of the delivery names it.
pub(crate) fn receive(
    tables: &Connection,
    delivery: DeliveryId,
    file: &FileRef,
    actor: &Actor,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let row = params![delivery.uuid(), file.hash.as_str()];
    let known = "SELECT received_at IS NOT NULL FROM delivery_files WHERE delivery_id = ?1 AND hash = ?2";
    let is_received: Option<bool> = sql::one(tables, known, row, |row| row.get(0))?;
    let Some(false) = is_received else { return Ok(is_received.is_some()) };
    let sql = "UPDATE delivery_files SET received_at = ?3 WHERE delivery_id = ?1 AND hash = ?2";
    sql::run(tables, sql, params![delivery.uuid(), file.hash.as_str(), now.micros()])?;
    let day = now.micros().div_euclid(DAY_MICROS);
    sql::run(tables, "DELETE FROM file_quotas WHERE day NOT IN (?1, ?1 - 1)", [day])?;
    let sql = "INSERT INTO file_quotas (credential, day, bytes) VALUES (?1, ?2, ?3)
               ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes";
    sql::run(tables, sql, params![actor.credential, day, file.bytes])?;
    Ok(true)
}

/// Checks that a credential handed in fewer than so many bytes today. The desk itself has no limit.
pub(crate) fn check_quota(
    tables: &Connection,
    actor: &Actor,
    max_bytes: u64,
    now: Timestamp,
) -> Result<bool, AppError> {
    if actor.credential.is_nil() {
        return Ok(true);
    }
    let sql = "SELECT bytes FROM file_quotas WHERE credential = ?1 AND day = ?2";
    let day = now.micros().div_euclid(DAY_MICROS);
    let bytes: Option<i64> = sql::one(tables, sql, params![actor.credential, day], |row| row.get(0))?;
    Ok(bytes.unwrap_or(0).cast_unsigned() < max_bytes)
}

/// Checks whether a fact of a delivery names a file.
pub(crate) fn is_named(tables: &Connection, delivery: DeliveryId, hash: &FileHash) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM delivery_files WHERE delivery_id = ?1 AND hash = ?2";
    Ok(sql::one(tables, sql, params![delivery.uuid(), hash.as_str()], |_| Ok(()))?.is_some())
}

/// Checks whether the bytes of a file were handed in for a delivery.
pub(crate) fn is_received(
    tables: &Connection,
    delivery: DeliveryId,
    hash: &FileHash,
) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM delivery_files WHERE delivery_id = ?1 AND hash = ?2 AND received_at IS NOT NULL";
    Ok(sql::one(tables, sql, params![delivery.uuid(), hash.as_str()], |_| Ok(()))?.is_some())
}

/// Checks whether the bytes of a file that a delivery names are not here.
pub(crate) fn is_awaited(
    tables: &Connection,
    folder: &Path,
    delivery: DeliveryId,
    file: &FileRef,
) -> rusqlite::Result<bool> {
    Ok(!is_received(tables, delivery, &file.hash)? || !super::exists(folder, &file.hash))
}

/// Checks whether a file was handed in for any delivery.
pub(crate) fn is_held(tables: &Connection, hash: &FileHash) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM delivery_files WHERE hash = ?1 AND received_at IS NOT NULL LIMIT 1";
    Ok(sql::one(tables, sql, [hash.as_str()], |_| Ok(()))?.is_some())
}

/// Checks whether a file was handed in for a delivery of `driver`. Naming the hash of another delivery's file is not enough.
pub(crate) fn is_shown_to(tables: &Connection, hash: &FileHash, driver: DriverId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM delivery_files f JOIN deliveries d ON d.id = f.delivery_id
               WHERE f.hash = ?1 AND f.received_at IS NOT NULL AND d.driver_id = ?2 LIMIT 1";
    Ok(sql::one(tables, sql, params![hash.as_str(), driver.uuid()], |_| Ok(()))?.is_some())
}

/// Removes all that is known of a delivery's files.
pub(crate) fn forget(tables: &Connection, delivery: Uuid) -> rusqlite::Result<()> {
    sql::run(tables, "DELETE FROM delivery_files WHERE delivery_id = ?1", [delivery])
}

/// Removes all that is known of any file.
pub(crate) fn clear(tables: &Connection) -> rusqlite::Result<()> {
    sql::run(tables, "DELETE FROM delivery_files", [])
}

/// What a credential is called, by a column that holds an actor as the log names it.
fn name_of(column: &str) -> String {
    format!(
        "(SELECT t.name FROM tokens t WHERE t.id = unhex(replace(substr({column}, instr({column}, ':') + 1), '-', '')))"
    )
}

/// The files of a delivery whose bytes are not here.
pub(crate) fn missing(
    tables: &Connection,
    folder: &Path,
    delivery: &DeliveryDetail,
) -> rusqlite::Result<Vec<MissingFile>> {
    if delivery.files().next().is_none() {
        return Ok(vec![]);
    }
    let sql = format!(
        "SELECT hash, named_at, received_at IS NOT NULL AS received, {} AS named_by, closed_at, {} AS closed_by, closed_why
         FROM delivery_files WHERE delivery_id = ?1",
        name_of("named_by"),
        name_of("closed_by")
    );
    let rows = sql::all(tables, &sql, [delivery.row.id.uuid()], |row| {
        Ok((missing_file(row)?, row.get::<_, bool>("received")?))
    })?;
    let mut missing: Vec<MissingFile> = vec![];
    for FileRef { hash, .. } in delivery.files() {
        let known = rows.iter().find(|(file, _)| file.hash == *hash);
        let is_here = known.is_some_and(|(_, received)| *received) && super::exists(folder, hash);
        if is_here || missing.iter().any(|file| file.hash == *hash) {
            continue;
        }
        let unknown =
            || MissingFile { hash: hash.clone(), since: delivery.row.updated_at, from: None, closed: None };
        missing.push(known.map_or_else(unknown, |(file, _)| file.clone()));
    }
    Ok(missing)
}

fn missing_file(row: &Row<'_>) -> rusqlite::Result<MissingFile> {
    let (at, reason) = (sql::maybe_time(row, "closed_at")?, row.get::<_, Option<String>>("closed_why")?);
    let by: Option<String> = row.get("closed_by")?;
    Ok(MissingFile {
        hash: sql::word(row, "hash")?,
        since: sql::time(row, "named_at")?,
        from: row.get("named_by")?,
        closed: at.zip(reason).map(|(at, reason)| ClosedFile { at, by, reason }),
    })
}

/// The files that the depot waits for, those first that were announced first.
pub(crate) fn awaited_files(tables: &Connection) -> rusqlite::Result<Vec<AwaitedFile>> {
    let sql = format!(
        "SELECT f.delivery_id, f.hash, f.signature, f.named_at, {} AS named_by, r.origin, r.destination, p.name AS driver_name
         FROM delivery_files f JOIN deliveries d ON d.id = f.delivery_id JOIN routes r ON r.id = d.route_id
         LEFT JOIN drivers p ON p.id = d.driver_id
         WHERE f.received_at IS NULL AND f.closed_at IS NULL ORDER BY f.named_at, f.hash LIMIT {AWAITED_MAX}",
        name_of("f.named_by")
    );
    sql::all(tables, &sql, [], |row| {
        Ok(AwaitedFile {
            delivery_id: sql::id(row, "delivery_id")?,
            route_origin: row.get("origin")?,
            route_destination: row.get("destination")?,
            driver_name: row.get("driver_name")?,
            hash: sql::word(row, "hash")?,
            signature: row.get("signature")?,
            since: sql::time(row, "named_at")?,
            from: row.get("named_by")?,
        })
    })
}
