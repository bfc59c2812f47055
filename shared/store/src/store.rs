//! The store as callers see it: opens the folder, starts the threads, and hands work to them. Writes nothing itself.

use std::{
    fmt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    chain, checkpoint,
    connection::Database,
    durable::Durable,
    error::{OpenError, ReadError, WorkError, WriteError, is_damage},
    folder::{Folder, missing},
    job::Command,
    log,
    options::StoreOptions,
    readers::{Length, Readers},
    rewrite,
    schema::{self, Migration},
    syncing::{Syncer, Syncing},
    unit::Unit,
    writer::{Checkpoints, Message, Writer},
};

/// An open store. Clones share it; `C` is what the writer's thread remembers between works.
///
/// The caches are made anew with `C::default()` whenever they may be ahead of the disk, so an empty one must always
/// be right, only slower. A work that refuses before it writes must leave them as it found them.
///
/// Dropping the last clone closes the store as well, but blocks the thread until what was accepted is done.
pub struct Store<C> {
    shared: Arc<Shared<C>>,
}

struct Shared<C> {
    /// `None` only while being dropped.
    queue: Option<mpsc::Sender<Message<C>>>,
    readers: Arc<Readers>,
    head: Arc<AtomicU64>,
    commits: Arc<AtomicU64>,
    /// Nothing is ever sent: it ends when every thread has ended, the writer last.
    ended: watch::Receiver<()>,
    threads: Vec<JoinHandle<()>>,
    folder: Mutex<Option<Folder>>,
    database: Database,
}

impl<C> Clone for Store<C> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<C> fmt::Debug for Store<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("head", &self.head()).finish_non_exhaustive()
    }
}

