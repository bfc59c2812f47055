//! Every refusal of the domain as a client sees it: the status, the sentence, the facts; and that it changed nothing.

use acceptance::{Client, Depot, Leg, at};
use serde_json::json;

const UNKNOWN: &str = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";

#[tokio::test]
async fn of_drivers_and_vehicles() {
    let depot = Depot::start();
    let desk = depot.admin();
    let ada = desk.post("/api/fleet/drivers", json!({"name": "Ada", "driverLicense": "L-1"})).await.id();
    let head = desk.head().await;
    let taken = desk.post("/api/fleet/drivers", json!({"name": "Bob", "driverLicense": "l-1"})).await;
    let _ = taken.refused(409).mentions("Ada").with("otherDriverId", ada.clone());
    let again = json!({"id": ada, "name": "Eve", "driverLicense": "L-9"});
    let _ = desk.post("/api/fleet/drivers", again).await.refused(409);
    let path = format!("/api/fleet/drivers/{ada}/status");
    let _ =
        desk.patch(&path, json!({"status": "Assigned"})).await.refused(400).mentions("valid are Available");
    let _ = desk.get(&format!("/api/fleet/drivers/{UNKNOWN}")).await.refused(404);
    let _ = desk
        .patch(&format!("/api/fleet/drivers/{UNKNOWN}/status"), json!({"status": "Available"}))
        .await
        .refused(404);
    assert_eq!(desk.head().await, head, "a refusal changes nothing");
    assert_eq!(desk.patch(&path, json!({"status": "available"})).await.ok()["status"], "Available");
    assert_eq!(desk.head().await, head, "what is so already changes nothing");

    let (delivery, staff) = desk.delivery_in("PickedUp").await;
    let path = format!("/api/fleet/drivers/{}/status", staff.driver);
    let sentence = format!(
        "Driver is assigned to delivery {delivery} and cannot change status: \
         give that delivery (Depot → Harbour) to another driver first"
    );
    let _ = desk.patch(&path, json!({"status": "Suspended"})).await.refused(400).says(&sentence);
    let path = format!("/api/fleet/vehicles/{}/status", staff.vehicle);
    let _ =
        desk.patch(&path, json!({"status": "Maintenance"})).await.refused(400).with("deliveryId", delivery);
    let vehicle = json!({"registration": "EV-1", "vehicleType": "Van"});
    let _ = desk.post("/api/fleet/vehicles", vehicle.clone()).await.ok();
    let _ = desk.post("/api/fleet/vehicles", vehicle).await.refused(409).mentions("EV-1");
}

#[tokio::test]
async fn of_routes() {
    let depot = Depot::start();
    let desk = depot.admin();
    let route = desk.plan(Leg::between(8, 10)).await;
    let checkpoints = format!("/api/routes/{route}/checkpoints");
    let stop =
        |sequence: u32, time: String| json!({"sequence": sequence, "location": "Here", "expectedTime": time});
    let _ = desk.post(&checkpoints, stop(2, at(11, 0))).await.refused(400).mentions("greatest is 2");
    let _ = desk.post(&checkpoints, stop(3, at(10, 0))).await.refused(400).mentions("must be after");
    let _ = desk.put(&checkpoints, stop(7, at(9, 0))).await.refused(400).mentions("it has 1, 2");
    let _ = desk.put(&checkpoints, stop(1, at(10, 0))).await.refused(400).mentions("must be before");
    let _ = desk.put(&checkpoints, stop(1, at(8, 0))).await.refused(400).mentions("must be after");
    let _ = desk.delete(&format!("{checkpoints}/9")).await.refused(404);
    let update = json!({"origin": "Depot", "destination": "Harbour", "scheduledStartTime": at(9, 0)});
    let _ = desk.put(&format!("/api/routes/{route}"), update).await.refused(400).mentions("first checkpoint");
    let status = format!("/api/routes/{route}/status");
    let _ =
        desk.post("/api/deliveries", json!({"routeId": route})).await.refused(400).mentions("is Planning");
    let _ = desk.patch(&status, json!({"status": "active"})).await.ok();
    let _ = desk.post(&checkpoints, stop(3, at(12, 0))).await.refused(400).mentions("only in Planning");
    let delivery = desk.post("/api/deliveries", json!({"routeId": route})).await.id();
    let _ = desk.patch(&status, json!({"status": "Planning"})).await.refused(400).mentions(&delivery);
    let _ = desk.patch(&status, json!({"status": "Deactivated"})).await.refused(400).mentions(&delivery);
    let _ = desk.set_status(&delivery, "Failed").await.ok();
    let _ = desk.patch(&status, json!({"status": "Deactivated"})).await.ok();
    let _ = desk
        .patch(&status, json!({"status": "Active"}))
        .await
        .refused(400)
        .mentions("cannot change from Deactivated");
    let _ = desk.set_status(&delivery, "PickedUp").await.refused(400).mentions("is Deactivated");
    let order = json!({"sequences": [2, 1]});
    let other = desk.plan(Leg::between(8, 10)).await;
    let _ = desk.put(&format!("/api/routes/{other}/checkpoints/order"), order).await.ok();
    let shown = desk.get(&format!("/api/routes/{other}")).await.ok();
    assert_eq!(
        (&shown["checkpoints"][0]["location"], &shown["checkpoints"][0]["expectedTime"]),
        (&json!("Gate"), &json!(at(9, 0)))
    );
}

