//! Calendars and intervals against a scan that is too simple to be wrong.

use chrono::TimeDelta;
use depot_domain::dispatch::{Calendar, Candidate, Dispatch};
use depot_domain::values::{DeliveryId, Interval, Timestamp};
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::{collection, option};

use crate::fixtures::{at, delivery_id, driver_id, vehicle_id};

fn minute(minute: i64) -> Timestamp {
    at("00:00").saturating_add(TimeDelta::minutes(minute))
}

fn interval((start, length): (i64, i64)) -> Interval {
    Interval::new(minute(start), minute(start + length))
}

/// Whether two bookings clash, as domain.md says it: the later one begins within the earlier one or its
/// turnaround; those that begin together always clash, even two instants.
pub(crate) fn clash(a: Interval, b: Interval, turnaround: TimeDelta) -> bool {
    let (first, second) = if a.start <= b.start { (a, b) } else { (b, a) };
    first.start == second.start || second.start < first.end.saturating_add(turnaround)
}

/// Bookings as a depot takes them: one that clashes with an earlier one is not taken.
fn booked(wanted: &[(i64, i64)]) -> (Calendar, Vec<(DeliveryId, Interval)>) {
    let (mut calendar, mut bookings) = (Calendar::default(), Vec::<(DeliveryId, Interval)>::new());
    for (number, wanted) in (1..).zip(wanted) {
        let wanted = interval(*wanted);
        if !bookings.iter().any(|(_, held)| clash(wanted, *held, TimeDelta::zero())) {
            calendar.book(delivery_id(number), wanted);
            bookings.push((delivery_id(number), wanted));
        }
    }
    (calendar, bookings)
}

fn spans() -> impl Strategy<Value = Vec<(i64, i64)>> {
    collection::vec(span(), 0..12)
}

/// A start and a length in minutes; about one in five is an instant.
fn span() -> impl Strategy<Value = (i64, i64)> {
    (0..100_i64, (0..25_i64).prop_map(|length| (length - 5).max(0)))
}

fn turnaround() -> impl Strategy<Value = TimeDelta> {
    option::of(1..20_i64).prop_map(|minutes| TimeDelta::minutes(minutes.unwrap_or(0)))
}

proptest! {
    #[test]
    fn overlaps_is_symmetric_and_as_specified(a in span(), b in span(), turnaround in turnaround()) {
        let (a, b) = (interval(a), interval(b));
        prop_assert_eq!(a.overlaps(b, turnaround), clash(a, b, turnaround));
        prop_assert_eq!(b.overlaps(a, turnaround), clash(a, b, turnaround));
    }

    #[test]
    fn first_overlap_is_what_a_scan_finds(
        bookings in spans(), wanted in span(), turnaround in turnaround(), except in 1..12_u128,
    ) {
        let (calendar, bookings) = booked(&bookings);
        let (wanted, except) = (interval(wanted), delivery_id(except));
        let clashing = bookings.iter().copied();
        let clashing = clashing.filter(|(id, held)| *id != except && clash(wanted, *held, turnaround));
        prop_assert_eq!(
            calendar.first_overlap(wanted, turnaround, except, minute(0)).map(|(id, held)| (id, held.planned)),
            clashing.min_by_key(|(_, held)| held.start)
        );
    }

    #[test]
    fn the_next_free_start_is_the_earliest_that_is_free(
        driver in spans(), vehicle in spans(), wanted in span(), turnaround in turnaround(),
    ) {
        let ((driver, driver_held), (vehicle, vehicle_held)) = (booked(&driver), booked(&vehicle));
        let wanted = interval(wanted);
        let free = |start: Timestamp| {
            let slot = wanted.starting_at(start);
            !driver_held.iter().chain(&vehicle_held).any(|(_, held)| clash(slot, *held, turnaround))
        };
        let dispatch = Dispatch {
            route: None,
            driver: Some(Candidate { id: driver_id(1), entity: None, calendar: &driver }),
            vehicle: Some(Candidate { id: vehicle_id(1), entity: None, calendar: &vehicle }),
            turnaround,
            now: minute(0),
        };
        let Some(conflict) = dispatch.conflict(wanted, delivery_id(99)) else {
            prop_assert!(free(wanted.start));
            return Ok(());
        };
        let next = conflict.next_free_start;
        prop_assert!(!free(wanted.start) && free(next));
        prop_assert!(!free(next.saturating_add(TimeDelta::microseconds(-1))));
        let mut minutes = (0..).map(minute).skip_while(|at| *at < wanted.start).take_while(|at| *at < next);
        prop_assert_eq!(minutes.find(|at| free(*at)), None);
    }

    #[test]
    fn what_is_freed_is_forgotten(bookings in spans(), freed in 1..12_u128, again in span()) {
        let (mut calendar, bookings) = booked(&bookings);
        calendar.free(delivery_id(freed));
        let mut rest = Calendar::default();
        for (id, held) in bookings.iter().filter(|(id, _)| *id != delivery_id(freed)) {
            rest.book(*id, *held);
        }
        prop_assert_eq!(&calendar, &rest);
        prop_assert_eq!(calendar.holder(), bookings.iter().filter(|(id, _)| *id != delivery_id(freed))
            .min_by_key(|(_, held)| held.start).map(|(id, _)| *id));

        // A second booking of a delivery takes the place of its first.
        rest.book(delivery_id(99), interval(again));
        calendar.book(delivery_id(99), interval((1_000, 5)));
        calendar.book(delivery_id(99), interval(again));
        prop_assert_eq!(calendar, rest);
    }
}
