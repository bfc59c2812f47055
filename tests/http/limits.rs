//! What a client may take, and what every answer bears.

use acceptance::{Answer, Depot};
use futures_util::future::join_all;
use reqwest::Method;

#[tokio::test]
async fn beyond_the_rate_limit_comes_429() {
    let depot = Depot::by_default().set("limits.rate.queue=0").start();
    let desk = depot.admin();
    let answers = join_all((0..150).map(|_| desk.get("/api/fleet/overview"))).await;
    let (granted, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((granted.len(), refused.len()), (100, 50));
    for answer in refused {
        assert_eq!(answer.status, 429);
        let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=10).contains(&wait));
        let body = answer.json();
        assert!(
            body["error"].is_string() && body["message"].is_string() && body["retryAfter"].is_number(),
            "{body}"
        );
    }
    assert_eq!(depot.nobody().get("/health").await.status, 200, "health is not counted");
}

#[tokio::test]
async fn every_answer_bears_the_ids() {
    let depot = Depot::start();
    for path in ["/health", "/api/fleet/overview", "/api/nowhere", "/"] {
        let request = depot.nobody().request(Method::GET, path).header("X-Correlation-Id", "c-1");
        let answer = Answer::to(request).await;
        assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "{path}");
        assert_eq!(answer.header("x-correlation-id"), Some("c-1"), "{path}");
    }
}

#[tokio::test]
async fn other_pages_may_call_only_where_the_settings_say_so() {
    let depot = Depot::generous().set("http.cors_origins=https://erp.example").start();
    for (origin, allowed) in [("https://erp.example", true), ("https://evil.example", false)] {
        let request = depot.admin().request(Method::GET, "/api/fleet/overview").header("Origin", origin);
        let answer = Answer::to(request).await;
        assert_eq!(answer.header("access-control-allow-origin").is_some(), allowed, "{origin}");
    }
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let depot = Depot::start();
    let desk = depot.admin();
    let _ = desk.get("/api/fleet/overview").await.ok();
    let metrics = desk.get("/metrics").await;
    assert!(metrics.body.contains("/api/fleet/overview"), "{}", metrics.body);
}
