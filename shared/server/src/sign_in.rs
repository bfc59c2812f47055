//! The one-time code that lets the person who started `depotd` into the desk with a browser.
//!
//! Holds at most one code, and only its hash. What a code is worth is decided in `session`.

use std::fmt::Write as _;
use std::time::Duration;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

/// How long a code can be used.
const VALID: Duration = Duration::from_secs(15 * 60);

/// A code that was not used yet.
#[derive(Debug)]
pub(crate) struct Code {
    hash: [u8; 32],
    issued: Instant,
}

/// The code that is still to be used, if any.
#[derive(Debug, Default)]
pub(crate) struct SignInCodes {
    code: Mutex<Option<Code>>,
}

impl SignInCodes {
    /// Makes a code of 128 random bits; the one before it, if any, is void.
    ///
    /// # Errors
    /// The system has no randomness to give.
    pub(crate) fn issue(&self) -> Result<String, getrandom::Error> {
        let mut bits = [0_u8; 16];
        getrandom::fill(&mut bits)?;
        let code = bits.iter().fold(String::new(), |mut code, byte| {
            // Writing to a String cannot fail.
            let _ = write!(code, "{byte:02x}");
            code
        });
        let hash = Sha256::digest(&code).into();
        *self.code.lock() = Some(Code { hash, issued: Instant::now() });
        Ok(code)
    }

    /// Takes the code out, where the one that was entered is it and its time is not over.
    pub(crate) fn redeem(&self, entered: &str) -> Option<Code> {
        let entered = Sha256::digest(entered.trim()).into();
        let is_it = |code: &mut Code| code.issued.elapsed() < VALID && same(&code.hash, &entered);
        self.code.lock().take_if(is_it)
    }

    /// Puts back a code of which nothing came, unless there is another one by now.
    pub(crate) fn put_back(&self, code: Code) {
        self.code.lock().get_or_insert(code);
    }
}

/// Compares in a time that does not depend on where the two differ.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_code_works_once() {
        let codes = SignInCodes::default();
        let code = codes.issue().unwrap();
        assert_eq!(code.len(), 32);
        assert!(codes.redeem("guess").is_none());
        assert!(codes.redeem(&code).is_some());
        assert!(codes.redeem(&code).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_code_voids_the_one_before() {
        let codes = SignInCodes::default();
        let before = codes.issue().unwrap();
        let code = codes.issue().unwrap();
        assert!(codes.redeem(&before).is_none());
        assert!(codes.redeem(&code).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn code_expires_after_fifteen_minutes() {
        let codes = SignInCodes::default();
        let code = codes.issue().unwrap();
        tokio::time::advance(VALID - Duration::from_secs(1)).await;
        let taken = codes.redeem(&code).unwrap();
        codes.put_back(taken);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(codes.redeem(&code).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn code_put_back_works_unless_there_is_another() {
        let codes = SignInCodes::default();
        let code = codes.issue().unwrap();
        let taken = codes.redeem(&code).unwrap();
        codes.put_back(taken);
        let taken = codes.redeem(&code).unwrap();
        let newer = codes.issue().unwrap();
        codes.put_back(taken);
        assert!(codes.redeem(&code).is_none());
        assert!(codes.redeem(&newer).is_some());
    }

    #[test]
    fn hashes_are_the_same_only_where_every_byte_is() {
        let one = [7; 32];
        assert!(same(&one, &[7; 32]));
        // Differences that would cancel each other out, were they not gathered.
        let mut other = one;
        other[3] ^= 1;
        other[9] ^= 1;
        assert!(!same(&one, &other));
    }
}
