//! Reports over days of the depot, and a driver's sheet for one of them. Reads the tables of other contexts only.

mod export;
mod views;

use std::collections::HashMap;

use chrono_tz::Tz;
use depot_domain::Driver;
use depot_domain::delivery::DeliveryStatus;
use depot_domain::values::{DeliveryId, DriverId, Timestamp, ValueError, VehicleId};
use rusqlite::{Connection, params};
use uuid::Uuid;

pub(crate) use export::export;
pub use views::*;

use crate::day::Day;
use crate::error::{AppError, Code};
use crate::text::sort_key;
use crate::{delivery, fleet, log, sql};

/// The most days that one report may have: a leap year.
const DAYS_MOST: u64 = 366;

/// The most types of incidents, and the most drivers and vehicles, that a report tells apart.
const TYPES_MOST: usize = 100;
const MEMBERS_MOST: usize = 500;

/// The most deliveries on a driver's sheet.
const SHEET_MOST: u32 = 100;

/// Where the bins of lateness end, in minutes after the expected time.
const BINS_END_MINUTES: [i32; 8] = [-30, -15, -5, 0, 5, 15, 30, 60];

/// How long after its route's end a delivery may be handed over and still be on time. A route ends when its last
/// checkpoint is reached, and handing over begins then.
const GRACE_MINUTES: u32 = 15;

/// How long after its expected time a checkpoint may be reached and still be on time: as far behind its plan as a
/// delivery may be without being a worry.
const CHECKPOINT_GRACE_MINUTES: u32 = 5;

const MINUTE_MICROS: i64 = 60_000_000;

/// The longest that one route may take for the sheet of a later day to find it by its start.
const DAY_MICROS: i64 = 86_400_000_000;

/// How the days from `from` to `to`, both of them counted, went, beside as many days before.
pub(crate) fn report(tables: &Connection, from: Day, to: Day, zone: Tz) -> Result<Report, AppError> {
    let count = from.count_to(to);
    if !(1..=DAYS_MOST).contains(&count) {
        let detail = format!("to: {to} is not from the day of from, {from}, to {DAYS_MOST} days of a report");
        return Err(AppError::new(Code::Unfit, detail));
    }
    let before_from = from.earlier(count).map_err(|error| unfit("from", &error))?;
    let before_to = from.earlier(1).map_err(|error| unfit("from", &error))?;
    let days = (0..count).map(|nth| from.later(nth)).collect::<Result<Vec<_>, _>>();
    let days = days.map_err(|error| unfit("to", &error))?;
    let mut starts = days.iter().map(|day| day.start(zone)).collect::<Result<Vec<_>, _>>();
    if let Ok(starts) = &mut starts {
        starts.push(to.later(1).and_then(|day| day.start(zone)).map_err(|error| unfit("to", &error))?);
    }
    let starts = starts.map_err(|error| unfit("from", &error))?;
    let before_start = before_from.start(zone).map_err(|error| unfit("from", &error))?;

    let span = (starts[0].micros(), starts[starts.len() - 1].micros());
    let now = Gathered::between(tables, &starts)?;
    let before = Gathered::between(tables, &[before_start, starts[0]])?;
    Ok(Report {
        from,
        to,
        before_from,
        before_to,
        grace_minutes: GRACE_MINUTES,
        checkpoint_grace_minutes: CHECKPOINT_GRACE_MINUTES,
        lateness: now.all.lateness(),
        incidents: incidents(&now.kinds, &before.kinds),
        drivers: drivers(tables, now.drivers, span)?,
        vehicles: vehicles(tables, now.vehicles, span)?,
        days: days
            .into_iter()
            .zip(now.days)
            .map(|(day, tally)| ReportDay { day, figures: tally.figures() })
            .collect(),
        figures: now.all.figures(),
        before: before.all.figures(),
    })
}

