//! The change feed, the event feed, and the past.

use acceptance::{ChangeFeed, Depot, Leg};
use serde_json::json;

#[tokio::test]
async fn changes_are_told_as_they_happen_and_missed_ones_afterwards() {
    let depot = Depot::start();
    let desk = depot.admin();
    let mut feed = ChangeFeed::open(&desk, None).await;
    let driver = desk.add_driver("Ada").await;
    assert!(feed.until(desk.head().await).await.contains(&"drivers".to_owned()));
    let seen = desk.head().await;
    drop(feed);
    let route = desk.activate(Leg::between(8, 10)).await;
    let _ = desk.book_driver(&route, &driver).await.ok();
    let mut feed = ChangeFeed::open(&desk, Some(seen)).await;
    assert_eq!(feed.until(desk.head().await).await, ["deliveries", "routes"]);
}

#[tokio::test]
async fn a_phone_is_told_only_of_its_own() {
    let depot = Depot::start();
    let desk = depot.admin();
    let (own, staff) = desk.delivery_in("PickedUp").await;
    let (others, _) = desk.delivery_in("PickedUp").await;
    let mut feed = ChangeFeed::open(&depot.phone_of(&staff.driver), None).await;
    let _ = desk.set_status(&others, "InTransit").await.ok();
    let _ = desk.set_status(&own, "InTransit").await.ok();
    let notice = feed.next().await.unwrap();
    assert_eq!(notice.id, desk.head().await, "the first notice is of its own delivery");
}

#[tokio::test]
async fn integrations_read_the_log_in_order_from_where_they_were() {
    let depot = Depot::start();
    let admin = depot.admin();
    for name in ["Ada", "Bob", "Cara"] {
        admin.add_driver(name).await;
    }
    let erp = depot.role("integration");
    let feed = erp.get("/api/events/fleet-management-events?limit=2&consumer=erp").await.ok();
    let names: Vec<_> =
        feed["events"].as_array().unwrap().iter().map(|event| event["data"]["name"].clone()).collect();
    assert_eq!(
        (json!(names), &feed["more"], &feed["position"]),
        (json!(["Ada", "Bob"]), &json!(true), &json!(2))
    );
    assert_eq!(
        (&feed["events"][0]["type"], &feed["events"][0]["schemaVersion"]),
        (&json!("DriverAdded"), &json!(2))
    );
    let position = json!({"consumer": "erp", "sequence": 2});
    let _ = erp.post("/api/events/fleet-management-events/position", position).await.ok();
    let feed = erp.get("/api/events/fleet-management-events?consumer=erp").await.ok();
    assert_eq!((&feed["events"][0]["data"]["name"], &feed["more"]), (&json!("Cara"), &json!(false)));
}

#[tokio::test]
async fn anything_can_be_seen_as_it_was() {
    let depot = Depot::start();
    let desk = depot.admin();
    let driver = desk.add_driver("Ada").await;
    let event =
        desk.query(json!({"query": "events", "entityId": driver})).await.ok()["answer"]["items"][0].clone();
    let before = event["recordedAt"].as_str().unwrap().to_owned();
    let update = json!({"name": "Ada B.", "driverLicense": "L-7"});
    let _ = desk.put(&format!("/api/fleet/drivers/{driver}"), update).await.ok();
    let path = format!("/api/fleet/drivers/{driver}/as-of?at={before}");
    let past = desk.get(&path).await.ok();
    assert_eq!((&past["state"]["name"], &past["version"]), (&json!("Ada"), &json!(1)));
    let long_ago = desk.get(&format!("/api/fleet/drivers/{driver}/as-of?at=2001-01-01T00:00:00Z")).await.ok();
    assert_eq!(long_ago["state"], json!(null));
}
