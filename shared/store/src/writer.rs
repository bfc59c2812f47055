//! The one thread that writes: takes waiting commands from the queue, runs them in one transaction, commits, and answers.
//! Knows nothing of what a command means.
//!
//! A work that fails after it wrote may undo nothing but itself. That happens so seldom that nobody pays for a savepoint
//! in advance: the transaction is rolled back, and its works run again in another, each in a savepoint of its own.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use rusqlite::{Connection, ffi};
use tokio::sync::{mpsc, oneshot};

use crate::{
    checkpoint,
    connection::Database,
    error::{Fault, is_full},
    job::{Job, Ran, Verdict},
    streams::Streams,
    unit::{Ending, Tip, Unit},
};

pub(crate) enum Message<C> {
    Job(Box<dyn Job<C>>),
    /// Leave nothing in the files of what was deleted.
    Scrub(oneshot::Sender<rusqlite::Result<()>>),
    Close,
}

/// A transaction that cannot go on; nothing of it is stored.
struct Lost(Fault);

/// What became of a job that ran and waits for the commit.
struct Settled {
    verdict: Verdict,
    /// Whether it may have seen what is not stored yet, and so shares the commit's fate.
    shares_commit: bool,
}

/// The writer's connection and what it knows of the log.
pub(crate) struct Writer<C> {
    database: Database,
    /// `None` after a failure that a connection must not outlive.
    connection: Option<Connection>,
    /// Whether what the connection found is known to be on the disk.
    is_settled: bool,
    tip: Tip,
    /// SQLite's count of changes by others, to notice when another process wrote.
    data_version: i64,
    caches: C,
    streams: Streams,
    head: Arc<AtomicU64>,
    signal: Arc<checkpoint::Signal>,
    /// After how many commits the writer checkpoints itself.
    checkpoint_every: Option<u64>,
    commits: Arc<AtomicU64>,
}

impl<C: Default> Writer<C> {
    pub(crate) fn new(
        database: Database,
        connection: Connection,
        head: Arc<AtomicU64>,
        signal: Arc<checkpoint::Signal>,
    ) -> rusqlite::Result<Self> {
        // In this order a commit by another process in between is noticed at the next transaction.
        let data_version = data_version(&connection)?;
        let tip = Tip::read(&connection)?;
        head.store(tip.sequence, Ordering::Release);
        let connection = Some(connection);
        let (caches, streams) = (C::default(), Streams::default());
        let (checkpoint_every, commits) = (None, Arc::default());
        Ok(Self {
            database,
            connection,
            is_settled: true,
            tip,
            data_version,
            caches,
            streams,
            head,
            signal,
            checkpoint_every,
            commits,
        })
    }

