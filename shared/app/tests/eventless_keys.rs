//! Commands of phones and of the depot under idempotency keys: sent twice, done once; and what they cannot honour is refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use depot_app::{
    Actor, AdminCommand, App, AppError, AppOptions, Code, CommandOutcome, CommandRequest, DepotAnswer,
    DepotCommand, DepotQuery, DeviceStamp, EndpointView, PairingState, PhoneCommand, Role, SettingChange,
    Settings, Trace,
};
use depot_domain::DriverCommand;
use depot_domain::values::DriverId;
use tempfile::TempDir;
use uuid::Uuid;

const NONCE: &str = "00112233445566778899aabbccddeeff";

struct Depot {
    app: App,
    folder: TempDir,
}

impl Depot {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
        Self { app, folder }
    }

    async fn reopened(self) -> Self {
        self.app.close().await;
        let app = App::open(AppOptions::new(self.folder.path(), Settings::default())).unwrap();
        Self { app, folder: self.folder }
    }

    async fn run(&self, command: DepotCommand, key: Option<&str>) -> Result<CommandOutcome, AppError> {
        let request =
            CommandRequest { idempotency_key: key.map(str::to_owned), ..CommandRequest::new(command) };
        self.app.execute(&Actor::desk(), request, Trace::fresh()).await
    }

    async fn admin(&self, command: AdminCommand, key: &str) -> Result<CommandOutcome, AppError> {
        self.run(DepotCommand::Depot { command }, Some(key)).await
    }

    async fn phone(&self, command: PhoneCommand) -> Result<CommandOutcome, AppError> {
        self.run(DepotCommand::Phone { command }, None).await
    }

    async fn token_count(&self) -> usize {
        let answered = self.app.query(&Actor::desk(), DepotQuery::Tokens {}).await.unwrap();
        let DepotAnswer::Tokens(tokens) = answered.answer else { panic!() };
        tokens.len()
    }

    /// A pairing whose phone waits to be confirmed, with that phone's credential.
    async fn waiting(&self) -> (Uuid, String) {
        let id = self.phone(PhoneCommand::StartPairing {}).await.unwrap().id;
        self.app.endpoint_opened(EndpointView { url: "https://depot".to_owned(), ..EndpointView::default() });
        let answered = self.app.query(&Actor::desk(), DepotQuery::Pairing { id }).await.unwrap();
        let DepotAnswer::Pairing(pairing) = answered.answer else { panic!() };
        let url = pairing.url.unwrap();
        let code = url.rsplit_once('#').unwrap().1;
        (id, self.app.claim_pairing(code, NONCE, "Chrome", "0.1.0").unwrap().token)
    }

    async fn add_ada(&self) -> DriverId {
        let id: DriverId = Uuid::from_u128(1).into();
        let command =
            DriverCommand::AddDriver { name: "Ada".parse().unwrap(), driver_license: "L-1".parse().unwrap() };
        self.run(DepotCommand::Driver { id, command }, None).await.unwrap();
        id
    }
}

fn new_token(name: &str) -> AdminCommand {
    AdminCommand::CreateToken {
        role: Role::Viewer,
        name: name.to_owned(),
        driver_id: None,
        expires_in_days: None,
    }
}

fn named(name: &str) -> AdminCommand {
    let change = SettingChange { key: "depot.name".to_owned(), value: Some(name.to_owned()) };
    AdminCommand::ChangeSettings { changes: vec![change] }
}

#[tokio::test]
async fn token_created_twice_under_one_key_is_one_token() {
    let depot = Depot::new();
    let first = depot.admin(new_token("Screen"), "k-1").await.unwrap();
    let second = depot.admin(new_token("Screen"), "k-1").await.unwrap();
    assert_eq!((second.id, &second.token), (first.id, &first.token));
    assert!(first.token.is_some());
    assert_eq!(depot.token_count().await, 1);
    let refused = depot.admin(new_token("Other"), "k-1").await.unwrap_err();
    assert_eq!(refused.code, Code::KeyReused);
    assert_eq!(depot.admin(new_token("Screen"), "k-2").await.map(|_| ()), Ok(()));
    assert_eq!(depot.token_count().await, 2);
}

