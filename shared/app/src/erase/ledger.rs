//! Who was erased, in a file beside the database: ids alone. A backup that is older than an erasure still has what was
//! erased; whoever restores one has it erased again by this.

use std::io;
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use depot_domain::delivery::ReceiverErased;
use depot_domain::fleet::driver::DriverErased;
use depot_domain::values::Timestamp;
use depot_domain::{Delivery, Driver};
use depot_store::{Store, StoreOptions, Unit};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Pending, files_of, forget, pending, remove_files, without_delivery};
use crate::access::Access;
use crate::actor::Actor;
use crate::command::Trace;
use crate::entity::{Caches, Entity, Loaded, load};
use crate::error::{AppError, Code};
use crate::execute::{Call, Desk};
use crate::log::EntityKind;
use crate::settings::Settings;
use crate::{app, durable, personal, sql};

/// The ledger within the data folder.
pub(crate) const LEDGER_FILE: &str = "erased.json";

/// Somebody who was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    kind: String,
    id: Uuid,
    at: DateTime<Utc>,
}

fn read(folder: &Path) -> io::Result<Vec<Entry>> {
    match depot_store::read_file(&folder.join(LEDGER_FILE)) {
        Ok(text) => Ok(serde_json::from_slice(&text)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
        Err(error) => Err(error),
    }
}

fn write(folder: &Path, entries: &[Entry]) -> io::Result<()> {
    durable::write(&folder.join(LEDGER_FILE), &serde_json::to_vec_pretty(entries)?)
}

/// Adds entries of which there is none yet for the same one at the same time or later.
fn join(entries: &mut Vec<Entry>, more: impl IntoIterator<Item = Entry>) {
    for entry in more {
        match entries.iter_mut().find(|known| (&known.kind, known.id) == (&entry.kind, entry.id)) {
            Some(known) => known.at = known.at.max(entry.at),
            None => entries.push(entry),
        }
    }
}

/// Notes erasures in the ledger of a data folder.
pub(super) fn add(folder: &Path, pending: &[Pending]) -> io::Result<()> {
    let mut entries = read(folder)?;
    let entry = |erasure: &Pending| Entry {
        kind: erasure.kind.as_str().to_owned(),
        id: erasure.subject,
        at: erasure.at.datetime(),
    };
    join(&mut entries, pending.iter().map(entry));
    write(folder, &entries)
}

/// Adds to the ledger in one folder what that in another has.
pub(crate) fn merge(into: &Path, from: &Path) -> io::Result<()> {
    let mut entries = read(into)?;
    let before = entries.len();
    join(&mut entries, read(from)?);
    if before == entries.len() && into.join(LEDGER_FILE).exists() { Ok(()) } else { write(into, &entries) }
}

/// Erases again, in a depot that nobody serves, whoever its ledger names and of whom it still knows something. Says how many.
pub(crate) fn again(folder: &Path, now: DateTime<Utc>) -> Result<usize, AppError> {
    let entries = read(folder).map_err(AppError::storage)?;
    if entries.is_empty() {
        return Ok(0);
    }
    let now = Timestamp::try_from(now).map_err(AppError::storage)?;
    // The store must not be waited for on a thread that runs asynchronous tasks.
    std::thread::scope(|scope| {
        let erasing = scope.spawn(move || erase_in(folder, entries, now));
        erasing.join().unwrap_or_else(|_| Err(AppError::new(Code::Internal, "A fault in the program")))
    })
}

fn erase_in(folder: &Path, entries: Vec<Entry>, now: Timestamp) -> Result<usize, AppError> {
    let open = StoreOptions::new(folder);
    let store: Store<Caches> = Store::open(open, &app::migrations()).map_err(AppError::storage)?;
    let erased = store.write_blocking(move |unit, caches| {
        let mut erased = 0;
        for Entry { kind, id, .. } in &entries {
            let history = unit.load(*id)?;
            let known = history.iter().any(|event| event.secret.is_some())
                || history.iter().map(personal::is_plain).collect::<Result<Vec<_>, _>>()?.contains(&true);
            if known {
                erase(unit, caches, kind.parse().map_err(AppError::storage)?, *id, now)?;
                erased += 1;
            }
        }
        Ok::<_, AppError>(erased)
    })?;
    if erased > 0 {
        let pending = store.read_now(|connection| Ok::<_, AppError>(pending(connection)?))?;
        let going = store.read_now(|tables| without_delivery(tables, folder, files_of(&pending)))?;
        remove_files(folder, &going)?;
        add(folder, &pending).map_err(AppError::storage)?;
        store.scrub_blocking()?;
        store.write_blocking(move |unit, _| {
            let sql = "UPDATE erasures SET finished_at = ?1, files = NULL WHERE finished_at IS NULL";
            Ok::<_, AppError>(sql::run(unit.tables_mut()?, sql, [now.micros()])?)
        })?;
    }
    Ok(erased)
}

/// Erases whatever the depot's rules say: it was erased when they were asked.
fn erase(
    unit: &mut Unit<'_>,
    caches: &mut Caches,
    kind: EntityKind,
    id: Uuid,
    now: Timestamp,
) -> Result<(), AppError> {
    let call = Call {
        actor: Actor::desk(),
        access: Access::Granted,
        expected_version: None,
        occurred_at: now,
        device: None,
        recorded_at: now,
        trace: Trace::fresh(),
        rules: Settings::default().fleet,
    };
    match kind {
        EntityKind::Driver => record::<Driver>(unit, caches, id, DriverErased {}.into(), &call)?,
        EntityKind::Delivery => record::<Delivery>(unit, caches, id, ReceiverErased {}.into(), &call)?,
        EntityKind::Vehicle | EntityKind::Route => {
            return Err(AppError::new(Code::Internal, "Only drivers and receivers are erased"));
        }
    }
    forget(unit, kind, id, &call)
}

fn record<E: Entity + Clone>(
    unit: &mut Unit<'_>,
    caches: &mut Caches,
    id: Uuid,
    event: E::Event,
    call: &Call,
) -> Result<(), AppError> {
    let before: Arc<Loaded<E>> = load(unit, caches, id)?;
    Desk { unit, caches }.record::<E>(id, before, vec![event], call).map(drop)
}
