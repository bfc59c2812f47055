//! Deliveries: their tables and their projection. What is asked of them is in `queries`.

mod ended;
mod export;
mod incident;
mod late;
mod listing;
mod on_road;
mod queries;
mod risk;
mod search;
mod views;

use std::sync::Arc;

use depot_domain::Delivery;
use depot_domain::delivery::{
    CheckpointReached, DeliveryCreated, DeliveryEvent, DeliveryStatus, DeliveryStatusChanged, DriverAssigned,
    ProofOfDeliveryCaptured, ReceiverErased, VehicleAssigned,
};
use depot_domain::dispatch::ResourceKind;
use depot_domain::values::{DriverId, ERASED, RouteId, VehicleId};
use depot_store::Migration;
use lru::LruCache;
use rusqlite::{Connection, params};
use uuid::Uuid;

pub(crate) use ended::erase_driver;
pub(crate) use export::export;
pub(crate) use incident::incidents;
pub use late::{LateFactView, NamedFile};
pub(crate) use late::{late_facts, named_file};
pub use listing::*;
pub(crate) use queries::{
    board, completed_summary, deliveries, delivery, driver_of, lanes, live_figures, live_tracking,
};
pub use views::*;

use crate::entity::{Caches, Entity, Loaded, Recorded};
use crate::log::EntityKind;
use crate::sql;
use crate::text::search_text;
use crate::{booking, phone};

pub(crate) const MIGRATIONS: [Migration; 12] = [
    Migration {
        id: 2026_112414,
        sql: "CREATE TABLE deliveries (
                id BLOB PRIMARY KEY,
                route_id BLOB NOT NULL,
                driver_id BLOB,
                vehicle_id BLOB,
                status TEXT NOT NULL,
                stage INTEGER NOT NULL,
                open INTEGER NOT NULL,
                starts_at INTEGER NOT NULL,
                ends_at INTEGER NOT NULL,
                due_at INTEGER,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                delivered_at INTEGER,
                last_sequence INTEGER,
                last_location TEXT,
                reached INTEGER NOT NULL DEFAULT 0,
                open_incidents INTEGER NOT NULL DEFAULT 0,
                receiver_name TEXT,
                signature_url TEXT,
                signature TEXT,
                photos TEXT,
                version INTEGER NOT NULL
              );
              CREATE INDEX deliveries_by_creation ON deliveries (created_at, id);
              CREATE INDEX deliveries_by_start ON deliveries (starts_at, id);
              CREATE INDEX deliveries_by_update ON deliveries (updated_at, id);
              CREATE INDEX deliveries_by_stage ON deliveries (stage, id);
              CREATE INDEX deliveries_by_status ON deliveries (status, created_at, id);
              CREATE INDEX deliveries_by_route ON deliveries (route_id, open, created_at);
              CREATE INDEX deliveries_by_driver ON deliveries (driver_id, created_at, id);
              CREATE INDEX deliveries_by_vehicle ON deliveries (vehicle_id, created_at, id);
              CREATE INDEX open_deliveries_by_due ON deliveries (due_at) WHERE open = 1;
              CREATE TABLE reached_checkpoints (
                delivery_id BLOB NOT NULL,
                sequence INTEGER NOT NULL,
                location TEXT NOT NULL,
                reached_at INTEGER NOT NULL,
                PRIMARY KEY (delivery_id, sequence)
              ) WITHOUT ROWID;",
    },
    incident::MIGRATION,
    Migration {
        id: 2026_112510,
        sql: "ALTER TABLE deliveries ADD COLUMN behind INTEGER NOT NULL DEFAULT 0;
              UPDATE deliveries SET behind = COALESCE(
                (SELECT x.reached_at - c.expected_at FROM reached_checkpoints x
                   JOIN route_checkpoints c ON c.route_id = deliveries.route_id AND c.sequence = x.sequence
                   WHERE x.delivery_id = deliveries.id ORDER BY x.reached_at DESC LIMIT 1), 0);
              CREATE INDEX open_deliveries_by_start ON deliveries (starts_at, id) WHERE open = 1;
              CREATE INDEX long_deliveries ON deliveries (ends_at) WHERE ends_at - starts_at > 86400000000;
              CREATE TABLE delivery_counts (status TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
              INSERT INTO delivery_counts SELECT status, COUNT(*) FROM deliveries GROUP BY status;
              CREATE TRIGGER deliveries_counted_in AFTER INSERT ON deliveries BEGIN
                INSERT INTO delivery_counts VALUES (NEW.status, 1) ON CONFLICT DO UPDATE SET count = count + 1;
              END;
              CREATE TRIGGER deliveries_counted_over AFTER UPDATE OF status ON deliveries BEGIN
                UPDATE delivery_counts SET count = count - 1 WHERE status = OLD.status;
                INSERT INTO delivery_counts VALUES (NEW.status, 1) ON CONFLICT DO UPDATE SET count = count + 1;
              END;
              CREATE TRIGGER deliveries_counted_out AFTER DELETE ON deliveries BEGIN
                UPDATE delivery_counts SET count = count - 1 WHERE status = OLD.status;
              END;",
    },
    // Each filter that the desk sorts by start has an index in that order, and so has each text that is searched.
    Migration {
        id: 2026_112610,
        sql: "CREATE INDEX deliveries_by_status_and_start ON deliveries (status, starts_at, id);
              CREATE INDEX deliveries_by_driver_and_start ON deliveries (driver_id, starts_at, id);
              CREATE INDEX deliveries_by_vehicle_and_start ON deliveries (vehicle_id, starts_at, id);
              CREATE INDEX deliveries_by_receiver ON deliveries (receiver_name, id) WHERE receiver_name IS NOT NULL;
              CREATE INDEX routes_by_place ON routes (origin, destination, id);",
    },
    Migration {
        // A route may be planned anew once its deliveries have ended: how late they were stays as it was.
        id: 2026_112620,
        sql: "ALTER TABLE reached_checkpoints ADD COLUMN expected_at INTEGER;
              UPDATE reached_checkpoints SET expected_at =
                (SELECT c.expected_at FROM deliveries d
                   JOIN route_checkpoints c ON c.route_id = d.route_id AND c.sequence = reached_checkpoints.sequence
                 WHERE d.id = reached_checkpoints.delivery_id);",
    },
    incident::PHOTOS,
    Migration {
        // How late each checkpoint was reached, in microseconds with spaces between: a report of a year reads one row a
        // delivery instead of one a checkpoint.
        id: 2026_112640,
        sql: "ALTER TABLE deliveries ADD COLUMN lateness TEXT;
              UPDATE deliveries SET lateness =
                (SELECT group_concat(x.reached_at - x.expected_at, ' ') FROM reached_checkpoints x
                 WHERE x.delivery_id = deliveries.id AND x.expected_at IS NOT NULL);",
    },
    Migration {
        id: 2026_112653,
        sql: "ALTER TABLE deliveries ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;",
    },
    Migration {
        // Times by a clock that was wrong. In `lateness` a question mark stands for each of them.
        id: 2026_113020,
        sql: "ALTER TABLE reached_checkpoints ADD COLUMN uncertain INTEGER NOT NULL DEFAULT 0;
              ALTER TABLE deliveries ADD COLUMN delivered_uncertain INTEGER NOT NULL DEFAULT 0;",
    },
    late::MIGRATION,
    ended::MIGRATION,
    Migration {
        // A delivery that is tried again holds its crew from then on.
        id: 2026_113032,
        sql: "ALTER TABLE deliveries ADD COLUMN not_before INTEGER;
              INSERT INTO rebuilds_due SELECT 'bookings of deliveries tried again' WHERE EXISTS (SELECT 1 FROM events);",
    },
];

