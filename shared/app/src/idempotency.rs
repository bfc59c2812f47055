//! Idempotency keys: the first answer to a key is repeated for every further request with it.
//!
//! An answer is undone where what the command did is undone, so the two cannot part.

use std::fmt::Write as _;

use depot_domain::values::{DriverId, Timestamp};
use depot_store::Migration;
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::actor::Actor;
use crate::command::{CommandOutcome, CommandRequest};
use crate::error::{AppError, Code};
use crate::{sql, token};

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

/// Answers are counted, so that the oldest can go by their order and not by a clock alone.
pub(crate) const COUNTED: Migration = Migration {
    id: 2026_112654,
    sql: "ALTER TABLE answers ADD COLUMN place INTEGER;
          UPDATE answers SET place = counted.place FROM
            (SELECT actor, key, row_number() OVER (ORDER BY recorded_at, actor, key) AS place FROM answers) AS counted
            WHERE counted.actor = answers.actor AND counted.key = answers.key;
          DROP INDEX answers_by_age;
          CREATE UNIQUE INDEX answers_by_place ON answers (place);",
};

/// How long an answer is kept at least: 30 days in microseconds, as long as a phone may stay away.
const KEPT_MICROS: i64 = 30 * 24 * 60 * 60 * 1_000_000;

/// How many answers are kept whatever the clock says: one that jumps ahead by a month must not forget them.
const KEPT_LEAST: i64 = 100_000;

/// How many old answers may go with a new one, so that there are fewer of them in the end.
const GOING_AT_ONCE: i64 = 2;

/// Begins a stored key that is a hash.
const HASHED: &str = "sha256:";

/// How long an idempotency key may be.
pub const KEY_MAX_CHARS: usize = 200;

/// Stands in the place of the hash of a request that named somebody who was erased: whoever can guess a name could
/// recognise it by the hash. The answer is repeated whatever comes with the key.
const ANY_REQUEST: [u8; 32] = [0; 32];

/// Takes what is personal out of the answers that are kept: `subject` is who was erased, `texts` what was known of them.
/// What was done stays done under its key.
pub(crate) fn forget(tables: &Connection, subject: Uuid, texts: &[String]) -> Result<(), AppError> {
    hash_plain_keys(tables, "answers")?;
    let sql = "UPDATE answers SET request_hash = ?2 WHERE json_extract(answer, '$.Done.id') = ?1";
    sql::run(tables, sql, params![subject.to_string(), ANY_REQUEST])?;
    // A request that created a token of the driver's phone named the driver.
    let sql =
        "UPDATE answers SET request_hash = ?2 WHERE replace(json_extract(answer, '$.Done.id'), '-', '') IN
                 (SELECT lower(hex(id)) FROM tokens WHERE driver_id = ?1)";
    sql::run(tables, sql, params![subject, ANY_REQUEST])?;
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
#[derive(Clone)]
pub(crate) struct Key {
    actor: String,
    /// Whose phone asks, where one does.
    driver: Option<DriverId>,
    /// As it came: rows of earlier versions have it so.
    given: String,
    /// As it is stored: a client may put a name into a key.
    hashed: String,
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
        let driver = actor.driver_id;
        let (actor, given, hashed) = (actor.for_the_log(), key.clone(), hashed(key));
        Ok(Some(Self { actor, driver, given, hashed, request_hash }))
    }

    /// The key as it came.
    pub(crate) fn given(&self) -> &str {
        &self.given
    }

    /// The key as it is stored.
    pub(crate) fn hashed(&self) -> &str {
        &self.hashed
    }

    /// The answer that was given to this key, if one was.
    pub(crate) fn answered(
        &self,
        tables: &Connection,
    ) -> Result<Option<Result<CommandOutcome, AppError>>, AppError> {
        let Some((request_hash, answer)) = self.kept_for(tables, &self.actor)? else {
            return self.answered_before_pairing(tables);
        };
        if request_hash != self.request_hash && request_hash != ANY_REQUEST {
            let detail = "This Idempotency-Key was used for another request: use a new key for each";
            return Err(AppError::new(Code::KeyReused, detail));
        }
        read(&answer).map(Some)
    }

    /// Finds the answer that the same request got from an earlier credential of the same driver: its phone was paired again
    /// before that answer reached it.
    fn answered_before_pairing(
        &self,
        tables: &Connection,
    ) -> Result<Option<Result<CommandOutcome, AppError>>, AppError> {
        let Some(driver) = self.driver else { return Ok(None) };
        for actor in token::actors_of(tables, driver)? {
            match self.kept_for(tables, &actor)? {
                Some((request_hash, answer)) if request_hash == self.request_hash => {
                    return read(&answer).map(Some);
                }
                Some(_) | None => {}
            }
        }
        Ok(None)
    }

    fn kept_for(&self, tables: &Connection, actor: &str) -> rusqlite::Result<Option<([u8; 32], String)>> {
        let sql = "SELECT request_hash, answer FROM answers WHERE actor = ?1 AND key IN (?2, ?3)";
        let keys = params![actor, self.hashed, self.given];
        sql::one(tables, sql, keys, |row| Ok((row.get(0)?, row.get(1)?)))
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
            "INSERT INTO answers (actor, key, request_hash, answer, recorded_at, place)
             VALUES (?1, ?2, ?3, ?4, ?5, (SELECT COALESCE(MAX(place), 0) + 1 FROM answers))",
            params![self.actor, self.hashed, self.request_hash, answer, now.micros()],
        )?;
        Ok(forget_oldest(tables, now, KEPT_LEAST)?)
    }
}

