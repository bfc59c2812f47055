//! `cargo xtask bench -- window`: what the desktop takes of a machine while nobody does anything, beside an empty window.
//!
//! Of release builds, and with how long it takes until there is something to see.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::measured::{self, Started, median, ticks, ticks_per_second, with_descendants};
use crate::process;
use crate::screen::Screen;
use crate::setup::{self, Purpose};
use crate::ui;
use crate::workspace::{self, APP, DAEMON, EVERYTHING};

const PLACE: (&str, &str) =
    ("<!-- window: written by `cargo xtask bench -- window` -->", "<!-- end of window -->");

/// Of each window.
const ROUNDS: usize = 3;
/// A window that opens is watched for so long. What is there then is what it shows.
const WATCHED: Duration = Duration::from_secs(10);
/// Until what begins has begun: the check of the log after half a minute, the first backup.
const SETTLED_AFTER: Duration = Duration::from_secs(60);
const MEASURED: Duration = Duration::from_secs(30);

/// A window that is measured.
struct Subject {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
}

/// What it took.
#[derive(Clone, Copy)]
struct Taken {
    /// From its start until the window shows what it goes on to show.
    shown_ms: f64,
    memory_mib: f64,
    /// Of the memory, what the program itself has; the rest is WebKit's processes.
    own_mib: f64,
    cpu_percent: f64,
}

pub(crate) fn bench() -> Result<(), Failure> {
    setup::set_up(Purpose::Test)?;
    ui::build()?;
    process::run(process::cargo(&["build", "--release", "--bin", APP, "--bin", DAEMON]).args(EVERYTHING))?;
    // The same selection with one feature more, which only the example asks for.
    let mut empty = process::cargo(&["build", "--release", "--example", "empty"]);
    process::run(empty.args(EVERYTHING).args(["--features", "eroad-depot/empty-window"]))?;
    let work = workspace::root().join("target/bench-window");
    let _ = fs::remove_dir_all(&work);
    fs::create_dir_all(&work).map_err(|error| Failure::at(&work, &error))?;
    let subjects = subjects(&work)?;
    let mut taken: Vec<Vec<Taken>> = subjects.iter().map(|_| Vec::new()).collect();
    for round in 1..=ROUNDS {
        for (subject, taken) in subjects.iter().zip(&mut taken) {
            let one = measure(subject, &work)?;
            eprintln!(
                "round {round}: {}: shown after {:.0} ms, {:.0} MiB, of which {:.0} its own, {:.2} % of a core",
                subject.name, one.shown_ms, one.memory_mib, one.own_mib, one.cpu_percent
            );
            taken.push(one);
        }
    }
    let text = table(&subjects, &taken);
    eprint!("{text}");
    measured::put(PLACE, &text)
}

fn subjects(work: &Path) -> Result<Vec<Subject>, Failure> {
    let app = workspace::binary(APP, true)?;
    let example = app.with_file_name("examples").join("empty");
    let demo = work.join("demo");
    let on = |folder: &Path| vec!["--data-dir".to_owned(), folder.display().to_string()];
    fill(&demo)?;
    Ok(vec![
        Subject { name: "an empty window", program: example, arguments: vec![] },
        Subject { name: "a new depot", program: app.clone(), arguments: on(&work.join("new")) },
        Subject { name: "the demo day", program: app, arguments: on(&demo) },
    ])
}

/// Has a depot on its demo day in `folder`.
fn fill(folder: &Path) -> Result<(), Failure> {
    let mut depot = Command::new(workspace::binary(DAEMON, true)?);
    depot.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
    let mut started = Started::start(depot.stdout(Stdio::piped()))?;
    started.line()?;
    started.end("TERM");
    Ok(())
}

fn measure(subject: &Subject, work: &Path) -> Result<Taken, Failure> {
    let screen = Screen::open(work)?;
    let mut window = Command::new(&subject.program);
    window.args(&subject.arguments).env("DISPLAY", screen.display()).stderr(Stdio::null());
    // What the window remembers of itself is kept apart from the person's own, and no bus is asked for a tray.
    for variable in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        window.env(variable, work.join("home"));
    }
    window.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR").env_remove("WAYLAND_DISPLAY");
    let begun = Instant::now();
    let window = Started::start(window.stdout(Stdio::null()))?;
    let shown = screen.shown_after(begun, WATCHED)?;
    sleep(SETTLED_AFTER - WATCHED);
    let processes = with_descendants(window.id());
    let before = ticks(&processes);
    sleep(MEASURED);
    let spent = ticks(&processes) - before;
    let (mut memory_kib, mut own_kib) = (0, 0);
    for process in &processes {
        let taken = proportional_kib(*process);
        memory_kib += taken;
        if *process == window.id() {
            own_kib = taken;
        }
    }
    if own_kib == 0 {
        return Err(Failure::new(format!("{} did not stay open", subject.program.display())));
    }
    let seconds = spent as f64 / ticks_per_second()?;
    Ok(Taken {
        shown_ms: shown.as_secs_f64() * 1000.0,
        memory_mib: memory_kib as f64 / 1024.0,
        own_mib: own_kib as f64 / 1024.0,
        cpu_percent: 100.0 * seconds / MEASURED.as_secs_f64(),
    })
}

/// What it has of memory, where what several share counts in parts.
fn proportional_kib(process: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}

fn table(subjects: &[Subject], taken: &[Vec<Taken>]) -> String {
    let mut text = String::from(
        "\n| the window shows | shown after | memory | of it the program's own | beside the empty window | computing while idle |\n|---|---|---|---|---|---|\n",
    );
    let of = |taken: &[Taken], what: fn(&Taken) -> f64| median(taken.iter().map(what));
    let empty = taken.first().map_or(f64::NAN, |taken| of(taken, |one| one.memory_mib));
    for (Subject { name, .. }, taken) in subjects.iter().zip(taken) {
        let (memory, own) = (of(taken, |one| one.memory_mib), of(taken, |one| one.own_mib));
        let (shown, cpu) = (of(taken, |one| one.shown_ms), of(taken, |one| one.cpu_percent));
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| {name} | {shown:.0} ms | {memory:.0} MiB | {own:.0} MiB | {:.2} | {cpu:.2} % of a core |",
            memory / empty
        );
    }
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_found_with_those_that_it_started_and_takes_something() {
        let mut shell = Command::new("sh");
        let started =
            Started::start(shell.args(["-c", "sleep 60 & echo begun; wait"]).stdout(Stdio::piped()));
        let mut started = started.unwrap();
        assert_eq!(started.line().unwrap(), "begun");
        assert_eq!(with_descendants(started.id()).len(), 2);
        assert!(proportional_kib(started.id()) > 0);
    }
}
