//! Which fields of events are personal, and how they go into the log and come out of it again. Knows no key: the store
//! seals what is named here under a secret of its stream.
//!
//! A driver's stream is about the driver; what is personal on a delivery's stream is about its receiver, and so is every
//! text that somebody wrote there, since it may say anything. What is not named here stays readable for ever: ids, times,
//! statuses, kinds and severities of incidents, routes with their places, vehicles.

use std::collections::BTreeMap;

use chrono::DateTime;
use depot_domain::delivery::IncidentType;
use depot_store::{NewEvent, StoredEvent, subject};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::error::AppError;

/// The members of a JSON object.
type Members = Map<String, Value>;

/// What is personal in the events of one type.
struct Personal {
    event_type: &'static str,
    /// From which schema version on it is stored sealed. Before, it stands in the payload.
    sealed_from: u16,
    /// The fields, each with what stands there once it was erased; nothing where the field may be absent.
    fields: &'static [(&'static str, Option<&'static str>)],
}

const ERASED: Option<&str> = Some(depot_domain::values::ERASED);

const PERSONAL: [Personal; 11] = [
    Personal {
        event_type: "DriverAdded",
        sealed_from: 2,
        fields: &[("name", ERASED), ("driverLicense", ERASED)],
    },
    Personal {
        event_type: "DriverUpdated",
        sealed_from: 2,
        fields: &[("name", ERASED), ("driverLicense", ERASED)],
    },
    Personal { event_type: "DriverStatusChanged", sealed_from: 2, fields: &[("reason", None)] },
    Personal { event_type: "DriverPhoneChanged", sealed_from: 2, fields: &[("phone", None)] },
    Personal { event_type: "DeliveryStatusChanged", sealed_from: 2, fields: &[("reason", None)] },
    Personal {
        event_type: "IncidentReported",
        sealed_from: 2,
        fields: &[("description", ERASED), ("photos", None), ("type", ERASED)],
    },
    Personal { event_type: "IncidentResolved", sealed_from: 2, fields: &[("note", None)] },
    Personal {
        event_type: "ProofOfDeliveryCaptured",
        sealed_from: 2,
        fields: &[("receiverName", ERASED), ("signatureUrl", None), ("signature", None), ("photos", None)],
    },
    Personal { event_type: "LateFactKept", sealed_from: 1, fields: &[("words", None)] },
    Personal { event_type: "LateFactSettled", sealed_from: 1, fields: &[("note", None)] },
    Personal { event_type: "AwaitedFileClosed", sealed_from: 1, fields: &[("reason", ERASED)] },
];

/// The events that tell that somebody was erased: what is personal in those before them opens no more.
pub(crate) const ERASURES: &[&str] = &["DriverErased", "ReceiverErased"];

/// Events in which a field became personal after they were stored in parts: the free types of incidents.
const PLAIN_TYPES: [&str; 1] = ["IncidentReported"];

/// The schema version in which events that were stored before anything was sealed are stored sealed.
const SEALED_FROM: u16 = 2;

/// Whether this member of an event is personal. A known type of incident names nobody, any other is somebody's text.
fn is_personal(personal: &Personal, name: &str, json: &str) -> bool {
    let is_known_type = || {
        name == "type" && serde_json::from_str::<String>(json).is_ok_and(|text| IncidentType::is_known(&text))
    };
    personal.fields.iter().any(|(field, _)| *field == name) && !is_known_type()
}

fn fields_of(event_type: &str) -> Option<&'static Personal> {
    PERSONAL.iter().find(|personal| personal.event_type == event_type)
}

/// The types that have a schema version of which only the storage is another than of the one before.
pub(crate) fn types() -> impl Iterator<Item = &'static str> {
    PERSONAL.iter().filter(|personal| personal.sealed_from == SEALED_FROM).map(|personal| personal.event_type)
}

/// Parts a payload into what everybody may read for ever and what is personal.
pub(crate) fn part(event_type: &'static str, schema: u16, payload: String) -> Result<NewEvent, AppError> {
    let whole = |payload| Ok(NewEvent { event_type, schema, payload, personal: None });
    let Some(known) = fields_of(event_type) else { return whole(payload) };
    // Most changes of a status have no reason, and need not be parsed to be found so.
    if !known.fields.iter().any(|(name, _)| payload.contains(name)) {
        return whole(payload);
    }
    let members: BTreeMap<&str, &RawValue> = serde_json::from_str(&payload).map_err(AppError::storage)?;
    let (personal, public): (BTreeMap<_, _>, BTreeMap<_, _>) =
        members.into_iter().partition(|(name, value)| is_personal(known, name, value.get()));
    if personal.is_empty() {
        return whole(payload);
    }
    let object = |members| serde_json::to_string(&members).map_err(AppError::storage);
    let (public, personal) = (object(public)?, object(personal)?);
    Ok(NewEvent { event_type, schema, payload: public, personal: Some(personal) })
}

