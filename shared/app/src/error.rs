//! Why the application does not do what it was asked: one code on the wire, a sentence, and the facts.

use depot_domain::{Kind, Refusal};
use depot_store::{AppendError, ReadError, WorkError, WriteError, is_gone};
use serde::Serialize;
use serde_json::{Map, Value};

words_of_app! {
    /// The sort of error; an adapter maps it, and only it, to its own codes.
    Code ("an error code") {
        /// The input is not what it should be.
        Malformed = "malformed",
        /// Each part of the input is what it should be, but they do not fit each other or what they are about, e.g. a
        /// cursor of another order, or an end before its beginning.
        Unfit = "unfit",
        /// It would break a rule of the depot.
        RuleBroken = "ruleBroken",
        /// No or no valid credential.
        Unauthenticated = "unauthenticated",
        /// The credential was revoked.
        Revoked = "revoked",
        /// The credential was not used for too long.
        Expired = "expired",
        /// It came with another credential than the one that it names.
        OtherCredential = "otherCredential",
        /// The credential does not allow it.
        Forbidden = "forbidden",
        /// Something that was named does not exist.
        NotFound = "notFound",
        /// Something like it exists already.
        Duplicate = "duplicate",
        /// It was changed since it was seen.
        StaleVersion = "staleVersion",
        /// The idempotency key was used for something else.
        KeyReused = "keyReused",
        /// The depot cannot do it now, e.g. because the disk is full; it changed nothing.
        Unavailable = "unavailable",
        /// The depot cannot tell whether it was stored: ask again with the same idempotency key.
        Unknown = "unknown",
        /// A fault in the program; it changed nothing.
        Internal = "internal",
    }
}

/// An error that can be told to the one who asked.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{detail}")]
pub struct AppError {
    /// The sort of error.
    pub code: Code,
    /// What was wrong and what is valid, as a sentence.
    pub detail: String,
    /// The facts behind it, e.g. of a booking conflict.
    pub facts: Map<String, Value>,
}

/// The error as the window is told it: what the endpoint puts into a problem document.
#[derive(Clone, Debug, PartialEq, Serialize, ts_rs::TS)]
#[ts(export)]
pub struct Problem {
    /// The sort of error.
    pub code: Code,
    /// What was wrong and what is valid, as a sentence.
    pub detail: String,
    /// The facts behind it.
    #[serde(flatten)]
    #[ts(skip)]
    pub facts: Map<String, Value>,
}

impl From<AppError> for Problem {
    fn from(AppError { code, detail, facts }: AppError) -> Self {
        Self { code, detail, facts }
    }
}

impl AppError {
    /// An error without further facts.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), facts: Map::new() }
    }

    /// Adds a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// The domain's refusal with its facts.
    pub(crate) fn refused(refusal: &impl Refusal) -> Self {
        let code = match refusal.kind() {
            Kind::Broken => Code::RuleBroken,
            Kind::NotFound => Code::NotFound,
            Kind::Duplicate => Code::Duplicate,
        };
        let facts = match serde_json::to_value(refusal) {
            Ok(Value::Object(facts)) => facts,
            Ok(_) | Err(_) => Map::new(),
        };
        Self { code, detail: refusal.to_string(), facts }
    }

    /// A file of the store is not where it was. The name of the file goes to the log.
    pub(crate) fn gone(reason: impl std::fmt::Display) -> Self {
        tracing::error!(%reason, "a file of the depot is gone");
        Self::new(
            Code::Unavailable,
            "The depot's files were removed, moved or exchanged while it was open: nothing was stored. Put them back, or stop the depot and restore a backup",
        )
    }

    fn full() -> Self {
        Self::new(Code::Unavailable, "The depot's disk is full: nothing was stored. Free some space")
    }

    /// What a read is told whose caller went away: nobody hears it.
    fn interrupted() -> Self {
        Self::new(Code::Unavailable, "The query was given up, because nobody waits for it any more")
    }

    /// A fault of the storage. What it says goes to the log, not to the one who asked.
    pub(crate) fn storage(error: impl std::fmt::Display) -> Self {
        tracing::error!(%error, "storage failed");
        Self::new(Code::Internal, "The depot could not read its record; nothing was changed")
    }
}

impl From<rusqlite::Error> for AppError {
    fn from(error: rusqlite::Error) -> Self {
        if error.is_full() {
            Self::full()
        } else if depot_store::is_interrupted(&error) {
            Self::interrupted()
        } else if is_gone(&error) {
            Self::gone(error)
        } else {
            Self::storage(error)
        }
    }
}

impl WorkError for AppError {
    fn is_full(&self) -> bool {
        *self == Self::full()
    }
}

impl From<ReadError> for AppError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Interrupted => Self::interrupted(),
            ReadError::Storage(error) => error.into(),
            ReadError::Panicked | ReadError::Closed => Self::storage(error),
        }
    }
}

impl From<AppendError> for AppError {
    fn from(error: AppendError) -> Self {
        if error.is_full() { Self::full() } else { Self::storage(error) }
    }
}

impl From<WriteError<Self>> for AppError {
    fn from(error: WriteError<Self>) -> Self {
        match error {
            WriteError::Refused(error) => error,
            WriteError::Unknown(cause) => {
                tracing::error!(cause, "commit failed");
                let detail = format!(
                    "The depot cannot tell whether this was stored ({cause}): send it again with the same Idempotency-Key"
                );
                Self::new(Code::Unknown, detail)
            }
            WriteError::Full => Self::full(),
            WriteError::Gone(reason) => Self::gone(reason),
            WriteError::Panicked => Self::new(Code::Internal, "A fault in the program: nothing was changed"),
            WriteError::Storage(cause) => Self::storage(cause),
            WriteError::Closed => {
                Self::new(Code::Unavailable, "The depot is shutting down: nothing was stored")
            }
        }
    }
}
