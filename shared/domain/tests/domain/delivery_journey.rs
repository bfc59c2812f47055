//! Deliveries: checkpoints reached, incidents on the way, and the proof at the end.

use depot_domain::delivery::{
    DeliveryStatus, FileRef, INCIDENT_PHOTOS_MAX, INCIDENTS_MAX, IncidentReported, IncidentResolved,
    IncidentType, MAX_PHOTOS, ProofOfDeliveryCaptured, ReceiverErased, Severity,
};
use depot_domain::{DeliveryCommand, DeliveryEvent, Kind};

use crate::delivery::{ask, changed, created, history_in, proven, reached};
use crate::depot::Depot;
use crate::fixtures::{delivery_id, driver_id, incident_id, route_id, sequence, value, vehicle_id};

use DeliveryStatus::{Delivered, Failed, InTransit, OutForDelivery, PickedUp};

fn reach(number: i64) -> DeliveryCommand {
    DeliveryCommand::ReachCheckpoint { route_id: route_id(1), sequence: sequence(number), location: None }
}

fn reach_at(number: i64, location: &str) -> DeliveryCommand {
    let (route_id, sequence, location) = (route_id(1), sequence(number), Some(value(location)));
    DeliveryCommand::ReachCheckpoint { route_id, sequence, location }
}

fn in_transit() -> Vec<DeliveryEvent> {
    vec![created(Some(1), Some(1)), changed(PickedUp, InTransit)]
}

#[test]
fn a_checkpoint_is_reached() {
    ask(&Depot::open(), &in_transit(), &reach(1)).then([reached(1, "North")]);
    ask(&Depot::open(), &in_transit(), &reach_at(2, "South")).then([reached(2, "South")]);
}

#[test]
fn the_last_missing_checkpoint_sends_the_delivery_out() {
    for (first, last) in [((1, "North"), (2, "South")), ((2, "South"), (1, "North"))] {
        let mut history = in_transit();
        history.push(reached(first.0, first.1));
        ask(&Depot::open(), &history, &reach(last.0))
            .then([reached(last.0, last.1), changed(InTransit, OutForDelivery)]);
    }
}

#[test]
fn reaching_a_checkpoint_again_changes_nothing_in_any_status() {
    for status in [InTransit, OutForDelivery, Delivered, Failed] {
        ask(&Depot::open(), &history_in(status), &reach(1)).then([]);
        ask(&Depot::open(), &history_in(status), &reach_at(1, "North")).then([]);
    }
    ask(&Depot::open(), &history_in(OutForDelivery), &reach(2)).then([]);
}

#[test]
fn a_checkpoint_is_reached_only_in_transit() {
    for (history, status) in [
        (history_in(PickedUp), PickedUp),
        (history_in(Failed), Failed),
        (vec![created(Some(1), Some(1)), changed(PickedUp, OutForDelivery)], OutForDelivery),
        (vec![created(Some(1), Some(1)), changed(PickedUp, Delivered)], Delivered),
    ] {
        ask(&Depot::open(), &history, &reach(2)).then_refused(
            Kind::Broken,
            &format!("Delivery is {status}: a checkpoint can be reached only in InTransit"),
        );
    }
}

#[test]
fn a_checkpoint_of_another_route_is_refused() {
    let (route_id, sequence) = (route_id(2), sequence(1));
    let command = DeliveryCommand::ReachCheckpoint { route_id, sequence, location: None };
    ask(&Depot::open(), &in_transit(), &command).then_refused(
        Kind::Broken,
        "Delivery drives route 00000000-0000-0000-0000-000000a00001, not \
         00000000-0000-0000-0000-000000a00002",
    );
}

#[test]
fn a_sequence_that_the_route_does_not_have_is_refused() {
    ask(&Depot::open(), &in_transit(), &reach(3))
        .then_refused(Kind::Broken, "Route has no checkpoint 3: it has 1, 2");
}

#[test]
fn another_location_than_the_routes_is_refused() {
    ask(&Depot::open(), &in_transit(), &reach_at(1, "South"))
        .then_refused(Kind::Broken, "Checkpoint 1 is at North, not at South");
}

#[test]
fn a_checkpoint_is_not_reached_while_the_route_is_not_known() {
    ask(&Depot::default(), &in_transit(), &reach(1))
        .then_refused(Kind::NotFound, "There is no route 00000000-0000-0000-0000-000000a00001");
}

