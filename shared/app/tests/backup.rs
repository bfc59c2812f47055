//! How backups are kept, and the seal on a depot.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use depot_app::backup::Keep;
use depot_app::{
    Actor, AdminCommand, App, AppOptions, Code, CommandRequest, DepotCommand, NewToken, OpenError,
    RestoreOptions, Role, Settings, Trace, backup,
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

/// Removes what need not be kept, one backup a run, and returns in how many runs.
fn prune_all(data: &Path, to: &Path, keep: Keep) -> usize {
    let mut runs = 0;
    let mut left = backup::list(to).unwrap().len();
    while backup::prune(data, to, keep).unwrap().is_some() {
        runs += 1;
        assert_eq!(backup::list(to).unwrap().len(), left - 1, "one a run");
        left -= 1;
    }
    runs
}

fn hours_before_noon(to: &Path) -> Vec<i64> {
    let hours = |backup: &backup::Backup| (noon() - backup.manifest.begun_at).num_hours();
    backup::list(to).unwrap().iter().map(hours).collect()
}

#[tokio::test]
async fn the_last_hours_and_the_last_of_each_day_are_kept() {
    let (folder, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    demo(folder.path()).await.close().await;
    let to = kept.path();
    for hours in [24 * 31, 100, 76, 52, 50, 47, 26, 25, 23, 1, 0] {
        backup::make(folder.path(), to, noon() - TimeDelta::hours(hours)).unwrap();
    }
    assert_eq!(prune_all(folder.path(), to, Keep { hours: 24, days: 30 }), 0, "fewer than 24 hours");
    prune_all(folder.path(), to, Keep { hours: 3, days: 4 });
    // Three hours (0, 1, 23), and of the 23rd and the 22nd the last.
    assert_eq!(hours_before_noon(to), [76, 47, 23, 1, 0]);
}

#[tokio::test]
async fn the_newest_backup_stays_however_old_it_is() {
    let (folder, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    demo(folder.path()).await.close().await;
    let to = kept.path();
    backup::make(folder.path(), to, noon() - TimeDelta::days(400)).unwrap();
    assert_eq!(backup::prune(folder.path(), to, Keep { hours: 1, days: 1 }).unwrap(), None);
    assert_eq!(backup::list(to).unwrap().len(), 1);
}

#[tokio::test]
async fn a_clock_far_ahead_costs_no_backup() {
    let years = TimeDelta::days(3650);
    for jump in [TimeDelta::days(40), years, -years] {
        let (folder, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        demo(folder.path()).await.close().await;
        let to = kept.path();
        let days = [-16, -12, -8, -4].map(TimeDelta::days);
        let wrong = [jump, jump + TimeDelta::minutes(1), jump + TimeDelta::minutes(2)];
        let keep = Keep { hours: 24, days: 30 };
        for offset in days.into_iter().chain(wrong).chain([TimeDelta::zero()]) {
            backup::make(folder.path(), to, noon() + offset).unwrap();
            assert_eq!(backup::prune(folder.path(), to, keep).unwrap(), None, "{jump}");
        }
        let listed = backup::list(to).unwrap();
        assert_eq!(listed.len(), 8);
        assert_eq!(listed[7].manifest.begun_at, noon(), "the newest is the one that was made last");
        assert_eq!(
            listed.iter().map(|one| one.manifest.number).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5, 6, 7, 8]
        );
    }
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
    assert_eq!(prune_all(one.path(), shared.path(), Keep { hours: 1, days: 1 }), 1);
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
    app.close().await;
    let hash = "36c907715b80d7cdad0e196256966a3353b771387aefb1116d8769dacc81b675";
    let shelf = folder.path().join("files").join(&hash[..2]);
    std::fs::create_dir_all(&shelf).unwrap();
    std::fs::write(shelf.join(hash), png).unwrap();
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
    let report = backup::inspect(&made.folder, folder.path()).unwrap();
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
    let problem = backup::inspect(&made.folder, folder.path()).unwrap().problem.unwrap();
    assert!(problem.contains("settings.toml was changed"), "{problem}");
    std::fs::write(made.folder.join("manifest.json"), text.replace("\"format\": 2", "\"format\": 9"))
        .unwrap();
    assert!(
        backup::inspect(&made.folder, folder.path()).unwrap_err().to_string().contains("it has format 9")
    );
}

fn opened(folder: &Path, begin_new: bool) -> Result<App, OpenError> {
    App::open(AppOptions { begin_new, ..AppOptions::new(folder, Settings::default()) })
}

async fn add_driver(app: &App, number: u128) {
    let add = serde_json::json!({"entity": "driver", "id": uuid::Uuid::from_u128(number),
        "command": {"type": "addDriver", "name": "Ana Costa", "driverLicense": format!("L-{number}")}});
    let add = CommandRequest::new(serde_json::from_value(add).unwrap());
    app.execute(&Actor::desk(), add, Trace::fresh()).await.unwrap();
}

fn copy_database(from: &Path, to: &Path) {
    std::fs::copy(from.join("depot.sqlite3"), to.join("depot.sqlite3")).unwrap();
}

#[tokio::test]
async fn a_lost_database_is_no_new_depot() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    let events = app.head();
    app.close().await;
    std::fs::write(folder.path().join("settings.toml"), "depot.name = \"Porto\"\n").unwrap();
    let key = std::fs::read(folder.path().join("seal.key")).unwrap();
    let made = backup::make(folder.path(), &folder.path().join(backup::BACKUPS), noon()).unwrap();
    let database = folder.path().join("depot.sqlite3");
    for lost in [None, Some("")] {
        std::fs::remove_file(&database).unwrap();
        if let Some(empty) = lost {
            std::fs::write(&database, empty).unwrap();
        }
        let error = opened(folder.path(), false).err().unwrap();
        assert!(matches!(error, OpenError::Missing { .. }), "{error}");
        let (_, aside) = backup::restore(&made.folder, folder.path(), &how(), noon()).unwrap();
        assert!(aside.is_some());
        let app = opened(folder.path(), true).unwrap();
        assert_eq!(app.head(), events, "what is whole is opened as it is");
        app.close().await;
    }
    std::fs::remove_file(&database).unwrap();
    let app = opened(folder.path(), true).unwrap();
    assert_eq!(app.head(), 0);
    assert_ne!(std::fs::read(folder.path().join("seal.key")).unwrap(), key, "another depot has another key");
    let settings = std::fs::read_to_string(folder.path().join("settings.toml")).unwrap();
    assert!(settings.contains("Porto") && made.folder.is_dir());
    app.close().await;
    opened(folder.path(), false).unwrap().close().await;
}

#[tokio::test]
async fn a_rolled_back_database_is_refused() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let to = folder.path().join(backup::BACKUPS);
    let app = demo(folder.path()).await;
    let early = backup::make(folder.path(), &to, noon()).unwrap();
    app.close().await;
    copy_database(folder.path(), elsewhere.path());
    let app = opened(folder.path(), false).unwrap();
    add_driver(&app, 5).await;
    let late = backup::make(folder.path(), &to, noon()).unwrap();
    app.close().await;
    copy_database(elsewhere.path(), folder.path());
    let error = opened(folder.path(), false).err().unwrap();
    let expected = matches!(&error, OpenError::Behind { backup, .. } if *backup == late.folder);
    assert!(expected, "{error}");
    backup::restore(&late.folder, folder.path(), &how(), noon()).unwrap();
    let app = opened(folder.path(), false).unwrap();
    assert_eq!(app.head(), late.manifest.events);
    app.close().await;
    // Somebody wanted the older one.
    backup::restore(&early.folder, folder.path(), &how(), noon()).unwrap();
    let app = opened(folder.path(), false).unwrap();
    assert_eq!(app.head(), early.manifest.events);
    add_driver(&app, 6).await;
    let after = backup::make(folder.path(), &to, noon()).unwrap();
    assert!(after.manifest.number > late.manifest.number);
    app.close().await;
    copy_database(&early.folder, folder.path());
    assert!(matches!(opened(folder.path(), false).err().unwrap(), OpenError::Behind { .. }));
}

#[tokio::test]
async fn a_removed_demo_day_is_no_rolled_back_database() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    backup::make(folder.path(), &folder.path().join(backup::BACKUPS), noon()).unwrap();
    let command = DepotCommand::Depot { command: AdminCommand::RemoveDemo {} };
    app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.unwrap();
    app.close().await;
    let app = opened(folder.path(), false).unwrap();
    assert_eq!(app.head(), 0);
    app.close().await;
}

