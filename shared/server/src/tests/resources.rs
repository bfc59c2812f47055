//! The resources: one walk through the main job, and how input is refused.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};

use super::Depot;

const DRIVER: &str = "0190d4a2-7c1e-7b32-9f61-000000000001";
const VEHICLE: &str = "0190d4a2-7c1e-7b32-9f61-000000000002";
const ROUTE: &str = "0190d4a2-7c1e-7b32-9f61-000000000003";
const DELIVERY: &str = "0190d4a2-7c1e-7b32-9f61-000000000004";

impl Depot {
    /// A delivery that is InTransit, with its last checkpoint before it.
    async fn under_way(&self) {
        let patch = Method::PATCH;
        self.post("/api/fleet/drivers", json!({"id": DRIVER, "name": "Ada", "driverLicense": "L-1"}))
            .await
            .ok();
        let vehicle = json!({"id": VEHICLE, "registration": "ABC123", "vehicleType": "Van"});
        self.post("/api/fleet/vehicles", vehicle).await.ok();
        let route = json!({"id": ROUTE, "origin": "Earth", "destination": "Mars", "scheduledStartTime": "2030-01-01T08:00:00Z"});
        self.post("/api/routes", route).await.ok();
        let checkpoint = json!({"sequence": 1, "location": "Moon", "expectedTime": "2030-01-01T09:00:00Z"});
        self.post(&format!("/api/routes/{ROUTE}/checkpoints"), checkpoint).await.ok();
        self.call(patch.clone(), &format!("/api/routes/{ROUTE}/status"), Some(json!({"status": "active"})))
            .await
            .ok();
        let delivery = json!({"id": DELIVERY, "routeId": ROUTE, "driverId": DRIVER, "vehicleId": VEHICLE});
        self.post("/api/deliveries", delivery).await.ok();
        let path = format!("/api/deliveries/{DELIVERY}/status");
        let moved = self.call(patch, &path, Some(json!({"status": "InTransit"}))).await;
        assert_eq!(moved.ok()["status"], "InTransit");
    }

    async fn out_for_delivery(&self) {
        self.under_way().await;
        let reached = json!({"routeId": ROUTE, "sequence": 1, "location": "Moon"});
        self.call(Method::PATCH, &format!("/api/deliveries/{DELIVERY}/checkpoint"), Some(reached)).await.ok();
    }

