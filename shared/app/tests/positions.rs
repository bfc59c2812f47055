//! Where drivers are: only of those who share it, only while a delivery is under way, kept for some hours and in no backup.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use depot_app::{
    Actor, AdminCommand, App, AppError, AppOptions, Code, CommandRequest, DepotAnswer, DepotCommand,
    DepotQuery, DriverPosition, EndpointView, PhoneCommand, PhoneDay, Role, Settings, Trace, backup,
};
use depot_domain::values::{DriverId, Timestamp};
use tempfile::TempDir;
use uuid::Uuid;

/// A depot on the demo day, whose clock the test puts forward.
struct Depot {
    app: App,
    folder: TempDir,
    clock_micros: Arc<AtomicI64>,
}

impl Depot {
    async fn with(assignments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let assignments: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
        let settings = Settings::load(folder.path(), [], &assignments).unwrap();
        let clock_micros = Arc::new(AtomicI64::new(chrono::Utc::now().timestamp_micros()));
        let mut options = AppOptions::new(folder.path(), settings);
        let now = Arc::clone(&clock_micros);
        options.clock = Arc::new(move || Timestamp::from_micros(now.load(Ordering::SeqCst)).unwrap());
        let app = App::open(options).unwrap();
        let load = DepotCommand::Depot { command: AdminCommand::LoadDemo {} };
        app.execute(&Actor::desk(), CommandRequest::new(load), Trace::fresh()).await.unwrap();
        Self { app, folder, clock_micros }
    }

    fn later(&self, by: TimeDelta) {
        self.clock_micros.fetch_add(by.num_microseconds().unwrap(), Ordering::SeqCst);
    }

    /// The phone of somebody whose delivery is under way, or of nobody's.
    async fn phone(&self, is_under_way: bool) -> Actor {
        let query = DepotQuery::LiveTracking { limit: None, cursor: None };
        let DepotAnswer::LiveTracking(live) = self.ask(query).await else { panic!() };
        let names: Vec<_> = live.active_deliveries.into_iter().filter_map(|row| row.driver_name).collect();
        let DepotAnswer::FleetOverview(fleet) = self.ask(DepotQuery::FleetOverview {}).await else {
            panic!()
        };
        let driver =
            fleet.drivers.iter().find(|driver| names.contains(&driver.name) == is_under_way).unwrap();
        phone_of(driver.driver_id)
    }

    async fn ask(&self, query: DepotQuery) -> DepotAnswer {
        self.app.query(&Actor::desk(), query).await.unwrap().answer
    }

    async fn positions(&self) -> Vec<DriverPosition> {
        let DepotAnswer::Positions(positions) = self.ask(DepotQuery::Positions {}).await else { panic!() };
        positions
    }

    async fn day(&self, phone: &Actor) -> PhoneDay {
        let answer = self.app.query(phone, DepotQuery::PhoneDay { most: None }).await.unwrap().answer;
        let DepotAnswer::PhoneDay(day) = answer else { panic!() };
        *day
    }

    async fn tell(&self, phone: &Actor, command: PhoneCommand) -> Result<(), AppError> {
        let request = CommandRequest::new(DepotCommand::Phone { command });
        self.app.execute(phone, request, Trace::fresh()).await.map(drop)
    }

    async fn share(&self, phone: &Actor, on: bool) -> Result<(), AppError> {
        self.tell(phone, PhoneCommand::SharePositions { on }).await
    }

    async fn report(&self, phone: &Actor, latitude: f64) -> Result<(), AppError> {
        self.tell(phone, at(latitude, self.app.now())).await
    }

    /// How many rows there are in this database file.
    fn rows(file: &std::path::Path) -> u32 {
        let file = rusqlite::Connection::open(file).unwrap();
        file.query_row("SELECT COUNT(*) FROM positions", [], |row| row.get(0)).unwrap()
    }
}

fn phone_of(driver: DriverId) -> Actor {
    Actor {
        role: Role::Driver,
        name: "Phone".to_owned(),
        credential: Uuid::now_v7(),
        driver_id: Some(driver),
    }
}

fn at(latitude: f64, at: Timestamp) -> PhoneCommand {
    PhoneCommand::ReportPosition {
        latitude: latitude.try_into().unwrap(),
        longitude: (-8.629_105).try_into().unwrap(),
        accuracy_meters: 11.2.try_into().unwrap(),
        at,
    }
}

fn refused(answer: Result<(), AppError>) -> String {
    let error = answer.unwrap_err();
    assert_eq!(error.code, Code::RuleBroken, "{error}");
    error.detail
}

#[tokio::test]
async fn the_last_position_is_shown_with_how_far_the_driver_came() {
    let depot = Depot::with(&["phones.positions=true"]).await;
    let phone = depot.phone(true).await;
    let head = depot.app.head();
    depot.share(&phone, true).await.unwrap();
    depot.report(&phone, 41.15).await.unwrap();
    assert_eq!(depot.positions().await[0].moved_meters, None, "nothing was known before");
    depot.later(TimeDelta::seconds(5));
    depot.report(&phone, 41.99).await.unwrap();
    assert_eq!(f64::from(depot.positions().await[0].latitude), 41.15, "too soon to be kept");
    depot.later(TimeDelta::minutes(5));
    depot.report(&phone, 41.16).await.unwrap();
    let shown = depot.positions().await;
    assert_eq!((shown.len(), Some(shown[0].driver_id)), (1, phone.driver_id));
    assert_eq!((f64::from(shown[0].latitude), u32::from(shown[0].accuracy_meters)), (41.16, 12));
    assert_eq!(shown[0].at, depot.app.now());
    assert!((1_100..1_130).contains(&shown[0].moved_meters.unwrap()), "{shown:?}");
    assert_eq!(depot.app.head(), head, "a position is no event");
    depot.app.close().await;
}