/// The figures of one day for the board: what a report of it counts, and how its deliveries stand now.
pub(crate) fn day_figures(
    tables: &Connection,
    day: Day,
    zone: Tz,
    now: Timestamp,
) -> Result<DayFigures, AppError> {
    let start = day.start(zone).map_err(|error| unfit("day", &error))?;
    let end = day.later(1).and_then(|next| next.start(zone)).map_err(|error| unfit("day", &error))?;
    let Gathered { all, kinds, .. } = Gathered::between(tables, &[start, end])?;
    let sql = "SELECT COUNT(*) FROM deliveries d JOIN route_checkpoints c ON c.route_id = d.route_id
               WHERE d.starts_at >= ?1 AND d.starts_at < ?2";
    let planned = sql::one(tables, sql, params![start.micros(), end.micros()], |row| row.get(0))?;
    let live = delivery::live_figures(tables, start, end, now)?;
    Ok(DayFigures {
        day,
        figures: all.figures(),
        checkpoints_planned: planned.unwrap_or(0),
        open_incidents: kinds.values().map(|kind| kind.open).sum(),
        under_way: live.under_way,
        late: live.late,
        at_risk: live.at_risk,
        unassigned: live.unassigned,
    })
}

/// The deliveries of a driver that are on the road in a day.
pub(crate) fn run_sheet(
    tables: &Connection,
    driver: DriverId,
    day: Day,
    zone: Tz,
    now: Timestamp,
) -> Result<RunSheet, AppError> {
    let mut found = fleet::driver(tables, driver)?
        .ok_or_else(|| AppError::new(Code::NotFound, format!("There is no driver {driver}")))?;
    let start = day.start(zone).map_err(|error| unfit("day", &error))?;
    let end = day.later(1).and_then(|next| next.start(zone)).map_err(|error| unfit("day", &error))?;
    // The sheet of a past day names the driver as at the end of that day.
    if !found.erased
        && end < now
        && let Some(past) = log::as_of::<Driver>(tables, driver.uuid(), found.version, end)?.state
    {
        (found.name, found.driver_license) = (past.name.to_string(), past.driver_license.to_string());
    }
    // A route of no length is an instant, and lies in the day that begins with it.
    let sql = format!(
        "SELECT id FROM deliveries WHERE driver_id = ?1 AND status <> ?4 AND starts_at < ?3
           AND (ends_at > ?2 OR starts_at >= ?2) AND (starts_at >= ?2 - {DAY_MICROS} OR ends_at - starts_at > {DAY_MICROS})
         ORDER BY starts_at, id LIMIT {SHEET_MOST}"
    );
    let failed = DeliveryStatus::Failed.as_str();
    let ids = sql::all(tables, &sql, params![driver.uuid(), start.micros(), end.micros(), failed], |row| {
        sql::id::<DeliveryId>(row, "id")
    })?;
    let deliveries = ids
        .into_iter()
        .filter_map(|id| delivery::delivery(tables, id, now).transpose())
        .collect::<Result<_, _>>()?;
    Ok(RunSheet { driver: found, day, now, deliveries })
}

fn unfit(field: &str, error: &ValueError) -> AppError {
    AppError::new(Code::Unfit, format!("{field}: {error}"))
}

/// What was counted, of everything and of each part.
#[derive(Default)]
struct Gathered {
    all: Tally,
    days: Vec<Tally>,
    drivers: HashMap<Option<Uuid>, Tally>,
    vehicles: HashMap<Option<Uuid>, Tally>,
    kinds: HashMap<String, Kind>,
}

/// Some deliveries, as they are counted.
#[derive(Clone, Default)]
struct Tally {
    figures: ReportFigures,
    /// Of each checkpoint that was reached, in microseconds.
    lateness: Vec<i64>,
}

#[derive(Clone, Copy, Default)]
struct Kind {
    reported: u32,
    open: u32,
}

impl Gathered {
    /// Counts between the first and the last of `starts`; a day begins at each of them but the last.
    fn between(tables: &Connection, starts: &[Timestamp]) -> rusqlite::Result<Self> {
        let starts: Vec<i64> = starts.iter().map(|at| at.micros()).collect();
        let days = vec![Tally::default(); starts.len() - 1];
        let mut gathered = Self { days, ..Self::default() };
        let bounds = (starts[0], starts[starts.len() - 1]);
        gathered.count_deliveries(tables, &starts, bounds)?;
        gathered.count_incidents(tables, &starts, bounds)?;
        Ok(gathered)
    }

