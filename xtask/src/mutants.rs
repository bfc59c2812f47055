//! `cargo xtask mutants`: one fault after another is put into the code that must not be wrong, and each has to be noticed
//! by a test. Works on a copy, so the sources here stay as they are.
//!
//! What is left out, and why, stands in `.cargo/mutants.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::process;
use crate::tools::{self, MUTANTS};
use crate::workspace;

/// How many of a hundred faults have to be noticed at least.
const CAUGHT_LEAST: usize = 90;

/// Code that is mutated together: in these files of one package, tried by these of its tests.
struct Run {
    part: &'static str,
    package: &'static str,
    files: &'static [&'static str],
    /// Which test programs are built: no more than can notice something, as each fault builds them again.
    programs: &'static [&'static str],
    /// Which of their tests are run, by a part of their name; all where it is empty.
    tests: &'static str,
}

const RUNS: [Run; 4] = [
    Run {
        part: "limiter",
        package: "depot-server",
        files: &["shared/server/src/limiter/*.rs"],
        programs: &["--lib"],
        tests: "limiter",
    },
    Run {
        part: "access",
        package: "depot-app",
        files: &[
            "shared/app/src/access.rs",
            "shared/app/src/actor.rs",
            "shared/app/src/token.rs",
            "shared/app/src/phone/device.rs",
            "shared/app/src/phone/pairing.rs",
        ],
        programs: &["--lib", "--test=tokens", "--test=phones"],
        tests: "",
    },
    Run {
        part: "access",
        package: "depot-server",
        files: &[
            "shared/server/src/credential.rs",
            "shared/server/src/hosts.rs",
            "shared/server/src/session.rs",
            "shared/server/src/sign_in.rs",
            "shared/server/src/wrong_codes.rs",
        ],
        programs: &["--lib"],
        tests: "",
    },
    Run {
        part: "store",
        package: "depot-store",
        files: &["shared/store/src/**/*.rs"],
        programs: &["--lib", "--test=store"],
        tests: "",
    },
];

pub(crate) fn mutants(args: &[String]) -> Result<(), Failure> {
    let (runs, shard) = asked_for(args)?;
    let program = tools::installed(MUTANTS)?.to_string_lossy().into_owned();
    let mut total = Tally::default();
    for run in runs {
        eprintln!("\n==> mutants of {} in {}", run.part, run.package);
        total.add(try_out(&program, run, shard)?);
    }
    eprintln!("\n{total}");
    total.judge()
}

fn asked_for(args: &[String]) -> Result<(Vec<&'static Run>, Option<&str>), Failure> {
    let (part, shard) = match args {
        [] => return Ok((RUNS.iter().collect(), None)),
        [part] => (part, None),
        [part, shard] => (part, Some(shard.as_str())),
        _ => {
            return Err(Failure::new(
                "`cargo xtask mutants -- PART K/N` takes a part, and which share of it.",
            ));
        }
    };
    let runs: Vec<_> = RUNS.iter().filter(|run| run.part == part).collect();
    if runs.is_empty() {
        let mut parts: Vec<_> = RUNS.iter().map(|run| run.part).collect();
        parts.dedup();
        return Err(Failure::new(format!("there is no part `{part}`. These exist: {}", parts.join(", "))));
    }
    Ok((runs, shard))
}

fn try_out(program: &str, run: &Run, shard: Option<&str>) -> Result<Tally, Failure> {
    let output = workspace::root().join("target/mutants-of").join(run.part).join(run.package);
    fs::create_dir_all(&output).map_err(|error| Failure::at(&output, &error))?;
    let mut mutants = process::program(program);
    mutants.args(["mutants", "--package", run.package]);
    for file in run.files {
        mutants.args(["--file", file]);
    }
    for test_program in run.programs {
        mutants.arg(format!("--cargo-arg={test_program}"));
    }
    if !run.tests.is_empty() {
        mutants.arg(format!("--cargo-test-arg={}", run.tests));
    }
    // It ends with the first test that fails, and each test that never would; the usual runner finishes all of a program. In
    // which order it runs them, and how long each may take, stands in `.config/nextest.toml`.
    if process::succeeds(&mut process::cargo(&["nextest", "--version"])) {
        mutants.args(["--test-tool", "nextest", "--cargo-test-arg=--profile=mutants"]);
    }
    if let Some(shard) = shard {
        mutants.args(["--shard", shard]);
    }
    mutants.arg("--output").arg(&output);
    // The copy lies elsewhere each time; what it is built on need not be built each time.
    mutants.env("CARGO_TARGET_DIR", workspace::root().join("target"));
    match process::exit_code_of(&mut mutants)? {
        // Every fault was noticed; some were not; some were noticed by nothing but that a test never ended.
        0 | 2 | 3 => Tally::read(&output.join("mutants.out")),
        code => Err(Failure::new(format!(
            "cargo-mutants ended with {code}: the tests fail as they are, or do not build"
        ))),
    }
}

