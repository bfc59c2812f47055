//! Backups of a whole data folder: made beside whoever serves it, verified, and kept for a while. They are put back in
//! `restore`.
//!
//! A backup is a folder of its own: the database as it was at one moment, the kept files, the settings and the key, and
//! a manifest with the hash of each and a seal. It has its name only once all of it is verified and on the disk.

mod contents;
mod manifest;
mod place;
mod report;
mod restore;
mod retention;
pub(crate) mod run;

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use depot_store::backup::CopyError;
use depot_store::seal::{Seal, SealKey, hex};
use depot_store::{DATABASE_FILE, OpenError, aside};
use sha2::{Digest, Sha256};

pub use manifest::{Content, Manifest, SealText};
pub use place::{PlaceError, fits, place, prepare};
pub(crate) use place::{places, reach};
pub use report::{BackupReport, Restored, find, inspect};
pub use restore::{RestoreOptions, restore};
pub(crate) use restore::{set_aside_depot, set_aside_in};
pub use retention::{Keep, prune};

use crate::error::AppError;
use crate::landmarks::Landmarks;
use crate::settings::{BackupSettings, SETTINGS_FILE};
use crate::{app, erase, personal, phone};

/// The folder within the data folder in which backups lie unless another is named.
pub const BACKUPS: &str = "backups";

const MANIFEST_FILE: &str = "manifest.json";
const LOCK_FILE: &str = "backup.lock";
const FILES: &str = "files";
const DRAFT: &str = ".draft-";
pub(crate) const REMOVED: &str = ".removed-";
/// The format of a backup whose manifest is signed.
const FORMAT: u32 = 2;
/// The one before, whose manifest is not.
const UNSIGNED_FORMAT: u32 = 1;

/// Single files that go along where they exist.
const BESIDE: [&str; 3] = [SETTINGS_FILE, depot_store::seal::KEY_FILE, erase::LEDGER_FILE];
/// Folders that go along where they exist, beside the kept files: the certificates that phones trust.
const FOLDERS: [&str; 1] = ["tls"];

/// Why there is no backup, or none was put back. The texts are fit for a dispatcher's eyes.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Another backup to the same folder is being made.
    #[error("another backup to {} is being made", .0.display())]
    Busy(PathBuf),
    /// It cannot lie there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// There is no depot to back up.
    #[error("{} holds no depot", .0.display())]
    NoDepot(PathBuf),
    /// The folder is no backup.
    #[error("{} is no backup: {reason}", folder.display())]
    NotABackup {
        /// The folder.
        folder: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// Something in the backup is not as it was written.
    #[error("the backup {} is damaged: {reason}", folder.display())]
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// It would take the place of another depot.
    #[error(
        "{} is another depot's backup than the one in {}: give --foreign to put it in its place all the same",
        folder.display(), data.display()
    )]
    Foreign {
        /// The backup.
        folder: PathBuf,
        /// The data folder.
        data: PathBuf,
    },
    /// The database could not be copied, or the copy is not whole.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The data folder is in use, or cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Who was erased since could not be erased in the restored data again.
    #[error("the backup still knows somebody who was erased since, and that could not be erased again: {0}")]
    Erase(AppError),
    /// Reading or writing failed.
    #[error("{path}: {source}", path = .path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A backup that was made and verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Its folder.
    pub folder: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
}

impl Backup {
    /// How large it is, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.manifest.contents.iter().map(|content| content.bytes).sum()
    }
}

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, BackupError> {
    result.map_err(|source| BackupError::Io { path: path.to_owned(), source })
}

/// Makes a backup of the depot in `data` under the folder `to`, and verifies it. Works beside whoever serves it. The folder
/// must be there, see [`prepare`], unless it is [`BACKUPS`].
///
/// # Errors
/// Why there is none; what was written of it is removed, now or before the next one.
pub fn make(data: &Path, to: &Path, now: DateTime<Utc>) -> Result<Backup, BackupError> {
    if !data.join(DATABASE_FILE).exists() {
        return Err(BackupError::NoDepot(data.to_owned()));
    }
    place::enter(data, to)?;
    let _lock = lock(to)?;
    remove_remains(to)?;
    let draft = to.join(format!("{DRAFT}{}", uuid::Uuid::now_v7().simple()));
    at(&draft, private_folder(&draft))?;
    let before = list_own(data, to)?;
    let elsewhere = if *to == data.join(BACKUPS) { vec![] } else { list_own(data, &data.join(BACKUPS))? };
    let number = before.iter().chain(&elsewhere).map(|backup| backup.manifest.number).max().unwrap_or(0) + 1;
    let manifest = fill(data, &draft, before.last(), number, now);
    let manifest = manifest.inspect_err(|_| {
        // Of no use to anybody; what cannot be removed now is removed before the next one.
        let _ = fs::remove_dir_all(&draft);
    })?;
    let folder = free_name(to, now);
    at(&folder, fs::rename(&draft, &folder))?;
    at(to, sync_folder(to))?;
    Ok(Backup { folder, manifest })
}

