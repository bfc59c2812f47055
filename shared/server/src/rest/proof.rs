//! Proof of delivery: who received it, and the signature and photos that show it, as JSON or with files.

use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use depot_app::{
    DepotAnswer, DepotCommand, DepotQuery, PHOTO_MAX_BYTES, PictureUse, StagedFile, Upload as FileUpload,
    schema,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::domain::DeliveryCommand;
use crate::domain::delivery::{FileRef, MAX_PHOTOS};
use crate::domain::values::{DeliveryId, ReceiverName, SignatureUrl};
use crate::endpoint::Shared;
use crate::extract::{At, Body, is_json, media_type};
use crate::files::MAX_SIGNATURE_BYTES;
use crate::problem::{Problem, Reason};
use crate::request::{Done, Write};
use crate::uploads::{add, admit};

/// A receiver's name or a URL, in bytes.
const MAX_TEXT_BYTES: usize = 4 * 1024;
/// All of an upload: what its parts may have, and their headers.
const MAX_UPLOAD_BYTES: usize = 100 * 1024 * 1024;

pub(super) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(capture))
}

/// Who received a delivery.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Proof {
    /// Who received it.
    #[schema(value_type = schema::ReceiverName)]
    receiver_name: ReceiverName,
    /// Where another system keeps the signature.
    #[schema(value_type = Option<schema::SignatureUrl>)]
    signature_url: Option<SignatureUrl>,
    /// Refuse unless the delivery has exactly this many events.
    #[schema(value_type = Option<schema::Version>)]
    expected_version: Option<u32>,
}

/// The same with files, as `multipart/form-data`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "describes the parts that `Upload` reads")]
struct ProofUpload {
    /// Who received it.
    #[schema(value_type = schema::ReceiverName)]
    receiver_name: String,
    /// Where another system keeps the signature.
    #[schema(value_type = Option<schema::SignatureUrl>)]
    signature_url: Option<String>,
    /// The signature as PNG, JPEG, WebP or SVG, up to 256 KiB.
    #[schema(value_type = Option<String>, format = Binary)]
    signature: Option<Vec<u8>>,
    /// Up to 10 photos, each up to 25 MiB and 50 million pixels. Larger than 5 MiB or 20 million pixels they are made smaller.
    #[schema(value_type = Option<Vec<String>>, format = Binary, max_items = 10)]
    photos: Option<Vec<Vec<u8>>>,
}

/// Shows who received a delivery, which ends it.
#[utoipa::path(post, path = "/api/deliveries/{id}/proof-of-delivery", tag = "Deliveries",
    params(("id" = Uuid, Path, description = "Which delivery")),
    request_body(content((Proof = "application/json"), (ProofUpload = "multipart/form-data"))),
    responses((status = 200, description = "Delivered, or it was so already", body = Done)))]
async fn capture(write: Write, At(id): At<DeliveryId>, request: Request) -> Result<Json<Done>, Problem> {
    let media_type = media_type(request.headers());
    if is_json(&media_type) || media_type.is_empty() {
        let Body(Proof { receiver_name, signature_url, expected_version }) =
            Body::from_request(request, &()).await?;
        let command = DeliveryCommand::CaptureProof {
            receiver_name,
            signature_url,
            signature: None,
            photos: Vec::new(),
        };
        return write.execute(DepotCommand::Delivery { id, command }, expected_version).await;
    }
    if media_type != "multipart/form-data" {
        let detail = format!("Send application/json, or multipart/form-data with files, not {media_type:?}");
        return Err(Problem::new(Reason::UnsupportedMediaType, detail));
    }
    check_may_act(&write, id).await?;
    let _permit = admit(&write.endpoint, &write.actor).await?;
    let (command, staged) = from_upload(&write, id, request).await?;
    write.execute_with_files(DepotCommand::Delivery { id, command }, staged).await
}

