//! Writes the write-ahead log again, as it is read, before anything is built on it.
//!
//! A sync that failed may have left pages of the log in the operating system's memory alone, where no later sync writes
//! them: they count as written. Whoever starts next finds a commit in them that is not on the disk; moved into the
//! database piece by piece, it would be there in part after a power cut. Written once more, and synced, they are on the disk
//! or the start fails. Changes no byte of what is read.

use rusqlite::Connection;

use crate::log_file::LogFile;

/// SQLite's own files take less than 128 KiB at once.
const PIECE: usize = 1 << 16;

/// Writes the log again. Nobody else can add to it meanwhile.
pub(crate) fn again(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let written = write_again(connection);
    connection.execute_batch("ROLLBACK")?;
    written
}

fn write_again(connection: &Connection) -> rusqlite::Result<()> {
    // In a transaction a connection has its log open, where there is one.
    let Some(log) = LogFile::of(connection)? else { return Ok(()) };
    let bytes = log.length()?;
    let mut buffer = vec![0_u8; PIECE];
    let mut offset = 0;
    while offset < bytes {
        let length = usize::try_from(bytes - offset).unwrap_or(PIECE).min(PIECE);
        let piece = &mut buffer[..length];
        log.read(piece, offset)?;
        log.write(piece, offset)?;
        offset += length as i64;
    }
    if bytes > 0 { log.sync() } else { Ok(()) }
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
}