impl Entity for Delivery {
    const KIND: EntityKind = EntityKind::Delivery;

    fn cache(caches: &mut Caches) -> &mut LruCache<Uuid, Arc<Loaded<Self>>> {
        &mut caches.deliveries
    }

    fn project(tables: &Connection, recorded: &Recorded<'_, DeliveryEvent>) -> rusqlite::Result<()> {
        let id = recorded.id;
        match recorded.event {
            DeliveryEvent::DeliveryCreated(created) => create(tables, recorded, created)?,
            DeliveryEvent::DriverAssigned(DriverAssigned { driver_id, .. }) => {
                let driver = driver_id.uuid();
                sql::run(tables, "UPDATE deliveries SET driver_id = ?2 WHERE id = ?1", params![id, driver])?;
                booking::book(tables, id, ResourceKind::Driver, driver)?;
            }
            DeliveryEvent::VehicleAssigned(VehicleAssigned { vehicle_id, .. }) => {
                let vehicle = vehicle_id.uuid();
                sql::run(
                    tables,
                    "UPDATE deliveries SET vehicle_id = ?2 WHERE id = ?1",
                    params![id, vehicle],
                )?;
                booking::book(tables, id, ResourceKind::Vehicle, vehicle)?;
            }
            DeliveryEvent::DeliveryStatusChanged(changed) => change_status(tables, recorded, changed)?,
            DeliveryEvent::CheckpointReached(reached) => reach(tables, recorded, reached)?,
            DeliveryEvent::IncidentReported(reported) => incident::report(tables, recorded, reported)?,
            DeliveryEvent::IncidentResolved(resolved) => incident::resolve(tables, recorded, resolved)?,
            DeliveryEvent::ProofOfDeliveryCaptured(proof) => prove(tables, id, proof)?,
            DeliveryEvent::AwaitedFileClosed(_) => {}
            DeliveryEvent::ReceiverErased(ReceiverErased {}) => erase(tables, id)?,
            DeliveryEvent::LateFactKept(kept) => late::keep(tables, recorded, kept)?,
            DeliveryEvent::LateFactSettled(settled) => late::settle(tables, recorded, settled)?,
        }
        let erased = matches!(recorded.event, DeliveryEvent::ReceiverErased(_));
        sql::run(
            tables,
            "UPDATE deliveries SET updated_at = ?2, version = ?3, erased = ?4 WHERE id = ?1",
            params![id, recorded.at.micros(), recorded.version, erased],
        )?;
        phone::project(tables, recorded)
    }
}

