//! Slices on demand, for `cargo xtask bench -- peers`, which has others work in turns with the depot.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::measure::percentile;
use crate::{commands, document};

/// For each line `MILLISECONDS CALLERS` of the input, has so many callers give commands for so long, and prints
/// `DONE MICROSECONDS P50 P99`; for a line `machine`, prints what all this runs on.
pub(crate) fn answer(folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = crate::open(&runtime, folder);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        if line == "machine" {
            println!("{}", document::machine(folder));
            continue;
        }
        let (millis, callers) = line.split_once(' ').unwrap();
        let lasting = Duration::from_millis(millis.parse().unwrap());
        let began = Instant::now();
        let latencies =
            runtime.block_on(commands::execute(&app, callers.parse().unwrap(), lasting)).latencies_us;
        let took = began.elapsed().as_micros();
        let [p50, p99] = [500, 990].map(|parts| percentile(latencies.clone(), parts));
        println!("{} {took} {p50} {p99}", latencies.len());
    }
    runtime.block_on(app.close());
}
