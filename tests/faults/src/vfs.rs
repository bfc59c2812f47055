//! SQLite's side of a disk: the VFS and its files. Decides nothing: every call is passed on to a [`Handle`], to the locks of
//! its file, or to the operating system's own VFS where the file lies on no disk of ours.
//!
//! Unsafe, because SQLite calls it with raw pointers. What makes it sound: SQLite opens a file once before and closes it
//! once after all other calls with it, never calls one file from two threads at once, and keeps the buffers it hands over
//! for as long as the call lasts.

#![expect(unsafe_code, reason = "SQLite's interface to a file system is a table of C functions")]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use rusqlite::ffi;

use crate::disk::{Failure, Handle, Mounted};
use crate::locks::{Lock, SLOTS, Slot};

static DISKS: Mutex<Vec<Weak<Mounted>>> = Mutex::new(Vec::new());
/// The operating system's VFS, by address. It lives as long as the process.
static REAL: OnceLock<usize> = OnceLock::new();

pub(crate) fn mount(disk: &Arc<Mounted>) {
    REAL.get_or_init(register);
    let mut disks = DISKS.lock();
    disks.retain(|disk| disk.strong_count() > 0);
    disks.push(Arc::downgrade(disk));
}

pub(crate) fn unmount(disk: &Arc<Mounted>) {
    DISKS.lock().retain(|other| !std::ptr::eq(other.as_ptr(), Arc::as_ptr(disk)));
}

/// The disk on which a path lies, and its name there.
fn on_disk(path: *const c_char) -> Option<(Arc<Mounted>, String)> {
    if path.is_null() {
        return None;
    }
    // SAFETY: SQLite passes a string that ends in a zero.
    let path = Path::new(unsafe { CStr::from_ptr(path) }.to_str().ok()?);
    let (folder, name) = (path.parent()?, path.file_name()?.to_str()?);
    let disks = DISKS.lock();
    let disk = disks.iter().filter_map(Weak::upgrade).find(|disk| disk.folder == folder)?;
    Some((disk, name.to_owned()))
}

fn real() -> *mut ffi::sqlite3_vfs {
    REAL.get().map_or(ptr::null_mut(), |address| *address as *mut ffi::sqlite3_vfs)
}

fn register() -> usize {
    // SAFETY: the default VFS is never freed, and a copy of it differs only in the functions replaced here. The copy is
    // leaked because SQLite keeps the pointer.
    unsafe {
        let real = ffi::sqlite3_vfs_find(ptr::null());
        assert!(!real.is_null(), "SQLite has a VFS");
        let size = (*real).szOsFile.max(c_int::try_from(size_of::<File>()).unwrap_or(c_int::MAX));
        let ours = ffi::sqlite3_vfs {
            szOsFile: size,
            pNext: ptr::null_mut(),
            zName: c"faults".as_ptr(),
            xOpen: Some(open),
            xDelete: Some(delete),
            xAccess: Some(access),
            ..*real
        };
        let registered = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(ours)), 1);
        assert_eq!(registered, ffi::SQLITE_OK, "SQLite takes the VFS");
        real as usize
    }
}

/// What SQLite holds of an open file.
#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    opened: *mut Opened,
}

