//! How many commands a second `App::execute` makes durable, beside SQLite inserting the same rows.
//!
//! Everything is measured in one run, slice by slice in an order that rotates, and each slice of ours stands between two of
//! SQLite's, so that a machine that is slower for a while is slower for both. What is told are medians of paired
//! ratios; the reference beside itself (the last row) says how far they can be trusted. Under other load the ratios
//! suffer more than the CPU time a command does. `--rounds N` changes how many slices there are.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use depot_app::{Actor, App, AppOptions, CommandRequest, DepotCommand, Settings, Trace};
use depot_domain::DriverCommand;
use depot_domain::values::DriverId;
use parking_lot::Mutex;
use rusqlite::{Connection, params};
use uuid::Uuid;

const SLICE: Duration = Duration::from_millis(120);
const CALLERS: [usize; 4] = [1, 16, 64, 256];
/// How many rows the reference commits together.
const GROUP: usize = 64;

/// What one slice came to.
#[derive(Default)]
struct Slice {
    per_second: f64,
    cpu_us: f64,
    latencies_us: Vec<u64>,
}

/// The slices of one row of the table, each with its ratio to the reference around it.
#[derive(Default)]
struct Measured {
    slices: Vec<Slice>,
    ratios: Vec<f64>,
}

fn main() {
    let rounds = argument("--rounds", 11);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = {
        let _runtime = runtime.enter();
        App::open(AppOptions::new(folder.path().join("app"), Settings::default())).unwrap()
    };
    let raw = Raw::open(&folder.path().join("raw"), &runtime, GROUP);
    let single = Raw::open(&folder.path().join("single"), &runtime, 1);
    let mut ours: Vec<_> = CALLERS.iter().map(|_| Measured::default()).collect();
    let (mut control, mut one_row) = (Measured::default(), Measured::default());
    for round in 0..=rounds {
        for place in 0..CALLERS.len() {
            let which = (place + round) % CALLERS.len();
            let before = raw.insert();
            let slice = runtime.block_on(execute(&app, CALLERS[which]));
            let after = raw.insert();
            let reference = f64::midpoint(before.per_second, after.per_second);
            // The first round warms the caches of both.
            if round > 0 {
                ours[which].add(slice, reference);
                control.add(after, before.per_second);
            }
        }
        let slice = single.insert();
        if round > 0 {
            one_row.add(slice, raw.insert().per_second);
        }
    }
    println!("| what | a second | of the reference | CPU, us each | p50, us | p99, us |");
    println!("|---|---|---|---|---|---|");
    for (callers, measured) in CALLERS.iter().zip(&mut ours) {
        measured.print(&format!("App::execute, callers: {callers}"));
    }
    one_row.print("SQLite, one row a transaction");
    control.print(&format!("SQLite, {GROUP} rows a transaction (the reference, beside itself)"));
    let (one, raw_one) = (ours[0].percentile(50), one_row.percentile(50));
    println!(
        "\nOne caller's p50 is {:.2} of a one-row transaction's; {rounds} rounds",
        one as f64 / raw_one as f64
    );
    println!(
        "Both with synchronous=FULL: a stream, an event with its hash, and a read-model row with its indexes"
    );
    runtime.block_on(app.close());
}

impl Measured {
    fn add(&mut self, slice: Slice, reference: f64) {
        self.ratios.push(slice.per_second / reference);
        self.slices.push(slice);
    }

    fn percentile(&self, hundredths: usize) -> u64 {
        let mut all: Vec<u64> =
            self.slices.iter().flat_map(|slice| slice.latencies_us.iter().copied()).collect();
        all.sort_unstable();
        all.get(all.len() * hundredths / 100).copied().unwrap_or(0)
    }

    fn print(&self, what: &str) {
        let rate = median(self.slices.iter().map(|slice| slice.per_second).collect());
        let cpu = median(self.slices.iter().map(|slice| slice.cpu_us).collect());
        let ratio = median(self.ratios.clone());
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        println!("| {what} | {rate:.0} | {ratio:.2} | {cpu:.0} | {p50} | {p99} |");
    }
}

