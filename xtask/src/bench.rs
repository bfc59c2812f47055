//! `cargo xtask bench`: measures commands, requests, growth, replay, the desk, the window and others' stores, and writes what it
//! found into the document on speed.

use std::fs;

use crate::failure::Failure;
use crate::process;
use crate::setup::{self, Purpose};
use crate::ui;
use crate::workspace;

const DOCUMENT: &str = "docs/performance.md";

/// How many deliveries the desk is measured with, unless told otherwise.
const DELIVERIES: &str = "100000";

pub(crate) fn bench(args: &[String]) -> Result<(), Failure> {
    if let [what, rest @ ..] = args
        && what == "desk"
    {
        return bench_desk(rest.first().map_or(DELIVERIES, String::as_str));
    }
    if args == ["window"] {
        return bench_window();
    }
    if args == ["peers"] {
        return bench_peers();
    }
    // One package rather than the workspace: a measurement wants the release profile, in which the window takes minutes.
    // Nothing is set up: a C compiler for SQLite is all it needs, and whoever measures has built before.
    let mut bench = process::cargo(&["bench", "--package", "depot-server", "--bench", "measure", "--"]);
    bench.args(args);
    // Figures of a quick look, or of one section, are for the one who looks.
    if !args.iter().any(|argument| argument == "--quick" || argument == "--only") {
        bench.arg("--into").arg(workspace::root().join(DOCUMENT));
    }
    process::run(&mut bench)
}

#[cfg(target_os = "linux")]
fn bench_window() -> Result<(), Failure> {
    crate::bench_window::bench()
}

#[cfg(not(target_os = "linux"))]
fn bench_window() -> Result<(), Failure> {
    Err(Failure::new("The window is measured on Linux alone, which tells what each process takes."))
}

#[cfg(target_os = "linux")]
fn bench_peers() -> Result<(), Failure> {
    crate::bench_peers::bench()
}

#[cfg(not(target_os = "linux"))]
fn bench_peers() -> Result<(), Failure> {
    Err(Failure::new("Others are measured on Linux alone, which tells what each process takes."))
}

/// Measures the desk in a browser, at a depot that is generated once for each number of deliveries.
fn bench_desk(deliveries: &str) -> Result<(), Failure> {
    setup::set_up(Purpose::Test)?;
    ui::build()?;
    process::run(&mut process::cargo(&[
        "build",
        "--profile",
        "bench",
        "--package",
        "depot-server",
        "--bin",
        "depotd",
    ]))?;
    let depotd = workspace::root().join("target/release/depotd");
    let folder = workspace::root().join("target/bench-desk").join(deliveries);
    if !folder.exists() {
        // Complete before it bears its name, so that one broken off is not measured later.
        let unfinished = folder.with_extension("unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        let mut generate = process::program(&depotd.to_string_lossy());
        generate.arg("generate").arg("--data-dir").arg(&unfinished).args([
            "--deliveries",
            deliveries,
            "--seed",
            "1",
        ]);
        process::run(&mut generate)?;
        fs::rename(&unfinished, &folder).map_err(|error| Failure::at(&folder, &error))?;
    }
    let mut measure = process::program("npx");
    measure.current_dir(workspace::ui()).args(["vitest", "run", "--config", "e2e/measure.config.ts"]);
    measure.env("FOLDER", &folder).env("DELIVERIES", deliveries).env("DEPOTD_BIN", &depotd);
    process::run(&mut measure)
}
