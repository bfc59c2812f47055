//! Many clients at many addresses who keep the depot busy: everybody else goes on. All of them are addresses of this machine.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::{Duration, Instant};

use acceptance::{Answer, Depot};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

/// How soon the depot answers whoever behaves, whatever the others do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Connects from the address of this number, e.g. 127.0.0.2 for the first.
pub(crate) async fn connect_from(number: usize, depot: &Depot) -> std::io::Result<TcpStream> {
    let [.., high, low] = u32::try_from(number + 2).expect("an address").to_be_bytes();
    let from = SocketAddrV4::new(Ipv4Addr::new(127, 0, high, low), 0);
    let socket = TcpSocket::new_v4()?;
    // Little of an answer fits into it.
    socket.set_recv_buffer_size(4096)?;
    socket.bind(SocketAddr::V4(from))?;
    let to: SocketAddr = depot.url().trim_start_matches("http://").parse().expect("an address");
    timeout(PATIENCE, socket.connect(to)).await?
}

/// Asks for the interface's description again and again, and reads nothing.
pub(crate) async fn ask_and_not_read(number: usize, depot: &Depot) -> Option<TcpStream> {
    let mut stream = connect_from(number, depot).await.ok()?;
    let request = "GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(12);
    // The depot may have closed it already.
    let _ = stream.write_all(request.as_bytes()).await;
    Some(stream)
}

/// Somebody with a credential and somebody without are answered.
pub(crate) async fn expect_answers(depot: &Depot) {
    let admin = depot.admin();
    let answer = timeout(PATIENCE, admin.get("/api/fleet/overview")).await.expect("an answer in time");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let page = timeout(PATIENCE, depot.nobody().get("/health")).await.expect("an answer in time");
    assert_eq!(page.status, 200, "{}", page.body);
}

#[tokio::test]
async fn answers_nobody_reads_keep_nobody_out() {
    let depot = Depot::start();
    // More than the depot has room for, from forty addresses.
    let crowd = join_all((0..640).map(|number| ask_and_not_read(number % 40, &depot))).await;
    expect_answers(&depot).await;
    // The depot closes every one of them, though nobody reads a byte.
    let began = Instant::now();
    let crowd: Vec<_> = crowd.into_iter().flatten().collect();
    let opened = crowd.len();
    assert!(opened > 600, "{opened} connections are no crowd");
    let ends = crowd.into_iter().map(async |mut stream| {
        let writing = async {
            while stream.write_all(b"\r\n").await.is_ok() {
                sleep(Duration::from_millis(500)).await;
            }
        };
        timeout(Duration::from_secs(60), writing).await.is_ok()
    });
    let closed = join_all(ends).await.into_iter().filter(|is_closed| *is_closed).count();
    assert_eq!(closed, opened, "after {:?}", began.elapsed());
    expect_answers(&depot).await;
}

#[tokio::test]
async fn connection_that_talks_without_a_credential_ends() {
    let depot = Depot::start();
    let mut stream = connect_from(0, &depot).await.expect("a connection");
    let mut answers = 0;
    let mut last = String::new();
    let talking = async {
        loop {
            let request = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
            if stream.write_all(request.as_bytes()).await.is_err() {
                return;
            }
            let mut answer = [0; 2048];
            match stream.read(&mut answer).await {
                Ok(0) | Err(_) => return,
                Ok(bytes) => last = String::from_utf8_lossy(&answer[..bytes]).to_ascii_lowercase(),
            }
            answers += 1;
            sleep(Duration::from_millis(500)).await;
        }
    };
    timeout(Duration::from_secs(90), talking).await.expect("the depot closes it");
    assert!(last.contains("connection: close"), "its last answer says so: {last}");
    assert!(answers > 10, "it is not closed at once");
}

#[tokio::test]
async fn body_in_drops_is_given_up() {
    let depot = Depot::start();
    let mut stream = connect_from(0, &depot).await.expect("a connection");
    let head = format!(
        "POST /api/fleet/drivers HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n",
        depot.admin_token()
    );
    stream.write_all(head.as_bytes()).await.expect("it is open");
    let (mut reading, mut writing) = stream.into_split();
    let drops = tokio::spawn(async move {
        while writing.write_all(b" ").await.is_ok() {
            sleep(Duration::from_millis(200)).await;
        }
    });
    let mut answer = vec![0; 2048];
    let bytes =
        timeout(PATIENCE, reading.read(&mut answer)).await.expect("before the time of a request is over");
    let answer = String::from_utf8_lossy(&answer[..bytes.expect("an answer")]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("too slowly"), "{answer}");
    drops.abort();
}

