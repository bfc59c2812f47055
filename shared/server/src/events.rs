//! The event log for integrations: by category, in order, from a position that they keep or that we keep for them.

use axum::Json;
use axum::extract::State;
use depot_app::{EventCategory, EventFeed, Limit, schema};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::credential::Caller;
use crate::endpoint::Shared;
use crate::extract::{At, Body, Params};
use crate::problem::Problem;

/// From where to read on.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedParams {
    /// Only events after this sequence; from the consumer's stored position, or the beginning, where left out.
    #[serde(default, deserialize_with = "depot_app::sequence")]
    #[param(value_type = Option<schema::Place>)]
    after: Option<u64>,
    /// How many, 1 to 500; 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    limit: Option<Limit>,
    /// Whose stored position to read on from.
    #[param(value_type = Option<schema::Consumer>)]
    consumer: Option<String>,
}

/// How far a consumer has read.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Position {
    /// The consumer's name.
    #[schema(value_type = schema::Consumer)]
    consumer: String,
    /// The sequence of the last event that it is done with.
    #[schema(value_type = schema::Place)]
    sequence: u64,
}

/// Reads events of a category, the oldest first: at least once, in order.
#[utoipa::path(get, path = "/api/events/{category}", tag = "Events",
    params(("category" = EventCategory, Path, description = "Which events"), FeedParams),
    responses((status = 200, description = "The next events", body = EventFeed)))]
pub(crate) async fn read(
    State(endpoint): State<Shared>,
    Caller { actor, .. }: Caller,
    At(category): At<EventCategory>,
    Params(FeedParams { after, limit, consumer }): Params<FeedParams>,
) -> Result<Json<EventFeed>, Problem> {
    let limit = limit.unwrap_or_default();
    Ok(Json(endpoint.app.event_feed(&actor, category, after, consumer.as_deref(), limit).await?))
}

/// Stores how far a consumer has read; answers the stored position.
#[utoipa::path(post, path = "/api/events/{category}/position", tag = "Events",
    params(("category" = EventCategory, Path, description = "Which events")), request_body = Position,
    responses((status = 200, description = "The stored position", body = Position)))]
pub(crate) async fn acknowledge(
    State(endpoint): State<Shared>,
    Caller { actor, .. }: Caller,
    At(category): At<EventCategory>,
    Body(Position { consumer, sequence }): Body<Position>,
) -> Result<Json<Position>, Problem> {
    if i64::try_from(sequence).is_err() {
        return Err(Problem::malformed(format!("sequence: {sequence} is beyond what any log can have")));
    }
    let sequence = endpoint.app.acknowledge(&actor, category, &consumer, sequence).await?;
    Ok(Json(Position { consumer, sequence }))
}
