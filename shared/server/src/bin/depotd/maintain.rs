//! `depotd generate`, `rebuild`, `verify`, `backup`, `restore` and `settings`: what its owner does to look after a depot.

use std::path::{Path, PathBuf};
use std::time::Instant;

use depot_app::{
    App, AppOptions, Generation, OpenError, RestoreOptions, SettingView, Settings, Source, backup,
};

use crate::args::{FolderArguments, GenerateArguments, SettingsArguments};
use crate::{Failure, open, open_as_it_is, prove, say, settings_of};

pub(crate) async fn generate(arguments: &GenerateArguments) -> Result<(), Failure> {
    let GenerateArguments { folder, deliveries, seed, until } = arguments;
    let began = Instant::now();
    let app = open_as_it_is(folder, true)?;
    let wanted = Generation { deliveries: *deliveries, seed: *seed, until: *until, drivers: None };
    let generated = app.generate(wanted).await;
    app.close().await;
    let generated = generated?;
    let seconds = began.elapsed().as_secs_f64();
    say(format_args!(
        "generated {} deliveries in {} events, in {seconds:.1} s",
        generated.deliveries, generated.events
    ))
}

pub(crate) async fn rebuild(folder: &FolderArguments) -> Result<(), Failure> {
    let app = open_as_it_is(folder, true)?;
    let rebuilt = app.rebuild().await;
    app.close().await;
    say(format_args!("rebuilt every projection from {} events", rebuilt?))
}

pub(crate) async fn verify(folder: &FolderArguments) -> Result<(), Failure> {
    let data = folder.folder();
    // To open what is missing would make it.
    if !data.join(depot_app::DATABASE_FILE).exists() {
        return Err(Failure(format!("{} holds no depot", data.display())));
    }
    let settings = || Settings::load(&data, std::env::vars(), &[]);
    // Beside whoever serves the depot, where somebody does.
    let app = match App::open(AppOptions::new(&data, settings()?)) {
        Err(OpenError::Held { .. }) => open(folder, settings()?, false)?,
        opened => opened?,
    };
    let verified = app.audit().await;
    app.close().await;
    let verified = verified?;
    let head: String = verified.head.iter().map(|byte| format!("{byte:02x}")).collect();
    say(format_args!("{} events, none missing and none changed; the chain ends in {head}", verified.events))?;
    say("every table is what the log says, and the schema and every token are the depot's own")?;
    if verified.retired > 0 {
        say(format_args!(
            "{} older seals stood on a chain that was made anew when somebody was erased who had been recorded openly",
            verified.retired
        ))?;
    }
    match &verified.last_seal {
        Some(seal) => say(format_args!(
            "{} seals match; the last one, of event {} on {}, has the code {}\nthey are made with the key {}",
            verified.seals,
            seal.sequence,
            seal.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            seal.code(),
            prove::hex(&seal.key)
        )),
        None => say("the log is not sealed yet"),
    }
}

pub(crate) fn backup(folder: &FolderArguments, to: Option<PathBuf>) -> Result<(), Failure> {
    let data = folder.folder();
    let to = match to {
        Some(to) => {
            backup::prepare(&data, &to)?;
            to
        }
        None => backup::place(&data, &Settings::load(&data, std::env::vars(), &[])?.backup),
    };
    let made = backup::make(&data, &to, chrono::Utc::now())?;
    say(format_args!("backup {}", made.folder.display()))?;
    let (files, bytes) = (made.manifest.contents.len(), made.bytes());
    let code = &made.manifest.seal.code;
    say(format_args!(
        "{} events, {files} files, {bytes} bytes, verified; its code is {code}",
        made.manifest.events
    ))
}

pub(crate) fn restore(backup: &Path, folder: &FolderArguments, how: &RestoreOptions) -> Result<(), Failure> {
    let (restored, aside) = backup::restore(backup, &folder.folder(), how, chrono::Utc::now())?;
    let (events, begun) = (restored.manifest.events, restored.manifest.begun_at);
    say(format_args!(
        "restored {events} events from the backup of {}",
        begun.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    ))?;
    if !restored.manifest.is_signed() {
        say(
            "an older program made it, which signed the record but not the files beside it: look whether the settings are yours",
        )?;
    }
    if !how.keep_access {
        say(
            "every token and phone that it knew is revoked, and the desktop's endpoint is off; --keep-access leaves them as they were",
        )?;
    }
    match aside {
        Some(aside) => say(format_args!("the data that was there is in {}", aside.display())),
        None => Ok(()),
    }
}

pub(crate) fn settings(arguments: &SettingsArguments) -> Result<(), Failure> {
    let settings = settings_of(arguments)?;
    for SettingView { key, value, source, description, .. } in settings.list() {
        let source = match source {
            Source::Default => "the default",
            Source::File => "the settings file",
            Source::Environment => "the environment",
            Source::CommandLine => "the command line",
        };
        say(format_args!("{key} = {value:?} ({source})\n    {description}"))?;
    }
    Ok(())
}
