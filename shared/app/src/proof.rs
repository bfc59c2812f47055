//! Proofs of deliveries: a file that shows what was recorded of one delivery, and that it was recorded so, to somebody who
//! has neither the depot nor a reason to trust it.
//!
//! A proof holds the delivery's events and kept files, the chain from the first of them to a seal as digests of the rows in
//! between (which say nothing of other deliveries), the seal, and a signature over every byte before it. Whose key it is,
//! the file cannot say: that takes the depot's word, or a seal's code that was written down.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use depot_domain::DeliveryEvent;
use depot_domain::decider::DomainEvent as _;
use depot_domain::delivery::FileRef;
use depot_domain::values::DeliveryId;
use depot_store::seal::{self, Seal, SealKey, hex, unhex};
use depot_store::subject::Secret;
use depot_store::{StoredEvent, chain, log as events_log};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::actor::Actor;
use crate::app::App;
use crate::backup::SealText;
use crate::error::{AppError, Code};
use crate::query::{DepotAnswer, DepotQuery};
use crate::{files, log};

const FORMAT: &str = "eroad-depot proof 1";
/// Separates this signature from whatever else is signed with the key.
const PURPOSE: &[u8] = b"eroad-depot proof 1\0";
/// What the last line begins with.
const SIGNATURE: &str = "signature ";

/// Why a file proves nothing.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is no proof, or of another program.
    #[error("this is no proof: {0}")]
    NotAProof(String),
    /// Some byte of it is not as it was written.
    #[error("the file was changed: its signature does not match")]
    Changed,
    /// It was made by somebody else.
    #[error("the proof was made with the key {found}, not with {expected}")]
    AnotherKey {
        /// The key that signed it.
        found: String,
        /// The key that was asked for.
        expected: String,
    },
    /// The depot that signed it did not record it so.
    #[error("the proof contradicts itself: {0}")]
    Contradiction(String),
}

/// What a proof shows.
#[derive(Debug, PartialEq, Eq)]
pub struct Proved {
    /// The delivery.
    pub delivery: Uuid,
    /// Who drove, what and where to, as the depot knew it when the proof was made. Signed, but not part of what was sealed.
    pub about: About,
    /// When the proof was made.
    pub made_at: DateTime<Utc>,
    /// Its events, from the first on, with what is personal as far as it was not erased.
    pub events: Vec<StoredEvent>,
    /// Its files: what they are, and how many bytes each has.
    pub files: Vec<FileRef>,
    /// The seal that stands on all of them.
    pub seal: Seal,
}

