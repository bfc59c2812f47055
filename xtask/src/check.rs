//! `cargo xtask check`: format, lints, docs, generated files and the dependency policy. Runs no test.

use crate::bindings;
use crate::failure::Failure;
use crate::process;
use crate::setup::{self, Purpose};
use crate::steps::Steps;
use crate::ui;
use crate::workspace::EVERYTHING;

pub(crate) fn check(steps: &mut Steps) -> Result<(), Failure> {
    steps
        .take("set up what the checks need", || setup::set_up(Purpose::Window).and_then(|()| ui::build()))?;
    steps.take("check the format", || process::run(&mut process::cargo(&["fmt", "--all", "--check"])))?;
    steps.take("lint the Rust code", || {
        process::run(
            process::cargo(&["clippy", "--all-targets"]).args(EVERYTHING).args(["--", "-D", "warnings"]),
        )
    })?;
    steps.take("build the docs", || {
        process::run(
            process::cargo(&["doc", "--no-deps"]).args(EVERYTHING).env("RUSTDOCFLAGS", "-D warnings"),
        )
    })?;
    steps.take("compare the bindings with the Rust types", bindings::compare)?;
    check_dependencies(steps)
}

fn check_dependencies(steps: &mut Steps) -> Result<(), Failure> {
    let name = "check licences and sources of the dependencies";
    if !process::succeeds(&mut process::cargo(&["deny", "--version"])) {
        steps.skip(name, "cargo-deny is not installed");
        return Ok(());
    }
    // Advisories come from a repository that is not everywhere within reach, and change without a change of ours.
    steps.take(name, || process::run(&mut process::cargo(&["deny", "check", "bans", "licenses", "sources"])))
}
