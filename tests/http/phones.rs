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

    /// Posts in the name of one of the credentials that the browser has.
    async fn named(&self, credential: &str, path: &str, body: &Value) -> Answer {
        let request = self.client.request(Method::POST, path).header("cookie", &self.cookie);
        let request = request.header("sec-fetch-site", "same-origin").header("x-credential", credential);
        Answer::to(request.json(body)).await
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
async fn a_phone_paired_with_another_keeps_both_credentials() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (delivery, staff) = admin.delivery_in("PickedUp").await;
    let bob = admin.add_driver("Bob").await;
    let first = pair(&depot, &staff.driver).await;
    let day = first.query("phoneDay").await.ok()["answer"].clone();
    let ana = day["deviceId"].as_str().unwrap().to_owned();

    // The same browser claims another code: the answer has a cookie for each.
    let desk = depot.role("dispatcher");
    let (id, code) = start(&desk).await;
    let claimed =
        first.send(Method::POST, "/api/phone/pairing", Some(claim(&code, &NONCE.replace('0', "1")))).await;
    let _ = claimed.ok();
    let cookies: Vec<String> = claimed
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned())
        .collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    let both = Browser { client: depot.nobody(), cookie: cookies.join("; ") };
    let confirm = json!({"type": "confirmPairing", "pairingId": id, "driverId": bob});
    let _ = tend(&desk, confirm).await.ok();
    let own = both.query("phoneDay").await.ok()["answer"].clone();
    assert_eq!(own["driverId"], json!(bob), "without a name it is the present one's");
    let ben = own["deviceId"].as_str().unwrap().to_owned();

    let start = json!({"command": {"entity": "delivery", "id": delivery, "command": {"type": "changeDeliveryStatus", "status": "InTransit"}},
        "idempotencyKey": "k1", "device": {"sequence": 1, "time": chrono::Utc::now().to_rfc3339(), "offsetMs": 0}});
    let _ = both.named(&ben, "/api/commands", &start).await.refused(403).with("code", "forbidden");
    let _ = both.named(&ana, "/api/commands", &start).await.ok();
    let event = admin.query(json!({"query": "events", "entityId": delivery, "limit": 1})).await.ok();
    assert_eq!(event["answer"]["items"][0]["actor"], json!(format!("driver:{ana}")));
    let feed = Answer::to(
        both.client
            .request(Method::GET, &format!("/api/changes?credential={ben}"))
            .header("cookie", &first.cookie),
    );
    let _ = feed.await.refused(401).with("code", "otherCredential");

    // A browser that has only one of them does nothing in the name of the other, and may try again later.
    let alone = Browser { client: depot.nobody(), cookie: cookies[0].clone() };
    let _ = alone.named(&ana, "/api/commands", &start).await.refused(401).with("code", "otherCredential");
    let bearer = depot.phone_of(&bob).request(Method::POST, "/api/queries").header("x-credential", &ana);
    let bearer = Answer::to(bearer.json(&json!({"query": "session"}))).await;
    let _ = bearer.refused(401).with("code", "otherCredential");
    let _ = alone.named("nonsense", "/api/commands", &start).await.refused(400).with("code", "malformed");

    // Given up, the first one is revoked and its own cookie is cleared; the present one stays.
    let given_up = Answer::to(
        both.client
            .request(Method::DELETE, "/api/session")
            .header("cookie", &both.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("x-credential", &ana),
    )
    .await;
    assert_eq!(given_up.status, 204);
    let cleared = given_up.header("set-cookie").unwrap();
    assert!(cleared.contains("_kept_") && cleared.contains("Max-Age=0"), "{cleared}");
    let _ = both.named(&ana, "/api/commands", &start).await.refused(401).with("code", "revoked");
    assert_eq!(both.query("phoneDay").await.ok()["answer"]["driverId"], json!(bob));
}

