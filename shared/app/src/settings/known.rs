//! The settings that there are: what each is called, what is valid, where its value is kept, and how it is parsed.

use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::{TZ_VARIANTS, Tz};
use depot_domain::values::Name;
use serde::Serialize;
use ts_rs::TS;

use super::{Language, Settings};

/// One thing that can be set.
pub(super) struct Setting {
    pub(super) key: &'static str,
    pub(super) description: &'static str,
    pub(super) kind: Kind,
}

/// A value's place among the settings.
type Place<T> = fn(&mut Settings) -> &mut T;

/// What sort of value it is, and its place.
pub(super) enum Kind {
    Flag(Place<bool>),
    Number {
        least: u32,
        most: u32,
        place: Place<u32>,
    },
    Name(Place<String>),
    /// One part of a host's name.
    HostLabel(Place<String>),
    TimeZone(Place<Tz>),
    Language(Place<Language>),
    Address(Place<SocketAddr>),
    Origins(Place<Vec<String>>),
    /// A file with all of its path; nothing for none.
    File(Place<Option<PathBuf>>),
    /// A folder with all of its path; nothing for the usual one.
    Folder(Place<Option<PathBuf>>),
}

/// What can be given for a setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
pub enum ValidValues {
    /// `true` or `false`.
    Flag {},
    /// A whole number.
    Number {
        /// The least that is valid.
        least: u32,
        /// The most that is valid.
        most: u32,
    },
    /// One line of text.
    Text {
        /// The most characters it may have.
        longest: u32,
    },
    /// One of these.
    Choice {
        /// What is valid.
        values: Vec<&'static str>,
    },
    /// An address with its port, `ADDRESS:PORT`.
    Address {},
    /// Origins of web pages, with commas between.
    Origins {},
}

const MAX_PATH_CHARS: u32 = 4096;
const MAX_HOST_LABEL_CHARS: u32 = 63;

