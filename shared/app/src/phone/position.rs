//! Where drivers are, of those who share it: kept apart from the record, for some hours, and never in a backup.
//!
//! A position is no event: nothing is decided on it, nothing is derived from it, and it goes again.

use chrono::TimeDelta;
use depot_domain::values::{DriverId, Timestamp, ValueError};
use depot_store::Migration;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::views::{DriverPosition, EndpointView, PositionSharing};
use crate::error::{AppError, Code};
use crate::settings::PhoneSettings;
use crate::sql;

pub(super) const MIGRATION: Migration = Migration {
    id: 2026_112636,
    sql: "CREATE TABLE position_sharing (
            driver_id BLOB PRIMARY KEY,
            since INTEGER NOT NULL
          ) WITHOUT ROWID;
          CREATE TABLE positions (
            driver_id BLOB NOT NULL,
            at INTEGER NOT NULL,
            latitude INTEGER NOT NULL,
            longitude INTEGER NOT NULL,
            accuracy_meters INTEGER NOT NULL,
            PRIMARY KEY (driver_id, at)
          ) WITHOUT ROWID;",
};

/// Emptied in every copy of the database: a backup is kept for longer than a position may be.
pub(crate) const NOT_COPIED: &[&str] = &["positions"];

/// A position that comes sooner after the one before is not kept: a phone is asked for one every 30 seconds.
const NEXT_AFTER_SECONDS: i64 = 10;
/// One that is older says where a driver was, not where they are.
const OLDEST_MINUTES: i64 = 10;
/// How long before the last position it is looked how far the driver came.
const MOVED_MINUTES: i64 = 15;
const MICRODEGREES: f64 = 1_000_000.0;
const EARTH_RADIUS_METERS: f64 = 6_371_000.0;

/// Degrees north of the equator, -90 to 90, to a tenth of a metre or so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "f64", into = "f64")]
#[ts(export, type = "number")]
pub struct Latitude(i32);

/// Degrees east of Greenwich, -180 to 180, to a tenth of a metre or so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "f64", into = "f64")]
#[ts(export, type = "number")]
pub struct Longitude(i32);

/// How far off a position may be: 0 to 100 000 metres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "f64", into = "u32")]
#[ts(export, type = "number")]
pub struct AccuracyMeters(u32);

/// A phone that knows no better than this knows nothing.
const LEAST_ACCURATE_METERS: u32 = 100_000;

impl TryFrom<f64> for Latitude {
    type Error = ValueError;
    fn try_from(degrees: f64) -> Result<Self, ValueError> {
        microdegrees("latitude", degrees, 90).map(Self)
    }
}

impl TryFrom<f64> for Longitude {
    type Error = ValueError;
    fn try_from(degrees: f64) -> Result<Self, ValueError> {
        microdegrees("longitude", degrees, 180).map(Self)
    }
}

impl TryFrom<f64> for AccuracyMeters {
    type Error = ValueError;
    fn try_from(meters: f64) -> Result<Self, ValueError> {
        if !(0.0..=f64::from(LEAST_ACCURATE_METERS)).contains(&meters) {
            let text = format!("accuracyMeters: give metres from 0 to {LEAST_ACCURATE_METERS}, not {meters}");
            return Err(ValueError(text));
        }
        // Rounded up: to say too much would be to claim what the phone does not know.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is within the range")]
        let meters = meters.ceil() as u32;
        Ok(Self(meters))
    }
}

impl From<Latitude> for f64 {
    fn from(Latitude(micro): Latitude) -> Self {
        Self::from(micro) / MICRODEGREES
    }
}

impl From<Longitude> for f64 {
    fn from(Longitude(micro): Longitude) -> Self {
        Self::from(micro) / MICRODEGREES
    }
}

impl From<AccuracyMeters> for u32 {
    fn from(AccuracyMeters(meters): AccuracyMeters) -> Self {
        meters
    }
}

fn microdegrees(what: &str, degrees: f64, most: u8) -> Result<i32, ValueError> {
    if !(-f64::from(most)..=f64::from(most)).contains(&degrees) {
        return Err(ValueError(format!("{what}: give degrees from -{most} to {most}, not {degrees}")));
    }
    #[expect(clippy::cast_possible_truncation, reason = "180 000 000 is far below what it holds")]
    let micro = (degrees * MICRODEGREES).round() as i32;
    Ok(micro)
}

/// Where a driver was, as the phone tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) latitude: Latitude,
    pub(crate) longitude: Longitude,
    pub(crate) accuracy: AccuracyMeters,
    pub(crate) at: Timestamp,
}

/// Whether positions are shared at all, as the settings and the connection have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    /// The depot wants positions, and nobody on the way can read them.
    pub(crate) allows: bool,
    /// For how many hours one is kept.
    pub(crate) hours: u32,
}

