//! `cargo xtask run`: the depot on this machine, in its window, or for browsers where there is no display.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::process;
use crate::setup::{self, Purpose};
use crate::ui;
use crate::workspace::{self, APP, DAEMON, EVERYTHING};

/// The database of the depot that this command once kept apart from the window's, below the user's data folder.
const FORMER_DATABASE: &str = "app.eroad.depot/depot.sqlite3";
/// What the daemon prints before the address that signs a browser in.
const SIGN_IN_AT: &str = "sign in at ";

pub(crate) fn run(is_release: bool, args: &[String]) -> Result<(), Failure> {
    let has_display = has_display(cfg!(target_os = "linux"), |name| env::var_os(name));
    let (purpose, binary) = if has_display { (Purpose::Window, APP) } else { (Purpose::Serve, DAEMON) };
    setup::set_up(purpose)?;
    ui::build()?;
    let mut build = process::cargo(&["build"]);
    build.args(EVERYTHING).args(["--bin", binary]);
    if is_release {
        build.arg("--release");
    }
    process::run(&mut build)?;

    let mut depot = Command::new(workspace::binary(binary, is_release)?);
    if has_display { process::run(depot.args(args)) } else { serve(&mut depot, args) }
}

/// Every desktop but Linux's always has a display.
fn has_display(is_linux: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_set = |name| variable(name).is_some_and(|value| !value.is_empty());
    !is_linux || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Runs the daemon to its end, and says in plain words where to look once it says where it listens.
fn serve(daemon: &mut Command, args: &[String]) -> Result<(), Failure> {
    // Without --data-dir the daemon serves the folder that the window opens.
    let names_folder = args.iter().any(|arg| arg == "--data-dir" || arg.starts_with("--data-dir="));
    if let Some(former) = former_depot().filter(|_| !names_folder) {
        eprintln!(
            "An earlier version of this command kept a depot in {former}. To open that one:\n    cargo xtask run -- --data-dir {former}",
            former = former.display()
        );
    }
    daemon.args(["serve", "--sign-in-link"]).args(args).stdout(Stdio::piped());
    let mut running =
        daemon.spawn().map_err(|error| Failure::new(format!("{DAEMON} could not be started: {error}")))?;
    let printed = running.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
    for line in printed.map_while(Result::ok) {
        match line.strip_prefix(SIGN_IN_AT) {
            None => eprintln!("{line}"),
            Some(address) => eprintln!(
                "\nThere is no display here, so the depot runs without its window.\n\
                 Open this address in a browser on this machine:\n\n    {address}\n\n\
                 Ctrl+C stops the depot."
            ),
        }
    }
    let status = running.wait().map_err(|error| Failure::new(format!("{DAEMON} was lost: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{DAEMON} ended with {status}"))) }
}

fn former_depot() -> Option<PathBuf> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = set("XDG_DATA_HOME").or_else(|| Some(set("HOME")?.join(".local/share")))?;
    let database = base.join(FORMER_DATABASE);
    database.is_file().then(|| database.parent().map(Path::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_has_a_display_when_either_kind_is_named() {
        let only = |wanted: &'static str| move |name: &str| (name == wanted).then(|| OsString::from(":0"));
        assert!(has_display(true, only("DISPLAY")));
        assert!(has_display(true, only("WAYLAND_DISPLAY")));
        assert!(!has_display(true, only("SHELL")));
    }

    #[test]
    fn an_empty_variable_names_no_display() {
        assert!(!has_display(true, |_| Some(OsString::new())));
    }

    #[test]
    fn other_systems_always_have_one() {
        assert!(has_display(false, |_| None));
    }
}