/// Parts an event in whose payload something personal stands.
pub(crate) fn part_stored(event: &StoredEvent) -> Result<NewEvent, AppError> {
    let known = fields_of(&event.event_type);
    let Personal { event_type, .. } = known.ok_or_else(|| AppError::storage("nothing in it is personal"))?;
    part(event_type, SEALED_FROM, open(event.clone())?.payload)
}

/// What an event says, whole where it can be opened; where its secret was destroyed, what is personal reads *erased*.
pub(crate) fn open(mut event: StoredEvent) -> Result<StoredEvent, AppError> {
    if let Some((mut payload, personal)) = parts(&event)? {
        payload.extend(personal);
        event.payload = Value::Object(payload).to_string();
    }
    Ok(event)
}

/// The payload of an event opened, for whoever measures the reading of a log past its application.
#[doc(hidden)]
#[must_use]
pub fn opened(
    stream: Uuid,
    version: u32,
    event_type: &str,
    payload: &str,
    secret: Option<[u8; 32]>,
) -> Option<String> {
    let event = StoredEvent {
        sequence: 0,
        stream,
        category: String::new(),
        version,
        event_type: event_type.to_owned(),
        schema: SEALED_FROM,
        occurred_at: DateTime::UNIX_EPOCH,
        recorded_at: DateTime::UNIX_EPOCH,
        actor: String::new(),
        correlation: String::new(),
        causation: String::new(),
        payload: payload.to_owned(),
        hash: [0; 32],
        secret: secret.map(subject::Secret::from_bytes),
    };
    open(event).ok().map(|event| event.payload)
}

/// Returns what is personal in an event, as far as it can be opened.
pub(crate) fn of(event: &StoredEvent) -> Result<Members, AppError> {
    let Some(known) = fields_of(&event.event_type) else { return Ok(Map::new()) };
    let (public, mut personal) = match parts(event)? {
        Some(parts) => parts,
        None => (serde_json::from_str(&event.payload).map_err(AppError::storage)?, Map::new()),
    };
    personal.extend(public.into_iter().filter(|(name, value)| is_personal(known, name, &value.to_string())));
    Ok(personal)
}

/// Whether something personal stands in the payload as it is stored, and can be sealed.
pub(crate) fn is_plain(event: &StoredEvent) -> Result<bool, AppError> {
    let Some(known) = fields_of(&event.event_type) else { return Ok(false) };
    let is_erased = event.secret.is_none() && event.payload.contains(subject::MEMBER);
    if is_erased || (event.schema >= known.sealed_from && !PLAIN_TYPES.contains(&known.event_type)) {
        return Ok(false);
    }
    let payload: Members = serde_json::from_str(&event.payload).map_err(AppError::storage)?;
    Ok(payload.iter().any(|(name, value)| is_personal(known, name, &value.to_string())))
}

