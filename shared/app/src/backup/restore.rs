//! Putting a backup back in the place of a depot.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use depot_store::seal::{SealKey, hex};
use depot_store::{DATABASE_FILE, OpenError, RESTORING_FILE, Store, StoreOptions, aside, log, seal};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::contents::SECRETS;
use super::manifest::SealText;
use super::{
    BACKUPS, BESIDE, Backup, BackupError, DRAFT, FILES, FOLDERS, Manifest, at, free_name, list_own, names_in,
    private_folder, remove_remains, sync_folder, sync_tree, verify,
};
use crate::landmarks::{LANDMARKS_FILE, Landmarks};
use crate::settings::{self, SETTINGS_FILE};
use crate::{app, durable, erase};

/// What the name of a folder ends with that a restore set aside.
const ASIDE: &str = "before-restore";

/// How a backup is put back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(export)]
pub struct RestoreOptions {
    /// Leave tokens and phones valid, and the endpoint as the backup's settings have it. Otherwise all are revoked, and
    /// the endpoint is off.
    pub keep_access: bool,
    /// Put it back although it is another depot's than the one here.
    pub foreign: bool,
}

/// Whose backup it is, as seen from a data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// The depot's own.
    This,
    /// Another depot's; the one here has a record of its own.
    Another,
    /// Nothing is recorded here that could tell.
    Unknown,
}

/// Looks whose a backup is, by the keys of a data folder.
pub(super) fn owner(manifest: &Manifest, data: &Path) -> io::Result<Owner> {
    let Some(key) = SealKey::read(data)? else { return Ok(Owner::Unknown) };
    let key_of_backup = manifest.seal.key.as_str();
    let former = Landmarks::read(data)?.former_keys;
    if hex(&key.public()) == key_of_backup || former.iter().any(|key| key == key_of_backup) {
        return Ok(Owner::This);
    }
    // A window opens an empty depot before anybody can choose a backup for it.
    let is_empty = aside::look_into(&data.join(DATABASE_FILE))
        .and_then(|tables| log::head(&tables))
        .is_ok_and(|head| head == 0);
    Ok(if is_empty { Owner::Unknown } else { Owner::Another })
}

/// Puts a backup in the place of a data folder's depot, which must not be served. The backup is verified first, and
/// stays; the old data is set aside within the data folder. Says where to.
///
/// # Errors
/// Why not; the old data is in its place then, or whole under the name that it was set aside to.
pub fn restore(
    backup: &Path,
    data: &Path,
    how: &RestoreOptions,
    now: DateTime<Utc>,
) -> Result<(Backup, Option<PathBuf>), BackupError> {
    let verified = verify(backup)?;
    rescue_keys(data)?;
    let owner = at(data, owner(&verified.manifest, data))?;
    if owner == Owner::Another && !how.foreign {
        return Err(BackupError::Foreign { folder: backup.to_owned(), data: data.to_owned() });
    }
    let _held = depot_store::hold(&StoreOptions::new(data))?;
    remove_remains(data)?;
    let draft = data.join(format!("{DRAFT}{}", uuid::Uuid::now_v7().simple()));
    let restored =
        fill(&verified, (data, owner), &draft, (how, now)).and_then(|()| exchange(data, &draft, now));
    // Whatever became of it, what is left of the draft is of no use to anybody.
    let removed = if draft.exists() { fs::remove_dir_all(&draft) } else { Ok(()) };
    let aside = restored?;
    at(&draft, removed)?;
    Ok((verified, aside))
}

/// Puts into the draft what the depot will be.
fn fill(
    verified: &Backup,
    (data, owner): (&Path, Owner),
    draft: &Path,
    (how, now): (&RestoreOptions, DateTime<Utc>),
) -> Result<(), BackupError> {
    at(draft, private_folder(draft))?;
    for content in &verified.manifest.contents {
        copy(&verified.folder.join(&content.path), &draft.join(&content.path))?;
    }
    let former_keys = keys_for(&verified.manifest, (data, owner), draft)?;
    // Whoever was erased since the backup was made stays erased.
    at(draft, erase::merge(draft, data))?;
    if !how.keep_access {
        let database = draft.join(DATABASE_FILE);
        revoke_access(&database, now).map_err(|error| BackupError::Copy(error.into()))?;
        at(draft, settings::switch_endpoint_off(draft))?;
    }
    erase::again(draft, now).map_err(BackupError::Erase)?;
    // A program that is older than the backup cannot open it, and has to say so while the old data is in its place.
    let opened: Store<()> = Store::open(StoreOptions::new(draft), &app::migrations())?;
    let sealed = opened.read_now(|tables| Ok::<_, Unread>(seal::newest(tables, 1)?.pop()));
    drop(opened);
    if how.keep_access {
        // They are signed again with the key that the depot has now.
        let unsigned = Connection::open(draft.join(DATABASE_FILE))
            .and_then(|tables| tables.execute("UPDATE tokens SET signature = NULL", []));
        unsigned.map_err(|error| BackupError::Copy(error.into()))?;
    }
    let landmarks = Landmarks {
        sealed: sealed.map_err(|Unread(error)| BackupError::Copy(error.into()))?.as_ref().map(SealText::from),
        left_behind: newest_number(&verified.folder, data)?,
        tokens_signed: false,
        former_keys,
    };
    at(draft, landmarks.write(draft))?;
    at(draft, sync_tree(draft))
}

