//! Copies of the database: whole, of one moment, without what is left out, and checked.

use std::path::Path;

use depot_store::rusqlite::{Connection, OptionalExtension};
use depot_store::seal::SealKey;
use depot_store::{DATABASE_FILE, backup};

use crate::common::*;

fn note(store: &TestStore, text: &str) {
    let text = text.to_owned();
    store
        .write_blocking(move |unit, _| {
            unit.tables_mut()?.execute("INSERT INTO notes (text) VALUES (?1)", [&text])?;
            Ok::<_, Failure>(())
        })
        .unwrap();
}

fn has(file: &Path, text: &str) -> bool {
    std::fs::read(file).unwrap().windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_copy_is_whole_and_has_nothing_of_what_is_left_out() {
    let folder = folder();
    let store = open(&folder);
    for number in 1..=3 {
        write_one(&store, number).unwrap();
    }
    note(&store, "a note that stays here");
    let whole = folder.path().join("whole.sqlite3");
    backup::copy(folder.path(), &whole, &[]).unwrap();
    assert_eq!(backup::check(&whole, None, &[]).unwrap().events, 3);
    assert!(has(&whole, "a note that stays here"));
    let without = folder.path().join("without.sqlite3");
    // A table that is not there is none to empty.
    backup::copy(folder.path(), &without, &["notes", "no_such_table"]).unwrap();
    assert_eq!(backup::check(&without, None, &[]).unwrap().events, 3);
    assert!(!has(&without, "a note that stays here"));
    // Nothing is written over.
    assert!(backup::copy(folder.path(), &whole, &[]).is_err());
    assert!(backup::copy(&folder.path().join("nowhere"), &folder.path().join("x"), &[]).is_err());
}

#[test]
fn a_copy_of_another_depot_or_a_damaged_one_is_found() {
    let folder = folder();
    let store = open(&folder);
    let key = SealKey::open(folder.path()).unwrap();
    let public = key.public();
    write_one(&store, 1).unwrap();
    store.write_blocking(move |unit, _| Ok::<_, Failure>(unit.seal(&key, at(1))?)).unwrap();
    let copy = folder.path().join("copy.sqlite3");
    backup::copy(folder.path(), &copy, &[]).unwrap();
    assert_eq!(backup::check(&copy, Some(public), &[]).unwrap().seals, 1);
    let error = backup::check(&copy, Some([1; 32]), &[]).unwrap_err();
    assert!(matches!(error, backup::CopyError::Log(_)), "{error}");
    // An index that disagrees with its table is damage that the log says nothing of.
    let page = Connection::open(&copy)
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_streams_1'",
            (),
            |row| row.get::<_, i64>(0),
        )
        .optional()
        .unwrap()
        .unwrap();
    let mut bytes = std::fs::read(&copy).unwrap();
    // The last bytes of a page are its first entry: the number of the row.
    let end = usize::try_from(page).unwrap() * 4096;
    bytes[end - 1] ^= 1;
    std::fs::write(&copy, &bytes).unwrap();
    let error = backup::check(&copy, Some(public), &[]).unwrap_err();
    assert!(matches!(error, backup::CopyError::Damaged(_)), "{error}");
    assert!(folder.path().join(DATABASE_FILE).exists());
}
