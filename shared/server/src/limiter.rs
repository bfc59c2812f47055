//! The rate limit: a sliding window for every client address, with a short queue.
//!
//! `window` decides and knows no clock; `gate` gives it time, addresses and waiting requests.

mod gate;
mod window;

pub(crate) use gate::Gate;
pub(crate) use window::Quota;

#[cfg(test)]
mod tests;
