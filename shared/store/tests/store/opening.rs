//! Opening: which folders and files are taken, and what is found on coming back.

use crate::common::*;
use depot_store::{Migration, OpenError, Store, StoreOptions, chain};

fn refusal(folder: &std::path::Path, migrations: &[Migration]) -> OpenError {
    Store::<Caches>::open(StoreOptions::new(folder), migrations).unwrap_err()
}

#[test]
fn a_folder_in_use_is_refused_and_its_process_named() {
    let folder = folder();
    let store = open(&folder);
    let error = refusal(folder.path(), NOTES);
    assert!(matches!(error, OpenError::Held { pid: Some(pid), .. } if pid == std::process::id()));
    assert!(error.to_string().contains(&format!("(process {})", std::process::id())), "{error}");
    drop(store);
    open(&folder);
}

#[test]
fn coming_back_continues_the_chain() {
    let folder = folder();
    let first = open(&folder);
    write_one(&first, 1).unwrap();
    drop(first);
    let second = open(&folder);
    assert_eq!(second.head(), 1);
    assert_eq!(write_one(&second, 1).unwrap()[0].version, 2);
    assert_eq!(read(&second, |c| Ok(chain::verify(c, None, &[]).unwrap())).events, 2);
}

#[test]
fn several_may_open_a_new_folder_at_once() {
    for _ in 0..5 {
        let folder = folder();
        let openers: Vec<_> = (0..8)
            .map(|_| {
                let options = StoreOptions { exclusive: false, ..StoreOptions::new(folder.path()) };
                std::thread::spawn(move || Store::<Caches>::open(options, NOTES).map(drop))
            })
            .collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    }
}

#[test]
fn a_folder_that_is_synchronised_is_refused() {
    let folder = folder();
    let error = refusal(&folder.path().join("Dropbox").join("depot"), NOTES);
    assert!(matches!(error, OpenError::SyncFolder { service: "Dropbox", .. }), "{error}");
}

#[test]
fn a_folder_that_cannot_be_made_is_refused() {
    let folder = folder();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert!(matches!(refusal(&file, NOTES), OpenError::NotWritable { .. }));
}

#[test]
fn a_file_of_a_newer_program_is_refused() {
    let folder = folder();
    open(&folder);
    let error = refusal(folder.path(), &[]);
    assert!(matches!(error, OpenError::NewerSchema { file: 5, program: 4 }), "{error}");
}

#[test]
fn a_later_migration_is_applied_and_one_put_before_is_refused() {
    let folder = folder();
    open(&folder);
    let later = Migration { id: 2026_112701, sql: "ALTER TABLE notes ADD COLUMN more TEXT; -- last" };
    let store = Store::<Caches>::open(StoreOptions::new(folder.path()), &[later, NOTES[0]]).unwrap();
    let added: i64 = read(&store, |c| {
        c.query_row("SELECT count(*) FROM pragma_table_info('notes') WHERE name = 'more'", (), |row| {
            row.get(0)
        })
    });
    assert_eq!(added, 1);
    drop(store);
    let before = Migration { id: 2026_112400, sql: "SELECT 1" };
    let error = refusal(folder.path(), &[before, NOTES[0], later]);
    let OpenError::Migrations(reason) = error else { panic!("{error}") };
    assert!(reason.starts_with("the file has the steps"), "{reason}");
    assert!(matches!(refusal(folder.path(), &[NOTES[0], NOTES[0]]), OpenError::Migrations(_)));
}

#[test]
fn a_migration_that_fails_leaves_the_file_as_it_was() {
    let folder = folder();
    let broken = Migration { id: 2026_112601, sql: "CREATE TABLE more (id INTEGER); nonsense" };
    assert!(matches!(refusal(folder.path(), &[NOTES[0], broken]), OpenError::Migrations(_)));
    write_one(&open(&folder), 1).unwrap();
}

#[test]
fn a_damaged_file_is_said_to_be_damaged() {
    let folder = folder();
    std::fs::write(folder.path().join("depot.sqlite3"), [7; 9000]).unwrap();
    assert!(matches!(refusal(folder.path(), NOTES), OpenError::Corrupt { .. }));
}

#[test]
fn a_head_that_was_changed_is_found_at_once() {
    let folder = folder();
    write_one(&open(&folder), 1).unwrap();
    tamper(&folder, "UPDATE events SET payload = '{}'");
    assert!(matches!(refusal(folder.path(), NOTES), OpenError::Corrupt { .. }));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_enter_the_folder_and_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let data = folder.path().join("depot");
    let store = Store::<Caches>::open(StoreOptions::new(&data), NOTES).unwrap();
    write_one(&store, 1).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for file in ["depot.sqlite3", "depot.sqlite3-wal", "depot.sqlite3-shm", "depot.lock"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_second_store_beside_one_that_writes_leaves_its_log_as_it_is() {
    let folder = folder();
    let store = open(&folder);
    // Some mebibytes, so that it is written again in many pieces.
    let much = "x".repeat(3 << 20);
    store
        .write_blocking(move |unit, _| {
            unit.tables_mut()?.execute("INSERT INTO notes (text) VALUES (?1)", [&much])?;
            Ok::<_, Failure>(())
        })
        .unwrap();
    for number in 1..=40 {
        write_one(&store, number).unwrap();
        let beside = StoreOptions { exclusive: false, ..StoreOptions::new(folder.path()) };
        let second = Store::<Caches>::open(beside, NOTES).unwrap();
        write_one(&second, number).unwrap();
    }
    assert_eq!(read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap())).events, 80);
}
