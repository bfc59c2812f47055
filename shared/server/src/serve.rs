//! Opens the endpoint on an address, with TLS where others could listen in, and closes it again without breaking off what
//! was accepted.

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::IntoMakeServiceWithConnectInfo;
use axum_server::tls_rustls::RustlsAcceptor;
use axum_server::{Handle, Server};
use chrono::Utc;
use depot_app::{App, EndpointView};
use mdns_sd::{DaemonEvent, Receiver};
use parking_lot::RwLock;
use tokio::task::JoinHandle;

use crate::addresses;
use crate::announce::{Announcement, Heard, heard};
use crate::connections::Connections;
use crate::endpoint::{Endpoint, Shared};
use crate::hosts::Hosts;
use crate::router::router;
use crate::setup::{self, Setup};
use crate::tls::{CertificateError, Certificates, Source, Trusted};

/// How long a client may take to send the head of a request, which is also how long an idle connection is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How large the head of a request may be.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How long requests that were accepted may take to finish when the endpoint closes.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to agree on TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How often it is looked whether the certificate still fits.
const CERTIFICATE_INTERVAL: Duration = Duration::from_secs(60);
/// How often counters are merged.
const METRICS_INTERVAL: Duration = Duration::from_secs(10);

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The address and port; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// Serve beyond this machine without TLS, because the network is isolated.
    pub insecure_http: bool,
    /// Serve with TLS on an address of this machine alone, too. On any other address TLS is the rule.
    pub tls: bool,
    /// Make a one-time link with which a browser signs in as an admin.
    pub sign_in_link: bool,
    /// Host names under which clients reach this machine, beside its addresses and `localhost`.
    pub host_names: Vec<String>,
}

impl ServeOptions {
    /// Serves on this address: with TLS where other machines reach it.
    #[must_use]
    pub const fn new(listen: SocketAddr) -> Self {
        Self { listen, insecure_http: false, tls: false, sign_in_link: false, host_names: Vec::new() }
    }
}

/// Why the endpoint could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// There is no certificate to show.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
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
    url: String,
    address: SocketAddr,
    setup_url: Option<String>,
    sign_in_link: Option<String>,
    endpoint: Shared,
    handle: Handle<SocketAddr>,
    servers: Vec<JoinHandle<io::Result<()>>>,
    upkeep: Vec<JoinHandle<()>>,
    announcement: Option<Announcement>,
}

/// Opens the endpoint. It accepts when this returns.
///
/// # Errors
/// It would not be safe, or the address is taken.
pub async fn serve(app: App, options: ServeOptions) -> Result<Running, ServeError> {
    let ServeOptions { listen, insecure_http, tls, sign_in_link, mut host_names } = options;
    let is_secure = tls || speaks_tls(listen, insecure_http);
    let (listener, address) = bind(listen)?;
    let reachable = addresses::reachable(address.ip());
    let mdns = app.settings().mdns.clone();
    let name = (mdns.announce && !reachable.is_empty()).then(|| format!("{}.local", mdns.name));
    host_names.extend(name.clone());
    let secured = is_secure.then(|| Secured::open(&app, address, &host_names)).transpose()?;
    let scheme = if is_secure { "https" } else { "http" };
    let url = format!("{scheme}://{address}");
    let hosts = Hosts::new(address.ip(), &host_names);
    let endpoint = Endpoint::new(app, hosts, is_secure);
    let sign_in_link = match sign_in_link {
        true => {
            let code = endpoint.sign_in.issue().map_err(|_| ServeError::Randomness)?;
            Some(format!("{url}/#code={code}"))
        }
        false => None,
    };
    let handle = Handle::new();
    let mut running = Running {
        url,
        address,
        setup_url: None,
        sign_in_link,
        endpoint: Shared::clone(&endpoint),
        handle: handle.clone(),
        servers: Vec::new(),
        upkeep: vec![tokio::spawn(merge_metrics(Shared::clone(&endpoint)))],
        announcement: None,
    };
    let mut shown = EndpointView { url: running.url.clone(), secure: is_secure, ..EndpointView::default() };
    shown.addresses = reachable.iter().map(|ip| addresses::url(scheme, *ip, address.port())).collect();
    let connections = Connections::default();
    let mut routes = router(&endpoint);
    let mut setup_port = None;
    let server = axum_server::from_tcp(listener).map_err(failed_on(listen))?;
    match secured {
        None => {
            let server = limited(server.acceptor(connections), &handle);
            running.servers.push(tokio::spawn(server.serve(service(routes))));
        }
        Some(Secured { certificates, authority, setup }) => {
            if let Some((setup_listener, setup_address, page)) = setup {
                routes = routes.merge(setup::routes(page.clone()));
                let server = axum_server::from_tcp(setup_listener).map_err(failed_on(setup_address))?;
                let server = limited(server.acceptor(connections.clone()), &handle);
                running.servers.push(tokio::spawn(server.serve(service(setup::alone(page)))));
                running.setup_url = Some(format!("http://{setup_address}"));
                let shown_at = |ip| format!("{}/", addresses::url("http", ip, setup_address.port()));
                setup_port = Some(setup_address.port());
                shown.setup = reachable.iter().copied().map(shown_at).collect();
            }
            shown.fingerprint = authority.as_ref().map(|authority| authority.read().fingerprint.clone());
            let acceptor = RustlsAcceptor::new(certificates.config.clone())
                .handshake_timeout(HANDSHAKE_TIMEOUT)
                .acceptor(connections);
            let server = limited(server.acceptor(acceptor), &handle);
            running.servers.push(tokio::spawn(server.serve(service(routes))));
            running.upkeep.push(tokio::spawn(renew(certificates, authority, address, host_names)));
        }
    }
    handle.listening().await;
    endpoint.app.endpoint_opened(shown.clone());
    tracing::info!(%address, is_secure, "listening");
    if let Some(name) = name {
        running.announce(&mdns.name, Named { name, scheme, shown, setup_port });
    }
    Ok(running)
}

