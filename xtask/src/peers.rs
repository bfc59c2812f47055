//! What the depot is measured beside, and what of it: installed, built, started, and asked for slices of work.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::debian;
use crate::failure::Failure;
use crate::measured::{Started, ticks, with_descendants};
use crate::process;
use crate::tools::{self, POCKETBASE};
use crate::workspace::{self, DAEMON};

/// PostgreSQL; and what UmaDB's build turns its messages into Rust with.
const PACKAGES: [&str; 2] = ["postgresql", "protobuf-compiler"];
/// Where Debian keeps each version's programs.
const POSTGRESQL: &str = "/usr/lib/postgresql";
/// Whom Debian's package makes, since PostgreSQL refuses to run as root.
const POSTGRES: &str = "postgres";
/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The collection that PocketBase inserts into, which anybody may.
const COLLECTION: &str = r#"migrate((app) => app.save(new Collection({
    type: "base", name: "drivers", createRule: "",
    fields: [{ type: "text", name: "name" }, { type: "text", name: "driverLicense" }],
})));
"#;

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// The depot's commands, in one process with those who give them.
    Execute,
    /// The depot over HTTP.
    Endpoint,
    Cqrs,
    Uma,
    PocketBase,
}

/// What a slice came to.
#[derive(Clone, Copy)]
pub(crate) struct Slice {
    pub(crate) per_second: f64,
    /// Of client and server together, for each that was done.
    pub(crate) cpu_us: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
}

/// One of them as it runs.
struct Running {
    contender: Contender,
    name: String,
    /// Ended first.
    client: Started,
    server: Option<Started>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.client.end("KILL");
        if let Some(server) = &mut self.server {
            // PostgreSQL ends fast, the others as if stopped by Ctrl+C.
            server.end("INT");
        }
    }
}

/// All of them as they run, and the folder that they write to.
pub(crate) struct Contenders {
    running: Vec<Running>,
    _folder: Folder,
}

impl Contenders {
    fn running(&mut self, contender: Contender) -> Result<&mut Running, Failure> {
        let found = self.running.iter_mut().find(|running| running.contender == contender);
        found.ok_or_else(|| Failure::new(format!("{contender:?} was not started")))
    }

    pub(crate) fn name(&self, contender: Contender) -> &str {
        self.running.iter().find(|running| running.contender == contender).map_or("", |running| &running.name)
    }

    /// In words, with its load now.
    pub(crate) fn machine(&mut self) -> Result<String, Failure> {
        self.running(Contender::Execute)?.client.ask("machine")
    }

    /// Has so many clients work for so long.
    pub(crate) fn slice(
        &mut self,
        contender: Contender,
        lasting: Duration,
        clients: usize,
        ticks_per_second: f64,
    ) -> Result<Slice, Failure> {
        let running = self.running(contender)?;
        let before = running.ticks();
        let told = running.client.ask(&format!("{} {clients}", lasting.as_millis()))?;
        let spent_us = (running.ticks() - before) as f64 / ticks_per_second * 1e6;
        let numbers: Result<Vec<f64>, _> = told.split(' ').map(str::parse).collect();
        let Ok([done, micros, p50_us, p99_us]) = numbers.as_deref() else {
            return Err(Failure::new(format!("{contender:?} answered with {told:?}")));
        };
        Ok(Slice {
            per_second: done / micros * 1e6,
            cpu_us: spent_us / done,
            p50_us: *p50_us,
            p99_us: *p99_us,
        })
    }
}

impl Running {
    fn ticks(&self) -> u64 {
        let mut processes = with_descendants(self.client.id());
        processes.extend(self.server.iter().flat_map(|server| with_descendants(server.id())));
        ticks(&processes)
    }
}

/// A folder that is gone when this is dropped.
struct Folder(PathBuf);

