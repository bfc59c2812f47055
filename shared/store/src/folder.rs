//! The data folder: whether a database may live there, whose it is, and the lock that says so.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    path::{Component, Path, PathBuf},
};

use crate::{error::OpenError, options::StoreOptions};

/// Present while a backup takes the place of a depot. Whoever finds it without that being under way finds no depot.
pub const RESTORING_FILE: &str = "restore.pending";

const LOCK_FILE: &str = "depot.lock";
/// Beside the database rather than the database: SQLite's own locks are let go of when any handle to that file closes.
const OPENING_FILE: &str = "depot.opening";
/// The database's name in the data folder.
pub const DATABASE_FILE: &str = "depot.sqlite3";

/// Types of file system that are shared over a network. 9p, virtiofs and overlay are missing on purpose: a virtual
/// machine's or container's own disk looks like that.
const NETWORK_TYPES: &[&str] = &[
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "gfs2",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "smb2",
    "smb3",
    "smbfs",
];
const NETWORK_FUSE_TYPES: &[&str] = &[
    "ceph",
    "curlftpfs",
    "davfs2",
    "gcsfuse",
    "glusterfs",
    "gvfsd-fuse",
    "rclone",
    "s3fs",
    "smbnetfs",
    "sshfs",
];

/// A folder that is fit to hold the database, and held where that was asked for. Dropping it lets go of the lock.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) database: PathBuf,
    /// What a store in use left here; filled where the database may not be a new one.
    pub(crate) remains: Vec<&'static str>,
    lock: Option<File>,
}

impl Folder {
    pub(crate) fn prepare(options: &StoreOptions) -> Result<Self, OpenError> {
        let mut folder = Self::lock(options)?;
        if folder.database.with_file_name(RESTORING_FILE).exists() {
            let reason = "restoring a backup was interrupted".to_owned();
            return Err(OpenError::Corrupt { file: folder.database.clone(), reason });
        }
        folder.remains = remains(&options.folder, options.remains);
        // In a rehearsal the file on the disk is always empty: SQLite keeps its content elsewhere.
        let may_be_empty = folder.remains.is_empty() || options.rehearse.is_some();
        match fs::symlink_metadata(&folder.database) {
            Ok(found) if found.is_symlink() => {
                let to = fs::canonicalize(&folder.database).ok();
                return Err(OpenError::Link { file: folder.database.clone(), to });
            }
            Ok(found) if !found.is_file() => {
                let reason = "it is not a file".to_owned();
                return Err(OpenError::Corrupt { file: folder.database.clone(), reason });
            }
            Ok(found) if found.len() > 0 || may_be_empty => {}
            Err(_) if folder.remains.is_empty() => {}
            Ok(_) | Err(_) => return Err(missing(&folder.database, &folder.remains)),
        }
        // Made here, because SQLite would make it readable by everyone, and because SQLite opens a file it may not
        // write without a word.
        private_file(&folder.database)
            .map_err(|source| OpenError::NotWritable { folder: options.folder.clone(), source })?;
        Ok(folder)
    }

    /// Everything but the database itself.
    fn lock(options: &StoreOptions) -> Result<Self, OpenError> {
        let not_writable = |source| OpenError::NotWritable { folder: options.folder.clone(), source };
        create(&options.folder).map_err(not_writable)?;
        let folder = fs::canonicalize(&options.folder).map_err(not_writable)?;
        if let Some(kind) = network_share(&folder) {
            return Err(OpenError::NetworkShare { folder, kind });
        }
        if let Some(service) = sync_service(&folder) {
            return Err(OpenError::SyncFolder { folder, service });
        }
        let lock = if options.exclusive { Some(take(&folder)?) } else { None };
        Ok(Self { database: folder.join(DATABASE_FILE), remains: Vec::new(), lock })
    }
}

