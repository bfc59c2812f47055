//! Putting a backup back in the place of a depot.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use depot_store::{DATABASE_FILE, RESTORING_FILE, Store, StoreOptions};

use super::{
    BESIDE, Backup, BackupError, DRAFT, FILES, FOLDERS, Manifest, at, free_name, names_in, private_folder,
    remove_remains, sync_folder, sync_tree, verify,
};
use crate::{app, erase};

/// What the name of a folder ends with that a restore set aside.
const ASIDE: &str = "before-restore";

/// Puts a backup in the place of a data folder's depot, which must not be served. The backup is verified first, and
/// stays; the old data is set aside within the data folder. Says where to.
///
/// # Errors
/// Why not; the old data is in its place then, or whole under the name that it was set aside to.
pub fn restore(
    backup: &Path,
    data: &Path,
    now: DateTime<Utc>,
) -> Result<(Backup, Option<PathBuf>), BackupError> {
    let verified = verify(backup)?;
    let _held = depot_store::hold(&StoreOptions::new(data))?;
    remove_remains(data)?;
    let draft = data.join(format!("{DRAFT}{}", uuid::Uuid::now_v7().simple()));
    at(&draft, private_folder(&draft))?;
    for content in &verified.manifest.contents {
        let (from, to) = (backup.join(&content.path), draft.join(&content.path));
        if let Some(parent) = to.parent() {
            at(parent, private_folder(parent))?;
        }
        at(&from, fs::copy(&from, &to))?;
        at(&to, File::open(&to).and_then(|file| file.sync_all()))?;
    }
    // Whoever was erased since the backup was made stays erased.
    at(&draft, erase::merge(&draft, data))?;
    erase::again(&draft, now).map_err(BackupError::Erase)?;
    at(&draft, sync_tree(&draft))?;
    // A program that is older than the backup cannot open it, and has to say so while the old data is in its place.
    let opened: Store<()> = Store::open(StoreOptions::new(&draft), &app::migrations())?;
    drop(opened);
    // From here to the end nobody takes what is left in the folder for a depot.
    let marker = data.join(RESTORING_FILE);
    at(&marker, File::create(&marker).and_then(|file| file.sync_all()))?;
    at(data, sync_folder(data))?;
    let aside = set_aside(data, now)?;
    let ledger = draft.join(erase::LEDGER_FILE).exists().then(|| erase::LEDGER_FILE.to_owned());
    let names = top_names(&verified.manifest).into_iter().filter(|name| name != erase::LEDGER_FILE);
    for name in names.chain(ledger) {
        at(&data.join(&name), fs::rename(draft.join(&name), data.join(&name)))?;
    }
    at(data, sync_folder(data))?;
    at(&marker, fs::remove_file(&marker))?;
    at(data, sync_folder(data))?;
    at(&draft, fs::remove_dir_all(&draft))?;
    Ok((verified, aside))
}

/// Moves the depot's present data into a folder of its own, the database first.
fn set_aside(data: &Path, now: DateTime<Utc>) -> Result<Option<PathBuf>, BackupError> {
    let wal = [format!("{DATABASE_FILE}-wal"), format!("{DATABASE_FILE}-shm")];
    let names = [DATABASE_FILE, &wal[0], &wal[1], FILES].into_iter().chain(BESIDE).chain(FOLDERS);
    let present: Vec<_> = names.filter(|name| data.join(name).exists()).collect();
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

fn top_names(manifest: &Manifest) -> Vec<String> {
    let tops = manifest.contents.iter().filter_map(|content| content.path.split('/').next());
    tops.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}
