//! What leaves the window: sheets of paper and files.

use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;

use crate::desktop::Desktop;
use crate::session::Session;

const PRINT: &str = "^Print$";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sheets_are_printed_by_the_system() {
    let session = Session::open();
    let (window, elsewhere) = session.window_with_endpoint(&[]).await;
    window.heading("Today").await;
    let (delivery, staff) = elsewhere.delivery_in("Delivered").await;
    for sheet in [format!("/print/proof/{delivery}"), format!("/print/run-sheet/{}", staff.driver)] {
        window.go_to(&sheet).await;
        window.click("//main//button[normalize-space()='Print']").await;
        window.press_in(PRINT, "Escape").await;
        window.until_window(PRINT, false).await;
    }

    // And whatever is on show, by the menu's key.
    window.press("ctrl+p").await;
    window.press_in(PRINT, "Escape").await;
    window.until_window(PRINT, false).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exports_go_to_the_downloads_never_over_another_and_are_shown_there() {
    let session = Session::open();
    let desktop = Desktop::without_a_tray(&session).await;
    let downloads = session.home().join("What came");
    std::fs::create_dir_all(session.home().join("config")).unwrap();
    let folders = "XDG_DOWNLOAD_DIR=\"$HOME/What came\"\n";
    std::fs::write(session.home().join("config/user-dirs.dirs"), folders).unwrap();
    let (window, elsewhere) = session.window_with_endpoint(&[]).await;
    window.heading("Today").await;
    let _ = elsewhere.delivery_in("Delivered").await;
    window.press("ctrl+2").await;
    window.heading("Deliveries").await;
    window.find("//main//*[normalize-space()='1 entry']").await;
    for (choice, count) in [("Text table (CSV)", 1), ("Text table (CSV)", 2), ("Excel workbook (XLSX)", 3)] {
        window.click("//button[normalize-space()='Export']").await;
        window.click(&format!("//*[@role='menuitem'][normalize-space()='{choice}']")).await;
        window
            .find(&format!("(//*[@role='alert'][contains(., 'Saved: {}')])[{count}]", downloads.display()))
            .await;
    }
    let mut names = names_in(&downloads);
    names.sort();
    let [first, second, third] = &names[..] else { panic!("{names:?}") };
    assert!(first.ends_with(" (2).csv") || second.ends_with(" (2).csv"), "{names:?}");
    assert!(third.ends_with(".xlsx"), "{names:?}");
    let csv = names.iter().find(|name| name.ends_with(".csv") && !name.contains('(')).unwrap();
    let csv = std::fs::read_to_string(downloads.join(csv)).unwrap();
    assert!(csv.contains("Harbour") && csv.contains("Ada"), "{csv}");

    // A notification that comes in moves all of them, so that a click may miss; whoever sees nothing happen clicks again.
    let shown = loop {
        window.click("(//*[@role='alert']//button[normalize-space()='Show in folder'])[last()]").await;
        if let Ok(shown) = timeout(Duration::from_secs(2), desktop.shown_file()).await {
            break shown;
        }
    };
    assert!(shown.starts_with(&downloads) && shown.is_file(), "{shown:?}");
    window.close().await;
}

fn names_in(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap();
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}
