//! `depotd generate`, `rebuild`, `verify`, `backup`, `restore` and `settings`: what its owner does to look after a depot.

use std::path::{Path, PathBuf};
use std::time::Instant;

use depot_app::{Generation, SettingView, Settings, Source, backup};

use crate::args::{FolderArguments, GenerateArguments, SettingsArguments};
use crate::{Failure, open_as_it_is, prove, say, settings_of};

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
    let app = open_as_it_is(folder, true)?;
    // Each reads the whole file, on a thread of its own.
    let (verified, sound) = tokio::join!(app.verify(), app.check_database());
    app.close().await;
    sound?;
    let verified = verified?;
    let head: String = verified.head.iter().map(|byte| format!("{byte:02x}")).collect();
    say(format_args!("{} events, none missing and none changed; the chain ends in {head}", verified.events))?;
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

pub(crate) fn restore(backup: &Path, folder: &FolderArguments) -> Result<(), Failure> {
    let (restored, aside) = backup::restore(backup, &folder.folder(), chrono::Utc::now())?;
    let (events, begun) = (restored.manifest.events, restored.manifest.begun_at);
    say(format_args!(
        "restored {events} events from the backup of {}",
        begun.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    ))?;
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