fn median(mut values: Vec<f64>) -> f64 {
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

fn argument(name: &str, default: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(default, |value| value.parse().unwrap())
}

/// What was done since `began`.
fn slice(began: Instant, cpu_before: Duration, latencies_us: Vec<u64>, done: usize) -> Slice {
    let cpu_us = (cpu() - cpu_before).as_micros() as f64 / done as f64;
    Slice { per_second: done as f64 / began.elapsed().as_secs_f64(), cpu_us, latencies_us }
}

fn micros(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap()
}

fn driver(number: u64) -> DriverCommand {
    DriverCommand::AddDriver {
        name: format!("Driver {number}").parse().unwrap(),
        driver_license: format!("LIC-{number}").parse().unwrap(),
    }
}

async fn execute(app: &App, callers: usize) -> Slice {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let (began, cpu_before) = (Instant::now(), cpu());
    let latencies = Arc::new(Mutex::new(Vec::new()));
    let callers = (0..callers).map(|_| {
        let (app, latencies) = (app.clone(), Arc::clone(&latencies));
        tokio::spawn(async move {
            let (desk, mut own) = (Actor::desk(), Vec::new());
            while began.elapsed() < SLICE {
                let command = driver(NUMBER.fetch_add(1, Ordering::Relaxed));
                let id = DriverId::from(Uuid::now_v7());
                let request = CommandRequest::new(DepotCommand::Driver { id, command });
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
    slice(began, cpu_before, latencies, done)
}

/// A database with the same tables and the same pragmas, into which the same rows go without any application.
struct Raw {
    connection: Connection,
    group: usize,
}

impl Raw {
    fn open(folder: &Path, runtime: &tokio::runtime::Runtime, group: usize) -> Self {
        let app = {
            let _runtime = runtime.enter();
            App::open(AppOptions::new(folder, Settings::default())).unwrap()
        };
        runtime.block_on(app.close());
        drop(app);
        let connection = Connection::open(folder.join("depot.sqlite3")).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
                 PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 10000;
                 INSERT OR IGNORE INTO categories (category_no, name) VALUES (1, 'fleet-management-events');",
            )
            .unwrap();
        Self { connection, group }
    }

    /// Its latencies are of transactions, however many rows each has.
    fn insert(&self) -> Slice {
        let first: i64 = self
            .connection
            .query_row("SELECT COALESCE(MAX(seq), 0) + 1 FROM events", [], |row| row.get(0))
            .unwrap();
        let (began, cpu_before, mut number) = (Instant::now(), cpu(), first);
        let mut latencies_us = Vec::new();
        while began.elapsed() < SLICE {
            let asked = Instant::now();
            self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            for _ in 0..self.group {
                self.insert_one(number);
                number += 1;
            }
            self.connection.execute_batch("COMMIT").unwrap();
            latencies_us.push(micros(asked));
        }
        slice(began, cpu_before, latencies_us, usize::try_from(number - first).unwrap())
    }

    fn insert_one(&self, number: i64) {
        let (id, trace) = (Uuid::now_v7(), Uuid::now_v7().to_string());
        let payload = format!(r#"{{"name":"Driver {number}","driverLicense":"LIC-{number}"}}"#);
        let stream = "INSERT INTO streams (id, category_no, version) VALUES (?1, 1, 1)";
        let stream_no = self.connection.prepare_cached(stream).unwrap().insert([id]).unwrap();
        let event = "INSERT INTO events (seq, stream_no, version, category_no, type, schema, occurred_at, recorded_at,
                       actor, correlation, causation, payload, hash)
                     VALUES (?1, ?2, 1, 1, 'DriverAdded', 1, ?3, ?3, 'desk', ?4, ?4, ?5, ?6)";
        let at = 1_772_352_000_000_000_i64;
        let row = params![number, stream_no, at, trace, payload, [0_u8; 32]];
        self.connection.prepare_cached(event).unwrap().execute(row).unwrap();
        let driver = "INSERT INTO drivers (id, name, driver_license, status, updated_at, version)
                      VALUES (?1, ?2, ?3, 'Available', ?4, 1)";
        let row = params![id, format!("Driver {number}"), format!("LIC-{number}"), at];
        self.connection.prepare_cached(driver).unwrap().execute(row).unwrap();
    }
}
