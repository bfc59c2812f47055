//! What the application does for drivers' phones beside their deliveries: pairing, messages, signs of life.

use chrono::TimeDelta;
use depot_domain::values::DriverId;
use depot_store::Unit;
use uuid::Uuid;

use super::{App, occurred_at};
use crate::actor::{Actor, Role};
use crate::command::CommandOutcome;
use crate::entity::Caches;
use crate::error::{AppError, Code};
use crate::idempotency::Key;
use crate::phone::{self, Claimed, PhoneCommand};
use crate::query::{Answered, DepotAnswer, DepotQuery, Topic};
use crate::token;

/// How often a sign of life of a phone is written down at most.
const SEEN_EVERY_SECONDS: i64 = 30;

impl App {
    /// Claims the code of a pairing for a phone that says it is `device`.
    ///
    /// # Errors
    /// The code is not valid, or the phone says nonsense.
    pub fn claim_pairing(
        &self,
        code: &str,
        nonce: &str,
        device: &str,
        app_version: &str,
    ) -> Result<Claimed, AppError> {
        let claimed = self.inner.pairings.lock().claim((code, nonce), (device, app_version), self.now())?;
        self.tell_of_phones();
        Ok(claimed)
    }

    /// How the pairing stands whose phone bears this credential, if there is one.
    #[must_use]
    pub fn claimed_pairing(&self, token: &str) -> Option<Claimed> {
        self.inner.pairings.lock().claimed_with(token, self.now())
    }

    /// Notes a sign of life of a phone, unless one was noted a moment ago.
    pub fn phone_seen(&self, actor: &Actor) {
        if actor.role != Role::Driver {
            return;
        }
        let now = self.now();
        let due = {
            let mut seen = self.inner.phones_seen.lock();
            let before = seen.get(&actor.credential).copied();
            let due =
                before.is_none_or(|at| at.saturating_add(TimeDelta::seconds(SEEN_EVERY_SECONDS)) <= now);
            if due {
                seen.insert(actor.credential, now);
            }
            due
        };
        if due {
            let (app, device) = (self.clone(), actor.credential);
            tokio::spawn(async move {
                let noted = app
                    .store()
                    .write(move |unit, _| Ok::<_, AppError>(phone::touch(unit.tables_mut()?, device, now)?));
                match noted.await {
                    Ok(()) => app.tell_of_phones(),
                    Err(error) => tracing::warn!(%error, "a sign of life was not noted"),
                }
            });
        }
    }

    /// Executes a command about phones, once per key.
    pub(super) async fn execute_phone(
        &self,
        actor: &Actor,
        command: PhoneCommand,
        key: Option<Key>,
    ) -> Result<CommandOutcome, AppError> {
        let now = self.now();
        let device = actor.credential;
        match command {
            PhoneCommand::StartPairing {}
            | PhoneCommand::ConfirmPairing { .. }
            | PhoneCommand::RefusePairing { .. } => {
                let app = self.clone();
                self.run_to_end(key, async move { app.advance_pairing(command).await }).await
            }
            PhoneCommand::RevokePhone { device_id } => {
                let revoked = self.run_in_tables(key, move |unit, _| {
                    phone::revoke(unit.tables_mut()?, device_id, now)?;
                    Ok(phone_outcome(unit, device_id, "Phone revoked"))
                });
                self.tell_of_phones_after(revoked.await)
            }
            PhoneCommand::SeeMessages { ids } => {
                let driver = own_driver(actor)?;
                let seen = self.run_in_tables(key, move |unit, _| {
                    phone::see(unit.tables_mut()?, driver, &ids, now)?;
                    Ok(phone_outcome(unit, device, "Messages seen"))
                });
                self.tell_of_phones_after(seen.await)
            }
            PhoneCommand::ReportState { unsent_actions, unsent_files, app_version, held } => {
                let unsent = phone::Unsent { actions: unsent_actions, files: unsent_files, held };
                let noted = self.run_in_tables(key, move |unit, _| {
                    phone::report(unit.tables_mut()?, device, &unsent, &app_version, now)?;
                    Ok(phone_outcome(unit, device, "State noted"))
                });
                self.tell_of_phones_after(noted.await)
            }
            PhoneCommand::SharePositions { on } => {
                let (driver, policy) = (own_driver(actor)?, self.position_policy());
                let message = if on { "Positions are shared" } else { "Positions are no longer shared" };
                let shared = self.run_in_tables(key, move |unit, _| {
                    phone::share(unit.tables_mut()?, driver, on, policy, now)?;
                    Ok(phone_outcome(unit, device, message))
                });
                let outcome = shared.await?;
                self.tell(&[Topic::Positions]);
                self.tell_of_phones_after(Ok(outcome))
            }
            PhoneCommand::ReportPosition { latitude, longitude, accuracy_meters: accuracy, at } => {
                let (driver, policy) = (own_driver(actor)?, self.position_policy());
                let at = occurred_at(Some(at), now)?;
                let told = phone::Told { latitude, longitude, accuracy, at };
                let noted = self.run_in_tables(key, move |unit, _| {
                    let changed = phone::keep_position(unit.tables_mut()?, driver, told, policy, now)?;
                    Ok(CommandOutcome { changed, ..phone_outcome(unit, device, "Position noted") })
                });
                let outcome = noted.await?;
                if outcome.changed {
                    self.tell(&[Topic::Positions]);
                }
                Ok(outcome)
            }
        }
    }

