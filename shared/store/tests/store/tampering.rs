//! A thousand ways to change a log behind the depot's back, by seed: each is found, or changes nothing that is read.
//!
//! `TAMPER_TIMES=10` tries ten times as many.

use std::path::{Path, PathBuf};

use depot_store::rusqlite::{Connection, types::Value};
use depot_store::seal::{self, SealKey};
use depot_store::{DATABASE_FILE, StoredEvent, backup, chain, log};
use tempfile::TempDir;

use crate::common::*;

const EVENTS: u64 = 120;
const STREAMS: u64 = 15;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn sequence(&mut self) -> u64 {
        1 + self.below(EVENTS)
    }
}

/// So many, or a multiple of that where it is asked for.
fn cases(usual: u32) -> std::ops::Range<u32> {
    let times = std::env::var("TAMPER_TIMES").map_or(1, |text| text.parse::<u32>().unwrap());
    0..usual * times
}

/// A log that is closed, sealed now and then and at its end.
struct Sealed {
    folder: TempDir,
    bytes: Vec<u8>,
    key: [u8; 32],
    /// Everything the log says.
    told: Vec<Vec<Value>>,
}

impl Sealed {
    fn new() -> Self {
        let folder = folder();
        let key = SealKey::open(folder.path()).unwrap();
        let public = key.public();
        let store = open(&folder);
        let key = std::sync::Arc::new(key);
        for number in 0..EVENTS {
            let key = std::sync::Arc::clone(&key);
            store
                .write_blocking(move |unit, _| {
                    let stream = stream(u128::from(number % STREAMS));
                    let version = unit.version(stream)?;
                    let payload = format!("{{\"n\":{number},\"text\":\"what happened\"}}");
                    let meta = meta(i64::try_from(number).unwrap());
                    unit.append(stream, "delivery", version, &[event(&payload)], &meta)?;
                    if (number + 1) % 30 == 0 {
                        unit.seal(&key, meta.recorded_at)?;
                    }
                    Ok::<_, Failure>(())
                })
                .unwrap();
        }
        drop(store);
        let file = folder.path().join(DATABASE_FILE);
        let told = told(&file).unwrap();
        let verified = backup::check(&file, Some(public), &[]).unwrap();
        assert_eq!((verified.events, verified.seals), (EVENTS, 4));
        Self { bytes: std::fs::read(&file).unwrap(), folder, key: public, told }
    }

    /// A copy that can be ruined.
    fn copy(&self, bytes: &[u8]) -> PathBuf {
        let file = self.folder.path().join("copy.sqlite3");
        std::fs::write(&file, bytes).unwrap();
        file
    }

    fn disarmed(&self) -> (PathBuf, Connection) {
        let file = self.copy(&self.bytes);
        let connection = Connection::open(&file).unwrap();
        let disarm = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF;
                      DROP TRIGGER events_never_change; DROP TRIGGER events_never_go;";
        connection.execute_batch(disarm).unwrap();
        (file, connection)
    }

    /// What the check says of a file that was changed by SQL.
    fn found(&self, file: &Path, connection: Connection, what: &str) -> String {
        connection.close().unwrap();
        let found = backup::check(file, Some(self.key), &[]);
        found.expect_err(what).to_string()
    }
}

fn told(file: &Path) -> Option<Vec<Vec<Value>>> {
    let connection = Connection::open(file).ok()?;
    let mut told = vec![];
    for table in ["events", "streams", "categories", "seals"] {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).ok()?;
        let columns = statement.column_count();
        let rows = statement.query_map((), |row| (0..columns).map(|column| row.get(column)).collect());
        told.extend(rows.ok()?.collect::<Result<Vec<Vec<Value>>, _>>().ok()?);
    }
    Some(told)
}

