//! What a driver or a vehicle is booked for, and when it is free next. Deciding what is free is the domain's.

use chrono::TimeDelta;
use depot_domain::delivery::DeliveryStatus;
use depot_domain::dispatch::{Candidate, Dispatch, Held, ResourceKind};
use depot_domain::values::{DeliveryId, DriverId, Interval, RouteId, Timestamp, ValueError, VehicleId};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::booking;
use crate::error::{AppError, Code};
use crate::sql;

/// How many bookings a calendar shows at most.
const BOOKINGS_MOST: u32 = 500;

/// Whose calendar to show, and which part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct CalendarSpan {
    /// A driver's or a vehicle's.
    pub kind: ResourceKind,
    /// Which one's.
    pub id: Uuid,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// What a driver or a vehicle does in a part of its calendar.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CalendarView {
    /// The deliveries in it by their start, at most 500.
    pub bookings: Vec<BookingView>,
    /// How many minutes stay free between two bookings.
    pub turnaround_minutes: u32,
}

/// A delivery in a calendar.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BookingView {
    /// Which delivery.
    pub delivery_id: DeliveryId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Whether it still holds the driver or vehicle; one that has ended does not.
    pub held: bool,
    /// Whether it is under way past its planned end: it holds the driver or vehicle until it ends.
    pub overrun: bool,
    /// The route it drives.
    pub route_id: RouteId,
    /// Where the route begins.
    pub route_origin: String,
    /// Where the route ends.
    pub route_destination: String,
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
}

/// How long a slot to look for: 1 minute to 31 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "i64", into = "i64")]
#[ts(export, type = "number")]
pub struct SlotMinutes(u16);

impl SlotMinutes {
    /// 31 days.
    pub const MOST: u16 = 31 * 24 * 60;
}

impl TryFrom<i64> for SlotMinutes {
    type Error = ValueError;
    fn try_from(minutes: i64) -> Result<Self, ValueError> {
        match u16::try_from(minutes) {
            Ok(minutes) if (1..=Self::MOST).contains(&minutes) => Ok(Self(minutes)),
            Ok(_) | Err(_) => Err(ValueError(format!(
                "minutes: {minutes} is not from 1 to {}, which is 31 days",
                Self::MOST
            ))),
        }
    }
}

impl From<SlotMinutes> for i64 {
    fn from(minutes: SlotMinutes) -> Self {
        Self::from(minutes.0)
    }
}

/// For whom to look for a free slot, from when on, and how long it shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct SlotSearch {
    /// The driver who shall be free.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub driver_id: Option<DriverId>,
    /// The vehicle that shall be free.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub vehicle_id: Option<VehicleId>,
    /// Not before this.
    pub from: Timestamp,
    /// For how many minutes.
    pub minutes: SlotMinutes,
}

/// The first time in which all that were asked for are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct FreeSlot {
    /// When it begins.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
}

/// A part of a calendar.
pub(crate) fn calendar(
    tables: &Connection,
    span: &CalendarSpan,
    turnaround: TimeDelta,
    now: Timestamp,
) -> Result<CalendarView, AppError> {
    let CalendarSpan { kind, id, from, to } = *span;
    if to <= from {
        return Err(AppError::new(Code::Unfit, "to: it must be after from"));
    }
    refuse_unknown(tables, kind, id)?;
    let column = match kind {
        ResourceKind::Driver => "driver_id",
        ResourceKind::Vehicle => "vehicle_id",
    };
    // A booking of no length is an instant, and lies in the span that begins with it.
    let sql = format!(
        "SELECT d.id, d.status, d.open, d.route_id, COALESCE(d.ended_origin, r.origin) AS origin,
           COALESCE(d.ended_destination, r.destination) AS destination, d.starts_at, d.ends_at, d.not_before
         FROM deliveries d JOIN routes r ON r.id = d.route_id
         WHERE d.{column} = ?1 AND d.starts_at < ?3 AND (d.ends_at > ?2 OR d.starts_at >= ?2 OR d.open = 1)
         ORDER BY d.starts_at, d.id LIMIT {BOOKINGS_MOST}"
    );
    let mut bookings = sql::all(tables, &sql, params![id, from.micros(), to.micros()], |row| {
        let status: DeliveryStatus = sql::word(row, "status")?;
        let planned = Interval::new(sql::time(row, "starts_at")?, sql::time(row, "ends_at")?);
        let planned =
            if status.is_open() { planned.not_before(sql::maybe_time(row, "not_before")?) } else { planned };
        let held = Held::at(planned, status.is_under_way(), now);
        Ok(BookingView {
            delivery_id: sql::id(row, "id")?,
            status,
            held: row.get("open")?,
            overrun: held.until > planned.end,
            route_id: sql::id(row, "route_id")?,
            route_origin: row.get("origin")?,
            route_destination: row.get("destination")?,
            start: held.interval().start,
            end: held.interval().end,
        })
    })?;
    bookings.retain(|booking| booking.start < to && (booking.end > from || booking.start >= from));
    let turnaround_minutes = u32::try_from(turnaround.num_minutes()).unwrap_or(u32::MAX);
    Ok(CalendarView { bookings, turnaround_minutes })
}

/// The first free slot.
pub(crate) fn free_slot(
    tables: &Connection,
    search: &SlotSearch,
    turnaround: TimeDelta,
    now: Timestamp,
) -> Result<FreeSlot, AppError> {
    if search.driver_id.is_none() && search.vehicle_id.is_none() {
        return Err(AppError::new(Code::Unfit, "driverId or vehicleId: name at least one of them"));
    }
    let calendar_of = |kind, id: Option<Uuid>| {
        let Some(id) = id else { return Ok(depot_domain::dispatch::Calendar::default()) };
        refuse_unknown(tables, kind, id)?;
        Ok::<_, AppError>(booking::calendar(tables, kind, id)?)
    };
    let driver = calendar_of(ResourceKind::Driver, search.driver_id.map(DriverId::uuid))?;
    let vehicle = calendar_of(ResourceKind::Vehicle, search.vehicle_id.map(VehicleId::uuid))?;
    let dispatch = Dispatch {
        route: None,
        driver: search.driver_id.map(|id| Candidate { id, entity: None, calendar: &driver }),
        vehicle: search.vehicle_id.map(|id| Candidate { id, entity: None, calendar: &vehicle }),
        turnaround,
        now,
    };
    let length = TimeDelta::minutes(i64::from(search.minutes));
    let wanted = Interval::new(search.from, search.from.saturating_add(length));
    let Interval { start, end } = dispatch.first_free(wanted);
    Ok(FreeSlot { start, end })
}

fn refuse_unknown(tables: &Connection, kind: ResourceKind, id: Uuid) -> Result<(), AppError> {
    let (noun, found) = match kind {
        ResourceKind::Driver => ("driver", super::driver(tables, DriverId::from(id))?.is_some()),
        ResourceKind::Vehicle => ("vehicle", super::vehicle(tables, VehicleId::from(id))?.is_some()),
    };
    if found { Ok(()) } else { Err(AppError::new(Code::NotFound, format!("There is no {noun} {id}"))) }
}