#[tokio::test]
async fn a_desk_that_signs_in_on_a_phone_leaves_its_credential() {
    let depot = Depot::start();
    let admin = depot.admin();
    let driver = admin.add_driver("Ana").await;
    let phone = pair(&depot, &driver).await;
    let device = phone.query("phoneDay").await.ok()["answer"]["deviceId"].as_str().unwrap().to_owned();
    let token = depot.token(&["--role", "dispatcher", "--name", "Office"]);
    let signed_in = phone.send(Method::POST, "/api/session", Some(json!({"token": token}))).await;
    let cookies: Vec<_> =
        signed_in.headers.get_all("set-cookie").iter().map(|c| c.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    let pairs: Vec<_> = cookies.iter().map(|cookie| cookie.split(';').next().unwrap()).collect();
    let both = Browser { client: depot.nobody(), cookie: pairs.join("; ") };
    let query = json!({"query": "phoneDay"});
    assert_eq!(both.named(&device, "/api/queries", &query).await.ok()["answer"]["driverId"], json!(driver));
    let session = both.query("session").await.ok();
    assert_eq!(session["answer"]["actor"]["role"], "dispatcher");
}

#[tokio::test]
async fn a_phone_tells_what_it_holds_of_others() {
    let depot = Depot::start();
    let admin = depot.admin();
    let (ana, bob) = (admin.add_driver("Ana").await, admin.add_driver("Bob").await);
    let phone = depot.phone_of(&bob);
    let state = json!({"type": "reportState", "unsentActions": 0, "unsentFiles": 0, "appVersion": "1",
        "held": [{"driverId": ana, "actions": 3, "files": 1}]});
    let _ = tend(&phone, state).await.ok();
    let phones = admin.query(json!({"query": "phones"})).await.ok()["answer"]["phones"].clone();
    let held = json!([{"driverId": ana, "driverName": "Ana", "actions": 3, "files": 1}]);
    assert_eq!(phones[0]["held"], held);
    let without = json!({"type": "reportState", "unsentActions": 0, "unsentFiles": 0, "appVersion": "1"});
    let _ = tend(&phone, without).await.ok();
    let phones = admin.query(json!({"query": "phones"})).await.ok()["answer"]["phones"].clone();
    assert_eq!(phones[0]["held"], json!([]));
}

#[tokio::test]
async fn a_day_has_what_is_under_way_first_and_says_what_is_left_out() {
    let depot = Depot::generous().set("depot.time_zone=Europe/Lisbon").start();
    let admin = depot.admin();
    let staff = admin.staff(Leg::between(18, 20)).await;
    let last = admin.send(&staff).await;
    let _ = admin.set_status(&last, "InTransit").await.ok();
    for hour in [8, 10, 12] {
        let other = admin.staff(Leg::between(hour, hour + 1)).await;
        let body = json!({"routeId": other.route, "driverId": staff.driver, "vehicleId": other.vehicle});
        let _ = admin.post("/api/deliveries", body).await.ok();
    }
    let phone = depot.phone_of(&staff.driver);
    let day = |most: Value| {
        let query = json!({"query": "phoneDay", "most": most});
        async { phone.query(query).await.ok()["answer"].clone() }
    };
    let two = day(json!(2)).await;
    assert_eq!((&two["deliveries"][0]["id"], &two["leftOut"]), (&json!(last), &json!(2)));
    assert_eq!(two["deliveries"].as_array().unwrap().len(), 2);
    let all = day(Value::Null).await;
    assert_eq!((all["deliveries"].as_array().unwrap().len(), &all["leftOut"]), (4, &json!(0)));
    assert_eq!(all["timeZone"], "Europe/Lisbon");
    let starts: Vec<_> = all["deliveries"].as_array().unwrap()[1..]
        .iter()
        .map(|of| of["scheduledStartTime"].as_str().unwrap())
        .collect();
    assert!(starts.is_sorted(), "{starts:?}");
    for wrong in [0, 5_001] {
        let _ =
            phone.query(json!({"query": "phoneDay", "most": wrong})).await.refused(400).mentions("1 to 5000");
    }
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
        (&event["recordedAt"], &json!(false)),
        "no step was taken before its delivery was created"
    );
    assert_eq!(
        (&event["uncertain"], &event["data"]["clock"]),
        (&json!(true), &json!({"fault": "Behind", "told": "2024-05-01T05:59:58.500Z"}))
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