fn create(
    tables: &Connection,
    Recorded { id, at, .. }: &Recorded<'_, DeliveryEvent>,
    created: &DeliveryCreated,
) -> rusqlite::Result<()> {
    let status = DeliveryStatus::PickedUp;
    let (driver, vehicle) = (created.driver_id.map(DriverId::uuid), created.vehicle_id.map(VehicleId::uuid));
    sql::run(
        tables,
        "INSERT INTO deliveries (id, route_id, driver_id, vehicle_id, status, stage, open, starts_at, ends_at, created_at,
           updated_at, version)
         SELECT ?1, id, ?3, ?4, ?5, ?6, 1, starts_at, ends_at, ?7, ?7, 0 FROM routes WHERE id = ?2",
        params![id, created.route_id.uuid(), driver, vehicle, status.as_str(), stage(status), at.micros()],
    )?;
    book_held(tables, *id)?;
    set_due(tables, *id)
}

fn change_status(
    tables: &Connection,
    Recorded { id, at, .. }: &Recorded<'_, DeliveryEvent>,
    DeliveryStatusChanged { new, clock, .. }: &DeliveryStatusChanged,
) -> rusqlite::Result<()> {
    let delivered_at = (*new == DeliveryStatus::Delivered).then_some(at.micros());
    sql::run(
        tables,
        "UPDATE deliveries SET status = ?2, stage = ?3, open = ?4, delivered_at = ?5, delivered_uncertain = ?6 WHERE id = ?1",
        params![
            id,
            new.as_str(),
            stage(*new),
            new.is_open(),
            delivered_at,
            delivered_at.is_some() && clock.is_some()
        ],
    )?;
    // How far a delivery is behind its plan is first known when it sets off.
    let sql = "UPDATE deliveries SET behind = IIF(?2, ?3 - starts_at, 0) WHERE id = ?1";
    match new {
        DeliveryStatus::PickedUp => sql::run(tables, sql, params![id, false, at.micros()])?,
        DeliveryStatus::InTransit => sql::run(tables, sql, params![id, clock.is_none(), at.micros()])?,
        DeliveryStatus::OutForDelivery | DeliveryStatus::Delivered | DeliveryStatus::Failed => {}
    }
    if *new == DeliveryStatus::PickedUp {
        sql::run(tables, "UPDATE deliveries SET not_before = ?2 WHERE id = ?1", params![id, at.micros()])?;
    }
    if new.is_open() {
        // A delivery that is tried again drives its route as that is now.
        let sql = "UPDATE deliveries SET starts_at = r.starts_at, ends_at = r.ends_at FROM routes r
                   WHERE r.id = deliveries.route_id AND deliveries.id = ?1";
        sql::run(tables, sql, [id])?;
        ended::drop(tables, *id)?;
        book_held(tables, *id)?;
    } else {
        booking::free(tables, *id)?;
        ended::keep(tables, *id, *at)?;
    }
    set_due(tables, *id)
}

