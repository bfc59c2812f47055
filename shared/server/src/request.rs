//! A request on its way to the application: who asks, and what goes with it. Reads headers, knows no rule.

use axum::Json;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use depot_app::{
    Actor, AppError, CommandOutcome, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, StagedFile, Trace,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::credential::Caller;
use crate::domain::values::Timestamp;
use crate::endpoint::Shared;
use crate::problem::Problem;

/// Somebody who asks for something.
pub(crate) struct Read {
    endpoint: Shared,
    actor: Actor,
}

impl FromRequestParts<Shared> for Read {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, endpoint: &Shared) -> Result<Self, Problem> {
        let Caller { actor, .. } = Caller::from_request_parts(parts, endpoint).await?;
        Ok(Self { endpoint: Shared::clone(endpoint), actor })
    }
}

impl Read {
    /// Asks, and answers with the plain object.
    pub(crate) async fn ask(&self, query: DepotQuery) -> Result<Plain, Problem> {
        Ok(Plain(self.endpoint.app.query(&self.actor, query).await?.answer))
    }
}

/// An answer without what the desk needs beside it.
pub(crate) struct Plain(DepotAnswer);

impl IntoResponse for Plain {
    fn into_response(self) -> Response {
        match self.0 {
            DepotAnswer::Session(answer) => Json(answer).into_response(),
            DepotAnswer::Board(answer) => Json(answer).into_response(),
            DepotAnswer::Lanes(answer) => Json(answer).into_response(),
            DepotAnswer::FleetOverview(answer) => Json(answer).into_response(),
            DepotAnswer::Drivers(answer) => Json(answer).into_response(),
            DepotAnswer::Driver(answer) => Json(answer).into_response(),
            DepotAnswer::Vehicles(answer) => Json(answer).into_response(),
            DepotAnswer::Vehicle(answer) => Json(answer).into_response(),
            DepotAnswer::Calendar(answer) => Json(answer).into_response(),
            DepotAnswer::FreeSlot(answer) => Json(answer).into_response(),
            DepotAnswer::CrewChoices(answer) => Json(answer).into_response(),
            DepotAnswer::Routes(answer) => Json(answer).into_response(),
            DepotAnswer::Route(answer) => Json(answer).into_response(),
            DepotAnswer::Deliveries(answer) => Json(answer).into_response(),
            DepotAnswer::Delivery(answer) => Json(answer).into_response(),
            DepotAnswer::LiveTracking(answer) => Json(answer).into_response(),
            DepotAnswer::CompletedSummary(answer) => Json(answer).into_response(),
            DepotAnswer::Incidents(answer) => Json(answer).into_response(),
            DepotAnswer::Events(answer) => Json(answer).into_response(),
            DepotAnswer::Actors(answer) => Json(answer).into_response(),
            DepotAnswer::Report(answer) => Json(answer).into_response(),
            DepotAnswer::RunSheet(answer) => Json(answer).into_response(),
            DepotAnswer::Settings(answer) => Json(answer).into_response(),
            DepotAnswer::Tokens(answer) => Json(answer).into_response(),
            DepotAnswer::PastState(answer) => Json(answer).into_response(),
            DepotAnswer::PhoneDay(answer) => Json(answer).into_response(),
            DepotAnswer::LateFacts(answer) => Json(answer).into_response(),
            DepotAnswer::Phones(answer) => Json(answer).into_response(),
            DepotAnswer::Positions(answer) => Json(answer).into_response(),
            DepotAnswer::Endpoint(answer) => Json(answer).into_response(),
            DepotAnswer::Data(answer) => Json(answer).into_response(),
            DepotAnswer::Pairing(answer) => Json(answer).into_response(),
        }
    }
}

/// Somebody who wants something done, with the preconditions that the headers and the query string name.
pub(crate) struct Write {
    pub(crate) endpoint: Shared,
    pub(crate) actor: Actor,
    trace: Trace,
    idempotency_key: Option<String>,
    occurred_at: Option<Timestamp>,
    expected_version: Option<u32>,
}

/// The parameter that every write may have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WriteParams {
    expected_version: Option<u32>,
}

impl FromRequestParts<Shared> for Write {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, endpoint: &Shared) -> Result<Self, Problem> {
        let Caller { actor, .. } = Caller::from_request_parts(parts, endpoint).await?;
        let trace = parts.extensions.get::<Trace>().cloned().unwrap_or_else(Trace::fresh);
        let Query(params) = Query::<WriteParams>::try_from_uri(&parts.uri).map_err(|_| {
            Problem::malformed("The one query parameter of a write is expectedVersion, a whole number")
        })?;
        let headers = &parts.headers;
        let occurred_at = header_text(headers, "x-occurred-at")?
            .map(|text| text.parse().map_err(|error| Problem::malformed(format!("X-Occurred-At: {error}"))))
            .transpose()?;
        Ok(Self {
            endpoint: Shared::clone(endpoint),
            actor,
            trace,
            idempotency_key: header_text(headers, "idempotency-key")?.map(str::to_owned),
            occurred_at,
            expected_version: agreed("If-Match", if_match(headers)?, params.expected_version)?,
        })
    }
}

