//! Starts other programs, and turns their failing into sentences.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::workspace;

/// What cargo tells a program that it runs about that program. Handed on to another cargo, it makes build scripts that look
/// at it (ring's does) run anew, and everything above them compile again, whenever a task follows a plain `cargo build`.
const ABOUT_US: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// A program to be run in the workspace's root. npm is a script with another name on Windows.
pub(crate) fn program(name: &str) -> Command {
    let is_script = cfg!(windows) && matches!(name, "npm" | "npx");
    let mut command = Command::new(if is_script { format!("{name}.cmd") } else { name.to_owned() });
    command.current_dir(workspace::root());
    for (variable, _) in env::vars_os() {
        if variable.to_str().is_some_and(|variable| ABOUT_US.iter().any(|about| variable.starts_with(about)))
        {
            command.env_remove(variable);
        }
    }
    command
}

/// The cargo that runs this xtask, so that its toolchain is used throughout.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = program(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.args(args);
    command
}

/// Runs a program to its end, with its output passed through.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{}` failed: {status}", line(command)))) }
}

/// What a program that succeeds prints; its complaints are passed through.
pub(crate) fn printed_by(command: &mut Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, &error))?;
    if !output.status.success() {
        return Err(Failure::new(format!("`{}` failed: {}", line(command), output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program to its end, with its output passed through, and gives the code with which it ended.
pub(crate) fn exit_code_of(command: &mut Command) -> Result<i32, Failure> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    status.code().ok_or_else(|| Failure::new(format!("`{}` was ended: {status}", line(command))))
}

/// Whether a program is there and content. Says nothing either way.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Where the first of these programs lies that can be found in PATH.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    names.iter().find_map(|name| {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&folders).map(|folder| folder.join(&file)).find(|path| path.is_file())
    })
}

fn not_started(command: &Command, error: &io::Error) -> Failure {
    let name = Path::new(command.get_program()).display();
    if error.kind() == io::ErrorKind::NotFound {
        Failure::new(format!("`{name}` is not installed, or not in PATH."))
    } else {
        Failure::new(format!("`{}` could not be started: {error}", line(command)))
    }
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
