//! Moves committed pages from the write-ahead log into the database, on a thread of its own so that no command waits
//! for it. Decides nothing about durability: SQLite syncs the log before it moves anything out of it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, ffi};
use tokio::sync::watch;

use crate::connection::Database;

const INTERVAL: Duration = Duration::from_millis(200);
/// Under load without a pause the log never starts over by itself; beyond 64 MiB the writer is made to wait once. It has to be
/// told, for it gives up the log for microseconds only, and SQLite asks for it every few milliseconds.
const WAL_PAGES_MAX: i64 = 16_384;

#[derive(Debug, Default)]
struct State {
    commits: bool,
    stop: bool,
    is_alone: bool,
}

/// Tells the thread that there is something to do.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

impl Signal {
    pub(crate) fn committed(&self) {
        let mut state = self.state.lock();
        if !state.commits {
            state.commits = true;
            self.changed.notify_all();
        }
    }

    pub(crate) fn stop(&self) {
        self.state.lock().stop = true;
        self.changed.notify_all();
    }

    /// Waits while somebody has the log to itself. Before a transaction begins.
    pub(crate) fn give_way(&self) {
        let mut state = self.state.lock();
        while state.is_alone {
            self.changed.wait(&mut state);
        }
    }

    /// Has no transaction begin until what is returned is dropped.
    fn alone(&self) -> Alone<'_> {
        self.state.lock().is_alone = true;
        Alone(self)
    }

    /// Waits for commits and then for the interval; `false` means to stop.
    fn wait(&self) -> bool {
        let mut state = self.state.lock();
        while !state.commits && !state.stop {
            self.changed.wait(&mut state);
        }
        if !state.stop {
            self.changed.wait_while_for(&mut state, |state| !state.stop, INTERVAL);
        }
        state.commits = false;
        !state.stop
    }
}

struct Alone<'s>(&'s Signal);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.state.lock().is_alone = false;
        self.0.changed.notify_all();
    }
}

/// Moves what can be moved now. Where that fails at the disk a sync of the log may have failed, and what is not synced
/// yet is in doubt.
pub(crate) fn run_or_doubt(
    database: &Database,
    slot: &mut Option<Connection>,
    signal: &Signal,
    doubt: &AtomicBool,
) {
    if let Err(error) = run(database, slot, signal) {
        tracing::warn!(%error, "checkpoint failed; it is tried again after a later commit");
        if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) {
            doubt.store(true, Ordering::Release);
        }
    }
}

/// Starts the thread, which keeps `helping` until it has closed its connection.
pub(crate) fn start(
    database: Database,
    (signal, doubt): (Arc<Signal>, Arc<AtomicBool>),
    helping: watch::Sender<()>,
) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name("depot-checkpoint".to_owned()).spawn(move || {
        let _helping = helping;
        let mut connection = None;
        while signal.wait() {
            run_or_doubt(&database, &mut connection, &signal, &doubt);
        }
    })
}

/// Empties the log for good, as nobody writes any more, and closes the connection. SQLite removes the log with the last one: of
/// two that close at once each may find the other still there, and then neither does.
pub(crate) fn finish(database: &Database, connection: rusqlite::Result<Connection>) {
    let emptied = connection.and_then(|connection| match database.check_files() {
        Ok(()) => empty(&connection, Duration::ZERO),
        Err(error) => {
            // SQLite removes the log by its name, which may be another database's by now.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            Err(error)
        }
    });
    if let Err(error) = emptied {
        tracing::warn!(%error, "the write-ahead log could not be emptied; the next open reads it");
    }
}

/// How long a scrub goes on trying to have the log to itself.
const SCRUB_PATIENCE: Duration = Duration::from_secs(10);
const AGAIN_AFTER: Duration = Duration::from_millis(25);

/// Moves the whole log into the database and begins it anew; says whether that could be done before patience ended. SQLite
/// itself waits for those who read the log, but not for somebody else who is emptying it.
pub(crate) fn empty(connection: &Connection, patience: Duration) -> rusqlite::Result<bool> {
    let until = Instant::now() + patience;
    loop {
        let busy =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, bool>(0))?;
        if !busy || Instant::now() >= until {
            return Ok(!busy);
        }
        thread::sleep(AGAIN_AFTER);
    }
}

/// Writes the database anew without anything that was deleted from it, and empties the log, on a connection of its own:
/// the copy is made in a file, not in the memory of whoever writes.
pub(crate) fn scrub(database: &Database) -> rusqlite::Result<()> {
    let connection = database.scrubber()?;
    connection.execute_batch("VACUUM")?;
    if empty(&connection, SCRUB_PATIENCE)? { Ok(()) } else { Err(in_use()) }
}

/// The log could not be begun anew.
pub(crate) fn in_use() -> rusqlite::Error {
    let locked = ffi::Error::new(ffi::SQLITE_BUSY);
    rusqlite::Error::SqliteFailure(locked, Some("the write-ahead log is in use all the time".to_owned()))
}

