//! The endpoint as a client sees it, without a network: requests go straight into the router over a real depot.

mod announce;
mod change_feed;
mod desk;
mod limits;
mod resources;
mod session;
mod switch;
mod walk;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use depot_app::{App, AppOptions, NewToken, Role, Settings};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::endpoint::{Endpoint, Shared};
use crate::hosts::Hosts;
use crate::router::router;

/// A depot of a test's own, and the way into it.
struct Depot {
    app: App,
    endpoint: Shared,
    router: Router,
    admin: String,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).unwrap()
    }

    /// The answer, which must be a problem document of this status.
    #[track_caller]
    fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.bytes));
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json");
        let document = self.json();
        assert_eq!(document["status"], status);
        assert_eq!(document["message"], document["detail"]);
        document
    }

    /// The answer, which must be a success.
    #[track_caller]
    fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }
}

impl Depot {
    async fn new() -> Self {
        // Tests ask more often than anybody else.
        Self::with(&["limits.rate.permits=100000"]).await
    }

    async fn with(set: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let set: Vec<String> = set.iter().map(|&set| set.to_owned()).collect();
        let settings = Settings::load(folder.path(), std::iter::empty(), &set).unwrap();
        let app = App::open(AppOptions::new(folder.path().to_owned(), settings)).unwrap();
        let hosts = Hosts::new(IpAddr::V4(Ipv4Addr::LOCALHOST), &[]);
        let endpoint = Endpoint::new(app.clone(), hosts, false);
        let router = router(&endpoint);
        let mut depot = Self { app, endpoint, router, admin: String::new(), _folder: folder };
        depot.admin = depot.token(Role::Admin).await;
        depot
    }

    async fn token(&self, role: Role) -> String {
        let new = NewToken { role, name: format!("A {role}"), driver_id: None, expires_in: None };
        self.app.create_token(new).await.unwrap().token
    }

    /// Sends a request as it is, from a client at this address.
    async fn send_from(&self, address: IpAddr, mut request: Request<Body>) -> Response<Body> {
        request.headers_mut().entry(header::HOST).or_insert("127.0.0.1:5000".parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(SocketAddr::new(address, 40_000)));
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.send_from(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Sends a request as the admin.
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    async fn call_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.admin));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = match body {
            Some(body) => {
                request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()))
            }
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }
}

/// A request without a credential.
fn anonymous(method: Method, path: &str) -> Request<Body> {
    Request::builder().method(method).uri(path).body(Body::empty()).unwrap()
}
