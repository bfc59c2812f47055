//! Commands, events and refusals as JSON, the form in which adapters and the desk know them.

use std::fmt::Debug;

use depot_domain::delivery::DeliveryStatus;
use depot_domain::{
    DeliveryCommand, DeliveryError, DeliveryEvent, DriverCommand, DriverError, RouteCommand, RouteError,
    VehicleCommand, VehicleError,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures::{delivery_id, driver_id, route_id, sequence, value, vehicle_id};

const ID: &str = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";

fn refused<T: DeserializeOwned>(json: Value) -> String {
    match serde_json::from_value::<T>(json) {
        Ok(_) => panic!("it should not be read"),
        Err(error) => error.to_string(),
    }
}

/// Reads a command and writes it, and the form that is written reads the same.
fn accepted<T: DeserializeOwned + Serialize + Debug + PartialEq>(json: Value) {
    let read = |json| serde_json::from_value::<T>(json).expect("it is a command");
    let command = read(json);
    assert_eq!(read(serde_json::to_value(&command).expect("a command can be written")), command);
}

#[test]
fn every_command_can_be_read_and_written() {
    accepted::<DriverCommand>(json!({"type": "addDriver", "name": "Ann", "driverLicense": "L-1"}));
    accepted::<DriverCommand>(json!({"type": "updateDriver", "name": "Ann", "driverLicense": "L-1"}));
    accepted::<DriverCommand>(json!({"type": "changeDriverStatus", "status": "available"}));
    accepted::<VehicleCommand>(json!({"type": "addVehicle", "registration": "R", "vehicleType": "Van"}));
    accepted::<VehicleCommand>(json!({"type": "updateVehicle", "registration": "R", "vehicleType": "Van"}));
    accepted::<VehicleCommand>(
        json!({"type": "changeVehicleStatus", "status": "Maintenance", "reason": null}),
    );
    let (place, time) = ("Depot", "2026-03-01T08:00:00Z");
    for kind in ["createRoute", "updateRoute"] {
        accepted::<RouteCommand>(
            json!({"type": kind, "origin": place, "destination": place, "scheduledStartTime": time}),
        );
    }
    accepted::<RouteCommand>(json!({"type": "moveRoute", "from": time, "scheduledStartTime": time}));
    accepted::<RouteCommand>(json!({"type": "changeRouteStatus", "status": "Active"}));
    for kind in ["addCheckpoint", "updateCheckpoint"] {
        accepted::<RouteCommand>(
            json!({"type": kind, "sequence": 1, "location": place, "expectedTime": time}),
        );
    }
    accepted::<RouteCommand>(json!({"type": "removeCheckpoint", "sequence": 1}));
    accepted::<RouteCommand>(json!({"type": "reorderCheckpoints", "order": [2, 1]}));
    accepted::<DeliveryCommand>(json!({"type": "assignDriver", "driverId": ID}));
    accepted::<DeliveryCommand>(json!({"type": "assignVehicle", "vehicleId": ID}));
    accepted::<DeliveryCommand>(json!({"type": "settleLateFact", "factId": ID, "note": "Counted"}));
}

#[test]
fn what_is_optional_may_be_absent_or_null() {
    for (least, optional) in [
        (json!({"type": "createDelivery", "routeId": ID}), &["driverId", "vehicleId"][..]),
        (json!({"type": "changeDeliveryStatus", "status": "Failed"}), &["reason"]),
        (json!({"type": "reachCheckpoint", "routeId": ID, "sequence": 1}), &["location"]),
        (
            json!({"type": "reportIncident", "incidentType": "Delay", "description": "Late"}),
            &["incidentId", "severity"],
        ),
        (json!({"type": "resolveIncident", "incidentId": ID}), &["note"]),
        (json!({"type": "captureProof", "receiverName": "Rita"}), &["signatureUrl", "signature"]),
    ] {
        accepted::<DeliveryCommand>(least.clone());
        let absent: DeliveryCommand = serde_json::from_value(least.clone()).unwrap();
        let mut nulls = least;
        for field in optional {
            nulls[field] = Value::Null;
        }
        assert_eq!(serde_json::from_value::<DeliveryCommand>(nulls).unwrap(), absent);
    }
}

#[test]
fn a_command_that_is_wrong_is_told_what_is_wrong() {
    assert_eq!(
        refused::<DriverCommand>(json!({"type": "addDriver", "name": "Ann"})),
        "missing field `driverLicense`"
    );
    assert_eq!(
        refused::<DriverCommand>(
            json!({"type": "addDriver", "name": "Ann", "driverLicence": "L-1", "driverLicense": "L-1"})
        ),
        "unknown field `driverLicence`, expected `name` or `driverLicense`"
    );
    assert_eq!(
        refused::<DriverCommand>(json!({"type": "fireDriver"})),
        "unknown variant `fireDriver`, expected one of `addDriver`, `updateDriver`, `changeDriverStatus`, `setDriverPhone`, `eraseDriver`"
    );
    assert_eq!(refused::<DriverCommand>(json!({"name": "Ann"})), "missing field `type`");
    assert_eq!(
        refused::<DriverCommand>(json!({"type": "changeDriverStatus", "status": "Assigned"})),
        "\"Assigned\" is not a driver status; Assigned follows from deliveries and can't be set by hand: \
         valid are Available, Suspended, Unavailable"
    );
    assert_eq!(
        refused::<RouteCommand>(json!({"type": "removeCheckpoint", "sequence": 0})),
        "a sequence is a whole number from 1 to 2147483647; 0 is not"
    );
}

#[test]
fn events_bear_the_names_under_which_they_are_stored() {
    let created = json!({"type": "DeliveryCreated", "data": {"routeId": ID}});
    let event: DeliveryEvent = serde_json::from_value(created.clone()).unwrap();
    assert_eq!(serde_json::to_value(event).unwrap(), created);
}

#[test]
fn a_refusal_tells_its_rule_and_the_facts() {
    let delivery_id = delivery_id(1);
    insta::assert_json_snapshot!(DriverError::DriverAssigned {
        driver_name: value("Ann"),
        delivery_id,
        origin: value("Depot"),
        destination: value("Harbour"),
    }, @r#"
    {
      "rule": "driverAssigned",
      "driverName": "Ann",
      "deliveryId": "00000000-0000-0000-0000-000000b00001",
      "origin": "Depot",
      "destination": "Harbour"
    }
    "#);
    let (registration, other_vehicle_id, other_type) = (value("REG-1"), vehicle_id(2), value("Van"));
    let other_registration = value("reg 1");
    let error =
        VehicleError::RegistrationTaken { registration, other_vehicle_id, other_type, other_registration };
    insta::assert_json_snapshot!(error, @r#"
    {
      "rule": "registrationTaken",
      "registration": "REG-1",
      "otherVehicleId": "00000000-0000-0000-0000-000000e00002",
      "otherType": "Van",
      "otherRegistration": "reg 1"
    }
    "#);
    insta::assert_json_snapshot!(RouteError::RouteInUse { deliveries: vec![delivery_id] }, @r#"
    {
      "rule": "routeInUse",
      "deliveries": [
        "00000000-0000-0000-0000-000000b00001"
      ]
    }
    "#);
    insta::assert_json_snapshot!(DeliveryError::CheckpointsMissing { missing: vec![sequence(2)] }, @r#"
    {
      "rule": "checkpointsMissing",
      "missing": [
        2
      ]
    }
    "#);
    let status = DeliveryStatus::PickedUp;
    let error = DeliveryError::DeliveryTransition {
        status,
        wanted: DeliveryStatus::Delivered,
        valid: status.targets(),
    };
    insta::assert_json_snapshot!(error, @r#"
    {
      "rule": "deliveryTransition",
      "status": "PickedUp",
      "wanted": "Delivered",
      "valid": [
        "InTransit",
        "Failed"
      ]
    }
    "#);
    insta::assert_json_snapshot!(DeliveryError::ProofMissing, @r#"
    {
      "rule": "proofMissing"
    }
    "#);
}

#[test]
fn a_refusal_by_dispatch_looks_like_one_by_the_delivery() {
    use depot_domain::dispatch::DispatchError;
    let not_found = DispatchError::DriverNotFound { driver_id: driver_id(1) };
    assert_eq!(
        serde_json::to_value(DeliveryError::from(not_found)).unwrap(),
        json!({"rule": "driverNotFound", "driverId": driver_id(1)})
    );
    let not_found = DispatchError::RouteNotFound { route_id: route_id(1) };
    assert_eq!(
        serde_json::to_value(DeliveryError::from(not_found)).unwrap(),
        json!({"rule": "routeNotFound", "routeId": route_id(1)})
    );
}
