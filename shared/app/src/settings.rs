//! Settings: from the command line, the environment, the settings file of the data folder, or a default, in this order.
//!
//! A key that is not known here is an error wherever it comes from, so that a slip of the pen is never ignored.

mod change;
mod known;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::Serialize;
use ts_rs::TS;

pub use change::SettingChange;
pub(crate) use change::switch_endpoint_off;
pub use known::ValidValues;
use known::{SETTINGS, Setting};

use crate::backup;

/// The settings file's name within the data folder.
pub const SETTINGS_FILE: &str = "settings.toml";

const ENVIRONMENT_PREFIX: &str = "DEPOT_";

/// Why the settings cannot be used; the text says which are valid.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(String);

/// Everything that can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The depot itself.
    pub depot: DepotSettings,
    /// The rules of the depot.
    pub fleet: FleetSettings,
    /// What a client may take.
    pub limits: LimitSettings,
    /// The endpoint's HTTP.
    pub http: HttpSettings,
    /// The endpoint that the desktop opens.
    pub endpoint: EndpointSettings,
    /// The endpoint's certificates.
    pub tls: TlsSettings,
    /// The endpoint's name on the network.
    pub mdns: MdnsSettings,
    /// Backups while the depot is served.
    pub backup: BackupSettings,
    /// Signatures and photos.
    pub files: FileSettings,
    /// Drivers' phones.
    pub phones: PhoneSettings,
    /// The desktop's window.
    pub window: WindowSettings,
    /// What was set, as it was written, and where; what is not in here has its default.
    given: BTreeMap<&'static str, (String, Source)>,
}

/// The depot itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepotSettings {
    /// What it is called.
    pub name: String,
    /// The time zone in which its day is told.
    pub time_zone: Tz,
    /// The language of the desk and of what is printed.
    pub language: Language,
}

words_of_app! {
    /// A language that the desk speaks.
    Language ("a language") {
        /// English.
        English = "en",
        /// German.
        German = "de",
    }
}

/// The rules of the depot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FleetSettings {
    /// Whether two vehicles may have one registration, or two drivers one licence.
    pub allow_duplicates: bool,
    /// How many minutes stay free between two bookings.
    pub turnaround_minutes: u32,
}

impl FleetSettings {
    pub(crate) fn turnaround(self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.turnaround_minutes))
    }
}

/// What a client may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// How many requests.
    pub rate: RateSettings,
}

/// How many requests a credential may send, or an address without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateSettings {
    /// Requests in a window.
    pub permits: u32,
    /// How long the window is.
    pub window_seconds: u32,
    /// How many further requests wait for a permit.
    pub queue: u32,
}

/// The endpoint's HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// After how long a request is given up.
    pub request_timeout_seconds: u32,
    /// Origins of other web pages that may call the endpoint, e.g. `https://erp.example`.
    pub cors_origins: Vec<String>,
}

/// The endpoint that the desktop opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndpointSettings {
    /// Whether the desktop opens it at all.
    pub enabled: bool,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether it may listen beyond this machine without TLS.
    pub insecure_http: bool,
}

/// The endpoint's certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// On which port plain HTTP serves the page on which phones learn to trust the depot's own certificate; 0 takes any.
    pub setup_port: u32,
    /// The user's own certificate in PEM, with what leads to its CA, instead of the depot's own.
    pub certificate: Option<PathBuf>,
    /// The key of that certificate in PEM.
    pub key: Option<PathBuf>,
}

/// The endpoint's name on the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MdnsSettings {
    /// Whether the network is told of it while the endpoint is open to other machines.
    pub announce: bool,
    /// The name, without `.local`.
    pub name: String,
}

/// Backups while the depot is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSettings {
    /// The folder that they go to; `backups` in the data folder where none is set.
    pub folder: Option<PathBuf>,
    /// How long after the last backup the next one is made; 0 for never.
    pub every_minutes: u32,
    /// How long every backup is kept.
    pub keep_hours: u32,
    /// How long the last backup of a day is kept.
    pub keep_days: u32,
}

/// Signatures and photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileSettings {
    /// How many megabytes of pictures one credential may hand in on a day.
    pub quota_mb: u32,
    /// How many megabytes of the disk stay free of pictures, for what is recorded.
    pub free_mb: u32,
}

/// Drivers' phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneSettings {
    /// How many minutes after it happened something may be told without being flagged.
    pub backdating_minutes: u32,
    /// Whether drivers may let the depot see where they are while a delivery is under way.
    pub positions: bool,
    /// After how many hours the depot forgets where a driver was.
    pub positions_hours: u32,
}

impl PhoneSettings {
    pub(crate) fn backdating(self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.backdating_minutes))
    }
}

/// The desktop's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSettings {
    /// Whether closing it leaves the depot open in the tray, where the desktop has one.
    pub close_to_tray: bool,
}

words_of_app! {
    /// Where a value comes from.
    Source ("a source of settings") {
        /// Nobody set it.
        Default = "default",
        /// The settings file in the data folder.
        File = "file",
        /// An environment variable.
        Environment = "environment",
        /// The command line.
        CommandLine = "commandLine",
    }
}

