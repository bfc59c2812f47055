//! Signatures and photos: whose they are, what is left of those that came to nothing, and how much anybody may hand in.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use depot_app::domain::delivery::FileRef;
use depot_app::domain::values::DriverId;
use depot_app::{
    Actor, App, AppError, AppOptions, Code, CommandOutcome, CommandRequest, DeliveryDetail, DepotAnswer,
    DepotCommand, DepotQuery, PictureUse, Role, Settings, Trace,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

const ANA: Uuid = Uuid::from_u128(1);
const BOB: Uuid = Uuid::from_u128(2);
/// A delivery of Ana's and one of Bob's.
const HERS: Uuid = Uuid::from_u128(11);
const HIS: Uuid = Uuid::from_u128(12);

fn stroke(number: u32) -> Vec<u8> {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 99 99"><path d="M 1,{number} L 80,90" stroke="#10161f"/></svg>"##
    )
    .into_bytes()
}

struct Depot {
    folder: TempDir,
    app: App,
}

impl Depot {
    async fn open(assignments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = open(folder.path(), assignments);
        let depot = Self { folder, app };
        for (driver, delivery, hour) in [(ANA, HERS, 8), (BOB, HIS, 12)] {
            let (route, vehicle) =
                (Uuid::from_u128(delivery.as_u128() + 10), Uuid::from_u128(delivery.as_u128() + 20));
            let name = format!("Driver {driver}");
            depot
                .tell("driver", driver, json!({"type": "addDriver", "name": name, "driverLicense": driver}))
                .await;
            let plate = format!("EV-{}", delivery.as_u128());
            depot
                .tell(
                    "vehicle",
                    vehicle,
                    json!({"type": "addVehicle", "registration": plate, "vehicleType": "Van"}),
                )
                .await;
            let start = format!("2040-05-01T{hour:02}:00:00Z");
            depot
                .tell(
                    "route",
                    route,
                    json!({"type": "createRoute", "origin": "Depot", "destination": "Harbour",
                "scheduledStartTime": start}),
                )
                .await;
            depot.tell("route", route, json!({"type": "changeRouteStatus", "status": "Active"})).await;
            depot
                .tell(
                    "delivery",
                    delivery,
                    json!({"type": "createDelivery", "routeId": route, "driverId": driver,
                "vehicleId": vehicle}),
                )
                .await;
            for status in ["InTransit", "OutForDelivery"] {
                depot
                    .tell("delivery", delivery, json!({"type": "changeDeliveryStatus", "status": status}))
                    .await;
            }
        }
        depot
    }

    async fn tell(&self, entity: &str, id: Uuid, command: Value) {
        self.ask(&Actor::desk(), entity, id, command).await.unwrap();
    }

    async fn ask(
        &self,
        actor: &Actor,
        entity: &str,
        id: Uuid,
        command: Value,
    ) -> Result<CommandOutcome, AppError> {
        self.app.execute(actor, request(entity, id, command), Trace::fresh()).await
    }

    /// Captures a proof with a signature, in one step.
    async fn sign(&self, actor: &Actor, delivery: Uuid, svg: &[u8]) -> Result<FileRef, AppError> {
        let staged = self.app.stage_bytes(actor, delivery.into(), svg, PictureUse::Signature).await?;
        let file = staged.file().clone();
        let proof = json!({"type": "captureProof", "receiverName": "Cleo Brandt", "signature": file});
        let request = request("delivery", delivery, proof);
        self.app.execute_with_files(actor, request, Trace::fresh(), vec![staged]).await?;
        Ok(file)
    }

    async fn hand_in(
        &self,
        actor: &Actor,
        delivery: Uuid,
        file: &FileRef,
        bytes: &[u8],
    ) -> Result<FileRef, AppError> {
        let mut upload = self.app.begin_upload(actor).await?;
        upload.write(bytes).await?;
        self.app.take_file(actor, delivery.into(), file.hash.clone(), upload, PictureUse::Photo).await
    }

    async fn detail(&self, delivery: Uuid) -> DeliveryDetail {
        let query = DepotQuery::Delivery { id: delivery.into() };
        let DepotAnswer::Delivery(detail) = self.app.query(&Actor::desk(), query).await.unwrap().answer
        else {
            panic!("a delivery was asked for")
        };
        *detail
    }

    async fn can_read(&self, actor: &Actor, file: &FileRef) -> bool {
        self.app.file(actor, file.hash.clone()).await.unwrap().is_some()
    }

    fn on_disk(&self) -> Vec<PathBuf> {
        [walk(&self.folder.path().join("files")), walk(&self.folder.path().join("incoming"))].concat()
    }
}

fn open(folder: &Path, assignments: &[&str]) -> App {
    let assignments: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
    let settings = Settings::load(folder, [], &assignments).unwrap();
    App::open(AppOptions::new(folder, settings)).unwrap()
}

fn request(entity: &str, id: Uuid, command: Value) -> CommandRequest {
    let command = json!({"entity": entity, "id": id, "command": command});
    CommandRequest::new(serde_json::from_value::<DepotCommand>(command).unwrap())
}

