//! Files that are whole or not there, and on disk when the writing returns.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

pub(crate) use depot_store::sync_folder;

/// Writes a file under another name first, so that it is always whole under its own; then the folder, so that it is
/// found. It is on disk when this returns.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.draft", uuid::Uuid::now_v7().simple()));
    let mut file = File::create(&draft)?;
    let written =
        file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| fs::rename(&draft, path));
    if let Err(error) = written {
        // What remains of the draft is of no use; that it cannot be removed changes nothing about the failure.
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    path.parent().map_or(Ok(()), sync_folder)
}
