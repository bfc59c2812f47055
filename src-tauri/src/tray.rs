//! The tray: how many deliveries are under way, and the way back to a window that was closed to it.
//!
//! Many desktops have none, some only after a while, and it may go. Without one nothing is hidden: closing the window ends
//! the depot, and a window that is hidden when the tray goes is shown.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use depot_app::{Actor, App, DepotAnswer, DepotQuery, Language, Topic};
use tauri::menu::{Menu, MenuItem};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::badge;
use crate::desktop::{Depot, Opened};
use crate::window;
use crate::words::{Spoken, Words, words};

const OPEN: &str = "tray.open";
const QUIT: &str = "tray.quit";

/// How long a start with the system waits for a tray before it shows its window: desktops start things side by side.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the tray.
#[derive(Default)]
pub(crate) struct Tray {
    /// Somebody keeps a tray.
    is_kept: AtomicBool,
    /// The depot's icon was made. It stays, and comes back with a tray that went.
    is_made: AtomicBool,
}

#[derive(Clone)]
struct Icon {
    icon: TrayIcon<Wry>,
    open: MenuItem<Wry>,
    count: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

impl Tray {
    /// Whether a window that is closed can be found again.
    pub(crate) fn is_there(&self) -> bool {
        self.is_kept.load(Ordering::Acquire) && self.is_made.load(Ordering::Acquire)
    }
}

/// Shows the depot in the tray of this desktop as long as there is one, and the window unless it is `wanted_hidden`.
pub(crate) fn show(app: &AppHandle, wanted_hidden: bool) {
    let asked = watcher::is_there();
    came_or_went(app, asked == Some(true));
    if !wanted_hidden || asked.is_none() {
        window::show(app);
    } else if asked == Some(false) {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            if !app.state::<Tray>().is_there() {
                window::show(&app);
            }
        });
    } else if !app.state::<Tray>().is_there() {
        // There is one, and the icon could not be made.
        window::show(app);
    }
    if asked.is_some() {
        watcher::watch(app);
    }
}

fn came_or_went(app: &AppHandle, is_kept: bool) {
    let tray = app.state::<Tray>();
    let was_kept = tray.is_kept.swap(is_kept, Ordering::AcqRel);
    if is_kept && !tray.is_made.load(Ordering::Acquire) {
        // The library that draws it on Linux is looked for only now, and panics where it is not installed.
        match catch_unwind(AssertUnwindSafe(|| make(app))) {
            Ok(Ok(icon)) => {
                tray.is_made.store(true, Ordering::Release);
                let (depots, spoken) = (app.state::<Depot>().follow(), app.state::<Spoken>().follow());
                tauri::async_runtime::spawn(follow(icon, depots, spoken));
            }
            Ok(Err(error)) => tracing::warn!(%error, "there is a tray, and the depot cannot be shown in it"),
            Err(_) => tracing::warn!("there is a tray, and no library to show the depot in it"),
        }
    }
    if was_kept && !is_kept && window::main(app).is_some_and(|main| !main.is_visible().unwrap_or(true)) {
        window::show(app);
    }
}

fn make(app: &AppHandle) -> tauri::Result<Icon> {
    let open = MenuItem::with_id(app, OPEN, "Eroad Depot", true, None::<&str>)?;
    let count = MenuItem::with_id(app, "tray.count", "", false, None::<&str>)?;
    let quit = MenuItem::with_id(app, QUIT, "", true, None::<&str>)?;
    let menu = Menu::with_items(app, &[&open, &count, &quit])?;
    let icon = TrayIconBuilder::with_id("depot").menu(&menu).icon(badge::icon_with(0));
    let icon = icon.on_menu_event(|app, event| {
        if event.id() == OPEN {
            window::show(app);
        } else if event.id() == QUIT {
            app.exit(0);
        }
    });
    Ok(Icon { icon: icon.build(app)?, open, count, quit })
}

