//! The file of the write-ahead log, as SQLite itself opened it: whatever lies between SQLite and the disk sees what is done
//! here. Knows nothing of what is in it.

use std::ffi::{c_int, c_void};
use std::marker::PhantomData;
use std::ptr;

use rusqlite::{Connection, ffi};

/// A connection's own handle of its log. Others that have the log open have their own.
pub(crate) struct LogFile<'c> {
    file: *mut ffi::sqlite3_file,
    methods: ffi::sqlite3_io_methods,
    /// A connection is one thread's at a time, so nothing else uses the handle meanwhile.
    connection: PhantomData<&'c Connection>,
}

#[expect(unsafe_code, reason = "SQLite gives its log's file only through its own interface")]
impl<'c> LogFile<'c> {
    /// The log of a connection, which must not leave WAL mode while this is held; `None` where it has opened none.
    pub(crate) fn of(connection: &'c Connection) -> rusqlite::Result<Option<Self>> {
        let mut file: *mut ffi::sqlite3_file = ptr::null_mut();
        // SAFETY: the connection is open, so its handle is valid, and SQLite writes one pointer to where it is told.
        let code = unsafe {
            let place = (&raw mut file).cast::<c_void>();
            let control = ffi::SQLITE_FCNTL_JOURNAL_POINTER;
            ffi::sqlite3_file_control(connection.handle(), c"main".as_ptr(), control, place)
        };
        check(code)?;
        // SAFETY: the file is the connection's, which keeps its log open until it is closed, and not while it is borrowed.
        let methods = unsafe { file.as_ref().and_then(|file| file.pMethods.as_ref()) };
        Ok(methods.map(|methods| Self { file, methods: *methods, connection: PhantomData }))
    }

    /// The file's length in bytes.
    pub(crate) fn length(&self) -> rusqlite::Result<i64> {
        let mut bytes: ffi::sqlite3_int64 = 0;
        let length = self.methods.xFileSize.ok_or_else(missing)?;
        // SAFETY: the method is the file's own, and the file open, as `of` says.
        check(unsafe { length(self.file, &raw mut bytes) })?;
        Ok(bytes)
    }

    /// Fills the buffer with what stands there.
    pub(crate) fn read(&self, into: &mut [u8], offset: i64) -> rusqlite::Result<()> {
        let read = self.methods.xRead.ok_or_else(missing)?;
        // SAFETY: as for the length; what is read fits into the buffer.
        check(unsafe { read(self.file, into.as_mut_ptr().cast(), count(into)?, offset) })
    }

    /// Writes the buffer there.
    pub(crate) fn write(&self, from: &[u8], offset: i64) -> rusqlite::Result<()> {
        let write = self.methods.xWrite.ok_or_else(missing)?;
        // SAFETY: as for the length; what is written is the buffer.
        check(unsafe { write(self.file, from.as_ptr().cast(), count(from)?, offset) })
    }

    /// Has everything on the disk that anybody wrote into the file before.
    pub(crate) fn sync(&self) -> rusqlite::Result<()> {
        let sync = self.methods.xSync.ok_or_else(missing)?;
        // SAFETY: as for the length.
        check(unsafe { sync(self.file, ffi::SQLITE_SYNC_FULL) })
    }
}

fn count(buffer: &[u8]) -> rusqlite::Result<c_int> {
    c_int::try_from(buffer.len()).map_err(|_| failure(ffi::SQLITE_TOOBIG))
}

fn check(code: c_int) -> rusqlite::Result<()> {
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(failure(code)) }
}

fn missing() -> rusqlite::Error {
    failure(ffi::SQLITE_IOERR)
}

fn failure(code: c_int) -> rusqlite::Error {
    let reason = format!("the file of the write-ahead log failed (code {code})");
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_file_is_told() {
        check(ffi::SQLITE_OK).unwrap();
        let error = check(ffi::SQLITE_FULL).unwrap_err();
        assert!(crate::error::is_full(&error) && error.to_string().contains("write-ahead log"), "{error}");
    }

    #[test]
    fn a_connection_has_a_log_once_it_has_read_in_wal_mode() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("d")).unwrap();
        assert!(LogFile::of(&connection).unwrap().is_none());
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())).unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
        let log = LogFile::of(&connection).unwrap().unwrap();
        let on_disk = std::fs::metadata(folder.path().join("d-wal")).unwrap().len();
        assert_eq!(log.length().unwrap(), i64::try_from(on_disk).unwrap());
        log.sync().unwrap();
    }
}
