//! Routes: created, their checkpoints planned, their status changed.

use depot_domain::route::{
    Checkpoint, CheckpointAdded, CheckpointRemoved, CheckpointUpdated, CheckpointsReordered, RouteContext,
    RouteCreated, RouteScheduledEndTimeUpdated, RouteStatus, RouteStatusChanged,
};
use depot_domain::testing::{given, morning};
use depot_domain::{Decider, Kind, Route, RouteCommand, RouteEvent};

use crate::depot::Depot;
use crate::fixtures::{at, checkpoint, delivery_id, route_id, sequence, value};

pub(crate) fn created() -> RouteEvent {
    let (origin, destination) = (value("Depot"), value("Harbour"));
    RouteCreated { origin, destination, scheduled_start_time: at("09:00") }.into()
}

fn create(destination: &str) -> RouteCommand {
    let (origin, destination) = (value("Depot"), value(destination));
    RouteCommand::CreateRoute { origin, destination, scheduled_start_time: at("09:00") }
}

pub(crate) fn added(number: i64, location: &str, clock: &str) -> RouteEvent {
    CheckpointAdded(checkpoint(number, location, clock)).into()
}

fn add(number: i64, location: &str, clock: &str) -> RouteCommand {
    let Checkpoint { sequence, location, expected_time } = checkpoint(number, location, clock);
    RouteCommand::AddCheckpoint { sequence, location, expected_time }
}

fn update(number: i64, location: &str, clock: &str) -> RouteCommand {
    let Checkpoint { sequence, location, expected_time } = checkpoint(number, location, clock);
    RouteCommand::UpdateCheckpoint { sequence, location, expected_time }
}

fn remove(number: i64) -> RouteCommand {
    RouteCommand::RemoveCheckpoint { sequence: sequence(number) }
}

fn reorder(order: &[i64]) -> RouteCommand {
    RouteCommand::ReorderCheckpoints { order: order.iter().map(|number| sequence(*number)).collect() }
}

pub(crate) fn ends(clock: &str) -> RouteEvent {
    RouteScheduledEndTimeUpdated { scheduled_end_time: at(clock) }.into()
}

pub(crate) fn changed(old: RouteStatus, new: RouteStatus) -> RouteEvent {
    RouteStatusChanged { old, new }.into()
}

/// From 09:00 by checkpoint 1, North at 10:00, checkpoint 3, West at 11:00, and checkpoint 5, South at 12:00.
pub(crate) fn planned() -> Vec<RouteEvent> {
    vec![
        created(),
        added(1, "North", "10:00"),
        ends("10:00"),
        added(3, "West", "11:00"),
        ends("11:00"),
        added(5, "South", "12:00"),
        ends("12:00"),
    ]
}

fn planned_in(status: RouteStatus) -> Vec<RouteEvent> {
    let mut history = planned();
    history.push(changed(RouteStatus::Planning, status));
    history
}

pub(crate) fn unused() -> RouteContext<'static> {
    RouteContext { id: route_id(1), uses: vec![], is_reached: false }
}

fn plan(checkpoints: &[(i64, &str, &str)]) -> RouteCommand {
    let (origin, destination) = (value("Depot"), value("Harbour"));
    let checkpoints =
        checkpoints.iter().map(|(number, location, clock)| checkpoint(*number, location, clock)).collect();
    RouteCommand::PlanRoute { origin, destination, scheduled_start_time: at("09:00"), checkpoints }
}

#[test]
fn a_route_is_planned_with_its_checkpoints_in_one_step() {
    let whole = plan(&[(1, "North", "10:00"), (3, "West", "11:00")]);
    let events = [created(), added(1, "North", "10:00"), added(3, "West", "11:00"), ends("11:00")];
    given::<Route>(&[]).when(&whole, &unused()).then(events.clone());
    given::<Route>(&[]).when(&plan(&[]), &unused()).then([created()]);
    // Sent again it is the same; with another stop it is another route.
    given::<Route>(&events).when(&whole, &unused()).then([]);
    given::<Route>(&events).when(&plan(&[(1, "North", "10:00")]), &unused()).then_refused(
        Kind::Duplicate,
        &format!(
            "Route {} exists already with other details: leave the id out or choose a new one",
            route_id(1)
        ),
    );
}

#[test]
fn a_planned_route_keeps_the_rules_of_adding_checkpoints() {
    given::<Route>(&[]).when(&plan(&[(1, "North", "09:00")]), &unused()).then_refused(
        Kind::Broken,
        "Checkpoint time 2026-03-01T09:00:00Z must be after 2026-03-01T09:00:00Z, the time of the route's start",
    );
    given::<Route>(&[]).when(&plan(&[(1, "North", "10:00"), (2, "West", "10:00")]), &unused()).then_refused(
        Kind::Broken,
        "Checkpoint time 2026-03-01T10:00:00Z must be after 2026-03-01T10:00:00Z, the time of checkpoint 1",
    );
    given::<Route>(&[]).when(&plan(&[(2, "North", "10:00"), (2, "West", "11:00")]), &unused()).then_refused(
        Kind::Broken,
        "Checkpoint sequence 2 must be greater than every existing one: the greatest is 2",
    );
}

