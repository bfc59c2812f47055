//! Files that the depot keeps, such as signatures and photos: shown, and taken after the fact that names them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use depot_app::{Actor, Code, FileSchema, NamedFile, schema};

use crate::credential::Caller;
use crate::domain::delivery::{FileHash, FileRef};
use crate::domain::values::DeliveryId;
use crate::endpoint::Shared;
use crate::extract::At;
use crate::problem::{Problem, Reason};

/// The most bytes of a signature and of a photo.
pub(crate) const MAX_SIGNATURE_BYTES: usize = 256 * 1024;
pub(crate) const MAX_PHOTO_BYTES: usize = 5 * 1024 * 1024;

/// What somebody uploaded must never run as ours: an SVG may hold scripts.
const UPLOADED_CSP: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
);

/// Shows a file that belongs to a proof of delivery or to an incident.
#[utoipa::path(get, path = "/api/files/{hash}", tag = "Deliveries",
    params(("hash" = schema::FileHash, Path, description = "SHA-256 of the content")),
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

/// Takes the content of a file that a fact of the delivery names by its hash. A phone sends facts first and files after.
#[utoipa::path(put, path = "/api/deliveries/{id}/files/{hash}", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery"),
        ("hash" = schema::FileHash, Path, description = "SHA-256 of the content")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, description = "It is on disk, or was so already", body = FileSchema)))]
pub(crate) async fn take(
    State(endpoint): State<Shared>,
    Caller { actor, .. }: Caller,
    At((id, hash)): At<(DeliveryId, FileHash)>,
    mut request: Request,
) -> Result<Json<FileRef>, Problem> {
    let max_bytes = longest(&endpoint, &actor, id, &hash).await?;
    // Held until the file is on disk: it bounds the memory that uploads take together.
    let _permit = endpoint.uploads.acquire().await.map_err(|_| Problem::internal())?;
    DefaultBodyLimit::max(max_bytes).apply(&mut request);
    let content = Bytes::from_request(request, &()).await.map_err(|error| unreadable(&error, max_bytes))?;
    Ok(Json(endpoint.app.take_file(&actor, hash, content.into()).await?))
}

/// How long the file may be, where a fact of the delivery names it. Asked before a byte of it is read.
async fn longest(
    endpoint: &Shared,
    actor: &Actor,
    id: DeliveryId,
    hash: &FileHash,
) -> Result<usize, Problem> {
    if !actor.may_change() {
        return Err(Problem::forbidden("This credential may look, but change nothing"));
    }
    match endpoint.app.named_file(actor, id, hash.clone()).await? {
        Some(NamedFile::Signature) => return Ok(MAX_SIGNATURE_BYTES),
        Some(NamedFile::Photo) => return Ok(MAX_PHOTO_BYTES),
        None => {}
    }
    let detail = "Nothing on this delivery names this file: send the proof or the incident first";
    Err(Problem::new(Reason::App(Code::NotFound), detail))
}

fn unreadable(rejection: &BytesRejection, max_bytes: usize) -> Problem {
    if let BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)) = rejection {
        return Problem::new(Reason::TooLarge, format!("The file has more than {max_bytes} bytes"));
    }
    // Everything else is a connection that broke off in the middle.
    Problem::malformed(format!("The file could not be read: {}", rejection.body_text()))
}
