//! Routes: their tables, their projection and their queries.

mod views;

use std::collections::HashMap;
use std::sync::Arc;

use depot_domain::Route;
use depot_domain::route::{
    Checkpoint, CheckpointAdded, CheckpointRemoved, CheckpointUpdated, CheckpointsReordered, RouteCreated,
    RouteEvent, RouteMoved, RouteScheduledEndTimeUpdated, RouteStatus, RouteStatusChanged, RouteUpdated,
};
use depot_domain::values::{DriverId, RouteId, Timestamp};
use depot_store::Migration;
use lru::LruCache;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

pub use views::*;

use crate::entity::{Caches, Entity, Loaded, Recorded};
use crate::error::AppError;
use crate::log::EntityKind;
use crate::page::{Limit, Paging};
use crate::sql::{self, By, Filter, Order, blob};
use crate::text::{ADD_NAME, search_text, sort_key};
use crate::{booking, delivery};

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_112413,
    sql: "CREATE TABLE routes (
            id BLOB PRIMARY KEY,
            origin TEXT NOT NULL COLLATE NOCASE,
            destination TEXT NOT NULL COLLATE NOCASE,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            status TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            version INTEGER NOT NULL
          );
          CREATE INDEX routes_by_start ON routes (starts_at, id);
          CREATE INDEX routes_by_status ON routes (status, starts_at);
          CREATE TABLE route_checkpoints (
            route_id BLOB NOT NULL,
            sequence INTEGER NOT NULL,
            location TEXT NOT NULL,
            expected_at INTEGER NOT NULL,
            PRIMARY KEY (route_id, sequence)
          ) WITHOUT ROWID;",
};

impl Entity for Route {
    const KIND: EntityKind = EntityKind::Route;

    fn cache(caches: &mut Caches) -> &mut LruCache<Uuid, Arc<Loaded<Self>>> {
        &mut caches.routes
    }

    fn project(tables: &Connection, recorded: &Recorded<'_, RouteEvent>) -> rusqlite::Result<()> {
        let id = recorded.id;
        match recorded.event {
            RouteEvent::RouteCreated(RouteCreated { origin, destination, scheduled_start_time }) => sql::run(
                tables,
                "INSERT INTO routes (id, origin, destination, starts_at, ends_at, status, created_at, updated_at, version)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?6, 0)",
                params![
                    id,
                    origin.as_str(),
                    destination.as_str(),
                    scheduled_start_time.micros(),
                    RouteStatus::Planning.as_str(),
                    recorded.at.micros(),
                ],
            )
            .and_then(|()| put_keys(tables, id, origin.as_str(), destination.as_str())),
            RouteEvent::RouteUpdated(RouteUpdated { origin, destination, scheduled_start_time }) => sql::run(
                tables,
                "UPDATE routes SET origin = ?2, destination = ?3, starts_at = ?4 WHERE id = ?1",
                params![id, origin.as_str(), destination.as_str(), scheduled_start_time.micros()],
            )
            .and_then(|()| put_keys(tables, id, origin.as_str(), destination.as_str()))
            .and_then(|()| moved(tables, id)),
            RouteEvent::RouteMoved(RouteMoved { scheduled_start_time, scheduled_end_time, checkpoints }) => {
                checkpoints.iter().try_for_each(|checkpoint| put_checkpoint(tables, id, checkpoint))?;
                sql::run(
                    tables,
                    "UPDATE routes SET starts_at = ?2, ends_at = ?3 WHERE id = ?1",
                    params![id, scheduled_start_time.micros(), scheduled_end_time.micros()],
                )
                .and_then(|()| moved(tables, id))
            }
            RouteEvent::RouteStatusChanged(RouteStatusChanged { new, .. }) => {
                sql::run(tables, "UPDATE routes SET status = ?2 WHERE id = ?1", params![id, new.as_str()])
            }
            RouteEvent::CheckpointAdded(CheckpointAdded(checkpoint))
            | RouteEvent::CheckpointUpdated(CheckpointUpdated(checkpoint)) => put_checkpoint(tables, id, checkpoint),
            RouteEvent::CheckpointRemoved(CheckpointRemoved { sequence }) => sql::run(
                tables,
                "DELETE FROM route_checkpoints WHERE route_id = ?1 AND sequence = ?2",
                params![id, sequence.get()],
            ),
            RouteEvent::CheckpointsReordered(CheckpointsReordered { checkpoints }) => {
                checkpoints.iter().try_for_each(|checkpoint| put_checkpoint(tables, id, checkpoint))
            }
            RouteEvent::RouteScheduledEndTimeUpdated(RouteScheduledEndTimeUpdated { scheduled_end_time }) => sql::run(
                tables,
                "UPDATE routes SET ends_at = ?2 WHERE id = ?1",
                params![id, scheduled_end_time.micros()],
            )
            .and_then(|()| moved(tables, id)),
        }?;
        sql::run(
            tables,
            "UPDATE routes SET updated_at = ?2, version = ?3 WHERE id = ?1",
            params![id, recorded.at.micros(), recorded.version],
        )
    }
}