#[tokio::test]
async fn nothing_is_taken_unless_the_depot_and_the_driver_want_it_and_a_delivery_is_under_way() {
    let off = Depot::with(&[]).await;
    let phone = off.phone(true).await;
    assert!(!off.day(&phone).await.positions.depot_allows, "it is off unless somebody switches it on");
    for answer in [off.share(&phone, true).await, off.report(&phone, 41.0).await] {
        assert!(refused(answer).contains("phones.positions"));
    }
    off.share(&phone, false).await.expect("to turn it off is always allowed");
    off.app.close().await;
    let depot = Depot::with(&["phones.positions=true", "phones.positions_hours=3"]).await;
    let phone = depot.phone(true).await;
    let day = depot.day(&phone).await.positions;
    assert_eq!((day.depot_allows, day.on, day.kept_hours), (true, false, 3));
    assert!(refused(depot.report(&phone, 41.0).await).contains("does not share"));
    let idle = depot.phone(false).await;
    depot.share(&idle, true).await.unwrap();
    assert!(refused(depot.report(&idle, 41.0).await).contains("under way"));
    depot.share(&phone, true).await.unwrap();
    assert!(depot.day(&phone).await.positions.on);
    let old = depot.app.now().saturating_add(TimeDelta::minutes(-11));
    assert!(refused(depot.tell(&phone, at(41.0, old)).await).contains("10 minutes old"));
    let early = depot.app.now().saturating_add(TimeDelta::minutes(6));
    assert_eq!(depot.tell(&phone, at(41.0, early)).await.unwrap_err().code, Code::Unfit);
    for role in [Role::Admin, Role::Dispatcher, Role::Viewer, Role::Integration] {
        let somebody = Actor { role, ..phone.clone() };
        assert_eq!(depot.report(&somebody, 41.0).await.unwrap_err().code, Code::Forbidden, "{role}");
    }
    for role in [Role::Integration, Role::Driver] {
        let somebody = Actor { role, ..phone.clone() };
        let asked = depot.app.query(&somebody, DepotQuery::Positions {}).await;
        assert_eq!(asked.unwrap_err().code, Code::Forbidden, "{role}");
    }
    assert!(depot.positions().await.is_empty());
    depot.app.close().await;
}

#[tokio::test]
async fn where_others_can_read_along_no_position_is_taken() {
    let depot = Depot::with(&["phones.positions=true"]).await;
    let phone = depot.phone(true).await;
    let open = |secure: bool, addresses: &[&str]| EndpointView {
        url: "http://0.0.0.0:5000".to_owned(),
        addresses: addresses.iter().map(|address| (*address).to_owned()).collect(),
        secure,
        ..EndpointView::default()
    };
    for (endpoint, allows) in [
        (open(false, &["http://192.168.1.5:5000"]), false),
        (open(false, &[]), true),
        (open(true, &["https://192.168.1.5:5000"]), true),
    ] {
        depot.app.endpoint_opened(endpoint);
        assert_eq!(depot.day(&phone).await.positions.depot_allows, allows);
        assert_eq!(depot.share(&phone, true).await.is_ok(), allows);
    }
    depot.app.close().await;
}

#[tokio::test]
async fn a_position_goes_after_its_hours_or_when_the_driver_says_so_and_no_backup_has_it() {
    let depot = Depot::with(&["phones.positions=true", "phones.positions_hours=2"]).await;
    let phone = depot.phone(true).await;
    let database = depot.folder.path().join("depot.sqlite3");
    depot.share(&phone, true).await.unwrap();
    depot.report(&phone, 41.15).await.unwrap();
    let kept = tempfile::tempdir().unwrap();
    let copied = backup::make(depot.folder.path(), kept.path(), chrono::Utc::now()).unwrap();
    backup::verify(&copied.folder).unwrap();
    assert_eq!((Depot::rows(&copied.folder.join("depot.sqlite3")), Depot::rows(&database)), (0, 1));
    depot.later(TimeDelta::minutes(119));
    assert!(!depot.app.forget_old_positions().await.unwrap());
    assert_eq!(depot.positions().await.len(), 1);
    depot.later(TimeDelta::minutes(2));
    assert!(depot.positions().await.is_empty(), "not even until it is removed");
    assert!(depot.app.forget_old_positions().await.unwrap());
    assert_eq!(Depot::rows(&database), 0);
    depot.report(&phone, 41.15).await.unwrap();
    depot.share(&phone, false).await.unwrap();
    assert_eq!(Depot::rows(&database), 0, "who shares no longer is forgotten at once");
    depot.app.close().await;
}
