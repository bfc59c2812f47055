//! Whoever is erased is in no file of the data folder any more, and the record holds.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use chrono::Utc;
use depot_app::{
    Actor, App, AppOptions, Code, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, EventListing,
    NewToken, PictureUse, RestoreOptions, Role, Settings, Trace, backup, proof,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

const DRIVER: Uuid = Uuid::from_u128(0x7000_8000_0000_0000_0001);
const ROUTE: Uuid = Uuid::from_u128(0x7000_8000_0000_0000_0003);
const DELIVERY: Uuid = Uuid::from_u128(0x7000_8000_0000_0000_0004);

/// Everything that is known of the driver, and of who received the delivery.
const OF_DRIVER: [&str; 4] = ["Wilhelmina Quist", "WQ-77123", "WQ-77124", "Licence under review"];
const OF_RECEIVER: [&str; 4] = ["Leopoldine", "Zwickl", "zwickl.png", "rang twice"];

/// A stroke.
const SIGNED: &[u8] = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" width="9" height="9"><path d="M 1,1 L 8,8" stroke="#10161f" fill="none"></path></svg>"##;

fn open(folder: &Path) -> App {
    App::open(AppOptions::new(folder, Settings::default())).unwrap()
}

async fn ask(app: &App, actor: &Actor, entity: &str, id: Uuid, command: Value) -> Result<String, Code> {
    let command = json!({"entity": entity, "id": id, "command": command});
    let command: DepotCommand = serde_json::from_value(command).unwrap();
    let key = Some(Uuid::now_v7().to_string());
    let request = CommandRequest { idempotency_key: key, ..CommandRequest::new(command) };
    let outcome = app.execute(actor, request, Trace::fresh()).await;
    outcome.map(|outcome| outcome.message).map_err(|error| error.code)
}

async fn tell(app: &App, entity: &str, id: Uuid, command: Value) {
    ask(app, &Actor::desk(), entity, id, command).await.unwrap();
}

fn erase_driver() -> Value {
    json!({"type": "eraseDriver"})
}

fn erase_receiver() -> Value {
    json!({"type": "eraseReceiver"})
}

/// A driver with a phone who delivered something, after a licence that another wanted to have.
async fn fill(app: &App) {
    let license = |name: &str| json!({"type": "addDriver", "name": name, "driverLicense": "WQ-77123"});
    tell(app, "driver", DRIVER, license("Wilhelmina Quist")).await;
    let refused = ask(app, &Actor::desk(), "driver", Uuid::from_u128(5), license("Somebody Else")).await;
    assert_eq!(refused, Err(Code::Duplicate));
    let status = |status: &str| json!({"type": "changeDriverStatus", "status": status, "reason": "Licence under review"});
    tell(app, "driver", DRIVER, status("Suspended")).await;
    tell(app, "driver", DRIVER, status("Available")).await;
    let update =
        json!({"type": "updateDriver", "name": "Wilhelmina Quist-Berg", "driverLicense": "WQ-77124"});
    tell(app, "driver", DRIVER, update).await;
    let name = "Wilhelmina Quist-Berg (Pixel)".to_owned();
    let phone = NewToken { role: Role::Driver, name, driver_id: Some(DRIVER.into()), expires_in: None };
    app.create_token(phone).await.unwrap();
    let vehicle = Uuid::from_u128(2);
    tell(
        app,
        "vehicle",
        vehicle,
        json!({"type": "addVehicle", "registration": "EV-07", "vehicleType": "Van"}),
    )
    .await;
    let plan = json!({"type": "planRoute", "origin": "Depot", "destination": "Harbour",
        "scheduledStartTime": "2040-05-01T08:00:00Z",
        "checkpoints": [{"sequence": 1, "location": "Gate", "expectedTime": "2040-05-01T09:00:00Z"}]});
    tell(app, "route", ROUTE, plan).await;
    tell(app, "route", ROUTE, json!({"type": "changeRouteStatus", "status": "Active"})).await;
    let create =
        json!({"type": "createDelivery", "routeId": ROUTE, "driverId": DRIVER, "vehicleId": vehicle});
    tell(app, "delivery", DELIVERY, create).await;
    tell(app, "delivery", DELIVERY, json!({"type": "changeDeliveryStatus", "status": "InTransit"})).await;
}

/// What remains until the delivery has ended.
async fn deliver(app: &App) -> depot_app::domain::delivery::FileRef {
    tell(app, "delivery", DELIVERY, json!({"type": "reachCheckpoint", "routeId": ROUTE, "sequence": 1}))
        .await;
    let incident = json!({"type": "reportIncident", "incidentId": Uuid::from_u128(9), "incidentType": "RecipientUnavailable",
        "description": "Frau Zwickl was asleep"});
    tell(app, "delivery", DELIVERY, incident).await;
    let resolved = json!({"type": "resolveIncident", "incidentId": Uuid::from_u128(9), "note": "rang twice"});
    tell(app, "delivery", DELIVERY, resolved).await;
    let (desk, delivery) = (Actor::desk(), DELIVERY.into());
    let staged = app.stage_bytes(&desk, delivery, SIGNED, PictureUse::Signature).await.unwrap();
    let signature = staged.file().clone();
    let proof = json!({"type": "captureProof", "receiverName": "Leopoldine Zwickl", "signature": signature,
        "signatureUrl": "https://signatures.example/zwickl.png"});
    let command = json!({"entity": "delivery", "id": DELIVERY, "command": proof});
    let request = CommandRequest::new(serde_json::from_value(command).unwrap());
    app.execute_with_files(&desk, request, Trace::fresh(), vec![staged]).await.unwrap();
    signature
}

/// Every file below, with what is in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    found
}