/// What became of faults.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    /// A test failed, or never ended.
    caught: usize,
    /// Each as a line: nothing noticed it.
    missed: Vec<String>,
    /// The compiler refused it, so that it says nothing of the tests.
    unviable: usize,
}

impl Tally {
    /// From the lists that cargo-mutants writes.
    fn read(folder: &Path) -> Result<Self, Failure> {
        let list = |name: &str| {
            let path: PathBuf = folder.join(name);
            let text = fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
            Ok::<_, Failure>(text.lines().map(str::to_owned).collect::<Vec<_>>())
        };
        Ok(Self {
            caught: list("caught.txt")?.len() + list("timeout.txt")?.len(),
            missed: list("missed.txt")?,
            unviable: list("unviable.txt")?.len(),
        })
    }

    fn add(&mut self, other: Self) {
        self.caught += other.caught;
        self.missed.extend(other.missed);
        self.unviable += other.unviable;
    }

    fn viable(&self) -> usize {
        self.caught + self.missed.len()
    }

    fn judge(&self) -> Result<(), Failure> {
        if self.caught * 100 >= self.viable() * CAUGHT_LEAST {
            return Ok(());
        }
        Err(Failure::new(format!("fewer than {CAUGHT_LEAST} % of the faults were noticed")))
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for missed in &self.missed {
            writeln!(formatter, "missed: {missed}")?;
        }
        let Self { caught, unviable, .. } = self;
        let per_mille = (caught * 1000).checked_div(self.viable()).unwrap_or(1000);
        let (whole, tenths) = (per_mille / 10, per_mille % 10);
        write!(
            formatter,
            "{caught} of {} faults were noticed, {whole}.{tenths} %; {unviable} more did not compile.",
            self.viable()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(caught: usize, missed: usize) -> Tally {
        Tally { caught, missed: vec!["a fault".to_owned(); missed], unviable: 0 }
    }

    #[test]
    fn nine_of_ten_are_enough_and_less_is_not() {
        tally(90, 10).judge().unwrap();
        assert!(tally(899, 101).judge().unwrap_err().to_string().contains("90 %"));
        assert!(
            tally(899, 101)
                .to_string()
                .ends_with("899 of 1000 faults were noticed, 89.9 %; 0 more did not compile.")
        );
    }

    #[test]
    fn what_never_ended_counts_as_caught() {
        let folder = std::env::temp_dir().join(format!("xtask-mutants-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, lines) in
            [("caught.txt", "a\nb\n"), ("timeout.txt", "c\n"), ("missed.txt", "d\n"), ("unviable.txt", "")]
        {
            fs::write(folder.join(name), lines).unwrap();
        }
        let read = Tally::read(&folder).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(read, Tally { caught: 3, missed: vec!["d".to_owned()], unviable: 0 });
    }

    #[test]
    fn what_is_no_part_is_named_beside_those_that_are() {
        let failure = mutants(&["stores".to_owned()]).unwrap_err().to_string();
        assert!(failure.contains("`stores`") && failure.contains("limiter, access, store"), "{failure}");
    }

    #[test]
    fn every_file_that_is_named_is_there() {
        for file in RUNS.iter().flat_map(|run| run.files).filter(|file| !file.contains('*')) {
            assert!(workspace::root().join(file).is_file(), "{file}");
        }
    }
}
