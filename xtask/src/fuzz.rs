//! `cargo xtask fuzz`: every parser under libFuzzer, each for a while. Needs no other toolchain: what counts branches is in
//! the stable compiler, and only sanitizers are not.

use std::fs;

use crate::failure::Failure;
use crate::process;
use crate::workspace;

const TARGETS: [&str; 6] = ["commands", "queries", "settings", "events", "pictures", "requests"];
/// For each target, unless told otherwise.
const SECONDS: &str = "600";

/// Counters in every branch, and what is compared with what.
const FLAGS: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];

pub(crate) fn fuzz(args: &[String]) -> Result<(), Failure> {
    let (targets, seconds) = match args {
        [] => (TARGETS.to_vec(), SECONDS),
        [target] => (vec![known(target)?], SECONDS),
        [target, seconds] if target == "all" && is_count(seconds) => (TARGETS.to_vec(), seconds.as_str()),
        [target, seconds] if is_count(seconds) => (vec![known(target)?], seconds.as_str()),
        _ => {
            return Err(Failure::new(
                "`cargo xtask fuzz -- TARGET SECONDS` takes a target, or all, and a number of seconds.",
            ));
        }
    };
    let folder = workspace::root().join("fuzz");
    let host = host()?;
    // Named, so that programs which only build are compiled without counters.
    let mut build = process::cargo(&["build", "--release", "--target", &host, "--manifest-path"]);
    build.arg(folder.join("Cargo.toml")).arg("--target-dir").arg(folder.join("target"));
    build.env("RUSTFLAGS", FLAGS.join(" "));
    process::run(&mut build)?;
    for target in targets {
        eprintln!("\n==> {target} for {seconds} s");
        let (found, failed) = (folder.join("target/found").join(target), folder.join("target/failed"));
        for made in [&found, &failed] {
            fs::create_dir_all(made).map_err(|error| Failure::at(made, &error))?;
        }
        let program = folder.join("target").join(&host).join("release").join(target);
        let mut run = process::program(&program.to_string_lossy());
        run.arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/{target}-", failed.display()));
        // What is found goes into the first, and stays out of the repository.
        run.args(["-timeout=30", "-rss_limit_mb=4096", "-print_final_stats=1"]);
        run.arg(&found).arg(folder.join("corpus").join(target));
        process::run(&mut run)?;
    }
    Ok(())
}

fn known(name: &str) -> Result<&'static str, Failure> {
    TARGETS.into_iter().find(|target| *target == name).ok_or_else(|| {
        Failure::new(format!("there is no target `{name}`. These exist: {}, or all", TARGETS.join(", ")))
    })
}

fn is_count(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|count| count > 0)
}

fn host() -> Result<String, Failure> {
    let said = process::printed_by(process::program("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::new("rustc does not say for which machine it compiles."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_program_and_a_corpus() {
        let folder = workspace::root().join("fuzz");
        for target in TARGETS {
            assert!(folder.join("src/bin").join(target).with_extension("rs").is_file(), "{target}");
            assert!(folder.join("corpus").join(target).is_dir(), "{target}");
        }
    }

    #[test]
    fn what_is_no_target_is_named_beside_those_that_are() {
        let failure = fuzz(&["parsers".to_owned()]).unwrap_err().to_string();
        assert!(failure.contains("`parsers`") && failure.contains("commands"), "{failure}");
    }
}
