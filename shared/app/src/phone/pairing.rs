//! Pairings that are under way. They live in memory for minutes; what comes of one is a token.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chrono::TimeDelta;
use depot_domain::text::show_hidden;
use depot_domain::values::Timestamp;
use uuid::Uuid;

use super::PairingView;
use crate::error::{AppError, Code};
use crate::token::Secret;

/// How long a code can be used, and how long its outcome can be asked for after that.
const VALID_MINUTES: i64 = 5;
/// How many pairings are under way at most; a new one ends the oldest.
const MAX_OPEN: usize = 20;
/// What a phone may say it is.
const MAX_DEVICE_CHARS: usize = 60;

words_of_app! {
    /// How far a pairing has come.
    PairingState ("a state of a pairing") {
        /// No phone has claimed the code.
        Open = "open",
        /// A phone has; the dispatcher compares the digits.
        Waiting = "waiting",
        /// It is a driver's phone.
        Confirmed = "confirmed",
        /// The dispatcher refused.
        Refused = "refused",
        /// Nobody used it in time.
        Expired = "expired",
    }
}

/// A code that a phone has claimed, as that phone sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The credential; worth nothing until the pairing is confirmed.
    pub token: String,
    /// How far the pairing has come.
    pub state: PairingState,
    /// The six digits that both screens show.
    pub digits: String,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
    /// Whose phone it became.
    pub driver_name: Option<String>,
}

struct Claim {
    nonce: String,
    token: String,
    digits: String,
    device: String,
    app_version: String,
}

struct Pairing {
    id: Uuid,
    code: String,
    state: PairingState,
    expires_at: Timestamp,
    /// Whether its confirmation is being written.
    is_taken: bool,
    claim: Option<Claim>,
    driver_name: Option<String>,
}

/// The pairings that are under way, and those that ended a moment ago.
#[derive(Default)]
pub(crate) struct Pairings {
    all: Vec<Pairing>,
}

/// What a confirmed pairing makes a token of.
pub(crate) struct Confirmed {
    pub(crate) token: Secret,
    pub(crate) device: String,
    pub(crate) app_version: String,
}

impl Pairings {
    /// Begins a pairing.
    pub(crate) fn start(&mut self, now: Timestamp) -> Result<Uuid, AppError> {
        self.tidy(now);
        if self.all.len() >= MAX_OPEN
            && let Some(oldest) = self.all.iter().position(|pairing| !pairing.is_taken)
        {
            self.all.remove(oldest);
        }
        let id = Uuid::now_v7();
        let expires_at = now.saturating_add(TimeDelta::minutes(VALID_MINUTES));
        let code = hex(&random::<16>()?);
        let (state, claim, driver_name) = (PairingState::Open, None, None);
        self.all.push(Pairing { id, code, state, expires_at, is_taken: false, claim, driver_name });
        Ok(id)
    }

    /// Claims a code for a phone. The same phone, known by its nonce, gets the same answer again.
    pub(crate) fn claim(
        &mut self,
        (code, nonce): (&str, &str),
        (device, app_version): (&str, &str),
        now: Timestamp,
    ) -> Result<Claimed, AppError> {
        check_nonce(nonce)?;
        let (device, app_version) = (label("device", device)?, label("appVersion", app_version)?);
        self.tidy(now);
        let not_valid = || {
            AppError::new(
                Code::Unauthenticated,
                "This code is not valid any more: ask for a new one at the desk",
            )
        };
        let Some(pairing) = self.all.iter_mut().find(|pairing| same(&pairing.code, code)) else {
            return Err(not_valid());
        };
        if let Some(claim) = &pairing.claim {
            return if same(&claim.nonce, nonce) {
                pairing.claimed().ok_or_else(not_valid)
            } else {
                Err(not_valid())
            };
        }
        if pairing.state != PairingState::Open {
            return Err(not_valid());
        }
        let digits = u32::from_le_bytes(random::<4>()?) % 1_000_000;
        pairing.claim = Some(Claim {
            nonce: nonce.to_owned(),
            token: format!("depot_{}", BASE64.encode(random::<32>()?)),
            digits: format!("{digits:06}"),
            device,
            app_version,
        });
        pairing.state = PairingState::Waiting;
        pairing.claimed().ok_or_else(not_valid)
    }

