//! A proof of a delivery shows what was recorded, and no byte of it can be another.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use depot_app::proof::{self, ProofError};
use depot_app::{
    Actor, App, AppOptions, Code, CommandRequest, DepotCommand, PictureUse, SealKey, Settings, Trace,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// A stroke.
const SIGNED: &[u8] = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><path d="M 1,1 L 8,8" stroke="#10161f" fill="none"></path></svg>"##;

async fn tell(app: &App, entity: &str, id: u128, command: Value) {
    let command = json!({"entity": entity, "id": Uuid::from_u128(id), "command": command});
    let command: DepotCommand = serde_json::from_value(command).unwrap();
    app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.unwrap();
}

/// A depot with one delivery that was signed for, among other things that happened.
async fn depot() -> (TempDir, App) {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    let ana = json!({"type": "addDriver", "name": "Ana Costa", "driverLicense": "L-1"});
    tell(&app, "driver", 1, ana).await;
    tell(&app, "vehicle", 2, json!({"type": "addVehicle", "registration": "EV-07", "vehicleType": "Van"}))
        .await;
    let plan = json!({"type": "planRoute", "origin": "Depot", "destination": "Harbour",
        "scheduledStartTime": "2040-05-01T08:00:00Z",
        "checkpoints": [{"sequence": 1, "location": "Gate", "expectedTime": "2040-05-01T09:00:00Z"}]});
    tell(&app, "route", 3, plan).await;
    tell(&app, "route", 3, json!({"type": "changeRouteStatus", "status": "Active"})).await;
    let route = Uuid::from_u128(3);
    let create = json!({"type": "createDelivery", "routeId": route, "driverId": Uuid::from_u128(1),
        "vehicleId": Uuid::from_u128(2)});
    tell(&app, "delivery", 4, create).await;
    tell(&app, "delivery", 4, json!({"type": "changeDeliveryStatus", "status": "InTransit"})).await;
    // Others' events lie between those of the delivery, and after them.
    let bob = |license: &str| json!({"type": "addDriver", "name": "Bob Secret", "driverLicense": license});
    tell(&app, "driver", 5, bob("L-2")).await;
    tell(&app, "delivery", 4, json!({"type": "reachCheckpoint", "routeId": route, "sequence": 1})).await;
    let (desk, delivery) = (Actor::desk(), Uuid::from_u128(4));
    let staged = app.stage_bytes(&desk, delivery.into(), SIGNED, PictureUse::Signature).await.unwrap();
    let command: DepotCommand =
        serde_json::from_value(json!({"entity": "delivery", "id": delivery, "command":
        {"type": "captureProof", "receiverName": "Cleo", "signature": staged.file()}}))
        .unwrap();
    let request = CommandRequest::new(command);
    app.execute_with_files(&desk, request, Trace::fresh(), vec![staged]).await.unwrap();
    tell(&app, "driver", 6, bob("L-3")).await;
    (folder, app)
}

async fn prove(app: &App) -> String {
    app.prove(Uuid::from_u128(4).into()).await.unwrap()
}

#[tokio::test]
async fn a_proof_shows_the_delivery_its_file_and_the_seal_and_nothing_of_others() {
    let (folder, app) = depot().await;
    let text = prove(&app).await;
    let key = SealKey::read(folder.path()).unwrap().unwrap().public();
    let proved = proof::check(text.as_bytes(), Some(key)).unwrap();
    assert_eq!(proved.delivery, Uuid::from_u128(4));
    assert_eq!(
        (proved.about.driver.as_deref(), proved.about.vehicle.as_deref()),
        (Some("Ana Costa"), Some("EV-07"))
    );
    let types: Vec<_> = proved.events.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(types.first(), Some(&"DeliveryCreated"));
    assert!(types.contains(&"ProofOfDeliveryCaptured") && types.contains(&"CheckpointReached"), "{types:?}");
    assert_eq!(proved.files.len(), 1);
    let told: String = proved.events.iter().map(|event| event.payload.as_str()).collect();
    assert!(told.contains(r#""receiverName":"Cleo""#) && !told.contains("sealed"), "{told}");
    assert_eq!(proved.seal.sequence, app.head());
    assert!(!text.contains("Bob Secret"));
    // A second one rests on the same seal; it needs no other.
    let before = app.verify().await.unwrap().seals;
    let again = proof::check(prove(&app).await.as_bytes(), None).unwrap();
    assert_eq!((again.events, app.verify().await.unwrap().seals), (proved.events, before));
}

#[tokio::test]
async fn every_byte_that_is_another_is_found() {
    let (_folder, app) = depot().await;
    let text = prove(&app).await;
    for place in 0..text.len() {
        // Bit 5 makes a capital of a letter, which a lenient reader would take for the same.
        for bit in [place % 8, 5] {
            let mut changed = text.clone().into_bytes();
            changed[place] ^= 1 << bit;
            let found = proof::check(&changed, None);
            assert!(found.is_err(), "bit {bit} of byte {place}: {found:?}");
        }
    }
    for length in 0..text.len() {
        assert!(proof::check(&text.as_bytes()[..length], None).is_err(), "cut to {length} bytes");
    }
    for more in ["\n", " ", "x"] {
        assert!(proof::check(format!("{text}{more}").as_bytes(), None).is_err());
        assert!(proof::check(format!("{more}{text}").as_bytes(), None).is_err());
    }
}

#[tokio::test]
async fn what_was_made_up_and_signed_again_contradicts_the_seal() {
    let (folder, app) = depot().await;
    let text = prove(&app).await;
    let body = text.rsplit_once("signature ").unwrap().0;
    let key = SealKey::read(folder.path()).unwrap().unwrap();
    let signed = |body: &str, key: &SealKey| {
        let signature = key.sign(b"eroad-depot proof 1\0", body.as_bytes());
        let hex: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{body}signature {hex}\n")
    };
    assert_eq!(signed(body, &key), text, "the test signs as the depot does");
    // By whoever has the depot's key, but not the log of that time.
    for (from, to) in [
        ("sealed", "closed"),
        ("\"actor\": \"desk\"", "\"actor\": \"dusk\""),
        ("\"version\": 2", "\"version\": 3"),
    ] {
        let other = body.replacen(from, to, 1);
        assert_ne!(other, body, "{from}");
        let found = proof::check(signed(&other, &key).as_bytes(), None).unwrap_err();
        assert!(matches!(found, ProofError::Contradiction(_)), "{from}: {found}");
    }
    let mut parsed: Value = serde_json::from_str(body).unwrap();
    parsed["events"].as_array_mut().unwrap().pop();
    let short = serde_json::to_string_pretty(&parsed).unwrap() + "\n";
    assert!(matches!(proof::check(signed(&short, &key).as_bytes(), None), Err(ProofError::Contradiction(_))));
    let mut parsed: Value = serde_json::from_str(body).unwrap();
    parsed["files"][0]["base64"] = json!("aGVsbG8=");
    let other_file = serde_json::to_string_pretty(&parsed).unwrap() + "\n";
    assert!(matches!(
        proof::check(signed(&other_file, &key).as_bytes(), None),
        Err(ProofError::Contradiction(_))
    ));
    // Another secret opens nothing, and without one the proof shows no more than after an erasure.
    let mut parsed: Value = serde_json::from_str(body).unwrap();
    parsed["secret"] = json!("00".repeat(32));
    let another = serde_json::to_string_pretty(&parsed).unwrap() + "\n";
    assert!(matches!(
        proof::check(signed(&another, &key).as_bytes(), None),
        Err(ProofError::Contradiction(_))
    ));
    parsed["files"] = json!([]);
    let closed = serde_json::to_string_pretty(&parsed).unwrap() + "\n";
    let closed = proof::check(signed(&closed, &key).as_bytes(), None).unwrap();
    let told: String = closed.events.iter().map(|event| event.payload.as_str()).collect();
    assert!(!told.contains("Cleo") && told.contains(r#""receiverName":"erased""#), "{told}");
    // By somebody with a key of their own.
    let elsewhere = tempfile::tempdir().unwrap();
    let theirs = SealKey::open(elsewhere.path()).unwrap();
    assert_eq!(proof::check(signed(body, &theirs).as_bytes(), None), Err(ProofError::Changed));
    let found = proof::check(text.as_bytes(), Some(theirs.public())).unwrap_err();
    assert!(matches!(found, ProofError::AnotherKey { .. }), "{found}");
}

#[tokio::test]
async fn nothing_is_proved_of_what_does_not_exist() {
    let (_folder, app) = depot().await;
    let refused = app.prove(Uuid::from_u128(9).into()).await.unwrap_err();
    assert_eq!(refused.code, Code::NotFound);
}
