//! How far what was committed is on the disk, for those who may read it earlier. Syncs nothing itself.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::watch;

/// Numbers commits as they begin, and says which of them came to an end: on the disk, or failed.
#[derive(Debug)]
pub(crate) struct Durable {
    begun: AtomicU64,
    ended: watch::Sender<u64>,
}

impl Default for Durable {
    fn default() -> Self {
        Self { begun: AtomicU64::new(0), ended: watch::Sender::new(0) }
    }
}

impl Durable {
    /// Before a commit, which readers may see from then on. One at a time, by whoever writes.
    pub(crate) fn begin(self: &Arc<Self>) -> Pending {
        let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        Pending { durable: Arc::clone(self), number }
    }

    /// A number that no commit exceeds which was seen so far.
    pub(crate) fn seen(&self) -> u64 {
        self.begun.load(Ordering::Acquire)
    }

    /// Waits until every commit up to this number came to an end.
    pub(crate) async fn reached(&self, number: u64) {
        if *self.ended.borrow() >= number {
            return;
        }
        // Fails only when the sender is gone, which is ours.
        let _ = self.ended.subscribe().wait_for(|ended| *ended >= number).await;
    }
}

/// A commit that has not come to its end. Dropping it ends it, whatever became of it, so that nobody waits for ever.
#[derive(Debug)]
pub(crate) struct Pending {
    durable: Arc<Durable>,
    number: u64,
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.durable.ended.send_replace(self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn whoever_saw_a_commit_waits_for_its_end_and_nobody_else_does() {
        let durable = Arc::new(Durable::default());
        durable.reached(durable.seen()).await;
        let before = durable.seen();
        let pending = durable.begin();
        durable.reached(before).await;
        let after = durable.seen();
        let waits = tokio::time::timeout(Duration::from_millis(50), durable.reached(after)).await;
        assert!(waits.is_err(), "it has not come to its end");
        drop(pending);
        durable.reached(after).await;
    }
}
