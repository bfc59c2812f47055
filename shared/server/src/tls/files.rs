//! The files of certificates and keys: the user's own are read with care, the depot's are written for its user alone.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

/// How large a certificate or key of the user's may be.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Reads a certificate and its key, one after the other.
pub(super) fn read_both(certificate: &Path, key: &Path) -> io::Result<Vec<u8>> {
    Ok([read_file(certificate)?, read_file(key)?].concat())
}

/// Reads a file of the user's. A pipe or a device would be waited for, or never end.
pub(super) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let unfit =
        |detail: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {detail}", path.display()));
    // Before it is opened: the opening of a pipe waits already.
    if !fs::metadata(path)?.is_file() {
        return Err(unfit("it is no regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(unfit("it has more than a megabyte, which no certificate has"));
    }
    Ok(bytes)
}

/// Writes what nobody but the depot's user may read, whole or not at all.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;
    let draft = path.with_extension("draft");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn pipe_or_endless_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (pipe, huge) = (folder.path().join("pipe"), folder.path().join("huge.pem"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        fs::File::create(&huge).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
        for (file, reason) in [
            (pipe.as_path(), "no regular file"),
            (Path::new("/dev/zero"), "no regular file"),
            (folder.path(), "no regular file"),
            (&huge, "more than a megabyte"),
        ] {
            let refused = read_both(file, file).unwrap_err().to_string();
            assert!(refused.contains(reason), "{refused}");
        }
    }
}
