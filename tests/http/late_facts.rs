//! What a phone reports after the depot went on without it: a success where it is so already, else kept for the desk.

use acceptance::{Answer, Client, Depot, PIXEL, Staff};
use reqwest::Method;
use serde_json::{Value, json};

const PIXEL_HASH: &str = "36c907715b80d7cdad0e196256966a3353b771387aefb1116d8769dacc81b675";

fn action(delivery: &str, number: u32, command: &Value) -> Value {
    json!({"command": {"entity": "delivery", "id": delivery, "command": command},
        "idempotencyKey": format!("action-{number}"),
        "device": {"sequence": number, "time": chrono::Utc::now().to_rfc3339(), "offsetMs": 0}})
}

fn proof(name: &str) -> Value {
    json!({"type": "captureProof", "receiverName": name,
        "photos": [{"hash": PIXEL_HASH, "mediaType": "image/png", "bytes": PIXEL.len()}]})
}

fn reach(staff: &Staff, sequence: u32) -> Value {
    json!({"type": "reachCheckpoint", "routeId": staff.route, "sequence": sequence})
}

async fn put_pixel(phone: &Client, delivery: &str) -> Answer {
    let path = format!("/api/deliveries/{delivery}/files/{PIXEL_HASH}");
    Answer::to(phone.request(Method::PUT, &path).header("content-type", "image/png").body(PIXEL)).await
}

async fn late_facts(client: &Client) -> Vec<Value> {
    client.query(json!({"query": "lateFacts"})).await.ok()["answer"].as_array().unwrap().clone()
}

/// The desk ends a delivery under way and gives it to somebody else.
async fn give_away(admin: &Client, delivery: &str, to: &str) {
    let _ = admin.set_status(delivery, "Failed").await.ok();
    let _ = admin.set_status(delivery, "PickedUp").await.ok();
    let assigned =
        admin.patch(&format!("/api/deliveries/{delivery}/assign-driver"), json!({"driverId": to})).await;
    let _ = assigned.ok();
}

#[tokio::test]
async fn what_was_done_before_a_delivery_was_given_away_is_kept() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("InTransit").await;
    let bob = admin.add_driver("Bob").await;
    let phone = depot.phone_of(&staff.driver);
    give_away(&admin, &delivery, &bob).await;
    let incident = json!({"type": "reportIncident", "incidentId": "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11",
        "incidentType": "Delay", "description": "I was there and it is signed"});
    for (number, command) in (1..).zip([reach(&staff, 1), proof("Cleo Brandt"), incident]) {
        let body = action(&delivery, number, &command);
        let kept = phone.post("/api/commands", body.clone()).await.ok();
        assert!(
            kept["lateFactId"].is_string() && kept["message"].as_str().unwrap().contains("Kept"),
            "{kept}"
        );
        assert_eq!(phone.post("/api/commands", body).await.ok(), kept, "its answer is repeated");
    }
    let facts = late_facts(&depot.role("viewer")).await;
    let deeds: Vec<_> = facts.iter().map(|fact| fact["deed"]["type"].as_str().unwrap()).collect();
    assert_eq!(deeds, ["checkpointReached", "proofCaptured", "incidentReported"]);
    assert!(
        facts.iter().all(|fact| fact["cause"] == "OtherDriver" && fact["driverId"] == json!(staff.driver))
    );
    assert_eq!(facts[0]["presentDriverName"], "Bob");
    assert!(facts[0]["location"].is_string() && facts[0]["at"].is_string(), "{}", facts[0]);
    let signed = &facts[1];
    assert_eq!(
        (&signed["words"]["receiverName"], &signed["filesAwaited"]),
        (&json!("Cleo Brandt"), &json!([PIXEL_HASH]))
    );
    let _ = put_pixel(&phone, &delivery).await.ok();
    assert_eq!(late_facts(&admin).await[1]["filesAwaited"], json!([]));
    assert_eq!(admin.get(&format!("/api/files/{PIXEL_HASH}")).await.status, 200);
    // The delivery itself is as the desk left it, and nobody else's business.
    let shown = admin.get(&format!("/api/deliveries/{delivery}")).await.ok();
    assert_eq!((&shown["status"], &shown["receiverName"]), (&json!("PickedUp"), &Value::Null));
    let _ = phone.query(json!({"query": "delivery", "id": delivery})).await.refused(403);
    let _ = phone.query(json!({"query": "lateFacts"})).await.refused(403);
    let stranger = depot.phone_of(&admin.add_driver("Stranger").await);
    let _ = stranger.post("/api/commands", action(&delivery, 1, &proof("Cleo"))).await.refused(403);
    let _ = put_pixel(&stranger, &delivery).await.refused(403);
}