/// A delivery in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct About {
    /// Where from.
    pub origin: String,
    /// Where to.
    pub destination: String,
    /// Who drove.
    pub driver: Option<String>,
    /// The vehicle's registration.
    pub vehicle: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Body {
    format: String,
    made_at: DateTime<Utc>,
    delivery: Uuid,
    about: About,
    category: String,
    events: Vec<Told>,
    /// The hash of the event before the first of these.
    before: String,
    /// What opens the personal parts of the events, where that was not destroyed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    /// The digests of the rows between and after them, up to the one that the seal stands on.
    others: Vec<String>,
    seal: SealText,
    files: Vec<Kept>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Told {
    sequence: u64,
    version: u32,
    #[serde(rename = "type")]
    event_type: String,
    schema: u16,
    occurred_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    actor: String,
    correlation: String,
    causation: String,
    payload: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    sha256: String,
    media_type: String,
    base64: String,
}

/// A delivery's events, and the chain from the first of them to a seal.
struct Segment {
    events: Vec<StoredEvent>,
    before: [u8; 32],
    others: Vec<[u8; 32]>,
    seal: Seal,
}

impl App {
    /// The proof of a delivery as it is now. Seals the log first where no seal stands on all of it yet.
    ///
    /// # Errors
    /// There is no such delivery, a file of it is missing, or the record cannot be read or sealed.
    pub async fn prove(&self, id: DeliveryId) -> Result<String, AppError> {
        let detail = self.query(&Actor::desk(), DepotQuery::Delivery { id }).await?.answer;
        let DepotAnswer::Delivery(detail) = detail else {
            return Err(AppError::storage("a delivery was asked for"));
        };
        let missing = detail.files_missing;
        let row = detail.row;
        let about = About {
            origin: row.route_origin,
            destination: row.route_destination,
            driver: row.driver_name,
            vehicle: row.vehicle_no,
        };
        let key = SealKey::open(self.folder()).map_err(AppError::storage)?;
        let read = move |connection: &Connection| segment(connection, id);
        let segment = match self.store().read(read).await? {
            Some(segment) => segment,
            None => {
                self.seal().await?;
                let sealed = self.store().read(read).await?;
                sealed.ok_or_else(|| AppError::storage("the log was sealed, and is not"))?
            }
        };
        let folder = self.folder().to_owned();
        let named = files_of(&log::upcast(segment.events.clone())?)?;
        let files = tokio::task::spawn_blocking(move || {
            let is_closed = |file: &&FileRef| {
                missing.iter().any(|missing| missing.hash == file.hash && missing.closed.is_some())
            };
            let is_awaited = |file: &FileRef| missing.iter().any(|missing| missing.hash == file.hash);
            let expected = named.values().filter(|file| !is_closed(file));
            expected
                .map(|file| if is_awaited(file) { Err(not_here(file)) } else { kept(&folder, file) })
                .collect::<Result<Vec<_>, _>>()
        });
        let files = files.await.map_err(AppError::storage)??;
        written(id, about, self.now().datetime(), &segment, files, &key)
    }
}

/// Nothing where no seal stands on the delivery's last event yet.
fn segment(connection: &Connection, id: DeliveryId) -> Result<Option<Segment>, AppError> {
    let snapshot = connection.unchecked_transaction()?;
    let events = events_log::stream(&snapshot, id.uuid(), 0, u32::MAX)?;
    let (Some(first), Some(last)) = (events.first(), events.last()) else {
        return Err(AppError::new(Code::NotFound, format!("There is no delivery {id}")));
    };
    let Some(seal) = seal::first_after(&snapshot, last.sequence)? else { return Ok(None) };
    let before = chain::hash_of(&snapshot, first.sequence - 1)?
        .ok_or_else(|| AppError::storage(format!("event {} is missing", first.sequence - 1)))?;
    let mut others = Vec::new();
    let mut own = events.iter().map(|event| event.sequence).peekable();
    chain::digests(&snapshot, first.sequence, seal.sequence, |sequence, digest| {
        if own.next_if_eq(&sequence).is_none() {
            others.push(digest);
        }
    })?;
    Ok(Some(Segment { events, before, others, seal }))
}

/// The files that events name, by their hashes.
fn files_of(events: &[StoredEvent]) -> Result<BTreeMap<String, FileRef>, AppError> {
    let mut named = BTreeMap::new();
    for event in events {
        let mut body = serde_json::Deserializer::from_str(&event.payload);
        let decoded = DeliveryEvent::decode(&event.event_type, &mut body).map_err(AppError::storage)?;
        if let DeliveryEvent::ProofOfDeliveryCaptured(proof) = decoded {
            let files = proof.photos.into_iter().chain(proof.signature);
            named.extend(files.map(|file| (file.hash.as_str().to_owned(), file)));
        }
    }
    Ok(named)
}

/// The hashes of the files that events say will not come.
fn closed_in(events: &[StoredEvent]) -> Result<BTreeSet<String>, AppError> {
    let mut closed = BTreeSet::new();
    for event in events {
        let mut body = serde_json::Deserializer::from_str(&event.payload);
        let decoded = DeliveryEvent::decode(&event.event_type, &mut body).map_err(AppError::storage)?;
        if let DeliveryEvent::AwaitedFileClosed(file) = decoded {
            closed.insert(file.hash.as_str().to_owned());
        }
    }
    Ok(closed)
}

fn not_here(file: &FileRef) -> AppError {
    let hash = file.hash.as_str();
    let detail = format!(
        "The file {hash} of the delivery is missing: wait until it was handed in, or record that it will not come"
    );
    AppError::new(Code::NotFound, detail)
}

fn kept(folder: &std::path::Path, file: &FileRef) -> Result<Kept, AppError> {
    let read = files::read(folder, &file.hash)?;
    let (media_type, bytes) = read.ok_or_else(|| not_here(file))?;
    Ok(Kept { sha256: file.hash.as_str().to_owned(), media_type, base64: BASE64.encode(bytes) })
}

fn written(
    id: DeliveryId,
    about: About,
    made_at: DateTime<Utc>,
    segment: &Segment,
    files: Vec<Kept>,
    key: &SealKey,
) -> Result<String, AppError> {
    let body = Body {
        format: FORMAT.to_owned(),
        made_at,
        delivery: id.uuid(),
        about,
        category: DeliveryEvent::CATEGORY.to_owned(),
        events: segment.events.iter().map(Told::of).collect(),
        before: hex(&segment.before),
        secret: segment.events.iter().find_map(|event| event.secret).map(|secret| hex(secret.bytes())),
        others: segment.others.iter().map(|digest| hex(digest)).collect(),
        seal: SealText::from(&segment.seal),
        files,
    };
    let mut text = serde_json::to_string_pretty(&body).map_err(AppError::storage)?;
    text.push('\n');
    let signature = key.sign(PURPOSE, text.as_bytes());
    Ok(format!("{text}{SIGNATURE}{}\n", hex(&signature)))
}

/// Checks a proof: that nothing of it was changed since it was made, that its events are linked to its seal, and that its
/// files are those that the events name. With a key also that it is that depot's.
///
/// # Errors
/// What is wrong with it.
pub fn check(proof: &[u8], key: Option<[u8; 32]>) -> Result<Proved, ProofError> {
    let not = |reason: &str| ProofError::NotAProof(reason.to_owned());
    let text = std::str::from_utf8(proof).map_err(|_| not("it is not text"))?;
    let (body, signature) = text.rsplit_once(SIGNATURE).ok_or_else(|| not("it has no signature"))?;
    let signature = signature.strip_suffix('\n').ok_or(ProofError::Changed)?;
    // One spelling only: in capitals the same digits would be another file.
    let bytes = unhex::<64>(signature).filter(|bytes| hex(bytes) == signature).ok_or(ProofError::Changed)?;
    let parsed: Body = serde_json::from_str(body).map_err(|error| not(&error.to_string()))?;
    if parsed.format != FORMAT {
        return Err(not(&format!("its format is {:?}, this program knows {FORMAT:?}", parsed.format)));
    }
    let seal = parsed.seal.seal().ok_or_else(|| not("its seal cannot be read"))?;
    if !seal::is_signed(&seal.key, PURPOSE, body.as_bytes(), &bytes) {
        return Err(ProofError::Changed);
    }
    if let Some(expected) = key.filter(|key| *key != seal.key) {
        return Err(ProofError::AnotherKey { found: hex(&seal.key), expected: hex(&expected) });
    }
    let contradicts = |reason: String| ProofError::Contradiction(reason);
    if !seal.is_valid() {
        return Err(contradicts("the seal's signature does not match".to_owned()));
    }
    let events: Vec<_> = parsed.events.iter().map(|told| told.event(&parsed)).collect();
    if sealed_head(&parsed, &events, &seal) != Some(seal.head) {
        return Err(contradicts("its events are not among those that were sealed".to_owned()));
    }
    if let Some((place, event)) = (1..).zip(&events).find(|(place, event)| event.version != *place) {
        return Err(contradicts(format!("event {} of the delivery stands at place {place}", event.version)));
    }
    let events = log::upcast(events).map_err(|error| contradicts(error.to_string()))?;
    let mut named = files_of(&events).map_err(|error| contradicts(error.to_string()))?;
    let closed = closed_in(&events).map_err(|error| contradicts(error.to_string()))?;
    // What is recorded as never handed in may be missing.
    named.retain(|hash, _| !closed.contains(hash) || parsed.files.iter().any(|file| file.sha256 == *hash));
    check_files(&named, &parsed.files)?;
    let Body { delivery, about, made_at, .. } = parsed;
    Ok(Proved { delivery, about, made_at, events, files: named.into_values().collect(), seal })
}

/// The hash to which the proof's events and digests lead.
fn sealed_head(proof: &Body, events: &[StoredEvent], seal: &Seal) -> Option<[u8; 32]> {
    let mut head = unhex::<32>(&proof.before)?;
    let first = events.first()?.sequence;
    let (mut own, mut others) = (events.iter().peekable(), proof.others.iter());
    for sequence in first..=seal.sequence {
        let digest = match own.next_if(|event| event.sequence == sequence) {
            Some(event) => chain::digest(event),
            None => unhex::<32>(others.next()?)?,
        };
        head = chain::link(&head, sequence, &digest);
    }
    (own.next().is_none() && others.next().is_none()).then_some(head)
}

fn check_files(named: &BTreeMap<String, FileRef>, files: &[Kept]) -> Result<(), ProofError> {
    let contradicts = |reason: String| Err(ProofError::Contradiction(reason));
    if !named.keys().eq(files.iter().map(|file| &file.sha256)) {
        return contradicts("its files are not those that its events name".to_owned());
    }
    for Kept { sha256, base64, .. } in files {
        let is_named = BASE64.decode(base64).is_ok_and(|bytes| hex(&Sha256::digest(bytes)) == *sha256);
        if !is_named {
            return contradicts(format!("the file {sha256} is not what its name says"));
        }
    }
    Ok(())
}

impl Told {
    fn of(event: &StoredEvent) -> Self {
        Self {
            sequence: event.sequence,
            version: event.version,
            event_type: event.event_type.clone(),
            schema: event.schema,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
            actor: event.actor.clone(),
            correlation: event.correlation.clone(),
            causation: event.causation.clone(),
            payload: event.payload.clone(),
        }
    }

    /// The event as the log holds it; its own hash is left to the chain.
    fn event(&self, proof: &Body) -> StoredEvent {
        StoredEvent {
            sequence: self.sequence,
            stream: proof.delivery,
            category: proof.category.clone(),
            version: self.version,
            event_type: self.event_type.clone(),
            schema: self.schema,
            occurred_at: self.occurred_at,
            recorded_at: self.recorded_at,
            actor: self.actor.clone(),
            correlation: self.correlation.clone(),
            causation: self.causation.clone(),
            payload: self.payload.clone(),
            hash: chain::GENESIS,
            secret: proof.secret.as_deref().and_then(unhex).map(Secret::from_bytes),
        }
    }
}
