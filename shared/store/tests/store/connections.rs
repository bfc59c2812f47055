//! How connections are set, kept and given back, and when what was committed leaves the write-ahead log.

use std::path::Path;
use std::time::{Duration, Instant};

use depot_store::rusqlite::config::DbConfig;
use depot_store::rusqlite::{Connection, types::FromSql};
use depot_store::{DATABASE_FILE, StoreOptions, Synchronous};
use tempfile::TempDir;

use crate::common::*;

const LOG_FILE: &str = "depot.sqlite3-wal";

fn pragma<T: FromSql>(connection: &Connection, name: &str) -> T {
    connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}

fn opened(folder: &TempDir, change: impl FnOnce(&mut StoreOptions)) -> TestStore {
    let mut options = StoreOptions::new(folder.path());
    change(&mut options);
    TestStore::open(options, NOTES).unwrap()
}

#[test]
fn connections_are_set_for_what_they_do() {
    let folder = folder();
    for synchronous in [Synchronous::Full, Synchronous::Normal] {
        let store = opened(&folder, |options| options.synchronous = synchronous);
        let of_writer = store.write_blocking(|unit, _| {
            let c = unit.tables();
            let settings = ["synchronous", "foreign_keys", "cache_size", "temp_store", "wal_autocheckpoint"];
            let stable_plans = c.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG)?;
            Ok::<_, Failure>((settings.map(|name| pragma::<i64>(c, name)), stable_plans))
        });
        // Its commits are synced after them, by another thread.
        assert_eq!(of_writer.unwrap(), ([1, 1, -65536, 2, 0], true));
        let of_reader = read(&store, |c| {
            let settings = ["query_only", "temp_store", "mmap_size"].map(|name| pragma::<i64>(c, name));
            Ok((settings, c.db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG)?))
        });
        assert_eq!(of_reader, ([1, 2, 0], true));
        assert_eq!(read(&store, |c| Ok(pragma::<i32>(c, "application_id"))), 0x4544_7074);
        assert_eq!(read(&store, |c| Ok(pragma::<String>(c, "journal_mode"))), "wal");
    }
}

/// Reads within reads, each on a connection of its own, which it marks; says which had a mark already.
fn nested(store: &TestStore, depth: i64) -> Vec<bool> {
    if depth == 0 {
        return vec![];
    }
    read(store, |c| {
        let is_known = pragma::<i64>(c, "cache_size") == 7;
        c.pragma_update(None, "cache_size", 7)?;
        let mut known = nested(store, depth - 1);
        known.push(is_known);
        Ok(known)
    })
}

#[test]
fn two_connections_a_reader_are_kept() {
    let folder = folder();
    let store = opened(&folder, |options| options.readers = 3);
    assert_eq!(nested(&store, 9), [false; 9]);
    assert_eq!(nested(&store, 9).iter().filter(|is_known| **is_known).count(), 6);
}

#[test]
fn a_reader_that_is_left_in_a_transaction_is_not_used_again() {
    let folder = folder();
    let store = open(&folder);
    write_one(&store, 1).unwrap();
    let head = |c: &Connection| depot_store::log::head(c);
    let before = read(&store, |c| c.execute_batch("BEGIN").and_then(|()| head(c)));
    write_one(&store, 1).unwrap();
    assert_eq!((before, read(&store, head)), (1, 2));
}

fn note(store: &TestStore, text: &'static str) {
    let write = move |unit: &mut depot_store::Unit<'_>, _: &mut Caches| {
        unit.tables_mut()?.execute("INSERT INTO notes (text) VALUES (?1)", [text])?;
        Ok::<_, Failure>(())
    };
    store.write_blocking(write).unwrap();
}

fn has(folder: &Path, file: &str, text: &str) -> bool {
    let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn what_was_committed_is_in_the_database_soon_without_anybody_waiting() {
    let folder = folder();
    let store = open(&folder);
    for text in ["the first of two notes", "the second of two notes"] {
        note(&store, text);
        assert!(has(folder.path(), LOG_FILE, text));
        let began = Instant::now();
        while !has(folder.path(), DATABASE_FILE, text) {
            assert!(began.elapsed() < Duration::from_secs(20), "{text} stays in the log");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn the_writer_itself_empties_the_log_after_so_many_commits() {
    let folder = folder();
    let store = opened(&folder, |options| options.rehearse = Some(3));
    for (text, is_moved) in
        [("note one", false), ("note two", false), ("note three", true), ("note four", false)]
    {
        note(&store, text);
        assert_eq!(has(folder.path(), DATABASE_FILE, text), is_moved, "{text}");
        assert_eq!(has(folder.path(), DATABASE_FILE, "note one"), text.len() > 8, "{text}");
    }
    assert_eq!(store.commits(), 4);
}

#[test]
fn closing_empties_the_log_also_beside_another_store() {
    let folder = folder();
    let shared = || {
        opened(&folder, |options| {
            options.exclusive = false;
            options.rehearse = Some(1_000);
        })
    };
    let (one, two) = (shared(), shared());
    note(&one, "a note to be moved");
    drop(one);
    assert_eq!(std::fs::metadata(folder.path().join(LOG_FILE)).unwrap().len(), 0);
    assert!(has(folder.path(), DATABASE_FILE, "a note to be moved"));
    note(&two, "another");
}

#[test]
fn the_lock_names_a_process_for_as_long_as_it_holds_the_folder() {
    let folder = folder();
    let lock = || std::fs::read_to_string(folder.path().join("depot.lock")).unwrap();
    let store = open(&folder);
    assert_eq!(lock(), std::process::id().to_string());
    drop(store);
    assert_eq!(lock(), "");
}
