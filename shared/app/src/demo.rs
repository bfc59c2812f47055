//! The demo day: "The Great Galactic Delivery Race" of SpaceTruckers Inc., placed around the present hour.
//!
//! It is made through the same commands as any other day. What differs: they are recorded at the times at which they
//! are said to have happened, and the depot remembers that it is a demo, so that it can be emptied in one step.

mod script;

use std::pin::Pin;

use depot_domain::values::Timestamp;
use depot_store::{Migration, Unit};
use rusqlite::Connection;

use crate::actor::{Actor, Role};
use crate::app::App;
use crate::command::{CommandRequest, Trace};
use crate::entity::Caches;
use crate::error::{AppError, Code};
use crate::{files, phone, rebuild, sql};

pub(crate) const MIGRATION: Migration =
    Migration { id: 2026_112418, sql: "CREATE TABLE demo (events INTEGER NOT NULL);" };

/// How many events the demo day has, where the depot was filled with it.
pub(crate) fn events(tables: &Connection) -> rusqlite::Result<Option<u64>> {
    sql::one(tables, "SELECT events FROM demo", [], |row| row.get::<_, i64>(0).map(i64::cast_unsigned))
}

/// Fills an empty depot. A depot that is filled with the demo day already stays as it is.
///
/// The future is boxed because it executes commands, and loading the demo day is itself one.
pub(crate) fn load(app: &App) -> Pin<Box<dyn Future<Output = Result<(), AppError>> + Send + '_>> {
    Box::pin(fill(app))
}

async fn fill(app: &App) -> Result<(), AppError> {
    // Before the depot is found empty: who comes second finds it filled.
    let _only_one = app.inner.loading_demo.lock().await;
    if app.head() > 0 {
        let is_demo = app.is_demo().await?;
        return if is_demo { Ok(()) } else { Err(not_empty()) };
    }
    let actor = Actor { role: Role::Admin, name: "Demo".to_owned(), ..Actor::desk() };
    for (at, command) in script::day(app.now()) {
        let request = CommandRequest { occurred_at: Some(at), ..CommandRequest::new(command) };
        app.execute_at(&actor, request, Trace::fresh(), at).await?;
    }
    app.mark_demo().await
}

fn not_empty() -> AppError {
    AppError::new(
        Code::RuleBroken,
        "The demo day can be loaded only into an empty depot: this one has events",
    )
}

/// Remembers that everything up to now is the demo day.
pub(crate) fn mark(unit: &mut Unit<'_>, _: &mut Caches) -> Result<(), AppError> {
    let events = unit.next_sequence() - 1;
    let tables = unit.tables_mut()?;
    sql::run(tables, "DELETE FROM demo", [])?;
    Ok(sql::run(tables, "INSERT INTO demo (events) VALUES (?1)", [events.cast_signed()])?)
}

/// Empties a depot that was filled with the demo day, with all that was added to it since.
pub(crate) fn remove(unit: &mut Unit<'_>, caches: &mut Caches) -> Result<(), AppError> {
    if events(unit.tables())?.is_none() {
        return Err(AppError::new(Code::RuleBroken, "This depot is no demo: its record cannot be removed"));
    }
    *caches = Caches::default();
    unit.clear_log()?;
    let tables = unit.tables_mut()?;
    rebuild::clear(tables)?;
    sql::run(tables, "DELETE FROM demo", [])?;
    sql::run(tables, "DELETE FROM answers", [])?;
    phone::clear(tables)?;
    files::clear(tables)?;
    // Their drivers are gone.
    Ok(sql::run(tables, "DELETE FROM tokens WHERE driver_id IS NOT NULL", [])?)
}

/// `minutes` after (or, where negative, before) `at`.
fn minutes_after(at: Timestamp, minutes: i64) -> Timestamp {
    at.saturating_add(chrono::TimeDelta::minutes(minutes))
}
