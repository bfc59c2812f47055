//! `depotd rebuild`, `verify` and `settings`: what its owner does to a depot that nobody is using.

use depot_app::{SettingView, Source};

use crate::args::{FolderArguments, SettingsArguments};
use crate::{Failure, open_as_it_is, say, settings_of};

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
    for SettingView { key, value, source, description } in settings.list() {
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
