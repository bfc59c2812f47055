//! The way of a command, from `App::execute` to its durable commit, beside SQLite inserting the same rows.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use depot_app::domain::DriverCommand;
use depot_app::domain::values::DriverId;
use depot_app::{Actor, App, CommandRequest, DepotCommand, Trace};
use parking_lot::Mutex;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::Plan;
use crate::measure::{Began, Measured, Slice, micros, thousands};
use crate::raw::{GROUP, Raw, SLICE};

const CALLERS: [usize; 4] = [1, 16, 64, 256];

pub(crate) fn measure(runtime: &Runtime, folder: &Path, plan: &Plan) -> String {
    let app = crate::open(runtime, &folder.join("app"));
    let raw = Raw::open(runtime, &folder.join("raw"), GROUP);
    let single = Raw::open(runtime, &folder.join("single"), 1);
    let mut ours = CALLERS.map(|_| (Measured::default(), 0, 0));
    let (mut control, mut one_row) = (Measured::default(), Measured::default());
    for round in 0..=plan.rounds {
        for place in 0..CALLERS.len() {
            let which = (place + round) % CALLERS.len();
            let before = raw.insert();
            let commits = app.commits();
            let slice = runtime.block_on(execute(&app, CALLERS[which], SLICE));
            let commits = app.commits() - commits;
            let after = raw.insert();
            let reference = f64::midpoint(before.per_second, after.per_second);
            // The first round warms the caches of both.
            if round > 0 {
                let (measured, all_commits, commands) = &mut ours[which];
                *all_commits += commits;
                *commands += slice.latencies_us.len();
                measured.add(slice, reference);
                control.add(after, before.per_second);
            }
        }
        let slice = single.insert();
        if round > 0 {
            one_row.add(slice, raw.insert().per_second);
        }
    }
    runtime.block_on(app.close());
    tell(&ours, &one_row, &control)
}

fn tell(ours: &[(Measured, u64, usize)], one_row: &Measured, control: &Measured) -> String {
    let mut text = String::from(
        "### Commands\n\n| what | a second | of the reference | commits each | CPU, us each | p50, us | p99, us |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let mut row = |what: &str, measured: &Measured, commits: f64| {
        let (rate, ratio, cpu) = (thousands(measured.rate()), measured.ratio(), measured.cpu_us());
        let (p50, p99) = (measured.percentile(500), measured.percentile(990));
        writeln!(text, "| {what} | {rate} | {ratio:.2} | {commits:.3} | {cpu:.0} | {p50} | {p99} |").unwrap();
    };
    for (callers, (measured, commits, commands)) in CALLERS.iter().zip(ours) {
        row(&format!("`App::execute`, callers: {callers}"), measured, *commits as f64 / *commands as f64);
    }
    row("SQLite, one row a transaction", one_row, 1.0);
    row(
        &format!("SQLite, {GROUP} rows a transaction (the reference, beside itself)"),
        control,
        1.0 / GROUP as f64,
    );
    let (one, raw_one) = (ours[0].0.percentile(500), one_row.percentile(500));
    let one = one as f64 / raw_one as f64;
    writeln!(text, "\nOne caller's p50 is {one:.2} of that of a transaction of one row.\n").unwrap();
    text
}

/// A command that nobody has given before.
pub(crate) fn another_driver() -> CommandRequest {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let command = DriverCommand::AddDriver {
        name: format!("Driver {number}").parse().unwrap(),
        driver_license: format!("LIC-{number}").parse().unwrap(),
    };
    CommandRequest::new(DepotCommand::Driver { id: DriverId::from(Uuid::now_v7()), command })
}

/// So many callers for so long, each waiting for its answer.
pub(crate) async fn execute(app: &App, callers: usize, lasting: Duration) -> Slice {
    let began = Arc::new(Began::now());
    let latencies = Arc::new(Mutex::new(Vec::new()));
    let callers = (0..callers).map(|_| {
        let (app, began, latencies) = (app.clone(), Arc::clone(&began), Arc::clone(&latencies));
        tokio::spawn(async move {
            let (desk, mut own) = (Actor::desk(), Vec::new());
            while began.elapsed() < lasting {
                let request = another_driver();
                let asked = Instant::now();
                app.execute(&desk, request, Trace::fresh()).await.unwrap();
                own.push(micros(asked));
            }
            latencies.lock().extend(own);
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    let latencies = std::mem::take(&mut *latencies.lock());
    let done = latencies.len();
    began.slice(latencies, done)
}
