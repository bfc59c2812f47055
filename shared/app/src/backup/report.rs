//! A backup as somebody is shown it before they put it back: whose it is, of when, and whether it is whole. Nothing is changed
//! by looking.

use std::path::{Path, PathBuf};

use depot_store::chain;
use depot_store::seal::hex;
use serde::Serialize;
use ts_rs::TS;

use super::restore::{Owner, owner};
use super::{Backup, BackupError, MANIFEST_FILE, at, list, read, verify};
use crate::app::App;
use crate::data::BackupView;
use crate::error::{AppError, Code};
use crate::settings::Settings;

/// A backup that was looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupReport {
    /// The backup.
    pub backup: BackupView,
    /// What the depot was called that it is of.
    pub depot_name: String,
    /// Why it cannot be put back; nothing where every byte is as it was written, and the record whole.
    pub problem: Option<String>,
    /// Whether it is another depot's than the one here.
    pub foreign: bool,
    /// Whether its contents are signed. Older programs signed the record alone.
    pub signed: bool,
    /// How many events are recorded here now.
    pub events_now: u64,
    /// How many of them were recorded since the backup; nothing where the record here does not go on from it.
    pub events_since: Option<u64>,
}

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Restored {
    /// How many events there are now.
    pub events: u64,
    /// The folder that the data lies in that was there before; nothing where there was none.
    pub aside: Option<String>,
}

/// The backups that a folder is or has in it, of whatever depot, the newest first.
///
/// # Errors
/// There are none, or the folder cannot be read.
pub fn find(folder: &Path) -> Result<Vec<BackupView>, BackupError> {
    let found = if folder.join(MANIFEST_FILE).exists() { vec![read(folder)?] } else { list(folder)? };
    if found.is_empty() {
        let reason = "choose the folder of a backup, or the one that backups lie in".to_owned();
        return Err(BackupError::NotABackup { folder: folder.to_owned(), reason });
    }
    Ok(found.iter().rev().filter_map(BackupView::of).collect())
}

/// Looks into a backup for the depot in `data`, every byte of it. Without a depot that is open nothing is known of what is
/// recorded here.
///
/// # Errors
/// It is no backup.
pub fn inspect(folder: &Path, data: &Path) -> Result<BackupReport, BackupError> {
    look_into(folder, data).map(|(_, report)| report)
}

fn look_into(folder: &Path, data: &Path) -> Result<(Backup, BackupReport), BackupError> {
    let backup = read(folder)?;
    // The settings are part of it: a depot that does not start for them is of no use.
    let settings = Settings::load(folder, [], &[]);
    let problem = match (verify(folder), &settings) {
        (Err(error), _) => Some(error.to_string()),
        (Ok(_), Err(error)) => Some(error.to_string()),
        (Ok(_), Ok(_)) => None,
    };
    let view = BackupView::of(&backup).ok_or_else(|| BackupError::NotABackup {
        folder: folder.to_owned(),
        reason: "it is of no time that there is".to_owned(),
    })?;
    let depot_name = settings.unwrap_or_default().depot.name;
    let foreign = at(data, owner(&backup.manifest, data))? == Owner::Another;
    let signed = backup.manifest.is_signed();
    let report = BackupReport {
        backup: view,
        depot_name,
        problem,
        foreign,
        signed,
        events_now: 0,
        events_since: None,
    };
    Ok((backup, report))
}

impl App {
    /// Looks into a backup, and compares it with what is recorded here.
    ///
    /// # Errors
    /// It is no backup, or the record cannot be read.
    pub async fn inspect_backup(&self, folder: PathBuf) -> Result<BackupReport, AppError> {
        let data = self.folder().to_owned();
        let looked = move || look_into(&folder, &data);
        let looked = tokio::task::spawn_blocking(looked).await.map_err(AppError::storage)?;
        let (backup, mut report) =
            looked.map_err(|error| AppError::new(Code::Malformed, error.to_string()))?;
        let (last, head) = (backup.manifest.events, backup.manifest.head);
        let here = self.store().read(move |connection| Ok::<_, AppError>(chain::hash_of(connection, last)?));
        let goes_on = here.await?.is_some_and(|hash| hex(&hash) == head);
        report.events_now = self.head();
        report.events_since = goes_on.then(|| report.events_now.saturating_sub(last));
        self.note_checked(&backup.folder, report.problem.clone());
        Ok(report)
    }
}
