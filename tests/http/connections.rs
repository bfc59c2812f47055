//! Connections that are slow, many, broken off or full of nonsense: the depot closes them in its own time, and goes on for
//! everybody else.
//!
//! `CONNECTIONS=10000` makes the long run.

use std::time::{Duration, Instant};

use acceptance::Depot;
use futures_util::future::join_all;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than the depot gives anybody for the head of a request.
const PATIENCE: Duration = Duration::from_secs(20);

async fn connect(depot: &Depot) -> TcpStream {
    let address = depot.url().trim_start_matches("http://");
    TcpStream::connect(address).await.expect("a connection")
}

/// What comes until the depot closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = vec![];
    // A connection that was reset is closed as well.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the depot closes it");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The status of the first answer, where there is one.
fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

#[tokio::test]
async fn heads_that_never_end_are_closed_and_keep_nobody_out() {
    let depot = Depot::start();
    let began = Instant::now();
    let slow = (0..150).map(|number: u32| {
        let depot = &depot;
        async move {
            let mut stream = connect(depot).await;
            let started =
                if number.is_multiple_of(2) { "GET /api/fl" } else { "GET / HTTP/1.1\r\nHost: x\r\nX-A: " };
            stream.write_all(started.as_bytes()).await.expect("it is open");
            rest(&mut stream).await
        }
    });
    let others = async {
        for _ in 0..20 {
            assert_eq!(depot.admin().get("/api/fleet/overview").await.status, 200);
        }
    };
    let (answers, ()) = tokio::join!(join_all(slow), others);
    assert!(answers.iter().all(|answer| status(answer).is_none_or(|status| status == 408)), "{answers:?}");
    assert!(began.elapsed() < PATIENCE);
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let depot = Depot::generous().set("http.request_timeout_seconds=1").start();
    let mut stream = connect(&depot).await;
    let head = format!(
        "POST /api/fleet/drivers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 60\r\n\r\n{{\"name\":",
        depot.admin_token()
    );
    stream.write_all(head.as_bytes()).await.expect("it is open");
    let answer = rest(&mut stream).await;
    assert_eq!(status(&answer), Some(408), "{answer}");
    assert_eq!(depot.admin().head().await, 0);
}

#[tokio::test]
async fn thousands_of_connections_in_turn_leave_nothing_behind() {
    let depot = Depot::start();
    let many = std::env::var("CONNECTIONS").map_or(1_000, |text| text.parse().expect("a number"));
    for number in 0..many {
        let mut stream = connect(&depot).await;
        // Every third goes away without a word, or in the middle of one.
        match number % 3 {
            0 => {}
            1 => stream.write_all(b"GET /health HT").await.expect("it is open"),
            _ => {
                let request = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
                stream.write_all(request).await.expect("it is open");
                let answer = rest(&mut stream).await;
                assert_eq!(status(&answer), Some(200), "{answer}");
            }
        }
    }
    assert_eq!(depot.admin().get("/api/fleet/overview").await.status, 200);
}

#[tokio::test]
async fn nonsense_is_refused_without_a_fault() {
    let depot = Depot::start();
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let token = depot.admin_token();
    let right = format!(
        "POST /api/fleet/drivers?expectedVersion=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: k\r\nX-Occurred-At: 2024-05-01T06:00:00Z\r\n\
         Content-Length: 38\r\nConnection: close\r\n\r\n{{\"name\":\"Ada\",\"driverLicense\":\"L-17\"}}  "
    );
    let mut refused = 0;
    for case in 0..600 {
        let mut bytes = right.clone().into_bytes();
        // Now and then nothing of it is right; else a few bytes of a right one are others, or gone.
        if case % 10 == 0 {
            bytes = (0..random.next_u64() % 600).map(|_| random.next_u64().to_le_bytes()[0]).collect();
        } else {
            for _ in 0..=random.next_u64() % 4 {
                let place = usize::try_from(random.next_u64() % bytes.len() as u64).expect("a place");
                match random.next_u64() % 3 {
                    0 => bytes[place] = random.next_u64().to_le_bytes()[0],
                    1 => drop(bytes.remove(place)),
                    _ => bytes.insert(place, random.next_u64().to_le_bytes()[0]),
                }
            }
        }
        let mut stream = connect(&depot).await;
        // It may be refused before all of it is sent.
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let answer = rest(&mut stream).await;
        if let Some(status) = status(&answer) {
            assert!(status < 500, "case {case}: {answer}\nto {}", String::from_utf8_lossy(&bytes));
            refused += u32::from(status >= 400);
        }
    }
    assert!(refused > 100, "only {refused} were refused");
    let long = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: {}\r\n\r\n", "x".repeat(200 * 1024));
    let mut stream = connect(&depot).await;
    let _ = stream.write_all(long.as_bytes()).await;
    let answer = rest(&mut stream).await;
    assert!(status(&answer).is_none_or(|status| status == 431), "{answer}");
    assert_eq!(depot.admin().get("/api/fleet/overview").await.status, 200);
}
