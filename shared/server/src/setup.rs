//! The page on which a phone learns to trust the depot: its certificate, the steps, the fingerprint to compare.
//!
//! Over plain HTTP it is the only page there is. It shows nothing that is secret.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use parking_lot::RwLock;

use crate::addresses;
use crate::tls::Trusted;

/// Where the certificate is. Phones go by the ending.
const CERTIFICATE: &str = "/eroad-depot-ca.crt";

const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// What the page shows.
#[derive(Clone)]
pub(crate) struct Setup {
    /// The CA that phones are to trust.
    pub(crate) authority: Arc<RwLock<Trusted>>,
    /// Where the endpoint itself listens.
    pub(crate) port: u16,
    /// Where other machines reach it, for a request that does not say under which address it came.
    pub(crate) addresses: Vec<IpAddr>,
}

/// The page and the certificate, for the endpoint itself.
pub(crate) fn routes(setup: Setup) -> Router {
    Router::new().route("/setup", get(page)).route(CERTIFICATE, get(certificate)).with_state(setup)
}

/// All that is served over plain HTTP.
pub(crate) fn alone(setup: Setup) -> Router {
    let page = Router::new().route("/", get(page)).with_state(setup.clone());
    page.merge(routes(setup))
        .fallback(async || {
            (StatusCode::NOT_FOUND, "There is only the page at / here: the depot itself is on HTTPS.\n")
        })
        .layer(from_fn(harden))
}

async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(CSP);
    response
}

async fn certificate(State(setup): State<Setup>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-x509-ca-cert")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"eroad-depot-ca.crt\""),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, setup.authority.read().der.clone()).into_response()
}

async fn page(State(setup): State<Setup>, headers: HeaderMap) -> Response {
    let is_german = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|languages| languages.to_str().ok())
        .is_some_and(|languages| languages.trim_start().to_ascii_lowercase().starts_with("de"));
    let address = asked_for(&headers).or_else(|| setup.addresses.first().copied());
    let app = address.map(|address| addresses::url("https", address, setup.port));
    let template = if is_german { include_str!("setup/de.html") } else { include_str!("setup/en.html") };
    let html = template
        .replace("{style}", include_str!("setup/style.css"))
        .replace("{pictures}", include_str!("setup/pictures.svg"))
        .replace("{fingerprint}", &setup.authority.read().fingerprint)
        .replace("{certificate}", CERTIFICATE)
        .replace("{app}", &app.map(|app| format!("{app}/phone/")).unwrap_or_else(|| "/phone/".to_owned()));
    (
        [
            (header::CONTENT_SECURITY_POLICY, CSP),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        ],
        Html(html),
    )
        .into_response()
}

/// The address under which the phone reached this page. Only an address: a name could be anybody's text.
fn asked_for(headers: &HeaderMap) -> Option<IpAddr> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let host = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(host, _)| host);
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_is_taken_from_the_request() {
        let asked = |host: &str| {
            asked_for(&HeaderMap::from_iter([(header::HOST, HeaderValue::from_str(host).unwrap())]))
        };
        assert_eq!(asked("192.168.1.5:5080"), "192.168.1.5".parse().ok());
        assert_eq!(asked("[fd00::5]:5080"), "fd00::5".parse().ok());
        assert_eq!(asked("192.168.1.5"), "192.168.1.5".parse().ok());
        assert_eq!(asked("\"><script>"), None);
        assert_eq!(asked("depot.local:5080"), None);
    }
}
