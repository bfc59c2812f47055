//! The hash chain over the log: how a link is made. That every link is right is checked in `verification`.
//!
//! A link is made of the link before it, the sequence, and a digest of the row. Whoever has the digests can therefore
//! follow the chain past rows that are not shown, which is what a proof of a few events rests on. The chain keeps no
//! key: whoever can write the whole file can also make a new chain, which only a [`crate::seal`] betrays.

mod verification;

use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use verification::{Keys, Verification, Verified, VerifyError, verify};

use crate::event::{SELECT, StoredEvent, from_row, integer};

/// What stands before the first event.
pub const GENESIS: [u8; 32] = [0; 32];

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
