//! What queries show of the event log.

use depot_domain::values::Timestamp;
use depot_domain::{Delivery, Driver, Route, Vehicle};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::page::Limit;
use crate::schema;

words_of_app! {
    /// A category of events: the name under which a consumer subscribes.
    EventCategory ("an event category") {
        /// Drivers and vehicles.
        Fleet = "fleet-management-events",
        /// Routes.
        Route = "route-management-events",
        /// Deliveries.
        Delivery = "delivery-tracking-events",
    }
}

words_of_app! {
    /// What sort of thing has events.
    EntityKind ("a kind of entity") {
        /// A driver.
        Driver = "driver",
        /// A vehicle.
        Vehicle = "vehicle",
        /// A route.
        Route = "route",
        /// A delivery.
        Delivery = "delivery",
    }
}

/// An event in its stable envelope.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EventView {
    /// Its place among all events, from 1, without gaps.
    pub sequence: u64,
    /// The category under which consumers subscribe to it.
    pub category: EventCategory,
    /// What sort of thing it happened to.
    pub entity: EntityKind,
    /// What it happened to.
    pub entity_id: Uuid,
    /// What that is called now: a name, a registration, or origin and destination.
    pub entity_name: Option<String>,
    /// Its place among the events of that thing, from 1.
    pub version: u32,
    /// What happened.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The version of the shape of `data`.
    pub schema_version: u16,
    /// What the event says.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
    /// When it happened, as told by the device.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub occurred_at: Timestamp,
    /// When it was recorded, by the depot's clock.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub recorded_at: Timestamp,
    /// Whether it was told later after it happened than the setting `phones.backdating_minutes` allows.
    pub backdated: bool,
    /// Whether the clock by which it was told was wrong, or was set: `data.clock` has what it said.
    pub uncertain: bool,
    /// Which user, device or integration did it: `desk`, or a role and the id of a credential.
    pub actor: String,
    /// What that credential is called.
    pub actor_name: Option<String>,
    /// Binds together what belongs together.
    pub correlation_id: String,
    /// The request that caused it.
    pub causation_id: String,
    /// The link of the hash chain that ends in it, in hexadecimal digits: it is another one if anything before it was
    /// changed.
    pub hash: String,
}

/// Events, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EventFeed {
    /// The events.
    pub events: Vec<EventView>,
    /// The sequence to read on after; the one asked for where there was nothing.
    pub position: u64,
    /// Whether there is more already.
    pub more: bool,
}

/// Events, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EventPage {
    /// The events.
    pub items: Vec<EventView>,
    /// Give this as `before` to get the next page, which may be empty and name a next one where the log is sifted by
    /// type or actor; null on the last one.
    pub next_before: Option<u64>,
}

/// Which events to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
#[ts(export, optional_fields = nullable)]
pub struct EventListing {
    /// Only of this category.
    pub category: Option<EventCategory>,
    /// Only of this driver, vehicle, route or delivery.
    pub entity_id: Option<Uuid>,
    /// Only of this type, e.g. `CheckpointReached`.
    #[serde(rename = "type")]
    #[param(value_type = Option<schema::EventType>)]
    pub event_type: Option<String>,
    /// Only by this actor: `desk`, or a role and the id of a credential.
    pub actor: Option<String>,
    /// Only recorded at or after this, by the depot's clock.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub from: Option<Timestamp>,
    /// Only recorded before this.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub to: Option<Timestamp>,
    /// Only before this sequence.
    #[serde(default, deserialize_with = "crate::page::sequence")]
    #[param(value_type = Option<schema::Place>)]
    pub before: Option<u64>,
    /// How many, 1 to 500; 50 unless given.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500)]
    pub limit: Option<Limit>,
}

/// Somebody who may have done something, as events name them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ActorName {
    /// `desk`, or a role and the id of a credential.
    pub actor: String,
    /// What the credential is called; none for the desk.
    pub name: Option<String>,
}

/// A thing as it was at some instant in the past.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PastState {
    /// What sort of thing.
    pub entity: EntityKind,
    /// Which one.
    pub entity_id: Uuid,
    /// The instant, by the clock by which events are recorded.
    pub at: Timestamp,
    /// How many events it had.
    pub version: u32,
    /// What it was, where it existed.
    pub state: Option<EntityState>,
}

/// What a thing was.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(untagged)]
#[ts(export)]
#[expect(missing_docs, reason = "each holds what it is named after")]
pub enum EntityState {
    Driver(Driver),
    Vehicle(Vehicle),
    Route(Route),
    Delivery(Box<Delivery>),
}
