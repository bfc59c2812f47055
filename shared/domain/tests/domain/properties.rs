//! What holds at a depot whatever it is asked for.

use std::collections::BTreeMap;

use depot_domain::delivery::{DeliveryStatus, DeliveryStatusChanged};
use depot_domain::dispatch::Calendar;
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{DeliveryId, Interval, Timestamp};
use depot_domain::{
    Decider, Delivery, DeliveryCommand, DeliveryEvent, DriverCommand, Route, RouteCommand, VehicleCommand,
};
use proptest::prelude::{ProptestConfig, Strategy, proptest};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::booking::clash;
use crate::depot::{Depot, Entity};
use crate::random::{Command, commands, depot};

use DeliveryStatus::{Delivered, Failed, InTransit, OutForDelivery, PickedUp};

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_command_without_events_changes_nothing(mut depot in depot(), commands in commands()) {
        for command in &commands {
            let before = depot.clone();
            if matches!(command.run(&mut depot), Err(_) | Ok(0)) {
                assert_eq!(depot, before, "after {command:?}");
            }
        }
    }

    #[test]
    fn setting_what_is_set_already_succeeds_without_events(mut depot in depot(), commands in commands()) {
        for command in &commands {
            if command.run(&mut depot).is_ok() && sets_something(command) {
                assert_eq!(command.run(&mut depot), Ok(0), "after {command:?}");
            }
        }
    }

    #[test]
    fn deliveries_keep_to_the_state_machine(mut depot in depot(), commands in commands()) {
        for command in &commands {
            // Why it was refused, if it was, matters to other tests.
            let _ = command.run(&mut depot);
            depot.deliveries.values().for_each(check_status_path);
        }
    }

    #[test]
    fn a_history_folds_to_the_state(mut depot in depot(), commands in commands()) {
        for command in &commands {
            let _ = command.run(&mut depot);
        }
        depot.drivers.values().for_each(check_fold);
        depot.vehicles.values().for_each(check_fold);
        depot.routes.values().for_each(check_fold);
        depot.deliveries.values().for_each(check_fold);
    }

    #[test]
    fn no_driver_and_no_vehicle_is_booked_twice(mut depot in depot(), commands in commands()) {
        for command in &commands {
            let _ = command.run(&mut depot);
            check_bookings(&depot, |delivery| delivery.driver_id, &depot.driver_calendars);
            check_bookings(&depot, |delivery| delivery.vehicle_id, &depot.vehicle_calendars);
        }
    }

    #[test]
    fn routes_stay_in_order(mut depot in depot(), commands in commands()) {
        for command in &commands {
            let _ = command.run(&mut depot);
            depot.routes.values().for_each(|route| check_route(&route.state));
        }
    }

    #[test]
    fn deliveries_have_what_their_status_needs(mut depot in depot(), commands in commands()) {
        for command in &commands {
            let _ = command.run(&mut depot);
            depot.deliveries.values().for_each(|delivery| check_needs(&depot, &delivery.state));
        }
    }
}

/// Whether the command says what shall be, rather than what shall happen once more.
fn sets_something(command: &Command) -> bool {
    match command {
        Command::Driver(
            _,
            DriverCommand::AddDriver { .. }
            | DriverCommand::UpdateDriver { .. }
            | DriverCommand::ChangeDriverStatus { .. }
            | DriverCommand::SetDriverPhone { .. }
            | DriverCommand::EraseDriver {},
        )
        | Command::Vehicle(
            _,
            VehicleCommand::AddVehicle { .. }
            | VehicleCommand::UpdateVehicle { .. }
            | VehicleCommand::ChangeVehicleStatus { .. },
        )
        | Command::Route(
            _,
            RouteCommand::CreateRoute { .. }
            | RouteCommand::PlanRoute { .. }
            | RouteCommand::UpdateRoute { .. }
            | RouteCommand::MoveRoute { .. }
            | RouteCommand::ChangeRouteStatus { .. }
            | RouteCommand::UpdateCheckpoint { .. },
        )
        | Command::Delivery(
            _,
            DeliveryCommand::CreateDelivery { .. }
            | DeliveryCommand::RetryDelivery { .. }
            | DeliveryCommand::ChangeDeliveryStatus { .. }
            | DeliveryCommand::ReachCheckpoint { .. }
            | DeliveryCommand::ReportIncident { incident_id: Some(_), .. }
            | DeliveryCommand::CaptureProof { .. }
            | DeliveryCommand::SettleLateFact { .. }
            | DeliveryCommand::EraseReceiver {},
        ) => true,
        Command::Route(
            _,
            RouteCommand::AddCheckpoint { .. }
            | RouteCommand::RemoveCheckpoint { .. }
            | RouteCommand::ReorderCheckpoints { .. },
        )
        | Command::Delivery(
            _,
            DeliveryCommand::AssignDriver { .. }
            | DeliveryCommand::AssignVehicle { .. }
            | DeliveryCommand::ReportIncident { incident_id: None, .. }
            | DeliveryCommand::ResolveIncident { .. }
            | DeliveryCommand::CloseAwaitedFile { .. },
        ) => false,
    }
}

fn status_changes(history: &[(DeliveryEvent, Timestamp)]) -> impl Iterator<Item = &DeliveryStatusChanged> {
    history.iter().filter_map(|(event, _)| match event {
        DeliveryEvent::DeliveryStatusChanged(changed) => Some(changed),
        DeliveryEvent::DeliveryCreated(_)
        | DeliveryEvent::DriverAssigned(_)
        | DeliveryEvent::VehicleAssigned(_)
        | DeliveryEvent::CheckpointReached(_)
        | DeliveryEvent::IncidentReported(_)
        | DeliveryEvent::IncidentResolved(_)
        | DeliveryEvent::ProofOfDeliveryCaptured(_)
        | DeliveryEvent::LateFactKept(_)
        | DeliveryEvent::LateFactSettled(_)
        | DeliveryEvent::AwaitedFileClosed(_)
        | DeliveryEvent::ReceiverErased(_) => None,
    })
}

