//! What the desktop has and a browser has not: the data folder in its file manager, and a start with the system. The pages
//! ask for it by these commands; whether they may is in `permissions`.

use std::process::Command;

use depot_app::{AppError, Code, Problem};
use serde::Serialize;
use tauri::{AppHandle, State};

use crate::desktop::Depot;
use crate::tray::Tray;
use crate::{Options, autostart, window};

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
pub(crate) fn set_autostart(window: AppHandle, options: State<'_, Options>, on: bool) -> Result<(), Problem> {
    autostart::set(&window, options.data_dir.as_deref(), on).map_err(|reason| {
        let detail = format!("The system does not let the depot change its start ({reason})");
        AppError::new(Code::Unavailable, detail).into()
    })
}

/// Shows the data folder in the system's file manager.
#[tauri::command]
pub(crate) fn open_data_folder(depot: State<'_, Depot>) -> Result<(), Problem> {
    let app = depot.app()?;
    window::hand_over(Command::new(window::opener()).arg(app.folder())).map_err(|reason| {
        AppError::new(Code::Unavailable, format!("The system opens no folder ({reason})")).into()
    })
}
