//! What is asked of deliveries. Reads the tables only; the timeline reads the log.

use depot_domain::Delivery;
use depot_domain::delivery::{DeliveryEvent, DeliveryStatus};
use depot_domain::dispatch::Held;
use depot_domain::values::{DeliveryId, DriverId, Interval, Timestamp};
use depot_store::StoredEvent;
use rusqlite::{Connection, Row};

use super::{
    ActiveDelivery, Board, CompletedSummary, DeliveryCounts, DeliveryDetail, DeliveryListing, DeliveryRow,
    DeliverySort, Lanes, LiveTracking, ReachedCheckpoint, TimelineCategory, TimelineEntry, ended, incident,
    on_road, risk, search,
};
use crate::entity::{decode, occurred};
use crate::error::{AppError, Code};
use crate::log::EventView;
use crate::page::{Cursor, Limit, Page, Paging};
use crate::sql::{self, By, Filter, Order, blob};

const COLUMNS: &str = "SELECT d.id, d.status, d.route_id, COALESCE(d.ended_origin, r.origin) AS origin, \
    COALESCE(d.ended_destination, r.destination) AS destination, d.starts_at, d.ends_at, d.driver_id, \
    COALESCE(d.ended_driver, p.name) AS driver_name, COALESCE(d.ended_license, p.driver_license) AS driver_license, \
    d.vehicle_id, COALESCE(d.ended_vehicle, v.registration) AS vehicle_no, \
    COALESCE(d.ended_vehicle_type, v.vehicle_type) AS vehicle_type, d.last_location, d.reached, \
    COALESCE(d.ended_checkpoints, (SELECT COUNT(*) FROM route_checkpoints c WHERE c.route_id = d.route_id)) AS total, \
    d.open_incidents, d.due_at, d.not_before, d.receiver_name, d.created_at, d.updated_at, d.delivered_at, d.version, d.signature_url, d.signature, d.photos, d.erased, \
    d.delivered_uncertain";

const TABLES: &str = "deliveries d JOIN routes r ON r.id = d.route_id LEFT JOIN drivers p ON p.id = d.driver_id \
    LEFT JOIN vehicles v ON v.id = d.vehicle_id";

/// Another delivery that the crew of delivery `d`, which is under way, is under way with too, or NULL.
const ALSO_UNDER_WAY: &str = "CASE WHEN d.status IN ('InTransit', 'OutForDelivery') THEN \
    (SELECT o.id FROM bookings b JOIN bookings x ON x.kind = b.kind AND x.resource_id = b.resource_id \
       JOIN deliveries o ON o.id = x.delivery_id \
     WHERE b.delivery_id = d.id AND o.id <> d.id AND o.status IN ('InTransit', 'OutForDelivery') \
     ORDER BY o.id LIMIT 1) END";

fn select_at(now: Timestamp) -> String {
    format!("{COLUMNS}, {} AS risk, {ALSO_UNDER_WAY} AS also_under_way FROM {TABLES}", risk::of(now))
}

fn row_at(now: Timestamp) -> impl FnMut(&Row<'_>) -> rusqlite::Result<DeliveryRow> {
    move |row| {
        let status: DeliveryStatus = sql::word(row, "status")?;
        let scheduled = Interval::new(sql::time(row, "starts_at")?, sql::time(row, "ends_at")?);
        let planned = scheduled.not_before(sql::maybe_time(row, "not_before")?);
        let held = status.is_open().then(|| Held::at(planned, status.is_under_way(), now).interval());
        Ok(DeliveryRow {
            id: sql::id(row, "id")?,
            status,
            route_id: sql::id(row, "route_id")?,
            route_origin: row.get("origin")?,
            route_destination: row.get("destination")?,
            scheduled_start_time: sql::time(row, "starts_at")?,
            scheduled_end_time: sql::time(row, "ends_at")?,
            held_from: held.map(|held| held.start),
            held_until: held.map(|held| held.end),
            also_under_way: sql::maybe_id(row, "also_under_way")?,
            driver_id: sql::maybe_id(row, "driver_id")?,
            driver_name: row.get("driver_name")?,
            vehicle_id: sql::maybe_id(row, "vehicle_id")?,
            vehicle_no: row.get("vehicle_no")?,
            last_location: row.get("last_location")?,
            checkpoints_reached: row.get("reached")?,
            checkpoints_total: row.get("total")?,
            open_incidents: row.get("open_incidents")?,
            late_since: sql::maybe_time(row, "due_at")?.filter(|due| *due < now),
            at_risk: sql::maybe_word(row, "risk")?,
            receiver_name: row.get("receiver_name")?,
            created_at: sql::time(row, "created_at")?,
            updated_at: sql::time(row, "updated_at")?,
            delivered_at: sql::maybe_time(row, "delivered_at")?,
            delivered_uncertain: row.get("delivered_uncertain")?,
            version: row.get("version")?,
        })
    }
}

