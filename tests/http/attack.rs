//! An attack of many kinds at once, from many addresses and with every role, on a depot of this machine: whoever behaves is
//! answered all the while, and what the attack leaves behind is bounded.
//!
//! `ATTACK_SECONDS=180` makes the long run: `cargo xtask torture -- --attack 180`.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use acceptance::{ChangeFeed, Client, Depot};
use futures_util::future::join_all;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::time::{sleep, timeout};

use crate::crowd::{PATIENCE, ask_and_not_read, connect_from, expect_answers};

/// Addresses that attack.
const ADDRESSES: usize = 60;
/// What the log may become.
const LOG_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Does one thing again and again until the time is over, a moment apart. Counts how often.
async fn repeat(until: Instant, pause: Duration, times: &AtomicU64, mut once: impl AsyncFnMut()) {
    while Instant::now() < until {
        // An attacker waits for nobody.
        let _ = timeout(Duration::from_secs(2), once()).await;
        times.fetch_add(1, Ordering::Relaxed);
        sleep(pause).await;
    }
}

/// Opens connections that read nothing, and heads and bodies that never end, and keeps them.
async fn hold_connections(depot: &Depot, token: &str, until: Instant, times: &AtomicU64) {
    let mut held = Vec::new();
    let mut number = 0;
    repeat(until, Duration::from_millis(10), times, async || {
        number += 1;
        let address = number % ADDRESSES;
        if number % 3 == 0 {
            held.extend(ask_and_not_read(address, depot).await);
            return;
        }
        let Ok(mut stream) = connect_from(address, depot).await else { return };
        let begun = if number % 3 == 1 {
            "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ".to_owned()
        } else {
            format!(
                "POST /api/fleet/drivers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{{"
            )
        };
        let _ = stream.write_all(begun.as_bytes()).await;
        held.push(stream);
        // No more files than a process may have open.
        if held.len() > 600 {
            held.drain(..100);
        }
    })
    .await;
}

/// Guesses tokens, codes of sign-in links and codes of pairings.
async fn guess(depot: &Depot, until: Instant, times: &AtomicU64) {
    let (nobody, guesser) = (depot.nobody(), depot.bearer("depot_guess"));
    repeat(until, Duration::from_millis(5), times, async || {
        let pairing =
            json!({"code": "0".repeat(32), "nonce": "0".repeat(32), "device": "x", "appVersion": "1"});
        let code = json!({"code": "0".repeat(32)});
        let _ = tokio::join!(
            guesser.get("/api/fleet/overview"),
            nobody.post("/api/session", code),
            nobody.post("/api/phone/pairing", pairing),
        );
    })
    .await;
}

/// Floods what needs no credential, with ids as long as they may be.
async fn flood(depot: &Depot, until: Instant, times: &AtomicU64) {
    let nobody = depot.nobody();
    repeat(until, Duration::ZERO, times, async || {
        let ask = |path: &'static str| {
            let request = nobody.request(reqwest::Method::GET, path).header("X-Request-Id", "i".repeat(128));
            request.header("X-Correlation-Id", "c".repeat(128)).send()
        };
        let _ = tokio::join!(ask("/health/live"), ask("/"), ask("/no/such/page"), ask("/api/openapi.json"));
    })
    .await;
}

/// Asks for files of everything, and goes away before most of them are made.
async fn export(viewer: &Client, until: Instant, times: &AtomicU64) {
    let export = r#"/api/export?format=xlsx&query={"query":"deliveries"}"#;
    repeat(until, Duration::from_millis(100), times, async || {
        join_all((0..16).map(|_| timeout(Duration::from_millis(500), viewer.get(export)))).await;
    })
    .await;
}

/// Opens more feeds than one credential may have.
async fn follow(viewer: &Client, until: Instant, times: &AtomicU64) {
    repeat(until, Duration::from_millis(200), times, async || {
        let open = (0..24).map(|_| viewer.request(reqwest::Method::GET, "/api/changes").send());
        let feeds = join_all(open).await;
        let open = feeds.iter().flatten().filter(|feed| feed.status() == 200).count();
        assert!(open <= 16, "{open} feeds of one credential");
    })
    .await;
}

/// Reports incidents of one delivery without end.
async fn report(phone: &Client, delivery: &str, until: Instant, times: &AtomicU64) {
    let path = format!("/api/deliveries/{delivery}/incidents");
    repeat(until, Duration::from_millis(10), times, async || {
        let answer = phone.post(&path, json!({"type": "Traffic", "description": "x".repeat(1_900)})).await;
        assert!(matches!(answer.status, 200 | 400 | 429), "{}", answer.body);
    })
    .await;
}

/// How large the files of a folder are together.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|file| file.len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn attack_of_many_kinds_keeps_nobody_out() {
    let seconds = std::env::var("ATTACK_SECONDS").map_or(8, |text| text.parse().expect("a number"));
    let mut depot = Depot::generous().set("limits.rate.queue=0").start();
    let desk = depot.admin();
    let (delivery, staff) = desk.delivery_in("InTransit").await;
    let (phone, viewer, screen) = (depot.phone_of(&staff.driver), depot.role("viewer"), depot.role("viewer"));
    let dispatcher = depot.token(&["--role", "dispatcher", "--name", "Slow"]);
    let mut feed = ChangeFeed::open(&screen, None).await;
    let until = Instant::now() + Duration::from_secs(seconds);
    let times: [AtomicU64; 6] = std::array::from_fn(|_| AtomicU64::new(0));
    let (mut answered, mut slowest) = (0_u32, Duration::ZERO);
    let behaving = async {
        while Instant::now() < until {
            let began = Instant::now();
            let name = format!("Driver {answered}");
            timeout(PATIENCE, desk.add_driver(&name)).await.expect("a write is answered in time");
            expect_answers(&depot).await;
            let own = timeout(PATIENCE, phone.get(&format!("/api/deliveries/{delivery}"))).await;
            assert_eq!(own.expect("the phone is answered in time").status, 200);
            slowest = slowest.max(began.elapsed());
            answered += 1;
            sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::join!(
        behaving,
        hold_connections(&depot, &dispatcher, until, &times[0]),
        guess(&depot, until, &times[1]),
        flood(&depot, until, &times[2]),
        export(&viewer, until, &times[3]),
        follow(&viewer, until, &times[4]),
        report(&phone, &delivery, until, &times[5]),
    );
    assert!(answered > 0);
    let told = feed.until(desk.head().await).await;
    assert!(told.contains(&"drivers".to_owned()), "a feed from before the attack goes on: {told:?}");
    let log_bytes = bytes_in(&depot.folder().join("logs"));
    assert!(log_bytes <= LOG_BYTES_MAX, "{log_bytes}");
    drop(feed);
    assert!(depot.stop("TERM"));
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success, "{}", verified.err);
    let [held, guessed, flooded, exported, followed, reported] = times.map(AtomicU64::into_inner);
    println!(
        "{seconds} s: {held} connections held, {guessed} rounds of guesses, {flooded} of floods, {exported} of exports, \
         {followed} of feeds, {reported} incidents reported; {answered} of {answered} rounds of desk, page and phone were \
         answered, the slowest in {:.1} s; the log has {log_bytes} bytes",
        slowest.as_secs_f64()
    );
}
