//! What a batch costs, what works in it see of each other, and who shares whose fate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use depot_store::{Unit, WriteError, chain, log, seal, subscription};

use crate::common::*;
use crate::writing::{in_one_batch, runtime};

type Work<T> = Box<dyn Fn(&mut Unit<'_>, &mut Caches) -> Result<T, Failure> + Send>;

fn insert(unit: &mut Unit<'_>) -> Result<(), Failure> {
    unit.tables_mut()?.execute("INSERT INTO notes (text) VALUES ('x')", ())?;
    Ok(())
}

#[test]
fn only_what_writes_costs_a_commit() {
    let folder = folder();
    let store = open(&folder);
    assert_eq!(store.commits(), 0);
    store.write_blocking(|_, _| Ok::<_, Failure>(())).unwrap();
    assert_eq!(store.commits(), 0);
    write_one(&store, 1).unwrap();
    write_one(&store, 1).unwrap();
    assert_eq!(store.commits(), 2);
    let refused = store.write_blocking(|unit, _| insert(unit).and(Err::<(), _>(Failure::Refused)));
    assert!(matches!(refused, Err(WriteError::Refused(Failure::Refused))));
    assert_eq!(store.commits(), 2);
}

#[test]
fn works_that_run_apart_see_no_caches_of_what_was_undone_and_keep_the_others() {
    let folder = folder();
    let store = open(&folder);
    let works: Vec<Work<u32>> = vec![
        // Makes all of them run apart.
        Box::new(|unit, caches| {
            *caches = 100;
            insert(unit).and(Err(Failure::Refused))
        }),
        Box::new(|_, caches| {
            *caches += 1;
            Ok(*caches)
        }),
        Box::new(|_, _| Err(Failure::Refused)),
        Box::new(|unit, caches| {
            *caches += 1;
            insert(unit).map(|()| *caches)
        }),
        Box::new(|_, caches| {
            *caches = 100;
            panic!("a work panics")
        }),
        Box::new(|_, caches| Ok(*caches)),
    ];
    let results = runtime().block_on(in_one_batch(&store, works));
    assert!(
        matches!(
            results[..],
            [
                Err(WriteError::Refused(_)),
                Ok(1),
                Err(WriteError::Refused(_)),
                Ok(2),
                Err(WriteError::Panicked),
                Ok(0)
            ]
        ),
        "{results:?}"
    );
}

/// Whether a savepoint of the store is open; what was written since it is undone.
fn has_savepoint(unit: &Unit<'_>) -> bool {
    unit.tables().execute_batch("ROLLBACK TO unit").is_ok()
}

#[test]
fn only_works_that_run_apart_pay_for_a_savepoint_and_none_is_left_open() {
    let folder = folder();
    let store = open(&folder);
    let writes_within: fn(&mut Unit<'_>) -> Result<bool, Failure> = |unit| {
        unit.tables_mut()?;
        Ok(has_savepoint(unit))
    };
    let together: Vec<Work<bool>> =
        vec![Box::new(move |unit, _| writes_within(unit)), Box::new(move |unit, _| writes_within(unit))];
    let results = runtime().block_on(in_one_batch(&store, together));
    assert!(matches!(results[..], [Ok(false), Ok(false)]), "{results:?}");
    let apart: Vec<Work<bool>> = vec![
        Box::new(|unit, _| insert(unit).and(Err(Failure::Refused))),
        Box::new(move |unit, _| writes_within(unit)),
        Box::new(|unit, _| Ok(has_savepoint(unit))),
    ];
    let results = runtime().block_on(in_one_batch(&store, apart));
    assert!(matches!(results[..], [Err(WriteError::Refused(_)), Ok(true), Ok(false)]), "{results:?}");
}

#[test]
fn a_work_that_saw_nothing_unstored_does_not_share_the_fate_of_a_commit() {
    let folder = folder();
    let store = open(&folder);
    let works: Vec<Work<()>> = vec![
        Box::new(|_, _| Ok(())),
        Box::new(|_, _| Err(Failure::Refused)),
        Box::new(|unit, _| {
            unit.tables_mut()?.commit_hook(Some(|| true))?;
            insert(unit)
        }),
        Box::new(|_, _| Ok(())),
    ];
    let results = runtime().block_on(in_one_batch(&store, works));
    assert!(
        matches!(
            results[..],
            [Ok(()), Err(WriteError::Refused(_)), Err(WriteError::Unknown(_)), Err(WriteError::Unknown(_))]
        ),
        "{results:?}"
    );
}

#[test]
fn a_transaction_that_ended_under_a_work_stores_nothing() {
    let folder = folder();
    let store = open(&folder);
    let ended = store.write_blocking(|unit, _| {
        insert(unit)?;
        unit.tables_mut()?.execute_batch("ROLLBACK")?;
        Ok::<_, Failure>(())
    });
    assert!(
        matches!(&ended, Err(WriteError::Storage(reason)) if reason.contains("rolled back")),
        "{ended:?}"
    );
    write_one(&store, 1).unwrap();
}

#[test]
fn an_error_of_sqlite_that_is_no_full_disk_is_the_works_own() {
    let folder = folder();
    let store = open(&folder);
    let refused = store.write_blocking(|unit, _| unit.tables_mut()?.execute("DELETE FROM nothing", ()));
    assert!(matches!(refused, Err(WriteError::Refused(_))), "{refused:?}");
}

#[test]
fn dropping_the_last_clone_waits_for_what_was_accepted() {
    let folder = folder();
    let store = open(&folder);
    let done = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&done);
    runtime().block_on(async {
        let slow = store.write(move |unit, _| {
            std::thread::sleep(Duration::from_millis(400));
            insert(unit)?;
            noted.store(true, Ordering::Release);
            Ok::<_, Failure>(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(100), slow).await.is_err());
    });
    assert!(!done.load(Ordering::Acquire));
    drop(store);
    assert!(done.load(Ordering::Acquire));
}

#[test]
fn a_log_that_is_cleared_begins_anew() {
    let folder = folder();
    let store = open(&folder);
    let key = Arc::new(seal::SealKey::open(folder.path()).unwrap());
    for number in 1..=3 {
        write_one(&store, number).unwrap();
    }
    let theirs = Arc::clone(&key);
    store
        .write_blocking(move |unit, _| {
            unit.seal(&theirs, at(1))?;
            subscription::acknowledge(unit.tables_mut()?, "hook", "delivery", 3, at(1))?;
            unit.clear_log()?;
            assert_eq!(unit.next_sequence(), 1);
            append_one(unit, stream(1))
        })
        .unwrap();
    assert_eq!(sequences(&read(&store, |c| log::all(c, 0, 9))), [1]);
    assert!(read(&store, subscription::list).is_empty());
    let verified = read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap()));
    assert_eq!((verified.events, verified.seals), (1, 0));
    let deleted = store.write_blocking(|unit, _| unit.tables_mut()?.execute("DELETE FROM events", ()));
    assert!(deleted.is_err(), "events never go again");
}
