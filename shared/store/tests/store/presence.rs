//! Files that are taken away from an open store, and databases that are missing where a store was used.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::common::*;
use depot_store::{DATABASE_FILE, OpenError, Store, StoreOptions, WriteError, is_gone};

fn is_refused(store: &TestStore) -> bool {
    matches!(write_one(store, 1), Err(WriteError::Gone(_)))
}

fn options(folder: &Path) -> StoreOptions {
    StoreOptions { remains: &["seal.key", "files"], ..StoreOptions::new(folder) }
}

fn refusal(options: StoreOptions) -> OpenError {
    Store::<Caches>::open(options, NOTES).unwrap_err()
}

#[test]
fn a_write_without_its_file_is_refused() {
    for file in ["depot.sqlite3", "depot.sqlite3-wal", "depot.sqlite3-shm", "depot.lock"] {
        let folder = folder();
        let store = open(&folder);
        write_one(&store, 1).unwrap();
        fs::remove_file(folder.path().join(file)).unwrap();
        assert!(is_refused(&store), "{file}");
        let nothing = store.write_blocking(|_, _| Ok::<_, Failure>(()));
        assert!(matches!(nothing, Err(WriteError::Gone(reason)) if reason.contains(file)), "{file}");
        store.check_files().unwrap_err();
        assert_eq!(store.head(), 1);
    }
}

#[test]
fn a_moved_folder_is_refused_and_resumes_when_moved_back() {
    let outer = folder();
    let (data, away) = (outer.path().join("depot"), outer.path().join("away"));
    let store = Store::<Caches>::open(StoreOptions::new(&data), NOTES).unwrap();
    write_one(&store, 1).unwrap();
    fs::rename(&data, &away).unwrap();
    assert!(is_refused(&store) && is_refused(&store));
    fs::rename(&away, &data).unwrap();
    store.check_files().unwrap();
    assert_eq!(sequences(&write_one(&store, 1).unwrap()), [2]);
}

#[test]
fn no_write_begun_after_a_removal_is_acknowledged() {
    let outer = folder();
    let data = outer.path().join("depot");
    let store = Store::<Caches>::open(StoreOptions::new(&data), NOTES).unwrap();
    let removed = AtomicBool::new(false);
    let (before, after) = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4_u128)
            .map(|writer| {
                let (store, removed) = (&store, &removed);
                scope.spawn(move || {
                    let (mut before, mut after) = (0, 0);
                    for number in 0..200 {
                        let is_late = removed.load(Ordering::SeqCst);
                        let is_done = write_one(store, writer * 1000 + number).is_ok();
                        before += u32::from(is_done && !is_late);
                        after += u32::from(is_done && is_late);
                        std::thread::sleep(std::time::Duration::from_millis(1));
                    }
                    (before, after)
                })
            })
            .collect();
        std::thread::sleep(std::time::Duration::from_millis(60));
        fs::remove_dir_all(&data).unwrap();
        removed.store(true, Ordering::SeqCst);
        let counts = writers.into_iter().map(|writer| writer.join().unwrap());
        counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
    });
    assert!(before > 0, "nothing was written before the removal");
    assert_eq!(after, 0, "acknowledged into nowhere, after {before} before the removal");
}

#[test]
fn another_database_in_its_place_is_left_as_it_is() {
    let (mine, theirs) = (folder(), folder());
    let other = open(&theirs);
    for number in 1..=3 {
        write_one(&other, number).unwrap();
    }
    drop(other);
    let store = open(&mine);
    write_one(&store, 1).unwrap();
    let place = mine.path().join(DATABASE_FILE);
    fs::rename(theirs.path().join(DATABASE_FILE), &place).unwrap();
    // The log of the other one, which must outlive the end of this store.
    let log = mine.path().join("depot.sqlite3-wal");
    fs::remove_file(&log).unwrap();
    fs::write(&log, "a log").unwrap();
    let before = fs::read(&place).unwrap();
    assert!(is_refused(&store) && is_refused(&store));
    drop(store);
    assert_eq!(fs::read(&place).unwrap(), before);
    assert_eq!(fs::read(&log).unwrap(), b"a log");
}

#[test]
fn a_new_read_does_not_open_another_database() {
    let (mine, theirs) = (folder(), folder());
    drop(open(&theirs));
    let store = open(&mine);
    fs::rename(theirs.path().join(DATABASE_FILE), mine.path().join(DATABASE_FILE)).unwrap();
    let read = store.read_now(|_| Ok::<_, Failure>(()));
    let Err(Failure::Read(depot_store::ReadError::Storage(error))) = read else { panic!("{read:?}") };
    assert!(is_gone(&error), "{error}");
}

#[test]
fn a_missing_database_beside_remains_is_refused() {
    let folder = folder();
    // What is empty could not be lost.
    fs::create_dir(folder.path().join("files")).unwrap();
    drop(Store::<Caches>::open(options(folder.path()), NOTES).unwrap());
    fs::write(folder.path().join("seal.key"), "k").unwrap();
    drop(Store::<Caches>::open(options(folder.path()), NOTES).unwrap());
    let database = folder.path().join(DATABASE_FILE);
    fs::remove_file(&database).unwrap();
    let error = refusal(options(folder.path()));
    assert!(matches!(&error, OpenError::Missing { remains, .. } if remains == &["seal.key"]), "{error}");
    assert!(!database.exists(), "a refusal makes no database");
    fs::write(&database, "").unwrap();
    assert!(matches!(refusal(options(folder.path())), OpenError::Missing { .. }));
    // A database without a single table.
    let empty = depot_store::rusqlite::Connection::open(&database).unwrap();
    empty.execute_batch("CREATE TABLE t (n); DROP TABLE t; VACUUM").unwrap();
    drop(empty);
    assert!(fs::metadata(&database).unwrap().len() > 0);
    assert!(matches!(refusal(options(folder.path())), OpenError::Missing { .. }));
}

#[cfg(unix)]
#[test]
fn a_database_that_is_a_link_is_refused() {
    let (mine, theirs) = (folder(), folder());
    drop(open(&theirs));
    let (link, file) = (mine.path().join(DATABASE_FILE), theirs.path().join(DATABASE_FILE));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let error = refusal(StoreOptions::new(mine.path()));
    assert!(matches!(&error, OpenError::Link { to: Some(_), .. }), "{error}");
    fs::remove_file(&file).unwrap();
    assert!(matches!(refusal(StoreOptions::new(mine.path())), OpenError::Link { to: None, .. }));
    assert!(!file.exists());
    fs::remove_file(&link).unwrap();
    fs::create_dir(&link).unwrap();
    assert!(matches!(refusal(StoreOptions::new(mine.path())), OpenError::Corrupt { .. }));
}
