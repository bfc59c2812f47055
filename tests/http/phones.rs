//! Phones: paired by a code and six digits, told why when they are revoked, and closed to everybody else's affairs.

use acceptance::{Answer, Client, Depot, Leg};
use reqwest::Method;
use serde_json::{Value, json};

const NONCE: &str = "00112233445566778899aabbccddeeff";

/// A phone's browser: it keeps the cookie that it was given.
struct Browser {
    client: Client,
    cookie: String,
}

impl Browser {
    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.client.request(method, path).header("cookie", &self.cookie);
        let request = request.header("sec-fetch-site", "same-origin");
        Answer::to(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    async fn query(&self, query: &str) -> Answer {
        self.send(Method::POST, "/api/queries", Some(json!({"query": query}))).await
    }

    async fn phone(&self, command: Value) -> Answer {
        let body = json!({"command": {"entity": "phone", "command": command}});
        self.send(Method::POST, "/api/commands", Some(body)).await
    }
}

async fn tend(desk: &Client, command: Value) -> Answer {
    desk.post("/api/commands", json!({"command": {"entity": "phone", "command": command}})).await
}

/// Begins a pairing; its id and its code.
async fn start(desk: &Client) -> (String, String) {
    let id = tend(desk, json!({"type": "startPairing"})).await.id();
    let url = pairing(desk, &id).await["url"].as_str().unwrap().to_owned();
    let (page, code) = url.split_once('#').expect("the code is in the fragment");
    assert!(page.ends_with("/pair"), "{page}");
    (id, code.to_owned())
}

async fn pairing(desk: &Client, id: &str) -> Value {
    desk.query(json!({"query": "pairing", "id": id})).await.ok()["answer"].clone()
}

fn claim(code: &str, nonce: &str) -> Value {
    json!({"code": code, "nonce": nonce, "device": "Chrome on Android", "appVersion": "0.1.0"})
}

/// Pairs a browser with a driver, as the two would do it.
async fn pair(depot: &Depot, driver: &str) -> Browser {
    let desk = depot.role("dispatcher");
    let (id, code) = start(&desk).await;
    let claimed = depot.nobody().post("/api/phone/pairing", claim(&code, NONCE)).await;
    let digits = claimed.ok()["digits"].clone();
    let cookie = claimed.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let browser = Browser { client: depot.nobody(), cookie };
    let _ = browser.query("phoneDay").await.refused(401).with("code", "unauthenticated");
    let seen = pairing(&desk, &id).await;
    assert_eq!(
        (&seen["digits"], &seen["state"], &seen["device"]),
        (&digits, &json!("waiting"), &json!("Chrome on Android"))
    );
    let confirm = json!({"type": "confirmPairing", "pairingId": id, "driverId": driver});
    let _ = tend(&desk, confirm.clone()).await.ok();
    let standing = browser.send(Method::GET, "/api/phone/pairing", None).await.ok();
    assert_eq!(standing["state"], "confirmed");
    let _ = tend(&desk, confirm).await.refused(400).with("state", "confirmed");
    browser
}

#[tokio::test]
async fn a_phone_is_paired_works_and_is_revoked() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("PickedUp").await;
    let phone = pair(&depot, &staff.driver).await;
    let day = phone.query("phoneDay").await;
    assert!(
        day.header("set-cookie").is_some_and(|cookie| cookie.contains("Max-Age=2592000")),
        "it is put off"
    );
    let day = day.ok()["answer"].clone();
    assert_eq!((&day["driverId"], &day["deliveries"][0]["id"]), (&json!(staff.driver), &json!(delivery)));
    let _ = phone
        .phone(json!({"type": "reportState", "unsentActions": 3, "unsentFiles": 1, "appVersion": "0.2.0"}))
        .await
        .ok();
    let phones = admin.query(json!({"query": "phones"})).await.ok()["answer"]["phones"].clone();
    assert_eq!((&phones[0]["unsentActions"], &phones[0]["appVersion"]), (&json!(3), &json!("0.2.0")));
    assert!(phones[0]["seenAt"].is_string() && phones[0]["driverName"].is_string(), "{phones}");
    let device = day["deviceId"].as_str().unwrap();
    let _ = tend(&depot.role("dispatcher"), json!({"type": "revokePhone", "deviceId": device})).await.ok();
    let _ = phone.query("phoneDay").await.refused(401).with("code", "revoked");
    let _ = phone.send(Method::GET, "/api/changes", None).await.refused(401).with("code", "revoked");
}

