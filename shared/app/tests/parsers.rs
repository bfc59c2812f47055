//! Whatever comes in, no parser panics, and what one accepts is written again as what was meant.
//!
//! `PARSER_CASES=100000` tries so many texts for each.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use depot_app::{CommandRequest, DepotQuery, SETTINGS_FILE, Settings, proof};
use depot_domain::decider::DomainEvent;
use depot_domain::{DeliveryEvent, DriverEvent, RouteEvent, VehicleEvent};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::Serialize;
use serde::de::DeserializeOwned;

const ID: &str = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";

const COMMANDS: [&str; 7] = [
    r#"{"command":{"entity":"driver","id":"ID","command":{"type":"addDriver","name":"Ada","driverLicense":"L-1"}},"idempotencyKey":"k","expectedVersion":0,"occurredAt":"2024-05-01T06:00:00.5Z"}"#,
    r#"{"command":{"entity":"vehicle","id":"ID","command":{"type":"changeVehicleStatus","status":"Maintenance","reason":"tyres"}}}"#,
    r#"{"command":{"entity":"route","id":"ID","command":{"type":"planRoute","origin":"A","destination":"B","scheduledStartTime":"2040-05-01T08:00:00+02:00","checkpoints":[{"sequence":1,"location":"C","expectedTime":"2040-05-01T09:00:00Z"}]}}}"#,
    r#"{"command":{"entity":"delivery","id":"ID","command":{"type":"createDelivery","routeId":"ID","driverId":null,"vehicleId":"ID"}}}"#,
    r#"{"command":{"entity":"delivery","id":"ID","command":{"type":"reportIncident","incidentType":"Traffic","description":"x","severity":"High"}}}"#,
    r#"{"command":{"entity":"delivery","id":"ID","command":{"type":"captureProof","receiverName":"Cleo","signatureUrl":"https://s.example/1","photos":[]}}}"#,
    r#"{"command":{"entity":"depot","command":{"type":"changeSettings","changes":[{"key":"depot.name","value":"X"}]}}}"#,
];

const QUERIES: [&str; 6] = [
    r#"{"query":"deliveries","status":"InTransit,Failed","from":"2024-05-01T06:00:00Z","driverId":"ID","text":"a","sort":"createdAt","descending":true,"limit":50,"cursor":"x"}"#,
    r#"{"query":"pastState","entity":"route","id":"ID","at":"2024-05-01T06:00:00Z"}"#,
    r#"{"query":"lanes","from":"2024-05-01T06:00:00Z","to":"2024-05-02T06:00:00Z"}"#,
    r#"{"query":"crewChoices","kind":"Vehicle","routeId":"ID","deliveryId":null,"text":"van","limit":10}"#,
    r#"{"query":"freeSlot","driverId":"ID","from":"2024-05-01T06:00:00Z","minutes":30}"#,
    r#"{"query":"events","entityId":"ID","limit":500}"#,
];

const SETTINGS: [&str; 3] = [
    "[depot]\nname = \"Harbour\"\ntime_zone = \"Europe/Lisbon\"\nlanguage = \"de\"\n",
    "[fleet]\nallow_duplicates = true\nturnaround_minutes = 15\n[limits.rate]\npermits = 100\nwindow_seconds = 10\n",
    "[http]\ncors_origins = [\"https://erp.example\"]\n[endpoint]\nlisten = \"127.0.0.1:5000\"\n[backup]\nevery_minutes = 0\n",
];

fn cases() -> ProptestConfig {
    let cases = std::env::var("PARSER_CASES").map_or(1_500, |text| text.parse().unwrap());
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A change to a text: what, and where.
#[derive(Clone, Debug)]
enum Change {
    Replace(Index, u8),
    Insert(Index, String),
    Remove(Index, Index),
    Repeat(Index, Index),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let place = any::<Index>;
    let word = select(vec![
        "\"",
        "\\",
        "\\u0000",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "-1",
        "1e999",
        "99999999999999999999",
        "\u{0}",
        "\u{feff}",
        "é",
        "\"type\":\"x\",",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:60Z",
        "true",
        " ",
        "\n",
        "=",
    ]);
    let change = prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        (place(), word).prop_map(|(at, word)| Change::Insert(at, word.to_owned())),
        (place(), ".{0,12}").prop_map(|(at, text)| Change::Insert(at, text)),
        (place(), place()).prop_map(|(from, to)| Change::Remove(from, to)),
        (place(), place()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ];
    proptest::collection::vec(change, 0..5)
}

fn changed(text: &str, changes: &[Change]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for change in changes.iter().take_while(|_| text.len() < 10_000) {
        if bytes.is_empty() {
            break;
        }
        let range = |from: &Index, to: &Index, length: usize| {
            let (from, to) = (from.index(length), to.index(length));
            from.min(to)..from.max(to).min(from.min(to) + 40)
        };
        match change {
            Change::Replace(at, byte) => {
                let place = at.index(bytes.len());
                bytes[place] = *byte;
            }
            Change::Insert(at, word) => {
                let place = at.index(bytes.len());
                bytes.splice(place..place, word.bytes());
            }
            Change::Remove(from, to) => drop(bytes.drain(range(from, to, bytes.len()))),
            Change::Repeat(from, to) => {
                let part = bytes[range(from, to, bytes.len())].to_vec();
                bytes.extend(part);
            }
        }
    }
    bytes
}

/// What is accepted says the same when it is written and read again.
fn parse<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(parsed) = serde_json::from_slice::<T>(bytes) {
        let written = serde_json::to_vec(&parsed).unwrap();
        assert_eq!(serde_json::from_slice::<T>(&written).unwrap(), parsed);
    }
}

