//! The project's own commands, behind `cargo xtask`. Knows how to build and check; knows nothing of deliveries.

mod args;
mod bench;
#[cfg(target_os = "linux")]
mod bench_peers;
#[cfg(target_os = "linux")]
mod bench_window;
mod bindings;
mod bundle;
mod check;
mod debian;
mod failure;
mod fuzz;
#[cfg(target_os = "linux")]
mod measured;
mod mutants;
#[cfg(target_os = "linux")]
mod peers;
mod process;
mod run;
#[cfg(target_os = "linux")]
mod screen;
mod setup;
mod steps;
mod test;
mod tools;
mod torture;
mod ui;
mod workspace;

use std::process::ExitCode;

use args::Task;
use failure::Failure;
use steps::Steps;

fn main() -> ExitCode {
    match args::parse(std::env::args().skip(1)).and_then(carry_out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(task: Task) -> Result<(), Failure> {
    match task {
        Task::Help => {
            eprint!("{}", args::HELP);
            Ok(())
        }
        Task::Run { is_release, args } => run::run(is_release, &args),
        Task::Bindings => bindings::regenerate(),
        Task::Bench { args } => bench::bench(&args),
        Task::Torture { args } => torture::torture(&args),
        Task::Fuzz { args } => fuzz::fuzz(&args),
        Task::Mutants { args } => mutants::mutants(&args),
        Task::Bundle { args } => bundle::bundle(&args),
        Task::Test => in_steps(test::test),
        Task::Check => in_steps(check::check),
        Task::Ci => in_steps(|steps| test::test(steps).and_then(|()| check::check(steps))),
    }
}

/// Carries out a task of several steps, and closes with what they were and how long each took, also when one failed.
fn in_steps(task: impl FnOnce(&mut Steps) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut steps = Steps::default();
    let outcome = task(&mut steps);
    eprint!("{}", steps.summary());
    outcome
}
