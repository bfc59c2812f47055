//! What may be in a backup, and what is left out of one.

use depot_store::DATABASE_FILE;
use depot_store::seal::KEY_FILE;

use super::{BESIDE, FILES, FOLDERS};

/// What makes whoever has it the depot itself: with the first one seals, proofs and backups are signed, with the others
/// phones are shown who the depot is. A backup has none of them.
pub(crate) const SECRETS: [&str; 3] = [KEY_FILE, "tls/ca.key.pem", "tls/leaf.json"];

/// Whether a path is secret.
pub(crate) fn is_secret(path: &str) -> bool {
    SECRETS.contains(&path)
}

/// Whether a path is one that a backup can have. Whatever else a manifest names was put there by somebody else.
pub(super) fn is_own(path: &str) -> bool {
    if path == DATABASE_FILE || BESIDE.contains(&path) || is_secret(path) {
        return true;
    }
    let parts: Vec<_> = path.split('/').collect();
    match parts[..] {
        [FILES, shelf, name] => is_hash(name) && shelf.len() == 2 && name.starts_with(shelf),
        [folder, name] => FOLDERS.contains(&folder) && is_plain(name),
        _ => false,
    }
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A name of letters, digits and inner points, as certificates have.
fn is_plain(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_depot_writes_is_own() {
        let hash = "ab".repeat(32);
        for own in [
            "depot.sqlite3",
            "settings.toml",
            "erased.json",
            "seal.key",
            "tls/ca.pem",
            "tls/ca.key.pem",
            "tls/leaf.json",
            &format!("files/ab/{hash}"),
        ] {
            assert!(is_own(own), "{own}");
        }
        for foreign in [
            "",
            "depot.sqlite3-wal",
            "depot.lock",
            "restore.pending",
            "landmarks.json",
            "backups/x",
            "logs/depot.log",
            "tls",
            "tls/.profile",
            "tls/a/b",
            "tls/a b",
            "files/ab",
            "files/cd/abababab",
            "other.txt",
            "../depot.sqlite3",
            "settings.toml/x",
            &format!("files/cd/{hash}"),
            &format!("files/ab/{}", hash.to_uppercase()),
        ] {
            assert!(!is_own(foreign), "{foreign}");
        }
    }
}
