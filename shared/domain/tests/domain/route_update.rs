//! Routes: origin, destination and start are updated, and the bookings of an active route move along.

use chrono::TimeDelta;
use depot_domain::route::{RouteStatus, RouteUpdated};
use depot_domain::testing::given;
use depot_domain::{Kind, Route, RouteCommand, RouteEvent};

use crate::depot::Depot;
use crate::fixtures::{at, delivery_id, driver_id, route_id, value};
use crate::route::{changed, created, ends, planned, unused};

fn update(destination: &str, clock: &str) -> RouteCommand {
    let (origin, destination) = (value("Depot"), value(destination));
    RouteCommand::UpdateRoute { origin, destination, scheduled_start_time: at(clock) }
}

fn updated(destination: &str, clock: &str) -> RouteEvent {
    let (origin, destination) = (value("Depot"), value(destination));
    RouteUpdated { origin, destination, scheduled_start_time: at(clock) }.into()
}

fn planned_in(status: RouteStatus) -> Vec<RouteEvent> {
    let mut history = planned();
    history.push(changed(RouteStatus::Planning, status));
    history
}

#[test]
fn a_route_is_updated_in_planning_and_active() {
    for status in [RouteStatus::Planning, RouteStatus::Active] {
        given::<Route>(&planned_in(status))
            .when(&update("Airport", "09:30"), &unused())
            .then([updated("Airport", "09:30")]);
    }
}

#[test]
fn a_route_without_checkpoints_ends_when_it_starts() {
    given::<Route>(&[created()])
        .when(&update("Harbour", "09:30"), &unused())
        .then([updated("Harbour", "09:30"), ends("09:30")]);
}

#[test]
fn updating_a_route_to_what_it_is_changes_nothing() {
    given::<Route>(&planned()).when(&update("Harbour", "09:00"), &unused()).then([]);
}

#[test]
fn a_deactivated_route_cannot_be_updated() {
    for command in [update("Airport", "09:30"), update("Harbour", "09:00")] {
        given::<Route>(&planned_in(RouteStatus::Deactivated)).when(&command, &unused()).then_refused(
            Kind::Broken,
            "Route is Deactivated: origin, destination and start can be changed only in Planning and Active",
        );
    }
}

#[test]
fn the_start_stays_before_the_first_checkpoint() {
    for clock in ["10:00", "10:01"] {
        given::<Route>(&planned()).when(&update("Harbour", clock), &unused()).then_refused(
            Kind::Broken,
            &format!(
                "Route start 2026-03-01T{clock}:00Z must be before 2026-03-01T10:00:00Z, the time of its \
                 first checkpoint"
            ),
        );
    }
}

/// Ann drives delivery 1 on route 1, 09:00 to 11:00, and delivery 3 on route 3, 07:00 to 08:00.
fn ann_drives_before() -> Depot {
    let mut depot = Depot::open();
    depot.plan(3, "07:00", &[("Quay", "08:00")]);
    depot.begin(delivery_id(1), 1, 1);
    depot.begin(delivery_id(3), 3, 1);
    depot
}

#[test]
fn an_active_route_moves_with_the_bookings_of_its_deliveries() {
    let mut depot = ann_drives_before();
    depot.route(route_id(1), &update("Harbour", "08:00")).unwrap();
    let held = depot.driver_calendars[&driver_id(1)].first_overlap(
        depot.routes[&route_id(1)].state.interval(),
        TimeDelta::zero(),
        delivery_id(3),
    );
    let (holder, interval) = held.unwrap();
    assert_eq!((holder, interval.start, interval.end), (delivery_id(1), at("08:00"), at("11:00")));
}

#[test]
fn an_active_route_does_not_move_into_another_booking() {
    let mut depot = ann_drives_before();
    let before = depot.clone();
    let refusal = depot.route(route_id(1), &update("Harbour", "07:59")).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "Route cannot be moved: delivery 00000000-0000-0000-0000-000000b00001 would overlap another. Driver \
         Ann is booked by delivery 00000000-0000-0000-0000-000000b00003 from 2026-03-01T07:00:00Z to \
         2026-03-01T08:00:00Z; the next free start is 2026-03-01T08:00:00Z"
    );
    assert_eq!(depot, before);
}

#[test]
fn the_conflict_that_a_move_runs_into_is_told_in_full() {
    let refusal = ann_drives_before().route(route_id(1), &update("Harbour", "07:30")).unwrap_err();
    insta::assert_json_snapshot!(refusal, @r#"
    {
      "rule": "bookingConflict",
      "movedDeliveryId": "00000000-0000-0000-0000-000000b00001",
      "resource": "Driver",
      "resourceId": "00000000-0000-0000-0000-000000d00001",
      "resourceName": "Ann",
      "deliveryId": "00000000-0000-0000-0000-000000b00003",
      "start": "2026-03-01T07:00:00Z",
      "end": "2026-03-01T08:00:00Z",
      "nextFreeStart": "2026-03-01T08:00:00Z"
    }
    "#);
}

#[test]
fn an_active_route_keeps_the_turnaround_when_it_moves() {
    let mut depot = ann_drives_before();
    depot.turnaround = TimeDelta::minutes(30);
    assert!(depot.route(route_id(1), &update("Harbour", "08:29")).is_err());
    assert!(depot.route(route_id(1), &update("Harbour", "08:30")).is_ok());
}

#[test]
fn another_origin_or_destination_moves_no_booking() {
    let mut depot = ann_drives_before();
    // A turnaround set later leaves bookings as they are: only a move has to keep it.
    depot.turnaround = TimeDelta::hours(5);
    depot.route(route_id(1), &update("Airport", "09:00")).unwrap();
    depot.route(route_id(1), &update("Airport", "08:59")).unwrap_err();
}
