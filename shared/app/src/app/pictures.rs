//! What the application does with signatures and photos: reads them, keeps those that a fact names, and shows them.

use std::sync::Arc;

use depot_domain::DeliveryCommand;
use depot_domain::delivery::{FileHash, FileRef};
use depot_domain::values::DeliveryId;

use super::App;
use crate::access;
use crate::actor::Actor;
use crate::command::{CommandOutcome, CommandRequest, DepotCommand, Trace};
use crate::entity::Caches;
use crate::error::{AppError, Code};
use crate::files::{self, StagedFile, Upload};
use crate::picture::{PictureUse, Stop, StopOnDrop};
use crate::query::Topic;
use depot_store::Unit;

/// How many pictures are read at one time: each takes a core, and up to some hundred megabytes of memory.
pub(crate) const READ_AT_ONCE: usize = 2;

impl App {
    /// Begins to take a file in. Its bytes go to the disk as they arrive.
    ///
    /// # Errors
    /// The role does not allow it, the disk has no room beside what events need, or nothing can be written.
    pub async fn begin_upload(&self, actor: &Actor) -> Result<Upload, AppError> {
        access::keep_file(actor)?;
        self.check_files()?;
        self.check_room()?;
        Upload::begin(self.folder(), self.inner.run).await
    }

    /// Checks whether a credential may hand in more pictures today.
    ///
    /// # Errors
    /// The register cannot be read.
    pub async fn has_file_quota(&self, actor: &Actor) -> Result<bool, AppError> {
        let max_bytes = u64::from(self.settings().files.quota_mb) * 1_000_000;
        let (actor, now) = (actor.clone(), self.now());
        self.store().read(move |tables| files::check_quota(tables, &actor, max_bytes, now)).await
    }

    /// Pictures are refused before the disk is so full that events would be.
    fn check_room(&self) -> Result<(), AppError> {
        let floor_mb = self.settings().files.free_mb;
        // A file system that does not say is no reason to refuse a proof.
        let Ok(free_bytes) = fs4::available_space(self.folder()) else { return Ok(()) };
        if free_bytes >= u64::from(floor_mb) * 1_000_000 {
            return Ok(());
        }
        let detail = format!(
            "The depot's disk has less than {floor_mb} MB left, which are kept for what is recorded: make room, then send the picture again"
        );
        Err(AppError::new(Code::Unavailable, detail))
    }

    /// Reads a picture for a delivery. It is kept by [`execute_with_files`](Self::execute_with_files), or removed.
    ///
    /// # Errors
    /// It is no whole picture, shows nothing where it is a signature, or could not be written.
    pub async fn stage_file(
        &self,
        delivery: DeliveryId,
        upload: Upload,
        shows: PictureUse,
    ) -> Result<StagedFile, AppError> {
        let arrived = upload.finish().await?;
        self.read_picture(move |stop| StagedFile::clean(delivery, &arrived, shows, stop)).await
    }

    /// The same with bytes that are in memory already.
    ///
    /// # Errors
    /// As for [`begin_upload`](Self::begin_upload) and [`stage_file`](Self::stage_file).
    pub async fn stage_bytes(
        &self,
        actor: &Actor,
        delivery: DeliveryId,
        bytes: &[u8],
        shows: PictureUse,
    ) -> Result<StagedFile, AppError> {
        let mut upload = self.begin_upload(actor).await?;
        upload.write(bytes).await?;
        self.stage_file(delivery, upload, shows).await
    }

    /// Reads the photos that came with a proof, and names them in it.
    ///
    /// # Errors
    /// As for [`stage_bytes`](Self::stage_bytes), or photos came with another command.
    pub async fn stage_photos(
        &self,
        actor: &Actor,
        request: &mut CommandRequest,
        photos: &[Vec<u8>],
    ) -> Result<Vec<StagedFile>, AppError> {
        let mut staged = Vec::with_capacity(photos.len());
        if photos.is_empty() {
            return Ok(staged);
        }
        let DepotCommand::Delivery { id, command: DeliveryCommand::CaptureProof { photos: named, .. } } =
            &mut request.command
        else {
            return Err(AppError::new(Code::Unfit, "Photos go with a proof of delivery alone"));
        };
        for photo in photos {
            let file = self.stage_bytes(actor, *id, photo, PictureUse::Photo).await?;
            named.push(file.file().clone());
            staged.push(file);
        }
        Ok(staged)
    }

