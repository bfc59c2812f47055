//! The bookings: which delivery holds which driver or vehicle, and when. Only deliveries that have not ended are here.

use depot_domain::delivery::DeliveryStatus;
use depot_domain::dispatch::{Calendar, ResourceKind};
use depot_domain::fleet::Holding;
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

/// When delivery `d` of route `r` begins, as SQL: with its route, but no earlier than it was tried again.
const START: &str = "MAX(r.starts_at, COALESCE(d.not_before, r.starts_at))";

/// Books `resource` for `delivery` for as long as its route takes, in place of what it held of that kind. A delivery that has
/// ended books nothing.
pub(crate) fn book(
    tables: &Connection,
    delivery: Uuid,
    kind: ResourceKind,
    resource: Uuid,
) -> rusqlite::Result<()> {
    sql::run(
        tables,
        &format!(
            "INSERT OR REPLACE INTO bookings (kind, resource_id, starts_at, ends_at, delivery_id, route_id)
             SELECT ?2, ?3, {START}, {START} + r.ends_at - r.starts_at, d.id, r.id
             FROM deliveries d JOIN routes r ON r.id = d.route_id WHERE d.id = ?1 AND d.open = 1"
        ),
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
        &format!(
            "UPDATE bookings SET starts_at = {START}, ends_at = {START} + r.ends_at - r.starts_at
             FROM routes r, deliveries d WHERE r.id = ?1 AND bookings.route_id = ?1 AND d.id = bookings.delivery_id"
        ),
        [route],
    )
}

/// The bookings of a driver or a vehicle.
pub(crate) fn calendar(tables: &Connection, kind: ResourceKind, id: Uuid) -> rusqlite::Result<Calendar> {
    let mut calendar = Calendar::default();
    let sql = "SELECT b.delivery_id, b.starts_at, b.ends_at, d.status FROM bookings b JOIN deliveries d ON d.id = b.delivery_id
               WHERE b.kind = ?1 AND b.resource_id = ?2";
    for (delivery, interval, status) in sql::all(tables, sql, params![kind.as_str(), id], |row| {
        let interval = Interval::new(sql::time(row, "starts_at")?, sql::time(row, "ends_at")?);
        Ok((
            sql::id::<DeliveryId>(row, "delivery_id")?,
            interval,
            sql::word::<DeliveryStatus>(row, "status")?,
        ))
    })? {
        calendar.book(delivery, interval);
        if status.is_under_way() {
            calendar.set_off(delivery);
        }
    }
    Ok(calendar)
}

/// A delivery by the names of its route, for a refusal.
pub(crate) fn holding(tables: &Connection, delivery_id: DeliveryId) -> rusqlite::Result<Option<Holding>> {
    let sql =
        "SELECT r.origin, r.destination FROM deliveries d JOIN routes r ON r.id = d.route_id WHERE d.id = ?1";
    sql::one(tables, sql, [delivery_id.uuid()], |row| {
        let (origin, destination) = (sql::word(row, "origin")?, sql::word(row, "destination")?);
        Ok(Holding { delivery_id, origin, destination })
    })
}

/// The deliveries that have not ended of a route.
pub(crate) fn open_deliveries(tables: &Connection, route: RouteId) -> rusqlite::Result<Vec<DeliveryId>> {
    let sql = "SELECT id FROM deliveries WHERE route_id = ?1 AND open = 1 ORDER BY created_at, id";
    sql::all(tables, sql, [route.uuid()], |row| sql::id(row, "id"))
}
