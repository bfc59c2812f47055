//! Pictures that follow the fact that names them, and actions that a phone sends again and again.

use std::sync::Arc;

use acceptance::{Answer, Client, Depot, PIXEL};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// What the smallest picture is called.
const PIXEL_HASH: &str = "36c907715b80d7cdad0e196256966a3353b771387aefb1116d8769dacc81b675";
/// A signature as the pad draws it, and what it is called.
const STROKE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><path d="M 1,1 L 8,8" stroke="#10161f" fill="none" stroke-linecap="round"></path></svg>"##;
const STROKE_HASH: &str = "92912e2338493666774db0ee162fec98b66661f3aa3714d5110231d45ddb42f3";
/// The same pixel with a note in it, such as a place.
const NOTED: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x11tEXtPlace\x0041.15 -8.61;F(\xb0\0\0\0\x0bIDATx\xdac\xf8\x0f\x04\0\t\xfb\x03\xfdh\xfa\x1c\xcc\0\0\0\0IEND\xaeB`\x82";
const NOTED_HASH: &str = "5f8c611541d264ff9a036713ac66557cfa0e29dfc0101c81a388b5afcd4391a1";

async fn put(client: &Client, delivery: &str, hash: &str, bytes: &'static [u8]) -> Answer {
    let path = format!("/api/deliveries/{delivery}/files/{hash}");
    Answer::to(client.request(Method::PUT, &path).header("content-type", "image/png").body(bytes)).await
}

async fn awaited(client: &Client, delivery: &str) -> Value {
    client.query(json!({"query": "delivery", "id": delivery})).await.ok()["answer"]["filesAwaited"].clone()
}

fn file(hash: &str) -> Value {
    json!({"hash": hash, "mediaType": "image/png", "bytes": 70})
}

#[tokio::test]
async fn a_picture_follows_its_fact_and_is_what_its_name_says() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("OutForDelivery").await;
    let phone = depot.phone_of(&staff.driver);
    let _ = put(&phone, &delivery, PIXEL_HASH, PIXEL).await.refused(404).mentions("send the proof");

    let incident = json!({"type": "reportIncident", "incidentType": "CargoDamage", "description": "Wet",
        "photos": [file(PIXEL_HASH), file(NOTED_HASH)]});
    let _ = phone.command("delivery", &delivery, incident).await.ok();
    let proof = json!({"type": "captureProof", "receiverName": "Cleo",
        "signature": {"hash": STROKE_HASH, "mediaType": "image/svg+xml", "bytes": STROKE.len()}});
    let _ = phone.command("delivery", &delivery, proof).await.ok();
    assert_eq!(awaited(&admin, &delivery).await, json!([STROKE_HASH, PIXEL_HASH, NOTED_HASH]));
    let shown = admin.get(&format!("/api/files/{PIXEL_HASH}")).await;
    let _ = shown.refused(404);

    let _ = put(&phone, &delivery, PIXEL_HASH, STROKE.as_bytes()).await.refused(400).mentions("has the hash");
    let _ = put(&phone, &delivery, NOTED_HASH, NOTED).await.refused(400).mentions("where it was taken");
    static LONG: [u8; 300 * 1024] = [b' '; 300 * 1024];
    let _ = put(&phone, &delivery, STROKE_HASH, &LONG).await.refused(413);
    let stranger = depot.phone_of(&admin.add_driver("Stranger").await);
    let _ = put(&stranger, &delivery, PIXEL_HASH, PIXEL).await.refused(403);
    let _ = put(&depot.role("viewer"), &delivery, PIXEL_HASH, PIXEL).await.refused(403);
    let _ = put(&phone, &delivery, "nonsense", PIXEL).await.refused(400);

    for _ in 0..2 {
        let taken = put(&phone, &delivery, PIXEL_HASH, PIXEL).await.ok();
        assert_eq!(taken, json!({"hash": PIXEL_HASH, "mediaType": "image/png", "bytes": PIXEL.len()}));
    }
    let _ = put(&phone, &delivery, STROKE_HASH, STROKE.as_bytes()).await.ok();
    assert_eq!(awaited(&phone, &delivery).await, json!([NOTED_HASH]));
    let shown = phone.get(&format!("/api/files/{STROKE_HASH}")).await;
    assert_eq!((shown.status, shown.body.as_str()), (200, STROKE));
    assert_eq!(phone.get(&format!("/api/files/{PIXEL_HASH}")).await.status, 200);
    let _ = stranger.get(&format!("/api/files/{PIXEL_HASH}")).await.refused(404);

    let backup = depot.depotd(&["backup"]);
    assert!(backup.success && backup.out.contains("verified"), "{backup:?}");
    let folder = backup.out.lines().next().unwrap().trim_start_matches("backup ").to_owned();
    let kept = std::path::Path::new(&folder).join("files").join(&PIXEL_HASH[..2]).join(PIXEL_HASH);
    assert_eq!(std::fs::read(kept).unwrap(), PIXEL);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_actions_each_sent_up_to_twenty_times_at_once_are_a_thousand() {
    const ACTIONS: u32 = 1_000;
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("PickedUp").await;
    let before = admin.head().await;
    let phone = depot.phone_of(&staff.driver);
    // More at once would only wait for a connection.
    let open = Arc::new(Semaphore::new(64));
    let mut sending = JoinSet::new();
    for number in 1..=ACTIONS {
        let body = json!({
            "command": {"entity": "delivery", "id": delivery,
                "command": {"type": "reportIncident", "incidentId": uuid::Uuid::now_v7(), "incidentType": "Delay",
                            "description": format!("Number {number}")}},
            "idempotencyKey": format!("key {number}"),
            "device": {"sequence": number, "time": "2026-11-25T06:00:00Z"}});
        for _ in 0..=(number * 7 % 20) {
            let (phone, open, body) = (phone.clone(), Arc::clone(&open), body.clone());
            sending.spawn(async move {
                let _permit = open.acquire_owned().await.unwrap();
                (number, phone.post("/api/commands", body).await.ok())
            });
        }
    }
    let mut answers = vec![Value::Null; ACTIONS as usize + 1];
    while let Some(sent) = sending.join_next().await {
        let (number, answer) = sent.unwrap();
        let first = &mut answers[number as usize];
        if first.is_null() {
            *first = answer;
        } else {
            assert_eq!(*first, answer, "each gets the first answer again");
        }
    }
    assert_eq!(admin.head().await - before, u64::from(ACTIONS), "exactly so many were stored");
    let day = phone.query(json!({"query": "phoneDay"})).await.ok()["answer"].clone();
    assert_eq!(day["actions"], json!({"received": ACTIONS, "lastSequence": ACTIONS}));
}
