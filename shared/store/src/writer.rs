//! The one thread that writes: takes waiting commands from the queue, runs them in one transaction, commits it, and hands
//! the batch over to be synced and answered. Meanwhile it runs the next one, whose commit waits for that. Knows nothing of
//! what a command means.
//!
//! A work that fails after it wrote may undo nothing but itself. That happens so seldom that nobody pays for a savepoint
//! in advance: the transaction is rolled back, and its works run again in another, each in a savepoint of its own. Where
//! the batch before turns out not to be on the disk, they run again as well.

mod apart;

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use rusqlite::{Connection, ffi};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use crate::{
    checkpoint,
    connection::Database,
    durable::Durable,
    error::{Fault, is_full},
    job::{Job, Ran, Settled, Verdict, answer},
    rewrite,
    streams::Streams,
    syncing::{Committed, Next, Outcome, Syncing},
    unit::{Ending, Tip, Unit},
};

pub(crate) enum Message<C> {
    Job(Box<dyn Job<C>>),
    /// Leave nothing in the files of what was deleted.
    Scrub(oneshot::Sender<rusqlite::Result<()>>),
    Close,
}

/// A transaction that is not committed yet, and the jobs that ran in it.
struct Open<C> {
    connection: Connection,
    before: Tip,
    jobs: Vec<Box<dyn Job<C>>>,
    /// One for each job that ran so far.
    settled: Vec<Settled>,
    wrote: bool,
}

impl<C> Open<C> {
    const fn new(connection: Connection, before: Tip) -> Self {
        Self { connection, before, jobs: Vec::new(), settled: Vec::new(), wrote: false }
    }
}

/// The writer's connection and what it knows of the log.
pub(crate) struct Writer<C> {
    database: Database,
    /// `None` while a transaction is open, and after a failure that a connection must not outlive.
    connection: Option<Connection>,
    /// What runs while the batch before is synced; without such a one nothing stays open.
    open: Option<Open<C>>,
    /// Whether what the connection found is known to be on the disk.
    is_settled: bool,
    tip: Tip,
    /// SQLite's count of changes by others, to notice when another process wrote.
    data_version: i64,
    caches: C,
    streams: Streams,
    head: Arc<AtomicU64>,
    syncing: Syncing<C>,
    durable: Arc<Durable>,
    checkpoints: Checkpoints,
    commits: Arc<AtomicU64>,
}

/// Who empties the log now and then.
pub(crate) enum Checkpoints {
    /// A thread that is told of commits.
    Beside(Arc<checkpoint::Signal>),
    /// The writer itself, after so many commits.
    Every { commits: u64, doubt: Arc<AtomicBool> },
}

impl<C: Default> Writer<C> {
    pub(crate) fn new(
        database: Database,
        connection: Connection,
        (head, durable): (Arc<AtomicU64>, Arc<Durable>),
        (syncing, checkpoints): (Syncing<C>, Checkpoints),
    ) -> rusqlite::Result<Self> {
        // In this order a commit by another process in between is noticed at the next transaction.
        let data_version = data_version(&connection)?;
        let tip = Tip::read(&connection)?;
        head.store(tip.sequence, Ordering::Release);
        Database::leave_syncing(&connection)?;
        let connection = Some(connection);
        let (caches, streams) = (C::default(), Streams::default());
        let commits = Arc::default();
        Ok(Self {
            database,
            connection,
            open: None,
            is_settled: true,
            tip,
            data_version,
            caches,
            streams,
            head,
            syncing,
            durable,
            checkpoints,
            commits,
        })
    }

