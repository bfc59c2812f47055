//! What the papers of a past delivery say stays as it was at its end, whatever is renamed or planned anew afterwards.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use depot_app::{
    Actor, App, AppOptions, CommandRequest, CompletedSummary, DeliveryDetail, DepotAnswer, DepotCommand,
    DepotQuery, ExportFormat, Settings, Trace, proof,
};
use depot_domain::values::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

const DRIVER: u128 = 1;
const VEHICLE: u128 = 2;
const ROUTE: u128 = 3;
const DELIVERY: u128 = 4;

/// A depot whose clock stands where the test puts it, in minutes after 08:00.
struct Depot {
    app: App,
    minutes: Arc<AtomicI64>,
    folder: TempDir,
}

fn clock(minutes: i64) -> Timestamp {
    let eight: Timestamp = "2030-05-01T08:00:00Z".parse().unwrap();
    eight.saturating_add(TimeDelta::minutes(minutes))
}

fn open(folder: &Path, minutes: &Arc<AtomicI64>) -> App {
    let told = Arc::clone(minutes);
    let clock = Arc::new(move || clock(told.load(Ordering::Relaxed)));
    let settings = Settings::load(folder, [], &["depot.time_zone=UTC".to_owned()]);
    App::open(AppOptions { clock, ..AppOptions::new(folder, settings.unwrap()) }).unwrap()
}

impl Depot {
    fn new() -> Self {
        let (folder, minutes) = (tempfile::tempdir().unwrap(), Arc::new(AtomicI64::new(-60)));
        Self { app: open(folder.path(), &minutes), minutes, folder }
    }

    fn at(&self, minutes: i64) -> &Self {
        self.minutes.store(minutes, Ordering::Relaxed);
        self
    }

    async fn tell_at(&self, happened: Option<i64>, entity: &str, id: u128, command: Value) {
        let command = json!({"entity": entity, "id": Uuid::from_u128(id), "command": command});
        let command: DepotCommand = serde_json::from_value(command).unwrap();
        let request = CommandRequest { occurred_at: happened.map(clock), ..CommandRequest::new(command) };
        self.app.execute(&Actor::desk(), request, Trace::fresh()).await.unwrap();
    }

    async fn tell(&self, entity: &str, id: u128, command: Value) {
        self.tell_at(None, entity, id, command).await;
    }

    /// A delivery from Depot by Gate to Harbour that is on its way since 08:00.
    async fn under_way() -> Self {
        let depot = Self::new();
        depot
            .tell("driver", DRIVER, json!({"type": "addDriver", "name": "Ana Costa", "driverLicense": "L-1"}))
            .await;
        let van = json!({"type": "addVehicle", "registration": "EV-07", "vehicleType": "Van"});
        depot.tell("vehicle", VEHICLE, van).await;
        let plan = json!({"type": "planRoute", "origin": "Depot", "destination": "Harbour",
            "scheduledStartTime": clock(0), "checkpoints": [
                {"sequence": 1, "location": "Gate", "expectedTime": clock(30)},
                {"sequence": 2, "location": "Pier", "expectedTime": clock(60)}]});
        depot.tell("route", ROUTE, plan).await;
        depot.tell("route", ROUTE, json!({"type": "changeRouteStatus", "status": "Active"})).await;
        let create = json!({"type": "createDelivery", "routeId": Uuid::from_u128(ROUTE),
            "driverId": Uuid::from_u128(DRIVER), "vehicleId": Uuid::from_u128(VEHICLE)});
        depot.tell("delivery", DELIVERY, create).await;
        depot.at(0).move_to("InTransit").await;
        depot
    }

    async fn move_to(&self, status: &str) {
        self.tell("delivery", DELIVERY, json!({"type": "changeDeliveryStatus", "status": status})).await;
    }

    async fn deliver(&self, happened: Option<i64>) {
        for sequence in [1, 2] {
            let reached =
                json!({"type": "reachCheckpoint", "routeId": Uuid::from_u128(ROUTE), "sequence": sequence});
            self.tell_at(happened, "delivery", DELIVERY, reached).await;
        }
        let proof =
            json!({"type": "captureProof", "receiverName": "Cleo", "signatureUrl": "https://example.org/s"});
        self.tell_at(happened, "delivery", DELIVERY, proof).await;
    }

