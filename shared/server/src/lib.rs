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
mod feeds;
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
pub mod process;
mod request;
mod rest;
mod router;
mod serve;
mod session;
mod setup;
mod sign_in;
mod steady_body;
mod switch;
mod tls;
mod trace_id;
mod uploads;
mod wrong_codes;

/// What nobody but the fuzz targets calls by itself.
#[cfg(fuzzing)]
pub mod fuzzing {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    use axum::Extension;
    use axum::Router;
    use axum::extract::ConnectInfo;
    use depot_app::App;

    /// The way into a depot without a network, for a caller on this machine.
    #[must_use]
    pub fn router(app: &App) -> Router {
        let hosts = crate::hosts::Hosts::new(IpAddr::V4(Ipv4Addr::LOCALHOST), &[]);
        let endpoint = crate::endpoint::Endpoint::new(app.clone(), hosts, false);
        let caller = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000);
        crate::router::router(&endpoint).layer(Extension(ConnectInfo(caller)))
    }
}

pub use serve::{Running, ServeError, ServeOptions, serve};
pub use switch::Switch;
pub use tls::CertificateError;

#[cfg(test)]
mod tests;
