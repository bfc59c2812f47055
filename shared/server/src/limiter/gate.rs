//! The gate that requests pass: one window for every client, and requests that wait for a permit.
//!
//! A client is an address or a credential. Memory is bounded: idle clients are forgotten, and beyond a cap further clients
//! share one window.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::window::{Decision, Quota, Window};

/// How many clients have a window of their own. A depot's LAN has a few dozen.
const CLIENTS_MAX: usize = 4096;

/// The request may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// In how many seconds it is worth trying again; at least one.
    pub(crate) retry_after_seconds: u64,
}

/// A request in a queue.
#[derive(Debug)]
struct Waiter {
    ticket: u64,
    wake: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Windows<K> {
    /// `None` is the window that all clients beyond the cap share.
    by_client: HashMap<Option<K>, Window<Waiter>>,
    next_ticket: u64,
    /// When idle clients were forgotten last.
    swept_ms: u64,
}

/// Passes as many requests of each client as the quota allows.
#[derive(Debug)]
pub(crate) struct Gate<K> {
    quota: Quota,
    started: Instant,
    windows: Mutex<Windows<K>>,
}

impl<K: Copy + Eq + Hash> Gate<K> {
    pub(crate) fn new(quota: Quota) -> Self {
        let windows = Windows { by_client: HashMap::new(), next_ticket: 0, swept_ms: 0 };
        Self { quota, started: Instant::now(), windows: Mutex::new(windows) }
    }

    /// Waits until the client may make a request, or refuses at once.
    ///
    /// Dropping the future, as happens when the client goes away, leaves the queue.
    pub(crate) async fn pass(&self, client: K) -> Result<(), Refused> {
        let (wake, mut woken) = oneshot::channel();
        let Some(place) = self.ask(client, wake)? else { return Ok(()) };
        loop {
            let boundary = self.started + Duration::from_millis(place.next_segment_ms());
            tokio::select! {
                // An error means that the window was dropped with the gate: nobody counts any more.
                _ = &mut woken => return Ok(()),
                // Whoever wakes first serves the whole queue of its client, in order.
                () = tokio::time::sleep_until(boundary) => place.advance(),
            }
        }
    }

    /// `None`: it may go on. `Some`: its place in the queue.
    fn ask(&self, client: K, wake: oneshot::Sender<()>) -> Result<Option<Place<'_, K>>, Refused> {
        let mut windows = self.windows.lock();
        // In turn: whoever waited for the lock with an earlier time would find a window that is ahead of it.
        let now_ms = self.now_ms();
        let client = windows.admit(client, self.quota, now_ms);
        let ticket = windows.next_ticket;
        windows.next_ticket += 1;
        let window = windows.by_client.entry(client).or_insert_with(|| Window::new(self.quota, now_ms));
        window.advance(now_ms, wake_up);
        match window.ask(now_ms, || Waiter { ticket, wake }) {
            Decision::Granted => Ok(None),
            Decision::Queued => Ok(Some(Place { gate: self, client, ticket })),
            Decision::Refused { retry_after_ms } => {
                Err(Refused { retry_after_seconds: retry_after_ms.div_ceil(1000).max(1) })
            }
        }
    }

    fn now_ms(&self) -> u64 {
        // A u64 of milliseconds lasts for half a billion years.
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    #[cfg(test)]
    pub(super) fn clients(&self) -> usize {
        self.windows.lock().by_client.len()
    }

    #[cfg(test)]
    pub(super) fn ask_without_waiting(&self, client: K) -> bool {
        let (wake, _woken) = oneshot::channel();
        matches!(self.ask(client, wake), Ok(None))
    }
}

impl<K: Copy + Eq + Hash> Windows<K> {
    /// Under which client to count: its own, or the shared one when there are too many.
    fn admit(&mut self, client: K, quota: Quota, now_ms: u64) -> Option<K> {
        let client = Some(client);
        if self.by_client.contains_key(&client) {
            return client;
        }
        // At most once a segment: in between nothing becomes idle.
        if now_ms >= self.swept_ms.saturating_add(quota.segment_ms()) {
            self.swept_ms = now_ms;
            self.by_client.retain(|_, window| {
                window.advance(now_ms, wake_up);
                !window.is_idle()
            });
        }
        if self.by_client.len() < CLIENTS_MAX { client } else { None }
    }
}

/// Lets a waiting request go on, if it still waits.
fn wake_up(waiter: Waiter) -> bool {
    waiter.wake.send(()).is_ok()
}

/// A place in a client's queue; dropping it leaves the queue.
struct Place<'g, K: Copy + Eq + Hash> {
    gate: &'g Gate<K>,
    client: Option<K>,
    ticket: u64,
}

impl<K: Copy + Eq + Hash> Place<'_, K> {
    fn advance(&self) {
        if let Some(window) = self.gate.windows.lock().by_client.get_mut(&self.client) {
            window.advance(self.gate.now_ms(), wake_up);
        }
    }

    fn next_segment_ms(&self) -> u64 {
        let windows = self.gate.windows.lock();
        windows.by_client.get(&self.client).map_or(0, Window::next_segment_ms)
    }
}

impl<K: Copy + Eq + Hash> Drop for Place<'_, K> {
    fn drop(&mut self) {
        if let Some(window) = self.gate.windows.lock().by_client.get_mut(&self.client) {
            window.leave(|waiter| waiter.ticket == self.ticket);
        }
    }
}
