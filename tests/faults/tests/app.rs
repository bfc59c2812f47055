//! The real application on a disk that fails: a commit that failed is told as unknown, and its key asked again gives exactly
//! one of what it names; a full disk is told as such, queries go on, and commands resume.
//!
//! `APP_SEEDS=2000` tries so many seeds, `APP_SEED=7` that one alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use depot_app::{
    Actor, App, AppError, AppOptions, Code, CommandOutcome, CommandRequest, DepotCommand, DepotQuery,
    Settings, Trace,
};
use depot_domain::route::Checkpoint;
use depot_domain::values::Timestamp;
use depot_domain::{DriverCommand, RouteCommand};
use faults::{Disk, Faults, Random};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

const SEEDS: u64 = 25;
const LIVES: u64 = 3;
/// How many more bytes fit onto a disk that is filling up, from one try to the next.
const ROOM_STEP: usize = 700;

/// A folder on a disk that fails, and the runtime that works there.
struct Place {
    folder: TempDir,
    disk: Disk,
    runtime: Runtime,
}

impl Place {
    fn new(seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::mount(folder.path(), seed);
        Self { folder, disk, runtime: Builder::new_current_thread().enable_all().build().unwrap() }
    }

    fn open(&self) -> Option<App> {
        let options =
            AppOptions { rehearse: Some(5), ..AppOptions::new(self.folder.path(), Settings::default()) };
        Disk::counted(|| App::open(options)).ok()
    }

    fn execute(&self, app: &App, number: u64) -> Result<CommandOutcome, AppError> {
        self.runtime.block_on(app.execute(&Actor::desk(), numbered(number), Trace::fresh()))
    }

    /// How often the thing is there: its events, as a query counts them.
    fn is_there(&self, app: &App, number: u64) -> bool {
        let query = match kind(number) {
            Kind::Driver => DepotQuery::Driver { id: Uuid::from_u128(number.into()).into() },
            Kind::Route => DepotQuery::Route { id: Uuid::from_u128(number.into()).into() },
        };
        match self.runtime.block_on(app.query(&Actor::desk(), query)) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.code, Code::NotFound, "{error}");
                false
            }
        }
    }

    /// The log is whole, and the tables are what it says.
    fn assert_sound(&self, app: &App, what: &str) {
        self.runtime.block_on(async {
            app.verify().await.unwrap_or_else(|error| panic!("{what}: {error}"));
            app.check_database().await.unwrap_or_else(|error| panic!("{what}: {error}"));
            let before = app.projections().await.unwrap();
            app.rebuild().await.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(
                before,
                app.projections().await.unwrap(),
                "{what}: the tables are not what the log says"
            );
        });
    }
}

enum Kind {
    Driver,
    Route,
}

const fn kind(number: u64) -> Kind {
    if number.is_multiple_of(2) { Kind::Driver } else { Kind::Route }
}

/// A command of one event or of several, always the same for its number, under a key of its own.
fn numbered(number: u64) -> CommandRequest {
    let id = Uuid::from_u128(number.into());
    let command = match kind(number) {
        Kind::Driver => {
            let (name, driver_license) =
                ("A".repeat(100).parse().unwrap(), format!("L-{number}").parse().unwrap());
            DepotCommand::Driver { id: id.into(), command: DriverCommand::AddDriver { name, driver_license } }
        }
        Kind::Route => {
            let at = |hour: u8| format!("2040-05-01T{hour:02}:00:00Z").parse::<Timestamp>().unwrap();
            let place = || "B".repeat(150).parse().unwrap();
            let checkpoint = |hour: u8| Checkpoint {
                sequence: i64::from(hour).try_into().unwrap(),
                location: place(),
                expected_time: at(hour),
            };
            let command = RouteCommand::PlanRoute {
                origin: place(),
                destination: place(),
                scheduled_start_time: at(1),
                checkpoints: (2..8).map(checkpoint).collect(),
            };
            DepotCommand::Route { id: id.into(), command }
        }
    };
    CommandRequest { idempotency_key: Some(format!("key-{number}")), ..CommandRequest::new(command) }
}

#[test]
fn a_commit_that_failed_is_unknown_and_its_key_asked_again_gives_exactly_one() {
    for seed in 0..40 {
        let place = Place::new(seed);
        let app = place.open().unwrap();
        let first = place.execute(&app, 2).unwrap();
        place.disk.fail(Faults { sync: 10_000, ..Faults::default() });
        let unknown = place.execute(&app, 3).unwrap_err();
        assert_eq!(unknown.code, Code::Unknown, "seed {seed}: {unknown}");
        place.disk.fail(Faults::default());
        let again = place.execute(&app, 3).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let events = first.sequence + u64::from(again.version);
        assert_eq!(app.head(), events, "seed {seed}: once, and with all its events");
        assert_eq!(place.execute(&app, 3).unwrap(), again, "seed {seed}: the same answer for ever");
        assert_eq!(app.head(), events);
        let next = place.execute(&app, 4).unwrap();
        assert_eq!(next.sequence, events + 1, "seed {seed}: the depot goes on");
        drop(app);
        place.disk.cut();
        place.disk.switch_on();
        let app = place.open().unwrap();
        assert_eq!(app.head(), next.sequence, "seed {seed}: what was acknowledged outlives a power cut");
        place.assert_sound(&app, &format!("seed {seed}"));
    }
}

