//! Erasing somebody: what goes with the event that says so, and what is done afterwards so that no file of the data folder
//! has a copy. Which fields are personal is in `personal`; who may be erased is decided by the domain.

mod ledger;

use std::fs;
use std::path::{Path, PathBuf};

use depot_domain::delivery::FileHash;
use depot_domain::values::Timestamp;
use depot_domain::{DeliveryCommand, DriverCommand};
use depot_store::{Migration, StoredEvent, Unit};
use rusqlite::{Connection, params};
use serde_json::Value;
use uuid::Uuid;

pub(crate) use ledger::{LEDGER_FILE, again, merge};

use crate::app::App;
use crate::backup::{self, BackupError};
use crate::command::DepotCommand;
use crate::error::AppError;
use crate::execute::Call;
use crate::log::EntityKind;
use crate::query::Topic;
use crate::{files, idempotency, personal, phone, sql, token};

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_112651,
    sql: "CREATE TABLE erasures (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            subject BLOB NOT NULL,
            erased_at INTEGER NOT NULL,
            files TEXT,
            finished_at INTEGER
          );",
};

/// An erasure of which copies may be left.
struct Pending {
    id: i64,
    kind: EntityKind,
    subject: Uuid,
    at: Timestamp,
    files: Vec<FileHash>,
}

/// Whether a command erases somebody.
pub(crate) const fn is_asked_by(command: &DepotCommand) -> bool {
    matches!(
        command,
        DepotCommand::Driver { command: DriverCommand::EraseDriver {}, .. }
            | DepotCommand::Delivery { command: DeliveryCommand::EraseReceiver {}, .. }
    )
}

/// Takes what was known of somebody out of everything but the files, in the transaction of the event that says so: the key,
/// the names of phones, the answers that are kept.
pub(crate) fn forget(
    unit: &mut Unit<'_>,
    kind: EntityKind,
    subject: Uuid,
    call: &Call,
) -> Result<(), AppError> {
    let mut history = unit.load(subject)?;
    if history.iter().map(personal::is_plain).collect::<Result<Vec<_>, _>>()?.contains(&true) {
        seal_history(unit, call.recorded_at)?;
        history = unit.load(subject)?;
    }
    let (texts, named) = known_of(&history)?;
    unit.destroy_secret(subject)?;
    let tables = unit.tables_mut()?;
    idempotency::forget(tables, subject, &texts)?;
    match kind {
        EntityKind::Driver => {
            phone::forget(tables, subject)?;
            token::forget(tables, subject, call.recorded_at)?;
        }
        EntityKind::Vehicle | EntityKind::Route | EntityKind::Delivery => {}
    }
    files::forget(tables, subject)?;
    let mut unshared = vec![];
    for hash in named {
        if !files::is_held(tables, &hash)? {
            unshared.push(hash);
        }
    }
    let files = serde_json::to_string(&unshared).map_err(AppError::storage)?;
    let sql = "INSERT INTO erasures (kind, subject, erased_at, files) VALUES (?1, ?2, ?3, ?4)";
    Ok(sql::run(tables, sql, params![kind.as_str(), subject, call.recorded_at.micros(), files])?)
}

/// Seals what was recorded before anything was, of everybody at once: the chain is made anew, and once is enough.
fn seal_history(unit: &mut Unit<'_>, now: Timestamp) -> Result<(), AppError> {
    let began = std::time::Instant::now();
    let sealed = unit.seal_history(now.datetime(), |event| {
        if !personal::is_plain(event).map_err(Broken)? {
            return Ok(None);
        }
        personal::part_stored(event).map(Some).map_err(Broken)
    });
    let Broken(error) = match sealed {
        Ok(events) => {
            let ms = began.elapsed().as_millis();
            tracing::info!(
                events,
                ms,
                "what was recorded openly of people is sealed now, in a chain made anew"
            );
            return Ok(());
        }
        Err(broken) => broken,
    };
    Err(error)
}

/// An error of the application where the store's are needed.
struct Broken(AppError);

impl From<rusqlite::Error> for Broken {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.into())
    }
}

impl From<depot_store::chain::VerifyError> for Broken {
    fn from(error: depot_store::chain::VerifyError) -> Self {
        Self(AppError::storage(error))
    }
}

/// Every text and every file that was personal.
fn known_of(history: &[StoredEvent]) -> Result<(Vec<String>, Vec<FileHash>), AppError> {
    let (mut texts, mut files) = (vec![], vec![]);
    for event in history {
        for (_, value) in personal::of(event)? {
            gather(value, &mut texts, &mut files);
        }
    }
    texts.sort_unstable();
    texts.dedup();
    Ok((texts, files))
}

