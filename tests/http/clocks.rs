//! A phone whose clock is wrong: no step is refused for it, none is placed where it cannot be, and none counts as on time.

use acceptance::{Client, Depot};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// A phone that acts, with the next number each time.
struct Phone {
    client: Client,
    delivery: String,
    sequence: u32,
}

impl Phone {
    async fn act(&mut self, command: Value, stamp: Value) {
        self.sequence += 1;
        let mut device = json!({"sequence": self.sequence});
        device.as_object_mut().unwrap().extend(stamp.as_object().unwrap().clone());
        let body = json!({"command": {"entity": "delivery", "id": self.delivery, "command": command},
            "idempotencyKey": format!("k{}", self.sequence), "device": device});
        let _ = self.client.post("/api/commands", body).await.ok();
    }
}

fn at(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

async fn detail(admin: &Client, delivery: &str) -> Value {
    admin.query(json!({"query": "delivery", "id": delivery})).await.ok()["answer"].clone()
}

#[tokio::test]
async fn a_day_by_a_wrong_clock_is_taken_and_never_on_time() {
    let wrong = [
        json!({"time": "1970-01-01T00:00:10Z"}),
        json!({"time": "2019-01-01T00:00:00Z"}),
        json!({"time": "2036-01-01T00:00:00Z"}),
        json!({"time": "9999-12-31T23:59:59Z", "offsetMs": i64::MAX}),
        json!({"time": "2099-01-01T00:00:00Z", "offsetMs": 0}),
        json!({"time": "2021-01-01T00:00:00Z", "offsetMs": -94_608_000_000_i64}),
        json!({"time": Utc::now().to_rfc3339(), "offsetMs": 0, "uncertain": true}),
    ];
    let depot = Depot::generous().start();
    let admin = depot.admin();
    let route = admin
        .post(
            "/api/routes",
            json!({"origin": "Gate", "destination": "Harbour",
        "scheduledStartTime": (Utc::now() + TimeDelta::minutes(1)).to_rfc3339()}),
        )
        .await
        .id();
    for (sequence, minutes) in [(1, 30), (2, 60)] {
        let expected = (Utc::now() + TimeDelta::minutes(minutes)).to_rfc3339();
        let checkpoint =
            json!({"sequence": sequence, "location": format!("Stop {sequence}"), "expectedTime": expected});
        let _ = admin.post(&format!("/api/routes/{route}/checkpoints"), checkpoint).await.ok();
    }
    let _ = admin.patch(&format!("/api/routes/{route}/status"), json!({"status": "Active"})).await.ok();
    for (number, stamp) in (0_usize..).zip(&wrong) {
        let driver = admin.add_driver(&format!("Ana {number}")).await;
        let vehicle = json!({"registration": format!("EV-{number}"), "vehicleType": "Van"});
        let vehicle = admin.post("/api/fleet/vehicles", vehicle).await.id();
        let body = json!({"routeId": route, "driverId": driver, "vehicleId": vehicle});
        let delivery = admin.post("/api/deliveries", body).await.id();
        let mut phone = Phone { client: depot.phone_of(&driver), delivery: delivery.clone(), sequence: 0 };
        for command in [
            json!({"type": "changeDeliveryStatus", "status": "InTransit"}),
            json!({"type": "reachCheckpoint", "routeId": route, "sequence": 1}),
            json!({"type": "reachCheckpoint", "routeId": route, "sequence": 2}),
            json!({"type": "captureProof", "receiverName": "Cleo", "signatureUrl": "https://example.org/s.png"}),
        ] {
            phone.act(command, stamp.clone()).await;
        }
        let shown = detail(&admin, &delivery).await;
        assert_eq!(
            (&shown["status"], &shown["deliveredUncertain"]),
            (&json!("Delivered"), &json!(true)),
            "{stamp}"
        );
        let mut times = vec![at(&shown["createdAt"])];
        for checkpoint in shown["checkpoints"].as_array().unwrap() {
            assert_eq!(checkpoint["uncertain"], true, "{stamp}");
            times.push(at(&checkpoint["reachedAt"]));
        }
        times.push(at(&shown["deliveredAt"]));
        assert!(times.is_sorted() && times[3] <= Utc::now(), "{stamp}: {times:?}");
    }
    let day = Utc::now().date_naive().to_string();
    let (from, to) =
        ((Utc::now() - TimeDelta::days(1)).date_naive(), (Utc::now() + TimeDelta::days(1)).date_naive());
    let report =
        admin.query(json!({"query": "report", "from": from.to_string(), "to": to.to_string()})).await.ok();
    let figures = &report["answer"]["figures"];
    let all = json!(wrong.len());
    assert_eq!((&figures["delivered"], &figures["onTime"]), (&all, &json!(0)), "{day}: {figures}");
    assert_eq!(
        (&figures["checkpoints"], &figures["checkpointsOnTime"]),
        (&json!(2 * wrong.len()), &json!(0))
    );
}

#[tokio::test]
async fn a_right_clock_is_believed_and_counts() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("PickedUp").await;
    let mut phone = Phone { client: depot.phone_of(&staff.driver), delivery: delivery.clone(), sequence: 0 };
    let told = Utc::now();
    // Three years ahead, and measured: what is added puts it right.
    let stamp = json!({"time": (told + TimeDelta::days(1095)).to_rfc3339(), "offsetMs": -94_608_000_000_i64});
    phone.act(json!({"type": "changeDeliveryStatus", "status": "InTransit"}), stamp).await;
    let event = admin.query(json!({"query": "events", "entityId": delivery, "limit": 1})).await.ok();
    let event = &event["answer"]["items"][0];
    assert_eq!((&event["uncertain"], &event["data"].get("clock")), (&json!(false), &None));
    assert!((at(&event["occurredAt"]) - told).num_milliseconds().abs() < 5, "{event}");
}

#[tokio::test]
async fn a_desk_that_names_a_far_future_is_refused() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, _) = admin.delivery_in("PickedUp").await;
    let command = json!({"entity": "delivery", "id": delivery, "command": {"type": "changeDeliveryStatus", "status": "InTransit"}});
    let body = json!({"command": command, "occurredAt": "2099-01-01T00:00:00Z"});
    let _ = admin.post("/api/commands", body.clone()).await.refused(400).with("code", "unfit");
    let _ = depot.role("integration").post("/api/commands", body).await.refused(400).with("code", "unfit");
}
