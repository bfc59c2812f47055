//! What is personal is sealed, opens with the stream's secret alone, and is gone with it, while the chain stands.

use depot_store::rusqlite::Connection;
use depot_store::{NewEvent, StoredEvent, chain, log, subject};
use serde_json::Value;

use crate::common::{Failure, TestStore, event, folder, meta, open, read, stream, tamper};

fn personal(public: &str, personal: &str) -> NewEvent {
    NewEvent { personal: Some(personal.to_owned()), ..event(public) }
}

fn append(store: &TestStore, number: u128, new: NewEvent) -> StoredEvent {
    let appended = store.write_blocking(move |unit, _| {
        let version = unit.version(stream(number))?;
        Ok::<_, Failure>(unit.append(
            stream(number),
            "delivery",
            version,
            std::slice::from_ref(&new),
            &meta(0),
        )?)
    });
    let sequence = appended.unwrap();
    read(store, |c| log::all(c, sequence - 1, 1)).remove(0)
}

/// The type of the event that tells of an erasure.
const ERASED: &[&str] = &["Erased"];

/// As an application erases somebody: an event tells of it.
fn erase(store: &TestStore, number: u128) {
    append(store, number, NewEvent { event_type: "Erased", ..event("{}") });
    destroy(store, number);
}

fn destroy(store: &TestStore, number: u128) {
    store.write_blocking(move |unit, _| Ok::<_, Failure>(unit.destroy_secret(stream(number))?)).unwrap();
}

fn verified(store: &TestStore) -> Result<u64, Option<u64>> {
    let verified = read(store, |c| Ok(chain::verify(c, None, ERASED)));
    verified.map(|verified| verified.events).map_err(|error| error.sequence())
}

fn opened(event: &StoredEvent) -> Result<Option<String>, String> {
    let payload: Value = serde_json::from_str(&event.payload).unwrap();
    subject::open(event, &payload[subject::MEMBER])
}

fn first(store: &TestStore, number: u128) -> StoredEvent {
    read(store, |c| log::stream(c, stream(number), 0, 1)).remove(0)
}

