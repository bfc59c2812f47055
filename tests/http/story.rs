//! The main job from the first driver to the proof of delivery, in the shapes that existing clients rely on.

use acceptance::{Depot, Leg, at, masked};
use serde_json::json;

#[tokio::test]
async fn from_the_first_driver_to_the_proof() {
    let depot = Depot::start();
    let desk = depot.role("dispatcher");
    let driver = desk.post("/api/fleet/drivers", json!({"name": "Ada", "driverLicense": "L-1"})).await;
    assert_eq!(driver.message(), "Driver added");
    let driver = driver.id();
    let shown = desk.get(&format!("/api/fleet/drivers/{driver}")).await.ok();
    assert_eq!((&shown["driverId"], &shown["name"]), (&json!(driver), &json!("Ada")));
    assert_eq!((&shown["driverLicense"], &shown["status"]), (&json!("L-1"), &json!("Available")));
    let body = json!({"registration": "EV-1", "vehicleType": "Van"});
    let vehicle = desk.post("/api/fleet/vehicles", body).await.id();
    let route = desk.activate(Leg::between(8, 10)).await;

    let body = json!({"routeId": route, "driverId": driver, "vehicleId": vehicle});
    let delivery = desk.post("/api/deliveries", body).await.id();
    let names = [("driver", &*driver), ("vehicle", &*vehicle), ("route", &*route), ("delivery", &*delivery)];
    let held = desk.get(&format!("/api/fleet/drivers/{driver}")).await.ok();
    assert_eq!(held["status"], "Assigned");
    let moved = desk.set_status(&delivery, "intransit").await.ok();
    assert_eq!(
        (&moved["status"], &moved["result"]["message"]),
        (&json!("InTransit"), &json!("Delivery status changed"))
    );

    let body = json!({"type": "Traffic", "description": "Bridge closed"});
    let reported = desk.post(&format!("/api/deliveries/{delivery}/incidents"), body).await.ok();
    let incident = reported["incidentId"].as_str().unwrap().to_owned();
    assert_eq!(desk.reach(&delivery, &route, 1).await.ok()["status"], "InTransit");
    let live = desk.get("/api/deliveries/live-tracking").await.ok();
    assert_eq!(
        masked(&live["activeDeliveries"][0], &names),
        json!({
            "deliveryId": "[delivery]", "status": "InTransit", "routeOrigin": "Depot", "routeDestination": "Harbour",
            "lastLocation": "Bridge", "driverName": "Ada", "vehicleNo": "EV-1", "createdAt": "[now]",
        })
    );
    let overview = desk.get("/api/routes/overview").await.ok();
    assert_eq!(
        overview["routes"][0]["checkpoints"],
        json!([
            {"sequence": 1, "location": "Bridge", "expectedTime": at(9, 0), "status": "Reached"},
            {"sequence": 2, "location": "Gate", "expectedTime": at(10, 0), "status": "Pending"},
        ])
    );
    assert_eq!(desk.reach(&delivery, &route, 2).await.ok()["status"], "OutForDelivery");
    assert_eq!(desk.reach(&delivery, &route, 2).await.message(), "Checkpoint reached", "twice is no fault");
    let path = format!("/api/deliveries/{delivery}/incidents/{incident}/resolve");
    assert_eq!(desk.patch_bare(&path).await.ok()["incidentId"], incident);
    assert_eq!(desk.prove(&delivery).await.ok()["status"], "Delivered");

    let shown = desk.delivery(&delivery).await;
    assert_eq!(
        (&shown["receiverName"], &shown["signatureUrl"]),
        (&json!("Grace"), &json!("https://sign.example/1"))
    );
    assert_eq!(shown["incidents"][0]["resolved"], true);
    assert_eq!(shown["checkpoints"][1]["location"], "Gate");
    assert!(shown["deliveredAt"].is_string());
    assert_eq!(desk.get(&format!("/api/fleet/drivers/{driver}")).await.ok()["status"], "Available");
    let detail = desk.get(&format!("/api/routes/{route}")).await.ok();
    assert_eq!(
        (&detail["deliveries"][0]["deliveryId"], &detail["scheduledEndTime"]),
        (&json!(delivery), &json!(at(10, 0)))
    );

    let summary = desk.get(&format!("/api/deliveries/{delivery}/completed-summary")).await.ok();
    let told: Vec<_> =
        summary["timeline"].as_array().unwrap().iter().map(|e| e["eventType"].as_str().unwrap()).collect();
    assert_eq!(
        told,
        [
            "DeliveryCreated",
            "DeliveryStatusChanged",
            "IncidentReported",
            "CheckpointReached",
            "CheckpointReached",
            "DeliveryStatusChanged",
            "IncidentResolved",
            "ProofOfDeliveryCaptured",
            "DeliveryStatusChanged",
        ]
    );
    assert_eq!((&summary["driver"], &summary["vehicle"]), (&json!("Ada"), &json!("EV-1")));
    assert_eq!(summary["timeline"][2]["eventCategory"], "Incident");
    let log = desk.get(&format!("/api/deliveries/{delivery}/event-logs")).await;
    assert!(log.ok().to_string().contains("CheckpointReached"));
}

