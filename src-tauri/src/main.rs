//! Starts the desktop application: the depot, its window, and the endpoint where that is switched on.

// No console window beside the app on Windows; in debug builds it shows the log.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod autostart;
mod badge;
mod desktop;
mod exports;
mod menu;
mod native;
mod notices;
mod restore;
mod tray;
mod window;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, LazyLock};

use clap::Parser;
use depot_app::{Language, default_folder};
use tauri::{Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

use desktop::Depot;
use exports::Exports;
use notices::Notices;
use tray::Tray;
use words::Spoken;

/// Runs one delivery depot from one desktop.
#[derive(Clone, Parser)]
#[command(version)]
struct Options {
    /// The folder the depot's data is kept in, instead of the usual one.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// A setting for this run, as KEY=VALUE; may be given several times.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    settings: Vec<String>,
    /// Begin without showing the window, where there is a tray to open it from.
    #[arg(long)]
    in_tray: bool,
}

fn main() -> ExitCode {
    LazyLock::force(&desktop::STARTED);
    depot_server::process::keep_files_private();
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
    let folder = options.data_dir.clone().unwrap_or_else(default_folder);
    let mut builder = tauri::Builder::default();
    // A second start shows the window that is open already. Another data folder is another depot, with its own window.
    if options.data_dir.is_none() {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| window::show(app)));
    }
    #[cfg(not(target_os = "linux"))]
    {
        let launcher = tauri_plugin_autostart::MacosLauncher::LaunchAgent;
        builder = builder.plugin(tauri_plugin_autostart::init(launcher, Some(vec![autostart::ARGUMENT])));
    }
    let options = options.clone();
    let window = builder
        // Not whether it was shown: one that was closed to the tray is shown by the next start.
        .plugin(
            tauri_plugin_window_state::Builder::default()
                .with_state_flags(StateFlags::all() - StateFlags::VISIBLE)
                .build(),
        )
        .invoke_handler(tauri::generate_handler![
            desktop::execute,
            desktop::query,
            exports::export,
            exports::show_export,
            native::native_state,
            native::set_autostart,
            native::open_data_folder,
            notices::notify,
            restore::choose_backup,
            restore::find_backups,
            restore::inspect_backup,
            restore::begin_new_depot,
            restore::restore_backup,
            window::print,
            window::set_look,
        ])
        .manage(Exports::default())
        .manage(Arc::new(Notices::default()))
        .manage(Tray::default())
        .manage(options.clone())
        .on_menu_event(|window, event| menu::chosen(window, &event))
        .on_window_event(window::close_to_tray)
        .register_asynchronous_uri_scheme_protocol("depot-file", |context, request, responder| {
            let app = context.app_handle().clone();
            tauri::async_runtime::spawn(async move {
                responder.respond(desktop::file(app, request.uri().path()).await);
            });
        })
        .setup(move |app| {
            window::open(app.handle())?;
            // Here and not before, so that a second start has ended by now and leaves the folder alone.
            let depot = tauri::async_runtime::block_on(Depot::open(folder, options.settings));
            depot.tell_of_changes(app.handle().clone());
            let spoken = depot.app().map_or(Language::English, |depot| depot.settings().depot.language);
            app.manage(Spoken::new(spoken));
            app.manage(depot);
            menu::follow(app.handle());
            tray::show(app.handle(), options.in_tray);
            end_when_told(app.handle().clone());
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| format!("the window could not be opened: {error}"))?;
    window.run(|app, event| {
        if let RunEvent::Exit = event {
            tauri::async_runtime::block_on(app.state::<Depot>().close());
        }
    });
    Ok(())
}

/// Ends in order when the session ends or somebody asks by a signal: the log is sealed then.
fn end_when_told(app: tauri::AppHandle) {
    tauri::async_runtime::spawn(async move {
        match depot_server::process::stop_signal() {
            Ok(stopped) => {
                stopped.await;
                app.exit(0);
            }
            Err(error) => tracing::warn!(%error, "signals are not listened for"),
        }
    });
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
