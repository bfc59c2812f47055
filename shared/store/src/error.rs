//! Every way the store can fail, and nothing about how a caller should answer.

use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, ffi};
use thiserror::Error;

/// Why a store could not be opened. The texts are fit for a dispatcher's eyes.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Another process, or another store of this one, holds the folder.
    #[error("the data folder {} is in use by another process{}", folder.display(), process(*pid))]
    Held {
        /// The data folder.
        folder: PathBuf,
        /// The process that holds it, where it could be read.
        pid: Option<u32>,
    },
    /// SQLite's locks and syncs cannot be trusted on a network share.
    #[error("the data folder {} is on a network share ({kind}); choose a folder on a local disk", folder.display())]
    NetworkShare {
        /// The data folder.
        folder: PathBuf,
        /// The file system's type.
        kind: String,
    },
    /// A program that copies files while they change destroys a database.
    #[error("the data folder {} is synchronised by {service}; choose a folder outside of it", folder.display())]
    SyncFolder {
        /// The data folder.
        folder: PathBuf,
        /// Whose folder it is.
        service: &'static str,
    },
    /// A store was used here, and its database is missing or empty.
    #[error(
        "the database {} is missing or empty, but {} beside it are of a depot that was used: restore a backup, \
         or begin a new depot, which sets them aside", file.display(), remains.join(", ")
    )]
    Missing {
        /// The database file.
        file: PathBuf,
        /// What was found beside it.
        remains: Vec<&'static str>,
    },
    /// The database's name leads elsewhere, where another folder's lock does not reach.
    #[error(
        "the database {} is a link{}; give the folder that the database lies in as the data folder",
        file.display(), target(to.as_deref())
    )]
    Link {
        /// The database's name.
        file: PathBuf,
        /// Where it leads to, where that exists.
        to: Option<PathBuf>,
    },
    /// A backup has what the database has not.
    #[error(
        "the database ends at event {events} and does not go on from the backup {}, which has {backup_events} events: \
         it was rolled back or exchanged; restore that backup, or move it elsewhere to go on without it", backup.display()
    )]
    Behind {
        /// The newest backup of the depot.
        backup: PathBuf,
        /// How many events it has.
        backup_events: u64,
        /// How many events the database has.
        events: u64,
    },
    /// The folder or its files cannot be written.
    #[error("the data folder {} cannot be written: {source}", folder.display())]
    NotWritable {
        /// The data folder.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file was written by a newer version of the program.
    #[error(
        "the database was written by a newer version of this program (schema {file}, this program knows {program}); \
         install the newer version"
    )]
    NewerSchema {
        /// Migrations applied to the file.
        file: usize,
        /// Migrations this program has.
        program: usize,
    },
    /// The program's migrations do not continue those of the file, or one of them failed.
    #[error("the database could not be brought to the present schema: {0}")]
    Migrations(String),
    /// The file is damaged.
    #[error("the database {} is damaged: {reason}; restore a backup", file.display())]
    Corrupt {
        /// The database file.
        file: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Any other failure of SQLite.
    #[error("the database could not be opened: {0}")]
    Storage(#[from] rusqlite::Error),
    /// The operating system gave no thread.
    #[error("a thread of the store could not be started: {0}")]
    Thread(std::io::Error),
}

fn target(to: Option<&Path>) -> String {
    to.map_or_else(String::new, |to| format!(" to {}", to.display()))
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

/// Why a write was not acknowledged. Only [`Unknown`](WriteError::Unknown) leaves open whether it is stored.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum WriteError<E> {
    /// The work's own error; nothing it wrote is stored.
    #[error("{0}")]
    Refused(E),
    /// The commit failed: the write may or may not be stored. Repeat it with the same idempotency key.
    #[error("it is unknown whether the change was stored: {0}")]
    Unknown(String),
    /// The disk is full; nothing was stored. Writes resume by themselves when there is room.
    #[error("the disk is full; nothing was stored")]
    Full,
    /// The work panicked; nothing it wrote is stored.
    #[error("the command failed unexpectedly; nothing was stored")]
    Panicked,
    /// The database failed before the commit; nothing was stored.
    #[error("the database failed, nothing was stored: {0}")]
    Storage(String),
    /// A file of the store is not where it was; nothing was stored. Writes resume when it is back.
    #[error("nothing was stored: {0}")]
    Gone(String),
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
}

/// Why a read could not run or finish.
#[derive(Debug, Error)]
pub enum ReadError {
    /// No connection could be opened.
    #[error("the database could not be read: {0}")]
    Storage(#[from] rusqlite::Error),
    /// The work panicked.
    #[error("the query failed unexpectedly")]
    Panicked,
    /// Its caller went away before it began.
    #[error("nobody waits for the query any more")]
    Interrupted,
    /// The store is closed, or the runtime that would have run the read is shutting down.
    #[error("the store is closed")]
    Closed,
}

/// Why events were not appended.
#[derive(Debug, Error)]
pub enum AppendError {
    /// The stream moved on since it was read, or is not as long as was thought.
    #[error("the stream is at version {actual}, not {expected}")]
    WrongVersion {
        /// The version the caller decided upon.
        expected: u32,
        /// The version found.
        actual: u32,
    },
    /// SQLite failed. The unit is rolled back even if the work goes on and returns `Ok`.
    #[error(transparent)]
    Storage(#[from] rusqlite::Error),
}

/// What the store must know of a work's own error.
pub trait WorkError: Send + 'static {
    /// Whether it says that the disk is full. SQLite then gives up the whole transaction, not only this work's part, and
    /// everybody who shared it is told the reason.
    fn is_full(&self) -> bool;
}

impl WorkError for rusqlite::Error {
    fn is_full(&self) -> bool {
        is_full(self)
    }
}

impl WorkError for AppendError {
    fn is_full(&self) -> bool {
        match self {
            Self::Storage(error) => is_full(error),
            Self::WrongVersion { .. } => false,
        }
    }
}

/// A failure of SQLite as the writer tells it to those who wait.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Full,
    Gone(String),
    Storage(String),
}

impl From<&rusqlite::Error> for Fault {
    fn from(error: &rusqlite::Error) -> Self {
        if is_full(error) {
            Self::Full
        } else if is_gone(error) {
            Self::Gone(error.to_string())
        } else {
            Self::Storage(error.to_string())
        }
    }
}

/// Whether a file of the store was removed, moved or exchanged while it was open.
#[must_use]
pub fn is_gone(error: &rusqlite::Error) -> bool {
    matches!(error, rusqlite::Error::SqliteFailure(code, _) if code.extended_code == ffi::SQLITE_READONLY_DBMOVED)
}

pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

/// Whether a read failed because its caller went away.
#[must_use]
pub fn is_interrupted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_disk_is_told_as_one() {
        for (code, expected) in [(ffi::SQLITE_FULL, true), (ffi::SQLITE_IOERR, false)] {
            let failure = || rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(WorkError::is_full(&failure()), expected, "{code}");
            assert_eq!(AppendError::Storage(failure()).is_full(), expected, "{code}");
        }
        assert!(!AppendError::WrongVersion { expected: 1, actual: 2 }.is_full());
    }
}
