//! Lists: what is found, how it is sorted, how it is paged, and which spellings of a plate are one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use depot_app::{
    Actor, App, AppError, AppOptions, Code, CommandRequest, DepotAnswer, DepotCommand, DepotQuery,
    DriverView, Settings, Trace, VehicleView,
};
use depot_domain::values::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

fn open(folder: &Path, allow_duplicates: bool) -> App {
    let mut settings = Settings::default();
    settings.fleet.allow_duplicates = allow_duplicates;
    let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    App::open(AppOptions { clock: Arc::new(move || now), ..AppOptions::new(folder, settings) }).unwrap()
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(0x7000_8000_0000_0000_0000 + number as u128)
}

async fn execute(app: &App, entity: &str, id: Uuid, command: Value) -> Result<(), AppError> {
    let command: DepotCommand =
        serde_json::from_value(json!({"entity": entity, "id": id, "command": command})).unwrap();
    app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.map(drop)
}

async fn add_vehicle(app: &App, number: usize, registration: &str) -> Result<(), AppError> {
    let command = json!({"type": "addVehicle", "registration": registration, "vehicleType": "Van"});
    execute(app, "vehicle", id(number), command).await
}

async fn add_driver(app: &App, number: usize, name: &str, license: &str) -> Result<(), AppError> {
    let command = json!({"type": "addDriver", "name": name, "driverLicense": license});
    execute(app, "driver", id(number), command).await
}

async fn query(app: &App, query: Value) -> Result<DepotAnswer, AppError> {
    let query: DepotQuery = serde_json::from_value(query).unwrap();
    Ok(app.query(&Actor::desk(), query).await?.answer)
}

async fn vehicles(app: &App, narrowed: Value) -> Vec<VehicleView> {
    let mut asked = json!({"query": "vehicles", "limit": 500});
    asked.as_object_mut().unwrap().extend(narrowed.as_object().unwrap().clone());
    let DepotAnswer::Vehicles(page) = query(app, asked).await.unwrap() else { panic!() };
    page.items
}

async fn drivers(app: &App, narrowed: Value) -> Vec<DriverView> {
    let mut asked = json!({"query": "drivers", "limit": 500});
    asked.as_object_mut().unwrap().extend(narrowed.as_object().unwrap().clone());
    let DepotAnswer::Drivers(page) = query(app, asked).await.unwrap() else { panic!() };
    page.items
}

const SPELLINGS: [&str; 11] = [
    "AB-123",
    "ab-123",
    "AB 123",
    "AB123",
    "AB  123",
    "AB\u{a0}123",
    "AB\u{2013}123",
    "AB.123",
    "\u{410}\u{412}-123",
    "\u{ff21}\u{ff22}\u{ff0d}\u{ff11}\u{ff12}\u{ff13}",
    "ab_123",
];

#[tokio::test]
async fn vehicle_under_another_spelling_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), false);
    let adding = SPELLINGS.iter().enumerate().map(|(number, spelling)| {
        let app = app.clone();
        tokio::spawn(async move { add_vehicle(&app, number, spelling).await })
    });
    let mut added = Vec::new();
    for adding in adding.collect::<Vec<_>>() {
        added.push(adding.await.unwrap());
    }
    assert_eq!(added.iter().filter(|added| added.is_ok()).count(), 1, "of all at once one is added");
    for refusal in added.iter().filter_map(|added| added.as_ref().err()) {
        assert_eq!(refusal.code, Code::Duplicate);
    }
    assert!(SPELLINGS.contains(&vehicles(&app, json!({})).await[0].registration.as_str()), "as it was typed");
    add_vehicle(&app, 20, "B NO 1234").await.unwrap();
    add_vehicle(&app, 21, "BN O 1234").await.unwrap();
    assert_eq!(add_vehicle(&app, 22, "b-no 1234").await.unwrap_err().code, Code::Duplicate);
    let rename = json!({"type": "updateVehicle", "registration": "bn-o1234", "vehicleType": "Van"});
    assert_eq!(execute(&app, "vehicle", id(20), rename.clone()).await.unwrap_err().code, Code::Duplicate);
    execute(&app, "vehicle", id(21), rename).await.unwrap();
    add_driver(&app, 30, "Ana", "L 100-22").await.unwrap();
    assert_eq!(add_driver(&app, 31, "Ben", "l10022").await.unwrap_err().code, Code::Duplicate);
}

