//! How many commands a second `App::execute` makes durable, beside SQLite inserting the same rows in the same groups.
//!
//! Both are measured in turn within one run, round by round, so that a machine that is slower for a while is slower
//! for both; the ratio of a round is what counts, and the median of the rounds is told. `--rounds N` and `--callers N`
//! change the defaults.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use depot_app::{Actor, App, AppOptions, CommandRequest, DepotCommand, Settings, Trace};
use depot_domain::DriverCommand;
use depot_domain::values::DriverId;
use rusqlite::{Connection, params};
use uuid::Uuid;

const ROUND: Duration = Duration::from_millis(400);

fn main() {
    let (rounds, callers) = (argument("--rounds", 9), argument("--callers", 64));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let app = {
        let _runtime = runtime.enter();
        App::open(AppOptions::new(folder.path().join("app"), Settings::default())).unwrap()
    };
    let raw = Raw::open(&folder.path().join("raw"), &runtime, callers);
    let mut measured = vec![];
    for round in 0..=rounds {
        let (execute, insert) = (runtime.block_on(execute(&app, callers)), raw.insert());
        // The first round warms the caches of both.
        if round > 0 {
            measured.push((execute / insert, execute, insert));
        }
    }
    measured.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, execute, insert) = measured[measured.len() / 2];
    println!(
        "callers | App::execute, commands/s | raw SQLite, {callers} rows a commit, rows/s | ratio (median of {rounds})"
    );
    println!("{callers:7} | {execute:24.0} | {insert:37.0} | {ratio:.2}");
    let (least, most) = (measured[0].0, measured[measured.len() - 1].0);
    println!(
        "ratios from {least:.2} to {most:.2}; both with synchronous=FULL, an event and a read-model row each"
    );
    runtime.block_on(app.close());
}

fn argument(name: &str, default: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1).map_or(default, |value| value.parse().unwrap())
}

fn driver(number: u64) -> DriverCommand {
    DriverCommand::AddDriver {
        name: format!("Driver {number}").parse().unwrap(),
        driver_license: format!("LIC-{number}").parse().unwrap(),
    }
}

async fn execute(app: &App, callers: usize) -> f64 {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let (began, done) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let callers = (0..callers).map(|_| {
        let (app, done) = (app.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let desk = Actor::desk();
            while began.elapsed() < ROUND {
                let command = driver(NUMBER.fetch_add(1, Ordering::Relaxed));
                let id = DriverId::from(Uuid::now_v7());
                let request = CommandRequest::new(DepotCommand::Driver { id, command });
                app.execute(&desk, request, Trace::fresh()).await.unwrap();
                done.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    rate(done.load(Ordering::Relaxed), began)
}

fn rate(done: u64, began: Instant) -> f64 {
    f64::from(u32::try_from(done).unwrap()) / began.elapsed().as_secs_f64()
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

    fn insert(&self) -> f64 {
        let first: i64 = self
            .connection
            .query_row("SELECT COALESCE(MAX(seq), 0) + 1 FROM events", [], |row| row.get(0))
            .unwrap();
        let (began, mut number) = (Instant::now(), first);
        while began.elapsed() < ROUND {
            self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            for _ in 0..self.group {
                self.insert_one(number);
                number += 1;
            }
            self.connection.execute_batch("COMMIT").unwrap();
        }
        rate(u64::try_from(number - first).unwrap(), began)
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
