//! What a phone reports of a delivery that cannot take it: a success where it is so already, else a late fact.

use depot_domain::delivery::{
    DeliveryContext, DeliveryStatus, DriverAssigned, FileRef, IncidentResolved, LateCause, LateDeed,
    LateFactKept, LateFactSettled, LateWords, PhoneAction, ProofOfDeliveryCaptured, ReceiverErased,
};
use depot_domain::testing::{When, given, morning};
use depot_domain::{Decider, Delivery, DeliveryCommand, DeliveryEvent, Kind};

use crate::delivery::{ask, changed, created, history_in, proven, reached};
use crate::depot::Depot;
use crate::fixtures::{delivery_id, driver_id, incident_id, late_fact_id, route_id, sequence, value};

use DeliveryStatus::{Delivered, Failed, InTransit, OutForDelivery, PickedUp};

/// Asks in the name of the phone of a driver.
fn phone(driver: u128, history: &[DeliveryEvent], command: &DeliveryCommand) -> When<Delivery> {
    let depot = Depot::open();
    let state = Delivery::fold(history.iter().map(|event| (event, morning())));
    let involved = Delivery::involved(state.as_ref(), command);
    let action = PhoneAction { driver_id: driver_id(driver), fresh_fact_id: late_fact_id(1) };
    let context = DeliveryContext { phone: Some(action), ..depot.delivery_context(delivery_id(1), involved) };
    given::<Delivery>(history).when(command, &context)
}

/// Driver 1 was under way; the desk ended it and gave it to driver 2.
fn given_away() -> Vec<DeliveryEvent> {
    let (driver_id, previous_driver_id) = (driver_id(2), Some(driver_id(1)));
    vec![
        created(Some(1), Some(1)),
        changed(PickedUp, InTransit),
        changed(InTransit, Failed),
        changed(Failed, PickedUp),
        DriverAssigned { driver_id, previous_driver_id }.into(),
    ]
}

fn reach(number: i64) -> DeliveryCommand {
    DeliveryCommand::ReachCheckpoint { route_id: route_id(1), sequence: sequence(number), location: None }
}

fn to(status: DeliveryStatus, reason: Option<&str>) -> DeliveryCommand {
    DeliveryCommand::ChangeDeliveryStatus { status, reason: reason.map(value) }
}

fn photo() -> FileRef {
    FileRef { hash: value(&"0f".repeat(32)), media_type: "image/png".to_owned(), bytes: 9 }
}

fn prove(name: &str) -> DeliveryCommand {
    let signature = Some(photo());
    DeliveryCommand::CaptureProof {
        receiver_name: value(name),
        signature_url: None,
        signature,
        photos: vec![],
    }
}

fn proof_words(name: &str) -> Option<LateWords> {
    Some(LateWords { receiver_name: Some(value(name)), signature: Some(photo()), ..LateWords::default() })
}

fn report(number: u128) -> DeliveryCommand {
    DeliveryCommand::ReportIncident {
        incident_id: Some(incident_id(number)),
        kind: value("Delay"),
        description: value("Nobody opened"),
        severity: None,
        photos: vec![],
    }
}

fn kept(deed: LateDeed, cause: LateCause, words: Option<LateWords>) -> DeliveryEvent {
    LateFactKept { fact_id: late_fact_id(1), driver_id: driver_id(1), deed, cause, words, clock: None }.into()
}

#[test]
fn what_was_done_before_it_was_given_away_is_kept() {
    let other = LateCause::OtherDriver;
    phone(1, &given_away(), &reach(1)).then([kept(
        LateDeed::CheckpointReached { sequence: sequence(1) },
        other,
        None,
    )]);
    phone(1, &given_away(), &prove("Cleo")).then([kept(
        LateDeed::ProofCaptured {},
        other,
        proof_words("Cleo"),
    )]);
    let words = Some(LateWords { reason: Some(value("Nobody there")), ..LateWords::default() });
    phone(1, &given_away(), &to(Failed, Some("Nobody there"))).then([kept(
        LateDeed::StatusChanged { status: Failed },
        other,
        words,
    )]);
    let (incident_id, incident_type, severity) = (incident_id(7), Some(value("Delay")), value("Low"));
    let description = Some(value("Nobody opened"));
    let words = Some(LateWords { incident_type, description, ..LateWords::default() });
    phone(1, &given_away(), &report(7)).then([kept(
        LateDeed::IncidentReported { incident_id, severity },
        other,
        words,
    )]);
}

