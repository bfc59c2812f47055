//! Seals: signed statements that the log ended, at some time, in an event with some hash. Whoever rewrites the log as
//! a whole can make its chain anew, but not the seals, without the key. Knows nothing of when a seal is due.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use chrono::{DateTime, Utc};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};

use crate::event::{instant, integer};
use crate::folder::{read_file, sync_folder};

/// The file in the data folder that holds the key.
pub const KEY_FILE: &str = "seal.key";

const SEED_BYTES: usize = 32;
/// Separates what is signed here from anything else that is ever signed with the key.
const PURPOSE: &[u8] = b"eroad-depot seal 1\0";
const CODE_PURPOSE: &[u8] = b"eroad-depot seal code 1\0";
/// Without letters that look like digits.
const CODE_DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_BYTES: usize = 10;

/// The key of an installation. It never leaves its file except in backups of the whole depot.
pub struct SealKey(Ed25519KeyPair);

impl SealKey {
    /// Reads the key of a data folder, and makes one where there is none.
    ///
    /// # Errors
    /// The file cannot be read or written, holds no key, or the system gives no randomness.
    pub fn open(folder: &Path) -> io::Result<Self> {
        if let Some(key) = Self::read(folder)? {
            return Ok(key);
        }
        let mut seed = [0; SEED_BYTES];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        let draft = folder.join(format!("{KEY_FILE}.{}.draft", uuid::Uuid::now_v7().simple()));
        let linked = private(&draft).and_then(|mut file| {
            file.write_all(hex(&seed).as_bytes())?;
            file.sync_all()?;
            // Fails where somebody else was faster; their key holds then.
            fs::hard_link(&draft, folder.join(KEY_FILE))
        });
        // Where it could not be written, too: each attempt has a draft of its own.
        let removed = fs::remove_file(&draft);
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            Ok(()) | Err(_) => {
                removed?;
                // What it signs may be on the disk before the folder is, and must not outlive it.
                sync_folder(folder)?;
                Self::read(folder)?.ok_or_else(|| io::ErrorKind::NotFound.into())
            }
        }
    }

    /// The key of a data folder, if it has one.
    ///
    /// # Errors
    /// The file cannot be read, or holds no key.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let path = folder.join(KEY_FILE);
        let text = match read_file(&path) {
            Ok(text) => String::from_utf8_lossy(&text).into_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let broken =
            || io::Error::new(io::ErrorKind::InvalidData, format!("{} holds no key", path.display()));
        let seed = unhex::<SEED_BYTES>(text.trim()).ok_or_else(broken)?;
        Ed25519KeyPair::from_seed_unchecked(&seed).map(|pair| Some(Self(pair))).map_err(|_| broken())
    }

    /// The half by which seals are recognised.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        let mut public = [0; 32];
        public.copy_from_slice(self.0.public_key().as_ref());
        public
    }

    /// Signs something other than a seal. The purpose, which ends in a zero byte, keeps it from passing for anything else.
    #[must_use]
    pub fn sign(&self, purpose: &[u8], message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.0.sign(&[purpose, message].concat()).as_ref());
        signature
    }

    /// Seals a log that ends in this event.
    #[must_use]
    pub fn seal(&self, sequence: u64, head: [u8; 32], at: DateTime<Utc>) -> Seal {
        let at = crate::event::to_microseconds(at);
        let mut seal = Seal { sequence, head, at, key: self.public(), signature: [0; 64] };
        let signature = self.0.sign(&seal.message());
        seal.signature.copy_from_slice(signature.as_ref());
        seal
    }
}

impl std::fmt::Debug for SealKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SealKey").field("public", &hex(&self.public())).finish_non_exhaustive()
    }
}

/// A signed statement of how the log ended at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The last event.
    pub sequence: u64,
    /// Its hash, on which every event before it rests.
    pub head: [u8; 32],
    /// When it was sealed, by the depot's clock.
    pub at: DateTime<Utc>,
    /// The public key of the depot that sealed it.
    pub key: [u8; 32],
    /// The signature over all of this.
    pub signature: [u8; 64],
}

impl Seal {
    /// Whether the signature is one of the key that the seal names. Whose key that is, is another question.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        UnparsedPublicKey::new(&ED25519, self.key).verify(&self.message(), &self.signature).is_ok()
    }

    /// Sixteen characters that stand for the log up to here. Printed or written down, they betray later that it was
    /// rewritten, even by somebody who has the key.
    #[must_use]
    pub fn code(&self) -> String {
        code(self.sequence, &self.head)
    }

    fn message(&self) -> Vec<u8> {
        let mut message = PURPOSE.to_vec();
        message.extend_from_slice(&self.sequence.to_be_bytes());
        message.extend_from_slice(&self.head);
        message.extend_from_slice(&self.at.timestamp_micros().to_be_bytes());
        message
    }
}

/// Whether [`SealKey::sign`] made this signature, with the key that has this public half.
#[must_use]
pub fn is_signed(key: &[u8; 32], purpose: &[u8], message: &[u8], signature: &[u8; 64]) -> bool {
    UnparsedPublicKey::new(&ED25519, key).verify(&[purpose, message].concat(), signature).is_ok()
}

/// The code of a log that ends in this event.
#[must_use]
pub fn code(sequence: u64, head: &[u8; 32]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(CODE_PURPOSE);
    hasher.update(sequence.to_be_bytes());
    hasher.update(head);
    let digest = hasher.finalize();
    let bits = digest[..CODE_BYTES].iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
    let mut code = String::with_capacity(19);
    for place in 0..16 {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(CODE_DIGITS[(bits >> (75 - 5 * place) & 31) as usize]));
    }
    code
}

