//! An open file of the disk: what SQLite's calls do to it, where they do not fail.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::{Call, Failure, Mounted, State};
use crate::locks::{Locks, Shared};
use crate::state::Inode;

/// An open file.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) disk: Arc<Mounted>,
    pub(crate) inode: Inode,
    pub(crate) shared: Arc<Shared>,
    pub(crate) locks: Arc<Mutex<Locks>>,
    pub(super) life: u64,
    /// How many failed syncs of its file it was told of.
    pub(super) told: u64,
}

impl Handle {
    fn enter(
        &self,
        call: Call,
        offset: usize,
        length: usize,
    ) -> Result<MutexGuard<'_, State>, (MutexGuard<'_, State>, Failure)> {
        let state = self.disk.enter(call, (self.inode, offset, length))?;
        if state.life == self.life { Ok(state) } else { Err((state, Failure::Io)) }
    }

    /// Whether the process that opened it could still run.
    pub(crate) fn is_alive(&self) -> Result<(), Failure> {
        self.enter(Call::Other, 0, 0).map(drop).map_err(|(_, failure)| failure)
    }

    /// Reads what is there; says how much that was.
    pub(crate) fn read(&self, into: &mut [u8], offset: usize) -> Result<usize, Failure> {
        let state = self.enter(Call::Read, offset, into.len()).map_err(|(_, failure)| failure)?;
        let content = state.files.read(self.inode);
        let there = content.get(offset..).unwrap_or_default();
        let count = there.len().min(into.len());
        into[..count].copy_from_slice(&there[..count]);
        Ok(count)
    }

    pub(crate) fn write(&self, bytes: &[u8], offset: usize) -> Result<(), Failure> {
        match self.enter(Call::Write, offset, bytes.len()) {
            Ok(mut state) => {
                let grows = (offset + bytes.len()).saturating_sub(state.files.read(self.inode).len());
                let room = state.capacity.map_or(usize::MAX, |most| most.saturating_sub(state.files.size()));
                if grows > room {
                    let fits = bytes.len() - (grows - room).min(bytes.len());
                    state.files.write(self.inode, offset, &bytes[..fits]);
                    return Err(Failure::Full);
                }
                state.files.write(self.inode, offset, bytes);
                Ok(())
            }
            Err((mut state, failure)) => {
                if state.on && state.life == self.life {
                    let part = if state.is_due() { bytes.len() } else { state.random.up_to(bytes.len()) };
                    state.files.write(self.inode, offset, &bytes[..part]);
                    if state.is_due() {
                        state.cut();
                    }
                }
                Err(failure)
            }
        }
    }

    pub(crate) fn set_length(&self, length: usize) -> Result<(), Failure> {
        let mut state = self.enter(Call::Length, length, 0).map_err(|(_, failure)| failure)?;
        state.files.set_length(self.inode, length);
        Ok(())
    }

    pub(crate) fn length(&self) -> Result<usize, Failure> {
        let state = self.enter(Call::Other, 0, 1).map_err(|(_, failure)| failure)?;
        Ok(state.files.read(self.inode).len())
    }

    pub(crate) fn sync(&mut self) -> Result<(), Failure> {
        let (mut state, done) = match self.disk.enter(Call::Sync, (self.inode, 0, 0)) {
            Ok(state) if state.life == self.life => (state, Ok(())),
            Ok(state) => (state, Err(Failure::Io)),
            Err((state, failure)) => (state, Err(failure)),
        };
        if let Err(failure) = done {
            if state.on && state.life == self.life {
                let State { files, random, .. } = &mut *state;
                files.fail_to_sync(self.inode, random);
                self.told = files.failed_syncs(self.inode);
            }
            return Err(failure);
        }
        state.syncs += 1;
        state.files.sync(self.inode);
        let failed = state.files.failed_syncs(self.inode);
        if state.all_threads && failed > self.told {
            self.told = failed;
            return Err(Failure::Io);
        }
        Ok(())
    }
}