#[derive(Debug)]
struct Opened {
    handle: Handle,
    lock: Lock,
    shared_locks: [Slot; SLOTS],
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for a file of the size we registered, and takes it as not opened while it has no methods.
    unsafe {
        (*file).pMethods = ptr::null();
        let Some((disk, name)) = on_disk(name) else {
            let real = real();
            return (*real)
                .xOpen
                .map_or(ffi::SQLITE_CANTOPEN, |open| open(real, name, file, flags, out_flags));
        };
        let creates = flags & ffi::SQLITE_OPEN_CREATE != 0;
        let is_database = flags & ffi::SQLITE_OPEN_MAIN_DB != 0;
        let Ok(handle) = disk.open(&name, creates, is_database) else { return ffi::SQLITE_CANTOPEN };
        let opened = Opened { handle, lock: Lock::None, shared_locks: [Slot::Free; SLOTS] };
        (*file.cast::<File>()).opened = Box::into_raw(Box::new(opened));
        (*file).pMethods = &raw const METHODS;
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    let Some((disk, file)) = on_disk(name) else {
        let real = real();
        // SAFETY: the arguments are SQLite's own.
        return unsafe {
            (*real).xDelete.map_or(ffi::SQLITE_IOERR_DELETE, |delete| delete(real, name, sync_folder))
        };
    };
    match disk.remove(&file, sync_folder != 0) {
        Ok(true) => ffi::SQLITE_OK,
        Ok(false) => ffi::SQLITE_IOERR_DELETE_NOENT,
        Err(_) => ffi::SQLITE_IOERR_DELETE,
    }
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: the arguments are SQLite's own, and `out` is where it wants the answer.
    unsafe {
        let Some((disk, file)) = on_disk(name) else {
            let real = real();
            return (*real).xAccess.map_or(ffi::SQLITE_IOERR_ACCESS, |access| access(real, name, flags, out));
        };
        match disk.exists(&file) {
            Ok(exists) => {
                *out = c_int::from(exists);
                ffi::SQLITE_OK
            }
            Err(_) => ffi::SQLITE_IOERR_ACCESS,
        }
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Without the third version's functions SQLite maps no file into memory, so that no read goes past us.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The file behind SQLite's pointer.
///
/// # Safety
/// `file` was opened by [`open`] on a disk of ours, is not closed yet, and no other reference to it is held.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Opened {
    // SAFETY: as the caller promises.
    unsafe { &mut *(*file.cast::<File>()).opened }
}

fn told(failure: Failure, io: c_int) -> c_int {
    match failure {
        Failure::Io => io,
        Failure::Full => ffi::SQLITE_FULL,
    }
}

fn size(number: ffi::sqlite3_int64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the pointer came from `Box::into_raw`, and SQLite closes a file once.
    unsafe {
        let mut opened = Box::from_raw((*file.cast::<File>()).opened);
        (*file).pMethods = ptr::null();
        opened.handle.locks.lock().change(opened.lock, Lock::None);
        opened.handle.shared.release(&mut opened.shared_locks, 0..SLOTS);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(
    file: *mut ffi::sqlite3_file,
    into: *mut c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's buffer has room for `amount` bytes.
    let (opened, into) = unsafe {
        let length = usize::try_from(amount).unwrap_or(0);
        ptr::write_bytes(into.cast::<u8>(), 0, length);
        (opened(file), std::slice::from_raw_parts_mut(into.cast::<u8>(), length))
    };
    match opened.handle.read(into, size(offset)) {
        Ok(count) if count == into.len() => ffi::SQLITE_OK,
        Ok(_) => ffi::SQLITE_IOERR_SHORT_READ,
        Err(failure) => told(failure, ffi::SQLITE_IOERR_READ),
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    from: *const c_void,
    amount: c_int,
    offset: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's buffer holds `amount` bytes.
    let (opened, from) = unsafe {
        let length = usize::try_from(amount).unwrap_or(0);
        (opened(file), std::slice::from_raw_parts(from.cast::<u8>(), length))
    };
    outcome(opened.handle.write(from, size(offset)), ffi::SQLITE_IOERR_WRITE)
}

fn outcome(done: Result<(), Failure>, io: c_int) -> c_int {
    done.map_or_else(|failure| told(failure, io), |()| ffi::SQLITE_OK)
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, length: ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite calls an open file.
    outcome(unsafe { opened(file) }.handle.set_length(size(length)), ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite calls an open file.
    outcome(unsafe { opened(file) }.handle.sync(), ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, out: *mut ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite calls an open file, and `out` is where it wants the answer.
    unsafe {
        match opened(file).handle.length() {
            Ok(length) => {
                *out = ffi::sqlite3_int64::try_from(length).unwrap_or(ffi::sqlite3_int64::MAX);
                ffi::SQLITE_OK
            }
            Err(failure) => told(failure, ffi::SQLITE_IOERR_FSTAT),
        }
    }
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, control: c_int, argument: *mut c_void) -> c_int {
    if control != ffi::SQLITE_FCNTL_MMAP_SIZE {
        return ffi::SQLITE_NOTFOUND;
    }
    // SAFETY: with this control SQLite passes a number, and takes from it how much is mapped: nothing.
    unsafe { argument.cast::<ffi::sqlite3_int64>().write(0) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4096
}

/// What the operating system's VFS claims of any disk: that a write harms no byte beside those it writes.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite calls an open file.
    let opened = unsafe { opened(file) };
    if let Err(failure) = opened.handle.is_alive() {
        return told(failure, ffi::SQLITE_IOERR_LOCK);
    }
    let wanted = Lock::from(level);
    if opened.lock >= wanted {
        return ffi::SQLITE_OK;
    }
    opened.lock = opened.handle.locks.lock().raise(opened.lock, wanted);
    if opened.lock == wanted { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: SQLite calls an open file.
    let opened = unsafe { opened(file) };
    let wanted = Lock::from(level);
    if opened.lock > wanted {
        opened.handle.locks.lock().change(opened.lock, wanted);
        opened.lock = wanted;
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: SQLite calls an open file, and `out` is where it wants the answer.
    unsafe {
        *out = c_int::from(opened(file).handle.locks.lock().is_reserved());
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    region: c_int,
    bytes: c_int,
    extend: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: SQLite calls an open file, and `out` is where it wants the answer. A region is never moved or freed while
    // a connection is open; SQLite itself orders the accesses to it.
    unsafe {
        let opened = opened(file);
        *out = ptr::null_mut();
        if let Err(failure) = opened.handle.is_alive() {
            return told(failure, ffi::SQLITE_IOERR_SHMMAP);
        }
        let region = usize::try_from(region).unwrap_or(0);
        let words = usize::try_from(bytes).unwrap_or(0).div_ceil(size_of::<u64>());
        let mut regions = opened.handle.shared.regions();
        while extend != 0 && regions.len() <= region {
            regions.push((0..words).map(|_| AtomicU64::new(0)).collect());
        }
        if let Some(first) = regions.get(region).and_then(|region| region.first()) {
            *out = first.as_ptr().cast();
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(
    file: *mut ffi::sqlite3_file,
    offset: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: SQLite calls an open file.
    let opened = unsafe { opened(file) };
    let first = usize::try_from(offset).unwrap_or(0);
    let range = first..first + usize::try_from(count).unwrap_or(0);
    let wanted = if flags & ffi::SQLITE_SHM_EXCLUSIVE != 0 { Slot::Exclusive } else { Slot::Shared };
    if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
        opened.handle.shared.release(&mut opened.shared_locks, range);
        return ffi::SQLITE_OK;
    }
    if let Err(failure) = opened.handle.is_alive() {
        return told(failure, ffi::SQLITE_IOERR_SHMLOCK);
    }
    match opened.handle.shared.take(&mut opened.shared_locks, range, wanted) {
        true => ffi::SQLITE_OK,
        false => ffi::SQLITE_BUSY,
    }
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    fence(Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: SQLite calls an open file.
    let opened = unsafe { opened(file) };
    opened.handle.shared.release(&mut opened.shared_locks, 0..SLOTS);
    ffi::SQLITE_OK
}