    async fn rename(&self) {
        let driver = json!({"type": "updateDriver", "name": "Ana Silva", "driverLicense": "L-2"});
        self.tell("driver", DRIVER, driver).await;
        let van = json!({"type": "updateVehicle", "registration": "XX-999", "vehicleType": "Truck"});
        self.tell("vehicle", VEHICLE, van).await;
        let route = json!({"type": "updateRoute", "origin": "Elsewhere", "destination": "Airport",
            "scheduledStartTime": clock(5)});
        self.tell("route", ROUTE, route).await;
    }

    async fn plan_anew(&self) {
        self.tell("route", ROUTE, json!({"type": "changeRouteStatus", "status": "Planning"})).await;
        self.tell("route", ROUTE, json!({"type": "removeCheckpoint", "sequence": 1})).await;
        let moved = json!({"type": "updateCheckpoint", "sequence": 2, "location": "Runway", "expectedTime": clock(90)});
        self.tell("route", ROUTE, moved).await;
    }

    async fn ask(&self, query: DepotQuery) -> DepotAnswer {
        self.app.query(&Actor::desk(), query).await.unwrap().answer
    }

    async fn detail(&self) -> DeliveryDetail {
        let DepotAnswer::Delivery(detail) =
            self.ask(DepotQuery::Delivery { id: Uuid::from_u128(DELIVERY).into() }).await
        else {
            panic!("a delivery")
        };
        *detail
    }

    async fn summary(&self) -> CompletedSummary {
        let id = Uuid::from_u128(DELIVERY).into();
        let DepotAnswer::CompletedSummary(summary) = self.ask(DepotQuery::CompletedSummary { id }).await
        else {
            panic!("a summary")
        };
        summary
    }

    /// Every paper of the delivery as text, without the versions of what may change.
    async fn papers(&self) -> Vec<String> {
        let id = Uuid::from_u128(DELIVERY);
        let day: depot_app::Day = "2030-05-01".parse().unwrap();
        let query = |query: Value| serde_json::from_value::<DepotQuery>(query).unwrap();
        let mut papers = vec![];
        for asked in [
            json!({"query": "delivery", "id": id}),
            json!({"query": "deliveries"}),
            json!({"query": "lanes", "from": clock(-60), "to": clock(600)}),
            json!({"query": "completedSummary", "id": id}),
            json!({"query": "incidents"}),
            json!({"query": "calendar", "kind": "Driver", "id": Uuid::from_u128(DRIVER), "from": clock(-60), "to": clock(600)}),
        ] {
            papers.push(serde_json::to_string(&self.ask(query(asked)).await).unwrap());
        }
        let DepotAnswer::Report(report) = self.ask(DepotQuery::Report { from: day, to: day }).await else {
            panic!()
        };
        papers.push(format!("{:?} {:?}", report.drivers, report.vehicles));
        let driver_id = Uuid::from_u128(DRIVER).into();
        let DepotAnswer::RunSheet(sheet) = self.ask(DepotQuery::RunSheet { driver_id, day }).await else {
            panic!()
        };
        papers.push(format!("{} {} {:?}", sheet.driver.name, sheet.driver.driver_license, sheet.deliveries));
        let DepotAnswer::Route(route) =
            self.ask(DepotQuery::Route { id: Uuid::from_u128(ROUTE).into() }).await
        else {
            panic!()
        };
        papers.push(format!("{:?}", route.deliveries));
        let csv = self
            .app
            .export(&Actor::desk(), query(json!({"query": "deliveries"})), ExportFormat::Csv)
            .await
            .unwrap();
        papers.push(String::from_utf8(csv.bytes).unwrap());
        papers
    }
}