pub(super) const SETTINGS: [Setting; 28] = [
    Setting {
        key: "depot.name",
        description: "what the depot is called: 1 to 100 characters",
        kind: Kind::Name(|s| &mut s.depot.name),
    },
    Setting {
        key: "depot.time_zone",
        description: "the time zone in which the depot's day is told: a name such as Europe/Lisbon; the system's unless set",
        kind: Kind::TimeZone(|s| &mut s.depot.time_zone),
    },
    Setting {
        key: "depot.language",
        description: "the language of the desk and of what is printed: en or de",
        kind: Kind::Language(|s| &mut s.depot.language),
    },
    Setting {
        key: "fleet.allow_duplicates",
        description: "whether two vehicles may have one registration, or two drivers one licence: true or false",
        kind: Kind::Flag(|s| &mut s.fleet.allow_duplicates),
    },
    Setting {
        key: "fleet.turnaround_minutes",
        description: "minutes that stay free between two bookings: 0 to 1440",
        kind: Kind::Number { least: 0, most: 1440, place: |s| &mut s.fleet.turnaround_minutes },
    },
    Setting {
        key: "limits.rate.permits",
        description: "requests that a credential, or an address without one, may send in a window: 1 to 1000000",
        kind: Kind::Number { least: 1, most: 1_000_000, place: |s| &mut s.limits.rate.permits },
    },
    Setting {
        key: "limits.rate.window_seconds",
        description: "the length of that window in seconds: 1 to 3600",
        kind: Kind::Number { least: 1, most: 3600, place: |s| &mut s.limits.rate.window_seconds },
    },
    Setting {
        key: "limits.rate.queue",
        description: "further requests of an address that wait for a permit: 0 to 10000",
        kind: Kind::Number { least: 0, most: 10_000, place: |s| &mut s.limits.rate.queue },
    },
    Setting {
        key: "http.request_timeout_seconds",
        description: "seconds after which a request is given up: 1 to 600",
        kind: Kind::Number { least: 1, most: 600, place: |s| &mut s.http.request_timeout_seconds },
    },
    Setting {
        key: "http.cors_origins",
        description: "origins of other web pages that may call the endpoint, with commas between: e.g. https://erp.example",
        kind: Kind::Origins(|s| &mut s.http.cors_origins),
    },
    Setting {
        key: "endpoint.enabled",
        description: "whether the desktop opens the endpoint for phones and browsers: true or false",
        kind: Kind::Flag(|s| &mut s.endpoint.enabled),
    },
    Setting {
        key: "endpoint.listen",
        description: "where the desktop's endpoint listens: ADDRESS:PORT",
        kind: Kind::Address(|s| &mut s.endpoint.listen),
    },
    Setting {
        key: "endpoint.insecure_http",
        description: "whether the desktop's endpoint may listen beyond this machine without encryption: true or false",
        kind: Kind::Flag(|s| &mut s.endpoint.insecure_http),
    },
    Setting {
        key: "endpoint.tls.setup_port",
        description: "the port of the page on which phones learn to trust the depot's certificate: 0 to 65535, 0 takes any",
        kind: Kind::Number { least: 0, most: 65_535, place: |s| &mut s.tls.setup_port },
    },
    Setting {
        key: "endpoint.tls.certificate",
        description: "a certificate of your own in PEM, with what leads to its CA, instead of the depot's: the file with its path",
        kind: Kind::File(|s| &mut s.tls.certificate),
    },
    Setting {
        key: "endpoint.tls.key",
        description: "the key of that certificate in PEM: the file with its path",
        kind: Kind::File(|s| &mut s.tls.key),
    },
    Setting {
        key: "endpoint.mdns.announce",
        description: "whether the network is told by mDNS under which name the endpoint is reached, while it is open to other machines: true or false",
        kind: Kind::Flag(|s| &mut s.mdns.announce),
    },
    Setting {
        key: "endpoint.mdns.name",
        description: "that name, without .local: 1 to 63 letters, digits and hyphens",
        kind: Kind::HostLabel(|s| &mut s.mdns.name),
    },
    Setting {
        key: "backup.folder",
        description: "the folder that backups go to, with its path, best on another disk; nothing for backups in the data folder",
        kind: Kind::Folder(|s| &mut s.backup.folder),
    },
    Setting {
        key: "backup.every_minutes",
        description: "minutes from one backup to the next while the depot is served: 1 to 10080, or 0 for none",
        kind: Kind::Number { least: 0, most: 10_080, place: |s| &mut s.backup.every_minutes },
    },
    Setting {
        key: "backup.keep_hours",
        description: "of how many distinct hours every backup is kept, counted from the newest: 1 to 8760",
        kind: Kind::Number { least: 1, most: 8760, place: |s| &mut s.backup.keep_hours },
    },
    Setting {
        key: "backup.keep_days",
        description: "of how many distinct days the last backup is kept, counted from the newest: 1 to 3650",
        kind: Kind::Number { least: 1, most: 3650, place: |s| &mut s.backup.keep_days },
    },
    Setting {
        key: "files.quota_mb",
        description: "megabytes of pictures that one phone or token may hand in on a day: 10 to 1000000",
        kind: Kind::Number { least: 10, most: 1_000_000, place: |s| &mut s.files.quota_mb },
    },
    Setting {
        key: "files.free_mb",
        description: "megabytes of the disk that pictures leave free for what is recorded: 0 to 1000000",
        kind: Kind::Number { least: 0, most: 1_000_000, place: |s| &mut s.files.free_mb },
    },
    Setting {
        key: "phones.backdating_minutes",
        description: "minutes after which something that is told late is flagged in the log: 1 to 100000",
        kind: Kind::Number { least: 1, most: 100_000, place: |s| &mut s.phones.backdating_minutes },
    },
    Setting {
        key: "phones.positions",
        description: "whether drivers may let the depot see where they are while a delivery is under way: true or false",
        kind: Kind::Flag(|s| &mut s.phones.positions),
    },
    Setting {
        key: "phones.positions_hours",
        description: "hours after which the depot forgets where a driver was: 1 to 720",
        kind: Kind::Number { least: 1, most: 720, place: |s| &mut s.phones.positions_hours },
    },
    Setting {
        key: "window.close_to_tray",
        description: "whether closing the window leaves the depot open in the tray, where the desktop has one: true or false",
        kind: Kind::Flag(|s| &mut s.window.close_to_tray),
    },
];

impl Kind {
    /// Parses `value` into its place, or says what is valid.
    pub(super) fn apply(&self, settings: &mut Settings, value: &str) -> Result<(), String> {
        match self {
            Self::Flag(place) => *place(settings) = flag(value)?,
            Self::Number { least, most, place } => *place(settings) = number(value, *least, *most)?,
            Self::Name(place) => {
                *place(settings) = value.parse::<Name>().map_err(|error| error.to_string())?.into();
            }
            Self::HostLabel(place) => *place(settings) = host_label(value)?,
            Self::TimeZone(place) => *place(settings) = time_zone(value)?,
            Self::Language(place) => {
                *place(settings) = value.parse::<Language>().map_err(|error| error.to_string())?;
            }
            Self::Address(place) => {
                *place(settings) =
                    value.parse().map_err(|_| "give ADDRESS:PORT, such as 127.0.0.1:5000".to_owned())?;
            }
            Self::Origins(place) => *place(settings) = origins(value)?,
            Self::File(place) => *place(settings) = path(value, "the file", "/etc/ssl/depot.pem")?,
            Self::Folder(place) => *place(settings) = path(value, "the folder", "/media/disk/depot")?,
        }
        Ok(())
    }