/// Puts everything into the draft, verifies it and brings it to the disk.
fn fill(
    data: &Path,
    draft: &Path,
    before: Option<&Backup>,
    number: u64,
    now: DateTime<Utc>,
) -> Result<Manifest, BackupError> {
    let database = draft.join(DATABASE_FILE);
    depot_store::backup::copy(data, &database, phone::NOT_COPIED)?;
    let key = at(data, SealKey::open(data))?;
    let landmarks = at(data, Landmarks::read(data))?;
    let keys = landmarks.keys(Some(&key));
    let verified = depot_store::backup::check(&database, keys, personal::ERASURES)?;
    let mut contents = vec![content(draft, &database)?];
    // After the database: what it names was on the disk before it was named.
    for path in paths_to_keep(data)? {
        let (from, to) = (data.join(&path), draft.join(&path));
        if let Some(parent) = to.parent() {
            at(parent, private_folder(parent))?;
        }
        // A file system that knows no links has it copied.
        let linked = before.is_some_and(|before| {
            is_kept_file(&path) && fs::hard_link(before.folder.join(&path), &to).is_ok()
        });
        if !linked {
            at(&from, fs::copy(&from, &to))?;
            at(&to, File::open(&to).and_then(|file| file.sync_all()))?;
        }
        let content = content(draft, &to)?;
        if is_kept_file(&path) && !content.path.ends_with(&content.sha256) {
            let reason = format!("the kept file {} is not what its name says", content.path);
            return Err(BackupError::Damaged { folder: data.to_owned(), reason });
        }
        contents.push(content);
    }
    let mut manifest = Manifest {
        format: FORMAT,
        program: concat!("eroad-depot ", env!("CARGO_PKG_VERSION")).to_owned(),
        begun_at: now,
        number,
        events: verified.events,
        head: hex(&verified.head),
        seal: SealText::from(&key.seal(verified.events, verified.head, now)),
        former_keys: landmarks.former_keys,
        contents,
        signature: None,
    };
    manifest.sign(&key);
    let path = draft.join(MANIFEST_FILE);
    let text = serde_json::to_vec_pretty(&manifest).map_err(io::Error::from);
    at(&path, text.and_then(|text| fs::write(&path, text)))?;
    at(&path, File::open(&path).and_then(|file| file.sync_all()))?;
    at(draft, sync_tree(draft))?;
    Ok(manifest)
}

/// Checks every byte of a backup against its manifest, and its log against its seal.
///
/// # Errors
/// What is wrong with it.
pub fn verify(folder: &Path) -> Result<Backup, BackupError> {
    let damaged = |reason: String| BackupError::Damaged { folder: folder.to_owned(), reason };
    let backup = read(folder)?;
    // First the word of who made it, and only then what it says.
    let seal = backup.manifest.seal.seal().filter(Seal::is_valid);
    let seal = seal.ok_or_else(|| damaged("its seal does not match".to_owned()))?;
    if backup.manifest.format != UNSIGNED_FORMAT && !backup.manifest.is_signed() {
        return Err(damaged("its manifest was changed: the signature does not match".to_owned()));
    }
    for expected in &backup.manifest.contents {
        let path = folder.join(&expected.path);
        if !path.exists() {
            return Err(damaged(format!("{} is missing", expected.path)));
        }
        if is_kept_file(&expected.path) && !expected.path.ends_with(&expected.sha256) {
            return Err(damaged(format!("{} is not what its name says", expected.path)));
        }
        if content(folder, &path)? != *expected {
            return Err(damaged(format!("{} was changed", expected.path)));
        }
    }
    let database = folder.join(DATABASE_FILE);
    let foreign = aside::look_into(&database)
        .map_err(OpenError::from)
        .and_then(|tables| aside::foreign(&tables, &app::migrations()))?;
    if !foreign.is_empty() {
        return Err(damaged(format!("its schema is not the program's: {}", foreign.join(", "))));
    }
    let verified = depot_store::backup::check(&database, backup.manifest.keys(), personal::ERASURES)?;
    if (verified.events, verified.head) != (seal.sequence, seal.head) {
        return Err(damaged("its log is not the one that was sealed".to_owned()));
    }
    Ok(backup)
}

/// The complete backups under a folder, of whatever depot, in the order in which they were made. What is no backup is
/// passed over.
///
/// # Errors
/// The folder cannot be read.
pub fn list(to: &Path) -> Result<Vec<Backup>, BackupError> {
    let mut backups = vec![];
    for name in names_in(to)? {
        if !name.starts_with('.') && to.join(&name).join(MANIFEST_FILE).exists() {
            backups.extend(read(&to.join(name)).ok());
        }
    }
    sort(&mut backups);
    Ok(backups)
}

/// Puts backups into the order in which they were made. Numbers go before times: a clock may have been wrong.
pub(crate) fn sort(backups: &mut [Backup]) {
    backups.sort_by_key(|backup| (backup.manifest.number, backup.manifest.begun_at));
}

