//! Who may do what: roles, tokens, and a driver's own deliveries.

use acceptance::{Client, Depot, Leg};
use serde_json::json;

#[tokio::test]
async fn each_role_may_do_what_it_may_and_no_more() {
    let depot = Depot::start();
    let admin = depot.admin();
    let driver = admin.add_driver("Ada").await;
    let phone = depot.phone_of(&driver);
    // Who asks, and what each is answered: read the fleet, add a driver, read the feed, read the metrics.
    let rows = [
        (depot.nobody(), [401, 401, 401, 401]),
        (depot.bearer("depot_nonsense"), [401, 401, 401, 401]),
        (depot.role("admin"), [200, 200, 200, 200]),
        (depot.role("dispatcher"), [200, 200, 403, 403]),
        (depot.role("viewer"), [200, 403, 403, 403]),
        (depot.role("integration"), [200, 200, 200, 403]),
        (phone, [403, 403, 403, 403]),
    ];
    for (row, (client, expected)) in rows.iter().enumerate() {
        let new = json!({"name": "Bob", "driverLicense": format!("L-{row}")});
        let answers = [
            client.get("/api/fleet/overview").await,
            client.post("/api/fleet/drivers", new).await,
            client.get("/api/events/fleet-management-events").await,
            client.get("/metrics").await,
        ];
        assert_eq!(answers.each_ref().map(|answer| answer.status), *expected, "row {row}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            let _ = answer.refused(answer.status);
        }
    }
    for path in ["/health", "/health/live", "/health/ready", "/api/openapi.json"] {
        assert_eq!(depot.nobody().get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_phone_sees_and_changes_only_its_own_drivers_deliveries() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (own, staff) = admin.delivery_in("InTransit").await;
    let (others, other_staff) = admin.delivery_in("InTransit").await;
    let phone = depot.phone_of(&staff.driver);
    let listed = phone.get("/api/deliveries").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        phone.get("/api/deliveries/live-tracking").await.ok()["activeDeliveries"].as_array().unwrap().len(),
        1
    );
    assert_eq!(phone.get(&format!("/api/fleet/drivers/{}", staff.driver)).await.status, 200);
    assert_eq!(phone.get(&format!("/api/routes/{}", staff.route)).await.status, 200);
    for path in [
        format!("/api/deliveries/{others}"),
        format!("/api/deliveries/{others}/completed-summary"),
        format!("/api/deliveries/{others}/event-logs"),
        format!("/api/deliveries/{others}/incidents"),
        format!("/api/fleet/drivers/{}", other_staff.driver),
        format!("/api/routes/{}", other_staff.route),
        "/api/routes/overview".to_owned(),
        "/api/fleet/vehicles".to_owned(),
    ] {
        let _ = phone.get(&path).await.refused(403);
    }
    for query in [
        json!({"query": "delivery", "id": others}),
        json!({"query": "events"}),
        json!({"query": "events", "entityId": other_staff.driver}),
        json!({"query": "pastState", "entity": "delivery", "id": others, "at": "2039-01-01T00:00:00Z"}),
        json!({"query": "board"}),
    ] {
        let _ = phone.query(query).await.refused(403);
    }
    let _ = phone.set_status(&others, "Failed").await.refused(403);
    let _ = phone
        .command("delivery", &others, json!({"type": "changeDeliveryStatus", "status": "Failed"}))
        .await
        .refused(403);
    let assign = json!({"driverId": other_staff.driver});
    let _ = phone.patch(&format!("/api/deliveries/{own}/assign-driver"), assign).await.refused(403);
    let _ = phone.post("/api/deliveries", json!({"routeId": staff.route})).await.refused(403);
    assert_eq!(phone.reach(&own, &staff.route, 1).await.ok()["status"], "InTransit");
}

#[tokio::test]
async fn a_delivery_that_went_to_somebody_else_is_closed_at_once() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("PickedUp").await;
    let phone = depot.phone_of(&staff.driver);
    assert_eq!(phone.get(&format!("/api/deliveries/{delivery}")).await.status, 200);
    let bob = admin.add_driver("Bob").await;
    let _ = admin
        .patch(&format!("/api/deliveries/{delivery}/assign-driver"), json!({"driverId": bob}))
        .await
        .ok();
    let _ = phone.set_status(&delivery, "InTransit").await.refused(403);
    assert_eq!(depot.phone_of(&bob).set_status(&delivery, "InTransit").await.status, 200);
}

#[tokio::test]
async fn a_revoked_token_is_refused_from_the_next_request_on() {
    let depot = Depot::start();
    let token = depot.token(&["--role", "viewer", "--name", "Lobby screen"]);
    let screen = depot.bearer(&token);
    assert_eq!(screen.get("/api/fleet/overview").await.status, 200);
    assert!(depot.depotd(&["token", "list"]).out.contains("Lobby screen"));
    assert!(depot.depotd(&["token", "revoke", "Lobby screen"]).success);
    let _ = screen.get("/api/fleet/overview").await.refused(401);
    let everything = std::fs::read(depot.folder().join("depot.sqlite3-wal")).unwrap();
    let kept = everything.windows(token.len()).any(|window| window == token.as_bytes());
    assert!(!kept, "the token itself is not kept");
}

#[tokio::test]
async fn what_phones_do_is_told_with_who_did_it_and_when() {
    let depot = Depot::start();
    let admin = depot.admin();
    let staff = admin.staff(Leg::between(8, 10)).await;
    let delivery = admin.send(&staff).await;
    let phone = depot.phone_of(&staff.driver);
    let request = phone.request(reqwest::Method::PATCH, &format!("/api/deliveries/{delivery}/status"));
    let request =
        request.header("X-Occurred-At", "2024-05-01T06:00:00Z").header("X-Correlation-Id", "trip-7");
    let answer = acceptance::Answer::to(request.json(&json!({"status": "InTransit"}))).await;
    assert_eq!((answer.status, answer.header("x-correlation-id")), (200, Some("trip-7")));
    assert_eq!(last_event(&admin, &delivery).await["occurredAt"], "2024-05-01T06:00:00Z");
    let event = last_event(&admin, &delivery).await;
    assert_ne!(event["recordedAt"], event["occurredAt"]);
    assert!(event["actor"].as_str().unwrap().starts_with("driver:"));
    assert_eq!((&event["actorName"], &event["correlationId"]), (&json!("A phone"), &json!("trip-7")));
}

async fn last_event(client: &Client, id: &str) -> serde_json::Value {
    client.query(json!({"query": "events", "entityId": id, "limit": 1})).await.ok()["answer"]["items"][0]
        .clone()
}
