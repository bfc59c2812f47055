//! What one seed does to a store and what is found afterwards: lives of the process under faults, each followed by an audit.

use std::collections::BTreeMap;
use std::fmt;

use chrono::DateTime;
use depot_store::{
    AppendError, Metadata, Migration, NewEvent, OpenError, ReadError, Store, StoreOptions, Synchronous, Unit,
    WorkError, WriteError, chain, log, rusqlite,
};
use faults::{Disk, Faults, Random};
use tempfile::TempDir;
use uuid::Uuid;

/// Each is a life of the process, from an opening to a power cut, a kill or a close.
const LIVES: u64 = 4;

const NOTES: &[Migration] = &[Migration {
    id: 2026_112401,
    sql: "CREATE TABLE notes (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, text TEXT NOT NULL) STRICT",
}];

#[derive(Debug)]
pub(crate) enum Failure {
    Refused,
    Full,
    Storage(#[expect(dead_code, reason = "shown where a test fails")] String),
}

impl From<AppendError> for Failure {
    fn from(error: AppendError) -> Self {
        if error.is_full() { Self::Full } else { Self::Storage(error.to_string()) }
    }
}

impl WorkError for Failure {
    fn is_full(&self) -> bool {
        matches!(self, Self::Full)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::Storage(error.to_string())
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        if error.is_full() { Self::Full } else { Self::Storage(error.to_string()) }
    }
}

/// What the store said of a work, the last time it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Stored,
    NotStored,
    Unknown,
}

/// What a seed came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) acknowledged: u32,
    pub(crate) unknown: u32,
    pub(crate) refused: u32,
    pub(crate) cuts: u32,
    /// Acknowledged and gone.
    pub(crate) lost: u32,
    /// Said not to be stored, and there.
    pub(crate) wrong: u32,
    pub(crate) broken: Vec<String>,
    pub(crate) fingerprint: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.unknown += other.unknown;
        self.refused += other.refused;
        self.cuts += other.cuts;
        self.lost += other.lost;
        self.wrong += other.wrong;
        self.broken.extend(other.broken);
    }

    pub(crate) fn is_good(&self) -> bool {
        self.lost == 0 && self.wrong == 0 && self.broken.is_empty()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, unknown, refused, cuts, lost, wrong, broken, .. } = self;
        write!(
            f,
            "{acknowledged} acknowledged, {unknown} unknown, {refused} refused, {cuts} power cuts: {lost} lost, \
             {wrong} stored against the answer, {} broken, first {:?}",
            broken.len(),
            &broken[..broken.len().min(5)]
        )
    }
}

pub(crate) struct Trial {
    pub(crate) folder: TempDir,
    pub(crate) disk: Disk,
    pub(crate) random: Random,
    pub(crate) synchronous: Synchronous,
    /// Whether the store has its threads, and what happens is not the same each time.
    pub(crate) threads: bool,
    pub(crate) said: BTreeMap<i64, Said>,
    pub(crate) next: i64,
    pub(crate) tally: Tally,
}

pub(crate) type Answer = Result<(), WriteError<Failure>>;