#[tokio::test]
async fn past_delivery_after_renames_keeps_all_its_papers() {
    let depot = Depot::under_way().await;
    let incident =
        json!({"type": "reportIncident", "incidentType": "Traffic", "description": "Bridge closed"});
    depot.tell("delivery", DELIVERY, incident).await;
    depot.at(60).deliver(None).await;
    // The run sheet of a day is printed from the next day on.
    depot.at(24 * 60);
    let before = depot.papers().await;
    depot.rename().await;
    depot.plan_anew().await;
    assert_eq!(depot.papers().await, before);
    let detail = depot.detail().await;
    assert_eq!(
        (detail.row.driver_name.as_deref(), detail.driver_license.as_deref()),
        (Some("Ana Costa"), Some("L-1"))
    );
    assert_eq!(
        (detail.row.vehicle_no.as_deref(), detail.vehicle_type.as_deref()),
        (Some("EV-07"), Some("Van"))
    );
    let places: Vec<_> =
        detail.plan.iter().map(|stop| (stop.location.as_str(), stop.expected_time)).collect();
    assert_eq!(places, [("Gate", clock(30)), ("Pier", clock(60))]);
    let proof = depot.app.prove(Uuid::from_u128(DELIVERY).into()).await.unwrap();
    let about = proof::check(proof.as_bytes(), None).unwrap().about;
    assert_eq!((about.driver.as_deref(), about.vehicle.as_deref()), (Some("Ana Costa"), Some("EV-07")));
    assert_eq!((about.origin.as_str(), about.destination.as_str()), ("Depot", "Harbour"));
}

#[tokio::test]
async fn open_delivery_after_renames_shows_the_present() {
    let depot = Depot::under_way().await;
    depot.at(10).rename().await;
    let summary = depot.summary().await;
    assert_eq!((summary.driver.as_deref(), summary.vehicle.as_deref()), (Some("Ana Silva"), Some("XX-999")));
    assert_eq!(depot.detail().await.row.route_destination, "Airport");
}

#[tokio::test]
async fn end_reported_late_keeps_the_names_of_the_end() {
    let depot = Depot::under_way().await;
    depot.at(90).rename().await;
    // The phone had no signal: it tells at 10:00 what was done at 09:10.
    depot.at(120).deliver(Some(70)).await;
    let detail = depot.detail().await;
    assert_eq!(
        (detail.row.driver_name.as_deref(), detail.driver_license.as_deref()),
        (Some("Ana Costa"), Some("L-1"))
    );
    assert_eq!(
        (detail.row.vehicle_no.as_deref(), detail.vehicle_type.as_deref()),
        (Some("EV-07"), Some("Van"))
    );
    assert_eq!(
        (detail.row.route_origin.as_str(), detail.row.route_destination.as_str()),
        ("Depot", "Harbour")
    );
    assert_eq!(detail.row.scheduled_start_time, clock(0));
    let before = depot.app.projections().await.unwrap();
    depot.app.rebuild().await.unwrap();
    assert_eq!(depot.app.projections().await.unwrap(), before);
}

#[tokio::test]
async fn failed_delivery_tried_again_shows_the_present() {
    let depot = Depot::under_way().await;
    depot.at(20).move_to("Failed").await;
    depot.at(25).rename().await;
    assert_eq!(depot.detail().await.row.driver_name.as_deref(), Some("Ana Costa"));
    depot.at(30).move_to("PickedUp").await;
    let detail = depot.detail().await;
    assert_eq!(detail.row.driver_name.as_deref(), Some("Ana Silva"));
    assert_eq!(
        (detail.row.vehicle_no.as_deref(), detail.row.route_origin.as_str()),
        (Some("XX-999"), "Elsewhere")
    );
}

#[tokio::test]
async fn rebuild_after_renames_gives_the_same_rows() {
    let depot = Depot::under_way().await;
    depot.at(60).deliver(None).await;
    depot.at(70).rename().await;
    depot.plan_anew().await;
    let before = depot.app.projections().await.unwrap();
    depot.app.rebuild().await.unwrap();
    assert_eq!(depot.app.projections().await.unwrap(), before);
}

#[tokio::test]
async fn folder_of_an_older_program_gets_the_names_of_the_end() {
    let depot = Depot::under_way().await;
    depot.at(60).deliver(None).await;
    depot.at(70).rename().await;
    let Depot { app, minutes, folder } = depot;
    app.close().await;
    drop(app);
    // As a program left it that kept nothing at the end of a delivery.
    let database = Connection::open(folder.path().join("depot.sqlite3")).unwrap();
    database
        .execute("UPDATE deliveries SET ended_driver = NULL, ended_origin = NULL, ended_at = NULL", ())
        .unwrap();
    database.execute("INSERT INTO rebuilds_due VALUES ('a test')", ()).unwrap();
    drop(database);
    let depot = Depot { app: open(folder.path(), &minutes), minutes, folder };
    let detail = depot.detail().await;
    assert_eq!(detail.row.driver_name.as_deref(), Some("Ana Costa"));
    assert_eq!(detail.row.route_origin, "Depot");
}