fn phone_of(driver: Uuid) -> Actor {
    let credential = Uuid::from_u128(driver.as_u128() + 100);
    Actor {
        role: Role::Driver,
        credential,
        name: "A phone".to_owned(),
        driver_id: Some(DriverId::from(driver)),
    }
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return vec![] };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

fn incident(file: &FileRef) -> Value {
    json!({"type": "reportIncident", "incidentType": "CargoDamage", "description": "Wet", "photos": [file]})
}

#[tokio::test]
async fn named_hash_of_another_delivery_shows_nothing() {
    let depot = Depot::open(&[]).await;
    let (ana, bob) = (phone_of(ANA), phone_of(BOB));
    let signature = depot.sign(&ana, HERS, &stroke(7)).await.unwrap();
    assert!(depot.can_read(&ana, &signature).await && !depot.can_read(&bob, &signature).await);

    depot.ask(&bob, "delivery", HIS, incident(&signature)).await.unwrap();
    assert!(!depot.can_read(&bob, &signature).await, "a hash alone is no picture");
    assert_eq!(depot.detail(HIS).await.files_awaited, std::slice::from_ref(&signature.hash));

    depot.hand_in(&bob, HIS, &signature, &stroke(7)).await.unwrap();
    assert!(depot.can_read(&bob, &signature).await, "who hands in the bytes has them already");
    assert!(depot.detail(HIS).await.files_awaited.is_empty());
}

