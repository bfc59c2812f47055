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
    let to = folder.path().join("kept");
    let hours_ago = [24 * 31, 100, 76, 52, 50, 47, 26, 25, 23, 1, 0];
    for hours in hours_ago {
        backup::make(folder.path(), &to, noon() - TimeDelta::hours(hours)).unwrap();
    }
    backup::prune(&to, 24, 30, noon()).unwrap();
    let kept: Vec<_> = backup::list(&to)
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
    let to = folder.path().join("kept");
    backup::make(folder.path(), &to, noon() - TimeDelta::days(400)).unwrap();
    assert_eq!(backup::prune(&to, 24, 30, noon()).unwrap().len(), 0);
    assert_eq!(backup::list(&to).unwrap().len(), 1);
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
