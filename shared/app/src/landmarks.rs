//! What is known of the record outside of its database: the last seal, and which backups it does not go on from. A
//! database that was rolled back does not match them.

use std::io;
use std::path::Path;

use depot_store::seal::{Seal, SealKey, hex, unhex};
use depot_store::{OpenError, Store, Unit, chain, read_file, rusqlite};
use parking_lot::Mutex;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::backup::{self, SealText};
use crate::durable;
use crate::entity::Caches;
use crate::settings::BackupSettings;
use crate::token;

/// The file in the data folder, beside the key.
pub(crate) const LANDMARKS_FILE: &str = "landmarks.json";

/// The landmarks of a data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Landmarks {
    /// The last seal.
    pub(crate) sealed: Option<SealText>,
    /// The highest number of a backup that the record need not go on from: an older one was restored, or the demo day
    /// was removed.
    pub(crate) left_behind: u64,
    /// Whether every token that there was has been signed, so that one without a signature is a stranger.
    pub(crate) tokens_signed: bool,
    /// Public keys of former installations of this depot, whose seals still count.
    pub(crate) former_keys: Vec<String>,
}

/// Held from reading the file to writing it.
static CHANGING: Mutex<()> = Mutex::new(());

impl Landmarks {
    /// The landmarks of a data folder; none where it has none.
    ///
    /// # Errors
    /// They cannot be read.
    pub(crate) fn read(folder: &Path) -> io::Result<Self> {
        match read_file(&folder.join(LANDMARKS_FILE)) {
            Ok(text) => Ok(serde_json::from_slice(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        durable::write(&folder.join(LANDMARKS_FILE), &serde_json::to_vec_pretty(self)?)
    }

    /// The keys whose seals count: the present one, where there is one, and the former ones.
    pub(crate) fn keys(&self, present: Option<&SealKey>) -> Vec<[u8; 32]> {
        let former = self.former_keys.iter().filter_map(|key| unhex(key));
        present.map(SealKey::public).into_iter().chain(former).collect()
    }

    /// Checks that the last seal stands on the record, as it is or as it was before somebody was erased.
    pub(crate) fn check(&self, tables: &Connection) -> rusqlite::Result<Result<(), String>> {
        let Some(sealed) = &self.sealed else { return Ok(Ok(())) };
        let Some(seal) = sealed.seal().filter(Seal::is_valid) else {
            return Ok(Err(format!("{LANDMARKS_FILE}: the last seal is not valid")));
        };
        let is_retired = "SELECT EXISTS (SELECT 1 FROM retired_seals WHERE sequence = ?1 AND head = ?2)";
        let sequence = seal.sequence.cast_signed();
        if chain::hash_of(tables, seal.sequence)? == Some(seal.head)
            || tables.query_row(is_retired, rusqlite::params![sequence, seal.head], |row| row.get(0))?
        {
            return Ok(Ok(()));
        }
        let here = depot_store::log::head(tables)?;
        Ok(Err(format!(
            "the log was sealed up to event {} on {}, and that seal does not stand on what is here, which ends at event {here}: \
             the database was rolled back or exchanged",
            seal.sequence,
            seal.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        )))
    }
}

/// The keys whose seals count in a data folder; none where any does, for it has no key.
///
/// # Errors
/// They cannot be read.
pub(crate) fn keys(folder: &Path) -> io::Result<Vec<[u8; 32]>> {
    match SealKey::read(folder)? {
        Some(key) => Ok(Landmarks::read(folder)?.keys(Some(&key))),
        None => Ok(vec![]),
    }
}

/// Signs the tokens that an older program made, once. One that has no signature later is a stranger.
pub(crate) fn sign_tokens(store: &Store<Caches>, folder: &Path, key: SealKey) -> Result<(), OpenError> {
    // The store must not be waited for on a thread that runs asynchronous tasks.
    let signed = std::thread::scope(|scope| {
        let sign = move |unit: &mut Unit<'_>, _: &mut Caches| {
            // A commit is not worth it where there is nothing to sign.
            if token::has_unsigned(unit.tables())? {
                token::sign_new(unit.tables_mut()?, &key)?;
            }
            Ok::<_, rusqlite::Error>(())
        };
        scope.spawn(move || store.write_blocking(sign)).join()
    });
    let failed = |reason: String| OpenError::Migrations(format!("tokens could not be signed: {reason}"));
    let signed = signed.map_err(|_| failed("a fault in the program".to_owned()))?;
    signed.map_err(|error| failed(error.to_string()))?;
    let noted = change(folder, |landmarks| landmarks.tokens_signed = true);
    noted.map_err(|source| OpenError::NotWritable { folder: folder.to_owned(), source })
}

/// Notes a seal that was stored.
pub(crate) fn note_seal(folder: &Path, seal: &Seal) -> io::Result<()> {
    change(folder, |landmarks| landmarks.sealed = Some(SealText::from(seal)))
}

/// Notes that the record will not go on from any backup of the depot that there is now.
pub(crate) fn leave_backups_behind(folder: &Path, settings: &BackupSettings) -> io::Result<()> {
    let newest = backup::newest_number(folder, settings).map_err(io::Error::other)?;
    change(folder, |landmarks| {
        landmarks.sealed = None;
        landmarks.left_behind = landmarks.left_behind.max(newest);
    })
}

fn change(folder: &Path, change: impl FnOnce(&mut Landmarks)) -> io::Result<()> {
    let _only_one = CHANGING.lock();
    let mut landmarks = Landmarks::read(folder)?;
    change(&mut landmarks);
    landmarks.write(folder)
}

/// Checks that the record goes on from the newest backup of this depot.
///
/// # Errors
/// The record is shorter, or another.
pub(crate) fn check_backups(
    store: &Store<Caches>,
    folder: &Path,
    settings: &BackupSettings,
) -> Result<(), OpenError> {
    let unreadable = |source| OpenError::NotWritable { folder: folder.to_owned(), source };
    let left_behind = Landmarks::read(folder).map_err(unreadable)?.left_behind;
    let places = backup::places(folder, settings);
    // A disk that is not connected keeps nobody from working.
    let listed = places.iter().filter_map(|place| backup::list_own(folder, place).ok()).flatten();
    let numbered = listed.filter(|backup| backup.manifest.number > left_behind);
    let Some(newest) = numbered.max_by_key(|backup| backup.manifest.number) else { return Ok(()) };
    let manifest = &newest.manifest;
    let found = store.read_now(|tables| {
        let retired =
            tables.query_row("SELECT EXISTS (SELECT 1 FROM retired_seals)", (), |row| row.get(0))?;
        Ok::<(Option<[u8; 32]>, bool), Failure>((chain::hash_of(tables, manifest.events)?, retired))
    });
    let (hash, is_made_anew) = found.map_err(|Failure(error)| error)?;
    // The chain of a depot of an older program was made anew with an erasure; the length stands all the same.
    let goes_on = hash.is_some_and(|hash| is_made_anew || hex(&hash) == manifest.head);
    if goes_on {
        return Ok(());
    }
    Err(OpenError::Behind {
        backup: newest.folder.clone(),
        backup_events: manifest.events,
        events: store.head(),
    })
}

/// A failure of a read, as the reason why a depot does not open.
struct Failure(OpenError);

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.into())
    }
}

impl From<depot_store::ReadError> for Failure {
    fn from(error: depot_store::ReadError) -> Self {
        match error {
            depot_store::ReadError::Storage(error) => error.into(),
            depot_store::ReadError::Panicked
            | depot_store::ReadError::Interrupted
            | depot_store::ReadError::Closed => Self(OpenError::Migrations(error.to_string())),
        }
    }
}
