//! The resources: every path of the contract, spelled as commands and queries.
//!
//! One file for each noun. They translate and know no rule: what is allowed is the application's to say.

mod delivery;
mod driver;
mod incident;
mod proof;
mod route;
mod vehicle;

use depot_app::{Cursor, EntityKind, Limit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::domain::values::Timestamp;
use crate::endpoint::Shared;
use crate::problem::Problem;

/// Every resource.
pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .merge(driver::router())
        .merge(vehicle::router())
        .merge(route::router())
        .merge(delivery::router())
        .merge(incident::router())
        .merge(proof::router())
}

/// An instant in the past.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// The instant, by the clock by which events are recorded.
    #[param(value_type = chrono::DateTime<chrono::Utc>)]
    at: Timestamp,
}

/// Which part of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Part {
    /// How many, 1 to 500; 500 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    limit: Option<Limit>,
    /// The `nextCursor` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// How a past state is described; the application writes it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PastState)]
struct PastStateDocument {
    /// What sort of thing.
    entity: EntityKind,
    /// Which one.
    entity_id: Uuid,
    /// The instant.
    at: chrono::DateTime<chrono::Utc>,
    /// How many events it had.
    version: u32,
    /// What it was; null where it did not exist yet.
    #[schema(value_type = Option<Object>)]
    state: Option<serde_json::Value>,
}

/// Narrows a filter to what the path names; a parameter may repeat it, but not contradict it.
fn narrow<Id: PartialEq>(filter: &mut Option<Id>, name: &str, id: Id) -> Result<(), Problem> {
    match filter.replace(id) {
        Some(other) if Some(&other) != filter.as_ref() => Err(Problem::malformed(format!(
            "Query parameter {name}: the path names another one; leave it out"
        ))),
        Some(_) | None => Ok(()),
    }
}
