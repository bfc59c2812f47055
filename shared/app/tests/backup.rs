//! How backups are kept, and the seal on a depot.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use depot_app::{
    Actor, AdminCommand, App, AppOptions, CommandRequest, DepotCommand, Settings, Trace, backup,
};

async fn demo(folder: &std::path::Path) -> App {
    let app = App::open(AppOptions::new(folder, Settings::default())).unwrap();
    let command = DepotCommand::Depot { command: AdminCommand::LoadDemo {} };
    app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.unwrap();
    app
}

fn noon() -> DateTime<Utc> {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

#[tokio::test]
async fn every_backup_of_a_day_and_the_last_of_each_of_the_days_before_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    app.close().await;
    let kept = tempfile::tempdir().unwrap();
    let to = kept.path();
    let hours_ago = [24 * 31, 100, 76, 52, 50, 47, 26, 25, 23, 1, 0];
    for hours in hours_ago {
        backup::make(folder.path(), to, noon() - TimeDelta::hours(hours)).unwrap();
    }
    backup::prune(folder.path(), to, (24, 30), noon()).unwrap();
    let kept: Vec<_> = backup::list(to)
        .unwrap()
        .iter()
        .map(|backup| (noon() - backup.manifest.begun_at).num_hours())
        .collect();
    // 47 hours ago is the 23rd at 13:00, after which nothing came on that day; 25 hours ago is the 24th at 11:00, after
    // which 23 hours ago came at 13:00.
    assert_eq!(kept, [100, 76, 47, 23, 1, 0]);
}

#[tokio::test]
async fn the_newest_backup_stays_however_old_it_is() {
    let folder = tempfile::tempdir().unwrap();
    demo(folder.path()).await.close().await;
    let kept = tempfile::tempdir().unwrap();
    let to = kept.path();
    backup::make(folder.path(), to, noon() - TimeDelta::days(400)).unwrap();
    assert_eq!(backup::prune(folder.path(), to, (24, 30), noon()).unwrap().len(), 0);
    assert_eq!(backup::list(to).unwrap().len(), 1);
}

#[tokio::test]
async fn a_log_is_sealed_once_for_each_end_it_had() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    let seal = app.seal().await.unwrap().unwrap();
    assert_eq!(seal.sequence, app.head());
    assert_eq!(app.seal().await.unwrap(), None);
    let verified = app.verify().await.unwrap();
    assert_eq!((verified.seals, verified.last_seal), (1, Some(seal)));
    app.close().await;
}

#[tokio::test]
async fn a_key_that_was_exchanged_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    app.seal().await.unwrap();
    std::fs::remove_file(folder.path().join("seal.key")).unwrap();
    depot_app::SealKey::open(folder.path()).unwrap();
    let error = app.verify().await.unwrap_err();
    assert!(error.detail.contains("another depot's key"), "{error}");
    app.close().await;
}

/// Two depots that share a folder leave each other's backups alone, and whatever else lies there.
#[tokio::test]
async fn a_folder_that_is_shared_keeps_what_is_not_the_depots_own() {
    let (one, other, shared) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        demo(folder.path()).await.close().await;
    }
    for name in [".draft-of-a-letter", ".removed-photos", "2026"] {
        std::fs::create_dir(shared.path().join(name)).unwrap();
    }
    let theirs = backup::make(other.path(), shared.path(), noon() - TimeDelta::days(400)).unwrap();
    for days in [300, 200] {
        backup::make(one.path(), shared.path(), noon() - TimeDelta::days(days)).unwrap();
    }
    let removed = backup::prune(one.path(), shared.path(), (24, 30), noon()).unwrap();
    assert_eq!(removed.len(), 1);
    assert_eq!(backup::list(shared.path()).unwrap().len(), 2);
    assert_eq!(backup::list_own(other.path(), shared.path()).unwrap(), [theirs]);
    for name in [".draft-of-a-letter", ".removed-photos", "2026"] {
        assert!(shared.path().join(name).is_dir(), "{name}");
    }
}

