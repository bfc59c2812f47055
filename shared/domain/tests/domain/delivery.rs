//! Deliveries: created, and given another driver or vehicle.

use depot_domain::delivery::{
    CheckpointReached, DeliveryCreated, DeliveryStatus, DeliveryStatusChanged, DriverAssigned,
    ProofOfDeliveryCaptured, VehicleAssigned,
};
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::route::RouteStatus;
use depot_domain::testing::{When, given, morning};
use depot_domain::{
    Decider, Delivery, DeliveryCommand, DeliveryEvent, DriverCommand, Kind, RouteCommand, VehicleCommand,
};

use crate::depot::Depot;
use crate::fixtures::{delivery_id, driver_id, route_id, sequence, value, vehicle_id};

/// Asks delivery 1, after `history`, for `command` at `depot`.
pub(crate) fn ask(depot: &Depot, history: &[DeliveryEvent], command: &DeliveryCommand) -> When<Delivery> {
    let state = Delivery::fold(history.iter().map(|event| (event, morning())));
    let involved = Delivery::involved(state.as_ref(), command);
    given::<Delivery>(history).when(command, &depot.delivery_context(delivery_id(1), involved))
}

pub(crate) fn created(driver: Option<u128>, vehicle: Option<u128>) -> DeliveryEvent {
    let (driver_id, vehicle_id) = (driver.map(driver_id), vehicle.map(vehicle_id));
    DeliveryCreated { route_id: route_id(1), driver_id, vehicle_id }.into()
}

pub(crate) fn create(driver: Option<u128>, vehicle: Option<u128>) -> DeliveryCommand {
    let (driver_id, vehicle_id) = (driver.map(driver_id), vehicle.map(vehicle_id));
    DeliveryCommand::CreateDelivery { route_id: route_id(1), driver_id, vehicle_id }
}

pub(crate) fn changed(old: DeliveryStatus, new: DeliveryStatus) -> DeliveryEvent {
    DeliveryStatusChanged { old, new, reason: None, also_under_way: None, clock: None }.into()
}

pub(crate) fn reached(number: i64, location: &str) -> DeliveryEvent {
    let (route_id, sequence, location) = (route_id(1), sequence(number), value(location));
    CheckpointReached { route_id, sequence, location, clock: None }.into()
}

pub(crate) fn proven() -> DeliveryEvent {
    let signature_url = Some(value("https://signatures.example/1"));
    let receiver_name = value("Rita");
    ProofOfDeliveryCaptured { receiver_name, signature_url, signature: None, photos: vec![], clock: None }
        .into()
}

/// What happens to a delivery of route 1 by driver 1 and vehicle 1 until it is in `status`.
pub(crate) fn history_in(status: DeliveryStatus) -> Vec<DeliveryEvent> {
    use DeliveryStatus::{Delivered, Failed, InTransit, OutForDelivery, PickedUp};
    let start = vec![created(Some(1), Some(1))];
    let way = vec![changed(PickedUp, InTransit), reached(1, "North")];
    let end = vec![reached(2, "South"), changed(InTransit, OutForDelivery)];
    match status {
        PickedUp => start,
        InTransit => [start, way].concat(),
        OutForDelivery => [start, way, end].concat(),
        Delivered => [start, way, end, vec![proven(), changed(OutForDelivery, Delivered)]].concat(),
        Failed => [start, way, vec![changed(InTransit, Failed)]].concat(),
    }
}

fn assign_driver(number: u128) -> DeliveryCommand {
    DeliveryCommand::AssignDriver { driver_id: driver_id(number) }
}

fn assign_vehicle(number: u128) -> DeliveryCommand {
    DeliveryCommand::AssignVehicle { vehicle_id: vehicle_id(number) }
}

fn suspend(depot: &mut Depot, number: u128, status: DriverStatus) {
    let command = DriverCommand::ChangeDriverStatus { status, reason: None };
    depot.driver(driver_id(number), &command).expect("the driver is known");
}

fn withdraw(depot: &mut Depot, number: u128, status: VehicleStatus) {
    let command = VehicleCommand::ChangeVehicleStatus { status, reason: None };
    depot.vehicle(vehicle_id(number), &command).expect("the vehicle is known");
}