impl Policy {
    /// Where others on the network can read along, nobody's position is sent to begin with.
    pub(crate) fn of(settings: PhoneSettings, endpoint: Option<&EndpointView>) -> Self {
        let is_read_along =
            endpoint.is_some_and(|endpoint| !endpoint.secure && !endpoint.addresses.is_empty());
        Self { allows: settings.positions && !is_read_along, hours: settings.positions_hours }
    }

    fn since(self, now: Timestamp) -> i64 {
        now.saturating_add(-TimeDelta::hours(i64::from(self.hours))).micros()
    }
}

/// The driver's choice, and what became of it.
pub(super) fn sharing(
    tables: &Connection,
    driver: DriverId,
    policy: Policy,
) -> rusqlite::Result<PositionSharing> {
    Ok(PositionSharing {
        depot_allows: policy.allows,
        on: is_shared(tables, driver)?,
        kept_hours: policy.hours,
    })
}

fn is_shared(tables: &Connection, driver: DriverId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM position_sharing WHERE driver_id = ?1";
    Ok(sql::one(tables, sql, [driver.uuid()], |_| Ok(()))?.is_some())
}

/// Writes down what the driver chose. Whoever shares no longer is forgotten at once, not in some hours.
pub(crate) fn share(
    tables: &Connection,
    driver: DriverId,
    on: bool,
    policy: Policy,
    now: Timestamp,
) -> Result<(), AppError> {
    if !on {
        return Ok(forget(tables, driver)?);
    }
    refuse_unwanted(policy)?;
    let sql = "INSERT OR IGNORE INTO position_sharing (driver_id, since) VALUES (?1, ?2)";
    Ok(sql::run(tables, sql, params![driver.uuid(), now.micros()])?)
}

/// Forgets where a driver was, and that they shared it.
pub(crate) fn forget(tables: &Connection, driver: DriverId) -> rusqlite::Result<()> {
    for table in ["position_sharing", "positions"] {
        sql::run(tables, &format!("DELETE FROM {table} WHERE driver_id = ?1"), [driver.uuid()])?;
    }
    Ok(())
}

/// Keeps a position of a driver who shares it and is under way. Says whether it was news.
pub(crate) fn keep(
    tables: &Connection,
    driver: DriverId,
    told: Told,
    policy: Policy,
    now: Timestamp,
) -> Result<bool, AppError> {
    refuse_unwanted(policy)?;
    let refused = |detail: &str| Err(AppError::new(Code::RuleBroken, detail));
    if !is_shared(tables, driver)? {
        return refused("This driver does not share positions: turn it on first");
    }
    if !is_under_way(tables, driver)? {
        return refused(
            "No delivery of this driver is under way: where the driver is now is not the depot's concern",
        );
    }
    if told.at < now.saturating_add(-TimeDelta::minutes(OLDEST_MINUTES)) {
        return refused("This position is more than 10 minutes old: send only where the driver is now");
    }
    let sql = "SELECT MAX(at) AS at FROM positions WHERE driver_id = ?1";
    let last = sql::one(tables, sql, [driver.uuid()], |row| sql::maybe_time(row, "at"))?.flatten();
    if last.is_some_and(|last| told.at < last.saturating_add(TimeDelta::seconds(NEXT_AFTER_SECONDS))) {
        return Ok(false);
    }
    sql::run(
        tables,
        "INSERT INTO positions (driver_id, at, latitude, longitude, accuracy_meters) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![driver.uuid(), told.at.micros(), told.latitude.0, told.longitude.0, told.accuracy.0],
    )?;
    Ok(true)
}

fn refuse_unwanted(policy: Policy) -> Result<(), AppError> {
    if policy.allows {
        return Ok(());
    }
    let detail = "This depot takes no positions: the setting phones.positions is off, or others could read along on this connection";
    Err(AppError::new(Code::RuleBroken, detail))
}

fn is_under_way(tables: &Connection, driver: DriverId) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM deliveries WHERE driver_id = ?1 AND open = 1 AND status IN ('InTransit', 'OutForDelivery')";
    Ok(sql::one(tables, sql, [driver.uuid()], |_| Ok(()))?.is_some())
}

/// Removes what was kept for long enough, and what a clock that was ahead dated into the future; everything where the
/// depot takes no positions.
pub(crate) fn prune(tables: &Connection, policy: Policy, now: Timestamp) -> rusqlite::Result<()> {
    sql::run(tables, "DELETE FROM positions WHERE at < ?1 OR at > ?2", kept_between(policy, now))
}

/// The first and last times of which positions are kept, in microseconds.
fn kept_between(policy: Policy, now: Timestamp) -> [i64; 2] {
    let until = now.saturating_add(TimeDelta::minutes(OLDEST_MINUTES)).micros();
    if policy.allows { [policy.since(now), until] } else { [i64::MAX, i64::MAX] }
}

