//! What is done for a depot while it is served, without anybody asking: its log is checked once, sealed daily, and
//! backed up. Nothing here is in the way of a command.

use std::sync::Weak;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use depot_store::chain::{Verification, Verified, VerifyError};
use depot_store::seal::{self, SealKey};

use crate::app::{App, Inner};
use crate::data::Job;
use crate::error::AppError;
use crate::{backup, personal};

/// How long after the start, and from then on how often, it is looked what is due.
const INTERVAL: Duration = Duration::from_secs(30);
/// How often it is looked whether somebody was erased beside this depot.
const ERASURES_EVERY: Duration = Duration::from_secs(5);
const SEAL_AFTER: TimeDelta = TimeDelta::hours(24);
/// A check reads so many events and then rests for twenty times as long as they take, about.
const EVENTS_AT_ONCE: u32 = 2_000;
const REST: Duration = Duration::from_millis(50);

/// Works until the depot is dropped or closed.
pub(crate) async fn keep_up(inner: Weak<Inner>) {
    let mut verified = false;
    loop {
        // Between the looks nothing holds the depot, so that dropping it closes it.
        tokio::time::sleep(INTERVAL).await;
        let Some(app) = inner.upgrade().map(App::of) else { return };
        if !verified {
            verify(&app).await;
            verified = true;
        }
        if let Err(error) = seal_daily(&app).await {
            tracing::warn!(%error, "the log was not sealed; it is tried again");
        }
        if let Err(error) = app.forget_old_positions().await {
            tracing::warn!(%error, "old positions were not forgotten; it is tried again");
        }
        back_up_when_due(&app).await;
    }
}

/// Finishes erasures that a command beside this depot left to it, or that were interrupted.
pub(crate) async fn finish_erasures(inner: Weak<Inner>) {
    loop {
        tokio::time::sleep(ERASURES_EVERY).await;
        let Some(app) = inner.upgrade().map(App::of) else { return };
        if let Err(error) = app.finish_erasures().await {
            tracing::warn!(%error, "an erasure is not finished; it is tried again");
        }
    }
}

async fn verify(app: &App) {
    // Somebody asked for a check already.
    if !app.begin(Job::Check) {
        return;
    }
    let started = std::time::Instant::now();
    let outcome = verify_gently(app).await;
    app.ended(
        Job::Check,
        match &outcome {
            Ok(Ok(verified)) => Ok(verified.events),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.detail.clone()),
        },
    );
    match outcome {
        Ok(Ok(verified)) => {
            let (events, seals, ms) = (verified.events, verified.seals, started.elapsed().as_millis());
            tracing::info!(events, seals, ms, "the event log is whole");
        }
        Ok(Err(error)) => tracing::error!(%error, "THE EVENT LOG IS NOT WHOLE: restore a backup"),
        Err(error) => tracing::warn!(%error, "the event log could not be checked"),
    }
}

/// Checks the log in small pieces with rests between them: for other readers and the writer it is hardly there, and no
/// snapshot is held for long.
pub(crate) async fn verify_gently(app: &App) -> Result<Result<Verified, VerifyError>, AppError> {
    let key = SealKey::read(app.folder()).map_err(AppError::storage)?.map(|key| key.public());
    let mut verification = Verification::new(key, personal::ERASURES);
    loop {
        let step = app.store().read(move |connection| {
            let advanced = verification.advance(connection, EVENTS_AT_ONCE);
            Ok::<_, AppError>((verification, advanced))
        });
        let (resumed, advanced) = step.await?;
        match advanced {
            Ok(Some(verified)) => return Ok(Ok(verified)),
            Ok(None) => {}
            Err(error) => return Ok(Err(error)),
        }
        verification = resumed;
        tokio::time::sleep(REST).await;
    }
}

async fn seal_daily(app: &App) -> Result<(), AppError> {
    let newest = app.store().read(|connection| Ok::<_, AppError>(seal::newest(connection, 1)?)).await?.pop();
    let now = app.now().datetime();
    let due = newest.is_none_or(|seal| seal.sequence < app.head() && now - seal.at >= SEAL_AFTER);
    if due && let Some(seal) = app.seal().await? {
        tracing::info!(sequence = seal.sequence, code = seal.code(), "the log was sealed");
    }
    Ok(())
}

async fn back_up_when_due(app: &App) {
    let settings = app.settings().backup.clone();
    if settings.every_minutes == 0 || app.head() == 0 {
        return;
    }
    let (data, now) = (app.folder().to_owned(), app.now().datetime());
    let head = app.head();
    let made = tokio::task::spawn_blocking(move || {
        let to = backup::place(&data, &settings);
        if !is_due(backup::list_own(&data, &to)?.last(), head, settings.every_minutes, now) {
            return Ok(None);
        }
        let made = backup::make(&data, &to, now)?;
        // Only now that a newer one is verified.
        let mut removed = 0;
        for place in backup::places(&data, &settings) {
            let kept = (settings.keep_hours, settings.keep_days);
            removed += backup::prune(&data, &place, kept, now)?.len();
        }
        Ok::<_, backup::BackupError>(Some((made, removed)))
    });
    match made.await {
        Ok(Ok(Some((made, removed)))) => {
            app.ended(Job::Backup, Ok(made.manifest.events));
            let (events, bytes) = (made.manifest.events, made.bytes());
            tracing::info!(events, bytes, removed, "a backup was made and verified");
        }
        Ok(Ok(None)) => {}
        Ok(Err(error)) => no_backup(app, &error),
        Err(error) => no_backup(app, &error),
    }
}

fn no_backup(app: &App, error: &dyn std::error::Error) {
    tracing::error!(%error, "no backup was made");
    app.ended(Job::Backup, Err(error.to_string()));
}

/// Whether it is time for another. Without new events one a day is enough.
fn is_due(last: Option<&backup::Backup>, head: u64, every_minutes: u32, now: DateTime<Utc>) -> bool {
    let Some(last) = last else { return true };
    let age = now - last.manifest.begun_at;
    // A clock that was put back must not keep the next backup waiting.
    let idle = last.manifest.events == head && age < TimeDelta::hours(24);
    age < TimeDelta::zero() || age >= TimeDelta::minutes(every_minutes.into()) && !idle
}