#[test]
fn four_hundred_flipped_bits_are_found_or_change_nothing() {
    let sealed = Sealed::new();
    let mut dice = Dice(0x5eed);
    let mut found = 0;
    for case in cases(400) {
        let mut bytes = sealed.bytes.clone();
        // Not in the file's header, whose fields say nothing of the log.
        let place = 100 + usize::try_from(dice.below(bytes.len() as u64 - 100)).unwrap();
        let bit = dice.below(8);
        bytes[place] ^= 1 << bit;
        let file = sealed.copy(&bytes);
        if backup::check(&file, Some(sealed.key), &[]).is_err() {
            found += 1;
        } else {
            let context = String::from_utf8_lossy(&bytes[place.saturating_sub(60)..place + 20]).into_owned();
            assert!(
                told(&file).as_ref() == Some(&sealed.told),
                "case {case}: bit {bit} of byte {place}: {context}"
            );
        }
    }
    // The others lie in bytes that no row uses: most pages of so small a file are nearly empty. That none of them
    // changed a row was just compared; this is only to see that the check is not idle.
    assert!(found > 80, "only {found} of 400 flipped bits were found");
}

#[test]
fn two_hundred_edits_are_found_and_named() {
    let sealed = Sealed::new();
    let mut dice = Dice(0xed17);
    for _ in cases(200) {
        let (file, connection) = sealed.disarmed();
        let sequence = dice.sequence();
        let edits = [
            "payload = payload || ' '",
            "payload = replace(payload, 'happened', 'HAPPENED')",
            "type = 'Else'",
            "schema = schema + 1",
            "actor = 'dispatcher:2'",
            "correlation = ''",
            "causation = 'c'",
            "occurred_at = occurred_at + 1",
            "recorded_at = recorded_at - 1",
            "hash = randomblob(32)",
        ];
        let edit = edits[usize::try_from(dice.below(edits.len() as u64)).unwrap()];
        connection
            .execute(&format!("UPDATE events SET {edit} WHERE seq = ?1"), [sequence.cast_signed()])
            .unwrap();
        let error = sealed.found(&file, connection, edit);
        assert!(error.ends_with(&format!("event {sequence} does not match its hash")), "{edit}: {error}");
    }
}

#[test]
fn one_hundred_deletions_are_found_and_named() {
    let sealed = Sealed::new();
    let mut dice = Dice(0xde1e7e);
    for case in cases(100) {
        let (file, connection) = sealed.disarmed();
        let sequence = dice.sequence();
        connection.execute("DELETE FROM events WHERE seq = ?1", [sequence.cast_signed()]).unwrap();
        // Every other time with the gap closed.
        if case % 2 == 0 {
            for later in sequence + 1..=EVENTS {
                connection
                    .execute("UPDATE events SET seq = seq - 1 WHERE seq = ?1", [later.cast_signed()])
                    .unwrap();
            }
        }
        let error = sealed.found(&file, connection, "a deletion");
        assert!(error.contains(&format!("event {sequence} ")), "{sequence}: {error}");
    }
}

#[test]
fn one_hundred_swaps_are_found_and_named() {
    let sealed = Sealed::new();
    let mut dice = Dice(0x5a4b);
    for case in cases(100) {
        let (file, connection) = sealed.disarmed();
        let (one, step) = (dice.sequence(), 1 + dice.below(EVENTS - 1));
        let other = (one - 1 + step) % EVENTS + 1;
        let statements = if case % 2 == 0 {
            format!(
                "UPDATE events SET seq = 9999 WHERE seq = {one}; UPDATE events SET seq = {one} WHERE seq = {other};
                 UPDATE events SET seq = {other} WHERE seq = 9999"
            )
        } else {
            format!(
                "CREATE TEMP TABLE kept AS SELECT seq, payload FROM events WHERE seq IN ({one}, {other});
                 UPDATE events SET payload = (SELECT payload FROM kept WHERE seq = {other}) WHERE seq = {one};
                 UPDATE events SET payload = (SELECT payload FROM kept WHERE seq = {one}) WHERE seq = {other};"
            )
        };
        connection.execute_batch(&statements).unwrap();
        let first = one.min(other);
        let error = sealed.found(&file, connection, "a swap");
        assert!(
            error.ends_with(&format!("event {first} does not match its hash")),
            "{one}, {other}: {error}"
        );
    }
}

