//! The language in which the whole-system tests are told: depots that really run, clients that really call them.
//!
//! Knows how to start, ask and stop; what the answers must be is the tests' to say.

mod client;
mod day;
mod depot;
mod feed;
mod mask;
mod process;
mod programs;

pub use client::{Answer, Client, Refused};
pub use day::{Leg, PIXEL, SIGNED, Staff, at};
pub use depot::{Depot, Opening};
pub use feed::{ChangeFeed, Notice};
pub use mask::masked;
pub use process::{Group, Output, run};
pub use programs::{
    chromium, dbus_daemon, depotd, desktop_app, node, schemathesis, ui, webkit_driver, xdotool, xvfb,
};