/// Whether TLS is the rule there: others could listen in, and nobody said that they may.
pub(crate) fn speaks_tls(listen: SocketAddr, insecure_http: bool) -> bool {
    !listen.ip().to_canonical().is_loopback() && !insecure_http
}

fn service(routes: Router) -> IntoMakeServiceWithConnectInfo<Router, SocketAddr> {
    routes.into_make_service_with_connect_info::<SocketAddr>()
}

fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let listener = TcpListener::bind(listen).map_err(failed_on(listen))?;
    let address = listener.local_addr().map_err(failed_on(listen))?;
    Ok((listener, address))
}

fn failed_on(address: SocketAddr) -> impl Fn(io::Error) -> ServeError {
    move |source| ServeError::Listen { address, source }
}

/// What an endpoint with TLS needs beside its own listener.
struct Secured {
    certificates: Certificates,
    authority: Option<Arc<RwLock<Trusted>>>,
    /// The page over plain HTTP; none where phones have nothing to learn.
    setup: Option<(TcpListener, SocketAddr, Setup)>,
}

impl Secured {
    fn open(app: &App, address: SocketAddr, host_names: &[String]) -> Result<Self, ServeError> {
        let settings = app.settings();
        let source = Source::of(app.folder(), settings.tls.certificate.clone(), settings.tls.key.clone())?;
        let certificates = Certificates::open(source, &names(address, host_names), Utc::now())?;
        let authority = certificates.authority.clone().map(|trusted| Arc::new(RwLock::new(trusted)));
        let setup = match &authority {
            None => None,
            Some(authority) => {
                let port = u16::try_from(settings.tls.setup_port).unwrap_or_default();
                let (listener, setup_address) = bind(SocketAddr::new(address.ip(), port))?;
                let page = Setup {
                    authority: Arc::clone(authority),
                    port: address.port(),
                    addresses: addresses::reachable(address.ip()),
                };
                Some((listener, setup_address, page))
            }
        };
        Ok(Self { certificates, authority, setup })
    }
}

/// With the limits of every server of ours.
fn limited<A>(mut server: Server<SocketAddr, A>, handle: &Handle<SocketAddr>) -> Server<SocketAddr, A> {
    server.http_builder().http1().header_read_timeout(HEAD_TIMEOUT).max_buf_size(MAX_HEAD_BYTES);
    // The phone's app needs nothing of HTTP/2, and each protocol less is one less to guard.
    server.http1_only().handle(handle.clone())
}

