//! Pages of a list: how many, in which order, and where the next one begins.
//!
//! Keyset paging: a cursor names the last row that was shown, so a page costs the same wherever it lies.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use depot_domain::values::ValueError;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

/// How many rows a page has at most: 1 to 500, 50 unless asked otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "i64", into = "u32")]
#[ts(export, type = "number")]
pub struct Limit(u32);

impl Limit {
    /// The most rows that one page may have.
    pub const MAX: Self = Self(500);

    /// The number of rows.
    #[must_use]
    pub const fn rows(self) -> u32 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<i64> for Limit {
    type Error = ValueError;
    fn try_from(rows: i64) -> Result<Self, ValueError> {
        match u32::try_from(rows) {
            Ok(rows) if (1..=Self::MAX.0).contains(&rows) => Ok(Self(rows)),
            Ok(_) | Err(_) => {
                Err(ValueError(format!("a limit is a whole number from 1 to {}; {rows} is not", Self::MAX.0)))
            }
        }
    }
}

impl From<Limit> for u32 {
    fn from(limit: Limit) -> Self {
        limit.0
    }
}

/// Where a page begins, as a client brings it back: opaque, and read only where the order of the list is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
pub struct Cursor(String);

impl Cursor {
    /// The place that it names; `None` if the depot never issued it.
    pub(crate) fn place(&self) -> Option<Place> {
        let bytes = BASE64.decode(&self.0).ok()?;
        let (list, as_of, key, id) = serde_json::from_slice(&bytes).ok()?;
        Some(Place { list, as_of, key, id })
    }
}

impl TryFrom<String> for Cursor {
    type Error = ValueError;
    fn try_from(text: String) -> Result<Self, ValueError> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if text.is_empty() || !text.bytes().all(known) {
            let detail = "this is not a cursor, which has letters, digits, - and _: leave it out to begin at the start";
            return Err(ValueError(detail.to_owned()));
        }
        Ok(Self(text))
    }
}

impl From<Cursor> for String {
    fn from(Cursor(text): Cursor) -> Self {
        text
    }
}

/// A place in a list: after the row with this sort key and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Of which list, with its filters and its order.
    pub(crate) list: ListHash,
    /// The sequence of the last event when the list's first page was read.
    pub(crate) as_of: i64,
    pub(crate) key: SortKey,
    pub(crate) id: Uuid,
}

impl From<Place> for String {
    fn from(Place { list, as_of, key, id }: Place) -> Self {
        BASE64.encode(serde_json::to_vec(&(list, as_of, key, id)).unwrap_or_default())
    }
}

/// Tells one list from another: which one it is, by what it is filtered, and how it is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ListHash(u32);

/// Which page of which list.
pub(crate) struct Paging {
    pub(crate) list: ListHash,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) limit: Limit,
}

impl Paging {
    /// A page of the list `name`, as `listing` filters and sorts it. Its `cursor` and `limit` are no part of the list.
    pub(crate) fn new(name: &str, listing: &impl Serialize, cursor: Option<Cursor>, limit: Limit) -> Self {
        let mut listing = serde_json::to_value(listing).unwrap_or_default();
        if let Some(fields) = listing.as_object_mut() {
            fields.retain(|field, value| !matches!(field.as_str(), "cursor" | "limit") && !value.is_null());
        }
        let hash = Sha256::digest(format!("{name} {listing}"));
        let list = ListHash(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]));
        Self { list, cursor, limit }
    }
}

/// The value by which a list is sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SortKey {
    /// Sorted by a number or a time.
    Number(i64),
    /// Sorted by text.
    Text(String),
    /// Sorted by a key of bytes.
    Key(Vec<u8>),
}

/// Several values for one filter, written `A,B` or as a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(transparent)]
pub struct AnyOf<T>(pub Vec<T>);

impl<'de, T: Deserialize<'de> + TryFrom<String, Error = ValueError>> Deserialize<'de> for AnyOf<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Joined(String),
            List(Vec<String>),
        }
        let words = match Written::deserialize(deserializer)? {
            // Asked for none, there is none.
            Written::Joined(joined) if joined.is_empty() => Vec::new(),
            Written::Joined(joined) => joined.split(',').map(str::to_owned).collect(),
            Written::List(words) => words,
        };
        let values = words.into_iter().map(T::try_from).collect::<Result<Vec<_>, _>>();
        values.map(Self).map_err(serde::de::Error::custom)
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Give this as `cursor` to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Cuts `rows`, of which one more than `limit` was asked for, to a page.
    pub(crate) fn cut(mut rows: Vec<T>, limit: Limit, place: impl FnOnce(&T) -> Place) -> Self {
        let more = rows.len() > limit.0 as usize;
        rows.truncate(limit.0 as usize);
        let next_cursor = if more { rows.last().map(|row| String::from(place(row))) } else { None };
        Self { items: rows, next_cursor }
    }
}

/// Reads a place in the log that may be left out, and refuses what is beyond any.
///
/// # Errors
/// It is no whole number, or larger than a log can be long.
pub fn sequence<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let sequence = <Option<u64> as serde::Deserialize>::deserialize(deserializer)?;
    match sequence {
        Some(sequence) if i64::try_from(sequence).is_err() => {
            Err(serde::de::Error::custom(format!("{sequence} is beyond what any log can have")))
        }
        Some(_) | None => Ok(sequence),
    }
}
