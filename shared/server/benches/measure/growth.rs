//! What a long record costs: the same questions to depots of ten, a hundred and a thousand thousand events, in turn.
//!
//! They have the same drivers and so as many deliveries on the road: what differs is how long they have existed. Each is
//! generated once, and stays beside the program to be copied in later runs.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use depot_app::{Actor, App, CommandRequest, DepotQuery, Generation, Trace};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::Plan;
use crate::measure::{micros, ms, percentile, thousands};
use crate::replay;

/// Questions of a kind in a slice.
const ASKED: usize = 25;
const DRIVERS: u32 = 20;
const KINDS: [&str; 5] = ["command", "board", "live tracking", "filtered page", "history"];

struct Depot {
    folder: PathBuf,
    app: App,
    events: u64,
    deliveries: Vec<String>,
    drivers: Vec<String>,
    starts_us: Vec<u64>,
    reports_us: Vec<u64>,
    answered_us: HashMap<&'static str, Vec<u64>>,
}

pub(crate) fn measure(runtime: &Runtime, folder: &Path, plan: &Plan) -> String {
    let mut depots: Vec<_> = plan
        .deliveries
        .iter()
        .map(|deliveries| Depot::open(runtime, folder.join(format!("of-{deliveries}")), *deliveries))
        .collect();
    for round in 0..=plan.rounds {
        for kind in KINDS {
            for place in 0..depots.len() {
                let which = (place + round) % depots.len();
                let slice = runtime.block_on(depots[which].ask(kind, round));
                // The first round warms the caches of all.
                if round > 0 {
                    depots[which].answered_us.entry(kind).or_default().extend(slice);
                }
            }
        }
    }
    for depot in &mut depots {
        depot.reports_us = runtime.block_on(report(&depot.app, plan.rounds));
        depot.start_again(runtime, plan.rounds);
    }
    let memory: Vec<_> = depots.iter().map(|depot| memory_of(&depot.folder)).collect();
    let mut text = tell(&depots, &memory);
    let last = depots.pop().unwrap();
    for depot in depots {
        runtime.block_on(depot.app.close());
    }
    text.push_str(&replay::measure(runtime, &last.app, plan.rounds));
    runtime.block_on(last.app.close());
    text
}

fn tell(depots: &[Depot], memory: &[String]) -> String {
    let mut text = String::from(
        "### Growth\n\nMedians in milliseconds; the last column is the slowest beside the fastest.\n\n|",
    );
    let mut row =
        |what: &str, cells: Vec<String>| writeln!(text, "{what} | {} |", cells.join(" | ")).unwrap();
    let events = depots.iter().map(|depot| format!("{} events", thousands(depot.events as f64)));
    row("", events.chain(["slowest / fastest".to_owned()]).collect());
    row("|---", vec!["---".to_owned(); depots.len() + 1]);
    for kind in KINDS {
        let medians: Vec<_> =
            depots.iter().map(|depot| percentile(depot.answered_us[kind].clone(), 500)).collect();
        let cells = medians.iter().map(|median| format!("{:.3}", ms(*median)));
        row(&format!("| {kind}"), cells.chain([spread(&medians)]).collect());
    }
    let reports = depots.iter().map(|depot| format!("{:.1}", ms(percentile(depot.reports_us.clone(), 500))));
    row("| report of a year", reports.chain([String::new()]).collect());
    let starts: Vec<_> = depots.iter().map(|depot| percentile(depot.starts_us.clone(), 500)).collect();
    row(
        "| opening",
        starts.iter().map(|start| format!("{:.1}", ms(*start))).chain([spread(&starts)]).collect(),
    );
    row("| memory after all this, MiB", memory.iter().cloned().chain([String::new()]).collect());
    text.push('\n');
    text
}

fn spread(medians: &[u64]) -> String {
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    format!("{:.2}", *most as f64 / (*least).max(1) as f64)
}

fn query(value: Value) -> DepotQuery {
    serde_json::from_value(value).unwrap()
}

async fn asked(app: &App, value: Value) -> Value {
    let answered = app.query(&Actor::desk(), query(value)).await.unwrap();
    serde_json::to_value(answered.answer).unwrap()
}

