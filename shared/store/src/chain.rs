//! The hash chain over the log: how a link is made, and the check of every link and every seal.
//!
//! A link is made of the link before it, the sequence, and a digest of the row. Whoever has the digests can therefore
//! follow the chain past rows that are not shown, which is what a proof of a few events rests on. The chain keeps no
//! key: whoever can write the whole file can also make a new chain, which only a [`crate::seal`] betrays.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

use crate::event::{SELECT, StoredEvent, from_row, integer};
use crate::seal::{self, Seal};

/// What stands before the first event.
pub const GENESIS: [u8; 32] = [0; 32];

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
            | Self::Unreadable { sequence, .. } => Some(*sequence),
            Self::Storage(_) => None,
        }
    }
}

/// Checks every event from the first, and every seal; with the depot's public key also whose seals they are.
///
/// # Errors
/// The first bad sequence and what is wrong with it, or a failure of SQLite.
pub fn verify(connection: &Connection, key: Option<[u8; 32]>) -> Result<Verified, VerifyError> {
    let mut verification = Verification::new(key);
    loop {
        if let Some(verified) = verification.advance(connection, EVENTS_AT_ONCE)? {
            return Ok(verified);
        }
    }
}

/// A check that can pause: what was verified so far, and what the rest has to follow from.
#[derive(Debug)]
pub struct Verification {
    key: Option<[u8; 32]>,
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
}

impl Verification {
    /// From the first event on.
    #[must_use]
    pub fn new(key: Option<[u8; 32]>) -> Self {
        let (streams, categories) = (HashMap::new(), HashMap::new());
        Self { key, events: 0, head: GENESIS, streams, categories, buffer: Vec::with_capacity(1024) }
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
        (self.events, self.head) = (sequence, hash);
        Ok(())
    }

