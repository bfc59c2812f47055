//! What is done for a depot while it is served, without anybody asking: its log is checked once, sealed daily, and
//! backed up. Nothing here is in the way of a command.

use std::sync::Weak;
use std::time::Duration;

use chrono::TimeDelta;
use depot_store::chain::{Verification, Verified, VerifyError};
use depot_store::seal;

use crate::app::{App, Inner};
use crate::backup::run;
use crate::data::Job;
use crate::error::AppError;
use crate::query::Topic;
use crate::steady::{self, Steadiness};
use crate::{landmarks, personal};

/// How long after the start, and from then on how often, it is looked what is due.
const INTERVAL: Duration = Duration::from_secs(30);
/// How often the depot's files are looked for.
const FILES_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether somebody was erased beside this depot.
const ERASURES_EVERY: Duration = Duration::from_secs(5);
const SEAL_AFTER: TimeDelta = TimeDelta::hours(24);
/// A check reads so many events and then rests for twenty times as long as they take, about.
const EVENTS_AT_ONCE: u32 = 2_000;
const REST: Duration = Duration::from_millis(50);

/// Works until the depot is dropped or closed.
pub(crate) async fn keep_up(inner: Weak<Inner>) {
    let mut verified = false;
    let mut steadiness = Steadiness::default();
    if let Some(app) = inner.upgrade().map(App::of)
        && let Err(error) = app.finish_uploads().await
    {
        tracing::warn!(%error, "what an earlier run left of uploads was not removed; the next start tries again");
    }
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
        run::run_when_due(&app).await;
        if !steadiness.look(app.now(), steady::uptime_s()) {
            // By a clock that jumped everything may look old.
            continue;
        }
        if let Err(error) = app.forget_old_positions().await {
            tracing::warn!(%error, "old positions were not forgotten; it is tried again");
        }
        if let Err(error) = app.shorten_credentials().await {
            tracing::warn!(%error, "credentials of a wrong clock were not shortened; it is tried again");
        }
        if let Err(error) = run::prune_one(&app).await {
            tracing::warn!(error, "old backups were not removed; it is tried again");
        }
    }
}

/// Says at the desk and in the log when a file of the depot is gone, and when it is back.
pub(crate) async fn watch_files(inner: Weak<Inner>) {
    let mut was_gone = false;
    loop {
        tokio::time::sleep(FILES_EVERY).await;
        let Some(app) = inner.upgrade().map(App::of) else { return };
        let found = app.check_files();
        let is_gone = found.is_err();
        if is_gone != was_gone {
            match found {
                Err(error) => tracing::error!(%error, "nothing is recorded any more"),
                Ok(()) => tracing::info!("the depot's files are back"),
            }
            app.tell(&[Topic::Depot]);
        }
        was_gone = is_gone;
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
    let outcome = async {
        app.check_schema().await?;
        app.check_beside_log().await?;
        verify_gently(app).await
    };
    let outcome = outcome.await;
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
    let key = landmarks::keys(app.folder()).map_err(AppError::storage)?;
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
