//! Tells whoever listens what changed: in order, nothing twice, and to each only what it may see.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::{Notify, broadcast};

use super::{App, Inner};
use crate::actor::{Actor, Role};
use crate::error::AppError;
use crate::log;
use crate::query::{Change, Topic};

/// How many changes a slow listener may fall behind before it is told to ask for everything again.
pub(super) const CHANGES_KEPT: usize = 256;

/// With how many events between two notices it is no longer worth telling them apart.
const CHANGES_TOLD_APART: u64 = 10_000;

/// How long what follows a notice is gathered for the next one. Whoever listens asks again at each, so one for every
/// commit of a busy depot would cost more than the commits.
const BETWEEN_NOTICES: Duration = Duration::from_millis(5);

impl App {
    /// Every change from now on. A listener that falls behind is told so and should ask for everything again.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.inner.changes.subscribe()
    }

    /// What changed since `sequence`, as one notice; all topics where that is a sequence the depot never had.
    ///
    /// # Errors
    /// The log cannot be read.
    pub async fn changes_since(&self, actor: &Actor, sequence: u64) -> Result<Option<Change>, AppError> {
        let head = self.store().head();
        if sequence == head {
            return Ok(None);
        }
        let change = self
            .store()
            .read(move |connection| Ok::<_, AppError>(change(connection, sequence, head)?))
            .await?;
        Ok(Some(change).filter(|change| self.may_see(actor, change)))
    }

    /// Whether `actor` is told of a change: a driver only of changes of its own deliveries, and of the endpoint and the
    /// data folder alone only an admin.
    #[must_use]
    pub fn may_see(&self, actor: &Actor, change: &Change) -> bool {
        if matches!(change.topics[..], [Topic::Endpoint | Topic::Data]) {
            return actor.role == Role::Admin;
        }
        let own = |driver| change.drivers.contains(&driver) || change.topics.contains(&Topic::Depot);
        actor.driver_id.is_none_or(own)
    }

    pub(crate) fn tell(&self, topics: &[Topic]) {
        let change = Change { topics: topics.to_vec(), sequence: self.store().head(), drivers: vec![] };
        // Nobody listens: then nobody has to be told.
        let _ = self.inner.changes.send(change);
    }
}

/// Tells listeners of what was committed: in order, nothing twice, and together what came together.
pub(super) async fn tell_of_changes(inner: Weak<Inner>, committed: Arc<Notify>, mut told: u64) {
    loop {
        // The depot may be dropped while nothing is committed: look for that now and then.
        let _ = tokio::time::timeout(Duration::from_secs(1), committed.notified()).await;
        let Some(inner) = inner.upgrade() else { return };
        let head = inner.store.head();
        if head == told {
            continue;
        }
        // Whoever listens later is told of what is later: nobody has to be told of this.
        if inner.changes.receiver_count() == 0 {
            told = head;
            continue;
        }
        let change = inner.store.read_now(|connection| Ok::<_, AppError>(change(connection, told, head)?));
        match change {
            Ok(change) => {
                told = head;
                // Nobody listens: then nobody has to be told.
                let _ = inner.changes.send(change);
            }
            Err(error) => tracing::warn!(%error, "a change was not told; it is told with the next one"),
        }
        drop(inner);
        tokio::time::sleep(BETWEEN_NOTICES).await;
    }
}

/// What changed after `since` up to `head`.
fn change(connection: &rusqlite::Connection, since: u64, head: u64) -> rusqlite::Result<Change> {
    if head < since || head - since > CHANGES_TOLD_APART {
        return Ok(Change { topics: Topic::ALL.to_vec(), sequence: head, drivers: vec![] });
    }
    let (categories, drivers) = log::changed(&*connection.unchecked_transaction()?, since, head)?;
    let mut topics: Vec<_> = categories.iter().flat_map(|category| category.topics()).copied().collect();
    if since == 0 {
        // The depot is no longer empty.
        topics.push(Topic::Depot);
    }
    topics.sort_unstable();
    topics.dedup();
    Ok(Change { topics, sequence: head, drivers })
}
