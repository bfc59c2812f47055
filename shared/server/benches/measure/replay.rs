//! Reading the whole log: into state, into every projection, and along its chain, beside a plain scan of the same rows.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::{BuildHasherDefault, Hasher};
use std::path::Path;
use std::time::Instant;

use depot_app::App;
use depot_app::domain::decider::DomainEvent;
use depot_app::domain::values::Timestamp;
use depot_app::domain::{Decider, Delivery, Driver, Route, Vehicle};
use rusqlite::{Connection, OpenFlags};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::measure::{median, thousands};

/// A rebuild is told by so few, because each writes every table anew.
const REBUILDS: usize = 2;
const DATABASE: &str = "depot.sqlite3";

pub(crate) fn measure(runtime: &Runtime, app: &App, rounds: usize) -> String {
    let events = app.head() as f64;
    let log = Log::open(app.folder());
    let mut took: [Vec<f64>; 5] = Default::default();
    for round in 0..=rounds {
        let checked = || runtime.block_on(app.verify()).map(drop).unwrap();
        let works: [&dyn Fn(); 4] = [&|| log.scan(), &|| log.parse(), &|| log.fold(), &checked];
        for place in 0..works.len() {
            let which = (place + round) % works.len();
            let began = Instant::now();
            works[which]();
            if round > 0 {
                took[which].push(began.elapsed().as_secs_f64());
            }
        }
    }
    for _ in 0..REBUILDS.min(rounds) {
        let began = Instant::now();
        runtime.block_on(app.rebuild()).unwrap();
        took[4].push(began.elapsed().as_secs_f64());
    }
    let [scan, parse, fold, verify, rebuild] = took.map(median);
    let mut text = format!(
        "### The whole log\n\nOf {} events, on one core.\n\n| what | s | events/s | beside the scan |\n|---|---|---|---|\n",
        thousands(events)
    );
    for (what, seconds) in [
        ("read every row", scan),
        ("and parse its event", parse),
        ("and fold it into the state of its entity", fold),
        ("`depotd verify`: every link, every stream and every seal", verify),
        ("`depotd rebuild`: every projection, durable", rebuild),
    ] {
        let (rate, beside) = (thousands(events / seconds), scan / seconds);
        writeln!(text, "| {what} | {seconds:.2} | {rate} | {beside:.2} |").unwrap();
    }
    writeln!(text, "\nFolding goes at {:.2} of the speed of parsing alone.\n", parse / fold).unwrap();
    text
}

/// The events of a depot, read past its application.
struct Log {
    connection: Connection,
    /// What each stream is called, and what opens the personal parts of its events.
    streams: ByNumber<(Uuid, Option<[u8; 32]>)>,
}

/// An event as it lies in the log.
struct Row<'r> {
    stream: i64,
    event_type: &'r str,
    payload: &'r str,
    at: i64,
    version: u32,
}

/// The states that a log was folded into, each at the number of its stream.
#[derive(Default)]
struct States {
    drivers: ByNumber<Option<Driver>>,
    vehicles: ByNumber<Option<Vehicle>>,
    routes: ByNumber<Option<Route>>,
    deliveries: ByNumber<Option<Delivery>>,
}

type ByNumber<T> = HashMap<i64, T, BuildHasherDefault<Spread>>;

/// Spreads numbers that the database gave, which nobody can choose so that they clash.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_i64(i64::from(*byte)));
    }

    fn write_i64(&mut self, number: i64) {
        // Fibonacci hashing (Knuth, The Art of Computer Programming, volume 3, 6.4).
        self.0 = (self.0 ^ number.cast_unsigned()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32);
    }
}

impl Log {
    fn open(folder: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(folder.join(DATABASE), flags).unwrap();
        connection.execute_batch("PRAGMA mmap_size = 2000000000").unwrap();
        let streams = {
            let mut select = connection.prepare("SELECT stream_no, id, secret FROM streams").unwrap();
            let read =
                |row: &rusqlite::Row<'_>| Ok((row.get(0)?, (Uuid::from_bytes(row.get(1)?), row.get(2)?)));
            select.query_map((), read).unwrap().collect::<Result<_, _>>().unwrap()
        };
        Self { streams, connection }
    }

    fn each(&self, mut work: impl FnMut(&Row<'_>)) {
        let sql =
            "SELECT stream_no, type, payload, occurred_at, version, schema, recorded_at, actor, correlation,
                   causation, hash FROM events ORDER BY seq";
        let mut statement = self.connection.prepare_cached(sql).unwrap();
        let mut rows = statement.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let text = |column| row.get_ref(column).unwrap().as_str().unwrap();
            let (stream, at, version) = (row.get(0).unwrap(), row.get(3).unwrap(), row.get(4).unwrap());
            work(&Row { stream, event_type: text(1), payload: text(2), at, version });
        }
    }

    fn scan(&self) {
        let mut bytes = 0;
        self.each(|row| bytes += row.event_type.len() + row.payload.len());
        assert!(bytes > 0);
    }

    fn parse(&self) {
        let mut events = 0_u64;
        self.each(|row| {
            events += u64::from(
                self.decoded::<Delivery>(row).is_some()
                    || self.decoded::<Route>(row).is_some()
                    || self.decoded::<Driver>(row).is_some()
                    || self.decoded::<Vehicle>(row).is_some(),
            );
        });
        assert!(events > 0);
    }

    fn fold(&self) {
        let mut states = States::default();
        self.each(|row| {
            let folded = self.evolve(&mut states.deliveries, row)
                || self.evolve(&mut states.routes, row)
                || self.evolve(&mut states.drivers, row)
                || self.evolve(&mut states.vehicles, row);
            assert!(folded, "{}", row.event_type);
        });
        assert!(states.deliveries.len() > states.drivers.len());
    }

    fn decoded<E: Decider>(&self, row: &Row<'_>) -> Option<E::Event> {
        let Row { event_type, payload, .. } = *row;
        let is_own = E::Event::TYPES.iter().any(|(name, _)| *name == event_type);
        let decode = |payload: &str| {
            E::Event::decode(event_type, &mut serde_json::Deserializer::from_str(payload)).unwrap()
        };
        is_own.then(|| match payload.contains(r#""personal":{"#) {
            true => {
                let (stream, secret) = self.streams[&row.stream];
                decode(&depot_app::opened(stream, row.version, event_type, payload, secret).unwrap())
            }
            false => decode(payload),
        })
    }

    fn evolve<E: Decider>(&self, states: &mut ByNumber<Option<E>>, row: &Row<'_>) -> bool {
        let Some(event) = self.decoded::<E>(row) else { return false };
        let state = states.entry(row.stream).or_default();
        E::evolve(state, event, Timestamp::from_micros(row.at).unwrap());
        true
    }
}