impl<C: Default + Send + 'static> Store<C> {
    /// Opens the database in a folder, makes both where they are missing, and brings the schema up to date with the
    /// store's and the application's migrations, in the order of their ids.
    ///
    /// # Errors
    /// When the folder is held by another process, unfit for a database or not writable, when the file is newer
    /// than the program or damaged, or when a migration fails.
    pub fn open(options: StoreOptions, migrations: &[Migration]) -> Result<Self, OpenError> {
        let folder = Folder::prepare(&options)?;
        let database = Database::new(folder.database.clone(), &options);
        let turn = folder
            .wait_for_turn()
            .map_err(|source| OpenError::NotWritable { folder: options.folder.clone(), source })?;
        let connection = connect(&database, migrations, &folder.remains)
            .map_err(|error| corrupt(error, database.file()))?;
        database.note_files(folder.lock_file());
        drop(turn);
        let (head, durable) = (Arc::new(AtomicU64::new(0)), Arc::new(Durable::default()));
        let readers = Arc::new(Readers::new(database.clone(), options.readers, Arc::clone(&durable)));
        let (running, ended) = watch::channel(());
        let (helping, mut helpers) = watch::channel(());
        let doubt = Arc::new(AtomicBool::new(false));
        let syncer = Syncer::new(database.clone(), Arc::clone(&head), Arc::clone(&doubt));
        let mut threads = Vec::new();
        let (syncing, checkpoints) = match options.rehearse {
            Some(commits) => {
                let commits = u64::from(commits);
                (Syncing::in_turn(syncer), Checkpoints::Every { commits, doubt })
            }
            None => {
                let (syncing, thread) =
                    Syncing::beside(syncer, helping.clone()).map_err(OpenError::Thread)?;
                threads.push(thread);
                let signal = Arc::new(checkpoint::Signal::default());
                let to_thread = (Arc::clone(&signal), doubt);
                let thread = checkpoint::start(database.clone(), to_thread, helping.clone());
                threads.push(thread.map_err(OpenError::Thread)?);
                (syncing, Checkpoints::Beside(signal))
            }
        };
        drop(helping);
        let shared = (Arc::clone(&head), durable);
        let writer = Writer::new(database.clone(), connection, shared, (syncing, checkpoints))?;
        let commits = writer.counter();
        let (queue, commands) = mpsc::channel(options.queue.max(1));
        let batch = options.batch;
        let at_end = database.clone();
        // Has the writer wait for two things at once; it drives nothing.
        let waiting = tokio::runtime::Builder::new_current_thread().build().map_err(OpenError::Thread)?;
        let writer = thread::Builder::new()
            .name("depot-writer".to_owned())
            .spawn(move || {
                let _running = running;
                let connection = writer.run(&waiting, commands, batch);
                waiting.block_on(async { while helpers.changed().await.is_ok() {} });
                checkpoint::finish(&at_end, connection);
            })
            .map_err(OpenError::Thread)?;
        threads.push(writer);
        let (queue, folder) = (Some(queue), Mutex::new(Some(folder)));
        Ok(Self {
            shared: Arc::new(Shared { queue, readers, head, commits, ended, threads, folder, database }),
        })
    }

    /// Runs work on the writer's thread, in the transaction of its batch, and returns when that is committed and on the disk.
    /// Waits for a place in the queue first.
    ///
    /// What fails undoes nothing but itself. For that, work may run again after everything that it did was rolled back,
    /// because another one of its batch failed, or the batch before: it should have no effect but on the unit and the
    /// caches.
    ///
    /// Dropping the future before the work was queued withdraws it; dropping it later does not.
    ///
    /// # Errors
    /// See [`WriteError`]. Work that ran after another's write in a batch whose commit failed gets that failure even
    /// if it refused: what it refused upon may not be stored.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, WriteError<E>>
    where
        F: Fn(&mut Unit<'_>, &mut C) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: WorkError,
    {
        let queue = self.shared.queue.as_ref().ok_or(WriteError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let job = Message::Job(Box::new(Command::new(work, reply)));
        queue.send(job).await.map_err(|_| WriteError::Closed)?;
        answer.await.unwrap_or_else(|_| Err(writer_ended()))
    }

    /// [`write`](Self::write) for callers without a runtime.
    ///
    /// # Errors
    /// As `write`.
    ///
    /// # Panics
    /// When called on a thread that runs asynchronous tasks, which it would block.
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, WriteError<E>>
    where
        F: Fn(&mut Unit<'_>, &mut C) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: WorkError,
    {
        let queue = self.shared.queue.as_ref().ok_or(WriteError::Closed)?;
        let (reply, answer) = oneshot::channel();
        let job = Message::Job(Box::new(Command::new(work, reply)));
        queue.blocking_send(job).map_err(|_| WriteError::Closed)?;
        answer.blocking_recv().unwrap_or_else(|_| Err(writer_ended()))
    }

    /// Runs a read on a thread for blocking work, with a read-only connection. It sees every write acknowledged
    /// before it began, and returns when what it saw is on the disk (or its commit failed). Each statement has a snapshot
    /// of its own; for one over several, open a transaction. Dropping the future interrupts the read.
    ///
    /// # Errors
    /// The work's own, or a [`ReadError`] when it could not run, panicked, or the store is closed.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<ReadError> + Send + 'static,
    {
        self.shared.readers.read(Length::Short, work).await
    }

    /// [`read`](Self::read) for work of seconds, such as a whole table as a file. Few of them run at once, and none takes the
    /// place of a short read.
    ///
    /// # Errors
    /// As `read`.
    pub async fn read_long<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<ReadError> + Send + 'static,
    {
        self.shared.readers.read(Length::Long, work).await
    }

    /// [`read`](Self::read) on the calling thread: for look-ups of microseconds, and for callers without a runtime. It waits
    /// for no disk: what it saw may be lost in a power cut that comes in the next moment. A panic of the work goes through to the caller.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_now<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Connection) -> Result<T, E>,
        E: From<ReadError>,
    {
        self.shared.readers.read_now(work)
    }

    /// Leaves nothing in the files of what was deleted: writes the database anew and empties the write-ahead log. Writes wait
    /// meanwhile. What the file system keeps of a file's former blocks is beyond it.
    ///
    /// # Errors
    /// When SQLite fails, or somebody reads all the time; what was deleted may still be there then.
    pub async fn scrub(&self) -> Result<(), ReadError> {
        let queue = self.shared.queue.as_ref().ok_or(ReadError::Closed)?;
        let (reply, answer) = oneshot::channel();
        queue.send(Message::Scrub(reply)).await.map_err(|_| ReadError::Closed)?;
        Ok(answer.await.map_err(|_| ReadError::Closed)??)
    }

    /// [`scrub`](Self::scrub) for callers without a runtime.
    ///
    /// # Errors
    /// As `scrub`.
    pub fn scrub_blocking(&self) -> Result<(), ReadError> {
        let queue = self.shared.queue.as_ref().ok_or(ReadError::Closed)?;
        let (reply, answer) = oneshot::channel();
        queue.blocking_send(Message::Scrub(reply)).map_err(|_| ReadError::Closed)?;
        Ok(answer.blocking_recv().map_err(|_| ReadError::Closed)??)
    }

    /// Stops taking work, finishes what was accepted, empties the write-ahead log and releases the folder. Writes and
    /// reads that come later are told that the store is closed. Closing twice does no harm.
    pub async fn close(&self) {
        if let Some(queue) = &self.shared.queue {
            // Refused when it is closed already; then only the end is waited for.
            let _ = queue.send(Message::Close).await;
        }
        self.shared.readers.close().await;
        let mut ended = self.shared.ended.clone();
        while ended.changed().await.is_ok() {}
        self.shared.folder.lock().take();
    }
}

impl<C> Store<C> {
    /// The highest sequence on the disk; 0 for an empty log.
    pub fn head(&self) -> u64 {
        self.shared.head.load(Ordering::Acquire)
    }

    /// Checks that the database, SQLite's files beside it and the folder's lock are where they were at opening. Writes
    /// check this by themselves.
    ///
    /// # Errors
    /// One was removed, moved or exchanged, see [`crate::is_gone`].
    pub fn check_files(&self) -> Result<(), ReadError> {
        Ok(self.shared.database.check_files()?)
    }

    /// How many transactions were committed since the store was opened; each costs a sync of the log.
    pub fn commits(&self) -> u64 {
        self.shared.commits.load(Ordering::Relaxed)
    }
}

impl<C> Drop for Shared<C> {
    fn drop(&mut self) {
        // Without senders the writer finishes what is queued and ends, and the checkpoints end with it.
        self.queue.take();
        let this = thread::current().id();
        // Work may own the last clone, and a thread cannot wait for itself.
        if self.threads.iter().any(|thread| thread.thread().id() == this) {
            return;
        }
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store panicked");
            }
        }
    }
}

