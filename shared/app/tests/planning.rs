//! What a dispatcher plans with: calendars, free slots, why somebody cannot drive, and the grave incidents first.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use depot_app::{
    Actor, App, AppOptions, CalendarSpan, Code, CommandRequest, DepotAnswer, DepotCommand, DepotQuery,
    FreeSlot, IncidentListing, IncidentSort, RouteListing, Settings, SlotSearch, Trace,
};
use depot_domain::delivery::Severity;
use depot_domain::dispatch::ResourceKind;
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::route::{Checkpoint, RouteStatus};
use depot_domain::values::{DeliveryId, DriverId, RouteId, Timestamp, VehicleId};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
use uuid::Uuid;

/// `clock` on a day far enough away never to be late, or on one long past.
fn at(clock: &str) -> Timestamp {
    format!("2040-05-01T{clock}:00Z").parse().unwrap()
}

async fn depot(folder: &std::path::Path, turnaround_minutes: u32) -> App {
    let mut settings = Settings::default();
    settings.fleet.turnaround_minutes = turnaround_minutes;
    let app = App::open(AppOptions::new(folder, settings)).unwrap();
    let ana =
        DriverCommand::AddDriver { name: "Ana".parse().unwrap(), driver_license: "L-1".parse().unwrap() };
    tell(&app, DepotCommand::Driver { id: driver(), command: ana }).await;
    let van = VehicleCommand::AddVehicle {
        registration: "V-1".parse().unwrap(),
        vehicle_type: "Van".parse().unwrap(),
    };
    tell(&app, DepotCommand::Vehicle { id: vehicle(), command: van }).await;
    app
}

fn driver() -> DriverId {
    Uuid::from_u128(1).into()
}

fn vehicle() -> VehicleId {
    Uuid::from_u128(2).into()
}

async fn tell(app: &App, command: DepotCommand) {
    app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.unwrap();
}

async fn ask(app: &App, query: DepotQuery) -> DepotAnswer {
    app.query(&Actor::desk(), query).await.unwrap().answer
}

/// A delivery of an active route of its own, by Ana.
async fn drive(app: &App, number: u128, start: Timestamp, end: Timestamp) -> DeliveryId {
    let route = RouteId::from(Uuid::from_u128(100 + number));
    let place = |name: &str| name.parse().unwrap();
    let checkpoints =
        vec![Checkpoint { sequence: 1.try_into().unwrap(), location: place("Bridge"), expected_time: end }];
    let plan = RouteCommand::PlanRoute {
        origin: place("Depot"),
        destination: place("Harbour"),
        scheduled_start_time: start,
        checkpoints,
    };
    let activate = RouteCommand::ChangeRouteStatus { status: RouteStatus::Active };
    for command in [plan, activate] {
        tell(app, DepotCommand::Route { id: route, command }).await;
    }
    let id = DeliveryId::from(Uuid::from_u128(200 + number));
    let command =
        DeliveryCommand::CreateDelivery { route_id: route, driver_id: Some(driver()), vehicle_id: None };
    tell(app, DepotCommand::Delivery { id, command }).await;
    id
}

async fn slot(app: &App, from: Timestamp, minutes: i64) -> FreeSlot {
    let minutes = minutes.try_into().unwrap();
    let search = SlotSearch { driver_id: Some(driver()), vehicle_id: Some(vehicle()), from, minutes };
    let DepotAnswer::FreeSlot(slot) = ask(app, DepotQuery::FreeSlot(search)).await else { panic!() };
    slot
}

#[tokio::test]
async fn the_next_free_slot_lies_between_bookings_and_keeps_the_turnaround() {
    let folder = tempfile::tempdir().unwrap();
    let app = depot(folder.path(), 15).await;
    let _ = drive(&app, 1, at("08:00"), at("09:00")).await;
    let second = drive(&app, 2, at("10:00"), at("11:00")).await;
    assert_eq!(slot(&app, at("08:30"), 30).await, FreeSlot { start: at("09:15"), end: at("09:45") });
    assert_eq!(slot(&app, at("08:30"), 31).await, FreeSlot { start: at("11:15"), end: at("11:46") });
    assert_eq!(slot(&app, at("12:00"), 60).await, FreeSlot { start: at("12:00"), end: at("13:00") });
    // What has ended holds nobody.
    let failed = DeliveryCommand::ChangeDeliveryStatus {
        status: depot_domain::delivery::DeliveryStatus::Failed,
        reason: None,
    };
    tell(&app, DepotCommand::Delivery { id: second, command: failed }).await;
    assert_eq!(slot(&app, at("08:30"), 31).await.start, at("09:15"));

    let nobody =
        SlotSearch { driver_id: None, vehicle_id: None, from: at("08:00"), minutes: 5.try_into().unwrap() };
    let refused = app.query(&Actor::desk(), DepotQuery::FreeSlot(nobody)).await.unwrap_err();
    assert_eq!(refused.code, Code::Unfit);
    let unknown = SlotSearch {
        driver_id: Some(Uuid::from_u128(9).into()),
        vehicle_id: None,
        from: at("08:00"),
        minutes: 5.try_into().unwrap(),
    };
    let refused = app.query(&Actor::desk(), DepotQuery::FreeSlot(unknown)).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
    app.close().await;
}

