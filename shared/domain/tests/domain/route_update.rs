//! Routes: origin, destination and start are updated, or the whole route is moved; the bookings move along.

use chrono::TimeDelta;
use depot_domain::route::{RouteContext, RouteMoved, RouteStatus, RouteUpdated};
use depot_domain::testing::given;
use depot_domain::{Kind, Route, RouteCommand, RouteEvent};

use crate::depot::Depot;
use crate::fixtures::{at, checkpoint, delivery_id, driver_id, route_id, value};
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
        at("07:00"),
    );
    let (holder, held) = held.unwrap();
    let interval = held.interval();
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
      "overrun": false,
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

fn move_to(from: &str, to: &str) -> RouteCommand {
    RouteCommand::MoveRoute { from: at(from), scheduled_start_time: at(to) }
}

#[test]
fn a_moved_route_takes_its_checkpoints_along_in_one_event() {
    for status in [RouteStatus::Planning, RouteStatus::Active] {
        let checkpoints = vec![
            checkpoint(1, "North", "11:30"),
            checkpoint(3, "West", "12:30"),
            checkpoint(5, "South", "13:30"),
        ];
        let moved =
            RouteMoved { scheduled_start_time: at("10:30"), scheduled_end_time: at("13:30"), checkpoints };
        given::<Route>(&planned_in(status)).when(&move_to("09:00", "10:30"), &unused()).then([moved.into()]);
    }
}

#[test]
fn a_route_without_checkpoints_moves_alone() {
    let moved = RouteMoved {
        scheduled_start_time: at("08:00"),
        scheduled_end_time: at("08:00"),
        checkpoints: vec![],
    };
    given::<Route>(&[created()]).when(&move_to("09:00", "08:00"), &unused()).then([moved.into()]);
}

#[test]
fn a_move_to_where_the_route_is_changes_nothing() {
    given::<Route>(&planned()).when(&move_to("09:00", "09:00"), &unused()).then([]);
    given::<Route>(&planned()).when(&move_to("08:00", "09:00"), &unused()).then([]);
}

#[test]
fn a_move_from_another_start_is_refused() {
    given::<Route>(&planned()).when(&move_to("08:00", "10:00"), &unused()).then_refused(
        Kind::Broken,
        "Route starts at 2026-03-01T09:00:00Z, not at 2026-03-01T08:00:00Z: somebody changed its start meanwhile",
    );
}

#[test]
fn a_route_with_a_reached_checkpoint_is_not_moved() {
    let context = RouteContext { is_reached: true, ..unused() };
    given::<Route>(&planned())
        .when(&move_to("09:00", "10:00"), &context)
        .then_refused(Kind::Broken, "Route cannot be moved: a delivery has reached one of its checkpoints");
}

#[test]
fn a_deactivated_route_is_not_moved() {
    given::<Route>(&planned_in(RouteStatus::Deactivated))
        .when(&move_to("09:00", "10:00"), &unused())
        .then_refused(
            Kind::Broken,
            "Route is Deactivated: origin, destination and start can be changed only in Planning and Active",
        );
}

#[test]
fn a_move_out_of_the_years_is_refused() {
    let last = "9999-12-31T23:30:00Z".parse().unwrap();
    let command = RouteCommand::MoveRoute { from: at("09:00"), scheduled_start_time: last };
    given::<Route>(&planned())
        .when(&command, &unused())
        .then_refused(Kind::Broken, "Route would leave the years 1 to 9999: move it by less");
}

#[test]
fn a_moved_route_keeps_clear_of_other_bookings() {
    let mut depot = ann_drives_before();
    let before = depot.clone();
    let refusal = depot.route(route_id(1), &move_to("09:00", "07:30")).unwrap_err();
    assert!(refusal.to_string().contains("would overlap another"), "{refusal}");
    assert_eq!(depot, before);
    depot.route(route_id(1), &move_to("09:00", "08:00")).unwrap();
    assert_eq!(depot.routes[&route_id(1)].state.interval().end, at("10:00"));
}
