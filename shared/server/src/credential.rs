//! Who calls: the credential of a request, checked on every one. Whatever is not listed as public needs one.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use depot_app::{Actor, AppError, Code, Role};

use crate::endpoint::Shared;
use crate::hosts::check_same_origin;
use crate::problem::{Problem, Reason};
use crate::session;

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
    let (token, means) = credential_in(request.headers(), endpoint.secure)?;
    let Some(actor) = endpoint.app.authenticate(token)? else {
        return Err(unknown(endpoint, token)?);
    };
    match means {
        Means::Bearer => {}
        // A browser sends a cookie along whoever's page asks it to.
        Means::SessionCookie | Means::TokenCookie => {
            check_same_origin(request.method(), request.uri(), request.headers(), endpoint.secure)?;
        }
    }
    Ok(Some(Caller { actor, token: token.into(), means }))
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
            session::cookie_of_session(&caller.token, endpoint.secure).map(Some)
        }
        Means::SessionCookie | Means::Bearer | Means::TokenCookie => Ok(None),
    }
}

fn credential_in(headers: &HeaderMap, secure: bool) -> Result<(&str, Means), Problem> {
    let Some(authorization) = headers.get(header::AUTHORIZATION) else {
        return session::cookie_in(headers, secure).ok_or_else(not_signed_in);
    };
    let token = authorization
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .and_then(|(scheme, token)| scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim()));
    let token =
        token.ok_or_else(|| Problem::unauthenticated("The header is: Authorization: Bearer TOKEN"))?;
    Ok((token, Means::Bearer))
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