#[test]
fn a_delivery_is_created_with_and_without_a_crew() {
    for (driver, vehicle) in [(None, None), (Some(1), None), (None, Some(1)), (Some(1), Some(1))] {
        ask(&Depot::open(), &[], &create(driver, vehicle)).then([created(driver, vehicle)]);
    }
}

#[test]
fn a_new_delivery_is_picked_up() {
    let delivery = Delivery::fold([(&created(Some(1), None), morning())]).unwrap();
    assert_eq!((delivery.status, delivery.created_at), (DeliveryStatus::PickedUp, morning()));
    assert_eq!((delivery.driver_id, delivery.vehicle_id), (Some(driver_id(1)), None));
}

#[test]
fn creating_a_delivery_again_changes_nothing_in_any_status() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(2), 1, 1);
    for &status in DeliveryStatus::ALL {
        ask(&depot, &history_in(status), &create(Some(1), Some(1))).then([]);
    }
}

#[test]
fn creating_a_delivery_with_a_used_id_is_refused() {
    ask(&Depot::open(), &[created(Some(1), Some(1))], &create(Some(1), None)).then_refused(
        Kind::Duplicate,
        "Delivery 00000000-0000-0000-0000-000000b00001 exists already with other details: leave the id out \
         or choose a new one",
    );
}

#[test]
fn an_unknown_delivery_is_not_found() {
    for command in [
        assign_driver(1),
        assign_vehicle(1),
        DeliveryCommand::ChangeDeliveryStatus { status: DeliveryStatus::Failed, reason: None },
    ] {
        ask(&Depot::open(), &[], &command)
            .then_refused(Kind::NotFound, "There is no delivery 00000000-0000-0000-0000-000000b00001");
    }
}

#[test]
fn a_delivery_of_an_unknown_route_is_refused() {
    ask(&Depot::default(), &[], &create(None, None))
        .then_refused(Kind::NotFound, "There is no route 00000000-0000-0000-0000-000000a00001");
}

#[test]
fn a_delivery_of_a_route_that_is_not_active_is_refused() {
    for status in [RouteStatus::Planning, RouteStatus::Deactivated] {
        let mut depot = Depot::open();
        depot.route(route_id(1), &RouteCommand::ChangeRouteStatus { status }).unwrap();
        ask(&depot, &[], &create(None, None)).then_refused(
            Kind::Broken,
            &format!(
                "Route 00000000-0000-0000-0000-000000a00001 is {status}: a delivery needs an Active route"
            ),
        );
    }
}

#[test]
fn an_unknown_driver_is_refused() {
    for (history, command) in [
        (vec![], create(Some(9), None)),
        (vec![created(None, None)], assign_driver(9)),
        (vec![created(Some(1), Some(1))], assign_driver(9)),
    ] {
        ask(&Depot::open(), &history, &command)
            .then_refused(Kind::NotFound, "There is no driver 00000000-0000-0000-0000-000000d00009");
    }
}

#[test]
fn an_unknown_vehicle_is_refused() {
    for (history, command) in [
        (vec![], create(Some(1), Some(9))),
        (vec![created(None, None)], assign_vehicle(9)),
        (vec![created(Some(1), Some(1))], assign_vehicle(9)),
    ] {
        ask(&Depot::open(), &history, &command)
            .then_refused(Kind::NotFound, "There is no vehicle 00000000-0000-0000-0000-000000e00009");
    }
}

#[test]
fn a_driver_who_is_not_available_is_refused() {
    for status in [DriverStatus::Suspended, DriverStatus::Unavailable] {
        let mut depot = Depot::open();
        suspend(&mut depot, 2, status);
        for (history, command) in
            [(vec![], create(Some(2), Some(2))), (vec![created(Some(1), Some(1))], assign_driver(2))]
        {
            ask(&depot, &history, &command)
                .then_refused(Kind::Broken, &format!("Driver Bob is {status} and cannot be assigned"));
        }
    }
}

#[test]
fn a_vehicle_that_is_not_available_is_refused() {
    for status in [VehicleStatus::Maintenance, VehicleStatus::OutOfService] {
        let mut depot = Depot::open();
        withdraw(&mut depot, 2, status);
        for (history, command) in
            [(vec![], create(Some(2), Some(2))), (vec![created(Some(1), Some(1))], assign_vehicle(2))]
        {
            ask(&depot, &history, &command)
                .then_refused(Kind::Broken, &format!("Vehicle REG-2 is {status} and cannot be assigned"));
        }
    }
}

