//! Whatever is asked of a depot, its projections say the same as its log: rebuilt from it they are the same rows, and
//! an entity folded from it is what the queries show.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use depot_app::{
    Actor, App, AppOptions, Code, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, EntityKind,
    EntityState, Settings, Trace,
};
use depot_domain::delivery::DeliveryStatus;
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{DeliveryId, DriverId, IncidentId, RouteId, Sequence, Timestamp, VehicleId};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
use proptest::prelude::*;
use rusqlite::Connection;
use uuid::Uuid;

/// A small depot, so that commands meet each other.
const EACH: u128 = 3;

fn id<T: From<Uuid> + std::fmt::Debug>(kind: u128) -> impl Strategy<Value = T> {
    (1..=EACH).prop_map(move |number| T::from(Uuid::from_u128(kind << 64 | number)))
}

fn at(hour: i64) -> Timestamp {
    Timestamp::from_micros(1_772_352_000_000_000 + hour * 3_600_000_000).unwrap()
}

fn text<T: std::fmt::Debug + std::str::FromStr<Err: std::fmt::Debug>>(
    choices: &'static [&'static str],
) -> impl Strategy<Value = T> {
    proptest::sample::select(choices).prop_map(|text| text.parse().unwrap())
}

fn sequence() -> impl Strategy<Value = Sequence> {
    (1..=3_i64).prop_map(|number| number.try_into().unwrap())
}

fn driver_command() -> impl Strategy<Value = DriverCommand> {
    prop_oneof![
        (text(&["Ana", "Ben"]), text(&["L-1", "L-2", "L-3"]))
            .prop_map(|(name, driver_license)| DriverCommand::AddDriver { name, driver_license }),
        (text(&["Ana", "Cara"]), text(&["L-1", "L-4"]))
            .prop_map(|(name, driver_license)| DriverCommand::UpdateDriver { name, driver_license }),
        proptest::sample::select(DriverStatus::ALL)
            .prop_map(|status| DriverCommand::ChangeDriverStatus { status, reason: None }),
    ]
}

fn vehicle_command() -> impl Strategy<Value = VehicleCommand> {
    (text(&["V-1", "V-2", "V-3"]), text(&["Van", "Truck"]))
        .prop_map(|(registration, vehicle_type)| VehicleCommand::AddVehicle { registration, vehicle_type })
}

fn route_command() -> impl Strategy<Value = RouteCommand> {
    let place = || text(&["North", "South", "East"]);
    prop_oneof![
        1 => (place(), place(), 0..4_i64).prop_map(|(origin, destination, hour)| RouteCommand::CreateRoute {
            origin,
            destination,
            scheduled_start_time: at(hour)
        }),
        1 => (place(), place(), 0..6_i64).prop_map(|(origin, destination, hour)| RouteCommand::UpdateRoute {
            origin,
            destination,
            scheduled_start_time: at(hour)
        }),
        1 => (0..4_i64, 0..6_i64).prop_map(|(from, to)| RouteCommand::MoveRoute {
            from: at(from),
            scheduled_start_time: at(to)
        }),
        4 => (sequence(), place(), 1..9_i64).prop_map(|(sequence, location, hour)| RouteCommand::AddCheckpoint {
            sequence,
            location,
            expected_time: at(hour)
        }),
        1 => sequence().prop_map(|sequence| RouteCommand::RemoveCheckpoint { sequence }),
        1 => Just(RouteCommand::ReorderCheckpoints { order: vec![2.try_into().unwrap(), 1.try_into().unwrap()] }),
        3 => proptest::sample::select(&[RouteStatus::Active, RouteStatus::Active, RouteStatus::Planning][..])
            .prop_map(|status| RouteCommand::ChangeRouteStatus { status }),
    ]
}

fn delivery_command() -> impl Strategy<Value = DeliveryCommand> {
    let incident = || id::<IncidentId>(9);
    prop_oneof![
        3 => (id(3), proptest::option::of(id(1)), proptest::option::of(id(2))).prop_map(
            |(route_id, driver_id, vehicle_id)| DeliveryCommand::CreateDelivery { route_id, driver_id, vehicle_id }
        ),
        2 => id(1).prop_map(|driver_id| DeliveryCommand::AssignDriver { driver_id }),
        2 => id(2).prop_map(|vehicle_id| DeliveryCommand::AssignVehicle { vehicle_id }),
        6 => proptest::sample::select(DeliveryStatus::ALL)
            .prop_map(|status| DeliveryCommand::ChangeDeliveryStatus { status, reason: None }),
        6 => (id(3), sequence())
            .prop_map(|(route_id, sequence)| DeliveryCommand::ReachCheckpoint { route_id, sequence, location: None }),
        1 => (incident(), text(&["Delay", "Flat tyre"])).prop_map(|(incident_id, kind)| DeliveryCommand::ReportIncident {
            incident_id: Some(incident_id),
            kind,
            description: "It happened".parse().unwrap(),
            severity: None,
            photos: vec![],
        }),
        1 => incident().prop_map(|incident_id| DeliveryCommand::ResolveIncident { incident_id, note: None }),
        3 => Just(DeliveryCommand::CaptureProof {
            receiver_name: "Cleo".parse().unwrap(),
            signature_url: Some("https://example.org/s.png".parse().unwrap()),
            signature: None,
            photos: vec![]
        }),
    ]
}

