//! The gate that requests pass: one window for every client address, and requests that wait for a permit.
//!
//! Memory is bounded: idle addresses are forgotten, and beyond a cap further addresses share one window.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::window::{Decision, Quota, Window};

/// How many addresses have a window of their own. A depot's LAN has a few dozen.
const MAX_ADDRESSES: usize = 4096;

/// The window that all addresses beyond the cap share. A discard-only address (RFC 6666): nobody calls from it.
const OVERFLOW: IpAddr = IpAddr::V6(Ipv6Addr::new(0x0100, 0, 0, 0, 0, 0, 0, 1));

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
struct Windows {
    by_address: HashMap<IpAddr, Window<Waiter>>,
    next_ticket: u64,
    /// When idle addresses were forgotten last.
    swept_ms: u64,
}

/// Lets through as many requests of each address as the quota allows.
#[derive(Debug)]
pub(crate) struct Gate {
    quota: Quota,
    started: Instant,
    windows: Mutex<Windows>,
}

impl Gate {
    pub(crate) fn new(quota: Quota) -> Self {
        let windows = Windows { by_address: HashMap::new(), next_ticket: 0, swept_ms: 0 };
        Self { quota, started: Instant::now(), windows: Mutex::new(windows) }
    }

    /// Waits until the address may make a request, or says at once that it may not.
    ///
    /// Dropping the future, as happens when the client goes away, leaves the queue.
    pub(crate) async fn pass(&self, address: IpAddr) -> Result<(), Refused> {
        let (wake, mut woken) = oneshot::channel();
        let Some(place) = self.ask(address.to_canonical(), wake)? else { return Ok(()) };
        loop {
            let boundary = self.started + Duration::from_millis(place.next_segment_ms());
            tokio::select! {
                // An error means that the window was dropped with the gate: nobody counts any more.
                _ = &mut woken => return Ok(()),
                // Whoever wakes first serves the whole queue of its address, in order.
                () = tokio::time::sleep_until(boundary) => place.advance(),
            }
        }
    }

    /// `None`: it may go on. `Some`: its place in the queue.
    fn ask(&self, address: IpAddr, wake: oneshot::Sender<()>) -> Result<Option<Place<'_>>, Refused> {
        let mut windows = self.windows.lock();
        // In turn: whoever waited for the lock with an earlier time would find a window that is ahead of it.
        let now_ms = self.now_ms();
        let address = windows.admit(address, self.quota, now_ms);
        let ticket = windows.next_ticket;
        windows.next_ticket += 1;
        let window = windows.by_address.entry(address).or_insert_with(|| Window::new(self.quota, now_ms));
        window.advance(now_ms, wake_up);
        match window.ask(now_ms, || Waiter { ticket, wake }) {
            Decision::Granted => Ok(None),
            Decision::Queued => Ok(Some(Place { gate: self, address, ticket })),
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
    pub(super) fn addresses(&self) -> usize {
        self.windows.lock().by_address.len()
    }

    #[cfg(test)]
    pub(super) fn ask_without_waiting(&self, address: IpAddr) -> bool {
        let (wake, _woken) = oneshot::channel();
        matches!(self.ask(address, wake), Ok(None))
    }
}

impl Windows {
    /// Under which address to count: its own, or the shared one when there are too many.
    fn admit(&mut self, address: IpAddr, quota: Quota, now_ms: u64) -> IpAddr {
        if self.by_address.contains_key(&address) {
            return address;
        }
        // At most once a segment: in between nothing becomes idle.
        if now_ms >= self.swept_ms.saturating_add(quota.segment_ms()) {
            self.swept_ms = now_ms;
            self.by_address.retain(|_, window| {
                window.advance(now_ms, wake_up);
                !window.is_idle()
            });
        }
        if self.by_address.len() < MAX_ADDRESSES { address } else { OVERFLOW }
    }
}

/// Lets a waiting request go on, if it still waits.
fn wake_up(waiter: Waiter) -> bool {
    waiter.wake.send(()).is_ok()
}

/// A place in an address's queue; dropping it leaves the queue.
struct Place<'g> {
    gate: &'g Gate,
    address: IpAddr,
    ticket: u64,
}

impl Place<'_> {
    fn advance(&self) {
        if let Some(window) = self.gate.windows.lock().by_address.get_mut(&self.address) {
            window.advance(self.gate.now_ms(), wake_up);
        }
    }

    fn next_segment_ms(&self) -> u64 {
        let windows = self.gate.windows.lock();
        windows.by_address.get(&self.address).map_or(0, Window::next_segment_ms)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(window) = self.gate.windows.lock().by_address.get_mut(&self.address) {
            window.leave(|waiter| waiter.ticket == self.ticket);
        }
    }
}
