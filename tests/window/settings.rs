//! The menus, and what is chosen for this machine: a start with the system, and the way in for others.

use std::process::Command;

use acceptance::{Client, run};

use crate::session::Session;
use crate::window::{Window, free_port};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_menus_lead_everywhere_in_the_depots_language() {
    let session = Session::open();
    let (window, elsewhere) = session.window_with_endpoint(&[]).await;
    window.heading("Today").await;
    let places =
        ["Today", "Deliveries", "Routes", "Fleet", "Incidents", "Phones", "Reports", "Log", "Settings"];
    for (number, place) in (1..).zip(places) {
        window.press(&format!("ctrl+{number}")).await;
        window.heading(place).await;
    }
    window.press("ctrl+n").await;
    window.find("//*[@role='dialog'][contains(., 'New delivery')]").await;
    window.press("Escape").await;
    window.until_gone("//*[@role='dialog']").await;
    window.press("F1").await;
    window.find("//*[@role='dialog'][contains(., 'Keys')]").await;
    window.press("Escape").await;
    window.until_gone("//*[@role='dialog']").await;

    // By the arrows through the menus themselves: the third entry of the first is a new driver.
    window.press("F10").await;
    for key in ["Down", "Down", "Down", "Return"] {
        window.press_where_the_focus_is(key);
    }
    window.find("//*[@role='dialog'][contains(., 'New driver')]").await;
    window.press("Escape").await;
    window.until_gone("//*[@role='dialog']").await;

    let german = serde_json::json!({"command": {"entity": "depot", "command": {"type": "changeSettings",
        "changes": [{"key": "depot.language", "value": "de"}]}}});
    let _ = elsewhere.post("/api/commands", german).await.ok();
    window.heading("Flotte").await;
    window.press("ctrl+6").await;
    window.heading("Telefone").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_with_the_system_only_where_that_was_chosen() {
    let session = Session::open();
    let (window, _) = session.window_with_endpoint(&[]).await;
    let entry = session.home().join("config/autostart/app.eroad.depot.desktop");
    window.click("//a[normalize-space()='Settings']").await;
    let switch = "//label[starts-with(normalize-space(),'Start with the system')]";
    window.find(switch).await;
    assert!(!entry.exists());
    window.click(switch).await;
    until(|| entry.exists()).await;
    let text = std::fs::read_to_string(&entry).unwrap();
    let command = text.lines().find_map(|line| line.strip_prefix("Exec=")).unwrap();
    let folder = session.home().join("depot");
    let program = acceptance::desktop_app();
    let wanted = format!("\"{}\" --in-tray --data-dir \"{}\"", program.display(), folder.display());
    assert_eq!(command, wanted);
    // What starts it reads this file by itself: a parser that is not ours has to take it.
    let read = run(Command::new("python3").arg("-c").arg(READ).arg(&entry));
    assert_eq!(read.out, "Application Eroad Depot false", "{read:?}");

    window.click(switch).await;
    until(|| !entry.exists()).await;
    window.close().await;
}

const READ: &str =
    "import configparser, sys; c = configparser.ConfigParser(interpolation=None); c.optionxform = str
c.read(sys.argv[1]); e = c['Desktop Entry']; print(e['Type'], e['Name'], e['Terminal'])";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_endpoint_is_opened_moved_and_closed_from_the_window_which_says_what_is_so() {
    let session = Session::open();
    let opened = session.note_what_is_opened();
    let folder = session.home().join("depot");
    let args = [std::ffi::OsStr::new("--data-dir"), folder.as_os_str()];
    let window = Window::open_with(&args, Some(&session)).await;
    window.click("//a[normalize-space()='Settings']").await;
    // The page of this desk asks nothing of the depot, which once stopped the window from hearing of changes.
    window.find("//label[starts-with(normalize-space(),'Start with the system')]").await;
    window.click("//*[@role='tab'][normalize-space()='Phones and browsers']").await;
    window.find("//*[normalize-space()='Closed']").await;
    window.click("//label[starts-with(normalize-space(),'Let phones and browsers in')]").await;
    let first = listen_on_free_port(&window).await;
    window.find("//*[normalize-space()='Open']").await;
    assert_eq!(first.get("/health/live").await.status, 200);

    window.click("//a[normalize-space()='What other programs can ask of it']").await;
    until(|| std::fs::read_to_string(&opened).is_ok_and(|opened| opened.contains("/api/docs/"))).await;
    window.heading("Settings").await;

    let second = listen_on_free_port(&window).await;
    until_answers(&second, true).await;
    until_answers(&first, false).await;
    window.click("//label[starts-with(normalize-space(),'Let phones and browsers in')]").await;
    window.click("//main//button[normalize-space()='Save']").await;
    window.find("//*[normalize-space()='Closed']").await;
    until_answers(&second, false).await;
    window.close().await;
}

/// Types another port into the form, saves it, and gives somebody who calls there.
async fn listen_on_free_port(window: &Window) -> Client {
    let port = free_port();
    window.replace("Port", &port.to_string()).await;
    window.click("//main//button[normalize-space()='Save']").await;
    let url = format!("http://127.0.0.1:{port}");
    window.find(&format!("//code[normalize-space()='{url}']")).await;
    Client::new(&url, None)
}

async fn until_answers(client: &Client, wanted: bool) {
    let deadline = tokio::time::Instant::now() + crate::window::PATIENCE;
    loop {
        let request = client.request(reqwest::Method::GET, "/health/live");
        if acceptance::Answer::maybe(request).await.is_ok() == wanted {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "it answers: {}", !wanted);
        tokio::time::sleep(crate::window::A_MOMENT).await;
    }
}

async fn until(is_so: impl Fn() -> bool) {
    let deadline = tokio::time::Instant::now() + crate::window::PATIENCE;
    while !is_so() {
        assert!(tokio::time::Instant::now() < deadline, "it does not become so");
        tokio::time::sleep(crate::window::A_MOMENT).await;
    }
}