fn reach(
    tables: &Connection,
    Recorded { id, at, .. }: &Recorded<'_, DeliveryEvent>,
    CheckpointReached { sequence, location, clock, .. }: &CheckpointReached,
) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "INSERT OR REPLACE INTO reached_checkpoints (delivery_id, sequence, location, reached_at, uncertain, expected_at)
         VALUES (?1, ?2, ?3, ?4, ?5, (SELECT c.expected_at FROM deliveries d
           JOIN route_checkpoints c ON c.route_id = d.route_id AND c.sequence = ?2 WHERE d.id = ?1))",
        params![id, sequence.get(), location.as_str(), at.micros(), clock.is_some()],
    )?;
    sql::run(
        tables,
        &format!(
            "UPDATE deliveries SET reached = reached + 1,
               behind = IIF(?5, behind, COALESCE(?4 - (SELECT expected_at FROM route_checkpoints c
                 WHERE c.route_id = deliveries.route_id AND c.sequence = ?2), behind)),
               last_sequence = IIF(last_sequence >= ?2, last_sequence, ?2),
               last_location = IIF(last_sequence >= ?2, last_location, ?3),
               lateness = (SELECT group_concat(IIF(x.uncertain, '?', x.reached_at - x.expected_at), ' ') FROM reached_checkpoints x
                 WHERE x.delivery_id = ?1 AND x.expected_at IS NOT NULL),
               due_at = {DUE} WHERE id = ?1"
        ),
        params![id, sequence.get(), location.as_str(), at.micros(), clock.is_some()],
    )
}

fn prove(tables: &Connection, id: Uuid, proof: &ProofOfDeliveryCaptured) -> rusqlite::Result<()> {
    let json = |value: serde_json::Result<String>| {
        value.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    };
    let signature = proof.signature.as_ref().map(|file| json(serde_json::to_string(file))).transpose()?;
    sql::run(
        tables,
        "UPDATE deliveries SET receiver_name = ?2, signature_url = ?3, signature = ?4, photos = ?5, receiver_search = ?6
         WHERE id = ?1",
        params![
            id,
            proof.receiver_name.as_str(),
            proof.signature_url.as_ref().map(|url| url.as_str()),
            signature,
            json(serde_json::to_string(&proof.photos))?,
            search_text(&[proof.receiver_name.as_str()]),
        ],
    )
}

fn erase(tables: &Connection, id: Uuid) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE deliveries SET receiver_name = IIF(receiver_name IS NULL, NULL, ?2), signature_url = NULL, signature = NULL,
           photos = IIF(photos IS NULL, NULL, '[]'), receiver_search = IIF(receiver_search IS NULL, NULL, ?2) WHERE id = ?1",
        params![id, ERASED],
    )?;
    incident::erase(tables, id)?;
    late::erase(tables, id)
}

/// Where a status stands in the order of the day, for sorting.
const fn stage(status: DeliveryStatus) -> u8 {
    status as u8
}

fn book_held(tables: &Connection, id: Uuid) -> rusqlite::Result<()> {
    let held = sql::one(tables, "SELECT driver_id, vehicle_id FROM deliveries WHERE id = ?1", [id], |row| {
        Ok((sql::maybe_id::<Uuid>(row, "driver_id")?, sql::maybe_id::<Uuid>(row, "vehicle_id")?))
    })?;
    let (driver, vehicle) = held.unwrap_or_default();
    for (kind, resource) in [(ResourceKind::Driver, driver), (ResourceKind::Vehicle, vehicle)] {
        if let Some(resource) = resource {
            booking::book(tables, id, kind, resource)?;
        }
    }
    Ok(())
}

/// When a delivery must have come further: at the time of its next checkpoint, or at its route's end.
const DUE: &str = "CASE WHEN open = 1 THEN COALESCE(
    (SELECT MIN(c.expected_at) FROM route_checkpoints c WHERE c.route_id = deliveries.route_id AND NOT EXISTS
      (SELECT 1 FROM reached_checkpoints x WHERE x.delivery_id = deliveries.id AND x.sequence = c.sequence)),
    ends_at) END";

fn set_due(tables: &Connection, id: Uuid) -> rusqlite::Result<()> {
    sql::run(tables, &format!("UPDATE deliveries SET due_at = {DUE} WHERE id = ?1"), [id])
}

/// Whether any delivery of the route, also one that has ended, reached a checkpoint.
pub(crate) fn reached_on_route(tables: &Connection, route: RouteId) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM reached_checkpoints x JOIN deliveries d ON d.id = x.delivery_id
               WHERE d.route_id = ?1)";
    tables.query_row(sql, [route.uuid()], |row| row.get(0))
}

/// Moves the deliveries of a route that have not ended with the route.
pub(crate) fn reschedule(tables: &Connection, route: Uuid) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE deliveries SET starts_at = r.starts_at, ends_at = r.ends_at FROM routes r
         WHERE r.id = ?1 AND deliveries.route_id = ?1 AND deliveries.open = 1",
        [route],
    )?;
    sql::run(
        tables,
        &format!("UPDATE deliveries SET due_at = {DUE} WHERE route_id = ?1 AND open = 1"),
        [route],
    )
}