impl Trial {
    pub(crate) fn new(seed: u64, synchronous: Synchronous) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::mount(folder.path(), seed);
        let random = Random::new(seed ^ 0xD15C);
        let (said, tally) = (BTreeMap::new(), Tally::default());
        Self { folder, disk, random, synchronous, threads: false, said, next: 1, tally }
    }

    /// With the store's threads, which meet the same faults.
    pub(crate) fn with_threads(seed: u64) -> Self {
        let trial = Self { threads: true, ..Self::new(seed, Synchronous::Full) };
        trial.disk.fail_all_threads();
        trial
    }

    pub(crate) fn open(&self) -> Result<Store<u32>, OpenError> {
        let mut options = StoreOptions::new(self.folder.path());
        options.synchronous = self.synchronous;
        options.rehearse = (!self.threads).then_some(5);
        Disk::counted(|| Store::open(options, NOTES))
    }

    pub(crate) fn run(mut self) -> Tally {
        for life in 0..LIVES {
            self.live();
            self.disk.switch_on();
            self.audit(life);
        }
        self.tally.fingerprint = self.disk.fingerprint();
        self.tally
    }

    /// One life of the process under faults.
    pub(crate) fn live(&mut self) {
        let rate = [0, 20, 100, 400][self.random.up_to(3)];
        self.disk.fail(Faults {
            read: rate / 4,
            write: rate,
            full: rate / 2,
            sync: rate * 2,
            open: rate / 4,
        });
        if self.random.happens(6_000) {
            self.disk.cut_after(1 + self.random.below(600));
        }
        let Some(store) = (0..20).find_map(|_| self.open().ok()) else {
            self.end(None);
            return;
        };
        for _ in 0..10 + self.random.below(30) {
            if !self.disk.is_on() {
                break;
            }
            if self.random.happens(300) {
                self.fill_up(&store);
            }
            let works = 1 + self.random.below(6);
            let ids: Vec<_> = (0..works).map(|_| self.choose()).collect();
            let answers = self.send(&store, &ids);
            for (id, answer) in ids.into_iter().zip(answers) {
                self.note(id, answer);
            }
        }
        self.end(Some(store));
    }

    /// The end of a life: the power goes, the process is killed, or it closes in peace.
    pub(crate) fn end(&mut self, store: Option<Store<u32>>) {
        match self.random.below(3) {
            0 => self.disk.cut(),
            1 => self.disk.kill(),
            _ => {}
        }
        self.tally.cuts += u32::from(!self.disk.is_on());
        drop(store);
    }

    /// A new work, or one whose outcome is unknown, sent once more.
    pub(crate) fn choose(&mut self) -> i64 {
        let unknown: Vec<_> =
            self.said.iter().filter(|(_, said)| **said == Said::Unknown).map(|(id, _)| *id).collect();
        if !unknown.is_empty() && self.random.happens(5_000) {
            return unknown[self.random.up_to(unknown.len() - 1)];
        }
        self.next += 1;
        self.next
    }

    /// Sends works so that all but the first share a batch, whatever the threads' pace.
    pub(crate) fn send(&mut self, store: &Store<u32>, ids: &[i64]) -> Vec<Answer> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            self.disk.hold();
            let mut sent = Vec::new();
            for (place, id) in ids.iter().copied().enumerate() {
                let (store, random) = (store.clone(), self.random.number());
                sent.push(tokio::spawn(
                    async move { store.write(move |unit, _| work(unit, id, random)).await },
                ));
                tokio::task::yield_now().await;
                if place == 0 {
                    self.disk.wait_until_held();
                }
            }
            self.disk.release();
            let mut answers = Vec::new();
            for answer in sent {
                answers.push(answer.await.unwrap());
            }
            answers
        })
    }

    pub(crate) fn note(&mut self, id: i64, answer: Answer) {
        let before = self.said.get(&id).copied();
        let said = match answer {
            Ok(()) => Said::Stored,
            Err(WriteError::Unknown(_)) => Said::Unknown,
            Err(
                WriteError::Refused(_)
                | WriteError::Full
                | WriteError::Panicked
                | WriteError::Storage(_)
                | WriteError::Gone(_)
                | WriteError::Closed,
            ) => Said::NotStored,
        };
        match said {
            Said::Stored => self.tally.acknowledged += 1,
            Said::Unknown => self.tally.unknown += 1,
            Said::NotStored => self.tally.refused += 1,
        }
        // A second try that is refused says nothing of the first, whose outcome stays unknown; and what was
        // acknowledged stays so.
        let said = match (before, said) {
            (Some(Said::Stored), _) => Said::Stored,
            (Some(Said::Unknown), Said::NotStored) => Said::Unknown,
            (_, said) => said,
        };
        self.said.insert(id, said);
    }

    /// The disk is full for a while: reads go on, and with room again so do writes.
    pub(crate) fn fill_up(&mut self, store: &Store<u32>) {
        self.disk.leave_room(Some(0));
        for _ in 0..4 {
            let id = self.choose();
            let answer = self.send(store, &[id]).remove(0);
            self.note(id, answer);
        }
        if self.disk.is_on() && store.read_now(|c| Ok::<_, Failure>(log::head(c)?)).is_err() {
            self.tally.broken.push("a read failed on a full disk".to_owned());
        }
        self.disk.leave_room(None);
    }

    /// Without faults: what is there must be what was said, and the next write must do.
    pub(crate) fn audit(&mut self, life: u64) {
        let store = match self.open() {
            Ok(store) => store,
            Err(error) => return self.tally.broken.push(format!("life {life}: {error}")),
        };
        let found = store.read_now(|c| {
            let verified = chain::verify(c, None, &[]).map_err(|error| error.to_string());
            let check: String = c.query_row("PRAGMA integrity_check", (), |row| row.get(0))?;
            let mut notes = c.prepare("SELECT id, sequence FROM notes ORDER BY id")?;
            let notes: rusqlite::Result<Vec<(i64, i64)>> =
                notes.query_map((), |r| Ok((r.get(0)?, r.get(1)?)))?.collect();
            Ok::<_, Failure>((verified, check, notes?, log::all(c, 0, u32::MAX)?))
        });
        let (verified, check, notes, events) = match found {
            Ok(found) => found,
            Err(error) => return self.tally.broken.push(format!("life {life}: cannot be read: {error:?}")),
        };
        if let Err(error) = verified {
            self.tally.broken.push(format!("life {life}: {error}"));
        }
        if check != "ok" {
            self.tally.broken.push(format!("life {life}: {check}"));
        }
        let noted: BTreeMap<_, _> = notes.into_iter().collect();
        let logged: Vec<i64> = events.iter().map(|event| event.payload.parse().unwrap()).collect();
        let once = logged.iter().copied().zip(1..).collect::<BTreeMap<i64, i64>>();
        if once.len() != logged.len() || once != noted {
            self.tally.broken.push(format!("life {life}: the tables are not what the log says"));
        }
        for (id, said) in &mut self.said {
            match (*said, once.contains_key(id)) {
                (Said::Stored, false) => self.tally.lost += 1,
                (Said::NotStored, true) => self.tally.wrong += 1,
                (Said::Unknown, true) => *said = Said::Stored,
                (Said::Unknown, false) => *said = Said::NotStored,
                (Said::Stored, true) | (Said::NotStored, false) => {}
            }
        }
        // What was lost once is not counted again in the next life.
        self.said.retain(|id, said| once.contains_key(id) == (*said == Said::Stored));
        let id = self.choose();
        let answer = self.send(&store, &[id]).remove(0);
        if answer.is_err() && !matches!(answer, Err(WriteError::Refused(Failure::Refused))) {
            self.tally.broken.push(format!("life {life}: writes do not resume: {answer:?}"));
        }
        self.note(id, answer);
    }
}