/// Returns a text of a client as it is stored: the SHA-256 of it, marked as such.
pub(crate) fn hashed(key: &str) -> String {
    Sha256::digest(key).iter().fold(HASHED.to_owned(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Hashes the keys of `table` that an earlier version stored as they came.
pub(crate) fn hash_plain_keys(tables: &Connection, table: &str) -> rusqlite::Result<()> {
    let plain = format!("SELECT DISTINCT key FROM {table} WHERE key NOT LIKE '{HASHED}%'");
    let keys = sql::all(tables, &plain, [], |row| row.get::<_, String>("key"))?;
    for key in keys {
        sql::run(tables, &format!("UPDATE {table} SET key = ?2 WHERE key = ?1"), [&key, &hashed(&key)])?;
    }
    Ok(())
}

fn read(answer: &str) -> Result<Result<CommandOutcome, AppError>, AppError> {
    Ok(match serde_json::from_str(answer).map_err(AppError::storage)? {
        Answer::Done(outcome) => Ok(outcome),
        Answer::Refused { code, detail, facts } => Err(AppError { code, detail, facts }),
    })
}

/// Lets the oldest answers go where there are more than `least` and they are old enough by the clock, too.
fn forget_oldest(tables: &Connection, now: Timestamp, least: i64) -> rusqlite::Result<()> {
    sql::run(
        tables,
        "DELETE FROM answers WHERE recorded_at < ?1 AND place IN
           (SELECT place FROM answers WHERE place <= (SELECT MAX(place) FROM answers) - ?2 ORDER BY place LIMIT ?3)",
        params![now.micros() - KEPT_MICROS, least, GOING_AT_ONCE],
    )
}

/// Whether a refusal is final: asked again with the same key, it would have to be the same.
pub(crate) const fn is_final(code: Code) -> bool {
    match code {
        Code::RuleBroken | Code::NotFound | Code::Duplicate | Code::StaleVersion => true,
        Code::Malformed
        | Code::Unfit
        | Code::Unauthenticated
        | Code::Revoked
        | Code::Expired
        | Code::OtherCredential
        | Code::Forbidden
        | Code::KeyReused
        | Code::Unavailable
        | Code::Unknown
        | Code::Internal => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of the days `days`, in this order, of which so many are kept at least; tells which days are left.
    fn left_of(days: &[i64], least: i64) -> Vec<i64> {
        let tables = Connection::open_in_memory().unwrap();
        tables.execute_batch(MIGRATION.sql).unwrap();
        tables.execute_batch(COUNTED.sql).unwrap();
        let day = |day: i64| Timestamp::from_micros(1_800_000_000_000_000 + day * KEPT_MICROS / 30).unwrap();
        for (place, at) in (1..).zip(days) {
            let sql = "INSERT INTO answers VALUES ('desk', ?1, zeroblob(32), '{}', ?2, ?1)";
            tables.execute(sql, params![place, day(*at).micros()]).unwrap();
            forget_oldest(&tables, day(*at), least).unwrap();
        }
        let sql = "SELECT recorded_at AS at FROM answers ORDER BY place";
        let left: Vec<i64> = sql::all(&tables, sql, [], |row| row.get("at")).unwrap();
        left.iter().map(|at| (at - day(0).micros()) / (KEPT_MICROS / 30)).collect()
    }

    #[test]
    fn an_answer_goes_only_when_it_is_old_by_the_clock_and_by_what_came_after() {
        assert_eq!(left_of(&[0, 1, 2, 3], 2), [0, 1, 2, 3], "none is old by the clock");
        assert_eq!(left_of(&[0, 40, 41], 9), [0, 40, 41], "a clock that jumped is not believed alone");
        assert_eq!(left_of(&[0, 1, 2, 40, 41, 42], 2), [40, 41, 42]);
        assert_eq!(left_of(&[0, 1, 2, 40, 3, 4], 3), [1, 2, 40, 3, 4], "it came back before more went");
    }
}
