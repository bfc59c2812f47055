//! The endpoint's name on the network, as another program finds it: there while the endpoint is open, gone after.

use std::time::{Duration, Instant};

use depot_app::{Actor, App, AppOptions, DepotAnswer, DepotQuery, Settings};
use mdns_sd::{Receiver, ServiceDaemon, ServiceEvent};

use crate::announce::{Announcement, Heard, SERVICE, heard};
use crate::{ServeOptions, addresses, serve};

const PATIENCE: Duration = Duration::from_secs(30);

/// What a browser of the network tells, until it tells what is waited for.
fn until<T>(browser: &Receiver<ServiceEvent>, wanted: impl Fn(ServiceEvent) -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let event = browser.recv_timeout(left).expect("the network tells of it in time");
        if let Some(found) = wanted(event) {
            return found;
        }
    }
}

/// A name that no other test and no other machine has.
fn name() -> String {
    format!("depot-{}", &uuid::Uuid::now_v7().simple().to_string()[20..])
}

fn open(folder: &std::path::Path, set: &[String]) -> App {
    App::open(AppOptions::new(folder, Settings::load(folder, [], set).unwrap())).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_finds_the_endpoint_by_its_name_while_it_is_open() {
    let (folder, name) = (tempfile::tempdir().unwrap(), name());
    let set = [format!("endpoint.mdns.name={name}"), "endpoint.tls.setup_port=0".to_owned()];
    let app = open(folder.path(), &set);
    let running = serve(app.clone(), ServeOptions::new("0.0.0.0:0".parse().unwrap())).await.unwrap();
    let (port, host) = (running.address().port(), format!("{name}.local."));
    let here = addresses::reachable("0.0.0.0".parse().unwrap());
    assert!(!here.is_empty(), "this test needs a network card that is up, beside the loopback one");

    let network = ServiceDaemon::new().unwrap();
    let browser = network.browse(SERVICE).unwrap();
    let found = tokio::task::block_in_place(|| {
        until(&browser, |event| {
            let ServiceEvent::ServiceResolved(found) = event else { return None };
            (found.get_hostname() == host).then_some(found)
        })
    });
    assert_eq!(found.get_port(), port);
    let told: Vec<_> = found.get_addresses().iter().map(mdns_sd::ScopedIp::to_ip_addr).collect();
    assert!(told.iter().all(|address| here.contains(address)), "{told:?}");
    assert_eq!(found.get_properties().len(), 0, "everybody can read them");

    let closing = Instant::now();
    running.stop().await;
    tokio::task::block_in_place(|| {
        until(&browser, |event| {
            let ServiceEvent::ServiceRemoved(_, gone) = event else { return None };
            (gone == found.get_fullname()).then_some(())
        });
    });
    assert!(closing.elapsed() < PATIENCE, "it says goodbye, and does not leave it to be forgotten");
    network.shutdown().unwrap();
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_desk_shows_the_name_beside_the_addresses_and_a_certificate_is_for_it() {
    let (folder, name) = (tempfile::tempdir().unwrap(), name());
    let set = [format!("endpoint.mdns.name={name}"), "endpoint.tls.setup_port=0".to_owned()];
    let app = open(folder.path(), &set);
    let mut changes = app.subscribe();
    let running = serve(app.clone(), ServeOptions::new("0.0.0.0:0".parse().unwrap())).await.unwrap();
    let wanted = format!("https://{name}.local:{}", running.address().port());
    let deadline = Instant::now() + PATIENCE;
    let shown = loop {
        let answer = app.query(&Actor::desk(), DepotQuery::Endpoint {}).await.unwrap().answer;
        let DepotAnswer::Endpoint(status) = answer else { panic!() };
        let open = status.open.unwrap();
        if open.addresses.contains(&wanted) {
            break open;
        }
        assert!(Instant::now() < deadline, "{open:?}");
        let _ = tokio::time::timeout(Duration::from_secs(1), changes.recv()).await;
    };
    assert_eq!((shown.addresses.last(), shown.addresses.len()), (Some(&wanted), shown.setup.len()));
    assert_ne!(shown.addresses.first(), Some(&wanted), "an address works on every phone");
    let leaf = std::fs::read_to_string(folder.path().join("tls/leaf.json")).unwrap();
    assert!(leaf.contains(&format!("{name}.local")), "{leaf}");
    running.stop().await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_announced_where_it_is_switched_off_or_only_this_machine_is_served() {
    let announced = async |set: &[&str], listen: &str| {
        let folder = tempfile::tempdir().unwrap();
        let set: Vec<String> =
            ["endpoint.tls.setup_port=0"].iter().chain(set).map(|s| (*s).to_owned()).collect();
        let app = open(folder.path(), &set);
        let running = serve(app.clone(), ServeOptions::new(listen.parse().unwrap())).await.unwrap();
        let is_announced = running.is_announced();
        running.stop().await;
        app.close().await;
        is_announced
    };
    assert!(!announced(&["endpoint.mdns.announce=false"], "0.0.0.0:0").await);
    assert!(!announced(&[], "127.0.0.1:0").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_machines_with_one_name_the_second_is_told() {
    let name = name();
    let first = Announcement::begin(&name, "0.0.0.0:5000".parse().unwrap()).unwrap();
    assert_eq!(tokio::time::timeout(PATIENCE, heard(&first.events())).await, Ok(Some(Heard::Announced)));
    // Another port contradicts what the first says, as another machine's address would.
    let second = Announcement::begin(&name, "0.0.0.0:5001".parse().unwrap()).unwrap();
    assert_eq!(tokio::time::timeout(PATIENCE, heard(&second.events())).await, Ok(Some(Heard::Taken)));
    first.end().await;
}
