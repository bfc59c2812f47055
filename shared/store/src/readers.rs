//! The connections for reading. Bounds how many reads run at once, short and long ones apart, and interrupts those whose
//! caller is gone. Knows nothing of what they read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::{connection::Database, durable::Durable, error::ReadError};

const READERS_MAX: usize = 1024;
/// Inline reads come on top of those that have a place, and want a connection at hand as well.
const IDLE_PER_READER: usize = 2;

/// Long reads that run at once. They have places of their own, so that no number of them keeps short ones waiting.
const LONG_READS_MAX: u32 = 2;
/// After how many steps of SQLite's virtual machine a read looks whether its caller is gone: about a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;

/// How long a read takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// Milliseconds.
    Short,
    /// Seconds, because it reads a whole table.
    Long,
}

/// Read-only connections, opened when needed and kept up to a number.
#[derive(Debug)]
pub(crate) struct Readers {
    database: Database,
    /// `None` once closed.
    idle: Mutex<Option<Vec<Connection>>>,
    readers: u32,
    places: Arc<Semaphore>,
    long_places: Arc<Semaphore>,
    durable: Arc<Durable>,
}

/// Interrupts the read whose caller holds it, when it is dropped.
struct Interrupt(Arc<AtomicBool>);

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Readers {
    pub(crate) fn new(database: Database, readers: usize, durable: Arc<Durable>) -> Self {
        let readers = u32::try_from(readers.clamp(1, READERS_MAX)).unwrap_or(1);
        let places = Arc::new(Semaphore::new(readers as usize));
        let long_places = Arc::new(Semaphore::new(LONG_READS_MAX as usize));
        Self { database, idle: Mutex::new(Some(Vec::new())), readers, places, long_places, durable }
    }

    /// Runs a read on the runtime's blocking threads, once one of the places is free. What it saw is on the disk when it
    /// returns, or its commit failed. It is interrupted when this future is dropped.
    pub(crate) async fn read<T, E, F>(self: &Arc<Self>, length: Length, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<ReadError> + Send + 'static,
    {
        let places = match length {
            Length::Short => &self.places,
            Length::Long => &self.long_places,
        };
        let place = Arc::clone(places).acquire_owned().await.map_err(|_| ReadError::Closed)?;
        let readers = Arc::clone(self);
        let is_over = Arc::new(AtomicBool::new(false));
        let _interrupt = Interrupt(Arc::clone(&is_over));
        let read = tokio::task::spawn_blocking(move || {
            let _place = place;
            let result = readers.read_until(is_over, work);
            (result, readers.durable.seen())
        });
        let (result, seen) = read
            .await
            .map_err(|error| if error.is_panic() { ReadError::Panicked } else { ReadError::Closed })?;
        self.durable.reached(seen).await;
        result
    }

    /// Runs a read on the calling thread until `is_over`; its next statement fails as interrupted then.
    fn read_until<T, E, F>(&self, is_over: Arc<AtomicBool>, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E>,
        E: From<ReadError>,
    {
        if is_over.load(Ordering::Relaxed) {
            return Err(ReadError::Interrupted.into());
        }
        self.read_now(|connection| {
            let look = move || is_over.load(Ordering::Relaxed);
            connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(look)).map_err(ReadError::from)?;
            let result = work(connection);
            connection.progress_handler(0, None::<fn() -> bool>).map_err(ReadError::from)?;
            result
        })
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
        let _all_long = self.long_places.acquire_many(LONG_READS_MAX).await;
        self.places.close();
        self.long_places.close();
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