fn run(database: &Database, slot: &mut Option<Connection>, signal: &Signal) -> rusqlite::Result<()> {
    let connection = match slot.take() {
        Some(connection) => connection,
        None => database.checkpointer()?,
    };
    if checkpoint(&connection, "PASSIVE")? > WAL_PAGES_MAX {
        let _alone = signal.alone();
        checkpoint(&connection, "RESTART")?;
    }
    *slot = Some(connection);
    Ok(())
}

/// Gives the pages in the log.
fn checkpoint(connection: &Connection, mode: &str) -> rusqlite::Result<i64> {
    connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), (), |row| row.get(1))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::options::StoreOptions;

    /// What a thread that waits is told, and after how long.
    fn waiting(signal: &Arc<Signal>) -> thread::JoinHandle<(bool, Duration)> {
        let (signal, began) = (Arc::clone(signal), Instant::now());
        thread::spawn(move || (signal.wait(), began.elapsed()))
    }

    #[test]
    fn commits_of_an_interval_are_waited_for_together() {
        let signal = Arc::new(Signal::default());
        let waits = waiting(&signal);
        thread::sleep(INTERVAL * 2);
        assert!(!waits.is_finished(), "nothing was committed yet");
        signal.committed();
        signal.committed();
        let (goes_on, after) = waits.join().unwrap();
        assert!(goes_on && after >= INTERVAL * 3, "{after:?}");
        let waits = waiting(&signal);
        thread::sleep(INTERVAL * 2);
        assert!(!waits.is_finished(), "both were dealt with");
        signal.stop();
        assert!(!waits.join().unwrap().0);
    }

    #[test]
    fn a_stop_is_not_kept_waiting() {
        let signal = Arc::new(Signal::default());
        signal.committed();
        let began = Instant::now();
        signal.stop();
        assert!(!signal.wait());
        assert!(began.elapsed() < INTERVAL, "{:?}", began.elapsed());
    }

    #[test]
    fn no_transaction_begins_while_somebody_has_the_log_to_itself() {
        let signal = Arc::new(Signal::default());
        signal.give_way();
        let alone = signal.alone();
        let waiting = {
            let signal = Arc::clone(&signal);
            thread::spawn(move || signal.give_way())
        };
        // Whoever commits meanwhile wakes it in vain.
        signal.committed();
        thread::sleep(INTERVAL);
        assert!(!waiting.is_finished());
        drop(alone);
        waiting.join().unwrap();
    }

    #[test]
    fn whoever_reads_the_log_is_waited_for_while_patience_lasts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d");
        let connection = Connection::open(&file).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER)").unwrap();
        // No second chance but the one that is tried here.
        connection.busy_handler(None).unwrap();
        let reader = Connection::open(&file).unwrap();
        reader.execute_batch("BEGIN; SELECT n FROM t").unwrap();
        assert!(!empty(&connection, Duration::ZERO).unwrap());
        let reads = thread::spawn(move || {
            thread::sleep(AGAIN_AFTER * 4);
            drop(reader);
        });
        assert!(empty(&connection, SCRUB_PATIENCE).unwrap());
        reads.join().unwrap();
    }

    /// How often a checkpoint asked whether to wait for somebody who reads.
    static ASKED: AtomicUsize = AtomicUsize::new(0);

    #[test]
    fn nobody_is_waited_for_until_the_log_grew_beyond_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("d");
        let connection = Connection::open(&file).unwrap();
        let small = "PRAGMA page_size = 512; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
            PRAGMA synchronous = OFF; CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (0)";
        connection.execute_batch(small).unwrap();
        // Keeps the log from beginning anew.
        let reader = Connection::open(&file).unwrap();
        reader.execute_batch("BEGIN").unwrap();
        reader.query_row("SELECT n FROM t", (), |_| Ok(())).unwrap();
        let add_page = || {
            connection.prepare_cached("UPDATE t SET n = n + 1").unwrap().execute(()).unwrap();
        };
        for _ in checkpoint(&connection, "PASSIVE").unwrap()..WAL_PAGES_MAX {
            add_page();
        }
        assert_eq!(checkpoint(&connection, "PASSIVE").unwrap(), WAL_PAGES_MAX);
        let checkpointer = Connection::open(&file).unwrap();
        let ask = |_| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            false
        };
        checkpointer.busy_handler(Some(ask)).unwrap();
        let database = Database::new(file, &StoreOptions::new(folder.path()));
        let mut slot = Some(checkpointer);
        let signal = Signal::default();
        run(&database, &mut slot, &signal).unwrap();
        assert_eq!(ASKED.load(Ordering::Relaxed), 0);
        add_page();
        run(&database, &mut slot, &signal).unwrap();
        assert!(ASKED.load(Ordering::Relaxed) > 0);
        signal.give_way();
    }
}
