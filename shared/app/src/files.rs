//! Signatures and photos: kept in the data folder under the SHA-256 of their content, on disk before they are shown.
//!
//! A file says nothing of whose it is. The proof or the incident that names it does, and it is that delivery's only once
//! its bytes were handed in for it: `register` knows which were.

mod register;
mod upload;

use std::fs;
use std::path::{Path, PathBuf};

use depot_domain::delivery::{FileHash, FileRef};
use sha2::{Digest, Sha256};

pub use register::{AwaitedFile, ClosedFile, MissingFile};
pub(crate) use register::{
    MIGRATION, awaited_files, check_quota, clear, forget, is_awaited, is_held, is_named, is_received,
    is_shown_to, missing, note, receive,
};
pub use upload::{StagedFile, Upload};
pub(crate) use upload::{adopt_staged, remove_remains};

use crate::durable;
use crate::error::{AppError, Code};
use crate::picture::{self, Looked, Naming, PictureUse, Stop};

/// The largest file that is kept: 5 MiB.
pub const FILE_MAX_BYTES: usize = 5 * 1024 * 1024;
/// The largest photo that is read where the depot may make it smaller before it is kept: 25 MiB.
pub const PHOTO_MAX_BYTES: usize = 25 * 1024 * 1024;
const FOLDER: &str = "files";

/// A picture that was read and found good, with what is kept of it.
struct Cleaned {
    file: FileRef,
    bytes: Vec<u8>,
}

/// Reads a picture, and names it by what is kept: without what a camera wrote beside it.
fn cleaned(bytes: Vec<u8>, shows: PictureUse, stop: &Stop) -> Result<Cleaned, AppError> {
    let Looked { media_type, cleaned } = picture::look(&bytes, shows, Naming::AsKept, stop)?;
    let bytes = cleaned.unwrap_or(bytes);
    let hash = FileHash::try_from(hex(&Sha256::digest(&bytes))).map_err(AppError::storage)?;
    Ok(Cleaned { file: file_ref(hash, media_type, &bytes)?, bytes })
}

/// Reads the content of a file that was named before. It stays byte for byte what its name says, so there must be nothing
/// in it that had to go.
fn announced(named: FileHash, bytes: Vec<u8>, shows: PictureUse, stop: &Stop) -> Result<Cleaned, AppError> {
    if bytes.len() > FILE_MAX_BYTES {
        let detail = format!("A file has at most {FILE_MAX_BYTES} bytes; this one has {}", bytes.len());
        return Err(AppError::new(Code::Unfit, detail));
    }
    let hash = hex(&Sha256::digest(&bytes));
    if hash != named.as_str() {
        let detail = format!("The content has the hash {hash}, not that of the path");
        return Err(AppError::new(Code::Unfit, detail));
    }
    let Looked { media_type, .. } = picture::look(&bytes, shows, Naming::Announced, stop)?;
    Ok(Cleaned { file: file_ref(named, media_type, &bytes)?, bytes })
}

fn file_ref(hash: FileHash, media_type: &str, bytes: &[u8]) -> Result<FileRef, AppError> {
    let length = u32::try_from(bytes.len()).map_err(AppError::storage)?;
    Ok(FileRef { hash, media_type: media_type.to_owned(), bytes: length })
}

fn not_kept(error: &std::io::Error) -> AppError {
    tracing::error!(%error, "file not kept");
    AppError::new(Code::Unavailable, "The depot could not keep the file: is its disk full?")
}

/// Checks whether the bytes of a file are on the disk.
pub(crate) fn exists(folder: &Path, hash: &FileHash) -> bool {
    path(folder, hash.as_str()).exists()
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

/// Removes a file; one that is gone already stays so.
pub(crate) fn remove(folder: &Path, hash: &FileHash) -> std::io::Result<()> {
    let path = path(folder, hash.as_str());
    match fs::remove_file(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => path.parent().map_or(Ok(()), durable::sync_folder),
    }
}

/// The hash of every file on the disk.
pub(crate) fn all(folder: &Path) -> std::io::Result<Vec<FileHash>> {
    let names = |folder: &Path| match fs::read_dir(folder) {
        Ok(entries) => entries.collect::<std::io::Result<Vec<_>>>(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(vec![]),
        Err(error) => Err(error),
    };
    let mut hashes = vec![];
    for shelf in names(&folder.join(FOLDER))?.into_iter().filter(|entry| entry.path().is_dir()) {
        let files = names(&shelf.path())?.into_iter();
        hashes.extend(files.filter_map(|file| FileHash::try_from(file.file_name().into_string().ok()?).ok()));
    }
    Ok(hashes)
}

fn path(folder: &Path, hash: &str) -> PathBuf {
    let (shelf, _) = hash.split_at_checked(2).unwrap_or((hash, ""));
    folder.join(FOLDER).join(shelf).join(hash)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
