//! `depotd token`: the credentials of programs and people. It works beside a depot that is being served.

use depot_app::domain::values::DriverId;
use depot_app::{NewToken, Role};

use crate::args::FolderArguments;
use crate::{Failure, open_as_it_is, say};

pub(crate) async fn create(
    folder: &FolderArguments,
    role: Role,
    name: String,
    driver_id: Option<DriverId>,
) -> Result<(), Failure> {
    let app = open_as_it_is(folder, false)?;
    let created = app.create_token(NewToken { role, name, driver_id, expires_in: None }).await;
    app.close().await;
    // Alone on its line, so that a script can take it.
    say(created?.token)
}

pub(crate) async fn list(folder: &FolderArguments) -> Result<(), Failure> {
    let app = open_as_it_is(folder, false)?;
    let tokens = app.list_tokens().await;
    app.close().await;
    for token in tokens? {
        say(format_args!("{}  {:<11}  {}", token.id, token.role, token.name))?;
    }
    Ok(())
}

pub(crate) async fn revoke(folder: &FolderArguments, token: &str) -> Result<(), Failure> {
    let app = open_as_it_is(folder, false)?;
    let revoked = app.revoke_token(token).await;
    app.close().await;
    let revoked = revoked?;
    say(format_args!("revoked {} ({}, {})", revoked.id, revoked.role, revoked.name))
}
