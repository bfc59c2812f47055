//! What the tests share: a store in a folder that goes away, and short ways to write to it.

use chrono::{DateTime, Utc};
use depot_store::{
    AppendError, Metadata, Migration, NewEvent, ReadError, Store, StoreOptions, StoredEvent, Unit, WorkError,
    WriteError,
    rusqlite::{self, Connection},
};
use tempfile::TempDir;
use uuid::Uuid;

/// Counts works since the caches were last made anew.
pub(crate) type Caches = u32;
pub(crate) type TestStore = Store<Caches>;

pub(crate) const NOTES: &[Migration] = &[Migration {
    id: 2026_112401,
    sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
}];

#[derive(Debug)]
pub(crate) enum Failure {
    Refused,
    Append(AppendError),
    Read(ReadError),
    Sqlite(rusqlite::Error),
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        Self::Append(error)
    }
}

impl WorkError for Failure {
    fn is_full(&self) -> bool {
        match self {
            Self::Append(error) => error.is_full(),
            Self::Sqlite(error) => error.is_full(),
            Self::Refused | Self::Read(_) => false,
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

pub(crate) fn open(folder: &TempDir) -> TestStore {
    Store::open(StoreOptions::new(folder.path()), NOTES).unwrap()
}

pub(crate) fn stream(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

pub(crate) fn meta(second: i64) -> Metadata {
    Metadata {
        occurred_at: at(second - 60),
        recorded_at: at(second),
        actor: "dispatcher:1".to_owned(),
        correlation: "c".to_owned(),
        causation: "k".to_owned(),
    }
}

pub(crate) fn event(payload: &str) -> NewEvent {
    NewEvent { event_type: "Happened", schema: 1, payload: payload.to_owned(), personal: None }
}

/// Appends one event at the stream's end.
pub(crate) fn append_one(unit: &mut Unit<'_>, stream: Uuid) -> Result<Vec<StoredEvent>, Failure> {
    let version = unit.version(stream)?;
    unit.append(stream, "delivery", version, &[event("{\"n\":1}")], &meta(0))?;
    Ok(unit.load(stream)?.split_off(version as usize))
}

pub(crate) fn write_one(store: &TestStore, number: u128) -> Result<Vec<StoredEvent>, WriteError<Failure>> {
    store.write_blocking(move |unit, caches| {
        *caches += 1;
        append_one(unit, stream(number))
    })
}

pub(crate) fn read<T>(store: &TestStore, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> T {
    store.read_now(|connection| work(connection).map_err(Failure::from)).unwrap()
}

pub(crate) fn sequences(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.sequence).collect()
}

/// Opens the file behind the store's back.
pub(crate) fn tamper(folder: &TempDir, sql: &str) {
    let connection = Connection::open(folder.path().join("depot.sqlite3")).unwrap();
    let disarm = "PRAGMA foreign_keys = OFF; DROP TRIGGER events_never_change; DROP TRIGGER events_never_go;";
    connection.execute_batch(disarm).unwrap();
    connection.execute_batch(sql).unwrap();
}