/// A page of deliveries; only those of `only`, where a driver is given.
pub(crate) fn deliveries(
    tables: &Connection,
    listing: DeliveryListing,
    only: Option<DriverId>,
    now: Timestamp,
) -> Result<Page<DeliveryRow>, AppError> {
    let paging =
        Paging::new("deliveries", &listing, listing.cursor.clone(), listing.limit.unwrap_or_default());
    let late = format!("d.open = 1 AND d.due_at < {}", now.micros());
    let on_time = format!("NOT ({late})");
    let (at_risk, not_at_risk) = (risk::is(now), format!("({}) IS NULL", risk::of(now)));
    let mut filter = Filter::default();
    filter
        .any_of("d.status", listing.status.map(|any| any.0.iter().map(|s| s.as_str().to_owned()).collect()))
        .when("d.driver_id = ?", listing.driver_id.map(|id| blob(id.uuid())))
        .when("d.driver_id = ?", only.map(|id| blob(id.uuid())))
        .when("d.vehicle_id = ?", listing.vehicle_id.map(|id| blob(id.uuid())))
        .when("d.route_id = ?", listing.route_id.map(|id| blob(id.uuid())))
        .flag(listing.open, "d.open = 1", "d.open = 0")
        .flag(listing.late, &late, &on_time)
        .flag(listing.at_risk, &at_risk, &not_at_risk)
        .flag(
            listing.unassigned,
            "d.open = 1 AND (d.driver_id IS NULL OR d.vehicle_id IS NULL)",
            "d.driver_id IS NOT NULL AND d.vehicle_id IS NOT NULL",
        );
    on_road::narrow(tables, &mut filter, (listing.from, listing.to), now)?;
    if let Some(text) = &listing.text {
        search::narrow(tables, &mut filter, text)?;
    }
    let by = match listing.sort.unwrap_or(DeliverySort::CreatedAt) {
        DeliverySort::CreatedAt => By::Number("d.created_at"),
        DeliverySort::ScheduledStartTime => By::Number("d.starts_at"),
        DeliverySort::UpdatedAt => By::Change("d.updated_at"),
        DeliverySort::Status => By::Number("d.stage"),
    };
    let descending = listing.descending.unwrap_or(listing.sort.is_none());
    let order = Order { by, id: "d.id", descending };
    sql::page(tables, &select_at(now), filter, &order, paging, row_at(now))
}

/// One delivery.
pub(crate) fn delivery(
    tables: &Connection,
    id: DeliveryId,
    now: Timestamp,
) -> rusqlite::Result<Option<DeliveryDetail>> {
    let found = sql::one(tables, &format!("{} WHERE d.id = ?1", select_at(now)), [id.uuid()], |row| {
        let files = (sql::json(row, "signature")?, sql::json(row, "photos")?);
        let crew = (row.get("driver_license")?, row.get("vehicle_type")?);
        Ok((row_at(now)(row)?, crew, (row.get("signature_url")?, row.get("erased")?), files))
    })?;
    let Some((row, (driver_license, vehicle_type), (signature_url, erased), (signature, photos))) = found
    else {
        return Ok(None);
    };
    let sql = "SELECT sequence, location, reached_at, uncertain FROM reached_checkpoints WHERE delivery_id = ?1 ORDER BY sequence";
    let checkpoints = sql::all(tables, sql, [id.uuid()], |row| {
        Ok(ReachedCheckpoint {
            sequence: sql::sequence(row, "sequence")?,
            location: row.get("location")?,
            reached_at: sql::time(row, "reached_at")?,
            uncertain: row.get("uncertain")?,
        })
    })?;
    Ok(Some(DeliveryDetail {
        valid_statuses: row.status.targets().to_vec(),
        row,
        driver_license,
        vehicle_type,
        signature_url,
        signature,
        photos,
        incidents: incident::of_delivery(tables, id.uuid())?,
        checkpoints,
        plan: ended::plan(tables, id.uuid())?,
        files_awaited: vec![],
        files_missing: vec![],
        erased,
    }))
}

