//! Reads the log, in order and never more than asked for. Writes nothing and upcasts nothing.

use chrono::{DateTime, Utc};
use rusqlite::types::Value;
use rusqlite::{Connection, Params, Result, params, params_from_iter};
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

/// Every event of the stream of this number.
pub(crate) fn whole_stream(connection: &Connection, stream_no: i64) -> Result<Vec<StoredEvent>> {
    collect(connection, &format!("{SELECT} WHERE e.stream_no = ?1 ORDER BY e.version"), [stream_no])
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

/// What to look for in the log; nothing in it looks for everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'w> {
    /// Only before this sequence.
    pub before: Option<u64>,
    /// Only from this sequence on.
    pub from: Option<u64>,
    /// Only of this category.
    pub category: Option<&'w str>,
    /// Only of this stream.
    pub stream: Option<Uuid>,
    /// Only of this type.
    pub event_type: Option<&'w str>,
    /// Only by this actor.
    pub actor: Option<&'w str>,
    /// Only recorded at or after this.
    pub recorded_from: Option<DateTime<Utc>>,
    /// Only recorded before this.
    pub recorded_until: Option<DateTime<Utc>>,
}

/// The newest events first, of those that are wanted.
///
/// Categories and streams are found by an index. Types, actors and times are not: whoever asks for them bounds the
/// sequences, see [`recorded_between`].
///
/// # Errors
/// When SQLite fails.
pub fn newest(connection: &Connection, wanted: &Wanted<'_>, limit: u32) -> Result<Vec<StoredEvent>> {
    let Wanted { before, from, category, stream, event_type, actor, recorded_from, recorded_until } = *wanted;
    let micros = |at: DateTime<Utc>| Value::Integer(at.timestamp_micros());
    let text = |text: &str| Value::Text(text.to_owned());
    let conditions = [
        ("e.seq < ?", before.map(|sequence| Value::Integer(integer(sequence)))),
        ("e.seq >= ?", from.map(|sequence| Value::Integer(integer(sequence)))),
        ("e.category_no = (SELECT category_no FROM categories WHERE name = ?)", category.map(text)),
        (
            "e.stream_no = (SELECT stream_no FROM streams WHERE id = ?)",
            stream.map(|id| Value::Blob(id.as_bytes().to_vec())),
        ),
        ("e.type = ?", event_type.map(text)),
        ("e.actor = ?", actor.map(text)),
        ("e.recorded_at >= ?", recorded_from.map(micros)),
        ("e.recorded_at < ?", recorded_until.map(micros)),
    ];
    let (clauses, mut values): (Vec<_>, Vec<_>) =
        conditions.into_iter().filter_map(|(clause, value)| Some((clause, value?))).unzip();
    values.push(Value::Integer(i64::from(limit)));
    let condition = if clauses.is_empty() { "1".to_owned() } else { clauses.join(" AND ") };
    // A stream's events are read by version, which its index gives in the order of their sequences.
    let order = if stream.is_some() { "e.version" } else { "e.seq" };
    let sql = format!("{SELECT} WHERE {condition} ORDER BY {order} DESC LIMIT ?");
    collect(connection, &sql, params_from_iter(values))
}

/// How far an event may stand from where its time would put it: commands that come in at once are recorded in the
/// order in which they were decided, and a clock may have been set back.
const OUT_OF_ORDER_MOST: u64 = 2_000;

/// From which sequence to before which one the events lie that were recorded from `from` to before `until`.
///
/// Found by halving, as times rise with sequences but for few: there is room for those on either side, so the events
/// within are still to be compared with the times.
///
/// # Errors
/// When SQLite fails.
pub fn recorded_between(
    connection: &Connection,
    from: Option<DateTime<Utc>>,
    until: Option<DateTime<Utc>>,
) -> Result<(u64, u64)> {
    let end = head(connection)? + 1;
    let first = match from {
        Some(at) => first_recorded_at(connection, at, end)?.saturating_sub(OUT_OF_ORDER_MOST).max(1),
        None => 1,
    };
    let end = match until {
        Some(at) => first_recorded_at(connection, at, end)?.saturating_add(OUT_OF_ORDER_MOST).min(end),
        None => end,
    };
    Ok((first, end))
}

/// The first sequence that was recorded at or after `at`, if times rose with sequences; `end` where there is none.
fn first_recorded_at(connection: &Connection, at: DateTime<Utc>, end: u64) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT recorded_at FROM events WHERE seq = ?1")?;
    let (mut low, mut high) = (1, end);
    while low < high {
        let middle = low.midpoint(high);
        let recorded_at: i64 = statement.query_row([integer(middle)], |row| row.get(0))?;
        if recorded_at < at.timestamp_micros() { low = middle + 1 } else { high = middle }
    }
    Ok(low)
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
