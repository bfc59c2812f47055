//! Lists as files, for browsers and spreadsheets.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use depot_app::{DepotQuery, ExportFormat};
use serde::Deserialize;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Content, Ref, Required};
use utoipa::{IntoParams, ToSchema};

use crate::credential::Caller;
use crate::endpoint::Shared;
use crate::extract::Params;
use crate::openapi::QueryMessage;
use crate::problem::Problem;

/// Of what a file is to be made, and how.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    query: String,
    format: ExportFormat,
}

impl IntoParams for Wanted {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let needed = |name, description| {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
            parameter.required(Required::True).description(Some(description))
        };
        let query = "A query of `/api/queries`, e.g. `{\"query\":\"deliveries\",\"late\":true}`; its `limit` and \
            `cursor` do not count";
        let json = Content::new(Some(Ref::from_schema_name(QueryMessage::name())));
        let format = Ref::from_schema_name(ExportFormat::name());
        vec![
            needed("query", query).content("application/json", json).build(),
            needed("format", "How the table is written").schema(Some(format)).build(),
        ]
    }
}

/// Makes a file of a list: every row that fits, in the depot's language and at its clock.
#[utoipa::path(get, path = "/api/export", tag = "Messages", params(Wanted),
    responses((status = 200, description = "The file", content(
        (Vec<u8> = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
pub(crate) async fn make(
    State(endpoint): State<Shared>,
    Caller { actor, .. }: Caller,
    Params(Wanted { query, format }): Params<Wanted>,
) -> Result<Response, Problem> {
    let query: DepotQuery = serde_json::from_str(&query)
        .map_err(|error| Problem::malformed(format!("Query parameter query: {error}")))?;
    let file = endpoint.app.export(&actor, query, format).await?;
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{}\"", file.file_name))
        .map_err(|_| Problem::internal())?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.media_type)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, file.bytes).into_response())
}
