//! Writes the write-ahead log again, as it is read, before anything is built on it.
//!
//! A sync that failed may have left pages of the log in the operating system's memory alone, where no later sync writes
//! them: they count as written. A process that starts next finds a commit in them that is not on the disk; moved into the
//! database piece by piece, it would be there in part after a power cut. Written once more, and synced, they are on the disk
//! or the start fails. Changes no byte of what is read.

use std::ffi::{c_int, c_void};
use std::ptr;

use rusqlite::{Connection, ffi};

/// SQLite's own files take less than 128 KiB at once.
const PIECE: usize = 1 << 16;

/// Writes the log again. Nobody else can add to it meanwhile.
pub(crate) fn again(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let written = write_again(connection);
    connection.execute_batch("ROLLBACK")?;
    written
}

#[expect(unsafe_code, reason = "SQLite gives its log's file only through its own interface")]
fn write_again(connection: &Connection) -> rusqlite::Result<()> {
    let mut file: *mut ffi::sqlite3_file = ptr::null_mut();
    // SAFETY: the connection is open, so its handle is valid, and SQLite writes one pointer to where it is told.
    let code = unsafe {
        let place = (&raw mut file).cast::<c_void>();
        ffi::sqlite3_file_control(
            connection.handle(),
            c"main".as_ptr(),
            ffi::SQLITE_FCNTL_JOURNAL_POINTER,
            place,
        )
    };
    check(code)?;
    // SAFETY: the file belongs to the connection, which is in a transaction and so has its log open; no other thread uses
    // either while this runs.
    let Some(methods) = (unsafe { file.as_ref().and_then(|file| file.pMethods.as_ref()) }) else {
        return Ok(());
    };
    let (Some(size), Some(read), Some(write), Some(sync)) =
        (methods.xFileSize, methods.xRead, methods.xWrite, methods.xSync)
    else {
        return Err(failure(ffi::SQLITE_IOERR));
    };
    let mut bytes: ffi::sqlite3_int64 = 0;
    // SAFETY: as above; the methods are the file's own, and each piece lies within the buffer.
    unsafe {
        check(size(file, &raw mut bytes))?;
        let mut buffer = vec![0_u8; PIECE];
        let mut offset: ffi::sqlite3_int64 = 0;
        while offset < bytes {
            let piece = usize::try_from(bytes - offset).unwrap_or(PIECE).min(PIECE);
            let length = c_int::try_from(piece).unwrap_or(c_int::MAX);
            check(read(file, buffer.as_mut_ptr().cast(), length, offset))?;
            check(write(file, buffer.as_ptr().cast(), length, offset))?;
            offset += ffi::sqlite3_int64::from(length);
        }
        if bytes > 0 { check(sync(file, ffi::SQLITE_SYNC_FULL)) } else { Ok(()) }
    }
}

fn check(code: c_int) -> rusqlite::Result<()> {
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(failure(code)) }
}

fn failure(code: c_int) -> rusqlite::Error {
    let reason = format!("the write-ahead log could not be written again (code {code})");
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(reason))
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn the_log_is_written_again_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let (database, log) = (folder.path().join("d"), folder.path().join("d-wal"));
        let connection = Connection::open(&database).unwrap();
        let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()));
        mode.unwrap();
        // More than two pieces, and no whole number of them.
        let fill = "CREATE TABLE t (b BLOB); INSERT INTO t VALUES (randomblob(150000))";
        connection.execute_batch(fill).unwrap();
        let before = std::fs::read(&log).unwrap();
        assert!(before.len() > 2 * PIECE && !before.len().is_multiple_of(PIECE), "{}", before.len());
        let long_ago = SystemTime::now() - Duration::from_secs(3600);
        File::options().write(true).open(&log).unwrap().set_modified(long_ago).unwrap();
        again(&connection).unwrap();
        assert!(std::fs::metadata(&log).unwrap().modified().unwrap() > long_ago);
        assert_eq!(std::fs::read(&log).unwrap(), before);
        assert!(connection.is_autocommit());
    }

    #[test]
    fn a_failure_of_the_file_is_told() {
        check(ffi::SQLITE_OK).unwrap();
        let error = check(ffi::SQLITE_FULL).unwrap_err();
        assert!(crate::error::is_full(&error) && error.to_string().contains("written again"), "{error}");
    }
}
