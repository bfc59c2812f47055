//! What a work may do inside the batch's transaction: load, append, read and write tables. Commits nothing; the
//! writer decides whether what a unit wrote stands.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    chain::{self, VerifyError},
    error::{AppendError, Fault},
    event::{Metadata, NewEvent, StoredEvent, integer},
    history, log, schema,
    seal::{self, Seal, SealKey},
    streams::{StreamRow, Streams},
    subject::{self, Secret},
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

/// One work's view of the store.
///
/// A work must not begin, commit or roll back the transaction itself; savepoints of its own are fine.
#[derive(Debug)]
pub struct Unit<'a> {
    connection: &'a Connection,
    tip: Tip,
    streams: &'a mut Streams,
    /// Whether what it writes stands in a savepoint of its own.
    apart: bool,
    wrote: bool,
    fault: Option<Fault>,
}

/// How a unit ended, for the writer to settle.
pub(crate) struct Ending {
    pub(crate) tip: Tip,
    pub(crate) wrote: bool,
    pub(crate) fault: Option<Fault>,
}

impl<'a> Unit<'a> {
    pub(crate) fn new(connection: &'a Connection, tip: Tip, streams: &'a mut Streams, apart: bool) -> Self {
        Self { connection, tip, streams, apart, wrote: false, fault: None }
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
    pub fn load(&mut self, stream: Uuid) -> Result<Vec<StoredEvent>, rusqlite::Error> {
        match self.streams.find(self.connection, stream)? {
            Some(row) => log::whole_stream(self.connection, row.stream_no),
            None => Ok(Vec::new()),
        }
    }

    /// A stream's version; 0 for none.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn version(&mut self, stream: Uuid) -> Result<u32, rusqlite::Error> {
        Ok(self.streams.find(self.connection, stream)?.map_or(0, |row| row.version))
    }

