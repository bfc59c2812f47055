//! Installs Debian packages (and Ubuntu's), and only those that are missing.

use std::process::Command;

use crate::failure::Failure;
use crate::process;

/// Whether this machine installs its packages with apt.
pub(crate) fn is_here() -> bool {
    process::find(&["apt-get"]).is_some() && process::find(&["dpkg-query"]).is_some()
}

pub(crate) fn install(wanted: &[&str]) -> Result<(), Failure> {
    let missing = missing_packages(wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("Installing Debian packages: {}", missing.join(" "));
    let outcome = process::run(apt_get()?.args(["update", "--quiet"])).and_then(|()| {
        let mut install = apt_get()?;
        process::run(install.args(["install", "--quiet", "--yes", "--no-install-recommends"]).args(&missing))
    });
    outcome.map_err(|failure| {
        let packages = missing.join(" ");
        Failure::new(format!(
            "{failure}\nThese Debian packages are needed and could not be installed: {packages}"
        ))
    })
}

fn missing_packages<'a>(wanted: &[&'a str]) -> Result<Vec<&'a str>, Failure> {
    let mut query = process::program("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${db:Status-Status}\\n"]).args(wanted);
    // It complains of each package it has never heard of; that they are missing is what we ask.
    let output =
        query.output().map_err(|error| Failure::new(format!("dpkg-query could not be started: {error}")))?;
    Ok(not_installed(wanted, &String::from_utf8_lossy(&output.stdout)))
}

/// The wanted packages that dpkg does not list as installed. A removed package is listed, as `config-files`.
fn not_installed<'a>(wanted: &[&'a str], dpkg_list: &str) -> Vec<&'a str> {
    let is_installed =
        |package: &str| dpkg_list.lines().any(|line| line.split_once(' ') == Some((package, "installed")));
    wanted.iter().copied().filter(|package| !is_installed(package)).collect()
}

/// apt-get that asks no questions, through sudo where needed.
fn apt_get() -> Result<Command, Failure> {
    let is_root = process::printed_by(process::program("id").arg("-u"))?.trim() == "0";
    if !is_root && process::find(&["sudo"]).is_none() {
        return Err(Failure::new("Installing packages needs root: run this as root, or install sudo."));
    }
    let mut command = process::program(if is_root { "env" } else { "sudo" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_dpkg_lists_as_installed_counts() {
        let list = "xvfb installed\nchromium config-files\nlibfoo-dev installed\n";
        assert_eq!(not_installed(&["xvfb", "chromium", "libfoo"], list), ["chromium", "libfoo"]);
    }

    #[test]
    fn on_an_empty_machine_everything_is_missing() {
        assert_eq!(not_installed(&["xvfb"], ""), ["xvfb"]);
    }
}