#[test]
fn the_last_location_is_the_one_furthest_along_the_route() {
    let mut depot = Depot::open();
    depot.plan(3, "14:00", &[("A", "15:00"), ("B", "16:00"), ("C", "17:00")]);
    depot.begin(delivery_id(3), 3, 1);
    let (route_id, location) = (route_id(3), None);
    let status = DeliveryCommand::ChangeDeliveryStatus { status: InTransit, reason: None };
    depot.delivery(delivery_id(3), &status).unwrap();
    assert_eq!(depot.deliveries[&delivery_id(3)].state.last_reached(), None);
    for number in [2, 1] {
        let command = DeliveryCommand::ReachCheckpoint {
            route_id,
            sequence: sequence(number),
            location: location.clone(),
        };
        depot.delivery(delivery_id(3), &command).unwrap();
    }
    assert_eq!(depot.deliveries[&delivery_id(3)].state.last_reached().unwrap().location, value("B"));
}

fn report(id: Option<u128>, kind: &str, severity: Option<Severity>) -> DeliveryCommand {
    let (incident_id, kind, description) = (id.map(incident_id), value(kind), value("Flat tyre"));
    DeliveryCommand::ReportIncident { incident_id, kind, description, severity, photos: vec![] }
}

fn reported(id: u128, kind: &str, severity: Severity) -> DeliveryEvent {
    let (incident_id, kind, description) = (incident_id(id), value(kind), value("Flat tyre"));
    IncidentReported { incident_id, kind, severity, description, photos: vec![], clock: None }.into()
}

fn resolve(id: u128) -> DeliveryCommand {
    DeliveryCommand::ResolveIncident { incident_id: incident_id(id), note: None }
}

fn resolved(id: u128) -> DeliveryEvent {
    IncidentResolved { incident_id: incident_id(id), note: None, clock: None }.into()
}

#[test]
fn an_incident_is_reported_and_resolved_in_every_status() {
    for &status in DeliveryStatus::ALL {
        let mut history = history_in(status);
        let event = reported(7, "Breakdown", Severity::High);
        ask(&Depot::open(), &history, &report(Some(7), "Breakdown", None)).then([event.clone()]);
        history.push(event);
        ask(&Depot::open(), &history, &resolve(7)).then([resolved(7)]);
    }
}

#[test]
fn an_open_incident_never_blocks_a_delivery() {
    for (status, command, events) in [
        (PickedUp, InTransit, vec![changed(PickedUp, InTransit)]),
        (Failed, PickedUp, vec![changed(Failed, PickedUp)]),
        (OutForDelivery, Failed, vec![changed(OutForDelivery, Failed)]),
    ] {
        let mut history = history_in(status);
        history.push(reported(7, "Accident", Severity::Critical));
        let command = DeliveryCommand::ChangeDeliveryStatus { status: command, reason: None };
        let [event] = events.try_into().unwrap();
        ask(&Depot::open(), &history, &command).then([event]);
    }
}

#[test]
fn an_incident_without_an_id_gets_a_fresh_one() {
    let depot = Depot::open();
    let fresh = depot.delivery_context(
        delivery_id(1),
        depot_domain::delivery::Involved { route: None, driver: None, vehicle: None },
    );
    let (incident_id, severity) = (fresh.fresh_incident_id, Severity::Low);
    ask(&depot, &history_in(PickedUp), &report(None, "Delay", None)).then([IncidentReported {
        incident_id,
        kind: value("Delay"),
        severity,
        description: value("Flat tyre"),
        photos: vec![],
        clock: None,
    }
    .into()]);
}

/// So many incidents, each with so many photos.
fn many_reported(incidents: usize, photos: usize) -> Vec<DeliveryEvent> {
    let numbers = (0..incidents).map(|number| number as u128);
    let with_photos = |number| {
        let DeliveryEvent::IncidentReported(incident) = reported(number, "Delay", Severity::Low) else {
            panic!()
        };
        IncidentReported { photos: vec![photo(); photos], ..incident }.into()
    };
    numbers.map(with_photos).collect()
}

#[test]
fn incident_beyond_the_most_is_refused_and_a_known_one_is_not() {
    let mut history = history_in(InTransit);
    history.extend(many_reported(INCIDENTS_MAX, 0));
    ask(&Depot::open(), &history, &report(Some(5_000), "Delay", None)).then_refused(
        Kind::Broken,
        "A delivery has at most 2000 incidents, and this one has as many: tell the rest to the desk",
    );
    ask(&Depot::open(), &history, &report(Some(7), "Delay", None)).then([]);
    ask(&Depot::open(), &history, &resolve(7)).then([resolved(7)]);
}