/// Appends one event and notes it, unless that was done before; some refuse after they wrote.
pub(crate) fn work(unit: &mut Unit<'_>, id: i64, random: u64) -> Result<(), Failure> {
    let done: i64 =
        unit.tables().query_row("SELECT count(*) FROM notes WHERE id = ?1", [id], |row| row.get(0))?;
    if done > 0 {
        return Ok(());
    }
    let stream = Uuid::from_u128(u128::from(random % 5));
    let version = unit.version(stream)?;
    let event = NewEvent { event_type: "Happened", schema: 1, payload: id.to_string(), personal: None };
    let at = DateTime::from_timestamp(1_800_000_000 + id, 0).unwrap();
    // As long as that of a real command, so that a batch is many pages.
    let meta = Metadata {
        occurred_at: at,
        recorded_at: at,
        actor: "x".repeat(300),
        correlation: String::new(),
        causation: String::new(),
    };
    let sequence = i64::try_from(unit.append(stream, "delivery", version, &[event], &meta)?).unwrap();
    let text = "y".repeat(usize::try_from(random / 5 % 2_000).unwrap());
    unit.tables_mut()?
        .execute("INSERT INTO notes VALUES (?1, ?2, ?3)", rusqlite::params![id, sequence, text])?;
    if random.is_multiple_of(11) { Err(Failure::Refused) } else { Ok(()) }
}
