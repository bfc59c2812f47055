//! Tokens made and revoked while the depot runs: only by admins, told once, and refused at once when revoked.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use depot_app::{
    Actor, AdminCommand, App, AppError, AppOptions, Code, CommandOutcome, CommandRequest, DepotAnswer,
    DepotCommand, DepotQuery, Role, Settings, TokenView, Trace,
};
use uuid::Uuid;

fn with_role(role: Role) -> Actor {
    Actor { role, name: "Ana".to_owned(), credential: Uuid::now_v7(), driver_id: None }
}

async fn admin(app: &App, actor: &Actor, command: AdminCommand) -> Result<CommandOutcome, AppError> {
    let request = CommandRequest::new(DepotCommand::Depot { command });
    app.execute(actor, request, Trace::fresh()).await
}

fn create(role: Role, name: &str, expires_in_days: Option<u32>) -> AdminCommand {
    AdminCommand::CreateToken { role, name: name.to_owned(), driver_id: None, expires_in_days }
}

async fn tokens(app: &App) -> Vec<TokenView> {
    let answered = app.query(&Actor::desk(), DepotQuery::Tokens {}).await.unwrap();
    let DepotAnswer::Tokens(tokens) = answered.answer else { panic!() };
    tokens
}

#[tokio::test]
async fn a_token_is_told_once_and_refused_when_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    let created = admin(&app, &Actor::desk(), create(Role::Viewer, " Screen ", Some(30))).await.unwrap();
    let secret = created.token.clone().unwrap();
    assert!(!format!("{created:?}").contains(&secret.0), "a log would show it");
    let actor = app.authenticate(&secret.0).unwrap().unwrap();
    assert_eq!((actor.role, actor.credential, actor.name.as_str()), (Role::Viewer, created.id, "Screen"));
    let listed = tokens(&app).await;
    assert_eq!(listed.len(), 1);
    let days = (listed[0].expires_at.unwrap().micros() - listed[0].created_at.micros()) / 86_400_000_000;
    assert_eq!(days, 30);
    let revoked = admin(&app, &Actor::desk(), AdminCommand::RevokeToken { id: created.id }).await.unwrap();
    assert_eq!((revoked.id, revoked.token), (created.id, None));
    assert!(app.authenticate(&secret.0).unwrap().is_none());
    assert!(tokens(&app).await[0].revoked_at.is_some());
    app.close().await;
}

#[tokio::test]
async fn what_is_wrong_is_refused_and_makes_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    for (command, code) in [
        (create(Role::Viewer, " ", None), Code::Malformed),
        (create(Role::Viewer, "Screen", Some(0)), Code::Malformed),
        (create(Role::Viewer, "Screen", Some(3651)), Code::Malformed),
        (create(Role::Driver, "Phone", None), Code::Malformed),
        (AdminCommand::RevokeToken { id: Uuid::now_v7() }, Code::NotFound),
    ] {
        assert_eq!(admin(&app, &Actor::desk(), command.clone()).await.unwrap_err().code, code, "{command:?}");
    }
    assert!(tokens(&app).await.is_empty());
    app.close().await;
}

#[tokio::test]
async fn only_an_admin_sees_and_makes_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    for role in [Role::Dispatcher, Role::Viewer, Role::Integration, Role::Driver] {
        let actor = with_role(role);
        for command in [create(Role::Admin, "Mine", None), AdminCommand::RevokeToken { id: Uuid::now_v7() }] {
            assert_eq!(admin(&app, &actor, command).await.unwrap_err().code, Code::Forbidden, "{role}");
        }
        let refused = app.query(&actor, DepotQuery::Tokens {}).await.unwrap_err();
        assert_eq!(refused.code, Code::Forbidden, "{role}");
    }
    app.close().await;
}
