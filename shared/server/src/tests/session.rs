//! Signing in and out with a browser, and what a cookie alone must not do.

use axum::body::Body;
use axum::http::{Method, Request, header};
use chrono::TimeDelta;
use depot_app::{NewToken, Role};
use serde_json::json;
use uuid::Uuid;

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
        for attribute in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=2592000"] {
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

#[tokio::test]
async fn only_what_a_phone_writes_puts_off_the_end_of_its_cookie() {
    let depot = Depot::new().await;
    let ada = depot.post("/api/fleet/drivers", json!({"name": "Ada", "driverLicense": "L-1"})).await.ok();
    let driver_id = ada["id"].as_str().unwrap().parse::<Uuid>().unwrap().into();
    let name = "Phone".to_owned();
    let new = NewToken { role: Role::Driver, name, driver_id: Some(driver_id), expires_in: None };
    let token = depot.app.create_token(new).await.unwrap().token;
    let renewed = async |method: Method, cookie: &str| {
        let is_write = method == Method::POST;
        let (path, body) =
            if is_write { ("/api/queries", r#"{"query": "session"}"#) } else { ("/api/session", "") };
        let answer = depot.browser(method, path, &[("cookie", cookie)], body).await;
        answer.ok();
        answer.headers.get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned())
    };
    let cookie = format!("depot_session=s.{token}");
    let lasting = format!("{cookie}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000");
    assert_eq!(renewed(Method::POST, &cookie).await, Some(lasting));
    assert_eq!(renewed(Method::GET, &cookie).await, None);
    // What was pasted, or belongs to somebody at a desk, ends when it was said to.
    assert_eq!(renewed(Method::POST, &format!("depot_session=t.{token}")).await, None);
    assert_eq!(renewed(Method::POST, &format!("depot_session=s.{}", depot.admin)).await, None);
}

#[tokio::test]
async fn a_credential_that_holds_no_more_is_told_from_one_that_never_did() {
    let depot = Depot::new().await;
    let new =
        |expires_in| NewToken { role: Role::Viewer, name: "Screen".to_owned(), driver_id: None, expires_in };
    let revoked = depot.app.create_token(new(None)).await.unwrap();
    depot.app.revoke_token(&revoked.id.to_string()).await.unwrap();
    let expired = depot.app.create_token(new(Some(TimeDelta::zero()))).await.unwrap();
    for (token, code, why) in [
        (revoked.token.as_str(), "revoked", "was revoked"),
        (expired.token.as_str(), "expired", "not used for too long"),
        ("depot_nonsense", "unauthenticated", "not known here"),
    ] {
        let bearer = format!("Bearer {token}");
        let answer = depot.browser(Method::GET, "/api/session", &[("authorization", &bearer)], "").await;
        let problem = answer.problem(401);
        assert_eq!(problem["code"], code);
        assert!(problem["detail"].as_str().unwrap().contains(why), "{problem}");
    }
}
