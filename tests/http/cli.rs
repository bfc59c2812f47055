//! `depotd` on the command line.

use acceptance::Depot;

#[test]
fn a_second_process_on_the_folder_is_told_so() {
    let depot = Depot::start();
    let second = depot.depotd(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(!second.success && second.err.contains("in use by another process"), "{second:?}");
    let rebuilding = depot.depotd(&["rebuild"]);
    assert!(!rebuilding.success && rebuilding.err.contains("in use by another process"), "{rebuilding:?}");
}

#[test]
fn a_certificate_of_ones_own_needs_its_key() {
    let mut depot = Depot::start();
    depot.stop("TERM");
    let half =
        ["serve", "--tls", "--listen", "127.0.0.1:0", "--set", "endpoint.tls.certificate=/nowhere.pem"];
    let refused = depot.depotd(&half);
    assert!(!refused.success && refused.err.contains("endpoint.tls.key"), "{refused:?}");
    let refused = depot.depotd(&[&half[..], &["--set", "endpoint.tls.key=/nowhere.key"]].concat());
    assert!(!refused.success && refused.err.contains("/nowhere.pem"), "{refused:?}");
    let relative = depot.depotd(&["serve", "--set", "endpoint.tls.key=depot.key"]);
    assert!(!relative.success && relative.err.contains("all of its path"), "{relative:?}");
}

#[test]
fn an_unknown_setting_is_refused_with_the_valid_ones() {
    let mut depot = Depot::start();
    depot.stop("TERM");
    for setting in ["fleet.turnaround=5", "limits.rate.permits=none"] {
        let refused = depot.depotd(&["serve", "--listen", "127.0.0.1:0", "--set", setting]);
        assert!(!refused.success && refused.err.contains("limits.rate.permits"), "{refused:?}");
    }
    assert!(depot.depotd(&["settings"]).out.contains("fleet.turnaround_minutes"));
}

#[tokio::test]
async fn projections_can_be_made_anew() {
    let mut depot = Depot::generous().flag("--demo").start();
    let paths = [
        "/api/fleet/overview",
        "/api/routes/overview",
        "/api/deliveries?limit=500&sort=createdAt",
        "/api/incidents",
    ];
    let mut before = vec![];
    for path in paths {
        before.push(depot.admin().get(path).await.ok());
    }
    depot.stop("TERM");
    let rebuilt = depot.depotd(&["rebuild"]);
    assert!(rebuilt.success && rebuilt.out.starts_with("rebuilt every projection from"), "{rebuilt:?}");
    depot.start_again();
    for (path, before) in paths.into_iter().zip(before) {
        let after = depot.admin().get(path).await.ok();
        // Lateness goes on while this test runs; everything else must be the same.
        assert_eq!(without_lateness(&after), without_lateness(&before), "{path}");
    }
}

fn without_lateness(answer: &serde_json::Value) -> String {
    let mut answer = answer.clone();
    forget(&mut answer);
    answer.to_string()
}

fn forget(value: &mut serde_json::Value) {
    if let Some(object) = value.as_object_mut() {
        object.remove("lateSince");
        object.remove("atRisk");
        if object.contains_key("expectedTime") {
            object.remove("status");
        }
        object.values_mut().for_each(forget);
    } else if let Some(items) = value.as_array_mut() {
        items.iter_mut().for_each(forget);
    }
}

#[tokio::test]
async fn a_served_depot_is_verified_beside_it() {
    let depot = Depot::generous().flag("--demo").start();
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success && verified.out.contains("every table is what the log says"), "{verified:?}");
    let nothing = tempfile::tempdir().expect("a temporary folder");
    let mut elsewhere = std::process::Command::new(acceptance::depotd());
    let refused = acceptance::run(elsewhere.arg("verify").arg("--data-dir").arg(nothing.path()));
    assert!(!refused.success && refused.err.contains("holds no depot"), "{refused:?}");
    assert!(!nothing.path().join("depot.sqlite3").exists());
}

#[cfg(unix)]
#[test]
fn a_hangup_ends_the_depot_sealed() {
    let mut depot = Depot::generous().flag("--demo").start();
    assert!(depot.stop("HUP"), "it ends in order");
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success && verified.out.contains("1 seals match"), "{verified:?}");
}

/// Every file below a folder that others can read or write, and every folder that they can enter.
#[cfg(unix)]
fn open_to_others(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut open = vec![];
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        let found = entry.metadata().expect("it is there");
        if found.permissions().mode() & 0o077 != 0 {
            open.push(entry.clone());
        }
        if found.is_dir() {
            open.extend(open_to_others(&entry));
        }
    }
    open
}

#[cfg(unix)]
#[tokio::test]
async fn files_in_a_folder_that_existed_are_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut depot = Depot::generous().flag("--demo").start();
    depot.stop("TERM");
    let folder = depot.folder().to_owned();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    depot.start_again();
    let change =
        serde_json::json!({"type": "changeSettings", "changes": [{"key": "depot.name", "value": "Porto"}]});
    let admin = depot.admin();
    let change = serde_json::json!({"command": {"entity": "depot", "command": change}});
    let _ = admin.post("/api/commands", change).await.ok();
    assert!(depot.depotd(&["backup"]).success);
    depot.stop("TERM");
    assert_eq!(open_to_others(&folder), Vec::<std::path::PathBuf>::new());
    let logs =
        std::fs::read_dir(folder.join("logs")).expect("logs").map(|entry| entry.expect("an entry").path());
    let said: String = logs.map(|log| std::fs::read_to_string(log).expect("text")).collect();
    assert!(said.contains("others on this machine can look into the data folder"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_pipe_as_settings_file_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("settings.toml")).status();
    assert!(made.expect("mkfifo runs").success());
    let mut settings = std::process::Command::new(acceptance::depotd());
    let refused = acceptance::run(settings.arg("settings").arg("--data-dir").arg(folder.path()));
    assert!(!refused.success && refused.err.contains("it is not a file"), "{refused:?}");
}
