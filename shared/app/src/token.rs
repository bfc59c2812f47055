//! Tokens: the credentials of devices, people and integrations. Only their SHA-256 is kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::TimeDelta;
use depot_domain::values::{DriverId, Timestamp};
use depot_store::Migration;
use depot_store::seal::{SealKey, is_signed};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ts_rs::TS;
use uuid::Uuid;

use crate::actor::{Actor, Role};
use crate::error::{AppError, Code};
use crate::log::ActorName;
use crate::sql;
use crate::text::sort_key;

pub(crate) const MIGRATIONS: [Migration; 4] = [
    Migration {
        id: 2026_112416,
        sql: "CREATE TABLE tokens (
            id BLOB PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE,
            role TEXT NOT NULL,
            name TEXT NOT NULL,
            driver_id BLOB,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            revoked_at INTEGER
          );",
    },
    // When it was last used, to some minutes.
    Migration { id: 2026_112630, sql: "ALTER TABLE tokens ADD COLUMN used_at INTEGER;" },
    // By the depot's key, over what its bearer may do.
    Migration { id: 2026_113080, sql: "ALTER TABLE tokens ADD COLUMN signature BLOB;" },
    // Whether another phone of the same driver did something before is asked with every action of one.
    Migration {
        id: 2026_113023,
        sql: "CREATE INDEX tokens_by_driver ON tokens (driver_id) WHERE driver_id IS NOT NULL;",
    },
];

/// A token to create.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What its bearer may do.
    pub role: Role,
    /// What it is called: 1 to 100 characters.
    pub name: String,
    /// Whose phone it is; needed for the role `driver`, and only there.
    pub driver_id: Option<DriverId>,
    /// How long it is valid; until it is revoked where this is absent.
    pub expires_in: Option<TimeDelta>,
}

/// What only its bearer may know. Printed for people who look for faults it is left out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A token that was just created: the only time that it is known.
#[derive(Clone)]
pub struct CreatedToken {
    /// By which it can be revoked.
    pub id: Uuid,
    /// The secret.
    pub token: String,
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct TokenView {
    /// By which it can be revoked.
    pub id: Uuid,
    /// What its bearer may do.
    pub role: Role,
    /// What it is called.
    pub name: String,
    /// Whose phone it is.
    pub driver_id: Option<DriverId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// Until when it is valid.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to some minutes.
    pub used_at: Option<Timestamp>,
}

const SECRET_BYTES: usize = 32;

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Draws the secret of a new token.
///
/// # Errors
/// The system has no random numbers.
pub(crate) fn draw_secret() -> Result<Secret, AppError> {
    let mut secret = [0; SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(|_| {
        AppError::new(Code::Unavailable, "The system gives no random numbers; no token was created")
    })?;
    Ok(Secret(format!("depot_{}", BASE64.encode(secret))))
}

/// Stores a new token under `id`. Only the hash of its secret is kept.
pub(crate) fn store(
    tables: &Connection,
    id: Uuid,
    new: &NewToken,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), AppError> {
    let unfit = |detail: String| AppError::new(Code::Unfit, detail);
    let name: depot_domain::values::Name =
        new.name.parse().map_err(|error| AppError::new(Code::Malformed, format!("name: {error}")))?;
    if name.as_str().parse::<Uuid>().is_ok() {
        let detail =
            "name: this is the form of an id, by which another token is revoked: choose a name".to_owned();
        return Err(AppError::new(Code::Malformed, detail));
    }
    match (new.role, new.driver_id) {
        (Role::Driver, None) => {
            return Err(unfit("driver: a token of the role driver names its driver".to_owned()));
        }
        (Role::Driver, Some(driver))
            if crate::fleet::driver(tables, driver)?.is_none_or(|driver| driver.erased) =>
        {
            return Err(AppError::new(Code::NotFound, format!("There is no driver {driver}")));
        }
        (Role::Admin | Role::Dispatcher | Role::Viewer | Role::Integration, Some(_)) => {
            return Err(unfit(format!("driver: a token of the role {} names no driver", new.role)));
        }
        (Role::Driver, Some(_))
        | (Role::Admin | Role::Dispatcher | Role::Viewer | Role::Integration, None) => {}
    }
    sql::run(
        tables,
        "INSERT INTO tokens (id, hash, role, name, driver_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            hash(&secret.0),
            new.role.as_str(),
            name.as_str(),
            new.driver_id.map(DriverId::uuid),
            now.micros(),
            new.expires_in.map(|valid| now.saturating_add(valid).micros()),
        ],
    )?;
    Ok(())
}

/// Whether a token with this secret is stored.
pub(crate) fn is_stored(tables: &Connection, secret: &Secret) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM tokens WHERE hash = ?1";
    Ok(sql::one(tables, sql, [hash(&secret.0)], |_| Ok(()))?.is_some())
}

/// Revokes the token with this secret, if one is stored.
pub(crate) fn revoke_secret(tables: &Connection, secret: &Secret, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE tokens SET revoked_at = ?2 WHERE hash = ?1 AND revoked_at IS NULL";
    sql::run(tables, sql, params![hash(&secret.0), now.micros()])
}

