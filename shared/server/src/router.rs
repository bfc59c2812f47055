//! Which path leads where, and through what every request passes on its way.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::endpoint::Shared;
use crate::extract::MAX_JSON_BYTES;
use crate::problem::{Problem, Reason};
use crate::{
    changes, desk, docs, events, exports, files, health, layers, messages, metrics, openapi, pairing, rest,
    session,
};

/// Smaller answers fit into one packet anyway.
const COMPRESS_ABOVE_BYTES: u64 = 1024;

/// Every route that the OpenAPI document describes. A handler cannot be routed here without being described.
fn documented() -> OpenApiRouter<Shared> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .merge(rest::router())
        .routes(routes!(messages::execute))
        .routes(routes!(messages::query))
        .routes(routes!(changes::follow))
        .routes(routes!(events::read))
        .routes(routes!(events::acknowledge))
        .routes(routes!(files::show))
        .routes(routes!(exports::make))
        .routes(routes!(files::take))
        .routes(routes!(session::open, session::show, session::close))
        .routes(routes!(pairing::claim, pairing::show))
        .routes(routes!(health::show))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::read))
        .routes(routes!(docs::document))
}

/// The OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut document = documented().into_openapi();
    openapi::complete(&mut document);
    document
}

/// The whole endpoint.
pub(crate) fn router(endpoint: &Shared) -> Router {
    let (routes, _) = documented().split_for_parts();
    let routes = routes
        .merge(docs::router())
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(desk::fallback)
        .layer(DefaultBodyLimit::max(MAX_JSON_BYTES));
    layered(routes, endpoint).with_state(Shared::clone(endpoint))
}

/// Wraps the routes; a request goes from the first layer to the last. All are one layer to axum, which makes a copy on the heap
/// of everything within each layer that it knows of, for every request.
fn layered(routes: Router<Shared>, endpoint: &Shared) -> Router<Shared> {
    let state = || Shared::clone(endpoint);
    let large = DefaultPredicate::new().and(SizeAbove::new(COMPRESS_ABOVE_BYTES));
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(state(), layers::surround))
            .layer(CatchPanicLayer::custom(layers::panicked))
            // Outside the rate limit, so that a page can read its refusal.
            .option_layer(layers::cross_origin(&endpoint.app.settings()))
            .layer(CompressionLayer::new().compress_when(large))
            .layer(from_fn_with_state(state(), layers::admit)),
    )
}

/// Answers a method that a path does not have. The header `Allow`, which names those that it has, is put on by axum.
async fn method_not_allowed(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    Problem::new(
        Reason::MethodNotAllowed,
        format!("This path cannot be used with {method}; the header Allow says with what"),
    )
    .into_response()
}