    /// Does what is asked, and then keeps the files that came with it. A command that is refused leaves none of them.
    ///
    /// # Errors
    /// Why it was not done. Where only a file could not be kept, the command was done, and the same again keeps it.
    pub async fn execute_with_files(
        &self,
        actor: &Actor,
        request: CommandRequest,
        trace: Trace,
        staged: Vec<StagedFile>,
    ) -> Result<CommandOutcome, AppError> {
        let delivery = match &request.command {
            DepotCommand::Delivery { id, .. } => Some(*id),
            DepotCommand::Driver { .. }
            | DepotCommand::Vehicle { .. }
            | DepotCommand::Route { .. }
            | DepotCommand::Phone { .. }
            | DepotCommand::Depot { .. } => None,
        };
        let outcome = self.execute(actor, request, trace).await?;
        if let Some(delivery) = delivery {
            for file in staged {
                self.keep_staged(actor, delivery, file).await?;
            }
        }
        Ok(outcome)
    }

    /// Keeps the content of a picture that a fact of the delivery has named by its hash; it is on disk when this returns.
    ///
    /// # Errors
    /// It has another hash, is no bare picture, shows nothing where it is a signature, or could not be written.
    pub async fn take_file(
        &self,
        actor: &Actor,
        delivery: DeliveryId,
        named: FileHash,
        upload: Upload,
        shows: PictureUse,
    ) -> Result<FileRef, AppError> {
        access::keep_file(actor)?;
        let arrived = upload.finish().await?;
        let read = move |stop: &Stop| StagedFile::announced(delivery, named, &arrived, shows, stop);
        let staged = self.read_picture(read).await?;
        let file = staged.file().clone();
        self.keep_staged(actor, delivery, staged).await?;
        self.tell(&[Topic::Files]);
        Ok(file)
    }

    /// Reads a picture on a thread of its own. The permit goes with the work, which stops when nobody waits for it any more.
    async fn read_picture<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Stop) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let permit = Arc::clone(&self.inner.reading).acquire_owned().await.map_err(AppError::storage)?;
        let stop = Stop::default();
        let stop_when_dropped = StopOnDrop(stop.clone());
        let work = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            read(&stop)
        });
        let done = work.await.map_err(AppError::storage)?;
        drop(stop_when_dropped);
        done
    }

    async fn keep_staged(
        &self,
        actor: &Actor,
        delivery: DeliveryId,
        staged: StagedFile,
    ) -> Result<(), AppError> {
        // An erasure must not remove a file between its keeping and its note.
        let _one_at_a_time = self.inner.filing.lock().await;
        let folder = self.inner.folder.clone();
        let kept = tokio::task::spawn_blocking(move || staged.keep(&folder).map(|()| staged));
        let staged = kept.await.map_err(AppError::storage)??;
        self.check_files()?;
        self.note_received(actor, vec![(delivery, staged.file().clone())]).await
    }

    async fn note_received(
        &self,
        actor: &Actor,
        received: Vec<(DeliveryId, FileRef)>,
    ) -> Result<(), AppError> {
        let (actor, now) = (actor.clone(), self.now());
        let note = move |unit: &mut Unit<'_>, _: &mut Caches| {
            let tables = unit.tables_mut()?;
            for (delivery, file) in &received {
                files::receive(tables, *delivery, file, &actor, now)?;
            }
            Ok::<_, AppError>(())
        };
        Ok(self.store().write(note).await?)
    }

    /// Keeps the files that a killed depot had read for a recorded fact, and removes what else it left of uploads.
    ///
    /// # Errors
    /// They cannot be read or removed; the next start tries again.
    pub async fn finish_uploads(&self) -> Result<(), AppError> {
        let (folder, run) = (self.inner.folder.clone(), self.inner.run);
        let adopt = move |tables: &rusqlite::Connection| {
            files::adopt_staged(&folder, run, |delivery, hash| {
                Ok(!files::is_received(tables, delivery, hash)? && files::is_named(tables, delivery, hash)?)
            })
        };
        let adopted = self.store().read(adopt).await?;
        if !adopted.is_empty() {
            tracing::info!(files = adopted.len(), "files that an interrupted run had read are kept");
            self.note_received(&Actor::desk(), adopted).await?;
            self.tell(&[Topic::Files]);
        }
        let folder = self.inner.folder.clone();
        let removed = tokio::task::spawn_blocking(move || files::remove_remains(&folder, run));
        removed.await.map_err(AppError::storage)?.map_err(AppError::storage)
    }

    /// The media type and content of a picture; a driver sees only those that were handed in for its own deliveries.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn file(&self, actor: &Actor, hash: FileHash) -> Result<Option<(String, Vec<u8>)>, AppError> {
        if let Some(driver) = actor.driver_id {
            let name = hash.clone();
            let is_shown = move |tables: &rusqlite::Connection| {
                Ok::<_, AppError>(files::is_shown_to(tables, &name, driver)?)
            };
            if !self.store().read(is_shown).await? {
                return Ok(None);
            }
        }
        let folder = self.inner.folder.clone();
        tokio::task::spawn_blocking(move || files::read(&folder, &hash)).await.map_err(AppError::storage)?
    }
}
