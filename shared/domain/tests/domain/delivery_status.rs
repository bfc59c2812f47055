//! Deliveries: the state machine, what each status needs, and the retry.

use depot_domain::delivery::{DeliveryStatus, DeliveryStatusChanged};
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::route::RouteStatus;
use depot_domain::testing::morning;
use depot_domain::{
    Decider, Delivery, DeliveryCommand, DeliveryEvent, DriverCommand, Kind, RouteCommand, VehicleCommand,
};

use crate::delivery::{ask, changed, created, history_in, proven, reached};
use crate::depot::Depot;
use crate::fixtures::{delivery_id, driver_id, route_id, sequence, value, vehicle_id};

use DeliveryStatus::{Delivered, Failed, InTransit, OutForDelivery, PickedUp};

fn change_status(status: DeliveryStatus) -> DeliveryCommand {
    DeliveryCommand::ChangeDeliveryStatus { status, reason: None }
}

/// A delivery in `status` that has all that any status needs, so that only the table decides.
fn fulfilled_in(status: DeliveryStatus) -> Vec<DeliveryEvent> {
    let mut history = vec![created(Some(1), Some(1)), reached(1, "North"), reached(2, "South"), proven()];
    history.push(changed(PickedUp, status));
    history
}

#[test]
fn the_status_follows_the_table() {
    for (old, targets) in [
        (PickedUp, &[InTransit, Failed][..]),
        (InTransit, &[OutForDelivery, Failed]),
        (OutForDelivery, &[Delivered, Failed]),
        (Delivered, &[]),
        (Failed, &[PickedUp]),
    ] {
        let valid = match targets {
            [] => format!("{old} is terminal"),
            [one] => format!("valid are {one}"),
            [one, other, ..] => format!("valid are {one}, {other}"),
        };
        for &new in DeliveryStatus::ALL {
            let asked = ask(&Depot::open(), &fulfilled_in(old), &change_status(new));
            if new == old {
                asked.then([]);
            } else if targets.contains(&new) {
                asked.then([changed(old, new)]);
            } else {
                let text = format!("Delivery cannot change from {old} to {new}: {valid}");
                asked.then_refused(Kind::Broken, &text);
            }
        }
    }
}

#[test]
fn a_transition_outside_the_table_names_the_valid_ones() {
    ask(&Depot::open(), &history_in(PickedUp), &change_status(Delivered)).then_refused(
        Kind::Broken,
        "Delivery cannot change from PickedUp to Delivered: valid are InTransit, Failed",
    );
    ask(&Depot::open(), &history_in(Delivered), &change_status(Failed))
        .then_refused(Kind::Broken, "Delivery cannot change from Delivered to Failed: Delivered is terminal");
}

#[test]
fn a_delivery_on_the_way_needs_a_crew() {
    for (driver, vehicle, lacking) in
        [(None, Some(1), "driver"), (Some(1), None, "vehicle"), (None, None, "driver and no vehicle")]
    {
        for (old, new) in [(PickedUp, InTransit), (InTransit, OutForDelivery)] {
            let history = [created(driver, vehicle), changed(PickedUp, old)];
            ask(&Depot::open(), &history, &change_status(new)).then_refused(
                Kind::Broken,
                &format!("Delivery needs a driver and a vehicle to be {new}: it has no {lacking}"),
            );
        }
    }
}

#[test]
fn a_delivery_without_a_crew_can_fail() {
    ask(&Depot::open(), &[created(None, None)], &change_status(Failed)).then([changed(PickedUp, Failed)]);
}

#[test]
fn out_for_delivery_needs_every_checkpoint() {
    let mut history = vec![created(Some(1), Some(1)), changed(PickedUp, InTransit)];
    ask(&Depot::open(), &history, &change_status(OutForDelivery)).then_refused(
        Kind::Broken,
        "Delivery cannot be OutForDelivery before every checkpoint is reached: missing are 1, 2",
    );
    history.push(reached(1, "North"));
    ask(&Depot::open(), &history, &change_status(OutForDelivery)).then_refused(
        Kind::Broken,
        "Delivery cannot be OutForDelivery before every checkpoint is reached: missing are 2",
    );
}

#[test]
fn a_route_without_checkpoints_lets_a_delivery_go_out_by_hand() {
    let mut depot = Depot::open();
    depot.plan(3, "14:00", &[]);
    depot.begin(delivery_id(3), 3, 1);
    depot.delivery(delivery_id(3), &change_status(InTransit)).unwrap();
    let events = depot.delivery(delivery_id(3), &change_status(OutForDelivery)).unwrap();
    assert_eq!(events, [changed(InTransit, OutForDelivery)]);
}