#[tokio::test]
async fn a_code_is_good_once_and_a_wrong_one_never() {
    let depot = Depot::start();
    let desk = depot.role("dispatcher");
    let (id, code) = start(&desk).await;
    let nobody = depot.nobody();
    let first = nobody.post("/api/phone/pairing", claim(&code, NONCE)).await.ok();
    assert_eq!(
        nobody.post("/api/phone/pairing", claim(&code, NONCE)).await.ok(),
        first,
        "the answer may be lost"
    );
    let other = nobody.post("/api/phone/pairing", claim(&code, &NONCE.replace('0', "1"))).await;
    let _ = other.refused(401).with("code", "unauthenticated");
    let _ = nobody.post("/api/phone/pairing", claim(&"0".repeat(32), NONCE)).await.refused(401);
    for _ in 0..3 {
        let _ = nobody.post("/api/phone/pairing", claim("short", NONCE)).await.refused(401);
    }
    let limited = nobody.post("/api/phone/pairing", claim("short", NONCE)).await;
    assert!(limited.header("retry-after").is_some());
    let _ = limited.refused(429);
    let right = nobody.post("/api/phone/pairing", claim(&code, NONCE)).await.ok();
    assert_eq!(right, first, "wrong codes keep nobody out who has the right one");
    let _ = tend(&desk, json!({"type": "refusePairing", "pairingId": id})).await.ok();
    assert_eq!(pairing(&desk, &id).await["state"], "refused");
    let viewer = depot.role("viewer");
    let _ = tend(&viewer, json!({"type": "startPairing"})).await.refused(403);
    let _ = viewer.query(json!({"query": "pairing", "id": id})).await.refused(403);
}

#[tokio::test]
async fn an_action_keeps_both_clocks_its_number_and_its_answer() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("PickedUp").await;
    let phone = depot.phone_of(&staff.driver);
    let act = |key: &str, sequence: u32, status: &str| {
        json!({"command": {"entity": "delivery", "id": delivery, "command": {"type": "changeDeliveryStatus", "status": status}},
               "idempotencyKey": key,
               "device": {"sequence": sequence, "time": "2024-05-01T06:00:00Z", "offsetMs": -1500}})
    };
    let first = phone.post("/api/commands", act("a", 1, "InTransit")).await.ok();
    assert_eq!(phone.post("/api/commands", act("a", 1, "InTransit")).await.ok(), first);
    let _ = phone.post("/api/commands", act("b", 1, "Failed")).await.refused(409).with("code", "keyReused");
    let _ =
        phone.post("/api/commands", act("c", 2, "PickedUp")).await.refused(400).with("code", "ruleBroken");
    let event = admin.query(json!({"query": "events", "entityId": delivery, "limit": 1})).await.ok();
    let event = &event["answer"]["items"][0];
    assert_eq!(
        (&event["occurredAt"], &event["backdated"]),
        (&json!("2024-05-01T05:59:58.500Z"), &json!(true))
    );
    let day = phone.query(json!({"query": "phoneDay"})).await.ok();
    assert_eq!(
        day["answer"]["actions"],
        json!({"received": 2, "lastSequence": 2}),
        "the refused one has come too"
    );
    let mut without_key = act("d", 3, "Failed");
    without_key.as_object_mut().unwrap().remove("idempotencyKey");
    let _ = phone.post("/api/commands", without_key).await.refused(400).mentions("idempotencyKey");
}

#[tokio::test]
async fn a_driver_is_told_what_the_depot_did_and_says_that_it_was_seen() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("PickedUp").await;
    let bob = admin.add_driver("Bob").await;
    let (ana_phone, bob_phone) = (depot.phone_of(&staff.driver), depot.phone_of(&bob));
    let _ = admin
        .patch(&format!("/api/deliveries/{delivery}/assign-driver"), json!({"driverId": bob}))
        .await
        .ok();
    let told = messages(&ana_phone).await;
    assert_eq!((told.len(), &told[0]["kind"], &told[0]["seenAt"]), (1, &json!("taken"), &Value::Null));
    assert_eq!(messages(&bob_phone).await[0]["kind"], "given");
    let see = json!({"type": "seeMessages", "ids": [told[0]["id"]]});
    let unknown = json!({"type": "seeMessages", "ids": [format!("{delivery}:99")]});
    let _ = tend(&bob_phone, unknown).await.refused(404);
    let _ = tend(&ana_phone, see.clone()).await.ok();
    let _ = tend(&ana_phone, see).await.ok();
    assert!(messages(&ana_phone).await[0]["seenAt"].is_string());
    let _ = bob_phone.set_status(&delivery, "Failed").await.ok();
    assert_eq!(messages(&bob_phone).await.len(), 1, "what the driver did is no message");
    let _ = admin.set_status(&delivery, "PickedUp").await.ok();
    assert_eq!(messages(&bob_phone).await[0]["kind"], "reopened");
}