/// Stores what the places of a route are found and sorted by.
fn put_keys(tables: &Connection, id: Uuid, origin: &str, destination: &str) -> rusqlite::Result<()> {
    let search = search_text(&[origin, destination]);
    sql::run(
        tables,
        &format!(
            "UPDATE routes SET search = ?2, origin_order = ?3, destination_order = ?4, names = {ADD_NAME} WHERE id = ?1"
        ),
        params![id, search, sort_key(origin), sort_key(destination), None::<i64>, search],
    )
}

fn moved(tables: &Connection, route: Uuid) -> rusqlite::Result<()> {
    booking::move_with_route(tables, route)?;
    delivery::reschedule(tables, route)
}

fn put_checkpoint(tables: &Connection, route: Uuid, checkpoint: &Checkpoint) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "INSERT OR REPLACE INTO route_checkpoints (route_id, sequence, location, expected_at, search)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            route,
            checkpoint.sequence.get(),
            checkpoint.location.as_str(),
            checkpoint.expected_time.micros(),
            search_text(&[checkpoint.location.as_str()])
        ],
    )
}

const SELECT: &str = "SELECT id, origin, destination, starts_at, ends_at, status, created_at, updated_at, version, \
    (SELECT COUNT(*) FROM deliveries d WHERE d.route_id = routes.id AND d.open = 1) AS open_deliveries FROM routes";

fn summary(row: &Row<'_>) -> rusqlite::Result<RouteSummary> {
    Ok(RouteSummary {
        route_id: sql::id(row, "id")?,
        origin: row.get("origin")?,
        destination: row.get("destination")?,
        status: sql::word(row, "status")?,
        scheduled_start_time: sql::time(row, "starts_at")?,
        scheduled_end_time: sql::time(row, "ends_at")?,
        open_deliveries: row.get("open_deliveries")?,
        checkpoints: vec![],
        version: row.get("version")?,
    })
}

/// A page of routes with their checkpoints as they stand at `now`.
pub(crate) fn routes(
    tables: &Connection,
    listing: RouteListing,
    now: Timestamp,
) -> Result<RouteOverview, AppError> {
    const USED_BY: &str = "EXISTS (SELECT 1 FROM deliveries d WHERE d.route_id = routes.id AND d.";
    const STOPS: &str =
        "EXISTS (SELECT 1 FROM route_checkpoints c WHERE c.route_id = routes.id AND instr(c.search, ?))";
    let delayed = format!("routes.id IN ({})", delayed_at(now));
    // An overview shows every route: unless asked otherwise it is cut only where every list is.
    let limit = listing.limit.unwrap_or(Limit::MAX);
    let paging = Paging::new("routes", &listing, listing.cursor.clone(), limit);
    let mut filter = Filter::default();
    filter
        .flag(listing.delayed, &delayed, &format!("NOT {delayed}"))
        .any_of("status", listing.status.map(|any| any.0.iter().map(|s| s.as_str().to_owned()).collect()))
        .contains(&["instr(search, ?)", STOPS], listing.text.as_deref())
        // A route of no length is an instant, and lies in what begins with it.
        .when("MAX(ends_at, starts_at + 1) > ?", listing.from.map(Timestamp::micros))
        .when("starts_at < ?", listing.to.map(Timestamp::micros))
        .when(&format!("{USED_BY}driver_id = ?)"), listing.driver_id.map(|id| blob(id.uuid())))
        .when(&format!("{USED_BY}vehicle_id = ?)"), listing.vehicle_id.map(|id| blob(id.uuid())));
    let by = match listing.sort.unwrap_or(RouteSort::ScheduledStartTime) {
        RouteSort::ScheduledStartTime => By::Number("starts_at"),
        RouteSort::Origin => By::Key("origin_order"),
        RouteSort::Destination => By::Key("destination_order"),
        RouteSort::Status => By::Text("status"),
        RouteSort::UpdatedAt => By::Change("updated_at"),
    };
    let order = Order { by, id: "id", descending: listing.descending.unwrap_or(false) };
    let mut page = sql::page(tables, SELECT, filter, &order, paging, summary)?;
    for route in &mut page.items {
        route.checkpoints = checkpoints(tables, route.route_id, now)?;
    }
    Ok(RouteOverview { routes: page.items, next_cursor: page.next_cursor })
}

