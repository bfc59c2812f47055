//! The real store on a disk that fails: nothing acknowledged is lost, nothing refused is stored, the chain is whole, and
//! every failure comes again with its seed.
//!
//! `FAULT_SEEDS=10000` tries so many seeds, `FAULT_SEED=7` that one alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod beside;
mod trial;

use std::thread;
use std::time::Duration;

use depot_store::{DATABASE_FILE, Synchronous, WriteError};
use faults::Faults;

use crate::trial::{Tally, Trial};

const SEEDS: u64 = 300;

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

fn seeds() -> std::ops::Range<u64> {
    match asked("FAULT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("FAULT_SEEDS").unwrap_or(SEEDS),
    }
}

/// Runs seeds on both of a small machine's cores.
fn trials(synchronous: Synchronous, seeds: std::ops::Range<u64>) -> (Tally, Vec<u64>) {
    let halves: Vec<_> = (0..2)
        .map(|half| {
            let mine: Vec<_> = seeds.clone().filter(|seed| seed % 2 == half).collect();
            std::thread::spawn(move || {
                let (mut sum, mut bad) = (Tally::default(), Vec::new());
                for seed in mine {
                    let tally = Trial::new(seed, synchronous).run();
                    if !tally.is_good() {
                        bad.push(seed);
                    }
                    sum.add(tally);
                }
                (sum, bad)
            })
        })
        .collect();
    let (mut sum, mut bad) = (Tally::default(), Vec::new());
    for half in halves {
        let (tally, seeds) = half.join().unwrap();
        sum.add(tally);
        bad.extend(seeds);
    }
    eprintln!("{seeds:?} with {synchronous:?}: {sum}");
    (sum, bad)
}

#[test]
fn nothing_acknowledged_is_lost_whatever_fails() {
    let (sum, bad) = trials(Synchronous::Full, seeds());
    assert!(sum.is_good(), "FAULT_SEED={bad:?}: {sum}");
    assert!(
        asked("FAULT_SEED").is_some() || (sum.unknown > 20 && sum.cuts > 100),
        "too little was tried: {sum}"
    );
}

#[test]
fn the_control_without_a_sync_a_commit_loses_what_it_acknowledged() {
    let (sum, _) = trials(Synchronous::Normal, 0..40);
    assert!(sum.lost > 0, "this disk loses nothing, so it proves nothing: {sum}");
}

#[test]
fn a_seed_fails_at_the_same_call_every_time() {
    for seed in 0..10 {
        let twice = [0, 1].map(|_| Trial::new(seed, Synchronous::Full).run());
        let shown = twice.each_ref().map(|tally| (tally.fingerprint, tally.to_string()));
        assert_eq!(shown[0], shown[1], "seed {seed}");
    }
}

/// A sync fails and loses pages, the process ends before it dealt with that, and the power goes while the next one starts.
/// What the next process found in the operating system's memory must not be in the database in part.
#[test]
fn a_commit_that_is_seen_but_not_on_the_disk_is_there_whole_or_not_at_all() {
    let mut found = 0;
    for seed in 0..240 {
        let mut trial = Trial::new(seed, Synchronous::Full);
        let store = trial.open().unwrap();
        for id in 1..=3 {
            let answer = trial.send(&store, &[id]).remove(0);
            trial.note(id, answer);
        }
        trial.next = 4;
        // From here on the log has none of these pages, so that it cannot cover for what the database gets of them.
        drop(store);
        let store = trial.open().unwrap();
        trial.disk.fail(Faults { sync: 10_000, ..Faults::default() });
        let answers = trial.send(&store, &[4, 5]);
        for (id, answer) in [4, 5].into_iter().zip(answers) {
            trial.note(id, answer);
        }
        trial.disk.kill();
        drop(store);
        trial.disk.switch_on();
        trial.disk.cut_after(1 + seed % 120);
        drop(trial.open());
        trial.disk.cut();
        trial.disk.switch_on();
        trial.audit(0);
        found += trial.tally.unknown;
        assert!(trial.tally.is_good(), "seed {seed}: {}", trial.tally);
    }
    assert!(found > 0, "no commit failed");
}

/// After a failure the log is begun anew, which the thread that empties it now and then may be in the way of.
#[test]
fn a_work_after_one_that_failed_waits_for_whoever_empties_the_log() {
    let mut trial = Trial::new(1, Synchronous::Full);
    let store = trial.open().unwrap();
    trial.disk.fail(Faults { sync: 10_000, ..Faults::default() });
    let failed = trial.send(&store, &[1]).remove(0);
    assert!(matches!(failed, Err(WriteError::Unknown(_))), "{failed:?}");
    trial.disk.fail(Faults::default());
    let emptying = trial.disk.somebody_empties(DATABASE_FILE);
    let ends = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        drop(emptying);
    });
    let next = trial.send(&store, &[2]).remove(0);
    assert!(ends.is_finished(), "it waited for nobody: {next:?}");
    assert!(next.is_ok(), "{next:?}");
}
