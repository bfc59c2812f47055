//! Late facts: their table, their projection and their list; and how a file is named by something recorded.

use depot_domain::Delivery;
use depot_domain::delivery::{
    DeliveryEvent, DeliveryStatus, FileHash, FileRef, LateCause, LateDeed, LateFactKept, LateFactSettled,
    LateWords,
};
use depot_domain::values::{DeliveryId, DriverId, LateFactId, Timestamp};
use depot_store::Migration;
use rusqlite::{Connection, params};
use serde::Serialize;
use ts_rs::TS;

use crate::entity::{Recorded, fold};
use crate::error::{AppError, Code};
use crate::{log, sql};

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_113021,
    sql: "CREATE TABLE late_facts (
            delivery_id BLOB NOT NULL,
            id BLOB NOT NULL,
            driver_id BLOB NOT NULL,
            deed TEXT NOT NULL,
            cause TEXT NOT NULL,
            words TEXT,
            at INTEGER NOT NULL,
            uncertain INTEGER NOT NULL,
            settled_at INTEGER,
            note TEXT,
            PRIMARY KEY (delivery_id, id)
          ) WITHOUT ROWID;
          CREATE INDEX open_late_facts ON late_facts (at) WHERE settled_at IS NULL;",
};

/// How many are listed at most.
const LISTED_MAX: u32 = 500;

/// What a phone reported of a delivery that could not take it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct LateFactView {
    /// By which it is settled.
    pub fact_id: LateFactId,
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Where the delivery's route begins.
    pub route_origin: String,
    /// Where the delivery's route ends.
    pub route_destination: String,
    /// Where the delivery stands now.
    pub delivery_status: DeliveryStatus,
    /// Who did it.
    pub driver_id: DriverId,
    /// What that driver is called.
    pub driver_name: Option<String>,
    /// Who drives the delivery now.
    pub present_driver_name: Option<String>,
    /// What was done.
    pub deed: LateDeed,
    /// Where the checkpoint lies that was reached.
    pub location: Option<String>,
    /// Why the delivery could not take it.
    pub cause: LateCause,
    /// Names, texts and pictures that belong to it, where it has any and they were not erased.
    pub words: Option<LateWords>,
    /// When it happened.
    pub at: Timestamp,
    /// Whether that time is by a clock that was wrong or was set.
    pub uncertain: bool,
    /// The hashes of its files whose content is still on its way.
    pub files_awaited: Vec<FileHash>,
    /// When the desk settled it.
    pub settled_at: Option<Timestamp>,
    /// What was decided.
    pub note: Option<String>,
}

/// How a file is named by something recorded of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedFile {
    /// As a signature.
    Signature,
    /// As a photo.
    Photo,
}

pub(super) fn keep(
    tables: &Connection,
    Recorded { id, at, .. }: &Recorded<'_, DeliveryEvent>,
    kept: &LateFactKept,
) -> rusqlite::Result<()> {
    let words = kept.words.as_ref().map(json).transpose()?;
    sql::run(
        tables,
        "INSERT OR REPLACE INTO late_facts (delivery_id, id, driver_id, deed, cause, words, at, uncertain)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            id,
            kept.fact_id.uuid(),
            kept.driver_id.uuid(),
            json(&kept.deed)?,
            kept.cause.as_str(),
            words,
            at.micros(),
            kept.clock.is_some(),
        ],
    )
}

pub(super) fn settle(
    tables: &Connection,
    Recorded { id, at, .. }: &Recorded<'_, DeliveryEvent>,
    settled: &LateFactSettled,
) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE late_facts SET settled_at = ?3, note = ?4 WHERE delivery_id = ?1 AND id = ?2",
        params![id, settled.fact_id.uuid(), at.micros(), settled.note.as_ref().map(|note| note.as_str())],
    )
}

/// Takes out what is personal.
pub(super) fn erase(tables: &Connection, delivery: uuid::Uuid) -> rusqlite::Result<()> {
    sql::run(tables, "UPDATE late_facts SET words = NULL, note = NULL WHERE delivery_id = ?1", [delivery])
}