#[test]
fn what_is_personal_is_sealed_and_opens() {
    let folder = folder();
    let store = open(&folder);
    let appended = append(&store, 1, personal(r#"{"n":1}"#, r#"{"name":"Ann"}"#));
    assert!(appended.payload.starts_with(r#"{"n":1,"personal":{"#) && !appended.payload.contains("Ann"));
    assert_eq!(opened(&appended), Ok(Some(r#"{"name":"Ann"}"#.to_owned())));
    assert_eq!(first(&store, 1), appended);
    let empty = append(&store, 2, personal("{}", r#"{"name":"Bob"}"#));
    assert!(empty.payload.starts_with(r#"{"personal":{"#));
    // No two texts are sealed alike, not even the same text twice.
    let again = append(&store, 1, personal(r#"{"n":1}"#, r#"{"name":"Ann"}"#));
    assert_ne!(again.payload, appended.payload);
    read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap()));
}

#[test]
fn it_opens_nowhere_else_and_with_nothing_else() {
    let folder = folder();
    let store = open(&folder);
    let one = append(&store, 1, personal("{}", r#"{"name":"Ann"}"#));
    let other = append(&store, 2, personal("{}", r#"{"name":"Bob"}"#));
    for moved in [
        StoredEvent { version: 2, ..one.clone() },
        StoredEvent { stream: stream(2), ..one.clone() },
        StoredEvent { event_type: "Other".to_owned(), ..one.clone() },
        StoredEvent { payload: one.payload.replacen("sealed\":\"", "sealed\":\"AAAA", 1), ..one.clone() },
        StoredEvent { payload: r#"{"personal":{}}"#.to_owned(), ..one.clone() },
    ] {
        assert!(opened(&moved).is_err(), "{moved:?}");
    }
    assert_eq!(opened(&StoredEvent { secret: other.secret, ..one.clone() }), Ok(None));
    assert_eq!(format!("{:?}", one.secret), "Some(Secret(…))");
}

#[test]
fn a_secret_that_is_destroyed_takes_what_it_sealed_with_it_and_no_more() {
    let folder = folder();
    let store = open(&folder);
    append(&store, 1, personal("{}", r#"{"name":"Ann"}"#));
    append(&store, 2, personal("{}", r#"{"name":"Bob"}"#));
    assert_eq!(verified(&store), Ok(2));
    erase(&store, 1);
    assert_eq!(verified(&store), Ok(3));
    assert_eq!(opened(&first(&store, 1)), Ok(None));
    assert!(opened(&first(&store, 2)).unwrap().is_some());
    // What comes later has a secret of its own, which does not open what was before.
    let later = append(&store, 1, personal("{}", r#"{"name":"Ann again"}"#));
    assert!(opened(&later).unwrap().is_some());
    assert_eq!(opened(&first(&store, 1)), Ok(None));
    erase(&store, 1);
    assert_eq!(verified(&store), Ok(5));
}

#[test]
fn a_secret_that_is_taken_out_without_an_erasure_is_missed() {
    let folder = folder();
    let store = open(&folder);
    for (number, name) in [(1, "Ann"), (2, "Bob"), (1, "Anna")] {
        append(&store, number, personal("{}", &format!(r#"{{"name":"{name}"}}"#)));
    }
    let sql = |sql: &str| {
        let connection = Connection::open(folder.path().join("depot.sqlite3")).unwrap();
        connection.execute_batch(sql).unwrap();
    };
    let secret = "SELECT secret FROM streams WHERE id = x'00000000000000000000000000000001'";
    sql(&format!("CREATE TABLE kept AS {secret}"));
    let put_back = "UPDATE streams SET secret = (SELECT secret FROM kept) WHERE stream_no = 1";
    // Taken out, or exchanged for another's: the last event that it opened is named.
    for taken in ["NULL", "zeroblob(32)", "(SELECT secret FROM streams WHERE stream_no = 2)"] {
        sql(&format!("UPDATE streams SET secret = {taken} WHERE stream_no = 1"));
        assert_eq!(verified(&store), Err(Some(3)), "{taken}");
        sql(put_back);
        assert_eq!(verified(&store), Ok(3));
    }
    // A second secret that the depot made because the first one was gone hides nothing.
    destroy(&store, 1);
    append(&store, 1, personal("{}", r#"{"name":"Ann again"}"#));
    assert_eq!(verified(&store), Err(Some(3)));
    // An erasure tells of what was before it, and of no other stream.
    erase(&store, 2);
    assert_eq!(verified(&store), Err(Some(3)));
}

#[test]
fn after_scrubbing_no_byte_of_a_secret_or_of_a_deleted_row_is_in_a_file() {
    let folder = folder();
    let store = open(&folder);
    let secret = append(&store, 1, personal("{}", r#"{"name":"Ann"}"#)).secret.unwrap();
    let note = "a note that is deleted later";
    let sql = format!("INSERT INTO notes (text) VALUES ('{note}')");
    store.write_blocking(move |unit, _| unit.tables_mut()?.execute_batch(&sql)).unwrap();
    let left = || {
        let files = ["depot.sqlite3", "depot.sqlite3-wal"]
            .map(|name| std::fs::read(folder.path().join(name)).unwrap());
        let has = |needle: &[u8]| {
            files.iter().any(|file| file.windows(needle.len()).any(|window| window == needle))
        };
        (has(secret.bytes()), has(note.as_bytes()))
    };
    assert_eq!(left(), (true, true));
    erase(&store, 1);
    store.write_blocking(|unit, _| unit.tables_mut()?.execute_batch("DELETE FROM notes")).unwrap();
    assert_eq!(left(), (true, true));
    store.scrub_blocking().unwrap();
    assert_eq!(left(), (false, false));
    // A reader that has a snapshot open is waited for, and the depot goes on.
    append(&store, 1, event("{}"));
    assert_eq!(verified(&store), Ok(3));
}

#[test]
fn a_history_is_sealed_once_and_its_seals_are_retired() {
    let folder = folder();
    let store = open(&folder);
    let key = depot_store::seal::SealKey::open(folder.path()).unwrap();
    append(&store, 1, event("{}"));
    let seal = move |key: depot_store::seal::SealKey| {
        move |unit: &mut depot_store::Unit<'_>, _: &mut u32| {
            Ok::<_, Failure>(unit.seal(&key, crate::common::at(1))?)
        }
    };
    store.write_blocking(seal(key)).unwrap().unwrap();
    for name in ["Ann", "Bob"] {
        append(&store, 2, event(&format!(r#"{{"name":"{name}"}}"#)));
    }
    let key = depot_store::seal::SealKey::open(folder.path()).unwrap();
    store.write_blocking(seal(key)).unwrap().unwrap();
    let part = |stored: &StoredEvent| {
        let payload = stored.payload.clone();
        Ok::<_, Broken>(payload.contains("name").then(|| NewEvent { schema: 2, ..personal("{}", &payload) }))
    };
    let sealed = store.write_blocking(move |unit, _| {
        unit.seal_history(crate::common::at(2), part).map_err(|_| Failure::Refused)
    });
    assert_eq!(sealed.unwrap(), 2);
    let verified = read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap()));
    assert_eq!((verified.events, verified.seals, verified.retired), (3, 1, 1));
    let event = first(&store, 2);
    assert_eq!((event.schema, opened(&event)), (2, Ok(Some(r#"{"name":"Ann"}"#.to_owned()))));
    append(&store, 2, personal("{}", r#"{"name":"Cleo"}"#));
    read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap()));
    let changed = |c: &Connection| c.execute("UPDATE events SET actor = ''", ()).is_err();
    assert!(read(&store, |c| Ok(changed(c))), "rows of events never change again");
}

#[test]
fn a_history_with_an_event_that_was_changed_is_left_as_it_is() {
    let folder = folder();
    let store = open(&folder);
    for _ in 0..3 {
        append(&store, 1, event(r#"{"name":"Ann"}"#));
    }
    tamper(&folder, "UPDATE events SET actor = 'nobody' WHERE seq = 2;
        CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events never change'); END;");
    let part = |stored: &StoredEvent| Ok::<_, Broken>(Some(personal("{}", &stored.payload.clone())));
    let sealed = store.write_blocking(move |unit, _| {
        unit.seal_history(crate::common::at(2), part).map_err(|_| Failure::Refused)
    });
    assert!(sealed.is_err());
    assert_eq!(first(&store, 1).payload, r#"{"name":"Ann"}"#);
    assert_eq!(read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap_err().sequence())), Some(2));
}

#[derive(Debug)]
struct Broken;

impl From<depot_store::rusqlite::Error> for Broken {
    fn from(_: depot_store::rusqlite::Error) -> Self {
        Self
    }
}

impl From<chain::VerifyError> for Broken {
    fn from(_: chain::VerifyError) -> Self {
        Self
    }
}

#[test]
fn a_stream_without_anything_personal_has_no_secret() {
    let folder = folder();
    let store = open(&folder);
    assert_eq!(append(&store, 1, event("{}")).secret, None);
    let first = append(&store, 1, personal("{}", r#"{"name":"Ann"}"#)).secret;
    assert!(first.is_some());
    assert_eq!(append(&store, 1, event("{}")).secret, first);
    assert_eq!(append(&store, 1, personal("{}", r#"{"name":"Ann"}"#)).secret, first);
}

#[tokio::test]
async fn the_files_are_scrubbed_from_a_runtime_too() {
    let folder = folder();
    let store = open(&folder);
    let insert = "INSERT INTO notes (text) VALUES ('a note that is deleted later')";
    for sql in [insert, "DELETE FROM notes"] {
        store.write(move |unit, _| unit.tables_mut()?.execute_batch(sql)).await.unwrap();
    }
    store.scrub().await.unwrap();
    for name in ["depot.sqlite3", "depot.sqlite3-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        assert!(!bytes.windows(6).any(|window| window == b"a note"), "{name}");
    }
}
