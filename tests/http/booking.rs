//! Nothing is booked twice, whichever way it comes in.

use acceptance::{Client, Depot, Leg, at};
use futures_util::future::join_all;
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn of_fifty_simultaneous_bookings_of_one_driver_one_wins() {
    let depot = Depot::start();
    let desk = depot.admin();
    // Overlapping, but no two alike: each begins a minute after the one before.
    let legs = (0..50).map(|minute| desk.activate(Leg::starting(at(8, minute)).by("Gate", at(10, 0))));
    let routes = join_all(legs).await;
    for round in 0..20 {
        let driver = desk.add_driver("Ada").await;
        let answers =
            join_all(routes.iter().enumerate().map(|(n, route)| book(&desk, n, route, &driver))).await;
        let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        assert_eq!(won.len(), 1, "round {round}");
        let winner = won[0].json()["id"].clone();
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            let lost = lost.refused(400).with("deliveryId", winner.clone()).with("resource", "Driver");
            let lost = lost.with("resourceId", driver.clone()).with("resourceName", "Ada");
            assert_eq!(lost.fact("nextFreeStart"), &json!(at(10, 0)));
            assert!(lost.fact("start").is_string() && lost.fact("end").is_string());
        }
    }
}

/// Through REST and through the desk's commands in turn.
async fn book(desk: &Client, n: usize, route: &str, driver: &str) -> acceptance::Answer {
    if n.is_multiple_of(2) {
        return desk.book_driver(route, driver).await;
    }
    let command = json!({"type": "createDelivery", "routeId": route, "driverId": driver});
    desk.command("delivery", &Uuid::now_v7().to_string(), command).await
}

#[tokio::test]
async fn intervals_are_half_open_and_what_is_freed_is_free_at_once() {
    let depot = Depot::start();
    let desk = depot.admin();
    let (morning, noon) =
        (desk.activate(Leg::between(8, 10)).await, desk.activate(Leg::between(10, 12)).await);
    let (driver, other) = (desk.add_driver("Ada").await, desk.add_driver("Bob").await);
    let first = desk.book_driver(&morning, &driver).await.id();
    let _ = desk.book_driver(&noon, &driver).await.ok();
    let _ = desk.book_driver(&morning, &driver).await.refused(400).with("nextFreeStart", at(12, 0));
    let path = format!("/api/deliveries/{first}/assign-driver");
    let _ = desk.patch(&path, json!({"driverId": other})).await.ok();
    let second = desk.book_driver(&morning, &driver).await.id();
    let _ = desk.patch(&path, json!({"driverId": driver})).await.refused(400).with("deliveryId", second);
}

#[tokio::test]
async fn an_active_route_moves_with_its_bookings_or_not_at_all() {
    let depot = Depot::start();
    let desk = depot.admin();
    let (morning, noon) =
        (desk.activate(Leg::between(8, 10)).await, desk.activate(Leg::between(10, 12)).await);
    let driver = desk.add_driver("Ada").await;
    let (first, second) =
        (desk.book_driver(&morning, &driver).await.id(), desk.book_driver(&noon, &driver).await.id());
    let path = format!("/api/routes/{noon}");
    let move_to = |start: String| {
        let body = json!({"origin": "Depot", "destination": "Harbour", "scheduledStartTime": start});
        desk.put(&path, body)
    };
    let refused = move_to(at(9, 30)).await.refused(400);
    let _ = refused.with("deliveryId", first).with("movedDeliveryId", second);
    let _ = move_to(at(10, 30)).await.ok();
    let gap = desk.activate(Leg::starting(at(10, 0)).by("Gate", at(10, 30))).await;
    let _ = desk.book_driver(&gap, &driver).await.ok();
}

#[tokio::test]
async fn turnaround_and_duplicates_follow_the_settings() {
    let opening = Depot::generous().set("fleet.turnaround_minutes=15").set("fleet.allow_duplicates=true");
    let depot = opening.start();
    let desk = depot.admin();
    for name in ["Ada", "Bob"] {
        let _ = desk.post("/api/fleet/drivers", json!({"name": name, "driverLicense": "L-1"})).await.ok();
    }
    let (morning, noon) =
        (desk.activate(Leg::between(8, 10)).await, desk.activate(Leg::between(10, 12)).await);
    let driver = desk.add_driver("Cara").await;
    let _ = desk.book_driver(&morning, &driver).await.ok();
    let _ = desk.book_driver(&noon, &driver).await.refused(400).with("nextFreeStart", at(10, 15));
}
