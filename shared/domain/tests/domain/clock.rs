//! A device's clock: what it says is kept within what is possible, and flagged where it cannot be right.

use chrono::TimeDelta;
use depot_domain::delivery::{
    CheckpointReached, ClockDoubt, ClockFault, DeliveryContext, DeliveryStatus, DeliveryStatusChanged,
    DeviceTime,
};
use depot_domain::testing::{given, morning};
use depot_domain::values::Timestamp;
use depot_domain::{Decider, Delivery, DeliveryCommand};

use crate::delivery::{changed, created, history_in};
use crate::depot::Depot;
use crate::fixtures::{at, delivery_id, route_id, sequence, value};

use DeliveryStatus::{InTransit, PickedUp};

fn told(at: Timestamp) -> DeviceTime {
    DeviceTime { at, uncertain: false }
}

fn doubt(fault: ClockFault, told: Timestamp) -> Option<ClockDoubt> {
    Some(ClockDoubt { fault, told })
}

#[test]
fn a_possible_time_is_believed() {
    for clock in ["08:00", "08:30", "09:00"] {
        let placed = told(at(clock)).placed(Some(at("08:00")), at("09:00"));
        assert_eq!(placed, (at(clock), None));
    }
}

#[test]
fn a_time_that_is_off_by_minutes_is_moved_without_a_doubt() {
    assert_eq!(told(at("09:05")).placed(Some(at("08:00")), at("09:00")), (at("09:00"), None));
    assert_eq!(told(at("07:55")).placed(Some(at("08:00")), at("09:00")), (at("08:00"), None));
}

#[test]
fn an_impossible_time_gives_way_to_the_time_of_recording() {
    let (earliest, now) = (Some(at("08:00")), at("09:00"));
    for wrong in ["2036-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2026-03-01T09:05:01Z"] {
        let wrong = value(wrong);
        assert_eq!(told(wrong).placed(earliest, now), (now, doubt(ClockFault::Ahead, wrong)));
    }
    for wrong in
        ["0001-01-01T00:00:00Z", "1970-01-01T00:00:10Z", "2019-01-01T00:00:00Z", "2026-03-01T07:54:59Z"]
    {
        let wrong = value(wrong);
        assert_eq!(told(wrong).placed(earliest, now), (now, doubt(ClockFault::Behind, wrong)));
    }
}

#[test]
fn a_clock_that_was_set_is_kept_within_bounds_and_doubted() {
    let set = |clock| DeviceTime { at: at(clock), uncertain: true };
    let placed = |clock| set(clock).placed(Some(at("08:00")), at("09:00"));
    assert_eq!(placed("08:30"), (at("08:30"), doubt(ClockFault::Set, at("08:30"))));
    assert_eq!(placed("07:58"), (at("08:00"), doubt(ClockFault::Set, at("07:58"))));
    assert_eq!(placed("10:00"), (at("09:00"), doubt(ClockFault::Ahead, at("10:00"))));
}

#[test]
fn a_depot_clock_that_ran_ahead_does_not_hold_steps_in_the_future() {
    assert_eq!(told(at("09:00")).placed(Some(at("20:00")), at("09:00")), (at("09:00"), None));
}

#[test]
fn a_step_follows_the_step_before_it_and_an_incident_the_creation() {
    let mut state = None;
    for (event, clock) in [(created(Some(1), Some(1)), "08:00"), (changed(PickedUp, InTransit), "09:00")] {
        Delivery::evolve(&mut state, event, at(clock));
    }
    let delivery = state.unwrap();
    let reach =
        DeliveryCommand::ReachCheckpoint { route_id: route_id(1), sequence: sequence(1), location: None };
    let report = DeliveryCommand::ReportIncident {
        incident_id: None,
        kind: value("Delay"),
        description: value("Bridge closed"),
        severity: None,
        photos: vec![],
    };
    assert_eq!(delivery.earliest(&reach, true), at("09:00"));
    assert_eq!(delivery.earliest(&report, true), at("08:00"));
    assert_eq!(delivery.earliest(&reach, false), at("08:00"), "another driver's steps are not before it");
}

#[test]
fn a_late_told_step_does_not_move_the_last_step_back() {
    let mut state = None;
    for (event, clock) in [(created(Some(1), Some(1)), "08:00"), (changed(PickedUp, InTransit), "07:00")] {
        Delivery::evolve(&mut state, event, at(clock));
    }
    assert_eq!(state.unwrap().last_step_at, at("08:00"));
}

#[test]
fn every_event_of_a_step_says_what_speaks_against_its_time() {
    let (depot, clock) =
        (Depot::open(), doubt(ClockFault::Ahead, morning().saturating_add(TimeDelta::days(1))));
    let command =
        DeliveryCommand::ReachCheckpoint { route_id: route_id(1), sequence: sequence(2), location: None };
    let history = history_in(InTransit);
    let state = Delivery::fold(history.iter().map(|event| (event, morning())));
    let involved = Delivery::involved(state.as_ref(), &command);
    let context = DeliveryContext { clock, ..depot.delivery_context(delivery_id(1), involved) };
    let (route_id, sequence, location) = (route_id(1), sequence(2), value("South"));
    given::<Delivery>(&history).when(&command, &context).then([
        CheckpointReached { route_id, sequence, location, clock }.into(),
        DeliveryStatusChanged {
            old: InTransit,
            new: DeliveryStatus::OutForDelivery,
            reason: None,
            also_under_way: None,
            clock,
        }
        .into(),
    ]);
}
