//! A clock that jumps by a year, forwards and back: the order is the sequence's, the chain is whole, and the past can still be
//! asked for.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use depot_app::{
    Actor, App, AppOptions, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, EventCategory, Limit,
    Settings, Trace,
};
use depot_domain::DriverCommand;
use depot_domain::values::Timestamp;
use uuid::Uuid;

const YEAR_DAYS: i64 = 365;

fn on(day: i64) -> Timestamp {
    let start: Timestamp = "2030-05-01T08:00:00Z".parse().unwrap();
    start.saturating_add(TimeDelta::days(day))
}

#[tokio::test]
async fn a_clock_that_jumps_by_a_year_disturbs_neither_order_nor_chain() {
    let folder = tempfile::tempdir().unwrap();
    let day = Arc::new(AtomicI64::new(0));
    let open = || {
        let day = Arc::clone(&day);
        let clock = Arc::new(move || on(day.load(Ordering::Relaxed)));
        App::open(AppOptions { clock, ..AppOptions::new(folder.path(), Settings::default()) }).unwrap()
    };
    let mut app = open();
    let desk = Actor::desk();
    let id = Uuid::from_u128(1);
    let jumps = [0, YEAR_DAYS, 0, -YEAR_DAYS, 1, 2 * YEAR_DAYS, 2, 3];
    for (number, to) in jumps.into_iter().enumerate() {
        day.store(to, Ordering::Relaxed);
        let name = format!("Ada {number}").parse().unwrap();
        let driver_license = "L-1".parse().unwrap();
        let command = if number == 0 {
            DriverCommand::AddDriver { name, driver_license }
        } else {
            DriverCommand::UpdateDriver { name, driver_license }
        };
        let request = CommandRequest {
            idempotency_key: Some(format!("k-{number}")),
            ..CommandRequest::new(DepotCommand::Driver { id: id.into(), command })
        };
        let outcome = app.execute(&desk, request, Trace::fresh()).await.unwrap();
        assert_eq!(outcome.sequence, number as u64 + 1);
        app.seal().await.unwrap().expect("a seal on the new event, whatever the clock says");
        if number % 3 == 2 {
            app.close().await;
            app = open();
        }
    }
    let verified = app.verify().await.unwrap();
    assert_eq!((verified.events, verified.seals), (8, 8));
    let feed = app.event_feed(&desk, EventCategory::Fleet, Some(0), None, Limit::default()).await.unwrap();
    let told: Vec<_> =
        feed.events.iter().map(|event| (event.sequence, event.version, event.recorded_at)).collect();
    let expected: Vec<_> =
        jumps.iter().zip(1..).map(|(to, place)| (u64::from(place), place, on(*to))).collect();
    assert_eq!(told, expected, "recorded as the clock said, in the order in which it was done");
    let DepotAnswer::Driver(driver) =
        app.query(&desk, DepotQuery::Driver { id: id.into() }).await.unwrap().answer
    else {
        panic!("a driver")
    };
    assert_eq!(driver.name, "Ada 7");
    let before = app.projections().await.unwrap();
    app.rebuild().await.unwrap();
    assert_eq!(app.projections().await.unwrap(), before);
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_by_a_month_and_back_does_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let day = Arc::new(AtomicI64::new(0));
    let tells = Arc::clone(&day);
    let clock = Arc::new(move || on(tells.load(Ordering::Relaxed)));
    let app = App::open(AppOptions { clock, ..AppOptions::new(folder.path(), Settings::default()) }).unwrap();
    let desk = Actor::desk();
    let add = |number: u128| {
        let (name, driver_license) = ("Ada".parse().unwrap(), format!("L-{number}").parse().unwrap());
        let command = DriverCommand::AddDriver { name, driver_license };
        CommandRequest {
            idempotency_key: Some(format!("k-{number}")),
            ..CommandRequest::new(DepotCommand::Driver { id: Uuid::from_u128(number).into(), command })
        }
    };
    let first = app.execute(&desk, add(1), Trace::fresh()).await.unwrap();
    for (number, to) in [(2, 31), (3, 400), (4, 0)] {
        day.store(to, Ordering::Relaxed);
        app.execute(&desk, add(number), Trace::fresh()).await.unwrap();
    }
    let again = app.execute(&desk, add(1), Trace::fresh()).await.unwrap();
    assert_eq!((again, app.head()), (first, 4));
    app.close().await;
}