#[tokio::test]
async fn twins_of_an_older_depot_are_shown_and_flagged() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), true);
    for (number, spelling) in SPELLINGS[..3].iter().enumerate() {
        add_vehicle(&app, number, spelling).await.unwrap();
    }
    add_vehicle(&app, 3, "CD-4").await.unwrap();
    add_driver(&app, 10, "Ana", "L-1").await.unwrap();
    add_driver(&app, 11, "Ben", "l 1").await.unwrap();
    assert!(vehicles(&app, json!({})).await.iter().all(|vehicle| vehicle.same_registration.is_empty()));
    app.close().await;
    let app = open(folder.path(), false);
    for vehicle in vehicles(&app, json!({})).await {
        let twins = if vehicle.registration == "CD-4" { 0 } else { 2 };
        assert_eq!(vehicle.same_registration.len(), twins, "{}", vehicle.registration);
    }
    assert_eq!(drivers(&app, json!({})).await[0].same_license.len(), 1);
    let retype = json!({"type": "updateVehicle", "registration": "ab-123", "vehicleType": "Truck"});
    execute(&app, "vehicle", id(1), retype).await.unwrap();
    let rename = json!({"type": "updateVehicle", "registration": "EF-5", "vehicleType": "Truck"});
    execute(&app, "vehicle", id(1), rename).await.unwrap();
    assert_eq!(vehicles(&app, json!({"text": "ab123"})).await[0].same_registration.len(), 1);
}

#[tokio::test]
async fn names_are_found_and_sorted_as_people_do() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), false);
    for (number, name) in
        ["Zoe", "Öner", "Anna", "Jürgen Müller", "Tour 10", "Ärger", "tour 2"].iter().enumerate()
    {
        add_driver(&app, number, name, &format!("L-{number}")).await.unwrap();
    }
    let names = async |narrowed| {
        let found = drivers(&app, narrowed).await;
        found.into_iter().map(|driver| driver.name).collect::<Vec<_>>()
    };
    let sorted = names(json!({})).await;
    assert_eq!(sorted, ["Anna", "Ärger", "Jürgen Müller", "Öner", "tour 2", "Tour 10", "Zoe"]);
    let mut backwards = names(json!({"descending": true})).await;
    backwards.reverse();
    assert_eq!(backwards, sorted);
    for text in ["MÜLLER", "muller jur", "Mueller", "l3"] {
        assert_eq!(names(json!({"text": text})).await, ["Jürgen Müller"], "{text}");
    }
    for (number, registration) in ["EV-10", "EV-2", "ev-1"].iter().enumerate() {
        add_vehicle(&app, 100 + number, registration).await.unwrap();
    }
    let plates = vehicles(&app, json!({"text": "ev"})).await;
    assert_eq!(plates.iter().map(|v| v.registration.as_str()).collect::<Vec<_>>(), ["ev-1", "EV-2", "EV-10"]);
}

/// Pages through a list by `updatedAt` while every row changes between the pages.
#[tokio::test]
async fn pages_by_change_have_each_row_once_while_rows_change() {
    for descending in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(std::sync::atomic::AtomicI64::new(0));
        let ticks = Arc::clone(&clock);
        let tick = move || {
            let minutes = ticks.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Timestamp::from_micros(1_772_352_000_000_000 + minutes * 60_000_000).unwrap()
        };
        let options =
            AppOptions { clock: Arc::new(tick), ..AppOptions::new(folder.path(), Settings::default()) };
        let app = App::open(options).unwrap();
        for number in 0..20 {
            add_vehicle(&app, number, &format!("V-{number}")).await.unwrap();
        }
        let mut cursor: Option<String> = None;
        let mut seen = Vec::new();
        for turn in 0.. {
            let asked = json!({"query": "vehicles", "sort": "updatedAt", "descending": descending, "limit": 3, "cursor": cursor});
            let DepotAnswer::Vehicles(page) = query(&app, asked).await.unwrap() else { panic!() };
            seen.extend(page.items.into_iter().map(|vehicle| Uuid::from(vehicle.vehicle_id)));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
            // One that was shown, one that was not, and a new one.
            for number in [turn, 19 - turn, 10] {
                let command = json!({"type": "updateVehicle", "registration": format!("V-{number}"), "vehicleType": format!("T{turn}")});
                execute(&app, "vehicle", id(number), command).await.unwrap();
            }
            add_vehicle(&app, 100 + turn, &format!("N-{turn}")).await.unwrap();
        }
        assert_eq!(seen.len(), 20, "descending {descending}");
        let all: BTreeSet<_> = (0..20).map(id).collect();
        assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
    }
}