#[test]
fn out_for_delivery_is_refused_while_the_route_is_not_known() {
    ask(&Depot::default(), &fulfilled_in(InTransit), &change_status(OutForDelivery))
        .then_refused(Kind::NotFound, "There is no route 00000000-0000-0000-0000-000000a00001");
}

#[test]
fn delivered_needs_a_proof() {
    ask(&Depot::open(), &history_in(OutForDelivery), &change_status(Delivered))
        .then_refused(Kind::Broken, "Delivery cannot be Delivered without a proof of delivery: capture one");
}

#[test]
fn only_a_delivered_delivery_has_a_time_of_delivery() {
    for &status in DeliveryStatus::ALL {
        let history = history_in(status);
        let delivery = Delivery::fold(history.iter().map(|event| (event, morning()))).unwrap();
        assert_eq!(delivery.delivered_at, (status == Delivered).then_some(morning()));
    }
}

#[test]
fn a_failure_keeps_its_reason() {
    for old in [PickedUp, InTransit, OutForDelivery] {
        let reason = Some(value("Nobody there"));
        let command = DeliveryCommand::ChangeDeliveryStatus { status: Failed, reason: reason.clone() };
        ask(&Depot::open(), &history_in(old), &command).then([DeliveryStatusChanged {
            old,
            new: Failed,
            reason,
            also_under_way: None,
            clock: None,
        }
        .into()]);
    }
}

#[test]
fn a_failed_delivery_frees_its_crew_and_its_route() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    depot.delivery(delivery_id(1), &change_status(Failed)).unwrap();
    assert_eq!(depot.driver_calendars[&driver_id(1)].holder(), None);
    assert_eq!(depot.vehicle_calendars[&vehicle_id(1)].holder(), None);
    let deactivated = RouteCommand::ChangeRouteStatus { status: RouteStatus::Deactivated };
    depot.route(route_id(1), &deactivated).unwrap();
}

#[test]
fn a_retry_books_again_and_keeps_the_checkpoints_reached() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    let (route, sequence) = (route_id(1), sequence(1));
    for command in [
        change_status(InTransit),
        DeliveryCommand::ReachCheckpoint { route_id: route, sequence, location: None },
        change_status(Failed),
        change_status(PickedUp),
    ] {
        depot.delivery(delivery_id(1), &command).unwrap();
    }
    assert_eq!(depot.driver_calendars[&driver_id(1)].holder(), Some(delivery_id(1)));
    assert_eq!(depot.vehicle_calendars[&vehicle_id(1)].holder(), Some(delivery_id(1)));
    let delivery = &depot.deliveries[&delivery_id(1)].state;
    assert_eq!(delivery.last_reached().unwrap().sequence, sequence);
}

#[test]
fn a_retry_needs_an_active_route() {
    let mut depot = Depot::open();
    let status = RouteStatus::Planning;
    depot.route(route_id(1), &RouteCommand::ChangeRouteStatus { status }).unwrap();
    ask(&depot, &history_in(Failed), &change_status(PickedUp)).then_refused(
        Kind::Broken,
        "Route 00000000-0000-0000-0000-000000a00001 is Planning: a delivery needs an Active route",
    );
}

#[test]
fn a_retry_needs_an_available_crew() {
    let mut depot = Depot::open();
    let suspended = DriverCommand::ChangeDriverStatus { status: DriverStatus::Suspended, reason: None };
    depot.driver(driver_id(1), &suspended).unwrap();
    ask(&depot, &history_in(Failed), &change_status(PickedUp))
        .then_refused(Kind::Broken, "Driver Ann is Suspended and cannot be assigned");

    let mut depot = Depot::open();
    let withdrawn = VehicleCommand::ChangeVehicleStatus { status: VehicleStatus::OutOfService, reason: None };
    depot.vehicle(vehicle_id(1), &withdrawn).unwrap();
    ask(&depot, &history_in(Failed), &change_status(PickedUp))
        .then_refused(Kind::Broken, "Vehicle REG-1 is OutOfService and cannot be assigned");
}

#[test]
fn a_retry_needs_a_crew_that_is_free() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(2), 2, 1);
    ask(&depot, &history_in(Failed), &change_status(PickedUp)).then_refused(
        Kind::Broken,
        "Driver Ann is booked by delivery 00000000-0000-0000-0000-000000b00002 from 2026-03-01T10:30:00Z to \
         2026-03-01T12:00:00Z; the next free start is 2026-03-01T12:00:00Z",
    );
}
