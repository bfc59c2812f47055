//! The event log as people and integrations read it, and the past states that it tells of.

mod views;

pub use views::*;
