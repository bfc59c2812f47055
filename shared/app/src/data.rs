//! The data folder as its owner sees it: how large it is, its backups and its seals, and the two jobs that can be asked
//! for: a backup, and a check of the record. The work itself is in `backup` and `upkeep`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use depot_domain::values::Timestamp;
use depot_store::{DATABASE_FILE, seal};
use serde::Serialize;
use ts_rs::TS;

use crate::app::App;
use crate::backup::run::Last;
use crate::backup::{self, Backup, BackupError};
use crate::error::{AppError, Code};
use crate::query::{Answered, DepotAnswer, DepotQuery, Topic};
use crate::settings::BackupSettings;

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
    /// The folder that backups go to.
    pub backup_folder: String,
    /// Why no backup can lie there at present; nothing where one can.
    pub backup_folder_problem: Option<String>,
    /// The depot's backups there and in the data folder, the newest first.
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
    /// Its folder, with the path.
    pub folder: String,
    /// When it was begun: what was acknowledged before is in it.
    pub begun_at: Timestamp,
    /// How many events it has.
    pub events: u64,
    /// How large it is, in bytes.
    pub bytes: u64,
    /// The short code of the record up to there.
    pub code: String,
    /// How it was found when it was looked into last since the depot was opened; nothing where nobody has.
    pub checked: Option<CheckedView>,
}

/// How a backup was found after it had been made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CheckedView {
    /// When.
    pub at: Timestamp,
    /// What was wrong with it; nothing where it was whole.
    pub problem: Option<String>,
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
    checked: HashMap<PathBuf, CheckedView>,
    last_backup: Option<Last>,
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

    /// Notes the last backup, to know when the next one is due.
    pub(crate) fn note_backup(&self, last: Last) {
        self.inner.jobs.lock().last_backup = Some(last);
    }

    /// The last backup, where it is known since the depot was opened.
    pub(crate) fn last_backup(&self) -> Option<Last> {
        self.inner.jobs.lock().last_backup
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
        let verified = self.audit().await?;
        let (data, settings) = (self.folder().to_owned(), self.settings());
        let check = move || {
            let Some(newest) = own_backups(&data, &settings.backup)?.pop() else { return Ok(None) };
            let problem = backup::verify(&newest.folder).err().map(|error| error.to_string());
            Ok::<_, BackupError>(Some((newest.folder, problem)))
        };
        let checked = tokio::task::spawn_blocking(check).await.map_err(AppError::storage)?;
        let internal = |problem: String| AppError::new(Code::Internal, problem);
        if let Some((folder, problem)) = checked.map_err(|error| internal(error.to_string()))? {
            self.note_checked(&folder, problem.clone());
            problem.map_or(Ok(()), |problem| Err(internal(problem)))?;
        }
        Ok(verified.events)
    }

    /// Notes how a backup was found.
    pub(crate) fn note_checked(&self, folder: &Path, problem: Option<String>) {
        let checked = CheckedView { at: self.now(), problem };
        self.inner.jobs.lock().checked.insert(folder.to_owned(), checked);
        self.tell(&[Topic::Data]);
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
        let (folder, settings) = (self.folder().to_owned(), self.settings());
        let look = move || look(&folder, &settings.backup);
        let looked = tokio::task::spawn_blocking(look).await.map_err(AppError::storage)?;
        let (backup, check, checked) = {
            let jobs = self.inner.jobs.lock();
            (jobs.backup.clone(), jobs.check.clone(), jobs.checked.clone())
        };
        let newest = looked.backups.iter().rev().take(BACKUPS_MOST);
        let view = DataView {
            folder: self.folder().display().to_string(),
            database_bytes: looked.database_bytes,
            file_bytes: looked.file_bytes,
            events: sequence,
            backup_folder: looked.place.display().to_string(),
            backup_folder_problem: looked.place_problem,
            backups: newest
                .filter_map(|one| {
                    Some(BackupView { checked: checked.get(&one.folder).cloned(), ..BackupView::of(one)? })
                })
                .collect(),
            backup,
            check,
            seal: seal.transpose()?,
        };
        let topics = DepotQuery::Data {}.topics().to_vec();
        Ok(Answered { answer: DepotAnswer::Data(Box::new(view)), topics, sequence })
    }
}

impl BackupView {
    /// Nothing where it says that it was made at no time that there is.
    pub(crate) fn of(backup: &Backup) -> Option<Self> {
        Some(Self {
            folder: backup.folder.display().to_string(),
            begun_at: Timestamp::try_from(backup.manifest.begun_at).ok()?,
            events: backup.manifest.events,
            bytes: backup.bytes(),
            code: backup.manifest.seal.code.clone(),
            checked: None,
        })
    }
}

/// What is found in a data folder, and in the folder that its backups go to.
struct Looked {
    backups: Vec<Backup>,
    place: PathBuf,
    place_problem: Option<String>,
    database_bytes: u64,
    file_bytes: u64,
}

fn look(data: &Path, settings: &BackupSettings) -> Looked {
    // A disk that is not there is told, and keeps nothing else from being shown.
    let problem = settings.folder.as_deref().and_then(|chosen| backup::reach(data, chosen).err());
    let listed = own_backups(data, settings);
    let problem = problem.map(|error| error.to_string());
    let place_problem = problem.or_else(|| listed.as_ref().err().map(ToString::to_string));
    let size = |name: String| fs::metadata(data.join(name)).map_or(0, |found| found.len());
    Looked {
        backups: listed.unwrap_or_default(),
        place: backup::place(data, settings),
        place_problem,
        database_bytes: size(DATABASE_FILE.to_owned()) + size(format!("{DATABASE_FILE}-wal")),
        file_bytes: size_of(&data.join("files")),
    }
}

/// The depot's own backups, wherever they lie, the oldest first.
fn own_backups(data: &Path, settings: &BackupSettings) -> Result<Vec<Backup>, BackupError> {
    let mut backups = vec![];
    for place in backup::places(data, settings) {
        backups.extend(backup::list_own(data, &place)?);
    }
    backup::sort(&mut backups);
    Ok(backups)
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
