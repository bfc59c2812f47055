//! `depotd backup`, `restore` and `verify` beside a depot that is being used, and when they are killed.
//!
//! `BACKUPS=100` and `KILLS=200` in the environment make the long run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use acceptance::Depot;
use serde_json::json;

fn times(name: &str, usual: u32) -> u32 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// Writers that go on until they are told to stop, and how many of their writes were acknowledged.
struct Load {
    stop: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
    writers: Vec<tokio::task::JoinHandle<()>>,
}

impl Load {
    fn on(depot: &Depot) -> Self {
        let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let writers = (0..4).map(|writer| {
            let (stop, acknowledged, admin) = (Arc::clone(&stop), Arc::clone(&acknowledged), depot.admin());
            tokio::spawn(async move {
                let mut number = 0;
                while !stop.load(Ordering::Acquire) {
                    number += 1;
                    let body = json!({ "name": format!("Driver {number}"), "driverLicense": format!("{writer}-{number}") });
                    let _ = admin.post("/api/fleet/drivers", body).await.ok();
                    acknowledged.fetch_add(1, Ordering::AcqRel);
                }
            })
        });
        let writers = writers.collect();
        Self { stop, acknowledged, writers }
    }

    fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Acquire)
    }

    async fn end(self) {
        self.stop.store(true, Ordering::Release);
        for writer in self.writers {
            writer.await.expect("no writer fails");
        }
    }
}

fn events_in(said: &str) -> u64 {
    let word = said.lines().find_map(|line| line.split_once(" events")).expect("how many events").0;
    word.split(' ').next_back().and_then(|word| word.parse().ok()).expect("a number")
}

fn backup_folder(said: &str) -> PathBuf {
    let line = said.lines().find_map(|line| line.strip_prefix("backup ")).expect("where the backup is");
    PathBuf::from(line)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_under_load_miss_nothing_that_was_acknowledged_before() {
    let depot = Depot::start();
    let load = Load::on(&depot);
    for _ in 0..times("BACKUPS", 4) {
        let before = load.acknowledged();
        let made = depot.depotd(&["backup"]);
        assert!(made.success, "{made:?}");
        assert!(events_in(&made.out) >= before, "{made:?} misses some of {before} events");
        let fresh = tempfile::tempdir().expect("a temporary folder");
        let restored = on(fresh.path(), &["restore", &backup_folder(&made.out).display().to_string()]);
        assert!(restored.success && events_in(&restored.out) == events_in(&made.out), "{restored:?}");
        let verified = on(fresh.path(), &["verify"]);
        assert!(verified.success && events_in(&verified.out) == events_in(&made.out), "{verified:?}");
    }
    load.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_killed_leaves_the_data_and_the_last_good_backup() {
    let mut depot = Depot::generous().flag("--demo").start();
    let good = backup_folder(&depot.depotd(&["backup"]).out);
    for kill in 0..times("KILLS", 8) {
        let mut backup = Command::new(acceptance::depotd());
        backup.arg("backup").arg("--data-dir").arg(depot.folder());
        killed_after(&mut backup, u64::from(kill % 20) * 4);
        let _ = depot.admin().get("/api/fleet/drivers").await.ok();
    }
    let backups: Vec<_> = std::fs::read_dir(depot.folder().join("backups"))
        .expect("backups")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir() && !path.file_name().expect("a name").to_string_lossy().starts_with('.'))
        .collect();
    assert!(backups.contains(&good));
    for backup in backups {
        let fresh = tempfile::tempdir().expect("a temporary folder");
        let restored = on(fresh.path(), &["restore", &backup.display().to_string()]);
        assert!(restored.success, "{restored:?}");
    }
    depot.stop("TERM");
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success && verified.out.contains("seals match"), "{verified:?}");
}

#[tokio::test]
async fn a_restore_that_is_killed_loses_neither_the_data_nor_the_backup() {
    let mut depot = Depot::generous().flag("--demo").start();
    let made = depot.depotd(&["backup"]);
    let (good, events) = (backup_folder(&made.out).display().to_string(), events_in(&made.out));
    let served = depot.depotd(&["restore", &good]);
    assert!(!served.success && served.err.contains("in use by another process"), "{served:?}");
    depot.stop("TERM");
    for kill in 0..times("KILLS", 8) {
        let mut restore = Command::new(acceptance::depotd());
        restore.args(["restore", "--keep-access", &good]).arg("--data-dir").arg(depot.folder());
        killed_after(&mut restore, 20 + u64::from(kill % 20) * 4);
        let verified = depot.depotd(&["verify"]);
        // Either whole, or said to be in between: never taken for an empty depot.
        let between = verified.err.contains("restoring a backup was interrupted");
        assert!(between || verified.success && events_in(&verified.out) == events, "{verified:?}");
    }
    let restored = depot.depotd(&["restore", "--keep-access", &good]);
    assert!(restored.success, "{restored:?}");
    assert_eq!(events_in(&depot.depotd(&["verify"]).out), events);
    depot.start_again();
    let _ = depot.admin().get("/api/fleet/drivers").await.ok();
}

#[test]
fn what_is_no_backup_or_was_changed_is_not_restored() {
    let depot = Depot::generous().flag("--demo").start();
    let backup = backup_folder(&depot.depotd(&["backup"]).out);
    let fresh = tempfile::tempdir().expect("a temporary folder");
    let nothing = on(fresh.path(), &["restore", &fresh.path().display().to_string()]);
    assert!(!nothing.success && nothing.err.contains("is no backup"), "{nothing:?}");
    let database = backup.join("depot.sqlite3");
    let mut bytes = std::fs::read(&database).expect("a database");
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    std::fs::write(&database, bytes).expect("it can be changed");
    let changed = on(fresh.path(), &["restore", &backup.display().to_string()]);
    assert!(!changed.success && changed.err.contains("depot.sqlite3 was changed"), "{changed:?}");
    assert!(!fresh.path().join("depot.sqlite3").exists());
}

fn killed_after(command: &mut Command, ms: u64) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("depotd starts");
    std::thread::sleep(Duration::from_millis(ms));
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().expect("a child can be waited for");
}

fn on(folder: &Path, arguments: &[&str]) -> acceptance::Output {
    let mut command = Command::new(acceptance::depotd());
    acceptance::run(command.args(arguments).arg("--data-dir").arg(folder))
}
