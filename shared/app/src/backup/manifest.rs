//! What a backup says of itself: its files with their hashes, and the seal of the log that it holds.

use chrono::{DateTime, Utc};
use depot_store::seal::{Seal, hex};
use serde::{Deserialize, Serialize};

/// What is in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The version of this format: 1.
    pub format: u32,
    /// The program that made it.
    pub program: String,
    /// When it was begun: every event that was acknowledged before is in it.
    pub begun_at: DateTime<Utc>,
    /// How many events it has.
    pub events: u64,
    /// The last event's hash.
    pub head: String,
    /// The signed statement of that.
    pub seal: SealText,
    /// Every file of the backup but this one, with its length and hash.
    pub contents: Vec<Content>,
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
        use depot_store::seal::unhex;
        Some(Seal {
            sequence: self.sequence,
            head: unhex(&self.head)?,
            at: self.at,
            key: unhex(&self.key)?,
            signature: unhex(&self.signature)?,
        })
    }
}