    fn count_deliveries(
        &mut self,
        tables: &Connection,
        starts: &[i64],
        bounds: (i64, i64),
    ) -> rusqlite::Result<()> {
        let sql =
            "SELECT starts_at, driver_id, vehicle_id, ends_at, delivered_at, status, lateness, delivered_uncertain
                   FROM deliveries
                   WHERE starts_at >= ?1 AND starts_at < ?2";
        let mut statement = tables.prepare_cached(sql)?;
        let mut rows = statement.query(bounds)?;
        let mut late = Vec::new();
        while let Some(row) = rows.next()? {
            // By their numbers: a year has a hundred thousand rows, and a name is looked for in each.
            let of = (row.get(0)?, row.get(1)?, row.get(2)?);
            let (end, delivered_at): (i64, Option<i64>) = (row.get(3)?, row.get(4)?);
            let is_sure = !row.get::<_, bool>(7)?;
            let is_on_time = is_sure
                && delivered_at.is_some_and(|at| at <= end + i64::from(GRACE_MINUTES) * MINUTE_MICROS);
            let status: DeliveryStatus = sql::borrowed_word(row, 5)?;
            late.clear();
            // Of a checkpoint whose time is uncertain nobody knows how late it was.
            let mut reached = 0_u32;
            if let Some(lateness) = row.get_ref(6)?.as_str_or_null()? {
                for micros in lateness.split(' ') {
                    reached += 1;
                    late.extend(micros.parse::<i64>().ok());
                }
            }
            let grace = i64::from(CHECKPOINT_GRACE_MINUTES) * MINUTE_MICROS;
            let in_time = late.iter().map(|late| u32::from(*late <= grace)).sum::<u32>();
            self.each(starts, of, |Tally { figures, lateness }| {
                figures.deliveries += 1;
                match status {
                    DeliveryStatus::Delivered => {
                        figures.delivered += 1;
                        figures.on_time += u32::from(is_on_time);
                    }
                    DeliveryStatus::Failed => figures.failed += 1,
                    DeliveryStatus::PickedUp | DeliveryStatus::InTransit | DeliveryStatus::OutForDelivery => {
                        figures.open += 1;
                    }
                }
                figures.checkpoints += reached;
                figures.checkpoints_on_time += in_time;
                lateness.extend_from_slice(&late);
            });
        }
        Ok(())
    }

    fn count_incidents(
        &mut self,
        tables: &Connection,
        starts: &[i64],
        bounds: (i64, i64),
    ) -> rusqlite::Result<()> {
        let sql = "SELECT i.kind, i.reported_at, i.resolved_at IS NULL AS open, d.driver_id, d.vehicle_id
                   FROM incidents i CROSS JOIN deliveries d ON d.id = i.delivery_id
                   WHERE i.reported_at >= ?1 AND i.reported_at < ?2";
        let mut statement = tables.prepare_cached(sql)?;
        let mut rows = statement.query(bounds)?;
        while let Some(row) = rows.next()? {
            let kind = self.kinds.entry(row.get("kind")?).or_default();
            kind.reported += 1;
            kind.open += u32::from(row.get::<_, bool>("open")?);
            let of = (row.get("reported_at")?, row.get("driver_id")?, row.get("vehicle_id")?);
            self.each(starts, of, |tally| tally.figures.incidents += 1);
        }
        Ok(())
    }

    /// Lets every tally count something that belongs to an instant, a driver and a vehicle.
    fn each(&mut self, starts: &[i64], of: (i64, Option<Uuid>, Option<Uuid>), count: impl Fn(&mut Tally)) {
        let (at, driver, vehicle) = of;
        count(&mut self.all);
        // The first of the starts is not after `at`, and the last one is.
        if let Some(day) = self.days.get_mut(starts.partition_point(|start| *start <= at).saturating_sub(1)) {
            count(day);
        }
        count(self.drivers.entry(driver).or_default());
        count(self.vehicles.entry(vehicle).or_default());
    }
}

impl Tally {
    fn figures(mut self) -> ReportFigures {
        let middle = self.lateness.len() / 2;
        let median = (!self.lateness.is_empty()).then(|| *self.lateness.select_nth_unstable(middle).1);
        ReportFigures {
            median_lateness_seconds: median.map(|micros| micros.div_euclid(1_000_000)),
            ..self.figures
        }
    }

