//! Notices that a file of an open store was removed, moved or exchanged. A commit to such a file succeeds, and nobody
//! finds it again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::ffi;

/// The files as they were when the store was opened. Clones share what was noted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence(Arc<OnceLock<Vec<(PathBuf, Identity)>>>);

/// What tells one file from another of the same name.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    #[cfg(unix)]
    device: u64,
    #[cfg(unix)]
    inode: u64,
}

impl Presence {
    /// Notes these files. One that is not there is left out: SQLite may keep it elsewhere than on the disk.
    pub(crate) fn note(&self, files: impl IntoIterator<Item = PathBuf>) {
        let found =
            files.into_iter().filter_map(|file| Identity::read(&file).map(|identity| (file, identity)));
        // Noted once: a later look would take an exchanged file for the right one.
        self.0.get_or_init(|| found.collect());
    }

    /// Checks that each noted file is still under its name. Costs one `stat` a file.
    ///
    /// # Errors
    /// `SQLITE_READONLY_DBMOVED` with the file's name.
    pub(crate) fn check(&self) -> rusqlite::Result<()> {
        let missing = self.0.get().and_then(|files| {
            files.iter().find(|(file, noted)| Identity::read(file).as_ref() != Some(noted))
        });
        missing.map_or(Ok(()), |(file, _)| Err(gone(file)))
    }
}

impl Identity {
    fn read(file: &Path) -> Option<Self> {
        let found = fs::metadata(file).ok()?;
        Some(Self {
            #[cfg(unix)]
            device: std::os::unix::fs::MetadataExt::dev(&found),
            #[cfg(unix)]
            inode: std::os::unix::fs::MetadataExt::ino(&found),
        })
        .filter(|_| found.is_file())
    }
}

fn gone(file: &Path) -> rusqlite::Error {
    let reason = format!("{} was removed, moved or exchanged while the depot was open", file.display());
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_READONLY_DBMOVED), Some(reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::is_gone;

    #[test]
    fn a_file_under_its_name_is_present() {
        let folder = tempfile::tempdir().unwrap();
        let (file, never) = (folder.path().join("a"), folder.path().join("never"));
        fs::write(&file, "1").unwrap();
        let presence = Presence::default();
        presence.check().unwrap();
        presence.note([file.clone(), never]);
        presence.check().unwrap();
        fs::write(&file, "2").unwrap();
        presence.check().unwrap();
    }

    #[test]
    fn a_removed_file_is_gone_and_present_when_moved_back() {
        let folder = tempfile::tempdir().unwrap();
        let (file, away) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "1").unwrap();
        let presence = Presence::default();
        presence.note([file.clone()]);
        fs::rename(&file, &away).unwrap();
        let error = presence.check().unwrap_err();
        assert!(is_gone(&error) && error.to_string().contains(&*file.to_string_lossy()), "{error}");
        fs::rename(&away, &file).unwrap();
        presence.check().unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn another_file_of_the_same_name_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&file, "1").unwrap();
        fs::write(&other, "1").unwrap();
        let presence = Presence::default();
        presence.note([file.clone()]);
        fs::rename(&other, &file).unwrap();
        assert!(is_gone(&presence.check().unwrap_err()));
    }
}
