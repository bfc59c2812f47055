//! Random commands to a small depot: few enough ids and times that they get into each other's way.

use std::fmt::Display;

use chrono::TimeDelta;
use depot_domain::delivery::DeliveryStatus::{Delivered, Failed, InTransit, OutForDelivery, PickedUp};
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{DeliveryId, DriverId, Location, RouteId, Sequence, Timestamp, VehicleId};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, option, sample};

use crate::depot::Depot;
use crate::fixtures::{at, delivery_id, driver_id, incident_id, route_id, sequence, value, vehicle_id};

#[derive(Clone, Debug)]
pub(crate) enum Command {
    Driver(DriverId, DriverCommand),
    Vehicle(VehicleId, VehicleCommand),
    Route(RouteId, RouteCommand),
    Delivery(DeliveryId, DeliveryCommand),
}

impl Command {
    /// Carries it out: how many events follow, or why it is refused.
    pub(crate) fn run(&self, depot: &mut Depot) -> Result<usize, String> {
        fn outcome<Event, Error: Display>(decided: Result<Vec<Event>, Error>) -> Result<usize, String> {
            decided.map(|events| events.len()).map_err(|error| error.to_string())
        }
        match self {
            Self::Driver(id, command) => outcome(depot.driver(*id, command)),
            Self::Vehicle(id, command) => outcome(depot.vehicle(*id, command)),
            Self::Route(id, command) => outcome(depot.route(*id, command)),
            Self::Delivery(id, command) => outcome(depot.delivery(*id, command)),
        }
    }
}

/// The open depot with a third route, one that takes no time.
pub(crate) fn depot() -> impl Strategy<Value = Depot> {
    sample::select(vec![0, 0, 15, 45]).prop_map(|turnaround_minutes| {
        let mut depot = Depot::open();
        depot.turnaround = TimeDelta::minutes(turnaround_minutes);
        depot.plan(3, "13:00", &[]);
        depot
    })
}

/// Single commands, and between them the beginnings of journeys, so that deliveries get on.
pub(crate) fn commands() -> impl Strategy<Value = Vec<Command>> {
    let episode = prop_oneof![
        3 => command().prop_map(|command| vec![command]),
        1 => journey(),
    ];
    collection::vec(episode, 1..60).prop_map(|episodes| episodes.concat())
}

/// So many steps of a delivery's way, and perhaps a failure after them and a retry.
fn journey() -> impl Strategy<Value = Vec<Command>> {
    let go_on = |status| DeliveryCommand::ChangeDeliveryStatus { status, reason: None };
    let ends = [vec![], vec![go_on(Failed)], vec![go_on(Failed), go_on(PickedUp)]];
    let steps = (1..7_usize, sample::select(ends.to_vec()));
    (delivery(), route(), 1..3_u128, steps).prop_map(move |(id, route_id, crew, (steps, end))| {
        let (driver_id, vehicle_id) = (Some(driver_id(crew)), Some(vehicle_id(crew)));
        let reach = |number| DeliveryCommand::ReachCheckpoint {
            route_id,
            sequence: sequence(number),
            location: None,
        };
        let way = [
            DeliveryCommand::CreateDelivery { route_id, driver_id, vehicle_id },
            go_on(InTransit),
            reach(1),
            reach(2),
            go_on(OutForDelivery),
            proof(),
        ];
        let commands = way.into_iter().take(steps).chain(end);
        commands.map(|command| Command::Delivery(id, command)).collect()
    })
}

fn command() -> impl Strategy<Value = Command> {
    let driver = (1..4_u128).prop_map(driver_id);
    let vehicle = (1..4_u128).prop_map(vehicle_id);
    prop_oneof![
        1 => (driver, driver_command()).prop_map(|(id, command)| Command::Driver(id, command)),
        1 => (vehicle, vehicle_command()).prop_map(|(id, command)| Command::Vehicle(id, command)),
        6 => (route(), route_command()).prop_map(|(id, command)| Command::Route(id, command)),
        12 => (delivery(), delivery_command()).prop_map(|(id, command)| Command::Delivery(id, command)),
    ]
}

fn driver_command() -> impl Strategy<Value = DriverCommand> {
    prop_oneof![
        1 => Just(DriverCommand::EraseDriver {}),
        40 => (1..4).prop_map(|number| DriverCommand::AddDriver {
            name: value("Eve"),
            driver_license: value(&format!("L-{number}")),
        }),
        40 => (1..4).prop_map(|number| DriverCommand::UpdateDriver {
            name: value("Anna"),
            driver_license: value(&format!("L-{number}")),
        }),
        40 => sample::select(DriverStatus::ALL)
            .prop_map(|status| DriverCommand::ChangeDriverStatus { status, reason: None }),
        5 => (1..3).prop_map(|number| DriverCommand::SetDriverPhone { phone: Some(value(&format!("0171 {number}"))) }),
    ]
}

