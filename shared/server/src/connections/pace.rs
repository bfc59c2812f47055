//! The least pace at which bytes must move, measured over the time that is spent waiting for the other side.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Watches that at least so many bytes move for so much waiting.
#[derive(Debug)]
pub(crate) struct Pace {
    bytes_min: usize,
    wait_max: Duration,
    bytes: usize,
    waited: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Pace {
    /// `bytes_min` bytes for every `wait_max` of waiting.
    pub(crate) const fn new(bytes_min: usize, wait_max: Duration) -> Self {
        Self { bytes_min, wait_max, bytes: 0, waited: Duration::ZERO, waiting: None }
    }

    /// Notes that so many bytes moved.
    pub(crate) fn moved(&mut self, bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.waited += since.elapsed();
        }
        self.bytes += bytes;
        if self.bytes >= self.bytes_min {
            (self.bytes, self.waited) = (0, Duration::ZERO);
        }
    }

    /// Becomes ready when the other side was waited for too long. To be polled while nothing moves.
    pub(crate) fn poll_overdue(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let left = self.wait_max.saturating_sub(self.waited);
        let begin = || {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + left)))
        };
        self.waiting.get_or_insert_with(begin).1.as_mut().poll(cx)
    }
}