/// What the backup before has is linked to it and not copied; where no link can be made it is copied.
#[cfg(unix)]
#[tokio::test]
async fn kept_files_are_linked_within_a_file_system_and_copied_onto_another() {
    use std::os::unix::fs::MetadataExt as _;
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let app = demo(folder.path()).await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x0bIDATx\xdac\xf8\x0f\x04\0\x09\xfb\x03\xfdh\xfa\x1c\xcc\0\0\0\0IEND\xaeB`\x82";
    app.keep_file(&Actor::desk(), png.to_vec()).await.unwrap();
    app.close().await;
    let kept = |backup: &backup::Backup| {
        let file =
            backup.manifest.contents.iter().find(|content| content.path.starts_with("files/")).unwrap();
        std::fs::metadata(backup.folder.join(&file.path)).unwrap()
    };
    let first = backup::make(folder.path(), elsewhere.path(), noon()).unwrap();
    let second = backup::make(folder.path(), elsewhere.path(), noon() + TimeDelta::hours(1)).unwrap();
    assert_eq!((kept(&first).ino(), kept(&second).nlink()), (kept(&second).ino(), 2));
    // A backup before it that lies on another file system can only be copied from.
    let Ok(memory) = tempfile::tempdir_in("/dev/shm") else { return };
    if std::fs::metadata(memory.path()).unwrap().dev() == kept(&first).dev() {
        return;
    }
    let moved = memory.path().join(first.folder.file_name().unwrap());
    let copied = std::process::Command::new("cp").arg("-a").arg(&first.folder).arg(&moved).status().unwrap();
    assert!(copied.success());
    std::fs::remove_dir_all(&second.folder).unwrap();
    std::fs::remove_dir_all(&first.folder).unwrap();
    std::os::unix::fs::symlink(&moved, &first.folder).unwrap();
    let third = backup::make(folder.path(), elsewhere.path(), noon() + TimeDelta::hours(2)).unwrap();
    assert_eq!(kept(&third).nlink(), 1);
    backup::verify(&third.folder).unwrap();
}

#[tokio::test]
async fn a_backup_is_looked_into_before_it_is_put_back() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let app = demo(folder.path()).await;
    let events = app.head();
    std::fs::write(folder.path().join("settings.toml"), "depot.name = \"Porto\"\n").unwrap();
    assert!(backup::find(elsewhere.path()).unwrap_err().to_string().contains("is no backup"));
    let made = backup::make(folder.path(), elsewhere.path(), noon()).unwrap();
    // By itself, or among others.
    for folder in [&made.folder, elsewhere.path()] {
        let found = backup::find(folder).unwrap();
        assert_eq!((found.len(), &found[0].folder), (1, &made.folder.display().to_string()));
    }
    let report = backup::inspect(&made.folder).unwrap();
    assert_eq!((&*report.depot_name, report.backup.events, report.problem), ("Porto", events, None));
    let add = serde_json::json!({"entity": "driver", "id": uuid::Uuid::from_u128(5),
        "command": {"type": "addDriver", "name": "Ana Costa", "driverLicense": "L-1"}});
    let add = CommandRequest::new(serde_json::from_value(add).unwrap());
    app.execute(&Actor::desk(), add, Trace::fresh()).await.unwrap();
    let report = app.inspect_backup(made.folder.clone()).await.unwrap();
    assert_eq!((report.events_now, report.events_since), (events + 1, Some(1)));
    app.close().await;

    let stranger = tempfile::tempdir().unwrap();
    let other = demo(stranger.path()).await;
    let report = other.inspect_backup(made.folder.clone()).await.unwrap();
    assert_eq!((report.events_now, report.events_since), (other.head(), None));
    other.close().await;

    // A program that does not know its settings must not be left with a depot that does not start.
    let text = std::fs::read_to_string(made.folder.join("manifest.json")).unwrap();
    std::fs::write(made.folder.join("settings.toml"), "depot.nickname = \"P\"\n").unwrap();
    let problem = backup::inspect(&made.folder).unwrap().problem.unwrap();
    assert!(problem.contains("settings.toml was changed"), "{problem}");
    std::fs::write(made.folder.join("manifest.json"), text.replace("\"format\": 1", "\"format\": 2"))
        .unwrap();
    assert!(backup::inspect(&made.folder).unwrap_err().to_string().contains("it has format 2"));
}
