//! Every event ever stored stays readable: one file an event type and schema version, never edited.
//!
//! `golden/<EventType>.v<schema>.json` is a body as the log holds it; `<EventType>.v<schema>.<what>.json` is
//! another form of it, such as `minimal`, without what is optional.

use std::collections::BTreeMap;
use std::path::Path;

use depot_domain::decider::DomainEvent;
use depot_domain::{DeliveryEvent, DriverEvent, RouteEvent, VehicleEvent};
use serde_json::Value;

/// The files of the folder `golden`, by type name and schema version.
fn golden() -> BTreeMap<(String, u16), Vec<(String, String)>> {
    let mut files = BTreeMap::<_, Vec<_>>::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    for entry in folder.read_dir().expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        let file = path.file_name().and_then(|name| name.to_str()).expect("a name in ASCII").to_owned();
        let mut parts = file.split('.');
        let event_type = parts.next().unwrap_or_default().to_owned();
        let schema = parts.next().and_then(|version| version.strip_prefix('v')?.parse().ok());
        let schema = schema.unwrap_or_else(|| panic!("{file} does not say its schema version"));
        let body = std::fs::read_to_string(&path).expect("the file can be read");
        files.entry((event_type, schema)).or_default().push((file, body));
    }
    files
}

/// Reads every golden file of `E` and takes it off `files`. Schema 2 of an event says what schema 1 said: from it on what
/// is personal is stored sealed, and here it stands as it is opened.
fn check<E: DomainEvent>(files: &mut BTreeMap<(String, u16), Vec<(String, String)>>) {
    let versions = E::TYPES
        .iter()
        .flat_map(|&(event_type, present)| (1..=present).map(move |v| (event_type, v, present)));
    for (event_type, schema, present) in versions {
        let forms = files.remove(&(event_type.to_owned(), schema));
        for (file, body) in forms.unwrap_or_else(|| panic!("golden/{event_type}.v{schema}.json is missing")) {
            let decoded = E::decode(event_type, &mut serde_json::Deserializer::from_str(&body));
            let event = decoded.unwrap_or_else(|error| panic!("{file}: {error}"));
            assert_eq!((event.event_type(), event.schema()), (event_type, present), "{file}");

            let written = event.encode(serde_json::value::Serializer).expect("an event can be written");
            let stored: Value = serde_json::from_str(&body).expect("it was read before");
            assert_eq!(written, stored, "{file}: it is written otherwise than it was read");
        }
    }
}

#[test]
fn every_stored_event_can_be_read_and_is_written_as_it_was() {
    let mut files = golden();
    check::<DriverEvent>(&mut files);
    check::<VehicleEvent>(&mut files);
    check::<RouteEvent>(&mut files);
    check::<DeliveryEvent>(&mut files);
    // An older version needs an upcaster, and this test has to read it through that.
    assert!(files.is_empty(), "no event has these types and versions: {:?}", files.keys());
}

#[test]
fn the_categories_are_those_that_consumers_subscribe_to() {
    assert_eq!(DriverEvent::CATEGORY, "fleet-management-events");
    assert_eq!(VehicleEvent::CATEGORY, "fleet-management-events");
    assert_eq!(RouteEvent::CATEGORY, "route-management-events");
    assert_eq!(DeliveryEvent::CATEGORY, "delivery-tracking-events");
}

#[test]
fn no_two_event_types_share_a_name() {
    let types = [DriverEvent::TYPES, VehicleEvent::TYPES, RouteEvent::TYPES, DeliveryEvent::TYPES].concat();
    let names: std::collections::BTreeSet<_> = types.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), types.len());
}

#[test]
fn a_type_that_no_event_has_is_not_read() {
    let body = &mut serde_json::Deserializer::from_str("{}");
    let error = DriverEvent::decode("DriverRetired", body).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unknown variant `DriverRetired`, expected one of `DriverAdded`, `DriverUpdated`, `DriverStatusChanged`, `DriverPhoneChanged`, `DriverErased`"
    );
}

#[test]
fn a_body_that_does_not_fit_its_type_is_not_read() {
    for (event_type, body, text) in [
        ("DriverAdded", r#"{"name": "Ann"}"#, "missing field `driverLicense` at line 1 column 15"),
        ("DriverUpdated", r#"{"name": " ", "driverLicense": "L"}"#, "a name must not be empty"),
        ("DriverStatusChanged", r#"{"old": "Available", "new": "Assigned"}"#, "can't be set by hand"),
    ] {
        let error =
            DriverEvent::decode(event_type, &mut serde_json::Deserializer::from_str(body)).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
}
