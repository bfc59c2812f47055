//! What a delivery's papers say once it has ended: the names, plates and places that were true at its end.
//!
//! A row keeps them from the end until the delivery is tried again. While it is open, the present ones are shown.

use depot_domain::values::Timestamp;
use depot_domain::{Driver, Route, Vehicle};
use depot_store::Migration;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::PlannedCheckpoint;
use crate::log;
use crate::sql;

pub(super) const MIGRATION: Migration = Migration {
    id: 2026_113030,
    sql: "ALTER TABLE deliveries ADD COLUMN ended_at INTEGER;
          ALTER TABLE deliveries ADD COLUMN ended_origin TEXT;
          ALTER TABLE deliveries ADD COLUMN ended_destination TEXT;
          ALTER TABLE deliveries ADD COLUMN ended_driver TEXT;
          ALTER TABLE deliveries ADD COLUMN ended_license TEXT;
          ALTER TABLE deliveries ADD COLUMN ended_vehicle TEXT;
          ALTER TABLE deliveries ADD COLUMN ended_vehicle_type TEXT;
          ALTER TABLE deliveries ADD COLUMN ended_checkpoints INTEGER;
          ALTER TABLE deliveries ADD COLUMN ended_route_version INTEGER;",
};

/// Keeps what is true of a delivery that ended at `at`.
///
/// A phone may report the end long after it. What was changed in between is read from the log as of `at`.
pub(super) fn keep(tables: &Connection, id: Uuid, at: Timestamp) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE deliveries SET ended_at = ?2, ended_origin = r.origin, ended_destination = r.destination,
           ended_route_version = r.version,
           ended_checkpoints = (SELECT COUNT(*) FROM route_checkpoints c WHERE c.route_id = r.id),
           (ended_driver, ended_license) = (SELECT name, driver_license FROM drivers WHERE id = deliveries.driver_id),
           (ended_vehicle, ended_vehicle_type) =
             (SELECT registration, vehicle_type FROM vehicles WHERE id = deliveries.vehicle_id)
         FROM routes r WHERE r.id = deliveries.route_id AND deliveries.id = ?1",
        params![id, at.micros()],
    )?;
    if let Some((driver, version)) = changed_since(tables, "drivers", "driver_id", id, at)?
        && let Some(Driver { name, driver_license, .. }) =
            log::as_of::<Driver>(tables, driver, version, at)?.state
    {
        let sql = "UPDATE deliveries SET ended_driver = ?2, ended_license = ?3 WHERE id = ?1";
        sql::run(tables, sql, params![id, name.as_str(), driver_license.as_str()])?;
    }
    if let Some((vehicle, version)) = changed_since(tables, "vehicles", "vehicle_id", id, at)?
        && let Some(Vehicle { registration, vehicle_type, .. }) =
            log::as_of::<Vehicle>(tables, vehicle, version, at)?.state
    {
        let sql = "UPDATE deliveries SET ended_vehicle = ?2, ended_vehicle_type = ?3 WHERE id = ?1";
        sql::run(tables, sql, params![id, registration.as_str(), vehicle_type.as_str()])?;
    }
    if let Some((route, version)) = changed_since(tables, "routes", "route_id", id, at)? {
        let past = log::as_of::<Route>(tables, route, version, at)?;
        if let Some(route) = past.state {
            sql::run(
                tables,
                "UPDATE deliveries SET ended_origin = ?2, ended_destination = ?3, ended_route_version = ?4,
                   ended_checkpoints = ?5, starts_at = ?6, ends_at = ?7 WHERE id = ?1",
                params![
                    id,
                    route.origin.as_str(),
                    route.destination.as_str(),
                    past.version,
                    i64::try_from(route.checkpoints.len()).unwrap_or(i64::MAX),
                    route.interval().start.micros(),
                    route.interval().end.micros(),
                ],
            )?;
        }
    }
    Ok(())
}