    /// How the pairing stands whose phone bears this credential.
    pub(crate) fn claimed_with(&mut self, token: &str, now: Timestamp) -> Option<Claimed> {
        self.tidy(now);
        let claimed =
            |pairing: &&Pairing| pairing.claim.as_ref().is_some_and(|claim| same(&claim.token, token));
        self.all.iter().find(claimed).and_then(Pairing::claimed)
    }

    /// How the pairing stands, for the desk.
    pub(crate) fn view(
        &mut self,
        id: Uuid,
        endpoint: Option<&str>,
        now: Timestamp,
    ) -> Result<PairingView, AppError> {
        self.tidy(now);
        let pairing = self.find(id)?;
        let claim = pairing.claim.as_ref();
        Ok(PairingView {
            id,
            state: pairing.state,
            url: endpoint.map(|endpoint| format!("{endpoint}/pair#{}", pairing.code)),
            digits: claim.map(|claim| claim.digits.clone()),
            device: claim.map(|claim| claim.device.clone()),
            expires_at: pairing.expires_at,
            driver_name: pairing.driver_name.clone(),
        })
    }

    /// Takes the claim of a pairing whose phone waits. Nobody else can confirm or refuse the pairing until
    /// [`set_confirmed`](Self::set_confirmed) or [`give_back`](Self::give_back).
    ///
    /// # Errors
    /// There is no such pairing, or no phone waits to be confirmed.
    pub(crate) fn take_confirmed(&mut self, id: Uuid, now: Timestamp) -> Result<Confirmed, AppError> {
        self.tidy(now);
        let pairing = self.find(id)?;
        match (pairing.state, pairing.is_taken, &pairing.claim) {
            (PairingState::Waiting, false, Some(Claim { token, device, app_version, .. })) => {
                let (token, device) = (Secret(token.clone()), device.clone());
                let confirmed = Confirmed { token, device, app_version: app_version.clone() };
                pairing.is_taken = true;
                Ok(confirmed)
            }
            (state, is_taken, _) => Err(no_phone_waits(state, is_taken)),
        }
    }

    /// Ends a pairing that was taken: its phone is now the phone of this driver.
    pub(crate) fn set_confirmed(&mut self, id: Uuid, driver_name: String) {
        if let Ok(pairing) = self.find(id) {
            pairing.is_taken = false;
            pairing.state = PairingState::Confirmed;
            pairing.driver_name = Some(driver_name);
        }
    }

    /// Gives back a pairing that was taken and could not be confirmed.
    pub(crate) fn give_back(&mut self, id: Uuid) {
        if let Ok(pairing) = self.find(id) {
            pairing.is_taken = false;
        }
    }

    /// Ends a pairing without a phone, and returns the credential of the phone that had claimed it. One that ended without a
    /// phone stays as it ended.
    ///
    /// # Errors
    /// There is no such pairing, or its phone is confirmed already or at this moment: it has to be revoked.
    pub(crate) fn refuse(&mut self, id: Uuid, now: Timestamp) -> Result<Option<Secret>, AppError> {
        self.tidy(now);
        let pairing = self.find(id)?;
        match (pairing.state, pairing.is_taken) {
            (PairingState::Open | PairingState::Waiting, false) => pairing.state = PairingState::Refused,
            (PairingState::Refused | PairingState::Expired, _) => {}
            (PairingState::Confirmed, _) | (PairingState::Open | PairingState::Waiting, true) => {
                let detail = "This phone is paired already: revoke it to keep it out";
                return Err(
                    AppError::new(Code::RuleBroken, detail).with("state", PairingState::Confirmed.as_str())
                );
            }
        }
        Ok(pairing.claim.as_ref().map(|claim| Secret(claim.token.clone())))
    }

    fn find(&mut self, id: Uuid) -> Result<&mut Pairing, AppError> {
        let unknown = || AppError::new(Code::NotFound, format!("There is no pairing {id}: start a new one"));
        self.all.iter_mut().find(|pairing| pairing.id == id).ok_or_else(unknown)
    }

    fn tidy(&mut self, now: Timestamp) {
        for pairing in &mut self.all {
            let may_expire =
                matches!(pairing.state, PairingState::Open | PairingState::Waiting) && !pairing.is_taken;
            if may_expire && pairing.expires_at <= now {
                pairing.state = PairingState::Expired;
            }
        }
        self.all.retain(|pairing| {
            pairing.is_taken || pairing.expires_at.saturating_add(TimeDelta::minutes(VALID_MINUTES)) > now
        });
    }
}

