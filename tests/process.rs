//! Processes that do not outlive their test.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A process with all that it starts; killed when this is dropped.
#[derive(Debug)]
pub struct Group {
    child: Child,
    lines: Receiver<String>,
    ended: bool,
}

impl Group {
    /// Starts it. What it prints can be read line by line; its errors go where the test's go.
    ///
    /// # Panics
    /// It cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let shown = format!("{command:?}");
        let command = command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {shown}: {error}"));
        let (send, lines) = channel();
        if let Some(out) = child.stdout.take() {
            std::thread::spawn(move || {
                for line in BufReader::new(out).lines().map_while(Result::ok) {
                    if send.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        Self { child, lines, ended: false }
    }

    /// The rest of the first line that begins with `start`.
    ///
    /// # Panics
    /// None comes in time, or the process ends before.
    #[must_use]
    pub fn line_after(&self, start: &str, patience: Duration) -> String {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.starts_with(start) => return line[start.len()..].trim().to_owned(),
                Ok(_) => {}
                Err(error) => panic!("no line {start:?} came from process {}: {error}", self.child.id()),
            }
        }
    }

    /// Sends a signal to the process alone, e.g. `TERM`.
    pub fn signal(&self, name: &str) {
        send(name, &self.child.id().to_string());
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// It does not end in time.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                self.ended = true;
                return status;
            }
            assert!(Instant::now() < deadline, "process {} does not end", self.child.id());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Every line that was printed and not read yet, after its end.
    pub fn rest(&self) -> Vec<String> {
        self.lines.iter().collect()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The group, because a browser's helpers outlive the browser. Its number is ours as long as the child is not
        // waited for.
        if !self.ended {
            send("KILL", &format!("-{}", self.child.id()));
            let _ = self.child.wait();
        }
    }
}

fn send(signal: &str, to: &str) {
    // A shell has `kill` built in; a signal to one that just ended is no mistake. Not every shell knows `-KILL -- -1`.
    let script = format!("kill -s {signal} -- {to} 2>/dev/null");
    let _ = Command::new("sh").args(["-c", &script]).status();
}

/// What a program that ran to its end said.
#[derive(Debug)]
pub struct Output {
    /// Whether it succeeded.
    pub success: bool,
    /// Its standard output without white space around it.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Runs a program to its end.
///
/// # Panics
/// It cannot be started.
#[must_use]
pub fn run(command: &mut Command) -> Output {
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {shown}: {error}"));
    Output {
        success: output.status.success(),
        out: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
