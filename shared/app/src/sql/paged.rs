//! Pages of a list. A page continues where the one before ended, even if rows changed meanwhile.

use std::collections::HashMap;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{Filter, all, blob};
use crate::error::{AppError, Code};
use crate::page::{Page, Paging, Place, SortKey};

/// What a list is sorted by, as SQL.
#[derive(Clone, Copy)]
pub(crate) enum By {
    /// A number or a time.
    Number(&'static str),
    /// Text of ASCII letters, such as a status.
    Text(&'static str),
    /// The sort key of a text that people typed.
    Key(&'static str),
    /// The time of the entity's last event, which moves a row while somebody pages.
    Change(&'static str),
}

impl By {
    const fn sql(self) -> &'static str {
        match self {
            Self::Number(sql) | Self::Text(sql) | Self::Key(sql) | Self::Change(sql) => sql,
        }
    }

    fn key(self, row: &Row<'_>) -> rusqlite::Result<SortKey> {
        match self {
            Self::Number(_) | Self::Change(_) => row.get("page_key").map(SortKey::Number),
            Self::Text(_) => row.get("page_key").map(SortKey::Text),
            Self::Key(_) => row.get("page_key").map(SortKey::Key),
        }
    }

    fn value(self, key: SortKey) -> Option<Value> {
        match (self, key) {
            (Self::Number(_) | Self::Change(_), SortKey::Number(number)) => Some(Value::Integer(number)),
            (Self::Text(_), SortKey::Text(text)) => Some(Value::Text(text)),
            (Self::Key(_), SortKey::Key(bytes)) => Some(Value::Blob(bytes)),
            (_, _) => None,
        }
    }
}

/// By what a list is sorted. `id` breaks ties and makes every place in the list nameable.
pub(crate) struct Order {
    pub(crate) by: By,
    pub(crate) id: &'static str,
    pub(crate) descending: bool,
}

/// How many events may follow a list's first page before a cursor of it is refused.
const CHANGES_MOST: i64 = 20_000;

/// A page of `{select} WHERE …`, in `order`. The last FROM of `select` must be its own.
///
/// A list by [`By::Change`] stays as it was when its first page was read: a row that changed since keeps its place, so that
/// it comes exactly once. In other orders a row whose sort key changes between two pages may come twice or not at all.
///
/// # Errors
/// The cursor is of another list, or too much changed since it was issued.
pub(crate) fn page<T>(
    tables: &Connection,
    select: &str,
    filter: Filter,
    order: &Order,
    paging: Paging,
    mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Page<T>, AppError> {
    let Paging { list, cursor, limit } = paging;
    let head = i64::try_from(depot_store::log::head(tables)?).unwrap_or(i64::MAX);
    let after = cursor.map(|cursor| cursor.place().filter(|place| place.list == list).ok_or_else(foreign));
    let after = after.transpose()?;
    let as_of = after.as_ref().map_or(head, |place| place.as_of);
    let moved = match (order.by, &after) {
        (By::Change(_), Some(place)) if place.as_of < head => changed_since(tables, place.as_of, head)?,
        (_, _) => HashMap::new(),
    };
    let place_of = |key, id| Place { list, as_of, key, id };
    let mut read = |row: &Row<'_>| Ok((read(row)?, place_of(order.by.key(row)?, row.get("page_id")?)));
    let statement = Statement { select, filter, order, rows: limit.rows() + 1 };
    if moved.is_empty() {
        let rows = statement.rows(tables, after, None, &mut read)?;
        return Ok(cut(rows, limit));
    }
    let mut rows = statement.rows(tables, after.clone(), Some(as_of), &mut read)?;
    let wanted = |id: &Uuid| {
        let key = moved.get(id).copied().flatten()?;
        let is_after = after.as_ref().is_none_or(|after| follows(order, (key, *id), after));
        is_after.then_some(key)
    };
    let ids: Vec<Uuid> = moved.keys().filter(|id| wanted(id).is_some()).copied().collect();
    for (row, place) in statement.those(tables, &ids, &mut read)? {
        if let Some(key) = wanted(&place.id) {
            rows.push((row, place_of(SortKey::Number(key), place.id)));
        }
    }
    rows.sort_by(|(_, one), (_, other)| {
        let (one, other) = (number(one), number(other));
        if order.descending { other.cmp(&one) } else { one.cmp(&other) }
    });
    Ok(cut(rows, limit))
}

fn foreign() -> AppError {
    AppError::new(
        Code::Unfit,
        "cursor: it is of another list, another order or other filters; repeat those of the page that gave it, or leave \
         it out to begin at the start",
    )
}

fn number(place: &Place) -> (i64, Uuid) {
    match place.key {
        SortKey::Number(number) => (number, place.id),
        SortKey::Text(_) | SortKey::Key(_) => (0, place.id),
    }
}

fn follows(order: &Order, place: (i64, Uuid), after: &Place) -> bool {
    if order.descending { place < number(after) } else { place > number(after) }
}

fn cut<T>(rows: Vec<(T, Place)>, limit: crate::page::Limit) -> Page<T> {
    let page = Page::cut(rows, limit, |(_, place)| place.clone());
    Page { items: page.items.into_iter().map(|(item, _)| item).collect(), next_cursor: page.next_cursor }
}

/// The entities with events after `as_of`, each with the time of its last event until then; `None` if it had none.
fn changed_since(tables: &Connection, as_of: i64, head: i64) -> Result<HashMap<Uuid, Option<i64>>, AppError> {
    if head - as_of > CHANGES_MOST {
        return Err(AppError::new(
            Code::Unfit,
            "cursor: too much changed since the first page was read; leave it out to begin at the start",
        ));
    }
    let sql = "SELECT s.id, (SELECT e.occurred_at FROM events e
                 WHERE e.stream_no = s.stream_no AND e.seq <= ?1 ORDER BY e.version DESC LIMIT 1) AS former
               FROM streams s WHERE s.stream_no IN (SELECT stream_no FROM events WHERE seq > ?1)";
    let rows = all(tables, sql, params![as_of], |row| Ok((row.get("id")?, row.get("former")?)))?;
    Ok(rows.into_iter().collect())
}

/// A list without its place.
struct Statement<'s> {
    select: &'s str,
    filter: Filter,
    order: &'s Order,
    rows: u32,
}

impl Statement<'_> {
    /// The rows after a place; without those of entities with events after `unchanged_since`.
    fn rows<T>(
        &self,
        tables: &Connection,
        after: Option<Place>,
        unchanged_since: Option<i64>,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, AppError> {
        let Order { by, id, descending } = *self.order;
        let (mut clauses, mut values) = (self.filter.clauses.clone(), self.filter.values.clone());
        if let Some(place) = after {
            let sign = if descending { "<" } else { ">" };
            clauses.push(format!("({}, {id}) {sign} (?, ?)", by.sql()));
            let tie = blob(place.id);
            values.extend([by.value(place.key).ok_or_else(foreign)?, tie]);
        }
        if let Some(as_of) = unchanged_since {
            clauses.push(format!(
                "{id} NOT IN (SELECT s.id FROM streams s WHERE s.stream_no IN
                   (SELECT stream_no FROM events WHERE seq > ?))"
            ));
            values.push(Value::Integer(as_of));
        }
        let sql = self.sql(&clauses, Some(self.rows));
        Ok(all(tables, &sql, rusqlite::params_from_iter(values), read)?)
    }

    /// The rows of these ids that fit the filter, in no order.
    fn those<T>(
        &self,
        tables: &Connection,
        ids: &[Uuid],
        mut read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, AppError> {
        /// SQLite binds some thousands of values at most.
        const IDS_AT_ONCE: usize = 500;
        let mut found = Vec::new();
        for some in ids.chunks(IDS_AT_ONCE) {
            let (mut clauses, mut values) = (self.filter.clauses.clone(), self.filter.values.clone());
            clauses.push(format!("{} IN ({})", self.order.id, vec!["?"; some.len()].join(", ")));
            values.extend(some.iter().map(|id| blob(*id)));
            let sql = self.sql(&clauses, None);
            found.extend(all(tables, &sql, rusqlite::params_from_iter(values), &mut read)?);
        }
        Ok(found)
    }

    fn sql(&self, clauses: &[String], rows: Option<u32>) -> String {
        let Order { by, id, descending } = *self.order;
        let by = by.sql();
        let direction = if descending { "DESC" } else { "ASC" };
        let condition = if clauses.is_empty() { "1".to_owned() } else { clauses.join(" AND ") };
        let (select, from) = self.select.rsplit_once(" FROM ").unwrap_or((self.select, ""));
        let order = rows.map(|rows| format!(" ORDER BY {by} {direction}, {id} {direction} LIMIT {rows}"));
        format!(
            "{select}, {by} AS page_key, {id} AS page_id FROM {from} WHERE {condition}{}",
            order.unwrap_or_default()
        )
    }
}
