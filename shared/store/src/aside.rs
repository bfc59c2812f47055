//! A private database with the program's own schema, to do again aside what a database says was done. It is gone when
//! it is closed, and no other process can open it.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::error::OpenError;
use crate::schema::{self, Migration};

/// The tables of the log, each before those that name its rows.
const LOG: [&str; 3] = ["categories", "streams", "events"];

/// Copies the log of a database file, as it is at one moment, and these tables of the application under names with
/// `seen_` before them. Works beside whoever serves it; nobody waits for what is done with the copy.
///
/// # Errors
/// The file cannot be read, or is of another schema, see [`foreign`].
pub fn copy(file: &Path, application: &[Migration], tables: &[&str]) -> Result<Connection, OpenError> {
    // Without a name SQLite keeps it in memory, and in a file without a name where it grows.
    let mut connection = Connection::open("")?;
    schema::migrate(&mut connection, application)?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    attach(&connection, file)?;
    let copied = copy_tables(&connection, tables);
    connection.execute_batch("DETACH live")?;
    copied?;
    Ok(connection)
}

fn attach(connection: &Connection, file: &Path) -> Result<(), OpenError> {
    // To attach what is missing would make it.
    let missing = |source| OpenError::NotWritable { folder: file.to_owned(), source };
    std::fs::metadata(file).map_err(missing)?;
    let name = file.to_string_lossy();
    Ok(connection.execute("ATTACH ?1 AS live", [&*name]).map(drop)?)
}

fn copy_tables(connection: &Connection, tables: &[&str]) -> rusqlite::Result<()> {
    // One transaction is one moment.
    let transaction = connection.unchecked_transaction()?;
    for table in LOG {
        transaction.execute_batch(&format!("INSERT INTO main.{table} SELECT * FROM live.{table}"))?;
    }
    for table in tables {
        transaction
            .execute_batch(&format!("CREATE TABLE main.seen_{table} AS SELECT * FROM live.{table}"))?;
    }
    transaction.commit()
}

/// How many rows of a table are not as [`copy`] found them, in either direction.
///
/// # Errors
/// When SQLite fails.
pub fn different_rows(connection: &Connection, table: &str) -> rusqlite::Result<u64> {
    let seen = format!("seen_{table}");
    let count =
        |sql: String| connection.query_row(&sql, (), |row| row.get::<_, i64>(0).map(i64::cast_unsigned));
    let only_in = |one: &str, other: &str| {
        count(format!("SELECT COUNT(*) FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other})"))
    };
    let different = only_in(table, &seen)?.max(only_in(&seen, table)?);
    // Rows that are there twice differ in their number alone.
    let rows = |table: &str| count(format!("SELECT COUNT(*) FROM {table}"));
    Ok(different.max(rows(table)?.abs_diff(rows(&seen)?)))
}

/// Tables, indexes, triggers and views of a database that are not as this program makes them, each as a sentence.
///
/// # Errors
/// When SQLite fails, or the file is of a newer program.
pub fn foreign(connection: &Connection, application: &[Migration]) -> Result<Vec<String>, OpenError> {
    let mut own = Connection::open_in_memory()?;
    schema::migrate_to(&mut own, application, schema::applied_steps(connection)?)?;
    let (own, found) = (objects(&own)?, objects(connection)?);
    let sentence = |(kind, name): &(String, String), what: &str| format!("the {kind} {name} {what}");
    let mut foreign: Vec<String> =
        own.keys().filter(|key| !found.contains_key(*key)).map(|key| sentence(key, "is missing")).collect();
    for (key, made) in &found {
        match own.get(key) {
            None => foreign.push(sentence(key, "is not the program's")),
            Some(expected) if expected != made => {
                foreign.push(sentence(key, "is not as the program makes it"))
            }
            Some(_) => {}
        }
    }
    Ok(foreign)
}

type Objects = std::collections::BTreeMap<(String, String), (String, String)>;

/// Every object of a schema but SQLite's own: by kind and name its table and statement, whatever the spaces in it.
fn objects(connection: &Connection) -> rusqlite::Result<Objects> {
    let sql = "SELECT type, name, tbl_name, COALESCE(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map((), |row| {
        let made: String = row.get(3)?;
        let made = made.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, made)))
    })?;
    rows.collect()
}

/// Opens a database file only to look into it, with nothing of its schema trusted.
///
/// # Errors
/// When SQLite fails.
pub fn look_into(file: &Path) -> rusqlite::Result<Connection> {
    // Not read-only: SQLite may have to recover the log beside it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}
