//! `cargo xtask check`: format, lints, docs, generated files and the dependency policy. Runs no test.

use crate::bindings;
use crate::failure::Failure;
use crate::process;
use crate::setup::{self, Purpose};
use crate::steps::Steps;
use crate::tools::{self, Tool};
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
    // Advisories come from a repository that is not everywhere within reach, and change without a change of ours.
    steps.take("check licences and sources of the dependencies", || {
        run(tools::DENY, &["check", "bans", "licenses", "sources"])
    })?;
    steps.take("look for dependencies that nothing uses", || run(tools::SHEAR, &[]))
}

fn run(tool: Tool, args: &[&str]) -> Result<(), Failure> {
    let program = tools::installed(tool)?;
    process::run(process::program(&program.to_string_lossy()).args(args))
}