    /// Counts the transactions that were made durable.
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.commits)
    }

    pub(crate) fn checkpointing_every(mut self, commits: Option<u32>) -> Self {
        self.checkpoint_every = commits.map(u64::from);
        self
    }

    /// Works until the queue is closed and empty, then empties the write-ahead log.
    pub(crate) fn run(mut self, mut queue: mpsc::Receiver<Message<C>>, batch: usize) {
        let batch = batch.max(1);
        let mut messages = Vec::with_capacity(batch);
        while queue.blocking_recv_many(&mut messages, batch) > 0 {
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
            self.batch(jobs);
            for reply in scrubs {
                // Whoever asked may be gone.
                let _ = reply.send(checkpoint::scrub(&self.database));
            }
        }
        let finished = self.take_connection().and_then(|connection| checkpoint::finish(&connection));
        if let Err(error) = finished {
            tracing::warn!(%error, "the write-ahead log could not be emptied; the next open reads it");
        }
    }

    /// Runs jobs in one transaction, or in several where SQLite gives one up on the way.
    fn batch(&mut self, jobs: Vec<Box<dyn Job<C>>>) {
        let mut waiting = jobs.into_iter();
        let mut apart = false;
        while !waiting.as_slice().is_empty() {
            match self.begin() {
                Ok(connection) if apart => self.transaction_apart(connection, &mut waiting),
                Ok(connection) => apart = !self.transaction(connection, &mut waiting),
                Err(error) => {
                    tracing::error!(%error, "no transaction could be begun");
                    self.forget();
                    for job in waiting.by_ref() {
                        job.answer(Verdict::Failed(Fault::from(&error)));
                    }
                }
            }
        }
    }

    /// Runs jobs without a savepoint between them; says whether they are done with. If not, nothing of them is left, and
    /// they have to run apart.
    fn transaction(
        &mut self,
        connection: Connection,
        waiting: &mut std::vec::IntoIter<Box<dyn Job<C>>>,
    ) -> bool {
        let before = self.tip;
        let mut settled = Vec::with_capacity(waiting.len());
        let mut wrote = false;
        for job in waiting.as_mut_slice() {
            let (ran, ending) = self.run_one(&connection, job.as_mut(), false);
            let stands = ran == Ran::Done && ending.fault.is_none();
            if connection.is_autocommit() || ending.wrote && !stands {
                self.undo(connection, before);
                return false;
            }
            wrote |= ending.wrote;
            if stands {
                self.tip = ending.tip;
            } else if ran == Ran::Panicked || ending.fault.is_some() {
                self.forget();
            }
            let verdict = ending.fault.map_or(Verdict::Stands, Verdict::Failed);
            settled.push(Settled { verdict, shares_commit: wrote });
        }
        let outcome = if wrote { self.commit(connection) } else { self.discard(connection) };
        answer(waiting.by_ref().zip(settled), &outcome);
        true
    }

    /// Runs jobs, each of which can be undone without the others.
    fn transaction_apart(
        &mut self,
        connection: Connection,
        waiting: &mut std::vec::IntoIter<Box<dyn Job<C>>>,
    ) {
        let mut settled = Vec::with_capacity(waiting.len());
        let mut wrote = false;
        let mut lost = None;
        for job in waiting.as_mut_slice() {
            let (ran, ending) = self.run_one(&connection, job.as_mut(), true);
            wrote |= ending.wrote && ran == Ran::Done;
            match self.settle(&connection, ran, ending) {
                Ok(verdict) => settled.push(Settled { verdict, shares_commit: wrote }),
                Err(fault) => {
                    settled.push(Settled { verdict: Verdict::Stands, shares_commit: true });
                    lost = Some(fault);
                    break;
                }
            }
        }
        let outcome = match lost {
            Some(Lost(fault)) => {
                tracing::error!(?fault, "a transaction was lost");
                self.abandon(connection);
                Verdict::Failed(fault)
            }
            None if wrote => self.commit(connection),
            None => self.discard(connection),
        };
        let ran = settled.len();
        answer(waiting.by_ref().take(ran).zip(settled), &outcome);
    }

    fn run_one(&mut self, connection: &Connection, job: &mut dyn Job<C>, apart: bool) -> (Ran, Ending) {
        let mut unit = Unit::new(connection, self.tip, &mut self.streams, apart);
        let ran = job.run(&mut unit, &mut self.caches);
        (ran, unit.end())
    }

    /// Keeps or rolls back what one unit wrote in its savepoint.
    fn settle(&mut self, connection: &Connection, ran: Ran, ending: Ending) -> Result<Verdict, Lost> {
        let Ending { tip, wrote, fault } = ending;
        // Some failures, a full disk among them, make SQLite roll back the whole transaction by itself.
        if connection.is_autocommit() {
            return Err(Lost(fault.unwrap_or_else(rolled_back)));
        }
        let stands = ran == Ran::Done && fault.is_none();
        if wrote {
            let end = if stands { release(connection) } else { roll_back(connection) };
            end.map_err(|error| Lost(Fault::from(&error)))?;
        }
        if stands {
            self.tip = tip;
        } else if wrote || ran == Ran::Panicked || fault.is_some() {
            // They may hold what was rolled back.
            self.forget();
        }
        Ok(fault.map_or(Verdict::Stands, Verdict::Failed))
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
        let connection = self.take_connection()?;
        if let Err(error) = self.begin_on(&connection) {
            self.replace(connection);
            return Err(error);
        }
        Ok(connection)
    }

    fn begin_on(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute(())?;
        let data_version = data_version(connection)?;
        if data_version != self.data_version {
            self.data_version = data_version;
            self.tip = Tip::read(connection)?;
            self.head.store(self.tip.sequence, Ordering::Release);
            self.forget();
        }
        Ok(())
    }

    fn commit(&mut self, connection: Connection) -> Verdict {
        let committed = connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute(()));
        match committed {
            Ok(_) => {
                self.connection = Some(connection);
                self.head.store(self.tip.sequence, Ordering::Release);
                self.checkpoint();
                Verdict::Stands
            }
            Err(error) => {
                tracing::error!(%error, "a commit failed");
                let before = self.head.load(Ordering::Acquire);
                self.abandon(connection);
                let is_as_before = self.is_settled && self.tip.sequence == before;
                verdict_of_commit(&error, is_as_before)
            }
        }
    }

    /// Has the log emptied some time, or does it where that is the writer's.
    fn checkpoint(&mut self) {
        let commits = self.commits.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(every) = self.checkpoint_every else { return self.signal.committed() };
        if commits.is_multiple_of(every)
            && let Err(error) = checkpoint::run(&self.database, &mut None)
        {
            tracing::warn!(%error, "checkpoint failed; it is tried again later");
        }
    }

    /// Ends a transaction that wrote nothing, which costs no sync.
    fn discard(&mut self, connection: Connection) -> Verdict {
        let ended = connection.prepare_cached("ROLLBACK").and_then(|mut rollback| rollback.execute(()));
        match ended {
            Ok(_) => self.connection = Some(connection),
            Err(error) => {
                tracing::error!(%error, "a transaction could not be ended");
                self.abandon(connection);
            }
        }
        Verdict::Stands
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
        self.database.settle(connection)?;
        self.data_version = data_version(connection)?;
        self.tip = Tip::read(connection)?;
        self.head.store(self.tip.sequence, Ordering::Release);
        Ok(())
    }
}

impl<C> Drop for Writer<C> {
    fn drop(&mut self) {
        self.signal.stop();
    }
}

/// Tells each caller what became of its work, now that the transaction came to this outcome.
fn answer<C>(jobs: impl Iterator<Item = (Box<dyn Job<C>>, Settled)>, outcome: &Verdict) {
    for (job, Settled { verdict, shares_commit }) in jobs {
        match verdict {
            Verdict::Stands if shares_commit => job.answer(outcome.clone()),
            Verdict::Stands | Verdict::Failed(_) | Verdict::Unknown(_) => job.answer(verdict),
        }
    }
}

fn release(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("RELEASE unit")?.execute(())?;
    Ok(())
}

fn roll_back(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("ROLLBACK TO unit")?.execute(())?;
    release(connection)
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

/// What is known of why SQLite gave a transaction up, where the work kept the error to itself.
fn rolled_back() -> Fault {
    Fault::Storage("the transaction was rolled back".to_owned())
}