/// Separates what is signed here from anything else that is ever signed with the key.
const PURPOSE: &[u8] = b"eroad-depot token 1\0";

/// A token as far as its signature covers it: the rest changes while it is used.
struct Signed {
    id: Uuid,
    message: Vec<u8>,
    signature: Option<[u8; 64]>,
}

fn signed(row: &Row<'_>) -> rusqlite::Result<Signed> {
    let id: Uuid = row.get("id")?;
    let (hash, role): (Vec<u8>, String) = (row.get("hash")?, row.get("role")?);
    let driver: Option<Uuid> = row.get("driver_id")?;
    let mut message = [id.as_bytes(), hash.as_slice(), role.as_bytes(), &[0]].concat();
    message.extend(driver.iter().flat_map(|driver| driver.as_bytes()));
    Ok(Signed { id, message, signature: row.get("signature")? })
}

const SIGNED: &str = "SELECT id, hash, role, driver_id, signature FROM tokens";

/// Whether there is a token without a signature.
pub(crate) fn has_unsigned(tables: &Connection) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM tokens WHERE signature IS NULL LIMIT 1";
    Ok(sql::one(tables, sql, [], |_| Ok(()))?.is_some())
}

/// Signs every token that has no signature: those that an older program made.
pub(crate) fn sign_new(tables: &Connection, key: &SealKey) -> rusqlite::Result<()> {
    for token in sql::all(tables, &format!("{SIGNED} WHERE signature IS NULL"), [], signed)? {
        let signature = key.sign(PURPOSE, &token.message);
        sql::run(tables, "UPDATE tokens SET signature = ?2 WHERE id = ?1", params![token.id, signature])?;
    }
    Ok(())
}

/// Signs the token that was made with this secret.
pub(crate) fn sign(tables: &Connection, secret: &Secret, key: &SealKey) -> rusqlite::Result<()> {
    let made = sql::one(tables, &format!("{SIGNED} WHERE hash = ?1"), [hash(&secret.0)], signed)?;
    let Some(made) = made else { return Ok(()) };
    let signature = key.sign(PURPOSE, &made.message);
    sql::run(tables, "UPDATE tokens SET signature = ?2 WHERE id = ?1", params![made.id, signature])
}

/// Tokens that open the depot and were not signed with this key.
pub(crate) fn strangers(tables: &Connection, key: &[u8; 32]) -> rusqlite::Result<Vec<Uuid>> {
    let open = sql::all(tables, &format!("{SIGNED} WHERE revoked_at IS NULL ORDER BY id"), [], signed)?;
    let is_stranger = |token: &Signed| {
        let signature = token.signature.as_ref();
        !signature.is_some_and(|signature| is_signed(key, PURPOSE, &token.message, signature))
    };
    Ok(open.into_iter().filter(is_stranger).map(|token| token.id).collect())
}

/// Returns which token it is, whether or not it is still valid.
pub(crate) fn id_of(tables: &Connection, token: &str) -> rusqlite::Result<Option<Uuid>> {
    sql::one(tables, "SELECT id FROM tokens WHERE hash = ?1", [hash(token)], |row| row.get(0))
}

/// Returns how events name the phones of a driver, those that were revoked as well.
pub(crate) fn actors_of(tables: &Connection, driver: DriverId) -> rusqlite::Result<Vec<String>> {
    let sql = format!("{SELECT} WHERE driver_id = ?1");
    sql::all(tables, &sql, [driver.uuid()], |row| {
        let TokenView { id: credential, role, name, driver_id, .. } = view(row)?;
        Ok(Actor { role, credential, name, driver_id }.for_the_log())
    })
}

/// Why nobody is known by a token.
pub(crate) fn refusal(tables: &Connection, token: &str) -> rusqlite::Result<Code> {
    let sql = "SELECT revoked_at IS NOT NULL FROM tokens WHERE hash = ?1";
    let revoked = sql::one(tables, sql, [hash(token)], |row| row.get(0))?;
    Ok(match revoked {
        Some(true) => Code::Revoked,
        Some(false) => Code::Expired,
        None => Code::Unauthenticated,
    })
}

/// The bearer of a token, where it is known, not revoked and not expired.
pub(crate) fn authenticate(
    tables: &Connection,
    token: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<Actor>> {
    let sql = "SELECT id, role, name, driver_id FROM tokens
               WHERE hash = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)";
    sql::one(tables, sql, params![hash(token), now.micros()], |row| {
        Ok(Actor {
            role: sql::word(row, "role")?,
            credential: row.get("id")?,
            name: row.get("name")?,
            driver_id: sql::maybe_id(row, "driver_id")?,
        })
    })
}

/// What a clock that was ahead by more than a day made last too long: phones, which are renewed as they are used, and
/// whatever was made in what is the future now.
const TOO_LONG: &str = "revoked_at IS NULL AND expires_at IS NOT NULL
    AND (created_at > ?1 OR expires_at > ?2 AND id IN (SELECT id FROM devices))";

