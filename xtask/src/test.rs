//! `cargo xtask test`: everything built, then every test there is. What needs no running code is `check`'s.

use std::process::Command;

use crate::failure::Failure;
use crate::process;
use crate::setup::{self, Purpose};
use crate::steps::Steps;
use crate::tools::{self, SCHEMATHESIS};
use crate::ui;
use crate::workspace::{self, APP, DAEMON, EVERYTHING};

pub(crate) fn test(steps: &mut Steps) -> Result<(), Failure> {
    steps.take("set up this machine", || setup::set_up(Purpose::Test))?;
    steps
        .take("install what makes requests from the document", || tools::installed(SCHEMATHESIS).map(drop))?;
    steps.take("build the UI", ui::build)?;
    steps.take("check the UI's types", || ui::npm(&["run", "typecheck"]))?;
    steps.take("lint the UI", || ui::npm(&["run", "lint"]))?;
    steps.take("test the UI", || ui::npm(&["test"]))?;
    // Binaries and tests in one go: built apart, they would differ in the features of shared dependencies.
    steps.take("build the binaries and the tests", || {
        process::run(process::cargo(&["build", "--bins", "--tests"]).args(EVERYTHING))
    })?;
    steps.take("test the Rust code, the browser and the window", test_rust)?;
    steps.take("test the examples in the docs", || {
        process::run(process::cargo(&["test", "--doc"]).args(EVERYTHING))
    })
}

fn test_rust() -> Result<(), Failure> {
    // Compiling nextest takes longer than it saves, so it is used where it is installed.
    let has_nextest = process::succeeds(&mut process::cargo(&["nextest", "--version"]));
    let mut tests = if has_nextest {
        process::cargo(&["nextest", "run", "--no-fail-fast"])
    } else {
        process::cargo(&["test", "--no-fail-fast", "--lib", "--bins", "--tests"])
    };
    process::run(name_programs(tests.args(EVERYTHING))?)
}

/// Tells the acceptance tests which programs they drive. A variable that is set already is left alone, so that they
/// can be pointed at a release build or another browser.
fn name_programs(tests: &mut Command) -> Result<&mut Command, Failure> {
    let programs = [
        ("DEPOTD_BIN", Some(workspace::binary(DAEMON, false)?)),
        ("EROAD_DEPOT_BIN", Some(workspace::binary(APP, false)?)),
        ("CHROMIUM_BIN", process::find(&["chromium", "chromium-browser", "google-chrome"])),
        ("WEBKIT_DRIVER_BIN", process::find(&["WebKitWebDriver"])),
        ("SCHEMATHESIS_BIN", Some(tools::installed(SCHEMATHESIS)?)),
        ("UI_DIR", Some(workspace::ui())),
    ];
    for (variable, path) in programs {
        if let Some(path) = path.filter(|_| std::env::var_os(variable).is_none()) {
            tests.env(variable, path);
        }
    }
    Ok(tests)
}