/// Lists what is not settled, the oldest first; or everything of one delivery.
pub(crate) fn late_facts(
    tables: &Connection,
    delivery: Option<DeliveryId>,
    is_awaited: impl Fn(DeliveryId, &FileRef) -> rusqlite::Result<bool>,
) -> Result<Vec<LateFactView>, AppError> {
    let wanted = match delivery {
        Some(_) => "f.delivery_id = ?1",
        None => "f.settled_at IS NULL AND ?1 IS NULL",
    };
    let sql = format!(
        "SELECT f.*, d.status, COALESCE(d.ended_origin, r.origin) AS origin,
           COALESCE(d.ended_destination, r.destination) AS destination, p.name AS driver_name, n.name AS present_name,
           (SELECT c.location FROM route_checkpoints c
            WHERE c.route_id = d.route_id AND c.sequence = json_extract(f.deed, '$.sequence')) AS location
         FROM late_facts f JOIN deliveries d ON d.id = f.delivery_id JOIN routes r ON r.id = d.route_id
           LEFT JOIN drivers p ON p.id = f.driver_id LEFT JOIN drivers n ON n.id = d.driver_id
         WHERE {wanted} ORDER BY f.at, f.id LIMIT {LISTED_MAX}"
    );
    let facts = sql::all(tables, &sql, [delivery.map(DeliveryId::uuid)], |row| {
        let words: Option<LateWords> = sql::json(row, "words")?;
        let files = words.iter().flat_map(|words| words.signature.iter().chain(&words.photos));
        let delivery: DeliveryId = sql::id(row, "delivery_id")?;
        let mut files_awaited = vec![];
        for file in files {
            if is_awaited(delivery, file)? {
                files_awaited.push(file.hash.clone());
            }
        }
        let deed: Option<LateDeed> = sql::json(row, "deed")?;
        Ok(LateFactView {
            fact_id: sql::id(row, "id")?,
            delivery_id: delivery,
            route_origin: row.get("origin")?,
            route_destination: row.get("destination")?,
            delivery_status: sql::word(row, "status")?,
            driver_id: sql::id(row, "driver_id")?,
            driver_name: row.get("driver_name")?,
            present_driver_name: row.get("present_name")?,
            deed: deed.ok_or(rusqlite::Error::QueryReturnedNoRows)?,
            location: row.get("location")?,
            cause: sql::word(row, "cause")?,
            files_awaited,
            words,
            at: sql::time(row, "at")?,
            uncertain: row.get("uncertain")?,
            settled_at: sql::maybe_time(row, "settled_at")?,
            note: row.get("note")?,
        })
    })?;
    Ok(facts)
}

/// Returns how something recorded of a delivery names a file; of `driver` the delivery must be, or have been.
pub(crate) fn named_file(
    tables: &Connection,
    id: DeliveryId,
    hash: &FileHash,
    driver: Option<DriverId>,
) -> Result<Option<NamedFile>, AppError> {
    let history = log::delivery_history(tables, id.uuid())?;
    let delivery = fold::<Delivery>(&history)?
        .state
        .ok_or_else(|| AppError::new(Code::NotFound, format!("There is no delivery {id}")))?;
    if driver.is_some_and(|driver| !delivery.was_given_to(driver)) {
        return Err(AppError::new(Code::Forbidden, "This delivery belongs to another driver"));
    }
    let late = delivery.late_facts.iter().filter_map(|fact| fact.words.as_ref()?.signature.as_ref());
    let mut signatures = delivery.proof.iter().filter_map(|proof| proof.signature.as_ref()).chain(late);
    if signatures.any(|signature| signature.hash == *hash) {
        return Ok(Some(NamedFile::Signature));
    }
    Ok(delivery.files().any(|file| file.hash == *hash).then_some(NamedFile::Photo))
}

fn json(value: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