/// The routes with a delayed checkpoint. It begins at the few deliveries that are late, whatever the number of routes.
fn delayed_at(now: Timestamp) -> String {
    let now = now.micros();
    format!(
        "SELECT l.route_id FROM deliveries l WHERE l.open = 1 AND l.due_at < {now} AND EXISTS (
           SELECT 1 FROM route_checkpoints c WHERE c.route_id = l.route_id AND c.expected_at < {now} AND NOT EXISTS (
             SELECT 1 FROM reached_checkpoints x WHERE x.delivery_id = l.id AND x.sequence = c.sequence))"
    )
}

/// One route; of its deliveries only those of `driver`, where one is given.
pub(crate) fn route(
    tables: &Connection,
    id: RouteId,
    driver: Option<DriverId>,
    now: Timestamp,
) -> rusqlite::Result<Option<RouteDetail>> {
    let found = sql::one(tables, &format!("{SELECT} WHERE id = ?1"), [id.uuid()], |row| {
        Ok((summary(row)?, sql::time(row, "created_at")?, sql::time(row, "updated_at")?))
    })?;
    let Some((route, created_at, updated_at)) = found else { return Ok(None) };
    let sql = "SELECT d.id, d.status, d.created_at, d.delivered_at, d.driver_id,
                 COALESCE(d.ended_driver, p.name) AS driver_name, d.vehicle_id,
                 COALESCE(d.ended_vehicle, v.registration) AS vehicle_no
               FROM deliveries d LEFT JOIN drivers p ON p.id = d.driver_id LEFT JOIN vehicles v ON v.id = d.vehicle_id
               WHERE d.route_id = ?1 AND (?2 IS NULL OR d.driver_id = ?2) ORDER BY d.created_at DESC, d.id DESC LIMIT 500";
    let deliveries = sql::all(tables, sql, params![id.uuid(), driver.map(DriverId::uuid)], |row| {
        Ok(RouteDelivery {
            delivery_id: sql::id(row, "id")?,
            status: sql::word(row, "status")?,
            created_at: sql::time(row, "created_at")?,
            delivered_at: sql::maybe_time(row, "delivered_at")?,
            driver_id: sql::maybe_id(row, "driver_id")?,
            driver_name: row.get("driver_name")?,
            vehicle_id: sql::maybe_id(row, "vehicle_id")?,
            vehicle_no: row.get("vehicle_no")?,
        })
    })?;
    Ok(Some(RouteDetail {
        route_id: route.route_id,
        origin: route.origin,
        destination: route.destination,
        status: route.status,
        scheduled_start_time: route.scheduled_start_time,
        scheduled_end_time: route.scheduled_end_time,
        checkpoints: checkpoints(tables, id, now)?,
        deliveries,
        created_at,
        updated_at,
        version: route.version,
    }))
}

/// Whether a delivery of `driver` drives the route.
pub(crate) fn is_driven_by(tables: &Connection, id: RouteId, driver: DriverId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM deliveries WHERE route_id = ?1 AND driver_id = ?2 LIMIT 1";
    Ok(sql::one(tables, sql, params![id.uuid(), driver.uuid()], |_| Ok(()))?.is_some())
}

/// A checkpoint is delayed where a delivery that has not ended should have reached it and has not, pending where
/// one still will, and reached where some have and none still will.
fn checkpoints(tables: &Connection, route: RouteId, now: Timestamp) -> rusqlite::Result<Vec<CheckpointView>> {
    let sql = "SELECT r.sequence, SUM(x.reached_at IS NOT NULL) AS reached,
                 SUM(d.open AND x.reached_at IS NULL) AS missing
               FROM route_checkpoints r JOIN deliveries d ON d.route_id = r.route_id
               LEFT JOIN reached_checkpoints x ON x.delivery_id = d.id AND x.sequence = r.sequence
               WHERE r.route_id = ?1 GROUP BY r.sequence";
    let progress: HashMap<u32, (u32, u32)> = sql::all(tables, sql, [route.uuid()], |row| {
        Ok((row.get("sequence")?, (row.get("reached")?, row.get("missing")?)))
    })?
    .into_iter()
    .collect();
    let sql =
        "SELECT sequence, location, expected_at FROM route_checkpoints WHERE route_id = ?1 ORDER BY sequence";
    sql::all(tables, sql, [route.uuid()], |row| {
        let sequence = sql::sequence(row, "sequence")?;
        let expected_time = sql::time(row, "expected_at")?;
        let (reached, missing) = progress.get(&sequence.get()).copied().unwrap_or_default();
        let status = match (reached, missing) {
            (_, 1..) if expected_time < now => CheckpointStatus::Delayed,
            (1.., 0) => CheckpointStatus::Reached,
            (_, _) => CheckpointStatus::Pending,
        };
        Ok(CheckpointView { sequence, location: row.get("location")?, expected_time, status })
    })
}
