//! `cargo xtask torture`: the crash tests with more seeds, or more kills, than a test run has time for.

use crate::failure::Failure;
use crate::process;
use crate::tools::{self, SCHEMATHESIS};
use crate::workspace::{self, DAEMON, EVERYTHING};

const SEEDS: &str = "10000";
/// How many seeds of the store there are for one of the application, which takes as much longer.
const STORE_FOR_APP: u64 = 5;

pub(crate) fn torture(args: &[String]) -> Result<(), Failure> {
    match args {
        [] => fail_the_disk(SEEDS),
        [seeds] if is_count(seeds) => fail_the_disk(seeds),
        [option, kills] if option == "--kills" && is_count(kills) => {
            at_the_running_depot("nothing_acknowledged_is_lost", "CRASH_KILLS", kills)
        }
        [option, examples] if option == "--requests" && is_count(examples) => {
            at_the_running_depot("every_answer_is_one", "SCHEMA_EXAMPLES", examples)
        }
        _ => Err(Failure::new(
            "`cargo xtask torture -- SEEDS` takes one number of seeds, `--kills N` or `--requests N`, from 1 on.",
        )),
    }
}

fn is_count(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|count| count > 0)
}

fn fail_the_disk(seeds: &str) -> Result<(), Failure> {
    let of_app = seeds.parse::<u64>().unwrap_or(STORE_FOR_APP).div_ceil(STORE_FOR_APP).to_string();
    let mut tests = process::cargo(&["test", "--package", "faults", "--tests", "--", "--nocapture"]);
    process::run(tests.env("FAULT_SEEDS", seeds).env("APP_SEEDS", of_app))
}

/// Has one test of the running depot do its work so many times.
fn at_the_running_depot(name: &str, variable: &str, count: &str) -> Result<(), Failure> {
    process::run(process::cargo(&["build", "--bin", DAEMON]).args(EVERYTHING))?;
    let mut test = process::cargo(&["test", "--test", "http"]);
    test.args(EVERYTHING).args([name, "--", "--nocapture"]).env(variable, count);
    test.env("SCHEMATHESIS_BIN", tools::installed(SCHEMATHESIS)?);
    process::run(test.env("DEPOTD_BIN", workspace::binary(DAEMON, false)?))
}