#[tokio::test]
async fn token_asked_for_after_a_restart_comes_without_secret() {
    let depot = Depot::new();
    let first = depot.admin(new_token("Screen"), "k-1").await.unwrap();
    let secret = first.token.unwrap().0;
    let depot = depot.reopened().await;
    let second = depot.admin(new_token("Screen"), "k-1").await.unwrap();
    assert_eq!((second.id, second.token), (first.id, None));
    assert!(second.message.contains("revoke it"), "{}", second.message);
    assert_eq!(depot.token_count().await, 1);
    depot.app.close().await;
    for entry in std::fs::read_dir(depot.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let is_there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!is_there, "{} holds the secret", path.display());
        }
    }
}

#[tokio::test]
async fn setting_changed_twice_under_one_key_is_changed_once() {
    let depot = Depot::new();
    depot.admin(named("North"), "k-1").await.unwrap();
    depot.admin(named("South"), "k-2").await.unwrap();
    let repeated = depot.admin(named("North"), "k-1").await.unwrap();
    assert!(repeated.changed, "the first answer is repeated");
    assert_eq!(depot.app.settings().depot.name, "South");
}

#[tokio::test]
async fn every_admin_command_repeats_its_answer_under_its_key() {
    let depot = Depot::new();
    for (number, command) in [
        AdminCommand::LoadDemo {},
        AdminCommand::Seal {},
        AdminCommand::BackUp {},
        AdminCommand::CheckData {},
        AdminCommand::RemoveDemo {},
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("k-{number}");
        let first = depot.admin(command.clone(), &key).await.unwrap();
        assert_eq!(depot.admin(command.clone(), &key).await, Ok(first), "{command:?}");
        let refused = depot.admin(named("Other"), &key).await.unwrap_err();
        assert_eq!(refused.code, Code::KeyReused, "{command:?}");
    }
    depot.app.close().await;
}

#[tokio::test]
async fn pairing_started_twice_under_one_key_is_one_pairing() {
    let depot = Depot::new();
    let start = || DepotCommand::Phone { command: PhoneCommand::StartPairing {} };
    let first = depot.run(start(), Some("k-1")).await.unwrap();
    assert_eq!(depot.run(start(), Some("k-1")).await, Ok(first));
}

#[tokio::test]
async fn version_time_and_device_are_refused_where_no_event_is_made() {
    let depot = Depot::new();
    for command in [
        DepotCommand::Depot { command: new_token("Screen") },
        DepotCommand::Phone { command: PhoneCommand::StartPairing {} },
    ] {
        let plain = CommandRequest { idempotency_key: Some("k".to_owned()), ..CommandRequest::new(command) };
        let now = depot.app.now();
        let stamp = DeviceStamp { sequence: 1, time: now, offset_ms: None, uncertain: false };
        for (field, request) in [
            ("expectedVersion", CommandRequest { expected_version: Some(1), ..plain.clone() }),
            ("occurredAt", CommandRequest { occurred_at: Some(now), ..plain.clone() }),
            ("device", CommandRequest { device: Some(stamp), ..plain.clone() }),
        ] {
            let refused = depot.app.execute(&Actor::desk(), request, Trace::fresh()).await.unwrap_err();
            assert_eq!(refused.code, Code::Unfit);
            assert!(refused.detail.starts_with(field), "{}", refused.detail);
        }
    }
    assert_eq!(depot.token_count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pairing_refused_and_confirmed_at_once_ends_one_way() {
    let depot = Depot::new();
    let driver_id = depot.add_ada().await;
    for _ in 0..20 {
        let (pairing_id, token) = depot.waiting().await;
        let (confirmed, again, refused) = tokio::join!(
            depot.phone(PhoneCommand::ConfirmPairing { pairing_id, driver_id }),
            depot.phone(PhoneCommand::ConfirmPairing { pairing_id, driver_id }),
            depot.phone(PhoneCommand::RefusePairing { pairing_id }),
        );
        let confirmations = [&confirmed, &again].iter().filter(|outcome| outcome.is_ok()).count();
        let works = depot.app.authenticate(&token).unwrap().is_some();
        assert_eq!(works, refused.is_err(), "the desk says what the phone finds");
        assert_eq!(works, confirmations == 1, "{confirmed:?} {again:?}");
        for error in [confirmed.err(), again.err(), refused.err()].into_iter().flatten() {
            assert_eq!(error.code, Code::RuleBroken, "{error:?}");
        }
        let state = depot.app.claimed_pairing(&token).unwrap().state;
        assert_eq!(state, if works { PairingState::Confirmed } else { PairingState::Refused });
    }
}