impl Folder {
    /// Where another user can reach it, unlike perhaps the workspace, and on a disk, unlike perhaps `/tmp`.
    fn make() -> Result<Self, Failure> {
        let mut make = process::program("mktemp");
        let path = process::printed_by(make.args(["-d", "/var/tmp/eroad-depot-peers.XXXXXX"]))?;
        let folder = Self(path.trim().into());
        process::run(process::program("chmod").arg("755").arg(&folder.0))?;
        Ok(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Installs what is missing, builds, and starts everything.
pub(crate) fn set_up() -> Result<Contenders, Failure> {
    if !debian::is_here() {
        return Err(Failure::new(
            "Others are measured on Debian 12 and its like alone, from whose packages PostgreSQL comes.",
        ));
    }
    debian::install(&PACKAGES)?;
    let pocketbase = tools::installed(POCKETBASE)?;
    let peers = build_peers()?;
    let depotd = build_depot()?;
    let folder = Folder::make()?;
    let running = vec![
        start_execute(&folder.0)?,
        start_endpoint(&folder.0, &depotd)?,
        start_cqrs(&folder.0, &peers)?,
        start_uma(&folder.0, &peers)?,
        start_pocketbase(&folder.0, &pocketbase)?,
    ];
    Ok(Contenders { running, _folder: folder })
}

fn manifest() -> PathBuf {
    workspace::root().join("tests/peers/Cargo.toml")
}

fn build_peers() -> Result<PathBuf, Failure> {
    let target = workspace::root().join("target/peers");
    let mut build = process::cargo(&["build", "--release", "--locked", "--manifest-path"]);
    process::run(build.arg(manifest()).arg("--target-dir").arg(&target))?;
    Ok(target.join("release/peers"))
}

/// The program and the benchmark, in the profile of what is measured.
fn build_depot() -> Result<PathBuf, Failure> {
    let package = ["--package", "depot-server"];
    process::run(process::cargo(&["bench", "--no-run", "--bench", "measure"]).args(package))?;
    process::run(process::cargo(&["build", "--profile", "bench", "--bin", DAEMON]).args(package))?;
    workspace::binary(DAEMON, true)
}

/// The benchmark as a client.
fn measure() -> Command {
    process::cargo(&["bench", "--quiet", "--package", "depot-server", "--bench", "measure", "--"])
}

fn start_execute(folder: &Path) -> Result<Running, Failure> {
    let mut client = measure();
    client.arg("--slices").arg(folder.join("execute"));
    Ok(Running {
        contender: Contender::Execute,
        name: "**ours**, `App::execute`".to_owned(),
        client: Started::start_asked(&mut client)?,
        server: None,
    })
}

fn start_endpoint(folder: &Path, depotd: &Path) -> Result<Running, Failure> {
    let folder = folder.join("endpoint");
    let depotd = |task: &[&str]| {
        let mut depotd = program(depotd);
        depotd.args(task).arg("--data-dir").arg(&folder);
        depotd
    };
    let mut serve = depotd(&["serve", "--listen", "127.0.0.1:0"]);
    // Nobody is refused for asking often, and no backup falls into another's slice.
    serve.args(["--set", "limits.rate.permits=1000000", "--set", "backup.every_minutes=0"]);
    let mut server = Started::start(serve.stdout(Stdio::piped()))?;
    let said = server.line()?;
    let address = said.rsplit('/').next().unwrap_or_default();
    let mut token = depotd(&["token", "create", "--role", "dispatcher", "--name", "bench"]);
    let token = process::printed_by(&mut token)?;
    let mut client = measure();
    client.args(["--slices-at", address, "--path", "/api/fleet/drivers", "--token", token.trim()]);
    Ok(Running {
        contender: Contender::Endpoint,
        name: "**ours**, `POST /api/fleet/drivers`".to_owned(),
        client: Started::start_asked(&mut client)?,
        server: Some(server),
    })
}

fn start_cqrs(folder: &Path, peers: &Path) -> Result<Running, Failure> {
    let folder = folder.join("postgresql");
    fs::create_dir(&folder).map_err(|error| Failure::at(&folder, &error))?;
    let programs = postgresql()?;
    let is_root = process::printed_by(process::program("id").arg("-u"))?.trim() == "0";
    if is_root {
        process::run(process::program("chown").arg(POSTGRES).arg(&folder))?;
    }
    let of_postgresql = |name: &str| {
        let path = programs.join(name);
        let mut command = if is_root { process::program("setpriv") } else { program(&path) };
        if is_root {
            command.args(["--reuid", POSTGRES, "--regid", POSTGRES, "--clear-groups"]).arg(&path);
        }
        command.current_dir(&folder);
        command
    };
    let data = folder.join("data");
    let mut initdb = of_postgresql("initdb");
    initdb.args(["--auth=trust", "--username=peers", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"]);
    process::run(initdb.arg(&data).stdout(Stdio::null()))?;
    let mut postgres = of_postgresql("postgres");
    postgres.arg("-D").arg(&data).arg("-k").arg(&folder).args(["-c", "listen_addresses="]);
    let log = folder.join("log");
    let log = fs::File::create(&log).map_err(|error| Failure::at(&log, &error))?;
    let server = Started::start(postgres.stderr(log))?;
    wait_until("PostgreSQL answers", || {
        process::succeeds(program(&programs.join("pg_isready")).arg("--quiet").arg("--host").arg(&folder))
    })?;
    let mut client = program(peers);
    client.arg("cqrs-es").arg(format!("postgresql:///postgres?user=peers&host={}", folder.display()));
    let version = process::printed_by(program(&programs.join("postgres")).arg("--version"))?;
    let version = version.split(' ').nth(2).unwrap_or_default().trim().to_owned();
    let (cqrs, store) = (locked("cqrs-es")?, locked("postgres-es")?);
    Ok(Running {
        contender: Contender::Cqrs,
        name: format!("cqrs-es {cqrs} with postgres-es {store} on PostgreSQL {version}"),
        client: Started::start_asked(&mut client)?,
        server: Some(server),
    })
}

/// The folder of the newest version's programs.
fn postgresql() -> Result<PathBuf, Failure> {
    let versions = fs::read_dir(POSTGRESQL).into_iter().flatten().flatten();
    let newest = versions.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()).max();
    let newest = newest.ok_or_else(|| Failure::new(format!("{POSTGRESQL} has no version of PostgreSQL")))?;
    Ok(Path::new(POSTGRESQL).join(newest.to_string()).join("bin"))
}

fn start_uma(folder: &Path, peers: &Path) -> Result<Running, Failure> {
    let address = free_address()?;
    let mut serve = program(peers);
    serve.args(["umadb-server", "--listen", &address, "--db-path"]).arg(folder.join("uma.db"));
    let server = Started::start(serve.stdout(Stdio::null()))?;
    wait_for(&address)?;
    let mut client = program(peers);
    client.args(["umadb", &format!("http://{address}")]);
    Ok(Running {
        contender: Contender::Uma,
        name: format!("UmaDB {}", locked("umadb")?),
        client: Started::start_asked(&mut client)?,
        server: Some(server),
    })
}

fn start_pocketbase(folder: &Path, pocketbase: &Path) -> Result<Running, Failure> {
    let folder = folder.join("pocketbase");
    let migrations = folder.join("migrations");
    fs::create_dir_all(&migrations).map_err(|error| Failure::at(&migrations, &error))?;
    let collection = migrations.join("1_drivers.js");
    fs::write(&collection, COLLECTION).map_err(|error| Failure::at(&collection, &error))?;
    let pocketbase = |task: &[&str]| {
        let mut pocketbase = program(pocketbase);
        pocketbase.args(task).arg("--dir").arg(folder.join("data")).arg("--migrationsDir").arg(&migrations);
        pocketbase.stdout(Stdio::null());
        pocketbase
    };
    // Without one, it opens a browser to make one.
    process::run(&mut pocketbase(&["superuser", "create", "bench@example.org", "not-a-secret"]))?;
    let address = free_address()?;
    let server = Started::start(&mut pocketbase(&["serve", "--http", &address]))?;
    wait_for(&address)?;
    let mut client = measure();
    client.args(["--slices-at", &address, "--path", "/api/collections/drivers/records"]);
    Ok(Running {
        contender: Contender::PocketBase,
        name: format!("PocketBase {}, insert over HTTP", POCKETBASE.version()),
        client: Started::start_asked(&mut client)?,
        server: Some(server),
    })
}

fn program(path: &Path) -> Command {
    process::program(&path.to_string_lossy())
}

/// The version of a package that the peers are built with.
fn locked(package: &str) -> Result<String, Failure> {
    let path = manifest().with_extension("lock");
    let text = fs::read_to_string(&path).map_err(|error| Failure::at(&path, &error))?;
    let behind = text.split_once(&format!("name = \"{package}\"\nversion = \"")).map(|(_, rest)| rest);
    let version = behind.and_then(|rest| rest.split('"').next());
    version
        .map(str::to_owned)
        .ok_or_else(|| Failure::at(&path, &std::io::Error::other(format!("no {package}"))))
}

/// One that nobody listens at, on this machine.
fn free_address() -> Result<String, Failure> {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    address.map(|address| address.to_string()).map_err(|error| Failure::new(format!("no free port: {error}")))
}

fn wait_for(address: &str) -> Result<(), Failure> {
    wait_until(&format!("somebody listens at {address}"), || TcpStream::connect(address).is_ok())
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> Result<(), Failure> {
    let began = Instant::now();
    while !is_so() {
        if began.elapsed() > PATIENCE {
            return Err(Failure::new(format!("waited {} s in vain until {what}", PATIENCE.as_secs())));
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_told_are_those_that_are_built() {
        for package in ["cqrs-es", "postgres-es", "umadb"] {
            let (version, manifest) = (locked(package).unwrap(), fs::read_to_string(manifest()).unwrap());
            assert!(manifest.contains(&format!("{package} = \"={version}\"")), "{package} {version}");
        }
    }
}
