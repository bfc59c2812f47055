//! Signatures and photos: kept in the data folder under the SHA-256 of their content, on disk before they are named.
//!
//! A file says nothing of whose it is; the proof of delivery that names it does.

use std::fs;
use std::path::{Path, PathBuf};

use depot_domain::delivery::{FileHash, FileRef};
use sha2::{Digest, Sha256};

use crate::durable;
use crate::error::{AppError, Code};

/// The largest file that is kept: 5 MiB.
pub const FILE_MAX_BYTES: usize = 5 * 1024 * 1024;

type Test = fn(&[u8]) -> bool;

/// The media types that are kept, each with a test of what a file begins with.
const KINDS: [(&str, Test); 4] = [
    ("image/png", |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", |bytes| bytes.starts_with(b"\xff\xd8\xff")),
    ("image/webp", |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")),
    ("image/svg+xml", is_svg),
];

fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg"))
}

/// Keeps `bytes` and names them.
pub(crate) fn keep(folder: &Path, bytes: &[u8]) -> Result<FileRef, AppError> {
    let length = u32::try_from(bytes.len()).ok().filter(|length| *length as usize <= FILE_MAX_BYTES);
    let Some(length) = length else {
        let detail = format!("A file has at most {FILE_MAX_BYTES} bytes; this one has {}", bytes.len());
        return Err(AppError::new(Code::Malformed, detail));
    };
    let kind = KINDS.iter().find(|(_, is)| is(bytes)).map(|(kind, _)| *kind);
    let kind = kind.ok_or_else(|| {
        AppError::new(Code::Malformed, "A file is a PNG, JPEG, WebP or SVG picture; this one is not")
    })?;
    let hash = hex(&Sha256::digest(bytes));
    let path = path(folder, &hash);
    if !path.exists() {
        write(&path, bytes).map_err(|error| {
            tracing::error!(%error, "file not kept");
            AppError::new(Code::Unavailable, "The depot could not keep the file: is its disk full?")
        })?;
    }
    let hash = FileHash::try_from(hash).map_err(AppError::storage)?;
    Ok(FileRef { hash, media_type: kind.to_owned(), bytes: length })
}

/// The media type and content of a file, where it is kept.
pub(crate) fn read(folder: &Path, hash: &FileHash) -> Result<Option<(String, Vec<u8>)>, AppError> {
    match fs::read(path(folder, hash.as_str())) {
        Ok(bytes) => {
            let kind =
                KINDS.iter().find(|(_, is)| is(&bytes)).map_or("application/octet-stream", |(kind, _)| *kind);
            Ok(Some((kind.to_owned(), bytes)))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(AppError::storage(error)),
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