fn command() -> impl Strategy<Value = DepotCommand> {
    prop_oneof![
        2 => (id(1), driver_command()).prop_map(|(id, command)| DepotCommand::Driver { id, command }),
        1 => (id(2), vehicle_command()).prop_map(|(id, command)| DepotCommand::Vehicle { id, command }),
        4 => (id(3), route_command()).prop_map(|(id, command)| DepotCommand::Route { id, command }),
        6 => (id(4), delivery_command()).prop_map(|(id, command)| DepotCommand::Delivery { id, command }),
    ]
}

async fn check(commands: Vec<DepotCommand>) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    for command in commands {
        let before = app.head();
        match app.execute(&Actor::desk(), CommandRequest::new(command.clone()), Trace::fresh()).await {
            Ok(outcome) => assert_eq!(outcome.changed, app.head() > before, "{command:?}"),
            Err(error) => {
                assert_eq!(app.head(), before, "refused, and yet something was stored: {command:?}");
                assert!(
                    matches!(error.code, Code::RuleBroken | Code::NotFound | Code::Duplicate),
                    "{command:?}: {error:?}"
                );
            }
        }
    }
    let live = app.projections().await.unwrap();
    assert_eq!(app.rebuild().await.unwrap(), app.verify().await.unwrap().events);
    assert_eq!(app.projections().await.unwrap(), live);
    for number in 1..=EACH {
        compare_with_the_log(&app, Uuid::from_u128(4 << 64 | number)).await;
    }
    app.close().await;
}

/// What the queries show of a delivery is what its events fold to.
async fn compare_with_the_log(app: &App, id: Uuid) {
    let past = DepotQuery::PastState { entity: EntityKind::Delivery, id, at: app.now() };
    let Ok(folded) = app.query(&Actor::desk(), past).await else { return };
    let DepotAnswer::PastState(folded) = folded.answer else { panic!() };
    let Some(EntityState::Delivery(folded)) = folded.state else { panic!() };
    let shown = app.query(&Actor::desk(), DepotQuery::Delivery { id: DeliveryId::from(id) }).await.unwrap();
    let DepotAnswer::Delivery(shown) = shown.answer else { panic!() };
    assert_eq!((shown.row.status, shown.row.driver_id), (folded.status, folded.driver_id));
    assert_eq!((shown.row.vehicle_id, shown.row.delivered_at), (folded.vehicle_id, folded.delivered_at));
    assert_eq!(shown.checkpoints.len(), folded.reached.len());
    assert_eq!(shown.row.checkpoints_reached as usize, folded.reached.len());
    let open = folded.incidents.iter().filter(|incident| !incident.resolved).count();
    assert_eq!((shown.incidents.len(), shown.row.open_incidents as usize), (folded.incidents.len(), open));
    assert_eq!(shown.row.last_location, folded.last_reached().map(|reached| reached.location.to_string()));
}

/// Gives every kind of id a first life, so that what follows finds something to act on.
fn beginnings() -> Vec<DepotCommand> {
    (1..=EACH)
        .flat_map(|n| {
            let id = |kind: u128| Uuid::from_u128(kind << 64 | n);
            let origin = "North".parse().unwrap();
            let destination = "South".parse().unwrap();
            let hour = i64::try_from(n).unwrap();
            let (name, driver_license) =
                (format!("Driver {n}").parse().unwrap(), format!("X-{n}").parse().unwrap());
            let (registration, vehicle_type) = (format!("R-{n}").parse().unwrap(), "Van".parse().unwrap());
            let create = RouteCommand::CreateRoute { origin, destination, scheduled_start_time: at(hour) };
            let stop = |sequence: i64| RouteCommand::AddCheckpoint {
                sequence: sequence.try_into().unwrap(),
                location: "East".parse().unwrap(),
                expected_time: at(hour + sequence),
            };
            let route = |command| DepotCommand::Route { id: RouteId::from(id(3)), command };
            [
                DepotCommand::Driver {
                    id: DriverId::from(id(1)),
                    command: DriverCommand::AddDriver { name, driver_license },
                },
                DepotCommand::Vehicle {
                    id: VehicleId::from(id(2)),
                    command: VehicleCommand::AddVehicle { registration, vehicle_type },
                },
                route(create),
                route(stop(1)),
                route(stop(2)),
                route(RouteCommand::ChangeRouteStatus { status: RouteStatus::Active }),
            ]
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn projections_say_what_the_log_says(commands in prop::collection::vec(command(), 40..160), has_begun in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let begun = if has_begun { beginnings() } else { vec![] };
        runtime.block_on(check(begun.into_iter().chain(commands).collect()));
    }
}

/// Each table, index and trigger as it was created.
fn schema(folder: &Path) -> BTreeSet<(String, Option<String>)> {
    let database = Connection::open(folder.join("depot.sqlite3")).unwrap();
    let mut statement = database.prepare("SELECT name, sql FROM sqlite_schema").unwrap();
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_rebuild_leaves_the_schema_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    let before = schema(folder.path());
    assert!(before.iter().any(|(name, _)| name == "deliveries_by_status"), "{before:?}");
    assert_eq!(app.rebuild().await.unwrap(), 0);
    assert_eq!(schema(folder.path()), before);
    app.close().await;
}