#[tokio::test]
async fn a_calendar_shows_what_is_held_and_what_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let app = depot(folder.path(), 0).await;
    let first = drive(&app, 1, at("08:00"), at("09:00")).await;
    let second = drive(&app, 2, at("10:00"), at("11:00")).await;
    let failed = DeliveryCommand::ChangeDeliveryStatus {
        status: depot_domain::delivery::DeliveryStatus::Failed,
        reason: None,
    };
    tell(&app, DepotCommand::Delivery { id: first, command: failed }).await;
    let span = |from, to| CalendarSpan { kind: ResourceKind::Driver, id: driver().uuid(), from, to };
    let shown = |answer| {
        let DepotAnswer::Calendar(calendar) = answer else { panic!() };
        calendar.bookings.iter().map(|booking| (booking.delivery_id, booking.held)).collect::<Vec<_>>()
    };
    let day = ask(&app, DepotQuery::Calendar(span(at("00:00"), at("23:00")))).await;
    assert_eq!(shown(day), [(first, false), (second, true)]);
    // Half-open on both sides: what ends where the span begins is not in it.
    let later = ask(&app, DepotQuery::Calendar(span(at("09:00"), at("10:00")))).await;
    assert_eq!(shown(later), []);
    let refused = DepotQuery::Calendar(span(at("10:00"), at("10:00")));
    assert_eq!(app.query(&Actor::desk(), refused).await.unwrap_err().code, Code::Unfit);
    app.close().await;
}

#[tokio::test]
async fn a_status_tells_why_and_since_when() {
    let folder = tempfile::tempdir().unwrap();
    let app = depot(folder.path(), 0).await;
    let shown = async || {
        let DepotAnswer::Driver(view) = ask(&app, DepotQuery::Driver { id: driver() }).await else {
            panic!()
        };
        view
    };
    let added = shown().await;
    assert_eq!((added.status_reason, added.status_since), (None, Some(added.updated_at)));
    let command = DriverCommand::ChangeDriverStatus {
        status: DriverStatus::Unavailable,
        reason: Some("On holiday".parse().unwrap()),
    };
    tell(&app, DepotCommand::Driver { id: driver(), command }).await;
    let away = shown().await;
    assert_eq!(away.status_reason.as_deref(), Some("On holiday"));
    assert!(away.status_since > added.status_since);
    let command = DriverCommand::ChangeDriverStatus { status: DriverStatus::Available, reason: None };
    tell(&app, DepotCommand::Driver { id: driver(), command }).await;
    assert_eq!(shown().await.status_reason, None);
    let live = app.projections().await.unwrap();
    let _ = app.rebuild().await.unwrap();
    assert_eq!(app.projections().await.unwrap(), live);
    app.close().await;
}

#[tokio::test]
async fn delayed_routes_and_grave_incidents_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let app = depot(folder.path(), 0).await;
    let past = |clock: &str| format!("2020-05-01T{clock}:00Z").parse().unwrap();
    let late = drive(&app, 1, past("08:00"), past("09:00")).await;
    let _ = drive(&app, 2, at("08:00"), at("09:00")).await;
    let routes = async |delayed| {
        let listing = RouteListing { delayed: Some(delayed), ..RouteListing::default() };
        let DepotAnswer::Routes(page) = ask(&app, DepotQuery::Routes(listing)).await else { panic!() };
        page.routes.iter().map(|route| route.scheduled_start_time).collect::<Vec<_>>()
    };
    assert_eq!((routes(true).await, routes(false).await), (vec![past("08:00")], vec![at("08:00")]));

    let expected: BTreeMap<&str, Severity> =
        [("Delay", Severity::Low), ("Accident", Severity::Critical), ("Weather", Severity::Medium)].into();
    for kind in expected.keys() {
        let command = DeliveryCommand::ReportIncident {
            incident_id: None,
            kind: kind.parse().unwrap(),
            description: "It happened".parse().unwrap(),
            severity: None,
            photos: vec![],
        };
        tell(&app, DepotCommand::Delivery { id: late, command }).await;
    }
    let incidents = async |listing| {
        let DepotAnswer::Incidents(page) = ask(&app, DepotQuery::Incidents(listing)).await else { panic!() };
        page.items.into_iter().map(|incident| incident.kind).collect::<Vec<_>>()
    };
    let gravest_first = IncidentListing {
        sort: Some(IncidentSort::Severity),
        descending: Some(true),
        ..IncidentListing::default()
    };
    assert_eq!(incidents(gravest_first).await, ["Accident", "Weather", "Delay"]);
    let grave: IncidentListing =
        serde_json::from_str(r#"{"severity": "Low,critical", "sort": "type"}"#).unwrap();
    assert_eq!(incidents(grave).await, ["Accident", "Delay"]);
    app.close().await;
}
