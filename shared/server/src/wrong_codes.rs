//! Wrong codes of each address: of sign-in links and of pairings. A right code is compared first, so nobody's guesses keep
//! others out, nor the one who mistyped.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// From how many wrong codes within [`WINDOW`] on an address is asked to wait.
const WRONG_MAX: usize = 5;
/// From how many on its codes are not even compared.
const COMPARED_MAX: usize = 50;
const WINDOW: Duration = Duration::from_secs(60);
/// How many addresses are remembered; beyond it the one that was quiet for the longest time is forgotten.
const ADDRESSES_MAX: usize = 1024;

/// What became of a code that somebody entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entered<T> {
    /// It is right.
    Right(T),
    /// It is not.
    Wrong,
    /// It is not, or was not compared, and neither were many before it.
    TooMany {
        /// In how many seconds it is worth trying again; at least one.
        retry_after_seconds: u64,
    },
}

/// When the latest wrong codes of each address came, the oldest first; at most [`COMPARED_MAX`] of each.
#[derive(Debug, Default)]
pub(crate) struct WrongCodes {
    by_address: Mutex<HashMap<IpAddr, Vec<Instant>>>,
}

impl WrongCodes {
    /// Compares a code that was entered at this address, by `right`, and counts it where it is wrong.
    pub(crate) fn enter<T>(&self, address: IpAddr, right: impl FnOnce() -> Option<T>) -> Entered<T> {
        // Of IPv6 the whole address: every machine of a depot's network is in one /64, and would be blocked by any other.
        let (address, now) = (address.to_canonical(), Instant::now());
        let mut all = self.by_address.lock();
        let recent = |wrong: &mut Vec<Instant>| wrong.retain(|at| now.duration_since(*at) < WINDOW);
        let mut wrong = all.remove(&address).unwrap_or_default();
        recent(&mut wrong);
        let right = if wrong.len() < COMPARED_MAX { right() } else { None };
        let entered = match right {
            Some(right) => Entered::Right(right),
            None => {
                if wrong.len() < COMPARED_MAX {
                    wrong.push(now);
                }
                // The one whose end leaves fewer than are taken without a wait.
                match wrong.len().checked_sub(WRONG_MAX + 1).and_then(|place| wrong.get(place + 1)) {
                    Some(at) => {
                        let left = WINDOW.saturating_sub(now.duration_since(*at));
                        Entered::TooMany { retry_after_seconds: left.as_secs() + 1 }
                    }
                    None => Entered::Wrong,
                }
            }
        };
        if !wrong.is_empty() {
            if all.len() >= ADDRESSES_MAX {
                all.retain(|_, wrong| wrong.last().is_some_and(|at| now.duration_since(*at) < WINDOW));
                let quietest = all.iter().min_by_key(|(_, wrong)| wrong.last()).map(|(address, _)| *address);
                if let Some(quietest) = quietest.filter(|_| all.len() >= ADDRESSES_MAX) {
                    all.remove(&quietest);
                }
            }
            all.insert(address, wrong);
        }
        entered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(last: u16) -> IpAddr {
        let [high, low] = last.to_be_bytes();
        IpAddr::from([192, 168, high, low])
    }

    fn guess(codes: &WrongCodes, address: IpAddr) -> Entered<()> {
        codes.enter(address, || None)
    }

    #[tokio::test(start_paused = true)]
    async fn wrong_codes_beyond_five_a_minute_wait() {
        let codes = WrongCodes::default();
        for _ in 0..WRONG_MAX {
            assert_eq!(guess(&codes, phone(1)), Entered::Wrong);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        let Entered::TooMany { retry_after_seconds } = guess(&codes, phone(1)) else { panic!("too many") };
        assert_eq!(retry_after_seconds, 57, "until only four of them are younger than a minute");
        tokio::time::advance(Duration::from_secs(retry_after_seconds)).await;
        assert_eq!(guess(&codes, phone(1)), Entered::Wrong);
    }

    #[tokio::test(start_paused = true)]
    async fn right_code_wins_after_wrong_ones_up_to_a_bound() {
        let codes = WrongCodes::default();
        for _ in 0..COMPARED_MAX - 1 {
            guess(&codes, phone(1));
        }
        assert_eq!(codes.enter(phone(1), || Some(7)), Entered::Right(7));
        guess(&codes, phone(1));
        let compared = codes.enter(phone(1), || -> Option<()> { panic!("not compared") });
        assert!(matches!(compared, Entered::TooMany { retry_after_seconds: 1..=61 }));
        assert_eq!(codes.enter(phone(2), || Some(7)), Entered::Right(7), "another address is not concerned");
        tokio::time::advance(WINDOW).await;
        assert_eq!(codes.enter(phone(1), || Some(7)), Entered::Right(7));
    }

    #[tokio::test(start_paused = true)]
    async fn flood_of_addresses_takes_bounded_memory() {
        let codes = WrongCodes::default();
        for number in 0..2_000 {
            guess(&codes, phone(number));
        }
        assert_eq!(codes.by_address.lock().len(), ADDRESSES_MAX);
        for _ in 1..WRONG_MAX {
            assert_eq!(guess(&codes, phone(1_999)), Entered::Wrong, "the latest are remembered");
        }
        assert!(matches!(guess(&codes, phone(1_999)), Entered::TooMany { .. }));
    }

    #[tokio::test(start_paused = true)]
    async fn neighbour_in_a_network_of_ipv6_is_not_concerned() {
        let codes = WrongCodes::default();
        let address = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 7, 0, 0, 0, last]);
        for _ in 0..COMPARED_MAX {
            guess(&codes, address(1));
        }
        assert!(matches!(codes.enter(address(1), || Some(7)), Entered::TooMany { .. }));
        assert_eq!(codes.enter(address(2), || Some(7)), Entered::Right(7));
    }
}
