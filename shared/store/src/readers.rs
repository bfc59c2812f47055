//! The connections for reading. Bounds how many reads run at once; knows nothing of what they read.

use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::{connection::Database, durable::Durable, error::ReadError};

const READERS_MAX: usize = 1024;
/// Inline reads come on top of those that have a place, and want a connection at hand as well.
const IDLE_PER_READER: usize = 2;

/// Read-only connections, opened when needed and kept up to a number.
#[derive(Debug)]
pub(crate) struct Readers {
    database: Database,
    /// `None` once closed.
    idle: Mutex<Option<Vec<Connection>>>,
    readers: u32,
    places: Arc<Semaphore>,
    durable: Arc<Durable>,
}

impl Readers {
    pub(crate) fn new(database: Database, readers: usize, durable: Arc<Durable>) -> Self {
        let readers = u32::try_from(readers.clamp(1, READERS_MAX)).unwrap_or(1);
        let places = Arc::new(Semaphore::new(readers as usize));
        Self { database, idle: Mutex::new(Some(Vec::new())), readers, places, durable }
    }

    /// Runs a read on the runtime's blocking threads, once one of the places is free. What it saw is on the disk when it
    /// returns, or its commit failed.
    pub(crate) async fn read<T, E, F>(self: &Arc<Self>, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<ReadError> + Send + 'static,
    {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| ReadError::Closed)?;
        let readers = Arc::clone(self);
        let read = tokio::task::spawn_blocking(move || {
            let _place = place;
            let result = readers.read_now(work);
            (result, readers.durable.seen())
        });
        let (result, seen) = read
            .await
            .map_err(|error| if error.is_panic() { ReadError::Panicked } else { ReadError::Closed })?;
        self.durable.reached(seen).await;
        result
    }

    /// Runs a read on the calling thread. Never waits: where no connection is idle, it opens one, and what it saw may not
    /// be on the disk for another moment.
    pub(crate) fn read_now<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E>,
        E: From<ReadError>,
    {
        let connection = self.take()?;
        let result = work(&connection);
        self.give_back(connection);
        result
    }

    /// Refuses new reads and waits for those that have a place.
    pub(crate) async fn close(&self) {
        self.idle.lock().take();
        // Fails only when it was closed before, and then there is nobody to wait for.
        let _all = self.places.acquire_many(self.readers).await;
        self.places.close();
    }

    fn take(&self) -> Result<Connection, ReadError> {
        let idle = self.idle.lock().as_mut().ok_or(ReadError::Closed)?.pop();
        match idle {
            Some(connection) => Ok(connection),
            None => Ok(self.database.reader()?),
        }
    }

    fn give_back(&self, connection: Connection) {
        // A transaction left open would show its old snapshot to whoever comes next.
        if !connection.is_autocommit() {
            return;
        }
        if let Some(idle) = self.idle.lock().as_mut()
            && idle.len() < IDLE_PER_READER * self.readers as usize
        {
            idle.push(connection);
        }
    }
}
