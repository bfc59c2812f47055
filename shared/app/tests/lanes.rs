//! What the desk shows of a day: who is on the road when, and which deliveries are likely to become late.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use depot_app::{
    Actor, App, AppOptions, Code, CommandRequest, DeliveryListing, DepotAnswer, DepotCommand, DepotQuery,
    Risk, Settings, Trace,
};
use depot_domain::delivery::DeliveryStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{DeliveryId, DriverId, RouteId, Timestamp, VehicleId};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
use uuid::Uuid;

/// 2026-03-01T08:00:00Z.
const EIGHT: i64 = 1_772_352_000_000_000;

/// `minutes` after eight o'clock.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_micros(EIGHT + minutes * 60_000_000).unwrap()
}

fn id<T: From<Uuid>>(kind: u128, number: u128) -> T {
    T::from(Uuid::from_u128(kind << 64 | number))
}

/// A depot whose clock the test sets, in minutes after eight.
struct Depot {
    app: App,
    clock: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl Depot {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicI64::new(-60));
        let tells = Arc::clone(&clock);
        let options = AppOptions {
            clock: Arc::new(move || at(tells.load(Ordering::Relaxed))),
            ..AppOptions::new(folder.path(), Settings::default())
        };
        Self { app: App::open(options).unwrap(), clock, _folder: folder }
    }

    fn set_clock(&self, minutes: i64) {
        self.clock.store(minutes, Ordering::Relaxed);
    }

    async fn execute(&self, command: DepotCommand) {
        self.app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.unwrap();
    }

    async fn ask(&self, query: DepotQuery) -> DepotAnswer {
        self.app.query(&Actor::desk(), query).await.unwrap().answer
    }

    async fn crew(&self, number: u128) {
        let command = DriverCommand::AddDriver {
            name: format!("Driver {number}").parse().unwrap(),
            driver_license: format!("L-{number}").parse().unwrap(),
        };
        self.execute(DepotCommand::Driver { id: id(1, number), command }).await;
        let command = VehicleCommand::AddVehicle {
            registration: format!("V-{number}").parse().unwrap(),
            vehicle_type: "Van".parse().unwrap(),
        };
        self.execute(DepotCommand::Vehicle { id: id(2, number), command }).await;
    }

    /// An active route that starts `start` minutes after eight, with checkpoints so many minutes after its start.
    async fn route(&self, number: u128, start: i64, checkpoints: &[i64]) {
        let route = |command| DepotCommand::Route { id: id(3, number), command };
        let (origin, destination) = ("Pier".parse().unwrap(), "Hill".parse().unwrap());
        let create = RouteCommand::CreateRoute { origin, destination, scheduled_start_time: at(start) };
        self.execute(route(create)).await;
        for (sequence, minutes) in (1_i64..).zip(checkpoints) {
            let add = RouteCommand::AddCheckpoint {
                sequence: sequence.try_into().unwrap(),
                location: "Mill".parse().unwrap(),
                expected_time: at(start + minutes),
            };
            self.execute(route(add)).await;
        }
        self.execute(route(RouteCommand::ChangeRouteStatus { status: RouteStatus::Active })).await;
    }

    async fn deliver(&self, number: u128, route: u128, crew: Option<u128>) {
        let command = DeliveryCommand::CreateDelivery {
            route_id: id::<RouteId>(3, route),
            driver_id: crew.map(|number| id::<DriverId>(1, number)),
            vehicle_id: crew.map(|number| id::<VehicleId>(2, number)),
        };
        self.tell(number, command).await;
    }

    async fn tell(&self, number: u128, command: DeliveryCommand) {
        self.execute(DepotCommand::Delivery { id: id(4, number), command }).await;
    }

    async fn start(&self, number: u128) {
        let status = DeliveryStatus::InTransit;
        self.tell(number, DeliveryCommand::ChangeDeliveryStatus { status, reason: None }).await;
    }

    async fn reach(&self, number: u128, route: u128, sequence: i64) {
        let (route_id, sequence) = (id(3, route), sequence.try_into().unwrap());
        self.tell(number, DeliveryCommand::ReachCheckpoint { route_id, sequence, location: None }).await;
    }

    /// Why a delivery is at risk, after checking that the list, its filter and the board say the same.
    async fn risk(&self, number: u128) -> Option<Risk> {
        let wanted: DeliveryId = id(4, number);
        let DepotAnswer::Delivery(one) = self.ask(DepotQuery::Delivery { id: wanted }).await else {
            panic!()
        };
        let risky = self.list(Some(true)).await;
        assert_eq!(risky.contains(&wanted), one.row.at_risk.is_some());
        assert_eq!(self.list(Some(false)).await.contains(&wanted), one.row.at_risk.is_none());
        let DepotAnswer::Board(board) = self.ask(DepotQuery::Board { day: None }).await else { panic!() };
        assert_eq!(board.at_risk as usize, risky.len());
        assert!(one.row.late_since.is_none() || one.row.at_risk.is_none(), "late, so no longer at risk");
        one.row.at_risk
    }

    async fn list(&self, at_risk: Option<bool>) -> Vec<DeliveryId> {
        let listing = DeliveryListing { at_risk, ..DeliveryListing::default() };
        let DepotAnswer::Deliveries(page) = self.ask(DepotQuery::Deliveries(listing)).await else { panic!() };
        page.items.iter().map(|row| row.id).collect()
    }

    async fn lanes(&self, from: i64, to: i64) -> Vec<DeliveryId> {
        let query = DepotQuery::Lanes { from: at(from), to: at(to) };
        let DepotAnswer::Lanes(lanes) = self.ask(query).await else { panic!() };
        assert!(!lanes.more);
        lanes.deliveries.iter().map(|row| row.id).collect()
    }
}

