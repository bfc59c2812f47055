//! What the application does for the depot itself: its settings, its tokens, its demo day.

use std::sync::Arc;

use depot_store::Unit;
use depot_store::seal::SealKey;
use uuid::Uuid;

use super::App;
use crate::command::{AdminCommand, CommandOutcome};
use crate::error::{AppError, Code};
use crate::idempotency::Key;
use crate::query::Topic;
use crate::settings::SettingChange;
use crate::token::{self, CreatedToken, NewToken, TokenView};
use crate::{backup, demo, landmarks};

/// For how many days a token can be made at most; one without an end is made without a number.
const TOKEN_DAYS_MOST: u32 = 3650;

impl App {
    /// Creates a token.
    ///
    /// # Errors
    /// It is not valid, its driver does not exist, or it could not be stored.
    pub async fn create_token(&self, new: NewToken) -> Result<CreatedToken, AppError> {
        let (id, secret, now) = (Uuid::now_v7(), token::draw_secret()?, self.now());
        let (stored, key) = (secret.clone(), self.key()?);
        let write = self.store().write(move |unit, _| {
            let tables = unit.tables_mut()?;
            token::store(tables, id, &new, &stored, now)?;
            Ok::<_, AppError>(token::sign(tables, &stored, &key)?)
        });
        write.await?;
        Ok(CreatedToken { id, token: secret.0 })
    }

    /// The depot's key. Where the depot's files are gone none is made in what lies there now.
    pub(crate) fn key(&self) -> Result<SealKey, AppError> {
        self.check_files()?;
        SealKey::open(self.folder()).map_err(AppError::storage)
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

    /// Executes a command about the depot itself, once per key.
    pub(super) async fn execute_admin(
        &self,
        command: AdminCommand,
        key: Option<Key>,
    ) -> Result<CommandOutcome, AppError> {
        match command {
            AdminCommand::RemoveDemo {} => {
                if self.is_demo().await? {
                    self.leave_backups_behind().await?;
                }
                let removed = self.run_in_tables(key, |unit, caches| {
                    demo::remove(unit, caches)?;
                    Ok(depot_outcome(unit, "Demo day removed"))
                });
                let outcome = removed.await?;
                self.tell(Topic::ALL);
                Ok(outcome)
            }
            AdminCommand::CreateToken { role, name, driver_id, expires_in_days } => {
                let expires_in = expires_in_days.map(valid_days).transpose()?;
                self.create_token_once(NewToken { role, name, driver_id, expires_in }, key).await
            }
            AdminCommand::RevokeToken { id } => {
                let now = self.now();
                let revoked = self.run_in_tables(key, move |unit, _| {
                    let id = token::revoke(unit.tables_mut()?, &id.to_string(), now)?.id;
                    Ok(CommandOutcome { id, ..depot_outcome(unit, "Token revoked") })
                });
                let outcome = revoked.await?;
                self.tell(&[Topic::Depot]);
                Ok(outcome)
            }
            AdminCommand::LoadDemo {}
            | AdminCommand::ChangeSettings { .. }
            | AdminCommand::BackUp {}
            | AdminCommand::CheckData {}
            | AdminCommand::Seal {} => {
                let app = self.clone();
                self.run_to_end(key, async move { app.administer(command).await }).await
            }
        }
    }

    /// Executes a command that is more than one transaction. Run again after a crash, each of them does no harm.
    async fn administer(&self, command: AdminCommand) -> Result<CommandOutcome, AppError> {
        let (changed, message) = match command {
            AdminCommand::LoadDemo {} => {
                demo::load(self).await?;
                self.tell(Topic::ALL);
                (true, "Demo day loaded")
            }
            AdminCommand::ChangeSettings { changes } => {
                (self.change_settings(changes).await?, "Settings changed")
            }
            AdminCommand::BackUp {} => (backup::run::begin(self), "A backup is being made"),
            AdminCommand::CheckData {} => (self.check(), "The record is being checked"),
            AdminCommand::Seal {} => {
                let is_new = self.seal().await?.is_some();
                self.tell(&[Topic::Data]);
                (is_new, "The record is sealed")
            }
            AdminCommand::RemoveDemo {}
            | AdminCommand::CreateToken { .. }
            | AdminCommand::RevokeToken { .. } => {
                return Err(AppError::new(Code::Internal, "This command runs in one transaction"));
            }
        };
        let outcome = CommandOutcome::eventless(Uuid::nil(), self.store().head(), message);
        Ok(CommandOutcome { changed, ..outcome })
    }

    /// Creates a token once per key. A repetition returns the same token, with its secret while that is remembered.
    async fn create_token_once(&self, new: NewToken, key: Option<Key>) -> Result<CommandOutcome, AppError> {
        let (id, secret, now) = (Uuid::now_v7(), token::draw_secret()?, self.now());
        let signing = self.key()?;
        self.inner.fresh_tokens.lock().remember(id, secret.clone());
        let created = self.run_in_tables(key, move |unit, _| {
            let tables = unit.tables_mut()?;
            token::store(tables, id, &new, &secret, now)?;
            token::sign(tables, &secret, &signing)?;
            Ok(CommandOutcome { id, ..depot_outcome(unit, "Token created") })
        });
        let mut outcome = created.await?;
        outcome.token = self.inner.fresh_tokens.lock().find(outcome.id);
        if outcome.token.is_none() {
            "This request created the token before; its secret is not known any more: revoke it and create another"
                .clone_into(&mut outcome.message);
        }
        self.tell(&[Topic::Depot]);
        Ok(outcome)
    }

    /// Changes settings and tells everybody; says whether anything is another than before.
    async fn change_settings(&self, changes: Vec<SettingChange>) -> Result<bool, AppError> {
        self.check_files()?;
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

    /// Notes that the record will not go on from its present backups.
    async fn leave_backups_behind(&self) -> Result<(), AppError> {
        let (folder, settings) = (self.folder().to_owned(), self.settings().backup.clone());
        let noted = move || landmarks::leave_backups_behind(&folder, &settings);
        tokio::task::spawn_blocking(noted).await.map_err(AppError::storage)?.map_err(AppError::storage)
    }

    /// Marks the depot as filled with the demo day up to its present last event.
    pub(crate) async fn mark_demo(&self) -> Result<(), AppError> {
        Ok(self.store().write(demo::mark).await?)
    }

    pub(crate) async fn is_demo(&self) -> Result<bool, AppError> {
        self.store().read(|connection| Ok::<_, AppError>(demo::events(connection)?.is_some())).await
    }
}

fn depot_outcome(unit: &Unit<'_>, message: &str) -> CommandOutcome {
    CommandOutcome::eventless(Uuid::nil(), unit.next_sequence() - 1, message)
}

/// How long a token is valid.
fn valid_days(days: u32) -> Result<chrono::TimeDelta, AppError> {
    if !(1..=TOKEN_DAYS_MOST).contains(&days) {
        let detail = format!("expiresInDays: give a whole number from 1 to {TOKEN_DAYS_MOST}; {days} is not");
        return Err(AppError::new(Code::Malformed, detail));
    }
    Ok(chrono::TimeDelta::days(i64::from(days)))
}