/// For whom the certificate is: every address that leads here, and the names.
fn names(address: SocketAddr, host_names: &[String]) -> BTreeSet<String> {
    let here = ["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    let reachable = addresses::reachable(address.ip()).into_iter().map(|ip| ip.to_string());
    here.into_iter().chain(reachable).chain(host_names.iter().map(|name| name.to_ascii_lowercase())).collect()
}

/// Looks now and then whether the certificate still fits, and puts another in where it does not.
async fn renew(
    mut certificates: Certificates,
    authority: Option<Arc<RwLock<Trusted>>>,
    address: SocketAddr,
    host_names: Vec<String>,
) {
    let mut ticks = tokio::time::interval(CERTIFICATE_INTERVAL);
    loop {
        ticks.tick().await;
        match certificates.renew(&names(address, &host_names), Utc::now()) {
            Ok(false) => {}
            Ok(true) => {
                tracing::info!("the certificate was renewed");
                if let (Some(shown), Some(trusted)) = (&authority, &certificates.authority) {
                    *shown.write() = trusted.clone();
                }
            }
            // The present one stays: it may still be good for most.
            Err(error) => tracing::error!(%error, "the certificate was not renewed"),
        }
    }
}

impl Running {
    /// Where it listens, e.g. `http://127.0.0.1:5000`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The address and port on which it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where plain HTTP serves the page on which phones learn to trust the depot, where there is one.
    #[must_use]
    pub fn setup_url(&self) -> Option<&str> {
        self.setup_url.as_deref()
    }

    /// The one-time link with which a browser signs in as an admin, where one was asked for.
    #[must_use]
    pub fn sign_in_link(&self) -> Option<&str> {
        self.sign_in_link.as_deref()
    }

    /// Whether the network is told of it.
    #[cfg(test)]
    pub(crate) const fn is_announced(&self) -> bool {
        self.announcement.is_some()
    }

    /// Tells the network of the name, and the desk once the network knows it.
    fn announce(&mut self, label: &str, named: Named) {
        let announcement = match Announcement::begin(label, self.address) {
            Ok(announcement) => announcement,
            Err(error) => {
                tracing::warn!(%error, "the network is not told of the endpoint");
                return;
            }
        };
        self.upkeep.push(tokio::spawn(tell_of_name(
            announcement.events(),
            Shared::clone(&self.endpoint),
            self.address.port(),
            named,
        )));
        self.announcement = Some(announcement);
    }

    /// Closes it: accepts nothing more, ends the feeds, and gives what was accepted time to finish.
    pub async fn stop(self) {
        for task in self.upkeep {
            task.abort();
        }
        self.endpoint.app.endpoint_closed(&self.url);
        if let Some(announcement) = self.announcement {
            announcement.end().await;
        }
        self.endpoint.end();
        self.handle.graceful_shutdown(Some(CLOSING_TIMEOUT));
        for server in self.servers {
            match server.await {
                Ok(Ok(())) => tracing::info!("closed"),
                Ok(Err(error)) => tracing::error!(%error, "the endpoint failed"),
                Err(error) => tracing::error!(%error, "the endpoint broke off"),
            }
        }
    }
}

/// A name under which the endpoint is to be reached.
struct Named {
    name: String,
    scheme: &'static str,
    /// How it is reached without that.
    shown: EndpointView,
    setup_port: Option<u16>,
}

/// Shows the name beside the addresses once the network was told, and no longer where another machine has it.
async fn tell_of_name(events: Receiver<DaemonEvent>, endpoint: Shared, port: u16, named: Named) {
    let Named { name, scheme, shown, setup_port } = named;
    let mut is_shown = false;
    while let Some(heard) = heard(&events).await {
        let mut view = shown.clone();
        match heard {
            // Told again on each network.
            Heard::Announced if is_shown => continue,
            Heard::Announced => {
                view.addresses.push(format!("{scheme}://{name}:{port}"));
                view.setup.extend(setup_port.map(|port| format!("http://{name}:{port}/")));
                tracing::info!(name, "announced");
            }
            Heard::Taken => {
                tracing::warn!(name, "another machine has this name: choose another with endpoint.mdns.name");
            }
        }
        endpoint.app.endpoint_opened(view);
        is_shown = true;
        if heard == Heard::Taken {
            return;
        }
    }
}

async fn merge_metrics(endpoint: Shared) {
    let mut ticks = tokio::time::interval(METRICS_INTERVAL);
    loop {
        ticks.tick().await;
        endpoint.metrics.merge();
    }
}
