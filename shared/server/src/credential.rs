//! Who calls: the credential of a request, checked on every one. Whatever is not listed as public needs one.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use depot_app::{Actor, AppError, Code, Role};
use uuid::Uuid;

use crate::endpoint::Shared;
use crate::hosts::check_same_origin;
use crate::problem::{Problem, Reason};
use crate::session;

/// Names the credential that a request must be sent with: a page cannot read its cookies, and other tabs may change them.
pub(crate) const NAMED: HeaderName = HeaderName::from_static("x-credential");
/// The same in the query string of the change feed, where a page cannot set headers.
const NAMED_PARAMETER: &str = "credential";

/// How the credential came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// In the `Authorization` header: a program that knows its token.
    Bearer,
    /// In a cookie that holds a token made for this session alone.
    SessionCookie,
    /// In a cookie that holds a token which also exists elsewhere.
    TokenCookie,
}

/// Who calls, with what.
#[derive(Clone)]
pub(crate) struct Caller {
    /// Who acts.
    pub(crate) actor: Actor,
    /// The token, to check it again while a feed stays open.
    pub(crate) token: Arc<str>,
    /// How it came.
    pub(crate) means: Means,
    /// The name of the cookie that it came in.
    pub(crate) cookie: Arc<str>,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(not_signed_in)
    }
}

/// Whether the path belongs to the programming interface; what does not is the desk's static files.
pub(crate) fn is_interface(path: &str) -> bool {
    ["/api", "/metrics", "/health"].iter().any(|root| is_under(path, root))
}

/// Whether anybody may ask for it.
pub(crate) fn is_public(method: &Method, path: &str) -> bool {
    is_under(path, "/health")
        || path == "/api/openapi.json"
        || is_under(path, "/api/docs")
        || (path == "/api/session" && method == Method::POST)
        || path == "/api/phone/pairing"
        || !is_interface(path)
}

/// Whether `path` is `root` or lies below it.
pub(crate) fn is_under(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Who sends a request that needs a credential; `None` for one that needs none.
///
/// # Errors
/// It brings no credential, one that is not valid, or one that a page of another origin had a browser send.
pub(crate) fn authenticate(endpoint: &Shared, request: &Request) -> Result<Option<Caller>, Problem> {
    if is_public(request.method(), request.uri().path()) {
        return Ok(None);
    }
    let named = credential_named(request)?;
    let Presented { token, means, cookie } = credential_in(endpoint, request.headers(), named)?;
    let Some(actor) = endpoint.app.authenticate(token)? else {
        return Err(unknown(endpoint, token)?);
    };
    if named.is_some_and(|named| actor.credential != named) {
        return Err(other_credential());
    }
    match means {
        Means::Bearer => {}
        // A browser sends a cookie along whoever's page asks it to.
        Means::SessionCookie | Means::TokenCookie => {
            check_same_origin(request.method(), request.uri(), request.headers(), endpoint.secure)?;
        }
    }
    Ok(Some(Caller { actor, token: token.into(), means, cookie: cookie.into() }))
}

/// Notes that a credential was used. Returns the cookie that the answer renews: a phone's lasts as long as its credential,
/// which is put off as long as it is used.
pub(crate) fn note_use(
    endpoint: &Shared,
    caller: &Caller,
    method: &Method,
) -> Result<Option<HeaderValue>, Problem> {
    endpoint.app.phone_seen(&caller.actor);
    endpoint.app.credential_used(&caller.actor);
    match caller.means {
        Means::SessionCookie if caller.actor.role == Role::Driver && method == Method::POST => {
            session::cookie_named(&caller.cookie, &caller.token, endpoint.secure).map(Some)
        }
        Means::SessionCookie | Means::Bearer | Means::TokenCookie => Ok(None),
    }
}

/// A credential as a request presents it.
struct Presented<'h> {
    token: &'h str,
    means: Means,
    cookie: String,
}

/// The credential that the request names, in its header or, for the change feed, in its query string.
fn credential_named(request: &Request) -> Result<Option<Uuid>, Problem> {
    let in_query = || {
        let query = request.uri().query().filter(|_| request.uri().path() == "/api/changes")?;
        query.split('&').find_map(|pair| pair.strip_prefix(NAMED_PARAMETER)?.strip_prefix('='))
    };
    let in_header = request.headers().get(NAMED).map(|id| id.to_str().unwrap_or_default());
    let Some(text) = in_header.or_else(in_query) else { return Ok(None) };
    let malformed =
        |_| Problem::malformed("X-Credential is the id of a credential: the deviceId of a phone's day");
    Uuid::try_parse(text).map(Some).map_err(malformed)
}

/// The credential of a request: of several cookies the one that it names.
fn credential_in<'h>(
    endpoint: &Shared,
    headers: &'h HeaderMap,
    named: Option<Uuid>,
) -> Result<Presented<'h>, Problem> {
    let secure = endpoint.secure;
    let Some(authorization) = headers.get(header::AUTHORIZATION) else {
        if let Some(id) = named
            && let Some((token, means)) = session::kept_cookie_in(headers, secure, id)
        {
            return Ok(Presented { token, means, cookie: session::name_of_kept(id, secure) });
        }
        let (token, means) = session::cookie_in(headers, secure).ok_or_else(not_signed_in)?;
        if named.is_some() && endpoint.app.credential_of(token)? != named {
            return Err(other_credential());
        }
        // A named one is renewed under its own name: the present cookie may be another one's by the time of the answer.
        let cookie =
            named.map_or_else(|| session::name(secure).to_owned(), |id| session::name_of_kept(id, secure));
        return Ok(Presented { token, means, cookie });
    };
    let token = authorization
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim()));
    let token =
        token.ok_or_else(|| Problem::unauthenticated("The header is: Authorization: Bearer TOKEN"))?;
    Ok(Presented { token, means: Means::Bearer, cookie: String::new() })
}

/// Why a credential is of no use: a phone that was revoked is told so.
fn unknown(endpoint: &Shared, token: &str) -> Result<Problem, AppError> {
    let code = endpoint.app.why_unknown(token)?;
    let detail = if code == Code::Revoked {
        "This credential was revoked: pair the phone again, or ask for a new token"
    } else if code == Code::Expired {
        "This credential was not used for too long: pair the phone again, or ask for a new token"
    } else {
        "This credential is not known here: pair the phone, or ask for a token"
    };
    Ok(Problem::new(Reason::App(code), detail))
}

fn other_credential() -> Problem {
    let detail = "This browser is signed in with another credential than the one that the request names: nothing was done";
    Problem::new(Reason::App(Code::OtherCredential), detail)
}

fn not_signed_in() -> Problem {
    Problem::unauthenticated("Sign in, or send the header: Authorization: Bearer TOKEN")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_is_public() {
        for path in [
            "/health",
            "/health/ready",
            "/api/openapi.json",
            "/api/docs",
            "/api/docs/index.css",
            "/api/phone/pairing",
            "/",
            "/routes/7",
        ] {
            assert!(is_public(&Method::GET, path), "{path}");
        }
        for path in ["/api", "/api/", "/api/session", "/api/docsx", "/metrics", "/api/nothing", "/api//docs"]
        {
            assert!(!is_public(&Method::GET, path), "{path}");
        }
        assert!(is_public(&Method::POST, "/api/session"));
        assert!(!is_public(&Method::DELETE, "/api/session"));
    }
}