async fn follow(icon: Icon, mut depots: watch::Receiver<Opened>, mut spoken: watch::Receiver<Language>) {
    loop {
        let opened = depots.borrow_and_update().clone();
        tokio::select! {
            () = follow_depot(&icon, opened.ok(), &mut spoken) => {}
            changed = depots.changed() => if changed.is_err() { return },
        }
    }
}

/// Never ends.
async fn follow_depot(icon: &Icon, app: Option<App>, spoken: &mut watch::Receiver<Language>) {
    let Some(app) = app else { return std::future::pending().await };
    let mut changes = app.subscribe();
    loop {
        let words = words(*spoken.borrow_and_update());
        match active(&app).await {
            Some(active) => {
                if let Err(error) = icon.tell(active, words) {
                    tracing::warn!(%error, "the tray does not show the deliveries under way");
                }
            }
            None => tracing::warn!("the deliveries under way could not be counted"),
        }
        loop {
            let change = tokio::select! {
                change = changes.recv() => change,
                _ = spoken.changed() => break,
            };
            match change {
                Ok(change)
                    if !change.topics.iter().any(|t| matches!(t, Topic::Deliveries | Topic::Depot)) => {}
                Ok(_) | Err(RecvError::Lagged(_)) => break,
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }
}

async fn active(app: &App) -> Option<u32> {
    let answered = app.query(&Actor::desk(), DepotQuery::Board { day: None }).await.ok()?;
    let DepotAnswer::Board(board) = answered.answer else { return None };
    Some(board.counts.in_transit + board.counts.out_for_delivery)
}

impl Icon {
    fn tell(&self, active: u32, words: &Words) -> tauri::Result<()> {
        let text = (words.active)(active);
        self.open.set_text(words.open)?;
        self.count.set_text(&text)?;
        self.quit.set_text(words.quit)?;
        self.icon.set_tooltip(Some(format!("Eroad Depot: {text}")))?;
        // A Mac has room for it beside the icon. Elsewhere there is none, or only on some desktops.
        if cfg!(target_os = "macos") {
            return self.icon.set_title((active > 0).then(|| active.to_string()));
        }
        self.icon.set_icon(Some(badge::icon_with(active)))
    }
}

/// On Linux a tray is somebody on the session's bus.
#[cfg(target_os = "linux")]
mod watcher {
    use tauri::AppHandle;
    use zbus::blocking::Connection;
    use zbus::blocking::fdo::DBusProxy;

    const NAME: &str = "org.kde.StatusNotifierWatcher";

    /// Whether there is a tray now; `None` where there never will be one.
    pub(super) fn is_there() -> Option<bool> {
        let asked =
            Connection::session().and_then(|bus| Ok(DBusProxy::new(&bus)?.name_has_owner(NAME.try_into()?)?));
        asked.ok()
    }

    /// Tells from now on when it comes and goes.
    pub(super) fn watch(app: &AppHandle) {
        let app = app.clone();
        std::thread::spawn(move || {
            if let Err(error) = follow(&app) {
                tracing::warn!(%error, "nobody will tell when a tray comes or goes");
            }
        });
    }

    fn follow(app: &AppHandle) -> zbus::Result<()> {
        let bus = Connection::session()?;
        let proxy = DBusProxy::new(&bus)?;
        let changes = proxy.receive_name_owner_changed_with_args(&[(0, NAME)])?;
        // What happened before this thread listened.
        let mut is_there = proxy.name_has_owner(NAME.try_into()?)?;
        tell(app, is_there);
        for change in changes {
            is_there = change.args()?.new_owner().is_some();
            tell(app, is_there);
        }
        Ok(())
    }

    /// Icons are made, and windows shown, on the thread of the windows.
    fn tell(app: &AppHandle, is_there: bool) {
        let on_main = app.clone();
        if let Err(error) = app.run_on_main_thread(move || super::came_or_went(&on_main, is_there)) {
            tracing::warn!(%error, "a tray came or went unseen");
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod watcher {
    pub(super) const fn is_there() -> Option<bool> {
        Some(true)
    }

    pub(super) const fn watch(_: &tauri::AppHandle) {}
}
