//! `cargo xtask bundle`: the installable packages, made by the Tauri CLI the lockfile names.

use crate::failure::Failure;
use crate::process;
use crate::setup::{self, Purpose};
use crate::workspace;

pub(crate) fn bundle(args: &[String]) -> Result<(), Failure> {
    setup::set_up(Purpose::Window)?;
    let cli = workspace::ui().join("node_modules/@tauri-apps/cli/tauri.js");
    process::run(process::program("node").arg(cli).arg("build").args(args))
}
