//! The delivery domain: what may happen at a depot, and what follows from what happened.
//!
//! Pure decisions over plain data. No clock, no randomness, no storage, no network: time and ids come in
//! with the command's context, and the events that come out are all there is. See `decider` for the shape
//! that every entity has and `dispatch` for the one decision that looks across entities.

pub mod decider;
pub mod delivery;
pub mod dispatch;
pub mod fleet;
pub mod route;
pub mod testing;
pub mod text;
pub mod values;

pub use decider::{Decider, Kind, Refusal};
pub use delivery::{Delivery, DeliveryCommand, DeliveryError, DeliveryEvent};
pub use fleet::driver::{Driver, DriverCommand, DriverError, DriverEvent};
pub use fleet::vehicle::{Vehicle, VehicleCommand, VehicleError, VehicleEvent};
pub use route::{Route, RouteCommand, RouteError, RouteEvent};
