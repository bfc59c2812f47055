//! Reading rows as values of the domain, and building the condition, order and page of a list. Knows no table.

use std::str::FromStr;

use depot_domain::values::Timestamp;
use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OptionalExtension, Params, Row};
use uuid::Uuid;

use crate::error::{AppError, Code};
use crate::page::{Cursor, Limit, Page, Place, SortKey};

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

    /// Demands `clause`, whose every `?` stands for `value`.
    pub(crate) fn demand(&mut self, clause: String, value: &Value) -> &mut Self {
        self.values.extend(clause.matches('?').map(|_| value.clone()));
        self.clauses.push(clause);
        self
    }

    /// Demands that one of `expressions` contains `text`, without regard to the case of ASCII letters.
    pub(crate) fn contains(&mut self, expressions: &[&str], text: Option<&str>) -> &mut Self {
        let Some(pattern) = text.and_then(pattern) else { return self };
        let likes: Vec<_> = expressions.iter().map(|e| format!("{e} LIKE ? ESCAPE '\\'")).collect();
        self.clauses.push(format!("({})", likes.join(" OR ")));
        self.values.extend(expressions.iter().map(|_| Value::Text(pattern.clone())));
        self
    }
}

/// What `LIKE ? ESCAPE '\\'` finds `text` by, wherever it stands; none for nothing but spaces.
pub(crate) fn pattern(text: &str) -> Option<String> {
    let text = text.trim();
    let escaped = || text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    (!text.is_empty()).then(|| format!("%{}%", escaped()))
}

/// An id as a value of a condition.
pub(crate) fn blob(id: Uuid) -> Value {
    Value::Blob(id.as_bytes().to_vec())
}

/// By what a list is sorted. `id` breaks ties and makes every place in the list nameable.
pub(crate) struct Order {
    pub(crate) by: &'static str,
    pub(crate) id: &'static str,
    pub(crate) text: bool,
    pub(crate) descending: bool,
}

/// A page of `{select} WHERE …`, in `order`, after `cursor`. The last FROM of `select` must be its own.
pub(crate) fn page<T>(
    tables: &Connection,
    select: &str,
    mut filter: Filter,
    order: &Order,
    cursor: Option<Cursor>,
    limit: Limit,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Page<T>, AppError> {
    let Order { by, id: tie, text, descending } = *order;
    let (after, direction) = if descending { ("<", "DESC") } else { (">", "ASC") };
    if let Some(cursor) = cursor {
        let (key, id) = match cursor.place() {
            Some(Place { key: SortKey::Number(number), id }) if !text => (Value::Integer(number), id),
            Some(Place { key: SortKey::Text(key), id }) if text => (Value::Text(key), id),
            Some(_) | None => {
                return Err(AppError::new(
                    Code::Unfit,
                    "cursor: no page of this list in this order gave it; leave it out to begin at the start",
                ));
            }
        };
        filter.clauses.push(format!("({by}, {tie}) {after} (?, ?)"));
        filter.values.extend([key, blob(id)]);
    }
    let condition = if filter.clauses.is_empty() { "1".to_owned() } else { filter.clauses.join(" AND ") };
    let (select, from) = select.rsplit_once(" FROM ").unwrap_or((select, ""));
    let sql = format!(
        "{select}, {by} AS page_key, {tie} AS page_id FROM {from} WHERE {condition} \
         ORDER BY {by} {direction}, {tie} {direction} LIMIT {}",
        limit.rows() + 1
    );
    let rows = all(tables, &sql, rusqlite::params_from_iter(filter.values), |row| {
        let key =
            if text { SortKey::Text(row.get("page_key")?) } else { SortKey::Number(row.get("page_key")?) };
        Ok((read(row)?, Place { key, id: row.get("page_id")? }))
    })?;
    let page = Page::cut(rows, limit, |(_, place)| place.clone());
    Ok(Page { items: page.items.into_iter().map(|(item, _)| item).collect(), next_cursor: page.next_cursor })
}
