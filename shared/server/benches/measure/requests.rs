//! The same through HTTP on loopback: connections that each wait for their answer, and a load that does not wait.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use depot_app::{NewToken, Role};
use depot_server::{Running, ServeOptions, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::Plan;
use crate::measure::{Began, Measured, Slice, micros, ms, percentile, thousands};
use crate::raw::{GROUP, Raw};

const CONNECTIONS: [usize; 4] = [1, 16, 64, 256];
const SLICE: Duration = Duration::from_millis(250);
/// What parts of the capacity the open loop asks for, in hundredths.
const LOADS: [u64; 3] = [50, 80, 95];
const OPEN_LOOP: Duration = Duration::from_secs(4);
const OPEN_CONNECTIONS: usize = 128;

/// Where to send, and with which credential.
struct Target {
    address: SocketAddr,
    token: String,
    errors: AtomicU64,
}

pub(crate) fn measure(runtime: &Runtime, folder: &Path, plan: &Plan) -> String {
    let app = crate::open(runtime, &folder.join("http"));
    let raw = Raw::open(runtime, &folder.join("raw-beside-http"), GROUP);
    let new =
        NewToken { role: Role::Dispatcher, name: "Bench".to_owned(), driver_id: None, expires_in: None };
    let token = runtime.block_on(app.create_token(new)).unwrap().token;
    let options = ServeOptions::new(([127, 0, 0, 1], 0).into());
    let running: Running = runtime.block_on(serve(app.clone(), options)).unwrap();
    let address = running.url().trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    let target = Arc::new(Target { address, token, errors: AtomicU64::new(0) });
    let mut ours = CONNECTIONS.map(|_| Measured::default());
    for round in 0..=plan.rounds {
        for place in 0..CONNECTIONS.len() {
            let which = (place + round) % CONNECTIONS.len();
            let before = raw.insert();
            let slice = runtime.block_on(closed_loop(&target, CONNECTIONS[which]));
            let after = raw.insert();
            if round > 0 {
                ours[which].add(slice, f64::midpoint(before.per_second, after.per_second));
            }
        }
    }
    let capacity = ours[2].rate();
    let open = LOADS.map(|load| {
        let a_second = capacity * load as f64 / 100.0;
        (load, runtime.block_on(open_loop(&target, a_second)))
    });
    runtime.block_on(running.stop());
    runtime.block_on(app.close());
    tell(&ours, &open, target.errors.load(Ordering::Relaxed))
}

fn tell(ours: &[Measured], open: &[(u64, (f64, Vec<u64>))], errors: u64) -> String {
    let mut text = String::from(
        "### Requests over HTTP on loopback\n\nEach adds a driver and is durable; the client takes its part of the same \
         CPUs.\n\n| what | a second | of the reference | CPU, us each | p50, ms | p99, ms | p99.9, ms |\n|---|---|---|---|---|---|---|\n",
    );
    for (connections, measured) in CONNECTIONS.iter().zip(ours) {
        let [p50, p99, p999] = [500, 990, 999].map(|parts| ms(measured.percentile(parts)));
        let (rate, ratio, cpu) = (thousands(measured.rate()), measured.ratio(), measured.cpu_us());
        let what = format!("closed loop, connections: {connections}");
        writeln!(text, "| {what} | {rate} | {ratio:.2} | {cpu:.0} | {p50:.2} | {p99:.2} | {p999:.2} |")
            .unwrap();
    }
    for (load, (rate, latencies)) in open {
        let [p50, p99, p999] = [500, 990, 999].map(|parts| ms(percentile(latencies.clone(), parts)));
        let (what, rate) = (format!("open loop, {load} % of the rate at 64"), thousands(*rate));
        writeln!(text, "| {what} | {rate} | | | {p50:.2} | {p99:.2} | {p999:.2} |").unwrap();
    }
    writeln!(text, "\nAnswers other than success: {errors}.\n").unwrap();
    text
}

/// Each connection asks again as soon as it was answered.
async fn closed_loop(target: &Arc<Target>, connections: usize) -> Slice {
    let open = connect(target, connections).await;
    let began = Arc::new(Began::now());
    let mut working = JoinSet::new();
    for mut connection in open {
        let began = Arc::clone(&began);
        working.spawn(async move {
            let mut own = Vec::new();
            while began.elapsed() < SLICE {
                let asked = Instant::now();
                connection.add_driver().await;
                own.push(micros(asked));
            }
            own
        });
    }
    let latencies = working.join_all().await.concat();
    let done = latencies.len();
    began.slice(latencies, done)
}

/// Requests come at their times whether or not the ones before were answered; latencies count from when each was due.
async fn open_loop(target: &Arc<Target>, a_second: f64) -> (f64, Vec<u64>) {
    let open = connect(target, OPEN_CONNECTIONS).await;
    let (began, next) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let mut working = JoinSet::new();
    for mut connection in open {
        let next = Arc::clone(&next);
        working.spawn(async move {
            let mut own = Vec::new();
            loop {
                let due = Duration::from_secs_f64(next.fetch_add(1, Ordering::Relaxed) as f64 / a_second);
                if due > OPEN_LOOP {
                    return own;
                }
                tokio::time::sleep_until((began + due).into()).await;
                connection.add_driver().await;
                own.push(micros(began + due));
            }
        });
    }
    let latencies = working.join_all().await.concat();
    (latencies.len() as f64 / began.elapsed().as_secs_f64(), latencies)
}

async fn connect(target: &Arc<Target>, connections: usize) -> Vec<Connection> {
    let mut open = Vec::with_capacity(connections);
    while open.len() < connections {
        // Those of the slice before may still be counted.
        match Connection::open(target).await {
            Some(connection) => open.push(connection),
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
    open
}

/// A connection that writes and reads HTTP/1.1 with as little work of its own as can be.
struct Connection {
    stream: TcpStream,
    target: Arc<Target>,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(target: &Arc<Target>) -> Option<Self> {
        let stream = TcpStream::connect(target.address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let mut connection = Self { stream, target: Arc::clone(target), buffer: Vec::with_capacity(2048) };
        let probe = format!("GET /health/live HTTP/1.1\r\nHost: {}\r\n\r\n", target.address);
        (connection.call(probe.as_bytes()).await? == 200).then_some(connection)
    }

    async fn add_driver(&mut self) {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let body = format!(r#"{{"name":"Driver {number}","driverLicense":"LIC-{number}"}}"#);
        let (Target { address, token, .. }, length) = (&*self.target, body.len());
        let request = format!(
            "POST /api/fleet/drivers HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        if self.call(request.as_bytes()).await != Some(200) {
            self.target.errors.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends a request and reads the whole answer; gives its status, or nothing where the connection is closed.
    async fn call(&mut self, request: &[u8]) -> Option<u16> {
        self.stream.write_all(request).await.ok()?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                return None;
            }
            let Some(head) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
                continue;
            };
            let text = std::str::from_utf8(&self.buffer[..head]).ok()?;
            let status = text.get(9..12)?.parse().ok()?;
            let length = text.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            })?;
            while self.buffer.len() < head + 4 + length {
                if self.stream.read_buf(&mut self.buffer).await.ok()? == 0 {
                    return None;
                }
            }
            return Some(status);
        }
    }
}
