//! The check of a whole log: every link, every seal, and that nothing that it says of somebody was taken out.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, Row, params};
use thiserror::Error;
use uuid::Uuid;

use super::{GENESIS, columns, hash_of, link};
use crate::event::integer;
use crate::seal::{self, Seal};
use crate::subject::{self, Mark, Secret};

/// How many events a whole verification reads in one statement.
const EVENTS_AT_ONCE: u32 = 100_000;

/// A log found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number of events, which is also the highest sequence.
    pub events: u64,
    /// The last event's hash; zeros for an empty log. Kept elsewhere, it betrays a log rewritten as a whole.
    pub head: [u8; 32],
    /// How many seals stand on it.
    pub seals: u64,
    /// The last of them.
    pub last_seal: Option<Seal>,
    /// How many seals stood on a chain that was made anew since, see [`crate::Unit::seal_history`].
    pub retired: u64,
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
    /// The event is missing, though later ones are there, its stream counts it, or a seal stands on it.
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
    /// The chain is whole, but not the one that was sealed: it was made anew.
    #[error(
        "the log was rewritten: one of the events {sequence} to {sealed} is not the one that was sealed on {at}"
    )]
    Rewritten {
        /// The first event that may differ.
        sequence: u64,
        /// The event that the seal stands on.
        sealed: u64,
        /// When it was sealed.
        at: String,
    },
    /// A seal was not made with this depot's key, or is damaged.
    #[error("the seal on event {sequence} is not valid: {reason}")]
    Seal {
        /// The event that the seal stands on.
        sequence: u64,
        /// What is wrong.
        reason: &'static str,
    },
    /// What the event says of somebody opens no more, though nobody was erased.
    #[error(
        "what event {sequence} says of somebody cannot be read any more, and no event tells that they were erased"
    )]
    SecretMissing {
        /// The event.
        sequence: u64,
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
            | Self::Rewritten { sequence, .. }
            | Self::Seal { sequence, .. }
            | Self::SecretMissing { sequence }
            | Self::Unreadable { sequence, .. } => Some(*sequence),
            Self::Storage(_) => None,
        }
    }
}

/// Checks every event from the first, every seal, and that of every secret that is missing an event of one of the types
/// `erasures` tells; with the depot's public key also whose seals they are.
///
/// # Errors
/// The first bad sequence and what is wrong with it, or a failure of SQLite.
pub fn verify(
    connection: &Connection,
    keys: impl Into<Keys>,
    erasures: &'static [&'static str],
) -> Result<Verified, VerifyError> {
    let mut verification = Verification::new(keys, erasures);
    loop {
        if let Some(verified) = verification.advance(connection, EVENTS_AT_ONCE)? {
            return Ok(verified);
        }
    }
}

/// The public keys whose seals count. Without any the key that a seal names is taken for right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(Vec<[u8; 32]>);

impl Keys {
    fn have(&self, key: &[u8; 32]) -> bool {
        self.0.is_empty() || self.0.contains(key)
    }
}

impl From<Option<[u8; 32]>> for Keys {
    fn from(key: Option<[u8; 32]>) -> Self {
        Self(key.into_iter().collect())
    }
}

impl From<Vec<[u8; 32]>> for Keys {
    fn from(keys: Vec<[u8; 32]>) -> Self {
        Self(keys)
    }
}

/// A check that can pause: what was verified so far, and what the rest has to follow from.
#[derive(Debug)]
pub struct Verification {
    keys: Keys,
    erasures: &'static [&'static str],
    events: u64,
    head: [u8; 32],
    streams: HashMap<i64, Stream>,
    categories: HashMap<i64, String>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Stream {
    id: Uuid,
    version: u32,
    /// The last event with a personal part since somebody was erased, and which secret sealed it.
    sealed: Option<(u64, Mark)>,
}

impl Stream {
    /// Notes whose secret an event needs, or that an event told of an erasure.
    fn note(&mut self, sequence: u64, mark: Option<Mark>, erases: bool) -> Result<(), VerifyError> {
        if erases {
            self.sealed = None;
        }
        let Some(mark) = mark else { return Ok(()) };
        match self.sealed.replace((sequence, mark)) {
            // A second secret is only made where the first one is gone.
            Some((sequence, before)) if before != mark => Err(VerifyError::SecretMissing { sequence }),
            Some(_) | None => Ok(()),
        }
    }
}

