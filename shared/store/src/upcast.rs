//! Brings an event stored under an older schema to the present one as it is read. The log itself never changes.

use std::collections::HashMap;

use serde_json::Value;
use thiserror::Error;

use crate::event::StoredEvent;

/// One step: events of a type and schema become the next schema of the same or of a new type.
///
/// A step leads from schema `from` to `from + 1`, also where the type gets a new name, so steps cannot form a loop.
#[derive(Clone, Copy, Debug)]
pub struct Upcaster {
    /// The type it takes.
    pub event_type: &'static str,
    /// The schema it takes.
    pub from: u16,
    /// The type it gives, at schema `from + 1`.
    pub to_type: &'static str,
    /// Changes the payload, or says what is wrong with it. None where the payload says the same, and only how it is
    /// stored is another.
    pub upcast: Option<fn(Value) -> Result<Value, String>>,
}

/// Why steps do not fit together.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum UpcasterError {
    /// Two steps take the same events.
    #[error("two upcasters take {event_type} of schema {from}")]
    Duplicate {
        /// The type both take.
        event_type: &'static str,
        /// The schema both take.
        from: u16,
    },
    /// A schema counts from 1, and the last number has no next one: a step from it could only lead back.
    #[error("an upcaster of {event_type} takes schema {from}, which has no next one")]
    Schema {
        /// The type it takes.
        event_type: &'static str,
        /// The schema it takes.
        from: u16,
    },
}

/// Why an event could not be brought to the present schema.
#[derive(Debug, Error)]
pub enum UpcastError {
    /// The payload is not JSON.
    #[error("event {sequence} is not JSON: {source}")]
    Payload {
        /// The event.
        sequence: u64,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// A step refused the payload.
    #[error("event {sequence} ({event_type} of schema {schema}) could not be upcast: {reason}")]
    Step {
        /// The event.
        sequence: u64,
        /// Its type before the step.
        event_type: String,
        /// Its schema before the step.
        schema: u16,
        /// What the step said.
        reason: String,
    },
    /// A newer program wrote the event.
    #[error("event {sequence} ({event_type} of schema {schema}) is newer than this program")]
    Newer {
        /// The event.
        sequence: u64,
        /// Its type.
        event_type: String,
        /// Its schema.
        schema: u16,
    },
}

/// Steps that fit together.
#[derive(Clone, Debug, Default)]
pub struct Upcasters(HashMap<&'static str, Vec<Upcaster>>);

impl Upcasters {
    /// Takes the steps in any order.
    ///
    /// # Errors
    /// When two take the same events, or one takes a schema that has no next one.
    pub fn new(steps: Vec<Upcaster>) -> Result<Self, UpcasterError> {
        let mut by_type: HashMap<&'static str, Vec<Upcaster>> = HashMap::new();
        for step in steps {
            let (event_type, from) = (step.event_type, step.from);
            if from == 0 || from == u16::MAX {
                return Err(UpcasterError::Schema { event_type, from });
            }
            let same_type = by_type.entry(event_type).or_default();
            if same_type.iter().any(|other| other.from == from) {
                return Err(UpcasterError::Duplicate { event_type, from });
            }
            same_type.push(step);
        }
        Ok(Self(by_type))
    }

    /// Brings an event to the present schema; one that is there already is given back untouched and unparsed.
    ///
    /// # Errors
    /// When the payload is not JSON, a step refuses it, or the event is newer than every step known.
    pub fn apply(&self, mut event: StoredEvent) -> Result<StoredEvent, UpcastError> {
        let sequence = event.sequence;
        let Some(mut step) = self.step(&event.event_type, event.schema) else {
            if event.schema > self.current(&event.event_type) {
                let (event_type, schema) = (event.event_type, event.schema);
                return Err(UpcastError::Newer { sequence, event_type, schema });
            }
            return Ok(event);
        };
        loop {
            if let Some(upcast) = step.upcast {
                let payload = serde_json::from_str(&event.payload)
                    .map_err(|source| UpcastError::Payload { sequence, source })?;
                let changed = upcast(payload).map_err(|reason| UpcastError::Step {
                    sequence,
                    event_type: step.event_type.to_owned(),
                    schema: step.from,
                    reason,
                })?;
                event.payload = changed.to_string();
            }
            event.schema = step.from + 1;
            event.event_type = step.to_type.to_owned();
            match self.step(step.to_type, step.from + 1) {
                Some(next) => step = next,
                None => break,
            }
        }
        Ok(event)
    }

    /// The schema under which new events of a type are to be stored; 1 where no step leads to it.
    pub fn current(&self, event_type: &str) -> u16 {
        let steps = self.0.values().flatten();
        steps.filter(|step| step.to_type == event_type).map(|step| step.from + 1).max().unwrap_or(1)
    }

    fn step(&self, event_type: &str, schema: u16) -> Option<&Upcaster> {
        self.0.get(event_type)?.iter().find(|step| step.from == schema)
    }
}