#[test]
fn a_driver_is_assigned() {
    let (driver_1, driver_2) = (driver_id(1), driver_id(2));
    ask(&Depot::open(), &[created(None, None)], &assign_driver(1)).then([DriverAssigned {
        driver_id: driver_1,
        previous_driver_id: None,
    }
    .into()]);
    ask(&Depot::open(), &[created(Some(1), Some(1))], &assign_driver(2)).then([DriverAssigned {
        driver_id: driver_2,
        previous_driver_id: Some(driver_1),
    }
    .into()]);
}

#[test]
fn a_vehicle_is_assigned() {
    let (vehicle_1, vehicle_2) = (vehicle_id(1), vehicle_id(2));
    ask(&Depot::open(), &[created(None, None)], &assign_vehicle(1)).then([VehicleAssigned {
        vehicle_id: vehicle_1,
        previous_vehicle_id: None,
    }
    .into()]);
    ask(&Depot::open(), &[created(Some(1), Some(1))], &assign_vehicle(2)).then([VehicleAssigned {
        vehicle_id: vehicle_2,
        previous_vehicle_id: Some(vehicle_1),
    }
    .into()]);
}

#[test]
fn assigning_the_one_who_is_assigned_is_refused() {
    let history = [created(Some(1), Some(1))];
    ask(&Depot::open(), &history, &assign_driver(1)).then_refused(
        Kind::Broken,
        "Driver 00000000-0000-0000-0000-000000d00001 is already assigned to this delivery",
    );
    ask(&Depot::open(), &history, &assign_vehicle(1)).then_refused(
        Kind::Broken,
        "Vehicle 00000000-0000-0000-0000-000000e00001 is already assigned to this delivery",
    );
}

#[test]
fn a_crew_is_assigned_only_in_picked_up() {
    for &status in DeliveryStatus::ALL.iter().filter(|status| **status != DeliveryStatus::PickedUp) {
        let history = history_in(status);
        for number in [1, 2] {
            ask(&Depot::open(), &history, &assign_driver(number)).then_refused(
                Kind::Broken,
                &format!("Delivery is {status}: a driver can be assigned only in PickedUp"),
            );
            ask(&Depot::open(), &history, &assign_vehicle(number)).then_refused(
                Kind::Broken,
                &format!("Delivery is {status}: a vehicle can be assigned only in PickedUp"),
            );
        }
    }
}

#[test]
fn the_one_who_is_replaced_is_free_at_once() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    depot.delivery(delivery_id(1), &assign_driver(2)).unwrap();
    depot.delivery(delivery_id(1), &assign_vehicle(2)).unwrap();
    depot.begin(delivery_id(2), 1, 1);
    assert_eq!(depot.driver_calendars[&driver_id(1)].holder(), Some(delivery_id(2)));
    assert_eq!(depot.driver_calendars[&driver_id(2)].holder(), Some(delivery_id(1)));
}

#[test]
fn only_those_whom_a_command_names_or_the_delivery_holds_are_involved() {
    use depot_domain::delivery::Involved;
    let state = Delivery::fold([(&created(Some(1), Some(1)), morning())]);
    let involved = |command: &DeliveryCommand| Delivery::involved(state.as_ref(), command);
    let (route, driver, vehicle) = (Some(route_id(1)), Some(driver_id(1)), Some(vehicle_id(1)));

    assert_eq!(involved(&assign_driver(2)), Involved { route, driver: Some(driver_id(2)), vehicle: None });
    assert_eq!(involved(&assign_vehicle(2)), Involved { route, driver: None, vehicle: Some(vehicle_id(2)) });
    let retry = DeliveryCommand::ChangeDeliveryStatus { status: DeliveryStatus::PickedUp, reason: None };
    assert_eq!(involved(&retry), Involved { route, driver, vehicle });

    let create = create(Some(2), None);
    assert_eq!(
        Delivery::involved(None, &create),
        Involved { route, driver: Some(driver_id(2)), vehicle: None }
    );
    assert_eq!(Delivery::involved(None, &retry), Involved { route: None, driver: None, vehicle: None });
}
