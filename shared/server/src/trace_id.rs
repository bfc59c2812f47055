//! Request and correlation ids as events and the log keep them. Events are never changed, so an id must not name a person.

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

/// The longest run of letters in an id that is kept as it came, unless the id is hexadecimal. Most names are longer.
const LETTERS_MAX: usize = 4;
/// The fewest hexadecimal digits of an id that counts as a UUID, a trace id or a hash.
const HEX_DIGITS_MIN: usize = 16;

/// Differs for each process, so that nobody can find a name by hashing guesses.
static SALT: LazyLock<[u8; 32]> = LazyLock::new(|| {
    let mut salt = [0; 32];
    // Without random numbers ids can be guessed, and still name nobody.
    let _ = getrandom::fill(&mut salt);
    salt
});

/// Returns an id that a client sent as it is kept: itself if it can hold no name, otherwise a UUID (version 8) in its place,
/// the same one for the same id until the process ends.
pub(crate) fn kept(id: &str) -> String {
    if is_hexadecimal(id) || is_nameless(id) {
        return id.to_owned();
    }
    let hash = Sha256::new().chain_update(*SALT).chain_update(id).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid().to_string()
}

fn is_hexadecimal(id: &str) -> bool {
    let digits = id.bytes().filter(u8::is_ascii_hexdigit).count();
    digits >= HEX_DIGITS_MIN && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn is_nameless(id: &str) -> bool {
    let letters = id.split(|c: char| !c.is_ascii_alphabetic()).map(str::len).max();
    letters.is_none_or(|longest| longest <= LETTERS_MAX) && id.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn id_without_a_word_is_kept_as_it_came() {
        for id in [
            "trip-7",
            "c-1",
            "20",
            "0189b7c2-aaaa-7bbb-8ccc-ddddddeeeeee",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-01",
        ] {
            assert_eq!(kept(id), id);
        }
    }

    #[test]
    fn id_with_a_word_becomes_one_uuid() {
        for id in ["Wilhelmina", "zwickl-7", "Wilhelmina%20Quist", "trip", "deadbeef"] {
            let replaced = kept(id);
            assert!(replaced.parse::<Uuid>().is_ok(), "{id}: {replaced}");
            assert_eq!(replaced, kept(id));
        }
        assert_ne!(kept("Quist-a"), kept("Quist-b"));
    }
}
