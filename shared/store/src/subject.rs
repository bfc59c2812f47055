//! What is personal in an event, sealed before it is stored: whoever destroys the secret takes what was said of somebody
//! out of a log that never changes. Knows nothing of what is personal, and hides nothing from whoever has the database,
//! where the secrets lie beside what they open.
//!
//! Each stream has a secret of its own in its row, made with its first personal event. The personal part is encrypted with
//! AES-256-GCM and bound to stream, version and type, so that it opens nowhere else. Beside it stands a digest of the
//! secret, by which a secret that was destroyed is told from one that is wrong, and no second one can pass for it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlResult, ToSqlOutput, ValueRef};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::event::StoredEvent;

/// The member of a payload that holds what is sealed. No event may have one of that name of its own.
pub const MEMBER: &str = "personal";

const SECRET_BYTES: usize = 32;
/// As long as a digest in BASE64 without padding.
const ID_CHARS: usize = 43;
/// What stands before the mark in a payload that [`seal`] made.
const MARKED: &str = r#""personal":{"key":""#;
const ID_PURPOSE: &[u8] = b"eroad-depot secret 1\0";

/// What opens the personal parts of a stream. Printed for people who look for faults it is left out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Secret([u8; SECRET_BYTES]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl ToSql for Secret {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(&self.0)))
    }
}

impl FromSql for Secret {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        FromSql::column_result(value).map(Self)
    }
}

impl Secret {
    /// The secret of these bytes, as a proof of a few events hands it on.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; SECRET_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    pub(crate) fn fresh() -> rusqlite::Result<Self> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(no_randomness)?;
        Ok(Self(bytes))
    }

    /// By which it is recognised. Says nothing of the secret, and no other has the same.
    fn id(&self) -> String {
        BASE64.encode(Sha256::new().chain_update(ID_PURPOSE).chain_update(self.0).finalize())
    }

    /// Whether it is the one that sealed what has this mark.
    pub(crate) fn made(&self, mark: Mark) -> bool {
        self.id().as_bytes() == mark.0
    }

    fn key(&self) -> Result<LessSafeKey, ring::error::Unspecified> {
        UnboundKey::new(&AES_256_GCM, &self.0).map(LessSafeKey::new)
    }
}

/// Which secret sealed the personal part of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark([u8; ID_CHARS]);

/// The mark that a payload bears; none where nothing in it is sealed. Looks rather than parses: within a text of JSON the
/// quotes that are looked for would be escaped.
pub(crate) fn mark(payload: &[u8]) -> Option<Mark> {
    let payload = std::str::from_utf8(payload).ok().filter(|payload| payload.ends_with("\"}}"))?;
    let (_, mark) = payload.split_once(MARKED)?;
    mark.as_bytes().first_chunk().copied().map(Mark)
}

/// Where a personal part stands; it opens nowhere else.
pub(crate) fn place(stream: Uuid, version: u32, event_type: &str) -> Vec<u8> {
    [stream.as_bytes(), &version.to_be_bytes()[..], event_type.as_bytes()].concat()
}

/// The payload with its personal part sealed in it.
pub(crate) fn seal(payload: &str, personal: &str, secret: &Secret, place: &[u8]) -> rusqlite::Result<String> {
    let broken = |reason: &str| rusqlite::Error::ToSqlConversionFailure(reason.into());
    let public = payload.strip_suffix('}').ok_or_else(|| broken("a payload is a JSON object"))?;
    let mut nonce = [0; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(no_randomness)?;
    let mut sealed = nonce.to_vec();
    sealed.extend_from_slice(personal.as_bytes());
    let tag = secret.key().and_then(|key| {
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.seal_in_place_separate_tag(nonce, Aad::from(place), &mut sealed[NONCE_LEN..])
    });
    let tag = tag.map_err(|_| broken("the personal part could not be encrypted"))?;
    sealed.extend_from_slice(tag.as_ref());
    let comma = if public == "{" { "" } else { "," };
    let (key, sealed) = (secret.id(), BASE64.encode(sealed));
    Ok(format!(r#"{public}{comma}"{MEMBER}":{{"key":"{key}","sealed":"{sealed}"}}}}"#))
}

/// What is personal in an event, given the member of its payload that holds it; none where its secret was destroyed.
///
/// # Errors
/// It is not as it was sealed: something was changed that the chain would tell, too.
pub fn open(event: &StoredEvent, sealed: &Value) -> Result<Option<String>, String> {
    let broken = |reason: &str| format!("the personal part of event {} {reason}", event.sequence);
    let text = |name: &str| sealed.get(name).and_then(Value::as_str);
    let (Some(id), Some(sealed)) = (text("key"), text("sealed")) else {
        return Err(broken("is none"));
    };
    let Some(secret) = event.secret.filter(|secret| secret.id() == id) else { return Ok(None) };
    let mut bytes = BASE64.decode(sealed).map_err(|_| broken("is not encoded"))?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(|| broken("is cut off"))?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken("is cut off"))?;
    let place = place(event.stream, event.version, &event.event_type);
    let opened = secret
        .key()
        .and_then(|key| key.open_in_place(nonce, Aad::from(&place), sealed).map(|text| text.to_vec()));
    let opened = opened.map_err(|_| broken("does not open: it was changed"))?;
    String::from_utf8(opened).map(Some).map_err(|_| broken("is no text"))
}

fn no_randomness(error: getrandom::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.to_string().into())
}
