//! Given / when / then for deciders. The order of the steps is in their types: another one does not compile.
//!
//! Only for tests, of this crate and of those above it; it decides nothing itself.

use std::fmt::Debug;
use std::marker::PhantomData;

use crate::decider::{Decider, Kind, Refusal};
use crate::values::Timestamp;

/// The instant at which everything happened that a test begins with: 2026-03-01T08:00:00Z.
///
/// # Panics
/// Never: the instant is valid.
#[must_use]
pub fn morning() -> Timestamp {
    #[expect(clippy::unwrap_used, reason = "a constant that is valid")]
    Timestamp::from_micros(1_772_352_000_000_000).unwrap()
}

/// An entity with a history.
pub struct Given<D: Decider> {
    state: Option<D>,
}

/// An entity that was asked for something.
pub struct When<D: Decider> {
    outcome: Result<Vec<D::Event>, D::Error>,
    entity: PhantomData<D>,
}

/// The entity after `history`.
#[must_use]
pub fn given<D: Decider>(history: &[D::Event]) -> Given<D> {
    Given { state: D::fold(history.iter().map(|event| (event, morning()))) }
}

impl<D: Decider> Given<D> {
    /// Asks it for `command`, with `context` known.
    #[must_use]
    pub fn when(self, command: &D::Command, context: &D::Context<'_>) -> When<D> {
        When { outcome: D::decide(self.state.as_ref(), command, context), entity: PhantomData }
    }
}

impl<D: Decider> When<D>
where
    D::Event: Debug + PartialEq,
    D::Error: Debug + PartialEq,
{
    /// Exactly these events follow; none means that it was so already.
    ///
    /// # Panics
    /// Where others follow, or it is refused.
    pub fn then<const N: usize>(self, events: [D::Event; N]) {
        assert_eq!(self.outcome, Ok(Vec::from(events)));
    }

    /// It is refused, as this kind and with this text.
    ///
    /// # Panics
    /// Where it is not refused, or as another kind, or with another text.
    pub fn then_refused(self, kind: Kind, text: &str) {
        match self.outcome {
            Ok(events) => panic!("expected a refusal, but these events follow: {events:?}"),
            Err(error) => assert_eq!((error.to_string().as_str(), error.kind()), (text, kind)),
        }
    }
}
