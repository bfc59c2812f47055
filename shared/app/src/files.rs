//! Signatures and photos: kept in the data folder under the SHA-256 of their content, on disk before they are named.
//!
//! A file says nothing of whose it is; the proof or the incident that names it does. Every file's name is the SHA-256 of
//! its bytes.

use std::fs;
use std::path::{Path, PathBuf};

use depot_domain::delivery::{FileHash, FileRef};
use sha2::{Digest, Sha256};

use crate::delivery::DeliveryDetail;
use crate::durable;
use crate::error::{AppError, Code};
use crate::picture::{self, Looked};

/// The largest file that is kept: 5 MiB.
pub const FILE_MAX_BYTES: usize = 5 * 1024 * 1024;

/// Keeps a picture and names it by what is kept: without what a camera wrote beside it.
pub(crate) fn keep(folder: &Path, bytes: &[u8]) -> Result<FileRef, AppError> {
    check_length(bytes)?;
    let Looked { media_type, cleaned } = picture::look(bytes)?;
    let bytes = cleaned.as_deref().unwrap_or(bytes);
    let hash = FileHash::try_from(hex(&Sha256::digest(bytes))).map_err(AppError::storage)?;
    keep_as(folder, hash, media_type, bytes)
}

/// Keeps the content of a file that was named before. It stays byte for byte what its name says, so there must be
/// nothing in it that had to go.
pub(crate) fn take(folder: &Path, named: FileHash, bytes: &[u8]) -> Result<FileRef, AppError> {
    check_length(bytes)?;
    let hash = hex(&Sha256::digest(bytes));
    if hash != named.as_str() {
        let detail = format!("The content has the hash {hash}, not that of the path");
        return Err(AppError::new(Code::Unfit, detail));
    }
    let Looked { media_type, cleaned } = picture::look(bytes)?;
    if cleaned.is_some() {
        let detail = "The picture has more in it than its image, such as where it was taken: remove that, and name the picture by the hash that it has then";
        return Err(AppError::new(Code::Unfit, detail));
    }
    keep_as(folder, named, media_type, bytes)
}

/// The files of a delivery whose content is not here yet.
pub(crate) fn awaited(folder: &Path, delivery: &DeliveryDetail) -> Vec<FileHash> {
    let missing = delivery.files().filter(|file| is_awaited(folder, file));
    missing.map(|file| file.hash.clone()).collect()
}

/// Returns whether the content of a file is not here yet.
pub(crate) fn is_awaited(folder: &Path, file: &FileRef) -> bool {
    !path(folder, file.hash.as_str()).exists()
}

fn check_length(bytes: &[u8]) -> Result<(), AppError> {
    if bytes.len() <= FILE_MAX_BYTES {
        return Ok(());
    }
    let detail = format!("A file has at most {FILE_MAX_BYTES} bytes; this one has {}", bytes.len());
    Err(AppError::new(Code::Unfit, detail))
}

fn keep_as(folder: &Path, hash: FileHash, media_type: &str, bytes: &[u8]) -> Result<FileRef, AppError> {
    let path = path(folder, hash.as_str());
    if !path.exists() {
        write(&path, bytes).map_err(|error| {
            tracing::error!(%error, "file not kept");
            AppError::new(Code::Unavailable, "The depot could not keep the file: is its disk full?")
        })?;
    }
    let length = u32::try_from(bytes.len()).map_err(AppError::storage)?;
    Ok(FileRef { hash, media_type: media_type.to_owned(), bytes: length })
}

/// The media type and content of a file, where it is kept.
pub(crate) fn read(folder: &Path, hash: &FileHash) -> Result<Option<(String, Vec<u8>)>, AppError> {
    match fs::read(path(folder, hash.as_str())) {
        Ok(bytes) => {
            let kind = picture::media_type(&bytes).unwrap_or("application/octet-stream");
            Ok(Some((kind.to_owned(), bytes)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(AppError::storage(error)),
    }
}

/// Lets go of a file; one that is gone already stays so.
pub(crate) fn remove(folder: &Path, hash: &FileHash) -> std::io::Result<()> {
    let path = path(folder, hash.as_str());
    match fs::remove_file(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => path.parent().map_or(Ok(()), durable::sync_folder),
    }
}

fn path(folder: &Path, hash: &str) -> PathBuf {
    let (shelf, _) = hash.split_at_checked(2).unwrap_or((hash, ""));
    folder.join("files").join(shelf).join(hash)
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let shelf = path.parent().unwrap_or(path);
    fs::create_dir_all(shelf)?;
    durable::write(path, bytes)?;
    shelf.parent().map_or(Ok(()), durable::sync_folder)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