#[test]
fn a_route_is_created_in_planning_and_ends_when_it_starts() {
    given::<Route>(&[]).when(&create("Harbour"), &unused()).then([created()]);
    let route = Route::fold([(&created(), morning())]).unwrap();
    assert_eq!(route.status, RouteStatus::Planning);
    assert_eq!(route.scheduled_end_time, at("09:00"));
    assert_eq!((route.created_at, route.updated_at), (morning(), morning()));
}

#[test]
fn every_change_moves_the_time_of_the_last_one() {
    let route = Route::fold([(&created(), morning()), (&added(1, "North", "10:00"), at("08:30"))]).unwrap();
    assert_eq!((route.created_at, route.updated_at), (morning(), at("08:30")));
}

#[test]
fn creating_a_route_again_changes_nothing() {
    given::<Route>(&planned_in(RouteStatus::Active)).when(&create("Harbour"), &unused()).then([]);
}

#[test]
fn creating_a_route_with_a_used_id_is_refused() {
    given::<Route>(&[created()]).when(&create("Airport"), &unused()).then_refused(
        Kind::Duplicate,
        "Route 00000000-0000-0000-0000-000000a00001 exists already with other details: leave the id out or \
         choose a new one",
    );
}

#[test]
fn an_unknown_route_is_not_found() {
    let status = RouteStatus::Active;
    let (origin, destination, scheduled_start_time) = (value("Depot"), value("Harbour"), at("09:00"));
    for command in [
        RouteCommand::UpdateRoute { origin, destination, scheduled_start_time },
        RouteCommand::ChangeRouteStatus { status },
        add(1, "North", "10:00"),
        update(1, "North", "10:00"),
        remove(1),
        reorder(&[]),
    ] {
        given::<Route>(&[])
            .when(&command, &unused())
            .then_refused(Kind::NotFound, "There is no route 00000000-0000-0000-0000-000000a00001");
    }
}

#[test]
fn the_route_ends_with_its_last_checkpoint() {
    given::<Route>(&[created()])
        .when(&add(1, "North", "10:00"), &unused())
        .then([added(1, "North", "10:00"), ends("10:00")]);
    given::<Route>(&planned())
        .when(&add(6, "East", "13:00"), &unused())
        .then([added(6, "East", "13:00"), ends("13:00")]);
}

#[test]
fn a_checkpoint_that_is_not_after_the_start_is_refused() {
    for (clock, rest) in [("09:00", "09:00"), ("08:59", "08:59")] {
        given::<Route>(&[created()]).when(&add(1, "North", clock), &unused()).then_refused(
            Kind::Broken,
            &format!(
                "Checkpoint time 2026-03-01T{rest}:00Z must be after 2026-03-01T09:00:00Z, the time of the \
                 route's start"
            ),
        );
    }
}

#[test]
fn a_checkpoint_that_is_not_after_the_last_one_is_refused() {
    given::<Route>(&planned()).when(&add(6, "East", "12:00"), &unused()).then_refused(
        Kind::Broken,
        "Checkpoint time 2026-03-01T12:00:00Z must be after 2026-03-01T12:00:00Z, the time of checkpoint 5",
    );
}

#[test]
fn a_sequence_that_is_not_the_greatest_is_refused() {
    for number in [5, 4] {
        given::<Route>(&planned()).when(&add(number, "East", "13:00"), &unused()).then_refused(
            Kind::Broken,
            &format!(
                "Checkpoint sequence {number} must be greater than every existing one: the greatest is 5"
            ),
        );
    }
}

#[test]
fn a_checkpoint_is_updated_between_its_neighbours() {
    given::<Route>(&planned())
        .when(&update(3, "East", "11:30"), &unused())
        .then([CheckpointUpdated(checkpoint(3, "East", "11:30")).into()]);
}

#[test]
fn updating_the_last_checkpoint_moves_the_end() {
    given::<Route>(&planned())
        .when(&update(5, "South", "11:30"), &unused())
        .then([CheckpointUpdated(checkpoint(5, "South", "11:30")).into(), ends("11:30")]);
}

#[test]
fn updating_a_checkpoint_to_what_it_is_changes_nothing() {
    given::<Route>(&planned()).when(&update(3, "West", "11:00"), &unused()).then([]);
}

#[test]
fn a_checkpoint_stays_after_the_one_before_it() {
    given::<Route>(&planned()).when(&update(3, "West", "10:00"), &unused()).then_refused(
        Kind::Broken,
        "Checkpoint time 2026-03-01T10:00:00Z must be after 2026-03-01T10:00:00Z, the time of checkpoint 1",
    );
}

#[test]
fn a_checkpoint_stays_before_the_one_after_it() {
    given::<Route>(&planned()).when(&update(3, "West", "12:00"), &unused()).then_refused(
        Kind::Broken,
        "Checkpoint time 2026-03-01T12:00:00Z must be before 2026-03-01T12:00:00Z, the time of checkpoint 5",
    );
}

