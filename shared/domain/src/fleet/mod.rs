//! Fleet management: the drivers and vehicles that deliveries are assigned to.

pub mod driver;
pub mod vehicle;
