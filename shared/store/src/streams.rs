//! What the writer remembers of streams and categories, so that a command looks none of them up twice. Everything in it
//! follows from the tables within the writer's transaction; where that is rolled back, it is dropped as a whole.

use std::{collections::HashMap, num::NonZeroUsize};

use lru::LruCache;
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::subject::Secret;

/// How many streams are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(32_768).expect("not zero");

/// A stream's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StreamRow {
    pub(crate) stream_no: i64,
    pub(crate) category_no: i64,
    pub(crate) version: u32,
    pub(crate) secret: Option<Secret>,
}

#[derive(Debug)]
pub(crate) struct Streams {
    rows: LruCache<Uuid, StreamRow>,
    /// The stream that was looked for last, where there is none: whoever is about to create one asks before.
    absent: Option<Uuid>,
    categories: HashMap<String, i64>,
}

impl Default for Streams {
    fn default() -> Self {
        Self { rows: LruCache::new(REMEMBERED), absent: None, categories: HashMap::new() }
    }
}

impl Streams {
    /// The row of a stream, if there is one.
    pub(crate) fn find(
        &mut self,
        connection: &Connection,
        stream: Uuid,
    ) -> rusqlite::Result<Option<StreamRow>> {
        if let Some(row) = self.rows.get(&stream) {
            return Ok(Some(*row));
        }
        if self.absent == Some(stream) {
            return Ok(None);
        }
        let sql = "SELECT stream_no, category_no, version, secret FROM streams WHERE id = ?1";
        let row = connection.prepare_cached(sql)?.query_row([stream.as_bytes()], |row| {
            let (stream_no, category_no) = (row.get(0)?, row.get(1)?);
            Ok(StreamRow { stream_no, category_no, version: row.get(2)?, secret: row.get(3)? })
        });
        let row = row.optional()?;
        match row {
            Some(row) => drop(self.rows.put(stream, row)),
            None => self.absent = Some(stream),
        }
        Ok(row)
    }

    /// Brings a stream, which has this row but for its secret, to a later version.
    pub(crate) fn grow(
        &mut self,
        connection: &Connection,
        stream: Uuid,
        row: StreamRow,
        version: u32,
    ) -> rusqlite::Result<StreamRow> {
        let sql = "UPDATE streams SET version = ?2, secret = ?4 WHERE stream_no = ?1 AND version = ?3";
        let changed = connection.prepare_cached(sql)?.execute(params![
            row.stream_no,
            version,
            row.version,
            row.secret
        ])?;
        if changed != 1 {
            return Err(rusqlite::Error::StatementChangedRows(changed));
        }
        let row = StreamRow { version, ..row };
        self.rows.put(stream, row);
        Ok(row)
    }

    /// Makes a stream, and its category where it is the first.
    pub(crate) fn create(
        &mut self,
        connection: &Connection,
        stream: Uuid,
        category: &str,
        (version, secret): (u32, Option<Secret>),
    ) -> rusqlite::Result<StreamRow> {
        let category_no = match self.category(connection, category)? {
            Some(category_no) => category_no,
            None => {
                let sql = "INSERT INTO categories (name) VALUES (?1)";
                let category_no = connection.prepare_cached(sql)?.insert([category])?;
                self.categories.insert(category.to_owned(), category_no);
                category_no
            }
        };
        let sql = "INSERT INTO streams (id, category_no, version, secret) VALUES (?1, ?2, ?3, ?4)";
        let values = params![stream.as_bytes(), category_no, version, secret];
        let stream_no = connection.prepare_cached(sql)?.insert(values)?;
        let row = StreamRow { stream_no, category_no, version, secret };
        self.rows.put(stream, row);
        self.absent = None;
        Ok(row)
    }

    /// The number of a category, if there is one of that name.
    pub(crate) fn category(&mut self, connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
        if let Some(category_no) = self.categories.get(name) {
            return Ok(Some(*category_no));
        }
        let sql = "SELECT category_no FROM categories WHERE name = ?1";
        let found: Option<i64> =
            connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?;
        if let Some(category_no) = found {
            self.categories.insert(name.to_owned(), category_no);
        }
        Ok(found)
    }
}
