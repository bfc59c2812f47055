//! What queries show of drivers and vehicles.

use depot_domain::fleet::driver::DriverAvailability;
use depot_domain::fleet::vehicle::VehicleAvailability;
use depot_domain::values::{DriverId, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::page::{AnyOf, Cursor, Limit};
use crate::schema;

/// A driver.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DriverView {
    /// Which driver.
    #[schema(value_type = uuid::Uuid)]
    pub driver_id: DriverId,
    /// The name.
    pub name: String,
    /// The licence's number.
    pub driver_license: String,
    /// The number under which the driver is called, where one is known.
    pub phone: Option<String>,
    /// Available, Assigned, Suspended or Unavailable.
    #[schema(value_type = String)]
    pub status: DriverAvailability,
    /// Why the status was set by hand, where somebody said why.
    pub status_reason: Option<String>,
    /// Since when the status that was set by hand holds.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub status_since: Option<Timestamp>,
    /// How many deliveries that have not ended hold the driver.
    pub open_deliveries: u32,
    /// When it was changed last.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub updated_at: Timestamp,
    /// How many events it has; give it as `expectedVersion` to change just what was seen.
    pub version: u32,
    /// Whether who it was has been erased: name and licence are gone.
    pub erased: bool,
    /// Other drivers with the same licence, however it is written, unless the depot allows duplicates.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub same_license: Vec<DriverId>,
}

/// A vehicle.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct VehicleView {
    /// Which vehicle.
    #[schema(value_type = uuid::Uuid)]
    pub vehicle_id: VehicleId,
    /// The registration.
    pub registration: String,
    /// What sort of vehicle it is.
    pub vehicle_type: String,
    /// Available, Assigned, Maintenance or OutOfService.
    #[schema(value_type = String)]
    pub status: VehicleAvailability,
    /// Why the status was set by hand, where somebody said why.
    pub status_reason: Option<String>,
    /// Since when the status that was set by hand holds.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub status_since: Option<Timestamp>,
    /// How many deliveries that have not ended hold the vehicle.
    pub open_deliveries: u32,
    /// When it was changed last.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub updated_at: Timestamp,
    /// How many events it has; give it as `expectedVersion` to change just what was seen.
    pub version: u32,
    /// Other vehicles with the same registration, however it is written, unless the depot allows duplicates.
    #[schema(value_type = Vec<uuid::Uuid>)]
    pub same_registration: Vec<VehicleId>,
}

/// The whole fleet: counts by status, and the first page of the lists.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FleetOverview {
    /// How many drivers have each status.
    pub driver_counts: DriverCounts,
    /// How many vehicles have each status.
    pub vehicle_counts: VehicleCounts,
    /// The drivers by name, at most 500; page through the list of drivers for more.
    pub drivers: Vec<DriverView>,
    /// The vehicles by registration, at most 500; page through the list of vehicles for more.
    pub vehicles: Vec<VehicleView>,
}

/// How many drivers have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the fields are the statuses")]
pub struct DriverCounts {
    pub total: u32,
    pub available: u32,
    pub assigned: u32,
    pub suspended: u32,
    pub unavailable: u32,
}

/// How many vehicles have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the fields are the statuses")]
pub struct VehicleCounts {
    pub total: u32,
    pub available: u32,
    pub assigned: u32,
    pub maintenance: u32,
    pub out_of_service: u32,
}

/// Which drivers to list, by name unless sorted otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[ts(export, optional_fields = nullable)]
pub struct DriverListing {
    /// Only with one of these statuses, e.g. `Available,Assigned`.
    #[param(value_type = Option<Vec<schema::DriverAvailability>>, style = Form, explode = false)]
    #[ts(as = "Option<Vec<DriverAvailability>>")]
    pub status: Option<AnyOf<DriverAvailability>>,
    /// Only with each word of this in the name or the licence, whatever its case and accents.
    pub text: Option<String>,
    /// Only changed at or after this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub from: Option<Timestamp>,
    /// Only changed before this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub to: Option<Timestamp>,
    /// The order.
    pub sort: Option<DriverSort>,
    /// The other way round.
    pub descending: Option<bool>,
    /// How many, 1 to 500; 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    pub limit: Option<Limit>,
    /// The `nextCursor` of the page before, with the same filters and order. By `updatedAt` the pages are those of the list
    /// as its first page found it; by another order, a row whose place changes meanwhile may be missed or come twice.
    #[param(value_type = Option<schema::Cursor>)]
    pub cursor: Option<Cursor>,
}

/// Which vehicles to list, by registration unless sorted otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[ts(export, optional_fields = nullable)]
pub struct VehicleListing {
    /// Only with one of these statuses, e.g. `Available,Assigned`.
    #[param(value_type = Option<Vec<schema::VehicleAvailability>>, style = Form, explode = false)]
    #[ts(as = "Option<Vec<VehicleAvailability>>")]
    pub status: Option<AnyOf<VehicleAvailability>>,
    /// Only with each word of this in the registration or the type, whatever its case, accents and separators.
    pub text: Option<String>,
    /// Only changed at or after this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub from: Option<Timestamp>,
    /// Only changed before this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub to: Option<Timestamp>,
    /// The order.
    pub sort: Option<VehicleSort>,
    /// The other way round.
    pub descending: Option<bool>,
    /// How many, 1 to 500; 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    pub limit: Option<Limit>,
    /// The `nextCursor` of the page before, with the same filters and order. By `updatedAt` the pages are those of the list
    /// as its first page found it; by another order, a row whose place changes meanwhile may be missed or come twice.
    #[param(value_type = Option<schema::Cursor>)]
    pub cursor: Option<Cursor>,
}

words_of_app! {
    /// How drivers are sorted.
    DriverSort ("an order of drivers") {
        /// By name.
        Name = "name",
        /// By licence.
        DriverLicense = "driverLicense",
        /// By the status that was set by hand.
        Status = "status",
        /// By the last change.
        UpdatedAt = "updatedAt",
    }
}

words_of_app! {
    /// How vehicles are sorted.
    VehicleSort ("an order of vehicles") {
        /// By registration.
        Registration = "registration",
        /// By type.
        VehicleType = "vehicleType",
        /// By the status that was set by hand.
        Status = "status",
        /// By the last change.
        UpdatedAt = "updatedAt",
    }
}
