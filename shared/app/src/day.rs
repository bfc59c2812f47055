//! Days of the depot: written as dates, and as long as the depot's clock makes them.

use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use depot_domain::values::{Timestamp, ValueError};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A day by the depot's calendar, written as `2026-11-25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String")]
#[ts(export, type = "string")]
pub struct Day(NaiveDate);

impl Day {
    /// The day on which `at` lies.
    #[must_use]
    pub fn of(at: Timestamp, zone: Tz) -> Self {
        Self(at.datetime().with_timezone(&zone).date_naive())
    }

    /// How many days there are from this one to `last`, both of them counted; none where `last` is before it.
    #[must_use]
    pub fn count_to(self, last: Self) -> u64 {
        u64::try_from((last.0 - self.0).num_days() + 1).unwrap_or(0)
    }

    /// The day so many days later.
    ///
    /// # Errors
    /// It lies beyond the year 9999.
    pub fn later(self, days: u64) -> Result<Self, ValueError> {
        self.0.checked_add_days(Days::new(days)).ok_or_else(beyond).and_then(Self::known)
    }

    /// The day so many days earlier.
    ///
    /// # Errors
    /// It lies before the year 1.
    pub fn earlier(self, days: u64) -> Result<Self, ValueError> {
        self.0.checked_sub_days(Days::new(days)).ok_or_else(beyond).and_then(Self::known)
    }

    /// The instant at which it begins: midnight, or the first time after it where the clock skips midnight, or the whole day.
    ///
    /// # Errors
    /// That lies before the year 1 or after the year 9999.
    pub fn start(self, zone: Tz) -> Result<Timestamp, ValueError> {
        let midnight = self.0.and_time(NaiveTime::MIN);
        let quarters = (0..48 * 4).map(|quarter| midnight + TimeDelta::minutes(15 * quarter));
        let mut starts = quarters.filter_map(|local| zone.from_local_datetime(&local).earliest());
        starts.next().and_then(|at| Timestamp::try_from(at.with_timezone(&Utc)).ok()).ok_or_else(beyond)
    }

    fn known(date: NaiveDate) -> Result<Self, ValueError> {
        if (1..=9999).contains(&date.year()) { Ok(Self(date)) } else { Err(beyond()) }
    }
}

fn beyond() -> ValueError {
    ValueError("a day lies in the years 1 to 9999".to_owned())
}

impl FromStr for Day {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let date = Some(text.trim()).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
        let date = date.ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            ValueError(format!("{shown:?} is not a day: give year, month and day, such as 2026-11-25"))
        })?;
        Self::known(date)
    }
}

impl TryFrom<String> for Day {
    type Error = ValueError;
    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(day: &str, zone: Tz) -> String {
        day.parse::<Day>().unwrap().start(zone).unwrap().to_string()
    }

    #[test]
    fn begins_when_the_clock_on_the_wall_says_so() {
        assert_eq!(start("2026-07-01", Tz::Europe__Berlin), "2026-06-30T22:00:00Z");
        assert_eq!(start("2026-03-29", Tz::Europe__Berlin), "2026-03-28T23:00:00Z");
        assert_eq!(start("2026-03-30", Tz::Europe__Berlin), "2026-03-29T22:00:00Z");
        // Clocks went from midnight to one there.
        assert_eq!(start("2018-11-04", Tz::America__Sao_Paulo), "2018-11-04T03:00:00Z");
    }

    #[test]
    fn says_what_is_wrong_with_what_is_not_a_day() {
        for text in ["", "today", "2026-13-01", "2026-1-1", "+12026-01-01", "0000-01-01", "2026-02-30"] {
            let refusal = text.parse::<Day>().unwrap_err().to_string();
            assert!(
                refusal.contains("such as 2026-11-25") || refusal.contains("1 to 9999"),
                "{text}: {refusal}"
            );
        }
    }
}
