//! A disk that fails as disks do, by seed, under the real store: what was not synced may be lost or torn when the power
//! goes, reads, writes and syncs fail now and then, and space runs out.
//!
//! [`Disk::mount`] puts a folder's SQLite files onto such a disk, in memory; every other file stays where it is. The
//! store needs no change and no option for it: the disk is behind SQLite's default VFS.
//!
//! Only the threads that [`Disk`] counts as the writer's meet faults, and each of their calls has a number, so that a
//! seed always fails at the same call. What the disk promises, and what not:
//!
//! | call | promise |
//! |---|---|
//! | a write | seen by every reader at once; after a power cut there, gone, or torn at any byte, whatever came after it |
//! | a sync that succeeds | all writes before it are there for good, and so is the file's name |
//! | a sync that fails | each write before it is there for good or never will be, however often is synced again |
//! | a removal | without a sync of the folder the file may be back after a power cut |

mod disk;
mod locks;
mod random;
mod state;
mod vfs;

pub use disk::{Disk, Emptying, Faults};
pub use random::Random;