#[test]
fn the_first_checkpoint_stays_after_the_start() {
    given::<Route>(&planned()).when(&update(1, "North", "09:00"), &unused()).then_refused(
        Kind::Broken,
        "Checkpoint time 2026-03-01T09:00:00Z must be after 2026-03-01T09:00:00Z, the time of the route's \
         start",
    );
}

#[test]
fn updating_an_unknown_checkpoint_is_refused() {
    given::<Route>(&planned())
        .when(&update(2, "West", "10:30"), &unused())
        .then_refused(Kind::Broken, "Route has no checkpoint 2: it has 1, 3, 5");
    given::<Route>(&[created()])
        .when(&update(2, "West", "10:30"), &unused())
        .then_refused(Kind::Broken, "Route has no checkpoint 2: it has none");
}

#[test]
fn a_checkpoint_is_removed() {
    given::<Route>(&planned())
        .when(&remove(3), &unused())
        .then([CheckpointRemoved { sequence: sequence(3) }.into()]);
}

#[test]
fn removing_the_last_checkpoint_moves_the_end() {
    given::<Route>(&planned())
        .when(&remove(5), &unused())
        .then([CheckpointRemoved { sequence: sequence(5) }.into(), ends("11:00")]);
}

#[test]
fn removing_the_only_checkpoint_lets_the_route_end_when_it_starts() {
    given::<Route>(&[created(), added(1, "North", "10:00"), ends("10:00")])
        .when(&remove(1), &unused())
        .then([CheckpointRemoved { sequence: sequence(1) }.into(), ends("09:00")]);
}

#[test]
fn removing_an_unknown_checkpoint_is_not_found() {
    given::<Route>(&planned())
        .when(&remove(2), &unused())
        .then_refused(Kind::NotFound, "There is no checkpoint 2 on this route: it has 1, 3, 5");
}

#[test]
fn reordering_moves_the_places_and_keeps_sequences_and_times() {
    let checkpoints = vec![
        checkpoint(1, "South", "10:00"),
        checkpoint(3, "North", "11:00"),
        checkpoint(5, "West", "12:00"),
    ];
    given::<Route>(&planned())
        .when(&reorder(&[5, 1, 3]), &unused())
        .then([CheckpointsReordered { checkpoints }.into()]);
}

#[test]
fn reordering_to_the_present_order_changes_nothing() {
    given::<Route>(&planned()).when(&reorder(&[1, 3, 5]), &unused()).then([]);
    given::<Route>(&[created()]).when(&reorder(&[]), &unused()).then([]);
}

#[test]
fn an_order_that_does_not_name_every_checkpoint_once_is_refused() {
    for order in [&[1, 3][..], &[1, 3, 3], &[1, 3, 5, 5], &[1, 3, 4], &[]] {
        given::<Route>(&planned()).when(&reorder(order), &unused()).then_refused(
            Kind::Broken,
            "The order must name every checkpoint of the route once: it has 1, 3, 5",
        );
    }
}

#[test]
fn checkpoints_change_only_in_planning() {
    for status in [RouteStatus::Active, RouteStatus::Deactivated] {
        for command in [add(6, "East", "13:00"), update(3, "West", "11:00"), remove(3), reorder(&[1, 3, 5])] {
            given::<Route>(&planned_in(status)).when(&command, &unused()).then_refused(
                Kind::Broken,
                &format!("Route is {status}: its checkpoints can be changed only in Planning"),
            );
        }
    }
}

#[test]
fn the_status_follows_the_table() {
    use RouteStatus::{Active, Deactivated, Planning};
    for (old, new) in [(Planning, Active), (Planning, Deactivated), (Active, Planning), (Active, Deactivated)]
    {
        given::<Route>(&planned_in(old))
            .when(&RouteCommand::ChangeRouteStatus { status: new }, &unused())
            .then([changed(old, new)]);
    }
    for new in [Planning, Active] {
        given::<Route>(&planned_in(Deactivated))
            .when(&RouteCommand::ChangeRouteStatus { status: new }, &unused())
            .then_refused(
                Kind::Broken,
                &format!("Route cannot change from Deactivated to {new}: no change is possible from there"),
            );
    }
}

#[test]
fn a_route_that_deliveries_use_stays_active() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    depot.begin(delivery_id(2), 1, 2);
    for status in [RouteStatus::Planning, RouteStatus::Deactivated] {
        given::<Route>(&planned_in(RouteStatus::Active))
            .when(&RouteCommand::ChangeRouteStatus { status }, &depot.route_context(route_id(1)))
            .then_refused(
                Kind::Broken,
                "Route is used by deliveries that have not ended: 00000000-0000-0000-0000-000000b00001, \
                 00000000-0000-0000-0000-000000b00002",
            );
    }
}

#[test]
fn setting_the_present_status_changes_nothing_even_on_a_route_in_use() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    for &status in RouteStatus::ALL {
        given::<Route>(&planned_in(status))
            .when(&RouteCommand::ChangeRouteStatus { status }, &depot.route_context(route_id(1)))
            .then([]);
    }
}
