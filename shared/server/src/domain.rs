//! The domain's values, by way of the application: this crate depends on nothing of ours beside that.

pub(crate) use depot_app::domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
pub(crate) use depot_app::domain::{delivery, fleet, route, values};
