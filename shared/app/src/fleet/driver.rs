//! The drivers' table, its projection and its queries.

use std::sync::Arc;

use depot_domain::Driver;
use depot_domain::fleet::driver::{
    DriverAdded, DriverAvailability, DriverErased, DriverEvent, DriverStatus, DriverStatusChanged,
    DriverUpdated,
};
use depot_domain::values::{DriverId, DriverLicense, ERASED, Name};
use depot_store::Migration;
use lru::LruCache;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{DriverCounts, DriverListing, DriverSort, DriverView, count_by_word};
use crate::delivery;
use crate::entity::{Caches, Entity, Loaded, Recorded};
use crate::error::AppError;
use crate::log::EntityKind;
use crate::page::Page;
use crate::sql::{self, Filter, Order};

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_112411,
    sql: "CREATE TABLE drivers (
            id BLOB PRIMARY KEY,
            name TEXT NOT NULL COLLATE NOCASE,
            driver_license TEXT NOT NULL COLLATE NOCASE,
            status TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            version INTEGER NOT NULL
          );
          CREATE INDEX drivers_by_license ON drivers (driver_license, id);
          CREATE INDEX drivers_by_name ON drivers (name, id);",
};

/// Why and since when it has its status; told by the log for those who are there already.
pub(crate) const STATUS_MIGRATION: Migration = Migration {
    id: 2026_112520,
    sql: "ALTER TABLE drivers ADD COLUMN status_reason TEXT;
          ALTER TABLE drivers ADD COLUMN status_at INTEGER;
          UPDATE drivers SET (status_reason, status_at) =
            (SELECT json_extract(e.payload, '$.reason'), e.occurred_at FROM events e
               JOIN streams s ON s.stream_no = e.stream_no
             WHERE s.id = drivers.id AND e.type IN ('DriverAdded', 'DriverStatusChanged')
             ORDER BY e.version DESC LIMIT 1);",
};

/// Who was erased reads so.
pub(crate) const ERASED_MIGRATION: Migration =
    Migration { id: 2026_112652, sql: "ALTER TABLE drivers ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;" };

impl Entity for Driver {
    const KIND: EntityKind = EntityKind::Driver;

    fn cache(caches: &mut Caches) -> &mut LruCache<Uuid, Arc<Loaded<Self>>> {
        &mut caches.drivers
    }

    fn project(tables: &Connection, recorded: &Recorded<'_, DriverEvent>) -> rusqlite::Result<()> {
        let Recorded { id, version, at, event } = recorded;
        match event {
            DriverEvent::DriverAdded(DriverAdded { name, driver_license }) => sql::run(
                tables,
                "INSERT INTO drivers (id, name, driver_license, status, status_at, updated_at, version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
                params![
                    id,
                    name.as_str(),
                    driver_license.as_str(),
                    DriverStatus::Available.as_str(),
                    at.micros(),
                    version
                ],
            ),
            DriverEvent::DriverUpdated(DriverUpdated { name, driver_license }) => sql::run(
                tables,
                "UPDATE drivers SET name = ?2, driver_license = ?3, updated_at = ?4, version = ?5 WHERE id = ?1",
                params![id, name.as_str(), driver_license.as_str(), at.micros(), version],
            ),
            DriverEvent::DriverStatusChanged(DriverStatusChanged { new, reason, .. }) => sql::run(
                tables,
                "UPDATE drivers SET status = ?2, status_reason = ?5, status_at = ?3, updated_at = ?3, version = ?4
                 WHERE id = ?1",
                params![
                    id,
                    new.as_str(),
                    at.micros(),
                    version,
                    reason.as_ref().map(depot_domain::values::Reason::as_str)
                ],
            ),
            // No licence stands there, so that nobody's can be the same.
            DriverEvent::DriverErased(DriverErased {}) => delivery::erase_driver(tables, *id).and_then(|()| sql::run(
                tables,
                "UPDATE drivers SET name = ?5, driver_license = '', status = ?2, status_reason = NULL, status_at = ?3,
                   updated_at = ?3, version = ?4, erased = 1 WHERE id = ?1",
                params![id, DriverStatus::Unavailable.as_str(), at.micros(), version, ERASED],
            )),
        }
    }
}

