//! A depot with a history to measure and to look at: as many deliveries as wanted, up to the present hour.
//!
//! Every event goes the way of any other, through decision, append and projection; what differs is only that many
//! commands share a commit, and that they are recorded at the times at which they are said to have happened. The same
//! seed and the same last instant give the same record, but for the secrets under which it is sealed.

mod day;
mod drive;
mod words;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use depot_domain::values::Timestamp;

use crate::access::Access;
use crate::actor::Actor;
use crate::app::App;
use crate::command::{EntityCommand, Trace};
use crate::error::{AppError, Code};
use crate::execute::{Call, decide_once};
use crate::query::Topic;
use day::{Depot, WAVES};

/// The most deliveries that one history may have.
const DELIVERIES_MOST: u32 = 5_000_000;

/// Deliveries for which one more driver is hired, and the smallest and the largest crew.
const DELIVERIES_A_DRIVER: u32 = 2_500;
const DRIVERS: (u32, u32) = (8, 40);

/// Commands that share a commit.
const COMMANDS_AT_ONCE: usize = 2_000;

/// What history to make.
#[derive(Clone, Copy, Debug)]
pub struct Generation {
    /// How many deliveries it has.
    pub deliveries: u32,
    /// What chance follows.
    pub seed: u64,
    /// Up to when things happened; the depot's present unless given.
    pub until: Option<Timestamp>,
    /// How many drivers work; as many as the deliveries ask for unless given.
    pub drivers: Option<u32>,
}

/// What history was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generated {
    /// How many deliveries it has.
    pub deliveries: u32,
    /// How many events.
    pub events: u64,
}

/// Something that was said: when it happened, when the depot recorded it, and who said it.
struct Step {
    occurred_at: Timestamp,
    recorded_at: Timestamp,
    actor: Actor,
    correlation: String,
    command: EntityCommand,
}

impl App {
    /// Fills an empty depot with a history of deliveries.
    ///
    /// Every command of it stands; where this is broken off, what was committed until then stays.
    ///
    /// # Errors
    /// The depot has events already, too many deliveries are wanted, or something could not be stored.
    pub async fn generate(&self, wanted: Generation) -> Result<Generated, AppError> {
        if !(1..=DELIVERIES_MOST).contains(&wanted.deliveries) {
            let detail = format!("deliveries: give a whole number from 1 to {DELIVERIES_MOST}");
            return Err(AppError::new(Code::Malformed, detail));
        }
        if self.head() > 0 {
            let detail = "A history can be generated only into an empty depot: this one has events";
            return Err(AppError::new(Code::RuleBroken, detail));
        }
        let until = wanted.until.unwrap_or_else(|| self.now());
        let drivers = wanted.drivers.unwrap_or(wanted.deliveries / DELIVERIES_A_DRIVER);
        let drivers = drivers.clamp(DRIVERS.0, DRIVERS.1);
        let days = working_days(until, wanted.deliveries, drivers * WAVES)?;
        let opened = at(days[0].0, -30 * 60)?;
        let mut depot = Depot::new(wanted.seed, drivers, until, opened);
        self.record(depot.hire()).await?;
        for (date, deliveries) in days {
            let steps = depot.day(at(date, 0)?, deliveries, date == until.datetime().date_naive());
            self.record(steps).await?;
        }
        self.tell(Topic::ALL);
        Ok(Generated { deliveries: wanted.deliveries, events: self.head() })
    }

    /// Does what was said, a part of it in each commit.
    async fn record(&self, mut steps: Vec<Step>) -> Result<(), AppError> {
        while !steps.is_empty() {
            let rest = steps.split_off(steps.len().min(COMMANDS_AT_ONCE));
            let rules = self.settings().fleet;
            let work = self.store().write(move |unit, caches| {
                for Step { occurred_at, recorded_at, actor, correlation, command } in &steps {
                    let trace = Trace { request: correlation.clone(), correlation: correlation.clone() };
                    let access = Access::Granted;
                    let call = Call {
                        actor: actor.clone(),
                        access,
                        expected_version: None,
                        occurred_at: *occurred_at,
                        device: None,
                        recorded_at: *recorded_at,
                        trace,
                        rules,
                    };
                    decide_once(unit, caches, command, &call, (None, None))??;
                }
                Ok::<_, AppError>(())
            });
            work.await?;
            steps = rest;
        }
        Ok(())
    }
}

/// The days on which the depot works, the last one included whatever it is, each with its number of deliveries.
fn working_days(until: Timestamp, deliveries: u32, a_day: u32) -> Result<Vec<(NaiveDate, u32)>, AppError> {
    let mut date = until.datetime().date_naive();
    let mut days = vec![];
    let mut left = deliveries;
    while left > 0 {
        let many = left.min(a_day);
        days.push((date, many));
        left -= many;
        date = before(date)?;
        if date.weekday() == Weekday::Sun {
            date = before(date)?;
        }
    }
    days.reverse();
    Ok(days)
}

fn before(date: NaiveDate) -> Result<NaiveDate, AppError> {
    date.checked_sub_days(Days::new(1)).ok_or_else(too_early)
}

/// `minutes` after the beginning of a day.
fn at(date: NaiveDate, minutes: i64) -> Result<Timestamp, AppError> {
    let midnight = date.and_time(NaiveTime::MIN).and_utc();
    let midnight = Timestamp::try_from(midnight).map_err(|_| too_early())?;
    Ok(midnight.saturating_add(chrono::TimeDelta::minutes(minutes)))
}

fn too_early() -> AppError {
    AppError::new(Code::Malformed, "until: so many deliveries before it would begin before the year 1")
}
