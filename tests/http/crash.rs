//! The real depot under load, killed at moments that a seed chooses: what it acknowledged is there, what it did not answer is
//! there once and whole or not at all, and the chain holds.
//!
//! `CRASH_KILLS=1000` makes the long run, `CRASH_SEED=7` another one, and `CRASH_DELIVERIES=100000` has it begin with about a
//! million events. Where the process is when it dies depends on the machine as well: a seed gives the same load and the
//! same delays, not the same instruction.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use acceptance::{Answer, Client, Depot, at};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

const WRITERS: u64 = 12;
/// The longest that a depot lives under load before it is killed.
const LIFE_MS_MOST: u64 = 250;
/// The longest that a depot lives that is killed while it starts.
const START_MS_MOST: u64 = 120;
const CATEGORIES: [&str; 3] =
    ["fleet-management-events", "route-management-events", "delivery-tracking-events"];
const PAGE: usize = 500;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |text| text.parse().expect("a number"))
}

/// A request that may be sent again, and what it is about.
struct Step {
    method: Method,
    path: String,
    body: Value,
    about: Uuid,
    key: String,
}

/// A delivery from hiring the driver to its proof, always with the same ids.
fn story(writer: u64, chapter: u64) -> Vec<Step> {
    let id = |part: u64| Uuid::from_u64_pair((writer << 32 | chapter) + 1, part);
    let (driver, vehicle, route, delivery) = (id(1), id(2), id(3), id(4));
    let tag = format!("{writer}-{chapter}");
    let on_route = |rest: &str| format!("/api/routes/{route}{rest}");
    let on_delivery = |rest: &str| format!("/api/deliveries/{delivery}/{rest}");
    let (post, patch) = (Method::POST, Method::PATCH);
    let steps = [
        (
            &post,
            "/api/fleet/drivers".into(),
            json!({"id": driver, "name": "Ada", "driverLicense": tag}),
            driver,
        ),
        (
            &post,
            "/api/fleet/vehicles".into(),
            json!({"id": vehicle, "registration": tag, "vehicleType": "Van"}),
            vehicle,
        ),
        (
            &post,
            "/api/routes".into(),
            json!({"id": route, "origin": "Depot", "destination": "Harbour", "scheduledStartTime": at(8, 0)}),
            route,
        ),
        (
            &post,
            on_route("/checkpoints"),
            json!({"sequence": 1, "location": "Gate", "expectedTime": at(9, 0)}),
            route,
        ),
        (&patch, on_route("/status"), json!({"status": "Active"}), route),
        (
            &post,
            "/api/deliveries".into(),
            json!({"id": delivery, "routeId": route, "driverId": driver, "vehicleId": vehicle}),
            delivery,
        ),
        (&patch, on_delivery("status"), json!({"status": "InTransit"}), delivery),
        (
            &post,
            on_delivery("incidents"),
            json!({"type": "Traffic", "description": "Bridge closed"}),
            delivery,
        ),
        (&patch, on_delivery("checkpoint"), json!({"routeId": route, "sequence": 1}), delivery),
        (
            &post,
            on_delivery("proof-of-delivery"),
            json!({"receiverName": "Cleo", "signatureUrl": "https://example.org/s.png"}),
            delivery,
        ),
    ];
    let numbered = steps.into_iter().enumerate();
    let step = |(place, (method, path, body, about)): (usize, (&Method, String, Value, Uuid))| {
        let key = format!("{tag}-{place}");
        Step { method: method.clone(), path, body, about, key }
    };
    numbered.map(step).collect()
}

/// Somebody who tells one story after the other, and goes on where an answer is missing.
struct Writer {
    number: u64,
    chapter: u64,
    step: usize,
    /// The last version of each thing that was acknowledged since the depot was looked at.
    acknowledged: HashMap<Uuid, u32>,
    answers: u64,
}

impl Writer {
    /// Writes until there is no answer, or until it has told so many chapters.
    async fn write(mut self, client: Client, chapters: u64) -> Self {
        while self.chapter < chapters {
            let steps = story(self.number, self.chapter);
            while let Some(step) = steps.get(self.step) {
                let request = client.request(step.method.clone(), &step.path);
                let sent = request.header("Idempotency-Key", &step.key).json(&step.body);
                match Answer::maybe(sent).await {
                    Ok(answer) => {
                        let version = answer.ok()["version"].as_u64().expect("a version");
                        let version = u32::try_from(version).expect("a small version");
                        self.acknowledged.insert(step.about, version);
                        self.answers += 1;
                    }
                    Err(_) => return self,
                }
                self.step += 1;
            }
            (self.chapter, self.step) = (self.chapter + 1, 0);
        }
        self
    }
}

/// What the log says, read from where it was read before.
struct Reader {
    position: u64,
    versions: HashMap<Uuid, u32>,
}

