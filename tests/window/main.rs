//! The real window under a display without a screen, driven through WebDriver: it starts, and does a first job.
//!
//! What the desk can do is told in the browser's specs; here is what only the window has.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod closing;
mod desktop;
mod paper;
mod restoring;
mod session;
mod settings;
mod telling;
mod window;

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use desktop::Desktop;
use session::Session;
use window::Window;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_starts_creates_a_driver_and_shows_it() {
    let folder = tempfile::Builder::new().prefix("depot-").tempdir().unwrap();
    let window = Window::open(folder.path()).await;
    window.heading("Today").await;
    window.click("//a[normalize-space()='Fleet']").await;
    window.heading("Fleet").await;
    window.click("//button[normalize-space()='New driver']").await;
    window.fill("Name", "Ana Costa").await;
    window.fill("Driving licence", "L-100").await;
    window.click("//*[@role='dialog']//button[normalize-space()='Add driver']").await;
    window.find("//table//*[normalize-space()='Ana Costa']").await;
    window.close().await;

    // What was acknowledged is there when the window opens again.
    let window = Window::open(folder.path()).await;
    window.click("//a[normalize-space()='Fleet']").await;
    window.find("//table//*[normalize-space()='Ana Costa']").await;
    window.close().await;
}

/// With `UPDATE_SCREENS=1` this also draws the picture of the README.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_loads_the_demo_day_and_shows_it_under_way() {
    let folder = tempfile::Builder::new().prefix("depot-").tempdir().unwrap();
    let window = Window::open(folder.path()).await;
    window.click("//button[normalize-space()='Load the demo day']").await;
    window.find("//main//li//a[contains(@href, '/deliveries/')]").await;
    window.close().await;

    let window = Window::open(folder.path()).await;
    window.find("//main//li//a[contains(@href, '/deliveries/')]").await;
    if std::env::var_os("UPDATE_SCREENS").is_some_and(|wanted| wanted == "1") {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/screens/window.png");
        std::fs::write(docs, window.picture().await).unwrap();
    }
    window.close().await;
}

/// Where there is no tray, nothing is hidden that could not be found again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_tray_it_starts_with_its_window_and_says_so() {
    let folder = tempfile::Builder::new().prefix("depot-").tempdir().unwrap();
    let args = [OsStr::new("--in-tray"), OsStr::new("--data-dir"), folder.path().as_os_str()];
    let window = Window::open_with(&args, None).await;
    window.heading("Today").await;
    window.until_shown(true).await;
    window.click("//a[normalize-space()='Settings']").await;
    window.find("//*[contains(normalize-space(),'This desktop has no tray')]").await;
    window.find("//*[normalize-space()='Start with the system']").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_ends_and_shows_the_window_of_the_first() {
    let session = Session::open();
    let _desktop = Desktop::with_a_tray(&session).await;
    let window = Window::open_with(&[OsStr::new("--in-tray")], Some(&session)).await;
    window.until_shown(false).await;
    let mut second = window.start_again(&session);
    assert!(second.wait(Duration::from_secs(60)).success());
    window.until_shown(true).await;
    window.heading("Today").await;
    window.close().await;
}