#[tokio::test]
async fn named_hash_keeps_no_file_through_an_erasure() {
    let depot = Depot::open(&[]).await;
    let signature = depot.sign(&phone_of(ANA), HERS, &stroke(7)).await.unwrap();
    depot.ask(&phone_of(BOB), "delivery", HIS, incident(&signature)).await.unwrap();
    depot.tell("delivery", HERS, json!({"type": "eraseReceiver"})).await;
    depot.app.finish_erasures().await.unwrap();
    assert_eq!(depot.on_disk(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn file_of_two_deliveries_stays_until_both_are_erased() {
    let depot = Depot::open(&[]).await;
    let signature = depot.sign(&phone_of(ANA), HERS, &stroke(7)).await.unwrap();
    depot.ask(&phone_of(BOB), "delivery", HIS, incident(&signature)).await.unwrap();
    depot.hand_in(&phone_of(BOB), HIS, &signature, &stroke(7)).await.unwrap();
    depot.tell("delivery", HERS, json!({"type": "eraseReceiver"})).await;
    depot.app.finish_erasures().await.unwrap();
    assert_eq!(depot.on_disk().len(), 1);
    depot.tell("delivery", HIS, json!({"type": "changeDeliveryStatus", "status": "Failed"})).await;
    depot.tell("delivery", HIS, json!({"type": "eraseReceiver"})).await;
    depot.app.finish_erasures().await.unwrap();
    assert_eq!(depot.on_disk(), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn refused_proof_leaves_no_picture() {
    let depot = Depot::open(&[]).await;
    depot.tell("delivery", HERS, json!({"type": "changeDeliveryStatus", "status": "Failed"})).await;
    for number in 1..20 {
        let refused = depot.sign(&phone_of(ANA), HERS, &stroke(number)).await.unwrap_err();
        assert_eq!(refused.code, Code::RuleBroken);
    }
    let blank = depot.sign(&phone_of(BOB), HIS, br#"<svg viewBox="0 0 9 9"/>"#).await.unwrap_err();
    assert!(blank.detail.contains("shows nothing"), "{blank}");
    assert_eq!(depot.on_disk(), Vec::<PathBuf>::new());
    assert_eq!(depot.detail(HIS).await.row.status.as_str(), "OutForDelivery");
}

#[tokio::test]
async fn remains_of_an_earlier_run_are_kept_or_removed() {
    let depot = Depot::open(&[]).await;
    let staged =
        depot.app.stage_bytes(&Actor::desk(), HERS.into(), &stroke(3), PictureUse::Signature).await.unwrap();
    let file = staged.file().clone();
    let proof = json!({"type": "captureProof", "receiverName": "Cleo", "signature": file});
    depot.tell("delivery", HERS, proof).await;
    let refused =
        depot.app.stage_bytes(&Actor::desk(), HIS.into(), &stroke(4), PictureUse::Signature).await.unwrap();
    // As after a kill: what was staged is not removed by its owner.
    std::mem::forget((staged, refused));
    let Depot { folder, app } = depot;
    let half = folder.path().join("files/ab/abc.0190.draft");
    std::fs::create_dir_all(half.parent().unwrap()).unwrap();
    std::fs::write(&half, "half").unwrap();
    app.close().await;
    drop(app);

    let app = open(folder.path(), &[]);
    let depot = Depot { folder, app };
    assert_eq!(depot.detail(HERS).await.files_awaited, std::slice::from_ref(&file.hash));
    depot.app.finish_uploads().await.unwrap();
    assert!(depot.detail(HERS).await.files_awaited.is_empty(), "its proof was recorded");
    let left = depot.on_disk();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].ends_with(file.hash.as_str()));
}

#[tokio::test]
async fn awaited_file_is_listed_until_it_comes_or_is_closed() {
    let depot = Depot::open(&[]).await;
    let ana = phone_of(ANA);
    let file =
        |digit: char| json!({"hash": digit.to_string().repeat(64), "mediaType": "image/png", "bytes": 9});
    let proof = json!({"type": "captureProof", "receiverName": "Cleo", "signature": file('a'), "photos": [file('b')]});
    depot.ask(&ana, "delivery", HERS, proof).await.unwrap();
    let awaited = async || {
        let answer = depot.app.query(&Actor::desk(), DepotQuery::Phones {}).await.unwrap().answer;
        let DepotAnswer::Phones(phones) = answer else { panic!("phones were asked for") };
        phones.files_awaited
    };
    let listed = awaited().await;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|file| file.delivery_id == HERS.into() && file.driver_name.is_some()));
    assert!(listed[0].signature != listed[1].signature);

    let close = |digit: char| json!({"type": "closeAwaitedFile", "hash": digit.to_string().repeat(64), "reason": "The phone drowned"});
    let refused = depot.ask(&ana, "delivery", HERS, close('a')).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden, "the desk decides");
    let unknown = depot.ask(&Actor::desk(), "delivery", HERS, close('c')).await.unwrap_err();
    assert_eq!(unknown.code, Code::NotFound);
    assert!(depot.app.prove(HERS.into()).await.is_err(), "a proof waits for its files");
    for digit in ['a', 'b'] {
        depot.tell("delivery", HERS, close(digit)).await;
    }
    assert!(awaited().await.is_empty());
    let detail = depot.detail(HERS).await;
    assert!(detail.files_awaited.is_empty());
    let closed = detail.files_missing[0].closed.as_ref().unwrap();
    assert_eq!(closed.reason, "The phone drowned");
    let proof = depot.app.prove(HERS.into()).await.unwrap();
    let proved = depot_app::proof::check(proof.as_bytes(), None).unwrap();
    assert!(proved.files.is_empty() && proof.contains("AwaitedFileClosed"));

    depot.tell("delivery", HERS, json!({"type": "eraseReceiver"})).await;
    assert!(depot.detail(HERS).await.files_missing.is_empty());
}

#[tokio::test]
async fn file_that_is_here_is_not_closed() {
    let depot = Depot::open(&[]).await;
    let signature = depot.sign(&phone_of(ANA), HERS, &stroke(7)).await.unwrap();
    let close = json!({"type": "closeAwaitedFile", "hash": signature.hash, "reason": "Lost"});
    let refused = depot.ask(&Actor::desk(), "delivery", HERS, close).await.unwrap_err();
    assert!(refused.detail.contains("is at the depot already"), "{refused}");
}

#[tokio::test]
async fn credential_that_handed_in_its_day_waits_until_the_next() {
    let depot = Depot::open(&["files.quota_mb=10"]).await;
    let (ana, bob) = (phone_of(ANA), phone_of(BOB));
    let photo = noise();
    assert!(photo.len() > 4_000_000, "{}", photo.len());
    for number in 0..3_u8 {
        assert!(depot.app.has_file_quota(&ana).await.unwrap(), "photo {number}");
        // Another comment-free picture each time: one byte of it differs.
        let staged = depot
            .app
            .stage_bytes(&ana, HERS.into(), &photo_number(&photo, number), PictureUse::Photo)
            .await
            .unwrap();
        let report = request("delivery", HERS, incident(staged.file()));
        depot.app.execute_with_files(&ana, report, Trace::fresh(), vec![staged]).await.unwrap();
    }
    assert!(!depot.app.has_file_quota(&ana).await.unwrap());
    assert!(depot.app.has_file_quota(&bob).await.unwrap(), "each has its own");
    assert!(depot.app.has_file_quota(&Actor::desk()).await.unwrap());
}

/// A PNG of random pixels, which no compression makes smaller.
fn noise() -> Vec<u8> {
    let mut state = 1_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..1_400 * 1_000 * 3).map(|_| random()).collect()
}

fn photo_number(noise: &[u8], number: u8) -> Vec<u8> {
    let mut pixels = noise.to_vec();
    pixels[0] = number;
    let image = image::RgbImage::from_raw(1_400, 1_000, pixels).unwrap();
    let mut bytes = std::io::Cursor::new(vec![]);
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn disk_without_room_refuses_pictures_and_takes_events() {
    let depot = Depot::open(&["files.free_mb=1000000"]).await;
    let refused = depot.sign(&phone_of(ANA), HERS, &stroke(7)).await.unwrap_err();
    assert_eq!(refused.code, Code::Unavailable);
    assert!(refused.detail.contains("1000000 MB"), "{refused}");
    depot.tell("delivery", HERS, json!({"type": "changeDeliveryStatus", "status": "Failed"})).await;
}
