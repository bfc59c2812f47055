//! A sliding window of segments with a queue, as a pure state machine: time comes in with each call.
//!
//! It behaves like .NET's `SlidingWindowRateLimiter` with the oldest first, because that is what existing
//! clients were built against: a permit comes back when the segment in which it was taken leaves the window.

use std::collections::VecDeque;

/// Into how many segments a window is divided.
pub(crate) const SEGMENTS: usize = 5;

/// How much is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    /// How many requests in one window.
    pub(crate) permits: u32,
    /// How long a window is.
    pub(crate) window_ms: u64,
    /// How many further requests may wait.
    pub(crate) queue: u32,
}

impl Quota {
    /// How long a segment is; at least a millisecond, so that time can be divided by it.
    pub(crate) const fn segment_ms(self) -> u64 {
        let length = self.window_ms / SEGMENTS as u64;
        if length == 0 { 1 } else { length }
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It may go on.
    Granted,
    /// It waits for a permit.
    Queued,
    /// Even the queue is full; it is worth trying again after this long.
    Refused {
        /// Until a permit is expected that nobody in the queue will take.
        retry_after_ms: u64,
    },
}

/// The window of one client; `W` stands for a request that waits.
#[derive(Debug)]
pub(crate) struct Window<W> {
    quota: Quota,
    /// What was granted in each segment of the window; the present one at `segment % SEGMENTS`.
    granted: [u32; SEGMENTS],
    /// The number of the present segment, counted from time zero.
    segment: u64,
    queue: VecDeque<W>,
}

impl<W> Window<W> {
    pub(crate) fn new(quota: Quota, now_ms: u64) -> Self {
        Self { quota, granted: [0; SEGMENTS], segment: now_ms / quota.segment_ms(), queue: VecDeque::new() }
    }

    /// Decides about a request that comes in at `now_ms`. Call [`Self::advance`] with the same time before.
    pub(crate) fn ask(&mut self, now_ms: u64, waiter: impl FnOnce() -> W) -> Decision {
        debug_assert_eq!(self.segment, now_ms / self.quota.segment_ms(), "advance comes first");
        if self.queue.is_empty() && self.available() > 0 {
            self.take_permit();
            return Decision::Granted;
        }
        if self.queue.len() < self.quota.queue as usize {
            self.queue.push_back(waiter());
            return Decision::Queued;
        }
        Decision::Refused { retry_after_ms: self.retry_after_ms(now_ms) }
    }

    /// Lets time pass: permits of segments that left the window come back and go to the queue, oldest first.
    ///
    /// `wake` says whether the waiting request is still there; one that is gone takes no permit.
    pub(crate) fn advance(&mut self, now_ms: u64, mut wake: impl FnMut(W) -> bool) {
        let present = now_ms / self.quota.segment_ms();
        // Time that runs backwards would give permits back twice: it is ignored.
        let passed = present.saturating_sub(self.segment);
        for step in 1..=passed.min(SEGMENTS as u64) {
            self.granted[slot(self.segment + step)] = 0;
        }
        self.segment = self.segment.max(present);
        while self.available() > 0 {
            let Some(waiter) = self.queue.pop_front() else { break };
            if wake(waiter) {
                self.take_permit();
            }
        }
    }

    /// Takes those out of the queue for which `gone` says so.
    pub(crate) fn leave(&mut self, gone: impl Fn(&W) -> bool) {
        self.queue.retain(|waiter| !gone(waiter));
    }

    /// When the next segment begins, which is the next time that anything can change by itself.
    pub(crate) fn next_segment_ms(&self) -> u64 {
        (self.segment + 1).saturating_mul(self.quota.segment_ms())
    }

    /// Whether nothing is known that a new window would not know as well, once time has advanced.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.granted.iter().all(|&granted| granted == 0)
    }

    fn available(&self) -> u32 {
        self.quota.permits.saturating_sub(self.granted.iter().sum())
    }

    fn take_permit(&mut self) {
        self.granted[slot(self.segment)] += 1;
    }

    /// Until more permits have come back than the queue will take.
    fn retry_after_ms(&self, now_ms: u64) -> u64 {
        let mut returned = 0;
        for ahead in 1..=SEGMENTS as u64 {
            // The oldest segment of the window is the next to leave it.
            returned += self.granted[slot(self.segment + ahead)] as usize;
            if returned > self.queue.len() {
                let boundary = (self.segment + ahead).saturating_mul(self.quota.segment_ms());
                return boundary.saturating_sub(now_ms);
            }
        }
        self.quota.window_ms
    }
}

/// Where a segment's count is kept.
fn slot(segment: u64) -> usize {
    // The remainder is below SEGMENTS, so it fits whatever a usize is.
    usize::try_from(segment % SEGMENTS as u64).unwrap_or_default()
}
