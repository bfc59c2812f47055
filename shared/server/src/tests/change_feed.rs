//! The change feed: tells of changes, resumes, and ends when it must.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Response};
use http_body_util::BodyExt as _;
use serde_json::json;

use super::{Depot, anonymous};
use crate::feeds::{FEEDS_MAX, FEEDS_PER_CREDENTIAL_MAX};

impl Depot {
    async fn feed(&self, token: &str, last_event_id: Option<&str>) -> Feed {
        let mut request = anonymous(Method::GET, "/api/changes");
        let headers = request.headers_mut();
        headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        if let Some(id) = last_event_id {
            headers.insert("last-event-id", id.parse().unwrap());
        }
        let response = self.send_from([127, 0, 0, 1].into(), request).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Feed(response)
    }

    async fn add_driver(&self, number: u32) {
        let driver = json!({"name": format!("Driver {number}"), "driverLicense": format!("L-{number}")});
        self.post("/api/fleet/drivers", driver).await.ok();
    }
}

struct Feed(Response<Body>);

impl Feed {
    /// What comes next; `None` when the feed has ended.
    async fn next(&mut self) -> Option<String> {
        let frame = tokio::time::timeout(Duration::from_secs(5), self.0.body_mut().frame()).await.unwrap()?;
        Some(String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
    }
}

#[tokio::test]
async fn tells_of_changes_as_they_happen() {
    let depot = Depot::new().await;
    let mut feed = depot.feed(&depot.admin, None).await;
    assert!(feed.next().await.unwrap().contains(": connected"));
    depot.add_driver(1).await;
    let told = feed.next().await.unwrap();
    assert!(told.contains("event: changed\n") && told.contains("id: 1\n"), "{told}");
    assert!(told.contains(r#""drivers""#), "{told}");
}

#[tokio::test]
async fn resumes_where_the_client_was() {
    let depot = Depot::new().await;
    depot.add_driver(1).await;
    depot.add_driver(2).await;
    let mut behind = depot.feed(&depot.admin, Some("1")).await;
    assert!(behind.next().await.unwrap().contains("id: 2\n"));
    let mut level = depot.feed(&depot.admin, Some("2")).await;
    assert!(!level.next().await.unwrap().contains("id:"));
}

#[tokio::test]
async fn ends_when_the_token_is_revoked_and_when_the_endpoint_closes() {
    let depot = Depot::new().await;
    let new = depot_app::NewToken {
        role: depot_app::Role::Viewer,
        name: "A screen on the wall".to_owned(),
        driver_id: None,
        expires_in: None,
    };
    let screen = depot.app.create_token(new).await.unwrap();
    let mut revoked = depot.feed(&screen.token, None).await;
    let mut closed = depot.feed(&depot.admin, None).await;
    revoked.next().await.unwrap();
    closed.next().await.unwrap();
    depot.app.revoke_token(&screen.id.to_string()).await.unwrap();
    depot.add_driver(1).await;
    assert_eq!(revoked.next().await, None);
    assert!(closed.next().await.unwrap().contains("changed"));
    depot.endpoint.end();
    assert_eq!(closed.next().await, None);
}

#[tokio::test]
async fn feeds_are_limited_by_credential_and_in_all() {
    let depot = Depot::new().await;
    let mut feeds = Vec::new();
    for _ in 0..FEEDS_PER_CREDENTIAL_MAX {
        feeds.push(depot.feed(&depot.admin, None).await);
    }
    depot.get("/api/changes").await.problem(429);
    feeds.pop();
    feeds.push(depot.feed(&depot.admin, None).await);
    while feeds.len() < FEEDS_MAX {
        let screen = depot.token(depot_app::Role::Viewer).await;
        for _ in 0..FEEDS_PER_CREDENTIAL_MAX {
            feeds.push(depot.feed(&screen, None).await);
        }
    }
    let one_more = depot.token(depot_app::Role::Viewer).await;
    let mut request = anonymous(Method::GET, "/api/changes");
    request.headers_mut().insert("authorization", format!("Bearer {one_more}").parse().unwrap());
    depot.send(request).await.problem(429);
    drop(feeds);
    depot.feed(&one_more, None).await;
}

#[tokio::test]
async fn feed_ends_soon_after_another_process_revokes_its_token() {
    let depot = Depot::new().await;
    let new = depot_app::NewToken {
        role: depot_app::Role::Viewer,
        name: "A screen".to_owned(),
        driver_id: None,
        expires_in: None,
    };
    let screen = depot.app.create_token(new).await.unwrap();
    let mut feed = depot.feed(&screen.token, None).await;
    feed.next().await.unwrap();
    let database = rusqlite::Connection::open(depot.app.folder().join("depot.sqlite3")).unwrap();
    database.execute("UPDATE tokens SET revoked_at = 1 WHERE id = ?1", [screen.id]).unwrap();
    assert_eq!(feed.next().await, None, "long before the next sign of life");
}

#[tokio::test]
async fn an_id_that_is_none() {
    let depot = Depot::new().await;
    depot.call_with(Method::GET, "/api/changes", &[("last-event-id", "x")], None).await.problem(400);
}
