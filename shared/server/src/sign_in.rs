//! The one-time code that lets the person who started `depotd` into the desk with a browser.
//!
//! Holds at most one code, and only its hash. What a code is worth is decided in `session`.

use std::fmt::Write as _;
use std::time::Duration;

use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

/// How many wrong codes are looked at within [`WINDOW`].
const MAX_WRONG: usize = 5;
const WINDOW: Duration = Duration::from_secs(60);

/// What became of a code that somebody entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redeemed {
    /// It is the one; it will not be again.
    Yes,
    /// It is not.
    No,
    /// Too many were wrong lately: this one was not even looked at.
    TooMany {
        /// In how many seconds it is worth trying again; at least one.
        retry_after_seconds: u64,
    },
}

#[derive(Debug, Default)]
struct State {
    /// The hash of the code that is still to be used.
    code: Option<[u8; 32]>,
    /// When the latest wrong ones came; at most [`MAX_WRONG`].
    wrong: Vec<Instant>,
}

/// The code that is still to be used, if any.
#[derive(Debug, Default)]
pub(crate) struct SignInCodes {
    state: Mutex<State>,
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
        self.state.lock().code = Some(Sha256::digest(&code).into());
        Ok(code)
    }

    /// Takes a code that somebody entered.
    pub(crate) fn redeem(&self, entered: &str) -> Redeemed {
        let now = Instant::now();
        let mut state = self.state.lock();
        state.wrong.retain(|at| now.duration_since(*at) < WINDOW);
        if let (true, Some(first)) = (state.wrong.len() >= MAX_WRONG, state.wrong.first()) {
            let left = WINDOW.saturating_sub(now.duration_since(*first));
            return Redeemed::TooMany { retry_after_seconds: left.as_secs() + 1 };
        }
        match &state.code {
            Some(code) if same(code, &Sha256::digest(entered.trim()).into()) => {
                state.code = None;
                Redeemed::Yes
            }
            Some(_) | None => {
                state.wrong.push(now);
                Redeemed::No
            }
        }
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
        assert_eq!(codes.redeem(&code), Redeemed::Yes);
        assert_eq!(codes.redeem(&code), Redeemed::No);
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_code_voids_the_one_before() {
        let codes = SignInCodes::default();
        let before = codes.issue().unwrap();
        let code = codes.issue().unwrap();
        assert_eq!(codes.redeem(&before), Redeemed::No);
        assert_eq!(codes.redeem(&code), Redeemed::Yes);
    }

    #[tokio::test(start_paused = true)]
    async fn after_five_wrong_codes_even_the_right_one_waits_a_minute() {
        let codes = SignInCodes::default();
        let code = codes.issue().unwrap();
        for _ in 0..MAX_WRONG {
            assert_eq!(codes.redeem("guess"), Redeemed::No);
        }
        assert!(matches!(codes.redeem(&code), Redeemed::TooMany { retry_after_seconds: 1..=61 }));
        tokio::time::advance(WINDOW).await;
        assert_eq!(codes.redeem(&code), Redeemed::Yes);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_as_long_as_they_were_told_is_let_in() {
        let codes = SignInCodes::default();
        let code = codes.issue().unwrap();
        for _ in 0..MAX_WRONG {
            codes.redeem("guess");
        }
        tokio::time::advance(Duration::from_millis(30_500)).await;
        assert_eq!(codes.redeem(&code), Redeemed::TooMany { retry_after_seconds: 30 });
        tokio::time::advance(Duration::from_secs(30)).await;
        assert_eq!(codes.redeem(&code), Redeemed::Yes);
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
