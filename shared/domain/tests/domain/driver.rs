//! Drivers: added, corrected, their status set by hand.

use depot_domain::fleet::driver::{
    DriverAdded, DriverAvailability, DriverContext, DriverErased, DriverPhoneChanged, DriverStatus,
    DriverStatusChanged, DriverUpdated,
};
use depot_domain::testing::{given, morning};
use depot_domain::{Decider, Driver, DriverCommand, DriverEvent, Kind};

use crate::depot::holding;
use crate::fixtures::{delivery_id, driver_id, value};

fn added() -> DriverEvent {
    DriverAdded { name: value("Ann"), driver_license: value("L-1") }.into()
}

fn add(name: &str, driver_license: &str) -> DriverCommand {
    DriverCommand::AddDriver { name: value(name), driver_license: value(driver_license) }
}

fn updated(name: &str, driver_license: &str) -> DriverEvent {
    DriverUpdated { name: value(name), driver_license: value(driver_license) }.into()
}

fn update(name: &str, driver_license: &str) -> DriverCommand {
    DriverCommand::UpdateDriver { name: value(name), driver_license: value(driver_license) }
}

fn changed(old: DriverStatus, new: DriverStatus) -> DriverEvent {
    DriverStatusChanged { old, new, reason: None }.into()
}

fn change_status(status: DriverStatus) -> DriverCommand {
    DriverCommand::ChangeDriverStatus { status, reason: None }
}

fn nothing_known() -> DriverContext {
    DriverContext { id: driver_id(1), license_holder: None, held_by: None }
}

fn license_taken() -> DriverContext {
    DriverContext { license_holder: Some((driver_id(2), value("Bob"), value("L-1"))), ..nothing_known() }
}

fn on_a_delivery() -> DriverContext {
    DriverContext { held_by: Some(holding(delivery_id(1))), ..nothing_known() }
}

#[test]
fn a_driver_is_added() {
    given::<Driver>(&[]).when(&add("Ann", "L-1"), &nothing_known()).then([added()]);
}

#[test]
fn a_new_driver_is_available() {
    let driver = Driver::fold([(&added(), morning())]).unwrap();
    assert_eq!(driver.status, DriverStatus::Available);
}

#[test]
fn adding_a_driver_again_changes_nothing() {
    given::<Driver>(&[added()]).when(&add("Ann", "L-1"), &nothing_known()).then([]);
}

#[test]
fn adding_a_driver_again_is_recognised_after_later_changes() {
    let history =
        [added(), updated("Anna", "L-9"), changed(DriverStatus::Available, DriverStatus::Suspended)];
    given::<Driver>(&history).when(&add("Ann", "L-1"), &license_taken()).then([]);
}

#[test]
fn adding_a_driver_with_a_used_id_is_refused() {
    given::<Driver>(&[added()]).when(&add("Eve", "L-1"), &nothing_known()).then_refused(
        Kind::Duplicate,
        "Driver 00000000-0000-0000-0000-000000d00001 exists already with other details: leave the id out or \
         choose a new one",
    );
}

#[test]
fn adding_a_driver_with_a_taken_license_is_refused() {
    given::<Driver>(&[]).when(&add("Ann", "L-1"), &license_taken()).then_refused(
        Kind::Duplicate,
        "Driver license L-1 is already held by driver Bob (00000000-0000-0000-0000-000000d00002)",
    );
}

#[test]
fn a_driver_is_updated() {
    given::<Driver>(&[added()]).when(&update("Anna", "L-9"), &nothing_known()).then([updated("Anna", "L-9")]);
}

#[test]
fn an_assigned_driver_is_updated() {
    given::<Driver>(&[added()]).when(&update("Anna", "L-1"), &on_a_delivery()).then([updated("Anna", "L-1")]);
}

#[test]
fn updating_a_driver_to_what_it_is_changes_nothing() {
    given::<Driver>(&[added()]).when(&update("Ann", "L-1"), &license_taken()).then([]);
}

#[test]
fn updating_a_driver_to_a_taken_license_is_refused() {
    given::<Driver>(&[added()]).when(&update("Ann", "L-2"), &license_taken()).then_refused(
        Kind::Duplicate,
        "Driver license L-2 is already held by driver Bob, written L-1 (00000000-0000-0000-0000-000000d00002)",
    );
}

#[test]
fn a_driver_who_shares_a_license_can_be_renamed() {
    given::<Driver>(&[added()]).when(&update("Anna", "L-1"), &license_taken()).then([updated("Anna", "L-1")]);
}

#[test]
fn every_status_follows_every_other() {
    for &old in DriverStatus::ALL {
        for &new in DriverStatus::ALL.iter().filter(|new| **new != old) {
            given::<Driver>(&[added(), changed(DriverStatus::Available, old)])
                .when(&change_status(new), &nothing_known())
                .then([changed(old, new)]);
        }
    }
}

#[test]
fn a_status_changes_with_a_reason() {
    let (status, reason) = (DriverStatus::Suspended, Some(value("Licence under review")));
    given::<Driver>(&[added()])
        .when(&DriverCommand::ChangeDriverStatus { status, reason: reason.clone() }, &nothing_known())
        .then([DriverStatusChanged { old: DriverStatus::Available, new: status, reason }.into()]);
}

