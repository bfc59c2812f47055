//! A crew on the road: what an overrun holds, a second start, a retry in the evening, another crew in one step.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use depot_app::{
    Actor, App, AppError, AppOptions, BookingView, CommandOutcome, CommandRequest, CrewChoice, CrewChoices,
    DeliveryDetail, DeliveryRow, DepotAnswer, DepotCommand, DepotQuery, Role, Settings, Trace,
};
use depot_domain::delivery::DeliveryStatus;
use depot_domain::values::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// Minutes after 08:00.
fn clock(minutes: i64) -> Timestamp {
    let eight: Timestamp = "2030-05-01T08:00:00Z".parse().unwrap();
    eight.saturating_add(TimeDelta::minutes(minutes))
}

fn driver(number: u128) -> Uuid {
    Uuid::from_u128(0x10 + number)
}

fn vehicle(number: u128) -> Uuid {
    Uuid::from_u128(0x20 + number)
}

fn route(number: u128) -> Uuid {
    Uuid::from_u128(0x30 + number)
}

fn delivery(number: u128) -> Uuid {
    Uuid::from_u128(0x40 + number)
}

struct Depot {
    app: App,
    minutes: Arc<AtomicI64>,
    _folder: TempDir,
}

impl Depot {
    /// Two drivers with two vans; it is 07:00.
    async fn open() -> Self {
        let (folder, minutes) = (tempfile::tempdir().unwrap(), Arc::new(AtomicI64::new(-60)));
        let told = Arc::clone(&minutes);
        let time = Arc::new(move || clock(told.load(Ordering::Relaxed)));
        let options = AppOptions { clock: time, ..AppOptions::new(folder.path(), Settings::default()) };
        let depot = Self { app: App::open(options).unwrap(), minutes, _folder: folder };
        for (number, name) in [(1, "Ana Costa"), (2, "Ben Okafor")] {
            let add = json!({"type": "addDriver", "name": name, "driverLicense": format!("L-{number}")});
            depot.tell("driver", driver(number), add).await;
            let add =
                json!({"type": "addVehicle", "registration": format!("EV-0{number}"), "vehicleType": "Van"});
            depot.tell("vehicle", vehicle(number), add).await;
        }
        depot
    }

    fn at(&self, minutes: i64) -> &Self {
        self.minutes.store(minutes, Ordering::Relaxed);
        self
    }

    async fn ask_as(
        &self,
        actor: &Actor,
        entity: &str,
        id: Uuid,
        command: Value,
    ) -> Result<CommandOutcome, AppError> {
        let command = json!({"entity": entity, "id": id, "command": command});
        let command: DepotCommand = serde_json::from_value(command).unwrap();
        self.app.execute(actor, CommandRequest::new(command), Trace::fresh()).await
    }

    async fn ask(&self, entity: &str, id: Uuid, command: Value) -> Result<CommandOutcome, AppError> {
        self.ask_as(&Actor::desk(), entity, id, command).await
    }

    async fn tell(&self, entity: &str, id: Uuid, command: Value) {
        self.ask(entity, id, command).await.unwrap();
    }

    /// An active route between two times, with a checkpoint at its end.
    async fn plan(&self, number: u128, from: i64, to: i64) {
        let plan = json!({"type": "planRoute", "origin": "Depot", "destination": format!("Quay {number}"),
            "scheduledStartTime": clock(from),
            "checkpoints": [{"sequence": 1, "location": "Gate", "expectedTime": clock(to)}]});
        self.tell("route", route(number), plan).await;
        self.tell("route", route(number), json!({"type": "changeRouteStatus", "status": "Active"})).await;
    }

    async fn create(&self, number: u128, crew: u128) -> Result<CommandOutcome, AppError> {
        let create = json!({"type": "createDelivery", "routeId": route(number), "driverId": driver(crew),
            "vehicleId": vehicle(crew)});
        self.ask("delivery", delivery(number), create).await
    }

