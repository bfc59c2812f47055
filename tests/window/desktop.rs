//! The parts of a desktop that the depot speaks with: a tray, somebody who shows notifications, a file manager. Each is what
//! programs find on the bus under its name, and keeps what it was told.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tokio::time::{Instant, sleep};
use zbus::Connection;
use zbus::fdo::DBusProxy;
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

use crate::session::Session;
use crate::window::{A_MOMENT, PATIENCE};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const WATCHER_PATH: &str = "/StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";
const NOTIFICATIONS: &str = "org.freedesktop.Notifications";
const NOTIFICATIONS_PATH: &str = "/org/freedesktop/Notifications";
const FILES: &str = "org.freedesktop.FileManager1";

/// A desktop on a session's bus.
pub(crate) struct Desktop {
    bus: Connection,
    seen: Arc<Mutex<Seen>>,
}

/// What a desktop was told.
#[derive(Default)]
struct Seen {
    /// The bus name and the path of every icon in the tray.
    icons: Vec<(String, String)>,
    notices: Vec<Notice>,
    shown_files: Vec<String>,
}

/// What somebody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) body: String,
}

/// An entry of the tray's menu.
#[derive(Debug)]
pub(crate) struct Entry {
    number: i32,
    pub(crate) label: String,
    pub(crate) is_enabled: bool,
}

impl Desktop {
    /// One with a file manager and with somebody who shows notifications.
    pub(crate) async fn without_a_tray(session: &Session) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let bus = zbus::connection::Builder::address(session.bus()).unwrap();
        let bus = bus.serve_at(WATCHER_PATH, Watcher(Arc::clone(&seen))).unwrap();
        let bus = bus.serve_at(NOTIFICATIONS_PATH, Notifications(Arc::clone(&seen))).unwrap();
        let bus = bus.serve_at("/org/freedesktop/FileManager1", Files(Arc::clone(&seen))).unwrap();
        let bus = bus.name(NOTIFICATIONS).unwrap().name(FILES).unwrap().build().await.unwrap();
        Self { bus, seen }
    }

    /// One that has a tray, too.
    pub(crate) async fn with_a_tray(session: &Session) -> Self {
        let desktop = Self::without_a_tray(session).await;
        desktop.put_up_tray().await;
        desktop
    }

    pub(crate) async fn put_up_tray(&self) {
        self.bus.request_name(WATCHER).await.unwrap();
    }

    pub(crate) async fn take_tray_away(&self) {
        self.seen.lock().unwrap().icons.clear();
        assert!(self.bus.release_name(WATCHER).await.unwrap());
    }

    /// Waits for the depot's icon in the tray.
    pub(crate) async fn icon(&self) -> Icon {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some((name, path)) = self.seen.lock().unwrap().icons.last().cloned() {
                return Icon { bus: self.bus.clone(), name, path };
            }
            assert!(Instant::now() < deadline, "no icon comes into the tray");
            sleep(A_MOMENT).await;
        }
    }

    /// Waits until so many notifications were shown, and gives all of them.
    pub(crate) async fn notices(&self, count: usize) -> Vec<Notice> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let notices = self.seen.lock().unwrap().notices.clone();
            if notices.len() >= count {
                return notices;
            }
            assert!(Instant::now() < deadline, "only {notices:?} were shown");
            sleep(A_MOMENT).await;
        }
    }

    /// Clicks on the notification of this number, from 1.
    pub(crate) async fn click_on_notice(&self, number: u32) {
        let told = SignalEmitter::new(&self.bus, NOTIFICATIONS_PATH).unwrap();
        Notifications::action_invoked(&told, number, "default").await.unwrap();
    }

    /// Waits until a file was shown in the file manager, and says which.
    pub(crate) async fn shown_file(&self) -> PathBuf {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(file) = self.seen.lock().unwrap().shown_files.pop() {
                return file.strip_prefix("file://").unwrap().replace("%20", " ").into();
            }
            assert!(Instant::now() < deadline, "no file is shown");
            sleep(A_MOMENT).await;
        }
    }
}

/// The depot's icon in the tray.
pub(crate) struct Icon {
    bus: Connection,
    name: String,
    path: String,
}

