//! Short spellings of values: ids, times and texts that are valid.

use std::fmt::Debug;
use std::str::FromStr;

use depot_domain::route::Checkpoint;
use depot_domain::values::{
    DeliveryId, DriverId, IncidentId, LateFactId, RouteId, Sequence, Timestamp, VehicleId,
};
use uuid::Uuid;

pub(crate) fn driver_id(number: u128) -> DriverId {
    Uuid::from_u128(0xd0_0000 + number).into()
}

pub(crate) fn vehicle_id(number: u128) -> VehicleId {
    Uuid::from_u128(0xe0_0000 + number).into()
}

pub(crate) fn route_id(number: u128) -> RouteId {
    Uuid::from_u128(0xa0_0000 + number).into()
}

pub(crate) fn delivery_id(number: u128) -> DeliveryId {
    Uuid::from_u128(0xb0_0000 + number).into()
}

pub(crate) fn incident_id(number: u128) -> IncidentId {
    Uuid::from_u128(0xc0_0000 + number).into()
}

pub(crate) fn late_fact_id(number: u128) -> LateFactId {
    Uuid::from_u128(0xf0_0000 + number).into()
}

/// The value that `text` says; which sort of value follows from where it is used.
pub(crate) fn value<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a fixture is valid")
}

/// The time of day `clock`, such as `08:30`, on the day of the tests.
pub(crate) fn at(clock: &str) -> Timestamp {
    value(&format!("2026-03-01T{clock}:00Z"))
}

pub(crate) fn sequence(number: i64) -> Sequence {
    number.try_into().expect("a fixture is valid")
}

pub(crate) fn checkpoint(number: i64, location: &str, clock: &str) -> Checkpoint {
    Checkpoint { sequence: sequence(number), location: value(location), expected_time: at(clock) }
}
