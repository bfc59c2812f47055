//! Opens the endpoint on an address, and closes it again without breaking off what was accepted.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use axum_server::Handle;
use depot_app::{App, EndpointView};
use tokio::task::JoinHandle;

use crate::addresses;
use crate::connections::Connections;
use crate::endpoint::{Endpoint, Shared};
use crate::hosts::Hosts;
use crate::router::router;

/// How long a client may take to send the head of a request, which is also how long an idle connection is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How large the head of a request may be.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How long requests that were accepted may take to finish when the endpoint closes.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(10);
/// How often counters are merged.
const METRICS_INTERVAL: Duration = Duration::from_secs(10);

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The address and port; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Serve beyond this machine without TLS, because the network is isolated.
    pub insecure_http: bool,
    /// Make a one-time link with which a browser signs in as an admin.
    pub sign_in_link: bool,
    /// Host names under which clients reach this machine, beside its addresses and `localhost`.
    pub host_names: Vec<String>,
}

impl ServeOptions {
    /// Serves on this address, for this machine alone.
    #[must_use]
    pub const fn new(listen: SocketAddr) -> Self {
        Self { listen, insecure_http: false, sign_in_link: false, host_names: Vec::new() }
    }
}

/// Why the endpoint could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Others could listen in.
    #[error(
        "{0} can be reached from other machines, and the connection would not be encrypted: listen on 127.0.0.1, \
         or give --insecure-http if the network is isolated"
    )]
    Insecure(IpAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// No randomness for the sign-in link.
    #[error("cannot make a sign-in link: the system gives no randomness")]
    Randomness,
}

/// An endpoint that is open. It stays open until [`Running::stop`], or until its runtime ends.
pub struct Running {
    address: SocketAddr,
    sign_in_link: Option<String>,
    endpoint: Shared,
    handle: Handle<SocketAddr>,
    server: JoinHandle<io::Result<()>>,
    upkeep: JoinHandle<()>,
}

/// Opens the endpoint. It accepts when this returns.
///
/// # Errors
/// It would not be safe, or the address is taken.
pub async fn serve(app: App, options: ServeOptions) -> Result<Running, ServeError> {
    let ServeOptions { listen, insecure_http, sign_in_link, host_names } = options;
    if !listen.ip().to_canonical().is_loopback() && !insecure_http {
        return Err(ServeError::Insecure(listen.ip()));
    }
    let failed = |source| ServeError::Listen { address: listen, source };
    let listener = TcpListener::bind(listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let hosts = Hosts::new(address.ip(), &host_names);
    let endpoint = Endpoint::new(app, hosts, false);
    let sign_in_link = match sign_in_link {
        true => {
            let code = endpoint.sign_in.issue().map_err(|_| ServeError::Randomness)?;
            Some(format!("{}/#code={code}", url_of(address)))
        }
        false => None,
    };
    let handle = Handle::new();
    let service = router(&endpoint).into_make_service_with_connect_info::<SocketAddr>();
    let mut server = axum_server::from_tcp(listener)
        .map_err(failed)?
        .acceptor(Connections::default())
        // TLS is not here yet, and without it no browser speaks HTTP/2.
        .http1_only()
        .handle(handle.clone());
    server.http_builder().http1().header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD_BYTES);
    let server = tokio::spawn(server.serve(service));
    handle.listening().await;
    let upkeep = tokio::spawn(merge_metrics(Shared::clone(&endpoint)));
    endpoint.app.endpoint_opened(shown(address));
    tracing::info!(%address, "listening");
    Ok(Running { address, sign_in_link, endpoint, handle, server, upkeep })
}

impl Running {
    /// Where it listens, e.g. `http://127.0.0.1:5000`.
    #[must_use]
    pub fn url(&self) -> String {
        url_of(self.address)
    }

    /// The address and port on which it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The one-time link with which a browser signs in as an admin, where one was asked for.
    #[must_use]
    pub fn sign_in_link(&self) -> Option<&str> {
        self.sign_in_link.as_deref()
    }

    /// Closes it: accepts nothing more, ends the feeds, and gives what was accepted time to finish.
    pub async fn stop(self) {
        self.endpoint.app.endpoint_closed(&self.url());
        self.endpoint.end();
        self.handle.graceful_shutdown(Some(CLOSING_TIMEOUT));
        match self.server.await {
            Ok(Ok(())) => tracing::info!("closed"),
            Ok(Err(error)) => tracing::error!(%error, "the endpoint failed"),
            Err(error) => tracing::error!(%error, "the endpoint broke off"),
        }
        self.upkeep.abort();
    }
}

async fn merge_metrics(endpoint: Shared) {
    let mut ticks = tokio::time::interval(METRICS_INTERVAL);
    loop {
        ticks.tick().await;
        endpoint.metrics.merge();
    }
}

/// How it is told to whoever wants to reach it.
fn shown(address: SocketAddr) -> EndpointView {
    let reachable = addresses::reachable(address.ip());
    EndpointView {
        url: url_of(address),
        addresses: reachable.iter().map(|ip| addresses::url("http", *ip, address.port())).collect(),
        ..EndpointView::default()
    }
}

fn url_of(address: SocketAddr) -> String {
    format!("http://{address}")
}