impl Verification {
    /// From the first event on; `keys` and `erasures` as for [`verify`].
    #[must_use]
    pub fn new(keys: impl Into<Keys>, erasures: &'static [&'static str]) -> Self {
        let keys = keys.into();
        let (streams, categories) = (HashMap::new(), HashMap::new());
        let buffer = Vec::with_capacity(1024);
        Self { keys, erasures, events: 0, head: GENESIS, streams, categories, buffer }
    }

    /// How many events were verified so far.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Checks up to `limit` further events, in one snapshot; gives the result once the end was reached.
    ///
    /// # Errors
    /// The first bad sequence and what is wrong with it, or a failure of SQLite.
    pub fn advance(&mut self, connection: &Connection, limit: u32) -> Result<Option<Verified>, VerifyError> {
        let snapshot = connection.unchecked_transaction()?;
        let before = self.events;
        let mut statement = snapshot.prepare_cached(
            "SELECT seq, stream_no, version, category_no, type, schema, occurred_at, recorded_at, actor, \
             correlation, causation, payload, hash FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        )?;
        let mut rows = statement.query(params![integer(before), limit])?;
        while let Some(row) = rows.next()? {
            self.check(&snapshot, row)?;
        }
        if self.events - before == u64::from(limit) {
            return Ok(None);
        }
        self.check_end(&snapshot)?;
        let (seals, last_seal) = self.check_seals(&snapshot)?;
        let count = |row: &Row<'_>| row.get::<_, i64>(0).map(i64::cast_unsigned);
        let retired = snapshot.query_row("SELECT COUNT(*) FROM retired_seals", (), count)?;
        Ok(Some(Verified { events: self.events, head: self.head, seals, last_seal, retired }))
    }

    fn check(&mut self, snapshot: &Connection, row: &Row<'_>) -> Result<(), VerifyError> {
        let sequence = self.events + 1;
        if row.get::<_, i64>(0)? != integer(sequence) {
            return Err(VerifyError::Gap { sequence });
        }
        let unreadable = |reason: String| VerifyError::Unreadable { sequence, reason };
        let (stream_no, category_no) = numbers(row).map_err(|error| unreadable(error.to_string()))?;
        self.look_up(snapshot, stream_no, category_no)?;
        let (Some(stream), Some(category)) =
            (self.streams.get_mut(&stream_no), self.categories.get(&category_no))
        else {
            return Err(unreadable("its stream or category is missing".to_owned()));
        };
        let (columns, hash) =
            columns(row, &stream.id, category).map_err(|error| unreadable(error.to_string()))?;
        let digest = columns.digest(&mut self.buffer);
        if link(&self.head, sequence, &digest) != hash {
            return Err(VerifyError::HashMismatch { sequence });
        }
        stream.version += 1;
        if stream.version != columns.version {
            let (stream, expected, actual) = (stream.id, stream.version, columns.version);
            return Err(VerifyError::StreamVersion { sequence, stream, expected, actual });
        }
        let [_, event_type, .., payload] = columns.texts;
        let erases = self.erasures.iter().any(|erasure| erasure.as_bytes() == event_type);
        stream.note(sequence, subject::mark(payload), erases)?;
        (self.events, self.head) = (sequence, hash);
        Ok(())
    }

    fn look_up(&mut self, snapshot: &Connection, stream_no: i64, category_no: i64) -> rusqlite::Result<()> {
        if let Entry::Vacant(place) = self.streams.entry(stream_no) {
            let mut id = snapshot.prepare_cached("SELECT id FROM streams WHERE stream_no = ?1")?;
            let id: Option<[u8; 16]> = id.query_row([stream_no], |row| row.get(0)).optional()?;
            if let Some(id) = id {
                place.insert(Stream { id: Uuid::from_bytes(id), version: 0, sealed: None });
            }
        }
        if let Entry::Vacant(place) = self.categories.entry(category_no) {
            let mut name = snapshot.prepare_cached("SELECT name FROM categories WHERE category_no = ?1")?;
            if let Some(name) = name.query_row([category_no], |row| row.get(0)).optional()? {
                place.insert(name);
            }
        }
        Ok(())
    }

    /// A log that lost its last events is a whole chain still, and so is one whose secrets were taken out; the streams
    /// betray both.
    fn check_end(&self, snapshot: &Connection) -> Result<(), VerifyError> {
        let sequence = self.events + 1;
        let below: Option<i64> =
            snapshot.query_row("SELECT seq FROM events WHERE seq < 1", (), |row| row.get(0)).optional()?;
        if below.is_some() {
            return Err(VerifyError::Gap { sequence });
        }
        let mut statement = snapshot.prepare_cached("SELECT stream_no, id, version, secret FROM streams")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (stream, recorded) = (Uuid::from_bytes(row.get(1)?), row.get::<_, u32>(2)?);
            let stream_no = row.get(0)?;
            let present = self.streams.get(&stream_no).map_or(0, |stream| stream.version);
            if recorded > present {
                return Err(VerifyError::Gap { sequence });
            }
            if recorded < present {
                return Err(VerifyError::StreamVersion {
                    sequence,
                    stream,
                    expected: recorded,
                    actual: present,
                });
            }
            if let Some((sequence, mark)) = self.streams.get(&stream_no).and_then(|stream| stream.sealed)
                && !row.get::<_, Option<Secret>>(3)?.is_some_and(|secret| secret.made(mark))
            {
                return Err(VerifyError::SecretMissing { sequence });
            }
        }
        Ok(())
    }

    fn check_seals(&self, snapshot: &Connection) -> Result<(u64, Option<Seal>), VerifyError> {
        let (mut seals, mut last) = (0, None::<Seal>);
        for seal in seal::all(snapshot)? {
            let sequence = seal.sequence;
            if !seal.is_valid() {
                return Err(VerifyError::Seal { sequence, reason: "its signature does not match" });
            }
            if !self.keys.have(&seal.key) {
                return Err(VerifyError::Seal { sequence, reason: "it was made with another depot's key" });
            }
            if sequence > self.events {
                return Err(VerifyError::Gap { sequence: self.events + 1 });
            }
            if hash_of(snapshot, sequence)? != Some(seal.head) {
                let after = last.map_or(0, |last| last.sequence);
                let at = seal.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
                return Err(VerifyError::Rewritten { sequence: after + 1, sealed: sequence, at });
            }
            seals += 1;
            last = Some(seal);
        }
        Ok((seals, last))
    }
}

fn numbers(row: &Row<'_>) -> rusqlite::Result<(i64, i64)> {
    Ok((row.get(1)?, row.get(3)?))
}
