//! Nothing that was acknowledged is lost, however the depot ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use acceptance::{Answer, Client, Depot};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_restart_in_the_middle_of_a_day_changes_nothing() {
    let mut depot = Depot::start();
    let desk = depot.admin();
    let (delivery, staff) = desk.delivery_in("InTransit").await;
    let _ = desk.reach(&delivery, &staff.route, 1).await.ok();
    let before = desk.delivery(&delivery).await;
    depot.stop("TERM");
    depot.start_again();
    let desk = depot.admin();
    assert_eq!(desk.delivery(&delivery).await, before);
    let _ =
        desk.book_driver(&staff.route, &staff.driver).await.refused(400).with("deliveryId", delivery.clone());
    assert_eq!(desk.reach(&delivery, &staff.route, 2).await.ok()["status"], "OutForDelivery");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let mut depot = Depot::start();
    for signal in ["KILL", "KILL", "TERM"] {
        let desk = depot.admin();
        let stopped = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> =
            (0..16).map(|_| tokio::spawn(write(desk.clone(), Arc::clone(&stopped)))).collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        depot.stop(signal);
        stopped.store(true, Ordering::Relaxed);
        let mut acknowledged = vec![];
        for writer in writers {
            acknowledged.extend(writer.await.unwrap());
        }
        assert!(acknowledged.len() > 20, "{} writes before {signal}", acknowledged.len());
        depot.start_again();
        let desk = depot.admin();
        for id in acknowledged {
            assert_eq!(
                desk.get(&format!("/api/fleet/drivers/{id}")).await.status,
                200,
                "{id} was lost by {signal}"
            );
        }
    }
    depot.stop("TERM");
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success && verified.out.contains("none missing and none changed"), "{verified:?}");
}

async fn write(desk: Client, stopped: Arc<AtomicBool>) -> Vec<String> {
    let mut acknowledged = vec![];
    while !stopped.load(Ordering::Relaxed) {
        let license = uuid::Uuid::now_v7().to_string();
        let request = desk.request(Method::POST, "/api/fleet/drivers");
        match Answer::maybe(request.json(&json!({"name": "Ada", "driverLicense": license}))).await {
            Ok(answer) if answer.status == 200 => acknowledged.push(answer.id()),
            Ok(answer) => panic!("{}: {}", answer.status, answer.body),
            Err(_) => break,
        }
    }
    acknowledged
}