    /// Executes a command about a pairing. Pairings are in memory: what is left of one is a token.
    async fn advance_pairing(&self, command: PhoneCommand) -> Result<CommandOutcome, AppError> {
        let now = self.now();
        let (id, message) = match command {
            PhoneCommand::StartPairing {} => (self.inner.pairings.lock().start(now)?, "Pairing started"),
            PhoneCommand::ConfirmPairing { pairing_id, driver_id } => {
                let key = self.key()?;
                // Taken before anything is awaited: from here on it can be neither refused nor confirmed a second time.
                let confirmed = self.inner.pairings.lock().take_confirmed(pairing_id, now)?;
                let write = self.store().write(move |unit, _| {
                    let tables = unit.tables_mut()?;
                    let driver_name = phone::pair(tables, &confirmed, driver_id, now)?;
                    token::sign(tables, &confirmed.token, &key)?;
                    Ok::<_, AppError>(driver_name)
                });
                let paired = write.await.map_err(AppError::from);
                let mut pairings = self.inner.pairings.lock();
                match paired {
                    Ok(driver_name) => pairings.set_confirmed(pairing_id, driver_name),
                    Err(error) => {
                        pairings.give_back(pairing_id);
                        return Err(error);
                    }
                }
                (pairing_id, "Phone paired")
            }
            PhoneCommand::RefusePairing { pairing_id } => {
                let claimed = self.inner.pairings.lock().refuse(pairing_id, now)?;
                if let Some(secret) = claimed {
                    // A confirmation whose outcome was unknown may have stored it.
                    let write = self.store().write(move |unit, _| {
                        Ok::<_, AppError>(token::revoke_secret(unit.tables_mut()?, &secret, now)?)
                    });
                    write.await?;
                }
                (pairing_id, "Pairing ended")
            }
            PhoneCommand::RevokePhone { .. }
            | PhoneCommand::SeeMessages { .. }
            | PhoneCommand::ReportState { .. }
            | PhoneCommand::SharePositions { .. }
            | PhoneCommand::ReportPosition { .. } => {
                return Err(AppError::new(Code::Internal, "This command runs in one transaction"));
            }
        };
        let outcome = CommandOutcome::eventless(id, self.store().head(), message);
        self.tell_of_phones_after(Ok(outcome))
    }

    /// Tells followers that something about phones changed, if the command was not refused.
    fn tell_of_phones_after(
        &self,
        outcome: Result<CommandOutcome, AppError>,
    ) -> Result<CommandOutcome, AppError> {
        if outcome.is_ok() {
            self.tell_of_phones();
        }
        outcome
    }

    /// Forgets where drivers were longer ago than the settings allow; says whether anything was forgotten. It is done
    /// by itself while the depot is served.
    ///
    /// # Errors
    /// It could not be read or written.
    pub async fn forget_old_positions(&self) -> Result<bool, AppError> {
        let (policy, now) = (self.position_policy(), self.now());
        let is_due = self.store().read(move |c| Ok::<_, AppError>(phone::is_prunable(c, policy, now)?));
        if !is_due.await? {
            return Ok(false);
        }
        let prune = self
            .store()
            .write(move |unit, _| Ok::<_, AppError>(phone::prune(unit.tables_mut()?, policy, now)?));
        prune.await?;
        self.tell(&[Topic::Positions]);
        Ok(true)
    }

    /// Shortens credentials that a clock which was ahead made or renewed for too long. Returns whether there were any.
    ///
    /// # Errors
    /// They could not be read or written.
    pub async fn shorten_credentials(&self) -> Result<bool, AppError> {
        let now = self.now();
        let is_due = self.store().read(move |c| Ok::<_, AppError>(token::is_too_long(c, now)?)).await?;
        if is_due {
            let shorten = move |unit: &mut Unit<'_>, _: &mut Caches| {
                Ok::<_, AppError>(token::shorten(unit.tables_mut()?, now)?)
            };
            self.store().write(shorten).await?;
            self.tell(&[Topic::Depot, Topic::Phones]);
        }
        Ok(is_due)
    }

    fn position_policy(&self) -> phone::Policy {
        phone::Policy::of(self.settings().phones, self.inner.endpoint.lock().open.as_ref())
    }

    pub(super) fn pairing(&self, id: Uuid) -> Result<Answered, AppError> {
        let endpoint = self.inner.endpoint.lock().open.clone();
        let reached = endpoint.map(|endpoint| endpoint.addresses.into_iter().next().unwrap_or(endpoint.url));
        let view = self.inner.pairings.lock().view(id, reached.as_deref(), self.now())?;
        let topics = DepotQuery::Pairing { id }.topics().to_vec();
        Ok(Answered { answer: DepotAnswer::Pairing(view), topics, sequence: self.store().head() })
    }

    pub(crate) fn tell_of_phones(&self) {
        self.tell(&[Topic::Phones]);
    }
}

fn phone_outcome(unit: &Unit<'_>, id: Uuid, message: &str) -> CommandOutcome {
    CommandOutcome::eventless(id, unit.next_sequence() - 1, message)
}

fn own_driver(actor: &Actor) -> Result<DriverId, AppError> {
    actor.driver_id.ok_or_else(|| AppError::new(Code::Forbidden, "This credential belongs to no driver"))
}
