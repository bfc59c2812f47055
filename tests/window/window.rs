//! A window that is open: the display, the driver and the application behind it, and what a person does there.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::{Group, Output, desktop_app, run, webkit_driver, xdotool, xvfb};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout};

use crate::session::Session;

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// The title of the depot's own.
const WINDOW: &str = "^Eroad Depot$";
/// Longer than anything on the desk moves, toasts included.
const MOTION: Duration = Duration::from_secs(6);
pub(crate) const A_MOMENT: Duration = Duration::from_millis(100);

/// An open window. Everything behind it is gone when this is dropped.
pub(crate) struct Window {
    client: Client,
    display_name: String,
    // Dropped in this order: the driver closes the window while there is a display.
    _driver: Group,
    _display: Group,
}

impl Window {
    /// Opens the window of the depot in `folder`, once whoever had it has closed it.
    pub(crate) async fn open(folder: &Path) -> Self {
        let deadline = Instant::now() + PATIENCE;
        while is_held(folder) {
            assert!(Instant::now() < deadline, "the window before does not let go of {}", folder.display());
            sleep(A_MOMENT).await;
        }
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

    /// Opens the page at this path.
    pub(crate) async fn go_to(&self, path: &str) {
        within(self.client.execute(&format!("location.assign('{path}')"), vec![])).await.unwrap();
    }

    /// Clicks what an XPath names.
    pub(crate) async fn click(&self, path: &str) {
        let deadline = Instant::now() + PATIENCE;
        // It may still be moving, as a dialog that opens does, or be drawn anew; then it is looked for once more.
        while let Err(error) = within(self.find(path).await.click()).await {
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

    /// Types this into a field of the page in place of what stands there.
    pub(crate) async fn replace(&self, label: &str, text: &str) {
        let field = format!("//main//input[@id=//label[normalize-space()='{label}']/@for]");
        let field = self.find(&field).await;
        // To its end and back, for not every field takes Control and A from a driver.
        let end_and_back = format!("\u{e010}{}", "\u{e003}".repeat(8));
        within(field.send_keys(&format!("{end_and_back}{text}"))).await.unwrap();
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

    /// Whether an XPath names nothing that is on show.
    pub(crate) async fn until_gone(&self, path: &str) {
        let deadline = Instant::now() + PATIENCE;
        while within(self.client.find(Locator::XPath(path))).await.is_ok() {
            assert!(Instant::now() < deadline, "{path} stays on show");
            sleep(A_MOMENT).await;
        }
    }

    /// What an expression of the page is worth.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        within(self.client.execute(&format!("return {expression}"), vec![])).await.unwrap()
    }

    /// Presses keys as somebody at the keyboard does, who has the window before them.
    pub(crate) async fn press(&self, keys: &str) {
        self.until_window(WINDOW, true).await;
        let focused = self.xdotool(&["search", "--onlyvisible", "--name", WINDOW, "windowfocus"]);
        assert!(focused.success, "{focused:?}");
        self.press_where_the_focus_is(keys);
    }

    /// Presses keys in whatever has the focus, such as a dialog of the system.
    pub(crate) fn press_where_the_focus_is(&self, keys: &str) {
        let pressed = self.xdotool(&["key", "--clearmodifiers", keys]);
        assert!(pressed.success, "{pressed:?}");
    }

    /// Waits until a window whose title is that is on the display, or none is.
    pub(crate) async fn until_window(&self, title: &str, shown: bool) {
        let deadline = Instant::now() + PATIENCE;
        while self.xdotool(&["search", "--onlyvisible", "--name", title]).success != shown {
            assert!(Instant::now() < deadline, "a window {title}: {}", !shown);
            sleep(A_MOMENT).await;
        }
    }

    /// Gives a window the focus and presses keys in it.
    pub(crate) async fn press_in(&self, title: &str, keys: &str) {
        self.until_window(title, true).await;
        let _ = self.xdotool(&["search", "--onlyvisible", "--name", title, "windowfocus"]);
        self.press_where_the_focus_is(keys);
    }

    /// Makes the window this large.
    pub(crate) fn resize(&self, width: u32, height: u32) {
        let (width, height) = (width.to_string(), height.to_string());
        let sized =
            self.xdotool(&["search", "--onlyvisible", "--name", WINDOW, "windowsize", &width, &height]);
        assert!(sized.success, "{sized:?}");
    }

    /// Waits until the page is so many pixels wide.
    pub(crate) async fn until_width(&self, width: u32) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let present = self.value("innerWidth").await;
            if present == width {
                return;
            }
            assert!(Instant::now() < deadline, "the window is {present} wide");
            sleep(A_MOMENT).await;
        }
    }

    fn xdotool(&self, arguments: &[&str]) -> Output {
        run(Command::new(xdotool()).args(arguments).env("DISPLAY", &self.display_name))
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

/// Whether a depot is open there. A window is gone from the screen before its depot is closed.
fn is_held(folder: &Path) -> bool {
    std::fs::File::open(folder.join("depot.lock")).is_ok_and(|lock| lock.try_lock().is_err())
}

fn within_session(program: &mut Command, display: &str, session: Option<&Session>) {
    program.env("DISPLAY", display).env("LANG", "en_GB.UTF-8");
    program.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR");
    if let Some(session) = session {
        program.envs(session.environment());
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

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
