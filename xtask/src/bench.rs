//! `cargo xtask bench`: measures the way of a command, from `execute` to its durable commit.

use crate::failure::Failure;
use crate::process;

pub(crate) fn bench(args: &[String]) -> Result<(), Failure> {
    // One package rather than the workspace: a measurement wants the release profile, in which the window takes minutes.
    // Nothing is set up: a C compiler for SQLite is all it needs, and whoever measures has built before.
    process::run(process::cargo(&["bench", "--package", "depot-app", "--bench", "execute", "--"]).args(args))
}
