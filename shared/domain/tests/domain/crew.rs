//! Crews: trying again with another one, starting twice, and what a delivery holds while it runs late.

use depot_domain::delivery::{
    DeliveryStatus, DeliveryStatusChanged, DriverAssigned, Involved, Reporter, VehicleAssigned,
};
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::testing::given;
use depot_domain::values::{DeliveryId, Timestamp};
use depot_domain::{Decider, Delivery, DeliveryCommand, DeliveryError, Kind, RouteCommand, VehicleCommand};

use crate::delivery::{ask, changed, history_in};
use crate::depot::Depot;
use crate::fixtures::{at, delivery_id, driver_id, route_id, value, vehicle_id};

use DeliveryStatus::{Delivered, Failed, InTransit, OutForDelivery, PickedUp};

fn retry(driver: Option<u128>, vehicle: Option<u128>, reason: Option<&str>) -> DeliveryCommand {
    DeliveryCommand::RetryDelivery {
        driver_id: driver.map(driver_id),
        vehicle_id: vehicle.map(vehicle_id),
        reason: reason.map(value),
    }
}

fn change_status(status: DeliveryStatus, reason: Option<&str>) -> DeliveryCommand {
    DeliveryCommand::ChangeDeliveryStatus { status, reason: reason.map(value) }
}

fn create(route: u128, crew: u128) -> DeliveryCommand {
    let (driver_id, vehicle_id) = (Some(driver_id(crew)), Some(vehicle_id(crew)));
    DeliveryCommand::CreateDelivery { route_id: route_id(route), driver_id, vehicle_id }
}

/// Where a delivery holds driver `crew`.
fn held(depot: &Depot, delivery: DeliveryId, crew: u128) -> Option<(Timestamp, Timestamp)> {
    let wanted = depot.routes[&route_id(1)].state.interval();
    let everything = depot_domain::values::Interval::new(at("00:00"), at("23:59"));
    let calendar = depot.driver_calendars.get(&driver_id(crew))?;
    let (holder, held) =
        calendar.first_overlap(everything, depot.turnaround, delivery_id(99), wanted.start)?;
    (holder == delivery).then_some((held.planned.start, held.planned.end))
}

#[test]
fn retry_of_a_failed_one_changes_the_crew_in_one_step() {
    ask(&Depot::open(), &history_in(Failed), &retry(Some(2), Some(2), None)).then([
        DriverAssigned { driver_id: driver_id(2), previous_driver_id: Some(driver_id(1)) }.into(),
        VehicleAssigned { vehicle_id: vehicle_id(2), previous_vehicle_id: Some(vehicle_id(1)) }.into(),
        changed(Failed, PickedUp),
    ]);
    ask(&Depot::open(), &history_in(Failed), &retry(None, None, None)).then([changed(Failed, PickedUp)]);
}

#[test]
fn retry_with_a_van_in_the_workshop_needs_another() {
    let mut depot = Depot::open();
    let status = VehicleStatus::Maintenance;
    depot.vehicle(vehicle_id(1), &VehicleCommand::ChangeVehicleStatus { status, reason: None }).unwrap();
    ask(&depot, &history_in(Failed), &retry(Some(2), None, None))
        .then_refused(Kind::Broken, "Vehicle REG-1 is Maintenance and cannot be assigned");
    ask(&depot, &history_in(Failed), &retry(None, Some(2), None)).then([
        VehicleAssigned { vehicle_id: vehicle_id(2), previous_vehicle_id: Some(vehicle_id(1)) }.into(),
        changed(Failed, PickedUp),
    ]);
}

#[test]
fn retry_under_way_fails_first_for_its_reason() {
    for status in [InTransit, OutForDelivery] {
        let reason = Some(value("Clutch broke"));
        ask(&Depot::open(), &history_in(status), &retry(None, Some(2), Some("Clutch broke"))).then([
            DeliveryStatusChanged { old: status, new: Failed, reason, also_under_way: None, clock: None }
                .into(),
            VehicleAssigned { vehicle_id: vehicle_id(2), previous_vehicle_id: Some(vehicle_id(1)) }.into(),
            changed(Failed, PickedUp),
        ]);
        ask(&Depot::open(), &history_in(status), &retry(None, Some(2), None)).then_refused(
            Kind::Broken,
            &format!("Delivery is {status}: give a reason for taking it from its crew"),
        );
        ask(&Depot::open(), &history_in(status), &retry(Some(1), Some(1), Some("Again"))).then_refused(
            Kind::Broken,
            &format!(
                "Delivery is {status} with this driver and vehicle already: name another driver or vehicle"
            ),
        );
    }
}