fn check_status_path(delivery: &Entity<Delivery, DeliveryEvent>) {
    let mut status = PickedUp;
    for changed in status_changes(&delivery.history) {
        assert_eq!(changed.old, status);
        let targets: &[_] = match status {
            PickedUp => &[InTransit, Failed],
            InTransit => &[OutForDelivery, Failed],
            OutForDelivery => &[Delivered, Failed],
            Delivered => &[],
            Failed => &[PickedUp],
        };
        assert!(targets.contains(&changed.new), "from {status} to {}", changed.new);
        status = changed.new;
    }
    assert_eq!(delivery.state.status, status);
}

fn check_fold<State>(entity: &Entity<State, State::Event>)
where
    State: Decider + Clone + std::fmt::Debug + PartialEq,
{
    let folded = State::fold(entity.history.iter().map(|(event, at)| (event, *at)));
    assert_eq!(folded.as_ref(), Some(&entity.state));
}

/// Compares the calendars with what the deliveries say, and each booking with every other.
fn check_bookings<Id: Ord + Copy>(
    depot: &Depot,
    held: impl Fn(&Delivery) -> Option<Id>,
    calendars: &BTreeMap<Id, Calendar>,
) {
    let mut bookings = BTreeMap::<Id, Vec<(DeliveryId, Interval)>>::new();
    for (id, delivery) in &depot.deliveries {
        let holds = matches!(delivery.state.status, PickedUp | InTransit | OutForDelivery);
        if let Some(resource) = held(&delivery.state).filter(|_| holds) {
            let route = &depot.routes[&delivery.state.created.route_id].state;
            let interval = route.interval().not_before(delivery.state.tried_again_at);
            bookings.entry(resource).or_default().push((*id, interval));
        }
    }
    for (resource, calendar) in calendars {
        let mut expected = Calendar::default();
        for (id, interval) in bookings.get(resource).into_iter().flatten() {
            expected.book(*id, *interval);
            if depot.deliveries[id].state.status.is_under_way() {
                expected.set_off(*id);
            }
        }
        assert_eq!(*calendar, expected);
    }
    for (resource, bookings) in &bookings {
        assert!(calendars.contains_key(resource));
        for (index, (_, booking)) in bookings.iter().enumerate() {
            for (_, other) in &bookings[index + 1..] {
                assert!(!clash(*booking, *other, depot.turnaround), "{booking:?} and {other:?}");
            }
        }
    }
}

fn check_route(route: &Route) {
    let times = route.checkpoints.iter().map(|checkpoint| checkpoint.expected_time);
    let with_start: Vec<_> = std::iter::once(route.scheduled_start_time).chain(times).collect();
    assert!(with_start.is_sorted_by(|earlier, later| earlier < later), "{route:?}");
    assert!(route.checkpoints.is_sorted_by(|one, next| one.sequence < next.sequence), "{route:?}");
    assert_eq!(Some(&route.scheduled_end_time), with_start.last(), "{route:?}");
}

fn check_needs(depot: &Depot, delivery: &Delivery) {
    let route = &depot.routes[&delivery.created.route_id].state;
    let crew = (delivery.driver_id, delivery.vehicle_id);
    if matches!(delivery.status, PickedUp | InTransit | OutForDelivery) {
        assert_eq!(route.status, RouteStatus::Active);
        assert!(crew.0.is_none_or(|id| depot.drivers[&id].state.status == DriverStatus::Available));
        assert!(crew.1.is_none_or(|id| depot.vehicles[&id].state.status == VehicleStatus::Available));
    }
    if matches!(delivery.status, InTransit | OutForDelivery | Delivered) {
        assert!(crew.0.is_some() && crew.1.is_some());
    }
    if delivery.status == OutForDelivery {
        let reached = |sequence| delivery.reached.iter().any(|(reached, _)| reached.sequence == sequence);
        assert!(route.checkpoints.iter().all(|checkpoint| reached(checkpoint.sequence)));
    }
    let delivered = delivery.status == Delivered;
    assert_eq!((delivery.proof.is_some(), delivery.delivered_at.is_some()), (delivered, delivered));
}

/// The properties above say little of a depot in which little happens.
#[test]
fn the_random_depot_gets_around() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeMap::<String, usize>::new();
    for _ in 0..448 {
        let (mut depot, commands) = (depot(), commands()).new_tree(&mut runner).unwrap().current();
        for command in &commands {
            let known = match command.run(&mut depot) {
                Ok(0) => "nothing to do",
                Err(text) if text.starts_with("Route cannot be moved") => "a route kept from moving",
                Err(text) if text.contains("is booked by") => "a booking conflict",
                Err(text) if text.contains("have not ended") => "a route in use",
                Err(_) | Ok(_) => continue,
            };
            *seen.entry(known.to_owned()).or_default() += 1;
        }
        for delivery in depot.deliveries.values() {
            for changed in status_changes(&delivery.history) {
                *seen.entry(format!("{} to {}", changed.old, changed.new)).or_default() += 1;
            }
        }
    }
    for expected in [
        "nothing to do",
        "a route kept from moving",
        "a booking conflict",
        "a route in use",
        "PickedUp to InTransit",
        "InTransit to OutForDelivery",
        "OutForDelivery to Delivered",
        "OutForDelivery to Failed",
        "Failed to PickedUp",
    ] {
        assert!(seen.get(expected).is_some_and(|times| *times >= 5), "{expected} is rare: {seen:?}");
    }
}
