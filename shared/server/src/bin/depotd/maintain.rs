//! `depotd generate`, `rebuild`, `verify` and `settings`: what its owner does to a depot that nobody is using.

use std::time::Instant;

use depot_app::{Generation, SettingView, Source};

use crate::args::{FolderArguments, GenerateArguments, SettingsArguments};
use crate::{Failure, open_as_it_is, say, settings_of};

pub(crate) async fn generate(arguments: &GenerateArguments) -> Result<(), Failure> {
    let GenerateArguments { folder, deliveries, seed, until } = arguments;
    let began = Instant::now();
    let app = open_as_it_is(folder, true)?;
    let wanted = Generation { deliveries: *deliveries, seed: *seed, until: *until };
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
    let verified = app.verify().await;
    app.close().await;
    let verified = verified?;
    let head: String = verified.head.iter().map(|byte| format!("{byte:02x}")).collect();
    say(format_args!("{} events, none missing and none changed; the chain ends in {head}", verified.events))
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