#[tokio::test]
async fn what_lacks_a_crew_or_has_not_set_off_is_at_risk() {
    let depot = Depot::open();
    depot.crew(1).await;
    depot.route(1, 60, &[60]).await;
    depot.deliver(1, 1, None).await;
    depot.deliver(2, 1, Some(1)).await;
    depot.set_clock(29);
    assert_eq!((depot.risk(1).await, depot.risk(2).await), (None, None), "it starts in 31 minutes");
    depot.set_clock(31);
    assert_eq!((depot.risk(1).await, depot.risk(2).await), (Some(Risk::Unassigned), None));
    depot.set_clock(65);
    assert_eq!(depot.risk(2).await, None, "five minutes are no worry");
    depot.set_clock(66);
    assert_eq!(depot.risk(2).await, Some(Risk::NotStarted));
    depot.set_clock(121);
    assert_eq!((depot.risk(1).await, depot.risk(2).await), (None, None), "they are late by now");
    depot.app.close().await;
}

#[tokio::test]
async fn who_is_behind_or_has_an_incident_is_at_risk_once_the_next_checkpoint_is_near() {
    let depot = Depot::open();
    for number in 1..=3 {
        depot.crew(number).await;
    }
    depot.route(1, 0, &[20, 80]).await;
    for number in 1..=3 {
        depot.deliver(number, 1, Some(number)).await;
    }
    depot.set_clock(0);
    depot.start(1).await;
    depot.start(2).await;
    depot.set_clock(4);
    depot.start(3).await;
    depot.set_clock(18);
    depot.reach(3, 1, 1).await;
    depot.set_clock(27);
    depot.reach(1, 1, 1).await;
    let incident_id = Some(id(5, 1));
    let (kind, description) = ("Traffic".parse().unwrap(), "Queue".parse().unwrap());
    depot.reach(2, 1, 1).await;
    depot
        .tell(
            3,
            DeliveryCommand::ReportIncident {
                incident_id,
                kind,
                description,
                severity: None,
                photos: vec![],
            },
        )
        .await;
    depot.set_clock(49);
    assert_eq!(
        (depot.risk(1).await, depot.risk(3).await),
        (None, None),
        "the next checkpoint is 31 minutes away"
    );
    depot.set_clock(51);
    assert_eq!((depot.risk(1).await, depot.risk(2).await), (Some(Risk::Behind), Some(Risk::Behind)));
    assert_eq!(depot.risk(3).await, Some(Risk::Incident), "it was early at its last checkpoint");
    depot.tell(3, DeliveryCommand::ResolveIncident { incident_id: id(5, 1), note: None }).await;
    assert_eq!(depot.risk(3).await, None);
    depot.app.close().await;
}

#[tokio::test]
async fn lanes_hold_what_is_on_the_road_within_them_and_nothing_else() {
    let depot = Depot::open();
    const DAY: i64 = 24 * 60;
    depot.route(1, -60, &[60]).await;
    depot.route(2, -10, &[30]).await;
    depot.route(3, 0, &[]).await;
    depot.route(4, DAY - 1, &[30]).await;
    depot.route(5, DAY, &[30]).await;
    depot.route(6, -3 * DAY, &[10 * DAY]).await;
    depot.route(7, -3 * DAY, &[2 * DAY]).await;
    for number in 1..=7 {
        depot.deliver(number, number, None).await;
    }
    let day = depot.lanes(0, DAY).await;
    assert_eq!(
        day,
        [6, 2, 3, 4].map(|number| id::<DeliveryId>(4, number)),
        "ends are not part of what they end"
    );
    let backwards = DepotQuery::Lanes { from: at(60), to: at(-60) };
    assert_eq!(depot.app.query(&Actor::desk(), backwards).await.unwrap_err().code, Code::Unfit);
    depot.app.close().await;
}
