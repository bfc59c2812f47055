//! Vehicles: added, corrected, their status set by hand.

use depot_domain::fleet::vehicle::{
    VehicleAdded, VehicleAvailability, VehicleContext, VehicleStatus, VehicleStatusChanged, VehicleUpdated,
};
use depot_domain::testing::{given, morning};
use depot_domain::{Decider, Kind, Vehicle, VehicleCommand, VehicleEvent};

use crate::depot::holding;
use crate::fixtures::{delivery_id, value, vehicle_id};

fn added() -> VehicleEvent {
    VehicleAdded { registration: value("REG-1"), vehicle_type: value("Van") }.into()
}

fn add(registration: &str, vehicle_type: &str) -> VehicleCommand {
    VehicleCommand::AddVehicle { registration: value(registration), vehicle_type: value(vehicle_type) }
}

fn updated(registration: &str, vehicle_type: &str) -> VehicleEvent {
    VehicleUpdated { registration: value(registration), vehicle_type: value(vehicle_type) }.into()
}

fn update(registration: &str, vehicle_type: &str) -> VehicleCommand {
    VehicleCommand::UpdateVehicle { registration: value(registration), vehicle_type: value(vehicle_type) }
}

fn changed(old: VehicleStatus, new: VehicleStatus) -> VehicleEvent {
    VehicleStatusChanged { old, new, reason: None }.into()
}

fn change_status(status: VehicleStatus) -> VehicleCommand {
    VehicleCommand::ChangeVehicleStatus { status, reason: None }
}

fn nothing_known() -> VehicleContext {
    VehicleContext { id: vehicle_id(1), registration_holder: None, held_by: None }
}

fn registration_taken() -> VehicleContext {
    VehicleContext {
        registration_holder: Some((vehicle_id(2), value("Truck"), value("reg 1"))),
        ..nothing_known()
    }
}

fn on_a_delivery() -> VehicleContext {
    VehicleContext { held_by: Some(holding(delivery_id(1))), ..nothing_known() }
}

#[test]
fn a_vehicle_is_added() {
    given::<Vehicle>(&[]).when(&add("REG-1", "Van"), &nothing_known()).then([added()]);
}

#[test]
fn a_new_vehicle_is_available() {
    let vehicle = Vehicle::fold([(&added(), morning())]).unwrap();
    assert_eq!(vehicle.status, VehicleStatus::Available);
}

#[test]
fn adding_a_vehicle_again_changes_nothing() {
    given::<Vehicle>(&[added()]).when(&add("REG-1", "Van"), &nothing_known()).then([]);
}

#[test]
fn adding_a_vehicle_again_is_recognised_after_later_changes() {
    let maintained = changed(VehicleStatus::Available, VehicleStatus::Maintenance);
    given::<Vehicle>(&[added(), updated("REG-9", "Bus"), maintained])
        .when(&add("REG-1", "Van"), &registration_taken())
        .then([]);
}

#[test]
fn adding_a_vehicle_with_a_used_id_is_refused() {
    given::<Vehicle>(&[added()]).when(&add("REG-1", "Truck"), &nothing_known()).then_refused(
        Kind::Duplicate,
        "Vehicle 00000000-0000-0000-0000-000000e00001 exists already with other details: leave the id out or \
         choose a new one",
    );
}

#[test]
fn adding_a_vehicle_with_a_taken_registration_is_refused() {
    given::<Vehicle>(&[]).when(&add("REG-1", "Van"), &registration_taken()).then_refused(
        Kind::Duplicate,
        "Registration REG-1 already belongs to another Truck, written reg 1 (00000000-0000-0000-0000-000000e00002)",
    );
}

#[test]
fn a_vehicle_is_updated() {
    given::<Vehicle>(&[added()])
        .when(&update("REG-9", "Bus"), &nothing_known())
        .then([updated("REG-9", "Bus")]);
}

#[test]
fn an_assigned_vehicle_is_updated() {
    given::<Vehicle>(&[added()])
        .when(&update("REG-1", "Bus"), &on_a_delivery())
        .then([updated("REG-1", "Bus")]);
}

#[test]
fn updating_a_vehicle_to_what_it_is_changes_nothing() {
    given::<Vehicle>(&[added()]).when(&update("REG-1", "Van"), &registration_taken()).then([]);
}

#[test]
fn updating_a_vehicle_to_a_taken_registration_is_refused() {
    given::<Vehicle>(&[added()]).when(&update("REG-2", "Van"), &registration_taken()).then_refused(
        Kind::Duplicate,
        "Registration REG-2 already belongs to another Truck, written reg 1 (00000000-0000-0000-0000-000000e00002)",
    );
}

#[test]
fn a_vehicle_that_shares_a_registration_can_change_its_type() {
    given::<Vehicle>(&[added()])
        .when(&update("REG-1", "Bus"), &registration_taken())
        .then([updated("REG-1", "Bus")]);
}

#[test]
fn every_status_follows_every_other() {
    for &old in VehicleStatus::ALL {
        for &new in VehicleStatus::ALL.iter().filter(|new| **new != old) {
            given::<Vehicle>(&[added(), changed(VehicleStatus::Available, old)])
                .when(&change_status(new), &nothing_known())
                .then([changed(old, new)]);
        }
    }
}

#[test]
fn a_status_changes_with_a_reason() {
    let (status, reason) = (VehicleStatus::Maintenance, Some(value("Brakes")));
    given::<Vehicle>(&[added()])
        .when(&VehicleCommand::ChangeVehicleStatus { status, reason: reason.clone() }, &nothing_known())
        .then([VehicleStatusChanged { old: VehicleStatus::Available, new: status, reason }.into()]);
}

#[test]
fn setting_the_present_status_changes_nothing() {
    for &status in VehicleStatus::ALL {
        given::<Vehicle>(&[added(), changed(VehicleStatus::Available, status)])
            .when(&change_status(status), &nothing_known())
            .then([]);
    }
}

#[test]
fn setting_the_present_status_of_an_assigned_vehicle_changes_nothing() {
    given::<Vehicle>(&[added()]).when(&change_status(VehicleStatus::Available), &on_a_delivery()).then([]);
}

#[test]
fn an_assigned_vehicle_cannot_change_status() {
    for status in [VehicleStatus::Maintenance, VehicleStatus::OutOfService] {
        given::<Vehicle>(&[added()]).when(&change_status(status), &on_a_delivery()).then_refused(
            Kind::Broken,
            "Vehicle is assigned to delivery 00000000-0000-0000-0000-000000b00001 and cannot change status: \
             give that delivery (Depot → Harbour) to another vehicle first",
        );
    }
}

#[test]
fn an_unknown_vehicle_is_not_found() {
    for command in [update("REG-1", "Van"), change_status(VehicleStatus::Maintenance)] {
        given::<Vehicle>(&[])
            .when(&command, &nothing_known())
            .then_refused(Kind::NotFound, "There is no vehicle 00000000-0000-0000-0000-000000e00001");
    }
}

#[test]
fn a_vehicle_that_a_delivery_holds_shows_as_assigned() {
    for &status in VehicleStatus::ALL {
        assert_eq!(status.shown(true), VehicleAvailability::Assigned);
        assert_eq!(status.shown(false).as_str(), status.as_str());
    }
}

#[test]
fn only_what_sets_a_registration_claims_one() {
    assert_eq!(add("REG-1", "Van").claimed_registration(), Some(&value("REG-1")));
    assert_eq!(update("REG-2", "Van").claimed_registration(), Some(&value("REG-2")));
    assert_eq!(change_status(VehicleStatus::Available).claimed_registration(), None);
}
