//! Signing in and out with a browser, and what a cookie alone must not do.

use axum::body::Body;
use axum::http::{Method, Request, header};
use depot_app::Role;
use serde_json::json;

use super::{Answer, Depot};

impl Depot {
    async fn browser(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    /// Signs in, and gives the cookie as a browser sends it back.
    async fn sign_in(&self, with: serde_json::Value) -> String {
        let answer = self.browser(Method::POST, "/api/session", &[], &with.to_string()).await;
        answer.ok();
        let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
        for attribute in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        cookie.split(';').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_code_signs_in_once_and_signing_out_revokes_what_it_gave() {
    let depot = Depot::new().await;
    let code = depot.endpoint.sign_in.issue().unwrap();
    let cookie = depot.sign_in(json!({"code": code})).await;
    let again = depot.browser(Method::POST, "/api/session", &[], &json!({"code": code}).to_string()).await;
    again.problem(401);
    let cookie = [("cookie", cookie.as_str())];
    let me = depot.browser(Method::GET, "/api/session", &cookie, "").await.ok();
    assert_eq!(me["role"], "admin");
    assert_eq!(depot.browser(Method::DELETE, "/api/session", &cookie, "").await.status, 204);
    depot.browser(Method::GET, "/api/session", &cookie, "").await.problem(401);
}

#[tokio::test]
async fn a_pasted_token_outlives_the_session() {
    let depot = Depot::new().await;
    let token = depot.token(Role::Dispatcher).await;
    let cookie = depot.sign_in(json!({"token": token})).await;
    let cookie = [("cookie", cookie.as_str())];
    assert_eq!(depot.browser(Method::GET, "/api/session", &cookie, "").await.ok()["role"], "dispatcher");
    let gone = depot.browser(Method::DELETE, "/api/session", &cookie, "").await;
    assert!(gone.headers[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    depot.sign_in(json!({"token": token})).await;
    depot.browser(Method::POST, "/api/session", &[], r#"{"token": "nonsense"}"#).await.problem(401);
    depot.browser(Method::POST, "/api/session", &[], "{}").await.problem(400);
}

#[tokio::test]
async fn wrong_codes_are_limited() {
    let depot = Depot::new().await;
    for _ in 0..5 {
        depot.browser(Method::POST, "/api/session", &[], r#"{"code": "guess"}"#).await.problem(401);
    }
    let refused = depot.browser(Method::POST, "/api/session", &[], r#"{"code": "guess"}"#).await;
    refused.problem(429);
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn a_page_of_somebody_else_cannot_write_with_our_cookie() {
    let depot = Depot::new().await;
    let cookie = depot.sign_in(json!({"token": depot.admin})).await;
    let body = r#"{"name": "Ada", "driverLicense": "L-1"}"#;
    let write = async |more: (&str, &str)| {
        let headers = [("cookie", cookie.as_str()), more];
        depot.browser(Method::POST, "/api/fleet/drivers", &headers, body).await.status
    };
    assert_eq!(write(("origin", "http://evil.example")).await, 403);
    assert_eq!(write(("sec-fetch-site", "cross-site")).await, 403);
    assert_eq!(write(("origin", "http://127.0.0.1:5000")).await, 200);
    let sign_in = json!({"token": depot.admin}).to_string();
    let foreign = [("origin", "http://evil.example")];
    depot.browser(Method::POST, "/api/session", &foreign, &sign_in).await.problem(403);
}
