//! The depot beside others that do the same work, which run in a program of their own and are asked slice by slice.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use tokio::runtime::Runtime;

use crate::Plan;
use crate::commands;
use crate::measure::{Measured, Slice, thousands};
use crate::raw::{GROUP, Raw};

const CALLERS: usize = 64;
/// What the program calls them, and what they are.
const PEERS: [(&str, &str); 3] = [
    ("cqrs-es", "cqrs-es 0.5 on PostgreSQL, one view row a command"),
    ("append", "UmaDB 0.7.8, append"),
    ("conditional", "UmaDB 0.7.8, read and conditional append"),
];

pub(crate) fn measure(runtime: &Runtime, folder: &Path, plan: &Plan) -> String {
    let program = crate::argument("--peers").expect("--peers PROGRAM: see `cargo xtask bench -- peers`");
    let app = crate::open(runtime, &folder.join("app"));
    let raw = Raw::open(runtime, &folder.join("raw"), GROUP);
    let mut command = Command::new(program);
    let command = command.arg(folder.join("peers")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut peers = command.spawn().unwrap();
    let (mut ask, mut answers) = (peers.stdin.take().unwrap(), BufReader::new(peers.stdout.take().unwrap()));
    let mut ours = Measured::default();
    let mut theirs = PEERS.map(|_| Measured::default());
    for round in 0..=plan.rounds {
        for place in 0..=PEERS.len() {
            let which = (place + round) % (PEERS.len() + 1);
            let before = raw.insert();
            let slice = match PEERS.get(which) {
                None => runtime.block_on(commands::execute(&app, CALLERS)),
                Some((name, _)) => {
                    writeln!(ask, "{name}").unwrap();
                    let mut line = String::new();
                    answers.read_line(&mut line).unwrap();
                    told(&line)
                }
            };
            let after = raw.insert();
            let reference = f64::midpoint(before.per_second, after.per_second);
            if round > 0 {
                theirs.get_mut(which).unwrap_or(&mut ours).add(slice, reference);
            }
        }
    }
    drop(ask);
    assert!(peers.wait().unwrap().success());
    runtime.block_on(app.close());
    tell(&ours, &theirs)
}

/// A slice as the program tells it: how long it took, and then each answer, in microseconds.
fn told(line: &str) -> Slice {
    let mut micros = line.split_whitespace().map(|number| number.parse::<u64>().unwrap());
    let took = micros.next().expect("a slice of a peer");
    let latencies_us: Vec<_> = micros.collect();
    let per_second = latencies_us.len() as f64 * 1e6 / took as f64;
    Slice { per_second, latencies_us, cpu_us: f64::NAN }
}

fn tell(ours: &Measured, theirs: &[Measured]) -> String {
    let mut text = format!(
        "### Peers\n\n{CALLERS} callers at once, each adding something; durable.\n\n\
         | what | a second | of the reference | the depot is faster by | p50, us | p99, us |\n|---|---|---|---|---|---|\n"
    );
    let names = PEERS.iter().map(|(_, name)| *name);
    for (name, of) in std::iter::once("`App::execute`").chain(names).zip(std::iter::once(ours).chain(theirs))
    {
        let (rate, ratio, p50, p99) =
            (thousands(of.rate()), of.ratio(), of.percentile(500), of.percentile(990));
        let faster = ours.ratio() / ratio;
        writeln!(text, "| {name} | {rate} | {ratio:.3} | {faster:.1} | {p50} | {p99} |").unwrap();
    }
    text.push('\n');
    text
}