fn how() -> RestoreOptions {
    RestoreOptions::default()
}

/// Opens the database behind the depot's back.
fn meddle(folder: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(folder.join("depot.sqlite3")).unwrap();
    connection.execute_batch(sql).unwrap();
}

const PLANTED: &str = "INSERT INTO tokens (id, hash, role, name, created_at)
    VALUES (randomblob(16), randomblob(32), 'admin', 'Planted', 1)";

#[tokio::test]
async fn what_everybody_sees_is_checked_against_the_log() {
    let harms = [
        (
            "UPDATE deliveries SET receiver_name = 'Mallory' WHERE receiver_name IS NOT NULL",
            "the table deliveries",
        ),
        ("UPDATE deliveries SET status = 'Delivered'", "deliver"),
        ("DELETE FROM bookings", "the table bookings"),
        ("UPDATE drivers SET name = name || '!'", "the table drivers"),
        ("UPDATE delivery_counts SET count = count + 1", "delivery_counts"),
        ("DELETE FROM route_checkpoints", "route_checkpoints"),
        (
            "CREATE TRIGGER planted AFTER INSERT ON events BEGIN SELECT 1; END",
            "the trigger planted is not the program's",
        ),
        ("CREATE VIEW planted AS SELECT * FROM tokens", "the view planted"),
        ("CREATE TABLE planted (n)", "the table planted"),
        ("CREATE INDEX planted ON events (actor)", "the index planted"),
        ("DROP TRIGGER events_never_go", "the trigger events_never_go is missing"),
        (
            "DROP TRIGGER events_never_go; CREATE TRIGGER events_never_go BEFORE DELETE ON events BEGIN SELECT 1; END",
            "events_never_go is not as the program makes it",
        ),
        (PLANTED, "1 tokens were not made by this depot"),
    ];
    for (harm, expected) in harms {
        let folder = tempfile::tempdir().unwrap();
        let app = demo(folder.path()).await;
        let new =
            || NewToken { role: Role::Viewer, name: "Wall".to_owned(), driver_id: None, expires_in: None };
        app.create_token(new()).await.unwrap();
        app.audit().await.unwrap();
        meddle(folder.path(), harm);
        // Beside the depot that is open, as whoever serves it finds it, too.
        let beside = AppOptions { exclusive: false, ..AppOptions::new(folder.path(), Settings::default()) };
        let beside = App::open(beside).unwrap();
        for app in [&app, &beside] {
            let error = app.audit().await.unwrap_err();
            assert!(error.code == Code::Internal && error.detail.contains(expected), "{harm}: {error}");
        }
        beside.close().await;
        app.close().await;
    }
}

