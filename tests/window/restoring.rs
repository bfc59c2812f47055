//! A backup is put back at the window: at a first start, over a depot that is running, and where none opens. Nothing is started
//! again by hand.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use acceptance::Depot;
use serde_json::json;

use crate::desktop::Desktop;
use crate::session::Session;
use crate::window::Window;

const OFFER: &str = "//main//button[normalize-space()='Restore a backup …']";
const DIALOG: &str = "//*[@role='dialog']";

/// A backup of a depot with the demo day, elsewhere.
fn demo_backup(to: &Path) -> PathBuf {
    let depot = Depot::generous().flag("--demo").start();
    std::fs::write(depot.folder().join("settings.toml"), "depot.name = \"Porto\"\n").unwrap();
    let made = depot.depotd(&["backup", "--to", &to.display().to_string()]);
    assert!(made.success, "{made:?}");
    made.out.lines().find_map(|line| line.strip_prefix("backup ")).unwrap().into()
}

async fn open(folder: &Path) -> Window {
    Window::open_with(&[OsStr::new("--data-dir"), folder.as_os_str()], None).await
}

async fn say(window: &Window, text: &str) {
    window.find(&format!("{DIALOG}//*[text()[contains(.,'{text}')]]")).await;
}

async fn press(window: &Window, button: &str) {
    window.click(&format!("{DIALOG}//button[normalize-space()='{button}']")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_start_goes_on_from_a_backup_that_is_seen_before_anything_changes() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let backup = demo_backup(elsewhere.path());
    let window = open(folder.path()).await;
    window.click(OFFER).await;
    // A folder without one says so, and what to choose.
    window.fill("Folder", &folder.path().display().to_string()).await;
    press(&window, "Look").await;
    say(&window, "is no backup: choose the folder of a backup").await;
    press(&window, "Cancel").await;
    window.until_gone(DIALOG).await;

    window.click(OFFER).await;
    // The folder that backups lie in does as well; there is one alone.
    window.fill("Folder", &elsewhere.path().display().to_string()).await;
    press(&window, "Look").await;
    for told in ["Porto", "Every byte is as it was written", "Nothing is recorded here yet"] {
        say(&window, told).await;
    }
    say(&window, &backup.display().to_string()).await;
    assert!(!folder.path().join("erased.json").exists() && !has_aside(folder.path()), "nothing changed yet");
    press(&window, "Restore").await;
    say(&window, "and the depot is open again").await;
    press(&window, "Show the depot").await;
    window.find("//main//li//a[contains(@href, '/deliveries/')]").await;
    assert!(has_aside(folder.path()));
    // It is a depot like any other: it changes, tells its window of it, and is there when it is opened again.
    add_driver(&window, "Ana Costa").await;
    window.close().await;
    let window = open(folder.path()).await;
    window.click("//a[normalize-space()='Fleet']").await;
    window.find("//table//*[normalize-space()='Ana Costa']").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_depot_is_set_aside_once_somebody_is_sure_and_phones_and_tray_follow_the_restored_one() {
    let session = Session::open();
    let desktop = Desktop::with_a_tray(&session).await;
    let (window, elsewhere) = session.window_with_endpoint(&[]).await;
    let icon = desktop.icon().await;
    add_driver(&window, "Ana Costa").await;
    window.click("//a[normalize-space()='Settings']").await;
    window.click("//*[@role='tab'][normalize-space()='Data']").await;
    window.click("//button[normalize-space()='Back up now']").await;
    window.find("//table//*[normalize-space()='verified when made']").await;
    let _ = elsewhere.delivery_in("InTransit").await;
    icon.entry("1 delivery under way").await;

    window.click("//table//button[normalize-space()='Restore …']").await;
    say(&window, "Every byte is as it was written").await;
    say(&window, "events were recorded here since. They are not in the backup").await;
    // Not before somebody is sure.
    window.find(&format!("{DIALOG}//button[normalize-space()='Restore'][@disabled]")).await;
    window
        .click(&format!("{DIALOG}//label[starts-with(normalize-space(),'Set the present data aside')]"))
        .await;
    // What is elsewhere goes on with the token that it has.
    window
        .click(&format!("{DIALOG}//label[starts-with(normalize-space(),'Leave tokens and phones valid')]"))
        .await;
    press(&window, "Restore").await;
    say(&window, "and the depot is open again").await;
    say(&window, "What was here before lies in").await;
    icon.entry("No delivery under way").await;
    press(&window, "Show the depot").await;
    window.click("//a[normalize-space()='Fleet']").await;
    window.find("//table//*[normalize-space()='Ana Costa']").await;
    let drivers = elsewhere.get("/api/fleet/drivers").await.ok();
    assert_eq!(
        drivers["totalCount"].as_u64().or_else(|| drivers["items"].as_array().map(|all| all.len() as u64)),
        Some(1),
        "{drivers}"
    );
    // What happens over the endpoint from now on is told to the window.
    let add = json!({"name": "Ben Okafor", "driverLicense": "L-200"});
    let _ = elsewhere.post("/api/fleet/drivers", add).await.ok();
    window.find("//table//*[normalize-space()='Ben Okafor']").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_backup_is_not_restored_and_a_depot_that_does_not_open_can_be_replaced() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let good = demo_backup(elsewhere.path());
    let bad = demo_backup(elsewhere.path());
    let mut bytes = std::fs::read(bad.join("depot.sqlite3")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(bad.join("depot.sqlite3"), bytes).unwrap();
    std::fs::write(
        folder.path().join("depot.sqlite3"),
        b"this is no database, and was never one".repeat(200),
    )
    .unwrap();

    let window = open(folder.path()).await;
    window.find("//*[normalize-space()='The depot is not open']").await;
    window.click(OFFER).await;
    window.fill("Folder", &elsewhere.path().display().to_string()).await;
    press(&window, "Look").await;
    // Two lie there, the newest first.
    window.click(&format!("{DIALOG}//tbody/tr[1]//button")).await;
    say(&window, "depot.sqlite3 was changed").await;
    window.find(&format!("{DIALOG}//button[normalize-space()='Restore'][@disabled]")).await;
    press(&window, "Another one").await;
    window.fill("Folder", &good.display().to_string()).await;
    press(&window, "Look").await;
    say(&window, "Every byte is as it was written").await;
    press(&window, "Restore").await;
    press(&window, "Show the depot").await;
    window.find("//main//li//a[contains(@href, '/deliveries/')]").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_systems_dialog_for_folders_opens_and_may_be_left_without_choosing_one() {
    let folder = tempfile::tempdir().unwrap();
    let window = open(folder.path()).await;
    window.click(OFFER).await;
    for _ in 0..2 {
        press(&window, "Choose …").await;
        window.press_in("Choose a backup", "Escape").await;
        window.until_window("Choose a backup", false).await;
    }
    window.find(&format!("{DIALOG}//button[normalize-space()='Look'][@disabled]")).await;
    press(&window, "Cancel").await;
    window.until_gone(DIALOG).await;
    window.close().await;
}

async fn add_driver(window: &Window, name: &str) {
    window.click("//a[normalize-space()='Fleet']").await;
    window.click("//button[normalize-space()='New driver']").await;
    window.fill("Name", name).await;
    window.fill("Driving licence", "L-100").await;
    window.click(&format!("{DIALOG}//button[normalize-space()='Add driver']")).await;
    window.find(&format!("//table//*[normalize-space()='{name}']")).await;
}

fn has_aside(folder: &Path) -> bool {
    let mut entries = std::fs::read_dir(folder).unwrap();
    entries.any(|entry| entry.unwrap().file_name().to_string_lossy().ends_with(".before-restore"))
}
