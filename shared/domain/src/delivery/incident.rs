//! What goes wrong on a delivery: the known types and how grave they are unless somebody says otherwise.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::events::FileRef;
use crate::values::{Description, ERASED, IncidentId, Note, ValueError, refuse_hidden, words};

words!(/// How grave an incident is.
Severity ("a severity") {
    /// A nuisance.
    Low,
    /// Costs time.
    Medium,
    /// Endangers the delivery.
    High,
    /// Endangers people or the vehicle.
    Critical,
});

/// The types that have a severity of their own.
const KNOWN: [(&str, Severity); 9] = [
    ("Delay", Severity::Low),
    ("Traffic", Severity::Low),
    ("Weather", Severity::Medium),
    ("Breakdown", Severity::High),
    ("Accident", Severity::Critical),
    ("CargoDamage", Severity::High),
    ("AddressProblem", Severity::Medium),
    ("RecipientUnavailable", Severity::Medium),
    ("Security", Severity::Critical),
];

/// What sort of incident it is: one of the known types, or any other text, kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
pub struct IncidentType(String);

impl IncidentType {
    /// The most characters (Unicode scalar values) it may have.
    pub const MAX_CHARS: usize = 2000;

    /// The known types.
    pub fn known() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|(name, _)| *name)
    }

    /// Whether `text` is one of the known types, which name nobody.
    #[must_use]
    pub fn is_known(text: &str) -> bool {
        Self::known().any(|name| name == text)
    }

    /// Returns what is left of the type once the receiver was erased: a known type, which names nobody, or *erased*.
    #[must_use]
    pub fn erased(self) -> Self {
        if Self::is_known(&self.0) { self } else { Self(ERASED.to_owned()) }
    }

    /// The type as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How grave such an incident is by default; a type that we do not know counts as medium.
    #[must_use]
    pub fn default_severity(&self) -> Severity {
        KNOWN.iter().find(|(name, _)| *name == self.0).map_or(Severity::Medium, |(_, severity)| *severity)
    }
}

impl FromStr for IncidentType {
    type Err = ValueError;
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let known = KNOWN.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(name, _)| *name);
        let text = known.unwrap_or(text);
        if text.is_empty() || text.chars().count() > Self::MAX_CHARS || text.chars().any(char::is_control) {
            let known: Vec<_> = Self::known().collect();
            return Err(ValueError(format!(
                "an incident type has 1 to {} characters and no control characters; known are {}",
                Self::MAX_CHARS,
                known.join(", ")
            )));
        }
        refuse_hidden(text, "an incident type")?;
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for IncidentType {
    type Error = ValueError;
    fn try_from(text: String) -> Result<Self, ValueError> {
        text.parse()
    }
}

impl From<IncidentType> for String {
    fn from(kind: IncidentType) -> Self {
        kind.0
    }
}

impl fmt::Display for IncidentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An incident as a delivery remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Incident {
    /// Which one.
    pub id: IncidentId,
    /// What sort it is.
    #[serde(rename = "type")]
    pub kind: IncidentType,
    /// How grave it is.
    pub severity: Severity,
    /// What happened.
    pub description: Description,
    /// Photos that show it.
    pub photos: Vec<FileRef>,
    /// Whether it was resolved.
    pub resolved: bool,
    /// How it was resolved.
    pub note: Option<Note>,
}
