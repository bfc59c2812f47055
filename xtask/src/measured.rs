//! What measuring needs: processes of ours with all that they start, the computing time of these, medians, and the document
//! into which figures go.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::failure::Failure;
use crate::process;
use crate::workspace;

const DOCUMENT: &str = "docs/performance.md";

/// A process of ours with all that it starts; gone when this is dropped.
pub(crate) struct Started {
    name: String,
    child: Child,
    /// What it prints, where the command says that it is read.
    output: Option<BufReader<ChildStdout>>,
}

impl Started {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        Self::start_with(command, Stdio::null())
    }

    /// One that answers what it is asked, line by line.
    pub(crate) fn start_asked(command: &mut Command) -> Result<Self, Failure> {
        Self::start_with(command.stdout(Stdio::piped()), Stdio::piped())
    }

    fn start_with(command: &mut Command, input: Stdio) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).stdin(input).spawn();
        let mut child =
            child.map_err(|error| Failure::new(format!("`{name}` could not be started: {error}")))?;
        let output = child.stdout.take().map(BufReader::new);
        Ok(Self { name, child, output })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it prints.
    pub(crate) fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        let output = self.output.as_mut();
        let output =
            output.ok_or_else(|| Failure::new(format!("what `{}` prints is not read", self.name)))?;
        output.read_line(&mut line).map_err(|error| Failure::new(format!("`{}`: {error}", self.name)))?;
        match line.trim() {
            "" => Err(Failure::new(format!("`{}` ended, or has nothing to say", self.name))),
            said => Ok(said.to_owned()),
        }
    }

    /// What it answers to a line.
    pub(crate) fn ask(&mut self, question: &str) -> Result<String, Failure> {
        if let Some(input) = &mut self.child.stdin {
            writeln!(input, "{question}")
                .map_err(|error| Failure::new(format!("`{}` does not listen: {error}", self.name)))?;
        }
        self.line()
    }

    /// Ends it by a signal, and waits until it has ended.
    pub(crate) fn end(&mut self, signal: &str) {
        let group = format!("kill -s {signal} -- -{} 2>/dev/null", self.child.id());
        let _ = Command::new("sh").args(["-c", &group]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.end("KILL");
    }
}

/// The process and everything that it started.
pub(crate) fn with_descendants(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let listed = fs::read_dir("/proc").into_iter().flatten().flatten();
    for process in listed.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        if let Some(parent) = fields(process).get(1).and_then(|parent| parent.parse().ok()) {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut all = vec![root];
    let mut at = 0;
    while let Some(process) = all.get(at).copied() {
        all.extend(children.remove(&process).unwrap_or_default());
        at += 1;
    }
    all
}

/// What `/proc/PID/stat` says behind the name, which may hold anything: state, parent, and so on.
fn fields(process: u32) -> Vec<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let behind_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    behind_name.split_whitespace().map(str::to_owned).collect()
}

/// The time that these spent computing, for themselves and in the kernel, with what ended below them.
pub(crate) fn ticks(processes: &[u32]) -> u64 {
    let of = |process: &u32| {
        let fields = fields(*process);
        let field = |at: usize| fields.get(at).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
        (11..15).map(field).sum::<u64>()
    };
    processes.iter().map(of).sum()
}

pub(crate) fn ticks_per_second() -> Result<f64, Failure> {
    let said = process::printed_by(process::program("getconf").arg("CLK_TCK"))?;
    said.trim().parse().map_err(|_| Failure::new("the system does not say how it counts computing time"))
}

/// The middle of these, or the upper one of two.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Puts figures between two markers of the document on speed.
pub(crate) fn put((begin, end): (&str, &str), text: &str) -> Result<(), Failure> {
    let path = workspace::root().join(DOCUMENT);
    let document = fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
    let found = document.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) =
        found.ok_or_else(|| Failure::new(format!("{DOCUMENT} has no place for the figures: {begin}")))?;
    fs::write(&path, format!("{before}{begin}\n{text}{end}{after}"))
        .map_err(|error| Failure::at(&path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_asked_answers_line_by_line_until_it_ends() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "read a; echo got $a; read b; echo and $b"]);
        let mut started = Started::start_asked(&mut shell).unwrap();
        assert_eq!(started.ask("one").unwrap(), "got one");
        assert_eq!(started.ask("two").unwrap(), "and two");
        assert!(started.line().unwrap_err().to_string().contains("ended"));
    }

    #[test]
    fn the_middle_of_three_is_told() {
        assert!((median([3.0, 1.0, 2.0].into_iter()) - 2.0).abs() < f64::EPSILON);
    }
}