#[tokio::test]
async fn a_database_rolled_back_behind_its_last_seal_is_noticed() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    demo(folder.path()).await.close().await;
    copy_database(folder.path(), elsewhere.path());
    let app = opened(folder.path(), false).unwrap();
    add_driver(&app, 5).await;
    app.seal().await.unwrap().unwrap();
    app.audit().await.unwrap();
    app.close().await;
    copy_database(elsewhere.path(), folder.path());
    let app = opened(folder.path(), false).unwrap();
    let error = app.audit().await.unwrap_err();
    assert!(error.detail.contains("rolled back"), "{error}");
    app.close().await;
}

fn manifest_of(backup: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(backup.join("manifest.json")).unwrap()).unwrap()
}

fn put_manifest(backup: &Path, manifest: &serde_json::Value) {
    std::fs::write(backup.join("manifest.json"), serde_json::to_vec(manifest).unwrap()).unwrap();
}

/// Has a manifest say what a file of the backup is now.
fn describe(backup: &Path, manifest: &mut serde_json::Value, path: &str) {
    use sha2::Digest as _;
    let bytes = std::fs::read(backup.join(path)).unwrap();
    let hash = sha2::Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let entry = serde_json::json!({"path": path, "bytes": bytes.len(), "sha256": hash});
    let contents = manifest["contents"].as_array_mut().unwrap();
    contents.retain(|content| content["path"] != path);
    contents.push(entry);
}

