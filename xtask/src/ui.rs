//! The UI's packages, its build and its checks: npm, called only when something has changed.

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use crate::failure::Failure;
use crate::process;
use crate::workspace;

/// What Vite 8 asks for.
const NODE_OLDEST: (u32, u32) = (20, 19);
/// Within node_modules, so that it goes when they go.
const INSTALLED_LOCK: &str = "node_modules/.installed-package-lock.json";
/// The last file that the build writes: the driver's app comes after the desk.
const BUILT: &str = "dist/phone/index.html";
/// Everything the build reads. Not `bindings`: they are types only, which the build erases, and each run of the Rust
/// tests writes them anew.
const SOURCES: [&str; 8] = [
    "desk",
    "driver",
    "kit",
    "package-lock.json",
    "package.json",
    "tsconfig.json",
    "vite.config.ts",
    "vite.driver.config.mjs",
];

/// `npm ci`, unless the same lockfile was installed before.
pub(crate) fn install() -> Result<(), Failure> {
    require_node()?;
    let (lock, installed) = (workspace::ui().join("package-lock.json"), workspace::ui().join(INSTALLED_LOCK));
    let wanted = fs::read(&lock).map_err(|error| Failure::at(&lock, &error))?;
    if fs::read(&installed).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    npm(&["ci"]).map_err(|failure| {
        Failure::new(format!(
            "{failure}\nThe UI's packages could not be installed; npm needs its registry for that."
        ))
    })?;
    fs::write(&installed, wanted).map_err(|error| Failure::at(&installed, &error))
}

/// `npm run build`, unless ui/dist is newer than its sources. The app embeds the result, so this comes before cargo.
pub(crate) fn build() -> Result<(), Failure> {
    let ui = workspace::ui();
    let mut changed = None;
    for source in SOURCES {
        let path = ui.join(source);
        changed = changed.max(newest_change(&path).map_err(|error| Failure::at(&path, &error))?);
    }
    let built = fs::metadata(ui.join(BUILT)).and_then(|file| file.modified()).ok();
    if is_stale(built, changed) { npm(&["run", "build"]) } else { Ok(()) }
}

pub(crate) fn npm(args: &[&str]) -> Result<(), Failure> {
    process::run(process::program("npm").args(args).current_dir(workspace::ui()))
}

/// Whether a build must be made again: there is none, or a source changed after it. In doubt, yes.
fn is_stale(built: Option<SystemTime>, changed: Option<SystemTime>) -> bool {
    match (built, changed) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(built), Some(changed)) => changed >= built,
    }
}

/// When anything at or below this path last changed; nothing for a path that is not there. Folders count: theirs is
/// the only time that tells of a file removed.
fn newest_change(path: &Path) -> io::Result<Option<SystemTime>> {
    let metadata = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let mut newest = Some(metadata.modified()?);
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(newest_change(&entry?.path())?);
        }
    }
    Ok(newest)
}

fn require_node() -> Result<(), Failure> {
    let (major, minor) = NODE_OLDEST;
    let needed = format!("Node {major}.{minor} or newer is needed to build the UI");
    if process::find(&["node"]).is_none() {
        return Err(Failure::new(format!(
            "{needed}, and there is no `node` in PATH. See https://nodejs.org."
        )));
    }
    let version = process::printed_by(process::program("node").arg("--version"))?;
    match parse_node_version(&version) {
        Some(present) if present >= NODE_OLDEST => Ok(()),
        Some(_) | None => Err(Failure::new(format!("{needed}; this machine has {}.", version.trim()))),
    }
}

fn parse_node_version(printed: &str) -> Option<(u32, u32)> {
    let mut parts = printed.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_build_is_stale_when_missing_or_older_than_a_source() {
        let early = SystemTime::UNIX_EPOCH;
        let late = early + Duration::from_secs(1);
        assert!(is_stale(None, Some(early)));
        assert!(is_stale(Some(early), Some(late)));
        assert!(!is_stale(Some(late), Some(early)));
    }

    #[test]
    fn a_source_changed_in_the_same_instant_as_the_build_may_have_been_missed() {
        assert!(is_stale(Some(SystemTime::UNIX_EPOCH), Some(SystemTime::UNIX_EPOCH)));
    }

    #[test]
    fn node_versions_are_compared_as_numbers() {
        assert_eq!(parse_node_version("v20.19.0\n"), Some((20, 19)));
        assert!(parse_node_version("v8.9.1") < Some(NODE_OLDEST));
        assert_eq!(parse_node_version("nonsense"), None);
    }
}
