//! Values that are parsed once, where they come in, and valid ever after.
//!
//! No rule about entities: only what a single value may be.

mod phone_number;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

pub use phone_number::PhoneNumber;

use crate::text::{self, CodeKey};

/// A value that is not what it should be; the text says what is valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(export, type = "string")]
        pub struct $name(Uuid);

        impl $name {
            /// The id as a UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;
            fn try_from(text: String) -> Result<Self, ValueError> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = ValueError;
            fn from_str(text: &str) -> Result<Self, ValueError> {
                match Uuid::try_parse(text) {
                    Ok(uuid) if uuid.is_nil() => {
                        Err(ValueError("an id must not be the UUID of all zeros".to_owned()))
                    }
                    Ok(uuid) => Ok(Self(uuid)),
                    Err(_) => Err(ValueError(format!(
                        "{:?} is not an id: give a UUID such as 0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11",
                        shortened(text)
                    ))),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id!(/// Names a driver.
    DriverId);
id!(/// Names a vehicle.
    VehicleId);
id!(/// Names a route.
    RouteId);
id!(/// Names a delivery.
    DeliveryId);
id!(/// Names an incident of a delivery.
    IncidentId);
id!(/// Names a late fact of a delivery.
    LateFactId);

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $noun:literal, 1..=$max:literal, $lines:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
        #[serde(try_from = "String", into = "String")]
        #[ts(export, type = "string")]
        pub struct $name(String);

        impl $name {
            /// The most characters (Unicode scalar values) it may have.
            pub const MAX_CHARS: usize = $max;

            /// The text, without white space around it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = ValueError;
            fn from_str(text: &str) -> Result<Self, ValueError> {
                parse_text(text, $noun, $max, $lines).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ValueError;
            fn try_from(text: String) -> Result<Self, ValueError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

/// What stands where something personal was before it was erased.
pub const ERASED: &str = "erased";

macro_rules! erasable {
    ($($name:ident),+) => {
        $(impl $name {
            /// What stands in the place of one that was erased.
            #[must_use]
            pub fn erased() -> Self {
                Self(ERASED.to_owned())
            }
        })+
    };
}

erasable!(Name, DriverLicense, Description, ReceiverName);

macro_rules! codes {
    ($($name:ident),+) => {
        $(impl $name {
            /// What it is compared by: two spellings of one code have the same.
            #[must_use]
            pub fn key(&self) -> CodeKey {
                CodeKey::new(&self.0)
            }
        })+
    };
}

codes!(DriverLicense, Registration);

text!(/// A person's name.
    Name, "a name", 1..=100, Lines::One);
text!(/// A driver's licence number.
    DriverLicense, "a driver license", 1..=50, Lines::One);
text!(/// A vehicle's registration.
    Registration, "a registration", 1..=30, Lines::One);
text!(/// What sort of vehicle it is, e.g. `Van`.
    VehicleType, "a vehicle type", 1..=50, Lines::One);
text!(/// A place: a route's origin or destination, or a checkpoint.
    Location, "a location", 1..=200, Lines::One);
text!(/// Why a status was changed.
    Reason, "a reason", 1..=500, Lines::Many);
text!(/// What happened, in the reporter's words.
    Description, "a description", 1..=2000, Lines::Many);
text!(/// How an incident was resolved.
    Note, "a note", 1..=2000, Lines::Many);
text!(/// Who received a delivery.
    ReceiverName, "a receiver name", 1..=200, Lines::One);
text!(/// Where a signature that another system keeps can be seen.
    SignatureUrl, "a signature URL", 1..=500, Lines::One);

impl SignatureUrl {
    /// Checks that it is the address of a web page: `http` or `https`, a host, perhaps a port, and no spaces. Older records
    /// hold other texts.
    #[must_use]
    pub fn is_web_address(&self) -> bool {
        let text = self.as_str();
        let scheme = ["https://", "http://"]
            .into_iter()
            .find(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)));
        let Some(rest) = scheme.and_then(|scheme| text.get(scheme.len()..)) else { return false };
        let is_printable = |c: char| !c.is_whitespace() && !c.is_control() && !"\"<>\\^`{|}".contains(c);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        rest.chars().all(is_printable) && is_host_and_port(authority)
    }
}

fn is_host_and_port(authority: &str) -> bool {
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0) && !port.starts_with('+');
    if let Some((address, after)) = authority.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        let is_free = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
        return is_free && address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let (host, is_free) = match authority.split_once(':') {
        Some((host, port)) => (host, is_port(port)),
        None => (authority, true),
    };
    let is_label = |label: &str| {
        let is_inside = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        !label.is_empty() && label.chars().all(is_inside) && !label.starts_with('-') && !label.ends_with('-')
    };
    is_free && host.len() <= 253 && host.strip_suffix('.').unwrap_or(host).split('.').all(is_label)
}

fn parse_text(text: &str, noun: &str, max: usize, lines: Lines) -> Result<String, ValueError> {
    let text = text.trim();
    let chars = text.chars().count();
    if chars == 0 {
        return Err(ValueError(format!("{noun} must not be empty: give 1 to {max} characters")));
    }
    if chars > max {
        return Err(ValueError(format!("{noun} has 1 to {max} characters; this one has {chars}")));
    }
    let breaks_line = |c: char| matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(|c| c.is_control() && !(lines == Lines::Many && breaks_line(c))) {
        return Err(ValueError(format!("{noun} must not contain control characters")));
    }
    refuse_hidden(text, noun)?;
    Ok(text.to_owned())
}

/// Refuses a text that cannot be read: nothing in it can be seen, or something in it is hidden. `noun` begins the sentence.
///
/// # Errors
/// What is hidden, and where.
pub fn refuse_hidden(text: &str, noun: &str) -> Result<(), ValueError> {
    if !text::has_visible(text) {
        return Err(ValueError(format!("{noun} must have a character that can be seen; this one has none")));
    }
    match text::hidden_character(text) {
        Some(hidden) => Err(ValueError(format!(
            "{noun} must not contain characters that nobody sees or that turn text around: {hidden}; \
             delete it or type the text again"
        ))),
        None => Ok(()),
    }
}

/// At most the first 80 characters, for quoting unknown input in an error.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Declares an enum of words that are read without regard to case and always written the same way.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident ($noun:literal) { $($(#[$wdoc:meta])* $word:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(try_from = "String")]
        #[ts(export)]
        pub enum $name { $($(#[$wdoc])* $word),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$word),+];

            /// The word as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => stringify!($word)),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::values::ValueError;
            fn from_str(text: &str) -> Result<Self, $crate::values::ValueError> {
                Self::ALL.iter().copied().find(|word| word.as_str().eq_ignore_ascii_case(text.trim())).ok_or_else(|| {
                    let valid: Vec<&str> = Self::ALL.iter().map(|word| word.as_str()).collect();
                    $crate::values::unknown_word($noun, text, &valid)
                })
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::values::ValueError;
            fn try_from(text: String) -> Result<Self, $crate::values::ValueError> {
                text.parse()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;

/// The error for a word that is none of `valid`.
#[must_use]
pub fn unknown_word(noun: &str, text: &str, valid: &[&str]) -> ValueError {
    let derived = if text.trim().eq_ignore_ascii_case("Assigned") {
        "; Assigned follows from deliveries and can't be set by hand"
    } else {
        ""
    };
    ValueError(format!("{:?} is not {noun}{derived}: valid are {}", shortened(text), valid.join(", ")))
}

/// An instant in UTC, to the microsecond, in the years 1 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    const EARLIEST: Self = Self::constant(-62_135_596_800_000_000);

    /// 9999-12-31T23:59:59.999999Z.
    const LATEST: Self = Self::constant(253_402_300_799_999_999);

    const fn constant(micros: i64) -> Self {
        match DateTime::from_timestamp_micros(micros) {
            Some(at) => Self(at),
            None => panic!("beyond what chrono can represent"),
        }
    }

    /// The instant `micros` microseconds after 1970-01-01T00:00:00Z, where that lies in the years 1 to 9999.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).and_then(|at| Self::try_from(at).ok())
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// The instant as chrono's type.
    #[must_use]
    pub const fn datetime(self) -> DateTime<Utc> {
        self.0
    }

    /// This instant moved by `delta`; the nearest representable one where that would leave the years 1 to 9999.
    #[must_use]
    pub fn saturating_add(self, delta: TimeDelta) -> Self {
        let limit = if delta < TimeDelta::zero() { Self::EARLIEST } else { Self::LATEST };
        self.0.checked_add_signed(delta).and_then(|at| Self::try_from(at).ok()).unwrap_or(limit)
    }
}

impl Timestamp {
    /// The first full minute after this instant.
    #[must_use]
    pub fn next_minute(self) -> Self {
        const MINUTE_MICROS: i64 = 60_000_000;
        let into_minute = self.micros().rem_euclid(MINUTE_MICROS);
        self.saturating_add(TimeDelta::microseconds(MINUTE_MICROS - into_minute))
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = ValueError;
    fn try_from(at: DateTime<Utc>) -> Result<Self, ValueError> {
        // By way of microseconds, so that every instant has one form: a leap second is the second after it.
        DateTime::from_timestamp_micros(at.timestamp_micros())
            .filter(|at| (1..=9999).contains(&at.year()))
            .map(Self)
            .ok_or_else(|| ValueError("a time lies in the years 1 to 9999".to_owned()))
    }
}

impl FromStr for Timestamp {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Self, ValueError> {
        match DateTime::parse_from_rfc3339(text.trim()) {
            Ok(at) => Self::try_from(at.with_timezone(&Utc)),
            Err(_) => Err(ValueError(format!(
                "{:?} is not a time: give RFC 3339 with an offset, such as 2026-03-01T08:30:00Z",
                shortened(text)
            ))),
        }
    }
}

impl TryFrom<String> for Timestamp {
    type Error = ValueError;
    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> Self {
        at.to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The place of a checkpoint on its route, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "i64", into = "i64")]
#[ts(export, type = "number")]
pub struct Sequence(u32);

impl Sequence {
    /// The number itself.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<i64> for Sequence {
    type Error = ValueError;
    fn try_from(number: i64) -> Result<Self, ValueError> {
        // Up to i32::MAX, because existing clients hold it in a signed 32-bit integer.
        match i32::try_from(number).ok().and_then(|n| u32::try_from(n).ok()) {
            Some(sequence) if sequence >= 1 => Ok(Self(sequence)),
            Some(_) | None => Err(ValueError(format!(
                "a sequence is a whole number from 1 to {}; {number} is not",
                i32::MAX
            ))),
        }
    }
}

impl From<Sequence> for i64 {
    fn from(sequence: Sequence) -> Self {
        Self::from(sequence.0)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The half-open interval `[start, end)`; with `start == end` it is that one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Interval {
    /// The first instant in it.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Interval {
    /// The interval from `start` to `end`, or the instant `start` where `end` is not after it.
    #[must_use]
    pub fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end: end.max(start) }
    }

    /// How long it is.
    #[must_use]
    pub fn length(self) -> TimeDelta {
        self.end.0 - self.start.0
    }

    /// The interval of the same length that begins at `start`.
    #[must_use]
    pub fn starting_at(self, start: Timestamp) -> Self {
        Self::new(start, start.saturating_add(self.length()))
    }

    /// The interval of the same length that begins no earlier than `bound`.
    #[must_use]
    pub fn not_before(self, bound: Option<Timestamp>) -> Self {
        match bound {
            Some(bound) if bound > self.start => self.starting_at(bound),
            Some(_) | None => self,
        }
    }

    /// Whether the two have an instant in common once `turnaround` is kept free after each of them.
    #[must_use]
    pub fn overlaps(self, other: Self, turnaround: TimeDelta) -> bool {
        self.start < other.occupied_until(turnaround) && other.start < self.occupied_until(turnaround)
    }

    /// The first instant at which something else may begin after it. An instant occupies the smallest step
    /// of time there is, so it clashes with what contains it and with an equal instant, and with nothing else.
    #[must_use]
    pub fn occupied_until(self, turnaround: TimeDelta) -> Timestamp {
        let least = self.start.saturating_add(TimeDelta::microseconds(1));
        self.end.saturating_add(turnaround).max(least)
    }
}
