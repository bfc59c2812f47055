//! The drivers' table, its projection and its queries.

use std::sync::Arc;

use depot_domain::Driver;
use depot_domain::fleet::driver::{
    DriverAdded, DriverAvailability, DriverErased, DriverEvent, DriverPhoneChanged, DriverStatus,
    DriverStatusChanged, DriverUpdated,
};
use depot_domain::text::CodeKey;
use depot_domain::values::{DriverId, DriverLicense, ERASED, Name, PhoneNumber};
use depot_store::Migration;
use lru::LruCache;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{DriverCounts, DriverListing, DriverSort, DriverView, count_by_word};
use crate::delivery;
use crate::entity::{Caches, Entity, Loaded, Recorded};
use crate::error::AppError;
use crate::log::EntityKind;
use crate::page::{Page, Paging};
use crate::sql::{self, By, Filter, Order};
use crate::text::{ADD_NAME, search_text, sort_key};

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

/// The number under which somebody is called.
pub(crate) const PHONE_MIGRATION: Migration =
    Migration { id: 2026_113060, sql: "ALTER TABLE drivers ADD COLUMN phone TEXT;" };

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
            )
            .and_then(|()| put_keys(tables, *id, name.as_str(), driver_license.as_str())),
            DriverEvent::DriverUpdated(DriverUpdated { name, driver_license }) => sql::run(
                tables,
                "UPDATE drivers SET name = ?2, driver_license = ?3, updated_at = ?4, version = ?5 WHERE id = ?1",
                params![id, name.as_str(), driver_license.as_str(), at.micros(), version],
            )
            .and_then(|()| put_keys(tables, *id, name.as_str(), driver_license.as_str())),
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
            DriverEvent::DriverPhoneChanged(DriverPhoneChanged { phone }) => sql::run(
                tables,
                "UPDATE drivers SET phone = ?2, updated_at = ?3, version = ?4 WHERE id = ?1",
                params![id, phone.as_ref().map(PhoneNumber::as_str), at.micros(), version],
            ),
            // No licence stands there, so that nobody's can be the same.
            DriverEvent::DriverErased(DriverErased {}) => delivery::erase_driver(tables, *id).and_then(|()| sql::run(
                tables,
                "UPDATE drivers SET name = ?5, driver_license = '', phone = NULL, status = ?2, status_reason = NULL, status_at = ?3,
                   updated_at = ?3, version = ?4, erased = 1 WHERE id = ?1",
                params![id, DriverStatus::Unavailable.as_str(), at.micros(), version, ERASED],
            ))
            .and_then(|()| put_keys(tables, *id, ERASED, "")),
        }
    }
}

/// Stores what the texts of a driver are found, sorted and compared by. They are as personal as the texts.
fn put_keys(tables: &Connection, id: Uuid, name: &str, license: &str) -> rusqlite::Result<()> {
    sql::run(
        tables,
        &format!(
            "UPDATE drivers SET search = ?2, name_order = ?3, license_order = ?4, license_key = ?5,
               names = IIF(erased, ?6, {ADD_NAME}) WHERE id = ?1"
        ),
        params![
            id,
            search_text(&[name, license]),
            sort_key(name),
            sort_key(license),
            CodeKey::new(license).as_str(),
            search_text(&[name])
        ],
    )
}

const HELD: &str = "(SELECT COUNT(*) FROM bookings b WHERE b.kind = 'Driver' AND b.resource_id = drivers.id)";
const SHOWN: &str = "CASE WHEN EXISTS (SELECT 1 FROM bookings b WHERE b.kind = 'Driver' AND b.resource_id = drivers.id) \
                     THEN 'Assigned' ELSE status END";

fn select() -> String {
    format!(
        "SELECT id, name, driver_license, phone, status, status_reason, status_at, updated_at, version, erased, {HELD} AS held FROM drivers"
    )
}

fn view(row: &Row<'_>) -> rusqlite::Result<DriverView> {
    let open_deliveries: u32 = row.get("held")?;
    Ok(DriverView {
        driver_id: sql::id(row, "id")?,
        name: row.get("name")?,
        driver_license: row.get("driver_license")?,
        phone: row.get("phone")?,
        status: sql::word::<DriverStatus>(row, "status")?.shown(open_deliveries > 0),
        status_reason: row.get("status_reason")?,
        status_since: sql::maybe_time(row, "status_at")?,
        open_deliveries,
        updated_at: sql::time(row, "updated_at")?,
        version: row.get("version")?,
        erased: row.get("erased")?,
        same_license: Vec::new(),
    })
}

/// One driver.
pub(crate) fn driver(tables: &Connection, id: DriverId) -> rusqlite::Result<Option<DriverView>> {
    sql::one(tables, &format!("{} WHERE id = ?1", select()), [id.uuid()], view)
}

/// A page of drivers.
pub(crate) fn drivers(tables: &Connection, listing: DriverListing) -> Result<Page<DriverView>, AppError> {
    let paging = Paging::new("drivers", &listing, listing.cursor.clone(), listing.limit.unwrap_or_default());
    let mut filter = Filter::default();
    filter
        .any_of(SHOWN, listing.status.map(|any| any.0.iter().map(|s| s.as_str().to_owned()).collect()))
        .contains(&["instr(search, ?)"], listing.text.as_deref())
        .when("updated_at >= ?", listing.from.map(|at| at.micros()))
        .when("updated_at < ?", listing.to.map(|at| at.micros()));
    let by = match listing.sort.unwrap_or(DriverSort::Name) {
        DriverSort::Name => By::Key("name_order"),
        DriverSort::DriverLicense => By::Key("license_order"),
        DriverSort::Status => By::Text("status"),
        DriverSort::UpdatedAt => By::Change("updated_at"),
    };
    let order = Order { by, id: "id", descending: listing.descending.unwrap_or(false) };
    sql::page(tables, &select(), filter, &order, paging, view)
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

/// A driver other than `except` with that licence, however it is written.
pub(crate) fn license_holder(
    tables: &Connection,
    license: &DriverLicense,
    except: DriverId,
) -> rusqlite::Result<Option<(DriverId, Name, DriverLicense)>> {
    let key = license.key();
    let sql = "SELECT id, name, driver_license FROM drivers WHERE license_key = ?1 AND id <> ?2 ORDER BY id";
    let alike = sql::all(tables, sql, params![key.as_str(), except.uuid()], |row| {
        Ok((sql::id(row, "id")?, sql::word(row, "name")?, sql::word(row, "driver_license")?))
    })?;
    Ok(alike.into_iter().find(|(_, _, other): &(_, _, DriverLicense)| other.key().is_same_code(&key)))
}

/// Names for each driver the others with the same licence: they were added before spellings were compared, or while
/// duplicates were allowed.
pub(crate) fn flag_twins(tables: &Connection, drivers: &mut [DriverView]) -> rusqlite::Result<()> {
    let sql = "SELECT id, driver_license FROM drivers WHERE license_key = ?1 AND id <> ?2 ORDER BY id";
    for driver in drivers.iter_mut().filter(|driver| !driver.erased) {
        let key = CodeKey::new(&driver.driver_license);
        let alike = sql::all(tables, sql, params![key.as_str(), driver.driver_id.uuid()], |row| {
            Ok((sql::id(row, "id")?, row.get::<_, String>("driver_license")?))
        })?;
        let twins = alike.into_iter().filter(|(_, other)| CodeKey::new(other).is_same_code(&key));
        driver.same_license = twins.map(|(id, _)| id).collect();
    }
    Ok(())
}
