//! Slices on demand, for `cargo xtask bench -- peers`, which has others work in turns with the depot.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::measure::percentile;
use crate::{commands, document};

/// For each line `MILLISECONDS CALLERS` of the input, has so many callers give commands for so long, and prints
/// `DONE MICROSECONDS P50 P99`; for a line `machine`, prints what all this runs on.
pub(crate) fn of_commands(folder: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let app = crate::open(&runtime, folder);
    answer(folder, |callers, lasting| {
        runtime.block_on(commands::execute(&app, callers, lasting)).latencies_us
    });
    runtime.block_on(app.close());
}

/// The same with so many connections to whoever listens at an address, each adding drivers at a path. An answer other than
/// success ends it: a rate of refusals says nothing.
pub(crate) fn of_requests(address: &str, path: &str, token: Option<&str>) {
    let mut client = Client::new(address.parse().unwrap(), path, token);
    answer(Path::new("."), |connections, lasting| {
        let latencies = client.closed_loop(connections, lasting).latencies_us;
        assert_eq!(client.errors, 0, "{address} refused a driver");
        latencies
    });
}

fn answer(folder: &Path, mut slice: impl FnMut(usize, Duration) -> Vec<u64>) {
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        if line == "machine" {
            println!("{}", document::machine(folder));
            continue;
        }
        let (millis, callers) = line.split_once(' ').unwrap();
        let lasting = Duration::from_millis(millis.parse().unwrap());
        let began = Instant::now();
        let latencies = slice(callers.parse().unwrap(), lasting);
        let took = began.elapsed().as_micros();
        let [p50, p99] = [500, 990].map(|parts| percentile(latencies.clone(), parts));
        println!("{} {took} {p50} {p99}", latencies.len());
    }
}
