//! A program that runs beside this one, and ends with it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use crate::failure::Failure;

/// A process of ours with all that it starts; gone when this is dropped.
pub(crate) struct Started {
    child: Child,
}

impl Started {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).stdin(Stdio::null()).spawn();
        Ok(Self {
            child: child.map_err(|error| Failure::new(format!("`{name}` could not be started: {error}")))?,
        })
    }

    /// The first line of its output, which has to be piped.
    pub(crate) fn first_line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        let out = self.child.stdout.as_mut().ok_or_else(|| Failure::new("its output is not read"))?;
        BufReader::new(out).read_line(&mut line).map_err(|error| Failure::new(error.to_string()))?;
        Ok(line.trim().to_owned())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it and all that it started a signal, and waits for it.
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
