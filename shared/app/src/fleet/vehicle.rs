//! The vehicles' table, its projection and its queries.

use std::sync::Arc;

use depot_domain::Vehicle;
use depot_domain::fleet::vehicle::{
    VehicleAdded, VehicleAvailability, VehicleEvent, VehicleStatus, VehicleStatusChanged, VehicleUpdated,
};
use depot_domain::text::CodeKey;
use depot_domain::values::{Registration, VehicleId, VehicleType};
use depot_store::Migration;
use lru::LruCache;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{VehicleCounts, VehicleListing, VehicleSort, VehicleView, count_by_word};
use crate::entity::{Caches, Entity, Loaded, Recorded};
use crate::error::AppError;
use crate::log::EntityKind;
use crate::page::{Page, Paging};
use crate::sql::{self, By, Filter, Order};
use crate::text::{ADD_NAME, search_text, sort_key};

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_112412,
    sql: "CREATE TABLE vehicles (
            id BLOB PRIMARY KEY,
            registration TEXT NOT NULL COLLATE NOCASE,
            vehicle_type TEXT NOT NULL COLLATE NOCASE,
            status TEXT NOT NULL,
            updated_at INTEGER NOT NULL,
            version INTEGER NOT NULL
          );
          CREATE INDEX vehicles_by_registration ON vehicles (registration, id);",
};

/// Why and since when it has its status; told by the log for those who are there already.
pub(crate) const STATUS_MIGRATION: Migration = Migration {
    id: 2026_112521,
    sql: "ALTER TABLE vehicles ADD COLUMN status_reason TEXT;
          ALTER TABLE vehicles ADD COLUMN status_at INTEGER;
          UPDATE vehicles SET (status_reason, status_at) =
            (SELECT json_extract(e.payload, '$.reason'), e.occurred_at FROM events e
               JOIN streams s ON s.stream_no = e.stream_no
             WHERE s.id = vehicles.id AND e.type IN ('VehicleAdded', 'VehicleStatusChanged')
             ORDER BY e.version DESC LIMIT 1);",
};

impl Entity for Vehicle {
    const KIND: EntityKind = EntityKind::Vehicle;

    fn cache(caches: &mut Caches) -> &mut LruCache<Uuid, Arc<Loaded<Self>>> {
        &mut caches.vehicles
    }

    fn project(tables: &Connection, recorded: &Recorded<'_, VehicleEvent>) -> rusqlite::Result<()> {
        let Recorded { id, version, at, event } = recorded;
        match event {
            VehicleEvent::VehicleAdded(VehicleAdded { registration, vehicle_type }) => sql::run(
                tables,
                "INSERT INTO vehicles (id, registration, vehicle_type, status, status_at, updated_at, version)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)",
                params![
                    id,
                    registration.as_str(),
                    vehicle_type.as_str(),
                    VehicleStatus::Available.as_str(),
                    at.micros(),
                    version
                ],
            )
            .and_then(|()| put_keys(tables, *id, registration.as_str(), vehicle_type.as_str())),
            VehicleEvent::VehicleUpdated(VehicleUpdated { registration, vehicle_type }) => sql::run(
                tables,
                "UPDATE vehicles SET registration = ?2, vehicle_type = ?3, updated_at = ?4, version = ?5 WHERE id = ?1",
                params![id, registration.as_str(), vehicle_type.as_str(), at.micros(), version],
            )
            .and_then(|()| put_keys(tables, *id, registration.as_str(), vehicle_type.as_str())),
            VehicleEvent::VehicleStatusChanged(VehicleStatusChanged { new, reason, .. }) => sql::run(
                tables,
                "UPDATE vehicles SET status = ?2, status_reason = ?5, status_at = ?3, updated_at = ?3, version = ?4
                 WHERE id = ?1",
                params![
                    id,
                    new.as_str(),
                    at.micros(),
                    version,
                    reason.as_ref().map(depot_domain::values::Reason::as_str)
                ],
            ),
        }
    }
}

/// Stores what the texts of a vehicle are found, sorted and compared by.
fn put_keys(tables: &Connection, id: Uuid, registration: &str, vehicle_type: &str) -> rusqlite::Result<()> {
    sql::run(
        tables,
        &format!(
            "UPDATE vehicles SET search = ?2, registration_order = ?3, type_order = ?4, registration_key = ?5,
               names = {ADD_NAME} WHERE id = ?1"
        ),
        params![
            id,
            search_text(&[registration, vehicle_type]),
            sort_key(registration),
            sort_key(vehicle_type),
            CodeKey::new(registration).as_str(),
            search_text(&[registration])
        ],
    )
}

const HELD: &str =
    "(SELECT COUNT(*) FROM bookings b WHERE b.kind = 'Vehicle' AND b.resource_id = vehicles.id)";
