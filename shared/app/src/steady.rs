//! A clock that nobody can set, and the comparison with the one on the wall. What is removed by the wall clock waits
//! until the two agree.

use std::sync::LazyLock;
use std::time::Instant;

use depot_domain::values::Timestamp;

/// How far the two may part from one look to the next, in seconds. Time servers correct by less.
const TOLERANCE_S: i64 = 60;
/// For how long after a jump nothing is removed, in seconds.
const CALM_S: i64 = 60 * 60;

static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Seconds that only ever grow. On Linux since the machine started, asleep or not; elsewhere since the first call.
pub(crate) fn uptime_s() -> i64 {
    let since_start = || i64::try_from(STARTED.elapsed().as_secs()).unwrap_or(i64::MAX);
    since_boot_s().unwrap_or_else(since_start)
}

/// Rust's own monotonic clock stands still while a laptop sleeps.
#[cfg(target_os = "linux")]
fn since_boot_s() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    text.split('.').next()?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn since_boot_s() -> Option<i64> {
    None
}

/// Notices a wall clock that jumps.
#[derive(Debug, Default)]
pub(crate) struct Steadiness {
    last: Option<(Timestamp, i64)>,
    jumped_at_s: Option<i64>,
}

impl Steadiness {
    /// Compares the clocks with the last look. Returns whether they agreed for the last hour, as far as is known.
    pub(crate) fn look(&mut self, wall: Timestamp, uptime_s: i64) -> bool {
        if let Some((last_wall, last_uptime_s)) = self.last.replace((wall, uptime_s)) {
            let passed_s = (wall.datetime() - last_wall.datetime()).num_seconds();
            if (passed_s - (uptime_s - last_uptime_s)).abs() > TOLERANCE_S {
                self.jumped_at_s = Some(uptime_s);
            }
        }
        self.jumped_at_s.is_none_or(|jumped_at_s| uptime_s - jumped_at_s >= CALM_S)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        let start: Timestamp = "2030-05-01T08:00:00Z".parse().unwrap();
        start.saturating_add(TimeDelta::seconds(seconds))
    }

    #[test]
    fn clocks_that_agree_are_steady() {
        let mut steadiness = Steadiness::default();
        for seconds in [0, 30, 61, 3000, 90_000] {
            assert!(steadiness.look(at(seconds), 1000 + seconds), "{seconds}");
        }
    }

    #[test]
    fn a_jump_either_way_is_unsteady_for_an_hour() {
        let year_s = 365 * 24 * 3600;
        for jump_s in [10 * year_s, -10 * year_s, 40 * 24 * 3600, 61] {
            let mut steadiness = Steadiness::default();
            assert!(steadiness.look(at(0), 0));
            assert!(!steadiness.look(at(30 + jump_s), 30), "{jump_s}");
            assert!(!steadiness.look(at(60 + jump_s), 60), "{jump_s}");
            assert!(steadiness.look(at(30 + CALM_S + jump_s), 30 + CALM_S), "{jump_s}");
            assert!(!steadiness.look(at(60 + CALM_S), 60 + CALM_S), "{jump_s}: back again");
        }
    }

    #[test]
    fn the_uptime_never_goes_back() {
        let first = uptime_s();
        assert!(uptime_s() >= first && first >= 0);
    }
}