#[test]
fn a_late_incident_without_an_id_gets_a_fresh_one() {
    let command = DeliveryCommand::ReportIncident {
        incident_id: None,
        kind: value("Delay"),
        description: value("Nobody opened"),
        severity: None,
        photos: vec![],
    };
    let (incident_id, severity) = (late_fact_id(1).uuid().into(), value("Low"));
    let (incident_type, description) = (Some(value("Delay")), Some(value("Nobody opened")));
    let words = Some(LateWords { incident_type, description, ..LateWords::default() });
    let event = kept(LateDeed::IncidentReported { incident_id, severity }, LateCause::OtherDriver, words);
    phone(1, &given_away(), &command).then([event.clone()]);
    phone(1, &[given_away(), vec![event]].concat(), &command).then([]);
}

#[test]
fn the_present_driver_goes_on_as_before() {
    phone(2, &given_away(), &to(InTransit, None)).then([changed(PickedUp, InTransit)]);
}

#[test]
fn a_late_fact_that_comes_again_is_kept_once() {
    let mut history = given_away();
    history.push(kept(LateDeed::ProofCaptured {}, LateCause::OtherDriver, proof_words("Cleo")));
    phone(1, &history, &prove("Cleo")).then([]);
    phone(1, &history, &prove("Rita")).then([kept(
        LateDeed::ProofCaptured {},
        LateCause::OtherDriver,
        proof_words("Rita"),
    )]);
}

#[test]
fn a_retry_of_a_delivery_that_was_given_away_is_refused() {
    phone(1, &given_away(), &to(PickedUp, None))
        .then_refused(Kind::Broken, "This delivery was given to another driver");
}

#[test]
fn what_no_delivery_could_take_is_refused_whoever_reports_it() {
    let empty = DeliveryCommand::CaptureProof {
        receiver_name: value("Cleo"),
        signature_url: None,
        signature: None,
        photos: vec![],
    };
    for driver in [1, 2] {
        phone(driver, &given_away(), &empty)
            .then_refused(Kind::Broken, "A proof of delivery needs a signature, a photo or a signature URL");
    }
}

#[test]
fn what_was_done_on_a_delivery_that_the_desk_ended_is_kept() {
    let step = LateDeed::CheckpointReached { sequence: sequence(2) };
    phone(1, &history_in(Failed), &reach(2)).then([kept(step, LateCause::NotInTransit, None)]);
    phone(1, &history_in(Failed), &prove("Cleo")).then([kept(
        LateDeed::ProofCaptured {},
        LateCause::NotOutForDelivery,
        proof_words("Cleo"),
    )]);
    phone(1, &history_in(Delivered), &to(Failed, None)).then([kept(
        LateDeed::StatusChanged { status: Failed },
        LateCause::StatusMovedOn,
        None,
    )]);
}

#[test]
fn a_start_of_a_delivery_that_the_desk_ended_is_refused() {
    phone(1, &history_in(Failed), &to(InTransit, None))
        .then_refused(Kind::Broken, "Delivery cannot change from Failed to InTransit: valid are PickedUp");
}

#[test]
fn a_desk_is_refused_what_a_phone_may_report_late() {
    ask(&Depot::open(), &history_in(Failed), &reach(2))
        .then_refused(Kind::Broken, "Delivery is Failed: a checkpoint can be reached only in InTransit");
}

#[test]
fn a_proof_that_is_there_already_changes_nothing_for_anybody() {
    let again = DeliveryCommand::CaptureProof {
        receiver_name: value("Rita"),
        signature_url: Some(value("https://signatures.example/1")),
        signature: None,
        photos: vec![],
    };
    ask(&Depot::open(), &history_in(Delivered), &again).then([]);
    phone(1, &history_in(Delivered), &again).then([]);
    phone(1, &history_in(Delivered), &prove("Rita")).then([kept(
        LateDeed::ProofCaptured {},
        LateCause::NotOutForDelivery,
        proof_words("Rita"),
    )]);
}

