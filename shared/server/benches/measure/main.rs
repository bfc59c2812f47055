//! What the depot costs: commands, requests, growth, and the reading of its whole log, each beside what the machine could do
//! at best.
//!
//! Everything that is compared is measured in one run, slice by slice in an order that rotates, so that a machine that is
//! slower for a while is slower for both. `--rounds N` changes how many slices there are, `--only SECTION` measures one of
//! them, `--quick` measures small depots to see that everything runs, and `--into FILE` puts the figures into a document,
//! between its markers.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails by panicking")]

mod client;
mod commands;
mod document;
mod growth;
mod measure;
mod raw;
mod replay;
mod requests;
mod slices;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use depot_app::{App, AppOptions, Settings};
use tokio::runtime::Runtime;

/// As in `depotd`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
struct Plan {
    /// Slices of each row.
    rounds: usize,
    /// Deliveries of the depots that growth is told by; each has about ten events.
    deliveries: Vec<u32>,
}

/// Where the figures stand in a document.
const PLACE: (&str, &str) = ("<!-- figures: written by `cargo xtask bench` -->", "<!-- end of figures -->");

type Section = fn(&Runtime, &Path, &Plan) -> String;

const SECTIONS: [(&str, Section); 3] =
    [("commands", commands::measure), ("requests", requests::measure), ("growth", growth::measure)];

fn main() {
    if let Some(folder) = argument("--memory") {
        return growth::tell_memory(Path::new(&folder));
    }
    if let Some(folder) = argument("--slices") {
        return slices::of_commands(Path::new(&folder));
    }
    if let Some(address) = argument("--slices-at") {
        let path = argument("--path").unwrap();
        return slices::of_requests(&address, &path, argument("--token").as_deref());
    }
    let quick = std::env::args().any(|argument| argument == "--quick");
    let rounds = argument("--rounds").map_or(if quick { 2 } else { 9 }, |rounds| rounds.parse().unwrap());
    let deliveries = if quick { vec![300, 1_000, 3_000] } else { vec![1_000, 10_000, 100_000] };
    let plan = Plan { rounds, deliveries };
    // Beside the program rather than in the system's folder for temporary files, which may lie in memory.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let began = Instant::now();
    let mut told = String::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let only = argument("--only");
    for (name, section) in SECTIONS {
        if only.as_ref().is_some_and(|only| only != name) {
            continue;
        }
        let text = section(&runtime, folder.path(), &plan);
        println!("{text}");
        told.push_str(&text);
    }
    let machine = document::machine(folder.path());
    let seconds = began.elapsed().as_secs();
    let command = match &only {
        Some(only) => format!("cargo xtask bench -- --only {only}"),
        None if quick => "cargo xtask bench -- --quick".to_owned(),
        None => "cargo xtask bench".to_owned(),
    };
    let mut head = String::new();
    writeln!(head, "`{command}`, {plan} in {seconds} s, on {machine}.\n").unwrap();
    println!("{head}");
    if let Some(file) = argument("--into") {
        document::put(Path::new(&file), PLACE, &format!("{head}{told}"));
    }
}

impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rounds", self.rounds)
    }
}

/// What follows this argument.
fn argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// Opens a depot in which nobody runs into the rate limit.
fn open(runtime: &Runtime, folder: &Path) -> App {
    let _runtime = runtime.enter();
    let generous = ["limits.rate.permits=1000000".to_owned()];
    let settings = Settings::load(folder, std::iter::empty(), &generous).unwrap();
    App::open(AppOptions::new(folder, settings)).unwrap()
}
