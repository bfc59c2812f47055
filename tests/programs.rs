//! Where the programs are that the tests drive: named by `cargo xtask test`, or found beside the test itself.

use std::path::{Path, PathBuf};

const REMEDY: &str = "`cargo xtask test` builds and installs everything that the tests need";

/// The depot without a window.
#[must_use]
pub fn depotd() -> PathBuf {
    named("DEPOTD_BIN").or_else(|| beside_the_test("depotd")).unwrap_or_else(|| missing("the program depotd"))
}

/// The desktop.
#[must_use]
pub fn desktop_app() -> PathBuf {
    let found = named("EROAD_DEPOT_BIN").or_else(|| beside_the_test("eroad-depot"));
    found.unwrap_or_else(|| missing("the program eroad-depot"))
}

/// A browser.
#[must_use]
pub fn chromium() -> PathBuf {
    let found = named("CHROMIUM_BIN");
    let found =
        found.or_else(|| ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|n| in_path(n)));
    found.unwrap_or_else(|| missing("the browser Chromium"))
}

/// Drives the window.
#[must_use]
pub fn webkit_driver() -> PathBuf {
    let found = named("WEBKIT_DRIVER_BIN").or_else(|| in_path("WebKitWebDriver"));
    found.unwrap_or_else(|| missing("WebKitWebDriver"))
}

/// A display without a screen.
#[must_use]
pub fn xvfb() -> PathBuf {
    in_path("Xvfb").unwrap_or_else(|| missing("Xvfb"))
}

/// Presses keys and looks for windows on a display.
#[must_use]
pub fn xdotool() -> PathBuf {
    in_path("xdotool").unwrap_or_else(|| missing("xdotool"))
}

/// Makes requests from an OpenAPI document.
#[must_use]
pub fn schemathesis() -> PathBuf {
    named("SCHEMATHESIS_BIN").or_else(in_tools).unwrap_or_else(|| missing("Schemathesis"))
}

/// Where `cargo xtask test` puts it, whatever its version.
fn in_tools() -> Option<PathBuf> {
    let tools = std::fs::read_dir(workspace().join("target/tools")).ok()?;
    let mut programs = tools.filter_map(|tool| Some(tool.ok()?.path().join("bin/schemathesis")));
    programs.find(|program| program.is_file())
}

/// Lets programs of one session find each other.
#[must_use]
pub fn dbus_daemon() -> PathBuf {
    in_path("dbus-daemon").unwrap_or_else(|| missing("dbus-daemon"))
}

/// Runs the browser's scripts.
#[must_use]
pub fn node() -> PathBuf {
    in_path("node").unwrap_or_else(|| missing("Node"))
}

/// The folder of the UI with its packages.
#[must_use]
pub fn ui() -> PathBuf {
    let folder = named("UI_DIR").unwrap_or_else(|| workspace().join("ui"));
    if folder.join("node_modules/playwright-core").is_dir() {
        return folder;
    }
    missing("the UI's npm packages")
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

fn named(variable: &str) -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os(variable)?);
    assert!(path.exists(), "{variable} names {}, which is not there; {REMEDY}", path.display());
    Some(path)
}

/// Tests lie in `target/debug/deps`, programs one above.
fn beside_the_test(name: &str) -> Option<PathBuf> {
    let test = std::env::current_exe().ok()?;
    let found = test.parent()?.parent()?.join(name);
    found.is_file().then_some(found)
}

fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn missing(what: &str) -> ! {
    panic!("{what} is missing: {REMEDY}")
}