fn vehicle_command() -> impl Strategy<Value = VehicleCommand> {
    prop_oneof![
        (1..4).prop_map(|number| VehicleCommand::AddVehicle {
            registration: value(&format!("REG-{number}")),
            vehicle_type: value("Truck"),
        }),
        (1..4).prop_map(|number| VehicleCommand::UpdateVehicle {
            registration: value(&format!("REG-{number}")),
            vehicle_type: value("Bus"),
        }),
        sample::select(VehicleStatus::ALL)
            .prop_map(|status| VehicleCommand::ChangeVehicleStatus { status, reason: None }),
    ]
}

fn route_command() -> impl Strategy<Value = RouteCommand> {
    let update = |(destination, scheduled_start_time)| RouteCommand::UpdateRoute {
        origin: value("Depot"),
        destination,
        scheduled_start_time,
    };
    let order = Just(vec![sequence(1), sequence(2)]).prop_shuffle();
    prop_oneof![
        1 => time().prop_map(|scheduled_start_time| RouteCommand::CreateRoute {
            origin: value("Depot"),
            destination: value("Harbour"),
            scheduled_start_time,
        }),
        9 => (location(), time()).prop_map(update),
        4 => (time(), time()).prop_map(|(from, scheduled_start_time)| RouteCommand::MoveRoute { from, scheduled_start_time }),
        6 => prop_oneof![
            4 => Just(RouteStatus::Active),
            2 => Just(RouteStatus::Planning),
            1 => Just(RouteStatus::Deactivated),
        ].prop_map(|status| RouteCommand::ChangeRouteStatus { status }),
        3 => (number(), location(), time()).prop_map(|(sequence, location, expected_time)| {
            RouteCommand::AddCheckpoint { sequence, location, expected_time }
        }),
        2 => (number(), location(), time()).prop_map(|(sequence, location, expected_time)| {
            RouteCommand::UpdateCheckpoint { sequence, location, expected_time }
        }),
        1 => number().prop_map(|sequence| RouteCommand::RemoveCheckpoint { sequence }),
        1 => order.prop_map(|order| RouteCommand::ReorderCheckpoints { order }),
    ]
}

fn delivery_command() -> impl Strategy<Value = DeliveryCommand> {
    let create = |(route_id, driver, vehicle): (_, Option<u128>, Option<u128>)| {
        let (driver_id, vehicle_id) = (driver.map(driver_id), vehicle.map(vehicle_id));
        DeliveryCommand::CreateDelivery { route_id, driver_id, vehicle_id }
    };
    let report = |(id, kind): (Option<u128>, &str)| DeliveryCommand::ReportIncident {
        incident_id: id.map(incident_id),
        kind: value(kind),
        description: value("It went wrong"),
        severity: None,
        photos: vec![],
    };
    prop_oneof![
        6 => (route(), option::of(1..4_u128), option::of(1..4_u128)).prop_map(create),
        4 => (1..4_u128).prop_map(|number| DeliveryCommand::AssignDriver { driver_id: driver_id(number) }),
        4 => (1..4_u128).prop_map(|number| DeliveryCommand::AssignVehicle { vehicle_id: vehicle_id(number) }),
        3 => (option::of(1..4_u128), option::of(1..4_u128), any::<bool>()).prop_map(|(driver, vehicle, has_reason)| {
            DeliveryCommand::RetryDelivery {
                driver_id: driver.map(driver_id),
                vehicle_id: vehicle.map(vehicle_id),
                reason: has_reason.then(|| value("Broke down")),
            }
        }),
        10 => prop_oneof![
            2 => Just(PickedUp),
            4 => Just(InTransit),
            2 => Just(OutForDelivery),
            1 => Just(Delivered),
            1 => Just(Failed),
        ].prop_map(|status| DeliveryCommand::ChangeDeliveryStatus { status, reason: None }),
        12 => (route(), number()).prop_map(|(route_id, sequence)| {
            DeliveryCommand::ReachCheckpoint { route_id, sequence, location: None }
        }),
        1 => (option::of(1..3_u128), sample::select(vec!["Delay", "Accident"])).prop_map(report),
        1 => (1..3_u128).prop_map(|number| {
            DeliveryCommand::ResolveIncident { incident_id: incident_id(number), note: None }
        }),
        4 => Just(proof()),
        1 => Just(DeliveryCommand::EraseReceiver {}),
    ]
}

fn proof() -> DeliveryCommand {
    DeliveryCommand::CaptureProof {
        receiver_name: value("Rita"),
        signature_url: Some(value("https://signatures.example/1")),
        signature: None,
        photos: vec![],
    }
}

fn delivery() -> impl Strategy<Value = DeliveryId> {
    (1..7_u128).prop_map(delivery_id)
}

fn route() -> impl Strategy<Value = RouteId> {
    (1..5_u128).prop_map(route_id)
}

fn number() -> impl Strategy<Value = Sequence> {
    prop_oneof![4 => 1..3_i64, 1 => 3..6_i64].prop_map(sequence)
}

fn location() -> impl Strategy<Value = Location> {
    sample::select(vec!["North", "South", "Mill"]).prop_map(value)
}

/// Every half hour from 07:00 to 16:30.
fn time() -> impl Strategy<Value = Timestamp> {
    (0..20_i64).prop_map(|number| at("07:00").saturating_add(TimeDelta::minutes(30 * number)))
}
