//! What the application adds to a decider: how its events are stored, projected and folded again.

use std::num::NonZeroUsize;
use std::sync::Arc;

use depot_domain::decider::DomainEvent;
use depot_domain::dispatch::{Calendar, ResourceKind};
use depot_domain::values::Timestamp;
use depot_domain::{Decider, Delivery, Driver, Route, Vehicle};
use depot_store::{NewEvent, StoredEvent, Unit};
use lru::LruCache;
use rusqlite::Connection;
use uuid::Uuid;

use crate::booking;
use crate::error::{AppError, Code};
use crate::log::{self, EntityKind};
use crate::personal;

/// How many entities of a kind stay in memory; one that falls out is folded again from its events.
const CACHED: NonZeroUsize = NonZeroUsize::new(20_000).expect("not zero");

/// A decider whose events the depot keeps.
pub(crate) trait Entity: Decider {
    const KIND: EntityKind;

    fn cache(caches: &mut Caches) -> &mut LruCache<Uuid, Arc<Loaded<Self>>>;

    /// Brings the tables up to an event, within the transaction of that event.
    fn project(tables: &Connection, recorded: &Recorded<'_, Self::Event>) -> rusqlite::Result<()>;
}

/// An event with what its envelope says.
pub(crate) struct Recorded<'e, Event> {
    pub(crate) id: Uuid,
    pub(crate) version: u32,
    pub(crate) at: Timestamp,
    pub(crate) event: &'e Event,
}

/// An entity with the number of its events.
pub(crate) struct Loaded<E> {
    pub(crate) state: Option<E>,
    pub(crate) version: u32,
}

/// What the writer keeps in memory. It may be dropped at any time: everything in it follows from the log.
pub(crate) struct Caches {
    pub(crate) drivers: LruCache<Uuid, Arc<Loaded<Driver>>>,
    pub(crate) vehicles: LruCache<Uuid, Arc<Loaded<Vehicle>>>,
    pub(crate) routes: LruCache<Uuid, Arc<Loaded<Route>>>,
    pub(crate) deliveries: LruCache<Uuid, Arc<Loaded<Delivery>>>,
    pub(crate) calendars: LruCache<(ResourceKind, Uuid), Arc<Calendar>>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            drivers: LruCache::new(CACHED),
            vehicles: LruCache::new(CACHED),
            routes: LruCache::new(CACHED),
            deliveries: LruCache::new(CACHED),
            calendars: LruCache::new(CACHED),
        }
    }
}

/// The entity as it is now.
pub(crate) fn load<E: Entity>(
    unit: &mut Unit<'_>,
    caches: &mut Caches,
    id: Uuid,
) -> Result<Arc<Loaded<E>>, AppError> {
    if let Some(loaded) = E::cache(caches).get(&id) {
        return Ok(Arc::clone(loaded));
    }
    let loaded = Arc::new(fold::<E>(&log::upcast(unit.load(id)?)?)?);
    // Whoever asks for one that is not there is about to create it.
    if loaded.version > 0 {
        E::cache(caches).put(id, Arc::clone(&loaded));
    }
    Ok(loaded)
}

/// The bookings of a driver or a vehicle as they are now.
pub(crate) fn calendar(
    unit: &Unit<'_>,
    caches: &mut Caches,
    kind: ResourceKind,
    id: Uuid,
) -> Result<Arc<Calendar>, AppError> {
    if let Some(calendar) = caches.calendars.get(&(kind, id)) {
        return Ok(Arc::clone(calendar));
    }
    let calendar = Arc::new(booking::calendar(unit.tables(), kind, id)?);
    caches.calendars.put((kind, id), Arc::clone(&calendar));
    Ok(calendar)
}

/// The entity after `history`, all of whose events are its own.
pub(crate) fn fold<E: Entity>(history: &[StoredEvent]) -> Result<Loaded<E>, AppError> {
    let mut loaded = Loaded { state: None, version: 0 };
    for stored in history {
        if !is_of::<E>(stored) {
            return Err(id_taken(stored));
        }
        E::evolve(&mut loaded.state, decode::<E>(stored)?, occurred(stored)?);
        loaded.version = stored.version;
    }
    Ok(loaded)
}

/// Whether the event happened to an entity of this kind.
pub(crate) fn is_of<E: Entity>(stored: &StoredEvent) -> bool {
    E::Event::TYPES.iter().any(|(name, _)| *name == stored.event_type)
}

/// The name of every type of event.
pub(crate) fn event_types() -> impl Iterator<Item = &'static str> {
    type Types = &'static [(&'static str, u16)];
    let of: [Types; 4] = [
        <Driver as Decider>::Event::TYPES,
        <Vehicle as Decider>::Event::TYPES,
        <Route as Decider>::Event::TYPES,
        <Delivery as Decider>::Event::TYPES,
    ];
    of.into_iter().flatten().map(|(name, _)| *name)
}

/// The kind of entity that the event happened to.
pub(crate) fn kind_of(stored: &StoredEvent) -> Option<EntityKind> {
    let kinds = [
        (is_of::<Driver>(stored), Driver::KIND),
        (is_of::<Vehicle>(stored), Vehicle::KIND),
        (is_of::<Route>(stored), Route::KIND),
        (is_of::<Delivery>(stored), Delivery::KIND),
    ];
    kinds.into_iter().find_map(|(is, kind)| is.then_some(kind))
}

fn id_taken(stored: &StoredEvent) -> AppError {
    let what = kind_of(stored).map_or("something else", EntityKind::as_str);
    AppError::new(Code::Duplicate, format!("{} is the id of another {what}: choose a new one", stored.stream))
}

/// The event in a stored row, which the upcasters have brought to its present schema version.
pub(crate) fn decode<E: Entity>(stored: &StoredEvent) -> Result<E::Event, AppError> {
    let mut body = serde_json::Deserializer::from_str(&stored.payload);
    E::Event::decode(&stored.event_type, &mut body)
        .map_err(|error| AppError::storage(format!("event {}: {error}", stored.sequence)))
}

/// The event as the store takes it.
pub(crate) fn encode<Event: DomainEvent>(event: &Event) -> Result<NewEvent, AppError> {
    let mut payload = Vec::with_capacity(256);
    event.encode(&mut serde_json::Serializer::new(&mut payload)).map_err(AppError::storage)?;
    let payload = String::from_utf8(payload).map_err(AppError::storage)?;
    personal::part(event.event_type(), event.schema(), payload)
}

/// When the event happened.
pub(crate) fn occurred(stored: &StoredEvent) -> Result<Timestamp, AppError> {
    Timestamp::try_from(stored.occurred_at).map_err(AppError::storage)
}

/// Brings the tables up to a stored event.
pub(crate) fn project_stored<E: Entity>(tables: &Connection, stored: &StoredEvent) -> Result<(), AppError> {
    let event = decode::<E>(stored)?;
    let recorded =
        Recorded { id: stored.stream, version: stored.version, at: occurred(stored)?, event: &event };
    Ok(E::project(tables, &recorded)?)
}
