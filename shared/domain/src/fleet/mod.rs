//! Fleet management: the drivers and vehicles that deliveries are assigned to.

pub mod driver;
pub mod vehicle;

use crate::values::{DeliveryId, Location};

/// A delivery that has not ended and holds a driver or a vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Which delivery.
    pub delivery_id: DeliveryId,
    /// Where its route begins.
    pub origin: Location,
    /// Where its route ends.
    pub destination: Location,
}
