//! What the application does for its record: checks it, seals it, rebuilds what follows from it, and lets it go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use depot_store::chain::{self, Verified};
use depot_store::seal::Seal;

use super::App;
use crate::entity::Caches;
use crate::error::{AppError, Code};
use crate::query::Topic;
use crate::{landmarks, personal, rebuild, upkeep};

impl App {
    /// Drops every projection and builds it again from the log. Says how many events were read.
    ///
    /// # Errors
    /// The log cannot be read; everything is as it was then.
    pub async fn rebuild(&self) -> Result<u64, AppError> {
        let events = self.store().write(|unit, caches| {
            *caches = Caches::default();
            rebuild::rebuild(unit.tables_mut()?)
        });
        let events = events.await?;
        self.tell(Topic::ALL);
        Ok(events)
    }

    /// Every row of every projection, table by table, as text: to compare two depots, or one before and after.
    ///
    /// # Errors
    /// They cannot be read.
    pub async fn projections(&self) -> Result<BTreeMap<String, Vec<String>>, AppError> {
        self.store().read(|connection| Ok(rebuild::dump(connection)?)).await
    }

    /// Checks the hash chain over every event, every seal, and that nothing personal was taken out but by an erasure.
    ///
    /// # Errors
    /// The first event that is not as it was recorded.
    pub async fn verify(&self) -> Result<Verified, AppError> {
        let key = landmarks::keys(self.folder()).map_err(AppError::storage)?;
        let verified = self
            .store()
            .read(move |connection| Ok::<_, AppError>(chain::verify(connection, key, personal::ERASURES)));
        verified
            .await?
            .map_err(|error| AppError::new(Code::Internal, format!("The record was tampered with: {error}")))
    }

    /// Checks the structure of the database file: pages, indexes, constraints.
    ///
    /// # Errors
    /// It is damaged.
    pub async fn check_database(&self) -> Result<(), AppError> {
        let checked = self.store().read(|c| Ok::<_, AppError>(depot_store::backup::integrity(c))).await?;
        checked.map_err(|error| AppError::new(Code::Internal, error.to_string()))
    }

    /// Seals the log as it is, unless nothing was added since it was sealed last.
    ///
    /// # Errors
    /// The key cannot be read or made, or the seal not stored.
    pub async fn seal(&self) -> Result<Option<Seal>, AppError> {
        let key = self.key()?;
        let now = self.now().datetime();
        let seal = self.store().write(move |unit, _| Ok::<_, AppError>(unit.seal(&key, now)?)).await?;
        if let Some(seal) = seal.clone() {
            let folder = self.folder().to_owned();
            let noted = tokio::task::spawn_blocking(move || landmarks::note_seal(&folder, &seal)).await;
            noted.map_err(AppError::storage)?.map_err(AppError::storage)?;
        }
        Ok(seal)
    }

    /// Looks after the depot from now on, as whoever serves it should: checks its log once, seals it daily and when it
    /// closes, and makes the backups that the settings ask for. Needs a tokio runtime.
    pub fn keep_up(&self) {
        if !self.inner.kept_up.swap(true, Ordering::Relaxed) {
            tokio::spawn(upkeep::keep_up(Arc::downgrade(&self.inner)));
            tokio::spawn(upkeep::finish_erasures(Arc::downgrade(&self.inner)));
            tokio::spawn(upkeep::watch_files(Arc::downgrade(&self.inner)));
        }
    }

    /// Finishes what was accepted and lets the folder go.
    pub async fn close(&self) {
        if self.inner.kept_up.load(Ordering::Relaxed)
            && let Err(error) = self.seal().await
        {
            tracing::warn!(%error, "the log was not sealed at its end");
        }
        self.store().close().await;
    }
}