    fn lateness(&self) -> Vec<LatenessBin> {
        let mut checkpoints = [0_u32; BINS_END_MINUTES.len() + 1];
        for late in &self.lateness {
            checkpoints
                [BINS_END_MINUTES.partition_point(|minutes| i64::from(*minutes) * MINUTE_MICROS < *late)] +=
                1;
        }
        let ends = BINS_END_MINUTES.map(Some);
        let over = std::iter::once(None).chain(ends);
        let up_to = ends.into_iter().chain([None]);
        let bins = over.zip(up_to).zip(checkpoints);
        bins.map(|((over_minutes, up_to_minutes), checkpoints)| LatenessBin {
            over_minutes,
            up_to_minutes,
            checkpoints,
        })
        .collect()
    }
}

fn incidents(now: &HashMap<String, Kind>, before: &HashMap<String, Kind>) -> Vec<ReportIncidents> {
    let mut kinds: Vec<_> = now.keys().chain(before.keys().filter(|kind| !now.contains_key(*kind))).collect();
    kinds.sort_unstable_by_key(|kind| (std::cmp::Reverse(now.get(*kind).map(|of| of.reported)), *kind));
    kinds.truncate(TYPES_MOST);
    let line = |kind: &String| {
        let Kind { reported, open } = now.get(kind).copied().unwrap_or_default();
        let before = before.get(kind).map_or(0, |of| of.reported);
        ReportIncidents { kind: kind.clone(), reported, open, before }
    };
    kinds.into_iter().map(line).collect()
}

fn drivers(
    tables: &Connection,
    tallies: HashMap<Option<Uuid>, Tally>,
    span: (i64, i64),
) -> rusqlite::Result<Vec<ReportDriver>> {
    let sql = "SELECT COALESCE((SELECT d.ended_driver FROM deliveries d
                 WHERE d.driver_id = ?1 AND d.starts_at >= ?2 AND d.starts_at < ?3
                 ORDER BY d.starts_at DESC, d.id DESC LIMIT 1), name) FROM drivers WHERE id = ?1";
    let named = busiest(tables, sql, tallies, span)?.into_iter();
    let line =
        |(id, name, figures): Member| ReportDriver { driver_id: id.map(DriverId::from), name, figures };
    Ok(named.map(line).collect())
}

fn vehicles(
    tables: &Connection,
    tallies: HashMap<Option<Uuid>, Tally>,
    span: (i64, i64),
) -> rusqlite::Result<Vec<ReportVehicle>> {
    let sql = "SELECT COALESCE((SELECT d.ended_vehicle FROM deliveries d
                 WHERE d.vehicle_id = ?1 AND d.starts_at >= ?2 AND d.starts_at < ?3
                 ORDER BY d.starts_at DESC, d.id DESC LIMIT 1), registration) FROM vehicles WHERE id = ?1";
    let named = busiest(tables, sql, tallies, span)?.into_iter();
    let line = |(id, registration, figures): Member| ReportVehicle {
        vehicle_id: id.map(VehicleId::from),
        registration,
        figures,
    };
    Ok(named.map(line).collect())
}

/// A driver or a vehicle, or none of them: its id, its name, its figures.
type Member = (Option<Uuid>, Option<String>, ReportFigures);

/// Those with the most deliveries first, each with the name of its last delivery in `span` (in microseconds), as `name` reads it.
fn busiest(
    tables: &Connection,
    name: &str,
    tallies: HashMap<Option<Uuid>, Tally>,
    (from, to): (i64, i64),
) -> rusqlite::Result<Vec<Member>> {
    let named = tallies.into_iter().map(|(id, tally)| {
        let read = |id| sql::one(tables, name, params![id, from, to], |row| row.get(0));
        let name = id.map(read).transpose()?.flatten();
        Ok((id, name, tally.figures()))
    });
    let mut named = named.collect::<rusqlite::Result<Vec<Member>>>()?;
    let key = |name: &Option<String>| name.as_deref().map(sort_key);
    named.sort_unstable_by(|(one_id, one, of_one), (other_id, other, of_other)| {
        let by_work = of_other.deliveries.cmp(&of_one.deliveries);
        by_work.then_with(|| key(one).cmp(&key(other))).then_with(|| one_id.cmp(other_id))
    });
    named.truncate(MEMBERS_MOST);
    Ok(named)
}
