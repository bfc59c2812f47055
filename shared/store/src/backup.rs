//! A copy of the database as it is at one moment, and the check that a copy is whole. Knows nothing of the files
//! beside the database, nor of where copies are kept and for how long.

use std::fs::File;
use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use thiserror::Error;

use crate::chain::{self, Verified, VerifyError};
use crate::connection;
use crate::folder::DATABASE_FILE;

/// Why there is no copy, or not a good one.
#[derive(Debug, Error)]
pub enum CopyError {
    /// The database could not be read, or the copy not written.
    #[error("the database could not be copied: {0}")]
    Storage(#[from] rusqlite::Error),
    /// The copy could not be brought to the disk.
    #[error("the copy could not be written: {0}")]
    Io(#[from] io::Error),
    /// SQLite finds the file damaged.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The event log is not whole.
    #[error("the event log is not whole: {0}")]
    Log(#[from] VerifyError),
}

/// Copies the database of a data folder, as it is now, to a file that does not exist yet; it is on the disk when this
/// returns. Works beside whoever serves the depot, and holds up no writer: it reads one snapshot.
///
/// `VACUUM INTO` rather than the backup API: the copy has no free pages, so nothing that was deleted is in it.
///
/// The tables `without` are empty in the copy, and their rows overwritten with zeros.
///
/// # Errors
/// When the database cannot be read or the copy not written; what was written of it stays.
pub fn copy(folder: &Path, to: &Path, without: &[&str]) -> Result<(), CopyError> {
    let connection = connection::open_for_copy(&folder.join(DATABASE_FILE))?;
    let target = to.to_str().ok_or_else(|| io::Error::other("the path is not valid Unicode"))?;
    connection.execute("VACUUM INTO ?1", [target])?;
    empty(to, without)?;
    // SQLite leaves the copy to the operating system's cache.
    File::options().write(true).open(to)?.sync_all()?;
    Ok(())
}

fn empty(copy: &Path, tables: &[&str]) -> rusqlite::Result<()> {
    let connection = Connection::open(copy)?;
    connection.pragma_update(None, "secure_delete", true)?;
    for table in tables {
        // A folder that an older program served may not have it yet.
        if connection.table_exists(None, *table)? {
            connection.execute(&format!("DELETE FROM {table}"), [])?;
        }
    }
    Ok(())
}

/// Checks a database file that nobody writes: SQLite's own structure, then the event log as [`chain::verify`] does.
///
/// # Errors
/// What is wrong with it.
pub fn check(
    file: &Path,
    keys: impl Into<chain::Keys>,
    erasures: &'static [&'static str],
) -> Result<Verified, CopyError> {
    // Not read-only: SQLite then skips parts of the schema, and with them damage to it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    integrity(&connection)?;
    Ok(chain::verify(&connection, keys, erasures)?)
}

/// SQLite's check of its own structure: pages, indexes, constraints.
///
/// # Errors
/// What is wrong with it.
pub fn integrity(connection: &Connection) -> Result<(), CopyError> {
    let mut statement = connection.prepare("PRAGMA integrity_check(1)")?;
    let found: String = statement.query_row((), |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(CopyError::Damaged(found)) }
}
