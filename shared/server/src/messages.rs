//! The typed commands and queries of the desk, as the window sends them.

use axum::Json;
use axum::extract::State;
use depot_app::{Answered, CommandOutcome, CommandRequest, DepotQuery};

use crate::credential::Caller;
use crate::endpoint::Shared;
use crate::extract::Message;
use crate::openapi;
use crate::problem::Problem;
use crate::request::Write;

/// Has a command done.
#[utoipa::path(post, path = "/api/commands", tag = "Messages", request_body = openapi::CommandMessage,
    responses((status = 200, description = "Done, or it was so already", body = CommandOutcome)))]
pub(crate) async fn execute(
    write: Write,
    Message(request): Message<CommandRequest>,
) -> Result<Json<CommandOutcome>, Problem> {
    write.execute_request(request).await
}

/// Answers a query.
#[utoipa::path(post, path = "/api/queries", tag = "Messages", request_body = openapi::QueryMessage,
    responses((status = 200, description = "The answer, and what makes it stale", body = openapi::AnsweredMessage)))]
pub(crate) async fn query(
    State(endpoint): State<Shared>,
    Caller { actor, .. }: Caller,
    Message(query): Message<DepotQuery>,
) -> Result<Json<Answered>, Problem> {
    Ok(Json(endpoint.app.query(&actor, query).await?))
}
