//! Files that the depot keeps, such as signatures and photos: shown, and taken after the fact that names them.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use depot_app::{Actor, Code, FILE_MAX_BYTES, FileSchema, NamedFile, PictureUse, schema};

use crate::credential::Caller;
use crate::domain::delivery::{FileHash, FileRef};
use crate::domain::values::DeliveryId;
use crate::endpoint::Shared;
use crate::extract::At;
use crate::problem::{Problem, Reason};
use crate::uploads::{admit, spool};

/// The most bytes of a signature.
pub(crate) const MAX_SIGNATURE_BYTES: usize = 256 * 1024;

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
    request: Request,
) -> Result<Json<FileRef>, Problem> {
    let (shows, max_bytes) = announced(&endpoint, &actor, id, &hash).await?;
    let _permit = admit(&endpoint, &actor).await?;
    let upload = spool(&endpoint, &actor, request.into_body(), max_bytes).await?;
    Ok(Json(endpoint.app.take_file(&actor, id, hash, upload, shows).await?))
}

/// What the file is to show and how long it may be, where a fact of the delivery names it. Asked before a byte of it is read.
async fn announced(
    endpoint: &Shared,
    actor: &Actor,
    id: DeliveryId,
    hash: &FileHash,
) -> Result<(PictureUse, usize), Problem> {
    if !actor.may_change() {
        return Err(Problem::forbidden("This credential may look, but change nothing"));
    }
    match endpoint.app.named_file(actor, id, hash.clone()).await? {
        Some(NamedFile::Signature) => return Ok((PictureUse::Signature, MAX_SIGNATURE_BYTES)),
        Some(NamedFile::Photo) => return Ok((PictureUse::Photo, FILE_MAX_BYTES)),
        None => {}
    }
    let detail = "Nothing on this delivery names this file: send the proof or the incident first";
    Err(Problem::new(Reason::App(Code::NotFound), detail))
}