    async fn set_status(
        &self,
        number: u128,
        status: &str,
        reason: Option<&str>,
    ) -> Result<CommandOutcome, AppError> {
        let change = json!({"type": "changeDeliveryStatus", "status": status, "reason": reason});
        self.ask("delivery", delivery(number), change).await
    }

    async fn query(&self, query: Value) -> DepotAnswer {
        let query: DepotQuery = serde_json::from_value(query).unwrap();
        self.app.query(&Actor::desk(), query).await.unwrap().answer
    }

    async fn detail(&self, number: u128) -> DeliveryDetail {
        let answer = self.query(json!({"query": "delivery", "id": delivery(number)})).await;
        let DepotAnswer::Delivery(detail) = answer else { panic!("a delivery") };
        *detail
    }

    async fn bookings(&self, crew: u128) -> Vec<BookingView> {
        let span = json!({"query": "calendar", "kind": "Driver", "id": driver(crew), "from": clock(-600), "to": clock(1200)});
        let DepotAnswer::Calendar(calendar) = self.query(span).await else { panic!("a calendar") };
        calendar.bookings
    }

    async fn lanes(&self, from: i64, to: i64) -> Vec<DeliveryRow> {
        let answer = self.query(json!({"query": "lanes", "from": clock(from), "to": clock(to)})).await;
        let DepotAnswer::Lanes(lanes) = answer else { panic!("lanes") };
        lanes.deliveries
    }

    async fn choices(&self, number: u128, of: Option<u128>) -> CrewChoices {
        let search = json!({"query": "crewChoices", "kind": "Driver", "routeId": route(number), "deliveryId": of.map(delivery)});
        let DepotAnswer::CrewChoices(choices) = self.query(search).await else { panic!("choices") };
        choices
    }

    async fn rebuild_gives_the_same(&self) {
        let before = self.app.projections().await.unwrap();
        self.app.rebuild().await.unwrap();
        assert_eq!(self.app.projections().await.unwrap(), before);
    }
}

#[tokio::test]
async fn overrun_shows_as_held_until_it_ends() {
    let depot = Depot::open().await;
    depot.plan(1, 0, 60).await;
    depot.create(1, 1).await.unwrap();
    depot.at(0).set_status(1, "InTransit", None).await.unwrap();
    depot.at(150);
    let booking = depot.bookings(1).await.pop().unwrap();
    assert_eq!((booking.start, booking.end, booking.overrun), (clock(0), clock(151), true));
    let row = depot.detail(1).await.row;
    assert_eq!((row.held_from, row.held_until), (Some(clock(0)), Some(clock(151))));
    assert_eq!(row.scheduled_end_time, clock(60));
    // The lanes of a time after the planned end show it too.
    assert_eq!(depot.lanes(120, 180).await.len(), 1);
    let search = json!({"query": "freeSlot", "driverId": driver(1), "from": clock(150), "minutes": 30});
    let DepotAnswer::FreeSlot(slot) = depot.query(search).await else { panic!("a slot") };
    assert_eq!(slot.start, clock(151));
    depot.plan(2, 145, 200).await;
    let refused = depot.create(2, 1).await.unwrap_err();
    assert_eq!((&refused.facts["overrun"], &refused.facts["end"]), (&json!(true), &json!(clock(60))));
    depot.plan(3, 200, 260).await;
    depot.create(3, 1).await.unwrap();
    depot.set_status(1, "Failed", None).await.unwrap();
    assert_eq!(depot.detail(1).await.row.held_until, None);
    depot.create(2, 1).await.unwrap();
    depot.rebuild_gives_the_same().await;
}

