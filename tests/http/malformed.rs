//! No input is a fault of the server: whatever is wrong is said, and nothing changes.

use acceptance::{Answer, Depot};
use reqwest::Method;
use serde_json::{Value, json};

const ID: &str = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";

/// Every path that takes a body, with a body that is right.
fn bodies() -> Vec<(Method, String, Value)> {
    let delivery = |verb: &str| format!("/api/deliveries/{ID}/{verb}");
    let time = "2040-05-01T08:00:00Z";
    vec![
        (Method::POST, "/api/fleet/drivers".into(), json!({"name": "Ada", "driverLicense": "L"})),
        (Method::PUT, format!("/api/fleet/drivers/{ID}"), json!({"name": "Ada", "driverLicense": "L"})),
        (Method::PATCH, format!("/api/fleet/drivers/{ID}/status"), json!({"status": "Available"})),
        (Method::POST, "/api/fleet/vehicles".into(), json!({"registration": "R", "vehicleType": "Van"})),
        (Method::PATCH, format!("/api/fleet/vehicles/{ID}/status"), json!({"status": "Available"})),
        (
            Method::POST,
            "/api/routes".into(),
            json!({"origin": "A", "destination": "B", "scheduledStartTime": time}),
        ),
        (Method::PATCH, format!("/api/routes/{ID}/status"), json!({"status": "Active"})),
        (
            Method::POST,
            format!("/api/routes/{ID}/checkpoints"),
            json!({"sequence": 1, "location": "A", "expectedTime": time}),
        ),
        (Method::POST, "/api/deliveries".into(), json!({"routeId": ID})),
        (Method::PATCH, delivery("status"), json!({"status": "InTransit"})),
        (Method::PATCH, delivery("checkpoint"), json!({"routeId": ID, "sequence": 1})),
        (Method::PATCH, delivery("assign-driver"), json!({"driverId": ID})),
        (Method::PATCH, delivery("assign-vehicle"), json!({"vehicleId": ID})),
        (Method::POST, delivery("incidents"), json!({"type": "Delay", "description": "Late"})),
        (
            Method::POST,
            delivery("proof-of-delivery"),
            json!({"receiverName": "G", "signatureUrl": "https://s.example"}),
        ),
    ]
}

#[tokio::test]
async fn every_wrong_field_is_named() {
    let depot = Depot::start();
    let desk = depot.admin();
    for (method, path, body) in bodies() {
        let send = |body: Value| Answer::to(desk.request(method.clone(), &path).json(&body));
        let fields: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
        for field in fields {
            for wrong in [
                json!({"deep": []}),
                json!(true),
                json!(""),
                json!("x".repeat(3000)),
                json!("a\u{0}b"),
                json!(-1),
            ] {
                let mut spoiled = body.clone();
                spoiled[&field] = wrong.clone();
                let answer = send(spoiled).await;
                let _ = answer.refused(400).mentions(&field);
            }
        }
        let mut more = body.clone();
        more["surplus"] = json!(1);
        let _ = send(more).await.refused(400).mentions("surplus");
        for nonsense in [json!([]), json!(7), json!({})] {
            let _ = send(nonsense).await.refused(400);
        }
        for raw in ["{", "", "null", "\u{feff}{}"] {
            let request = desk.request(method.clone(), &path).header("content-type", "application/json");
            let _ = Answer::to(request.body(raw)).await.refused(400);
        }
        let text = desk.request(method.clone(), &path).header("content-type", "text/plain").body("{}");
        let _ = Answer::to(text).await.refused(415);
        let large = desk.request(method.clone(), &path).header("content-type", "application/json");
        let _ = Answer::to(large.body(" ".repeat(100 * 1024))).await.refused(413);
    }
    assert_eq!(desk.head().await, 0, "nothing of it changed anything");
}

#[tokio::test]
async fn paths_and_parameters_too() {
    let depot = Depot::start();
    let desk = depot.admin();
    for path in [
        "/api/deliveries/x",
        "/api/fleet/drivers/7",
        "/api/routes/%00",
        "/api/deliveries?limit=0",
        "/api/deliveries?x=1",
    ] {
        let _ = desk.get(path).await.refused(400);
    }
    let _ = desk.get("/api/nowhere").await.refused(404);
    let _ = desk.delete("/api/fleet/overview").await.refused(405);
    let _ = desk.get(&format!("/api/deliveries/{ID}")).await.refused(404);
    for command in [
        json!({}),
        json!({"command": {"entity": "moon"}}),
        json!({"command": {"entity": "driver", "id": ID, "command": {"type": "fly"}}}),
    ] {
        let _ = desk.post("/api/commands", command).await.refused(400);
    }
    for query in [
        json!({"query": "weather"}),
        json!({"query": "delivery"}),
        json!({"query": "deliveries", "limit": 501}),
    ] {
        let _ = desk.query(query).await.refused(400);
    }
    let future =
        desk.request(Method::POST, "/api/fleet/drivers").header("X-Occurred-At", "2199-01-01T00:00:00Z");
    let body = json!({"name": "Ada", "driverLicense": "L"});
    let _ = Answer::to(future.json(&body)).await.refused(400).mentions("lies in the future");
}

#[tokio::test]
async fn the_whole_contract_is_described() {
    let depot = Depot::start();
    let document = depot.nobody().get("/api/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    for (method, path, _) in bodies() {
        let path = path.replace(ID, "{id}");
        let found = &document["paths"][&path][method.as_str().to_lowercase()];
        assert!(found["responses"]["200"].is_object() && found["requestBody"].is_object(), "{method} {path}");
    }
}
