//! Pairing, from the phone's side: trades a code for a cookie, which is worth something once the desk confirms.
//!
//! The desk's side are typed commands; what a pairing is, the application knows.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::response::{IntoResponse, Response};
use depot_app::{Claimed, PairingState, schema};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::endpoint::Shared;
use crate::extract::Body;
use crate::hosts::check_same_origin;
use crate::problem::Problem;
use crate::session;

/// How many codes one address may try within [`WINDOW`].
const MAX_TRIES: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses are remembered; when there are more, all of them begin anew.
const MAX_ADDRESSES: usize = 1024;

/// How often each address tried a code lately.
#[derive(Debug, Default)]
pub(crate) struct PairingTries {
    tries: Mutex<HashMap<IpAddr, Vec<Instant>>>,
}

impl PairingTries {
    /// Counts a try. Says in how many seconds the next one may be made, where this one may not.
    fn admit(&self, address: IpAddr) -> Result<(), u64> {
        let (address, now) = (address.to_canonical(), Instant::now());
        let mut all = self.tries.lock();
        if all.len() >= MAX_ADDRESSES && !all.contains_key(&address) {
            all.clear();
        }
        let tries = all.entry(address).or_default();
        tries.retain(|at| now.duration_since(*at) < WINDOW);
        match tries.first() {
            Some(first) if tries.len() >= MAX_TRIES => {
                Err(WINDOW.saturating_sub(now.duration_since(*first)).as_secs() + 1)
            }
            Some(_) | None => {
                tries.push(now);
                Ok(())
            }
        }
    }
}

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
    check_same_origin(&Method::POST, &uri, &headers)?;
    endpoint.pairing_tries.admit(peer.ip()).map_err(|retry_after_seconds| {
        Problem::rate_limited(
            "Too many codes were tried from this address: wait a moment",
            retry_after_seconds,
        )
    })?;
    let PairingClaim { code, nonce, device, app_version } = claim;
    let claimed = endpoint.app.claim_pairing(&code, &nonce, &device, &app_version)?;
    let cookie = session::cookie_of_session(&claimed.token, endpoint.secure)?;
    Ok(([(header::SET_COOKIE, cookie)], Json(PairingStanding::from(claimed))).into_response())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_address_has_five_tries_a_minute() {
        let tries = PairingTries::default();
        let phone: IpAddr = "192.168.1.20".parse().unwrap();
        for _ in 0..MAX_TRIES {
            assert_eq!(tries.admit(phone), Ok(()));
        }
        assert!(tries.admit("::ffff:192.168.1.20".parse().unwrap()).is_err());
        assert_eq!(tries.admit("192.168.1.21".parse().unwrap()), Ok(()));
        tokio::time::advance(WINDOW).await;
        assert_eq!(tries.admit(phone), Ok(()));
    }
}