#[tokio::test]
async fn second_start_needs_a_reason_at_the_desk_only() {
    let depot = Depot::open().await;
    depot.plan(1, 0, 60).await;
    depot.plan(2, 60, 120).await;
    depot.create(1, 1).await.unwrap();
    depot.create(2, 1).await.unwrap();
    depot.at(0).set_status(1, "InTransit", None).await.unwrap();
    depot.at(70);
    let refused = depot.set_status(2, "InTransit", None).await.unwrap_err();
    assert_eq!(refused.facts["rule"], json!("crewUnderWay"));
    assert_eq!(refused.facts["deliveryId"], json!(delivery(1)));
    let phone = Actor { role: Role::Driver, driver_id: Some(driver(1).into()), ..Actor::desk() };
    let start = json!({"type": "changeDeliveryStatus", "status": "InTransit"});
    depot.ask_as(&phone, "delivery", delivery(2), start).await.unwrap();
    assert_eq!(depot.detail(2).await.row.also_under_way, Some(delivery(1).into()));
    assert_eq!(depot.detail(1).await.row.also_under_way, Some(delivery(2).into()));
    let DepotAnswer::Events(events) = depot.query(json!({"query": "events", "entityId": delivery(2)})).await
    else {
        panic!("events")
    };
    assert_eq!(events.items[0].data["alsoUnderWay"], json!(delivery(1)));
    depot.set_status(1, "Failed", None).await.unwrap();
    assert_eq!(depot.detail(2).await.row.also_under_way, None);
    depot.rebuild_gives_the_same().await;
}

#[tokio::test]
async fn second_start_with_a_reason_is_recorded() {
    let depot = Depot::open().await;
    depot.plan(1, 0, 60).await;
    depot.plan(2, 60, 120).await;
    depot.create(1, 1).await.unwrap();
    depot.create(2, 1).await.unwrap();
    depot.at(0).set_status(1, "InTransit", None).await.unwrap();
    depot.at(70).set_status(2, "InTransit", Some("Both fit into the van")).await.unwrap();
    let DepotAnswer::Events(events) = depot.query(json!({"query": "events", "entityId": delivery(2)})).await
    else {
        panic!("events")
    };
    let data = &events.items[0].data;
    assert_eq!(
        (&data["reason"], &data["alsoUnderWay"]),
        (&json!("Both fit into the van"), &json!(delivery(1)))
    );
}

#[tokio::test]
async fn retry_in_the_evening_holds_the_evening() {
    let depot = Depot::open().await;
    depot.plan(1, 0, 60).await;
    depot.create(1, 1).await.unwrap();
    depot.at(0).set_status(1, "InTransit", None).await.unwrap();
    depot.at(30).set_status(1, "Failed", None).await.unwrap();
    depot.at(600).set_status(1, "PickedUp", None).await.unwrap();
    let booking = depot.bookings(1).await.pop().unwrap();
    assert_eq!((booking.start, booking.end), (clock(600), clock(660)));
    let row = depot.detail(1).await.row;
    assert_eq!((row.held_from, row.held_until), (Some(clock(600)), Some(clock(660))));
    assert_eq!(depot.lanes(590, 700).await.len(), 1);
    // The same crew is taken in the evening, and free in the morning.
    depot.plan(2, 620, 640).await;
    assert!(depot.create(2, 1).await.is_err());
    depot.plan(3, 0, 60).await;
    depot.create(3, 1).await.unwrap();
    // An assignment moves the same hour to another driver.
    let assign = json!({"type": "assignDriver", "driverId": driver(2)});
    depot.tell("delivery", delivery(1), assign).await;
    assert_eq!(depot.bookings(2).await[0].start, clock(600));
    depot.rebuild_gives_the_same().await;
}

