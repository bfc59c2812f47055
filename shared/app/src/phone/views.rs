//! What is told of phones, and to them.

use depot_domain::values::{DeliveryId, DriverId, Timestamp, ValueError};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use uuid::Uuid;

use super::pairing::PairingState;
use super::position::{AccuracyMeters, Latitude, Longitude};
use crate::delivery::DeliveryDetail;
use crate::files::AwaitedFile;

/// Everything that a phone needs to work without the depot for the rest of the day.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PhoneDay {
    /// Which phone asks.
    pub device_id: Uuid,
    /// Whose phone it is.
    pub driver_id: DriverId,
    /// What the driver is called.
    pub driver_name: String,
    /// The depot's clock.
    pub now: Timestamp,
    /// What the depot has of this phone's actions.
    pub actions: ReceivedActions,
    /// Those that have not ended and those that ended in the last 24 hours: what is under way first, then what is to come,
    /// then what has ended, each by scheduled start.
    pub deliveries: Vec<DeliveryDetail>,
    /// How many more there are than were asked for.
    pub left_out: u32,
    /// The time zone in which the depot's day is told, e.g. `Europe/Lisbon`.
    pub time_zone: String,
    /// What the driver has not seen yet, or saw in the last 24 hours; the newest first.
    pub messages: Vec<PhoneMessage>,
    /// Whether the driver shares where they are.
    pub positions: PositionSharing,
}

/// Whether a driver shares where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PositionSharing {
    /// Whether the depot takes positions at all, and on this connection.
    pub depot_allows: bool,
    /// What the driver chose.
    pub on: bool,
    /// After how many hours the depot forgets one.
    pub kept_hours: u32,
}

/// Where a driver was last, of those who share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct DriverPosition {
    /// Whose it is.
    pub driver_id: DriverId,
    /// What that driver is called.
    pub driver_name: String,
    /// Degrees north.
    pub latitude: Latitude,
    /// Degrees east.
    pub longitude: Longitude,
    /// How far off that may be.
    pub accuracy_meters: AccuracyMeters,
    /// When.
    pub at: Timestamp,
    /// How far the driver came in the 15 minutes before, as the crow flies; unknown where this is the first of them.
    pub moved_meters: Option<u32>,
}

/// What a phone keeps of a driver whose credential it has no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub struct HeldWork {
    /// Whose it is.
    #[schema(value_type = Uuid)]
    pub driver_id: DriverId,
    /// What that driver is called; the depot fills it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub driver_name: Option<String>,
    /// Actions that are not at the depot.
    pub actions: u32,
    /// Files that are not at the depot.
    pub files: u32,
}

/// What the depot has of a phone's actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct ReceivedActions {
    /// How many.
    pub received: u32,
    /// The highest number among them; 0 where there is none.
    pub last_sequence: u32,
}

words_of_app! {
    /// What a driver is told of a delivery.
    MessageKind ("a kind of message") {
        /// It was given to this driver.
        Given = "given",
        /// It was given to somebody else.
        Taken = "taken",
        /// The depot ended it.
        Failed = "failed",
        /// It is to be tried again.
        Reopened = "reopened",
    }
}

/// A message to a driver, named by the event that it tells of: `DELIVERY:VERSION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(export, type = "string")]
pub struct MessageId {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The event's place among those of the delivery.
    pub version: u32,
}

impl TryFrom<String> for MessageId {
    type Error = ValueError;
    fn try_from(text: String) -> Result<Self, ValueError> {
        let parsed = text
            .split_once(':')
            .and_then(|(delivery, version)| Some((Uuid::try_parse(delivery).ok()?, version.parse().ok()?)));
        let (delivery, version) =
            parsed.ok_or_else(|| ValueError(format!("{text:?} names no message: give DELIVERY:VERSION")))?;
        Ok(Self { delivery: DeliveryId::from(delivery), version })
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        format!("{}:{}", id.delivery, id.version)
    }
}

/// What the depot did to a delivery of a driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PhoneMessage {
    /// By which it is marked as seen.
    pub id: MessageId,
    /// What was done.
    pub kind: MessageKind,
    /// To which delivery.
    pub delivery_id: DeliveryId,
    /// Where its route begins.
    pub route_origin: String,
    /// Where its route ends.
    pub route_destination: String,
    /// Why, where a reason was given.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
    /// When the driver saw it.
    pub seen_at: Option<Timestamp>,
}

/// Where the endpoint for phones and browsers is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointView {
    /// Where it listens.
    pub url: String,
    /// Under which addresses other machines reach it, the likeliest first; none where it listens for this one alone.
    pub addresses: Vec<String>,
    /// Where phones learn to trust it: one for each of `addresses`; none where there is nothing to learn.
    pub setup: Vec<String>,
    /// SHA-256 of the certificate that phones are to trust, in pairs of hexadecimal digits.
    pub fingerprint: Option<String>,
    /// Whether nobody on the network can listen in.
    pub secure: bool,
}

/// The phones of the depot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Phones {
    /// Every phone that was not revoked, and those revoked in the last 30 days; the one seen last comes first.
    pub phones: Vec<PhoneView>,
    /// Where they reach the depot, while the endpoint is open.
    pub endpoint: Option<EndpointView>,
    /// The signatures and photos that the depot still waits for; at most 200, the oldest first.
    pub files_awaited: Vec<AwaitedFile>,
}

/// A phone as the desk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS, ToSchema)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PhoneView {
    /// By which it is revoked.
    pub device_id: Uuid,
    /// What it is called.
    pub name: String,
    /// Whose it is.
    #[schema(value_type = Uuid)]
    pub driver_id: DriverId,
    /// What that driver is called.
    pub driver_name: Option<String>,
    /// What it says it is, e.g. `Chrome on Android`.
    pub device: Option<String>,
    /// The version of its app.
    pub app_version: Option<String>,
    /// When it was paired.
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub paired_at: Timestamp,
    /// When it last gave a sign of life.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub seen_at: Option<Timestamp>,
    /// How many actions it said it has not sent yet.
    pub unsent_actions: Option<u32>,
    /// How many files it said it has not sent yet.
    pub unsent_files: Option<u32>,
    /// What it keeps of other drivers.
    pub held: Vec<HeldWork>,
    /// How many of its actions the depot has.
    pub received_actions: u32,
    /// How many messages its driver has not seen.
    pub unseen_messages: u32,
    /// When it expires unless it is used.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub revoked_at: Option<Timestamp>,
}

/// A pairing as the desk sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct PairingView {
    /// Which pairing.
    pub id: Uuid,
    /// How far it has come.
    pub state: PairingState,
    /// What the phone opens, where the endpoint is open: the QR code says this.
    pub url: Option<String>,
    /// The six digits that both screens show, once a phone has claimed the code.
    pub digits: Option<String>,
    /// What that phone says it is.
    pub device: Option<String>,
    /// Until when it can be used.
    pub expires_at: Timestamp,
    /// Whose phone it became.
    pub driver_name: Option<String>,
}
