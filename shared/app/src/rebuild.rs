//! Builds every projection again from the log, and shows them row by row to be compared.

use std::collections::BTreeMap;
use std::time::Instant;

use depot_domain::{Delivery, Driver, Route, Vehicle};
use depot_store::{Migration, OpenError, Store};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::entity::{Caches, kind_of, project_stored};
use crate::error::AppError;
use crate::log::{self, EntityKind};
use crate::sql;

/// The tables that follow from the log. All others hold what the log does not know.
pub(crate) const PROJECTIONS: [&str; 11] = [
    "bookings",
    "drivers",
    "vehicles",
    "routes",
    "route_checkpoints",
    "deliveries",
    "reached_checkpoints",
    "incidents",
    "late_facts",
    // After the deliveries, whose triggers count them.
    "delivery_counts",
    "driver_messages",
];

/// A migration that adds what only the log knows inserts a row here. Whoever opens the depot next rebuilds.
pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_113031,
    sql: "CREATE TABLE rebuilds_due (why TEXT NOT NULL);
          INSERT INTO rebuilds_due SELECT 'names at the end of a delivery' WHERE EXISTS (SELECT 1 FROM events);",
};

/// The indexes by which projecting an event finds rows; the others are for those who ask.
const FOUND_BY: [&str; 2] = ["bookings_by_route", "deliveries_by_route"];

const EVENTS_AT_ONCE: u32 = 1_000;

/// Rebuilds every projection of a depot that an older program left, in one transaction.
///
/// # Errors
/// The log cannot be read. The next start tries again.
pub(crate) fn when_due(store: &Store<Caches>) -> Result<(), OpenError> {
    let is_due = store.read_now(|tables| {
        Ok::<_, AppError>(sql::one(tables, "SELECT 1 FROM rebuilds_due LIMIT 1", (), |_| Ok(()))?.is_some())
    });
    let failed = |error: String| OpenError::Migrations(format!("the tables could not be rebuilt: {error}"));
    if !is_due.map_err(|error| failed(error.to_string()))? {
        return Ok(());
    }
    let began = Instant::now();
    let work = |unit: &mut depot_store::Unit<'_>, _: &mut Caches| {
        let tables = unit.tables_mut()?;
        let events = rebuild(tables)?;
        sql::run(tables, "DELETE FROM rebuilds_due", ())?;
        Ok::<_, AppError>(events)
    };
    // A thread that runs asynchronous tasks must not wait for the writer.
    let rebuilt = std::thread::scope(|scope| scope.spawn(|| store.write_blocking(work)).join());
    let events = match rebuilt {
        Ok(outcome) => outcome.map_err(|error| failed(error.to_string()))?,
        Err(_) => return Err(failed("a fault in the program".to_owned())),
    };
    let ms = began.elapsed().as_millis();
    tracing::info!(events, ms, "the tables were rebuilt for this version of the program");
    Ok(())
}

/// Empties every projection.
pub(crate) fn clear(tables: &Connection) -> rusqlite::Result<()> {
    PROJECTIONS.iter().try_for_each(|table| tables.execute(&format!("DELETE FROM {table}"), []).map(drop))
}

/// Builds every projection again; says from how many events.
pub(crate) fn rebuild(tables: &Connection) -> Result<u64, AppError> {
    let indexes = drop_indexes(tables)?;
    clear(tables)?;
    let events = project_all(tables)?;
    indexes.iter().try_for_each(|create| tables.execute_batch(create))?;
    Ok(events)
}

/// Drops the indexes that stay unused until every event is projected, and gives the statements that create them: to sort all rows
/// once takes a fraction of what it takes to move each of them with every event.
fn drop_indexes(tables: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid";
    let indexes = sql::all(tables, sql, (), |row| {
        Ok((row.get::<_, String>("name")?, row.get::<_, String>("tbl_name")?, row.get::<_, String>("sql")?))
    })?;
    let unused = indexes.into_iter().filter(|(name, table, _)| {
        PROJECTIONS.contains(&table.as_str()) && !FOUND_BY.contains(&name.as_str())
    });
    let drop = |(name, _, create)| tables.execute_batch(&format!("DROP INDEX {name}")).map(|()| create);
    unused.map(drop).collect()
}

fn project_all(tables: &Connection) -> Result<u64, AppError> {
    let mut position = 0;
    loop {
        let events = log::upcast(depot_store::log::all(tables, position, EVENTS_AT_ONCE)?)?;
        let Some(last) = events.last() else { return Ok(position) };
        position = last.sequence;
        for event in &events {
            match kind_of(event) {
                Some(EntityKind::Driver) => project_stored::<Driver>(tables, event)?,
                Some(EntityKind::Vehicle) => project_stored::<Vehicle>(tables, event)?,
                Some(EntityKind::Route) => project_stored::<Route>(tables, event)?,
                Some(EntityKind::Delivery) => project_stored::<Delivery>(tables, event)?,
                None => {
                    let unknown = format!("event {} is of unknown type {}", event.sequence, event.event_type);
                    return Err(AppError::storage(unknown));
                }
            }
        }
    }
}

/// Every row of every projection as text, in an order of its own.
pub(crate) fn dump(tables: &Connection) -> rusqlite::Result<BTreeMap<String, Vec<String>>> {
    let mut dump = BTreeMap::new();
    for table in PROJECTIONS {
        let mut statement = tables.prepare(&format!("SELECT * FROM {table}"))?;
        let columns = statement.column_count();
        let mut rows = statement
            .query_map([], |row| {
                let cells = (0..columns).map(|column| row.get_ref(column).map(text));
                cells.collect::<rusqlite::Result<Vec<_>>>().map(|cells| cells.join("|"))
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        rows.sort_unstable();
        dump.insert(table.to_owned(), rows);
    }
    Ok(dump)
}

fn text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{bytes:02x?}"),
    }
}
