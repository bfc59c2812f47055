//! The steps of a long task: announced as they begin, summed up at the end. Does not decide what they are.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::failure::Failure;

#[derive(Default)]
pub(crate) struct Steps {
    taken: Vec<(String, Outcome, Duration)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
}

impl Steps {
    pub(crate) fn take(
        &mut self,
        name: &str,
        step: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        eprintln!("\n==> {name}");
        let began = Instant::now();
        let result = step();
        let outcome = if result.is_ok() { Outcome::Passed } else { Outcome::Failed };
        self.taken.push((name.to_owned(), outcome, began.elapsed()));
        result
    }

    pub(crate) fn summary(&self) -> String {
        let mut text = String::from("\n");
        for (name, outcome, duration) in &self.taken {
            let word = match outcome {
                Outcome::Passed => "passed ",
                Outcome::Failed => "FAILED ",
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {word} {:>6.1} s  {name}", duration.as_secs_f64());
        }
        let has_failed = self.taken.iter().any(|(_, outcome, _)| *outcome == Outcome::Failed);
        let total_s = self.taken.iter().map(|(.., duration)| duration.as_secs_f64()).sum::<f64>();
        let verdict = if has_failed { "Failed" } else { "All good" };
        let _ = writeln!(text, "{verdict} after {total_s:.0} s.");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_names_what_failed() {
        let mut steps = Steps::default();
        steps.take("build", || Ok(())).unwrap();
        steps.take("test", || Err(Failure::new("no"))).unwrap_err();
        let summary = steps.summary();
        assert!(summary.contains("passed     0.0 s  build"), "{summary}");
        assert!(summary.contains("FAILED     0.0 s  test"), "{summary}");
        assert!(summary.contains("Failed after"), "{summary}");
    }
}
