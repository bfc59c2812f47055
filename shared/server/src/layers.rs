//! What every request passes on its way in and every answer on its way out.
//!
//! `router` says in which order.

use std::any::Any;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use depot_app::{Role, Settings, Trace};
use tower_http::cors::{AllowOrigin, CorsLayer};
use uuid::Uuid;

use crate::connections::Connection;
use crate::credential::{self, Caller, Means, is_interface, is_under};
use crate::endpoint::Shared;
use crate::limiter::Client;
use crate::problem::{Problem, Reason};
use crate::steady_body;
use crate::trace_id;

/// Names a request, in its answer and in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Names what a request belongs to, in its answer, in the log and in the events that it causes.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// How long an id that a client gives may be.
const MAX_ID_CHARS: usize = 128;
/// How much of it the log has: a UUID and as much again.
const LOGGED_ID_CHARS_MAX: usize = 64;

/// Marks the answer to a request with a valid credential.
#[derive(Clone, Copy)]
struct CredentialKnown;

/// What surrounds everything else: the ids of a request, the count and the log of it, the headers that browsers heed, and the
/// refusal of what was meant for another host.
///
/// One layer rather than five: each would copy all that lies within it for every request.
pub(crate) async fn surround(State(endpoint): State<Shared>, mut request: Request, next: Next) -> Response {
    let (began, method) = (Instant::now(), method_label(request.method()));
    let route = route_label(&request);
    let is_api = is_under(request.uri().path(), "/api");
    let (ids, trace) = trace_of(request.headers());
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    request.extensions_mut().insert(trace.clone());
    let mut response = match endpoint.hosts.check(request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    harden(response.headers_mut(), is_api);
    if connection.is_some_and(|connection| connection.ends_soon()) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    observe(&endpoint, (method, &route), &trace, &response, began.elapsed());
    let Trace { correlation, request } = ids;
    for (name, id) in [(REQUEST_ID, request), (CORRELATION_ID, correlation)] {
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert(name, id);
        }
    }
    response
}

