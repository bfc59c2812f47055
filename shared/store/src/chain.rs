//! The hash chain over the log: how a link is made, and the check of every link. Keeps no key: whoever can write the
//! whole file can also make a new chain, which only a head kept elsewhere betrays.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::event::{SELECT, StoredEvent, from_row, integer};

/// What stands before the first event.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// A log found whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number of events, which is also the highest sequence.
    pub events: u64,
    /// The last event's hash; zeros for an empty log. Kept elsewhere, it betrays a log rewritten as a whole.
    pub head: [u8; 32],
}

/// The first thing wrong with a log.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The event was changed, or one before it was exchanged.
    #[error("event {sequence} does not match its hash")]
    HashMismatch {
        /// The event.
        sequence: u64,
    },
    /// The event is missing, though later ones are there or its stream counts it.
    #[error("event {sequence} is missing")]
    Gap {
        /// The missing event.
        sequence: u64,
    },
    /// The event is not the next of its stream.
    #[error("event {sequence} is version {actual} of stream {stream}, which should be {expected}")]
    StreamVersion {
        /// The event.
        sequence: u64,
        /// Its stream.
        stream: Uuid,
        /// The version that should follow.
        expected: u32,
        /// The version found.
        actual: u32,
    },
    /// The row holds what no event can hold, or belongs to no stream.
    #[error("event {sequence} cannot be read: {reason}")]
    Unreadable {
        /// The event.
        sequence: u64,
        /// What was found.
        reason: String,
    },
    /// SQLite failed.
    #[error(transparent)]
    Storage(#[from] rusqlite::Error),
}

impl VerifyError {
    /// The first bad event, unless SQLite failed before one was found.
    pub fn sequence(&self) -> Option<u64> {
        match self {
            Self::HashMismatch { sequence }
            | Self::Gap { sequence }
            | Self::StreamVersion { sequence, .. }
            | Self::Unreadable { sequence, .. } => Some(*sequence),
            Self::Storage(_) => None,
        }
    }
}

/// Checks every event from the first, in one snapshot of the log. About a second for some hundred thousand events.
///
/// # Errors
/// The first bad sequence and what is wrong with it, or a failure of SQLite.
pub fn verify(connection: &Connection) -> Result<Verified, VerifyError> {
    let snapshot = connection.unchecked_transaction()?;
    let mut verified = Verified { events: 0, head: GENESIS };
    let mut versions: HashMap<Uuid, u32> = HashMap::new();
    let mut statement = snapshot.prepare(&format!("{SELECT} ORDER BY e.seq"))?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let sequence = verified.events + 1;
        if row.get::<_, i64>(0)? != integer(sequence) {
            return Err(absent(&snapshot, sequence)?);
        }
        let event =
            from_row(row).map_err(|error| VerifyError::Unreadable { sequence, reason: error.to_string() })?;
        if link(&verified.head, &event) != event.hash {
            return Err(VerifyError::HashMismatch { sequence });
        }
        let version = versions.entry(event.stream).or_default();
        *version += 1;
        if *version != event.version {
            let (stream, expected, actual) = (event.stream, *version, event.version);
            return Err(VerifyError::StreamVersion { sequence, stream, expected, actual });
        }
        verified = Verified { events: sequence, head: event.hash };
    }
    verify_end(&snapshot, verified.events, &versions)?;
    Ok(verified)
}

/// A log that lost its last events is a whole chain still; the streams betray it.
fn verify_end(
    connection: &Connection,
    events: u64,
    versions: &HashMap<Uuid, u32>,
) -> Result<(), VerifyError> {
    let sequence = events + 1;
    let unread: Option<i64> = connection
        .query_row("SELECT seq FROM events WHERE seq > ?1 OR seq < 1", [integer(events)], |row| row.get(0))
        .optional()?;
    if unread.is_some() {
        return Err(absent(connection, sequence)?);
    }
    let mut statement = connection.prepare("SELECT id, version FROM streams")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let stream = Uuid::from_bytes(row.get(0)?);
        let recorded: u32 = row.get(1)?;
        let present = versions.get(&stream).copied().unwrap_or(0);
        if recorded > present {
            return Err(VerifyError::Gap { sequence });
        }
        if recorded < present {
            return Err(VerifyError::StreamVersion { sequence, stream, expected: recorded, actual: present });
        }
    }
    Ok(())
}

/// Why a sequence was not among the events read: its row is gone, or what it refers to is.
fn absent(connection: &Connection, sequence: u64) -> rusqlite::Result<VerifyError> {
    let row: Option<i64> = connection
        .query_row("SELECT seq FROM events WHERE seq = ?1", params![integer(sequence)], |row| row.get(0))
        .optional()?;
    Ok(match row {
        Some(_) => {
            VerifyError::Unreadable { sequence, reason: "its stream or category is missing".to_owned() }
        }
        None => VerifyError::Gap { sequence },
    })
}

/// The hash of an event after the one before it: over that one's hash, the sequence, and every column, each with its
/// length before it so that no two rows give the same bytes.
pub(crate) fn link(previous: &[u8; 32], event: &StoredEvent) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(event.sequence.to_be_bytes());
    let columns: [&[u8]; 11] = [
        event.stream.as_bytes(),
        event.category.as_bytes(),
        &event.version.to_be_bytes(),
        event.event_type.as_bytes(),
        &event.schema.to_be_bytes(),
        &event.occurred_at.timestamp_micros().to_be_bytes(),
        &event.recorded_at.timestamp_micros().to_be_bytes(),
        event.actor.as_bytes(),
        event.correlation.as_bytes(),
        event.causation.as_bytes(),
        event.payload.as_bytes(),
    ];
    for column in columns {
        hasher.update((column.len() as u64).to_be_bytes());
        hasher.update(column);
    }
    hasher.finalize().into()
}
