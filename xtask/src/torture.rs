//! `cargo xtask torture`: the crash tests with more seeds than a test run has time for.

use crate::failure::Failure;
use crate::process;

const SEEDS: &str = "10000";

pub(crate) fn torture(args: &[String]) -> Result<(), Failure> {
    let seeds = match args {
        [] => SEEDS,
        [seeds] if seeds.parse::<u64>().is_ok_and(|seeds| seeds > 0) => seeds,
        _ => {
            return Err(Failure::new("`cargo xtask torture -- SEEDS` takes one number of seeds, from 1 on."));
        }
    };
    let tests = ["test", "--package", "faults", "--test", "store", "--", "--nocapture"];
    process::run(process::cargo(&tests).env("FAULT_SEEDS", seeds))
}