/// Whether there is anything that [`prune`] would remove.
pub(crate) fn is_prunable(tables: &Connection, policy: Policy, now: Timestamp) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM positions WHERE at < ?1 OR at > ?2 LIMIT 1";
    Ok(sql::one(tables, sql, kept_between(policy, now), |_| Ok(()))?.is_some())
}

/// Where each driver who shares it was last, by name.
pub(crate) fn last(
    tables: &Connection,
    policy: Policy,
    now: Timestamp,
) -> rusqlite::Result<Vec<DriverPosition>> {
    if !policy.allows {
        return Ok(Vec::new());
    }
    let sql = "SELECT p.driver_id, d.name, MAX(p.at) AS at, p.latitude, p.longitude, p.accuracy_meters
        FROM positions p JOIN drivers d ON d.id = p.driver_id WHERE p.at >= ?1 GROUP BY p.driver_id ORDER BY d.name_order, d.id";
    let mut all = sql::all(tables, sql, [policy.since(now)], |row| {
        Ok(DriverPosition {
            driver_id: sql::id(row, "driver_id")?,
            driver_name: row.get("name")?,
            latitude: Latitude(row.get("latitude")?),
            longitude: Longitude(row.get("longitude")?),
            accuracy_meters: AccuracyMeters(row.get("accuracy_meters")?),
            at: sql::time(row, "at")?,
            moved_meters: None,
        })
    })?;
    for position in &mut all {
        position.moved_meters = moved(tables, position)?;
    }
    Ok(all)
}

/// How far a driver came in the minutes before the last position, as the crow flies; unknown where there is no earlier one.
fn moved(tables: &Connection, last: &DriverPosition) -> rusqlite::Result<Option<u32>> {
    let from = last.at.saturating_add(-TimeDelta::minutes(MOVED_MINUTES)).micros();
    let sql = "SELECT latitude, longitude FROM positions WHERE driver_id = ?1 AND at >= ?2 AND at < ?3 ORDER BY at LIMIT 1";
    let earlier = sql::one(tables, sql, params![last.driver_id.uuid(), from, last.at.micros()], |row| {
        Ok((Latitude(row.get("latitude")?), Longitude(row.get("longitude")?)))
    })?;
    Ok(earlier.map(|earlier| distance_meters(earlier, (last.latitude, last.longitude))))
}

/// Along the surface of a sphere (the haversine formula), which is within half a percent.
fn distance_meters(from: (Latitude, Longitude), to: (Latitude, Longitude)) -> u32 {
    let radians = |(latitude, longitude): (Latitude, Longitude)| {
        (f64::from(latitude).to_radians(), f64::from(longitude).to_radians())
    };
    let ((from_north, from_east), (to_north, to_east)) = (radians(from), radians(to));
    let half = ((to_north - from_north) / 2.0).sin().powi(2)
        + from_north.cos() * to_north.cos() * ((to_east - from_east) / 2.0).sin().powi(2);
    let meters = 2.0 * EARTH_RADIUS_METERS * half.sqrt().min(1.0).asin();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "half of the earth's girth at most"
    )]
    let meters = meters.round() as u32;
    meters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(latitude: f64, longitude: f64) -> (Latitude, Longitude) {
        (latitude.try_into().unwrap(), longitude.try_into().unwrap())
    }

    #[test]
    fn a_place_is_on_the_earth() {
        for (latitude, longitude) in [(90.1, 0.0), (-91.0, 0.0), (f64::NAN, 0.0)] {
            assert!(Latitude::try_from(latitude).is_err(), "{latitude} {longitude}");
        }
        for longitude in [180.000_1, -200.0, f64::INFINITY] {
            assert!(Longitude::try_from(longitude).is_err(), "{longitude}");
        }
        let (latitude, longitude) = place(41.157_944, -8.629_105);
        assert_eq!((f64::from(latitude), f64::from(longitude)), (41.157_944, -8.629_105));
    }

    #[test]
    fn an_accuracy_is_never_told_better_than_it_is() {
        assert_eq!(AccuracyMeters::try_from(11.2).map(u32::from), Ok(12));
        assert!(AccuracyMeters::try_from(-1.0).is_err());
        assert!(AccuracyMeters::try_from(f64::NAN).is_err());
        assert!(AccuracyMeters::try_from(1e9).is_err());
    }

    #[test]
    fn a_degree_of_latitude_is_some_111_kilometres_and_across_the_date_line_is_near() {
        assert!((111_000..111_400).contains(&distance_meters(place(0.0, 0.0), place(1.0, 0.0))));
        assert!(distance_meters(place(0.0, 179.999), place(0.0, -179.999)) < 300);
        assert_eq!(distance_meters(place(41.0, -8.0), place(41.0, -8.0)), 0);
        assert!(distance_meters(place(90.0, 0.0), place(-90.0, 0.0)) > 20_000_000);
    }
}
