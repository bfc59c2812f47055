//! The store's own tables, and the merging of the application's migrations with them. Runs at open only.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction};
use rusqlite_migration::{HookError, HookResult, M, Migrations, SchemaVersion};

use crate::chain;
use crate::error::{OpenError, is_damage};

/// One step of the schema. Steps are only ever appended: a file remembers which it has seen, and in which order.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Date and number of the day, as in `2026_112401`; sorts the store's and the application's steps together.
    pub id: u32,
    /// Statements, run in one transaction with every other pending step.
    pub sql: &'static str,
}

/// The first id is below any the application may use; later ones stand where they were added.
const OWN: &[Migration] = &[
    Migration {
        id: 2026_010101,
        sql: "
    CREATE TABLE schema_steps (id INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE categories (
        category_no INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE streams (
        stream_no INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
        category_no INTEGER NOT NULL REFERENCES categories,
        version INTEGER NOT NULL CHECK (version > 0)
    ) STRICT;
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY,
        stream_no INTEGER NOT NULL REFERENCES streams,
        version INTEGER NOT NULL,
        category_no INTEGER NOT NULL REFERENCES categories,
        type TEXT NOT NULL,
        schema INTEGER NOT NULL,
        occurred_at INTEGER NOT NULL,
        recorded_at INTEGER NOT NULL,
        actor TEXT NOT NULL,
        correlation TEXT NOT NULL,
        causation TEXT NOT NULL,
        payload TEXT NOT NULL,
        hash BLOB NOT NULL CHECK (length(hash) = 32),
        UNIQUE (stream_no, version)
    ) STRICT;
    CREATE INDEX events_by_category ON events (category_no, seq);
    CREATE TRIGGER events_never_change BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'events never change'); END;
    CREATE TRIGGER events_never_go BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'events never go'); END;
    CREATE TABLE subscriptions (
        consumer TEXT NOT NULL,
        category TEXT NOT NULL,
        position INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (consumer, category)
    ) STRICT, WITHOUT ROWID;
    ",
    },
    Migration {
        id: 2026_112570,
        sql: "
    CREATE TABLE seals (
        sequence INTEGER PRIMARY KEY,
        head BLOB NOT NULL CHECK (length(head) = 32),
        at INTEGER NOT NULL,
        key BLOB NOT NULL CHECK (length(key) = 32),
        signature BLOB NOT NULL CHECK (length(signature) = 64)
    ) STRICT;
    ",
    },
    Migration {
        // The trigger is put back when the links are made; see `relink`.
        id: RELINK,
        sql: "DROP TRIGGER events_never_change;",
    },
    Migration {
        id: 2026_112650,
        // Retired seals stood on a chain that was made anew; see `history`.
        sql: "
    ALTER TABLE streams ADD COLUMN secret BLOB CHECK (secret IS NULL OR length(secret) = 32);
    CREATE TABLE retired_seals (
        sequence INTEGER NOT NULL,
        head BLOB NOT NULL CHECK (length(head) = 32),
        at INTEGER NOT NULL,
        key BLOB NOT NULL CHECK (length(key) = 32),
        signature BLOB NOT NULL CHECK (length(signature) = 64),
        retired_at INTEGER NOT NULL,
        PRIMARY KEY (sequence, head)
    ) STRICT;
    ",
    },
];

/// Links are made of the rows' digests from this step on, where they were made of the rows themselves before.
const RELINK: u32 = 2026_112571;

/// Brings the file to the present schema.
///
/// # Errors
/// When the file is newer than the program, when two steps share an id, when a step was put before one that the
/// file has already seen, or when a step fails; the file is then as it was.
pub(crate) fn migrate(connection: &mut Connection, application: &[Migration]) -> Result<(), OpenError> {
    let steps = steps(application)?;
    let migrations = migrations(&steps);
    let applied = match migrations.current_version(connection).map_err(failed)? {
        SchemaVersion::NoneSet => 0,
        SchemaVersion::Inside(count) => count.get(),
        SchemaVersion::Outside(count) => {
            return Err(OpenError::NewerSchema { file: count.get(), program: steps.len() });
        }
    };
    if applied > 0 {
        let known: Vec<u32> = steps.keys().copied().take(applied).collect();
        let seen = seen(connection)?;
        if known != seen {
            return Err(OpenError::Migrations(format!(
                "the file has the steps {seen:?}, the program {known:?}"
            )));
        }
    }
    migrations.to_latest(connection).map_err(failed)
}

/// Brings an empty database to the schema that the first `count` steps make.
pub(crate) fn migrate_to(
    connection: &mut Connection,
    application: &[Migration],
    count: usize,
) -> Result<(), OpenError> {
    let steps = steps(application)?;
    if count > steps.len() {
        return Err(OpenError::NewerSchema { file: count, program: steps.len() });
    }
    migrations(&steps).to_version(connection, count).map_err(failed)
}

fn migrations(steps: &BTreeMap<u32, String>) -> Migrations<'_> {
    Migrations::new(steps.iter().map(|(id, sql)| step(*id, sql)).collect())
}

/// The store's and the application's steps, by their ids.
fn steps(application: &[Migration]) -> Result<BTreeMap<u32, String>, OpenError> {
    let mut steps = BTreeMap::new();
    for step in OWN.iter().chain(application) {
        // The step's id is recorded by its own transaction, so that the list and the schema cannot part.
        let sql = format!("{}\n;INSERT INTO schema_steps (id) VALUES ({});", step.sql, step.id);
        if steps.insert(step.id, sql).is_some() {
            return Err(OpenError::Migrations(format!("two steps have the id {}", step.id)));
        }
    }
    Ok(steps)
}

/// How many steps were applied to a database.
pub(crate) fn applied_steps(connection: &Connection) -> Result<usize, rusqlite::Error> {
    let steps = connection.query_row("PRAGMA user_version", (), |row| row.get::<_, u32>(0))?;
    Ok(usize::try_from(steps).unwrap_or(usize::MAX))
}

fn step(id: u32, sql: &str) -> M<'_> {
    if id == RELINK { M::up_with_hook(sql, relink) } else { M::up(sql) }
}

fn relink(transaction: &Transaction<'_>) -> HookResult {
    chain::relink(transaction).map_err(|error| HookError::Hook(error.to_string()))?;
    transaction.execute_batch(FORBID_CHANGES)?;
    Ok(())
}

/// Empties the log's tables. The trigger that keeps events from going is put back as it was.
pub(crate) const CLEAR_LOG: &str = "
    DROP TRIGGER events_never_go;
    DELETE FROM events;
    CREATE TRIGGER events_never_go BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'events never go'); END;
    DELETE FROM streams;
    DELETE FROM subscriptions;
    DELETE FROM seals;
    DELETE FROM retired_seals;";

/// Lets the rows of events change, for as long as a transaction of the store itself takes.
pub(crate) const ALLOW_CHANGES: &str = "DROP TRIGGER events_never_change;";

/// Puts the trigger back as it was.
pub(crate) const FORBID_CHANGES: &str = "CREATE TRIGGER events_never_change BEFORE UPDATE ON events
             BEGIN SELECT RAISE(ABORT, 'events never change'); END;";

fn seen(connection: &Connection) -> Result<Vec<u32>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT id FROM schema_steps ORDER BY id")?;
    let ids = statement.query_map((), |row| row.get(0))?;
    ids.collect()
}

fn failed(error: rusqlite_migration::Error) -> OpenError {
    let text = error.to_string();
    if let rusqlite_migration::Error::RusqliteError { err, .. } = error
        && is_damage(&err)
    {
        return OpenError::Storage(err);
    }
    OpenError::Migrations(text)
}
