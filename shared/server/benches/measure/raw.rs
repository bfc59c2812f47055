//! The reference: a database with the depot's tables and pragmas, into which the same rows go without any application.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::measure::{Began, Slice, micros};

pub(crate) const SLICE: Duration = Duration::from_millis(120);
/// How many rows the reference commits together.
pub(crate) const GROUP: usize = 64;

pub(crate) struct Raw {
    connection: Connection,
    group: usize,
}

impl Raw {
    pub(crate) fn open(runtime: &Runtime, folder: &Path, group: usize) -> Self {
        let app = crate::open(runtime, folder);
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
    pub(crate) fn insert(&self) -> Slice {
        let first: i64 = self
            .connection
            .query_row("SELECT COALESCE(MAX(seq), 0) + 1 FROM events", [], |row| row.get(0))
            .unwrap();
        let (began, mut number) = (Began::now(), first);
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
        began.slice(latencies_us, usize::try_from(number - first).unwrap())
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
