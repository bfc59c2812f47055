//! The desk in a browser: trades a code or a token for a cookie, and back.
//!
//! A code makes a token of its own that ends with the session. A pasted token is kept as it is, so that revoking
//! it ends every session that was opened with it; signing out then only forgets the cookie.

use std::net::{IpAddr, SocketAddr};

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use depot_app::{Actor, AppError, Code, NewToken, Role};
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use uuid::Uuid;

use crate::credential::{Caller, Means};
use crate::endpoint::Shared;
use crate::extract::Body;
use crate::hosts::check_same_origin;
use crate::problem::Problem;
use crate::wrong_codes::Entered;

/// Over TLS the prefix makes browsers insist on Secure, Path=/ and no Domain.
const SECURE_NAME: &str = "__Host-depot_session";
const PLAIN_NAME: &str = "depot_session";

/// What the name of a cookie ends with that keeps the credential of a phone which was paired with somebody else since.
const KEPT: &str = "_kept_";

/// What the cookie's value begins with: whether its token was made for the session or existed before.
const MADE_FOR_SESSION: &str = "s.";
const EXISTED_BEFORE: &str = "t.";

/// How long a cookie lasts, and the token that was made for it.
const SESSION: TimeDelta = TimeDelta::days(30);

/// How to sign in: with one of the two.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The code of a sign-in link.
    code: Option<String>,
    /// A token.
    token: Option<String>,
}

impl PartialSchema for SignIn {
    fn schema() -> RefOr<Schema> {
        let with = |name, description| {
            let text = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
            ObjectBuilder::new()
                .property(name, text.description(Some(description)))
                .required(name)
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        };
        OneOfBuilder::new()
            .description(Some("How to sign in"))
            .item(with("code", "The code of a sign-in link"))
            .item(with("token", "A token"))
            .into()
    }
}

impl ToSchema for SignIn {}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignedIn {
    /// What they may do.
    role: Role,
    /// What their credential is called.
    name: String,
    /// Whose phone it is, for the role `driver`.
    driver_id: Option<Uuid>,
}

impl From<&Actor> for SignedIn {
    fn from(actor: &Actor) -> Self {
        Self { role: actor.role, name: actor.name.clone(), driver_id: actor.driver_id.map(|id| id.uuid()) }
    }
}

/// Signs in: trades the code of a sign-in link, or a token, for a cookie.
#[utoipa::path(post, path = "/api/session", tag = "Session", request_body = SignIn,
    responses((status = 200, description = "Signed in; the cookie is set", body = SignedIn)))]
pub(crate) async fn open(
    State(endpoint): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
    Body(sign_in): Body<SignIn>,
) -> Result<Response, Problem> {
    // Else a page of somebody else's could sign its visitor in as somebody of its choice.
    check_same_origin(&Method::POST, &uri, &headers, endpoint.secure)?;
    let (kind, token) = match (sign_in.code, sign_in.token) {
        (Some(code), None) => (MADE_FOR_SESSION, token_for_code(&endpoint, peer.ip(), &code).await?),
        (None, Some(token)) => (EXISTED_BEFORE, token),
        (Some(_), Some(_)) | (None, None) => {
            return Err(Problem::malformed(
                "Give either a code or a token: {\"code\": \"…\"} or {\"token\": \"…\"}",
            ));
        }
    };
    let Some(actor) = endpoint.app.authenticate(&token)? else {
        return Err(Problem::unauthenticated("This token is unknown, was revoked or has expired"));
    };
    let cookie = set_cookie(name(endpoint.secure), &format!("{kind}{token}"), SESSION, endpoint.secure)?;
    let mut response = ([(header::SET_COOKIE, cookie)], Json(SignedIn::from(&actor))).into_response();
    keep_phone_cookie(&endpoint, &headers, response.headers_mut())?;
    Ok(response)
}

async fn token_for_code(endpoint: &Shared, address: IpAddr, code: &str) -> Result<String, Problem> {
    let code = match endpoint.wrong_codes.enter(address, || endpoint.sign_in.redeem(code)) {
        Entered::Right(code) => code,
        Entered::Wrong => {
            return Err(Problem::unauthenticated(
                "This sign-in link is not valid any more: it works once and for 15 minutes. Start the depot again with \
                 --sign-in-link, or sign in with a token",
            ));
        }
        Entered::TooMany { retry_after_seconds } => {
            return Err(Problem::rate_limited(
                "Too many wrong codes from this address: wait a moment",
                retry_after_seconds,
            ));
        }
    };
    let new = NewToken {
        role: Role::Admin,
        name: "Desk in a browser".to_owned(),
        driver_id: None,
        expires_in: Some(SESSION),
    };
    match endpoint.app.create_token(new).await {
        Ok(created) => Ok(created.token),
        Err(error) => {
            endpoint.sign_in.put_back(code);
            Err(error.into())
        }
    }
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/session", tag = "Session",
    responses((status = 200, description = "Who is signed in", body = SignedIn)))]
