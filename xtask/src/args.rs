//! Reads the command line. Starts nothing.

use crate::failure::Failure;

pub(crate) const HELP: &str = "\
cargo xtask run [--release] [-- ARGUMENTS]   set up, build and open the window; without a display, serve browsers
cargo xtask test                             set up, build everything, run every test
cargo xtask check                            format, lints, docs, bindings, dependency policy
cargo xtask ci                               test, then check
cargo xtask bindings                         write ui/bindings anew from the Rust types
cargo xtask bench [-- ARGUMENTS]             measure the depot, and write the figures into docs/performance.md
cargo xtask bench -- desk [DELIVERIES]       measure the desk in a browser, at a depot of 100 000 unless told
cargo xtask bench -- window                  measure what the idle window takes, beside an empty one
cargo xtask bench -- peers                   measure the depot beside cqrs-es, UmaDB and PocketBase
cargo xtask torture [-- SEEDS]               try the depot on a disk that fails, by so many seeds; 10 000 unless told
cargo xtask torture -- --kills N             kill the running depot under load, so many times
cargo xtask torture -- --requests N          make N requests of each operation from the OpenAPI document
cargo xtask torture -- --phones N            let 40 phones make N deliveries each, all at once
cargo xtask torture -- --network             phones at addresses of their own, cut off, and slow connections; as root
cargo xtask torture -- --tls                 let a scanner look at the endpoint's encryption
cargo xtask fuzz [-- TARGET [SECONDS]]       fuzz every parser, or one; 600 s each unless told
cargo xtask mutants [-- PART [K/N]]          put faults into limiter, access and store, and see the tests notice them
cargo xtask bundle [-- ARGUMENTS]            make the .deb and the .rpm
";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Help,
    Run { is_release: bool, args: Vec<String> },
    Test,
    Check,
    Ci,
    Bindings,
    Bench { args: Vec<String> },
    Torture { args: Vec<String> },
    Fuzz { args: Vec<String> },
    Mutants { args: Vec<String> },
    Bundle { args: Vec<String> },
}

pub(crate) fn parse(args: impl IntoIterator<Item = String>) -> Result<Task, Failure> {
    let mut args = args.into_iter();
    let name = args.next().unwrap_or_else(|| "help".to_owned());
    let mut own: Vec<String> = args.collect();
    let passed_on = match own.iter().position(|arg| arg == "--") {
        Some(at) => own.split_off(at).split_off(1),
        None => Vec::new(),
    };

    let task = match name.as_str() {
        "help" | "-h" | "--help" => Task::Help,
        "run" => {
            let is_release = own.iter().any(|arg| arg == "--release");
            own.retain(|arg| arg != "--release");
            return refuse_leftovers(&own, &[], Task::Run { is_release, args: passed_on });
        }
        "bench" => return refuse_leftovers(&own, &[], Task::Bench { args: passed_on }),
        "torture" => return refuse_leftovers(&own, &[], Task::Torture { args: passed_on }),
        "fuzz" => return refuse_leftovers(&own, &[], Task::Fuzz { args: passed_on }),
        "mutants" => return refuse_leftovers(&own, &[], Task::Mutants { args: passed_on }),
        "bundle" => return refuse_leftovers(&own, &[], Task::Bundle { args: passed_on }),
        "test" => Task::Test,
        "check" => Task::Check,
        "ci" => Task::Ci,
        "bindings" => Task::Bindings,
        unknown => return Err(Failure::new(format!("there is no task `{unknown}`. These exist:\n\n{HELP}"))),
    };
    refuse_leftovers(&own, &passed_on, task)
}

fn refuse_leftovers(own: &[String], passed_on: &[String], task: Task) -> Result<Task, Failure> {
    match own.iter().chain(passed_on).next() {
        None => Ok(task),
        Some(leftover) => Err(Failure::new(format!("`{leftover}` is no argument of this task.\n\n{HELP}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, Failure> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_a_task_it_helps() {
        assert_eq!(parsed("").unwrap(), Task::Help);
    }

    #[test]
    fn run_keeps_its_own_flag_and_passes_the_rest_on() {
        let task = parsed("run --release -- --data-dir /tmp/depot --release").unwrap();
        let args = ["--data-dir", "/tmp/depot", "--release"].map(str::to_owned).to_vec();
        assert_eq!(task, Task::Run { is_release: true, args });
    }

    #[test]
    fn an_unknown_task_is_named_and_the_known_ones_listed() {
        let failure = parsed("tset").unwrap_err().to_string();
        assert!(failure.contains("`tset`") && failure.contains("cargo xtask test"), "{failure}");
    }

    #[test]
    fn an_argument_nobody_takes_is_refused_rather_than_ignored() {
        assert!(parsed("test --relase").unwrap_err().to_string().contains("`--relase`"));
        assert!(parsed("run --relase").unwrap_err().to_string().contains("`--relase`"));
        assert!(parsed("check -- --fix").unwrap_err().to_string().contains("`--fix`"));
    }
}
