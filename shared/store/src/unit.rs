//! What a work may do inside the batch's transaction: load, append, read and write tables. Commits nothing; the
//! writer decides whether what a unit wrote stands.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    chain,
    error::{AppendError, Fault},
    event::{Metadata, NewEvent, StoredEvent, integer, to_microseconds},
    log, schema,
    seal::{self, Seal, SealKey},
};

/// The last event of the log, from which the next follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) sequence: u64,
    pub(crate) hash: [u8; 32],
}

impl Tip {
    /// Reads the tip from the last row.
    pub(crate) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement =
            connection.prepare_cached("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")?;
        let tip = statement.query_row((), |row| {
            Ok(Self { sequence: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? })
        });
        Ok(tip.optional()?.unwrap_or(Self { sequence: 0, hash: chain::GENESIS }))
    }
}

/// One work's view of the store, within its own savepoint.
///
/// A work must not begin, commit or roll back the transaction itself; savepoints of its own are fine.
#[derive(Debug)]
pub struct Unit<'a> {
    connection: &'a Connection,
    tip: Tip,
    wrote: bool,
    fault: Option<Fault>,
}

/// How a unit ended, for the writer to settle.
pub(crate) struct Ending {
    pub(crate) tip: Tip,
    pub(crate) wrote: bool,
    pub(crate) fault: Option<Fault>,
}

struct StreamRow {
    stream_no: i64,
    category: String,
    category_no: i64,
    version: u32,
}

impl<'a> Unit<'a> {
    pub(crate) fn new(connection: &'a Connection, tip: Tip) -> Self {
        Self { connection, tip, wrote: false, fault: None }
    }

    pub(crate) fn end(self) -> Ending {
        Ending { tip: self.tip, wrote: self.wrote, fault: self.fault }
    }

    /// Remembers a failure that the work's own error might hide from the writer.
    pub(crate) fn note(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }
}

