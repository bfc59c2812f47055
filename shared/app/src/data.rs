//! The data folder as its owner sees it: how large it is, its backups and its seals, and the two jobs that can be asked
//! for: a backup, and a check of the record. The work itself is in `backup` and `upkeep`.

use std::fs;
use std::path::Path;

use depot_domain::values::Timestamp;
use depot_store::{DATABASE_FILE, seal};
use serde::Serialize;
use ts_rs::TS;

use crate::app::App;
use crate::backup::{self, Backup, BackupError};
use crate::error::AppError;
use crate::query::{Answered, DepotAnswer, DepotQuery, Topic};

/// How many backups are listed at most.
const BACKUPS_MOST: usize = 100;

/// The data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DataView {
    /// Where it is.
    pub folder: String,
    /// How large the database is, in bytes.
    pub database_bytes: u64,
    /// How large the files of proofs are together, in bytes.
    pub file_bytes: u64,
    /// How many events were recorded.
    pub events: u64,
    /// The backups in the folder, the newest first.
    pub backups: Vec<BackupView>,
    /// How the last backup went that was begun since the depot was opened.
    pub backup: JobView,
    /// How the last check of the record and of the newest backup went, likewise.
    pub check: JobView,
    /// The newest seal of the record.
    pub seal: Option<SealView>,
}

/// A backup. It has its name only since all of it was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BackupView {
    /// Its folder, within `backups`.
    pub name: String,
    /// When it was begun: what was acknowledged before is in it.
    pub begun_at: Timestamp,
    /// How many events it has.
    pub events: u64,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// The short code of the record up to there.
    pub code: String,
}

/// How a job stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct JobView {
    /// Whether it is being done.
    pub running: bool,
    /// When it ended last.
    pub ended_at: Option<Timestamp>,
    /// How many events it went over then.
    pub events: Option<u64>,
    /// What was wrong then; nothing where it went well.
    pub problem: Option<String>,
}

/// A signed statement of how the record ended at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SealView {
    /// The last event under it.
    pub sequence: u64,
    /// When it was made.
    pub at: Timestamp,
    /// Sixteen characters that stand for the record up to there: printed, they betray later that it was rewritten.
    pub code: String,
}

/// How the jobs stand.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    backup: JobView,
    check: JobView,
}

/// Which job.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Job {
    Backup,
    Check,
}

impl Jobs {
    fn of(&mut self, job: Job) -> &mut JobView {
        match job {
            Job::Backup => &mut self.backup,
            Job::Check => &mut self.check,
        }
    }
}

impl App {
    /// Begins a job, unless it is being done already.
    pub(crate) fn begin(&self, job: Job) -> bool {
        let begun = {
            let mut jobs = self.inner.jobs.lock();
            !std::mem::replace(&mut jobs.of(job).running, true)
        };
        if begun {
            self.tell(&[Topic::Data]);
        }
        begun
    }

    /// Notes how a job ended: over how many events it went, or what was wrong.
    pub(crate) fn ended(&self, job: Job, outcome: Result<u64, String>) {
        let (events, problem) = match outcome {
            Ok(events) => (Some(events), None),
            Err(problem) => (None, Some(problem)),
        };
        let view = JobView { running: false, ended_at: Some(self.now()), events, problem };
        *self.inner.jobs.lock().of(job) = view;
        self.tell(&[Topic::Data]);
    }

    /// Makes a backup in the background. False where one is being made already.
    pub(crate) fn back_up(&self) -> bool {
        if !self.begin(Job::Backup) {
            return false;
        }
        let app = self.clone();
        tokio::spawn(async move {
            let (data, now) = (app.folder().to_owned(), app.now().datetime());
            let make = move || backup::make(&data, &data.join(backup::BACKUPS), now);
            let made = tokio::task::spawn_blocking(make).await;
            let outcome = match made {
                Ok(made) => made.map(|made| made.manifest.events).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            app.ended(Job::Backup, outcome);
        });
        true
    }

    /// Checks the record and the newest backup in the background. False where that is being done already.
    pub(crate) fn check(&self) -> bool {
        if !self.begin(Job::Check) {
            return false;
        }
        let app = self.clone();
        tokio::spawn(async move {
            let outcome = app.check_all().await.map_err(|error| error.detail);
            app.ended(Job::Check, outcome);
        });
        true
    }

    async fn check_all(&self) -> Result<u64, AppError> {
        self.check_database().await?;
        let verified = self.verify().await?;
        let backups = self.folder().join(backup::BACKUPS);
        let newest = move || match backup::list(&backups)?.pop() {
            Some(newest) => backup::verify(&newest.folder).map(drop),
            None => Ok(()),
        };
        let checked = tokio::task::spawn_blocking(newest).await.map_err(AppError::storage)?;
        checked.map_err(|error| AppError::new(crate::Code::Internal, error.to_string()))?;
        Ok(verified.events)
    }

    /// The data folder as it is now.
    pub(crate) async fn data_view(&self) -> Result<Answered, AppError> {
        let sequence = self.head();
        let newest =
            self.store().read(|connection| Ok::<_, AppError>(seal::newest(connection, 1)?)).await?.pop();
        let seal = newest.map(|seal| {
            let at = Timestamp::try_from(seal.at).map_err(AppError::storage)?;
            Ok::<_, AppError>(SealView { sequence: seal.sequence, at, code: seal.code() })
        });
        let folder = self.folder().to_owned();
        let look = move || look(&folder);
        let (backups, database_bytes, file_bytes) =
            tokio::task::spawn_blocking(look).await.map_err(AppError::storage)?.map_err(AppError::storage)?;
        let (backup, check) = {
            let jobs = self.inner.jobs.lock();
            (jobs.backup.clone(), jobs.check.clone())
        };
        let view = DataView {
            folder: self.folder().display().to_string(),
            database_bytes,
            file_bytes,
            events: sequence,
            backups: backups.iter().rev().take(BACKUPS_MOST).filter_map(view).collect(),
            backup,
            check,
            seal: seal.transpose()?,
        };
        let topics = DepotQuery::Data {}.topics().to_vec();
        Ok(Answered { answer: DepotAnswer::Data(Box::new(view)), topics, sequence })
    }
}

fn view(backup: &Backup) -> Option<BackupView> {
    Some(BackupView {
        name: backup.folder.file_name()?.to_string_lossy().into_owned(),
        begun_at: Timestamp::try_from(backup.manifest.begun_at).ok()?,
        events: backup.manifest.events,
        bytes: backup.bytes(),
        code: backup.manifest.seal.code.clone(),
    })
}

/// The backups of a data folder, and how large its database and its files are.
fn look(folder: &Path) -> Result<(Vec<Backup>, u64, u64), BackupError> {
    let backups = backup::list(&folder.join(backup::BACKUPS))?;
    let size = |name: String| fs::metadata(folder.join(name)).map_or(0, |found| found.len());
    let database = size(DATABASE_FILE.to_owned()) + size(format!("{DATABASE_FILE}-wal"));
    Ok((backups, database, size_of(&folder.join("files"))))
}

/// The bytes of all files below; what cannot be looked at counts for nothing.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => size_of(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}