pub(crate) async fn show(caller: Caller) -> Json<SignedIn> {
    Json(SignedIn::from(&caller.actor))
}

/// Signs out: forgets the cookie, and revokes its token where that was made for the session.
#[utoipa::path(delete, path = "/api/session", tag = "Session",
    responses((status = 204, description = "Signed out; the cookie is gone")))]
pub(crate) async fn close(
    State(endpoint): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match caller.means {
        Means::SessionCookie => {
            endpoint.app.revoke_token(&caller.actor.credential.to_string()).await?;
        }
        Means::Bearer | Means::TokenCookie => {}
    }
    let cleared = |name: &str| set_cookie(name, "", TimeDelta::zero(), endpoint.secure);
    let mut response =
        (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cleared(&caller.cookie)?)]).into_response();
    let present = name(endpoint.secure);
    let is_present = cookie_in(&headers, endpoint.secure).is_some_and(|(token, _)| token == &*caller.token);
    if is_present && *caller.cookie != *present {
        response.headers_mut().append(header::SET_COOKIE, cleared(present)?);
    }
    Ok(response)
}

/// The cookie that holds a token made for this session alone.
pub(crate) fn cookie_of_session(token: &str, secure: bool) -> Result<HeaderValue, Problem> {
    cookie_named(name(secure), token, secure)
}

/// The same under the name of the cookie that it came in.
pub(crate) fn cookie_named(name: &str, token: &str, secure: bool) -> Result<HeaderValue, Problem> {
    set_cookie(name, &format!("{MADE_FOR_SESSION}{token}"), SESSION, secure)
}

/// The name of the session's cookie.
pub(crate) const fn name(secure: bool) -> &'static str {
    if secure { SECURE_NAME } else { PLAIN_NAME }
}

/// The name of the cookie that keeps the credential of a phone beside the session's.
pub(crate) fn name_of_kept(credential: Uuid, secure: bool) -> String {
    format!("{}{KEPT}{}", name(secure), credential.simple())
}

/// Keeps the credential of a phone whose cookie is about to be replaced: what its driver did can still be sent as theirs.
pub(crate) fn keep_phone_cookie(
    endpoint: &Shared,
    headers: &HeaderMap,
    answer: &mut HeaderMap,
) -> Result<(), Problem> {
    let Some((token, Means::SessionCookie)) = cookie_in(headers, endpoint.secure) else { return Ok(()) };
    if let Some(actor) = endpoint.app.authenticate(token)?
        && actor.role == Role::Driver
    {
        let name = name_of_kept(actor.credential, endpoint.secure);
        answer.append(header::SET_COOKIE, cookie_named(&name, token, endpoint.secure)?);
    }
    Ok(())
}

fn set_cookie(name: &str, value: &str, max_age: TimeDelta, secure: bool) -> Result<HeaderValue, Problem> {
    let secure = if secure { "; Secure" } else { "" };
    let seconds = max_age.num_seconds();
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    // A token that was just found valid has no character that a header cannot bear.
    HeaderValue::try_from(cookie).map_err(|_| AppError::new(Code::Malformed, "This is not a token").into())
}

/// The token in the session's cookie.
pub(crate) fn cookie_in(headers: &HeaderMap, secure: bool) -> Option<(&str, Means)> {
    value_in(headers, name(secure))
}

/// The token in the cookie that keeps the credential of a phone.
pub(crate) fn kept_cookie_in(headers: &HeaderMap, secure: bool, credential: Uuid) -> Option<(&str, Means)> {
    value_in(headers, &name_of_kept(credential, secure))
}

fn value_in<'h>(headers: &'h HeaderMap, name: &str) -> Option<(&'h str, Means)> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let value = cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
        let (key, value) = cookie.trim().split_once('=')?;
        (key == name).then_some(value)
    })?;
    if let Some(token) = value.strip_prefix(MADE_FOR_SESSION) {
        return Some((token, Means::SessionCookie));
    }
    value.strip_prefix(EXISTED_BEFORE).map(|token| (token, Means::TokenCookie))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_its_cookie_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; depot_session=s.abc=; c"));
        assert_eq!(cookie_in(&headers, false), Some(("abc=", Means::SessionCookie)));
        assert_eq!(cookie_in(&headers, true), None);
        headers.insert(header::COOKIE, HeaderValue::from_static("depot_session=t.abc"));
        assert_eq!(cookie_in(&headers, false), Some(("abc", Means::TokenCookie)));
        headers.insert(header::COOKIE, HeaderValue::from_static("depot_session=abc"));
        assert_eq!(cookie_in(&headers, false), None);
    }

    #[test]
    fn a_cookie_over_tls_is_bound_to_the_host() {
        let cookie = set_cookie(SECURE_NAME, "s.abc", TimeDelta::minutes(1), true).unwrap();
        assert_eq!(
            cookie,
            "__Host-depot_session=s.abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure"
        );
    }
}