/// Every seal, oldest first.
///
/// # Errors
/// When SQLite fails.
pub fn all(connection: &Connection) -> rusqlite::Result<Vec<Seal>> {
    select(connection, "ORDER BY sequence", i64::MAX)
}

/// The newest seals, newest first.
///
/// # Errors
/// When SQLite fails.
pub fn newest(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Seal>> {
    select(connection, "ORDER BY sequence DESC", i64::from(limit))
}

/// The first seal that stands on an event or a later one.
///
/// # Errors
/// When SQLite fails.
pub fn first_after(connection: &Connection, sequence: u64) -> rusqlite::Result<Option<Seal>> {
    let condition = format!("WHERE sequence >= {} ORDER BY sequence", integer(sequence));
    Ok(select(connection, &condition, 1)?.pop())
}

/// Stores a seal. One that stands on the same event already is left as it is.
pub(crate) fn insert(connection: &Connection, seal: &Seal) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO seals (sequence, head, at, key, signature) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            integer(seal.sequence),
            seal.head,
            seal.at.timestamp_micros(),
            seal.key,
            seal.signature
        ])
        .map(drop)
}

fn select(connection: &Connection, condition: &str, limit: i64) -> rusqlite::Result<Vec<Seal>> {
    let sql = format!("SELECT sequence, head, at, key, signature FROM seals {condition} LIMIT ?1");
    connection.prepare_cached(&sql)?.query_map([limit], from_row)?.collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Seal> {
    Ok(Seal {
        sequence: row.get::<_, i64>(0)?.cast_unsigned(),
        head: row.get(1)?,
        at: instant(row, 2)?,
        key: row.get(3)?,
        signature: row.get(4)?,
    })
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The bytes that hexadecimal digits stand for, where they are exactly so many.
#[must_use]
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    // Numbers may begin with a sign, digits may not.
    if digits.len() != 2 * N || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_only_for_what_was_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let key = SealKey::open(folder.path()).unwrap();
        let seal = key.seal(7, [3; 32], DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        assert!(seal.is_valid());
        assert_eq!(SealKey::open(folder.path()).unwrap().public(), seal.key);
        assert!(!Seal { sequence: 8, ..seal.clone() }.is_valid());
        assert!(!Seal { head: [4; 32], ..seal.clone() }.is_valid());
        assert!(!Seal { at: seal.at + chrono::TimeDelta::microseconds(1), ..seal.clone() }.is_valid());
        assert!(!Seal { key: [1; 32], ..seal }.is_valid());
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        SealKey::open(folder.path()).unwrap();
        let mode = fs::metadata(folder.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(folder.path().join(KEY_FILE), "zz").unwrap();
        assert!(SealKey::open(folder.path()).unwrap_err().to_string().contains("holds no key"));
    }

    #[test]
    fn whoever_opens_at_once_gets_one_key() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let (path, start) = (folder.path(), std::sync::Barrier::new(8));
            let keys: Vec<_> = std::thread::scope(|scope| {
                let open = || {
                    start.wait();
                    SealKey::open(path).unwrap().public()
                };
                let opened: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
                opened.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(keys.iter().all(|key| *key == keys[0]));
            assert_eq!(fs::read_dir(path).unwrap().count(), 1, "a draft was left");
        }
    }

    #[test]
    fn what_is_no_key_is_told_from_a_key_that_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(SealKey::read(folder.path()).unwrap().is_none());
        fs::create_dir(folder.path().join(KEY_FILE)).unwrap();
        assert!(SealKey::read(folder.path()).is_err());
    }

    #[test]
    fn a_signature_holds_for_one_key_purpose_and_message() {
        let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = SealKey::open(folder.path()).unwrap();
        let signature = key.sign(b"letter 1\0", b"text");
        assert!(is_signed(&key.public(), b"letter 1\0", b"text", &signature));
        assert!(!is_signed(&key.public(), b"letter 2\0", b"text", &signature));
        assert!(!is_signed(&key.public(), b"letter 1\0", b"else", &signature));
        let other = SealKey::open(elsewhere.path()).unwrap().public();
        assert!(!is_signed(&other, b"letter 1\0", b"text", &signature));
    }

    #[test]
    fn only_digits_and_as_many_as_are_needed_are_read() {
        assert_eq!(unhex::<3>("00fFa5"), Some([0, 255, 165]));
        assert_eq!(hex(&[0, 255, 165]), "00ffa5");
        for text in ["", "00ffa", "00ffa51", "00ffa500", "00ffg5", "+0ffa5", "00ff a", "0éé5"] {
            assert_eq!(unhex::<3>(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_that_was_written_down_stays_what_it_is() {
        let head = std::array::from_fn(|place| u8::try_from(place).unwrap());
        let folder = tempfile::tempdir().unwrap();
        let seal = SealKey::open(folder.path()).unwrap().seal(7, head, DateTime::UNIX_EPOCH);
        assert_eq!(seal.code(), "2NZ6-KTFQ-6TVP-M6B2");
    }

    #[test]
    fn a_code_is_short_and_tells_logs_apart() {
        let first = code(1, &[0; 32]);
        assert_eq!(first.len(), 19);
        assert!(first.split('-').all(|group| group.len() == 4), "{first}");
        assert_ne!(first, code(2, &[0; 32]));
        assert_ne!(first, code(1, &[1; 32]));
    }
}
