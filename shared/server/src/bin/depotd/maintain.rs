//! `depotd rebuild`, `verify` and `settings`: what its owner does to a depot that nobody is using.

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
    say(format_args!("{:?}", verified?))
}

pub(crate) fn settings(arguments: &SettingsArguments) -> Result<(), Failure> {
    let settings = settings_of(arguments)?;
    say(format_args!("{settings:#?}"))
}
