//! The chain as others see it: digests and links, a check that pauses, and logs from before links were made of digests.

use depot_store::rusqlite::Connection;
use depot_store::{DATABASE_FILE, OpenError, Store, StoreOptions, chain, log};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::common::*;

fn five() -> (TempDir, TestStore) {
    let folder = folder();
    let store = open(&folder);
    for number in [1, 2, 1, 2, 1] {
        write_one(&store, number).unwrap();
    }
    (folder, store)
}

#[test]
fn the_chain_can_be_followed_by_digests_alone() {
    let (_folder, store) = five();
    let events = read(&store, |c| log::all(c, 0, 9));
    let mut digests = vec![];
    read(&store, |c| chain::digests(c, 2, 4, |sequence, digest| digests.push((sequence, digest))));
    assert_eq!(digests.iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>(), [2, 3, 4]);
    let mut head = events[0].hash;
    for (sequence, digest) in digests {
        head = chain::link(&head, sequence, &digest);
    }
    assert_eq!(head, events[3].hash);
    assert_eq!(read(&store, |c| chain::hash_of(c, 4)), Some(head));
    assert_eq!(read(&store, |c| chain::hash_of(c, 0)), Some(chain::GENESIS));
    assert_eq!(read(&store, |c| chain::hash_of(c, 6)), None);
}

#[test]
fn a_check_that_pauses_goes_on_where_it_was() {
    let (_folder, store) = five();
    let mut verification = chain::Verification::new(None, &[]);
    let mut seen = vec![];
    let verified = loop {
        let paused = read(&store, |c| Ok(verification.advance(c, 2).unwrap()));
        seen.push(verification.events());
        if let Some(verified) = paused {
            break verified;
        }
    };
    assert_eq!(seen, [2, 4, 5]);
    assert_eq!(verified, read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap())));
    // Where the last page is full, only the next one tells that it was the last.
    let mut verification = chain::Verification::new(None, &[]);
    assert!(read(&store, |c| Ok(verification.advance(c, 5).unwrap())).is_none());
    assert!(read(&store, |c| Ok(verification.advance(c, 5).unwrap())).is_some());
}

/// A link as logs had it at first: of the link before, the sequence and the row itself.
fn first_link(previous: &[u8; 32], event: &depot_store::StoredEvent) -> [u8; 32] {
    let mut bytes = previous.to_vec();
    bytes.extend(event.sequence.to_be_bytes());
    let columns: [&[u8]; 11] = [
        event.stream.as_bytes(),
        event.category.as_bytes(),
        &event.version.to_be_bytes(),
        event.event_type.as_bytes(),
        &event.schema.to_be_bytes(),
        &event.occurred_at.timestamp_micros().to_be_bytes(),
        &event.recorded_at.timestamp_micros().to_be_bytes(),
        event.actor.as_bytes(),
        event.correlation.as_bytes(),
        event.causation.as_bytes(),
        event.payload.as_bytes(),
    ];
    for column in columns {
        bytes.extend((column.len() as u64).to_be_bytes());
        bytes.extend(column);
    }
    Sha256::digest(bytes).into()
}

/// A log as a program left it that made links of rows and knew no secrets.
fn old_log() -> TempDir {
    let (folder, store) = five();
    let events = read(&store, |c| log::all(c, 0, 9));
    drop(store);
    let before = "ALTER TABLE streams DROP COLUMN secret; DROP TABLE retired_seals;
        DELETE FROM schema_steps WHERE id >= 2026112571; PRAGMA user_version = 3;";
    let forbid = "CREATE TRIGGER events_never_change BEFORE UPDATE ON events
            BEGIN SELECT RAISE(ABORT, 'events never change'); END;
        CREATE TRIGGER events_never_go BEFORE DELETE ON events
            BEGIN SELECT RAISE(ABORT, 'events never go'); END;";
    tamper(&folder, before);
    let connection = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    let mut previous = chain::GENESIS;
    for event in &events {
        previous = first_link(&previous, event);
        let row = (event.sequence.cast_signed(), previous);
        connection.execute("UPDATE events SET hash = ?2 WHERE seq = ?1", row).unwrap();
    }
    connection.execute_batch(forbid).unwrap();
    folder
}

#[test]
fn a_log_from_before_digests_is_linked_anew_and_says_what_it_said() {
    let (_other, store) = five();
    let (folder, new) = (old_log(), read(&store, |c| log::all(c, 0, 9)));
    let store = open(&folder);
    assert_eq!(read(&store, |c| log::all(c, 0, 9)), new, "links and all");
    read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap()));
    write_one(&store, 1).unwrap();
    let changed =
        store.write_blocking(|unit, _| unit.tables_mut()?.execute("UPDATE events SET actor = ''", ()));
    assert!(changed.is_err(), "rows of events never change again");
}

#[test]
fn a_log_from_before_digests_that_was_changed_is_not_made_good() {
    let folder = old_log();
    let change = "DROP TRIGGER events_never_change; UPDATE events SET actor = 'nobody' WHERE seq = 3;
        CREATE TRIGGER events_never_change BEFORE UPDATE ON events
            BEGIN SELECT RAISE(ABORT, 'events never change'); END;";
    Connection::open(folder.path().join(DATABASE_FILE)).unwrap().execute_batch(change).unwrap();
    for _ in 0..2 {
        let error = Store::<Caches>::open(StoreOptions::new(folder.path()), NOTES).unwrap_err();
        let OpenError::Migrations(reason) = error else { panic!("{error}") };
        assert!(reason.contains("event 3 does not match its hash"), "{reason}");
    }
}
