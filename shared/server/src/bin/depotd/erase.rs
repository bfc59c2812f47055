//! `depotd erase`: says what will be lost, and loses it for good.

use std::time::Duration;

use depot_app::domain::{DeliveryCommand, DriverCommand};
use depot_app::{
    Actor, App, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, OpenError, Settings, Trace,
};

use crate::args::{EraseArguments, EraseTask};
use crate::{Failure, open, say};

/// How long whoever serves the depot may take to finish what was erased beside them: they look every few seconds.
const FINISHED_WITHIN: Duration = Duration::from_secs(180);
const LOOK_EVERY: Duration = Duration::from_millis(250);

pub(crate) async fn erase(task: EraseTask) -> Result<(), Failure> {
    let (command, query, EraseArguments { folder, dry_run }) = match task {
        EraseTask::Driver { id, how } => {
            let command = DepotCommand::Driver { id, command: DriverCommand::EraseDriver {} };
            (command, DepotQuery::Driver { id }, how)
        }
        EraseTask::Receiver { id, how } => {
            let command = DepotCommand::Delivery { id, command: DeliveryCommand::EraseReceiver {} };
            (command, DepotQuery::Delivery { id }, how)
        }
    };
    let settings = || Settings::load(&folder.folder(), std::env::vars(), &[]);
    let (app, served) = match App::open(depot_app::AppOptions::new(folder.folder(), settings()?)) {
        Ok(app) => (app, false),
        Err(OpenError::Held { .. }) => (open(&folder, settings()?, false)?, true),
        Err(error) => return Err(error.into()),
    };
    let done = erase_in(&app, command, query, (dry_run, served)).await;
    app.close().await;
    done
}

async fn erase_in(
    app: &App,
    command: DepotCommand,
    query: DepotQuery,
    (dry_run, served): (bool, bool),
) -> Result<(), Failure> {
    let known = app.query(&Actor::desk(), query).await?.answer;
    say(what_is_lost(&known).unwrap_or_default())?;
    if dry_run {
        return say("nothing was erased: it was only asked what would be lost");
    }
    let outcome = app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await?;
    say(if outcome.changed { outcome.message } else { "It was erased before".to_owned() })?;
    if served {
        say("whoever serves the depot now writes its files anew")?;
        wait_until_finished(app).await?;
    } else {
        app.finish_erasures().await?;
    }
    say(
        "no file of the data folder has it any more; copies elsewhere, and proofs that were handed out, are yours to destroy",
    )?;
    match &app.settings().backup.folder {
        Some(folder) => say(format_args!(
            "the backups in {} still know it until their days are over: destroy them if that is too long",
            folder.display()
        )),
        None => Ok(()),
    }
}

/// In words; nothing of an answer to another question.
fn what_is_lost(known: &DepotAnswer) -> Option<String> {
    let lost = if let DepotAnswer::Driver(driver) = known {
        let (name, license) = (&driver.name, &driver.driver_license);
        format!("driver {name}, licence {license}: name, licence, reasons, and the names of their phones")
    } else if let DepotAnswer::Delivery(delivery) = known {
        let receiver = delivery.row.receiver_name.as_deref().unwrap_or("nobody");
        let (files, incidents) = (delivery.files().count(), delivery.incidents.len());
        format!(
            "delivery {}, received by {receiver}: the name, {files} pictures, the texts of {incidents} incidents, and reasons",
            delivery.row.id
        )
    } else {
        return None;
    };
    Some(format!(
        "{lost} are lost for good, and cannot be brought back. What was driven, and when, stays.\n\
         Backups in the data folder are replaced by a new one, and what a restore set aside is removed."
    ))
}

async fn wait_until_finished(app: &App) -> Result<(), Failure> {
    let finished = async {
        while app.pending_erasures().await? > 0 {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok::<_, Failure>(())
    };
    let late = || {
        Failure("its files are not written anew yet: the depot's log says why, and goes on trying".to_owned())
    };
    tokio::time::timeout(FINISHED_WITHIN, finished).await.unwrap_or_else(|_| Err(late()))
}