#[tokio::test]
async fn cursor_of_another_list_order_or_filter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), false);
    for number in 0..4 {
        add_vehicle(&app, number, &format!("V-{number}")).await.unwrap();
        add_driver(&app, 10 + number, &format!("D {number}"), &format!("L-{number}")).await.unwrap();
    }
    let first = json!({"query": "vehicles", "limit": 2, "text": "v"});
    let DepotAnswer::Vehicles(page) = query(&app, first).await.unwrap() else { panic!() };
    let cursor = page.next_cursor.unwrap();
    for other in [
        json!({"query": "vehicles", "text": "v", "sort": "vehicleType"}),
        json!({"query": "vehicles", "text": "v", "descending": true}),
        json!({"query": "vehicles", "text": "w"}),
        json!({"query": "vehicles"}),
        json!({"query": "drivers", "text": "v"}),
        json!({"query": "deliveries", "text": "v"}),
    ] {
        let mut asked = other.clone();
        asked["cursor"] = json!(cursor);
        let refusal = query(&app, asked).await.unwrap_err();
        assert_eq!(refusal.code, Code::Unfit, "{other}");
        assert!(refusal.detail.contains("another list"), "{}", refusal.detail);
    }
    let next = json!({"query": "vehicles", "limit": 5, "text": "v", "cursor": cursor});
    let DepotAnswer::Vehicles(page) = query(&app, next).await.unwrap() else { panic!() };
    assert_eq!(page.items.len(), 2, "another limit is the same list");
}

#[tokio::test]
async fn delivery_is_found_by_the_names_that_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), false);
    nights(&app).await;
    let fail = json!({"type": "changeDeliveryStatus", "status": "Failed"});
    execute(&app, "delivery", id(44), fail).await.unwrap();
    let rename = json!({"type": "updateVehicle", "registration": "NEW-9", "vehicleType": "Van"});
    execute(&app, "vehicle", id(24), rename).await.unwrap();
    let rename = json!({"type": "updateDriver", "name": "Dörte", "driverLicense": "L-4"});
    execute(&app, "driver", id(14), rename).await.unwrap();
    for text in ["V4", "new9", "DORTE", "doerte new", "D 4 v-4"] {
        let DepotAnswer::Deliveries(page) =
            query(&app, json!({"query": "deliveries", "text": text})).await.unwrap()
        else {
            panic!()
        };
        assert_eq!(page.items.iter().map(|row| Uuid::from(row.id)).collect::<Vec<_>>(), [id(44)], "{text}");
    }
    let DepotAnswer::Deliveries(page) =
        query(&app, json!({"query": "deliveries", "text": "van"})).await.unwrap()
    else {
        panic!()
    };
    assert!(page.items.is_empty(), "a type of vehicle is no name");
    execute(&app, "driver", id(14), json!({"type": "eraseDriver"})).await.unwrap();
    let DepotAnswer::Deliveries(page) =
        query(&app, json!({"query": "deliveries", "text": "dorte"})).await.unwrap()
    else {
        panic!()
    };
    assert!(page.items.is_empty(), "who was erased is found no more");
}

/// A night round from the first of March, 22:00, to 03:00; one that should have ended on the first; one of the second.
async fn nights(app: &App) {
    for (number, start, end) in [
        (1, "2026-03-01T22:00:00Z", "2026-03-02T03:00:00Z"),
        (2, "2026-03-01T08:00:00Z", "2026-03-01T12:00:00Z"),
        (3, "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"),
        (4, "2026-03-01T08:00:00Z", "2026-03-01T12:00:00Z"),
    ] {
        add_driver(app, 10 + number, &format!("D {number}"), &format!("L-{number}")).await.unwrap();
        add_vehicle(app, 20 + number, &format!("V-{number}")).await.unwrap();
        let (route, delivery) = (id(30 + number), id(40 + number));
        for command in [
            json!({"type": "createRoute", "origin": "Depot", "destination": "Port", "scheduledStartTime": start}),
            json!({"type": "addCheckpoint", "sequence": 1, "location": "Gate", "expectedTime": end}),
            json!({"type": "changeRouteStatus", "status": "Active"}),
        ] {
            execute(app, "route", route, command).await.unwrap();
        }
        let create = json!({"type": "createDelivery", "routeId": route, "driverId": id(10 + number), "vehicleId": id(20 + number)});
        execute(app, "delivery", delivery, create).await.unwrap();
    }
    let start = json!({"type": "changeDeliveryStatus", "status": "InTransit"});
    execute(app, "delivery", id(42), start).await.unwrap();
}

