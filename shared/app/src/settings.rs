//! Settings: from the command line, the environment, the settings file of the data folder, or a default, in this order.
//!
//! A key that is not known here is an error wherever it comes from, so that a slip of the pen is never ignored.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;

use chrono::TimeDelta;

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
    /// The rules of the depot.
    pub fleet: FleetSettings,
    /// What a client may take.
    pub limits: LimitSettings,
    /// The endpoint's HTTP.
    pub http: HttpSettings,
    /// The endpoint that the desktop opens.
    pub endpoint: EndpointSettings,
    sources: BTreeMap<&'static str, (String, Source)>,
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

/// How many requests a client address may send.
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

/// Where a value comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    #[default]
    Default,
    /// The settings file in the data folder.
    File,
    /// An environment variable.
    Environment,
    /// The command line.
    CommandLine,
}

/// A setting as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingView {
    /// Its name, e.g. `fleet.turnaround_minutes`.
    pub key: &'static str,
    /// What it is set to.
    pub value: String,
    /// Where that comes from.
    pub source: Source,
    /// What it does and what is valid.
    pub description: &'static str,
}

struct Setting {
    key: &'static str,
    default: &'static str,
    description: &'static str,
    apply: fn(&mut Settings, &str) -> Result<(), String>,
}

const SETTINGS: [Setting; 10] = [
    Setting {
        key: "fleet.allow_duplicates",
        default: "false",
        description: "whether two vehicles may have one registration, or two drivers one licence: true or false",
        apply: |s, v| flag(v).map(|v| s.fleet.allow_duplicates = v),
    },
    Setting {
        key: "fleet.turnaround_minutes",
        default: "0",
        description: "minutes that stay free between two bookings: 0 to 1440",
        apply: |s, v| number(v, 0, 1440).map(|v| s.fleet.turnaround_minutes = v),
    },
    Setting {
        key: "limits.rate.permits",
        default: "100",
        description: "requests that a client address may send in a window: 1 to 1000000",
        apply: |s, v| number(v, 1, 1_000_000).map(|v| s.limits.rate.permits = v),
    },
    Setting {
        key: "limits.rate.window_seconds",
        default: "10",
        description: "the length of that window in seconds: 1 to 3600",
        apply: |s, v| number(v, 1, 3600).map(|v| s.limits.rate.window_seconds = v),
    },
    Setting {
        key: "limits.rate.queue",
        default: "10",
        description: "further requests of an address that wait for a permit: 0 to 10000",
        apply: |s, v| number(v, 0, 10_000).map(|v| s.limits.rate.queue = v),
    },
    Setting {
        key: "http.request_timeout_seconds",
        default: "30",
        description: "seconds after which a request is given up: 1 to 600",
        apply: |s, v| number(v, 1, 600).map(|v| s.http.request_timeout_seconds = v),
    },
    Setting {
        key: "http.cors_origins",
        default: "",
        description: "origins of other web pages that may call the endpoint, with commas between: e.g. https://erp.example",
        apply: |s, v| origins(v).map(|v| s.http.cors_origins = v),
    },
    Setting {
        key: "endpoint.enabled",
        default: "false",
        description: "whether the desktop opens the endpoint for phones and browsers: true or false",
        apply: |s, v| flag(v).map(|v| s.endpoint.enabled = v),
    },
    Setting {
        key: "endpoint.listen",
        default: "127.0.0.1:5000",
        description: "where the desktop's endpoint listens: ADDRESS:PORT",
        apply: |s, v| {
            let listen = v.parse().map_err(|_| "give ADDRESS:PORT, such as 127.0.0.1:5000".to_owned());
            listen.map(|v| s.endpoint.listen = v)
        },
    },
    Setting {
        key: "endpoint.insecure_http",
        default: "false",
        description: "whether the desktop's endpoint may listen beyond this machine without encryption: true or false",
        apply: |s, v| flag(v).map(|v| s.endpoint.insecure_http = v),
    },
];

impl Default for Settings {
    fn default() -> Self {
        let mut settings = Self {
            fleet: FleetSettings { allow_duplicates: false, turnaround_minutes: 0 },
            limits: LimitSettings { rate: RateSettings { permits: 100, window_seconds: 10, queue: 10 } },
            http: HttpSettings { request_timeout_seconds: 30, cors_origins: vec![] },
            endpoint: EndpointSettings {
                enabled: false,
                listen: SocketAddr::from(([127, 0, 0, 1], 5000)),
                insecure_http: false,
            },
            sources: BTreeMap::new(),
        };
        for setting in &SETTINGS {
            settings.sources.insert(setting.key, (setting.default.to_owned(), Source::Default));
        }
        settings
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
        match std::fs::read_to_string(&path) {
            Ok(text) => settings.apply_file(&text, &path)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(SettingsError(format!("{} cannot be read: {error}", path.display()))),
        }
        for (name, value) in environment {
            let Some(rest) = name.strip_prefix(ENVIRONMENT_PREFIX) else { continue };
            let known = SETTINGS.iter().find(|setting| setting.key.to_uppercase().replace('.', "_") == rest);
            let setting = known.ok_or_else(|| unknown(&format!("environment variable {name}")))?;
            settings.apply(setting, &value, Source::Environment)?;
        }
        for assignment in assignments {
            let (key, value) = assignment
                .split_once('=')
                .ok_or_else(|| SettingsError(format!("{assignment:?} is not KEY=VALUE")))?;
            let setting = find(key.trim())?;
            settings.apply(setting, value.trim(), Source::CommandLine)?;
        }
        Ok(settings)
    }

