//! Where the log goes: for programs as JSON into the data folder, for people onto standard error.
//!
//! What goes into it is each caller's choice, and never a body, a token, a cookie, a query string or a name.

mod budget;
mod rolling;

use std::io::{self, BufWriter};
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use self::rolling::RollingFile;

pub(crate) use self::budget::LogBudget;

/// How much is gathered before it is written. Whenever nothing more waits, what was gathered is written at once.
const BUFFER_BYTES: usize = 64 * 1024;

/// What is logged unless `RUST_LOG` says otherwise.
const EVERYTHING: &str = "info";
/// What people are shown unless `RUST_LOG` says otherwise: not every request.
const FOR_PEOPLE: &str = "info,depot_server::layers=warn";

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Its folder cannot be written to.
    #[error("cannot write the log to {folder}: {source}")]
    Folder {
        /// The folder of the log.
        folder: String,
        /// What the system says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Keeps the log going; what was logged last is written when it is dropped.
#[must_use = "the log ends when this is dropped"]
pub struct Log {
    _writer: WorkerGuard,
}

/// Begins the log of the depot in `folder`. Where the process has a log already, that one stays.
///
/// # Errors
/// The log's folder cannot be written to.
pub fn start(folder: &Path) -> Result<Log, LogError> {
    let folder = folder.join("logs");
    let failed = |source| LogError::Folder { folder: folder.display().to_string(), source };
    std::fs::create_dir_all(&folder).map_err(|error| failed(error.into()))?;
    let files = RollingFile::open(&folder).map_err(|error| failed(error.into()))?;
    // A disk that is slow or full must not hold up requests: what does not fit into the buffer is lost.
    let (writer, guard) = tracing_appender::non_blocking(BufWriter::with_capacity(BUFFER_BYTES, files));
    let for_programs =
        tracing_subscriber::fmt::layer().json().with_writer(writer).with_filter(filter(EVERYTHING));
    let for_people = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_target(false)
        .with_filter(filter(FOR_PEOPLE));
    let subscriber = tracing_subscriber::registry().with(for_programs).with(for_people);
    if subscriber.try_init().is_err() {
        tracing::debug!("this process has a log already");
    }
    Ok(Log { _writer: guard })
}

fn filter(unless_told: &str) -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(unless_told))
}
