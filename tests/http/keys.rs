//! What is sent twice is done once.

use acceptance::{Answer, Depot, Leg};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

fn post(
    client: &acceptance::Client,
    path: &str,
    key: &str,
    body: &Value,
) -> impl Future<Output = Answer> + use<> {
    Answer::to(client.request(Method::POST, path).header("Idempotency-Key", key).json(body))
}

#[tokio::test]
async fn the_first_answer_to_a_key_is_repeated() {
    let depot = Depot::start();
    let desk = depot.admin();
    let body = json!({"name": "Ada", "driverLicense": "L-1"});
    let answers = join_all((0..20).map(|_| post(&desk, "/api/fleet/drivers", "key-1", &body))).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    assert_eq!(desk.head().await, 1);
    let other = json!({"name": "Bob", "driverLicense": "L-2"});
    let _ = post(&desk, "/api/fleet/drivers", "key-1", &other).await.refused(409).with("code", "keyReused");
    // Another client's key of the same name is another key.
    assert_eq!(post(&depot.role("dispatcher"), "/api/fleet/drivers", "key-1", &other).await.status, 200);
}

#[tokio::test]
async fn a_refusal_is_repeated_too() {
    let depot = Depot::start();
    let desk = depot.admin();
    let route = desk.activate(Leg::between(8, 10)).await;
    let driver = desk.add_driver("Ada").await;
    let holder = desk.book_driver(&route, &driver).await.id();
    let body = json!({"routeId": route, "driverId": driver});
    let _ = post(&desk, "/api/deliveries", "k", &body).await.refused(400);
    let _ = desk.set_status(&holder, "Failed").await.ok();
    let _ = post(&desk, "/api/deliveries", "k", &body).await.refused(400).with("deliveryId", holder);
    assert_eq!(post(&desk, "/api/deliveries", "another", &body).await.status, 200);
}

#[tokio::test]
async fn a_repeated_id_is_no_second_thing() {
    let depot = Depot::start();
    let desk = depot.admin();
    let id = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";
    let body = json!({"id": id, "name": "Ada", "driverLicense": "L-1"});
    for _ in 0..3 {
        assert_eq!(desk.post("/api/fleet/drivers", body.clone()).await.id(), id);
    }
    let _ = desk
        .put(&format!("/api/fleet/drivers/{id}"), json!({"name": "Ada B.", "driverLicense": "L-1"}))
        .await
        .ok();
    assert_eq!(desk.post("/api/fleet/drivers", body).await.id(), id);
    assert_eq!(desk.head().await, 2);
    let vehicle = json!({"id": id, "registration": "EV-1", "vehicleType": "Van"});
    let _ = desk.post("/api/fleet/vehicles", vehicle).await.refused(409).mentions("the id of another driver");
}

#[tokio::test]
async fn nobody_overwrites_what_they_have_not_seen() {
    let depot = Depot::start();
    let desk = depot.admin();
    let driver = desk.add_driver("Ada").await;
    let path = format!("/api/fleet/drivers/{driver}");
    let update = |name: &str| json!({"name": name, "driverLicense": "L-7", "expectedVersion": 1});
    let _ = desk.put(&path, update("Ada B.")).await.ok();
    let _ = desk.put(&path, update("Ada C.")).await.refused(409).with("version", 2);
    assert_eq!(desk.get(&path).await.ok()["name"], "Ada B.");
}
