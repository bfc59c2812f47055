//! What a backup says of itself: its files with their hashes, and the seal of the log that it holds.

use chrono::{DateTime, Utc};
use depot_store::seal::{Seal, SealKey, hex, is_signed, unhex};
use serde::{Deserialize, Serialize};

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The version of this format: 2, or 1 where it is not signed.
    pub format: u32,
    /// The program that made it.
    pub program: String,
    /// When it was begun: every event that was acknowledged before is in it.
    pub begun_at: DateTime<Utc>,
    /// Its place among the backups of its depot, from 1 on; 0 where an older program made it.
    #[serde(default)]
    pub number: u64,
    /// How many events it has.
    pub events: u64,
    /// The last event's hash.
    pub head: String,
    /// The signed statement of that.
    pub seal: SealText,
    /// Public keys of former installations of this depot, whose seals count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_keys: Vec<String>,
    /// Every file of the backup but this one, with its length and hash.
    pub contents: Vec<Content>,
    /// The signature over all of this, with the key that the seal names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// Separates what is signed here from anything else that is ever signed with the key.
const PURPOSE: &[u8] = b"eroad-depot backup 1\0";

impl Manifest {
    /// Signs everything that it says.
    pub(super) fn sign(&mut self, key: &SealKey) {
        self.signature = Some(hex(&key.sign(PURPOSE, &self.message())));
    }

    /// Whether whoever has the key that the seal names said all of this. Whose key that is, is another question.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        let signature = self.signature.as_deref().and_then(unhex);
        let key = unhex(&self.seal.key);
        key.zip(signature)
            .is_some_and(|(key, signature)| is_signed(&key, PURPOSE, &self.message(), &signature))
    }

    /// The keys whose seals count in its log.
    pub(super) fn keys(&self) -> Vec<[u8; 32]> {
        std::iter::once(&self.seal.key).chain(&self.former_keys).filter_map(|key| unhex(key)).collect()
    }

    fn message(&self) -> Vec<u8> {
        let unsigned = Self { signature: None, ..self.clone() };
        // Nothing in it can fail to be written as JSON.
        serde_json::to_vec(&unsigned).unwrap_or_default()
    }
}

/// A file in a backup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Content {
    /// Where it is, with `/` between folders.
    pub path: String,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of its content.
    pub sha256: String,
}

/// A seal as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealText {
    /// The event that it stands on.
    pub sequence: u64,
    /// That event's hash.
    pub head: String,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// The public key that it can be checked with.
    pub key: String,
    /// The signature.
    pub signature: String,
    /// The short code of the log up to there.
    pub code: String,
}

impl From<&Seal> for SealText {
    fn from(seal: &Seal) -> Self {
        Self {
            sequence: seal.sequence,
            head: hex(&seal.head),
            at: seal.at,
            key: hex(&seal.key),
            signature: hex(&seal.signature),
            code: seal.code(),
        }
    }
}

impl SealText {
    /// The seal, where the text is one.
    #[must_use]
    pub fn seal(&self) -> Option<Seal> {
        Some(Seal {
            sequence: self.sequence,
            head: unhex(&self.head)?,
            at: self.at,
            key: unhex(&self.key)?,
            signature: unhex(&self.signature)?,
        })
    }
}
