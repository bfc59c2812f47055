//! Starts the desktop application: one window over the embedded desk. Holds no rule of the depot.

// No console window beside the app on Windows; in debug builds it shows the log.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tauri::{AppHandle, Manager};

const MAIN_WINDOW: &str = "main";

/// Runs one delivery depot from one desktop.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The folder the depot's data is kept in, instead of the usual one.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match require_display().and_then(|()| open_window(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("eroad-depot: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn open_window(options: &Options) -> Result<(), String> {
    let mut builder = tauri::Builder::default();
    // A second start shows the window that is open already. Another data folder is another depot, with its own window.
    if options.data_dir.is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| show_main_window(app)));
    }
    builder
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .run(tauri::generate_context!())
        .map_err(|error| format!("the window could not be opened: {error}"))
}

fn show_main_window(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN_WINDOW) {
        // A window that cannot be raised is still open; there is nothing better to do.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Says in words what the windowing library would otherwise panic about.
#[cfg(target_os = "linux")]
fn require_display() -> Result<(), String> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") {
        return Ok(());
    }
    Err("there is no display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set.\n\
         On a machine without a screen, `depotd serve` runs the same depot for browsers."
        .to_owned())
}

#[cfg(not(target_os = "linux"))]
fn require_display() -> Result<(), String> {
    Ok(())
}