/// The public and the personal part of an event that is stored in parts.
fn parts(event: &StoredEvent) -> Result<Option<(Members, Members)>, AppError> {
    let Some(Personal { fields, sealed_from, .. }) = fields_of(&event.event_type) else { return Ok(None) };
    if event.schema < *sealed_from || !event.payload.contains(subject::MEMBER) {
        return Ok(None);
    }
    let mut public: Members = serde_json::from_str(&event.payload).map_err(AppError::storage)?;
    let Some(sealed) = public.remove(subject::MEMBER) else { return Ok(None) };
    let personal = match subject::open(event, &sealed).map_err(AppError::storage)? {
        Some(personal) => serde_json::from_str(&personal).map_err(AppError::storage)?,
        None => {
            let erased = |(name, left): &(&str, Option<&str>)| {
                let value = Value::from((*left).filter(|_| !public.contains_key(*name))?);
                Some(((*name).to_owned(), value))
            };
            fields.iter().filter_map(erased).collect()
        }
    };
    Ok(Some((public, personal)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// Every field of every event that is of nobody, and so stays readable for ever.
    const OF_NOBODY: [&str; 57] = [
        "AwaitedFileClosed.hash",
        "CheckpointAdded.expectedTime",
        "CheckpointAdded.location",
        "CheckpointAdded.sequence",
        "CheckpointReached.clock",
        "CheckpointReached.location",
        "CheckpointReached.routeId",
        "CheckpointReached.sequence",
        "CheckpointRemoved.sequence",
        "CheckpointUpdated.expectedTime",
        "CheckpointUpdated.location",
        "CheckpointUpdated.sequence",
        "CheckpointsReordered.checkpoints",
        "DeliveryCreated.driverId",
        "DeliveryCreated.routeId",
        "DeliveryCreated.vehicleId",
        "DeliveryStatusChanged.alsoUnderWay",
        "DeliveryStatusChanged.clock",
        "DeliveryStatusChanged.new",
        "DeliveryStatusChanged.old",
        "DriverAssigned.driverId",
        "DriverAssigned.previousDriverId",
        "DriverStatusChanged.new",
        "DriverStatusChanged.old",
        "IncidentReported.clock",
        "IncidentReported.incidentId",
        "IncidentReported.severity",
        "IncidentResolved.clock",
        "IncidentResolved.incidentId",
        "LateFactKept.cause",
        "LateFactKept.clock",
        "LateFactKept.deed",
        "LateFactKept.driverId",
        "LateFactKept.factId",
        "LateFactSettled.factId",
        "ProofOfDeliveryCaptured.clock",
        "RouteCreated.destination",
        "RouteCreated.origin",
        "RouteCreated.scheduledStartTime",
        "RouteMoved.checkpoints",
        "RouteMoved.scheduledEndTime",
        "RouteMoved.scheduledStartTime",
        "RouteScheduledEndTimeUpdated.scheduledEndTime",
        "RouteStatusChanged.new",
        "RouteStatusChanged.old",
        "RouteUpdated.destination",
        "RouteUpdated.origin",
        "RouteUpdated.scheduledStartTime",
        "VehicleAdded.registration",
        "VehicleAdded.vehicleType",
        "VehicleAssigned.previousVehicleId",
        "VehicleAssigned.vehicleId",
        "VehicleStatusChanged.new",
        "VehicleStatusChanged.old",
        "VehicleStatusChanged.reason",
        "VehicleUpdated.registration",
        "VehicleUpdated.vehicleType",
    ];

    /// Every field of every event, by the golden files of the domain.
    fn fields() -> BTreeSet<String> {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/golden");
        let mut fields = BTreeSet::new();
        for entry in golden.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            let event_type = file.split('.').next().unwrap().to_owned();
            let body = std::fs::read_to_string(&path).unwrap();
            let body: Map<String, Value> = serde_json::from_str(&body).unwrap();
            fields.extend(body.keys().map(|name| format!("{event_type}.{name}")));
        }
        fields
    }

    #[test]
    fn of_every_field_of_every_event_it_is_decided_whose_it_is() {
        let personal = PERSONAL.iter().flat_map(|Personal { event_type, fields, .. }| {
            fields.iter().map(move |(name, _)| format!("{event_type}.{name}"))
        });
        let of_nobody = OF_NOBODY.iter().map(|field| (*field).to_owned());
        let decided: BTreeSet<_> = personal.chain(of_nobody).collect();
        assert_eq!(fields(), decided);
    }

    #[test]
    fn a_payload_is_parted_only_where_something_in_it_is_personal() {
        let parted = |event_type, payload: &str| {
            let NewEvent { payload, personal, .. } = part(event_type, 2, payload.to_owned()).unwrap();
            (payload, personal)
        };
        let whole = r#"{"old":"PickedUp","new":"Failed"}"#;
        assert_eq!(parted("DeliveryStatusChanged", whole), (whole.to_owned(), None));
        let place = r#"{"location":"a reason","sequence":1}"#;
        assert_eq!(parted("CheckpointReached", place), (place.to_owned(), None));
        let known = r#"{"type":"Breakdown","severity":"High"}"#;
        assert_eq!(parted("IncidentReported", known), (known.to_owned(), None));
        let (public, personal) = parted("IncidentReported", r#"{"type":"Ann fell","severity":"High"}"#);
        assert_eq!(public, r#"{"severity":"High"}"#);
        assert_eq!(personal.as_deref(), Some(r#"{"type":"Ann fell"}"#));
        let (public, personal) =
            parted("DeliveryStatusChanged", r#"{"old":"PickedUp","new":"Failed","reason":"Ann was out"}"#);
        assert_eq!(public, r#"{"new":"Failed","old":"PickedUp"}"#);
        assert_eq!(personal.as_deref(), Some(r#"{"reason":"Ann was out"}"#));
    }
}