#[tokio::test]
async fn night_round_and_overrun_belong_to_both_days() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), false);
    nights(&app).await;
    for (from, to, expected) in [
        ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", vec![41, 42, 44]),
        ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z", vec![41, 42, 43]),
        ("2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z", vec![]),
    ] {
        let expected: BTreeSet<Uuid> = expected.into_iter().map(id).collect();
        for sort in ["createdAt", "scheduledStartTime"] {
            let asked = json!({"query": "deliveries", "from": from, "to": to, "sort": sort});
            let DepotAnswer::Deliveries(page) = query(&app, asked).await.unwrap() else { panic!() };
            let listed: BTreeSet<Uuid> = page.items.into_iter().map(|row| row.id.into()).collect();
            assert_eq!(listed, expected, "the list from {from}");
        }
        let DepotAnswer::Lanes(lanes) =
            query(&app, json!({"query": "lanes", "from": from, "to": to})).await.unwrap()
        else {
            panic!()
        };
        let shown: BTreeSet<Uuid> = lanes.deliveries.into_iter().map(|row| row.id.into()).collect();
        assert_eq!(shown, expected, "the lanes from {from}");
    }
    let asked = json!({"query": "routes", "from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"});
    let DepotAnswer::Routes(overview) = query(&app, asked).await.unwrap() else { panic!() };
    assert_eq!(overview.routes.len(), 2, "the night's and the second's");
}

#[tokio::test]
async fn board_of_a_day_counts_what_its_report_counts() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), false);
    nights(&app).await;
    let incident =
        json!({"type": "reportIncident", "incidentType": "Traffic", "description": "Bridge closed"});
    execute(&app, "delivery", id(42), incident).await.unwrap();
    for day in ["2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"] {
        let DepotAnswer::Board(board) = query(&app, json!({"query": "board", "day": day})).await.unwrap()
        else {
            panic!()
        };
        let DepotAnswer::Report(report) =
            query(&app, json!({"query": "report", "from": day, "to": day})).await.unwrap()
        else {
            panic!()
        };
        let figures = board.day.unwrap();
        assert_eq!(figures.figures, report.figures, "{day}");
        assert_eq!(
            figures.open_incidents,
            report.incidents.iter().map(|kind| kind.open).sum::<u32>(),
            "{day}"
        );
        assert_eq!(board.counts.total, 4, "without a day everything is counted, as ever");
    }
    let DepotAnswer::Board(board) =
        query(&app, json!({"query": "board", "day": "2026-03-02"})).await.unwrap()
    else {
        panic!()
    };
    let figures = board.day.unwrap();
    assert_eq!((figures.figures.deliveries, figures.checkpoints_planned), (1, 1));
    assert_eq!((figures.under_way, figures.late, figures.open_incidents), (1, 2, 1));
    let DepotAnswer::Board(board) = query(&app, json!({"query": "board"})).await.unwrap() else { panic!() };
    assert_eq!(board.day, None);
}

#[tokio::test]
async fn erased_driver_leaves_no_key_of_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path(), false);
    add_driver(&app, 1, "Wilhelmina Quist", "WQ-77123").await.unwrap();
    execute(&app, "driver", id(1), json!({"type": "eraseDriver"})).await.unwrap();
    app.finish_erasures().await.unwrap();
    app.close().await;
    for entry in std::fs::read_dir(folder.path()).unwrap().filter_map(Result::ok) {
        let Ok(bytes) = std::fs::read(entry.path()) else { continue };
        for text in ["wilhelmina", "quist", "WQ77123", "wq77123"] {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "{text} is in {}", entry.path().display());
        }
    }
}