impl Reader {
    /// Reads on; nothing may be missing, neither in the whole nor in a stream.
    async fn read_on(&mut self, client: &Client) {
        let mut found = vec![];
        for category in CATEGORIES {
            let mut after = self.position;
            loop {
                let path = format!("/api/events/{category}?after={after}&limit={PAGE}");
                let page = client.get(&path).await.ok();
                let events = page["events"].as_array().expect("events");
                found.extend(events.iter().map(|event| {
                    let number = |name: &str| event[name].as_u64().expect("a number");
                    let id = event["entityId"].as_str().and_then(|id| id.parse::<Uuid>().ok());
                    (number("sequence"), id.expect("an id"), number("version"))
                }));
                let Some(last) = events.last().filter(|_| events.len() == PAGE) else { break };
                after = last["sequence"].as_u64().expect("a sequence");
            }
        }
        found.sort_unstable();
        for (sequence, id, version) in found {
            assert_eq!(sequence, self.position + 1, "the log has a gap, or the same event twice");
            self.position = sequence;
            let before = self.versions.entry(id).or_default();
            assert_eq!(version, u64::from(*before) + 1, "event {sequence} does not follow in its stream");
            *before += 1;
        }
        assert_eq!(client.head().await, self.position);
    }

    fn version(&self, id: Uuid) -> u32 {
        self.versions.get(&id).copied().unwrap_or_default()
    }
}

/// At which version each step of a story leaves what it is about, where nobody is killed.
async fn learn(client: &Client) -> Vec<u32> {
    let mut versions = vec![];
    for step in story(u64::from(u32::MAX), 0) {
        let request = client.request(step.method, &step.path).header("Idempotency-Key", &step.key);
        let answer = Answer::to(request.json(&step.body)).await.ok();
        versions
            .push(u32::try_from(answer["version"].as_u64().expect("a version")).expect("a small version"));
    }
    versions
}

/// What was acknowledged is in the log, and of what was not answered all or nothing.
fn compare(writer: &mut Writer, log: &Reader, learnt: &[u32]) {
    for (id, version) in writer.acknowledged.drain() {
        assert!(
            log.version(id) >= version,
            "{id} was acknowledged at version {version} and is at {}",
            log.version(id)
        );
    }
    let steps = story(writer.number, writer.chapter);
    let mut expected: HashMap<Uuid, u32> = steps.iter().map(|step| (step.about, 0)).collect();
    for (step, version) in steps.iter().zip(learnt).take(writer.step) {
        expected.insert(step.about, *version);
    }
    for (id, expected) in expected {
        let unanswered = steps.get(writer.step).filter(|step| step.about == id).map(|_| learnt[writer.step]);
        let found = log.version(id);
        assert!(
            found == expected || Some(found) == unanswered,
            "{id} is at version {found}, where {expected} was acknowledged and {unanswered:?} not answered"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_whenever_the_depot_is_killed() {
    let (kills, seed) = (number("CRASH_KILLS", 10), number("CRASH_SEED", 1));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut depot = Depot::start();
    let deliveries = number("CRASH_DELIVERIES", 0);
    if deliveries > 0 {
        depot.stop("TERM");
        let made = depot.depotd(&["generate", "--deliveries", &deliveries.to_string()]);
        assert!(made.success, "{made:?}");
        depot.start_again();
    }
    let mut log = Reader { position: depot.admin().head().await, versions: HashMap::new() };
    let learnt = learn(&depot.admin()).await;
    let writer = |number| Writer { number, chapter: 0, step: 0, acknowledged: HashMap::new(), answers: 0 };
    let mut writers: Vec<_> = (0..WRITERS).map(writer).collect();
    let (mut slowest, mut killed_starting) = (Duration::ZERO, 0);
    for kill in 1..=kills {
        let client = depot.admin();
        let working: Vec<_> =
            writers.into_iter().map(|writer| tokio::spawn(writer.write(client.clone(), u64::MAX))).collect();
        tokio::time::sleep(Duration::from_millis(random.next_u64() % LIFE_MS_MOST)).await;
        depot.stop("KILL");
        writers = vec![];
        for writer in working {
            writers.push(writer.await.expect("a depot that is killed says nothing wrong before"));
        }
        if random.next_u64() % 5 == 0 {
            killed_starting += 1;
            depot.start_and_kill(Duration::from_millis(random.next_u64() % START_MS_MOST));
        }
        // A check by the program itself opens the depot, so that the next start finds nothing left to do: only now and then.
        if kill % 50 == 0 {
            assert_whole(&depot);
        }
        let began = Instant::now();
        depot.start_again();
        slowest = slowest.max(began.elapsed());
        log.read_on(&depot.admin()).await;
        for writer in &mut writers {
            compare(writer, &log, &learnt);
        }
    }
    let client = depot.admin();
    let chapters = writers.iter().map(|writer| writer.chapter).max().unwrap_or_default() + 1;
    let mut answers = 0;
    for writer in writers {
        let mut writer = writer.write(client.clone(), chapters).await;
        assert_eq!(writer.chapter, chapters);
        log.read_on(&client).await;
        compare(&mut writer, &log, &learnt);
        answers += writer.answers;
    }
    depot.stop("TERM");
    assert_whole(&depot);
    assert!(answers > kills, "too little was written: {answers}");
    eprintln!(
        "seed {seed}: {kills} kills under load and {killed_starting} while starting; {answers} writes acknowledged in {} \
         events, none lost, none twice; slowest start {} ms",
        log.position,
        slowest.as_millis()
    );
}

fn assert_whole(depot: &Depot) {
    let verified = depot.depotd(&["verify"]);
    assert!(verified.success && verified.out.contains("none missing and none changed"), "{verified:?}");
}