#[test]
fn setting_the_present_status_changes_nothing() {
    for &status in DriverStatus::ALL {
        given::<Driver>(&[added(), changed(DriverStatus::Available, status)])
            .when(&change_status(status), &nothing_known())
            .then([]);
    }
}

#[test]
fn setting_the_present_status_of_an_assigned_driver_changes_nothing() {
    given::<Driver>(&[added()]).when(&change_status(DriverStatus::Available), &on_a_delivery()).then([]);
}

#[test]
fn an_assigned_driver_cannot_change_status() {
    for status in [DriverStatus::Suspended, DriverStatus::Unavailable] {
        given::<Driver>(&[added()]).when(&change_status(status), &on_a_delivery()).then_refused(
            Kind::Broken,
            "Driver is assigned to delivery 00000000-0000-0000-0000-000000b00001 and cannot change status: \
             give that delivery (Depot → Harbour) to another driver first",
        );
    }
}

#[test]
fn an_unknown_driver_is_not_found() {
    for command in [update("Ann", "L-1"), change_status(DriverStatus::Suspended)] {
        given::<Driver>(&[])
            .when(&command, &nothing_known())
            .then_refused(Kind::NotFound, "There is no driver 00000000-0000-0000-0000-000000d00001");
    }
}

#[test]
fn a_driver_whom_a_delivery_holds_shows_as_assigned() {
    for &status in DriverStatus::ALL {
        assert_eq!(status.shown(true), DriverAvailability::Assigned);
        assert_eq!(status.shown(false).as_str(), status.as_str());
    }
}

#[test]
fn only_what_sets_a_license_claims_one() {
    assert_eq!(add("Ann", "L-1").claimed_license(), Some(&value("L-1")));
    assert_eq!(update("Ann", "L-2").claimed_license(), Some(&value("L-2")));
    assert_eq!(change_status(DriverStatus::Available).claimed_license(), None);
}

#[test]
fn a_driver_is_erased_once() {
    let erase = DriverCommand::EraseDriver {};
    given::<Driver>(&[added()]).when(&erase, &nothing_known()).then([DriverErased {}.into()]);
    given::<Driver>(&[added(), DriverErased {}.into()]).when(&erase, &nothing_known()).then([]);
    let unknown = format!("There is no driver {}", driver_id(1));
    given::<Driver>(&[]).when(&erase, &nothing_known()).then_refused(Kind::NotFound, &unknown);
}

#[test]
fn a_driver_who_is_needed_is_not_erased() {
    let needed = format!(
        "Driver is assigned to delivery {} and cannot be erased: give that delivery to another driver first, or end it",
        delivery_id(1)
    );
    given::<Driver>(&[added()])
        .when(&DriverCommand::EraseDriver {}, &on_a_delivery())
        .then_refused(Kind::Broken, &needed);
}

#[test]
fn nothing_is_left_of_who_an_erased_driver_was_and_nothing_can_be_added() {
    let history = [added(), updated("Anna", "L-9"), DriverErased {}.into()];
    let driver = Driver::fold(history.iter().map(|event| (event, morning()))).unwrap();
    let told = serde_json::to_string(&driver).unwrap();
    assert!(!told.contains("Ann") && !told.contains("L-"), "{told}");
    assert_eq!((driver.status, driver.erased), (DriverStatus::Unavailable, true));
    let gone = format!("Driver {} was erased and cannot be changed: add a new one", driver_id(1));
    for command in [update("Ann", "L-1"), change_status(DriverStatus::Available)] {
        given::<Driver>(&history).when(&command, &nothing_known()).then_refused(Kind::Broken, &gone);
    }
    let exists = format!(
        "Driver {} exists already with other details: leave the id out or choose a new one",
        driver_id(1)
    );
    given::<Driver>(&history)
        .when(&add("Ann", "L-1"), &nothing_known())
        .then_refused(Kind::Duplicate, &exists);
}

fn phone(number: &str) -> DriverCommand {
    DriverCommand::SetDriverPhone { phone: Some(value(number)) }
}

fn phone_changed(number: Option<&str>) -> DriverEvent {
    DriverPhoneChanged { phone: number.map(value) }.into()
}

#[test]
fn a_phone_number_is_set_once_and_removed() {
    given::<Driver>(&[added()])
        .when(&phone("0171 1"), &nothing_known())
        .then([phone_changed(Some("0171 1"))]);
    let known = [added(), phone_changed(Some("0171 1"))];
    given::<Driver>(&known).when(&phone("0171 1"), &nothing_known()).then([]);
    let none = DriverCommand::SetDriverPhone { phone: None };
    given::<Driver>(&known).when(&none, &nothing_known()).then([phone_changed(None)]);
    given::<Driver>(&[added()]).when(&none, &nothing_known()).then([]);
}

#[test]
fn an_erased_driver_has_no_phone_number() {
    let history = [added(), phone_changed(Some("0171 1")), DriverErased {}.into()];
    let driver = Driver::fold(history.iter().map(|event| (event, morning()))).unwrap();
    assert_eq!(driver.phone, None);
    let gone = format!("Driver {} was erased and cannot be changed: add a new one", driver_id(1));
    given::<Driver>(&history).when(&phone("0171 2"), &nothing_known()).then_refused(Kind::Broken, &gone);
}
