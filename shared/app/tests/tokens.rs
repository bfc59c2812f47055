//! Tokens made and revoked while the depot runs: only by admins, told once, and refused at once when revoked.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use depot_app::{
    Actor, AdminCommand, App, AppError, AppOptions, Code, CommandOutcome, CommandRequest, DepotAnswer,
    DepotCommand, DepotQuery, NewToken, Role, Secret, Settings, TokenView, Trace,
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
        (create(Role::Viewer, &Uuid::from_u128(7).to_string(), None), Code::Malformed),
        (create(Role::Viewer, "Screen", Some(0)), Code::Malformed),
        (create(Role::Viewer, "Screen", Some(3651)), Code::Malformed),
        (create(Role::Driver, "Phone", None), Code::Unfit),
        (
            AdminCommand::CreateToken {
                role: Role::Viewer,
                name: "Screen".to_owned(),
                driver_id: Some(Uuid::from_u128(1).into()),
                expires_in_days: None,
            },
            Code::Unfit,
        ),
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

fn new_token(name: &str) -> NewToken {
    NewToken { role: Role::Viewer, name: name.to_owned(), driver_id: None, expires_in: None }
}

#[tokio::test]
async fn a_token_is_revoked_by_its_id_or_by_a_name_that_one_alone_has() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    let hall = app.create_token(new_token("Hall")).await.unwrap();
    let yard = app.create_token(new_token("Yard")).await.unwrap();
    let other = app.create_token(new_token("Yard")).await.unwrap();
    assert_eq!(app.revoke_token("Yard").await.unwrap_err().code, Code::Duplicate);
    assert_eq!(app.revoke_token("Nowhere").await.unwrap_err().code, Code::NotFound);
    let revoked = app.revoke_token(&yard.id.to_string()).await.unwrap();
    assert!(revoked.id == yard.id && revoked.revoked_at.is_some());
    // Now one alone is called that.
    assert_eq!(app.revoke_token("Yard").await.unwrap().id, other.id);
    assert_eq!(app.revoke_token("Yard").await.unwrap_err().code, Code::NotFound);
    let again = app.revoke_token(&yard.id.to_string()).await.unwrap();
    assert_eq!(again.revoked_at, revoked.revoked_at);
    assert_eq!(app.authenticate(&hall.token).unwrap().unwrap().name, "Hall");
    for token in [&yard.token, &other.token] {
        assert!(app.authenticate(token).unwrap().is_none());
    }
    app.close().await;
}

#[tokio::test]
async fn whoever_acts_is_known_by_role_and_credential_and_can_be_picked() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    let hall = app.create_token(new_token("Hall")).await.unwrap();
    let actor = app.authenticate(&hall.token).unwrap().unwrap();
    assert_eq!(actor.for_the_log(), format!("viewer:{}", hall.id));
    assert_eq!(Actor::desk().for_the_log(), "desk");
    let answered = app.query(&Actor::desk(), DepotQuery::Actors {}).await.unwrap();
    let DepotAnswer::Actors(actors) = answered.answer else { panic!() };
    let known: Vec<_> = actors.iter().map(|known| (known.actor.clone(), known.name.as_deref())).collect();
    assert_eq!(known, [("desk".to_owned(), None), (actor.for_the_log(), Some("Hall"))]);
    assert!(tokens(&app).await[0].used_at.is_none());
    app.credential_used(&actor);
    let began = std::time::Instant::now();
    while tokens(&app).await[0].used_at.is_none() {
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "it is not noted");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    app.close().await;
}

#[test]
fn a_secret_is_not_printed() {
    assert_eq!(format!("{:?}", Secret("depot_abc".to_owned())), "Secret(…)");
}