#[test]
fn retry_before_the_start_gives_it_to_another_crew() {
    ask(&Depot::open(), &history_in(PickedUp), &retry(Some(2), None, None)).then([DriverAssigned {
        driver_id: driver_id(2),
        previous_driver_id: Some(driver_id(1)),
    }
    .into()]);
    ask(&Depot::open(), &history_in(PickedUp), &retry(Some(1), Some(1), None)).then([]);
}

#[test]
fn retry_of_a_delivered_one_is_refused() {
    ask(&Depot::open(), &history_in(Delivered), &retry(Some(2), None, None)).then_refused(
        Kind::Broken,
        "Delivery cannot change from Delivered to PickedUp: Delivered is terminal",
    );
}

#[test]
fn retry_after_the_start_books_from_now_on() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    depot.delivery(delivery_id(1), &change_status(Failed, None)).unwrap();
    depot.clock = Some(at("18:00"));
    depot.delivery(delivery_id(1), &change_status(PickedUp, None)).unwrap();
    assert_eq!(held(&depot, delivery_id(1), 1), Some((at("18:00"), at("20:00"))));
    // The morning is free for others, and an assignment keeps the evening.
    depot.begin(delivery_id(2), 2, 1);
    let assign = DeliveryCommand::AssignDriver { driver_id: driver_id(2) };
    depot.delivery(delivery_id(1), &assign).unwrap();
    assert_eq!(held(&depot, delivery_id(1), 2), Some((at("18:00"), at("20:00"))));
}

#[test]
fn retry_before_the_start_keeps_the_route_s_time() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    depot.delivery(delivery_id(1), &change_status(Failed, None)).unwrap();
    depot.delivery(delivery_id(1), &change_status(PickedUp, None)).unwrap();
    assert_eq!(held(&depot, delivery_id(1), 1), Some((at("09:00"), at("11:00"))));
}

#[test]
fn retry_into_another_booking_is_refused() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    depot.delivery(delivery_id(1), &change_status(Failed, None)).unwrap();
    depot.plan(3, "18:30", &[("Quay", "19:00")]);
    depot.begin(delivery_id(3), 3, 1);
    depot.clock = Some(at("18:00"));
    let refusal = depot.delivery(delivery_id(1), &change_status(PickedUp, None)).unwrap_err();
    assert_eq!(refusal.booking_conflict().unwrap().delivery_id, delivery_id(3));
    depot.delivery(delivery_id(1), &retry(Some(2), Some(2), None)).unwrap();
    // Moving the route does not take a retried delivery back into the past.
    let update = RouteCommand::UpdateRoute {
        origin: value("Depot"),
        destination: value("Harbour"),
        scheduled_start_time: at("08:30"),
    };
    depot.route(route_id(1), &update).unwrap();
    assert_eq!(held(&depot, delivery_id(1), 2), Some((at("18:00"), at("20:30"))));
}

#[test]
fn retry_and_its_route_do_not_move_onto_each_other() {
    let mut depot = Depot::open();
    depot.plan(7, "07:00", &[]);
    let begin = |depot: &mut Depot, number| {
        let (driver_id, vehicle_id) = (Some(driver_id(1)), None);
        let command = DeliveryCommand::CreateDelivery { route_id: route_id(7), driver_id, vehicle_id };
        depot.delivery(delivery_id(number), &command).unwrap();
    };
    begin(&mut depot, 1);
    depot.delivery(delivery_id(1), &change_status(Failed, None)).unwrap();
    depot.delivery(delivery_id(1), &change_status(PickedUp, None)).unwrap();
    begin(&mut depot, 2);
    let update = RouteCommand::UpdateRoute {
        origin: value("Depot"),
        destination: value("Harbour"),
        scheduled_start_time: at("09:30"),
    };
    let refusal = depot.route(route_id(7), &update).unwrap_err();
    assert!(refusal.to_string().contains("would overlap another"), "{refusal}");
}

