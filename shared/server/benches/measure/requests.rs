//! The same through HTTP on loopback: connections that each wait for their answer, and a load that does not wait.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use depot_app::{NewToken, Role};
use depot_server::{Running, ServeOptions, serve};
use tokio::runtime::Runtime;

use crate::Plan;
use crate::client::Client;
use crate::measure::{Measured, Slice, ms, percentile, thousands};
use crate::raw::{GROUP, Raw};

/// The route that adds a driver.
const ADD_DRIVER: &str = "/api/fleet/drivers";
const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];
const SLICE: Duration = Duration::from_millis(250);
/// What parts of the capacity the open loop asks for, in hundredths.
const LOADS: [u64; 3] = [50, 80, 95];
const OPEN_LOOP: Duration = Duration::from_secs(4);
const OPEN_CONNECTIONS: usize = 128;

pub(crate) fn measure(runtime: &Runtime, folder: &Path, plan: &Plan) -> String {
    let app = crate::open(runtime, &folder.join("http"));
    let raw = Raw::open(runtime, &folder.join("raw-beside-http"), GROUP);
    let new =
        NewToken { role: Role::Dispatcher, name: "Bench".to_owned(), driver_id: None, expires_in: None };
    let token = runtime.block_on(app.create_token(new)).unwrap().token;
    let options = ServeOptions::new(([127, 0, 0, 1], 0).into());
    let running: Running = runtime.block_on(serve(app.clone(), options)).unwrap();
    let mut client = Client::new(running.address(), ADD_DRIVER, Some(&token));
    let mut ours = CONNECTIONS.map(|_| (Measured::default(), 0, 0));
    for round in 0..=plan.rounds {
        for place in 0..CONNECTIONS.len() {
            let which = (place + round) % CONNECTIONS.len();
            let before = raw.insert();
            let commits = app.commits();
            let slice = client.closed_loop(CONNECTIONS[which], SLICE);
            let commits = app.commits() - commits;
            let after = raw.insert();
            if round > 0 {
                let (measured, all_commits, requests) = &mut ours[which];
                *all_commits += commits;
                *requests += slice.latencies_us.len();
                measured.add(slice, f64::midpoint(before.per_second, after.per_second));
            }
        }
    }
    let capacity = ours[2].0.rate();
    let open = LOADS
        .map(|load| (load, client.open_loop(OPEN_CONNECTIONS, capacity * load as f64 / 100.0, OPEN_LOOP)));
    runtime.block_on(running.stop());
    runtime.block_on(app.close());
    tell(&ours, &open, client.errors)
}

fn tell(ours: &[(Measured, u64, usize)], open: &[(u64, Slice)], errors: u64) -> String {
    let mut text = String::from(
        "### Requests over HTTP on loopback\n\nEach adds a driver and is durable; the client takes its part of the same \
         CPUs.\n\n| what | a second | of the reference | commits each | CPU, us each | p50, ms | p99, ms | p99.9, ms |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for (connections, (measured, commits, requests)) in CONNECTIONS.iter().zip(ours) {
        let [p50, p99, p999] = [500, 990, 999].map(|parts| ms(measured.percentile(parts)));
        let (rate, ratio, cpu) = (thousands(measured.rate()), measured.ratio(), measured.cpu_us());
        let (what, commits) =
            (format!("closed loop, connections: {connections}"), *commits as f64 / *requests as f64);
        writeln!(
            text,
            "| {what} | {rate} | {ratio:.2} | {commits:.3} | {cpu:.0} | {p50:.2} | {p99:.2} | {p999:.2} |"
        )
        .unwrap();
    }
    for (load, Slice { per_second, latencies_us, .. }) in open {
        let [p50, p99, p999] = [500, 990, 999].map(|parts| ms(percentile(latencies_us.clone(), parts)));
        let (what, rate) = (format!("open loop, {load} % of the rate at 64"), thousands(*per_second));
        writeln!(text, "| {what} | {rate} | | | | {p50:.2} | {p99:.2} | {p999:.2} |").unwrap();
    }
    writeln!(text, "\nAnswers other than success: {errors}.\n").unwrap();
    text
}