    /// Appends events to a stream that is at the expected version (0: it does not exist), and gives the sequence of the
    /// last one.
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
    ) -> Result<u64, AppendError> {
        let row = self.streams.find(self.connection, stream)?;
        let actual = row.map_or(0, |row| row.version);
        if actual != expected_version {
            return Err(AppendError::WrongVersion { expected: expected_version, actual });
        }
        if let Some(row) = row
            && self.streams.category(self.connection, category)? != Some(row.category_no)
        {
            let reason = format!("stream {stream} is not of category {category}");
            return Err(AppendError::Storage(rusqlite::Error::ToSqlConversionFailure(reason.into())));
        }
        if events.is_empty() {
            return Ok(self.tip.sequence);
        }
        let stored = self.store(stream, row, category, events, meta);
        if let Err(error) = &stored {
            // Some events may be written and some not: whatever the work makes of the error, this must not stand.
            self.note(Fault::from(error));
        }
        stored?;
        Ok(self.tip.sequence)
    }

    /// The tables, for reading.
    pub fn tables(&self) -> &Connection {
        self.connection
    }

    /// The tables, for writing. The first call opens the unit's savepoint, where it has one; a work that never writes
    /// pays for none.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn tables_mut(&mut self) -> Result<&Connection, rusqlite::Error> {
        if !self.wrote {
            if self.apart {
                self.connection.prepare_cached("SAVEPOINT unit")?.execute(())?;
            }
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
        *self.streams = Streams::default();
        self.tip = Tip { sequence: 0, hash: chain::GENESIS };
        Ok(())
    }

    /// Destroys the secret of a stream: what is personal in its events so far cannot be read again, by anybody, while
    /// the chain stands as it did. What is appended later is sealed under a new one.
    ///
    /// The bytes are gone from the files only after [`crate::Store::scrub`].
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn destroy_secret(&mut self, stream: Uuid) -> Result<(), rusqlite::Error> {
        *self.streams = Streams::default();
        let sql = "UPDATE streams SET secret = NULL WHERE id = ?1";
        self.tables_mut()?.prepare_cached(sql)?.execute([stream.as_bytes()]).map(drop)
    }

    /// Seals what is personal in events that were stored before there were secrets. `part` gives an event in parts where
    /// that is so. Every event from the first of them on gets a new link, so seals that stand there are retired: they
    /// are kept, but stand on a chain that is no more. Says how many events were sealed.
    ///
    /// # Errors
    /// What is wrong with the log as it is, which is not made good; or SQLite fails. The unit must not stand then.
    pub fn seal_history<E>(
        &mut self,
        now: DateTime<Utc>,
        part: impl FnMut(&StoredEvent) -> Result<Option<NewEvent>, E>,
    ) -> Result<u64, E>
    where
        E: From<VerifyError> + From<rusqlite::Error>,
    {
        *self.streams = Streams::default();
        let sealed = history::seal(self.tables_mut()?, now, part);
        match sealed {
            Ok((sealed, tip)) => {
                self.tip = tip;
                Ok(sealed)
            }
            Err(error) => {
                self.note(Fault::Storage("the history could not be sealed".to_owned()));
                Err(error)
            }
        }
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
        events: &[NewEvent],
        meta: &Metadata,
    ) -> rusqlite::Result<()> {
        self.tables_mut()?;
        let connection = self.connection;
        let after = row.map_or(0, |row| row.version);
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
        let last = after.checked_add(count).ok_or(rusqlite::Error::IntegralValueOutOfRange(0, i64::MAX))?;
        let known = row.and_then(|row| row.secret);
        let is_personal = events.iter().any(|event| event.personal.is_some());
        let secret = if is_personal && known.is_none() { Some(Secret::fresh()?) } else { known };
        let StreamRow { stream_no, category_no, .. } = match row {
            Some(row) => self.streams.grow(connection, stream, StreamRow { secret, ..row }, last)?,
            None => self.streams.create(connection, stream, category, (last, secret))?,
        };
        let mut insert = connection.prepare_cached(
            "INSERT INTO events (seq, stream_no, version, category_no, type, schema, occurred_at, recorded_at, \
             actor, correlation, causation, payload, hash) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?;
        let (occurred_us, recorded_us) =
            (meta.occurred_at.timestamp_micros(), meta.recorded_at.timestamp_micros());
        let mut buffer = Vec::with_capacity(512);
        for (event, version) in events.iter().zip(after + 1..=last) {
            let payload = stored_payload(stream, version, event, secret)?;
            let digest = chain::Columns {
                stream: &stream,
                version,
                schema: event.schema,
                occurred_us,
                recorded_us,
                texts: [
                    category.as_bytes(),
                    event.event_type.as_bytes(),
                    meta.actor.as_bytes(),
                    meta.correlation.as_bytes(),
                    meta.causation.as_bytes(),
                    payload.as_bytes(),
                ],
            }
            .digest(&mut buffer);
            let sequence = self.tip.sequence + 1;
            let hash = chain::link(&self.tip.hash, sequence, &digest);
            insert.execute(params![
                integer(sequence),
                stream_no,
                version,
                category_no,
                event.event_type,
                event.schema,
                occurred_us,
                recorded_us,
                meta.actor,
                meta.correlation,
                meta.causation,
                payload,
                hash,
            ])?;
            self.tip = Tip { sequence, hash };
        }
        Ok(())
    }
}

/// The payload as it is stored: what is personal in it is sealed.
fn stored_payload<'e>(
    stream: Uuid,
    version: u32,
    event: &'e NewEvent,
    secret: Option<Secret>,
) -> rusqlite::Result<Cow<'e, str>> {
    let (Some(personal), Some(secret)) = (&event.personal, secret) else {
        return Ok(Cow::Borrowed(&event.payload));
    };
    let place = subject::place(stream, version, event.event_type);
    subject::seal(&event.payload, personal, &secret, &place).map(Cow::Owned)
}
