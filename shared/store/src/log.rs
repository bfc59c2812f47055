//! Reads the log, in order and never more than asked for. Writes nothing and upcasts nothing.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Params, Result, params};
use uuid::Uuid;

use crate::event::{SELECT, StoredEvent, from_row, integer};

const OF_STREAM: &str = "e.stream_no = (SELECT stream_no FROM streams WHERE id = ?1)";
const OF_CATEGORY: &str = "e.category_no = (SELECT category_no FROM categories WHERE name = ?1)";

/// Events of a stream after a version, in the order of their versions.
///
/// # Errors
/// When SQLite fails.
pub fn stream(
    connection: &Connection,
    stream: Uuid,
    after_version: u32,
    limit: u32,
) -> Result<Vec<StoredEvent>> {
    let sql = format!("{SELECT} WHERE {OF_STREAM} AND e.version > ?2 ORDER BY e.version LIMIT ?3");
    collect(connection, &sql, params![stream.as_bytes(), after_version, limit])
}

/// What was known of a stream at a time: its longest prefix recorded at or before it.
///
/// A prefix, not a filter: where a clock went back, an event recorded later in order ends it all the same.
///
/// # Errors
/// When SQLite fails.
pub fn stream_as_of(
    connection: &Connection,
    stream: Uuid,
    recorded_until: DateTime<Utc>,
) -> Result<Vec<StoredEvent>> {
    let sql = format!("{SELECT} WHERE {OF_STREAM} ORDER BY e.version");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![stream.as_bytes()])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let event = from_row(row)?;
        if event.recorded_at > recorded_until {
            break;
        }
        events.push(event);
    }
    Ok(events)
}

/// Events of a category after a sequence, in order.
///
/// # Errors
/// When SQLite fails.
pub fn category(connection: &Connection, category: &str, after: u64, limit: u32) -> Result<Vec<StoredEvent>> {
    let sql = format!("{SELECT} WHERE {OF_CATEGORY} AND e.seq > ?2 ORDER BY e.seq LIMIT ?3");
    collect(connection, &sql, params![category, integer(after), limit])
}

/// Events of the whole log after a sequence, in order.
///
/// # Errors
/// When SQLite fails.
pub fn all(connection: &Connection, after: u64, limit: u32) -> Result<Vec<StoredEvent>> {
    let sql = format!("{SELECT} WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2");
    collect(connection, &sql, params![integer(after), limit])
}

/// The newest events first, before a sequence where one is given, of a category or a stream where one is given.
///
/// # Errors
/// When SQLite fails.
pub fn newest(
    connection: &Connection,
    before: Option<u64>,
    category: Option<&str>,
    stream: Option<Uuid>,
    limit: u32,
) -> Result<Vec<StoredEvent>> {
    let before = before.map_or(i64::MAX, integer);
    let of_category = "e.category_no = (SELECT category_no FROM categories WHERE name = ?3)";
    let of_stream = "e.stream_no = (SELECT stream_no FROM streams WHERE id = ?4)";
    // A stream's events are read by version, which its index gives in the order of their sequences.
    let (condition, order) = match (category, stream) {
        (None, None) => ("?3 IS NULL AND ?4 IS NULL".to_owned(), "e.seq"),
        (Some(_), None) => (format!("{of_category} AND ?4 IS NULL"), "e.seq"),
        (None, Some(_)) => (format!("{of_stream} AND ?3 IS NULL"), "e.version"),
        (Some(_), Some(_)) => (format!("{of_stream} AND {of_category}"), "e.version"),
    };
    let sql = format!("{SELECT} WHERE e.seq < ?1 AND {condition} ORDER BY {order} DESC LIMIT ?2");
    let stream = stream.map(Uuid::into_bytes);
    collect(connection, &sql, params![before, limit, category, stream])
}

/// The highest sequence stored; 0 for an empty log.
///
/// # Errors
/// When SQLite fails.
pub fn head(connection: &Connection) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT COALESCE(MAX(seq), 0) FROM events")?;
    statement.query_row((), |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
}

fn collect(connection: &Connection, sql: &str, parameters: impl Params) -> Result<Vec<StoredEvent>> {
    let mut statement = connection.prepare_cached(sql)?;
    let events = statement.query_map(parameters, from_row)?;
    events.collect()
}