impl Write {
    /// The id of a new thing: the one given, or a fresh one. With an idempotency key it follows from the key,
    /// so that the same request names the same thing when it comes again.
    pub(crate) fn new_id<Id: From<Uuid>>(&self, given: Option<Id>) -> Id {
        given.unwrap_or_else(|| {
            let id = match &self.idempotency_key {
                Some(key) => id_from_key(self.actor.credential, key),
                None => Uuid::now_v7(),
            };
            Id::from(id)
        })
    }

    /// Has it done, if the entity still has `expected_version` events where that is given.
    pub(crate) async fn execute(
        self,
        command: DepotCommand,
        expected_version: Option<u32>,
    ) -> Result<Json<Done>, Problem> {
        let expected_version = agreed("The body", expected_version, self.expected_version)?;
        let Self { endpoint, actor, trace, idempotency_key, occurred_at, .. } = self;
        let request =
            CommandRequest { expected_version, idempotency_key, occurred_at, ..CommandRequest::new(command) };
        Ok(Json(Done::from(execute(&endpoint, &actor, request, trace, vec![]).await?)))
    }

    /// Has it done, and its files kept with it.
    pub(crate) async fn execute_with_files(
        self,
        command: DepotCommand,
        staged: Vec<StagedFile>,
    ) -> Result<Json<Done>, Problem> {
        let Self { endpoint, actor, trace, idempotency_key, occurred_at, expected_version } = self;
        let request =
            CommandRequest { expected_version, idempotency_key, occurred_at, ..CommandRequest::new(command) };
        Ok(Json(Done::from(execute(&endpoint, &actor, request, trace, staged).await?)))
    }

    /// Has the command done that the body says, with what goes with it; headers complete it.
    pub(crate) async fn execute_request(self, body: CommandRequest) -> Result<Json<CommandOutcome>, Problem> {
        let Self { endpoint, actor, trace, idempotency_key, occurred_at, expected_version } = self;
        let request = CommandRequest {
            command: body.command,
            expected_version: agreed("The body", body.expected_version, expected_version)?,
            idempotency_key: agreed("The body", body.idempotency_key, idempotency_key)?,
            occurred_at: agreed("The body", body.occurred_at, occurred_at)?,
            device: body.device,
        };
        Ok(Json(execute(&endpoint, &actor, request, trace, vec![]).await?))
    }
}

async fn execute(
    endpoint: &Shared,
    actor: &Actor,
    request: CommandRequest,
    trace: Trace,
    staged: Vec<StagedFile>,
) -> Result<CommandOutcome, AppError> {
    let outcome = endpoint.app.execute_with_files(actor, request, trace, staged).await;
    match &outcome {
        Ok(_) => endpoint.metrics.done(),
        Err(error) => endpoint.metrics.refused(error.code.as_str()),
    }
    outcome
}

/// A precondition may be given in two places if both say the same.
fn agreed<T: PartialEq>(place: &str, one: Option<T>, other: Option<T>) -> Result<Option<T>, Problem> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => Err(Problem::unfit(format!(
            "{place} and the rest of the request name different versions, keys or times: give each once"
        ))),
        (one, other) => Ok(one.or(other)),
    }
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Problem> {
    let text = headers.get(name).map(|value| value.to_str());
    text.transpose()
        .map_err(|_| Problem::malformed(format!("The header {name} has characters other than ASCII")))
}

/// The version in `If-Match: "7"`.
fn if_match(headers: &HeaderMap) -> Result<Option<u32>, Problem> {
    let Some(text) = header_text(headers, header::IF_MATCH.as_str())? else { return Ok(None) };
    let text = text.trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.trim_matches('"').parse();
    version.map(Some).map_err(|_| Problem::malformed("If-Match names one version, such as \"7\""))
}

/// A UUID (version 8) that follows from who asks and their key.
fn id_from_key(credential: Uuid, key: &str) -> Uuid {
    let hash = Sha256::new().chain_update(credential.as_bytes()).chain_update(key.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A command was done, or it was so already.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Done {
    /// The entity.
    id: Uuid,
    /// What was done.
    result: DoneResult,
    /// The entity's status afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// The incident that was reported or resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident_id: Option<Uuid>,
    /// How many events the entity has now; give it as `expectedVersion` to change just what was seen.
    version: u32,
    /// The sequence of the last event that was stored.
    sequence: u64,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub(crate) struct DoneResult {
    /// As a sentence.
    message: String,
}

impl From<CommandOutcome> for Done {
    fn from(outcome: CommandOutcome) -> Self {
        let CommandOutcome {
            id,
            version,
            sequence,
            changed: _,
            message,
            status,
            incident_id,
            late_fact_id: _,
            token: _,
        } = outcome;
        let incident_id = incident_id.map(|id| id.uuid());
        Self { id, result: DoneResult { message }, status, incident_id, version, sequence }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_of_the_same_credential_names_the_same_id() {
        let (phone, desk) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(id_from_key(phone, "a"), id_from_key(phone, "a"));
        assert_ne!(id_from_key(phone, "a"), id_from_key(phone, "b"));
        assert_ne!(id_from_key(phone, "a"), id_from_key(desk, "a"));
        assert_eq!(id_from_key(phone, "a").get_version_num(), 8);
    }

    #[test]
    fn a_precondition_may_be_given_twice_but_not_differently() {
        assert_eq!(agreed("The body", Some(1), None), Ok(Some(1)));
        assert_eq!(agreed("The body", Some(1), Some(1)), Ok(Some(1)));
        assert!(agreed("The body", Some(1), Some(2)).is_err());
    }
}
