//! Which deliveries and incidents a list has, and in what order.

use depot_domain::delivery::{DeliveryStatus, Severity};
use depot_domain::values::{DeliveryId, DriverId, RouteId, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::IntoParams;

use crate::page::{AnyOf, Cursor, Limit};
use crate::schema;

/// Which deliveries to list, the latest created first unless sorted otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[ts(export, optional_fields = nullable)]
pub struct DeliveryListing {
    /// Only with one of these statuses, e.g. `InTransit,OutForDelivery`.
    #[param(value_type = Option<Vec<schema::DeliveryStatus>>, style = Form, explode = false)]
    #[ts(as = "Option<Vec<DeliveryStatus>>")]
    pub status: Option<AnyOf<DeliveryStatus>>,
    /// Only on the road at or after this: planned to end later, or still under way.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub from: Option<Timestamp>,
    /// Only planned to start before this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub to: Option<Timestamp>,
    /// Only of this driver.
    #[param(value_type = Option<uuid::Uuid>)]
    pub driver_id: Option<DriverId>,
    /// Only with this vehicle.
    #[param(value_type = Option<uuid::Uuid>)]
    pub vehicle_id: Option<VehicleId>,
    /// Only of this route.
    #[param(value_type = Option<uuid::Uuid>)]
    pub route_id: Option<RouteId>,
    /// Only those that have (or have not) ended.
    pub open: Option<bool>,
    /// Only those that are late (or are not).
    pub late: Option<bool>,
    /// Only those that are likely to become late (or are not).
    pub at_risk: Option<bool>,
    /// Only those that lack a driver or a vehicle (or lack neither).
    pub unassigned: Option<bool>,
    /// Only with each word of this in origin, destination, driver, vehicle or receiver, or at the beginning of the id,
    /// whatever its case, accents and the separators of numbers.
    pub text: Option<String>,
    /// The order.
    pub sort: Option<DeliverySort>,
    /// The other way round; true unless given where the order is.
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
    /// How deliveries are sorted.
    DeliverySort ("an order of deliveries") {
        /// By creation.
        CreatedAt = "createdAt",
        /// By the route's start.
        ScheduledStartTime = "scheduledStartTime",
        /// By the last change.
        UpdatedAt = "updatedAt",
        /// By status, in the order of the day.
        Status = "status",
    }
}

/// Which incidents to list, the latest reported first unless sorted otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[ts(export, optional_fields = nullable)]
pub struct IncidentListing {
    /// Only those that are (or are not) resolved.
    pub resolved: Option<bool>,
    /// Only of this delivery.
    #[param(value_type = Option<uuid::Uuid>)]
    pub delivery_id: Option<DeliveryId>,
    /// Only on deliveries of this driver.
    #[param(value_type = Option<uuid::Uuid>)]
    pub driver_id: Option<DriverId>,
    /// Only on deliveries with this vehicle.
    #[param(value_type = Option<uuid::Uuid>)]
    pub vehicle_id: Option<VehicleId>,
    /// Only on deliveries of this route.
    #[param(value_type = Option<uuid::Uuid>)]
    pub route_id: Option<RouteId>,
    /// Only of this type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Only as grave as one of these, e.g. `High,Critical`.
    #[param(value_type = Option<Vec<schema::Severity>>, style = Form, explode = false)]
    #[ts(as = "Option<Vec<Severity>>")]
    pub severity: Option<AnyOf<Severity>>,
    /// Only reported at or after this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub from: Option<Timestamp>,
    /// Only reported before this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub to: Option<Timestamp>,
    /// Only with each word of this in the type or the description.
    pub text: Option<String>,
    /// The order.
    pub sort: Option<IncidentSort>,
    /// The other way round; true unless given where the order is.
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
    /// How incidents are sorted.
    IncidentSort ("an order of incidents") {
        /// By the time of reporting.
        ReportedTimestamp = "reportedTimestamp",
        /// By type.
        Type = "type",
        /// By severity.
        Severity = "severity",
    }
}
