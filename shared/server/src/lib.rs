//! The LAN endpoint: the depot over HTTP, for phones, browsers and other programs.
//!
//! It translates between HTTP and the application, and guards the door: credentials, limits, hosts. What a depot
//! allows it does not know. Begin at [`serve`]; inside, `router` says which path leads where and through what.

mod addresses;
mod announce;
mod changes;
mod connections;
mod credential;
mod desk;
mod docs;
mod domain;
mod endpoint;
mod events;
mod exports;
mod extract;
mod files;
mod health;
mod hosts;
mod layers;
mod limiter;
pub mod logging;
mod messages;
mod metrics;
mod openapi;
mod pairing;
mod problem;
mod request;
mod rest;
mod router;
mod serve;
mod session;
mod setup;
mod sign_in;
mod switch;
mod tls;

pub use serve::{Running, ServeError, ServeOptions, serve};
pub use switch::Switch;
pub use tls::CertificateError;

#[cfg(test)]
mod tests;
