//! A batch is synced while the next one runs: who waits for what, and what becomes of both where the sync fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use depot_store::{Store, Synchronous, Unit, WriteError, chain, rusqlite};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::trial::{Answer, Failure, Tally, Trial, work};

/// Longer than anything takes that waits for nobody.
const MOMENT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(60);

/// A store with its threads, on a disk whose syncs can be held.
fn opened() -> (Trial, Store<u32>) {
    let trial = Trial { threads: true, ..Trial::new(1, Synchronous::Full) };
    let store = trial.open().unwrap();
    (trial, store)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Sends a work that notes its number, and counts how often it ran.
fn send(store: &Store<u32>, id: i64, ran: &Arc<AtomicU32>) -> JoinHandle<Answer> {
    let (store, ran) = (store.clone(), Arc::clone(ran));
    tokio::spawn(async move {
        let counted = move |unit: &mut Unit<'_>, _: &mut u32| {
            ran.fetch_add(1, Ordering::AcqRel);
            work(unit, id, 5)
        };
        store.write(counted).await
    })
}

async fn until(ran: &AtomicU32, times: u32) {
    let done = async {
        while ran.load(Ordering::Acquire) < times {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(LONG, done).await.unwrap();
}

/// Sends two works, of which the second has run when this returns, while the first is committed and its sync is held.
async fn one_beside_another(
    trial: &Trial,
    store: &Store<u32>,
    ids: [i64; 2],
    ran: &Arc<AtomicU32>,
) -> [JoinHandle<Answer>; 2] {
    let before = ran.load(Ordering::Acquire);
    trial.disk.hold_syncs();
    let first = send(store, ids[0], ran);
    trial.disk.wait_until_syncs_are_held();
    let second = send(store, ids[1], ran);
    until(ran, before + 2).await;
    [first, second]
}

/// Looks at what the next process finds.
fn audit(seed: u64, mut trial: Trial, store: Store<u32>) {
    drop(store);
    trial.disk.switch_on();
    trial.next = trial.said.keys().max().unwrap() + 1;
    trial.audit(0);
    assert!(trial.tally.is_good(), "seed {seed}: {}", trial.tally);
}

fn notes(c: &rusqlite::Connection) -> Result<i64, Failure> {
    Ok(c.query_row("SELECT count(*) FROM notes", (), |row| row.get(0))?)
}

#[test]
fn a_batch_runs_while_the_one_before_is_synced_and_nobody_is_answered_early() {
    let (trial, store) = opened();
    runtime().block_on(async {
        let ran = Arc::new(AtomicU32::new(0));
        let [first, second] = one_beside_another(&trial, &store, [2, 3], &ran).await;
        sleep(MOMENT).await;
        assert!(!first.is_finished() && !second.is_finished());
        assert_eq!((store.commits(), store.head()), (1, 0), "the second waits with its commit");
        trial.disk.release_syncs();
        for answer in [first, second] {
            timeout(LONG, answer).await.unwrap().unwrap().unwrap();
        }
        assert_eq!((store.commits(), store.head(), ran.load(Ordering::Acquire)), (2, 2, 2));
    });
}

#[test]
fn a_read_returns_what_is_on_the_disk_and_a_look_waits_for_nothing() {
    let (trial, store) = opened();
    runtime().block_on(async {
        let ran = Arc::new(AtomicU32::new(0));
        assert_eq!(store.read(notes).await.unwrap(), 0);
        trial.disk.hold_syncs();
        let first = send(&store, 2, &ran);
        trial.disk.wait_until_syncs_are_held();
        assert_eq!(store.read_now(notes).unwrap(), 1, "it is committed");
        let mut read = Box::pin(store.read(notes));
        assert!(timeout(MOMENT, &mut read).await.is_err(), "it is not on the disk");
        trial.disk.release_syncs();
        assert_eq!(timeout(LONG, read).await.unwrap().unwrap(), 1);
        first.await.unwrap().unwrap();
    });
}

#[test]
fn a_batch_that_ran_on_one_whose_sync_failed_runs_again() {
    let (mut trial, store) = opened();
    runtime().block_on(async {
        let ran = Arc::new(AtomicU32::new(0));
        let [first, second] = one_beside_another(&trial, &store, [2, 3], &ran).await;
        trial.disk.fail_syncs(1);
        trial.disk.release_syncs();
        let (first, second) = (first.await.unwrap(), second.await.unwrap());
        assert!(matches!(first, Err(WriteError::Unknown(_))), "{first:?}");
        assert!(second.is_ok(), "{second:?}");
        assert_eq!(ran.load(Ordering::Acquire), 3);
        for (id, answer) in [(2, first), (3, second)] {
            trial.note(id, answer);
        }
        // Nobody waits for ever for a commit that failed.
        assert!((1..=2).contains(&timeout(LONG, store.read(notes)).await.unwrap().unwrap()));
        store.read(|c| Ok::<_, Failure>(chain::verify(c, None, &[]).unwrap())).await.unwrap();
    });
    trial.disk.cut();
    audit(1, trial, store);
}

#[test]
fn what_ran_on_an_unsynced_batch_goes_with_the_power_and_was_never_told() {
    for seed in 0..20 {
        let mut trial = Trial { threads: true, ..Trial::new(seed, Synchronous::Full) };
        let store = trial.open().unwrap();
        runtime().block_on(async {
            let ran = Arc::new(AtomicU32::new(0));
            send(&store, 2, &ran).await.unwrap().unwrap();
            trial.note(2, Ok(()));
            let [second, third] = one_beside_another(&trial, &store, [3, 4], &ran).await;
            trial.disk.cut();
            trial.disk.release_syncs();
            let (second, third) = (second.await.unwrap(), third.await.unwrap());
            assert!(second.is_err() && third.is_err(), "{second:?} {third:?}");
            for (id, answer) in [(3, second), (4, third)] {
                trial.note(id, answer);
            }
        });
        audit(seed, trial, store);
    }
}

#[test]
fn nothing_acknowledged_is_lost_whatever_fails_on_whichever_thread() {
    let mut sum = Tally::default();
    for seed in 0..super::asked("FAULT_SEEDS").unwrap_or(super::SEEDS).div_ceil(10) {
        let tally = Trial::with_threads(seed).run();
        assert!(tally.is_good(), "not the same each time, seed {seed}: {tally}");
        sum.add(tally);
    }
    assert!(sum.unknown > 0 && sum.cuts > 10, "too little was tried: {sum}");
}
