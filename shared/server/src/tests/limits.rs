//! Limits, ids and headers.

use axum::body::Body;
use axum::http::{Method, Request, header};
use depot_app::Role;
use serde_json::json;

use super::{Depot, anonymous};

#[tokio::test]
async fn beyond_the_rate_limit_a_request_is_told_when_to_come_back() {
    let depot = Depot::with(&["limits.rate.permits=2", "limits.rate.queue=0"]).await;
    for _ in 0..2 {
        depot.send(anonymous(Method::GET, "/api/session")).await.problem(401);
    }
    let refused = depot.send(anonymous(Method::GET, "/api/session")).await;
    let problem = refused.problem(429);
    let seconds: u64 = refused.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=10).contains(&seconds));
    assert_eq!(problem["retryAfter"], seconds);
    assert_eq!(problem["error"], "Too many requests");
    assert!(problem["message"].is_string());
    // Neither health checks nor the desk's files count, and another address has a window of its own.
    depot.send(anonymous(Method::GET, "/health/live")).await.ok();
    assert_eq!(depot.send(anonymous(Method::GET, "/metrics")).await.status, 429);
    let elsewhere = depot.send_from([192, 168, 1, 9].into(), anonymous(Method::GET, "/api/session")).await;
    assert_eq!(elsewhere.status(), 401);
}

fn with_token(token: &str) -> Request<Body> {
    let mut request = anonymous(Method::GET, "/api/session");
    request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
    request
}

#[tokio::test]
async fn credential_has_a_window_of_its_own_at_one_address() {
    let depot = Depot::with(&["limits.rate.permits=2", "limits.rate.queue=0"]).await;
    let phones = [depot.token(Role::Viewer).await, depot.token(Role::Viewer).await];
    for phone in &phones {
        depot.send(with_token(phone)).await.ok();
        depot.send(with_token(phone)).await.ok();
        depot.send(with_token(phone)).await.problem(429);
    }
    let elsewhere = depot.send_from([192, 168, 1, 9].into(), with_token(&phones[0])).await;
    assert_eq!(elsewhere.status(), 429, "one credential at two addresses has one window");
    depot.get("/api/session").await.ok();
    depot.send(anonymous(Method::GET, "/api/session")).await.problem(401);
}

#[tokio::test]
async fn credential_that_is_not_valid_counts_for_its_address() {
    let depot = Depot::with(&["limits.rate.permits=2", "limits.rate.queue=0"]).await;
    for guess in ["depot_a", "depot_b"] {
        depot.send(with_token(guess)).await.problem(401);
    }
    depot.send(with_token("depot_c")).await.problem(429);
    depot.send(anonymous(Method::GET, "/api/session")).await.problem(429);
    depot.get("/api/session").await.ok();
}

#[tokio::test]
async fn desk_in_a_browser_has_five_windows() {
    let depot = Depot::with(&["limits.rate.permits=2", "limits.rate.queue=0"]).await;
    let ask = || {
        let mut request = anonymous(Method::GET, "/api/session");
        let cookie = format!("depot_session=t.{}", depot.admin);
        request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        request
    };
    for _ in 0..10 {
        depot.send(ask()).await.ok();
    }
    depot.send(ask()).await.problem(429);
}

#[tokio::test]
async fn files_and_health_checks_are_bounded_too() {
    let depot = Depot::with(&["limits.rate.permits=1", "limits.rate.queue=0"]).await;
    for _ in 0..20 {
        depot.send(anonymous(Method::GET, "/health/live")).await.ok();
    }
    depot.send(anonymous(Method::GET, "/health/live")).await.problem(429);
    depot.get("/api/session").await.ok();
}

