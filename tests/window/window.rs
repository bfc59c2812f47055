//! A window that is open: the display, the driver and the application behind it, and what a person does there.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::{Group, dbus_daemon, desktop_app, webkit_driver, xvfb};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than anything on the desk moves, toasts included.
const MOTION: Duration = Duration::from_secs(6);
const A_MOMENT: Duration = Duration::from_millis(100);

/// An open window. Everything behind it is gone when this is dropped.
pub(crate) struct Window {
    client: Client,
    display_name: String,
    // Dropped in this order: the driver closes the window while there is a display.
    _driver: Group,
    _display: Group,
}

impl Window {
    /// Opens the window of the depot in `folder`.
    pub(crate) async fn open(folder: &Path) -> Self {
        let args = [OsStr::new("--data-dir"), folder.as_os_str()];
        Self::open_with(&args, None).await
    }

    /// Starts the application with these arguments, in the session of somebody who has this bus and home, or neither.
    pub(crate) async fn open_with(args: &[&OsStr], session: Option<&Session>) -> Self {
        let (display, name) = open_display();
        let port = free_port();
        let mut driver = Command::new(webkit_driver());
        driver.arg(format!("--port={port}"));
        within_session(&mut driver, &name, session);
        // Without it the application refuses to be driven.
        driver.env("TAURI_WEBVIEW_AUTOMATION", "true");
        let driver = Group::start(&mut driver);
        let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        let options = json!({"binary": desktop_app(), "args": args});
        let mut wanted = Capabilities::new();
        wanted.insert("webkitgtk:browserOptions".to_owned(), options);
        let client = connect(&format!("http://127.0.0.1:{port}"), &wanted).await;
        Self { client, display_name: name, _driver: driver, _display: display }
    }

    /// Starts the application once more, on the same display in the same session.
    pub(crate) fn start_again(&self, session: &Session) -> Group {
        let mut again = Command::new(desktop_app());
        within_session(&mut again, &self.display_name, Some(session));
        Group::start(&mut again)
    }

    /// Waits until the page is on show, or is not.
    pub(crate) async fn until_shown(&self, shown: bool) {
        let wanted = if shown { "visible" } else { "hidden" };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = within(self.client.execute("return document.visibilityState", vec![])).await.unwrap();
            if state == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "the window stays {state}");
            sleep(A_MOMENT).await;
        }
    }

    /// Waits for the page with this heading.
    pub(crate) async fn heading(&self, text: &str) {
        self.find(&format!("//h1[normalize-space()='{text}']")).await;
    }

    /// Clicks what an XPath names.
    pub(crate) async fn click(&self, path: &str) {
        let element = self.find(path).await;
        let deadline = Instant::now() + PATIENCE;
        // It may still be moving, as a dialog that opens does.
        while let Err(error) = within(element.click()).await {
            assert!(Instant::now() < deadline, "{path} cannot be clicked: {error}");
            sleep(A_MOMENT).await;
        }
    }

    /// Types into the field of a dialog whose label begins so.
    pub(crate) async fn fill(&self, label: &str, text: &str) {
        let field =
            format!("//*[@role='dialog']//input[@id=//label[starts-with(normalize-space(),'{label}')]/@for]");
        within(self.find(&field).await.send_keys(text)).await.unwrap();
    }

    /// Waits for what an XPath names to be on show.
    pub(crate) async fn find(&self, path: &str) -> Element {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let found = within(self.client.find(Locator::XPath(path))).await;
            if let Ok(element) = found
                && within(element.is_displayed()).await.is_ok_and(|shown| shown)
            {
                return element;
            }
            if Instant::now() >= deadline {
                let page = within(self.client.execute("return document.body.innerText", vec![])).await;
                panic!("{path} is not on show: {page:?}");
            }
            sleep(A_MOMENT).await;
        }
    }

    /// What the window looks like, as PNG, once what has just appeared stands still.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        sleep(MOTION).await;
        within(self.client.screenshot()).await.unwrap()
    }

    /// Closes the window.
    pub(crate) async fn close(self) {
        within(self.client.clone().close()).await.unwrap();
    }
}

/// Somebody's session at a machine: a bus on which programs find each other, and a home of its own.
pub(crate) struct Session {
    bus: String,
    home: tempfile::TempDir,
    _daemon: Group,
}

impl Session {
    pub(crate) fn open() -> Self {
        let mut daemon = Command::new(dbus_daemon());
        let daemon = Group::start(daemon.args(["--session", "--nofork", "--print-address"]));
        let bus = daemon.line_after("", PATIENCE);
        Self { bus, home: tempfile::Builder::new().prefix("home-").tempdir().unwrap(), _daemon: daemon }
    }

    /// Puts a tray on the bus, as far as programs ask for one, until what is returned is dropped.
    pub(crate) async fn put_up_tray(&self) -> zbus::Connection {
        let tray = zbus::connection::Builder::address(self.bus.as_str()).unwrap();
        tray.name("org.kde.StatusNotifierWatcher").unwrap().build().await.unwrap()
    }
}

fn within_session(program: &mut Command, display: &str, session: Option<&Session>) {
    program.env("DISPLAY", display).env("LANG", "en_GB.UTF-8").env_remove("DBUS_SESSION_BUS_ADDRESS");
    if let Some(Session { bus, home, .. }) = session {
        program.env("DBUS_SESSION_BUS_ADDRESS", bus);
        for (variable, folder) in [("HOME", ""), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config")] {
            program.env(variable, home.path().join(folder));
        }
    }
}

async fn connect(driver: &str, wanted: &Capabilities) -> Client {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted.clone());
        match timeout(PATIENCE, builder.connect(driver)).await.expect("the driver answers in time") {
            Ok(client) => return client,
            // The driver itself is not up yet.
            Err(error) => assert!(Instant::now() < deadline, "the window does not open: {error}"),
        }
        sleep(A_MOMENT).await;
    }
}

/// The driver's calls have no bound of their own.
async fn within<T>(call: impl Future<Output = T>) -> T {
    timeout(PATIENCE, call).await.expect("the driver answers in time")
}

/// A display of its own, and its name.
fn open_display() -> (Group, String) {
    let mut display = Command::new(xvfb());
    // It chooses a number that is free, and prints it.
    display.args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"]);
    let display = Group::start(&mut display);
    let number = display.line_after("", PATIENCE);
    (display, format!(":{number}"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
