//! What the system tells in the depot's name. Who clicks on it gets the window, at the delivery that it was about.
//!
//! What is worth telling, and that nothing is told twice, is the desk's to know.

use std::sync::Arc;

use tauri::{AppHandle, State};

#[cfg(target_os = "linux")]
pub(crate) use linux::Notices;

/// One notice.
pub(crate) struct Notice {
    title: String,
    body: String,
    /// The delivery it is about.
    delivery: Option<String>,
}

/// Tells something by way of the system. That a desktop has nobody who shows it is no fault of the depot's.
#[tauri::command]
pub(crate) async fn notify(
    window: AppHandle,
    notices: State<'_, Arc<Notices>>,
    title: String,
    body: String,
    delivery_id: Option<String>,
) -> Result<(), ()> {
    let (notices, notice) = (Arc::clone(&notices), Notice { title, body, delivery: delivery_id });
    match tauri::async_runtime::spawn_blocking(move || notices.tell(&window, &notice)).await {
        Ok(Ok(())) => {}
        Ok(Err(reason)) => tracing::warn!(reason, "the system showed no notification"),
        Err(error) => tracing::error!(%error, "the system showed no notification"),
    }
    Ok(())
}

/// By the interface that every desktop on Linux has for it.
#[cfg(target_os = "linux")]
mod linux {
    use std::collections::{BTreeMap, HashMap};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    use tauri::{AppHandle, Emitter as _};
    use zbus::MatchRule;
    use zbus::blocking::{Connection, MessageIterator};
    use zbus::message::Type;
    use zbus::zvariant::Value;

    use super::Notice;
    use crate::menu::CHOSEN;

    const NAME: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";
    const SHOWN_AS_LONG_AS_THE_DESKTOP_LIKES: i32 = -1;
    /// Of how many it is remembered what they were about.
    const REMEMBERED_MOST: usize = 200;

    /// What was told, for when somebody clicks on it.
    #[derive(Default)]
    pub(crate) struct Notices {
        bus: Mutex<Option<Connection>>,
        about: Arc<Mutex<BTreeMap<u32, Option<String>>>>,
    }

    impl Notices {
        pub(super) fn tell(&self, window: &AppHandle, notice: &Notice) -> Result<(), String> {
            let bus = self.bus(window).map_err(|error| error.to_string())?;
            let number = tell(&bus, notice).map_err(|error| error.to_string())?;
            let mut about = locked(&self.about);
            about.insert(number, notice.delivery.clone());
            if about.len() > REMEMBERED_MOST {
                about.pop_first();
            }
            Ok(())
        }

        /// One connection for all: clicks come to the one that told.
        fn bus(&self, window: &AppHandle) -> zbus::Result<Connection> {
            let mut kept = locked(&self.bus);
            if let Some(bus) = &*kept {
                return Ok(bus.clone());
            }
            let bus = Connection::session()?;
            let clicks = MatchRule::builder()
                .msg_type(Type::Signal)
                .interface(NAME)?
                .member("ActionInvoked")?
                .path(PATH)?
                .build();
            let clicks = MessageIterator::for_match_rule(clicks, &bus, None)?;
            let (window, about) = (window.clone(), Arc::clone(&self.about));
            std::thread::spawn(move || {
                for click in clicks.flatten() {
                    if let Ok((number, _)) = click.body().deserialize::<(u32, String)>() {
                        clicked(&window, &about, number);
                    }
                }
            });
            *kept = Some(bus.clone());
            Ok(bus)
        }
    }

    fn clicked(window: &AppHandle, about: &Mutex<BTreeMap<u32, Option<String>>>, number: u32) {
        // Another program's, or one of ours that was clicked on before.
        let Some(about) = locked(about).remove(&number) else { return };
        crate::window::show(window);
        if let Some(delivery) = about
            && let Err(error) = window.emit(CHOSEN, format!("show.{delivery}"))
        {
            tracing::warn!(%error, "the desk was not led to what a notification was about");
        }
    }

    fn tell(bus: &Connection, notice: &Notice) -> zbus::Result<u32> {
        let can: Vec<String> =
            bus.call_method(Some(NAME), PATH, Some(NAME), "GetCapabilities", &())?.body().deserialize()?;
        let can = |what: &str| can.iter().any(|one| one == what);
        let body = if can("body-markup") { without_markup(&notice.body) } else { notice.body.clone() };
        // A slice and not an array, which would travel as a structure, and be refused.
        let click: &[&str] = if can("actions") { &["default", ""] } else { &[] };
        let hints: HashMap<&str, Value<'_>> = HashMap::new();
        let icon = "eroad-depot";
        let message = (
            "Eroad Depot",
            0_u32,
            icon,
            &notice.title,
            body,
            click,
            hints,
            SHOWN_AS_LONG_AS_THE_DESKTOP_LIKES,
        );
        bus.call_method(Some(NAME), PATH, Some(NAME), "Notify", &message)?.body().deserialize()
    }

    /// A name may hold letters that would mean something.
    fn without_markup(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Elsewhere a library does it, and nobody tells of clicks.
#[cfg(not(target_os = "linux"))]
#[derive(Default)]
pub(crate) struct Notices;

#[cfg(not(target_os = "linux"))]
impl Notices {
    fn tell(&self, _: &AppHandle, notice: &Notice) -> Result<(), String> {
        let Notice { title, body, delivery: _ } = notice;
        let shown = notify_rust::Notification::new().appname("Eroad Depot").summary(title).body(body).show();
        shown.map(drop).map_err(|error| error.to_string())
    }
}
