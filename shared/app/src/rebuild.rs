//! Builds every projection again from the log, and shows them row by row to be compared.

use std::collections::BTreeMap;

use depot_domain::{Delivery, Driver, Route, Vehicle};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::entity::{kind_of, project_stored};
use crate::error::AppError;
use crate::log::{self, EntityKind};

/// The tables that follow from the log. All others hold what the log does not know.
pub(crate) const PROJECTIONS: [&str; 10] = [
    "bookings",
    "drivers",
    "vehicles",
    "routes",
    "route_checkpoints",
    "deliveries",
    "reached_checkpoints",
    "incidents",
    // After the deliveries, whose triggers count them.
    "delivery_counts",
    "driver_messages",
];

const EVENTS_AT_ONCE: u32 = 1_000;

/// Empties every projection.
pub(crate) fn clear(tables: &Connection) -> rusqlite::Result<()> {
    PROJECTIONS.iter().try_for_each(|table| tables.execute(&format!("DELETE FROM {table}"), []).map(drop))
}

/// Builds every projection again; says from how many events.
pub(crate) fn rebuild(tables: &Connection) -> Result<u64, AppError> {
    clear(tables)?;
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
