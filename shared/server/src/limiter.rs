//! The rate limit: a sliding window for every client, with a short queue.
//!
//! `window` decides and knows no clock; `gate` adds time, clients and waiting requests; `gates` knows
//! which window is whose.

mod gate;
mod gates;
mod window;

pub(crate) use gates::{Client, Gates};
pub(crate) use window::Quota;

#[cfg(test)]
mod tests;
