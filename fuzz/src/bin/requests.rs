//! Whole requests, as text: a line with method and path, headers, an empty line, the body. They go through the endpoint's
//! every layer: hosts, cookies and sessions, forms with files, paths, queries, bodies. No input is a fault of the depot.

#![no_main]

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use depot_app::{App, NewToken, Role};
use fuzz::{RUNTIME, depot};
use libfuzzer_sys::{Corpus, fuzz_target};
use tower::ServiceExt as _;

/// Stands in a request for a token that the depot knows.
const TOKEN: &[u8] = b"TOKEN";

struct Door {
    router: Router,
    token: String,
    _app: App,
}

static DOOR: LazyLock<Door> = LazyLock::new(|| {
    let app = depot(&["limits.rate.permits=1000000", "limits.rate.window_seconds=1"]);
    // Not an admin, whose commands would make backups without end.
    let new = NewToken { role: Role::Dispatcher, name: "Fuzz".to_owned(), driver_id: None, expires_in: None };
    let token = RUNTIME.block_on(app.create_token(new)).expect("a token").token;
    let router = RUNTIME.block_on(async { depot_server::fuzzing::router(&app) });
    Door { router, token, _app: app }
});

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(request) = request(bytes) else { return Corpus::Reject };
    let answer = RUNTIME.block_on(DOOR.router.clone().oneshot(request));
    let status = answer.expect("the router answers").status();
    // 503 is said of feeds and uploads beyond those that there is room for, and 501 of nothing.
    assert!(!status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE, "{status}");
    Corpus::Keep
});

fn request(bytes: &[u8]) -> Option<Request<Body>> {
    let end = bytes.windows(2).position(|two| two == b"\n\n").unwrap_or(bytes.len());
    let (head, body) = (&bytes[..end], bytes.get(end + 2..).unwrap_or_default());
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut words = lines.next()?.split(|byte| *byte == b' ');
    let method = Method::from_bytes(words.next()?).ok()?;
    let uri = Uri::try_from(words.next()?).ok()?;
    let mut request = Request::builder().method(method).uri(uri).header("host", "127.0.0.1:5000");
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = with_token(line[colon + 1..].trim_ascii());
        request = request.header(name, HeaderValue::from_bytes(&value).ok()?);
    }
    request.body(Body::from(body.to_vec())).ok()
}

fn with_token(value: &[u8]) -> Vec<u8> {
    let Some(at) = value.windows(TOKEN.len()).position(|part| part == TOKEN) else { return value.to_vec() };
    [&value[..at], DOOR.token.as_bytes(), &value[at + TOKEN.len()..]].concat()
}