    /// Counts the transactions that were committed.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.commits)
    }

    /// Works until the queue is closed and empty. Gives the connection, and has those end that work beside it.
    pub(crate) fn run(
        mut self,
        runtime: &Runtime,
        mut queue: mpsc::Receiver<Message<C>>,
        batch: usize,
    ) -> rusqlite::Result<Connection> {
        let batch = batch.max(1);
        let mut messages = Vec::with_capacity(batch);
        loop {
            self.syncing.tell();
            if self.syncing.is_under_way() {
                let room = batch.saturating_sub(self.open.as_ref().map_or(0, |open| open.settled.len()));
                if let Next::Ended(outcome) = self.syncing.next(runtime, &mut queue, &mut messages, room) {
                    self.ended(outcome);
                }
            } else if queue.blocking_recv_many(&mut messages, batch) == 0 {
                break;
            }
            let mut jobs = Vec::with_capacity(messages.len());
            let mut scrubs = Vec::new();
            for message in messages.drain(..) {
                match message {
                    Message::Job(job) => jobs.push(job),
                    Message::Scrub(reply) => scrubs.push(reply),
                    // What is in the queue already was accepted and still gets done.
                    Message::Close => queue.close(),
                }
            }
            self.run_together(jobs);
            if !self.syncing.is_under_way() {
                self.end();
            }
            if !scrubs.is_empty() {
                self.land();
            }
            for reply in scrubs {
                // Whoever asked may be gone.
                let _ = reply.send(checkpoint::scrub(&self.database));
            }
        }
        self.take_connection()
    }

    /// Waits until everything that was taken in has come to its end.
    fn land(&mut self) {
        while self.syncing.is_under_way() || self.open.is_some() {
            let outcome = self.syncing.wait();
            self.ended(outcome);
        }
    }

    /// The batch that was handed over came to its end: commits the one that is open, or where the other is not on the disk
    /// starts over from what is, and runs it again.
    fn ended(&mut self, outcome: Outcome) {
        if outcome.is_err() {
            let (connection, jobs) = match self.open.take() {
                Some(Open { connection, jobs, .. }) => (Some(connection), jobs),
                None => (self.connection.take(), Vec::new()),
            };
            if let Some(connection) = connection {
                self.abandon(connection);
            }
            self.run_together(jobs);
        }
        self.end();
    }

    /// Runs jobs in the open transaction, or in a new one, without a savepoint between them. Where one fails after it wrote,
    /// nothing is left of any, and all run again apart.
    fn run_together(&mut self, jobs: Vec<Box<dyn Job<C>>>) {
        if jobs.is_empty() {
            return;
        }
        let mut open = match self.open.take() {
            Some(open) => open,
            None => match self.begin() {
                Ok(connection) => Open::new(connection, self.tip),
                Err(error) => return self.refuse(jobs, &error),
            },
        };
        open.jobs.extend(jobs);
        for job in &mut open.jobs[open.settled.len()..] {
            let (ran, ending) = self.run_one(&open.connection, job.as_mut(), false);
            let stands = ran == Ran::Done && ending.fault.is_none();
            if open.connection.is_autocommit() || ending.wrote && !stands {
                self.undo(open.connection, open.before);
                return self.run_apart(open.jobs);
            }
            open.wrote |= ending.wrote;
            if stands {
                self.tip = ending.tip;
            } else if ran == Ran::Panicked || ending.fault.is_some() {
                self.forget();
            }
            let verdict = ending.fault.map_or(Verdict::Stands, Verdict::Failed);
            open.settled.push(Settled { verdict, shares_fate: open.wrote });
        }
        self.open = Some(open);
    }

    /// Ends the open transaction, when the batch before is on the disk.
    fn end(&mut self) {
        let Some(Open { connection, before, jobs, settled, wrote }) = self.open.take() else { return };
        let done = jobs.into_iter().zip(settled).collect();
        if wrote {
            self.commit(connection, before, done);
        } else {
            self.discard(connection, done);
        }
    }

    fn refuse(&mut self, jobs: Vec<Box<dyn Job<C>>>, error: &rusqlite::Error) {
        tracing::error!(%error, "no transaction could be begun");
        self.forget();
        for job in jobs {
            job.answer(Verdict::Failed(Fault::from(error)));
        }
    }

    fn run_one(&mut self, connection: &Connection, job: &mut dyn Job<C>, apart: bool) -> (Ran, Ending) {
        let mut unit = Unit::new(connection, self.tip, &mut self.streams, apart);
        let ran = job.run(&mut unit, &mut self.caches);
        (ran, unit.end())
    }

    /// Rolls a whole transaction back, where SQLite has not done so by itself.
    fn undo(&mut self, connection: Connection, before: Tip) {
        self.forget();
        if !connection.is_autocommit()
            && let Err(error) = connection.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
            return self.abandon(connection);
        }
        self.tip = before;
        self.connection = Some(connection);
    }

    /// Drops what is remembered, which may not be so any more.
    fn forget(&mut self) {
        self.caches = C::default();
        self.streams = Streams::default();
    }

    fn begin(&mut self) -> rusqlite::Result<Connection> {
        self.database.check_files()?;
        let connection = self.take_connection()?;
        if let Err(error) = self.begin_on(&connection) {
            self.replace(connection);
            return Err(error);
        }
        Ok(connection)
    }

    fn begin_on(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Checkpoints::Beside(signal) = &self.checkpoints {
            signal.give_way();
        }
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        let data_version = data_version(connection)?;
        if data_version != self.data_version {
            self.data_version = data_version;
            self.tip = Tip::read(connection)?;
            self.forget();
        }
        Ok(())
    }

    /// Commits, and hands the batch over. The one before is on the disk.
    fn commit(&mut self, connection: Connection, before: Tip, jobs: Vec<(Box<dyn Job<C>>, Settled)>) {
        let pending = self.durable.begin();
        let committed = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute(()));
        match committed {
            Ok(_) => {
                self.connection = Some(connection);
                self.syncing.hand_over(Committed { jobs, head: self.tip.sequence, pending });
                self.checkpoint();
            }
            Err(error) => {
                tracing::error!(%error, "a commit failed");
                drop(pending);
                self.abandon(connection);
                let is_as_before = self.is_settled && self.tip == before;
                answer(jobs, &verdict_of_commit(&error, is_as_before));
            }
        }
    }

    /// Has the log emptied some time, or does it where that is the writer's.
    fn checkpoint(&mut self) {
        let made = self.commits.fetch_add(1, Ordering::Relaxed) + 1;
        match &self.checkpoints {
            Checkpoints::Beside(signal) => signal.committed(),
            Checkpoints::Every { commits, doubt } if made.is_multiple_of(*commits) => {
                // Nobody but the writer begins a transaction here.
                let signal = checkpoint::Signal::default();
                checkpoint::run_or_doubt(&self.database, &mut None, &signal, doubt);
            }
            Checkpoints::Every { .. } => {}
        }
    }

    /// Ends a transaction that wrote nothing, which costs no sync. The one before is on the disk.
    fn discard(&mut self, connection: Connection, jobs: Vec<(Box<dyn Job<C>>, Settled)>) {
        let ended = connection.prepare_cached("ROLLBACK").and_then(|mut rollback| rollback.execute(()));
        // "Nothing to change" is an answer as well, and it may rest on a file that is gone.
        let verdict = match self.database.check_files() {
            Ok(()) => Verdict::Stands,
            Err(error) => Verdict::Failed(Fault::from(&error)),
        };
        match ended {
            Ok(_) => {
                self.connection = Some(connection);
                // Another process may have written.
                self.head.store(self.tip.sequence, Ordering::Release);
            }
            Err(error) => {
                tracing::error!(%error, "a transaction could not be ended");
                self.abandon(connection);
            }
        }
        let shares_fate = !matches!(verdict, Verdict::Stands);
        answer(jobs.into_iter().map(|(job, settled)| (job, Settled { shares_fate, ..settled })), &verdict);
    }

    /// Closes a connection with whatever transaction it is in and starts over from what the disk says: after a
    /// failed sync SQLite's idea of the file and the file may differ.
    fn abandon(&mut self, connection: Connection) {
        self.replace(connection);
        self.forget();
        match self.take_connection() {
            Ok(connection) => self.connection = Some(connection),
            Err(error) => {
                tracing::error!(%error, "the database could not be reopened; the next command tries again")
            }
        }
    }

    /// Opens another connection before the one that failed is closed. Were it the last, the next to open would take over
    /// whatever lies in the log, a commit whose sync failed included, and move it into the database piece by piece.
    fn replace(&mut self, connection: Connection) {
        // Whatever became of the batch that was handed over: it is looked for on the disk.
        let _ = self.syncing.wait();
        self.is_settled = false;
        self.connection = Some(self.database.writer().unwrap_or(connection));
    }

    fn take_connection(&mut self) -> rusqlite::Result<Connection> {
        let connection = match self.connection.take() {
            Some(connection) if self.is_settled => return Ok(connection),
            Some(connection) => connection,
            None => self.database.writer()?,
        };
        if let Err(error) = self.take_over(&connection) {
            self.replace(connection);
            return Err(error);
        }
        self.is_settled = true;
        Ok(connection)
    }

    /// Starts over from what the disk says.
    fn take_over(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.database.check_files()?;
        rewrite::again(connection)?;
        self.database.settle(connection)?;
        Database::leave_syncing(connection)?;
        self.data_version = data_version(connection)?;
        self.tip = Tip::read(connection)?;
        self.head.store(self.tip.sequence, Ordering::Release);
        Ok(())
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        if let Self::Beside(signal) = self {
            signal.stop();
        }
    }
}

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row((), |row| row.get(0))
}

fn verdict_of_commit(error: &rusqlite::Error, is_as_before: bool) -> Verdict {
    // A broken reference stops a commit before its first frame. A full disk cuts it short of its last, but what is
    // missing there may happen to lie there already, so it is certain only when the log was looked at again.
    let broken_reference = error.sqlite_extended_error_code() == Some(ffi::SQLITE_CONSTRAINT_FOREIGNKEY);
    if is_full(error) && is_as_before || broken_reference {
        Verdict::Failed(Fault::from(error))
    } else {
        Verdict::Unknown(error.to_string())
    }
}