#[tokio::test]
async fn a_backup_whose_contents_were_exchanged_is_refused() {
    type Harm = fn(&Path, &mut serde_json::Value);
    let harms: [(&str, Harm); 5] = [
        ("its manifest was changed", |backup, manifest| {
            std::fs::write(backup.join("settings.toml"), "endpoint.enabled = true\n").unwrap();
            describe(backup, manifest, "settings.toml");
        }),
        ("its manifest was changed", |backup, manifest| {
            meddle(backup, PLANTED);
            describe(backup, manifest, "depot.sqlite3");
        }),
        ("its manifest was changed", |_, manifest| manifest["begunAt"] = "2030-01-01T00:00:00Z".into()),
        ("names \"../../evil\"", |_, manifest| {
            manifest["contents"][0]["path"] = "../../evil".into();
        }),
        ("names \"run-me.sh\"", |backup, manifest| {
            std::fs::write(backup.join("run-me.sh"), "x").unwrap();
            describe(backup, manifest, "run-me.sh");
        }),
    ];
    for (expected, harm) in harms {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        demo(folder.path()).await.close().await;
        let made = backup::make(folder.path(), elsewhere.path(), noon()).unwrap();
        backup::verify(&made.folder).unwrap();
        let mut manifest = manifest_of(&made.folder);
        harm(&made.folder, &mut manifest);
        put_manifest(&made.folder, &manifest);
        let error = backup::restore(&made.folder, folder.path(), &how(), noon()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".draft")), "{left:?}");
    }
}

/// As an older program made it: no signature over the manifest, and the keys in it.
fn make_old(folder: &Path, backup: &Path) {
    let mut manifest = manifest_of(backup);
    manifest["format"] = 1.into();
    let object = manifest.as_object_mut().unwrap();
    object.remove("signature");
    object.remove("number");
    std::fs::copy(folder.join("seal.key"), backup.join("seal.key")).unwrap();
    describe(backup, &mut manifest, "seal.key");
    put_manifest(backup, &manifest);
}

#[tokio::test]
async fn an_unsigned_backup_is_restored_unless_its_schema_is_foreign() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let app = demo(folder.path()).await;
    let events = app.head();
    app.close().await;
    let made = backup::make(folder.path(), elsewhere.path(), noon()).unwrap();
    make_old(folder.path(), &made.folder);
    let report = backup::inspect(&made.folder, folder.path()).unwrap();
    assert_eq!((report.signed, report.foreign, report.problem), (false, false, None));
    let fresh = tempfile::tempdir().unwrap();
    backup::restore(&made.folder, fresh.path(), &how(), noon()).unwrap();
    let app = opened(fresh.path(), false).unwrap();
    assert_eq!(app.head(), events);
    app.audit().await.unwrap();
    app.close().await;
    meddle(&made.folder, "CREATE TRIGGER planted AFTER INSERT ON tokens BEGIN SELECT 1; END");
    let mut manifest = manifest_of(&made.folder);
    describe(&made.folder, &mut manifest, "depot.sqlite3");
    put_manifest(&made.folder, &manifest);
    let error = backup::restore(&made.folder, fresh.path(), &how(), noon()).unwrap_err().to_string();
    assert!(error.contains("the trigger planted is not the program's"), "{error}");
}

