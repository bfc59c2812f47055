//! Opens, moves and closes the endpoint as the settings say, while the depot runs.
//!
//! For the desktop; `depotd` is open for as long as it runs.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use depot_app::{
    App, EndpointFault, EndpointProblem, EndpointSettings, HttpSettings, LimitSettings, MdnsSettings,
    Settings, TlsSettings,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::serve::{Running, ServeError, ServeOptions, serve, speaks_tls};

/// How often it is tried again where it should listen and cannot: an address may come, a port become free.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// Follows the settings until [`Switch::stop`].
pub struct Switch {
    stopping: watch::Sender<bool>,
    following: JoinHandle<()>,
}

impl Switch {
    /// Opens the endpoint where the settings switch it on, and follows them from now on. Where it should listen and
    /// cannot, the depot says why, and it is tried again.
    #[must_use]
    pub fn follow(app: App) -> Self {
        let (stopping, stopped) = watch::channel(false);
        app.endpoint_follows_settings();
        Self { stopping, following: tokio::spawn(follow(app, stopped)) }
    }

    /// Closes the endpoint, where it is open, as [`Running::stop`] does.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        if let Err(error) = self.following.await {
            tracing::error!(%error, "the endpoint's switch broke off");
        }
    }
}

/// What an endpoint is opened with: another of these is another endpoint.
#[derive(Clone, PartialEq, Eq)]
struct Wanted {
    endpoint: EndpointSettings,
    tls: TlsSettings,
    mdns: MdnsSettings,
    limits: LimitSettings,
    http: HttpSettings,
}

impl Wanted {
    /// `None` where it is switched off.
    fn by(settings: &Settings) -> Option<Self> {
        let Settings { endpoint, tls, mdns, limits, http, .. } = settings.clone();
        endpoint.enabled.then_some(Self { endpoint, tls, mdns, limits, http })
    }
}

impl Wanted {
    /// Whether the two cannot listen at once, be it for the page on which phones learn to trust.
    fn is_in_the_way_of(&self, other: &Self) -> bool {
        let setup = |Self { endpoint, tls, .. }: &Self| {
            let port = u16::try_from(tls.setup_port).unwrap_or_default();
            let has_page = speaks_tls(endpoint.listen, endpoint.insecure_http) && tls.certificate.is_none();
            (has_page && port != 0).then(|| SocketAddr::new(endpoint.listen.ip(), port))
        };
        let places = |wanted: &Self| [Some(wanted.endpoint.listen), setup(wanted)];
        let others = places(other);
        places(self)
            .into_iter()
            .flatten()
            .any(|here| others.into_iter().flatten().any(|there| overlap(here, there)))
    }
}

async fn follow(app: App, mut stopped: watch::Receiver<bool>) {
    let mut settings = app.watch_settings();
    let mut open: Option<(Wanted, Running)> = None;
    loop {
        let wanted = Wanted::by(&settings.borrow_and_update());
        open = move_to(&app, open, wanted.clone()).await;
        let is_done = open.as_ref().map(|(wanted, _)| wanted) == wanted.as_ref();
        tokio::select! {
            _ = stopped.wait_for(|stopped| *stopped) => break,
            changed = settings.changed() => if changed.is_err() { break },
            () = tokio::time::sleep(TRY_AGAIN), if !is_done => {}
        }
    }
    if let Some((_, running)) = open {
        running.stop().await;
    }
}

/// Brings the endpoint to where it is wanted. One that cannot be opened there stays where it is, so that whoever
/// chose a bad address from a browser can choose another one.
async fn move_to(
    app: &App,
    open: Option<(Wanted, Running)>,
    wanted: Option<Wanted>,
) -> Option<(Wanted, Running)> {
    let Some(wanted) = wanted else {
        if let Some((_, running)) = open {
            running.stop().await;
        }
        app.endpoint_problem(None);
        return None;
    };
    if open.as_ref().is_some_and(|(present, _)| *present == wanted) {
        app.endpoint_problem(None);
        return open;
    }
    let listen = wanted.endpoint.listen;
    let options = ServeOptions { insecure_http: wanted.endpoint.insecure_http, ..ServeOptions::new(listen) };
    // Two cannot listen at one place, nor one everywhere beside one somewhere.
    let (left, open) = match open {
        Some((present, running)) if present.is_in_the_way_of(&wanted) => {
            running.stop().await;
            (Some(present), None)
        }
        other => (None, other),
    };
    match serve(app.clone(), options).await {
        Ok(running) => {
            if let Some((_, before)) = open {
                before.stop().await;
            }
            Some((wanted, running))
        }
        Err(error) => {
            tracing::warn!(%error, "the endpoint does not listen where it should; it is tried again");
            let back = match left {
                Some(left) => back_to(app, left).await,
                None => open,
            };
            app.endpoint_problem(Some(problem(listen, &error)));
            back
        }
    }
}

/// Opens it again where it was closed only to make room.
async fn back_to(app: &App, left: Wanted) -> Option<(Wanted, Running)> {
    let endpoint = left.endpoint;
    let options =
        ServeOptions { insecure_http: endpoint.insecure_http, ..ServeOptions::new(endpoint.listen) };
    match serve(app.clone(), options).await {
        Ok(running) => Some((left, running)),
        Err(error) => {
            tracing::error!(%error, "the endpoint could not be opened again where it was");
            None
        }
    }
}

fn overlap(one: SocketAddr, other: SocketAddr) -> bool {
    let meets = |a: IpAddr, b: IpAddr| a == b || a.is_unspecified() || b.is_unspecified();
    one.port() == other.port() && meets(one.ip().to_canonical(), other.ip().to_canonical())
}

fn problem(listen: SocketAddr, error: &ServeError) -> EndpointProblem {
    let fault = match error {
        ServeError::Listen { source, .. } => {
            let kinds = [
                (io::ErrorKind::AddrInUse, EndpointFault::PortTaken),
                (io::ErrorKind::AddrNotAvailable, EndpointFault::AddressMissing),
                (io::ErrorKind::PermissionDenied, EndpointFault::NotAllowed),
            ];
            let known = kinds.into_iter().find(|(kind, _)| *kind == source.kind());
            known.map_or(EndpointFault::Other, |(_, fault)| fault)
        }
        ServeError::Certificate(_) | ServeError::Randomness => EndpointFault::Other,
    };
    EndpointProblem { fault, listen: listen.to_string(), detail: error.to_string() }
}
