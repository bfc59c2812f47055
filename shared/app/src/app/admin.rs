//! What the application does for the depot itself: its settings, its tokens, its demo day.

use std::sync::Arc;

use uuid::Uuid;

use super::App;
use crate::command::{AdminCommand, CommandOutcome};
use crate::demo;
use crate::error::{AppError, Code};
use crate::query::Topic;
use crate::settings::SettingChange;
use crate::token::{self, CreatedToken, NewToken, Secret, TokenView};

/// For how many days a token can be made at most; one without an end is made without a number.
const TOKEN_DAYS_MOST: u32 = 3650;

impl App {
    /// Creates a token.
    ///
    /// # Errors
    /// It is not valid, its driver does not exist, or it could not be stored.
    pub async fn create_token(&self, new: NewToken) -> Result<CreatedToken, AppError> {
        let now = self.now();
        Ok(self.store().write(move |unit, _| token::create(unit.tables_mut()?, &new, now)).await?)
    }

    /// Every token, without the secret.
    ///
    /// # Errors
    /// The tokens cannot be read.
    pub async fn list_tokens(&self) -> Result<Vec<TokenView>, AppError> {
        self.store().read(|connection| Ok(token::list(connection)?)).await
    }

    /// Revokes a token by its id or its name: the next request with it is refused.
    ///
    /// # Errors
    /// There is none, or several have that name.
    pub async fn revoke_token(&self, id_or_name: &str) -> Result<TokenView, AppError> {
        let (id_or_name, now) = (id_or_name.to_owned(), self.now());
        Ok(self.store().write(move |unit, _| token::revoke(unit.tables_mut()?, &id_or_name, now)).await?)
    }

    pub(super) async fn administer(&self, command: &AdminCommand) -> Result<CommandOutcome, AppError> {
        let mut outcome = CommandOutcome {
            id: Uuid::nil(),
            version: 0,
            sequence: 0,
            changed: true,
            message: String::new(),
            status: None,
            incident_id: None,
            token: None,
        };
        outcome.message = match command {
            AdminCommand::LoadDemo {} => {
                demo::load(self).await?;
                self.tell(Topic::ALL);
                "Demo day loaded"
            }
            AdminCommand::RemoveDemo {} => {
                self.store().write(demo::remove).await?;
                self.tell(Topic::ALL);
                "Demo day removed"
            }
            AdminCommand::ChangeSettings { changes } => {
                outcome.changed = self.change_settings(changes.clone()).await?;
                "Settings changed"
            }
            AdminCommand::CreateToken { role, name, driver_id, expires_in_days } => {
                let (role, name, driver_id) = (*role, name.clone(), *driver_id);
                let expires_in = expires_in_days.map(valid_days).transpose()?;
                let created = self.create_token(NewToken { role, name, driver_id, expires_in }).await?;
                self.tell(&[Topic::Depot]);
                (outcome.id, outcome.token) = (created.id, Some(Secret(created.token)));
                "Token created"
            }
            AdminCommand::RevokeToken { id } => {
                outcome.id = self.revoke_token(&id.to_string()).await?.id;
                self.tell(&[Topic::Depot]);
                "Token revoked"
            }
            AdminCommand::BackUp {} => {
                outcome.changed = self.back_up();
                "A backup is being made"
            }
            AdminCommand::CheckData {} => {
                outcome.changed = self.check();
                "The record is being checked"
            }
            AdminCommand::Seal {} => {
                outcome.changed = self.seal().await?.is_some();
                self.tell(&[Topic::Data]);
                "The record is sealed"
            }
        }
        .to_owned();
        outcome.sequence = self.store().head();
        Ok(outcome)
    }

    /// Changes settings and tells everybody; says whether anything is another than before.
    async fn change_settings(&self, changes: Vec<SettingChange>) -> Result<bool, AppError> {
        let inner = Arc::clone(&self.inner);
        let write = move || {
            let _only_one = inner.settings_file.lock();
            let before = Arc::clone(&inner.settings.borrow());
            let after = before.change(&inner.folder, &changes)?;
            let is_other = after != *before;
            inner.settings.send_replace(Arc::new(after));
            Ok::<_, AppError>(is_other)
        };
        let is_other = tokio::task::spawn_blocking(write).await.map_err(AppError::storage)??;
        if is_other {
            self.tell(&[Topic::Depot]);
        }
        Ok(is_other)
    }

    /// Marks the depot as filled with the demo day up to its present last event.
    pub(crate) async fn mark_demo(&self) -> Result<(), AppError> {
        Ok(self.store().write(demo::mark).await?)
    }

    pub(crate) async fn is_demo(&self) -> Result<bool, AppError> {
        self.store().read(|connection| Ok::<_, AppError>(demo::events(connection)?.is_some())).await
    }
}

/// How long a token is valid.
fn valid_days(days: u32) -> Result<chrono::TimeDelta, AppError> {
    if !(1..=TOKEN_DAYS_MOST).contains(&days) {
        let detail = format!("expiresInDays: give a whole number from 1 to {TOKEN_DAYS_MOST}; {days} is not");
        return Err(AppError::new(Code::Malformed, detail));
    }
    Ok(chrono::TimeDelta::days(i64::from(days)))
}
