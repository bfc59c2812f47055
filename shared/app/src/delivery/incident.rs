//! Incidents: their table, their projection and their list.

use depot_domain::delivery::{DeliveryEvent, IncidentReported, IncidentResolved, IncidentType};
use depot_domain::values::{DriverId, ERASED, Timestamp};
use depot_store::Migration;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{IncidentListing, IncidentSort, IncidentView};
use crate::entity::Recorded;
use crate::error::AppError;
use crate::page::{Page, Paging};
use crate::sql::{self, By, Filter, Order, blob};
use crate::text::{search_text, sort_key};

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_112415,
    sql: "CREATE TABLE incidents (
            id BLOB NOT NULL,
            delivery_id BLOB NOT NULL,
            kind TEXT NOT NULL,
            severity TEXT NOT NULL,
            description TEXT NOT NULL,
            reported_at INTEGER NOT NULL,
            resolved_at INTEGER,
            note TEXT,
            PRIMARY KEY (delivery_id, id)
          );
          CREATE INDEX incidents_by_report ON incidents (reported_at, id);
          CREATE INDEX open_incidents ON incidents (reported_at) WHERE resolved_at IS NULL;",
};

/// Photos of incidents came later.
pub(crate) const PHOTOS: Migration =
    Migration { id: 2026_112635, sql: "ALTER TABLE incidents ADD COLUMN photos TEXT;" };

pub(super) fn report(
    tables: &Connection,
    Recorded { id, at, .. }: &Recorded<'_, DeliveryEvent>,
    reported: &IncidentReported,
) -> rusqlite::Result<()> {
    let photos = serde_json::to_string(&reported.photos)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    sql::run(
        tables,
        "INSERT INTO incidents (id, delivery_id, kind, severity, description, reported_at, photos, search,
           kind_order) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            reported.incident_id.uuid(),
            id,
            reported.kind.as_str(),
            reported.severity.as_str(),
            reported.description.as_str(),
            at.micros(),
            photos,
            search_text(&[reported.kind.as_str(), reported.description.as_str()]),
            sort_key(reported.kind.as_str()),
        ],
    )?;
    sql::run(tables, "UPDATE deliveries SET open_incidents = open_incidents + 1 WHERE id = ?1", [id])
}

pub(super) fn resolve(
    tables: &Connection,
    Recorded { id, at, .. }: &Recorded<'_, DeliveryEvent>,
    resolved: &IncidentResolved,
) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "UPDATE incidents SET resolved_at = ?3, note = ?4 WHERE delivery_id = ?1 AND id = ?2",
        params![
            id,
            resolved.incident_id.uuid(),
            at.micros(),
            resolved.note.as_ref().map(depot_domain::values::Note::as_str),
        ],
    )?;
    sql::run(tables, "UPDATE deliveries SET open_incidents = open_incidents - 1 WHERE id = ?1", [id])
}

/// Takes every text out of the incidents of a delivery. A known type names nobody and stays.
pub(super) fn erase(tables: &Connection, delivery: Uuid) -> rusqlite::Result<()> {
    let known: Vec<_> = IncidentType::known().map(|name| format!("'{name}'")).collect();
    let sql = format!(
        "UPDATE incidents SET description = ?2, note = NULL, photos = '[]', search = ?2, kind = IIF(kind IN ({known}), kind, ?2),
           kind_order = IIF(kind IN ({known}), kind_order, ?3) WHERE delivery_id = ?1",
        known = known.join(", ")
    );
    sql::run(tables, &sql, params![delivery, ERASED, sort_key(ERASED)])
}

const SELECT: &str = "SELECT i.id, i.delivery_id, i.kind, i.severity, i.description, i.reported_at, i.resolved_at, i.note, i.photos, \
    COALESCE(d.ended_origin, r.origin) AS origin, COALESCE(d.ended_destination, r.destination) AS destination, \
    COALESCE(d.ended_driver, p.name) AS driver_name, COALESCE(d.ended_vehicle, v.registration) AS vehicle_no FROM incidents i \
    JOIN deliveries d ON d.id = i.delivery_id JOIN routes r ON r.id = d.route_id \
    LEFT JOIN drivers p ON p.id = d.driver_id LEFT JOIN vehicles v ON v.id = d.vehicle_id";

/// How grave an incident is, as a number that rises with it.
const GRAVITY: &str = "CASE i.severity WHEN 'Low' THEN 0 WHEN 'Medium' THEN 1 WHEN 'High' THEN 2 ELSE 3 END";

fn view(row: &Row<'_>) -> rusqlite::Result<IncidentView> {
    let resolved_timestamp = sql::maybe_time(row, "resolved_at")?;
    Ok(IncidentView {
        id: sql::id(row, "id")?,
        delivery_id: sql::id(row, "delivery_id")?,
        kind: row.get("kind")?,
        severity: sql::word(row, "severity")?,
        description: row.get("description")?,
        reported_timestamp: sql::time(row, "reported_at")?,
        resolved_timestamp,
        resolved: resolved_timestamp.is_some(),
        note: row.get("note")?,
        route_origin: row.get("origin")?,
        route_destination: row.get("destination")?,
        driver_name: row.get("driver_name")?,
        vehicle_no: row.get("vehicle_no")?,
        photos: sql::json(row, "photos")?,
    })
}

/// A page of incidents; only of deliveries of `only`, where a driver is given.
pub(crate) fn incidents(
    tables: &Connection,
    listing: IncidentListing,
    only: Option<DriverId>,
) -> Result<Page<IncidentView>, AppError> {
    let paging =
        Paging::new("incidents", &listing, listing.cursor.clone(), listing.limit.unwrap_or_default());
    let mut filter = Filter::default();
    filter
        .flag(listing.resolved, "i.resolved_at IS NOT NULL", "i.resolved_at IS NULL")
        .when("i.delivery_id = ?", listing.delivery_id.map(|id| blob(id.uuid())))
        .when("d.driver_id = ?", listing.driver_id.map(|id| blob(id.uuid())))
        .when("d.driver_id = ?", only.map(|id| blob(id.uuid())))
        .when("d.vehicle_id = ?", listing.vehicle_id.map(|id| blob(id.uuid())))
        .when("d.route_id = ?", listing.route_id.map(|id| blob(id.uuid())))
        .when("i.kind = ?", listing.kind)
        .any_of(
            "i.severity",
            listing.severity.map(|any| any.0.iter().map(|s| s.as_str().to_owned()).collect()),
        )
        .when("i.reported_at >= ?", listing.from.map(Timestamp::micros))
        .when("i.reported_at < ?", listing.to.map(Timestamp::micros))
        .contains(&["instr(i.search, ?)"], listing.text.as_deref());
    let by = match listing.sort.unwrap_or(IncidentSort::ReportedTimestamp) {
        IncidentSort::ReportedTimestamp => By::Number("i.reported_at"),
        IncidentSort::Type => By::Key("i.kind_order"),
        IncidentSort::Severity => By::Number(GRAVITY),
    };
    let descending = listing.descending.unwrap_or(listing.sort.is_none());
    let order = Order { by, id: "i.id", descending };
    sql::page(tables, SELECT, filter, &order, paging, view)
}

/// The incidents of one delivery, in the order of reporting.
pub(super) fn of_delivery(tables: &Connection, delivery: uuid::Uuid) -> rusqlite::Result<Vec<IncidentView>> {
    sql::all(
        tables,
        &format!("{SELECT} WHERE i.delivery_id = ?1 ORDER BY i.reported_at, i.rowid"),
        [delivery],
        view,
    )
}
