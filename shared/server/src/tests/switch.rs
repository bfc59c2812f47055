//! The endpoint's switch over real sockets: off listens nowhere, on listens, another port moves it, and trouble is told.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use depot_app::{
    Actor, AdminCommand, App, AppOptions, CommandRequest, DepotAnswer, DepotCommand, DepotQuery,
    EndpointFault, EndpointStatus, SettingChange, Settings, Trace,
};

use crate::Switch;

struct Desktop {
    app: App,
    _folder: tempfile::TempDir,
}

impl Desktop {
    fn open() -> (Self, Switch) {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
        let switch = Switch::follow(app.clone());
        (Self { app, _folder: folder }, switch)
    }

    async fn set(&self, changes: &[(&str, &str)]) {
        let change = |(key, value): &(&str, &str)| SettingChange {
            key: (*key).to_owned(),
            value: Some((*value).to_owned()),
        };
        let changes = changes.iter().map(change).collect();
        let command = DepotCommand::Depot { command: AdminCommand::ChangeSettings { changes } };
        self.app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.unwrap();
    }

    async fn endpoint(&self) -> EndpointStatus {
        let answer = self.app.query(&Actor::desk(), DepotQuery::Endpoint {}).await.unwrap().answer;
        let DepotAnswer::Endpoint(view) = answer else { panic!("{answer:?}") };
        view
    }

    /// Waits for the endpoint to be as wanted.
    async fn until(&self, wanted: impl Fn(&EndpointStatus) -> bool) -> EndpointStatus {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut changes = self.app.subscribe();
        loop {
            let view = self.endpoint().await;
            if wanted(&view) {
                return view;
            }
            assert!(Instant::now() < deadline, "it stays {view:?}");
            let _ = tokio::time::timeout(Duration::from_secs(1), changes.recv()).await;
        }
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn listens(at: SocketAddr) -> bool {
    TcpStream::connect(at).is_ok()
}

fn url_of(status: &EndpointStatus) -> Option<String> {
    status.open.as_ref().map(|open| open.url.clone())
}

fn url(at: SocketAddr) -> String {
    format!("http://{at}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_opens_moves_and_closes_with_the_settings() {
    let (first, second) = (free(), free());
    let (desktop, switch) = Desktop::open();
    let off = desktop.endpoint().await;
    assert_eq!((url_of(&off), off.follows_settings), (None, true));
    assert!(!listens(first));

    desktop.set(&[("endpoint.listen", &first.to_string())]).await;
    desktop.set(&[("endpoint.enabled", "true")]).await;
    let on = desktop.until(|view| view.open.is_some()).await;
    assert_eq!(url_of(&on), Some(url(first)));
    assert!(listens(first));

    desktop.set(&[("endpoint.listen", &second.to_string())]).await;
    desktop.until(|view| url_of(view) == Some(url(second))).await;
    assert!(listens(second));
    // Told before the old one has ended what it was asked.
    let deadline = Instant::now() + Duration::from_secs(15);
    while listens(first) {
        assert!(Instant::now() < deadline, "the old address still listens");
        tokio::task::yield_now().await;
    }

    desktop.set(&[("endpoint.enabled", "false")]).await;
    desktop.until(|view| view.open.is_none()).await;
    switch.stop().await;
    assert!(!listens(second));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_that_is_taken_is_told_and_the_old_one_stays() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap();
    let home = free();
    let (desktop, switch) = Desktop::open();
    desktop.set(&[("endpoint.listen", &home.to_string()), ("endpoint.enabled", "true")]).await;
    desktop.until(|view| view.open.is_some()).await;

    desktop.set(&[("endpoint.listen", &taken.to_string())]).await;
    let view = desktop.until(|view| view.problem.is_some()).await;
    let problem = view.problem.clone().unwrap();
    assert_eq!((problem.fault, problem.listen), (EndpointFault::PortTaken, taken.to_string()));
    assert_eq!(url_of(&view), Some(url(home)));
    assert!(listens(home));

    // It is tried again by itself.
    drop(other);
    desktop.until(|view| url_of(view) == Some(url(taken)) && view.problem.is_none()).await;

    // Where others could listen in, it speaks TLS.
    desktop.set(&[("endpoint.tls.setup_port", "0"), ("endpoint.listen", "0.0.0.0:0")]).await;
    let view = desktop.until(|view| url_of(view).is_some_and(|url| url.starts_with("https://"))).await;
    let open = view.open.unwrap();
    assert!(open.secure && open.fingerprint.is_some(), "{open:?}");
    assert_eq!(open.setup.len(), open.addresses.len());
    desktop.set(&[("endpoint.listen", "192.0.2.1:5000"), ("endpoint.insecure_http", "true")]).await;
    let not_here = |view: &EndpointStatus| {
        view.problem.as_ref().is_some_and(|problem| problem.fault == EndpointFault::AddressMissing)
    };
    desktop.until(not_here).await;
    switch.stop().await;
    assert!(!listens(taken));
}
