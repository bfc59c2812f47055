//! cqrs-es with its PostgreSQL store: an aggregate loaded from its events, one event appended in a transaction of its own, and then
//! one row of a read model, as its `GenericQuery` keeps it.

use std::sync::Arc;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::GenericQuery;
use cqrs_es::{Aggregate, DomainEvent, EventEnvelope, View};
use postgres_es::{PostgresCqrs, PostgresViewRepository, postgres_cqrs};
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgPoolOptions;

use crate::Failure;
use crate::slices::{NewDriver, Store};

/// Connections to PostgreSQL, which the clients share.
const CONNECTIONS: u32 = 10;

/// The tables that postgres-es asks for, by the names and types that it binds.
const TABLES: &str = "
    CREATE TABLE events (
        aggregate_type text NOT NULL, aggregate_id text NOT NULL, sequence bigint NOT NULL, event_type text NOT NULL,
        event_version text NOT NULL, payload json NOT NULL, metadata json NOT NULL,
        PRIMARY KEY (aggregate_type, aggregate_id, sequence)
    );
    CREATE TABLE drivers (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL);";

/// Without any of these, an answer would not mean that the disk has it.
const DURABLE: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

#[derive(Debug, Default, Serialize, Deserialize)]
struct Driver {
    is_added: bool,
}

struct AddDriver {
    name: String,
    license: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum DriverEvent {
    DriverAdded { name: String, driver_license: String },
}

impl DomainEvent for DriverEvent {
    fn event_type(&self) -> String {
        "DriverAdded".to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the driver is there already")]
struct IsThere;

impl Aggregate for Driver {
    const TYPE: &'static str = "driver";
    type Command = AddDriver;
    type Event = DriverEvent;
    type Error = IsThere;
    type Services = ();

    async fn handle(&mut self, command: AddDriver, (): &(), sink: &EventSink<Self>) -> Result<(), IsThere> {
        if self.is_added {
            return Err(IsThere);
        }
        let AddDriver { name, license } = command;
        sink.write(DriverEvent::DriverAdded { name, driver_license: license }, self).await;
        Ok(())
    }

    fn apply(&mut self, DriverEvent::DriverAdded { .. }: DriverEvent) {
        self.is_added = true;
    }
}

/// The row of the read model.
#[derive(Debug, Default, Serialize, Deserialize)]
struct DriverRow {
    name: String,
    driver_license: String,
    status: String,
}

impl View<Driver> for DriverRow {
    fn update(&mut self, event: &EventEnvelope<Driver>) {
        let DriverEvent::DriverAdded { name, driver_license } = &event.payload;
        self.name.clone_from(name);
        self.driver_license.clone_from(driver_license);
        "Available".clone_into(&mut self.status);
    }
}

pub(crate) struct Cqrs {
    framework: PostgresCqrs<Driver>,
}

pub(crate) async fn open(url: &str) -> Result<Cqrs, Failure> {
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect(url).await?;
    for setting in DURABLE {
        let (value,): (String,) = sqlx::query_as(&format!("SHOW {setting}")).fetch_one(&pool).await?;
        if value != "on" {
            return Err(format!("PostgreSQL's {setting} is {value}, which is not what is measured").into());
        }
    }
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let rows = PostgresViewRepository::<DriverRow, Driver>::new("drivers", pool.clone());
    let mut query = GenericQuery::new(Arc::new(rows));
    query.use_error_handler(Box::new(|error| panic!("the read model was not written: {error}")));
    Ok(Cqrs { framework: postgres_cqrs(pool, vec![Box::new(query)], ()) })
}

impl Store for Cqrs {
    /// The pool has the connections.
    type Client = ();

    async fn connect(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn add(&self, (): &mut (), driver: NewDriver) -> Result<(), Failure> {
        let NewDriver { id, name, license } = driver;
        Ok(self.framework.execute(&id.to_string(), AddDriver { name, license }).await?)
    }
}