    /// Every setting, in the order in which they are documented.
    #[must_use]
    pub fn list(&self) -> Vec<SettingView> {
        let view = |setting: &Setting| {
            let (value, source) = self.sources.get(setting.key).cloned().unwrap_or_default();
            SettingView { key: setting.key, value, source, description: setting.description }
        };
        SETTINGS.iter().map(view).collect()
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
        (setting.apply)(self, value).map_err(|reason| {
            let Setting { key, description, .. } = setting;
            SettingsError(format!("{value:?} is not valid for {key}: {reason} ({key}: {description})"))
        })?;
        self.sources.insert(setting.key, (value.to_owned(), source));
        Ok(())
    }
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

fn flag(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "give true or false".to_owned())
}

fn number(value: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("give a whole number from {least} to {most}"))
}

fn origins(value: &str) -> Result<Vec<String>, String> {
    let origins = value.split(',').map(str::trim).filter(|origin| !origin.is_empty());
    origins
        .map(|origin| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            match host {
                Some(host) if !host.is_empty() && !host.contains(['/', '*', ' ', '?', '#', '@']) => {
                    Ok(origin.to_owned())
                }
                Some(_) | None => Err(format!(
                    "{origin:?} is no origin: give SCHEME://HOST[:PORT], such as https://erp.example"
                )),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)], set: &[&str]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SETTINGS_FILE), file).unwrap();
        let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        let set: Vec<_> = set.iter().map(|s| (*s).to_owned()).collect();
        Settings::load(folder.path(), environment, &set).map_err(|error| error.to_string())
    }

    #[test]
    fn the_later_source_prevails() {
        let file = "[fleet]\nturnaround_minutes = 5\nallow_duplicates = true\n[limits.rate]\npermits = 7";
        let environment =
            [("DEPOT_FLEET_TURNAROUND_MINUTES", "6"), ("DEPOT_LIMITS_RATE_PERMITS", "8"), ("HOME", "/")];
        let settings = load(file, &environment, &["limits.rate.permits=9"]).unwrap();
        assert!(settings.fleet.allow_duplicates);
        assert_eq!((settings.fleet.turnaround_minutes, settings.limits.rate.permits), (6, 9));
        let sources: Vec<_> = settings.list().into_iter().map(|view| view.source).take(4).collect();
        assert_eq!(sources, [Source::File, Source::Environment, Source::CommandLine, Source::Default]);
    }

    #[test]
    fn the_listed_defaults_are_the_ones_in_force() {
        let by_default = Settings::default();
        let mut written_out = Settings::default();
        for setting in &SETTINGS {
            written_out.apply(setting, setting.default, Source::Default).unwrap();
        }
        assert_eq!(written_out, by_default);
    }

    #[test]
    fn an_unknown_key_is_refused_with_the_valid_ones_wherever_it_comes_from() {
        for error in [
            load("[fleet]\nturnaround = 5", &[], &[]).unwrap_err(),
            load("", &[("DEPOT_FLEET_TURNAROUND", "5")], &[]).unwrap_err(),
            load("", &[], &["fleet.turnaround=5"]).unwrap_err(),
        ] {
            assert!(error.contains("fleet.turnaround_minutes: minutes that stay free"), "{error}");
        }
    }

    #[test]
    fn a_bad_value_is_refused_with_what_is_valid() {
        for (set, reason) in [
            ("fleet.turnaround_minutes=-1", "give a whole number from 0 to 1440"),
            ("fleet.allow_duplicates=yes", "give true or false"),
            ("http.cors_origins=*", "is no origin"),
            ("http.cors_origins=https://a.example/path", "is no origin"),
            ("endpoint.listen=5000", "give ADDRESS:PORT"),
            ("limits.rate.permits=0", "give a whole number from 1"),
            ("limits.rate.permits", "is not KEY=VALUE"),
        ] {
            let error = load("", &[], &[set]).unwrap_err();
            assert!(error.contains(reason), "{set}: {error}");
        }
    }
}
