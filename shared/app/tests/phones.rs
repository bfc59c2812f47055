//! A phone's credential from the pairing to its end: what makes it valid, what puts its end off, and what ends it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use depot_app::{
    Actor, App, AppError, AppOptions, Code, CommandRequest, DepotAnswer, DepotCommand, DepotQuery,
    EndpointView, NewToken, PairingState, PairingView, PhoneCommand, PhoneView, Role, Settings, Trace,
};
use depot_domain::DriverCommand;
use depot_domain::values::{DriverId, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;

const NONCE: &str = "00112233445566778899aabbccddeeff";

/// A depot with one driver, whose clock the test puts forward.
struct Depot {
    app: App,
    _folder: TempDir,
    clock_micros: Arc<AtomicI64>,
}

impl Depot {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start: Timestamp = "2030-05-01T08:00:00Z".parse().unwrap();
        let clock_micros = Arc::new(AtomicI64::new(start.micros()));
        let mut options = AppOptions::new(folder.path(), Settings::default());
        let now = Arc::clone(&clock_micros);
        options.clock = Arc::new(move || Timestamp::from_micros(now.load(Ordering::SeqCst)).unwrap());
        let depot = Self { app: App::open(options).unwrap(), _folder: folder, clock_micros };
        depot.add(ada(), "Ada").await;
        depot
    }

    fn later(&self, by: TimeDelta) {
        self.clock_micros.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    async fn add(&self, id: DriverId, name: &str) {
        let license = format!("L-{name}").parse().unwrap();
        let command = DriverCommand::AddDriver { name: name.parse().unwrap(), driver_license: license };
        self.driver(id, command).await.unwrap();
    }

    async fn driver(&self, id: DriverId, command: DriverCommand) -> Result<(), AppError> {
        let request = CommandRequest::new(DepotCommand::Driver { id, command });
        self.app.execute(&Actor::desk(), request, Trace::fresh()).await.map(drop)
    }

    async fn phone(&self, actor: &Actor, command: PhoneCommand) -> Result<Uuid, AppError> {
        let request = CommandRequest::new(DepotCommand::Phone { command });
        self.app.execute(actor, request, Trace::fresh()).await.map(|outcome| outcome.id)
    }

    async fn at_the_desk(&self, command: PhoneCommand) -> Result<Uuid, AppError> {
        self.phone(&Actor::desk(), command).await
    }

    async fn pairing(&self, id: Uuid) -> Result<PairingView, AppError> {
        let answered = self.app.query(&Actor::desk(), DepotQuery::Pairing { id }).await?;
        let DepotAnswer::Pairing(pairing) = answered.answer else { panic!() };
        Ok(pairing)
    }

    /// A pairing under way, and its code.
    async fn started(&self) -> (Uuid, String) {
        let id = self.at_the_desk(PhoneCommand::StartPairing {}).await.unwrap();
        self.app.endpoint_opened(EndpointView { url: "https://depot".to_owned(), ..EndpointView::default() });
        let url = self.pairing(id).await.unwrap().url.unwrap();
        (id, url.strip_prefix("https://depot/pair#").unwrap().to_owned())
    }

    /// The credential of a phone that was paired with a driver.
    async fn paired(&self, driver_id: DriverId) -> String {
        let (pairing_id, code) = self.started().await;
        let token = self.app.claim_pairing(&code, NONCE, "Chrome on Android", "0.1.0").unwrap().token;
        assert!(self.app.authenticate(&token).unwrap().is_none(), "nobody has confirmed it yet");
        self.at_the_desk(PhoneCommand::ConfirmPairing { pairing_id, driver_id }).await.unwrap();
        token
    }

    async fn phones(&self) -> Vec<PhoneView> {
        let answered = self.app.query(&Actor::desk(), DepotQuery::Phones {}).await.unwrap();
        let DepotAnswer::Phones(phones) = answered.answer else { panic!() };
        phones.phones
    }

    /// Who bears a credential.
    fn bearer(&self, token: &str) -> Option<Actor> {
        self.app.authenticate(token).unwrap()
    }
}

fn ada() -> DriverId {
    Uuid::from_u128(1).into()
}

#[tokio::test]
async fn a_phone_that_is_confirmed_is_its_drivers_until_it_is_revoked() {
    let depot = Depot::new().await;
    let token = depot.paired(ada()).await;
    let actor = depot.bearer(&token).unwrap();
    assert_eq!((actor.role, actor.driver_id), (Role::Driver, Some(ada())));
    assert_eq!(actor.name, "Ada (Chrome on Android)");
    let claimed = depot.app.claimed_pairing(&token).unwrap();
    assert_eq!((claimed.state, claimed.driver_name.as_deref()), (PairingState::Confirmed, Some("Ada")));
    assert!(depot.app.claimed_pairing("depot_other").is_none());
    let state = PhoneCommand::ReportState {
        unsent_actions: 3,
        unsent_files: 2,
        app_version: "0.2.0".to_owned(),
        held: vec![],
    };
    depot.phone(&actor, state).await.unwrap();
    let listed = depot.phones().await;
    assert_eq!(listed.len(), 1);
    let PhoneView { device_id, device, app_version, unsent_actions, unsent_files, revoked_at, .. } =
        &listed[0];
    assert_eq!((*device_id, device.as_deref()), (actor.credential, Some("Chrome on Android")));
    assert_eq!((app_version.as_deref(), *unsent_actions, *unsent_files), (Some("0.2.0"), Some(3), Some(2)));
    assert_eq!(*revoked_at, None);
    let device_id = actor.credential;
    depot.at_the_desk(PhoneCommand::RevokePhone { device_id }).await.unwrap();
    assert!(depot.bearer(&token).is_none());
    assert_eq!(depot.app.why_unknown(&token).unwrap(), Code::Revoked);
    assert_eq!(depot.app.why_unknown("depot_other").unwrap(), Code::Unauthenticated);
    // Revoked once more it stays revoked when it was, and it is listed for thirty days.
    let when = depot.app.now();
    depot.later(TimeDelta::days(29));
    depot.at_the_desk(PhoneCommand::RevokePhone { device_id }).await.unwrap();
    assert_eq!(depot.phones().await[0].revoked_at, Some(when));
    depot.later(TimeDelta::days(2));
    assert!(depot.phones().await.is_empty());
    depot.app.close().await;
}

#[tokio::test]
async fn only_a_phone_is_revoked_as_one() {
    let depot = Depot::new().await;
    let new = NewToken { role: Role::Viewer, name: "Screen".to_owned(), driver_id: None, expires_in: None };
    let screen = depot.app.create_token(new).await.unwrap();
    for device_id in [screen.id, Uuid::from_u128(99)] {
        let refused = depot.at_the_desk(PhoneCommand::RevokePhone { device_id }).await.unwrap_err();
        assert_eq!(refused.code, Code::NotFound);
    }
    assert!(depot.bearer(&screen.token).is_some());
    depot.app.close().await;
}

#[tokio::test]
async fn a_phone_that_is_used_stays_valid_and_one_that_is_not_expires() {
    let depot = Depot::new().await;
    let token = depot.paired(ada()).await;
    depot.later(TimeDelta::days(29));
    let actor = depot.bearer(&token).unwrap();
    let state = PhoneCommand::ReportState {
        unsent_actions: 0,
        unsent_files: 0,
        app_version: "0.1.0".to_owned(),
        held: vec![],
    };
    depot.phone(&actor, state).await.unwrap();
    assert_eq!(depot.phones().await[0].seen_at, Some(depot.app.now()));
    depot.later(TimeDelta::days(29));
    assert!(depot.bearer(&token).is_some());
    depot.later(TimeDelta::days(1));
    assert!(depot.bearer(&token).is_none());
    assert_eq!(depot.app.why_unknown(&token).unwrap(), Code::Expired);
    depot.app.close().await;
}

#[tokio::test]
async fn a_pairing_that_was_refused_or_names_nobody_lets_nobody_in() {
    let depot = Depot::new().await;
    let (pairing_id, code) = depot.started().await;
    let token = depot.app.claim_pairing(&code, NONCE, "Chrome", "0.1.0").unwrap().token;
    let nobody = Uuid::from_u128(99).into();
    let confirm = PhoneCommand::ConfirmPairing { pairing_id, driver_id: nobody };
    assert_eq!(depot.at_the_desk(confirm).await.unwrap_err().code, Code::NotFound);
    depot.at_the_desk(PhoneCommand::RefusePairing { pairing_id }).await.unwrap();
    assert_eq!(depot.pairing(pairing_id).await.unwrap().state, PairingState::Refused);
    let confirm = PhoneCommand::ConfirmPairing { pairing_id, driver_id: ada() };
    assert_eq!(depot.at_the_desk(confirm).await.unwrap_err().code, Code::RuleBroken);
    assert!(depot.bearer(&token).is_none() && depot.phones().await.is_empty());
    assert_eq!(depot.pairing(Uuid::from_u128(99)).await.unwrap_err().code, Code::NotFound);
    depot.app.close().await;
}

impl Depot {
    /// A pairing in which a phone waits, and that phone's credential.
    async fn waiting(&self) -> (Uuid, String) {
        let (pairing_id, code) = self.started().await;
        let claimed = self.app.claim_pairing(&code, NONCE, "Chrome", "0.1.0").unwrap();
        (pairing_id, claimed.token)
    }
}

#[tokio::test]
async fn confirmation_and_refusal_at_once_have_one_outcome() {
    let depot = Depot::new().await;
    for round in 0..16 {
        let (pairing_id, token) = depot.waiting().await;
        let confirm = depot.at_the_desk(PhoneCommand::ConfirmPairing { pairing_id, driver_id: ada() });
        let refuse = depot.at_the_desk(PhoneCommand::RefusePairing { pairing_id });
        let (confirmed, refused) = if round % 2 == 0 {
            tokio::join!(confirm, refuse)
        } else {
            let (refused, confirmed) = tokio::join!(refuse, confirm);
            (confirmed, refused)
        };
        let state = depot.pairing(pairing_id).await.unwrap().state;
        let expected = if confirmed.is_ok() { PairingState::Confirmed } else { PairingState::Refused };
        assert_eq!((state, refused.is_ok()), (expected, confirmed.is_err()), "round {round}");
        assert_eq!(depot.bearer(&token).is_some(), confirmed.is_ok(), "round {round}");
        let lost = confirmed.err().or(refused.err()).unwrap();
        assert_eq!(lost.code, Code::RuleBroken);
    }
    depot.app.close().await;
}

#[tokio::test]
async fn two_confirmations_at_once_pair_one_phone() {
    let depot = Depot::new().await;
    let (pairing_id, token) = depot.waiting().await;
    let confirm = || depot.at_the_desk(PhoneCommand::ConfirmPairing { pairing_id, driver_id: ada() });
    let (first, second) = tokio::join!(confirm(), confirm());
    assert_eq!((first.is_ok(), second.unwrap_err().code), (true, Code::RuleBroken));
    assert!(depot.bearer(&token).is_some());
    assert_eq!(depot.phones().await.len(), 1);
    depot.app.close().await;
}

#[tokio::test]
async fn confirmation_whose_caller_goes_away_is_settled() {
    let depot = Depot::new().await;
    let (pairing_id, token) = depot.waiting().await;
    let confirm = depot.at_the_desk(PhoneCommand::ConfirmPairing { pairing_id, driver_id: ada() });
    assert!(tokio::time::timeout(std::time::Duration::ZERO, confirm).await.is_err());
    while depot.pairing(pairing_id).await.unwrap().state == PairingState::Waiting {
        tokio::task::yield_now().await;
    }
    assert_eq!(depot.pairing(pairing_id).await.unwrap().state, PairingState::Confirmed);
    assert!(depot.bearer(&token).is_some());
    depot.app.close().await;
}

#[tokio::test]
async fn a_driver_who_is_erased_has_no_phone_any_more_and_gets_none() {
    let depot = Depot::new().await;
    let token = depot.paired(ada()).await;
    let of = |driver_id| NewToken {
        role: Role::Driver,
        name: "Phone".to_owned(),
        driver_id: Some(driver_id),
        expires_in: None,
    };
    let second = depot.app.create_token(of(ada())).await.unwrap().token;
    assert_eq!(depot.bearer(&second).unwrap().driver_id, Some(ada()));
    depot.driver(ada(), DriverCommand::EraseDriver {}).await.unwrap();
    for token in [&token, &second] {
        assert!(depot.bearer(token).is_none());
        assert_eq!(depot.app.why_unknown(token).unwrap(), Code::Revoked);
    }
    let told = format!("{:?}", depot.phones().await);
    assert!(!told.contains("Ada") && !told.contains("Chrome") && !told.contains("0.1.0"), "{told}");
    for driver in [ada(), Uuid::from_u128(99).into()] {
        assert_eq!(depot.app.create_token(of(driver)).await.map(drop).unwrap_err().code, Code::NotFound);
    }
    depot.app.close().await;
}
