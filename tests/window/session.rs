//! Somebody's session at a machine: a bus on which programs find each other, and a home of its own.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::{Client, Group, dbus_daemon, depotd, run};

use crate::window::{PATIENCE, Window, free_port};

/// A session. What was in it is gone when this is dropped.
pub(crate) struct Session {
    bus: String,
    home: tempfile::TempDir,
    _daemon: Group,
}

impl Session {
    pub(crate) fn open() -> Self {
        let mut daemon = Command::new(dbus_daemon());
        // Only what a test puts on the bus is there: this machine's own programs are not started for it.
        let config = tempfile::Builder::new().prefix("bus-").suffix(".conf").tempfile().unwrap();
        std::fs::write(config.path(), BUS).unwrap();
        let daemon =
            Group::start(daemon.args(["--nofork", "--print-address", "--config-file"]).arg(config.path()));
        let bus = daemon.line_after("", PATIENCE);
        let home = tempfile::Builder::new().prefix("home-").tempdir().unwrap();
        Self { bus, home, _daemon: daemon }
    }

    pub(crate) fn bus(&self) -> &str {
        &self.bus
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What tells a program that it runs in this session.
    pub(crate) fn environment(&self) -> Vec<(OsString, OsString)> {
        let home = self.home.path();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let own = std::iter::once(home.join("bin")).chain(std::env::split_paths(&path));
        let variables = [
            ("DBUS_SESSION_BUS_ADDRESS", OsString::from(&self.bus)),
            ("HOME", home.into()),
            ("XDG_DATA_HOME", home.join("data").into()),
            ("XDG_CONFIG_HOME", home.join("config").into()),
            ("PATH", std::env::join_paths(own).unwrap()),
        ];
        variables.into_iter().map(|(name, value)| (name.into(), value)).collect()
    }

    /// Has the session open addresses and folders by writing them into a file, which is returned.
    pub(crate) fn note_what_is_opened(&self) -> PathBuf {
        let (bin, opened) = (self.home().join("bin"), self.home().join("opened"));
        std::fs::create_dir_all(&bin).unwrap();
        let opener = bin.join("xdg-open");
        std::fs::write(&opener, format!("#!/bin/sh\necho \"$1\" >> '{}'\n", opened.display())).unwrap();
        std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o755)).unwrap();
        opened
    }

    /// Opens the window of this session's depot with its endpoint open, for somebody who may do everything.
    pub(crate) async fn window_with_endpoint(&self, settings: &[&str]) -> (Window, Client) {
        let folder = self.home().join("depot");
        let made = run(Command::new(depotd())
            .args(["token", "create", "--role", "admin", "--name", "Elsewhere", "--data-dir"])
            .arg(&folder));
        assert!(made.success, "{made:?}");
        let port = free_port();
        let listen = format!("endpoint.listen=127.0.0.1:{port}");
        let settings = ["endpoint.enabled=true", "limits.rate.permits=1000000", &listen]
            .into_iter()
            .chain(settings.iter().copied())
            .flat_map(|setting| ["--set", setting]);
        let args: Vec<&OsStr> = [OsStr::new("--data-dir"), folder.as_os_str()]
            .into_iter()
            .chain(settings.map(OsStr::new))
            .collect();
        let window = Window::open_with(&args, Some(self)).await;
        (window, Client::new(&format!("http://127.0.0.1:{port}"), Some(&made.out)))
    }
}

const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;
