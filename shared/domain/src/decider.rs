//! The shape of every entity: `decide` turns a command into events or refuses it, `evolve` applies an event.
//!
//! Nothing here knows a rule of the depot, and nothing here stores or sends anything.

use serde::{Deserializer, Serializer};

use crate::values::Timestamp;

/// An entity whose whole truth is the sequence of its events.
///
/// A state is an `Option`: an entity that no event has created yet is `None`, so no state has to invent
/// values for the time before it existed.
pub trait Decider: Sized {
    /// What can be asked of the entity.
    type Command;
    /// What can have happened to it.
    type Event: DomainEvent;
    /// Why it refuses.
    type Error: Refusal;
    /// What a decision needs to know beyond the entity itself: the time, other entities, settings.
    type Context<'a>;

    /// Decides what follows from `command`. No events means: it is already so, and that is a success.
    ///
    /// # Errors
    /// The rule that the command would break. A refused command changes nothing.
    fn decide(
        state: Option<&Self>,
        command: &Self::Command,
        context: &Self::Context<'_>,
    ) -> Result<Vec<Self::Event>, Self::Error>;

    /// Applies an event that happened at `at`. It cannot fail: what was recorded has happened.
    ///
    /// In place, and the event is given away: a long history is folded without copies of what it says.
    fn evolve(state: &mut Option<Self>, event: Self::Event, at: Timestamp);

    /// The state after all of `history`.
    fn fold<'e>(history: impl IntoIterator<Item = (&'e Self::Event, Timestamp)>) -> Option<Self>
    where
        Self::Event: 'e,
    {
        let mut state = None;
        history.into_iter().for_each(|(event, at)| Self::evolve(&mut state, event.clone(), at));
        state
    }
}

/// An event that can be written to and read from a log as a type name, a schema version and a body.
pub trait DomainEvent: Clone {
    /// The category under which consumers subscribe to the entity's events.
    const CATEGORY: &'static str;
    /// Every type name with its present schema version.
    const TYPES: &'static [(&'static str, u16)];

    /// The type name, e.g. `DriverAdded`.
    fn event_type(&self) -> &'static str;

    /// The schema version in which `encode` writes this event.
    fn schema(&self) -> u16;

    /// Writes the body, without the type name.
    ///
    /// # Errors
    /// Whatever the serializer reports.
    fn encode<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads the body of an event of type `event_type` at its present schema version.
    ///
    /// # Errors
    /// An unknown type, or a body that does not fit it.
    fn decode<'de, D: Deserializer<'de>>(event_type: &str, deserializer: D) -> Result<Self, D::Error>;
}

/// What sort of refusal it is; an adapter translates this, and only this, into its own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command would break a rule of the depot.
    Broken,
    /// Something that the command names does not exist.
    NotFound,
    /// Something like it exists already.
    Duplicate,
}

/// A reason to refuse a command: a sentence for people (`Display`) and the facts behind it (`Serialize`).
pub trait Refusal: std::error::Error + serde::Serialize {
    /// The sort of refusal.
    fn kind(&self) -> Kind;
}

/// Declares an entity's event enum over structs of the same names, with their schema versions.
macro_rules! events {
    ($(#[$doc:meta])* $name:ident in $category:literal { $($event:ident = $schema:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, ts_rs::TS)]
        #[serde(tag = "type", content = "data")]
        #[ts(export)]
        pub enum $name {
            $(#[doc = concat!("See [`", stringify!($event), "`].")] $event($event)),+
        }

        impl $crate::decider::DomainEvent for $name {
            const CATEGORY: &'static str = $category;
            const TYPES: &'static [(&'static str, u16)] = &[$((stringify!($event), $schema)),+];

            fn event_type(&self) -> &'static str {
                match self { $(Self::$event(_) => stringify!($event)),+ }
            }

            fn schema(&self) -> u16 {
                match self { $(Self::$event(_) => $schema),+ }
            }

            fn encode<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$event(body) => serde::Serialize::serialize(body, serializer)),+ }
            }

            fn decode<'de, D: serde::Deserializer<'de>>(event_type: &str, deserializer: D) -> Result<Self, D::Error> {
                $(if event_type == stringify!($event) {
                    return serde::Deserialize::deserialize(deserializer).map(Self::$event);
                })+
                Err(serde::de::Error::unknown_variant(event_type, &[$(stringify!($event)),+]))
            }
        }

        $(impl From<$event> for $name {
            fn from(event: $event) -> Self { Self::$event(event) }
        })+
    };
}
pub(crate) use events;