/// Which of `texts` stands in which file, whatever the case of its letters.
fn found(folder: &Path, texts: &[&str]) -> Vec<String> {
    let mut found = vec![];
    for (name, bytes) in files(folder) {
        let bytes = bytes.to_ascii_lowercase();
        for text in texts {
            let text = text.to_ascii_lowercase();
            if bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
                found.push(format!("{text} in {name}"));
            }
        }
    }
    found
}

async fn all_events(app: &App) -> String {
    let listing = EventListing { limit: Some(500.try_into().unwrap()), ..EventListing::default() };
    let answer = app.query(&Actor::desk(), DepotQuery::Events(listing)).await.unwrap().answer;
    let DepotAnswer::Events(page) = answer else { panic!() };
    serde_json::to_string(&page.items).unwrap()
}

/// Everything that a depot promises of its record.
async fn holds(app: &App) {
    app.verify().await.unwrap();
    app.check_database().await.unwrap();
    let before = app.projections().await.unwrap();
    app.rebuild().await.unwrap();
    assert_eq!(app.projections().await.unwrap(), before);
}

#[tokio::test]
async fn nothing_of_an_erased_driver_and_receiver_is_left_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    fill(&app).await;
    let signature = deliver(&app).await;
    app.seal().await.unwrap();
    let backups = folder.path().join(backup::BACKUPS);
    backup::make(folder.path(), &backups, Utc::now()).unwrap();
    for text in OF_DRIVER.iter().chain(&OF_RECEIVER) {
        assert!(!found(folder.path(), &[text]).is_empty(), "{text} was nowhere before");
    }

    tell(&app, "driver", DRIVER, erase_driver()).await;
    tell(&app, "delivery", DELIVERY, erase_receiver()).await;
    app.finish_erasures().await.unwrap();
    assert_eq!(app.pending_erasures().await.unwrap(), 0);
    assert_eq!(found(folder.path(), &OF_DRIVER), [""; 0]);
    assert_eq!(found(folder.path(), &OF_RECEIVER), [""; 0]);
    assert!(app.file(&Actor::desk(), signature.hash).await.unwrap().is_none());
    assert_eq!(
        backup::list(&backups).unwrap().len(),
        1,
        "one that was made since took the place of the older one"
    );

    holds(&app).await;
    let told = all_events(&app).await;
    for text in OF_DRIVER.iter().chain(&OF_RECEIVER) {
        assert!(!told.contains(text), "{text}");
    }
    assert!(told.contains("DriverErased") && told.contains("ReceiverErased") && told.contains("EV-07"));
    let proof = app.prove(DELIVERY.into()).await.unwrap();
    let proved = proof::check(proof.as_bytes(), None).unwrap();
    assert_eq!((proved.files.len(), proved.about.driver.as_deref()), (0, Some("erased")));

    // What is left goes through a backup and back.
    app.close().await;
    let kept = backup::list(&backups).unwrap().pop().unwrap();
    let restored = tempfile::tempdir().unwrap();
    backup::restore(&kept.folder, restored.path(), &RestoreOptions::default(), Utc::now()).unwrap();
    assert_eq!(found(restored.path(), &OF_DRIVER), [""; 0]);
    let app = open(restored.path());
    holds(&app).await;
    app.close().await;
}

