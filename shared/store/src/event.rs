//! Events before and after they are stored, and the one place that maps a row to an event. Reads no payload.

use chrono::{DateTime, Utc};
use rusqlite::{Row, types::Type};
use uuid::Uuid;

use crate::subject::Secret;

/// An event to append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its name, stable for as long as the log lives.
    pub event_type: &'static str,
    /// Version of the payload's shape, from 1.
    pub schema: u16,
    /// A JSON object.
    pub payload: String,
    /// What of it is personal, as a JSON object: it is stored sealed under the stream's secret, see [`crate::subject`].
    pub personal: Option<String>,
}

/// Who caused events, when and why. Times are stored in microseconds; what is finer is cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// When it happened in the world; may lie well before `recorded_at`.
    pub occurred_at: DateTime<Utc>,
    /// When the store was told.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// What belongs together.
    pub correlation: String,
    /// What led to it.
    pub causation: String,
}

/// An event as the log holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Place in the whole log, from 1, without gaps.
    pub sequence: u64,
    /// The stream it belongs to.
    pub stream: Uuid,
    /// The kind of stream.
    pub category: String,
    /// Place in its stream, from 1, without gaps.
    pub version: u32,
    /// Its name.
    pub event_type: String,
    /// Version of the payload's shape.
    pub schema: u16,
    /// When it happened in the world.
    pub occurred_at: DateTime<Utc>,
    /// When the store was told.
    pub recorded_at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// What belongs together.
    pub correlation: String,
    /// What led to it.
    pub causation: String,
    /// JSON, with what is personal sealed in it.
    pub payload: String,
    /// The link of the hash chain that ends in this event.
    pub hash: [u8; 32],
    /// What opens the personal part, unless that was never there or was destroyed. No part of what is hashed.
    pub secret: Option<Secret>,
}

/// Selects what [`from_row`] reads. CROSS JOIN keeps the order of the tables, so a limit reads no more than it gives.
pub(crate) const SELECT: &str = "SELECT e.seq, s.id, c.name, e.version, e.type, e.schema, e.occurred_at, \
     e.recorded_at, e.actor, e.correlation, e.causation, e.payload, e.hash, s.secret \
     FROM events e CROSS JOIN streams s ON s.stream_no = e.stream_no \
     CROSS JOIN categories c ON c.category_no = e.category_no ";

/// Reads a row of [`SELECT`].
pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredEvent> {
    Ok(StoredEvent {
        sequence: row.get::<_, i64>(0)?.cast_unsigned(),
        stream: Uuid::from_bytes(row.get(1)?),
        category: row.get(2)?,
        version: row.get(3)?,
        event_type: row.get(4)?,
        schema: row.get(5)?,
        occurred_at: instant(row, 6)?,
        recorded_at: instant(row, 7)?,
        actor: row.get(8)?,
        correlation: row.get(9)?,
        causation: row.get(10)?,
        payload: row.get(11)?,
        hash: row.get(12)?,
        secret: row.get(13)?,
    })
}

/// Reads a column of microseconds since 1970.
pub(crate) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let us = row.get(column)?;
    DateTime::from_timestamp_micros(us).ok_or_else(|| {
        let reason = format!("{us} us is no point in time");
        rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, reason.into())
    })
}

/// A sequence as SQLite's signed integer; beyond its range nothing exists, so the end of the range means the same.
pub(crate) fn integer(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

/// Cuts a time to what is stored, so that an event just appended equals the same event read again.
pub(crate) fn to_microseconds(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}