#[test]
fn wherever_the_disk_becomes_full_it_is_said_so_and_nothing_else_stops() {
    let place = Place::new(1);
    let app = place.open().unwrap();
    let (mut number, mut full, mut unknown, mut slowest) = (10, 0, 0, Duration::ZERO);
    place.execute(&app, number).unwrap();
    for room in (0..60_000).step_by(ROOM_STEP) {
        place.disk.leave_room(Some(room));
        // Small ones and large ones, so that it becomes full in the log, in a table, in an index, and at the commit.
        let refused = loop {
            number += 1;
            let before = app.head();
            let asked = Instant::now();
            match place.execute(&app, number) {
                Ok(_) => {}
                Err(error) => {
                    slowest = slowest.max(asked.elapsed());
                    assert!(error.detail.contains("disk is full"), "with room for {room}: {error}");
                    if error.code == Code::Unknown {
                        // At the commit itself, and with too little room to make sure of the log anew.
                        unknown += 1;
                    } else {
                        assert_eq!(
                            (error.code, app.head()),
                            (Code::Unavailable, before),
                            "with room for {room}"
                        );
                    }
                    break number;
                }
            }
        };
        full += 1;
        assert!(place.is_there(&app, 10) && !place.is_there(&app, refused), "queries go on");
        place.disk.leave_room(None);
        place.execute(&app, refused).unwrap_or_else(|error| panic!("with room again: {error}"));
    }
    assert!(full > 50 && unknown < full, "{full} times full, {unknown} of them unknown");
    assert!(slowest < Duration::from_secs(1), "it took {slowest:?} to say so");
    place.assert_sound(&app, "after a full disk");
}

/// What the depot said of a command, the last time it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Done(u32),
    NotDone,
    Unknown,
}

/// Some lives of a depot under faults, each ending in a power cut, a kill or a close, and each followed by a look at
/// everything. Gives how many commands were done, unknown and refused.
fn trial(seed: u64) -> [u32; 3] {
    let place = Place::new(seed);
    let mut random = Random::new(seed ^ 0xA99);
    let (mut said, mut tally) = (BTreeMap::<u64, Said>::new(), [0; 3]);
    for life in 0..LIVES {
        let rate = [0, 40, 200, 600][random.up_to(3)];
        place.disk.fail(Faults {
            read: rate / 8,
            write: rate,
            full: rate / 2,
            sync: rate * 2,
            open: rate / 4,
        });
        if random.happens(5_000) {
            place.disk.cut_after(1 + random.below(900));
        }
        let app = (0..20).find_map(|_| place.open());
        for _ in 0..10 + random.below(20) {
            let Some(app) = app.as_ref().filter(|_| place.disk.is_on()) else { break };
            let number = 2 + random.below(40);
            let answer = match place.execute(app, number) {
                Ok(outcome) => Said::Done(outcome.version),
                Err(error) if error.code == Code::Unknown => Said::Unknown,
                Err(_) => Said::NotDone,
            };
            tally[match answer {
                Said::Done(_) => 0,
                Said::Unknown => 1,
                Said::NotDone => 2,
            }] += 1;
            let before = said.get(&number).copied();
            // A later try that fails says nothing of an earlier one.
            let known = match (before, answer) {
                (Some(done @ Said::Done(_)), _) => done,
                (Some(Said::Unknown), Said::NotDone) => Said::Unknown,
                (_, answer) => answer,
            };
            said.insert(number, known);
        }
        match random.below(3) {
            0 => place.disk.cut(),
            1 => place.disk.kill(),
            _ => {}
        }
        drop(app);
        place.disk.switch_on();
        let app = place.open().unwrap_or_else(|| panic!("seed {seed}, life {life}: it does not open"));
        let what = format!("seed {seed}, life {life}");
        place.assert_sound(&app, &what);
        for (number, said) in &mut said {
            let there = place.is_there(&app, *number);
            match said {
                Said::Done(_) => assert!(there, "{what}: {number} was done and is gone"),
                Said::NotDone => assert!(!there, "{what}: {number} was said not to be done, and is"),
                Said::Unknown => {}
            }
            // Asked again with its key it is done, whatever became of it, and with as many events as ever.
            let outcome =
                place.execute(&app, *number).unwrap_or_else(|error| panic!("{what}: {number}: {error}"));
            assert!(!matches!(said, Said::Done(version) if *version != outcome.version), "{what}: {number}");
            *said = Said::Done(outcome.version);
        }
        let events: u64 = said
            .values()
            .map(|said| if let Said::Done(version) = said { u64::from(*version) } else { 0 })
            .sum();
        assert_eq!(app.head(), events, "{what}: something was done twice");
    }
    tally
}

fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap())
}

#[test]
fn whatever_fails_each_command_is_done_once_or_not_at_all() {
    let seeds = match asked("APP_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("APP_SEEDS").unwrap_or(SEEDS),
    };
    let mut sum = [0; 3];
    for seed in seeds.clone() {
        for (sum, of_seed) in sum.iter_mut().zip(trial(seed)) {
            *sum += of_seed;
        }
    }
    let [done, unknown, refused] = sum;
    eprintln!("{seeds:?}: {done} done, {unknown} unknown, {refused} refused: none lost, none twice");
    assert!(asked("APP_SEED").is_some() || unknown > 10, "too little was tried");
}
