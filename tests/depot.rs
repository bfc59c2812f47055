//! A depot that runs: `depotd` on a folder of its own, and the ways to stop and start it again.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::client::Client;
use crate::process::{Group, Output, run};
use crate::programs::depotd;

const PATIENCE: Duration = Duration::from_secs(30);

/// How a depot shall be opened.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    settings: Vec<String>,
    flags: Vec<String>,
    within: Option<PathBuf>,
}

impl Opening {
    /// With this setting, as `KEY=VALUE`.
    #[must_use]
    pub fn set(mut self, assignment: &str) -> Self {
        self.settings.push(assignment.to_owned());
        self
    }

    /// With this flag of `depotd serve`.
    #[must_use]
    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// With its folder in this one.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        self.within = Some(folder.to_owned());
        self
    }

    /// Opens it on an empty folder.
    #[must_use]
    pub fn start(self) -> Depot {
        let within = self.within.clone().unwrap_or_else(std::env::temp_dir);
        let folder =
            tempfile::Builder::new().prefix("depot-").tempdir_in(within).expect("a temporary folder");
        let admin = token(folder.path(), &["--role", "admin", "--name", "Test"]);
        let (process, url) = serve(folder.path(), &self);
        Depot { folder: Arc::new(folder), opening: self, process: Some(process), url, admin }
    }
}

/// A depot that runs; it and its folder are gone when this is dropped.
#[derive(Debug)]
pub struct Depot {
    // Dropped before the folder.
    process: Option<Group>,
    url: String,
    opening: Opening,
    admin: String,
    folder: Arc<TempDir>,
}

impl Depot {
    /// An empty depot in which no test runs into the rate limit.
    #[must_use]
    pub fn start() -> Self {
        Self::generous().start()
    }

    /// How to open a depot in which no test runs into the rate limit.
    #[must_use]
    pub fn generous() -> Opening {
        Opening::default().set("limits.rate.permits=1000000")
    }

    /// How to open a depot with its default settings.
    #[must_use]
    pub fn by_default() -> Opening {
        Opening::default()
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its data.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Somebody without any credential.
    #[must_use]
    pub fn nobody(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// Somebody with this token.
    #[must_use]
    pub fn bearer(&self, token: &str) -> Client {
        Client::new(&self.url, Some(token))
    }

    /// An admin.
    #[must_use]
    pub fn admin(&self) -> Client {
        self.bearer(&self.admin)
    }

    /// The admin's token.
    #[must_use]
    pub fn admin_token(&self) -> &str {
        &self.admin
    }

    /// Somebody new with this role.
    #[must_use]
    pub fn role(&self, role: &str) -> Client {
        self.bearer(&self.token(&["--role", role, "--name", &format!("A {role}")]))
    }

    /// The phone of a driver.
    #[must_use]
    pub fn phone_of(&self, driver: &str) -> Client {
        self.bearer(&self.token(&["--role", "driver", "--name", "A phone", "--driver", driver]))
    }

    /// A new token.
    #[must_use]
    pub fn token(&self, arguments: &[&str]) -> String {
        token(self.folder(), arguments)
    }

    /// Runs `depotd` with these arguments on the depot's folder.
    #[must_use]
    pub fn depotd(&self, arguments: &[&str]) -> Output {
        on_folder(self.folder(), arguments)
    }

    /// Sends a signal, e.g. `TERM`, and says whether the depot ended well.
    pub fn stop(&mut self, signal: &str) -> bool {
        let Some(mut process) = self.process.take() else { return true };
        process.signal(signal);
        process.wait(PATIENCE).success()
    }

    /// Sends a signal and does not wait.
    pub fn signal(&self, signal: &str) {
        if let Some(process) = &self.process {
            process.signal(signal);
        }
    }

    /// Opens it again on its folder.
    pub fn start_again(&mut self) {
        let (process, url) = serve(self.folder.path(), &self.opening);
        self.process = Some(process);
        self.url = url;
    }

    /// Starts it again on its folder and kills it after a while, wherever it is then.
    pub fn start_and_kill(&self, after: Duration) {
        let process = Group::start(&mut serving(self.folder.path(), &self.opening));
        std::thread::sleep(after);
        drop(process);
    }

    /// Opens it again on its folder, from now on in another way.
    pub fn start_again_with(&mut self, opening: Opening) {
        self.opening = opening;
        self.start_again();
    }

    /// The link that `--sign-in-link` prints.
    ///
    /// # Panics
    /// None was printed.
    #[must_use]
    pub fn sign_in_link(&self) -> String {
        self.process.as_ref().expect("it runs").line_after("sign in at ", PATIENCE)
    }
}

fn serving(folder: &Path, opening: &Opening) -> Command {
    let mut command = program();
    command.arg("serve").args(["--listen", "127.0.0.1:0"]).arg("--data-dir").arg(folder);
    for setting in &opening.settings {
        command.args(["--set", setting]);
    }
    command.args(&opening.flags);
    command
}

fn serve(folder: &Path, opening: &Opening) -> (Group, String) {
    let process = Group::start(&mut serving(folder, opening));
    let url = process.line_after("listening on ", PATIENCE);
    (process, url)
}

fn token(folder: &Path, arguments: &[&str]) -> String {
    let made = on_folder(folder, &[&["token", "create"], arguments].concat());
    assert!(made.success, "token create {arguments:?}: {}", made.err);
    made.out
}

fn on_folder(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = program();
    let (verbs, rest): (Vec<&str>, Vec<&str>) = {
        let verbs = arguments.iter().take_while(|argument| !argument.starts_with('-')).count();
        (arguments[..verbs].to_vec(), arguments[verbs..].to_vec())
    };
    run(command.args(verbs).arg("--data-dir").arg(folder).args(rest))
}

/// `depotd` without what the environment of the tests might set.
fn program() -> Command {
    let path: PathBuf = depotd();
    let mut command = Command::new(path);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DEPOT_")) {
        command.env_remove(name);
    }
    command
}