/// Every value of a field, anywhere in an answer.
fn all(answer: &Value, field: &str) -> Vec<String> {
    match answer {
        Value::Object(object) => {
            let own = object.get(field).and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(object.values().flat_map(|value| all(value, field))).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| all(item, field)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![],
    }
}

/// Makes a depot, which bears its name only once it is complete.
fn generate(runtime: &Runtime, kept: &Path, deliveries: u32) {
    let unfinished = kept.with_extension("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    let app = crate::open(runtime, &unfinished);
    let began = Instant::now();
    let wanted = Generation { deliveries, seed: 1, until: None, drivers: Some(DRIVERS) };
    let events = runtime.block_on(app.generate(wanted)).unwrap().events;
    eprintln!("generated {events} events in {} s", began.elapsed().as_secs());
    runtime.block_on(app.close());
    fs::rename(&unfinished, kept).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

impl Depot {
    fn open(runtime: &Runtime, folder: PathBuf, deliveries: u32) -> Self {
        let kept =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("generated-{deliveries}-by-{DRIVERS}"));
        if !kept.exists() {
            generate(runtime, &kept, deliveries);
        }
        copy(&kept, &folder);
        let app = crate::open(runtime, &folder);
        let events = app.head();
        let (deliveries, drivers) = runtime.block_on(async {
            let page = json!({"query": "deliveries", "status": "Delivered,InTransit", "limit": 500});
            let drivers = asked(&app, json!({"query": "drivers"})).await;
            (all(&asked(&app, page).await, "id"), all(&drivers, "driverId"))
        });
        assert!(deliveries.len() > 20 && drivers.len() > 3, "{} and {}", deliveries.len(), drivers.len());
        let (starts_us, reports_us, answered_us) = (vec![], vec![], HashMap::new());
        Self { folder, app, events, deliveries, drivers, starts_us, reports_us, answered_us }
    }

    async fn ask(&self, kind: &str, round: usize) -> Vec<u64> {
        let mut took = Vec::with_capacity(ASKED);
        for place in 0..ASKED {
            let number = round * ASKED + place;
            let delivery = &self.deliveries[number * 7 % self.deliveries.len()];
            let driver = &self.drivers[number % self.drivers.len()];
            if kind == "command" {
                let command = json!({"command": {"entity": "delivery", "id": delivery, "command":
                    {"type": "reportIncident", "incidentType": "Traffic", "description": "Bridge closed"}}});
                let request: CommandRequest = serde_json::from_value(command).unwrap();
                let asked = Instant::now();
                self.app.execute(&Actor::desk(), request, Trace::fresh()).await.unwrap();
                took.push(micros(asked));
                continue;
            }
            let query = query(match kind {
                "board" => json!({"query": "board"}),
                "live tracking" => json!({"query": "liveTracking"}),
                "filtered page" => {
                    json!({"query": "deliveries", "status": "Delivered", "driverId": driver, "limit": 50})
                }
                _ => json!({"query": "completedSummary", "id": delivery}),
            });
            let asked = Instant::now();
            self.app.query(&Actor::desk(), query).await.unwrap();
            took.push(micros(asked));
        }
        took
    }

    /// Closes it and opens it again, some times.
    fn start_again(&mut self, runtime: &Runtime, times: usize) {
        for _ in 0..times {
            runtime.block_on(self.app.close());
            let asked = Instant::now();
            self.app = crate::open(runtime, &self.folder);
            self.starts_us.push(micros(asked));
        }
    }
}

/// How long reports of the last year take. They read more the longer a depot has existed, up to a year.
async fn report(app: &App, times: usize) -> Vec<u64> {
    let today = app.now().datetime().date_naive();
    let first = today - chrono::Days::new(364);
    let mut took = Vec::new();
    for _ in 0..times {
        let query = query(json!({"query": "report", "from": first.to_string(), "to": today.to_string()}));
        let asked = Instant::now();
        app.query(&Actor::desk(), query).await.unwrap();
        took.push(micros(asked));
    }
    took
}

/// What a process of its own takes that opens the depot and answers every kind of question. This one has it open too.
fn memory_of(folder: &Path) -> String {
    let own = std::env::current_exe().unwrap();
    let output = Command::new(own).arg("--memory").arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Opens a depot beside whoever has it open, asks, and prints the memory that is the process's alone, in MiB.
pub(crate) fn tell_memory(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let options = depot_app::AppOptions {
        exclusive: false,
        ..depot_app::AppOptions::new(folder, depot_app::Settings::default())
    };
    let app = App::open(options).unwrap();
    runtime.block_on(async {
        for _ in 0..20 {
            for query in [
                json!({"query": "board"}),
                json!({"query": "liveTracking"}),
                json!({"query": "deliveries", "status": "Delivered", "limit": 500}),
                json!({"query": "events"}),
            ] {
                asked(&app, query).await;
            }
        }
    });
    // What lies in the database's file is the system's to drop, and not counted.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:")?.trim().split(' ').next()?.parse::<f64>().ok());
    println!("{:.1}", kib.unwrap_or(f64::NAN) / 1024.0);
}
