//! How far each consumer outside has read: at least once, in order. Delivers nothing itself.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Result, params};

use crate::event::{instant, integer};

/// A consumer's place in a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Who reads.
    pub consumer: String,
    /// What is read.
    pub category: String,
    /// The last sequence that was dealt with.
    pub position: u64,
    /// When it moved last.
    pub updated_at: DateTime<Utc>,
}

/// The last sequence a consumer has dealt with; 0 for one never heard of.
///
/// # Errors
/// When SQLite fails.
pub fn position(connection: &Connection, consumer: &str, category: &str) -> Result<u64> {
    let mut statement = connection
        .prepare_cached("SELECT position FROM subscriptions WHERE consumer = ?1 AND category = ?2")?;
    let position: Option<i64> =
        statement.query_row(params![consumer, category], |row| row.get(0)).optional()?;
    Ok(position.map_or(0, i64::cast_unsigned))
}

/// Notes that a consumer has dealt with everything up to a sequence, and gives the position that now holds.
///
/// The position never goes back, so an acknowledgement that comes late or twice does no harm; nor does it pass the
/// head of the log, so one that comes from another log cannot make events be skipped.
///
/// # Errors
/// When SQLite fails, or the connection may not write: take [`Unit::tables_mut`](crate::Unit::tables_mut).
pub fn acknowledge(
    connection: &Connection,
    consumer: &str,
    category: &str,
    sequence: u64,
    now: DateTime<Utc>,
) -> Result<u64> {
    let sequence = integer(sequence.min(crate::log::head(connection)?));
    let mut statement = connection.prepare_cached(
        "INSERT INTO subscriptions (consumer, category, position, updated_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (consumer, category) DO UPDATE SET position = excluded.position, \
         updated_at = excluded.updated_at WHERE excluded.position > position",
    )?;
    statement.execute(params![consumer, category, sequence, now.timestamp_micros()])?;
    position(connection, consumer, category)
}

/// How many consumers with a name that begins with `prefix` a new one called `consumer` would join; 0 where it is not new.
///
/// # Errors
/// When SQLite fails.
pub fn others(connection: &Connection, prefix: &str, consumer: &str) -> Result<u64> {
    let mut statement = connection.prepare_cached(
        "SELECT count(DISTINCT consumer) FROM subscriptions WHERE substr(consumer, 1, length(?1)) = ?1 \
         AND NOT EXISTS (SELECT 1 FROM subscriptions WHERE consumer = ?2)",
    )?;
    let others: i64 = statement.query_row(params![prefix, consumer], |row| row.get(0))?;
    Ok(others.cast_unsigned())
}

/// Every consumer's place, by name.
///
/// # Errors
/// When SQLite fails.
pub fn list(connection: &Connection) -> Result<Vec<Subscription>> {
    let mut statement = connection.prepare_cached(
        "SELECT consumer, category, position, updated_at FROM subscriptions ORDER BY consumer, category",
    )?;
    let subscriptions = statement.query_map((), |row| {
        Ok(Subscription {
            consumer: row.get(0)?,
            category: row.get(1)?,
            position: row.get::<_, i64>(2)?.cast_unsigned(),
            updated_at: instant(row, 3)?,
        })
    })?;
    subscriptions.collect()
}
