//! Dispatch: who is booked when, and what a refusal tells about it.

use chrono::TimeDelta;
use depot_domain::DeliveryCommand;
use depot_domain::delivery::Involved;

use crate::delivery::create;
use crate::depot::Depot;
use crate::fixtures::{at, delivery_id, driver_id, route_id, vehicle_id};

/// Delivery 1 of a route from `start` by a checkpoint at `end`, where Ann and REG-1 drive delivery 2 from
/// 10:30 to 12:00.
fn overlapping(start: &str, end: Option<&str>, turnaround_minutes: i64) -> Option<String> {
    let mut depot = Depot::open();
    depot.begin(delivery_id(2), 2, 1);
    depot.turnaround = TimeDelta::minutes(turnaround_minutes);
    let checkpoints: Vec<_> = end.into_iter().map(|end| ("Quay", end)).collect();
    depot.plan(3, start, &checkpoints);
    let dispatch = depot.dispatch(Involved {
        route: Some(route_id(3)),
        driver: Some(driver_id(1)),
        vehicle: Some(vehicle_id(1)),
    });
    let conflict = dispatch.conflict(depot.routes[&route_id(3)].state.interval(), delivery_id(1))?;
    assert_eq!(
        (conflict.delivery_id, conflict.start, conflict.end),
        (delivery_id(2), at("10:30"), at("12:00"))
    );
    Some(conflict.next_free_start.to_string())
}

#[test]
fn bookings_are_half_open() {
    assert_eq!(overlapping("09:00", Some("10:30"), 0), None);
    assert_eq!(overlapping("12:00", Some("13:00"), 0), None);
    for (start, end) in [("09:00", "10:31"), ("10:45", "11:00"), ("11:59", "13:00"), ("09:00", "13:00")] {
        assert_eq!(overlapping(start, Some(end), 0).as_deref(), Some("2026-03-01T12:00:00Z"));
    }
}

#[test]
fn an_instant_conflicts_with_what_contains_it() {
    for clock in ["10:29", "12:00"] {
        assert_eq!(overlapping(clock, None, 0), None);
    }
    for clock in ["10:30", "11:00", "11:59"] {
        assert_eq!(overlapping(clock, None, 0).as_deref(), Some("2026-03-01T12:00:00Z"));
    }
}

#[test]
fn an_instant_conflicts_with_an_equal_one() {
    let mut depot = Depot::open();
    depot.plan(3, "14:00", &[]);
    depot.plan(4, "14:00", &[]);
    depot.begin(delivery_id(3), 3, 1);
    let command = DeliveryCommand::CreateDelivery {
        route_id: route_id(4),
        driver_id: Some(driver_id(1)),
        vehicle_id: None,
    };
    let refusal = depot.delivery(delivery_id(4), &command).unwrap_err();
    // The next instant is a microsecond later: the smallest step of time there is.
    assert_eq!(
        refusal.to_string(),
        "Driver Ann is booked by delivery 00000000-0000-0000-0000-000000b00003 from 2026-03-01T14:00:00Z to \
         2026-03-01T14:00:00Z; the next free start is 2026-03-01T14:00:00.000001Z"
    );
}

#[test]
fn the_turnaround_stays_free_before_and_after() {
    assert_eq!(overlapping("09:00", Some("10:00"), 30), None);
    assert_eq!(overlapping("09:00", Some("10:01"), 30).as_deref(), Some("2026-03-01T12:30:00Z"));
    assert_eq!(overlapping("12:30", Some("13:00"), 30), None);
    assert_eq!(overlapping("12:29", Some("13:00"), 30).as_deref(), Some("2026-03-01T12:30:00Z"));
    assert_eq!(overlapping("12:29", None, 30).as_deref(), Some("2026-03-01T12:30:00Z"));
    assert_eq!(overlapping("10:00", None, 30), None);
    assert_eq!(overlapping("10:01", None, 30).as_deref(), Some("2026-03-01T12:30:00Z"));
}

#[test]
fn a_delivery_does_not_conflict_with_its_own_booking() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    let dispatch = depot.dispatch(Involved {
        route: Some(route_id(1)),
        driver: Some(driver_id(1)),
        vehicle: Some(vehicle_id(1)),
    });
    assert_eq!(dispatch.check(delivery_id(1), None), Ok(()));
    assert!(dispatch.check(delivery_id(2), None).is_err());
}