/// The refusal to take a missing or empty database for a new one.
pub(crate) fn missing(file: &Path, remains: &[&'static str]) -> OpenError {
    OpenError::Missing { file: file.to_owned(), remains: remains.to_vec() }
}

/// Those of the names that are in the folder. An empty file or folder is nothing that could be lost.
fn remains(folder: &Path, names: &[&'static str]) -> Vec<&'static str> {
    let is_filled = |name: &&&str| {
        let path = folder.join(name);
        match fs::read_dir(&path) {
            Ok(mut entries) => entries.next().is_some(),
            Err(_) => path.metadata().is_ok_and(|found| found.len() > 0),
        }
    };
    names.iter().filter(is_filled).copied().collect()
}

impl Folder {
    /// The file that is locked, where the folder is held.
    pub(crate) fn lock_file(&self) -> Option<PathBuf> {
        self.lock.as_ref().map(|_| self.database.with_file_name(LOCK_FILE))
    }

    /// Waits until nobody else is just opening the database, whether they hold the folder or not: bringing a new file
    /// to its schema is several transactions, of which two processes would each do a part.
    pub(crate) fn wait_for_turn(&self) -> io::Result<File> {
        let turn = private_file(&self.database.with_file_name(OPENING_FILE))?;
        turn.lock()?;
        Ok(turn)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            // A stale number would name an innocent process; the lock itself goes with the file handle.
            let _ = lock.set_len(0);
        }
    }
}

/// A data folder that nobody else opens for as long as this exists.
#[derive(Debug)]
pub struct Held {
    _folder: Folder,
}

/// Holds a data folder without opening its database, to exchange what is in it.
///
/// # Errors
/// As for opening: it is held by another process, unfit for a database, or not writable.
pub fn hold(options: &StoreOptions) -> Result<Held, OpenError> {
    Ok(Held { _folder: Folder::lock(options)? })
}

fn create(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn take(folder: &Path) -> Result<File, OpenError> {
    let not_writable = |source| OpenError::NotWritable { folder: folder.to_owned(), source };
    let mut file = private_file(&folder.join(LOCK_FILE)).map_err(not_writable)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0).map_err(not_writable)?;
            file.rewind().map_err(not_writable)?;
            write!(file, "{}", std::process::id()).map_err(not_writable)?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut text = String::new();
            // Windows keeps others from reading a locked file; the message then goes without the number.
            let read = file.take(16).read_to_string(&mut text);
            let pid = read.ok().and_then(|_| text.trim().parse().ok());
            Err(OpenError::Held { folder: folder.to_owned(), pid })
        }
        Err(TryLockError::Error(source)) => Err(not_writable(source)),
    }
}

/// The kind of network share a folder is on. Elsewhere than on Linux and Windows nothing can be known without
/// unsafe code, and nothing is refused.
fn network_share(folder: &Path) -> Option<String> {
    if let Some(Component::Prefix(prefix)) = folder.components().next()
        && matches!(prefix.kind(), std::path::Prefix::UNC(..) | std::path::Prefix::VerbatimUNC(..))
    {
        return Some("network path".to_owned());
    }
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    network_mount(&mounts, folder)
}

/// Looks a canonical folder up in the text of `/proc/self/mountinfo`.
fn network_mount(mounts: &str, folder: &Path) -> Option<String> {
    let mut nearest: Option<(usize, &str)> = None;
    for line in mounts.lines() {
        let Some((mount, kind)) = mount_of(line) else { continue };
        let depth = mount.components().count();
        // Of two mounts on one point the later hides the earlier.
        if folder.starts_with(&mount) && nearest.is_none_or(|(best, _)| depth >= best) {
            nearest = Some((depth, kind));
        }
    }
    let (_, kind) = nearest?;
    let network = match kind.strip_prefix("fuse.") {
        Some(fuse) => NETWORK_FUSE_TYPES.contains(&fuse),
        None => NETWORK_TYPES.contains(&kind),
    };
    network.then(|| kind.to_owned())
}

