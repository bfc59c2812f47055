//! The log read in every order, consumers' positions, upcasting, and tampering found.

use crate::common::*;
use depot_store::{
    StoredEvent, UpcastError, Upcaster, UpcasterError, Upcasters,
    chain::{self, VerifyError},
    log, subscription,
};
use serde_json::{Value, json};

/// Six events: streams 1, 2, 1, 2, 1, 2; the second stream is a route.
fn six() -> (tempfile::TempDir, TestStore) {
    let folder = folder();
    let store = open(&folder);
    for number in 0..6_u32 {
        store
            .write_blocking(move |unit, _| {
                let category = if number % 2 == 0 { "delivery" } else { "route" };
                let id = stream(u128::from(number % 2) + 1);
                unit.append(id, category, number / 2, &[event("{\"n\":1}")], &meta(i64::from(number)))
            })
            .unwrap();
    }
    (folder, store)
}

#[test]
fn the_log_is_read_in_pages_by_stream_category_and_as_a_whole() {
    let (_folder, store) = six();
    let of = |events: Vec<StoredEvent>| sequences(&events);
    assert_eq!(of(read(&store, |c| log::stream(c, stream(1), 1, 1))), [3]);
    assert_eq!(of(read(&store, |c| log::category(c, "route", 2, 9))), [4, 6]);
    assert_eq!(of(read(&store, |c| log::all(c, 2, 3))), [3, 4, 5]);
    assert_eq!(of(read(&store, |c| log::all(c, u64::MAX, 3))), [0_u64; 0]);
    assert_eq!(read(&store, log::head), 6);
    let newest = |before, category, stream| {
        let wanted = log::Wanted { before, category, stream, ..log::Wanted::default() };
        of(read(&store, |c| log::newest(c, &wanted, 2)))
    };
    assert_eq!(newest(None, None, None), [6, 5]);
    assert_eq!(newest(Some(5), None, None), [4, 3]);
    assert_eq!(newest(None, Some("delivery"), None), [5, 3]);
    assert_eq!(newest(Some(5), None, Some(stream(1))), [3, 1]);
    assert_eq!(newest(None, Some("route"), Some(stream(1))), [0_u64; 0]);
}

#[test]
fn a_page_is_read_by_index() {
    let (_folder, store) = six();
    for (sql, index) in [
        ("e.seq > 1 ORDER BY e.seq", "INTEGER PRIMARY KEY"),
        ("e.category_no = 1 AND e.seq > 1 ORDER BY e.seq", "events_by_category"),
    ] {
        let plan: Vec<String> = read(&store, |c| {
            let sql = format!(
                "EXPLAIN QUERY PLAN SELECT * FROM events e CROSS JOIN streams s ON s.stream_no = e.stream_no WHERE {sql}"
            );
            c.prepare(&sql)?.query_map((), |row| row.get(3))?.collect()
        });
        assert!(plan[0].contains(index) && !plan.concat().contains("TEMP B-TREE"), "{plan:?}");
    }
}

#[test]
fn what_was_known_at_a_time_is_a_prefix() {
    let folder = folder();
    let store = open(&folder);
    // The clock goes back before the third event.
    for (version, second) in [10, 20, 5, 30].into_iter().enumerate() {
        store
            .write_blocking(move |unit, _| {
                unit.append(stream(1), "delivery", version as u32, &[event("{}")], &meta(second))
            })
            .unwrap();
    }
    let known = |second| sequences(&read(&store, |c| log::stream_as_of(c, stream(1), at(second))));
    assert_eq!(known(9), [0_u64; 0]);
    assert_eq!(known(10), [1]);
    assert_eq!(known(20), [1, 2, 3]);
    assert_eq!(known(99), [1, 2, 3, 4]);
}

#[test]
fn a_position_only_moves_forward_and_never_beyond_the_head() {
    let (_folder, store) = six();
    let acknowledge = |sequence, second| {
        store
            .write_blocking(move |unit, _| {
                subscription::acknowledge(unit.tables_mut()?, "hook", "delivery", sequence, at(second))
            })
            .unwrap()
    };
    assert_eq!(read(&store, |c| subscription::position(c, "hook", "delivery")), 0);
    assert_eq!(acknowledge(3, 1), 3);
    assert_eq!(acknowledge(1, 2), 3);
    assert_eq!(acknowledge(99, 3), 6);
    let all = read(&store, subscription::list);
    assert_eq!((all.len(), all[0].position, all[0].updated_at), (1, 6, at(3)));
    assert_eq!(read(&store, |c| subscription::position(c, "hook", "route")), 0);
}

fn step(event_type: &'static str, from: u16, to_type: &'static str) -> Upcaster {
    fn count(mut payload: Value) -> Result<Value, String> {
        let steps = payload["steps"].as_u64().ok_or("no steps")?;
        payload["steps"] = json!(steps + 1);
        Ok(payload)
    }
    Upcaster { event_type, from, to_type, upcast: Some(count) }
}

fn stored(event_type: &str, schema: u16, payload: &str) -> StoredEvent {
    let (_folder, store) = six();
    let mut event = read(&store, |c| log::all(c, 0, 1)).remove(0);
    event.event_type = event_type.to_owned();
    event.schema = schema;
    event.payload = payload.to_owned();
    event
}