impl Icon {
    /// What it looks like, as PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        let file: String = self.property("IconName").await;
        let folder: String = self.property("IconThemePath").await;
        let file = PathBuf::from(folder).join(file);
        std::fs::read(file.with_extension("png")).or_else(|_| std::fs::read(&file)).unwrap()
    }

    /// Its menu.
    pub(crate) async fn menu(&self) -> Vec<Entry> {
        type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));
        let path: OwnedObjectPath = self.property("Menu").await;
        let everything: (i32, i32, Vec<&str>) = (0, -1, vec![]);
        let asked = self.bus.call_method(Some(&*self.name), &path, Some(MENU), "GetLayout", &everything);
        let (_, (_, _, entries)) = asked.await.unwrap().body().deserialize::<Layout>().unwrap();
        entries.into_iter().map(entry).collect()
    }

    /// Waits until its menu has an entry of this label.
    pub(crate) async fn entry(&self, label: &str) -> Entry {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let menu = self.menu().await;
            let labels: Vec<_> = menu.iter().map(|entry| entry.label.clone()).collect();
            if let Some(entry) = menu.into_iter().find(|entry| entry.label == label) {
                return entry;
            }
            assert!(Instant::now() < deadline, "the tray's menu has {labels:?}");
            sleep(A_MOMENT).await;
        }
    }

    /// Clicks on an entry of its menu.
    pub(crate) async fn choose(&self, label: &str) {
        let entry = self.entry(label).await;
        let path: OwnedObjectPath = self.property("Menu").await;
        let click = (entry.number, "clicked", Value::from(0_i32), 0_u32);
        self.bus.call_method(Some(&*self.name), &path, Some(MENU), "Event", &click).await.unwrap();
    }

    /// Waits until the program that it belongs to is gone.
    pub(crate) async fn until_gone(&self) {
        let everybody = DBusProxy::new(&self.bus).await.unwrap();
        let deadline = Instant::now() + PATIENCE;
        while everybody.name_has_owner(self.name.as_str().try_into().unwrap()).await.unwrap() {
            assert!(Instant::now() < deadline, "the program does not end");
            sleep(A_MOMENT).await;
        }
    }

    async fn property<T>(&self, name: &str) -> T
    where
        T: TryFrom<OwnedValue>,
        T::Error: std::fmt::Debug,
    {
        let properties = Some("org.freedesktop.DBus.Properties");
        let wanted = (ITEM, name);
        let asked = self.bus.call_method(Some(&*self.name), &*self.path, properties, "Get", &wanted);
        let value: OwnedValue = asked.await.unwrap().body().deserialize().unwrap();
        value.try_into().unwrap()
    }
}

fn entry(value: OwnedValue) -> Entry {
    let entry = Structure::try_from(value).unwrap();
    let [Value::I32(number), Value::Dict(said), _] = entry.fields() else { panic!("{entry:?} is no entry") };
    let label = said.get::<&str, &str>(&"label").unwrap().unwrap_or_default().to_owned();
    let is_enabled = said.get::<&str, bool>(&"enabled").unwrap().unwrap_or(true);
    Entry { number: *number, label, is_enabled }
}

struct Watcher(Arc<Mutex<Seen>>);

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        // The library on Debian gives its path, and comes by its own name.
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let icon = if service.starts_with('/') {
            (sender, service.to_owned())
        } else {
            (service.to_owned(), "/StatusNotifierItem".to_owned())
        };
        self.0.lock().unwrap().icons.push(icon);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().icons.iter().map(|(name, path)| format!("{name}{path}")).collect()
    }
}

struct Notifications(Arc<Mutex<Seen>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn get_capabilities(&self) -> Vec<String> {
        ["body", "body-markup", "actions"].map(str::to_owned).to_vec()
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let [name, vendor, version, spec] = ["acceptance", "tests", "1", "1.2"].map(str::to_owned);
        (name, vendor, version, spec)
    }

    #[expect(clippy::too_many_arguments, reason = "the interface's own")]
    fn notify(
        &self,
        _program: &str,
        _replaces: u32,
        _icon: &str,
        title: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _shown_ms: i32,
    ) -> u32 {
        assert_eq!(actions.first().map(String::as_str), Some("default"), "it can be clicked on");
        let mut seen = self.0.lock().unwrap();
        seen.notices.push(Notice { title, body });
        u32::try_from(seen.notices.len()).unwrap()
    }

    #[zbus(signal)]
    async fn action_invoked(told: &SignalEmitter<'_>, number: u32, action: &str) -> zbus::Result<()>;
}

struct Files(Arc<Mutex<Seen>>);

#[zbus::interface(name = "org.freedesktop.FileManager1")]
impl Files {
    fn show_items(&self, files: Vec<String>, _startup: &str) {
        self.0.lock().unwrap().shown_files.extend(files);
    }
}
