//! Idempotency keys: the first answer to a key is repeated for every further request with it.
//!
//! An answer stands in the same savepoint as what the command did, so the two cannot part.

use depot_domain::values::Timestamp;
use depot_store::Migration;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::actor::Actor;
use crate::command::{CommandOutcome, CommandRequest};
use crate::error::{AppError, Code};
use crate::sql;

pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_112417,
    sql: "CREATE TABLE answers (
            actor TEXT NOT NULL,
            key TEXT NOT NULL,
            request_hash BLOB NOT NULL,
            answer TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            PRIMARY KEY (actor, key)
          ) WITHOUT ROWID;
          CREATE INDEX answers_by_age ON answers (recorded_at);",
};

/// How long an answer is kept: 30 days in microseconds, as long as a phone may stay away.
const KEPT_MICROS: i64 = 30 * 24 * 60 * 60 * 1_000_000;

const KEY_MAX_CHARS: usize = 200;

/// Stands in the place of the hash of a request that named somebody who was erased: whoever can guess a name could
/// recognise it by the hash. The answer is repeated whatever comes with the key.
const ANY_REQUEST: [u8; 32] = [0; 32];

/// Takes what is personal out of the answers that are kept: `subject` is who was erased, `texts` what was known of them.
/// What was done stays done under its key.
pub(crate) fn forget(tables: &Connection, subject: Uuid, texts: &[String]) -> Result<(), AppError> {
    let sql = "UPDATE answers SET request_hash = ?2 WHERE json_extract(answer, '$.Done.id') = ?1";
    sql::run(tables, sql, params![subject.to_string(), ANY_REQUEST])?;
    let detail = "This was refused, and named somebody who has been erased since".to_owned();
    for text in texts {
        // As it stands within JSON, without regard to the case of letters.
        let quoted = Value::String(text.clone()).to_string();
        let sql = "SELECT actor, key, answer FROM answers WHERE instr(lower(answer), lower(?1))";
        let found = sql::all(tables, sql, [quoted.trim_matches('"')], |row| {
            Ok((
                row.get::<_, String>("actor")?,
                row.get::<_, String>("key")?,
                row.get::<_, String>("answer")?,
            ))
        })?;
        for (actor, key, answer) in found {
            let Answer::Refused { code, .. } = serde_json::from_str(&answer).map_err(AppError::storage)?
            else {
                continue;
            };
            let kept = Answer::Refused { code, detail: detail.clone(), facts: Map::new() };
            let kept = serde_json::to_string(&kept).map_err(AppError::storage)?;
            let sql = "UPDATE answers SET answer = ?3, request_hash = ?4 WHERE actor = ?1 AND key = ?2";
            sql::run(tables, sql, params![actor, key, kept, ANY_REQUEST])?;
        }
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
enum Answer {
    Done(CommandOutcome),
    Refused { code: Code, detail: String, facts: Map<String, Value> },
}

/// A key that was checked, with the hash of the request that it came with.
pub(crate) struct Key {
    actor: String,
    key: String,
    request_hash: [u8; 32],
}

impl Key {
    /// The key of `request`, if it has one.
    pub(crate) fn of(actor: &Actor, request: &CommandRequest) -> Result<Option<Self>, AppError> {
        let Some(key) = &request.idempotency_key else { return Ok(None) };
        let chars = key.chars().count();
        if chars == 0 || chars > KEY_MAX_CHARS || key.chars().any(char::is_control) {
            let detail =
                format!("idempotencyKey: it has 1 to {KEY_MAX_CHARS} characters; this one has {chars}");
            return Err(AppError::new(Code::Malformed, detail));
        }
        let body = serde_json::to_vec(request).map_err(AppError::storage)?;
        let request_hash = Sha256::digest(&body).into();
        Ok(Some(Self { actor: actor.for_the_log(), key: key.clone(), request_hash }))
    }

    /// The key itself.
    pub(crate) fn as_str(&self) -> &str {
        &self.key
    }

    /// The answer that was given to this key, if one was.
    pub(crate) fn answered(
        &self,
        tables: &Connection,
    ) -> Result<Option<Result<CommandOutcome, AppError>>, AppError> {
        let sql = "SELECT request_hash, answer FROM answers WHERE actor = ?1 AND key = ?2";
        let found = sql::one(tables, sql, params![self.actor, self.key], |row| {
            Ok((row.get::<_, [u8; 32]>("request_hash")?, row.get::<_, String>("answer")?))
        })?;
        let Some((request_hash, answer)) = found else { return Ok(None) };
        if request_hash != self.request_hash && request_hash != ANY_REQUEST {
            let detail = "This Idempotency-Key was used for another request: use a new key for each";
            return Err(AppError::new(Code::KeyReused, detail));
        }
        Ok(Some(match serde_json::from_str(&answer).map_err(AppError::storage)? {
            Answer::Done(outcome) => Ok(outcome),
            Answer::Refused { code, detail, facts } => Err(AppError { code, detail, facts }),
        }))
    }

    /// Keeps an answer that is final. What may turn out otherwise when it is asked again is not kept.
    pub(crate) fn keep(
        &self,
        tables: &Connection,
        answer: &Result<CommandOutcome, AppError>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let answer = match answer {
            Ok(outcome) => Answer::Done(outcome.clone()),
            Err(AppError { code, detail, facts }) => {
                Answer::Refused { code: *code, detail: detail.clone(), facts: facts.clone() }
            }
        };
        let answer = serde_json::to_string(&answer).map_err(AppError::storage)?;
        sql::run(
            tables,
            "INSERT INTO answers (actor, key, request_hash, answer, recorded_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![self.actor, self.key, self.request_hash, answer, now.micros()],
        )?;
        sql::run(tables, "DELETE FROM answers WHERE recorded_at < ?1", [now.micros() - KEPT_MICROS])?;
        Ok(())
    }
}

/// Whether a refusal is final: asked again with the same key, it would have to be the same.
pub(crate) const fn is_final(code: Code) -> bool {
    match code {
        Code::RuleBroken | Code::NotFound | Code::Duplicate | Code::StaleVersion => true,
        Code::Malformed
        | Code::Unauthenticated
        | Code::Revoked
        | Code::Expired
        | Code::Forbidden
        | Code::KeyReused
        | Code::Unavailable
        | Code::Unknown
        | Code::Internal => false,
    }
}