#[tokio::test]
async fn json_body_with_a_byte_order_mark_is_read() {
    let depot = Depot::new().await;
    for (path, body) in [
        ("/api/fleet/drivers", r#"{"name":"Ada","driverLicense":"L-1"}"#),
        ("/api/queries", r#"{"query":"session"}"#),
        (
            "/api/commands",
            r#"{"command":{"entity":"driver","id":"0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11","command":{"type":"addDriver","name":"Bob","driverLicense":"L-2"}}}"#,
        ),
    ] {
        let request = Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", depot.admin))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(format!("\u{feff}{body}")))
            .unwrap();
        depot.send(request).await.ok();
    }
    let only_a_mark = Request::post("/api/queries")
        .header(header::AUTHORIZATION, format!("Bearer {}", depot.admin))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from("\u{feff}"))
        .unwrap();
    depot.send(only_a_mark).await.problem(400);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let depot = Depot::new().await;
    let answer = depot.post("/api/fleet/drivers", json!({"name": "x".repeat(70_000)})).await;
    assert_eq!(answer.problem(413)["code"], "tooLarge");
}

#[tokio::test]
async fn a_body_is_json_and_says_so() {
    let depot = Depot::new().await;
    let with = |media_type: &str, body: &'static str| {
        Request::post("/api/fleet/drivers")
            .header(header::AUTHORIZATION, format!("Bearer {}", depot.admin))
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(body))
            .unwrap()
    };
    assert_eq!(depot.send(with("text/plain", "{}")).await.problem(415)["code"], "unsupportedMediaType");
    depot.send(with("application/json", "")).await.problem(400);
    depot.send(with("application/json; charset=utf-8", "{")).await.problem(400);
    let unknown = depot.send(with("application/json", r#"{"name":"A","driverLicense":"B","age":7}"#)).await;
    let problem = unknown.problem(400);
    assert_eq!(problem["field"], "age");
    assert!(problem["detail"].as_str().unwrap().contains("driverLicense"), "{problem}");
}

#[tokio::test]
async fn every_answer_bears_the_ids() {
    let depot = Depot::new().await;
    let given = depot.call_with(
        Method::GET,
        "/health",
        &[("x-request-id", "r-1"), ("x-correlation-id", "c-1")],
        None,
    );
    let given = given.await;
    assert_eq!(given.headers["x-request-id"], "r-1");
    assert_eq!(given.headers["x-correlation-id"], "c-1");
    let long = "x".repeat(129);
    let fresh = depot.call_with(Method::GET, "/api/nothing", &[("x-request-id", &long)], None).await;
    fresh.problem(404);
    assert_eq!(fresh.headers["x-request-id"].len(), 36);
    assert_eq!(fresh.headers["x-correlation-id"], fresh.headers["x-request-id"]);
    let refused = depot.send(anonymous(Method::GET, "/api/session")).await;
    assert!(refused.headers.contains_key("x-request-id"));
}

#[tokio::test]
async fn every_answer_bears_the_headers_that_browsers_heed() {
    let depot = Depot::new().await;
    for path in ["/api/session", "/health", "/", "/api/nothing"] {
        let headers = depot.get(path).await.headers;
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    }
    assert_eq!(depot.get("/api/session").await.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn another_host_is_not_ours() {
    let depot = Depot::new().await;
    let mut request = anonymous(Method::GET, "/health");
    request.headers_mut().insert(header::HOST, "evil.example".parse().unwrap());
    assert_eq!(depot.send(request).await.problem(421)["code"], "misdirected");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have() {
    let depot = Depot::new().await;
    let answer = depot.call(Method::DELETE, "/api/fleet/drivers", None).await;
    answer.problem(405);
    let allowed = answer.headers[header::ALLOW].to_str().unwrap();
    assert!(allowed.contains("GET") && allowed.contains("POST"), "{allowed}");
    assert_eq!(depot.call(Method::OPTIONS, "/api/fleet/drivers", None).await.status, 204);
    let head = depot.call(Method::HEAD, "/api/fleet/drivers", None).await;
    assert_eq!(head.status, 200);
    assert!(head.bytes.is_empty());
}

#[tokio::test]
async fn other_origins_are_let_in_only_where_the_settings_say_so() {
    let preflight = || {
        Request::options("/api/fleet/drivers")
            .header(header::ORIGIN, "https://planner.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization, content-type")
            .body(Body::empty())
            .unwrap()
    };
    let closed = Depot::new().await.send(preflight()).await;
    assert!(!closed.headers.contains_key("access-control-allow-origin"));
    let depot = Depot::with(&["http.cors_origins=https://planner.example"]).await;
    let open = depot.send(preflight()).await;
    assert_eq!(open.status, 200);
    assert_eq!(open.headers["access-control-allow-origin"], "https://planner.example");
    assert!(!open.headers.contains_key("access-control-allow-credentials"));
}

#[tokio::test]
async fn metrics_are_for_admins() {
    let depot = Depot::new().await;
    depot.get("/api/session").await.ok();
    let text = depot.get("/metrics").await.text();
    assert!(
        text.contains(r#"depot_http_requests_total{route="/api/session",method="GET",status="200"} 1"#),
        "{text}"
    );
    assert!(text.contains("depot_change_feeds 0"), "{text}");
    let viewer = depot.token(depot_app::Role::Viewer).await;
    let bearer = format!("Bearer {viewer}");
    let mut request = anonymous(Method::GET, "/metrics");
    request.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
    depot.send(request).await.problem(403);
}
