//! The tray, and what becomes of a window that is closed.

use crate::desktop::Desktop;
use crate::session::Session;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tray_counts_what_is_under_way_and_has_the_way_back_and_out() {
    let session = Session::open();
    let desktop = Desktop::with_a_tray(&session).await;
    let (window, elsewhere) = session.window_with_endpoint(&["window.close_to_tray=true"]).await;
    window.heading("Today").await;
    let icon = desktop.icon().await;
    icon.entry("No delivery under way").await;
    let without_number = icon.picture().await;

    let _ = elsewhere.delivery_in("InTransit").await;
    let count = icon.entry("1 delivery under way").await;
    assert!(!count.is_enabled, "there is nothing to choose in a number");
    let labels: Vec<_> = icon.menu().await.into_iter().map(|entry| entry.label).collect();
    assert_eq!(labels, ["Open Eroad Depot", "1 delivery under way", "Quit"]);
    assert_ne!(icon.picture().await, without_number, "the number is on the icon");

    window.press("ctrl+9").await;
    window.click("//label[normalize-space()='Deutsch']").await;
    icon.entry("1 Lieferung unterwegs").await;
    icon.entry("Beenden").await;
    window.click("//label[normalize-space()='English']").await;
    icon.entry("1 delivery under way").await;

    window.press("ctrl+w").await;
    window.until_shown(false).await;
    assert_eq!(elsewhere.get("/health/live").await.status, 200, "the depot is open");
    icon.choose("Open Eroad Depot").await;
    window.until_shown(true).await;

    window.press("ctrl+w").await;
    window.until_shown(false).await;
    // Nobody could find it any more.
    desktop.take_tray_away().await;
    window.until_shown(true).await;
    desktop.put_up_tray().await;
    let icon = desktop.icon().await;
    icon.choose("Quit").await;
    icon.until_gone().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_ends_the_depot_unless_that_was_chosen_and_its_size_is_remembered() {
    let session = Session::open();
    let desktop = Desktop::with_a_tray(&session).await;
    let (window, _) = session.window_with_endpoint(&[]).await;
    window.heading("Today").await;
    let icon = desktop.icon().await;
    window.resize(1111, 777);
    window.until_width(1111).await;
    window.press("ctrl+w").await;
    icon.until_gone().await;

    let (window, _) = session.window_with_endpoint(&[]).await;
    window.heading("Today").await;
    window.until_width(1111).await;
    window.close().await;
}
