//! The tray: how many deliveries are under way, and the way back to a window that was closed to it.
//!
//! Many desktops have none. Then nothing is shown, and closing the window ends the depot.

use std::panic::{AssertUnwindSafe, catch_unwind};

use depot_app::{Actor, App, DepotAnswer, DepotQuery, Topic};
use tauri::menu::{Menu, MenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Wry};
use tokio::sync::broadcast::error::RecvError;

use crate::words::{Words, words};

const OPEN: &str = "tray.open";
const QUIT: &str = "tray.quit";

/// The tray, where there is one.
pub(crate) struct Tray {
    shown: Option<Shown>,
}

#[derive(Clone)]
struct Shown {
    icon: TrayIcon<Wry>,
    open: MenuItem<Wry>,
    count: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

impl Tray {
    /// Shows the depot in the tray of this desktop, if it has one.
    pub(crate) fn show(window: &AppHandle) -> Self {
        if !is_one_here() {
            return Self { shown: None };
        }
        // The library that draws it on Linux is looked for only now, and panics where it is not installed.
        let built = catch_unwind(AssertUnwindSafe(|| build(window)));
        let shown = match built {
            Ok(Ok(shown)) => Some(shown),
            Ok(Err(error)) => {
                tracing::warn!(%error, "there is a tray, and the depot cannot be shown in it");
                None
            }
            Err(_) => {
                tracing::warn!("there is a tray, and no library to show the depot in it");
                None
            }
        };
        Self { shown }
    }

    /// Whether a window that is closed can be found again.
    pub(crate) const fn is_there(&self) -> bool {
        self.shown.is_some()
    }

    /// Tells how many deliveries are under way, from now on.
    pub(crate) fn follow(&self, app: &App) {
        if let Some(shown) = self.shown.clone() {
            tauri::async_runtime::spawn(follow(shown, app.clone()));
        }
    }
}

fn build(window: &AppHandle) -> tauri::Result<Shown> {
    let open = MenuItem::with_id(window, OPEN, "Eroad Depot", true, None::<&str>)?;
    let count = MenuItem::with_id(window, "tray.count", "", false, None::<&str>)?;
    let quit = MenuItem::with_id(window, QUIT, "", true, None::<&str>)?;
    let menu = Menu::with_items(window, &[&open, &count, &quit])?;
    let mut builder = TrayIconBuilder::with_id("depot").menu(&menu).on_menu_event(|window, event| {
        if event.id() == OPEN {
            crate::show_main_window(window);
        } else if event.id() == QUIT {
            window.exit(0);
        }
    });
    if let Some(icon) = window.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    Ok(Shown { icon: builder.build(window)?, open, count, quit })
}

async fn follow(shown: Shown, app: App) {
    let mut changes = app.subscribe();
    loop {
        let words = words(app.settings().depot.language);
        match active(&app).await {
            Some(active) => {
                if let Err(error) = shown.tell(active, words) {
                    tracing::warn!(%error, "the tray does not show the deliveries under way");
                }
            }
            None => tracing::warn!("the deliveries under way could not be counted"),
        }
        loop {
            match changes.recv().await {
                Ok(change)
                    if !change.topics.iter().any(|t| matches!(t, Topic::Deliveries | Topic::Depot)) => {}
                Ok(_) | Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return,
            }
        }
    }
}

async fn active(app: &App) -> Option<u32> {
    let answered = app.query(&Actor::desk(), DepotQuery::Board {}).await.ok()?;
    let DepotAnswer::Board(board) = answered.answer else { return None };
    Some(board.counts.in_transit + board.counts.out_for_delivery)
}

impl Shown {
    fn tell(&self, active: u32, words: &Words) -> tauri::Result<()> {
        let text = (words.active)(active);
        self.open.set_text(words.open)?;
        self.count.set_text(&text)?;
        self.quit.set_text(words.quit)?;
        // Beside the icon where there is room for it, else where the pointer rests.
        self.icon.set_title((active > 0).then(|| active.to_string()))?;
        self.icon.set_tooltip(Some(format!("Eroad Depot: {text}")))
    }
}

/// On Linux a tray is somebody on the session's bus.
#[cfg(target_os = "linux")]
fn is_one_here() -> bool {
    let asked = zbus::blocking::Connection::session().and_then(|bus| {
        let names = zbus::blocking::fdo::DBusProxy::new(&bus)?;
        Ok(names.name_has_owner("org.kde.StatusNotifierWatcher".try_into()?)?)
    });
    asked.unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
const fn is_one_here() -> bool {
    true
}