#[test]
fn a_step_that_the_delivery_has_passed_changes_nothing() {
    for status in [OutForDelivery, Delivered] {
        phone(1, &history_in(status), &to(InTransit, None)).then([]);
    }
    phone(1, &history_in(Delivered), &to(OutForDelivery, None)).then([]);
    phone(1, &history_in(Delivered), &reach(1)).then([]);
}

#[test]
fn an_incident_that_is_resolved_alike_changes_nothing() {
    let resolve = |note: Option<&str>| {
        let (incident_id, note) = (incident_id(7), note.map(value));
        DeliveryCommand::ResolveIncident { incident_id, note }
    };
    let Ok([event]) = <[_; 1]>::try_from(
        Delivery::decide(
            Delivery::fold(history_in(InTransit).iter().map(|event| (event, morning()))).as_ref(),
            &report(7),
            &Depot::open().delivery_context(
                delivery_id(1),
                depot_domain::delivery::Involved { route: None, driver: None, vehicle: None },
            ),
        )
        .unwrap(),
    ) else {
        panic!("one event")
    };
    let resolved = IncidentResolved { incident_id: incident_id(7), note: Some(value("Towed")), clock: None };
    let history = [history_in(InTransit), vec![event, resolved.into()]].concat();
    phone(1, &history, &resolve(Some("Towed"))).then([]);
    phone(1, &history, &report(7)).then([]);
    let words = Some(LateWords { note: Some(value("Went away")), ..LateWords::default() });
    phone(1, &history, &resolve(Some("Went away"))).then([kept(
        LateDeed::IncidentResolved { incident_id: incident_id(7) },
        LateCause::IncidentResolved,
        words,
    )]);
}

#[test]
fn what_was_erased_is_not_recorded_once_more() {
    let history = [history_in(Delivered), vec![ReceiverErased {}.into()]].concat();
    phone(1, &history, &prove("Rita")).then([]);
}

#[test]
fn an_erased_late_fact_says_nothing_of_anybody() {
    let mut history = given_away();
    history.push(kept(LateDeed::ProofCaptured {}, LateCause::OtherDriver, proof_words("Cleo")));
    history.push(ReceiverErased {}.into());
    let delivery = Delivery::fold(history.iter().map(|event| (event, morning()))).unwrap();
    assert_eq!(delivery.late_facts[0].words, None);
    assert_eq!(delivery.files().count(), 0);
}

#[test]
fn a_late_fact_is_settled_once_with_what_was_decided() {
    let settle = |number| DeliveryCommand::SettleLateFact {
        fact_id: late_fact_id(number),
        note: Some(value("Counted for Ann")),
    };
    let mut history = given_away();
    history.push(kept(LateDeed::ProofCaptured {}, LateCause::OtherDriver, proof_words("Cleo")));
    let settled = LateFactSettled { fact_id: late_fact_id(1), note: Some(value("Counted for Ann")) };
    ask(&Depot::open(), &history, &settle(1)).then([settled.clone().into()]);
    history.push(settled.into());
    ask(&Depot::open(), &history, &settle(1)).then([]);
    ask(&Depot::open(), &history, &settle(2)).then_refused(
        Kind::NotFound,
        "There is no late fact 00000000-0000-0000-0000-000000f00002 on this delivery",
    );
}

#[test]
fn every_file_that_something_recorded_names_is_known() {
    let mut history = vec![created(Some(1), Some(1)), reached(1, "North"), proven()];
    history.push(kept(LateDeed::ProofCaptured {}, LateCause::OtherDriver, proof_words("Cleo")));
    history.push(
        ProofOfDeliveryCaptured {
            receiver_name: value("Rita"),
            signature_url: None,
            signature: None,
            photos: vec![photo()],
            clock: None,
        }
        .into(),
    );
    let delivery = Delivery::fold(history.iter().map(|event| (event, morning()))).unwrap();
    assert_eq!(delivery.files().count(), 2);
}