impl Pairing {
    fn claimed(&self) -> Option<Claimed> {
        let Claim { token, digits, .. } = self.claim.as_ref()?;
        Some(Claimed {
            token: token.clone(),
            state: self.state,
            digits: digits.clone(),
            expires_at: self.expires_at,
            driver_name: self.driver_name.clone(),
        })
    }
}

fn no_phone_waits(state: PairingState, is_taken: bool) -> AppError {
    let state = if is_taken { PairingState::Confirmed } else { state };
    let detail = format!("No phone waits to be confirmed: this pairing is {state}");
    AppError::new(Code::RuleBroken, detail).with("state", state.as_str())
}

fn check_nonce(nonce: &str) -> Result<(), AppError> {
    if (32..=64).contains(&nonce.len()) && nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    Err(AppError::new(Code::Malformed, "nonce: it has 32 to 64 hexadecimal digits"))
}

/// What a phone says of itself: cut to what fits into a table, because its browser chose it.
pub(super) fn label(field: &str, text: &str) -> Result<String, AppError> {
    let text: String = show_hidden(text.trim()).chars().take(MAX_DEVICE_CHARS).collect();
    if text.is_empty() || text.chars().any(char::is_control) {
        return Err(AppError::new(
            Code::Malformed,
            format!("{field}: it has 1 to {MAX_DEVICE_CHARS} characters and no control characters"),
        ));
    }
    Ok(text)
}

