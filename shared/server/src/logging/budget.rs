//! How many lines of the log requests without a credential may fill; those beyond are counted.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// How many such requests have a line of their own in each [`WINDOW`].
const LINES_MAX: u32 = 100;
const WINDOW: Duration = Duration::from_secs(10);

#[derive(Debug)]
struct Window {
    began: Instant,
    lines: u32,
    left_out: u64,
}

/// The lines that are left in the present window.
#[derive(Debug)]
pub(crate) struct LogBudget {
    window: Mutex<Window>,
}

impl Default for LogBudget {
    fn default() -> Self {
        Self { window: Mutex::new(Window { began: Instant::now(), lines: 0, left_out: 0 }) }
    }
}

impl LogBudget {
    /// Takes a line. Returns how many requests had none since the last line, or `None` where no line is left.
    pub(crate) fn take(&self) -> Option<u64> {
        let mut window = self.window.lock();
        if window.began.elapsed() >= WINDOW {
            (window.began, window.lines) = (Instant::now(), 0);
        }
        if window.lines >= LINES_MAX {
            window.left_out += 1;
            return None;
        }
        window.lines += 1;
        Some(std::mem::take(&mut window.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_beyond_the_budget_are_counted() {
        let budget = LogBudget::default();
        let written = (0..1_000).filter(|_| budget.take() == Some(0)).count();
        assert_eq!(written, LINES_MAX as usize);
        tokio::time::advance(WINDOW).await;
        assert_eq!(budget.take(), Some(900));
        assert_eq!(budget.take(), Some(0));
    }
}