    fn look_up(&mut self, snapshot: &Connection, stream_no: i64, category_no: i64) -> rusqlite::Result<()> {
        if let Entry::Vacant(place) = self.streams.entry(stream_no) {
            let mut id = snapshot.prepare_cached("SELECT id FROM streams WHERE stream_no = ?1")?;
            let id: Option<[u8; 16]> = id.query_row([stream_no], |row| row.get(0)).optional()?;
            if let Some(id) = id {
                place.insert(Stream { id: Uuid::from_bytes(id), version: 0 });
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

    /// A log that lost its last events is a whole chain still; the streams betray it.
    fn check_end(&self, snapshot: &Connection) -> Result<(), VerifyError> {
        let sequence = self.events + 1;
        let below: Option<i64> =
            snapshot.query_row("SELECT seq FROM events WHERE seq < 1", (), |row| row.get(0)).optional()?;
        if below.is_some() {
            return Err(VerifyError::Gap { sequence });
        }
        let mut statement = snapshot.prepare_cached("SELECT stream_no, id, version FROM streams")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let (stream, recorded) = (Uuid::from_bytes(row.get(1)?), row.get::<_, u32>(2)?);
            let present = self.streams.get(&row.get(0)?).map_or(0, |stream| stream.version);
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
            if self.key.is_some_and(|key| key != seal.key) {
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

/// The hash of an event, where it exists; the genesis for 0.
///
/// # Errors
/// When SQLite fails.
pub fn hash_of(connection: &Connection, sequence: u64) -> rusqlite::Result<Option<[u8; 32]>> {
    if sequence == 0 {
        return Ok(Some(GENESIS));
    }
    let mut statement = connection.prepare_cached("SELECT hash FROM events WHERE seq = ?1")?;
    statement.query_row([integer(sequence)], |row| row.get(0)).optional()
}

/// The digest of an event's row: over every column, each with its length before it, so that no two rows give the same
/// bytes. The sequence and the hash before it are no part of it.
#[must_use]
pub fn digest(event: &StoredEvent) -> [u8; 32] {
    Columns::of(event).digest(&mut Vec::with_capacity(512))
}

/// The digest of each row from one sequence to another, in order.
///
/// # Errors
/// When SQLite fails.
pub fn digests(
    connection: &Connection,
    first: u64,
    last: u64,
    mut each: impl FnMut(u64, [u8; 32]),
) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare_cached(&format!("{SELECT} WHERE e.seq BETWEEN ?1 AND ?2 ORDER BY e.seq"))?;
    let mut rows = statement.query(params![integer(first), integer(last)])?;
    while let Some(row) = rows.next()? {
        let event = from_row(row)?;
        each(event.sequence, digest(&event));
    }
    Ok(())
}

/// The hash of the event at `sequence` whose row has this digest, after the event with the hash `previous`.
#[must_use]
pub fn link(previous: &[u8; 32], sequence: u64, digest: &[u8; 32]) -> [u8; 32] {
    let mut bytes = [0; 72];
    bytes[..32].copy_from_slice(previous);
    bytes[32..40].copy_from_slice(&sequence.to_be_bytes());
    bytes[40..].copy_from_slice(digest);
    Sha256::digest(bytes).into()
}

/// The link of an event that follows `previous`.
pub(crate) fn link_of(previous: &[u8; 32], event: &StoredEvent) -> [u8; 32] {
    link(previous, event.sequence, &digest(event))
}

/// What of an event is hashed, borrowed from wherever it lies.
pub(crate) struct Columns<'a> {
    pub(crate) stream: &'a Uuid,
    pub(crate) version: u32,
    pub(crate) schema: u16,
    pub(crate) occurred_us: i64,
    pub(crate) recorded_us: i64,
    /// Category, type, actor, correlation, causation, payload.
    pub(crate) texts: [&'a [u8]; 6],
}

impl<'a> Columns<'a> {
    fn of(event: &'a StoredEvent) -> Self {
        Self {
            stream: &event.stream,
            version: event.version,
            schema: event.schema,
            occurred_us: event.occurred_at.timestamp_micros(),
            recorded_us: event.recorded_at.timestamp_micros(),
            texts: [
                event.category.as_bytes(),
                event.event_type.as_bytes(),
                event.actor.as_bytes(),
                event.correlation.as_bytes(),
                event.causation.as_bytes(),
                event.payload.as_bytes(),
            ],
        }
    }

    /// The columns in the order in which they are hashed, written to `bytes`.
    fn write(&self, bytes: &mut Vec<u8>) {
        let [category, event_type, actor, correlation, causation, payload] = self.texts;
        let columns: [&[u8]; 11] = [
            self.stream.as_bytes(),
            category,
            &self.version.to_be_bytes(),
            event_type,
            &self.schema.to_be_bytes(),
            &self.occurred_us.to_be_bytes(),
            &self.recorded_us.to_be_bytes(),
            actor,
            correlation,
            causation,
            payload,
        ];
        for column in columns {
            bytes.extend_from_slice(&(column.len() as u64).to_be_bytes());
            bytes.extend_from_slice(column);
        }
    }

    pub(crate) fn digest(&self, buffer: &mut Vec<u8>) -> [u8; 32] {
        buffer.clear();
        self.write(buffer);
        Sha256::digest(&*buffer).into()
    }

    /// The link as logs had it at first, made of the row itself.
    fn first_link(&self, previous: &[u8; 32], sequence: u64, buffer: &mut Vec<u8>) -> [u8; 32] {
        buffer.clear();
        buffer.extend_from_slice(previous);
        buffer.extend_from_slice(&sequence.to_be_bytes());
        self.write(buffer);
        Sha256::digest(&*buffer).into()
    }
}

fn numbers(row: &Row<'_>) -> rusqlite::Result<(i64, i64)> {
    Ok((row.get(1)?, row.get(3)?))
}

/// The columns of a row as [`Verification::advance`] selects it, and its hash. Nothing is copied or parsed.
fn columns<'a>(
    row: &'a Row<'_>,
    stream: &'a Uuid,
    category: &'a str,
) -> rusqlite::Result<(Columns<'a>, [u8; 32])> {
    let text = |column: usize| -> rusqlite::Result<&'a [u8]> {
        Ok(row.get_ref(column)?.as_str().map(str::as_bytes)?)
    };
    let columns = Columns {
        stream,
        version: row.get(2)?,
        schema: row.get(5)?,
        occurred_us: row.get(6)?,
        recorded_us: row.get(7)?,
        texts: [category.as_bytes(), text(4)?, text(8)?, text(9)?, text(10)?, text(11)?],
    };
    Ok((columns, row.get(12)?))
}

/// Brings a log whose links were made of the rows themselves to links of their digests. Refuses where one does not
/// match: what was tampered with must not be made good.
pub(crate) fn relink(connection: &Connection) -> Result<(), VerifyError> {
    let mut read = connection.prepare(
        "SELECT e.seq, e.stream_no, e.version, e.category_no, e.type, e.schema, e.occurred_at, e.recorded_at, \
         e.actor, e.correlation, e.causation, e.payload, e.hash, s.id, c.name FROM events e \
         CROSS JOIN streams s ON s.stream_no = e.stream_no \
         CROSS JOIN categories c ON c.category_no = e.category_no WHERE e.seq = ?1",
    )?;
    let mut write = connection.prepare("UPDATE events SET hash = ?2 WHERE seq = ?1")?;
    let (mut sequence, mut old, mut new) = (1_u64, GENESIS, GENESIS);
    let mut buffer = Vec::with_capacity(1024);
    loop {
        let links = read
            .query_row([integer(sequence)], |row| {
                let (stream, category) = (Uuid::from_bytes(row.get(13)?), row.get::<_, String>(14)?);
                let (columns, hash) = columns(row, &stream, &category)?;
                let matches = columns.first_link(&old, sequence, &mut buffer) == hash;
                Ok((matches, hash, link(&new, sequence, &columns.digest(&mut buffer))))
            })
            .optional()?;
        let Some((matches, hash, next)) = links else { return Ok(()) };
        if !matches {
            return Err(VerifyError::HashMismatch { sequence });
        }
        write.execute(params![integer(sequence), next])?;
        (old, new, sequence) = (hash, next, sequence + 1);
    }
}
