//! The browsable documentation, which needs nothing from outside the depot's network.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use crate::endpoint::Shared;
use crate::problem::{Problem, Reason};

/// The page styles itself with attributes and images in the style sheet.
const PAGE_CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// Written once: it is the same for every endpoint, and long.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    serde_json::to_string(&crate::router::document()).unwrap_or_else(|error| {
        tracing::error!(%error, "the document could not be written");
        "{}".to_owned()
    })
});

/// The OpenAPI document itself.
#[utoipa::path(get, path = "/api/openapi.json", tag = "Operation",
    responses((status = 200, description = "An OpenAPI 3.1 document", body = serde_json::Value)))]
pub(crate) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// The page that shows the document.
pub(crate) fn router() -> Router<Shared> {
    let config = Arc::new(Config::from("/api/openapi.json").use_base_layout().validator_url("none"));
    Router::new()
        // With the slash at its end, so that the page finds its parts beside it.
        .route("/api/docs", get(async || Redirect::permanent("/api/docs/")))
        .route("/api/docs/", get(page_part).with_state(Arc::clone(&config)))
        .route("/api/docs/{*part}", get(page_part).with_state(config))
}

async fn page_part(
    State(config): State<Arc<Config<'static>>>,
    part: Option<Path<String>>,
) -> Result<Response, Problem> {
    let part = part.as_ref().map_or("", |Path(part)| part.as_str());
    match utoipa_swagger_ui::serve(part, config) {
        Ok(Some(file)) => {
            let media_type = HeaderValue::try_from(file.content_type).map_err(|_| Problem::internal())?;
            let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_SECURITY_POLICY, PAGE_CSP)];
            Ok((headers, file.bytes.into_owned()).into_response())
        }
        Ok(None) => Err(Problem::new(Reason::NoSuchPath, "The documentation has no such page")),
        Err(error) => {
            tracing::error!(%error, "the documentation could not be shown");
            Err(Problem::internal())
        }
    }
}