#[tokio::test]
async fn retry_with_another_crew_is_one_step() {
    let depot = Depot::open().await;
    depot.plan(1, 0, 60).await;
    depot.create(1, 1).await.unwrap();
    depot.at(0).set_status(1, "InTransit", None).await.unwrap();
    depot.at(10).set_status(1, "Failed", Some("Clutch")).await.unwrap();
    let workshop = json!({"type": "changeVehicleStatus", "status": "Maintenance", "reason": "Clutch"});
    depot.tell("vehicle", vehicle(1), workshop).await;
    let refused = depot.set_status(1, "PickedUp", None).await.unwrap_err();
    assert_eq!(refused.facts["rule"], json!("vehicleNotAvailable"));
    let before = depot.app.head();
    let retry = json!({"type": "retryDelivery", "vehicleId": vehicle(2)});
    let outcome = depot.ask("delivery", delivery(1), retry.clone()).await.unwrap();
    assert_eq!((outcome.status.as_deref(), depot.app.head()), (Some("PickedUp"), before + 2));
    let row = depot.detail(1).await.row;
    assert_eq!((row.status, row.vehicle_no.as_deref()), (DeliveryStatus::PickedUp, Some("EV-02")));
    assert!(!depot.ask("delivery", delivery(1), retry).await.unwrap().changed);
    let phone = Actor { role: Role::Driver, driver_id: Some(driver(1).into()), ..Actor::desk() };
    let taken = json!({"type": "retryDelivery", "driverId": driver(2)});
    assert!(depot.ask_as(&phone, "delivery", delivery(1), taken).await.is_err());
    depot.rebuild_gives_the_same().await;
}

#[tokio::test]
async fn swap_under_way_is_one_step_and_tells_both_drivers() {
    let depot = Depot::open().await;
    depot.plan(1, 0, 60).await;
    depot.create(1, 1).await.unwrap();
    depot.at(0).set_status(1, "InTransit", None).await.unwrap();
    depot.at(10);
    let swap = json!({"type": "retryDelivery", "driverId": driver(2), "vehicleId": vehicle(2), "reason": "Ana is ill"});
    depot.tell("delivery", delivery(1), swap).await;
    let row = depot.detail(1).await.row;
    assert_eq!((row.status, row.driver_name.as_deref()), (DeliveryStatus::PickedUp, Some("Ben Okafor")));
    assert_eq!((row.held_from, row.held_until), (Some(clock(10)), Some(clock(70))));
    assert!(depot.bookings(1).await.is_empty());
    // The driver who rang sick is free to be set so.
    let ill = json!({"type": "changeDriverStatus", "status": "Unavailable", "reason": "Ill"});
    depot.tell("driver", driver(1), ill).await;
    let refused = depot
        .ask("driver", driver(2), json!({"type": "changeDriverStatus", "status": "Unavailable"}))
        .await
        .unwrap_err();
    let way_out = format!(
        "Driver is assigned to delivery {} and cannot change status: give that delivery (Depot → Quay 1) to another driver first",
        delivery(1)
    );
    assert_eq!(refused.detail, way_out);
    assert_eq!(refused.facts["driverName"], json!("Ben Okafor"));
    depot.rebuild_gives_the_same().await;
}

#[tokio::test]
async fn choices_name_the_free_ones_first() {
    let depot = Depot::open().await;
    let zoe = json!({"type": "addDriver", "name": "Zoe Lind", "driverLicense": "L-9"});
    depot.tell("driver", driver(9), zoe).await;
    depot.tell("driver", driver(9), json!({"type": "changeDriverStatus", "status": "Suspended"})).await;
    depot.plan(1, 0, 60).await;
    depot.plan(2, 30, 90).await;
    depot.plan(3, 120, 180).await;
    depot.create(1, 1).await.unwrap();
    depot.create(3, 2).await.unwrap();
    let CrewChoices { start, end, choices } = depot.choices(2, None).await;
    assert_eq!((start, end), (clock(30), clock(90)));
    let names: Vec<_> = choices.iter().map(|choice| (choice.name.as_str(), choice.free)).collect();
    assert_eq!(names, [("Ben Okafor", true), ("Ana Costa", false), ("Zoe Lind", true)]);
    let CrewChoice { free_from, free_until, .. } = choices[0];
    assert_eq!((free_from, free_until), (None, Some(clock(120))));
    assert_eq!(choices[1].held_by, Some(delivery(1).into()));
    assert!(!choices[2].available);
    // A delivery's own booking is not in its way.
    let own = depot.choices(1, Some(1)).await.choices;
    assert!(own.iter().all(|choice| choice.free));
}
