//! `depotd erase` beside a depot that is being served: afterwards no file of the data folder, and no log line, names who
//! was erased, and everything that is promised of the record holds.

use std::path::Path;

use acceptance::{Answer, Depot};
use reqwest::Method;
use serde_json::{Value, json};

const OF_DRIVER: [&str; 3] = ["Wilhelmina Quist", "WQ-77123", "Licence under review"];
const OF_RECEIVER: [&str; 3] = ["Leopoldine", "Zwickl", "rang twice"];

/// Which of `texts` stands in which file below, whatever the case of its letters.
fn found(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().to_lowercase();
        let named = texts.iter().filter(|text| name.contains(&text.to_lowercase()));
        found.extend(named.map(|text| format!("{text} names {}", path.display())));
        if path.is_dir() {
            found.extend(self::found(&path, texts));
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file").to_ascii_lowercase();
        for text in texts.iter().map(|text| text.to_ascii_lowercase()) {
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(format!("{text} in {}", path.display()));
            }
        }
    }
    found
}

/// A driver who delivered something to somebody; gives both ids.
async fn deliver(depot: &Depot) -> (String, String) {
    let admin = depot.admin();
    let add = json!({"name": "Wilhelmina Quist", "driverLicense": "WQ-77123"});
    let driver = admin.post("/api/fleet/drivers", add.clone()).await.id();
    let _ = admin.post("/api/fleet/drivers", add).await.refused(409).mentions("Wilhelmina Quist");
    for status in ["Suspended", "Available"] {
        let body = json!({"status": status, "reason": "Licence under review"});
        let _ = admin.patch(&format!("/api/fleet/drivers/{driver}/status"), body).await.ok();
    }
    let vehicle =
        admin.post("/api/fleet/vehicles", json!({"registration": "EV-07", "vehicleType": "Van"})).await.id();
    let plan =
        json!({"origin": "Depot", "destination": "Harbour", "scheduledStartTime": "2040-05-01T08:00:00Z"});
    let route = admin.post("/api/routes", plan).await.id();
    let checkpoint = json!({"sequence": 1, "location": "Gate", "expectedTime": "2040-05-01T09:00:00Z"});
    let _ = admin.post(&format!("/api/routes/{route}/checkpoints"), checkpoint).await.ok();
    let _ = admin.patch(&format!("/api/routes/{route}/status"), json!({"status": "Active"})).await.ok();
    let create = json!({"routeId": route, "driverId": driver, "vehicleId": vehicle});
    let delivery = admin.post("/api/deliveries", create).await.id();
    let path = |what: &str| format!("/api/deliveries/{delivery}/{what}");
    let _ = admin.patch(&path("status"), json!({"status": "InTransit"})).await.ok();
    let incident = json!({"type": "RecipientUnavailable", "description": "Zwickl: rang twice"});
    let _ = admin.post(&path("incidents"), incident).await.ok();
    let _ = admin.patch(&path("checkpoint"), json!({"routeId": route, "sequence": 1})).await.ok();
    let proof =
        json!({"receiverName": "Leopoldine Zwickl", "signatureUrl": "https://signatures.example/zwickl.png"});
    let _ = admin.post(&path("proof-of-delivery"), proof).await.ok();
    // A search for a name is nothing to be remembered.
    let _ = admin.get("/api/deliveries?text=Leopoldine").await.ok();
    name_in_free_fields(depot, &delivery).await;
    (driver, delivery)
}

/// Puts the receiver's name wherever a client chooses the text: headers, keys, ids, paths, types of incidents, consumers.
async fn name_in_free_fields(depot: &Depot, delivery: &str) {
    const NAMING: [&str; 10] = [
        "x-request-id",
        "x-correlation-id",
        "idempotency-key",
        "user-agent",
        "referer",
        "origin",
        "accept-language",
        "x-forwarded-for",
        "traceparent",
        "cookie",
    ];
    let admin = depot.admin();
    let incidents = format!("/api/deliveries/{delivery}/incidents");
    for (number, header) in NAMING.into_iter().enumerate() {
        let body = json!({"type": format!("Zwickl fell {number}"), "description": "Zwickl: rang twice"});
        let request = admin.request(Method::POST, &incidents).header(header, "Zwickl-Leopoldine").json(&body);
        let answer = Answer::to(request).await;
        assert!(answer.status < 500, "{header}: {}", answer.status);
    }
    for path in [
        "/Leopoldine",
        "/api/Leopoldine",
        "/api/deliveries/Zwickl",
        "/phone/Zwickl",
        "/api/fleet/Zwickl?Zwickl",
    ] {
        let answer = Answer::to(admin.request(Method::GET, path)).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
    }
    let programs = depot.role("integration");
    let feed = "/api/events/delivery-tracking-events";
    let _ = programs.get(&format!("{feed}?consumer=Leopoldine&limit=1")).await.ok();
    let place = json!({"consumer": "Leopoldine", "sequence": 3});
    let _ = programs.post(&format!("{feed}/position"), place).await.ok();
    let again = programs.get(&format!("{feed}?consumer=Leopoldine&limit=1")).await.ok();
    assert_eq!(again["events"][0]["sequence"].as_u64().map(|first| first > 3), Some(true), "{again}");
}

