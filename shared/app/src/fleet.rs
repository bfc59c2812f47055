//! Drivers and vehicles: their tables, their projections and the queries over both.

mod calendar;
mod choice;
mod driver;
mod vehicle;
mod views;

use depot_store::Migration;
use rusqlite::Connection;

pub use calendar::{BookingView, CalendarSpan, CalendarView, FreeSlot, SlotMinutes, SlotSearch};
pub(crate) use calendar::{calendar, free_slot};
pub(crate) use choice::crew_choices;
pub use choice::{CrewChoice, CrewChoices, CrewSearch};
pub(crate) use driver::{driver, drivers, flag_twins as flag_twin_drivers, license_holder};
pub(crate) use vehicle::{flag_twins as flag_twin_vehicles, registration_holder, vehicle, vehicles};
pub use views::*;

use crate::error::AppError;
use crate::page::Limit;
use crate::sql;

pub(crate) const MIGRATIONS: [Migration; 6] = [
    driver::MIGRATION,
    vehicle::MIGRATION,
    driver::STATUS_MIGRATION,
    vehicle::STATUS_MIGRATION,
    driver::ERASED_MIGRATION,
    driver::PHONE_MIGRATION,
];

/// Counts and lists of the whole fleet.
pub(crate) fn overview(tables: &Connection) -> Result<FleetOverview, AppError> {
    let limit = Some(Limit::MAX);
    Ok(FleetOverview {
        driver_counts: driver::counts(tables)?,
        vehicle_counts: vehicle::counts(tables)?,
        drivers: drivers(tables, DriverListing { limit, ..DriverListing::default() })?.items,
        vehicles: vehicles(tables, VehicleListing { limit, ..VehicleListing::default() })?.items,
    })
}

/// How many rows of `select`, which gives one word a row, say each word.
fn count_by_word(tables: &Connection, select: &str) -> rusqlite::Result<Vec<(String, u32)>> {
    let sql = format!("SELECT word, COUNT(*) FROM ({select}) GROUP BY word");
    sql::all(tables, &sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}
