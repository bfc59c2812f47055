//! Changing settings while the depot runs: in the settings file, which stays the file of record with its comments.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Table};
use ts_rs::TS;

use super::known::Setting;
use super::{SETTINGS_FILE, Settings, Source, environment_name, find, read_file};
use crate::error::{AppError, Code};
use crate::{backup, durable};

/// A setting to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct SettingChange {
    /// Its name, e.g. `fleet.turnaround_minutes`.
    pub key: String,
    /// The new value; null for the default.
    pub value: Option<String>,
}

impl Settings {
    /// Writes `changes` into the settings file of `folder`, all or none, and says what is in force then. What was
    /// changed in the file by hand since it was read comes into force with them.
    ///
    /// # Errors
    /// A key is unknown, a value is not valid, the command line or the environment goes before the file, or the file
    /// cannot be read or written. Nothing is changed then.
    pub(crate) fn change(&self, folder: &Path, changes: &[SettingChange]) -> Result<Self, AppError> {
        if changes.is_empty() {
            return Err(AppError::new(Code::Malformed, "changes: name at least one setting to change"));
        }
        let path = folder.join(SETTINGS_FILE);
        let text = read_file(&path).map_err(unusable)?;
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
            unusable(format!("{} is not TOML: {error}", path.display()))
        })?;
        for SettingChange { key, value } in changes {
            let setting = find(key).map_err(|error| AppError::new(Code::Malformed, error.to_string()))?;
            self.refuse_overridden(setting)?;
            match value {
                Some(value) => {
                    // On a copy: whether it is valid is known before anything is written.
                    let trial = self.clone().apply(setting, value, Source::File);
                    trial.map_err(|error| AppError::new(Code::Unfit, error.to_string()))?;
                    set(&mut document, setting, value.trim());
                }
                None => remove(document.as_table_mut(), key),
            }
        }
        let text = document.to_string();
        let changed = self.with_file(&text, &path).map_err(unusable)?;
        changed.fit(folder).map_err(|error| AppError::new(Code::Unfit, error.to_string()))?;
        if let Some(chosen) =
            changed.backup.folder.as_deref().filter(|_| changed.backup.folder != self.backup.folder)
        {
            backup::prepare(folder, chosen)
                .map_err(|error| AppError::new(Code::Unfit, format!("backup.folder: {error}")))?;
        }
        if changed != *self {
            durable::write(&path, text.as_bytes()).map_err(|error| {
                tracing::error!(%error, "the settings file was not written");
                AppError::new(
                    Code::Unavailable,
                    format!("{} cannot be written ({error}); nothing was changed", path.display()),
                )
            })?;
        }
        Ok(changed)
    }

    fn refuse_overridden(&self, setting: &Setting) -> Result<(), AppError> {
        let key = setting.key;
        let given = match self.source(key) {
            Source::Default | Source::File => return Ok(()),
            Source::Environment => format!("the environment ({})", environment_name(key)),
            Source::CommandLine => "the command line".to_owned(),
        };
        let detail = format!(
            "{key} is given by {given}, which goes before the settings file: change it there and start the depot again"
        );
        Err(AppError::new(Code::RuleBroken, detail).with("setting", key))
    }
}

/// Has the settings file in a folder say that the desktop does not open the endpoint, where it says otherwise.
pub(crate) fn switch_endpoint_off(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(SETTINGS_FILE);
    let text = read_file(&path).map_err(std::io::Error::other)?;
    let mut document: DocumentMut = text.parse().map_err(std::io::Error::other)?;
    let setting = find("endpoint.enabled").map_err(std::io::Error::other)?;
    let is_off = Settings::default().with_file(&text, &path).is_ok_and(|settings| !settings.endpoint.enabled);
    if is_off {
        return Ok(());
    }
    set(&mut document, setting, "false");
    durable::write(&path, document.to_string().as_bytes())
}

fn unusable(reason: impl std::fmt::Display) -> AppError {
    AppError::new(Code::RuleBroken, format!("The settings file cannot be changed: {reason}"))
}

/// Sets a value, keeping what is written around it.
fn set(document: &mut DocumentMut, setting: &Setting, value: &str) {
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    let (path, name) = setting.key.rsplit_once('.').unwrap_or(("", setting.key));
    for part in path.split('.') {
        if table.get(part).and_then(Item::as_table_like).is_none() {
            let mut new = Table::new();
            // Of `[limits]` around `[limits.rate]` nothing need be seen.
            new.set_implicit(true);
            table.insert(part, Item::Table(new));
        }
        let Some(inner) = table.get_mut(part).and_then(Item::as_table_like_mut) else { return };
        table = inner;
    }
    let mut written = setting.kind.written(value);
    if let Some(present) = table.get(name).and_then(Item::as_value) {
        *written.decor_mut() = present.decor().clone();
    }
    match table.get_mut(name) {
        Some(item) => *item = Item::Value(written),
        None => {
            table.insert(name, Item::Value(written));
        }
    }
}

fn remove(table: &mut dyn toml_edit::TableLike, key: &str) {
    match key.split_once('.') {
        Some((part, rest)) => {
            if let Some(inner) = table.get_mut(part).and_then(Item::as_table_like_mut) {
                remove(inner, rest);
            }
        }
        None => {
            table.remove(key);
        }
    }
}
