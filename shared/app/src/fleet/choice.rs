//! Who may drive a delivery, and what may be driven, with the time for which each is free.

use chrono::TimeDelta;
use depot_domain::dispatch::ResourceKind;
use depot_domain::values::{DeliveryId, Interval, RouteId, Timestamp};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use super::{DriverListing, VehicleListing, drivers, vehicles};
use crate::booking;
use crate::error::{AppError, Code};
use crate::page::Limit;
use crate::sql;

/// How many are shown unless asked otherwise.
const CHOICES_SHOWN: usize = 30;

/// For which route to look for a driver or a vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct CrewSearch {
    /// Drivers or vehicles.
    pub kind: ResourceKind,
    /// The route to drive.
    pub route_id: RouteId,
    /// The delivery that changes its crew; its own booking is not in the way.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub delivery_id: Option<DeliveryId>,
    /// Only with this in the name and what is shown beside it.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub text: Option<String>,
    /// How many, 1 to 500; 30 unless given.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub limit: Option<Limit>,
}

/// Those who may be named for a route, in the order in which to offer them.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CrewChoices {
    /// From when the crew is needed: from the route's start, or from now on for a delivery that is tried again.
    pub start: Timestamp,
    /// Until when the crew is needed.
    pub end: Timestamp,
    /// Those who are free in that time first, then those who are booked, then those who cannot be planned with.
    pub choices: Vec<CrewChoice>,
}

/// A driver or a vehicle that may be named.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CrewChoice {
    /// Which one.
    pub id: Uuid,
    /// The name or the registration.
    pub name: String,
    /// The licence's number or the type of vehicle.
    pub detail: String,
    /// The status as every query shows it.
    pub status: String,
    /// Whether the status set by hand allows it to be planned with.
    pub available: bool,
    /// Whether nothing else is booked in the time.
    pub free: bool,
    /// From when it is free around the start; unlimited where nothing is booked before.
    pub free_from: Option<Timestamp>,
    /// Until when it is free then; unlimited where nothing is booked after.
    pub free_until: Option<Timestamp>,
    /// The delivery that is in the way.
    pub held_by: Option<DeliveryId>,
}

/// Those who may be named, the free ones first.
pub(crate) fn crew_choices(
    tables: &Connection,
    search: CrewSearch,
    turnaround: TimeDelta,
    now: Timestamp,
) -> Result<CrewChoices, AppError> {
    let CrewSearch { kind, route_id, delivery_id, text, limit } = search;
    let needed = needed(tables, route_id, delivery_id, now)?;
    let except = delivery_id.unwrap_or_else(|| DeliveryId::from(Uuid::nil()));
    let mut choices = match kind {
        ResourceKind::Driver => {
            let listing = DriverListing { text, limit: Some(Limit::MAX), ..DriverListing::default() };
            let found = drivers(tables, listing)?.items.into_iter().filter(|driver| !driver.erased);
            found
                .map(|it| choice(it.driver_id.uuid(), it.name, it.driver_license, it.status.as_str()))
                .collect()
        }
        ResourceKind::Vehicle => {
            let listing = VehicleListing { text, limit: Some(Limit::MAX), ..VehicleListing::default() };
            let found = vehicles(tables, listing)?.items.into_iter();
            found
                .map(|it| choice(it.vehicle_id.uuid(), it.registration, it.vehicle_type, it.status.as_str()))
                .collect::<Vec<_>>()
        }
    };
    for choice in &mut choices {
        let calendar = booking::calendar(tables, kind, choice.id)?;
        let taken = calendar.first_overlap(needed, turnaround, except, now);
        choice.free = taken.is_none();
        choice.held_by = taken.map(|(delivery, _)| delivery);
        if choice.free {
            (choice.free_from, choice.free_until) = calendar.gap(needed, turnaround, except, now);
        }
    }
    // Stable: those alike stay in the order of their names.
    choices.sort_by_key(|choice| (!choice.available, !choice.free));
    choices.truncate(limit.map_or(CHOICES_SHOWN, |limit| limit.rows() as usize));
    Ok(CrewChoices { start: needed.start, end: needed.end, choices })
}

/// The time for which the crew is needed.
fn needed(
    tables: &Connection,
    route_id: RouteId,
    delivery_id: Option<DeliveryId>,
    now: Timestamp,
) -> Result<Interval, AppError> {
    let sql = "SELECT starts_at, ends_at FROM routes WHERE id = ?1";
    let planned = sql::one(tables, sql, [route_id.uuid()], |row| {
        Ok(Interval::new(sql::time(row, "starts_at")?, sql::time(row, "ends_at")?))
    })?;
    let planned =
        planned.ok_or_else(|| AppError::new(Code::NotFound, format!("There is no route {route_id}")))?;
    let Some(delivery_id) = delivery_id else { return Ok(planned) };
    let sql = "SELECT status = 'PickedUp' AS waits, not_before FROM deliveries WHERE id = ?1";
    let found = sql::one(tables, sql, [delivery_id.uuid()], |row| {
        Ok((row.get::<_, bool>("waits")?, sql::maybe_time(row, "not_before")?))
    })?;
    let (waits, not_before) =
        found.ok_or_else(|| AppError::new(Code::NotFound, format!("There is no delivery {delivery_id}")))?;
    // One that has started or failed is tried again from now on.
    Ok(planned.not_before(if waits { not_before } else { Some(now) }))
}

fn choice(id: Uuid, name: String, detail: String, status: &str) -> CrewChoice {
    CrewChoice {
        id,
        name,
        detail,
        status: status.to_owned(),
        available: matches!(status, "Available" | "Assigned"),
        free: false,
        free_from: None,
        free_until: None,
        held_by: None,
    }
}
