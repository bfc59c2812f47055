//! What the application does for drivers' phones beside their deliveries: pairing, messages, signs of life.

use chrono::TimeDelta;
use depot_domain::values::DriverId;
use uuid::Uuid;

use super::{App, occurred_at};
use crate::actor::{Actor, Role};
use crate::command::CommandOutcome;
use crate::error::{AppError, Code};
use crate::phone::{self, Claimed, PhoneCommand};
use crate::query::{Answered, DepotAnswer, DepotQuery, Topic};

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
        let claimed = self.inner.pairings.lock().claim((code, nonce), (device, app_version), self.now());
        // A wrong code changes a pairing too.
        self.tell_of_phones();
        claimed
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

    pub(super) async fn tend_phones(
        &self,
        actor: &Actor,
        command: PhoneCommand,
    ) -> Result<CommandOutcome, AppError> {
        let now = self.now();
        let (id, message) = match command {
            PhoneCommand::StartPairing {} => (self.inner.pairings.lock().start(now)?, "Pairing started"),
            PhoneCommand::ConfirmPairing { pairing_id, driver_id } => {
                let confirmed = self.inner.pairings.lock().confirmable(pairing_id, now)?;
                let write = self
                    .store()
                    .write(move |unit, _| phone::pair(unit.tables_mut()?, &confirmed, driver_id, now));
                let driver_name = write.await?;
                self.inner.pairings.lock().end(pairing_id, Some(driver_name));
                (pairing_id, "Phone paired")
            }
            PhoneCommand::RefusePairing { pairing_id } => {
                self.inner.pairings.lock().end(pairing_id, None);
                (pairing_id, "Pairing ended")
            }
            PhoneCommand::RevokePhone { device_id } => {
                self.store().write(move |unit, _| phone::revoke(unit.tables_mut()?, device_id, now)).await?;
                (device_id, "Phone revoked")
            }
            PhoneCommand::SeeMessages { ids } => {
                let driver = own_driver(actor)?;
                self.store().write(move |unit, _| phone::see(unit.tables_mut()?, driver, &ids, now)).await?;
                (actor.credential, "Messages seen")
            }
            PhoneCommand::ReportState { unsent_actions, unsent_files, app_version } => {
                let device = actor.credential;
                let unsent = (unsent_actions, unsent_files);
                let write = self.store().write(move |unit, _| {
                    phone::report(unit.tables_mut()?, device, unsent, &app_version, now)
                });
                write.await?;
                (device, "State noted")
            }
            PhoneCommand::SharePositions { on } => {
                let (driver, policy) = (own_driver(actor)?, self.position_policy());
                let write = self
                    .store()
                    .write(move |unit, _| phone::share(unit.tables_mut()?, driver, on, policy, now));
                write.await?;
                self.tell(&[Topic::Positions]);
                (actor.credential, if on { "Positions are shared" } else { "Positions are no longer shared" })
            }
            PhoneCommand::ReportPosition { latitude, longitude, accuracy_meters: accuracy, at } => {
                let (driver, policy) = (own_driver(actor)?, self.position_policy());
                let at = occurred_at(Some(at), now)?;
                let told = phone::Told { latitude, longitude, accuracy, at };
                let write = self.store().write(move |unit, _| {
                    phone::keep_position(unit.tables_mut()?, driver, told, policy, now)
                });
                if write.await? {
                    self.tell(&[Topic::Positions]);
                }
                return Ok(self.outcome(actor.credential, "Position noted"));
            }
        };
        self.tell_of_phones();
        Ok(self.outcome(id, message))
    }

    fn outcome(&self, id: Uuid, message: &str) -> CommandOutcome {
        CommandOutcome {
            id,
            version: 0,
            sequence: self.store().head(),
            changed: true,
            message: message.to_owned(),
            status: None,
            incident_id: None,
            token: None,
        }
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

fn own_driver(actor: &Actor) -> Result<DriverId, AppError> {
    actor.driver_id.ok_or_else(|| AppError::new(Code::Forbidden, "This credential belongs to no driver"))
}