/// Whose delivery it is; the outer `None` where there is no such delivery.
pub(crate) fn driver_of(tables: &Connection, id: DeliveryId) -> rusqlite::Result<Option<Option<DriverId>>> {
    sql::one(tables, "SELECT driver_id FROM deliveries WHERE id = ?1", [id.uuid()], |row| {
        sql::maybe_id(row, "driver_id")
    })
}

/// The deliveries under way, the oldest first; only those of `only`, where a driver is given.
pub(crate) fn live_tracking(
    tables: &Connection,
    limit: Limit,
    cursor: Option<Cursor>,
    only: Option<DriverId>,
) -> Result<LiveTracking, AppError> {
    let under_way = [DeliveryStatus::InTransit, DeliveryStatus::OutForDelivery];
    let mut filter = Filter::default();
    filter
        .any_of("d.status", Some(under_way.iter().map(|s| s.as_str().to_owned()).collect()))
        .when("d.driver_id = ?", only.map(|id| blob(id.uuid())));
    let order = Order { by: By::Number("d.created_at"), id: "d.id", descending: false };
    let paging = Paging::new("liveTracking", &(), cursor, limit);
    let select = format!("{COLUMNS} FROM {TABLES}");
    let page = sql::page(tables, &select, filter, &order, paging, |row| {
        Ok(ActiveDelivery {
            delivery_id: sql::id(row, "id")?,
            status: sql::word(row, "status")?,
            route_origin: row.get("origin")?,
            route_destination: row.get("destination")?,
            last_location: row.get("last_location")?,
            driver_name: row.get("driver_name")?,
            vehicle_no: row.get("vehicle_no")?,
            created_at: sql::time(row, "created_at")?,
        })
    })?;
    Ok(LiveTracking { active_deliveries: page.items, next_cursor: page.next_cursor })
}

/// How many deliveries the lanes show at most.
const LANES_MOST: usize = 2_000;

