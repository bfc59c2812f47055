//! A work on its way through the writer: it runs, and once it is known what became of what it wrote, its caller is told.
//! Knows no transaction.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::{
    error::{Fault, WorkError, WriteError},
    unit::Unit,
};

/// A command with its caller, whatever it returns.
pub(crate) trait Job<C>: Send {
    /// Runs the work, perhaps once more than before. A panic of the work does not leave it.
    fn run(&mut self, unit: &mut Unit<'_>, caches: &mut C) -> Ran;
    /// Tells the caller, who may be gone.
    fn answer(self: Box<Self>, verdict: Verdict);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ran {
    Done,
    Refused,
    Panicked,
}

/// What became of what a job wrote.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// Its own result holds.
    Stands,
    /// Nothing of it is stored.
    Failed(Fault),
    /// The commit failed, or its sync.
    Unknown(String),
}

/// What became of a job that ran and waits for the end of its batch.
pub(crate) struct Settled {
    pub(crate) verdict: Verdict,
    /// Whether it may have seen what is not stored yet, and so shares the batch's fate.
    pub(crate) shares_fate: bool,
}

/// Tells each caller what became of its work, now that its batch came to this outcome.
pub(crate) fn answer<C>(jobs: impl IntoIterator<Item = (Box<dyn Job<C>>, Settled)>, outcome: &Verdict) {
    for (job, Settled { verdict, shares_fate }) in jobs {
        match verdict {
            Verdict::Stands if shares_fate => job.answer(outcome.clone()),
            Verdict::Stands | Verdict::Failed(_) | Verdict::Unknown(_) => job.answer(verdict),
        }
    }
}

/// A work, its result once it ran, and who waits for it.
pub(crate) struct Command<T, E, F> {
    work: F,
    result: Result<T, WriteError<E>>,
    reply: oneshot::Sender<Result<T, WriteError<E>>>,
}

impl<T, E, F> Command<T, E, F> {
    pub(crate) fn new(work: F, reply: oneshot::Sender<Result<T, WriteError<E>>>) -> Self {
        Self { work, result: Err(WriteError::Closed), reply }
    }
}

impl<C, T, E, F> Job<C> for Command<T, E, F>
where
    F: Fn(&mut Unit<'_>, &mut C) -> Result<T, E> + Send,
    T: Send,
    E: WorkError,
{
    fn run(&mut self, unit: &mut Unit<'_>, caches: &mut C) -> Ran {
        // Nothing the work touched is looked at after a panic: its unit is rolled back and the caches are made anew.
        match catch_unwind(AssertUnwindSafe(|| (self.work)(unit, caches))) {
            Ok(Ok(value)) => {
                self.result = Ok(value);
                Ran::Done
            }
            Ok(Err(error)) => {
                if error.is_full() {
                    unit.note(Fault::Full);
                }
                self.result = Err(WriteError::Refused(error));
                Ran::Refused
            }
            Err(_) => {
                self.result = Err(WriteError::Panicked);
                Ran::Panicked
            }
        }
    }

    fn answer(self: Box<Self>, verdict: Verdict) {
        let result = match (verdict, self.result) {
            // Nothing of a work that panicked is ever stored, so its own result says more than the batch's.
            (_, Err(WriteError::Panicked)) => Err(WriteError::Panicked),
            (Verdict::Stands, result) => result,
            (Verdict::Failed(Fault::Full), _) => Err(WriteError::Full),
            (Verdict::Failed(Fault::Gone(reason)), _) => Err(WriteError::Gone(reason)),
            (Verdict::Failed(Fault::Storage(reason)), _) => Err(WriteError::Storage(reason)),
            (Verdict::Unknown(reason), _) => Err(WriteError::Unknown(reason)),
        };
        // A caller that stopped waiting wants no answer.
        let _ = self.reply.send(result);
    }
}