fn random<const N: usize>() -> Result<[u8; N], AppError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| {
        AppError::new(Code::Unavailable, "The system gives no random numbers; nothing was paired")
    })?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Compares in a time that does not depend on where the two differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: (&str, &str) = ("Chrome on Android", "0.1.0");
    const NONCE: &str = "00112233445566778899aabbccddeeff";
    const OTHER: &str = "ffeeddccbbaa99887766554433221100";

    fn at(minute: i64) -> Timestamp {
        "2026-11-25T08:00:00Z".parse::<Timestamp>().unwrap().saturating_add(TimeDelta::minutes(minute))
    }

    fn code_of(pairings: &mut Pairings, id: Uuid) -> String {
        let url = pairings.view(id, Some("https://depot"), at(0)).unwrap().url.unwrap();
        url.rsplit_once('#').unwrap().1.to_owned()
    }

    #[test]
    fn a_code_is_claimed_once_and_the_same_phone_may_ask_again() {
        let mut pairings = Pairings::default();
        let id = pairings.start(at(0)).unwrap();
        let code = code_of(&mut pairings, id);
        assert_eq!(code.len(), 32);
        let claimed = pairings.claim((&code, NONCE), PHONE, at(1)).unwrap();
        assert_eq!(pairings.claim((&code, NONCE), PHONE, at(1)).unwrap(), claimed);
        assert!(pairings.claim((&code, OTHER), PHONE, at(1)).is_err());
        let seen = pairings.view(id, None, at(1)).unwrap();
        assert_eq!((seen.state, seen.digits), (PairingState::Waiting, Some(claimed.digits)));
        assert_eq!(pairings.take_confirmed(id, at(1)).unwrap().token.0, claimed.token);
        pairings.set_confirmed(id, "Ana".to_owned());
        assert_eq!(pairings.claimed_with(&claimed.token, at(2)).unwrap().state, PairingState::Confirmed);
        assert!(pairings.take_confirmed(id, at(2)).is_err(), "only once");
    }

    #[test]
    fn code_ends_after_five_minutes_and_not_by_guesses() {
        let mut pairings = Pairings::default();
        let id = pairings.start(at(0)).unwrap();
        let code = code_of(&mut pairings, id);
        for _ in 0..100 {
            assert!(pairings.claim(("guess", NONCE), PHONE, at(1)).is_err());
        }
        assert_eq!(pairings.view(id, None, at(1)).unwrap().state, PairingState::Open);
        assert!(pairings.claim((&code, NONCE), PHONE, at(5)).is_err());
        assert_eq!(pairings.view(id, None, at(5)).unwrap().state, PairingState::Expired);
        assert!(pairings.view(id, None, at(11)).is_err(), "forgotten");
    }

    #[test]
    fn a_new_pairing_ends_the_oldest_of_too_many_and_no_other() {
        let mut pairings = Pairings::default();
        let all: Vec<Uuid> = (0..=MAX_OPEN).map(|_| pairings.start(at(0)).unwrap()).collect();
        let known: Vec<bool> = all.iter().map(|id| pairings.view(*id, None, at(0)).is_ok()).collect();
        assert!(!known[0] && known[1..].iter().all(|is_known| *is_known), "{known:?}");
    }

    #[test]
    fn a_pairing_that_ended_stays_as_it_ended_until_it_is_forgotten() {
        let mut pairings = Pairings::default();
        let id = pairings.start(at(0)).unwrap();
        let code = code_of(&mut pairings, id);
        let claimed = pairings.claim((&code, NONCE), PHONE, at(1)).unwrap();
        pairings.take_confirmed(id, at(1)).unwrap();
        pairings.set_confirmed(id, "Ana".to_owned());
        assert!(pairings.refuse(id, at(1)).is_err());
        let seen = pairings.view(id, None, at(9)).unwrap();
        assert_eq!((seen.state, seen.driver_name.as_deref()), (PairingState::Confirmed, Some("Ana")));
        assert_eq!(seen.device.as_deref(), Some(PHONE.0));
        assert!(pairings.claimed_with(&claimed.token, at(9)).is_some());
        assert!(pairings.claimed_with(&claimed.token, at(10)).is_none(), "forgotten");
        assert!(pairings.view(id, None, at(10)).is_err(), "forgotten");
    }

    #[test]
    fn a_pairing_being_confirmed_is_neither_refused_nor_confirmed() {
        let mut pairings = Pairings::default();
        let id = pairings.start(at(0)).unwrap();
        let code = code_of(&mut pairings, id);
        pairings.claim((&code, NONCE), PHONE, at(1)).unwrap();
        pairings.take_confirmed(id, at(1)).unwrap();
        assert!(pairings.refuse(id, at(1)).is_err());
        assert!(pairings.take_confirmed(id, at(1)).is_err());
        pairings.give_back(id);
        pairings.refuse(id, at(1)).unwrap();
        assert_eq!(pairings.view(id, None, at(1)).unwrap().state, PairingState::Refused);
    }

    #[test]
    fn what_a_phone_says_of_itself_is_checked_and_cut() {
        let mut pairings = Pairings::default();
        let id = pairings.start(at(0)).unwrap();
        let code = code_of(&mut pairings, id);
        let long = "a".repeat(MAX_DEVICE_CHARS + 9);
        for (nonce, device, version, field) in [
            ("00112233445566778899aabbccddeef", "Chrome", "1", "nonce"),
            ("00112233445566778899aabbccddeefg", "Chrome", "1", "nonce"),
            (&format!("{NONCE}{NONCE}0"), "Chrome", "1", "nonce"),
            (NONCE, " ", "1", "device"),
            (NONCE, "Chr\u{7}ome", "1", "device"),
            (NONCE, "Chrome", "", "appVersion"),
        ] {
            let refused = pairings.claim((&code, nonce), (device, version), at(1)).unwrap_err();
            assert_eq!(refused.code, Code::Malformed);
            assert!(refused.detail.starts_with(field), "{}", refused.detail);
        }
        pairings.claim((&code, NONCE), (&long, "1"), at(1)).unwrap();
        assert_eq!(pairings.view(id, None, at(1)).unwrap().device.unwrap(), "a".repeat(MAX_DEVICE_CHARS));
    }

    #[test]
    fn codes_credentials_and_digits_differ_and_digits_are_six() {
        let mut pairings = Pairings::default();
        let claims: Vec<(String, Claimed)> = (0..MAX_OPEN)
            .map(|_| {
                let id = pairings.start(at(0)).unwrap();
                let code = code_of(&mut pairings, id);
                let claimed = pairings.claim((&code, NONCE), PHONE, at(1)).unwrap();
                (code, claimed)
            })
            .collect();
        for (place, (code, claimed)) in claims.iter().enumerate() {
            assert!(claimed.digits.len() == 6 && claimed.digits.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(claimed.token.starts_with("depot_") && claimed.token.len() == 49, "32 bytes");
            for (other_code, other) in &claims[..place] {
                assert!(code != other_code && claimed.token != other.token);
            }
        }
        // Of a million, evenly: that all of them were below ten thousand would be no chance.
        assert!(claims.iter().any(|(_, claimed)| !claimed.digits.starts_with("00")));
    }

    #[test]
    fn texts_are_the_same_only_where_every_byte_is() {
        assert!(same("abcd", "abcd") && same("", ""));
        // Differences that would cancel each other out, were they not gathered.
        for other in ["abce", "bbcd", "bacd", "abc", "abcde", ""] {
            assert!(!same("abcd", other), "{other}");
        }
        assert_eq!(hex(&[0, 10, 255]), "000aff");
    }
}
