//! The event log as people and integrations read it, and the past states that it tells of.

mod views;

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::TimeDelta;
use depot_domain::text::show_hidden;
use depot_domain::values::Timestamp;
use depot_domain::{Delivery, Driver, Route, Vehicle};
use depot_store::seal::hex;
use depot_store::{StoredEvent, Upcaster, Upcasters, log};
use rusqlite::{Connection, params};
use uuid::Uuid;

pub use views::*;

use crate::entity::{self, Entity, Loaded, fold, is_of, kind_of};
use crate::error::{AppError, Code};
use crate::page::Limit;
use crate::{personal, sql};

/// Brings events of older schema versions to the present one. What is personal was stored openly at version 1.
static UPCASTERS: LazyLock<Upcasters> = LazyLock::new(|| {
    let sealed = |event_type| Upcaster { event_type, from: 1, to_type: event_type, upcast: None };
    Upcasters::new(personal::types().map(sealed).collect()).unwrap_or_else(|error| panic!("{error}"))
});

/// Opens what was stored, and brings it to the present schema versions. Hidden characters, which were allowed once, are
/// shown: nobody can type them any more.
pub(crate) fn upcast(events: Vec<StoredEvent>) -> Result<Vec<StoredEvent>, AppError> {
    let read = |event| {
        let mut event = UPCASTERS.apply(personal::open(event)?).map_err(AppError::storage)?;
        if let Cow::Owned(shown) = show_hidden(&event.payload) {
            event.payload = shown;
        }
        Ok(event)
    };
    events.into_iter().map(read).collect()
}

fn view(tables: &Connection, stored: StoredEvent, backdating: TimeDelta) -> Result<EventView, AppError> {
    let entity = kind_of(&stored).ok_or_else(|| {
        AppError::storage(format!("event {} is of unknown type {}", stored.sequence, stored.event_type))
    })?;
    let data: serde_json::Value = serde_json::from_str(&stored.payload).map_err(AppError::storage)?;
    Ok(EventView {
        sequence: stored.sequence,
        category: stored.category.parse().map_err(AppError::storage)?,
        entity,
        entity_id: stored.stream,
        entity_name: entity_name(tables, entity, stored.stream)?,
        version: stored.version,
        event_type: stored.event_type,
        schema_version: stored.schema,
        uncertain: data.get("clock").is_some(),
        data,
        occurred_at: Timestamp::try_from(stored.occurred_at).map_err(AppError::storage)?,
        recorded_at: Timestamp::try_from(stored.recorded_at).map_err(AppError::storage)?,
        actor_name: actor_name(tables, &stored.actor)?,
        actor: stored.actor,
        backdated: stored.recorded_at - stored.occurred_at > backdating,
        correlation_id: stored.correlation,
        causation_id: stored.causation,
        hash: hex(&stored.hash),
    })
}

fn entity_name(tables: &Connection, entity: EntityKind, id: Uuid) -> rusqlite::Result<Option<String>> {
    let sql = match entity {
        EntityKind::Driver => "SELECT name FROM drivers WHERE id = ?1",
        EntityKind::Vehicle => "SELECT registration FROM vehicles WHERE id = ?1",
        EntityKind::Route => "SELECT origin || ' → ' || destination FROM routes WHERE id = ?1",
        EntityKind::Delivery => {
            "SELECT COALESCE(d.ended_origin, r.origin) || ' → ' || COALESCE(d.ended_destination, r.destination)
             FROM deliveries d JOIN routes r ON r.id = d.route_id WHERE d.id = ?1"
        }
    };
    sql::one(tables, sql, [id], |row| row.get(0))
}

fn actor_name(tables: &Connection, actor: &str) -> rusqlite::Result<Option<String>> {
    let Some(id) = actor.split_once(':').and_then(|(_, id)| Uuid::try_parse(id).ok()) else {
        return Ok(None);
    };
    sql::one(tables, "SELECT name FROM tokens WHERE id = ?1", [id], |row| row.get(0))
}

fn views(
    tables: &Connection,
    events: Vec<StoredEvent>,
    backdating: TimeDelta,
) -> Result<Vec<EventView>, AppError> {
    upcast(events)?.into_iter().map(|stored| view(tables, stored, backdating)).collect()
}

/// How many events are looked through for one page where no index finds those that are wanted.
const SIFTED_MOST: u64 = 20_000;

/// A page of the log, newest first. Where types or actors are sifted it may have fewer events than there are, or none,
/// and still name where to look on.
pub(crate) fn events(
    tables: &Connection,
    listing: &EventListing,
    backdating: TimeDelta,
) -> Result<EventPage, AppError> {
    let EventListing { category, entity_id, event_type, actor, from, to, before, limit } = listing;
    if let Some(name) = event_type
        && !entity::event_types().any(|known| known == name)
    {
        let known = entity::event_types().collect::<Vec<_>>().join(", ");
        let detail = format!("type: {name:?} is not a type of events; give one of {known}");
        return Err(AppError::new(Code::Malformed, detail));
    }
    let rows = limit.unwrap_or_default().rows();
    let (recorded_from, recorded_until) = (from.map(Timestamp::datetime), to.map(Timestamp::datetime));
    let (first, end) = log::recorded_between(tables, recorded_from, recorded_until)?;
    let before = before.map_or(end, |before| before.min(end));
    let sifts = entity_id.is_none() && (event_type.is_some() || actor.is_some());
    let floor = if sifts { before.saturating_sub(SIFTED_MOST).max(first) } else { first };
    let wanted = log::Wanted {
        before: Some(before),
        from: Some(floor),
        category: category.map(EventCategory::as_str),
        stream: *entity_id,
        event_type: event_type.as_deref(),
        actor: actor.as_deref(),
        recorded_from,
        recorded_until,
    };
    let mut found = log::newest(tables, &wanted, rows + 1)?;
    let more = found.len() > rows as usize;
    found.truncate(rows as usize);
    let next_before = match found.last() {
        Some(last) if more => Some(last.sequence),
        Some(_) | None => (floor > first).then_some(floor),
    };
    Ok(EventPage { items: views(tables, found, backdating)?, next_before })
}