#[tokio::test]
async fn what_was_done_for_an_erased_driver_is_not_done_twice_and_its_phone_is_out() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    let add = json!({"entity": "driver", "id": DRIVER,
        "command": {"type": "addDriver", "name": "Wilhelmina Quist", "driverLicense": "WQ-77123"}});
    let request = CommandRequest {
        idempotency_key: Some("once".to_owned()),
        ..CommandRequest::new(serde_json::from_value(add).unwrap())
    };
    app.execute(&Actor::desk(), request.clone(), Trace::fresh()).await.unwrap();
    let name = "Wilhelmina's phone".to_owned();
    let phone = NewToken { role: Role::Driver, name, driver_id: Some(DRIVER.into()), expires_in: None };
    let token = app.create_token(phone.clone()).await.unwrap().token;
    tell(&app, "driver", DRIVER, erase_driver()).await;
    let head = app.head();
    app.execute(&Actor::desk(), request, Trace::fresh()).await.unwrap();
    assert_eq!(app.head(), head);
    assert!(app.authenticate(&token).unwrap().is_none());
    assert_eq!(app.create_token(phone).await.map(|_| ()).unwrap_err().code, Code::NotFound);
    // Somebody else may have the licence now, and who was erased can come back as somebody new.
    let again = json!({"type": "addDriver", "name": "Wilhelmina Quist", "driverLicense": "WQ-77123"});
    tell(&app, "driver", Uuid::from_u128(6), again).await;
    app.close().await;
}

#[tokio::test]
async fn only_an_admin_erases_and_only_what_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    fill(&app).await;
    let as_role = |role| Actor { role, credential: Uuid::from_u128(7), ..Actor::desk() };
    for role in [Role::Dispatcher, Role::Integration, Role::Viewer] {
        for (entity, id, command) in
            [("driver", DRIVER, erase_driver()), ("delivery", DELIVERY, erase_receiver())]
        {
            assert_eq!(ask(&app, &as_role(role), entity, id, command).await, Err(Code::Forbidden), "{role}");
        }
    }
    let desk = Actor::desk();
    assert_eq!(ask(&app, &desk, "driver", DRIVER, erase_driver()).await, Err(Code::RuleBroken));
    assert_eq!(ask(&app, &desk, "delivery", DELIVERY, erase_receiver()).await, Err(Code::RuleBroken));
    assert_eq!(ask(&app, &desk, "driver", Uuid::from_u128(99), erase_driver()).await, Err(Code::NotFound));
    app.close().await;
}

#[tokio::test]
async fn an_older_backup_does_not_bring_back_who_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    fill(&app).await;
    // The driver is needed here, so that the rules of the backup's depot would not let anybody erase them.
    let while_driving = backup::make(folder.path(), elsewhere.path(), Utc::now()).unwrap();
    deliver(&app).await;
    let after = backup::make(folder.path(), elsewhere.path(), Utc::now()).unwrap();
    tell(&app, "driver", DRIVER, erase_driver()).await;
    tell(&app, "delivery", DELIVERY, erase_receiver()).await;
    app.finish_erasures().await.unwrap();
    app.close().await;
    for backup in [&after, &while_driving, &after] {
        assert!(!found(&backup.folder, &OF_DRIVER).is_empty());
        backup::restore(&backup.folder, folder.path(), &RestoreOptions::default(), Utc::now()).unwrap();
        assert_eq!(found(folder.path(), &OF_DRIVER), [""; 0]);
        assert_eq!(found(folder.path(), &OF_RECEIVER), [""; 0]);
        let app = open(folder.path());
        holds(&app).await;
        assert!(all_events(&app).await.contains("DriverErased"));
        app.close().await;
    }
}

#[tokio::test]
async fn an_erasure_that_was_interrupted_is_finished_later() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    fill(&app).await;
    app.close().await;
    deliver_and_erase_beside(folder.path()).await;
    assert!(!found(folder.path(), &OF_DRIVER).is_empty(), "its pages have not been written anew yet");
    let app = open(folder.path());
    assert_eq!(app.pending_erasures().await.unwrap(), 1);
    assert_eq!(app.finish_erasures().await.unwrap(), 1);
    assert_eq!(found(folder.path(), &OF_DRIVER), [""; 0]);
    app.close().await;
}

/// As a command beside a depot that is served does it: it leaves the files to whoever has the folder.
async fn deliver_and_erase_beside(folder: &Path) {
    let app =
        App::open(AppOptions { exclusive: false, ..AppOptions::new(folder, Settings::default()) }).unwrap();
    deliver(&app).await;
    tell(&app, "driver", DRIVER, erase_driver()).await;
    app.close().await;
}

