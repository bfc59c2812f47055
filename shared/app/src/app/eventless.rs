//! Idempotency keys of commands that make no events: those of phones and of the depot itself.
//!
//! A command that is one transaction stores its answer in that transaction. A longer one stores it afterwards: after a crash in
//! between it runs again, which does no harm to any of them.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use depot_store::Unit;
use uuid::Uuid;

use super::App;
use crate::command::CommandOutcome;
use crate::entity::Caches;
use crate::error::AppError;
use crate::execute::{Decided, answer_once};
use crate::idempotency::Key;
use crate::token::Secret;

/// How long the secret of a new token is remembered: longer than a client goes on asking for an answer that it lost.
const SECRET_REMEMBERED: Duration = Duration::from_mins(10);
/// How many secrets are remembered; a further one displaces the oldest.
const SECRETS_MAX: usize = 100;

/// Secrets of tokens created a moment ago. They are only in memory: a stored answer would keep them in clear.
#[derive(Default)]
pub(super) struct FreshTokens {
    secrets: Vec<(Uuid, Secret, Instant)>,
}

impl FreshTokens {
    /// Remembers the secret of the token `id`.
    pub(super) fn remember(&mut self, id: Uuid, secret: Secret) {
        self.forget_old();
        if self.secrets.len() >= SECRETS_MAX {
            self.secrets.remove(0);
        }
        self.secrets.push((id, secret, Instant::now()));
    }

    /// Returns the secret of the token `id`, if it is still remembered.
    pub(super) fn find(&mut self, id: Uuid) -> Option<Secret> {
        self.forget_old();
        self.secrets.iter().find(|(known, ..)| *known == id).map(|(_, secret, _)| secret.clone())
    }

    fn forget_old(&mut self) {
        self.secrets.retain(|(.., at)| at.elapsed() < SECRET_REMEMBERED);
    }
}

impl App {
    /// Runs `work` in one transaction, once per key.
    pub(super) async fn run_in_tables<F>(&self, key: Option<Key>, work: F) -> Result<CommandOutcome, AppError>
    where
        F: Fn(&mut Unit<'_>, &mut Caches) -> Decided + Send + 'static,
    {
        let now = self.now();
        let write = self.store().write(move |unit, caches| {
            answer_once(unit, (key.as_ref(), None), now, |unit| work(unit, caches))
        });
        write.await?
    }

    /// Runs `work`, which is more than one transaction, once per key. It runs to its end even if its caller goes away.
    pub(super) async fn run_to_end<F>(&self, key: Option<Key>, work: F) -> Result<CommandOutcome, AppError>
    where
        F: Future<Output = Result<CommandOutcome, AppError>> + Send + 'static,
    {
        let app = self.clone();
        let run = tokio::spawn(async move {
            let Some(key) = key.map(Arc::new) else { return work.await };
            let _turn = app.inner.keyed.lock().await;
            let asked = Arc::clone(&key);
            if let Some(answer) = app.store().read(move |connection| asked.answered(connection)).await? {
                return answer;
            }
            let decided = work.await;
            app.run_in_tables(Some(Key::clone(&key)), move |_, _| decided.clone()).await
        });
        run.await.map_err(AppError::storage)?
    }
}
