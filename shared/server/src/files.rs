//! Files that the depot keeps, such as signatures and photos.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use depot_app::Code;

use crate::credential::Caller;
use crate::domain::delivery::FileHash;
use crate::endpoint::Shared;
use crate::extract::At;
use crate::problem::{Problem, Reason};

/// What somebody uploaded must never run as ours: an SVG may hold scripts.
const UPLOADED_CSP: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
);

/// Shows a file that belongs to a proof of delivery.
#[utoipa::path(get, path = "/api/files/{hash}", tag = "Deliveries",
    params(("hash" = String, Path, description = "SHA-256 of the content in 64 lower-case hexadecimal digits")),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream")))]
pub(crate) async fn show(
    State(endpoint): State<Shared>,
    Caller { actor, .. }: Caller,
    At(hash): At<FileHash>,
) -> Result<Response, Problem> {
    let Some((media_type, bytes)) = endpoint.app.file(&actor, hash).await? else {
        return Err(Problem::new(Reason::App(Code::NotFound), "There is no such file"));
    };
    let media_type = HeaderValue::try_from(media_type).map_err(|_| Problem::internal())?;
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_SECURITY_POLICY, UPLOADED_CSP),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        // Named by its content, so it never changes; private, because not everybody may see it.
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ];
    Ok((headers, bytes).into_response())
}