#[test]
fn an_old_event_is_brought_to_the_present_in_two_steps() {
    let upcasters = Upcasters::new(vec![step("Moved", 2, "Shifted"), step("Moved", 1, "Moved")]).unwrap();
    let event = upcasters.apply(stored("Moved", 1, "{\"steps\":0}")).unwrap();
    assert_eq!((event.event_type.as_str(), event.schema), ("Shifted", 3));
    assert_eq!(event.payload, "{\"steps\":2}");
    assert_eq!((upcasters.current("Shifted"), upcasters.current("Other")), (3, 1));
    let present = stored("Shifted", 3, "{ \"steps\" : 7 }");
    assert_eq!(upcasters.apply(present.clone()).unwrap(), present);
}

#[test]
fn an_event_that_cannot_be_upcast_is_named() {
    let upcasters = Upcasters::new(vec![step("Moved", 1, "Moved")]).unwrap();
    let error = |schema, payload| upcasters.apply(stored("Moved", schema, payload)).unwrap_err();
    assert!(matches!(error(1, "{}"), UpcastError::Step { sequence: 1, schema: 1, .. }));
    assert!(matches!(error(1, "{"), UpcastError::Payload { sequence: 1, .. }));
    assert!(matches!(error(3, "{}"), UpcastError::Newer { schema: 3, .. }));
}

#[test]
fn steps_that_do_not_fit_together_are_refused() {
    let twice = Upcasters::new(vec![step("Moved", 1, "Moved"), step("Moved", 1, "Shifted")]);
    assert_eq!(twice.unwrap_err(), UpcasterError::Duplicate { event_type: "Moved", from: 1 });
    let last = Upcasters::new(vec![step("Moved", u16::MAX, "Moved")]);
    assert!(matches!(last, Err(UpcasterError::Schema { .. })));
}

#[test]
fn tampering_is_found_and_its_sequence_named() {
    let mismatch = "does not match";
    let cases = [
        ("UPDATE events SET payload = '{\"n\":2}' WHERE seq = 3", 3, mismatch),
        ("UPDATE events SET actor = 'x', correlation = '' WHERE seq = 1", 1, mismatch),
        ("UPDATE events SET hash = zeroblob(32) WHERE seq = 4", 4, mismatch),
        ("UPDATE events SET category_no = 2 WHERE seq = 5", 5, mismatch),
        ("UPDATE streams SET id = zeroblob(16) WHERE stream_no = 2", 2, mismatch),
        ("DELETE FROM events WHERE seq = 3", 3, "is missing"),
        ("DELETE FROM events WHERE seq = 6", 6, "is missing"),
        ("DELETE FROM events WHERE seq = 1", 1, "is missing"),
        ("DELETE FROM streams WHERE stream_no = 2", 2, "stream or category is missing"),
        (
            "UPDATE events SET seq = 99 WHERE seq = 2; UPDATE events SET seq = 2 WHERE seq = 3;
             UPDATE events SET seq = 3 WHERE seq = 99",
            2,
            mismatch,
        ),
        ("UPDATE events SET seq = -1 WHERE seq = 2", 2, "is missing"),
        ("UPDATE events SET occurred_at = 9223372036854775807 WHERE seq = 2", 2, mismatch),
    ];
    for (sql, sequence, text) in cases {
        let (folder, store) = six();
        read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap()));
        tamper(&folder, sql);
        let error = read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap_err()));
        assert_eq!(error.sequence(), Some(sequence), "{sql}: {error}");
        assert!(error.to_string().contains(text), "{sql}: {error}");
    }
}

#[test]
fn a_version_out_of_step_is_found_though_the_chain_is_whole() {
    let (folder, store) = six();
    tamper(&folder, "UPDATE streams SET version = 2 WHERE stream_no = 1");
    let error = read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap_err()));
    assert!(
        matches!(error, VerifyError::StreamVersion { sequence: 7, expected: 2, actual: 3, .. }),
        "{error}"
    );
}

#[test]
fn an_event_can_neither_be_changed_nor_deleted_by_the_application() {
    let (_folder, store) = six();
    for sql in ["UPDATE events SET payload = '{}'", "DELETE FROM events"] {
        let result = store.write_blocking(move |unit, _| unit.tables_mut()?.execute(sql, ()));
        assert!(result.is_err(), "{sql}");
    }
    read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap()));
}

#[test]
fn a_stretch_of_time_is_found_with_room_for_what_is_out_of_order() {
    let folder = folder();
    let store = open(&folder);
    // A thousand events a second.
    for second in 0..10_u32 {
        store
            .write_blocking(move |unit, _| {
                let events = vec![event("{}"); 1_000];
                unit.append(stream(1), "delivery", second * 1_000, &events, &meta(i64::from(second)))
            })
            .unwrap();
    }
    let between = |from: Option<i64>, until: Option<i64>| {
        read(&store, |c| log::recorded_between(c, from.map(at), until.map(at)))
    };
    assert_eq!(between(None, None), (1, 10_001));
    assert_eq!(between(Some(5), Some(7)), (3_001, 9_001));
    assert_eq!(between(Some(1), Some(9)), (1, 10_001));
    assert_eq!(between(Some(99), None), (8_001, 10_001));
    assert_eq!(between(None, Some(-1)), (1, 2_001));
}
