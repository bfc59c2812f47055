//! What the depot is measured beside: other event stores, each doing what the depot does, for as long as
//! `cargo xtask bench -- peers` tells it to.
//!
//! A client of each reads `MILLISECONDS CLIENTS` from its input, has so many clients work for so long, each waiting for its
//! answer, and prints `DONE MICROSECONDS P50 P99`: how much they did, how long it took, and two percentiles of the latency in
//! microseconds. Whatever fails ends it, for a rate of failures says nothing.

mod cqrs;
mod slices;
mod uma;

use std::error::Error;
use std::process::ExitCode;

/// As in `depotd`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What anything here may fail with.
type Failure = Box<dyn Error + Send + Sync>;

const USAGE: &str = "usage:
  peers cqrs-es DATABASE_URL           cqrs-es in an empty PostgreSQL database
  peers umadb URL                      UmaDB's client
  peers umadb-server ARGUMENTS         UmaDB's server, with its own arguments";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match carry_out(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("peers: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(args: &[&str]) -> Result<(), Failure> {
    match args {
        // It makes a runtime of its own.
        ["umadb-server", ..] => {
            let options = umadb::parse_cli_options(args).map_err(|error| error.to_string())?;
            umadb::start_server_with_cli_options(options).map_err(|error| error.to_string().into())
        }
        ["cqrs-es", url] => slices::answer(|| cqrs::open(url)),
        ["umadb", url] => slices::answer(|| uma::open(url)),
        _ => Err(USAGE.into()),
    }
}