    /// The value as it would be written.
    pub(super) fn show(&self, settings: &mut Settings) -> String {
        match self {
            Self::Flag(place) => place(settings).to_string(),
            Self::Number { place, .. } => place(settings).to_string(),
            Self::Name(place) | Self::HostLabel(place) => place(settings).clone(),
            Self::TimeZone(place) => place(settings).name().to_owned(),
            Self::Language(place) => place(settings).to_string(),
            Self::Address(place) => place(settings).to_string(),
            Self::Origins(place) => place(settings).join(","),
            Self::File(place) | Self::Folder(place) => {
                place(settings).as_ref().map(|path| path.display().to_string()).unwrap_or_default()
            }
        }
    }

    /// A valid value as the settings file writes it.
    pub(super) fn written(&self, value: &str) -> toml_edit::Value {
        match self {
            Self::Flag(_) => value.parse::<bool>().map_or_else(|_| value.into(), Into::into),
            Self::Number { .. } => value.parse::<i64>().map_or_else(|_| value.into(), Into::into),
            Self::Origins(_) => {
                let origins = value.split(',').map(str::trim).filter(|origin| !origin.is_empty());
                toml_edit::Value::Array(origins.collect())
            }
            Self::Name(_)
            | Self::HostLabel(_)
            | Self::TimeZone(_)
            | Self::Language(_)
            | Self::Address(_)
            | Self::File(_)
            | Self::Folder(_) => value.into(),
        }
    }

    pub(super) fn valid(&self) -> ValidValues {
        match self {
            Self::Flag(_) => ValidValues::Flag {},
            Self::Number { least, most, .. } => ValidValues::Number { least: *least, most: *most },
            Self::Name(_) => {
                ValidValues::Text { longest: u32::try_from(Name::MAX_CHARS).unwrap_or(u32::MAX) }
            }
            Self::TimeZone(_) => {
                ValidValues::Choice { values: TZ_VARIANTS.iter().map(|zone| zone.name()).collect() }
            }
            Self::Language(_) => ValidValues::Choice {
                values: Language::ALL.iter().map(|language| language.as_str()).collect(),
            },
            Self::Address(_) => ValidValues::Address {},
            Self::File(_) | Self::Folder(_) => ValidValues::Text { longest: MAX_PATH_CHARS },
            Self::HostLabel(_) => ValidValues::Text { longest: MAX_HOST_LABEL_CHARS },
            Self::Origins(_) => ValidValues::Origins {},
        }
    }
}

/// The system's time zone; UTC where the system does not say.
pub(super) fn system_time_zone() -> Tz {
    iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

fn time_zone(value: &str) -> Result<Tz, String> {
    value.parse().map_err(|_| {
        "give the name of a time zone, such as Europe/Lisbon, America/New_York or UTC".to_owned()
    })
}

fn host_label(value: &str) -> Result<String, String> {
    let name = value.trim().to_ascii_lowercase();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = (1..=MAX_HOST_LABEL_CHARS as usize).contains(&name.len()) && name.chars().all(is_plain);
    if !fits || name.starts_with('-') || name.ends_with('-') || name == "localhost" {
        return Err(
            "give 1 to 63 letters, digits and hyphens, such as depot-porto, without .local behind them"
                .to_owned(),
        );
    }
    Ok(name)
}

fn flag(value: &str) -> Result<bool, String> {
    value.parse().map_err(|_| "give true or false".to_owned())
}

fn number(value: &str, least: u32, most: u32) -> Result<u32, String> {
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("give a whole number from {least} to {most}"))
}

fn path(value: &str, what: &str, example: &str) -> Result<Option<PathBuf>, String> {
    let path = PathBuf::from(value.trim());
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    if !path.is_absolute() || value.chars().count() > MAX_PATH_CHARS as usize {
        return Err(format!("give {what} with all of its path, such as {example}, or nothing"));
    }
    Ok(Some(path))
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
