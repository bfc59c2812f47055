//! What happens while nobody looks at the window is told by the system's own notifications, once.

use std::time::Duration;

use acceptance::{Client, Leg, Staff};
use chrono::{SecondsFormat, TimeDelta, Utc};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::desktop::{Desktop, Notice};
use crate::session::Session;
use crate::window::{PATIENCE, Window};

/// In which the delivery on it gets late, after everything that the test tells.
const LATE_AFTER: TimeDelta = TimeDelta::seconds(4);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_thing_is_told_once_and_leads_to_its_delivery_unless_it_was_switched_off() {
    let session = Session::open();
    let desktop = Desktop::with_a_tray(&session).await;
    let (window, elsewhere) = session.window_with_endpoint(&["window.close_to_tray=true"]).await;
    window.heading("Today").await;
    let (failing, _) = elsewhere.delivery_in("InTransit").await;
    let (arriving, _) = elsewhere.delivery_in("OutForDelivery").await;
    until_it_watches(&window, &elsewhere).await;
    window.press("ctrl+w").await;
    window.until_shown(false).await;

    report(&elsewhere, &failing, "Traffic").await;
    assert_eq!(desktop.notices(1).await, [notice("Incident: Traffic", "Depot → Harbour")]);
    let _ = elsewhere.set_status(&failing, "Failed").await.ok();
    assert_eq!(desktop.notices(2).await[1..], [notice("Failed", "Depot → Harbour")]);
    let _ = elsewhere.prove(&arriving).await.ok();
    assert_eq!(desktop.notices(3).await[2..], [notice("Delivered", "Depot → Harbour")]);
    run_late(&elsewhere).await;
    // The notification's text is marked up; a name's letters are not meant so.
    let late = notice("Running late", "Quay &lt;7&gt; → Miller &amp; Sons, Ada");
    assert_eq!(desktop.notices(4).await[3..], [late]);

    desktop.click_on_notice(2).await;
    window.until_shown(true).await;
    window
        .find(&format!("//a[contains(@href, '/print/proof/{failing}')] | //h1[contains(., 'Harbour')]"))
        .await;

    window.press("ctrl+9").await;
    window.click("//label[normalize-space()='Incidents']").await;
    window.press("ctrl+w").await;
    window.until_shown(false).await;
    report(&elsewhere, &failing, "Vehicle").await;
    let (another, _) = elsewhere.delivery_in("Failed").await;
    assert!(!another.is_empty());
    // The later one came, so the earlier one will not; nor did anything come twice.
    assert_eq!(desktop.notices(5).await[4..], [notice("Failed", "Depot → Harbour")]);
    window.close().await;
}

async fn report(elsewhere: &Client, delivery: &str, kind: &str) {
    let incident = json!({"type": kind, "description": "It happened"});
    let _ = elsewhere.post(&format!("/api/deliveries/{delivery}/incidents"), incident).await.ok();
}

/// The desk tells what is new, and has to have looked once to know what is.
async fn until_it_watches(window: &Window, elsewhere: &Client) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let kept = window.value("JSON.parse(localStorage.getItem('depot.news') || '{}')").await;
        if kept["upTo"].as_u64() == Some(elsewhere.head().await) && kept["late"].is_array() {
            return;
        }
        assert!(Instant::now() < deadline, "the desk watches nothing: {kept}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// Has a delivery pass the time of its checkpoint. That alone is nothing that happens; the desk finds out.
async fn run_late(elsewhere: &Client) {
    let now = Utc::now();
    let text = |time: chrono::DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let leg = Leg::starting(text(now - TimeDelta::minutes(5))).places("Quay <7>", "Miller & Sons");
    let staff: Staff = elsewhere.staff(leg.by("Gate", text(now + LATE_AFTER))).await;
    let delivery = elsewhere.send(&staff).await;
    let _ = elsewhere.set_status(&delivery, "InTransit").await.ok();
}

fn notice(title: &str, body: &str) -> Notice {
    Notice { title: title.to_owned(), body: body.to_owned() }
}
