//! Settings that change while the depot runs: who may change them, that the next command heeds them, that everybody is
//! told, and that the file has them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use depot_app::domain::DriverCommand;
use depot_app::domain::values::DriverId;
use depot_app::{
    Actor, AdminCommand, App, AppError, AppOptions, Code, CommandOutcome, CommandRequest, DepotAnswer,
    DepotCommand, DepotQuery, Role, SettingChange, Settings, Source, Topic, Trace,
};
use uuid::Uuid;

fn open(folder: &Path) -> App {
    App::open(AppOptions::new(folder, Settings::load(folder, [], &[]).unwrap())).unwrap()
}

fn with_role(role: Role) -> Actor {
    Actor { role, name: "Ana".to_owned(), credential: Uuid::now_v7(), driver_id: None }
}

async fn change(app: &App, actor: &Actor, key: &str, value: &str) -> Result<CommandOutcome, AppError> {
    let changes = vec![SettingChange { key: key.to_owned(), value: Some(value.to_owned()) }];
    let command = DepotCommand::Depot { command: AdminCommand::ChangeSettings { changes } };
    app.execute(actor, CommandRequest::new(command), Trace::fresh()).await
}

async fn add_driver(app: &App, license: &str) -> Result<CommandOutcome, AppError> {
    let command =
        DriverCommand::AddDriver { name: "Ana".parse().unwrap(), driver_license: license.parse().unwrap() };
    let command = DepotCommand::Driver { id: DriverId::from(Uuid::now_v7()), command };
    app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await
}

#[tokio::test]
async fn a_rule_holds_from_the_next_command_on_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    add_driver(&app, "L-1").await.unwrap();
    assert_eq!(add_driver(&app, "L-1").await.unwrap_err().code, Code::Duplicate);
    assert!(change(&app, &Actor::desk(), "fleet.allow_duplicates", "true").await.unwrap().changed);
    add_driver(&app, "L-1").await.unwrap();
    assert!(!change(&app, &Actor::desk(), "fleet.allow_duplicates", "true").await.unwrap().changed);
    app.close().await;
    let app = open(folder.path());
    add_driver(&app, "L-1").await.unwrap();
    app.close().await;
}

#[tokio::test]
async fn everybody_is_told_and_the_session_knows() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    let (mut told, mut watched) = (app.subscribe(), app.watch_settings());
    change(&app, &Actor::desk(), "depot.time_zone", "Asia/Kolkata").await.unwrap();
    assert_eq!(told.recv().await.unwrap().topics, [Topic::Depot]);
    assert_eq!(watched.borrow_and_update().depot.time_zone.name(), "Asia/Kolkata");
    let answered = app.query(&with_role(Role::Viewer), DepotQuery::Session {}).await.unwrap();
    let DepotAnswer::Session(session) = answered.answer else { panic!() };
    assert_eq!(session.time_zone, "Asia/Kolkata");
    let answered = app.query(&with_role(Role::Viewer), DepotQuery::Settings {}).await.unwrap();
    let DepotAnswer::Settings(settings) = answered.answer else { panic!() };
    let zone = settings.iter().find(|setting| setting.key == "depot.time_zone").unwrap();
    assert_eq!((zone.value.as_str(), zone.source), ("Asia/Kolkata", Source::File));
    app.close().await;
}

#[tokio::test]
async fn only_an_admin_changes_settings_and_a_phone_does_not_see_them() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    for role in [Role::Dispatcher, Role::Viewer, Role::Integration, Role::Driver] {
        let refused = change(&app, &with_role(role), "depot.name", "Ours").await.unwrap_err();
        assert_eq!(refused.code, Code::Forbidden, "{role}");
    }
    let refused = app.query(&with_role(Role::Driver), DepotQuery::Settings {}).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    change(&app, &with_role(Role::Admin), "depot.name", "Ours").await.unwrap();
    assert_eq!(app.settings().depot.name, "Ours");
    app.close().await;
}