#[tokio::test]
async fn whoever_is_erased_beside_a_depot_that_is_served_is_in_no_file_and_the_record_holds() {
    let mut depot = Depot::generous().start();
    let (driver, delivery) = deliver(&depot).await;
    assert!(depot.depotd(&["backup"]).success);
    // What is kept elsewhere is beyond it, and is said.
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let kept = elsewhere.path().join("kept");
    let change = json!({"changes": [{"key": "backup.folder", "value": kept}], "type": "changeSettings"});
    let change = json!({"command": {"entity": "depot", "command": change}});
    let _ = depot.admin().post("/api/commands", change).await.ok();
    let made = depot.depotd(&["backup"]);
    assert!(made.success && made.out.contains(&kept.display().to_string()), "{made:?}");
    for text in OF_DRIVER.iter().chain(&OF_RECEIVER) {
        assert!(!found(depot.folder(), &[text]).is_empty(), "{text} was nowhere before");
    }
    let asked = depot.depotd(&["erase", "driver", &driver, "--dry-run"]);
    assert!(
        asked.success && asked.out.contains("Wilhelmina Quist") && asked.out.contains("nothing was erased")
    );
    let nobody = depot.depotd(&["erase", "driver", &delivery]);
    assert!(!nobody.success && nobody.err.contains("There is no driver"), "{nobody:?}");

    let erased = depot.depotd(&["erase", "driver", &driver]);
    assert!(erased.success && erased.out.contains("Driver erased"), "{erased:?}");
    let erased = depot.depotd(&["erase", "receiver", &delivery]);
    assert!(erased.success && erased.out.contains("no file of the data folder has it"), "{erased:?}");
    let told = format!("the backups in {} still know it", kept.display());
    assert!(erased.out.contains(&told), "{erased:?}");
    assert!(!found(&kept, &OF_DRIVER).is_empty(), "it is still known elsewhere");
    assert_eq!(found(depot.folder(), &OF_DRIVER), [""; 0]);
    assert_eq!(found(depot.folder(), &OF_RECEIVER), [""; 0]);
    let again = depot.depotd(&["erase", "driver", &driver]);
    assert!(again.success && again.out.contains("It was erased before"), "{again:?}");

    let admin = depot.admin();
    let shown = admin.get(&format!("/api/fleet/drivers/{driver}")).await.ok();
    assert_eq!((&shown["name"], &shown["erased"]), (&json!("erased"), &json!(true)));
    let _ = admin
        .put(&format!("/api/fleet/drivers/{driver}"), json!({"name": "X", "driverLicense": "Y"}))
        .await
        .refused(400)
        .mentions("was erased");
    let shown = admin.get(&format!("/api/deliveries/{delivery}")).await.ok();
    assert_eq!((&shown["receiverName"], &shown["signatureUrl"]), (&json!("erased"), &Value::Null));
    let told = admin.get("/api/events/delivery-tracking-events?after=0&limit=500").await.ok().to_string();
    assert!(told.contains("ReceiverErased") && !told.contains("Zwickl"), "{told}");
    for role in ["dispatcher", "integration"] {
        let erase = json!({"type": "eraseReceiver"});
        let _ = depot.role(role).command("delivery", &delivery, erase).await.refused(403);
    }

    let place = tempfile::tempdir().expect("a temporary folder");
    let proof = place.path().join("the.proof");
    let proof = proof.to_str().expect("a path in Unicode");
    assert!(depot.depotd(&["proof", &delivery, "--to", proof]).success);
    let checked =
        acceptance::run(std::process::Command::new(acceptance::depotd()).args(["check-proof", proof]));
    assert!(
        checked.success && checked.out.contains("erased") && !checked.out.contains("Zwickl"),
        "{checked:?}"
    );
    depot.stop("TERM");
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success && verified.out.contains("none missing and none changed"), "{verified:?}");
    assert!(depot.depotd(&["rebuild"]).success);
    assert_eq!(found(depot.folder(), &OF_DRIVER), [""; 0]);
    assert_eq!(found(depot.folder(), &OF_RECEIVER), [""; 0]);
}
