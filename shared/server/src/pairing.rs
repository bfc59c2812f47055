//! Pairing, from the phone's side: trades a code for a cookie, which is worth something once the desk confirms.
//!
//! The desk's side are typed commands; what a pairing is, the application knows.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use depot_app::{Claimed, Code, PairingState, schema};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::endpoint::Shared;
use crate::extract::Body;
use crate::hosts::check_same_origin;
use crate::problem::Problem;
use crate::session;
use crate::wrong_codes::Entered;

/// A phone that wants to be paired.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PairingClaim {
    /// The code in the fragment of the link: 32 hexadecimal digits.
    code: String,
    /// By which the phone is known when it has to ask again: 32 to 64 random hexadecimal digits.
    #[schema(value_type = schema::Nonce)]
    nonce: String,
    /// What it is, e.g. `Chrome on Android`; cut to 60 characters.
    #[schema(value_type = schema::DeviceLabel)]
    device: String,
    /// The version of its app.
    #[schema(value_type = schema::DeviceLabel)]
    app_version: String,
}

/// How a pairing stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PairingStanding {
    /// How far it has come: waiting, confirmed, refused or expired.
    state: PairingState,
    /// The six digits that both screens show.
    digits: String,
    /// Until when it can be confirmed.
    expires_at: chrono::DateTime<chrono::Utc>,
    /// Whose phone it became.
    driver_name: Option<String>,
}

impl From<Claimed> for PairingStanding {
    fn from(Claimed { state, digits, expires_at, driver_name, .. }: Claimed) -> Self {
        Self { state, digits, expires_at: expires_at.datetime(), driver_name }
    }
}

/// Claims the code that the desk shows. The cookie that is set is worth nothing until the dispatcher confirms.
#[utoipa::path(post, path = "/api/phone/pairing", tag = "Session", request_body = PairingClaim,
    responses((status = 200, description = "Claimed; compare the digits", body = PairingStanding)))]
pub(crate) async fn claim(
    State(endpoint): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    uri: Uri,
    headers: HeaderMap,
    Body(claim): Body<PairingClaim>,
) -> Result<Response, Problem> {
    check_same_origin(&Method::POST, &uri, &headers, endpoint.secure)?;
    let PairingClaim { code, nonce, device, app_version } = claim;
    let mut refusal = None;
    let entered = endpoint.wrong_codes.enter(peer.ip(), || {
        match endpoint.app.claim_pairing(&code, &nonce, &device, &app_version) {
            Ok(claimed) => Some(Ok(claimed)),
            Err(refused) if refused.code == Code::Unauthenticated => {
                refusal = Some(refused);
                None
            }
            // The code was not even compared.
            Err(refused) => Some(Err(refused)),
        }
    });
    let claimed = match (entered, refusal) {
        (Entered::Right(claimed), _) => claimed?,
        (Entered::Wrong, Some(refused)) => return Err(refused.into()),
        (Entered::Wrong, None) => return Err(Problem::internal()),
        (Entered::TooMany { retry_after_seconds }, _) => {
            return Err(Problem::rate_limited(
                "Too many wrong codes from this address: wait a moment",
                retry_after_seconds,
            ));
        }
    };
    let cookie = session::cookie_of_session(&claimed.token, endpoint.secure)?;
    let mut response = ([(header::SET_COOKIE, cookie)], Json(PairingStanding::from(claimed))).into_response();
    session::keep_phone_cookie(&endpoint, &headers, response.headers_mut())?;
    Ok(response)
}

/// How the pairing of this phone stands.
#[utoipa::path(get, path = "/api/phone/pairing", tag = "Session",
    responses((status = 200, description = "How it stands", body = PairingStanding)))]
pub(crate) async fn show(
    State(endpoint): State<Shared>,
    headers: HeaderMap,
) -> Result<Json<PairingStanding>, Problem> {
    let claimed = session::cookie_in(&headers, endpoint.secure)
        .and_then(|(token, _)| endpoint.app.claimed_pairing(token));
    let claimed = claimed.ok_or_else(|| {
        Problem::unauthenticated("This phone is not being paired: scan the code that the desk shows")
    })?;
    Ok(Json(claimed.into()))
}