fn connect(
    database: &Database,
    migrations: &[Migration],
    remains: &[&'static str],
) -> Result<Connection, OpenError> {
    let mut connection = database.writer()?;
    if !remains.is_empty() && schema::applied_steps(&connection)? == 0 {
        return Err(missing(database.file(), remains));
    }
    rewrite::again(&connection)?;
    schema::migrate(&mut connection, migrations)?;
    database.settle(&connection)?;
    let newest = log::newest(&connection, &log::Wanted::default(), 2)?;
    if let Some(last) = newest.first() {
        let previous = newest.get(1).map_or(chain::GENESIS, |event| event.hash);
        if chain::link_of(&previous, last) != last.hash {
            let reason = format!("event {} does not match its hash", last.sequence);
            return Err(OpenError::Corrupt { file: database.file().to_owned(), reason });
        }
    }
    Ok(connection)
}

/// Tells a damaged file from other failures.
fn corrupt(error: OpenError, file: &Path) -> OpenError {
    if let OpenError::Storage(source) = &error
        && is_damage(source)
    {
        return OpenError::Corrupt { file: file.to_owned(), reason: source.to_string() };
    }
    error
}

fn writer_ended<E>() -> WriteError<E> {
    WriteError::Unknown("the writer ended before it answered".to_owned())
}
