//! What the desktop has and a browser has not: notifications of the system, the data folder in its file manager, and a
//! start with the system. The pages ask for it by these commands; whether they may is in `permissions`.

use std::path::Path;
use std::process::Command;

use depot_app::{AppError, Code, Problem};
use serde::Serialize;
use tauri::{AppHandle, State};

use crate::autostart;
use crate::desktop::Depot;
use crate::tray::Tray;

/// What this desktop can do, and what is chosen of it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NativeState {
    /// Whether there is a tray to close the window to.
    tray: bool,
    /// Whether the depot starts with the system; unknown where the system does not tell.
    autostart: Option<bool>,
}

/// Says what this desktop can do.
#[tauri::command]
pub(crate) fn native_state(window: AppHandle, tray: State<'_, Tray>) -> NativeState {
    NativeState { tray: tray.is_there(), autostart: autostart::is_on(&window) }
}

/// Has the depot start with the system, or no longer.
#[tauri::command]
pub(crate) fn set_autostart(window: AppHandle, on: bool) -> Result<(), Problem> {
    autostart::set(&window, on).map_err(|reason| {
        let detail = format!("The system does not let the depot change its start ({reason})");
        AppError::new(Code::Unavailable, detail).into()
    })
}

/// Tells something by way of the system. That a desktop has nobody who shows it is no fault of the depot's.
#[tauri::command]
pub(crate) async fn notify(title: String, body: String) {
    match tauri::async_runtime::spawn_blocking(move || tell(&title, &body)).await {
        Ok(Ok(())) => {}
        Ok(Err(reason)) => tracing::debug!(reason, "the system showed no notification"),
        Err(error) => tracing::debug!(%error, "the system showed no notification"),
    }
}

/// By the interface that every desktop on Linux has for it.
#[cfg(target_os = "linux")]
fn tell(title: &str, body: &str) -> Result<(), String> {
    use std::collections::HashMap;

    use zbus::zvariant::Value;

    const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
    const SHOWN_AS_LONG_AS_THE_DESKTOP_LIKES: i32 = -1;
    let (actions, hints): ([&str; 0], HashMap<&str, Value<'_>>) = ([], HashMap::new());
    let message = (
        "Eroad Depot",
        0_u32,
        "eroad-depot",
        title,
        body,
        actions,
        hints,
        SHOWN_AS_LONG_AS_THE_DESKTOP_LIKES,
    );
    let told = zbus::blocking::Connection::session().and_then(|bus| {
        let path = "/org/freedesktop/Notifications";
        bus.call_method(Some(NOTIFICATIONS), path, Some(NOTIFICATIONS), "Notify", &message).map(drop)
    });
    told.map_err(|error| error.to_string())
}

#[cfg(not(target_os = "linux"))]
fn tell(title: &str, body: &str) -> Result<(), String> {
    let shown = notify_rust::Notification::new().appname("Eroad Depot").summary(title).body(body).show();
    shown.map(drop).map_err(|error| error.to_string())
}

/// Shows the data folder in the system's file manager.
#[tauri::command]
pub(crate) fn open_data_folder(depot: State<'_, Depot>) -> Result<(), Problem> {
    let mut started = file_manager(depot.app()?.folder())
        .spawn()
        .map_err(|error| AppError::new(Code::Unavailable, format!("The system opens no folder ({error})")))?;
    // Some stay until their window is closed; nobody waits for that but this thread.
    std::thread::spawn(move || started.wait());
    Ok(())
}

fn file_manager(folder: &Path) -> Command {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    let mut command = Command::new(program);
    command.arg(folder);
    command
}