/// The deliveries on the road in `[from, to)`, the first to start first.
pub(crate) fn lanes(
    tables: &Connection,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> Result<Lanes, AppError> {
    if to <= from {
        return Err(AppError::new(Code::Unfit, "to: it must be later than from"));
    }
    let sql = format!(
        "{select} WHERE d.id IN ({ids}) ORDER BY d.starts_at, d.id LIMIT {limit}",
        select = select_at(now),
        ids = on_road::ids(from, to, now),
        limit = LANES_MOST + 1
    );
    let mut deliveries = sql::all(tables, &sql, [], row_at(now))?;
    let more = deliveries.len() > LANES_MOST;
    deliveries.truncate(LANES_MOST);
    Ok(Lanes { deliveries, more })
}

/// The figures of the board; `recent` is what just happened.
pub(crate) fn board(tables: &Connection, recent: Vec<EventView>, now: Timestamp) -> rusqlite::Result<Board> {
    let mut counts = DeliveryCounts::default();
    let sql = "SELECT status, count FROM delivery_counts";
    for (status, count) in
        sql::all(tables, sql, [], |row| Ok((sql::word(row, "status")?, row.get("count")?)))?
    {
        counts.total += count;
        match status {
            DeliveryStatus::PickedUp => counts.picked_up = count,
            DeliveryStatus::InTransit => counts.in_transit = count,
            DeliveryStatus::OutForDelivery => counts.out_for_delivery = count,
            DeliveryStatus::Delivered => counts.delivered = count,
            DeliveryStatus::Failed => counts.failed = count,
        }
    }
    let count =
        |sql: &str| Ok::<u32, rusqlite::Error>(sql::one(tables, sql, [], |row| row.get(0))?.unwrap_or(0));
    let late = format!("SELECT COUNT(*) FROM deliveries WHERE open = 1 AND due_at < {}", now.micros());
    Ok(Board {
        counts,
        late: count(&late)?,
        at_risk: count(&format!("SELECT COUNT(*) FROM deliveries d WHERE {}", risk::is(now)))?,
        unassigned: count(
            "SELECT COUNT(*) FROM deliveries WHERE open = 1 AND (driver_id IS NULL OR vehicle_id IS NULL)",
        )?,
        open_incidents: count("SELECT COUNT(*) FROM incidents WHERE resolved_at IS NULL")?,
        recent,
        day: None,
    })
}

/// How the deliveries on the road in `[from, to)` stand now.
pub(crate) struct LiveFigures {
    pub(crate) under_way: u32,
    pub(crate) late: u32,
    pub(crate) at_risk: u32,
    pub(crate) unassigned: u32,
}

/// Counts the deliveries that the lanes of `[from, to)` show.
pub(crate) fn live_figures(
    tables: &Connection,
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<LiveFigures> {
    let sql = format!(
        "SELECT TOTAL({under_way}), TOTAL(d.open = 1 AND d.due_at < {now}), TOTAL({at_risk}),
           TOTAL(d.open = 1 AND (d.driver_id IS NULL OR d.vehicle_id IS NULL))
         FROM deliveries d WHERE d.id IN ({ids})",
        under_way = on_road::under_way("d"),
        at_risk = risk::is(now),
        ids = on_road::ids(from, to, now),
        now = now.micros(),
    );
    let counted = sql::one(tables, &sql, [], |row| {
        // TOTAL is 0 and no NULL where there is nothing, and a whole number of rows otherwise.
        let count = |column: usize| row.get::<_, f64>(column).map(|count| count as u32);
        Ok(LiveFigures { under_way: count(0)?, late: count(1)?, at_risk: count(2)?, unassigned: count(3)? })
    })?;
    Ok(counted.unwrap_or(LiveFigures { under_way: 0, late: 0, at_risk: 0, unassigned: 0 }))
}

/// What `history` tells of a delivery, with the names of its driver and vehicle.
pub(crate) fn completed_summary(
    delivery: &DeliveryDetail,
    history: &[StoredEvent],
) -> Result<CompletedSummary, AppError> {
    let timeline = history.iter().map(|stored| {
        let event_data = serde_json::from_str(&stored.payload).map_err(AppError::storage)?;
        Ok(TimelineEntry {
            event_category: category(&decode::<Delivery>(stored)?),
            event_type: stored.event_type.clone(),
            event_data,
            occurred_at: occurred(stored)?,
        })
    });
    Ok(CompletedSummary {
        delivery_id: delivery.row.id,
        timeline: timeline.collect::<Result<_, AppError>>()?,
        driver: delivery.row.driver_name.clone(),
        vehicle: delivery.row.vehicle_no.clone(),
    })
}

const fn category(event: &DeliveryEvent) -> TimelineCategory {
    match event {
        DeliveryEvent::DeliveryCreated(_)
        | DeliveryEvent::DriverAssigned(_)
        | DeliveryEvent::VehicleAssigned(_)
        | DeliveryEvent::DeliveryStatusChanged(_)
        | DeliveryEvent::ProofOfDeliveryCaptured(_)
        | DeliveryEvent::LateFactKept(_)
        | DeliveryEvent::LateFactSettled(_)
        | DeliveryEvent::AwaitedFileClosed(_)
        | DeliveryEvent::ReceiverErased(_) => TimelineCategory::DeliveryStatus,
        DeliveryEvent::CheckpointReached(_) => TimelineCategory::Checkpoint,
        DeliveryEvent::IncidentReported(_) | DeliveryEvent::IncidentResolved(_) => TimelineCategory::Incident,
    }
}