/// A setting as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct SettingView {
    /// Its name, e.g. `fleet.turnaround_minutes`.
    pub key: &'static str,
    /// What it is set to.
    pub value: String,
    /// Where that comes from.
    pub source: Source,
    /// What it is unless somebody sets it.
    pub default: String,
    /// What it does and what is valid.
    pub description: &'static str,
    /// What can be given for it.
    pub valid: ValidValues,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            depot: DepotSettings {
                name: "Depot".to_owned(),
                time_zone: known::system_time_zone(),
                language: Language::English,
            },
            fleet: FleetSettings { allow_duplicates: false, turnaround_minutes: 0 },
            limits: LimitSettings { rate: RateSettings { permits: 100, window_seconds: 10, queue: 10 } },
            http: HttpSettings { request_timeout_seconds: 30, cors_origins: vec![] },
            endpoint: EndpointSettings {
                enabled: false,
                listen: SocketAddr::from(([127, 0, 0, 1], 5000)),
                insecure_http: false,
            },
            tls: TlsSettings { setup_port: 5080, certificate: None, key: None },
            mdns: MdnsSettings { announce: true, name: "eroad-depot".to_owned() },
            backup: BackupSettings { folder: None, every_minutes: 60, keep_hours: 24, keep_days: 30 },
            files: FileSettings { quota_mb: 1000, free_mb: 200 },
            phones: PhoneSettings { backdating_minutes: 240, positions: false, positions_hours: 24 },
            window: WindowSettings { close_to_tray: false },
            given: BTreeMap::new(),
        }
    }
}

impl Settings {
    /// Reads the settings of the data folder `folder`, of the variables in `environment` that begin with `DEPOT_`
    /// (e.g. `DEPOT_FLEET_TURNAROUND_MINUTES`), and of `assignments` (`KEY=VALUE`); the later ones prevail.
    ///
    /// # Errors
    /// An unknown key, a value that is not valid, or a file that cannot be read.
    pub fn load(
        folder: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
        assignments: &[String],
    ) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        let path = folder.join(SETTINGS_FILE);
        settings.apply_file(&read_file(&path)?, &path)?;
        for (name, value) in environment {
            if !name.starts_with(ENVIRONMENT_PREFIX) {
                continue;
            }
            let known = SETTINGS.iter().find(|setting| environment_name(setting.key) == name);
            let setting = known.ok_or_else(|| unknown(&format!("environment variable {name}")))?;
            settings.apply(setting, &value, Source::Environment)?;
        }
        for assignment in assignments {
            let (key, value) = assignment
                .split_once('=')
                .ok_or_else(|| SettingsError(format!("{assignment:?} is not KEY=VALUE")))?;
            let setting = find(key.trim())?;
            settings.apply(setting, value, Source::CommandLine)?;
        }
        settings.fit(folder)?;
        Ok(settings)
    }

    /// Refuses what no depot with this data folder can have.
    fn fit(&self, folder: &Path) -> Result<(), SettingsError> {
        let chosen = self.backup.folder.as_deref();
        let fits = chosen.map_or(Ok(()), |chosen| backup::fits(folder, chosen));
        fits.map_err(|error| SettingsError(format!("backup.folder: {error}")))
    }

    /// Every setting, in the order in which they are documented.
    #[must_use]
    pub fn list(&self) -> Vec<SettingView> {
        let (mut own, mut default) = (self.clone(), Self::default());
        let view = |Setting { key, description, kind }: &'static Setting| SettingView {
            key,
            value: kind.show(&mut own),
            source: self.source(key),
            default: kind.show(&mut default),
            description,
            valid: kind.valid(),
        };
        SETTINGS.iter().map(view).collect()
    }

    fn source(&self, key: &str) -> Source {
        self.given.get(key).map_or(Source::Default, |(_, source)| *source)
    }

    /// The same with another text of the settings file. The environment and the command line still go before it.
    fn with_file(&self, text: &str, path: &Path) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        settings.apply_file(text, path)?;
        for (key, (value, source)) in &self.given {
            if matches!(source, Source::Environment | Source::CommandLine) {
                settings.apply(find(key)?, value, *source)?;
            }
        }
        Ok(settings)
    }

    fn apply_file(&mut self, text: &str, path: &Path) -> Result<(), SettingsError> {
        let table: toml::Table = text
            .parse()
            .map_err(|error| SettingsError(format!("{} is not TOML: {error}", path.display())))?;
        let mut values = vec![];
        flatten("", &table, &mut values);
        for (key, value) in values {
            self.apply(find(&key)?, &value, Source::File)?;
        }
        Ok(())
    }

    fn apply(&mut self, setting: &Setting, value: &str, source: Source) -> Result<(), SettingsError> {
        let Setting { key, description, kind } = setting;
        let value = value.trim();
        kind.apply(self, value).map_err(|reason| {
            SettingsError(format!("{value:?} is not valid for {key}: {reason} ({key}: {description})"))
        })?;
        self.given.insert(key, (value.to_owned(), source));
        Ok(())
    }
}

/// The text of a settings file; nothing where there is none.
fn read_file(path: &Path) -> Result<String, SettingsError> {
    let text =
        depot_store::read_file(path).and_then(|text| String::from_utf8(text).map_err(std::io::Error::other));
    match text {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(SettingsError(format!("{} cannot be read: {error}", path.display()))),
    }
}

/// The environment variable that gives a setting.
fn environment_name(key: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", key.to_uppercase().replace('.', "_"))
}

/// The names of all settings.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.key)
}

fn find(key: &str) -> Result<&'static Setting, SettingsError> {
    SETTINGS.iter().find(|setting| setting.key == key).ok_or_else(|| unknown(&format!("setting {key:?}")))
}

fn unknown(what: &str) -> SettingsError {
    let valid: Vec<_> =
        SETTINGS.iter().map(|setting| format!("  {}: {}", setting.key, setting.description)).collect();
    SettingsError(format!("There is no {what}. Valid settings are:\n{}", valid.join("\n")))
}

fn flatten(prefix: &str, table: &toml::Table, values: &mut Vec<(String, String)>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, values),
            toml::Value::String(text) => values.push((key, text.clone())),
            toml::Value::Array(items) => {
                let items =
                    items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
                values.push((key, items.collect::<Vec<_>>().join(",")));
            }
            toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_) => {
                values.push((key, value.to_string()));
            }
        }
    }
}