async fn messages(phone: &Client) -> Vec<Value> {
    phone.query(json!({"query": "phoneDay"})).await.ok()["answer"]["messages"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_position_is_its_own_drivers_and_nobody_elses() {
    let depot = Depot::generous().set("phones.positions=true").start();
    let admin = depot.admin();
    let (_, staff) = admin.delivery_in("InTransit").await;
    let (own, stranger) =
        (depot.phone_of(&staff.driver), depot.phone_of(&admin.add_driver("Stranger").await));
    let place = json!({"type": "reportPosition", "latitude": 41.157_944, "longitude": -8, "accuracyMeters": 11.2,
                       "at": chrono::Utc::now().to_rfc3339()});
    for phone in [&own, &stranger] {
        let _ = tend(phone, json!({"type": "sharePositions", "on": true})).await.ok();
    }
    let _ = tend(&own, place.clone()).await.ok();
    let _ = tend(&stranger, place.clone()).await.refused(400).with("code", "ruleBroken");
    let _ = tend(&depot.nobody(), place.clone()).await.refused(401);
    let _ = tend(&depot.role("dispatcher"), place.clone()).await.refused(403);
    let mut named = place.clone();
    named["driverId"] = json!(staff.driver);
    let _ = tend(&stranger, named).await.refused(400).with("code", "malformed");
    for (field, value) in [
        ("latitude", json!(90.5)),
        ("longitude", json!(-181)),
        ("accuracyMeters", json!(-1)),
        ("latitude", json!("41")),
        ("at", json!("noon")),
    ] {
        let mut nonsense = place.clone();
        nonsense[field] = value;
        let _ = tend(&own, nonsense).await.refused(400).with("code", "malformed");
    }
    let shown = depot.role("viewer").query(json!({"query": "positions"})).await.ok();
    let shown = shown["answer"].as_array().unwrap();
    assert_eq!((shown.len(), &shown[0]["driverId"]), (1, &json!(staff.driver)));
    assert_eq!((&shown[0]["latitude"], &shown[0]["accuracyMeters"]), (&json!(41.157_944), &json!(12)));
    for phone in [&own, &stranger] {
        let _ = phone.query(json!({"query": "positions"})).await.refused(403);
    }
}

#[tokio::test]
async fn another_drivers_phone_reaches_nothing_on_any_path() {
    let depot = Depot::start();
    let admin = depot.admin();
    let staff = admin.staff(Leg::between(8, 10)).await;
    let delivery = admin.send(&staff).await;
    let stranger = depot.phone_of(&admin.add_driver("Stranger").await);
    let revoked = depot.token(&["--role", "driver", "--name", "Lost", "--driver", &staff.driver]);
    assert!(depot.depotd(&["token", "revoke", "Lost"]).success);
    let before = admin.head().await;
    let document = depot.nobody().get("/api/openapi.json").await.ok();
    let mut walked = 0;
    for (template, item) in document["paths"].as_object().unwrap() {
        if ["/health", "/api/openapi.json", "/api/session", "/api/phone"]
            .iter()
            .any(|open| template.starts_with(open))
        {
            continue;
        }
        let id = if template.contains("/drivers/") {
            &staff.driver
        } else if template.contains("/vehicles/") {
            &staff.vehicle
        } else if template.contains("/routes/") {
            &staff.route
        } else {
            &delivery
        };
        let path = template
            .replace("{id}", id)
            .replace("{incidentId}", &delivery)
            .replace("{sequence}", "1")
            .replace("{hash}", &"0".repeat(64))
            .replace("{category}", "delivery-tracking-events");
        for method in
            item.as_object().unwrap().keys().filter_map(|method| method.to_uppercase().parse::<Method>().ok())
        {
            for (client, code) in [
                (depot.nobody(), "unauthenticated"),
                (depot.bearer("depot_x"), "unauthenticated"),
                (depot.bearer(&revoked), "revoked"),
            ] {
                let _ =
                    Answer::to(client.request(method.clone(), &path)).await.refused(401).with("code", code);
            }
            if template == "/api/changes" {
                continue;
            }
            let answer = Answer::to(stranger.request(method.clone(), &path).json(&json!({}))).await;
            let lists = ["/api/deliveries", "/api/deliveries/live-tracking", "/api/incidents"]
                .contains(&template.as_str());
            if answer.status == 200 {
                assert!(lists && method == Method::GET, "{method} {path}: {}", answer.body);
            }
            assert!(
                !answer.body.contains(&delivery) || answer.status != 200,
                "{method} {path}: {}",
                answer.body
            );
            walked += 1;
        }
    }
    assert!(walked > 35, "{walked}");
    assert_eq!(admin.head().await, before, "nothing was changed");
}
