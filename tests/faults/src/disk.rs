//! The disk as tests and SQLite's calls see it: counts calls, decides by seed which of them fail, and goes without power
//! when told. What it holds is `state`'s.

mod handle;

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};

use crate::locks::{EMPTYING, Locks, SLOTS, Shared, Slot};
use crate::random::Random;
use crate::state::{Files, Inode};
use crate::vfs;

pub(crate) use handle::Handle;

/// The store's thread that writes.
const WRITER: &str = "depot-writer";
/// Those that work beside it.
const BESIDE: [&str; 2] = ["depot-sync", "depot-checkpoint"];

thread_local! {
    /// Whether this thread meets faults though it is not the writer's.
    static COUNTED: Cell<bool> = const { Cell::new(false) };
}

/// How many of 10 000 calls fail, by kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Reads that fail.
    pub read: u32,
    /// Writes that fail, with part of them done.
    pub write: u32,
    /// Writes that are told the disk is full, with part of them done.
    pub full: u32,
    /// Syncs that fail.
    pub sync: u32,
    /// Files that cannot be opened.
    pub open: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    Open,
    Read,
    Write,
    Length,
    Sync,
    Remove,
    Other,
}

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Io,
    Full,
}

#[derive(Debug)]
struct State {
    files: Files,
    /// Locks and shared memory of each file; they go with the process.
    shared: Vec<(Inode, Weak<Shared>, Weak<Mutex<Locks>>)>,
    random: Random,
    faults: Faults,
    /// Counts how often the disk was switched on, so that whoever opened a file before cannot use it after.
    life: u64,
    on: bool,
    calls: u64,
    syncs: u64,
    cut_at: Option<u64>,
    capacity: Option<usize>,
    fingerprint: DefaultHasher,
    /// Where the writer is held.
    writer: Gate,
    /// Where whoever syncs is held.
    sync: Gate,
    /// Whether faults meet the store's other threads, too, and each handle of a file is told of a sync that failed.
    all_threads: bool,
    syncs_to_fail: u32,
}

/// A place at which calls wait while it is shut.
#[derive(Debug, Default)]
struct Gate {
    is_shut: bool,
    is_waited_at: bool,
}

/// Which gate of a disk's.
type WhichGate = fn(&mut State) -> &mut Gate;
const WRITERS: WhichGate = |state| &mut state.writer;
const SYNCS: WhichGate = |state| &mut state.sync;

/// A disk of its own for the SQLite files of one folder, until it is dropped.
#[derive(Debug)]
pub struct Disk(Arc<Mounted>);

#[derive(Debug)]
pub(crate) struct Mounted {
    pub(crate) folder: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

impl Disk {
    /// Puts the SQLite files below a folder onto a new, empty disk. What it does and when is the seed's.
    ///
    /// # Panics
    /// The folder does not exist, or SQLite takes no VFS.
    #[must_use]
    pub fn mount(folder: &Path, seed: u64) -> Self {
        let folder = folder.canonicalize().expect("the folder exists");
        let state = State {
            files: Files::default(),
            shared: Vec::new(),
            random: Random::new(seed),
            faults: Faults::default(),
            life: 0,
            on: true,
            calls: 0,
            syncs: 0,
            cut_at: None,
            capacity: None,
            fingerprint: DefaultHasher::new(),
            writer: Gate::default(),
            sync: Gate::default(),
            all_threads: false,
            syncs_to_fail: 0,
        };
        let mounted = Arc::new(Mounted { folder, state: Mutex::new(state), changed: Condvar::new() });
        vfs::mount(&mounted);
        Self(mounted)
    }

    /// From now on calls fail as often as this says.
    pub fn fail(&self, faults: Faults) {
        self.0.state.lock().faults = faults;
    }

    /// Faults meet every thread of the store, so that what a seed does is not the same each time. Where a sync fails, every
    /// handle of the file is told once, as Linux does it since 4.13 (errseq.h); without this, only the one whose it is.
    pub fn fail_all_threads(&self) {
        self.0.state.lock().all_threads = true;
    }

    /// The next syncs fail, so many of them, whoever's they are.
    pub fn fail_syncs(&self, times: u32) {
        self.0.state.lock().syncs_to_fail = times;
    }