#[tokio::test]
async fn a_late_fact_is_settled_at_the_desk_and_stays_with_the_delivery() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("InTransit").await;
    let _ = admin.set_status(&delivery, "Failed").await.ok();
    let phone = depot.phone_of(&staff.driver);
    let kept = phone.post("/api/commands", action(&delivery, 1, &proof("Cleo"))).await.ok();
    let fact = &late_facts(&admin).await[0];
    assert_eq!((&fact["factId"], &fact["cause"]), (&kept["lateFactId"], &json!("NotOutForDelivery")));
    let settle = json!({"type": "settleLateFact", "factId": fact["factId"], "note": "Counted by telephone"});
    let _ = phone.command("delivery", &delivery, settle.clone()).await.refused(403);
    let _ = depot.role("dispatcher").command("delivery", &delivery, settle.clone()).await.ok();
    let again = admin.command("delivery", &delivery, settle).await.ok();
    assert_eq!(again["changed"], false);
    assert!(late_facts(&admin).await.is_empty());
    let of_delivery = admin.query(json!({"query": "lateFacts", "deliveryId": delivery})).await.ok();
    assert_eq!(of_delivery["answer"][0]["note"], "Counted by telephone");
    let unknown = json!({"type": "settleLateFact", "factId": staff.driver});
    let _ = admin.command("delivery", &delivery, unknown).await.refused(404);
}

#[tokio::test]
async fn an_erased_receiver_is_in_no_late_fact() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("InTransit").await;
    let _ = admin.set_status(&delivery, "Failed").await.ok();
    let phone = depot.phone_of(&staff.driver);
    let _ = phone.post("/api/commands", action(&delivery, 1, &proof("Cleopatra Brandt"))).await.ok();
    let _ = put_pixel(&phone, &delivery).await.ok();
    let log = admin.query(json!({"query": "events", "entityId": delivery, "limit": 1})).await;
    assert!(log.body.contains("Cleopatra"), "{}", log.body);
    let _ = admin.command("delivery", &delivery, json!({"type": "eraseReceiver"})).await.ok();
    let facts = admin.query(json!({"query": "lateFacts"})).await;
    assert!(!facts.body.contains("Cleopatra") && !facts.body.contains(PIXEL_HASH), "{}", facts.body);
    let log = admin.query(json!({"query": "events", "entityId": delivery})).await;
    assert!(!log.body.contains("Cleopatra"), "{}", log.body);
}

#[tokio::test]
async fn what_is_so_already_is_a_success_for_a_phone_paired_again() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("InTransit").await;
    let (first, second) = (depot.phone_of(&staff.driver), depot.phone_of(&staff.driver));
    let bodies: Vec<_> = (1..)
        .zip([reach(&staff, 1), reach(&staff, 2), proof("Cleo Brandt")])
        .map(|(number, command)| action(&delivery, number, &command))
        .collect();
    let mut answers = vec![];
    for body in &bodies {
        answers.push(first.post("/api/commands", body.clone()).await.ok());
    }
    let before = admin.head().await;
    // The same requests, as the phone kept them; then as other requests that say the same.
    for (body, answer) in bodies.iter().zip(&answers) {
        assert_eq!(&second.post("/api/commands", body.clone()).await.ok(), answer);
    }
    for (number, command) in (7..).zip([reach(&staff, 2), proof("Cleo Brandt")]) {
        let answer = second.post("/api/commands", action(&delivery, number, &command)).await.ok();
        assert_eq!((&answer["changed"], &answer["lateFactId"]), (&json!(false), &Value::Null), "{answer}");
    }
    assert_eq!(admin.head().await, before, "nothing is recorded twice");
    let _ = put_pixel(&second, &delivery).await.ok();
    let shown = admin.query(json!({"query": "delivery", "id": delivery})).await.ok();
    assert_eq!(
        (&shown["answer"]["status"], &shown["answer"]["filesAwaited"]),
        (&json!("Delivered"), &json!([]))
    );
    // Another proof is another fact: it is kept, and the first one stands.
    let other = second.post("/api/commands", action(&delivery, 9, &proof("Rita"))).await.ok();
    assert!(other["lateFactId"].is_string(), "{other}");
}

#[tokio::test]
async fn a_failure_that_was_undone_is_not_repeated_by_a_phone_paired_again() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("InTransit").await;
    let body = action(
        &delivery,
        1,
        &json!({"type": "changeDeliveryStatus", "status": "Failed", "reason": "Closed"}),
    );
    let answer = depot.phone_of(&staff.driver).post("/api/commands", body.clone()).await.ok();
    let _ = admin.set_status(&delivery, "PickedUp").await.ok();
    assert_eq!(depot.phone_of(&staff.driver).post("/api/commands", body).await.ok(), answer);
    assert_eq!(admin.get(&format!("/api/deliveries/{delivery}")).await.ok()["status"], "PickedUp");
}