/// Delivery 1 is under way by Ann and REG-1, delivery 2 of 10:30 to 12:00 waits for the same bookings' end.
fn first_under_way() -> Depot {
    let mut depot = Depot::open();
    depot.plan(3, "11:00", &[("Quay", "12:00")]);
    depot.begin(delivery_id(1), 1, 1);
    depot.begin(delivery_id(3), 3, 1);
    depot.delivery(delivery_id(1), &change_status(InTransit, None)).expect("the first start is allowed");
    depot
}

#[test]
fn second_start_by_the_desk_needs_a_reason() {
    let mut depot = first_under_way();
    let refusal = depot.delivery(delivery_id(3), &change_status(InTransit, None)).unwrap_err();
    assert!(matches!(refusal, DeliveryError::CrewUnderWay(_)), "{refusal}");
    assert_eq!(
        refusal.to_string(),
        "Driver Ann is still under way with delivery 00000000-0000-0000-0000-000000b00001: \
         end that one first, or give a reason for starting both"
    );
    let started =
        depot.delivery(delivery_id(3), &change_status(InTransit, Some("Two small parcels"))).unwrap();
    let reason = Some(value("Two small parcels"));
    let also_under_way = Some(delivery_id(1));
    assert_eq!(
        started,
        [DeliveryStatusChanged { old: PickedUp, new: InTransit, reason, also_under_way, clock: None }.into()]
    );
}

#[test]
fn second_start_by_the_driver_is_recorded_and_flagged() {
    let depot = first_under_way();
    let state = &depot.deliveries[&delivery_id(3)].state;
    let involved =
        Involved { route: Some(route_id(3)), driver: Some(driver_id(1)), vehicle: Some(vehicle_id(1)) };
    let mut context = depot.delivery_context(delivery_id(3), involved);
    context.reporter = Reporter::Driver;
    let events = Delivery::decide(Some(state), &change_status(InTransit, None), &context).unwrap();
    let also_under_way = Some(delivery_id(1));
    assert_eq!(
        events,
        [DeliveryStatusChanged { old: PickedUp, new: InTransit, reason: None, also_under_way, clock: None }
            .into()]
    );
}

#[test]
fn first_start_is_not_flagged() {
    let depot = first_under_way();
    let context =
        depot.delivery_context(delivery_id(2), Involved { route: None, driver: None, vehicle: None });
    let history = [crate::delivery::created(Some(2), Some(2))];
    given::<Delivery>(&history)
        .when(&change_status(InTransit, None), &context)
        .then([changed(PickedUp, InTransit)]);
}

#[test]
fn overrun_holds_its_crew_for_what_starts_now() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    depot.delivery(delivery_id(1), &change_status(InTransit, None)).expect("the first start is allowed");
    // Planned until 11:00, and still out at half past twelve.
    depot.clock = Some(at("12:30"));
    depot.plan(3, "12:25", &[("Quay", "13:00")]);
    depot.plan(4, "12:40", &[("Quay", "13:00")]);
    let refusal = depot.delivery(delivery_id(3), &create(3, 1)).unwrap_err();
    let conflict = refusal.booking_conflict().unwrap();
    assert_eq!((conflict.start, conflict.end, conflict.overrun), (at("09:00"), at("11:00"), true));
    assert_eq!(conflict.next_free_start, at("12:31"));
    assert_eq!(
        refusal.to_string(),
        "Driver Ann is booked by delivery 00000000-0000-0000-0000-000000b00001 from 2026-03-01T09:00:00Z to \
         2026-03-01T11:00:00Z and still under way with it; the next free start is 2026-03-01T12:31:00Z at the earliest"
    );
    // What is planned for later stays possible, and so does what lies before the delivery that is out.
    depot.delivery(delivery_id(4), &create(4, 1)).unwrap();
    depot.plan(5, "07:00", &[("Quay", "08:00")]);
    depot.delivery(delivery_id(5), &create(5, 1)).unwrap();
    depot.delivery(delivery_id(1), &change_status(Failed, None)).unwrap();
    depot.plan(6, "12:25", &[("Quay", "12:35")]);
    depot.delivery(delivery_id(6), &create(6, 1)).unwrap();
}
