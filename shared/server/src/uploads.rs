//! Files on their way in: how many of them a credential may have under way, and how their bytes get to the disk.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use depot_app::{Actor, Upload};
use futures_util::StreamExt as _;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::endpoint::Endpoint;
use crate::problem::{Problem, Reason};

/// How many uploads of one credential are read at one time. Slow ones keep out nobody else's.
const UPLOADS_AT_ONCE: usize = 2;
/// After how long a credential that used up its day may ask again, in seconds.
const QUOTA_RETRY_SECONDS: u64 = 600;

/// The permits for uploads, by credential.
#[derive(Default)]
pub(crate) struct UploadPermits(Mutex<HashMap<Uuid, Arc<Semaphore>>>);

impl UploadPermits {
    /// Waits until the credential has fewer than so many uploads under way.
    async fn acquire(&self, credential: Uuid) -> Result<OwnedSemaphorePermit, Problem> {
        let permits = {
            let mut by_credential = self.0.lock();
            // Those whom nobody uses have all their permits, and no other owner.
            by_credential.retain(|_, permits| {
                permits.available_permits() < UPLOADS_AT_ONCE || Arc::strong_count(permits) > 1
            });
            let fresh = || Arc::new(Semaphore::new(UPLOADS_AT_ONCE));
            Arc::clone(by_credential.entry(credential).or_insert_with(fresh))
        };
        permits.acquire_owned().await.map_err(|_| Problem::internal())
    }
}

/// Admits an upload of `actor`: not too many at once, and not too much on a day.
pub(crate) async fn admit(endpoint: &Endpoint, actor: &Actor) -> Result<OwnedSemaphorePermit, Problem> {
    let permit = endpoint.uploads.acquire(actor.credential).await?;
    if endpoint.app.has_file_quota(actor).await? {
        return Ok(permit);
    }
    let megabytes = endpoint.app.settings().files.quota_mb;
    let detail = format!(
        "{} handed in {megabytes} MB of pictures today, which is the most: send the rest tomorrow, or raise files.quota_mb",
        actor.name
    );
    Err(Problem::rate_limited(detail, QUOTA_RETRY_SECONDS))
}

/// Writes a body to the disk as it arrives, and stops reading as soon as it is too long.
pub(crate) async fn spool(
    endpoint: &Endpoint,
    actor: &Actor,
    body: Body,
    max_bytes: usize,
) -> Result<Upload, Problem> {
    let mut upload = endpoint.app.begin_upload(actor).await?;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        // Everything that goes wrong here is a connection that broke off in the middle.
        let bytes =
            chunk.map_err(|error| Problem::malformed(format!("The file could not be read: {error}")))?;
        add(&mut upload, &bytes, max_bytes, "The file").await?;
    }
    Ok(upload)
}

/// Adds bytes to an upload that may have at most so many.
pub(crate) async fn add(
    upload: &mut Upload,
    bytes: &[u8],
    max_bytes: usize,
    what: &str,
) -> Result<(), Problem> {
    if upload.length_bytes() + bytes.len() > max_bytes {
        let detail = format!("{what} has more than {max_bytes} bytes: make the picture smaller");
        return Err(Problem::new(Reason::TooLarge, detail));
    }
    Ok(upload.write(bytes).await?)
}
