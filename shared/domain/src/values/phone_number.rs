//! The number under which somebody is called.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Lines, ValueError, parse_text};

const NOUN: &str = "a phone number";
/// Emergency and short numbers have three.
const DIGITS_MIN: usize = 3;
/// What people write between and before digits, e.g. `+49 (171) 234-56.78` or `0171/2345 x12`.
const BETWEEN: &str = " +-().,/x#*";

/// A phone number as it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The most characters (Unicode scalar values) it may have.
    pub const MAX_CHARS: usize = 40;

    /// The number, without white space around it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PhoneNumber {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = parse_text(text, NOUN, Self::MAX_CHARS, Lines::One)?;
        let digits = text.chars().filter(char::is_ascii_digit).count();
        if digits < DIGITS_MIN || !text.chars().all(|c| c.is_ascii_digit() || BETWEEN.contains(c)) {
            return Err(ValueError(format!(
                "{NOUN} has at least {DIGITS_MIN} digits, and beside them only spaces and {}",
                BETWEEN.trim_start()
            )));
        }
        Ok(Self(text))
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = ValueError;

    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