/// A depot as it was written before there were secrets, with the key of its seals.
fn old_depot() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let database = rusqlite::Connection::open(folder.path().join("depot.sqlite3")).unwrap();
    database.pragma_update(None, "foreign_keys", false).unwrap();
    database.execute_batch(include_str!("fixtures/before-secrets.sql")).unwrap();
    let key = "36d00e9b82075e793aabb8b6c76c3e167f557e45e267be1af36f4a3788262a1f";
    fs::write(folder.path().join("seal.key"), key).unwrap();
    folder
}

#[tokio::test]
async fn a_depot_from_before_there_were_secrets_is_read_and_goes_on() {
    let folder = old_depot();
    let app = open(folder.path());
    let verified = app.verify().await.unwrap();
    assert_eq!((verified.events, verified.seals), (16, 1));
    holds(&app).await;
    let told = all_events(&app).await;
    for text in ["Wilhelmina Quist-Berg", "Licence under review", "Leopoldine Zwickl was asleep"] {
        assert!(told.contains(text), "{text}");
    }
    let driver = Uuid::from_u128(5);
    tell(&app, "driver", driver, json!({"type": "addDriver", "name": "Ana Costa", "driverLicense": "L-1"}))
        .await;
    holds(&app).await;
    let proof = app.prove(DELIVERY.into()).await.unwrap();
    proof::check(proof.as_bytes(), None).unwrap();
    app.close().await;
}

#[tokio::test]
async fn who_was_recorded_before_there_were_secrets_is_erased_in_a_chain_made_anew() {
    let folder = old_depot();
    let app = open(folder.path());
    assert!(!found(folder.path(), &OF_DRIVER).is_empty());
    tell(&app, "driver", DRIVER, erase_driver()).await;
    app.finish_erasures().await.unwrap();
    assert_eq!(found(folder.path(), &OF_DRIVER), [""; 0]);
    let verified = app.verify().await.unwrap();
    assert_eq!((verified.events, verified.seals, verified.retired), (17, 0, 1));
    holds(&app).await;
    // Sealed with the others, and not erased.
    assert!(all_events(&app).await.contains("Leopoldine Zwickl was asleep"));
    tell(&app, "delivery", DELIVERY, erase_receiver()).await;
    app.finish_erasures().await.unwrap();
    assert_eq!(found(folder.path(), &["leopoldine", "zwickl"]), [""; 0]);
    assert!(app.seal().await.unwrap().is_some());
    holds(&app).await;
    app.close().await;
}

#[tokio::test]
async fn a_history_that_was_tampered_with_is_not_made_good() {
    let folder = old_depot();
    let database = rusqlite::Connection::open(folder.path().join("depot.sqlite3")).unwrap();
    let sql = "DROP TRIGGER events_never_change; UPDATE events SET actor = 'nobody' WHERE seq = 3;
        CREATE TRIGGER events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events never change'); END;";
    database.execute_batch(sql).unwrap();
    drop(database);
    let app = open(folder.path());
    assert_eq!(ask(&app, &Actor::desk(), "driver", DRIVER, erase_driver()).await, Err(Code::Internal));
    let error = app.verify().await.unwrap_err();
    assert!(error.detail.contains("event 3"), "{error}");
    assert!(all_events(&app).await.contains("Wilhelmina Quist-Berg"), "nothing was changed");
    app.close().await;
}

#[tokio::test]
async fn a_secret_that_somebody_takes_out_is_missed_by_every_check() {
    let folder = tempfile::tempdir().unwrap();
    let backups = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    fill(&app).await;
    deliver(&app).await;
    let good = backup::make(folder.path(), backups.path(), Utc::now()).unwrap();
    let take_out = |database: &Path, id: Uuid| {
        let database = rusqlite::Connection::open(database).unwrap();
        let taken = database.execute("UPDATE streams SET secret = NULL WHERE id = ?1", [id.as_bytes()]);
        assert_eq!(taken.unwrap(), 1);
    };
    take_out(&folder.path().join("depot.sqlite3"), DELIVERY);
    // The last thing that was said of the receiver: their name, with the proof.
    let missed = "what event 16 says of somebody cannot be read any more";
    let error = app.verify().await.unwrap_err();
    assert!(error.detail.contains(missed), "{error}");
    let error = backup::make(folder.path(), backups.path(), Utc::now()).unwrap_err();
    assert!(error.to_string().contains(missed), "{error}");
    backup::verify(&good.folder).unwrap();
    // An erasure that is recorded tells of it, and of nobody else.
    tell(&app, "delivery", DELIVERY, erase_receiver()).await;
    holds(&app).await;
    take_out(&folder.path().join("depot.sqlite3"), DRIVER);
    app.verify().await.unwrap_err();
    app.close().await;
}
