//! What can be asked of the data folder while the depot runs: a backup, a check, a seal; and that a fault is told.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use depot_app::{
    Actor, AdminCommand, App, AppOptions, Code, CommandRequest, DataView, DepotAnswer, DepotCommand,
    DepotQuery, NewToken, Role, Settings, Topic, Trace,
};

async fn data(app: &App) -> DataView {
    let answer = app.query(&Actor::desk(), DepotQuery::Data {}).await.unwrap().answer;
    let DepotAnswer::Data(view) = answer else { panic!("{answer:?}") };
    *view
}

async fn ask(app: &App, command: AdminCommand) {
    let command = CommandRequest::new(DepotCommand::Depot { command });
    app.execute(&Actor::desk(), command, Trace::fresh()).await.unwrap();
}

/// Waits for the data folder to be as wanted, woken by what the depot tells.
async fn until(app: &App, wanted: impl Fn(&DataView) -> bool) -> DataView {
    let mut changes = app.subscribe();
    loop {
        let view = data(app).await;
        if wanted(&view) {
            return view;
        }
        let told = tokio::time::timeout(Duration::from_secs(30), changes.recv());
        told.await.expect("a change is told").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_a_check_and_a_seal_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    ask(&app, AdminCommand::LoadDemo {}).await;
    let before = data(&app).await;
    assert_eq!((before.backups.len(), &before.seal, before.check.ended_at), (0, &None, None));
    assert!(before.database_bytes > 0 && before.events > 0);

    ask(&app, AdminCommand::BackUp {}).await;
    let backed_up = until(&app, |view| view.backup.ended_at.is_some()).await;
    assert_eq!((backed_up.backup.problem, backed_up.backups.len()), (None, 1));
    assert_eq!(backed_up.backups[0].events, before.events);

    ask(&app, AdminCommand::Seal {}).await;
    let seal = data(&app).await.seal.unwrap();
    assert_eq!((seal.sequence, seal.code.len()), (before.events, 19));
    // One and the same record has one code, wherever it is told.
    assert_eq!(seal.code, backed_up.backups[0].code);

    ask(&app, AdminCommand::CheckData {}).await;
    let checked = until(&app, |view| view.check.ended_at.is_some()).await.check;
    assert_eq!((checked.events, checked.problem), (Some(before.events), None));

    let database = std::path::Path::new(&backed_up.backups[0].folder).join("depot.sqlite3");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&database, bytes).unwrap();
    let first = checked.ended_at;
    ask(&app, AdminCommand::CheckData {}).await;
    let damaged = until(&app, |view| !view.check.running && view.check.ended_at != first).await.check;
    assert!(damaged.problem.unwrap().contains("depot.sqlite3 was changed"));
    let listed = data(&app).await.backups.remove(0).checked.unwrap();
    assert!(listed.problem.unwrap().contains("depot.sqlite3 was changed"));
}

#[tokio::test]
async fn only_admins_look_into_the_data_folder_and_are_told_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    let new = NewToken { role: Role::Dispatcher, name: "Ana".to_owned(), driver_id: None, expires_in: None };
    let token = app.create_token(new).await.unwrap().token;
    let dispatcher = app.authenticate(&token).unwrap().unwrap();
    for query in [DepotQuery::Data {}, DepotQuery::Endpoint {}] {
        assert_eq!(app.query(&dispatcher, query).await.unwrap_err().code, Code::Forbidden);
    }
    let mut changes = app.subscribe();
    ask(&app, AdminCommand::Seal {}).await;
    let told = changes.recv().await.unwrap();
    assert_eq!(told.topics, [Topic::Data]);
    assert!(app.may_see(&Actor::desk(), &told) && !app.may_see(&dispatcher, &told));
}

#[tokio::test]
async fn the_use_of_a_token_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    let new = NewToken { role: Role::Viewer, name: "Wall".to_owned(), driver_id: None, expires_in: None };
    let token = app.create_token(new).await.unwrap().token;
    let viewer = app.authenticate(&token).unwrap().unwrap();
    assert_eq!(app.list_tokens().await.unwrap()[0].used_at, None);
    app.credential_used(&viewer);
    while app.list_tokens().await.unwrap()[0].used_at.is_none() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_depot_without_its_files_acknowledges_nothing() {
    let outer = tempfile::tempdir().unwrap();
    let (data_folder, away) = (outer.path().join("depot"), outer.path().join("away"));
    let app = App::open(AppOptions::new(&data_folder, Settings::default())).unwrap();
    let desk = Actor::desk();
    let seal = || CommandRequest::new(DepotCommand::Depot { command: AdminCommand::Seal {} });
    let is_read_only = async |app: &App| {
        let answer = app.query(&Actor::desk(), DepotQuery::Session {}).await.unwrap().answer;
        let DepotAnswer::Session(session) = answer else { panic!("{answer:?}") };
        session.read_only
    };
    assert!(!is_read_only(&app).await);
    app.ready().await.unwrap();
    std::fs::rename(&data_folder, &away).unwrap();
    let new = || NewToken { role: Role::Viewer, name: "Wall".to_owned(), driver_id: None, expires_in: None };
    let refused = [
        app.ready().await.unwrap_err(),
        app.execute(&desk, CommandRequest::new(load_demo()), Trace::fresh()).await.unwrap_err(),
        app.create_token(new()).await.err().unwrap(),
        app.begin_upload(&desk).await.err().unwrap(),
        app.execute(&desk, change_name(), Trace::fresh()).await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.code, Code::Unavailable, "{error}");
    }
    assert!(!data_folder.exists(), "nothing is written where the depot was");
    assert!(is_read_only(&app).await);
    std::fs::rename(&away, &data_folder).unwrap();
    app.ready().await.unwrap();
    app.execute(&desk, CommandRequest::new(load_demo()), Trace::fresh()).await.unwrap();
    app.execute(&desk, seal(), Trace::fresh()).await.unwrap();
    app.close().await;
}

fn load_demo() -> DepotCommand {
    DepotCommand::Depot { command: AdminCommand::LoadDemo {} }
}

fn change_name() -> CommandRequest {
    let change = serde_json::json!({"entity": "depot", "command":
        {"type": "changeSettings", "changes": [{"key": "depot.name", "value": "Porto"}]}});
    CommandRequest::new(serde_json::from_value(change).unwrap())
}