/// The highest number of a backup of the depot in `data`, wherever its backups lie; 0 where there is none.
pub(crate) fn newest_number(data: &Path, settings: &BackupSettings) -> Result<u64, BackupError> {
    let mut newest = 0;
    for place in places(data, settings) {
        newest = list_own(data, &place)?.iter().map(|backup| backup.manifest.number).fold(newest, u64::max);
    }
    Ok(newest)
}

/// Those of them that are of the depot in `data`, known by its key.
///
/// # Errors
/// The folder or the key cannot be read.
pub fn list_own(data: &Path, to: &Path) -> Result<Vec<Backup>, BackupError> {
    let Some(key) = at(data, SealKey::read(data))? else { return Ok(vec![]) };
    let key = hex(&key.public());
    Ok(list(to)?.into_iter().filter(|backup| backup.manifest.seal.key == key).collect())
}

fn read(folder: &Path) -> Result<Backup, BackupError> {
    let not = |reason: String| BackupError::NotABackup { folder: folder.to_owned(), reason };
    let text = depot_store::read_file(&folder.join(MANIFEST_FILE))
        .map_err(|error| not(format!("{MANIFEST_FILE}: {error}")))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| not(format!("{MANIFEST_FILE}: {error}")))?;
    if ![UNSIGNED_FORMAT, FORMAT].contains(&manifest.format) {
        return Err(not(format!(
            "it has format {}, this program knows {UNSIGNED_FORMAT} and {FORMAT}",
            manifest.format
        )));
    }
    // A manifest is no reason to read or write outside of the backup, nor anything that no depot writes.
    if let Some(content) = manifest.contents.iter().find(|content| !contents::is_own(&content.path)) {
        return Err(not(format!("its manifest names {:?}", content.path)));
    }
    let mut paths: Vec<_> = manifest.contents.iter().map(|content| &*content.path).collect();
    paths.sort_unstable();
    if let Some(twice) = paths.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(not(format!("its manifest names {:?} twice", twice[0])));
    }
    if !paths.contains(&DATABASE_FILE) {
        return Err(not(format!("its manifest names no {DATABASE_FILE}")));
    }
    Ok(Backup { folder: folder.to_owned(), manifest })
}

/// What goes along with the database, as paths within the data folder.
fn paths_to_keep(data: &Path) -> Result<Vec<String>, BackupError> {
    let beside = BESIDE.into_iter().filter(|name| data.join(name).exists()).map(str::to_owned);
    let mut paths: Vec<String> = beside.collect();
    for shelf in names_in(&data.join(FILES))? {
        let names = names_in(&data.join(FILES).join(&shelf))?;
        // Drafts are not named by any event yet.
        let kept = names.into_iter().filter(|name| !name.contains('.'));
        paths.extend(kept.map(|name| format!("{FILES}/{shelf}/{name}")));
    }
    for folder in FOLDERS {
        for name in names_in(&data.join(folder))? {
            if data.join(folder).join(&name).is_file() {
                paths.push(format!("{folder}/{name}"));
            }
        }
    }
    // Whoever has a backup is not the depot.
    paths.retain(|path| contents::is_own(path) && !contents::is_secret(path));
    Ok(paths)
}

fn is_kept_file(path: &str) -> bool {
    path.starts_with("files/")
}

fn content(root: &Path, path: &Path) -> Result<Content, BackupError> {
    let mut file = at(path, File::open(path))?;
    let (mut hasher, mut bytes, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = at(path, file.read(&mut buffer))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        bytes += read as u64;
    }
    let within = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
    Ok(Content { path: parts.join("/"), bytes, sha256: hex(&hasher.finalize()) })
}

/// One backup at a time goes to a folder.
fn lock(to: &Path) -> Result<File, BackupError> {
    let path = to.join(LOCK_FILE);
    let file = at(&path, File::options().create(true).truncate(false).write(true).open(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(BackupError::Busy(to.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(BackupError::Io { path, source }),
    }
}

/// Removes what an earlier attempt left when it was killed.
pub(crate) fn remove_remains(folder: &Path) -> Result<(), BackupError> {
    for name in names_in(folder)? {
        if place::is_remains(&name) {
            let path = folder.join(name);
            at(&path, fs::remove_dir_all(&path))?;
        }
    }
    Ok(())
}

fn names_in(folder: &Path) -> Result<Vec<String>, BackupError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        Err(source) => return Err(BackupError::Io { path: folder.to_owned(), source }),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    at(folder, names.collect())
}

/// The time as a folder's name, with a number where it is taken.
fn free_name(to: &Path, now: DateTime<Utc>) -> PathBuf {
    let name = now.to_rfc3339_opts(SecondsFormat::Millis, true).replace([':', '.'], "-");
    let mut path = to.join(&name);
    let mut number = 2;
    while path.exists() {
        path = to.join(format!("{name}-{number}"));
        number += 1;
    }
    path
}

fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Brings the entries of a folder and of those in it to the disk.
fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        }
    }
    sync_folder(folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
