//! Making backups of the open depot: the one way in, whether somebody asked or one is due.

use chrono::TimeDelta;

use super::{Backup, BackupError, Keep, list_own, make, place, places, prune};
use crate::app::App;
use crate::data::Job;

/// Why a backup is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Somebody asked for it.
    Asked,
    /// The settings ask for one now and then.
    Due,
}

/// The last backup, as the clock counts that nobody can set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Last {
    /// Seconds of [`crate::steady::uptime_s`]; negative where it was made before the machine started.
    begun_at_s: i64,
    events: u64,
}

/// Without new events one backup a day is enough.
const IDLE_S: i64 = 24 * 60 * 60;

/// Begins a backup in the background. False where one is being made already.
pub(crate) fn begin(app: &App) -> bool {
    if !app.begin(Job::Backup) {
        return false;
    }
    let app = app.clone();
    tokio::spawn(async move { run(&app, Reason::Asked).await });
    true
}

/// Makes a backup where one is due and none is being made.
pub(crate) async fn run_when_due(app: &App) {
    match is_due(app).await {
        Ok(true) if app.begin(Job::Backup) => run(app, Reason::Due).await,
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "the backups could not be listed"),
    }
}

/// Makes a backup, which was begun, and notes how that went.
async fn run(app: &App, reason: Reason) {
    let begun_at_s = crate::steady::uptime_s();
    let outcome = match app.check_files() {
        // A copy of whatever lies there now would be taken for the depot's.
        Err(error) => Err(error.detail),
        Ok(()) => {
            let (data, now) = (app.folder().to_owned(), app.now().datetime());
            let to = place(&data, &app.settings().backup);
            let made = tokio::task::spawn_blocking(move || make(&data, &to, now)).await;
            made.map_err(|error| error.to_string()).and_then(|made| made.map_err(|error| error.to_string()))
        }
    };
    match &outcome {
        Ok(made) => {
            let (events, bytes) = (made.manifest.events, made.bytes());
            app.note_backup(Last { begun_at_s, events });
            tracing::info!(?reason, events, bytes, "a backup was made and verified");
        }
        Err(error) => tracing::error!(?reason, error, "no backup was made"),
    }
    app.ended(Job::Backup, outcome.map(|made: Backup| made.manifest.events));
}

/// Removes at most one backup that need not be kept. Returns whether there was one.
///
/// # Errors
/// It could not be removed.
pub(crate) async fn prune_one(app: &App) -> Result<bool, String> {
    let (data, settings) = (app.folder().to_owned(), app.settings().backup.clone());
    let pruned = tokio::task::spawn_blocking(move || {
        for place in places(&data, &settings) {
            if let Some(removed) = prune(&data, &place, Keep::from(&settings))? {
                return Ok(Some(removed));
            }
        }
        Ok::<_, BackupError>(None)
    });
    let removed = pruned.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
    if let Some(folder) = &removed {
        tracing::info!(folder = %folder.display(), "a backup that need not be kept was removed");
    }
    Ok(removed.is_some())
}

async fn is_due(app: &App) -> Result<bool, String> {
    let settings = app.settings().backup.clone();
    let head = app.head();
    if settings.every_minutes == 0 || head == 0 {
        return Ok(false);
    }
    let now_s = crate::steady::uptime_s();
    let last = match app.last_backup() {
        Some(last) => last,
        None => {
            let (data, wall) = (app.folder().to_owned(), app.now().datetime());
            let listed = tokio::task::spawn_blocking(move || list_own(&data, &place(&data, &settings)));
            let listed = listed.await.map_err(|error| error.to_string())?;
            let Some(newest) = listed.map_err(|error| error.to_string())?.pop() else { return Ok(true) };
            let age = wall - newest.manifest.begun_at;
            if age < TimeDelta::zero() {
                // One of the two clocks was wrong, so nothing is known of its age.
                return Ok(true);
            }
            let last = Last { begun_at_s: now_s - age.num_seconds(), events: newest.manifest.events };
            app.note_backup(last);
            last
        }
    };
    let (age_s, every_s) = (now_s - last.begun_at_s, i64::from(app.settings().backup.every_minutes) * 60);
    let is_idle = last.events == head && age_s < IDLE_S;
    Ok(age_s >= every_s && !is_idle)
}