/// Reads an upload and the pictures in it. They are kept once the depot took the proof.
async fn from_upload(
    write: &Write,
    id: DeliveryId,
    mut request: Request,
) -> Result<(DeliveryCommand, Vec<StagedFile>), Problem> {
    DefaultBodyLimit::max(MAX_UPLOAD_BYTES).apply(&mut request);
    let parts = Multipart::from_request(request, &()).await;
    let parts = parts.map_err(|rejection| Problem::malformed(rejection.body_text()))?;
    let upload = Upload::read(write, parts).await?;
    let receiver_name =
        upload.receiver_name.ok_or_else(|| Problem::malformed("The part receiverName is missing"))?;
    let app = &write.endpoint.app;
    let mut staged = Vec::with_capacity(upload.photos.len() + 1);
    let mut signature = None;
    if let Some(file) = upload.signature {
        let file = app.stage_file(id, file, PictureUse::Signature).await?;
        signature = Some(file.file().clone());
        staged.push(file);
    }
    let mut photos: Vec<FileRef> = Vec::with_capacity(upload.photos.len());
    for file in upload.photos {
        let file = app.stage_file(id, file, PictureUse::Photo).await?;
        photos.push(file.file().clone());
        staged.push(file);
    }
    let signature_url = upload.signature_url;
    Ok((DeliveryCommand::CaptureProof { receiver_name, signature_url, signature, photos }, staged))
}

/// Refuses who may change nothing or may not even see the delivery, before megabytes of theirs are read.
async fn check_may_act(write: &Write, id: DeliveryId) -> Result<(), Problem> {
    let app = &write.endpoint.app;
    if let DepotAnswer::Session(session) = app.query(&write.actor, DepotQuery::Session {}).await?.answer
        && !session.may_change
    {
        return Err(Problem::forbidden("This credential may look, but change nothing"));
    }
    app.query(&write.actor, DepotQuery::Delivery { id }).await?;
    Ok(())
}

/// The parts of an upload.
#[derive(Default)]
struct Upload {
    receiver_name: Option<ReceiverName>,
    signature_url: Option<SignatureUrl>,
    signature: Option<FileUpload>,
    photos: Vec<FileUpload>,
}

impl Upload {
    async fn read(write: &Write, mut parts: Multipart) -> Result<Self, Problem> {
        let mut upload = Self::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            let name = part.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "receiverName" => set_once(&mut upload.receiver_name, &name, text(part, &name).await?)?,
                "signatureUrl" => set_once(&mut upload.signature_url, &name, text(part, &name).await?)?,
                "signature" => {
                    let file = spool(write, part, &name, MAX_SIGNATURE_BYTES).await?;
                    set_once(&mut upload.signature, &name, file)?;
                }
                "photos" if upload.photos.len() < MAX_PHOTOS => {
                    upload.photos.push(spool(write, part, &name, PHOTO_MAX_BYTES).await?);
                }
                "photos" => {
                    return Err(Problem::malformed(format!("photos: at most {MAX_PHOTOS} are taken")));
                }
                _ => {
                    let valid = "receiverName, signatureUrl, signature and photos";
                    return Err(Problem::malformed(format!("Unknown part {name:?}: valid are {valid}")));
                }
            }
        }
        Ok(upload)
    }
}

fn set_once<T>(slot: &mut Option<T>, name: &str, value: T) -> Result<(), Problem> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Problem::malformed(format!("{name}: this part was given twice"))),
    }
}

async fn text<T: std::str::FromStr<Err: std::fmt::Display>>(
    part: Field<'_>,
    name: &str,
) -> Result<T, Problem> {
    let bytes = content(part, name, MAX_TEXT_BYTES).await?;
    let text =
        String::from_utf8(bytes).map_err(|_| Problem::malformed(format!("{name}: this is not UTF-8")))?;
    text.parse().map_err(|error| Problem::malformed(format!("{name}: {error}")).with("field", name))
}

/// Writes a part to the disk as it arrives.
async fn spool(
    write: &Write,
    mut part: Field<'_>,
    name: &str,
    max_bytes: usize,
) -> Result<FileUpload, Problem> {
    let mut file = write.endpoint.app.begin_upload(&write.actor).await?;
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        add(&mut file, &chunk, max_bytes, name).await?;
    }
    Ok(file)
}

/// Reads a part, and stops reading as soon as it is too long.
async fn content(mut part: Field<'_>, name: &str, max_bytes: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
        if bytes.len() + chunk.len() > max_bytes {
            return Err(Problem::new(
                Reason::TooLarge,
                format!("{name}: this has more than {max_bytes} bytes"),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn unreadable(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(Reason::TooLarge, format!("The upload has more than {MAX_UPLOAD_BYTES} bytes"));
    }
    Problem::malformed(format!("The upload could not be read: {}", error.body_text()))
}
