//! `cargo xtask bench`: measures commands, requests, growth and replay, and writes what it found into the document on speed.

use crate::failure::Failure;
use crate::process;
use crate::workspace;

const DOCUMENT: &str = "docs/performance.md";

pub(crate) fn bench(args: &[String]) -> Result<(), Failure> {
    // One package rather than the workspace: a measurement wants the release profile, in which the window takes minutes.
    // Nothing is set up: a C compiler for SQLite is all it needs, and whoever measures has built before.
    let mut bench = process::cargo(&["bench", "--package", "depot-server", "--bench", "measure", "--"]);
    bench.args(args);
    // Figures of a quick look are for the one who looks.
    if !args.iter().any(|argument| argument == "--quick") {
        bench.arg("--into").arg(workspace::root().join(DOCUMENT));
    }
    process::run(&mut bench)
}
