//! Has each committed batch on the disk and then tells its callers, while the writer runs the next one. Commits nothing.
//!
//! SQLite syncs the log within `COMMIT` where `synchronous` is `FULL`, and the writer would stand still meanwhile. So its
//! connection commits with `NORMAL`, which writes the same bytes and leaves that one sync to whoever wants it: it is made
//! here, of the same file, before anybody is told. The batch after it is committed only once this one is on the disk, so
//! no more than one can be unclear.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
    mpsc,
};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, ffi};
use tokio::sync::{oneshot, watch};

use crate::{
    connection::Database,
    durable::Pending,
    job::{Job, Settled, Verdict, answer},
    log_file::LogFile,
    options::Synchronous,
};

/// Whether a batch is on the disk; if not, its callers were told that it may or may not be.
pub(crate) type Outcome = Result<(), Unclear>;

/// A batch is committed and not certain to be on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unclear;

/// A batch that is committed and waits for the disk.
pub(crate) struct Committed<C> {
    pub(crate) jobs: Vec<(Box<dyn Job<C>>, Settled)>,
    /// The sequence of its last event.
    pub(crate) head: u64,
    pub(crate) pending: Pending,
}

/// Makes committed batches last.
pub(crate) struct Syncer {
    database: Database,
    /// For its handle of the log alone, so that no handle is two threads' at once. `None` until it is needed, and
    /// after a failure.
    connection: Option<Connection>,
    head: Arc<AtomicU64>,
    doubt: Arc<AtomicBool>,
}

impl Syncer {
    /// `doubt` is set by others whose own sync of the log failed; `head` follows what is on the disk.
    pub(crate) fn new(database: Database, head: Arc<AtomicU64>, doubt: Arc<AtomicBool>) -> Self {
        Self { database, connection: None, head, doubt }
    }

    /// Has a batch on the disk, tells `then` whether it is, and after that each caller.
    fn finish<C>(&mut self, committed: Committed<C>, then: impl FnOnce(Outcome)) {
        let Committed { jobs, head, pending } = committed;
        let verdict = match self.sync() {
            Ok(()) => {
                self.head.store(head, Ordering::Release);
                Verdict::Stands
            }
            Err(error) => {
                tracing::error!(%error, "a commit could not be synced");
                self.connection = None;
                Verdict::Unknown(error.to_string())
            }
        };
        drop(pending);
        then(if matches!(verdict, Verdict::Stands) { Ok(()) } else { Err(Unclear) });
        answer(jobs, &verdict);
    }

    fn sync(&mut self) -> rusqlite::Result<()> {
        if self.database.synchronous() == Synchronous::Normal {
            return Ok(());
        }
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.database.syncer()?,
        };
        let connection = self.connection.insert(connection);
        let log = LogFile::of(connection)?.ok_or_else(|| failed("no write-ahead log is open"))?;
        log.sync()?;
        // Where another's sync of the same file failed, the pages may count as written although they are not, and not
        // every system tells each handle of it.
        if self.doubt.swap(false, Ordering::AcqRel) {
            Err(failed("a checkpoint failed meanwhile"))
        } else {
            Ok(())
        }
    }
}

fn failed(why: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), Some(why.to_owned()))
}

/// How the writer hands its batches over. It waits for the one before first.
pub(crate) enum Syncing<C> {
    /// To a thread of its own.
    Beside {
        handed: mpsc::Sender<(Committed<C>, oneshot::Sender<Outcome>)>,
        coming: Option<oneshot::Receiver<Outcome>>,
    },
    /// To itself, for when it has nothing else to do: what a rehearsal does is then the same each time.
    InTurn { syncer: Box<Syncer>, waiting: Option<Committed<C>>, outcome: Outcome },
}

impl<C: 'static> Syncing<C> {
    /// Starts the thread, which keeps `running` until it ends.
    pub(crate) fn beside(
        mut syncer: Syncer,
        running: watch::Sender<()>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (handed, batches) = mpsc::channel::<(Committed<C>, oneshot::Sender<Outcome>)>();
        let thread = thread::Builder::new().name("depot-sync".to_owned()).spawn(move || {
            let _running = running;
            while let Ok((committed, outcome)) = batches.recv() {
                syncer.finish(committed, |became| {
                    // Fails where the writer has ended, which then wants to know nothing.
                    let _ = outcome.send(became);
                });
            }
        })?;
        Ok((Self::Beside { handed, coming: None }, thread))
    }

    pub(crate) fn in_turn(syncer: Syncer) -> Self {
        Self::InTurn { syncer: Box::new(syncer), waiting: None, outcome: Ok(()) }
    }
}

impl<C> Syncing<C> {
    /// Takes a batch, when the one before has come to its end.
    pub(crate) fn hand_over(&mut self, committed: Committed<C>) {
        match self {
            Self::Beside { handed, coming } => {
                let (outcome, told) = oneshot::channel();
                *coming = Some(told);
                if let Err(mpsc::SendError((Committed { jobs, .. }, _))) = handed.send((committed, outcome)) {
                    answer(jobs, &Verdict::Unknown("the thread that syncs has ended".to_owned()));
                }
            }
            Self::InTurn { waiting, .. } => *waiting = Some(committed),
        }
    }

    /// Waits until the batch that was handed over has come to its end, and says to which; each failure is told once.
    pub(crate) fn wait(&mut self) -> Outcome {
        match self {
            Self::Beside { coming, .. } => match coming.take() {
                Some(coming) => coming.blocking_recv().unwrap_or(Err(Unclear)),
                None => Ok(()),
            },
            Self::InTurn { syncer, waiting, outcome } => {
                sync_waiting(syncer, waiting, outcome);
                std::mem::replace(outcome, Ok(()))
            }
        }
    }

    /// The writer has nothing else to do.
    pub(crate) fn idle(&mut self) {
        if let Self::InTurn { syncer, waiting, outcome } = self {
            sync_waiting(syncer, waiting, outcome);
        }
    }
}

fn sync_waiting<C>(syncer: &mut Syncer, waiting: &mut Option<Committed<C>>, outcome: &mut Outcome) {
    if let Some(committed) = waiting.take() {
        syncer.finish(committed, |became| *outcome = became);
    }
}