#[test]
fn one_hundred_truncations_are_found_though_nothing_else_remembers_what_is_gone() {
    let sealed = Sealed::new();
    let mut dice = Dice(0x7a11);
    for _ in cases(100) {
        let (file, connection) = sealed.disarmed();
        let kept = dice.below(EVENTS);
        connection
            .execute_batch(&format!(
                "DELETE FROM events WHERE seq > {kept};
                 UPDATE streams SET version = max(1, (SELECT COUNT(*) FROM events e WHERE e.stream_no = streams.stream_no));
                 DELETE FROM streams WHERE stream_no NOT IN (SELECT stream_no FROM events);"
            ))
            .unwrap();
        let error = sealed.found(&file, connection, "a truncation");
        assert!(error.ends_with(&format!("event {} is missing", kept + 1)), "{kept}: {error}");
    }
}

#[test]
fn one_hundred_logs_rewritten_as_a_whole_are_betrayed_by_their_seals() {
    let sealed = Sealed::new();
    let mut dice = Dice(0x4e4);
    for _ in cases(100) {
        let (file, connection) = sealed.disarmed();
        let sequence = dice.sequence();
        connection
            .execute("UPDATE events SET actor = 'somebody else' WHERE seq = ?1", [sequence.cast_signed()])
            .unwrap();
        link_anew(&connection);
        chain::verify(&Connection::open(&file).unwrap(), None, &[])
            .expect_err("seals are checked without a key as well");
        let error = sealed.found(&file, connection, "a rewritten log");
        let first = (sequence - 1) / 30 * 30;
        let expected = format!("one of the events {} to {}", first + 1, first + 30);
        assert!(error.contains(&expected), "{sequence}: {error}");
    }
}

#[test]
fn a_seal_with_another_key_is_not_taken_for_ours() {
    let sealed = Sealed::new();
    let (file, connection) = sealed.disarmed();
    connection.execute("UPDATE events SET actor = 'somebody else' WHERE seq = 100", ()).unwrap();
    link_anew(&connection);
    let elsewhere = folder();
    let other = SealKey::open(elsewhere.path()).unwrap();
    connection.execute("DELETE FROM seals", ()).unwrap();
    let head = chain::hash_of(&connection, EVENTS).unwrap().unwrap();
    let seal = other.seal(EVENTS, head, at(0));
    connection
        .execute(
            "INSERT INTO seals VALUES (?1, ?2, ?3, ?4, ?5)",
            (EVENTS.cast_signed(), seal.head, seal.at.timestamp_micros(), seal.key, seal.signature),
        )
        .unwrap();
    let error = sealed.found(&file, connection, "a foreign seal");
    assert!(error.contains("another depot's key"), "{error}");
}

/// What somebody does who knows how links are made.
fn link_anew(connection: &Connection) {
    let events: Vec<StoredEvent> = log::all(connection, 0, u32::MAX).unwrap();
    let mut previous = chain::GENESIS;
    let transaction = connection.unchecked_transaction().unwrap();
    for event in events {
        previous = chain::link(&previous, event.sequence, &chain::digest(&event));
        transaction
            .execute("UPDATE events SET hash = ?2 WHERE seq = ?1", (event.sequence.cast_signed(), previous))
            .unwrap();
    }
    transaction.commit().unwrap();
}

#[test]
fn the_seal_that_covers_an_event_is_the_first_on_it_or_after_it() {
    let sealed = Sealed::new();
    let connection = Connection::open(sealed.copy(&sealed.bytes)).unwrap();
    let covering = |sequence| seal::first_after(&connection, sequence).unwrap().map(|seal| seal.sequence);
    assert_eq!([1, 30, 31, 120].map(covering), [Some(30), Some(30), Some(60), Some(120)]);
    assert_eq!(covering(121), None);
    let newest: Vec<u64> = seal::newest(&connection, 2).unwrap().iter().map(|seal| seal.sequence).collect();
    assert_eq!(newest, [120, 90]);
}
