//! What other programs read: the log by category, and how far each of them has come.

use depot_store::subscription;

use super::App;
use crate::access;
use crate::actor::Actor;
use crate::error::{AppError, Code};
use crate::idempotency;
use crate::log::{self, EventCategory, EventFeed};
use crate::page::Limit;

/// How many consumers one credential may have.
const CONSUMERS_MAX: u64 = 100;

impl App {
    /// The events of a category, oldest first: after `after`, or after the stored position of `consumer`.
    ///
    /// # Errors
    /// The role does not allow it, or the log cannot be read.
    pub async fn event_feed(
        &self,
        actor: &Actor,
        category: EventCategory,
        after: Option<u64>,
        consumer: Option<&str>,
        limit: Limit,
    ) -> Result<EventFeed, AppError> {
        access::event_feed(actor)?;
        let consumer = consumer.map(|name| consumer_of(actor, name)).transpose()?;
        let backdating = self.settings().phones.backdating();
        let _turn = self.inner.turns.short.wait(actor.credential).await?;
        self.store()
            .read(move |connection| {
                let snapshot = connection.unchecked_transaction()?;
                let after = match (after, consumer) {
                    (Some(after), _) => after,
                    (None, Some(consumer)) => consumer.position(&snapshot, category)?,
                    (None, None) => 0,
                };
                log::feed(&snapshot, category, after, limit, backdating)
            })
            .await
    }

    /// Stores how far `consumer` has come in a category. Says where it stands now: it never moves back.
    ///
    /// # Errors
    /// The role does not allow it, or it could not be stored.
    pub async fn acknowledge(
        &self,
        actor: &Actor,
        category: EventCategory,
        consumer: &str,
        sequence: u64,
    ) -> Result<u64, AppError> {
        access::event_feed(actor)?;
        let consumer = consumer_of(actor, consumer)?;
        let now = self.now().datetime();
        let write = self.store().write(move |unit, _| {
            let tables = unit.tables_mut()?;
            let sequence = sequence.max(consumer.position(tables, category)?);
            let stored = &consumer.stored;
            if subscription::others(tables, &consumer.prefix, stored)? >= CONSUMERS_MAX {
                let most = "the most: use one of them";
                let detail = format!("consumer: this credential has {CONSUMERS_MAX} consumers, {most}");
                return Err(AppError::new(Code::Unfit, detail));
            }
            Ok::<_, AppError>(subscription::acknowledge(tables, stored, category.as_str(), sequence, now)?)
        });
        Ok(write.await?)
    }
}

/// How long the name of a consumer of the log may be.
pub(crate) const CONSUMER_MAX_CHARS: usize = 100;

/// A consumer of the log, as its position is stored.
struct Consumer {
    /// What the names of all consumers of the credential begin with.
    prefix: String,
    /// With the hash of its name: a client may put a person's name into it, and positions are kept for ever.
    stored: String,
    /// With its name: rows of earlier versions have it so.
    plain: String,
}

impl Consumer {
    fn position(&self, tables: &rusqlite::Connection, category: EventCategory) -> Result<u64, AppError> {
        let stored = subscription::position(tables, &self.stored, category.as_str())?;
        Ok(stored.max(subscription::position(tables, &self.plain, category.as_str())?))
    }
}

fn consumer_of(actor: &Actor, name: &str) -> Result<Consumer, AppError> {
    if name.is_empty() || name.chars().count() > CONSUMER_MAX_CHARS || name.chars().any(char::is_control) {
        let detail = format!("consumer: a consumer's name has 1 to {CONSUMER_MAX_CHARS} characters");
        return Err(AppError::new(Code::Malformed, detail));
    }
    let prefix = format!("{}/", actor.for_the_log());
    let (stored, plain) = (format!("{prefix}{}", idempotency::hashed(name)), format!("{prefix}{name}"));
    Ok(Consumer { prefix, stored, plain })
}
