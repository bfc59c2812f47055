//! Opens connections with the settings each role needs. Keeps none of them.

use std::{path::Path, path::PathBuf, time::Duration};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ffi};

use crate::{
    checkpoint,
    options::{StoreOptions, Synchronous},
    presence::Presence,
};

/// Another process may hold the write lock for a moment.
const BUSY_TIMEOUT: Duration = Duration::from_millis(5000);
/// A checkpoint that cannot have the lock soon is better tried again than waited for by the writer.
const CHECKPOINT_BUSY_TIMEOUT: Duration = Duration::from_millis(100);
/// Room for the statements of the store and of an application of some dozen tables.
const STATEMENTS: usize = 256;
/// Says whose file it is, to `file` and the like: "EDpt".
const APPLICATION: i32 = 0x4544_7074;

/// How to open connections to one database file.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    file: PathBuf,
    synchronous: Synchronous,
    max_pages: Option<u32>,
    exclusive: bool,
    presence: Presence,
}

impl Database {
    pub(crate) fn new(file: PathBuf, options: &StoreOptions) -> Self {
        Self {
            file,
            synchronous: options.synchronous,
            max_pages: options.max_pages,
            exclusive: options.exclusive,
            presence: Presence::default(),
        }
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Notes which files are this store's, now that each is open: the database, SQLite's two beside it, and `lock`.
    pub(crate) fn note_files(&self, lock: Option<PathBuf>) {
        let beside = |suffix: &str| {
            let mut name = self.file.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        self.presence.note([self.file.clone(), beside("-wal"), beside("-shm")].into_iter().chain(lock));
    }

    /// Checks that the store's files are still under their names.
    pub(crate) fn check_files(&self) -> rusqlite::Result<()> {
        self.presence.check()
    }

    pub(crate) fn writer(&self) -> rusqlite::Result<Connection> {
        let connection = self.open_for_writing(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "cache_size", -65536)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        if let Some(pages) = self.max_pages {
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        }
        Ok(connection)
    }

    /// Makes lasting what a first look at the files found. After a sync that failed, or a kill before one, the log may
    /// hold a commit that is seen but not on the disk, and that no later sync need write: what is built on it would go
    /// with it in a power cut. So its pages are moved into the database, and the log begins anew with a commit of its own.
    pub(crate) fn settle(&self, connection: &Connection) -> rusqlite::Result<()> {
        let patience = if self.exclusive { BUSY_TIMEOUT } else { Duration::ZERO };
        if !checkpoint::empty(connection, patience)? && self.exclusive {
            return Err(checkpoint::in_use());
        }
        connection.pragma_update(None, "application_id", APPLICATION)
    }

    /// From here on a commit of the writer's is on the disk only when its log was synced, by whoever answers for it. What
    /// the connection did before, it synced itself.
    pub(crate) fn leave_syncing(connection: &Connection) -> rusqlite::Result<()> {
        connection.pragma_update(None, "synchronous", "NORMAL")
    }

    pub(crate) const fn synchronous(&self) -> Synchronous {
        self.synchronous
    }

    /// A connection with the log open, for its handle of it. It could write, because the last one to close removes the log.
    pub(crate) fn syncer(&self) -> rusqlite::Result<Connection> {
        let connection = self.open_for_writing(BUSY_TIMEOUT)?;
        connection.query_row("SELECT count(*) FROM sqlite_schema", (), |_| Ok(()))?;
        Ok(connection)
    }

    pub(crate) fn checkpointer(&self) -> rusqlite::Result<Connection> {
        self.open_for_writing(CHECKPOINT_BUSY_TIMEOUT)
    }

    /// For what is rare and may take long: it waits for others as a writer does.
    pub(crate) fn scrubber(&self) -> rusqlite::Result<Connection> {
        self.open_for_writing(BUSY_TIMEOUT)
    }

    pub(crate) fn reader(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = self.open(flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        keep_statements(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // No file is mapped into memory: SQLite unmaps and maps it anew for each read after a commit, and every processor has
        // to be told.
        Ok(connection)
    }

    /// Another file of the same name is not opened: a first statement could already change it.
    fn open(&self, flags: OpenFlags) -> rusqlite::Result<Connection> {
        self.presence.check()?;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        self.presence.check()?;
        Ok(connection)
    }

    fn open_for_writing(&self, busy_timeout: Duration) -> rusqlite::Result<Connection> {
        // The folder has made the file: an open that could create one would hide that it was taken away.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = self.open(flags)?;
        connection.busy_timeout(busy_timeout)?;
        keep_statements(&connection)?;
        // Where that fails, SQLite goes on with a rollback journal and says so only here. With one, FULL is not enough: a
        // power cut can bring the removed journal back, and with it what was before the last commit.
        // The change is written after the row that tells of it, so the statement is read to its end.
        let mut change = connection.prepare("PRAGMA journal_mode = WAL")?;
        let modes: rusqlite::Result<Vec<String>> = change.query_map((), |row| row.get(0))?.collect();
        let mode = modes?.concat();
        drop(change);
        if mode != "wal" {
            let reason = format!("the journal mode is {mode} instead of wal");
            return Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR), Some(reason)));
        }
        connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(connection)
    }
}

/// Has statements prepared once. Without the guarantee that a plan stands, SQLite plans a statement anew for every other
/// value of a bound LIMIT or of a column that it has statistics of.
fn keep_statements(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(drop)
}

/// Opens a database that another process may be writing, to copy it. It may have to recover the write-ahead log, so it
/// is not opened read-only.
pub(crate) fn open_for_copy(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}
