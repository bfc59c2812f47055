//! Seals what is personal in a history that was stored before there were secrets, and makes its chain anew. Decides
//! neither what is personal nor when that is worth it: it is the one time that rows of events change.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::chain::{self, GENESIS, VerifyError};
use crate::event::{NewEvent, SELECT, StoredEvent, from_row, integer};
use crate::schema::{ALLOW_CHANGES, FORBID_CHANGES};
use crate::subject::{self, Secret};
use crate::unit::Tip;

const EVENTS_AT_ONCE: u32 = 1_000;

/// Goes over the whole log once, checks each link before it is replaced, and says how many events were sealed and where the
/// chain ends now.
pub(crate) fn seal<E>(
    connection: &Connection,
    now: DateTime<Utc>,
    mut part: impl FnMut(&StoredEvent) -> Result<Option<NewEvent>, E>,
) -> Result<(u64, Tip), E>
where
    E: From<VerifyError> + From<rusqlite::Error>,
{
    connection.execute_batch(ALLOW_CHANGES)?;
    let mut secrets = HashMap::new();
    let (mut old, mut tip, mut sealed) = (GENESIS, Tip { sequence: 0, hash: GENESIS }, 0);
    let mut first = None;
    loop {
        let events = page(connection, tip.sequence)?;
        if events.is_empty() {
            break;
        }
        for mut event in events {
            let sequence = tip.sequence + 1;
            if event.sequence != sequence {
                return Err(VerifyError::Gap { sequence }.into());
            }
            // What was tampered with must not be made good.
            if chain::link_of(&old, &event) != event.hash {
                return Err(VerifyError::HashMismatch { sequence }.into());
            }
            old = event.hash;
            if let Some(parts) = part(&event)? {
                let secret = secret_of(connection, &mut secrets, &event)?;
                let place = subject::place(event.stream, event.version, &event.event_type);
                let personal = parts.personal.unwrap_or_else(|| "{}".to_owned());
                event.payload = subject::seal(&parts.payload, &personal, &secret, &place)?;
                event.schema = parts.schema;
                sealed += 1;
                first.get_or_insert(sequence);
            }
            event.hash = chain::link_of(&tip.hash, &event);
            if first.is_some() {
                write(connection, &event)?;
            }
            tip = Tip { sequence, hash: event.hash };
        }
    }
    connection.execute_batch(FORBID_CHANGES)?;
    if let Some(first) = first {
        retire(connection, first, now)?;
    }
    Ok((sealed, tip))
}

fn page(connection: &Connection, after: u64) -> rusqlite::Result<Vec<StoredEvent>> {
    let sql = format!("{SELECT} WHERE e.seq > ?1 ORDER BY e.seq LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params![integer(after), EVENTS_AT_ONCE], from_row)?.collect()
}

fn write(connection: &Connection, event: &StoredEvent) -> rusqlite::Result<()> {
    let sql = "UPDATE events SET payload = ?2, schema = ?3, hash = ?4 WHERE seq = ?1";
    let row = params![integer(event.sequence), event.payload, event.schema, event.hash];
    connection.prepare_cached(sql)?.execute(row).map(drop)
}

fn secret_of(
    connection: &Connection,
    secrets: &mut HashMap<Uuid, Secret>,
    event: &StoredEvent,
) -> rusqlite::Result<Secret> {
    if let Some(secret) = event.secret.or_else(|| secrets.get(&event.stream).copied()) {
        return Ok(secret);
    }
    let secret = Secret::fresh()?;
    let sql = "UPDATE streams SET secret = ?2 WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![event.stream.as_bytes(), secret])?;
    secrets.insert(event.stream, secret);
    Ok(secret)
}

fn retire(connection: &Connection, first: u64, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO retired_seals SELECT sequence, head, at, key, signature, ?2 FROM seals WHERE sequence >= ?1";
    connection.execute(sql, params![integer(first), now.timestamp_micros()])?;
    connection.execute("DELETE FROM seals WHERE sequence >= ?1", [integer(first)]).map(drop)
}