#[tokio::test]
async fn what_failed_is_tried_again() {
    let depot = Depot::start();
    let desk = depot.admin();
    let (delivery, staff) = desk.delivery_in("InTransit").await;
    let _ = desk.reach(&delivery, &staff.route, 1).await.ok();
    let body = json!({"status": "Failed", "reason": "Flat tyre"});
    assert_eq!(
        desk.patch(&format!("/api/deliveries/{delivery}/status"), body).await.ok()["status"],
        "Failed"
    );
    assert_eq!(desk.get(&format!("/api/fleet/drivers/{}", staff.driver)).await.ok()["status"], "Available");
    assert_eq!(desk.set_status(&delivery, "PickedUp").await.ok()["status"], "PickedUp");
    assert_eq!(
        desk.delivery(&delivery).await["checkpoints"].as_array().unwrap().len(),
        1,
        "what was reached stays"
    );
    let _ = desk.set_status(&delivery, "InTransit").await.ok();
    assert_eq!(desk.reach(&delivery, &staff.route, 2).await.ok()["status"], "OutForDelivery");
}

#[tokio::test]
async fn a_proof_may_bring_files() {
    let depot = Depot::start();
    let desk = depot.admin();
    let (delivery, _) = desk.delivery_in("OutForDelivery").await;
    let signed = acceptance::SIGNED.to_vec();
    let part = |bytes: Vec<u8>| reqwest::multipart::Part::bytes(bytes).file_name("s.png");
    let path = format!("/api/deliveries/{delivery}/proof-of-delivery");
    let send = |bytes| {
        let form =
            reqwest::multipart::Form::new().text("receiverName", "Grace").part("signature", part(bytes));
        acceptance::Answer::to(desk.request(reqwest::Method::POST, &path).multipart(form))
    };
    let _ = send(b"#!/bin/sh".to_vec()).await.refused(400).mentions("picture");
    let broken = b"\x89PNG\r\n\x1a\nnot much of a picture".to_vec();
    let _ = send(broken).await.refused(400).mentions("breaks off");
    let _ = send(acceptance::PIXEL.to_vec()).await.refused(400).mentions("shows nothing");
    let incoming = depot.folder().join("incoming");
    let left = || walk(&incoming).len() + walk(&depot.folder().join("files")).len();
    assert_eq!(left(), 0, "a refused proof leaves no picture");
    assert_eq!(send(signed.clone()).await.ok()["status"], "Delivered");
    let hash = desk.delivery(&delivery).await["signature"]["hash"].as_str().unwrap().to_owned();
    let file = desk.get(&format!("/api/files/{hash}")).await;
    assert_eq!((file.status, file.header("content-type")), (200, Some("image/svg+xml")));
    assert!(depot.folder().join("files").join(&hash[..2]).join(&hash).is_file());
    assert_eq!(walk(&incoming).len(), 0);
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}