/// Ann is booked from 09:00 to 11:00 and REG-2 from 11:30 to 13:30; route 1 takes two hours.
fn ann_then_reg_2() -> Depot {
    let mut depot = Depot::open();
    depot.plan(3, "11:30", &[("Quay", "13:30")]);
    depot.begin(delivery_id(2), 1, 1);
    depot.begin(delivery_id(3), 3, 2);
    depot
}

#[test]
fn the_next_free_slot_is_free_for_driver_and_vehicle_together() {
    let refusal = ann_then_reg_2().delivery(delivery_id(1), &create(Some(1), Some(2))).unwrap_err();
    // Ann alone would be free at 11:00, but REG-2 not for two hours.
    assert_eq!(refusal.booking_conflict().unwrap().next_free_start, at("13:30"));
    let refusal = ann_then_reg_2().delivery(delivery_id(1), &create(Some(1), None)).unwrap_err();
    assert_eq!(refusal.booking_conflict().unwrap().next_free_start, at("11:00"));
}

#[test]
fn the_next_free_slot_keeps_the_turnaround() {
    let mut depot = ann_then_reg_2();
    depot.turnaround = TimeDelta::minutes(15);
    let refusal = depot.delivery(delivery_id(1), &create(Some(1), Some(2))).unwrap_err();
    assert_eq!(refusal.booking_conflict().unwrap().next_free_start, at("13:45"));
}

#[test]
fn the_next_free_slot_may_lie_between_two_bookings() {
    let mut depot = Depot::open();
    depot.plan(3, "13:00", &[("Quay", "14:00")]);
    depot.begin(delivery_id(2), 1, 1);
    depot.begin(delivery_id(3), 3, 1);
    let refusal = depot.delivery(delivery_id(1), &create(Some(1), None)).unwrap_err();
    assert_eq!(refusal.booking_conflict().unwrap().next_free_start, at("11:00"));
}

#[test]
fn a_driver_conflict_is_told_before_a_vehicle_conflict() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(2), 1, 1);
    let refusal = depot.delivery(delivery_id(1), &create(Some(1), Some(1))).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "Driver Ann is booked by delivery 00000000-0000-0000-0000-000000b00002 from 2026-03-01T09:00:00Z to \
         2026-03-01T11:00:00Z; the next free start is 2026-03-01T11:00:00Z"
    );
    let refusal = depot.delivery(delivery_id(1), &create(Some(2), Some(1))).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "Vehicle REG-1 is booked by delivery 00000000-0000-0000-0000-000000b00002 from 2026-03-01T09:00:00Z to \
         2026-03-01T11:00:00Z; the next free start is 2026-03-01T11:00:00Z"
    );
}

#[test]
fn an_assignment_conflicts_as_a_creation_does() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(2), 2, 2);
    depot.begin(delivery_id(1), 1, 1);
    let assign = DeliveryCommand::AssignDriver { driver_id: driver_id(2) };
    let refusal = depot.delivery(delivery_id(1), &assign).unwrap_err();
    assert_eq!(refusal.booking_conflict().unwrap().delivery_id, delivery_id(2));
    let assign = DeliveryCommand::AssignVehicle { vehicle_id: vehicle_id(2) };
    let refusal = depot.delivery(delivery_id(1), &assign).unwrap_err();
    assert_eq!(refusal.booking_conflict().unwrap().resource_name, "REG-2");
}

#[test]
fn a_conflict_is_told_in_full() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(2), 2, 1);
    let refusal = depot.delivery(delivery_id(1), &create(None, Some(1))).unwrap_err();
    insta::assert_json_snapshot!(refusal, @r#"
    {
      "rule": "bookingConflict",
      "resource": "Vehicle",
      "resourceId": "00000000-0000-0000-0000-000000e00001",
      "resourceName": "REG-1",
      "deliveryId": "00000000-0000-0000-0000-000000b00002",
      "start": "2026-03-01T10:30:00Z",
      "end": "2026-03-01T12:00:00Z",
      "overrun": false,
      "nextFreeStart": "2026-03-01T12:00:00Z"
    }
    "#);
}

#[test]
fn only_a_conflict_has_a_booking_to_tell() {
    let refusal = Depot::open().delivery(delivery_id(1), &create(Some(9), None)).unwrap_err();
    assert_eq!(refusal.booking_conflict(), None);
}

#[test]
fn a_create_without_a_crew_never_conflicts() {
    let mut depot = Depot::open();
    for number in 1..=3 {
        depot.delivery(delivery_id(number), &create(None, None)).unwrap();
    }
    let delivery = &depot.deliveries[&delivery_id(3)].state;
    assert_eq!((delivery.driver_id, delivery.vehicle_id), (None, None));
}
