//! Slices, medians and percentiles. Knows nothing of what is measured.

use std::time::{Duration, Instant};

/// What one slice came to.
#[derive(Default)]
pub(crate) struct Slice {
    pub(crate) per_second: f64,
    cpu_us: f64,
    pub(crate) latencies_us: Vec<u64>,
}

/// When a slice began, and what the process had used of the CPUs until then.
pub(crate) struct Began {
    at: Instant,
    cpu: Duration,
}

impl Began {
    pub(crate) fn now() -> Self {
        Self { at: Instant::now(), cpu: cpu() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }

    /// The slice in which so much was done since.
    pub(crate) fn slice(&self, latencies_us: Vec<u64>, done: usize) -> Slice {
        let cpu_us = (cpu() - self.cpu).as_micros() as f64 / done as f64;
        Slice { per_second: done as f64 / self.at.elapsed().as_secs_f64(), cpu_us, latencies_us }
    }
}

/// The slices of one row of a table, each with its ratio to the reference around it.
#[derive(Default)]
pub(crate) struct Measured {
    slices: Vec<Slice>,
    ratios: Vec<f64>,
}

impl Measured {
    pub(crate) fn add(&mut self, slice: Slice, reference: f64) {
        self.ratios.push(slice.per_second / reference);
        self.slices.push(slice);
    }

    pub(crate) fn rate(&self) -> f64 {
        median(self.slices.iter().map(|slice| slice.per_second).collect())
    }

    pub(crate) fn ratio(&self) -> f64 {
        median(self.ratios.clone())
    }

    pub(crate) fn cpu_us(&self) -> f64 {
        median(self.slices.iter().map(|slice| slice.cpu_us).collect())
    }

    /// Of all slices together; `parts` of 1000.
    pub(crate) fn percentile(&self, parts: usize) -> u64 {
        percentile(self.slices.iter().flat_map(|slice| slice.latencies_us.iter().copied()).collect(), parts)
    }
}

pub(crate) fn percentile(mut all: Vec<u64>, parts: usize) -> u64 {
    all.sort_unstable();
    all.get(all.len() * parts / 1000).copied().unwrap_or(0)
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What this process has used of the CPUs. Told in steps of 10 ms, where it is told at all.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

pub(crate) fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap()
}

/// Microseconds as milliseconds.
pub(crate) fn ms(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// A number with its thousands apart.
pub(crate) fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}