#[tokio::test]
async fn of_deliveries() {
    let depot = Depot::start();
    let desk = depot.admin();
    let create = |body| desk.post("/api/deliveries", body);
    let _ = create(json!({"routeId": UNKNOWN})).await.refused(404).mentions("no route");
    let route = desk.activate(Leg::between(8, 10)).await;
    let _ = create(json!({"routeId": route, "driverId": UNKNOWN})).await.refused(404).mentions("no driver");
    let _ = create(json!({"routeId": route, "vehicleId": UNKNOWN})).await.refused(404).mentions("no vehicle");
    let ada = desk.add_driver("Ada").await;
    let _ =
        desk.patch(&format!("/api/fleet/drivers/{ada}/status"), json!({"status": "Suspended"})).await.ok();
    let _ =
        create(json!({"routeId": route, "driverId": ada})).await.refused(400).mentions("Ada is Suspended");
    let van = desk.add_vehicle().await;
    let _ = desk
        .patch(&format!("/api/fleet/vehicles/{van}/status"), json!({"status": "OutOfService"}))
        .await
        .ok();
    let _ =
        create(json!({"routeId": route, "vehicleId": van})).await.refused(400).mentions("is OutOfService");

    let (delivery, staff) = desk.delivery_in("PickedUp").await;
    let path = |verb: &str| format!("/api/deliveries/{delivery}/{verb}");
    let same = json!({"driverId": staff.driver});
    let _ = desk.patch(&path("assign-driver"), same.clone()).await.refused(400).mentions("already assigned");
    let _ =
        desk.set_status(&delivery, "Delivered").await.refused(400).mentions("valid are InTransit, Failed");
    let _ = desk.reach(&delivery, &staff.route, 1).await.refused(400).mentions("only in InTransit");
    let _ = desk.prove(&delivery).await.refused(400).mentions("only in OutForDelivery");
    let unstaffed = create(json!({"routeId": route})).await.id();
    let _ = desk.set_status(&unstaffed, "InTransit").await.refused(400).mentions("no driver and no vehicle");
    let _ = desk.set_status(&delivery, "InTransit").await.ok();
    let _ = desk.patch(&path("assign-driver"), same).await.refused(400).mentions("only in PickedUp");
    let _ = desk.set_status(&delivery, "OutForDelivery").await.refused(400).mentions("missing are 1, 2");
    let _ = desk.reach(&delivery, &route, 1).await.refused(400).mentions(&staff.route);
    let _ = desk.reach(&delivery, &staff.route, 9).await.refused(400).mentions("it has 1, 2");
    let elsewhere = json!({"routeId": staff.route, "sequence": 1, "location": "Moon"});
    let _ = desk
        .patch(&path("checkpoint"), elsewhere)
        .await
        .refused(400)
        .says("Checkpoint 1 is at Bridge, not at Moon");
    incidents(&desk, &delivery).await;
    for sequence in [1, 2] {
        let _ = desk.reach(&delivery, &staff.route, sequence).await.ok();
    }
    let _ = desk.set_status(&delivery, "Delivered").await.refused(400).mentions("without a proof");
    let _ = desk.post(&path("proof-of-delivery"), json!({"receiverName": "Grace"})).await.refused(400);
    let _ = desk.prove(&delivery).await.ok();
    let _ = desk.set_status(&delivery, "Failed").await.refused(400).mentions("Delivered is terminal");
    let _ = desk.set_status(&delivery, "delivered").await.ok();
    // What is already so is a success; another proof is not taken.
    let _ = desk.prove(&delivery).await.ok();
    let other = json!({"signatureUrl": "https://sign.example/2", "receiverName": "Heidi"});
    let _ = desk.post(&path("proof-of-delivery"), other).await.refused(400);
    incidents(&desk, &delivery).await;
}

/// Reported and resolved in any status.
async fn incidents(desk: &Client, delivery: &str) {
    let path = format!("/api/deliveries/{delivery}/incidents");
    let reported = desk.post(&path, json!({"type": "Odd", "description": "A noise"})).await.ok();
    let incident = reported["incidentId"].as_str().unwrap();
    let _ = desk.patch_bare(&format!("{path}/{UNKNOWN}/resolve")).await.refused(404);
    let _ = desk.patch_bare(&format!("{path}/{incident}/resolve")).await.ok();
    let _ = desk
        .patch_bare(&format!("{path}/{incident}/resolve"))
        .await
        .refused(400)
        .mentions("already resolved");
}