#[test]
fn photos_of_all_incidents_together_are_bounded() {
    let mut history = history_in(InTransit);
    history.extend(many_reported(INCIDENT_PHOTOS_MAX / MAX_PHOTOS, MAX_PHOTOS));
    ask(&Depot::open(), &history, &report(Some(500), "Delay", None)).then([reported(
        500,
        "Delay",
        Severity::Low,
    )]);
    let DeliveryCommand::ReportIncident { incident_id, kind, description, severity, .. } =
        report(Some(500), "Delay", None)
    else {
        panic!()
    };
    let photos = vec![photo()];
    let with_photo = DeliveryCommand::ReportIncident { incident_id, kind, description, severity, photos };
    ask(&Depot::open(), &history, &with_photo)
        .then_refused(Kind::Broken, "At most 100 photos are taken; these are 101");
}

#[test]
fn each_known_type_has_a_severity_that_the_reporter_may_override() {
    let known = [
        ("Delay", Severity::Low),
        ("Traffic", Severity::Low),
        ("Weather", Severity::Medium),
        ("Breakdown", Severity::High),
        ("Accident", Severity::Critical),
        ("CargoDamage", Severity::High),
        ("AddressProblem", Severity::Medium),
        ("RecipientUnavailable", Severity::Medium),
        ("Security", Severity::Critical),
    ];
    assert!(IncidentType::known().eq(known.map(|(name, _)| name)));
    for (kind, severity) in known.into_iter().chain([("Flood in the yard", Severity::Medium)]) {
        ask(&Depot::open(), &history_in(InTransit), &report(Some(7), kind, None))
            .then([reported(7, kind, severity)]);
        for &told in Severity::ALL {
            ask(&Depot::open(), &history_in(InTransit), &report(Some(7), kind, Some(told)))
                .then([reported(7, kind, told)]);
        }
    }
}

#[test]
fn reporting_an_incident_again_changes_nothing() {
    let mut history = history_in(InTransit);
    history.extend([reported(7, "Delay", Severity::Low), resolved(7)]);
    ask(&Depot::open(), &history, &report(Some(7), "Delay", None)).then([]);
    ask(&Depot::open(), &history, &report(Some(7), "Delay", Some(Severity::Low))).then([]);
}

#[test]
fn reporting_another_incident_with_a_used_id_is_refused() {
    let mut history = history_in(InTransit);
    history.push(reported(7, "Delay", Severity::Low));
    for command in [report(Some(7), "Traffic", None), report(Some(7), "Delay", Some(Severity::High))] {
        ask(&Depot::open(), &history, &command).then_refused(
            Kind::Duplicate,
            "Incident 00000000-0000-0000-0000-000000c00007 exists already with other details",
        );
    }
}

#[test]
fn an_incident_is_resolved_with_a_note() {
    let mut history = history_in(InTransit);
    history.extend([reported(6, "Delay", Severity::Low), reported(7, "Delay", Severity::Low), resolved(6)]);
    let (incident_id, note) = (incident_id(7), Some(value("Tyre changed")));
    ask(&Depot::open(), &history, &DeliveryCommand::ResolveIncident { incident_id, note: note.clone() })
        .then([IncidentResolved { incident_id, note, clock: None }.into()]);
}

#[test]
fn resolving_an_unknown_incident_is_not_found() {
    ask(&Depot::open(), &history_in(InTransit), &resolve(7)).then_refused(
        Kind::NotFound,
        "There is no incident 00000000-0000-0000-0000-000000c00007 on this delivery",
    );
}

#[test]
fn resolving_an_incident_twice_is_refused() {
    let mut history = history_in(InTransit);
    history.extend([reported(7, "Delay", Severity::Low), resolved(7)]);
    ask(&Depot::open(), &history, &resolve(7))
        .then_refused(Kind::Broken, "Incident 00000000-0000-0000-0000-000000c00007 is already resolved");
}

fn photo() -> FileRef {
    FileRef { hash: value(&"0f".repeat(32)), media_type: "image/png".to_owned(), bytes: 9 }
}

fn proof(signature_url: Option<&str>, signature: Option<FileRef>, photos: usize) -> ProofOfDeliveryCaptured {
    let (receiver_name, signature_url) = (value("Rita"), signature_url.map(value));
    let photos = vec![photo(); photos];
    ProofOfDeliveryCaptured { receiver_name, signature_url, signature, photos, clock: None }
}

fn capture(proof: ProofOfDeliveryCaptured) -> DeliveryCommand {
    let ProofOfDeliveryCaptured { receiver_name, signature_url, signature, photos, clock: _ } = proof;
    DeliveryCommand::CaptureProof { receiver_name, signature_url, signature, photos }
}