const HELD: &str = "(SELECT COUNT(*) FROM bookings b WHERE b.kind = 'Driver' AND b.resource_id = drivers.id)";
const SHOWN: &str = "CASE WHEN EXISTS (SELECT 1 FROM bookings b WHERE b.kind = 'Driver' AND b.resource_id = drivers.id) \
                     THEN 'Assigned' ELSE status END";

fn select() -> String {
    format!(
        "SELECT id, name, driver_license, status, status_reason, status_at, updated_at, version, erased, {HELD} AS held FROM drivers"
    )
}

fn view(row: &Row<'_>) -> rusqlite::Result<DriverView> {
    let open_deliveries: u32 = row.get("held")?;
    Ok(DriverView {
        driver_id: sql::id(row, "id")?,
        name: row.get("name")?,
        driver_license: row.get("driver_license")?,
        status: sql::word::<DriverStatus>(row, "status")?.shown(open_deliveries > 0),
        status_reason: row.get("status_reason")?,
        status_since: sql::maybe_time(row, "status_at")?,
        open_deliveries,
        updated_at: sql::time(row, "updated_at")?,
        version: row.get("version")?,
        erased: row.get("erased")?,
    })
}

/// One driver.
pub(crate) fn driver(tables: &Connection, id: DriverId) -> rusqlite::Result<Option<DriverView>> {
    sql::one(tables, &format!("{} WHERE id = ?1", select()), [id.uuid()], view)
}

/// A page of drivers.
pub(crate) fn drivers(tables: &Connection, listing: DriverListing) -> Result<Page<DriverView>, AppError> {
    let mut filter = Filter::default();
    filter
        .any_of(SHOWN, listing.status.map(|any| any.0.iter().map(|s| s.as_str().to_owned()).collect()))
        .contains(&["name", "driver_license"], listing.text.as_deref())
        .when("updated_at >= ?", listing.from.map(|at| at.micros()))
        .when("updated_at < ?", listing.to.map(|at| at.micros()));
    let (by, text) = match listing.sort.unwrap_or(DriverSort::Name) {
        DriverSort::Name => ("name", true),
        DriverSort::DriverLicense => ("driver_license", true),
        DriverSort::Status => ("status", true),
        DriverSort::UpdatedAt => ("updated_at", false),
    };
    let order = Order { by, id: "id", text, descending: listing.descending.unwrap_or(false) };
    sql::page(tables, &select(), filter, &order, listing.cursor, listing.limit.unwrap_or_default(), view)
}

/// How many drivers have each status.
pub(crate) fn counts(tables: &Connection) -> rusqlite::Result<DriverCounts> {
    let mut counts = DriverCounts::default();
    for (word, count) in count_by_word(tables, &format!("SELECT {SHOWN} AS word FROM drivers"))? {
        counts.total += count;
        match word.parse() {
            Ok(DriverAvailability::Available) => counts.available = count,
            Ok(DriverAvailability::Assigned) => counts.assigned = count,
            Ok(DriverAvailability::Suspended) => counts.suspended = count,
            Ok(DriverAvailability::Unavailable) => counts.unavailable = count,
            Err(_) => {}
        }
    }
    Ok(counts)
}

/// A driver other than `except` with that licence, whatever the case of its letters.
pub(crate) fn license_holder(
    tables: &Connection,
    license: &DriverLicense,
    except: DriverId,
) -> rusqlite::Result<Option<(DriverId, Name)>> {
    let sql = "SELECT id, name FROM drivers WHERE driver_license = ?1 AND id <> ?2 LIMIT 1";
    sql::one(tables, sql, params![license.as_str(), except.uuid()], |row| {
        Ok((sql::id(row, "id")?, sql::word(row, "name")?))
    })
}