    /// Whoever syncs waits for [`release_syncs`](Self::release_syncs).
    pub fn hold_syncs(&self) {
        self.0.state.lock().sync.is_shut = true;
    }

    /// Waits until somebody waits who syncs.
    ///
    /// # Panics
    /// Nobody does within a minute.
    pub fn wait_until_syncs_are_held(&self) {
        self.0.wait_for_somebody_at(SYNCS);
    }

    /// Lets those who sync go on.
    pub fn release_syncs(&self) {
        self.0.open_gate(SYNCS);
    }

    /// The power goes with the writer's call that is so many after now.
    pub fn cut_after(&self, calls: u64) {
        let mut state = self.0.state.lock();
        state.cut_at = Some(state.calls + calls.max(1));
    }

    /// The power goes now.
    pub fn cut(&self) {
        self.0.state.lock().cut();
    }

    /// The process ends now, as after `kill -9`: nothing is lost that was written, synced or not.
    pub fn kill(&self) {
        let mut state = self.0.state.lock();
        if state.on {
            state.on = false;
            state.files.forget_the_removed();
        }
    }

    /// Whether a process could run.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.state.lock().on
    }

    /// Switches it on, without any fault planned.
    pub fn switch_on(&self) {
        let mut state = self.0.state.lock();
        state.on = true;
        state.life += 1;
        state.faults = Faults::default();
        state.cut_at = None;
        state.capacity = None;
        state.shared.clear();
    }

    /// Leaves room for so many more bytes; `None`: as many as you like.
    pub fn leave_room(&self, bytes: Option<usize>) {
        let mut state = self.0.state.lock();
        state.capacity = bytes.map(|bytes| state.files.size() + bytes);
    }

    /// How many calls the writer made.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.0.state.lock().calls
    }

    /// How often was synced, by anybody.
    #[must_use]
    pub fn syncs(&self) -> u64 {
        self.0.state.lock().syncs
    }

    /// A number for all that the writer called, in order: two runs of one seed have the same.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        self.0.state.lock().fingerprint.finish()
    }

    /// The writer's next call waits for [`release`](Self::release).
    pub fn hold(&self) {
        self.0.state.lock().writer.is_shut = true;
    }

    /// Waits until the writer waits.
    ///
    /// # Panics
    /// It makes no call within a minute.
    pub fn wait_until_held(&self) {
        self.0.wait_for_somebody_at(WRITERS);
    }

    /// Lets the writer go on.
    pub fn release(&self) {
        self.0.open_gate(WRITERS);
    }

    /// Somebody else empties the write-ahead log of this database, until what is returned is dropped.
    ///
    /// # Panics
    /// Somebody does already, or nobody has the database open.
    #[must_use]
    pub fn somebody_empties(&self, name: &str) -> Emptying {
        let mut state = self.0.state.lock();
        let inode = state.files.find(name).expect("the database is there");
        let (shared, _) = state.parts_of(inode);
        let mut own = [Slot::Free; SLOTS];
        assert!(shared.take(&mut own, EMPTYING, Slot::Exclusive), "somebody empties the log already");
        Emptying { shared, own }
    }

    /// Counts what `work` does on this thread as the writer's, e.g. opening the store.
    pub fn counted<T>(work: impl FnOnce() -> T) -> T {
        COUNTED.set(true);
        let done = work();
        COUNTED.set(false);
        done
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        vfs::unmount(&self.0);
    }
}

/// Somebody who empties a write-ahead log.
#[derive(Debug)]
pub struct Emptying {
    shared: Arc<Shared>,
    own: [Slot; SLOTS],
}

impl Drop for Emptying {
    fn drop(&mut self) {
        self.shared.release(&mut self.own, EMPTYING);
    }
}

fn is_counted(all_threads: bool) -> bool {
    let is_ours = |name: &str| name == WRITER || all_threads && BESIDE.contains(&name);
    COUNTED.get() || std::thread::current().name().is_some_and(is_ours)
}

impl State {
    fn is_due(&self) -> bool {
        self.cut_at.is_some_and(|at| self.calls >= at)
    }

    fn cut(&mut self) {
        if self.on {
            self.on = false;
            self.files.cut(&mut self.random);
        }
    }

