//! Forty phones at once: a working day of each, replayed as fast as the depot answers, over connections that drop answers.
//!
//! `PHONE_DELIVERIES=50` in the environment makes the long run.

use std::collections::BTreeMap;

use acceptance::{Client, Depot, Leg, PIXEL, Staff};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const PHONES: usize = 40;
/// How many deliveries each phone makes unless the environment says otherwise.
const DELIVERIES: usize = 1;
const PIXEL_HASH: &str = "36c907715b80d7cdad0e196256966a3353b771387aefb1116d8769dacc81b675";

/// A phone with the numbers of its actions.
struct Phone {
    client: Client,
    number: usize,
    sequence: u32,
    /// Drives which answers are lost; another for each phone, the same in each run.
    seed: u64,
}

impl Phone {
    fn chance(&mut self, one_in: u64) -> bool {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33).is_multiple_of(one_in)
    }

    /// Acts once, and sends it until an answer was not lost: sometimes twice at the same time, as two tabs would.
    async fn act(&mut self, delivery: &str, minute: i64, command: Value) {
        self.sequence += 1;
        let day = chrono::DateTime::parse_from_rfc3339("2026-11-02T06:00:00Z").unwrap();
        let time = day + chrono::TimeDelta::minutes(minute);
        let body = json!({
            "command": {"entity": "delivery", "id": delivery, "command": command},
            "idempotencyKey": format!("{}-{}", self.number, self.sequence),
            "device": {"sequence": self.sequence, "time": time.to_rfc3339(), "offsetMs": 250},
        });
        let mut first = None;
        loop {
            let is_twice = self.chance(4);
            let send = || self.client.post("/api/commands", body.clone());
            let answer = if is_twice { tokio::join!(send(), send()).0 } else { send().await }.ok();
            assert_eq!(first.get_or_insert_with(|| answer.clone()), &answer, "repeated, it is the same");
            if !self.chance(3) {
                return;
            }
        }
    }

    async fn picture(&mut self, delivery: &str) {
        let path = format!("/api/deliveries/{delivery}/files/{PIXEL_HASH}");
        for _ in 0..2 {
            let put = self.client.request(Method::PUT, &path).header("content-type", "image/png").body(PIXEL);
            let _ = acceptance::Answer::to(put).await.ok();
        }
    }

    async fn day(&self) -> Value {
        self.client.query(json!({"query": "phoneDay"})).await.ok()["answer"].clone()
    }

    /// A delivery from its start to its proof.
    async fn deliver(&mut self, delivery: &str, staff: &Staff, from_minute: i64) {
        let reach =
            |sequence: u32| json!({"type": "reachCheckpoint", "routeId": staff.route, "sequence": sequence});
        let wet = json!({"type": "reportIncident", "incidentType": "CargoDamage", "description": format!("by {}", self.number),
            "photos": [{"hash": PIXEL_HASH, "mediaType": "image/png", "bytes": PIXEL.len()}]});
        let proof = json!({"type": "captureProof", "receiverName": format!("Receiver {}", self.number),
            "photos": [{"hash": PIXEL_HASH, "mediaType": "image/png", "bytes": PIXEL.len()}]});
        let steps =
            [json!({"type": "changeDeliveryStatus", "status": "InTransit"}), reach(1), wet, reach(2), proof];
        for (step, command) in (0..).zip(steps) {
            self.act(delivery, from_minute + step * 7, command).await;
        }
        self.picture(delivery).await;
    }
}

/// What the log has of a delivery's phone, in order: the type and when it happened.
async fn told(admin: &Client, delivery: &str) -> Vec<(String, String, String)> {
    let events = admin.query(json!({"query": "events", "entityId": delivery, "limit": 500})).await.ok();
    let mut events = events["answer"]["items"].as_array().unwrap().clone();
    events.sort_by_key(|event| event["version"].as_u64());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let by_phone = events.iter().filter(|event| text(&event["actor"]).starts_with("driver:"));
    by_phone.map(|event| (text(&event["type"]), text(&event["occurredAt"]), text(&event["actor"]))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_phones_work_a_day_at_once_and_each_action_is_there_once_and_in_order() {
    let deliveries: usize =
        std::env::var("PHONE_DELIVERIES").map_or(DELIVERIES, |text| text.parse().expect("a number"));
    let mut depot = Depot::start();
    let admin = depot.admin();
    let mut working = JoinSet::new();
    for number in 0..PHONES {
        let admin = admin.clone();
        let staff = admin.staff(Leg::between(8, 10)).await;
        let token = json!({"type": "createToken", "role": "driver", "name": format!("Phone {number}"), "driverId": staff.driver});
        let token =
            admin.post("/api/commands", json!({"command": {"entity": "depot", "command": token}})).await.ok();
        let client = depot.bearer(token["token"].as_str().unwrap());
        working.spawn(async move {
            let mut own = Vec::new();
            let mut phone = Phone { client, number, sequence: 0, seed: number as u64 + 1 };
            for turn in 0..deliveries {
                let delivery = admin.send(&staff).await;
                phone.deliver(&delivery, &staff, i64::try_from(turn).unwrap() * 40).await;
                own.push(delivery);
            }
            (phone, staff, own)
        });
    }
    let mut days = Vec::new();
    while let Some(day) = working.join_next().await {
        days.push(day.expect("no phone fails"));
    }
    let everybody: BTreeMap<String, usize> = days
        .iter()
        .flat_map(|(phone, _, own)| own.iter().map(|delivery| (delivery.clone(), phone.number)))
        .collect();
    assert_eq!(everybody.len(), PHONES * deliveries);
    for (phone, staff, own) in &days {
        let day = phone.day().await;
        let sent = u64::try_from(own.len() * 5).unwrap();
        assert_eq!(day["actions"], json!({"received": sent, "lastSequence": sent}), "phone {}", phone.number);
        assert_eq!(day["driverId"], json!(staff.driver));
        for shown in day["deliveries"].as_array().unwrap() {
            let of = everybody.get(shown["id"].as_str().unwrap());
            assert_eq!(of, Some(&phone.number), "a phone sees its own deliveries alone");
        }
        for delivery in own {
            let told = told(&admin, delivery).await;
            let types: Vec<&str> = told.iter().map(|(of, ..)| of.as_str()).collect();
            assert_eq!(types, ONCE_AND_IN_ORDER, "phone {}", phone.number);
            assert!(told.is_sorted_by_key(|(_, at, _)| at.clone()), "{told:?}");
            assert!(told.iter().all(|(.., actor)| *actor == told[0].2), "{told:?}");
            let shown =
                admin.query(json!({"query": "delivery", "id": delivery})).await.ok()["answer"].clone();
            assert_eq!(
                (&shown["receiverName"], &shown["filesAwaited"]),
                (&json!(format!("Receiver {}", phone.number)), &json!([]))
            );
        }
        let other = days.iter().find(|(other, ..)| other.number != phone.number).unwrap();
        let _ = phone.client.query(json!({"query": "delivery", "id": other.2[0]})).await.refused(403);
    }
    assert!(depot.stop("TERM"));
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success, "{}{}", verified.out, verified.err);
}

/// What five actions come to: the last checkpoint moves the delivery on, and the proof ends it.
const ONCE_AND_IN_ORDER: [&str; 7] = [
    "DeliveryStatusChanged",
    "CheckpointReached",
    "IncidentReported",
    "CheckpointReached",
    "DeliveryStatusChanged",
    "ProofOfDeliveryCaptured",
    "DeliveryStatusChanged",
];