impl Unit<'_> {
    /// A stream's events in the order of their versions, those of earlier works in the batch among them.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn load(&self, stream: Uuid) -> Result<Vec<StoredEvent>, rusqlite::Error> {
        log::stream(self.connection, stream, 0, u32::MAX)
    }

    /// A stream's version; 0 for none.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn version(&self, stream: Uuid) -> Result<u32, rusqlite::Error> {
        Ok(self.stream(stream)?.map_or(0, |row| row.version))
    }

    /// Appends events to a stream that is at the expected version (0: it does not exist), and gives them as stored.
    ///
    /// # Errors
    /// `WrongVersion` with nothing written when the stream is at another version; `Storage` when SQLite fails, or
    /// when the stream belongs to another category.
    pub fn append(
        &mut self,
        stream: Uuid,
        category: &str,
        expected_version: u32,
        events: &[NewEvent],
        meta: &Metadata,
    ) -> Result<Vec<StoredEvent>, AppendError> {
        let row = self.stream(stream)?;
        let actual = row.as_ref().map_or(0, |row| row.version);
        if actual != expected_version {
            return Err(AppendError::WrongVersion { expected: expected_version, actual });
        }
        if let Some(row) = &row
            && row.category != category
        {
            let reason = format!("stream {stream} is of category {}, not {category}", row.category);
            return Err(AppendError::Storage(rusqlite::Error::ToSqlConversionFailure(reason.into())));
        }
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let stored = self.store(stream, row, category, expected_version, events, meta);
        if let Err(error) = &stored {
            // Some events may be written and some not: whatever the work makes of the error, this must not stand.
            self.note(Fault::from(error));
        }
        Ok(stored?)
    }

    /// The tables, for reading.
    pub fn tables(&self) -> &Connection {
        self.connection
    }

    /// The tables, for writing. The first call opens the unit's savepoint; a work that never writes pays for none.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn tables_mut(&mut self) -> Result<&Connection, rusqlite::Error> {
        if !self.wrote {
            self.connection.prepare_cached("SAVEPOINT unit")?.execute(())?;
            self.wrote = true;
        }
        Ok(self.connection)
    }

    /// Empties the log: every event, stream and stored position is gone, and the chain begins anew.
    ///
    /// Events never go one by one; this is for a log that was never meant to last, such as a demonstration's.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn clear_log(&mut self) -> Result<(), rusqlite::Error> {
        self.tables_mut()?.execute_batch(schema::CLEAR_LOG)?;
        self.tip = Tip { sequence: 0, hash: chain::GENESIS };
        Ok(())
    }

    /// The sequence that the next event appended gets, if this unit stands.
    pub fn next_sequence(&self) -> u64 {
        self.tip.sequence + 1
    }

    /// Seals the log as it is within this unit, unless it is empty or sealed up to its end already.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn seal(&mut self, key: &SealKey, at: DateTime<Utc>) -> Result<Option<Seal>, rusqlite::Error> {
        let newest = seal::newest(self.connection, 1)?;
        if newest.first().map_or(0, |seal| seal.sequence) >= self.tip.sequence {
            return Ok(None);
        }
        let seal = key.seal(self.tip.sequence, self.tip.hash, at);
        seal::insert(self.tables_mut()?, &seal)?;
        Ok(Some(seal))
    }

    fn store(
        &mut self,
        stream: Uuid,
        row: Option<StreamRow>,
        category: &str,
        after: u32,
        events: &[NewEvent],
        meta: &Metadata,
    ) -> rusqlite::Result<Vec<StoredEvent>> {
        let mut tip = self.tip;
        let connection = self.tables_mut()?;
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let last = after.checked_add(count).ok_or(rusqlite::Error::IntegralValueOutOfRange(0, i64::MAX))?;
        let (stream_no, category_no) = match row {
            Some(row) => {
                connection
                    .prepare_cached("UPDATE streams SET version = ?2 WHERE stream_no = ?1")?
                    .execute(params![row.stream_no, last])?;
                (row.stream_no, row.category_no)
            }
            None => create_stream(connection, stream, category, last)?,
        };
        let mut insert = connection.prepare_cached(
            "INSERT INTO events (seq, stream_no, version, category_no, type, schema, occurred_at, recorded_at, \
             actor, correlation, causation, payload, hash) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?;
        let mut stored = Vec::with_capacity(events.len());
        for (event, version) in events.iter().zip(after + 1..=last) {
            let event = next_event(&tip, stream, category, version, event, meta);
            insert.execute(params![
                integer(event.sequence),
                stream_no,
                event.version,
                category_no,
                event.event_type,
                event.schema,
                event.occurred_at.timestamp_micros(),
                event.recorded_at.timestamp_micros(),
                event.actor,
                event.correlation,
                event.causation,
                event.payload,
                event.hash,
            ])?;
            tip = Tip { sequence: event.sequence, hash: event.hash };
            stored.push(event);
        }
        drop(insert);
        self.tip = tip;
        Ok(stored)
    }

    fn stream(&self, stream: Uuid) -> rusqlite::Result<Option<StreamRow>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT s.stream_no, c.name, s.category_no, s.version FROM streams s \
             CROSS JOIN categories c ON c.category_no = s.category_no WHERE s.id = ?1",
        )?;
        let row = statement.query_row([stream.as_bytes()], |row| {
            Ok(StreamRow {
                stream_no: row.get(0)?,
                category: row.get(1)?,
                category_no: row.get(2)?,
                version: row.get(3)?,
            })
        });
        row.optional()
    }
}

/// Makes a stream, and its category where it is the first, and gives the numbers of both.
fn create_stream(
    connection: &Connection,
    stream: Uuid,
    category: &str,
    version: u32,
) -> rusqlite::Result<(i64, i64)> {
    let known: Option<i64> = connection
        .prepare_cached("SELECT category_no FROM categories WHERE name = ?1")?
        .query_row([category], |row| row.get(0))
        .optional()?;
    let category_no = match known {
        Some(category_no) => category_no,
        None => connection.prepare_cached("INSERT INTO categories (name) VALUES (?1)")?.insert([category])?,
    };
    let stream_no = connection
        .prepare_cached("INSERT INTO streams (id, category_no, version) VALUES (?1, ?2, ?3)")?
        .insert(params![stream.as_bytes(), category_no, version])?;
    Ok((stream_no, category_no))
}

fn next_event(
    tip: &Tip,
    stream: Uuid,
    category: &str,
    version: u32,
    event: &NewEvent,
    meta: &Metadata,
) -> StoredEvent {
    let mut stored = StoredEvent {
        sequence: tip.sequence + 1,
        stream,
        category: category.to_owned(),
        version,
        event_type: event.event_type.to_owned(),
        schema: event.schema,
        occurred_at: to_microseconds(meta.occurred_at),
        recorded_at: to_microseconds(meta.recorded_at),
        actor: meta.actor.clone(),
        correlation: meta.correlation.clone(),
        causation: meta.causation.clone(),
        payload: event.payload.clone(),
        hash: chain::GENESIS,
    };
    stored.hash = chain::link_of(&tip.hash, &stored);
    stored
}