/// The events of a category after a sequence, oldest first.
pub(crate) fn feed(
    tables: &Connection,
    category: EventCategory,
    after: u64,
    limit: Limit,
    backdating: TimeDelta,
) -> Result<EventFeed, AppError> {
    let mut found = log::category(tables, category.as_str(), after, limit.rows() + 1)?;
    let more = found.len() > limit.rows() as usize;
    found.truncate(limit.rows() as usize);
    let events = views(tables, found, backdating)?;
    Ok(EventFeed { position: events.last().map_or(after, |event| event.sequence), events, more })
}

/// The thing as it was at `at`.
pub(crate) fn past_state(
    tables: &Connection,
    entity: EntityKind,
    id: Uuid,
    at: Timestamp,
) -> Result<PastState, AppError> {
    let unknown = || AppError::new(Code::NotFound, format!("There is no {entity} {id}"));
    let first = log::stream(tables, id, 0, 1)?.pop().ok_or_else(unknown)?;
    if kind_of(&first) != Some(entity) {
        return Err(unknown());
    }
    let history = upcast(log::stream_as_of(tables, id, at.datetime())?)?;
    let (version, state) = match entity {
        EntityKind::Driver => of::<Driver>(&history, EntityState::Driver)?,
        EntityKind::Vehicle => of::<Vehicle>(&history, EntityState::Vehicle)?,
        EntityKind::Route => of::<Route>(&history, EntityState::Route)?,
        EntityKind::Delivery => {
            of::<Delivery>(&history, |delivery| EntityState::Delivery(Box::new(delivery)))?
        }
    };
    Ok(PastState { entity, entity_id: id, at, version, state })
}

/// The entity after its first `version` events.
pub(crate) fn at_version<E: Entity>(
    tables: &Connection,
    id: Uuid,
    version: u32,
) -> rusqlite::Result<Loaded<E>> {
    let read = || fold::<E>(&upcast(log::stream(tables, id, 0, version)?)?);
    read().map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The entity after those of its first `version` events that happened at or before `at`.
pub(crate) fn as_of<E: Entity>(
    tables: &Connection,
    id: Uuid,
    version: u32,
    at: Timestamp,
) -> rusqlite::Result<Loaded<E>> {
    let read = || {
        let mut history = log::stream(tables, id, 0, version)?;
        let later = history.iter().position(|event| event.occurred_at > at.datetime());
        history.truncate(later.unwrap_or(history.len()));
        fold::<E>(&upcast(history)?)
    };
    read().map_err(|error: AppError| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

fn of<E: Entity>(
    history: &[StoredEvent],
    wrap: impl FnOnce(E) -> EntityState,
) -> Result<(u32, Option<EntityState>), AppError> {
    let Loaded { state, version } = fold::<E>(history)?;
    Ok((version, state.map(wrap)))
}

/// The history of one delivery, oldest first.
pub(crate) fn delivery_history(tables: &Connection, id: Uuid) -> Result<Vec<StoredEvent>, AppError> {
    let events = upcast(log::stream(tables, id, 0, u32::MAX)?)?;
    Ok(events.into_iter().filter(is_of::<Delivery>).collect())
}

/// What changed after `after` up to `head`: categories, and the drivers whose deliveries are among it.
pub(crate) fn changed(
    tables: &Connection,
    after: u64,
    head: u64,
) -> rusqlite::Result<(Vec<EventCategory>, Vec<depot_domain::values::DriverId>)> {
    let bounds = params![i64::try_from(after).unwrap_or(i64::MAX), i64::try_from(head).unwrap_or(i64::MAX)];
    let sql = "SELECT DISTINCT c.name FROM events e JOIN categories c ON c.category_no = e.category_no
               WHERE e.seq > ?1 AND e.seq <= ?2";
    let categories = sql::all(tables, sql, bounds, |row| sql::word(row, "name"))?;
    let sql = "SELECT d.driver_id AS driver FROM events e JOIN streams s ON s.stream_no = e.stream_no
                 JOIN deliveries d ON d.id = s.id
               WHERE e.seq > ?1 AND e.seq <= ?2 AND d.driver_id IS NOT NULL";
    let mut drivers: Vec<depot_domain::values::DriverId> =
        sql::all(tables, sql, bounds, |row| sql::id(row, "driver"))?;
    let sql = "SELECT json_extract(payload, '$.previousDriverId') AS driver FROM events
               WHERE seq > ?1 AND seq <= ?2 AND type = 'DriverAssigned' AND driver IS NOT NULL";
    drivers.extend(sql::all(tables, sql, bounds, |row| {
        sql::word::<depot_domain::values::DriverId>(row, "driver")
    })?);
    drivers.sort_unstable();
    drivers.dedup();
    Ok((categories, drivers))
}