/// What a request passes once it is known to be for us: the check of its credential, the rate limit of that credential or,
/// where there is no valid one, of its address, then the time that it may take.
pub(crate) async fn admit(
    State(endpoint): State<Shared>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let caller = credential::authenticate(&endpoint, &request);
    note_credential(&request, &caller);
    limit_rate(&endpoint, client_of(&request, &caller)).await?;
    let caller = caller?;
    let is_known = caller.is_some();
    let mut renewed = None;
    if let Some(caller) = caller {
        renewed = credential::note_use(&endpoint, &caller, request.method())?;
        request.extensions_mut().insert(caller);
    }
    let mut response = match limit_time(&endpoint, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    };
    if is_known {
        response.extensions_mut().insert(CredentialKnown);
    }
    if let Some(cookie) = renewed {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Tells the connection whose request it carries.
fn note_credential(request: &Request, caller: &Result<Option<Caller>, Problem>) {
    let Some(connection) = request.extensions().get::<Arc<Connection>>() else { return };
    match caller {
        Ok(Some(caller)) => connection.set_credential(Some(caller.actor.credential)),
        Ok(None) => {}
        Err(_) => connection.set_credential(None),
    }
}

/// Returns the ids of a request as its answer repeats them, and as events and the log keep them.
fn trace_of(headers: &HeaderMap) -> (Trace, Trace) {
    let request = given_id(headers, &REQUEST_ID).unwrap_or_else(|| Uuid::now_v7().to_string());
    let correlation = given_id(headers, &CORRELATION_ID).unwrap_or_else(|| request.clone());
    let kept = Trace { correlation: trace_id::kept(&correlation), request: trace_id::kept(&request) };
    (Trace { correlation, request }, kept)
}

/// The id that the client sent, where it is fit for a header: visible ASCII, and not long.
fn given_id(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let id = headers.get(name)?.to_str().ok()?;
    let sane = (1..=MAX_ID_CHARS).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    sane.then(|| id.to_owned())
}

/// Counts and logs a request. The log names the route, not the path: that may hold what is nobody's business. Requests
/// without a valid credential share so many lines; those beyond are counted, and the next line says how many they were.
fn observe(
    endpoint: &Shared,
    (method, route): (&'static str, &str),
    trace: &Trace,
    response: &Response,
    took: Duration,
) {
    let (status, ms) = (response.status().as_u16(), took.as_secs_f64() * 1000.0);
    endpoint.metrics.request(route, method, status, took);
    let is_known = response.extensions().get::<CredentialKnown>().is_some();
    let Some(left_out) = (if is_known { Some(0) } else { endpoint.log_budget.take() }) else { return };
    let [request_id, correlation_id] = [&trace.request, &trace.correlation].map(|id| logged(id));
    tracing::info!(method, route, status, ms, request_id, correlation_id, left_out, "request");
}

/// An id as the log has it: cut, so that a client does not choose how long its lines are.
fn logged(id: &str) -> &str {
    id.get(..LOGGED_ID_CHARS_MAX).unwrap_or(id)
}

/// The route as a label of bounded variety.
fn route_label(request: &Request) -> String {
    match request.extensions().get::<MatchedPath>() {
        Some(route) => route.as_str().to_owned(),
        None if is_interface(request.uri().path()) => "unknown".to_owned(),
        None => "desk".to_owned(),
    }
}

/// The method as a label of bounded variety: a client may send whatever it likes.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    const LABELS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.iter().zip(LABELS).find(|(known, _)| *known == method).map_or("other", |(_, label)| label)
}

/// What nothing but a page of the desk needs is forbidden everywhere else.
const STRICTEST_CSP: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Puts the headers on every answer that browsers heed, where a handler did not choose its own.
fn harden(headers: &mut HeaderMap, is_api: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(STRICTEST_CSP);
    if is_api {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// Turns a panic of a handler into an answer. The panic itself was logged where it happened.
pub(crate) fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::internal().into_response()
}

/// Passes as many requests of one client as its quota allows.
async fn limit_rate(endpoint: &Shared, client: Client) -> Result<(), Problem> {
    endpoint.gates.pass(client).await.map_err(|refused| {
        endpoint.metrics.rate_limited();
        let detail = match client {
            Client::Address(_) | Client::Files(_) => {
                "Too many requests from this address: wait, then go on more slowly"
            }
            Client::Credential(_) | Client::Desk(_) => {
                "Too many requests with this credential: wait, then go on more slowly"
            }
        };
        Problem::rate_limited(detail, refused.retry_after_seconds)
    })
}

/// Whose quota a request counts against. A credential that is not valid counts against its address, so guessing is limited.
fn client_of(request: &Request, caller: &Result<Option<Caller>, Problem>) -> Client {
    if let Ok(Some(Caller { actor, means, .. })) = caller {
        return match (means, actor.role) {
            (Means::Bearer, _) | (_, Role::Driver) => Client::Credential(actor.credential),
            (
                Means::SessionCookie | Means::TokenCookie,
                Role::Admin | Role::Dispatcher | Role::Viewer | Role::Integration,
            ) => Client::Desk(actor.credential),
        };
    }
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Every connection tells its peer; without one, all count together rather than not at all.
    let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let path = request.uri().path();
    if is_under(path, "/api") || is_under(path, "/metrics") {
        Client::Address(address)
    } else {
        Client::Files(address)
    }
}

/// Gives up on a request that takes too long, or whose body comes too slowly. A feed is not affected: its answer begins at
/// once.
async fn limit_time(endpoint: &Shared, request: Request, next: Next) -> Result<Response, Problem> {
    let seconds = endpoint.app.settings().http.request_timeout_seconds;
    let is_write = !request.method().is_safe();
    let (request, too_slow) = steady_body::watch(request);
    tokio::select! {
        response = tokio::time::timeout(Duration::from_secs(u64::from(seconds)), next.run(request)) => {
            response.map_err(|_| {
                let unknown = if is_write {
                    ". It may or may not have been done: send it again with the same Idempotency-Key"
                } else {
                    ""
                };
                Problem::new(Reason::Timeout, format!("This took longer than {seconds} seconds{unknown}"))
            })
        }
        () = too_slow.notified() => Err(Problem::new(Reason::Timeout, steady_body::TOO_SLOW)),
    }
}

/// Lets pages of the origins in the settings call us. They bring a token; cookies are for our own pages only.
pub(crate) fn cross_origin(settings: &Settings) -> Option<CorsLayer> {
    let origins = &settings.http.cors_origins;
    if origins.is_empty() {
        return None;
    }
    let origins = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static("x-occurred-at"),
            REQUEST_ID,
            CORRELATION_ID,
        ])
        .expose_headers([header::RETRY_AFTER, REQUEST_ID, CORRELATION_ID])
        .max_age(Duration::from_secs(600));
    Some(layer)
}
