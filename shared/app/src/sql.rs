//! Reading rows as values of the domain, and building the condition of a list. Knows no table.

use std::str::FromStr;

use depot_domain::values::Timestamp;
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use uuid::Uuid;

use crate::text::{SearchWord, search_words};

mod paged;

pub(crate) use paged::{By, Order, page};

fn unreadable(column: &str, kind: Type, reason: impl std::fmt::Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, kind, format!("{column}: {reason}").into())
}

/// An id.
pub(crate) fn id<T: From<Uuid>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    row.get::<_, Uuid>(column).map(T::from)
}

/// An id that may be absent.
pub(crate) fn maybe_id<T: From<Uuid>>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    row.get::<_, Option<Uuid>>(column).map(|id| id.map(T::from))
}

/// An instant, stored in microseconds.
pub(crate) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    let micros = row.get(column)?;
    Timestamp::from_micros(micros).ok_or_else(|| unreadable(column, Type::Integer, "no instant"))
}

/// An instant that may be absent.
pub(crate) fn maybe_time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    match row.get::<_, Option<i64>>(column)? {
        Some(_) => time(row, column).map(Some),
        None => Ok(None),
    }
}

/// A value that is stored as text.
pub(crate) fn word<T: FromStr<Err: std::fmt::Display>>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?.parse().map_err(|reason| unreadable(column, Type::Text, reason))
}

/// A value that is stored as text, read without a copy of it.
pub(crate) fn borrowed_word<T: FromStr<Err: std::fmt::Display>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|reason| unreadable("a word", Type::Text, reason))
}

/// A value that is stored as text and may be absent.
pub(crate) fn maybe_word<T: FromStr<Err: std::fmt::Display>>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        Some(_) => word(row, column).map(Some),
        None => Ok(None),
    }
}

/// A sequence of a checkpoint.
pub(crate) fn sequence(row: &Row<'_>, column: &str) -> rusqlite::Result<depot_domain::values::Sequence> {
    row.get::<_, i64>(column)?.try_into().map_err(|reason| unreadable(column, Type::Integer, reason))
}

/// A value that is stored as JSON; the default where it is absent.
pub(crate) fn json<T: serde::de::DeserializeOwned + Default>(
    row: &Row<'_>,
    column: &str,
) -> rusqlite::Result<T> {
    match row.get::<_, Option<String>>(column)? {
        Some(text) => serde_json::from_str(&text).map_err(|reason| unreadable(column, Type::Text, reason)),
        None => Ok(T::default()),
    }
}

/// Runs a statement that changes rows.
pub(crate) fn run(tables: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<()> {
    tables.prepare_cached(sql)?.execute(params).map(drop)
}

/// The first row, if there is one.
pub(crate) fn one<T>(
    tables: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Option<T>> {
    tables.prepare_cached(sql)?.query_row(params, read).optional()
}

/// Every row.
pub(crate) fn all<T>(
    tables: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    tables.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// A condition that grows.
#[derive(Default)]
pub(crate) struct Filter {
    clauses: Vec<String>,
    values: Vec<Value>,
}

impl Filter {
    /// Demands `clause`, whose one `?` stands for `value`, where there is a value.
    pub(crate) fn when<T: Into<Value>>(&mut self, clause: &str, value: Option<T>) -> &mut Self {
        if let Some(value) = value {
            self.clauses.push(clause.to_owned());
            self.values.push(value.into());
        }
        self
    }

    /// Demands `yes` or `no`, where it was asked for.
    pub(crate) fn flag(&mut self, asked: Option<bool>, yes: &str, no: &str) -> &mut Self {
        if let Some(asked) = asked {
            self.clauses.push(format!("({})", if asked { yes } else { no }));
        }
        self
    }

    /// Demands that `expression` is one of `values`, where there are any.
    pub(crate) fn any_of<T: Into<Value>>(&mut self, expression: &str, values: Option<Vec<T>>) -> &mut Self {
        if let Some(values) = values {
            self.clauses.push(format!("{expression} IN ({})", vec!["?"; values.len()].join(", ")));
            self.values.extend(values.into_iter().map(Into::into));
        }
        self
    }

    /// Demands that each word of `text` is found by one of `clauses`, in each of which one `?` stands for the word.
    pub(crate) fn contains(&mut self, clauses: &[&str], text: Option<&str>) -> &mut Self {
        for word in text.map(search_words).unwrap_or_default() {
            self.contains_word(clauses, &word);
        }
        self
    }

    /// Demands that one word of a search is found by one of `clauses`, in whose every `?` it stands.
    pub(crate) fn contains_word(&mut self, clauses: &[&str], SearchWord { forms }: &SearchWord) -> &mut Self {
        let mut found = Vec::new();
        for (form, clause) in forms.iter().flat_map(|form| clauses.iter().map(move |clause| (form, clause))) {
            self.values.extend(clause.matches('?').map(|_| Value::Text(form.clone())));
            found.push(*clause);
        }
        self.clauses.push(format!("({})", found.join(" OR ")));
        self
    }
}

/// An id as a value of a condition.
pub(crate) fn blob(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}
