//! What a process that serves a depot settles with the system: who may read its files, and when it is to end.

use std::io;
use std::path::Path;

/// Has every file that this process makes from now on readable by its user alone. Does nothing on systems that know no
/// such modes.
pub fn keep_files_private() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Whether others on this machine can look into a folder. A folder that existed before keeps the mode that it had.
#[must_use]
pub fn is_open_to_others(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        folder.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        false
    }
}

/// Resolves when somebody wants the process to end: SIGINT, SIGTERM, or SIGHUP, which a closed terminal sends. Listens
/// from now on, not from when it is awaited.
///
/// # Errors
/// The system refuses to tell of signals.
#[cfg(unix)]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + use<>> {
    use tokio::signal::unix::{SignalKind, signal};

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    // Under `nohup` it is ignored, and stays so.
    let mut hangup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = async { match &mut hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            } } => {}
        }
    })
}

/// Whether the process was started to ignore SIGHUP, the first bit of the mask of ignored signals. Only Linux says so.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

/// Resolves when somebody wants the process to end.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + use<>> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot wait for Ctrl+C");
            std::future::pending::<()>().await;
        }
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_folder_that_others_can_read_is_open() {
        let folder = tempfile::tempdir().unwrap();
        for (mode, is_open) in [(0o700, false), (0o750, true), (0o701, true), (0o755, true)] {
            std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(is_open_to_others(folder.path()), is_open, "{mode:o}");
        }
        assert!(!is_open_to_others(&folder.path().join("missing")));
    }
}
