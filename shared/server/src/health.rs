//! Whether the depot lives and can work. Says so to anybody, and nothing else.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::endpoint::Shared;
use crate::problem::Problem;

/// How the depot is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`; a depot that is not well answers a problem instead.
    status: &'static str,
}

const OK: Json<Health> = Json(Health { status: "ok" });

/// Whether the depot can work.
#[utoipa::path(get, path = "/health", tag = "Operation",
    responses((status = 200, description = "It can", body = Health)))]
pub(crate) async fn show(State(endpoint): State<Shared>) -> Result<Json<Health>, Problem> {
    endpoint.app.ready().await?;
    Ok(OK)
}

/// Whether the program runs; if not, it should be started again.
#[utoipa::path(get, path = "/health/live", tag = "Operation",
    responses((status = 200, description = "It runs", body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    OK
}

/// Whether the depot can read and write its record.
#[utoipa::path(get, path = "/health/ready", tag = "Operation",
    responses((status = 200, description = "It can", body = Health)))]
pub(crate) async fn ready(State(endpoint): State<Shared>) -> Result<Json<Health>, Problem> {
    endpoint.app.ready().await?;
    Ok(OK)
}