fn decode<E: DomainEvent + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    for (name, _) in E::TYPES {
        let Ok(event) = E::decode(name, &mut serde_json::Deserializer::from_slice(bytes)) else { continue };
        let mut written = vec![];
        event.encode(&mut serde_json::Serializer::new(&mut written)).unwrap();
        assert_eq!(E::decode(name, &mut serde_json::Deserializer::from_slice(&written)).unwrap(), event);
    }
}

/// The bodies of events as logs hold them.
fn bodies() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/golden");
    folder.read_dir().unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

#[test]
fn the_samples_are_right_as_they_are() {
    for text in COMMANDS.map(|text| text.replace("ID", ID)) {
        serde_json::from_str::<CommandRequest>(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
    for text in QUERIES.map(|text| text.replace("ID", ID)) {
        // That cursor was never given by a depot.
        let text = text.replace(",\"cursor\":\"x\"", "");
        serde_json::from_str::<DepotQuery>(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
    let folder = tempfile::tempdir().unwrap();
    for text in SETTINGS {
        std::fs::write(folder.path().join(SETTINGS_FILE), text).unwrap();
        Settings::load(folder.path(), [], &[]).unwrap_or_else(|error| panic!("{error}: {text}"));
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn commands_and_queries(place in any::<Index>(), changes in changes()) {
        let samples: Vec<_> = COMMANDS.iter().chain(&QUERIES).map(|text| text.replace("ID", ID)).collect();
        let bytes = changed(&samples[place.index(samples.len())], &changes);
        parse::<CommandRequest>(&bytes);
        parse::<DepotQuery>(&bytes);
    }

    #[test]
    fn events(place in any::<Index>(), changes in changes()) {
        let samples = bodies();
        let bytes = changed(&samples[place.index(samples.len())], &changes);
        decode::<DriverEvent>(&bytes);
        decode::<VehicleEvent>(&bytes);
        decode::<RouteEvent>(&bytes);
        decode::<DeliveryEvent>(&bytes);
    }

    #[test]
    fn settings(place in any::<Index>(), changes in changes()) {
        let folder = tempfile::tempdir().unwrap();
        let bytes = changed(SETTINGS[place.index(SETTINGS.len())], &changes);
        std::fs::write(folder.path().join(SETTINGS_FILE), &bytes).unwrap();
        if let Err(error) = Settings::load(folder.path(), [], &[]) {
            prop_assert!(!error.to_string().is_empty());
        }
        let assignment = String::from_utf8_lossy(&bytes).into_owned();
        let _ = Settings::load(Path::new("/nowhere"), [("DEPOT_FLEET".to_owned(), assignment.clone())], &[assignment]);
    }

    #[test]
    fn proofs(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in ".{0,200}") {
        prop_assert!(proof::check(&bytes, None).is_err());
        let signed = format!("{text}signature {}\n", "0".repeat(128));
        prop_assert!(proof::check(signed.as_bytes(), None).is_err());
    }
}

/// What the fuzz targets begin with and what they found once: read here in every run, without what counts branches.
#[test]
fn what_was_found_by_fuzzing_is_read() {
    let corpus = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
        let files = folder.read_dir().unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.collect::<Vec<_>>()
    };
    corpus("commands").iter().for_each(|bytes| parse::<CommandRequest>(bytes));
    corpus("queries").iter().for_each(|bytes| parse::<DepotQuery>(bytes));
    for bytes in corpus("events") {
        for body in
            bytes.split(|byte| *byte == b'\n').filter_map(|line| line.splitn(2, |byte| *byte == b' ').nth(1))
        {
            decode::<DriverEvent>(body);
            decode::<VehicleEvent>(body);
            decode::<RouteEvent>(body);
            decode::<DeliveryEvent>(body);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    for bytes in corpus("settings") {
        std::fs::write(folder.path().join(SETTINGS_FILE), &bytes).unwrap();
        let _ = Settings::load(folder.path(), [], &[]);
    }
}