const SHOWN: &str = "CASE WHEN EXISTS (SELECT 1 FROM bookings b WHERE b.kind = 'Vehicle' AND b.resource_id = vehicles.id) \
                     THEN 'Assigned' ELSE status END";

fn select() -> String {
    format!(
        "SELECT id, registration, vehicle_type, status, status_reason, status_at, updated_at, version, {HELD} AS held FROM vehicles"
    )
}

fn view(row: &Row<'_>) -> rusqlite::Result<VehicleView> {
    let open_deliveries: u32 = row.get("held")?;
    Ok(VehicleView {
        vehicle_id: sql::id(row, "id")?,
        registration: row.get("registration")?,
        vehicle_type: row.get("vehicle_type")?,
        status: sql::word::<VehicleStatus>(row, "status")?.shown(open_deliveries > 0),
        status_reason: row.get("status_reason")?,
        status_since: sql::maybe_time(row, "status_at")?,
        open_deliveries,
        updated_at: sql::time(row, "updated_at")?,
        version: row.get("version")?,
        same_registration: Vec::new(),
    })
}

/// One vehicle.
pub(crate) fn vehicle(tables: &Connection, id: VehicleId) -> rusqlite::Result<Option<VehicleView>> {
    sql::one(tables, &format!("{} WHERE id = ?1", select()), [id.uuid()], view)
}

/// A page of vehicles.
pub(crate) fn vehicles(tables: &Connection, listing: VehicleListing) -> Result<Page<VehicleView>, AppError> {
    let paging = Paging::new("vehicles", &listing, listing.cursor.clone(), listing.limit.unwrap_or_default());
    let mut filter = Filter::default();
    filter
        .any_of(SHOWN, listing.status.map(|any| any.0.iter().map(|s| s.as_str().to_owned()).collect()))
        .contains(&["instr(search, ?)"], listing.text.as_deref())
        .when("updated_at >= ?", listing.from.map(|at| at.micros()))
        .when("updated_at < ?", listing.to.map(|at| at.micros()));
    let by = match listing.sort.unwrap_or(VehicleSort::Registration) {
        VehicleSort::Registration => By::Key("registration_order"),
        VehicleSort::VehicleType => By::Key("type_order"),
        VehicleSort::Status => By::Text("status"),
        VehicleSort::UpdatedAt => By::Change("updated_at"),
    };
    let order = Order { by, id: "id", descending: listing.descending.unwrap_or(false) };
    sql::page(tables, &select(), filter, &order, paging, view)
}

/// How many vehicles have each status.
pub(crate) fn counts(tables: &Connection) -> rusqlite::Result<VehicleCounts> {
    let mut counts = VehicleCounts::default();
    for (word, count) in count_by_word(tables, &format!("SELECT {SHOWN} AS word FROM vehicles"))? {
        counts.total += count;
        match word.parse() {
            Ok(VehicleAvailability::Available) => counts.available = count,
            Ok(VehicleAvailability::Assigned) => counts.assigned = count,
            Ok(VehicleAvailability::Maintenance) => counts.maintenance = count,
            Ok(VehicleAvailability::OutOfService) => counts.out_of_service = count,
            Err(_) => {}
        }
    }
    Ok(counts)
}

/// A vehicle other than `except` with that registration, however it is written.
pub(crate) fn registration_holder(
    tables: &Connection,
    registration: &Registration,
    except: VehicleId,
) -> rusqlite::Result<Option<(VehicleId, VehicleType, Registration)>> {
    let key = registration.key();
    let sql = "SELECT id, vehicle_type, registration FROM vehicles WHERE registration_key = ?1 AND id <> ?2 ORDER BY id";
    let alike = sql::all(tables, sql, params![key.as_str(), except.uuid()], |row| {
        Ok((sql::id(row, "id")?, sql::word(row, "vehicle_type")?, sql::word(row, "registration")?))
    })?;
    Ok(alike.into_iter().find(|(_, _, other): &(_, _, Registration)| other.key().is_same_code(&key)))
}

/// Names for each vehicle the others with the same registration: they were added before spellings were compared, or while
/// duplicates were allowed.
pub(crate) fn flag_twins(tables: &Connection, vehicles: &mut [VehicleView]) -> rusqlite::Result<()> {
    let sql = "SELECT id, registration FROM vehicles WHERE registration_key = ?1 AND id <> ?2 ORDER BY id";
    for vehicle in vehicles {
        let key = CodeKey::new(&vehicle.registration);
        let alike = sql::all(tables, sql, params![key.as_str(), vehicle.vehicle_id.uuid()], |row| {
            Ok((sql::id(row, "id")?, row.get::<_, String>("registration")?))
        })?;
        let twins = alike.into_iter().filter(|(_, other)| CodeKey::new(other).is_same_code(&key));
        vehicle.same_registration = twins.map(|(id, _)| id).collect();
    }
    Ok(())
}
