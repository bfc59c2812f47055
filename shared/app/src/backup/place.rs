//! Where backups lie: which folders are fit for them, and what of ours may be removed there. A folder that somebody chose
//! may have other things in it, and another depot's backups.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use chrono::NaiveDateTime;
use uuid::Uuid;

use super::{BACKUPS, DRAFT, REMOVED, private_folder};
use crate::settings::BackupSettings;

/// Why backups cannot lie in a folder. The texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// It is part of the data folder.
    #[error(
        "{folder} lies in the data folder {data}, and would be lost with it: give a folder elsewhere, or nothing for `{BACKUPS}` in the data folder",
        folder = folder.display(), data = data.display()
    )]
    WithinData {
        /// The folder.
        folder: PathBuf,
        /// The data folder.
        data: PathBuf,
    },
    /// It was there, and is not.
    #[error("{} is not there: connect the disk that it lies on, or make the folder", .0.display())]
    Missing(PathBuf),
    /// It cannot be made.
    #[error("{folder} cannot be made: {source}", folder = folder.display())]
    NotMade {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Something else has its name.
    #[error("{} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// Nothing can be written there.
    #[error("{folder} cannot be written to: {source}", folder = folder.display())]
    NotWritable {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The folder that a depot's backups go to.
#[must_use]
pub fn place(data: &Path, settings: &BackupSettings) -> PathBuf {
    settings.folder.clone().unwrap_or_else(|| data.join(BACKUPS))
}

/// Every folder that a depot's backups lie in: first the one that they go to, then the one that they go to unless told.
pub(crate) fn places(data: &Path, settings: &BackupSettings) -> Vec<PathBuf> {
    settings.folder.clone().into_iter().chain([data.join(BACKUPS)]).collect()
}

/// Whether backups of the depot in `data` may lie in `folder` at all, be it there or not.
///
/// # Errors
/// It is part of the data folder, but not the one that is meant for them.
pub fn fits(data: &Path, folder: &Path) -> Result<(), PlaceError> {
    let (real_data, real) = (real(data), real(folder));
    if real.starts_with(&real_data) && real != real_data.join(BACKUPS) {
        return Err(PlaceError::WithinData { folder: folder.to_owned(), data: data.to_owned() });
    }
    Ok(())
}

/// Makes `folder` where it is missing, and tries whether backups of the depot in `data` can lie there.
///
/// # Errors
/// Why they cannot.
pub fn prepare(data: &Path, folder: &Path) -> Result<(), PlaceError> {
    fits(data, folder)?;
    if folder.exists() && !folder.is_dir() {
        return Err(PlaceError::NotAFolder(folder.to_owned()));
    }
    private_folder(folder).map_err(|source| PlaceError::NotMade { folder: folder.to_owned(), source })?;
    let draft = folder.join(format!("{DRAFT}{}", Uuid::now_v7().simple()));
    let tried = fs::create_dir(&draft)
        .and_then(|()| File::create(draft.join("try")).and_then(|file| file.sync_all()))
        .and_then(|()| fs::remove_dir_all(&draft));
    tried.map_err(|source| {
        // Only where it was made and could not be written into; the next backup removes it, too.
        let _ = fs::remove_dir_all(&draft);
        PlaceError::NotWritable { folder: folder.to_owned(), source }
    })
}

/// Has the folder there that backups go to. Only the one in the data folder is made without asking: where a chosen one is
/// missing, its disk is, and a folder of that name on another disk would be taken for it.
pub(super) fn enter(data: &Path, folder: &Path) -> Result<(), PlaceError> {
    if folder == data.join(BACKUPS) {
        return private_folder(folder)
            .map_err(|source| PlaceError::NotMade { folder: folder.to_owned(), source });
    }
    reach(data, folder)
}

/// Whether the folder is there now.
pub(crate) fn reach(data: &Path, folder: &Path) -> Result<(), PlaceError> {
    fits(data, folder)?;
    match folder.metadata() {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(PlaceError::NotAFolder(folder.to_owned())),
        Err(_) => Err(PlaceError::Missing(folder.to_owned())),
    }
}

/// The path without links and detours, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = vec![];
    for ancestor in absolute.ancestors() {
        if let Ok(real) = fs::canonicalize(ancestor) {
            return missing.into_iter().rev().fold(real, |real, name| match name {
                Component::ParentDir => real.parent().map_or(real.clone(), Path::to_owned),
                Component::Normal(name) => real.join(name),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => real,
            });
        }
        missing.extend(ancestor.components().next_back());
    }
    absolute
}

/// Whether something of this name is what a backup or a restore left that did not come to its end. In a folder that somebody
/// chose, nothing else may be taken for it.
pub(super) fn is_remains(name: &str) -> bool {
    let is_draft = name.strip_prefix(DRAFT).is_some_and(|id| id.len() == 32 && Uuid::try_parse(id).is_ok());
    is_draft || name.strip_prefix(REMOVED).is_some_and(begins_with_time)
}

/// Whether a name begins as `free_name` makes them.
fn begins_with_time(name: &str) -> bool {
    const CHARS: usize = "2026-11-25T12-00-00-000Z".len();
    let time = name.get(..CHARS);
    time.is_some_and(|time| NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H-%M-%S-%3fZ").is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_ours_is_taken_for_remains() {
        for ours in [
            ".draft-019ac0de00007000800000000000abcd",
            ".removed-2026-11-25T12-00-00-000Z",
            ".removed-2026-11-25T12-00-00-000Z-2",
            ".removed-2026-11-25T12-00-00-000Z.before-restore",
        ] {
            assert!(is_remains(ours), "{ours}");
        }
        for theirs in [".draft-of-my-book", ".draft-", ".removed-photos", "2026-11-25T12-00-00-000Z", ""] {
            assert!(!is_remains(theirs), "{theirs}");
        }
    }

    #[test]
    fn a_folder_is_fit_unless_it_is_part_of_the_data_folder() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("depot");
        fs::create_dir(&data).unwrap();
        let refused = |to: &Path| fits(&data, to).is_err();
        assert!(refused(&data) && refused(&data.join("files")) && refused(&data.join("backups/more")));
        assert!(refused(&folder.path().join("missing/../depot/kept")));
        assert!(!refused(&data.join(BACKUPS)) && !refused(folder.path()));
        assert!(!refused(&folder.path().join("depot-backups")));
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&data, &link).unwrap();
            assert!(refused(&link) && refused(&link.join("kept")));
        }
    }

    #[test]
    fn a_folder_is_made_and_tried_and_whatever_is_wrong_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("depot");
        let said = |to: &Path| prepare(&data, to).unwrap_err().to_string();
        let wanted = folder.path().join("disk/backups");
        prepare(&data, &wanted).unwrap();
        assert_eq!(fs::read_dir(&wanted).unwrap().count(), 0, "what was tried is gone");
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(said(&folder.path().join("file")).contains("is not a folder"));
        assert!(said(&folder.path().join("file/backups")).contains("cannot be made"));
        assert!(said(&data).contains("lies in the data folder"));
        // Neither made without asking, unlike the depot's own.
        let missing = folder.path().join("unplugged");
        assert!(matches!(enter(&data, &missing), Err(PlaceError::Missing(_))) && !missing.exists());
        enter(&data, &data.join(BACKUPS)).unwrap();
    }
}
