//! A read sees every write that was acknowledged before it.

use acceptance::Depot;
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test]
async fn whatever_was_acknowledged_is_seen_at_once() {
    let depot = Depot::start();
    let desk = depot.admin();
    let writers = (0..16).map(|writer| {
        let desk = desk.clone();
        async move {
            for number in 0..25 {
                let body = json!({"name": format!("D {writer} {number}"), "driverLicense": format!("L-{writer}-{number}")});
                let id = desk.post("/api/fleet/drivers", body).await.id();
                assert_eq!(desk.get(&format!("/api/fleet/drivers/{id}")).await.status, 200);
                let listed = desk.get(&format!("/api/fleet/drivers?text=D%20{writer}%20{number}&limit=500")).await.ok();
                assert!(listed["items"].as_array().unwrap().iter().any(|driver| driver["driverId"] == json!(id)));
            }
        }
    });
    join_all(writers).await;
    assert_eq!(desk.head().await, 400);
}

#[tokio::test]
async fn pages_hold_everything_once() {
    let depot = Depot::start();
    let desk = depot.admin();
    for number in 0..130 {
        let body = json!({"name": format!("Twin {}", number % 3), "driverLicense": format!("L-{number}")});
        let _ = desk.post("/api/fleet/drivers", body).await.ok();
    }
    let first = desk.get("/api/fleet/drivers").await.ok();
    assert_eq!(first["items"].as_array().unwrap().len(), 50, "the default");
    for order in ["sort=name", "sort=updatedAt&descending=true", "sort=driverLicense"] {
        let (mut seen, mut cursor) = (vec![], String::new());
        loop {
            let page = desk.get(&format!("/api/fleet/drivers?{order}&limit=40{cursor}")).await.ok();
            seen.extend(
                page["items"].as_array().unwrap().iter().map(|d| d["driverId"].as_str().unwrap().to_owned()),
            );
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 130, "{order}");
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 130, "{order}");
    }
}
