//! Turns at reading: how many reads of one credential run at once. Others of the same credential wait, and keep nobody else
//! waiting.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::error::AppError;

/// Short reads of one credential at once: one fewer than the store runs, so that one place is left for others.
const SHORT_READS: usize = 3;
/// Long reads of one credential at once.
const LONG_READS: usize = 1;

/// How many credentials are kept before those without a read are forgotten.
const KEPT: usize = 64;

/// The turns of every credential, at short reads and at long ones.
#[derive(Debug)]
pub(crate) struct ReadTurns {
    pub(crate) short: Turns,
    pub(crate) long: Turns,
}

impl Default for ReadTurns {
    fn default() -> Self {
        Self { short: Turns::new(SHORT_READS), long: Turns::new(LONG_READS) }
    }
}

/// The reads of one length that run, by credential.
#[derive(Debug)]
pub(crate) struct Turns {
    of_each: usize,
    by_credential: Mutex<HashMap<Uuid, Arc<Semaphore>>>,
}

impl Turns {
    fn new(of_each: usize) -> Self {
        Self { of_each, by_credential: Mutex::default() }
    }

    /// Waits for a turn of this credential, in order. The turn ends when the permit is dropped.
    pub(crate) async fn wait(&self, credential: Uuid) -> Result<OwnedSemaphorePermit, AppError> {
        let turns = {
            let mut all = self.by_credential.lock();
            if all.len() >= KEPT {
                // Whoever reads or waits holds one more.
                all.retain(|_, turns| Arc::strong_count(turns) > 1);
            }
            Arc::clone(all.entry(credential).or_insert_with(|| Arc::new(Semaphore::new(self.of_each))))
        };
        turns.acquire_owned().await.map_err(AppError::storage)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    async fn has_turn(turns: &Turns, credential: u128) -> Option<OwnedSemaphorePermit> {
        timeout(Duration::from_millis(20), turns.wait(Uuid::from_u128(credential))).await.ok()?.ok()
    }

    #[tokio::test]
    async fn credential_beyond_its_turns_waits_and_others_do_not() {
        let turns = Turns::new(2);
        let first = has_turn(&turns, 1).await;
        let _second = has_turn(&turns, 1).await.unwrap();
        assert!(has_turn(&turns, 1).await.is_none());
        assert!(has_turn(&turns, 2).await.is_some());
        drop(first);
        assert!(has_turn(&turns, 1).await.is_some());
    }

    #[tokio::test]
    async fn many_credentials_are_forgotten_but_not_their_turns() {
        let turns = Turns::new(1);
        let held = has_turn(&turns, 0).await;
        for credential in 1..1_000 {
            assert!(has_turn(&turns, credential).await.is_some());
        }
        assert!(turns.by_credential.lock().len() <= KEPT);
        assert!(has_turn(&turns, 0).await.is_none(), "it still has its one turn");
        drop(held);
    }
}
