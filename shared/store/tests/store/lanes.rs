//! Long reads beside short ones, and reads whose caller goes away.

use std::sync::mpsc;
use std::time::Duration;

use crate::common::*;
use depot_store::{is_interrupted, rusqlite::Connection};

/// Counts for minutes, unless it is interrupted.
fn endless(connection: &Connection) -> Result<i64, Failure> {
    let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n LIMIT 1";
    Ok(connection.query_row(sql, (), |row| row.get(0))?)
}

fn one(connection: &Connection) -> Result<i64, Failure> {
    Ok(connection.query_row("SELECT 1", (), |row| row.get(0))?)
}

#[tokio::test]
async fn short_reads_go_on_beside_any_number_of_long_ones() {
    let folder = folder();
    let store = open(&folder);
    let long: Vec<_> = (0..16)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.read_long(endless).await })
        })
        .collect();
    for _ in 0..20 {
        assert_eq!(store.read(one).await.unwrap(), 1);
    }
    for read in long {
        assert!(!read.is_finished());
        read.abort();
    }
    assert_eq!(store.read_long(one).await.unwrap(), 1, "those that were given up have made room");
}

#[tokio::test]
async fn read_whose_caller_goes_is_interrupted() {
    let folder = folder();
    let store = open(&folder);
    let (ended, end) = mpsc::channel();
    let reading = store.read(move |connection| {
        let read = endless(connection);
        ended.send(matches!(&read, Err(Failure::Sqlite(error)) if is_interrupted(error))).unwrap();
        read
    });
    assert!(tokio::time::timeout(Duration::from_millis(100), reading).await.is_err());
    let end = tokio::task::spawn_blocking(move || end.recv_timeout(Duration::from_secs(30)));
    assert_eq!(end.await.unwrap(), Ok(true));
    assert_eq!(store.read(one).await.unwrap(), 1, "its connection is used again");
    store.close().await;
}