fn gather(value: Value, texts: &mut Vec<String>, files: &mut Vec<FileHash>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.into_iter().for_each(|value| gather(value, texts, files)),
        Value::Object(members) => match members.get("hash").and_then(Value::as_str) {
            Some(hash) => files.extend(hash.parse().ok()),
            None => members.into_iter().for_each(|(_, value)| gather(value, texts, files)),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Finishes what was erased in the background, where the depot is nobody else's.
pub(crate) fn finish_soon(app: &App) {
    if !app.inner.exclusive {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app.finish_erasures().await {
            tracing::warn!(%error, "an erasure is not finished; it is tried again");
        }
    });
}

impl App {
    /// Finishes what was erased: after this no file of the data folder has a copy of it. Files of proofs go, the database is
    /// written anew, a new backup takes the place of all older ones, and what a restore set aside goes. Says how many
    /// erasures were finished.
    ///
    /// # Errors
    /// Something is in the way. What was erased cannot be read through the depot all the same, and this can be repeated.
    pub async fn finish_erasures(&self) -> Result<usize, AppError> {
        let _only_one = self.inner.erasing.lock().await;
        let pending = self.store().read(|connection| Ok::<_, AppError>(pending(connection)?)).await?;
        if pending.is_empty() {
            return Ok(0);
        }
        let count = pending.len();
        let last = pending.iter().map(|erasure| erasure.id).max().unwrap_or(0);
        self.clear_files(&pending).await?;
        let folder = self.folder().to_owned();
        let noted = tokio::task::spawn_blocking(move || ledger::add(&folder, &pending));
        noted.await.map_err(AppError::storage)?.map_err(AppError::storage)?;
        self.store().scrub().await?;
        let (folder, now) = (self.folder().to_owned(), self.now());
        let replaced = tokio::task::spawn_blocking(move || replace_copies(&folder, now));
        replaced.await.map_err(AppError::storage)?.map_err(AppError::storage)?;
        let finish = move |unit: &mut Unit<'_>, _: &mut crate::entity::Caches| {
            let sql =
                "UPDATE erasures SET finished_at = ?2, files = NULL WHERE id <= ?1 AND finished_at IS NULL";
            Ok::<_, AppError>(sql::run(unit.tables_mut()?, sql, params![last, now.micros()])?)
        };
        self.store().write(finish).await?;
        tracing::info!(erasures = count, "what was erased is gone from every file of the data folder");
        // Whoever erased it may have done so beside this depot.
        self.tell(Topic::ALL);
        Ok(count)
    }

    /// Removes files as [`without_delivery`] names them.
    async fn clear_files(&self, pending: &[Pending]) -> Result<(), AppError> {
        let _one_at_a_time = self.inner.filing.lock().await;
        let (erased, folder) = (files_of(pending), self.folder().to_owned());
        let going = self.store().read(move |tables| without_delivery(tables, &folder, erased)).await?;
        let folder = self.folder().to_owned();
        let removed = tokio::task::spawn_blocking(move || remove_files(&folder, &going));
        removed.await.map_err(AppError::storage)?
    }

    /// How many erasures are not finished.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn pending_erasures(&self) -> Result<usize, AppError> {
        self.store().read(|connection| Ok::<_, AppError>(pending(connection)?.len())).await
    }
}

fn pending(tables: &Connection) -> rusqlite::Result<Vec<Pending>> {
    let sql =
        "SELECT id, kind, subject, erased_at, files FROM erasures WHERE finished_at IS NULL ORDER BY id";
    sql::all(tables, sql, [], |row| {
        Ok(Pending {
            id: row.get("id")?,
            kind: sql::word(row, "kind")?,
            subject: row.get("subject")?,
            at: sql::time(row, "erased_at")?,
            files: sql::json(row, "files")?,
        })
    })
}

fn files_of(pending: &[Pending]) -> Vec<FileHash> {
    pending.iter().flat_map(|erasure| erasure.files.iter().cloned()).collect()
}

/// The files of `erased`, and those on the disk, that were handed in for no delivery that still shows them: of proofs that
/// were refused, too.
fn without_delivery(
    tables: &Connection,
    folder: &Path,
    erased: Vec<FileHash>,
) -> Result<Vec<FileHash>, AppError> {
    let on_disk = files::all(folder).map_err(AppError::storage)?;
    let mut going = vec![];
    for hash in erased.into_iter().chain(on_disk) {
        if !files::is_held(tables, &hash)? {
            going.push(hash);
        }
    }
    Ok(going)
}

fn remove_files(folder: &Path, going: &[FileHash]) -> Result<(), AppError> {
    going.iter().try_for_each(|hash| files::remove(folder, hash)).map_err(AppError::storage)
}

/// Makes a backup where there are any, and then lets go of the older ones and of what restores set aside.
fn replace_copies(data: &Path, now: Timestamp) -> Result<(), BackupError> {
    backup::remove_remains(data)?;
    let backups = data.join(backup::BACKUPS);
    let older = backup::list(&backups)?;
    if !older.is_empty() {
        let made = backup::make(data, &backups, now.datetime())?;
        tracing::info!(events = made.manifest.events, "a backup was made and verified");
    }
    let older = older.into_iter().map(|backup| backup.folder);
    for folder in older.chain(backup::set_aside_in(data)?) {
        remove(&folder)?;
    }
    Ok(())
}

fn remove(folder: &PathBuf) -> Result<(), BackupError> {
    // Under another name first, so that no half of a backup bears a backup's name.
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let going = folder.with_file_name(format!("{}{name}", backup::REMOVED));
    let io = |source| BackupError::Io { path: folder.clone(), source };
    fs::rename(folder, &going).map_err(io)?;
    fs::remove_dir_all(&going).map_err(io)
}
