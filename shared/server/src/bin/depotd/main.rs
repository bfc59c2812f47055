//! `depotd`: the depot without a window. Reads its arguments and does one task; the work is the libraries'.

mod args;
mod erase;
mod maintain;
mod prove;
mod serve;
mod token;

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use depot_app::{App, AppOptions, RestoreOptions, Settings};

use crate::args::{Arguments, FolderArguments, SettingsArguments, Task, TokenTask};

/// A request is some hundred small pieces of memory, and the system's allocator takes a fifth of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    depot_server::process::keep_files_private();
    // Clap says what is wrong with the arguments itself, and exits with 2.
    match run(Arguments::parse().task).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nothing is left to be done when even this cannot be said.
            let _ = writeln!(io::stderr(), "depotd: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Serve(arguments) => serve::serve(arguments).await,
        Task::Token(TokenTask::Create { folder, role, name, driver }) => {
            token::create(&folder, role, name, driver).await
        }
        Task::Token(TokenTask::List { folder }) => token::list(&folder).await,
        Task::Token(TokenTask::Revoke { folder, token }) => token::revoke(&folder, &token).await,
        Task::Generate(arguments) => maintain::generate(&arguments).await,
        Task::Rebuild(folder) => maintain::rebuild(&folder).await,
        Task::Verify(folder) => maintain::verify(&folder).await,
        Task::Proof { delivery, folder, to } => prove::proof(delivery, &folder, to).await,
        Task::CheckProof { proof, key } => prove::check(&proof, key.as_deref()),
        Task::Erase(task) => erase::erase(task).await,
        Task::Backup { folder, to } => maintain::backup(&folder, to),
        Task::Restore { backup, folder, keep_access, foreign } => {
            maintain::restore(&backup, &folder, &RestoreOptions { keep_access, foreign })
        }
        Task::Settings(arguments) => maintain::settings(&arguments),
    }
}

/// Why a task was not done, as a sentence.
#[derive(Debug)]
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Writes a line to standard output, where another program may wait for it.
fn say(line: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn settings_of(SettingsArguments { folder, set }: &SettingsArguments) -> Result<Settings, Failure> {
    Ok(Settings::load(&folder.folder(), std::env::vars(), set)?)
}

/// Opens the depot; `exclusive` where nobody else may have it open.
fn open(folder: &FolderArguments, settings: Settings, exclusive: bool) -> Result<App, Failure> {
    let options = AppOptions { exclusive, ..AppOptions::new(folder.folder(), settings) };
    Ok(App::open(options)?)
}

/// Opens the depot with the settings that it has.
fn open_as_it_is(folder: &FolderArguments, exclusive: bool) -> Result<App, Failure> {
    let settings = Settings::load(&folder.folder(), std::env::vars(), &[])?;
    open(folder, settings, exclusive)
}
