//! The event log of a depot on SQLite: streams of versioned events, written by one thread that commits in groups,
//! read by a pool, linked by a hash chain.
//!
//! The store knows streams, versions and bytes. It knows no delivery, no driver and no rule: what a command means
//! is decided by the work handed to [`Store::write`], which runs inside the transaction of its events, so that the
//! application's tables and the log never disagree.
//!
//! | promise | kept by |
//! |---|---|
//! | an acknowledged write survives a power cut | answers go out after `COMMIT` and a sync of the log, as with `synchronous=FULL` |
//! | what a read showed does, too | it returns when the commits that it may have seen are synced |
//! | a failing work undoes nothing but itself | the batch is undone and run again, a savepoint a work |
//! | sequences have no gaps | one writer, which takes the next number inside the transaction |
//! | a changed, missing or swapped row is found | the hash chain ([`chain`]) |
//! | a log rewritten as a whole is found | seals signed with a key that is not in it ([`seal`]) |
//! | a table, index, trigger or view that is not the program's is found | the schema is made again and compared ([`aside`]) |
//! | a copy is whole, and its moment is one moment | [`backup`] |
//! | what is personal can be erased though no event changes | each stream has a secret that can be destroyed ([`subject`]) |
//! | an unclear commit is never reported as a failure | [`WriteError::Unknown`] |
//! | nothing is acknowledged once a file of the store is gone | device and inode are compared before each batch and before its answers |

mod checkpoint;
mod connection;
mod durable;
mod error;
mod event;
mod folder;
mod history;
mod job;
mod log_file;
mod options;
mod presence;
mod readers;
mod rewrite;
mod schema;
mod store;
mod streams;
mod syncing;
mod unit;
mod upcast;
mod writer;

pub mod aside;
pub mod backup;
pub mod chain;
pub mod log;
pub mod seal;
pub mod subject;
pub mod subscription;

pub use error::{AppendError, OpenError, ReadError, WorkError, WriteError, is_gone, is_interrupted};
pub use event::{Metadata, NewEvent, StoredEvent};
pub use folder::{DATABASE_FILE, Held, RESTORING_FILE, hold, read_file, sync_folder};
pub use options::{StoreOptions, Synchronous};
pub use rusqlite;
pub use schema::Migration;
pub use store::Store;
pub use unit::Unit;
pub use upcast::{UpcastError, Upcaster, UpcasterError, Upcasters};
