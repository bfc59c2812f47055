//! What the delivery domain does, seen from outside: every rule, refusal and no-op, and what always holds.

mod booking;
mod clock;
mod crew;
mod delivery;
mod delivery_files;
mod delivery_journey;
mod delivery_status;
mod depot;
mod dispatch;
mod driver;
mod fixtures;
mod golden;
mod late;
mod properties;
mod random;
mod route;
mod route_update;
mod text;
mod values;
mod vehicle;
mod wire;