    async fn upload(&self, parts: &[(&str, &[u8])]) -> super::Answer {
        let mut body = Vec::new();
        for (name, content) in parts {
            let file = if *name == "signature" || *name == "photos" { "; filename=\"f\"" } else { "" };
            let head = format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--XX--\r\n");
        let request = Request::post(format!("/api/deliveries/{DELIVERY}/proof-of-delivery"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.admin))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=XX")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }
}

#[tokio::test]
async fn the_main_job() {
    let depot = Depot::new().await;
    depot.out_for_delivery().await;
    let incidents = format!("/api/deliveries/{DELIVERY}/incidents");
    let reported = depot.post(&incidents, json!({"type": "Delay", "description": "Asteroids"})).await.ok();
    let incident = reported["incidentId"].as_str().unwrap().to_owned();
    depot.call(Method::PATCH, &format!("{incidents}/{incident}/resolve"), None).await.ok();
    let proof = json!({"signatureUrl": "https://example.org/s.png", "receiverName": "Grace"});
    let done = depot.post(&format!("/api/deliveries/{DELIVERY}/proof-of-delivery"), proof).await.ok();
    assert_eq!(done["id"], DELIVERY);
    assert!(done["result"]["message"].is_string());

    let delivery = depot.get(&format!("/api/deliveries/{DELIVERY}")).await.ok();
    assert_eq!(delivery["status"], "Delivered");
    assert_eq!(delivery["receiverName"], "Grace");
    assert_eq!(delivery["incidents"][0]["resolved"], true);
    assert_eq!(delivery["checkpoints"][0]["location"], "Moon");
    assert_eq!(depot.get(&format!("/api/fleet/drivers/{DRIVER}")).await.ok()["status"], "Available");
    let logs = depot.get(&format!("/api/deliveries/{DELIVERY}/event-logs?limit=500")).await.ok();
    assert!(logs["items"].as_array().unwrap().len() >= 6);
    let past = depot.get(&format!("/api/deliveries/{DELIVERY}/as-of?at=2999-01-01T00:00:00Z")).await.ok();
    assert_eq!(past["state"]["status"], "Delivered");
    for (path, list) in [
        ("/api/fleet/drivers".to_owned(), "items"),
        ("/api/fleet/vehicles?status=available".to_owned(), "items"),
        ("/api/routes".to_owned(), "routes"),
        ("/api/routes/overview?limit=1".to_owned(), "routes"),
        ("/api/deliveries?status=Delivered,Failed".to_owned(), "items"),
        ("/api/incidents?resolved=true".to_owned(), "items"),
        (incidents, "items"),
        (format!("/api/fleet/drivers/{DRIVER}/deliveries?open=false"), "items"),
        (format!("/api/routes/{ROUTE}"), "deliveries"),
        (format!("/api/deliveries/{DELIVERY}/completed-summary"), "timeline"),
        ("/api/events/delivery-tracking-events?after=0".to_owned(), "events"),
    ] {
        let answer = depot.get(&path).await.ok();
        assert!(!answer[list].as_array().unwrap().is_empty(), "{path}: {answer}");
    }
}

/// The smallest PNG there is.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\x0bIDATx\xdac\xf8\x0f\x04\0\x09\xfb\x03\xfdh\xfa\x1c\xcc\0\0\0\0IEND\xaeB`\x82";

#[tokio::test]
async fn a_proof_with_files() {
    let depot = Depot::new().await;
    depot.out_for_delivery().await;
    let png = PIXEL;
    let svg =
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M1 1L9 9\" stroke=\"black\"/></svg>".as_slice();
    let evil = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
    let too_large = vec![0; 300 * 1024];
    depot.upload(&[("receiverName", b"Grace"), ("signature", &too_large)]).await.problem(413);
    depot.upload(&[("receiverName", b"Grace"), ("colour", b"red")]).await.problem(400);
    depot.upload(&[("signature", svg)]).await.problem(400);
    let photos: Vec<(&str, &[u8])> = vec![("photos", png); 11];
    depot.upload(&photos).await.problem(400);
    depot.upload(&[("receiverName", b"Grace"), ("signature", evil)]).await.problem(400);
    let broken = b"\x89PNG\r\n\x1a\n and more".as_slice();
    depot.upload(&[("receiverName", b"Grace"), ("signature", svg), ("photos", broken)]).await.problem(400);
    depot.upload(&[("receiverName", b"Grace"), ("signature", svg), ("photos", png)]).await.ok();

    let delivery = depot.get(&format!("/api/deliveries/{DELIVERY}")).await.ok();
    let hash = delivery["signature"]["hash"].as_str().unwrap();
    let file = depot.get(&format!("/api/files/{hash}")).await;
    assert_eq!(file.bytes, svg);
    assert_eq!(file.headers[header::CONTENT_TYPE], "image/svg+xml");
    assert!(file.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox;"));
    depot.get(&format!("/api/files/{}", "0".repeat(64))).await.problem(404);
    depot.get("/api/files/nonsense").await.problem(400);
}

#[tokio::test]
async fn a_repeated_key_gets_the_first_answer_even_without_an_id() {
    let depot = Depot::new().await;
    let add = |name: &'static str| {
        let body = Some(json!({"name": name, "driverLicense": "L-1"}));
        depot.call_with(Method::POST, "/api/fleet/drivers", &[("idempotency-key", "k1")], body)
    };
    let first = add("Ada").await.ok();
    assert_eq!(add("Ada").await.ok(), first);
    assert_eq!(add("Grace").await.problem(409)["code"], "keyReused");
}

#[tokio::test]
async fn a_version_that_moved_on() {
    let depot = Depot::new().await;
    let added = depot.post("/api/fleet/drivers", json!({"name": "Ada", "driverLicense": "L-1"})).await.ok();
    let path = format!("/api/fleet/drivers/{}", added["id"].as_str().unwrap());
    let update = |name: &str| Some(json!({"name": name, "driverLicense": "L-1"}));
    depot.call_with(Method::PUT, &path, &[("if-match", "\"1\"")], update("Grace")).await.ok();
    let stale =
        depot.call(Method::PUT, &format!("{path}?expectedVersion=1"), update("Alan")).await.problem(409);
    assert_eq!(stale["code"], "staleVersion");
    let both = [("if-match", "\"2\"")];
    depot
        .call_with(Method::PUT, &format!("{path}?expectedVersion=1"), &both, update("Alan"))
        .await
        .problem(400);
}

#[tokio::test]
async fn input_that_is_not_understood() {
    let depot = Depot::new().await;
    let mut told = Vec::new();
    for path in [
        "/api/fleet/drivers/not-a-uuid",
        "/api/fleet/drivers/00000000-0000-0000-0000-000000000000",
        "/api/fleet/drivers/%ff",
        "/api/fleet/drivers?limit=0",
        "/api/fleet/drivers?limit=x",
        "/api/fleet/drivers?colour=red",
        "/api/fleet/drivers?status=Flying",
        "/api/fleet/drivers?cursor=nonsense",
        "/api/deliveries?from=yesterday",
        "/api/deliveries/live-tracking?limit=501",
        "/api/events/all",
        "/api/fleet/drivers/0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11/as-of",
    ] {
        let problem = depot.get(path).await.problem(400);
        told.push(format!("{path}\n    {}", problem["detail"].as_str().unwrap()));
    }
    let delete = format!("/api/routes/{ROUTE}/checkpoints/nine");
    let problem = depot.call(Method::DELETE, &delete, None).await.problem(400);
    told.push(format!("{delete}\n    {}", problem["detail"].as_str().unwrap()));
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn the_desk_speaks_in_messages() {
    let depot = Depot::new().await;
    let command = json!({"entity": "driver", "id": DRIVER, "command": {"type": "addDriver", "name": "Ada", "driverLicense": "L-1"}});
    let outcome = depot.post("/api/commands", json!({"command": command, "expectedVersion": 0})).await.ok();
    assert_eq!(outcome["id"], DRIVER);
    assert_eq!(outcome["changed"], true);
    let answered = depot.post("/api/queries", json!({"query": "driver", "id": DRIVER})).await.ok();
    assert_eq!(answered["query"], "driver");
    assert_eq!(answered["answer"]["name"], "Ada");
    assert!(answered["topics"].as_array().unwrap().contains(&Value::from("drivers")));
    depot.post("/api/queries", json!({"query": "weather"})).await.problem(400);
    depot.post("/api/commands", json!({"command": {"entity": "driver"}})).await.problem(400);
    // Not the first command of a depot, which would fill it with what never was.
    depot
        .post("/api/commands", json!({"command": {"entity": "depot", "command": {"type": 0}}}))
        .await
        .problem(400);
    depot.post("/api/queries", json!({"query": 0})).await.problem(400);
    // A filter that is not known is not passed over in silence.
    depot.post("/api/queries", json!({"query": "board", "late": true})).await.problem(400);
}

#[tokio::test]
async fn a_consumer_reads_on_from_its_stored_position() {
    let depot = Depot::new().await;
    for number in 0..3 {
        let driver = json!({"name": format!("Driver {number}"), "driverLicense": format!("L-{number}")});
        depot.post("/api/fleet/drivers", driver).await.ok();
    }
    let path = "/api/events/fleet-management-events";
    let first = depot.get(&format!("{path}?consumer=billing&limit=2")).await.ok();
    assert_eq!(first["events"].as_array().unwrap().len(), 2);
    assert_eq!(first["more"], true);
    let position = json!({"consumer": "billing", "sequence": first["position"]});
    assert_eq!(depot.post(&format!("{path}/position"), position.clone()).await.ok(), position);
    let rest = depot.get(&format!("{path}?consumer=billing")).await.ok();
    assert_eq!(rest["events"].as_array().unwrap().len(), 1);
}
