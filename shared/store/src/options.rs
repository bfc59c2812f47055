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
    /// When a write is acknowledged.
    pub synchronous: Synchronous,
    /// Names in the folder that only a store in use leaves behind. Where one of them is found and the database is missing or
    /// empty, the store is not opened as a new one.
    pub remains: &'static [&'static str],
    /// Largest size of the database in pages, to rehearse a full disk.
    #[doc(hidden)]
    pub max_pages: Option<u32>,
    /// The writer's thread does everything itself: it syncs a commit as late as it can, and checkpoints after so many,
    /// instead of threads by the clock. What a seed does in a rehearsal of crashes must not depend on time.
    #[doc(hidden)]
    pub rehearse: Option<u32>,
}

/// What SQLite's `synchronous` setting of that name promises of an acknowledged commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// It is on the disk.
    Full,
    /// It may be lost in a power cut: only for the controls of tests.
    Normal,
}

impl StoreOptions {
    /// The settings for production: four readers, a queue of 1024, 256 commands a commit, locked, `Full`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            readers: 4,
            queue: 1024,
            batch: 256,
            exclusive: true,
            synchronous: Synchronous::Full,
            remains: &[],
            max_pages: None,
            rehearse: None,
        }
    }
}
