//! Who holds which lock on a file and on its shared memory, by SQLite's rules. Touches no pointer: that is the VFS's.

use std::ffi::c_int;
use std::ops::Range;
use std::sync::atomic::AtomicU64;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::ffi;

/// A connection's lock on the database file, in SQLite's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lock {
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

impl Lock {
    /// From SQLite's number for it.
    pub(crate) fn from(level: c_int) -> Self {
        [Self::None, Self::Shared, Self::Reserved, Self::Pending]
            .into_iter()
            .nth(usize::try_from(level).unwrap_or(usize::MAX))
            .unwrap_or(Self::Exclusive)
    }
}

/// The locks that connections hold on one file.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    held: Vec<Lock>,
}

impl Locks {
    /// One connection has another lock than before.
    pub(crate) fn change(&mut self, from: Lock, to: Lock) {
        if let Some(place) = self.held.iter().position(|held| *held == from) {
            self.held.swap_remove(place);
        }
        if to > Lock::None {
            self.held.push(to);
        }
    }

    /// The lock that a connection with `from` gets when it asks for `wanted`.
    pub(crate) fn raise(&mut self, from: Lock, wanted: Lock) -> Lock {
        let mut others = self.held.clone();
        if let Some(own) = others.iter().position(|held| *held == from) {
            others.swap_remove(own);
        }
        let highest = others.into_iter().max().unwrap_or(Lock::None);
        let given = match wanted {
            Lock::None => from,
            Lock::Shared if highest < Lock::Pending => Lock::Shared,
            Lock::Reserved | Lock::Pending if highest < Lock::Reserved => wanted,
            Lock::Exclusive if highest == Lock::None => Lock::Exclusive,
            // It keeps new readers out and waits for those that are in.
            Lock::Exclusive if highest == Lock::Shared && from >= Lock::Reserved => Lock::Pending,
            Lock::Shared | Lock::Reserved | Lock::Pending | Lock::Exclusive => from,
        };
        self.change(from, given);
        given
    }

    /// Whether a connection writes, or is about to.
    pub(crate) fn is_reserved(&self) -> bool {
        self.held.iter().any(|held| *held >= Lock::Reserved)
    }
}

/// How many locks shared memory has.
pub(crate) const SLOTS: usize = ffi::SQLITE_SHM_NLOCK as usize;

/// The lock of whoever empties the write-ahead log, `WAL_CKPT_LOCK` in SQLite's source.
pub(crate) const EMPTYING: Range<usize> = 1..2;

/// A connection's hold on one of the locks in shared memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Free,
    Shared,
    Exclusive,
}

/// What the connections to one file share while at least one is open.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    regions: Mutex<Vec<Box<[AtomicU64]>>>,
    /// How many share each lock; -1: one has it alone.
    slots: Mutex<[i32; SLOTS]>,
}

impl Shared {
    pub(crate) fn regions(&self) -> MutexGuard<'_, Vec<Box<[AtomicU64]>>> {
        self.regions.lock()
    }

    /// Whether a connection that holds `own` gets these locks, too; either all of them or none.
    pub(crate) fn take(&self, own: &mut [Slot; SLOTS], range: Range<usize>, wanted: Slot) -> bool {
        let mut slots = self.slots.lock();
        let free =
            slots[range.clone()].iter().zip(&own[range.clone()]).all(|(slot, own)| match (wanted, own) {
                (Slot::Exclusive, Slot::Free) => *slot == 0,
                (Slot::Exclusive, Slot::Shared) => *slot == 1,
                (Slot::Shared | Slot::Free, Slot::Free) => *slot >= 0,
                (_, Slot::Shared | Slot::Exclusive) => true,
            });
        if !free {
            return false;
        }
        for (slot, own) in slots[range.clone()].iter_mut().zip(&mut own[range]) {
            match wanted {
                Slot::Exclusive => *slot = -1,
                Slot::Shared | Slot::Free if *own == Slot::Free => *slot += 1,
                Slot::Shared | Slot::Free => {}
            }
            if *own == Slot::Free || wanted == Slot::Exclusive {
                *own = wanted;
            }
        }
        true
    }

    /// A connection that holds `own` gives these back.
    pub(crate) fn release(&self, own: &mut [Slot; SLOTS], range: Range<usize>) {
        let mut slots = self.slots.lock();
        for (slot, own) in slots[range.clone()].iter_mut().zip(&mut own[range]) {
            match own {
                Slot::Free => {}
                Slot::Shared => *slot -= 1,
                Slot::Exclusive => *slot = 0,
            }
            *own = Slot::Free;
        }
    }
}
