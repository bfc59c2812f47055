//! The one window: how it opens, how it is shown again, and that it stays with the desk's own pages.

use std::process::Command;

use depot_app::{AppError, Code, Language, Problem};
use serde::Deserialize;
use tauri::webview::NewWindowResponse;
use tauri::{
    AppHandle, Manager, State, Theme, Url, WebviewWindow, WebviewWindowBuilder, Window, WindowEvent,
};

use crate::desktop::Depot;
use crate::tray::Tray;
use crate::words::Spoken;

pub(crate) const MAIN_WINDOW: &str = "main";

/// Opens it, hidden, as `tauri.conf.json` describes it.
pub(crate) fn open(app: &AppHandle) -> tauri::Result<()> {
    let Some(described) = app.config().app.windows.iter().find(|window| window.label == MAIN_WINDOW) else {
        return Err(tauri::Error::WindowNotFound);
    };
    WebviewWindowBuilder::from_config(app, described)?
        // Whatever a page may lead to, the window stays with the desk; there is no way back from elsewhere.
        .on_navigation(|url| is_of_the_desk(url) || !open_outside(url))
        .on_new_window(|url, _| {
            open_outside(&url);
            NewWindowResponse::Deny
        })
        .build()?;
    Ok(())
}

/// Shows it, and brings it to the front.
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = main(app) {
        // A window that cannot be raised is still open; there is nothing better to do.
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

pub(crate) fn main(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(MAIN_WINDOW)
}

/// A window that is closed to the tray is only hidden, where that was chosen and there is a tray to find it in.
pub(crate) fn close_to_tray(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    let depot = window.state::<Depot>();
    let is_chosen = depot.app().is_ok_and(|app| app.settings().window.close_to_tray);
    if is_chosen && window.state::<Tray>().is_there() && window.hide().is_ok() {
        api.prevent_close();
    }
}

/// The colours that somebody chose for the desk.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Scheme {
    Light,
    Dark,
}

/// Gives the frame and the menus the colours of the desk, without any the system's, and its language.
#[tauri::command]
pub(crate) fn set_look(
    window: WebviewWindow,
    spoken: State<'_, Spoken>,
    scheme: Option<Scheme>,
    language: Language,
) -> Result<(), Problem> {
    spoken.set(language);
    let theme = scheme.map(|scheme| match scheme {
        Scheme::Light => Theme::Light,
        Scheme::Dark => Theme::Dark,
    });
    window.set_theme(theme).map_err(|error| AppError::new(Code::Unavailable, error.to_string()).into())
}

/// Opens the system's dialog to print the page that is on show.
#[tauri::command]
pub(crate) fn print(window: WebviewWindow) -> Result<(), Problem> {
    window.print().map_err(|error| AppError::new(Code::Unavailable, error.to_string()).into())
}

/// The desk's pages are embedded, or come from the server that develops them.
fn is_of_the_desk(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    url.scheme() == "tauri"
        || host == "tauri.localhost"
        || (cfg!(dev) && host == "localhost")
        || url.scheme() == "about"
}

/// Hands an address to the system's browser. Says whether it was one of the web: nothing else is opened.
fn open_outside(url: &Url) -> bool {
    if !matches!(url.scheme(), "http" | "https") {
        tracing::warn!(scheme = url.scheme(), "a link leads to what is not opened from here");
        return true;
    }
    if let Err(reason) = hand_over(Command::new(opener()).arg(url.as_str())) {
        tracing::warn!(reason, "the system opens no address");
    }
    true
}

/// What opens files, folders and addresses as the person at this machine likes them opened.
pub(crate) const fn opener() -> &'static str {
    if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    }
}

/// Starts another program and leaves it alone.
pub(crate) fn hand_over(program: &mut Command) -> Result<(), String> {
    let mut started = program.spawn().map_err(|error| error.to_string())?;
    // Some stay until their window is closed; nobody waits for that but this thread.
    std::thread::spawn(move || started.wait());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_pages_are_the_desk() {
        let is_ours = |url: &str| is_of_the_desk(&url.parse().unwrap());
        assert!(is_ours("tauri://localhost/fleet"));
        assert!(is_ours("http://tauri.localhost/"));
        assert!(!is_ours("https://example.org/tauri.localhost"));
        assert!(!is_ours("depot-file://localhost/ab12"));
        assert!(!is_ours("http://localhost:5000/"));
    }
}