#[test]
fn any_proof_delivers() {
    for proof in [
        proof(Some("https://signatures.example/1"), None, 0),
        proof(None, Some(photo()), 0),
        proof(None, None, 1),
        proof(Some("https://signatures.example/1"), Some(photo()), MAX_PHOTOS),
    ] {
        ask(&Depot::open(), &history_in(OutForDelivery), &capture(proof.clone()))
            .then([proof.into(), changed(OutForDelivery, Delivered)]);
    }
}

#[test]
fn a_delivered_delivery_frees_its_crew() {
    let mut depot = Depot::open();
    depot.begin(delivery_id(1), 1, 1);
    let status = DeliveryCommand::ChangeDeliveryStatus { status: InTransit, reason: None };
    for command in [status, reach(1), reach(2), capture(proof(None, None, 1))] {
        assert_eq!(depot.driver_calendars[&driver_id(1)].holder(), Some(delivery_id(1)));
        depot.delivery(delivery_id(1), &command).unwrap();
    }
    assert_eq!(depot.driver_calendars[&driver_id(1)].holder(), None);
    assert_eq!(depot.vehicle_calendars[&vehicle_id(1)].holder(), None);
}

#[test]
fn a_proof_is_captured_only_out_for_delivery() {
    for status in [PickedUp, InTransit, Delivered, Failed] {
        ask(&Depot::open(), &history_in(status), &capture(proof(None, None, 1))).then_refused(
            Kind::Broken,
            &format!("Delivery is {status}: a proof of delivery can be captured only in OutForDelivery"),
        );
    }
}

#[test]
fn a_proof_that_shows_nothing_is_refused() {
    ask(&Depot::open(), &history_in(OutForDelivery), &capture(proof(None, None, 0)))
        .then_refused(Kind::Broken, "A proof of delivery needs a signature, a photo or a signature URL");
}

#[test]
fn a_proof_has_a_most_of_photos() {
    ask(&Depot::open(), &history_in(OutForDelivery), &capture(proof(None, None, MAX_PHOTOS + 1)))
        .then_refused(Kind::Broken, "At most 10 photos are taken; these are 11");
}

#[test]
fn a_captured_proof_stays_with_the_delivery() {
    use depot_domain::{Decider, Delivery, testing::morning};
    let history = history_in(Delivered);
    let delivery = Delivery::fold(history.iter().map(|event| (event, morning()))).unwrap();
    assert_eq!(delivery.proof.map(DeliveryEvent::from), Some(proven()));
}

#[test]
fn a_receiver_is_erased_once_the_delivery_has_ended() {
    let erase = DeliveryCommand::EraseReceiver {};
    for status in [Delivered, Failed] {
        ask(&Depot::open(), &history_in(status), &erase).then([ReceiverErased {}.into()]);
        let erased = [history_in(status), vec![ReceiverErased {}.into()]].concat();
        ask(&Depot::open(), &erased, &erase).then([]);
    }
    for status in [PickedUp, InTransit, OutForDelivery] {
        ask(&Depot::open(), &history_in(status), &erase).then_refused(
            Kind::Broken,
            &format!("Delivery is {status}: its receiver can be erased once it is Delivered or Failed"),
        );
    }
}

#[test]
fn what_is_recorded_after_an_erasure_can_be_erased_again() {
    let mut history = history_in(Failed);
    history.extend([ReceiverErased {}.into(), changed(Failed, PickedUp), changed(PickedUp, Failed)]);
    ask(&Depot::open(), &history, &DeliveryCommand::EraseReceiver {}).then([ReceiverErased {}.into()]);
}

#[test]
fn nothing_personal_is_left_of_an_erased_receiver() {
    use depot_domain::{Decider, Delivery, testing::morning};
    let mut history = history_in(OutForDelivery);
    history.extend([
        reported(1, "Delay", Severity::Low),
        proven(),
        changed(OutForDelivery, Delivered),
        ReceiverErased {}.into(),
    ]);
    let delivery = Delivery::fold(history.iter().map(|event| (event, morning()))).unwrap();
    let told = serde_json::to_string(&delivery).unwrap();
    let (DeliveryEvent::IncidentReported(incident), DeliveryEvent::ProofOfDeliveryCaptured(proof)) =
        (reported(1, "Delay", Severity::Low), proven())
    else {
        panic!()
    };
    for personal in [incident.description.as_str(), proof.receiver_name.as_str()] {
        assert!(!told.contains(personal), "{personal}: {told}");
    }
    assert_eq!((delivery.status, delivery.erased), (Delivered, true));
    assert!(delivery.proof.is_some_and(|proof| proof.signature_url.is_none() && proof.photos.is_empty()));
}
