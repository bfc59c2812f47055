//! `cargo xtask torture`: the tests with more seeds, kills, requests or phones than a test run has time for, and what needs
//! root or programs from elsewhere.

use std::process::Command;

use crate::debian;
use crate::failure::Failure;
use crate::process;
use crate::tools::{self, SCHEMATHESIS, SSLYZE};
use crate::ui;
use crate::workspace::{self, DAEMON, EVERYTHING};

const SEEDS: &str = "10000";
/// How long an attack takes unless another number is given.
const ATTACK_SECONDS: &str = "180";
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
        [option, deliveries] if option == "--phones" && is_count(deliveries) => {
            at_the_running_depot("forty_phones", "PHONE_DELIVERIES", deliveries)
        }
        [option] if option == "--attack" => {
            at_the_running_depot("attack_of_many_kinds", "ATTACK_SECONDS", ATTACK_SECONDS)
        }
        [option, seconds] if option == "--attack" && is_count(seconds) => {
            at_the_running_depot("attack_of_many_kinds", "ATTACK_SECONDS", seconds)
        }
        [option] if option == "--network" => over_a_network(),
        [option] if option == "--tls" => scan_the_encryption(),
        _ => Err(Failure::new(
            "`cargo xtask torture -- SEEDS` takes one number of seeds, `--kills N`, `--requests N` or `--phones N`, from 1 on, `--attack` or `--attack SECONDS`, `--network` or `--tls`.",
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

/// Depot and phones in network namespaces, and hundreds of slow connections. Needs root.
fn over_a_network() -> Result<(), Failure> {
    if process::printed_by(process::program("id").arg("-u"))?.trim() != "0" {
        return Err(Failure::new("Network namespaces are made by root alone: run this as root, on Linux."));
    }
    debian::install(&["iproute2", "slowhttptest", "chromium"])?;
    process::run(&mut checking("network")?)
}

/// What a scanner says of the endpoint's encryption.
fn scan_the_encryption() -> Result<(), Failure> {
    let scanner = tools::installed(SSLYZE)?;
    process::run(checking("encryption")?.env("SSLYZE_BIN", scanner))
}

/// One of the checks beside the browser specs, with all that it needs built.
fn checking(name: &str) -> Result<Command, Failure> {
    ui::build()?;
    process::run(process::cargo(&["build", "--bin", DAEMON]).args(EVERYTHING))?;
    let mut check = process::program("npx");
    check.current_dir(workspace::ui()).args(["vitest", "run", "--config", "e2e/check.config.ts"]);
    check.arg(format!("e2e/{name}.check.ts")).env("DEPOTD_BIN", workspace::binary(DAEMON, false)?);
    Ok(check)
}
