//! Jobs that run each in a savepoint of its own, because one of their batch failed after it wrote: it is undone, and the
//! others are not.

use rusqlite::Connection;

use super::Writer;
use crate::{
    error::Fault,
    job::{Job, Ran, Settled, Verdict, answer},
    unit::Ending,
};

/// A transaction that cannot go on; nothing of it is stored.
struct Lost(Fault);

impl<C: Default> Writer<C> {
    /// Runs jobs in a transaction of their own, or in several where SQLite gives one up on the way.
    pub(super) fn run_apart(&mut self, mut jobs: Vec<Box<dyn Job<C>>>) {
        while !jobs.is_empty() {
            match self.begin() {
                Ok(connection) => jobs = self.transaction_apart(connection, jobs),
                Err(error) => return self.refuse(jobs, &error),
            }
        }
    }

    /// Runs jobs, each of which can be undone without the others. Gives back those that have to run again.
    fn transaction_apart(
        &mut self,
        connection: Connection,
        mut jobs: Vec<Box<dyn Job<C>>>,
    ) -> Vec<Box<dyn Job<C>>> {
        let before = self.tip;
        let mut settled = Vec::with_capacity(jobs.len());
        let mut wrote = false;
        let mut lost = None;
        for job in &mut jobs {
            let (ran, ending) = self.run_one(&connection, job.as_mut(), true);
            wrote |= ending.wrote && ran == Ran::Done;
            match self.settle(&connection, ran, ending) {
                Ok(verdict) => settled.push(Settled { verdict, shares_fate: wrote }),
                Err(fault) => {
                    settled.push(Settled { verdict: Verdict::Stands, shares_fate: true });
                    lost = Some(fault);
                    break;
                }
            }
        }
        if self.syncing.wait().is_err() {
            self.abandon(connection);
            return jobs;
        }
        let left = jobs.split_off(settled.len());
        let done = jobs.into_iter().zip(settled).collect();
        match lost {
            Some(Lost(fault)) => {
                tracing::error!(?fault, "a transaction was lost");
                self.abandon(connection);
                answer(done, &Verdict::Failed(fault));
            }
            None if wrote => self.commit(connection, before, done),
            None => self.discard(connection, done),
        }
        left
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
}

fn release(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("RELEASE unit")?.execute(())?;
    Ok(())
}

fn roll_back(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached("ROLLBACK TO unit")?.execute(())?;
    release(connection)
}

/// What is known of why SQLite gave a transaction up, where the work kept the error to itself.
fn rolled_back() -> Fault {
    Fault::Storage("the transaction was rolled back".to_owned())
}
