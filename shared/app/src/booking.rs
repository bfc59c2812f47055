//! The bookings: which delivery holds which driver or vehicle, and when. Only deliveries that have not ended are here.

use depot_domain::dispatch::{Calendar, ResourceKind};
use depot_domain::values::{DeliveryId, Interval, RouteId};
use depot_store::Migration;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::sql;

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_112410,
    sql: "CREATE TABLE bookings (
            kind TEXT NOT NULL,
            resource_id BLOB NOT NULL,
            starts_at INTEGER NOT NULL,
            ends_at INTEGER NOT NULL,
            delivery_id BLOB NOT NULL,
            route_id BLOB NOT NULL,
            PRIMARY KEY (delivery_id, kind)
          );
          CREATE INDEX bookings_by_resource ON bookings (kind, resource_id, starts_at);
          CREATE INDEX bookings_by_route ON bookings (route_id);",
};

/// Books `resource` for `delivery` for as long as its route takes, in place of what it held of that kind.
pub(crate) fn book(
    tables: &Connection,
    delivery: Uuid,
    kind: ResourceKind,
    resource: Uuid,
) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "INSERT OR REPLACE INTO bookings (kind, resource_id, starts_at, ends_at, delivery_id, route_id)
         SELECT ?2, ?3, r.starts_at, r.ends_at, d.id, r.id FROM deliveries d JOIN routes r ON r.id = d.route_id
         WHERE d.id = ?1",
        params![delivery, kind.as_str(), resource],
    )
}

/// Drops everything that `delivery` holds.
pub(crate) fn free(tables: &Connection, delivery: Uuid) -> rusqlite::Result<()> {
    sql::run(tables, "DELETE FROM bookings WHERE delivery_id = ?1", [delivery])
}

/// Moves the bookings of a route's deliveries with the route.
pub(crate) fn move_with_route(tables: &Connection, route: Uuid) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE bookings SET starts_at = r.starts_at, ends_at = r.ends_at FROM routes r
         WHERE r.id = ?1 AND bookings.route_id = ?1",
        [route],
    )
}

/// The bookings of a driver or a vehicle.
pub(crate) fn calendar(tables: &Connection, kind: ResourceKind, id: Uuid) -> rusqlite::Result<Calendar> {
    let mut calendar = Calendar::default();
    let sql = "SELECT delivery_id, starts_at, ends_at FROM bookings WHERE kind = ?1 AND resource_id = ?2";
    for (delivery, interval) in sql::all(tables, sql, params![kind.as_str(), id], |row| {
        let interval = Interval::new(sql::time(row, "starts_at")?, sql::time(row, "ends_at")?);
        Ok((sql::id::<DeliveryId>(row, "delivery_id")?, interval))
    })? {
        calendar.book(delivery, interval);
    }
    Ok(calendar)
}

/// The deliveries that have not ended of a route.
pub(crate) fn open_deliveries(tables: &Connection, route: RouteId) -> rusqlite::Result<Vec<DeliveryId>> {
    let sql = "SELECT id FROM deliveries WHERE route_id = ?1 AND open = 1 ORDER BY created_at, id";
    sql::all(tables, sql, [route.uuid()], |row| sql::id(row, "id"))
}