#[tokio::test]
async fn access_ends_with_a_restore_unless_it_is_kept() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(
        folder.path().join("settings.toml"),
        "depot.name = \"Porto\"\nendpoint.enabled = true # phones\n",
    )
    .unwrap();
    let app = demo(folder.path()).await;
    let new = NewToken { role: Role::Admin, name: "Ana".to_owned(), driver_id: None, expires_in: None };
    let token = app.create_token(new).await.unwrap().token;
    app.close().await;
    let made = backup::make(folder.path(), elsewhere.path(), noon()).unwrap();
    for keep_access in [true, false] {
        let how = RestoreOptions { keep_access, ..how() };
        backup::restore(&made.folder, folder.path(), &how, noon()).unwrap();
        let settings = Settings::load(folder.path(), [], &[]).unwrap();
        assert_eq!((&*settings.depot.name, settings.endpoint.enabled), ("Porto", keep_access));
        let app = opened(folder.path(), false).unwrap();
        assert_eq!(app.authenticate(&token).unwrap().is_some(), keep_access);
        app.audit().await.unwrap();
        app.close().await;
    }
}

#[tokio::test]
async fn another_depots_backup_needs_somebody_who_wants_it() {
    let (one, other, elsewhere) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&one, &other] {
        demo(folder.path()).await.close().await;
    }
    let theirs = backup::make(other.path(), elsewhere.path(), noon()).unwrap();
    let error = backup::restore(&theirs.folder, one.path(), &how(), noon()).unwrap_err().to_string();
    assert!(error.contains("another depot's backup"), "{error}");
    assert!(backup::inspect(&theirs.folder, one.path()).unwrap().foreign);
    // An empty depot, as a window opens one at a first start, is nothing to be careful about.
    let empty = tempfile::tempdir().unwrap();
    opened(empty.path(), false).unwrap().close().await;
    backup::restore(&theirs.folder, empty.path(), &how(), noon()).unwrap();
    let how = RestoreOptions { foreign: true, ..how() };
    backup::restore(&theirs.folder, one.path(), &how, noon()).unwrap();
    let app = opened(one.path(), false).unwrap();
    app.audit().await.unwrap();
    app.close().await;
}

#[tokio::test]
async fn a_backup_has_no_key_and_its_restore_keeps_the_depots() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let app = demo(folder.path()).await;
    app.seal().await.unwrap().unwrap();
    app.close().await;
    std::fs::create_dir(folder.path().join("tls")).unwrap();
    for (name, text) in [("ca.key.pem", "secret"), ("ca.pem", "public"), ("leaf.json", "secret")] {
        std::fs::write(folder.path().join("tls").join(name), text).unwrap();
    }
    let key = std::fs::read(folder.path().join("seal.key")).unwrap();
    let made = backup::make(folder.path(), elsewhere.path(), noon()).unwrap();
    for secret in ["seal.key", "tls/ca.key.pem", "tls/leaf.json"] {
        assert!(!made.folder.join(secret).exists(), "{secret}");
    }
    assert!(made.folder.join("tls/ca.pem").exists());
    backup::restore(&made.folder, folder.path(), &how(), noon()).unwrap();
    assert_eq!(std::fs::read(folder.path().join("seal.key")).unwrap(), key);
    assert_eq!(std::fs::read(folder.path().join("tls/ca.key.pem")).unwrap(), b"secret");
    // On another machine the depot gets another key; the seals of the former one still count.
    let fresh = tempfile::tempdir().unwrap();
    backup::restore(&made.folder, fresh.path(), &how(), noon()).unwrap();
    assert_ne!(std::fs::read(fresh.path().join("seal.key")).unwrap(), key);
    let app = opened(fresh.path(), false).unwrap();
    assert_eq!(app.audit().await.unwrap().seals, 1);
    add_driver(&app, 5).await;
    app.seal().await.unwrap().unwrap();
    assert_eq!(app.audit().await.unwrap().seals, 2);
    let again = backup::make(fresh.path(), elsewhere.path(), noon()).unwrap();
    backup::verify(&again.folder).unwrap();
    app.close().await;
}
