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
use tokio::runtime::Runtime;
use tokio::sync::mpsc::Receiver as Queue;
use tokio::sync::{oneshot, watch};

use crate::{
    connection::Database,
    durable::Pending,
    job::{Job, Settled, Verdict, answer},
    log_file::LogFile,
    options::Synchronous,
};

/// Whether a batch is on the disk; if not, its callers are told that it may or may not be.
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

/// A batch that came to its end, and waits for being told so.
pub(crate) struct Finished<C> {
    jobs: Vec<(Box<dyn Job<C>>, Settled)>,
    verdict: Verdict,
}

impl<C> Finished<C> {
    const fn outcome(&self) -> Outcome {
        if matches!(self.verdict, Verdict::Stands) { Ok(()) } else { Err(Unclear) }
    }

    fn tell(self) {
        answer(self.jobs, &self.verdict);
    }
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

    /// Has a batch on the disk, and gives what its callers are to be told.
    fn finish<C>(&mut self, committed: Committed<C>) -> Finished<C> {
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
        Finished { jobs, verdict }
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
            return Err(failed("a checkpoint failed meanwhile"));
        }
        // Last, so that nobody is told of a commit to a file that is gone by now.
        self.database.check_files()
    }
}

fn failed(why: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), Some(why.to_owned()))
}

/// What the writer waited for.
pub(crate) enum Next {
    /// The batch came to its end.
    Ended(Outcome),
    /// Something was sent.
    Messages,
}

/// How the writer hands its batches over. It waits for the one before first.
pub(crate) enum Syncing<C> {
    /// To a thread of its own.
    Beside {
        handed: mpsc::Sender<(Committed<C>, oneshot::Sender<Outcome>)>,
        coming: Option<oneshot::Receiver<Outcome>>,
    },
    /// To itself, for when nothing else is to be done: what a rehearsal does is then the same each time.
    InTurn { syncer: Box<Syncer>, waiting: Option<Committed<C>>, finished: Vec<Finished<C>> },
}

impl<C: 'static> Syncing<C> {
    /// Starts the thread, which keeps `helping` until it has closed its connection.
    pub(crate) fn beside(
        syncer: Syncer,
        helping: watch::Sender<()>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (handed, batches) = mpsc::channel::<(Committed<C>, oneshot::Sender<Outcome>)>();
        let thread = thread::Builder::new().name("depot-sync".to_owned()).spawn(move || {
            let _helping = helping;
            // Moved in here to be dropped before that: what a closure only captures goes after its own variables.
            let mut syncer = syncer;
            while let Ok((committed, outcome)) = batches.recv() {
                let finished = syncer.finish(committed);
                // The writer first, so that it goes on. It may have ended.
                let _ = outcome.send(finished.outcome());
                finished.tell();
            }
        })?;
        Ok((Self::Beside { handed, coming: None }, thread))
    }

    pub(crate) fn in_turn(syncer: Syncer) -> Self {
        Self::InTurn { syncer: Box::new(syncer), waiting: None, finished: Vec::new() }
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

    /// Whether a batch was handed over that has not come to its end, as far as was waited for.
    pub(crate) const fn is_under_way(&self) -> bool {
        match self {
            Self::Beside { coming, .. } => coming.is_some(),
            Self::InTurn { waiting, .. } => waiting.is_some(),
        }
    }

    /// Waits until the batch that was handed over has come to its end, and says to which; each failure is told once.
    pub(crate) fn wait(&mut self) -> Outcome {
        match self {
            Self::Beside { coming, .. } => match coming.take() {
                Some(coming) => coming.blocking_recv().unwrap_or(Err(Unclear)),
                None => Ok(()),
            },
            Self::InTurn { syncer, waiting, finished } => {
                let Some(committed) = waiting.take() else { return Ok(()) };
                let ended = syncer.finish(committed);
                let outcome = ended.outcome();
                finished.push(ended);
                outcome
            }
        }
    }

    /// Tells the callers of what came to its end, where the thread that syncs has not done so: when the writer has done all
    /// that follows from it.
    pub(crate) fn tell(&mut self) {
        if let Self::InTurn { finished, .. } = self {
            finished.drain(..).for_each(Finished::tell);
        }
    }

    /// Waits while a batch is under way: for its end, or for messages as many as there is room for. Where nobody sends any
    /// more, its end is all that is waited for.
    pub(crate) fn next<M>(
        &mut self,
        runtime: &Runtime,
        queue: &mut Queue<M>,
        messages: &mut Vec<M>,
        room: usize,
    ) -> Next {
        let next = match self {
            Self::Beside { coming: Some(outcome), .. } if room > 0 => runtime.block_on(async {
                tokio::select! {
                    // The disk should not stand still.
                    biased;
                    outcome = outcome => Next::Ended(outcome.unwrap_or(Err(Unclear))),
                    _ = queue.recv_many(messages, room) => Next::Messages,
                }
            }),
            Self::Beside { .. } => Next::Messages,
            Self::InTurn { .. } => {
                // As late as it can be: with everything that waits.
                while messages.len() < room
                    && let Ok(message) = queue.try_recv()
                {
                    messages.push(message);
                }
                Next::Messages
            }
        };
        match (next, self) {
            (Next::Ended(outcome), Self::Beside { coming, .. }) => {
                *coming = None;
                Next::Ended(outcome)
            }
            (Next::Messages, this) if messages.is_empty() => Next::Ended(this.wait()),
            (next, _) => next,
        }
    }
}
