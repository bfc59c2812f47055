//! A disk that becomes full under a depot that is being used, and has room again.
//!
//! The disk is a small one in memory, which only root may mount. Where that is not allowed this says so, and the same
//! promises rest on `tests/faults`, whose disk needs no permission.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::{Answer, Client, Depot};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

const SIZE: &str = "size=24m";
/// More than enough to fill what SQLite still has of its own room.
const WRITES_MOST: u32 = 20_000;

/// A small disk, until it is dropped.
struct Small(TempDir);

impl Small {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mounted = acceptance::run(
            Command::new("mount").args(["-t", "tmpfs", "-o", SIZE, "tmpfs"]).arg(folder.path()),
        );
        if !mounted.success {
            eprintln!(
                "no disk could be mounted, so a full one is left to tests/faults: {}",
                mounted.err.trim()
            );
            return None;
        }
        Some(Self(folder))
    }

    fn filler(&self) -> std::path::PathBuf {
        self.0.path().join("filler")
    }

    fn fill(&self) {
        let mut file = File::create(self.filler()).expect("a file");
        let mut filled = 0;
        for length in [1 << 16, 1 << 12, 1] {
            let bytes = vec![0; length];
            loop {
                match file.write(&bytes) {
                    Ok(written) => filled += written,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
                        break;
                    }
                }
            }
        }
        assert!(filled > 0, "it was full already");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        unmount(self.0.path());
    }
}

fn unmount(folder: &Path) {
    let _ = Command::new("umount").arg("--lazy").arg(folder).status();
}

async fn add(desk: &Client, number: u32) -> Answer {
    let body = json!({"name": "Ada Lovelace".repeat(8), "driverLicense": format!("L-{number}")});
    let request =
        desk.request(Method::POST, "/api/fleet/drivers").header("Idempotency-Key", format!("k-{number}"));
    Answer::to(request.json(&body)).await
}

#[tokio::test]
async fn a_full_disk_is_said_at_once_and_what_needs_no_room_goes_on() {
    let Some(disk) = Small::mount() else { return };
    let mut depot = Depot::generous().set("backup.every_minutes=0").within(disk.0.path()).start();
    let desk = depot.admin();
    let known = desk.add_driver("Grace").await;
    for round in 0..3 {
        disk.fill();
        let (mut refused, mut number) = (None, round * WRITES_MOST);
        while refused.is_none() && number < (round + 1) * WRITES_MOST {
            number += 1;
            let asked = Instant::now();
            let answer = add(&desk, number).await;
            if answer.status != 200 {
                let took = asked.elapsed();
                let _ = answer.refused(503).mentions("disk is full");
                assert!(took < Duration::from_secs(1), "it took {took:?} to say so");
                refused = Some(number);
            }
        }
        let refused = refused.expect("a disk that is full");
        assert_eq!(desk.get(&format!("/api/fleet/drivers/{known}")).await.ok()["name"], "Grace");
        assert_eq!(desk.get("/api/fleet/overview").await.status, 200);
        std::fs::remove_file(disk.filler()).expect("room again");
        let free = Instant::now();
        let resumed = loop {
            let answer = add(&desk, refused).await;
            if answer.status == 200 {
                break answer;
            }
            assert_eq!(answer.status, 503, "{}", answer.body);
            assert!(free.elapsed() < Duration::from_secs(5), "writes do not resume: {}", answer.body);
        };
        assert_eq!(resumed.ok()["sequence"], Value::from(desk.head().await), "nothing else was stored");
        assert_eq!(add(&desk, refused).await.body, resumed.body);
        assert_eq!(resumed.ok()["sequence"], Value::from(desk.head().await), "nor was it stored twice");
    }
    depot.stop("TERM");
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success, "{verified:?}");
}
