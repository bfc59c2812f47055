//! Which backups are kept. A clock that was wrong once, or is wrong now, must not cost a backup: they are counted, in
//! the order in which they were made.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::Timelike as _;

use super::{Backup, BackupError, REMOVED, at, list_own, lock};
use crate::settings::BackupSettings;

/// How many backups are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Distinct hours of which every backup is kept, counted from the newest backup.
    pub hours: u32,
    /// Distinct days of which the last backup is kept, counted likewise.
    pub days: u32,
}

impl From<&BackupSettings> for Keep {
    fn from(settings: &BackupSettings) -> Self {
        Self { hours: settings.keep_hours, days: settings.keep_days }
    }
}

/// Removes the oldest own backup that need not be kept of the depot in `data`, and returns its folder. One at a time:
/// whatever goes wrong costs one backup, not all.
///
/// # Errors
/// It could not be removed, or the folder cannot be read.
pub fn prune(data: &Path, to: &Path, keep: Keep) -> Result<Option<PathBuf>, BackupError> {
    if !to.exists() {
        return Ok(None);
    }
    let _lock = lock(to)?;
    let backups = list_own(data, to)?;
    let Some(backup) = needless(&backups, keep) else { return Ok(None) };
    // Under another name first, so that no half of a backup bears a backup's name.
    let name = backup.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let going = to.join(format!("{REMOVED}{name}"));
    at(&backup.folder, fs::rename(&backup.folder, &going))?;
    at(&going, fs::remove_dir_all(&going))?;
    Ok(Some(backup.folder.clone()))
}

/// The oldest of these that need not be kept. They are in the order in which they were made.
fn needless(backups: &[Backup], keep: Keep) -> Option<&Backup> {
    let (mut hours, mut days) = (BTreeSet::new(), BTreeSet::new());
    let mut oldest = None;
    for backup in backups.iter().rev() {
        let begun = backup.manifest.begun_at;
        let day = begun.date_naive();
        hours.insert((day, begun.hour()));
        let is_last_of_day = days.insert(day);
        let is_kept =
            hours.len() <= keep.hours as usize || is_last_of_day && days.len() <= keep.days as usize;
        if !is_kept {
            oldest = Some(backup);
        }
    }
    // The newest is in the first hour and the first day.
    oldest
}