    fn parts_of(&mut self, inode: Inode) -> (Arc<Shared>, Arc<Mutex<Locks>>) {
        self.shared.retain(|(_, shared, _)| shared.strong_count() > 0);
        let known = self.shared.iter().find(|(of, ..)| *of == inode);
        if let Some((shared, locks)) = known.and_then(|(_, s, l)| Some((s.upgrade()?, l.upgrade()?))) {
            return (shared, locks);
        }
        let (shared, locks) = (Arc::default(), Arc::default());
        self.shared.push((inode, Arc::downgrade(&shared), Arc::downgrade(&locks)));
        (shared, locks)
    }
}

impl Mounted {
    /// Waits at a gate while it is shut.
    fn pass(&self, gate: WhichGate, state: &mut MutexGuard<'_, State>) {
        while gate(state).is_shut {
            gate(state).is_waited_at = true;
            self.changed.notify_all();
            self.changed.wait(state);
        }
        gate(state).is_waited_at = false;
    }

    fn wait_for_somebody_at(&self, gate: WhichGate) {
        let mut state = self.state.lock();
        while !gate(&mut state).is_waited_at {
            let waited = self.changed.wait_for(&mut state, Duration::from_secs(60));
            assert!(!waited.timed_out(), "nobody comes to the gate");
        }
    }

    fn open_gate(&self, gate: WhichGate) {
        gate(&mut self.state.lock()).is_shut = false;
        self.changed.notify_all();
    }

    /// Counts a call; an error where it is one that fails.
    fn enter(
        &self,
        call: Call,
        about: (u64, usize, usize),
    ) -> Result<MutexGuard<'_, State>, (MutexGuard<'_, State>, Failure)> {
        let mut state = self.state.lock();
        if call == Call::Sync {
            self.pass(SYNCS, &mut state);
            if state.syncs_to_fail > 0 {
                state.syncs_to_fail -= 1;
                return Err((state, Failure::Io));
            }
        }
        if !is_counted(state.all_threads) {
            return if state.on { Ok(state) } else { Err((state, Failure::Io)) };
        }
        self.pass(WRITERS, &mut state);
        if !state.on {
            return Err((state, Failure::Io));
        }
        state.calls += 1;
        (call, about).hash(&mut state.fingerprint);
        if state.is_due() {
            // A write under way is among what a cut deals with, so it is taken in first.
            if call != Call::Write {
                state.cut();
            }
            return Err((state, Failure::Io));
        }
        let Faults { read, write, full, sync, open } = state.faults;
        let (io, full) = match call {
            Call::Open => (open, 0),
            Call::Read => (read, 0),
            Call::Write => (write, full),
            Call::Sync => (sync, 0),
            Call::Length | Call::Remove | Call::Other => (0, 0),
        };
        if state.random.happens(io) {
            return Err((state, Failure::Io));
        }
        if state.random.happens(full) {
            return Err((state, Failure::Full));
        }
        Ok(state)
    }

    /// Opens a file; the folder makes the database's own before SQLite is asked.
    pub(crate) fn open(
        self: &Arc<Self>,
        name: &str,
        creates: bool,
        is_database: bool,
    ) -> Result<Handle, Failure> {
        let mut state = self.enter(Call::Open, (0, 0, 0)).map_err(|(_, failure)| failure)?;
        let inode = match state.files.find(name) {
            Some(inode) => inode,
            None if creates || is_database => state.files.create(name, is_database),
            None => return Err(Failure::Io),
        };
        let (shared, locks) = state.parts_of(inode);
        let (life, told) = (state.life, state.files.failed_syncs(inode));
        Ok(Handle { disk: Arc::clone(self), inode, shared, locks, life, told })
    }

    pub(crate) fn exists(&self, name: &str) -> Result<bool, Failure> {
        let state = self.enter(Call::Other, (1, 0, 0)).map_err(|(_, failure)| failure)?;
        Ok(state.files.find(name).is_some())
    }

    pub(crate) fn remove(&self, name: &str, lasts: bool) -> Result<bool, Failure> {
        let mut state = self.enter(Call::Remove, (2, 0, 0)).map_err(|(_, failure)| failure)?;
        Ok(state.files.remove(name, lasts))
    }
}