/// Drops what was kept: the delivery is open again.
pub(super) fn drop(tables: &Connection, id: Uuid) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE deliveries SET ended_at = NULL, ended_origin = NULL, ended_destination = NULL, ended_driver = NULL,
           ended_license = NULL, ended_vehicle = NULL, ended_vehicle_type = NULL, ended_checkpoints = NULL,
           ended_route_version = NULL WHERE id = ?1",
        [id],
    )
}

/// Erases a driver from the papers of every past delivery.
pub(crate) fn erase_driver(tables: &Connection, driver: Uuid) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE deliveries SET ended_driver = ?2, ended_license = ?2 WHERE driver_id = ?1 AND ended_driver IS NOT NULL",
        params![driver, depot_domain::values::ERASED],
    )
}

/// The id and version of what `column` of a delivery names, where that was changed after `at`.
fn changed_since(
    tables: &Connection,
    table: &str,
    column: &str,
    delivery: Uuid,
    at: Timestamp,
) -> rusqlite::Result<Option<(Uuid, u32)>> {
    let sql = format!(
        "SELECT t.id, t.version FROM deliveries d JOIN {table} t ON t.id = d.{column}
         WHERE d.id = ?1 AND t.updated_at > ?2"
    );
    sql::one(tables, &sql, params![delivery, at.micros()], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The checkpoints of a delivery's route, with the time of reaching: those of the plan that it ended with, or the present ones.
pub(super) fn plan(tables: &Connection, id: Uuid) -> rusqlite::Result<Vec<PlannedCheckpoint>> {
    let sql =
        "SELECT r.id, d.ended_route_version AS version FROM deliveries d JOIN routes r ON r.id = d.route_id
               WHERE d.id = ?1 AND d.ended_route_version <> r.version";
    let replanned: Option<(Uuid, u32)> =
        sql::one(tables, sql, [id], |row| Ok((row.get("id")?, row.get("version")?)))?;
    let Some((route, version)) = replanned else { return present_plan(tables, id) };
    let Some(route) = log::at_version::<Route>(tables, route, version)?.state else {
        return present_plan(tables, id);
    };
    let sql =
        "SELECT sequence, reached_at, uncertain, expected_at FROM reached_checkpoints WHERE delivery_id = ?1";
    let reached = sql::all(tables, sql, [id], |row| {
        Ok((
            sql::sequence(row, "sequence")?,
            (
                sql::time(row, "reached_at")?,
                row.get::<_, bool>("uncertain")?,
                sql::maybe_time(row, "expected_at")?,
            ),
        ))
    })?;
    let reached: std::collections::HashMap<_, _> = reached.into_iter().collect();
    let planned = route.checkpoints.into_iter().map(|checkpoint| {
        let known = reached.get(&checkpoint.sequence);
        PlannedCheckpoint {
            sequence: checkpoint.sequence,
            location: checkpoint.location.to_string(),
            expected_time: known.and_then(|(_, _, expected)| *expected).unwrap_or(checkpoint.expected_time),
            reached_at: known.map(|(at, _, _)| *at),
            uncertain: known.is_some_and(|(_, uncertain, _)| *uncertain),
        }
    });
    Ok(planned.collect())
}

fn present_plan(tables: &Connection, id: Uuid) -> rusqlite::Result<Vec<PlannedCheckpoint>> {
    let sql =
        "SELECT c.sequence, c.location, COALESCE(x.expected_at, c.expected_at) AS expected_at, x.reached_at,
                 COALESCE(x.uncertain, 0) AS uncertain
               FROM deliveries d JOIN route_checkpoints c ON c.route_id = d.route_id
               LEFT JOIN reached_checkpoints x ON x.delivery_id = d.id AND x.sequence = c.sequence
               WHERE d.id = ?1 ORDER BY c.sequence";
    sql::all(tables, sql, [id], |row| {
        Ok(PlannedCheckpoint {
            sequence: sql::sequence(row, "sequence")?,
            location: row.get("location")?,
            expected_time: sql::time(row, "expected_at")?,
            reached_at: sql::maybe_time(row, "reached_at")?,
            uncertain: row.get("uncertain")?,
        })
    })
}
