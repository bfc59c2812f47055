//! Files on their way in: written to a folder of their own as they arrive, and moved among the kept ones once a recorded fact
//! names them. What is left of an upload that came to nothing is removed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use depot_domain::delivery::{FileHash, FileRef};
use depot_domain::values::DeliveryId;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::{Cleaned, not_kept};
use crate::durable;
use crate::error::{AppError, Code};
use crate::picture::{PictureUse, Stop};

const FOLDER: &str = "incoming";
const STAGED: &str = "staged";

/// A file that is removed when it is dropped.
#[derive(Debug)]
struct Draft(PathBuf);

impl Drop for Draft {
    fn drop(&mut self) {
        // One that cannot be removed now is removed at the next start.
        let _ = fs::remove_file(&self.0);
    }
}

/// The bytes of a file as they arrive, on the disk rather than in memory.
#[derive(Debug)]
pub struct Upload {
    draft: Draft,
    file: tokio::fs::File,
    length_bytes: usize,
}

impl Upload {
    /// Each run of the depot has a folder of its own, so that nothing of this run is taken for what an earlier one left.
    pub(crate) async fn begin(folder: &Path, run: Uuid) -> Result<Self, AppError> {
        let incoming = folder.join(FOLDER).join(run.simple().to_string());
        let draft = Draft(incoming.join(Uuid::now_v7().simple().to_string()));
        let create = async || {
            tokio::fs::create_dir_all(&incoming).await?;
            tokio::fs::File::create(&draft.0).await
        };
        let file = create().await.map_err(|error| not_kept(&error))?;
        Ok(Self { draft, file, length_bytes: 0 })
    }

    /// How many bytes arrived so far.
    #[must_use]
    pub const fn length_bytes(&self) -> usize {
        self.length_bytes
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// They could not be written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.file.write_all(bytes).await.map_err(|error| not_kept(&error))?;
        self.length_bytes += bytes.len();
        Ok(())
    }

    /// Waits until all that was added can be read.
    pub(crate) async fn finish(mut self) -> Result<Arrived, AppError> {
        self.file.flush().await.map_err(|error| not_kept(&error))?;
        Ok(Arrived(self.draft))
    }
}

/// The bytes of a file, all of them, unread.
pub(crate) struct Arrived(Draft);

impl Arrived {
    fn bytes(&self) -> Result<Vec<u8>, AppError> {
        fs::read(&self.0.0).map_err(|error| not_kept(&error))
    }

    fn beside(&self, name: String) -> Draft {
        Draft(self.0.0.with_file_name(name))
    }
}

/// A picture that was read and found good, and that no recorded fact names yet. It is removed when it is dropped.
#[derive(Debug)]
pub struct StagedFile {
    file: FileRef,
    draft: Draft,
}

impl StagedFile {
    /// Reads a picture that arrived for a delivery and writes what is kept of it.
    pub(crate) fn clean(
        delivery: DeliveryId,
        arrived: &Arrived,
        shows: PictureUse,
        stop: &Stop,
    ) -> Result<Self, AppError> {
        Self::write(delivery, arrived, super::cleaned(arrived.bytes()?, shows, stop)?)
    }

    /// Reads a picture that arrived under the name that a fact gave it.
    pub(crate) fn announced(
        delivery: DeliveryId,
        named: FileHash,
        arrived: &Arrived,
        shows: PictureUse,
        stop: &Stop,
    ) -> Result<Self, AppError> {
        Self::write(delivery, arrived, super::announced(named, arrived.bytes()?, shows, stop)?)
    }

    /// The name says what it is for, so that a depot that was killed in between can still keep it.
    fn write(
        delivery: DeliveryId,
        arrived: &Arrived,
        Cleaned { file, bytes }: Cleaned,
    ) -> Result<Self, AppError> {
        let unique = Uuid::now_v7().simple();
        let name = format!("{}.{}.{unique}.{STAGED}", delivery.uuid().simple(), file.hash.as_str());
        let draft = arrived.beside(name);
        durable::write(&draft.0, &bytes).map_err(|error| not_kept(&error))?;
        Ok(Self { file, draft })
    }

    /// What it is and how it is named.
    #[must_use]
    pub const fn file(&self) -> &FileRef {
        &self.file
    }

    /// Puts it among the kept files. The staged one stays until it is dropped: it is of use until the register knows of it.
    pub(crate) fn keep(&self, folder: &Path) -> Result<(), AppError> {
        keep(folder, &self.draft.0, &self.file.hash).map_err(|error| not_kept(&error))
    }
}

fn keep(folder: &Path, staged: &Path, hash: &FileHash) -> io::Result<()> {
    let path = super::path(folder, hash.as_str());
    if path.exists() {
        return Ok(());
    }
    let shelf = path.parent().unwrap_or(folder);
    fs::create_dir_all(shelf)?;
    // A file system without links gets a copy.
    if fs::hard_link(staged, &path).is_err() {
        durable::write(&path, &fs::read(staged)?)?;
    }
    durable::sync_folder(shelf)?;
    shelf.parent().map_or(Ok(()), durable::sync_folder)
}

/// The folders of earlier runs.
fn earlier_runs(folder: &Path, run: Uuid) -> io::Result<Vec<PathBuf>> {
    let own = run.simple().to_string();
    let entries = match fs::read_dir(folder.join(FOLDER)) {
        Ok(entries) => entries.collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => vec![],
        Err(error) => return Err(error),
    };
    Ok(entries.into_iter().map(|entry| entry.path()).filter(|path| !path.ends_with(&own)).collect())
}

fn purpose(name: &str) -> Option<(DeliveryId, FileHash)> {
    let mut parts = name.strip_suffix(STAGED)?.split('.');
    let delivery = Uuid::try_parse(parts.next()?).ok()?;
    Some((delivery.into(), parts.next()?.to_owned().try_into().ok()?))
}

/// Keeps those of the files left behind by earlier runs that `is_named` says a fact names. Returns which.
pub(crate) fn adopt_staged(
    folder: &Path,
    run: Uuid,
    is_named: impl Fn(DeliveryId, &FileHash) -> Result<bool, AppError>,
) -> Result<Vec<(DeliveryId, FileRef)>, AppError> {
    let failed = |error: io::Error| AppError::new(Code::Unavailable, format!("{FOLDER}: {error}"));
    let mut adopted = vec![];
    for earlier in earlier_runs(folder, run).map_err(failed)? {
        for entry in fs::read_dir(&earlier).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let named = path.file_name().and_then(|name| purpose(name.to_str()?));
            let Some((delivery, hash)) = named else { continue };
            if is_named(delivery, &hash)? {
                keep(folder, &path, &hash).map_err(failed)?;
                let length = fs::metadata(&path).map_err(failed)?.len();
                let bytes = u32::try_from(length).map_err(AppError::storage)?;
                adopted.push((delivery, FileRef { hash, media_type: String::new(), bytes }));
            }
        }
    }
    Ok(adopted)
}

/// Removes what uploads of earlier runs left: everything on its way in, and half-written files among the kept ones.
pub(crate) fn remove_remains(folder: &Path, run: Uuid) -> io::Result<()> {
    for earlier in earlier_runs(folder, run)? {
        fs::remove_dir_all(earlier)?;
    }
    let shelves = match fs::read_dir(folder.join(super::FOLDER)) {
        Ok(shelves) => shelves,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for shelf in shelves {
        let shelf = shelf?.path();
        if !shelf.is_dir() {
            continue;
        }
        for file in fs::read_dir(shelf)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "draft") {
                fs::remove_file(path)?;
            }
        }
    }
    Ok(())
}
