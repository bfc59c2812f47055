//! How many change feeds are open: in all, and of one credential.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use uuid::Uuid;

/// The most change feeds at one time. Far fewer than connections, so feeds never leave none for requests.
pub(crate) const FEEDS_MAX: usize = 128;

/// The most change feeds of one credential: a browser shares one credential among its windows, each with a feed.
pub(crate) const FEEDS_PER_CREDENTIAL_MAX: usize = 16;

/// The change feeds that are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Feeds {
    open: Arc<Mutex<HashMap<Uuid, usize>>>,
}

impl Feeds {
    /// Opens one more of this credential; `None` where there are too many.
    pub(crate) fn open(&self, credential: Uuid) -> Option<FeedPlace> {
        let mut open = self.open.lock();
        let in_all: usize = open.values().sum();
        let of_this = open.get(&credential).copied().unwrap_or_default();
        if in_all >= FEEDS_MAX || of_this >= FEEDS_PER_CREDENTIAL_MAX {
            return None;
        }
        open.insert(credential, of_this + 1);
        Some(FeedPlace { feeds: self.clone(), credential })
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().values().sum()
    }
}

/// One feed's place; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct FeedPlace {
    feeds: Feeds,
    credential: Uuid,
}

impl Drop for FeedPlace {
    fn drop(&mut self) {
        let mut open = self.feeds.open.lock();
        if let Some(count) = open.get_mut(&self.credential) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.credential);
            }
        }
    }
}