fn mount_of(line: &str) -> Option<(PathBuf, &str)> {
    let (left, right) = line.split_once(" - ")?;
    let point = left.split(' ').nth(4)?;
    let kind = right.split(' ').next()?;
    let point =
        point.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\");
    Some((PathBuf::from(point), kind))
}

/// The service whose program copies the files of a folder, by the names these programs give their folders.
fn sync_service(folder: &Path) -> Option<&'static str> {
    folder.components().find_map(|component| {
        let name = component.as_os_str().to_str()?.to_lowercase();
        let is = |base: &str| {
            name.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-', '@']))
        };
        if is("dropbox") {
            Some("Dropbox")
        } else if is("onedrive") {
            Some("OneDrive")
        } else if is("google drive") || is("googledrive") {
            Some("Google Drive")
        } else if is("icloud drive") || is("iclouddrive") || is("icloud") || name == "com~apple~clouddocs" {
            Some("iCloud")
        } else if is("nextcloud") {
            Some("Nextcloud")
        } else {
            None
        }
    })
}

/// Reads a file whole, where it is one: to read a pipe or a device might never end.
///
/// # Errors
/// It is no file, is missing, or cannot be read.
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    fs::read(path)
}

/// Has the disk know which files are in a folder: what was made, renamed or removed there stays so.
///
/// # Errors
/// The folder cannot be opened, or the disk fails.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Has the disk know which files are in a folder, which this system does by itself.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /mnt/depot rw - nfs4 server:/depot rw
31 30 0:41 / /mnt/depot/local rw shared:2 master:1 - xfs /dev/sdb1 rw
32 21 0:42 / /home/a\\040b rw - fuse.sshfs host: rw
33 21 0:43 / /vm rw - 9p share rw";

    #[test]
    fn the_nearest_mount_decides_whether_a_folder_is_on_a_network() {
        let found = |path: &str| network_mount(MOUNTS, Path::new(path));
        assert_eq!(found("/mnt/depot/data").as_deref(), Some("nfs4"));
        assert_eq!(found("/home/a b/data").as_deref(), Some("fuse.sshfs"));
        assert_eq!(found("/mnt/depot/local/data"), None);
        assert_eq!(found("/mnt/depots"), None);
        assert_eq!(found("/vm/data"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_or_folder_is_not_read_as_a_file() {
        let folder = tempfile::tempdir().unwrap();
        for path in [Path::new("/dev/zero"), folder.path()] {
            assert_eq!(read_file(path).unwrap_err().kind(), io::ErrorKind::InvalidInput, "{path:?}");
        }
        let file = folder.path().join("file");
        assert_eq!(read_file(&file).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::write(&file, "text").unwrap();
        assert_eq!(read_file(&file).unwrap(), b"text");
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_synced_is_told() {
        let folder = tempfile::tempdir().unwrap();
        sync_folder(folder.path()).unwrap();
        assert!(sync_folder(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn a_sync_folder_is_known_by_a_component_of_its_path() {
        let found = |path: &str| sync_service(Path::new(path));
        assert_eq!(found("/home/a/Dropbox/depot"), Some("Dropbox"));
        assert_eq!(found("/home/a/OneDrive - Depot Ltd/x"), Some("OneDrive"));
        assert_eq!(found("/Users/a/Library/Mobile Documents/com~apple~CloudDocs/x"), Some("iCloud"));
        assert_eq!(found("/home/a/Nextcloud"), Some("Nextcloud"));
        for name in ["Google Drive", "googledrive", "Google Drive (a@b.example)"] {
            assert_eq!(sync_service(&Path::new("/home/a").join(name)), Some("Google Drive"), "{name}");
        }
        for name in ["iCloud Drive", "iCloudDrive", "iCloud", "icloud-drive"] {
            assert_eq!(sync_service(&Path::new("/home/a").join(name)), Some("iCloud"), "{name}");
        }
        assert_eq!(found("/home/dropboxer/depot"), None);
    }
}
