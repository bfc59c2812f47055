//! What a caller chooses when opening a store. Holds no behaviour.

use std::path::PathBuf;

/// Where the store lives and how it is sized.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The data folder; made with access for its owner only when missing.
    pub folder: PathBuf,
    /// Reads that run at once on the blocking pool, and connections kept for them.
    pub readers: usize,
    /// Commands that may wait for the writer; beyond it `write` waits for a place.
    pub queue: usize,
    /// Commands that share one commit at most.
    pub batch: usize,
    /// Whether to hold the folder's lock, so that a second process is refused.
    pub exclusive: bool,
    /// When a commit counts as stored.
    pub synchronous: Synchronous,
    /// Largest size of the database in pages, to rehearse a full disk.
    #[doc(hidden)]
    pub max_pages: Option<u32>,
    /// The writer itself checkpoints after so many commits, instead of a thread by the clock: what a seed does in a
    /// rehearsal of crashes must not depend on time.
    #[doc(hidden)]
    pub checkpoint_every: Option<u32>,
}

/// SQLite's `synchronous` setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// A commit is on the disk before it is acknowledged.
    Full,
    /// A commit may be lost in a power cut: only for benchmarks and their controls.
    Normal,
}

impl StoreOptions {
    /// The settings for production: four readers, a queue of 1024, 256 commands a commit, locked, `FULL`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            readers: 4,
            queue: 1024,
            batch: 256,
            exclusive: true,
            synchronous: Synchronous::Full,
            max_pages: None,
            checkpoint_every: None,
        }
    }
}