#[tokio::test]
async fn exports_of_one_viewer_leave_reads_to_others() {
    let mut depot = Depot::start();
    assert!(depot.stop("TERM"));
    let generated = depot.depotd(&["generate", "--deliveries", "400"]);
    assert!(generated.success, "{}", generated.err);
    depot.start_again();
    let (viewer, other) = (depot.role("viewer"), depot.role("dispatcher"));
    let export = r#"/api/export?format=xlsx&query={"query":"deliveries"}"#;
    let exports = join_all((0..16).map(|_| viewer.get(export)));
    let reads = async {
        for _ in 0..20 {
            let answer =
                timeout(PATIENCE, other.get("/api/fleet/overview")).await.expect("an answer in time");
            assert_eq!(answer.status, 200);
        }
    };
    let (exports, ()) = tokio::join!(exports, reads);
    assert!(exports.iter().all(|answer| matches!(answer.status, 200 | 408)));
    assert!(exports.iter().any(|answer| answer.status == 200));
}

#[tokio::test]
async fn desk_beside_busy_phones_at_one_address_is_answered() {
    let depot = Depot::by_default().set("limits.rate.queue=0").start();
    let staff = depot.admin().add_driver("Ada").await;
    let phones: Vec<_> = (0..3).map(|_| depot.phone_of(&staff)).collect();
    let busy = phones.iter().map(async |phone| {
        let answers = join_all((0..100).map(|_| phone.get("/api/session"))).await;
        answers.iter().filter(|answer| answer.status == 200).count()
    });
    assert_eq!(join_all(busy).await, [100; 3], "each phone has its hundred, though all share an address");
    let desk = depot.role("dispatcher");
    assert_eq!(desk.get("/api/fleet/overview").await.status, 200);
    let guess = depot.bearer("depot_guess");
    let mut guesses = 0;
    while guess.get("/api/session").await.status == 401 {
        guesses += 1;
        assert!(guesses < 1_000, "guesses are limited");
    }
    assert_eq!(desk.get("/api/fleet/overview").await.status, 200, "guesses count for the address alone");
}

#[tokio::test]
async fn wrong_codes_block_neither_sign_in_nor_pairing() {
    let depot = Depot::generous().flag("--sign-in-link").start();
    let link = depot.sign_in_link();
    let code = link.rsplit_once("#code=").expect("a code").1;
    let sign_in = async |code: &str, origin: Option<String>| {
        let mut request = depot.nobody().request(Method::POST, "/api/session").json(&json!({"code": code}));
        if let Some(origin) = origin {
            request = request.header("Origin", origin);
        }
        Answer::to(request).await.status
    };
    let mut statuses = join_all((0..10).map(|_| sign_in("wrong", None))).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429, 429, 429]);

    let desk = depot.admin();
    let start = json!({"command": {"entity": "phone", "command": {"type": "startPairing"}}});
    let pairing = desk.post("/api/commands", start).await.id();
    let claim = async |code: &str| {
        let body = json!({"code": code, "nonce": "00112233445566778899aabbccddeeff", "device": "Chrome", "appVersion": "1"});
        depot.nobody().post("/api/phone/pairing", body).await
    };
    for _ in 0..10 {
        assert!(matches!(claim("00112233445566778899aabbccddeeff").await.status, 401 | 429));
    }
    let shown = desk.query(json!({"query": "pairing", "id": pairing})).await.ok();
    let url = shown["answer"]["url"].as_str().expect("a link to scan");
    assert_eq!(claim(url.rsplit_once('#').expect("a code").1).await.status, 200);

    let other_scheme = depot.url().replace("http://", "https://");
    assert_eq!(sign_in(code, Some(other_scheme)).await, 403);
    assert_eq!(sign_in(code, Some(depot.url().to_owned())).await, 200);
}