/// The latest plausible time of making, and the latest plausible end of a phone's credential, in microseconds.
fn plausible(now: Timestamp) -> [i64; 2] {
    let slack = TimeDelta::days(1);
    let phone_ends = now.saturating_add(TimeDelta::days(crate::phone::VALID_DAYS) + slack);
    [now.saturating_add(slack).micros(), phone_ends.micros()]
}

/// Whether there are credentials that [`shorten`] would change.
pub(crate) fn is_too_long(tables: &Connection, now: Timestamp) -> rusqlite::Result<bool> {
    let sql = format!("SELECT 1 FROM tokens WHERE {TOO_LONG} LIMIT 1");
    Ok(sql::one(tables, &sql, plausible(now), |_| Ok(()))?.is_some())
}

/// Has credentials of a clock that was ahead end as if they had been made or used last at `now`.
pub(crate) fn shorten(tables: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let [made, phone_ends] = plausible(now);
    let valid_us = TimeDelta::days(crate::phone::VALID_DAYS).num_microseconds().unwrap_or(i64::MAX);
    let sql = format!(
        "UPDATE tokens SET created_at = MIN(created_at, ?3),
           expires_at = CASE WHEN id IN (SELECT id FROM devices) THEN ?3 + ?4
             ELSE MIN(expires_at, ?3 + MAX(expires_at - created_at, 0)) END
         WHERE {TOO_LONG}"
    );
    sql::run(tables, &sql, params![made, phone_ends, now.micros(), valid_us])
}

/// Notes when a token was used.
pub(crate) fn used(tables: &Connection, id: Uuid, at: Timestamp) -> rusqlite::Result<()> {
    sql::run(tables, "UPDATE tokens SET used_at = ?2 WHERE id = ?1", params![id, at.micros()])
}

/// Revokes the tokens of a driver's phones and takes away what they are called, which names the driver.
pub(crate) fn forget(tables: &Connection, driver: Uuid, now: Timestamp) -> rusqlite::Result<()> {
    let sql = "UPDATE tokens SET name = ?3, revoked_at = COALESCE(revoked_at, ?2) WHERE driver_id = ?1";
    sql::run(tables, sql, params![driver, now.micros(), depot_domain::values::ERASED])
}

/// How many bearers of tokens can be picked from.
const ACTORS_MOST: u32 = 1_000;

const SELECT: &str =
    "SELECT id, role, name, driver_id, created_at, expires_at, revoked_at, used_at FROM tokens";

fn view(row: &Row<'_>) -> rusqlite::Result<TokenView> {
    Ok(TokenView {
        id: row.get("id")?,
        role: sql::word(row, "role")?,
        name: row.get("name")?,
        driver_id: sql::maybe_id(row, "driver_id")?,
        created_at: sql::time(row, "created_at")?,
        expires_at: sql::maybe_time(row, "expires_at")?,
        revoked_at: sql::maybe_time(row, "revoked_at")?,
        used_at: sql::maybe_time(row, "used_at")?,
    })
}

/// Every token, the oldest first.
pub(crate) fn list(tables: &Connection) -> rusqlite::Result<Vec<TokenView>> {
    sql::all(tables, &format!("{SELECT} ORDER BY created_at, id"), [], view)
}

/// Everybody whom events can name: the desk, and the bearer of each token, also of one that was revoked.
pub(crate) fn actors(tables: &Connection) -> rusqlite::Result<Vec<ActorName>> {
    let desk = ActorName { actor: Actor::desk().for_the_log(), name: None };
    let bearer = |row: &Row<'_>| {
        let TokenView { id: credential, role, name, driver_id, .. } = view(row)?;
        let actor = Actor { role, credential, name, driver_id };
        Ok(ActorName { actor: actor.for_the_log(), name: Some(actor.name) })
    };
    let mut bearers =
        sql::all(tables, &format!("{SELECT} ORDER BY name, id LIMIT {ACTORS_MOST}"), [], bearer)?;
    bearers.sort_by_cached_key(|bearer| bearer.name.as_deref().map(sort_key));
    Ok(std::iter::once(desk).chain(bearers).collect())
}

/// Revokes the one token that has this id or name; one that is revoked already stays so.
pub(crate) fn revoke(tables: &Connection, id_or_name: &str, now: Timestamp) -> Result<TokenView, AppError> {
    let listed = list(tables)?;
    // An id goes first: another token may be called like it.
    let by_id = listed.iter().find(|token| token.id.to_string() == id_or_name);
    let called = |token: &&TokenView| token.name == id_or_name && token.revoked_at.is_none();
    let found: Vec<_> = match by_id {
        Some(token) => vec![token],
        None => listed.iter().filter(called).collect(),
    };
    let [token] = found.as_slice() else {
        return Err(if found.is_empty() {
            AppError::new(
                Code::NotFound,
                format!("There is no token {id_or_name}: list them to see their ids"),
            )
        } else {
            AppError::new(
                Code::Duplicate,
                format!("{} tokens are called {id_or_name}: give an id", found.len()),
            )
        });
    };
    sql::run(
        tables,
        "UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL",
        params![token.id, now.micros()],
    )?;
    Ok(TokenView { revoked_at: token.revoked_at.or(Some(now)), ..(*token).clone() })
}