/// Puts the draft in the place of what is there. From the marker on nobody takes what is left in the folder for a depot.
fn exchange(data: &Path, draft: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, BackupError> {
    let marker = data.join(RESTORING_FILE);
    at(&marker, File::create(&marker).and_then(|file| file.sync_all()))?;
    at(data, sync_folder(data))?;
    let aside = set_aside(data, now)?;
    for name in top_names(draft) {
        at(&data.join(name), fs::rename(draft.join(name), data.join(name)))?;
    }
    at(data, sync_folder(data))?;
    at(&marker, fs::remove_file(&marker))?;
    at(data, sync_folder(data))?;
    Ok(aside)
}

fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    if let Some(parent) = to.parent() {
        at(parent, private_folder(parent))?;
    }
    at(from, fs::copy(from, to))?;
    at(to, File::open(to).and_then(|file| file.sync_all()))
}

/// Gives the draft the depot's keys: the backup's, where it has them, otherwise those of the data folder, where they are
/// of the same depot, otherwise new ones. Returns the former public keys whose seals count.
fn keys_for(
    manifest: &Manifest,
    (data, owner): (&Path, Owner),
    draft: &Path,
) -> Result<Vec<String>, BackupError> {
    for secret in SECRETS {
        let (here, there) = (data.join(secret), draft.join(secret));
        if owner == Owner::This && here.is_file() && !there.exists() {
            copy(&here, &there)?;
        }
    }
    let key = hex(&at(draft, SealKey::open(draft))?.public());
    let mut former = manifest.former_keys.clone();
    if owner == Owner::This {
        former.extend(at(data, Landmarks::read(data))?.former_keys);
    }
    former.push(manifest.seal.key.clone());
    former.sort_unstable();
    former.dedup();
    former.retain(|one| *one != key);
    Ok(former)
}

/// Revokes every token, those of phones and browsers among them. Whoever could write into a backup could have put one there.
fn revoke_access(database: &Path, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let tables = Connection::open(database)?;
    let sql = "UPDATE tokens SET revoked_at = ?1 WHERE revoked_at IS NULL";
    tables.execute(sql, [now.timestamp_micros()]).map(drop)
}

/// The highest number of a backup that the restored record need not go on from.
fn newest_number(backup: &Path, data: &Path) -> Result<u64, BackupError> {
    let mut newest = at(data, Landmarks::read(data))?.left_behind;
    for place in backup.parent().into_iter().chain([&*data.join(BACKUPS)]) {
        newest = list_own(data, place)?.iter().map(|one| one.manifest.number).fold(newest, u64::max);
    }
    Ok(newest.max(super::read(backup)?.manifest.number))
}

/// A failure of a read.
struct Unread(rusqlite::Error);

impl From<rusqlite::Error> for Unread {
    fn from(error: rusqlite::Error) -> Self {
        Self(error)
    }
}

impl From<depot_store::ReadError> for Unread {
    fn from(error: depot_store::ReadError) -> Self {
        match error {
            depot_store::ReadError::Storage(error) => Self(error),
            depot_store::ReadError::Panicked
            | depot_store::ReadError::Interrupted
            | depot_store::ReadError::Closed => Self(rusqlite::Error::ToSqlConversionFailure(error.into())),
        }
    }
}

/// Sets a depot aside that cannot be opened, so that another can begin in its folder. The settings stay.
///
/// # Errors
/// The folder is held by somebody else, or cannot be written.
pub(crate) fn set_aside_depot(data: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, OpenError> {
    let _held = depot_store::hold(&StoreOptions::new(data))?;
    let not_writable = |source| OpenError::NotWritable { folder: data.to_owned(), source };
    let settings = durable_settings(data).map_err(not_writable)?;
    let aside = set_aside(data, now).map_err(|error| not_writable(io::Error::other(error.to_string())))?;
    if let Some(text) = settings {
        durable::write(&data.join(SETTINGS_FILE), &text).map_err(not_writable)?;
    }
    Ok(aside)
}

fn durable_settings(data: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(data.join(SETTINGS_FILE)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Moves the depot's present data into a folder of its own, the database first.
fn set_aside(data: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, BackupError> {
    let wal = [format!("{DATABASE_FILE}-wal"), format!("{DATABASE_FILE}-shm")];
    let wal = wal.iter().map(String::as_str).filter(|name| data.join(name).exists());
    let present: Vec<_> = top_names(data).into_iter().chain(wal).collect();
    if present.is_empty() {
        return Ok(None);
    }
    let aside = free_name(data, now).with_extension(ASIDE);
    at(&aside, private_folder(&aside))?;
    for name in present {
        at(&data.join(name), fs::rename(data.join(name), aside.join(name)))?;
    }
    at(&aside, sync_folder(&aside))?;
    at(data, sync_folder(data))?;
    Ok(Some(aside))
}

/// The folders that restores set aside.
pub(crate) fn set_aside_in(data: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let names = names_in(data)?.into_iter().map(|name| data.join(name));
    Ok(names.filter(|path| path.extension().is_some_and(|extension| extension == ASIDE)).collect())
}

/// What a data folder has beside its backups, logs and locks, as far as it is in `folder`.
fn top_names(folder: &Path) -> Vec<&'static str> {
    let names = [DATABASE_FILE, LANDMARKS_FILE, FILES].into_iter().chain(BESIDE).chain(FOLDERS);
    names.filter(|name| folder.join(name).exists()).collect()
}

/// Takes the keys back that a restore had moved when it was killed, so that its repetition finds them.
fn rescue_keys(data: &Path) -> Result<(), BackupError> {
    if !data.join(RESTORING_FILE).exists() {
        return Ok(());
    }
    let drafts =
        names_in(data)?.into_iter().filter(|name| name.starts_with(DRAFT)).map(|name| data.join(name));
    let mut asides = set_aside_in(data)?;
    asides.sort_unstable();
    for folder in drafts.chain(asides.into_iter().rev()) {
        for secret in SECRETS {
            let (there, here) = (folder.join(secret), data.join(secret));
            if there.is_file() && !here.exists() {
                copy(&there, &here)?;
            }
        }
    }
    Ok(())
}
