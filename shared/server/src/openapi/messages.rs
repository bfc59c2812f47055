//! Schemas of the typed commands and queries, written by hand: their Rust types describe themselves to TypeScript.
//!
//! A test compares the names with the real ones; that the fields are as they are read, Schemathesis finds out.

use std::borrow::Cow;

use depot_app::{
    DeliveryListing, DriverListing, EntityKind, EventListing, FileSchema, HeldWork, IncidentListing, Role,
    RouteListing, VehicleListing, schema,
};
use utoipa::openapi::path::Parameter;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, ArrayBuilder, KnownFormat, Object, ObjectBuilder, OneOfBuilder, Schema,
    SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// A field of a message: its name, what it is, and whether it may be left out or null.
type Field = (&'static str, fn() -> RefOr<Schema>, Need);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Needed,
    Optional,
    /// It may be left out, but not be null.
    Defaulted,
}

use Need::{Defaulted, Needed, Optional};

/// What the command of an entity can be, with its fields.
type Commands = &'static [(&'static str, &'static [Field])];

const NEW_DRIVER: &[Field] =
    &[("name", of::<schema::Name>, Needed), ("driverLicense", of::<schema::DriverLicense>, Needed)];
const NEW_VEHICLE: &[Field] = &[
    ("registration", of::<schema::Registration>, Needed),
    ("vehicleType", of::<schema::VehicleType>, Needed),
];
const ORIGIN: Field = ("origin", of::<schema::Location>, Needed);
const DESTINATION: Field = ("destination", of::<schema::Location>, Needed);
const START: Field = ("scheduledStartTime", instant, Needed);
const CHECKPOINT: &[Field] =
    &[SEQUENCE, ("location", of::<schema::Location>, Needed), ("expectedTime", instant, Needed)];
const SEQUENCE: Field = ("sequence", of::<schema::Sequence>, Needed);
const ID: Field = ("id", uuid, Needed);
const FROM: Field = ("from", instant, Needed);
const TO: Field = ("to", instant, Needed);
const REASON: Field = ("reason", of::<schema::Reason>, Optional);
const PHOTOS: Field = ("photos", files, Defaulted);

/// Which entities there are, and what can be asked of each.
const COMMANDS: [(&str, Commands); 6] = [
    (
        "driver",
        &[
            ("addDriver", NEW_DRIVER),
            ("updateDriver", NEW_DRIVER),
            ("changeDriverStatus", &[("status", of::<schema::DriverStatus>, Needed), REASON]),
            ("setDriverPhone", &[("phone", of::<schema::PhoneNumber>, Optional)]),
            ("eraseDriver", &[]),
        ],
    ),
    (
        "vehicle",
        &[
            ("addVehicle", NEW_VEHICLE),
            ("updateVehicle", NEW_VEHICLE),
            ("changeVehicleStatus", &[("status", of::<schema::VehicleStatus>, Needed), REASON]),
        ],
    ),
    (
        "route",
        &[
            ("createRoute", &[ORIGIN, DESTINATION, START]),
            ("planRoute", &[ORIGIN, DESTINATION, START, ("checkpoints", checkpoints, Needed)]),
            ("updateRoute", &[ORIGIN, DESTINATION, START]),
            ("moveRoute", &[FROM, START]),
            ("changeRouteStatus", &[("status", of::<schema::RouteStatus>, Needed)]),
            ("addCheckpoint", CHECKPOINT),
            ("updateCheckpoint", CHECKPOINT),
            ("removeCheckpoint", &[SEQUENCE]),
            ("reorderCheckpoints", &[("order", list::<schema::Sequence>, Needed)]),
        ],
    ),
    (
        "delivery",
        &[
            (
                "createDelivery",
                &[("routeId", uuid, Needed), ("driverId", uuid, Optional), ("vehicleId", uuid, Optional)],
            ),
            ("assignDriver", &[("driverId", uuid, Needed)]),
            ("assignVehicle", &[("vehicleId", uuid, Needed)]),
            ("retryDelivery", &[("driverId", uuid, Optional), ("vehicleId", uuid, Optional), REASON]),
            ("changeDeliveryStatus", &[("status", of::<schema::DeliveryStatus>, Needed), REASON]),
            (
                "reachCheckpoint",
                &[("routeId", uuid, Needed), SEQUENCE, ("location", of::<schema::Location>, Optional)],
            ),
            (
                "reportIncident",
                &[
                    ("incidentId", uuid, Optional),
                    ("incidentType", of::<schema::IncidentType>, Needed),
                    ("description", of::<schema::Description>, Needed),
                    ("severity", of::<schema::Severity>, Optional),
                    PHOTOS,
                ],
            ),
            ("resolveIncident", &[("incidentId", uuid, Needed), ("note", of::<schema::Note>, Optional)]),
            (
                "captureProof",
                &[
                    ("receiverName", of::<schema::ReceiverName>, Needed),
                    ("signatureUrl", of::<schema::SignatureUrl>, Optional),
                    ("signature", of::<FileSchema>, Optional),
                    PHOTOS,
                ],
            ),
            ("settleLateFact", &[("factId", uuid, Needed), ("note", of::<schema::Note>, Optional)]),
            (
                "closeAwaitedFile",
                &[("hash", of::<schema::FileHash>, Needed), ("reason", of::<schema::Reason>, Needed)],
            ),
            ("eraseReceiver", &[]),
        ],
    ),
    (
        "phone",
        &[
            ("startPairing", &[]),
            ("confirmPairing", &[("pairingId", uuid, Needed), ("driverId", uuid, Needed)]),
            ("refusePairing", &[("pairingId", uuid, Needed)]),
            ("revokePhone", &[("deviceId", uuid, Needed)]),
            ("seeMessages", &[("ids", messages, Needed)]),
            (
                "reportState",
                &[
                    ("unsentActions", of::<schema::Version>, Needed),
                    ("unsentFiles", of::<schema::Version>, Needed),
                    ("appVersion", of::<schema::DeviceLabel>, Needed),
                    ("held", held, Defaulted),
                ],
            ),
            ("sharePositions", &[("on", boolean, Needed)]),
            (
                "reportPosition",
                &[
                    ("latitude", || number(-90, 90), Needed),
                    ("longitude", || number(-180, 180), Needed),
                    ("accuracyMeters", || number(0, 100_000), Needed),
                    ("at", instant, Needed),
                ],
            ),
        ],
    ),
    (
        "depot",
        &[
            ("loadDemo", &[]),
            ("removeDemo", &[]),
            ("changeSettings", &[("changes", changes, Needed)]),
            (
                "createToken",
                &[
                    ("role", of::<Role>, Needed),
                    ("name", of::<schema::Name>, Needed),
                    ("driverId", uuid, Optional),
                    ("expiresInDays", || whole(1, 3650), Optional),
                ],
            ),
            ("revokeToken", &[ID]),
            ("backUp", &[]),
            ("checkData", &[]),
            ("seal", &[]),
        ],
    ),
];

/// With what a query is narrowed.
enum Filters {
    Of(&'static [Field]),
    /// Those of a list, which are the parameters of its path as well.
    Listing(fn() -> Vec<Parameter>),
}

use Filters::{Listing, Of};

/// What can be asked for.
const QUERIES: [(&str, Filters); 32] = [
    ("session", Of(&[])),
    ("settings", Of(&[])),
    ("tokens", Of(&[])),
    ("board", Of(&[("day", of::<schema::Day>, Optional)])),
    ("lanes", Of(&[FROM, TO])),
    ("fleetOverview", Of(&[])),
    ("drivers", Listing(parameters::<DriverListing>)),
    ("driver", Of(&[ID])),
    ("vehicles", Listing(parameters::<VehicleListing>)),
    ("vehicle", Of(&[ID])),
    ("calendar", Of(&[("kind", of::<schema::ResourceKind>, Needed), ID, FROM, TO])),
    (
        "freeSlot",
        Of(&[
            ("driverId", uuid, Optional),
            ("vehicleId", uuid, Optional),
            FROM,
            ("minutes", of::<schema::SlotMinutes>, Needed),
        ]),
    ),
    (
        "crewChoices",
        Of(&[
            ("kind", of::<schema::ResourceKind>, Needed),
            ("routeId", uuid, Needed),
            ("deliveryId", uuid, Optional),
            ("text", text, Optional),
            ("limit", || whole(1, 500), Optional),
        ]),
    ),
    ("routes", Listing(parameters::<RouteListing>)),
    ("route", Of(&[ID])),
    ("deliveries", Listing(parameters::<DeliveryListing>)),
    ("delivery", Of(&[ID])),
    (
        "liveTracking",
        Of(&[("limit", || whole(1, 500), Optional), ("cursor", of::<schema::Cursor>, Optional)]),
    ),
    ("completedSummary", Of(&[ID])),
    ("incidents", Listing(parameters::<IncidentListing>)),
    ("events", Listing(parameters::<EventListing>)),
    ("actors", Of(&[])),
    ("report", Of(&[("from", of::<schema::Day>, Needed), ("to", of::<schema::Day>, Needed)])),
    ("runSheet", Of(&[("driverId", uuid, Needed), ("day", of::<schema::Day>, Needed)])),
    ("pastState", Of(&[("entity", of::<EntityKind>, Needed), ID, ("at", instant, Needed)])),
    ("phoneDay", Of(&[("most", || whole(1, 5_000), Optional)])),
    ("lateFacts", Of(&[("deliveryId", uuid, Optional)])),
    ("phones", Of(&[])),
    ("positions", Of(&[])),
    ("endpoint", Of(&[])),
    ("data", Of(&[])),
    ("pairing", Of(&[ID])),
];

/// A command with what goes with it.
pub(crate) struct CommandMessage;

impl PartialSchema for CommandMessage {
    fn schema() -> RefOr<Schema> {
        let mut command = OneOfBuilder::new();
        for (entity, commands) in COMMANDS {
            let mut bodies = OneOfBuilder::new();
            for (name, fields) in commands {
                let body = exact().property("type", words([*name])).required("type");
                bodies = bodies.item(with(body, fields));
            }
            let of_entity = exact().property("entity", words([entity])).required("entity");
            let of_entity =
                if matches!(entity, "phone" | "depot") { of_entity } else { with(of_entity, &[ID]) };
            command = command.item(of_entity.property("command", bodies).required("command"));
        }
        let whole = exact()
            .description(Some("A command: which entity, and what is asked of it; the depot itself has no id"))
            .property("command", command)
            .required("command");
        let beside: [Field; 4] = [
            ("expectedVersion", of::<schema::Version>, Optional),
            ("idempotencyKey", of::<schema::IdempotencyKey>, Optional),
            ("occurredAt", instant, Optional),
            ("device", stamp, Optional),
        ];
        with(whole, &beside).into()
    }
}

impl ToSchema for CommandMessage {
    fn name() -> Cow<'static, str> {
        "CommandRequest".into()
    }
}

/// A query with its filters.
pub(crate) struct QueryMessage;

impl PartialSchema for QueryMessage {
    fn schema() -> RefOr<Schema> {
        let mut queries = OneOfBuilder::new().description(Some("A query, with its filters beside its name"));
        for (name, filters) in QUERIES {
            let query = exact().property("query", words([name])).required("query");
            queries = queries.item(match filters {
                Of(fields) => with(query, fields),
                Listing(parameters) => {
                    parameters().into_iter().fold(query, |query, Parameter { name, schema, .. }| {
                        let schema = schema.unwrap_or_else(|| ObjectBuilder::new().into());
                        query.property(name, or_null(schema))
                    })
                }
            });
        }
        queries.into()
    }
}

impl ToSchema for QueryMessage {
    fn name() -> Cow<'static, str> {
        "DepotQuery".into()
    }
}

/// An answer, and what makes it stale.
pub(crate) struct AnsweredMessage;

impl PartialSchema for AnsweredMessage {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .property("query", words(QUERIES.map(|(name, _)| name)))
            // An object for most queries, a list for some.
            .property("answer", ObjectBuilder::new().schema_type(SchemaType::AnyValue))
            .property("topics", Array::new(of_type(Type::String)))
            .property("sequence", whole_number())
            .required("query")
            .required("answer")
            .required("topics")
            .required("sequence")
            .into()
    }
}

impl ToSchema for AnsweredMessage {
    fn name() -> Cow<'static, str> {
        "Answered".into()
    }
}

/// An object with no field beside those that are named.
fn exact() -> ObjectBuilder {
    ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

fn with(object: ObjectBuilder, fields: &[Field]) -> ObjectBuilder {
    fields.iter().fold(object, |object, (name, schema, need)| match need {
        Needed => object.property(*name, schema()).required(*name),
        Optional => object.property(*name, or_null(schema())),
        Defaulted => object.property(*name, schema()),
    })
}

fn or_null(schema: RefOr<Schema>) -> OneOfBuilder {
    OneOfBuilder::new().item(of_type(Type::Null)).item(schema)
}

/// A value that is described elsewhere in the document.
fn of<T: ToSchema>() -> RefOr<Schema> {
    Ref::from_schema_name(T::name()).into()
}

fn list<T: ToSchema>() -> RefOr<Schema> {
    Array::new(of::<T>()).into()
}

fn files() -> RefOr<Schema> {
    list::<FileSchema>()
}

fn messages() -> RefOr<Schema> {
    ArrayBuilder::new().items(of::<schema::MessageId>()).max_items(Some(100)).into()
}

fn checkpoints() -> RefOr<Schema> {
    Array::new(with(ObjectBuilder::new(), CHECKPOINT)).into()
}

fn changes() -> RefOr<Schema> {
    let fields: [Field; 2] =
        [("key", of::<schema::SettingKey>, Needed), ("value", || of_type(Type::String).into(), Optional)];
    ArrayBuilder::new().items(with(exact(), &fields)).min_items(Some(1)).into()
}

/// What a phone says of an action of its own.
fn stamp() -> RefOr<Schema> {
    let fields: [Field; 4] = [
        ("sequence", || whole(1, u32::MAX.into()), Needed),
        ("time", instant, Needed),
        ("offsetMs", || whole(i64::MIN, i64::MAX), Optional),
        ("uncertain", boolean, Defaulted),
    ];
    with(exact(), &fields).into()
}

/// What a phone keeps of other drivers.
fn held() -> RefOr<Schema> {
    ArrayBuilder::new().items(of::<HeldWork>()).max_items(Some(100)).into()
}

fn parameters<Listing: IntoParams>() -> Vec<Parameter> {
    Listing::into_params(|| None)
}

fn whole(least: i64, most: i64) -> RefOr<Schema> {
    bounded(Type::Integer, least, most)
}

fn number(least: i64, most: i64) -> RefOr<Schema> {
    bounded(Type::Number, least, most)
}

fn bounded(of: Type, least: i64, most: i64) -> RefOr<Schema> {
    let number = ObjectBuilder::new().schema_type(SchemaType::new(of));
    number.minimum(Some(least)).maximum(Some(most)).into()
}

fn text() -> RefOr<Schema> {
    of_type(Type::String).into()
}

fn boolean() -> RefOr<Schema> {
    of_type(Type::Boolean).into()
}

fn uuid() -> RefOr<Schema> {
    formatted(KnownFormat::Uuid).into()
}

fn instant() -> RefOr<Schema> {
    formatted(KnownFormat::DateTime).into()
}

fn of_type(of: Type) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(of)).build()
}

fn whole_number() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer)).minimum(Some(0)).build()
}

fn formatted(format: KnownFormat) -> Object {
    let format = Some(SchemaFormat::KnownFormat(format));
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).format(format).build()
}

fn words(words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String)).enum_values(Some(words)).build()
}

#[cfg(test)]
mod tests {
    use depot_app::{DepotCommand, DepotQuery};
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    /// The words that serde lists when it is given one that it does not know.
    fn valid_words<T: DeserializeOwned>(message: Value) -> Vec<String> {
        let error = serde_json::from_value::<T>(message).err().unwrap().to_string();
        let (_, listed) = error.split_once("expected ").expect("the error lists what is valid");
        listed.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn every_command_and_query_is_documented() {
        let entities = valid_words::<DepotCommand>(json!({"entity": "?"}));
        assert_eq!(entities, COMMANDS.map(|(entity, _)| entity));
        let id = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";
        for (entity, types) in COMMANDS {
            let message = match entity {
                "depot" | "phone" => json!({"entity": entity, "command": {"type": "?"}}),
                _ => json!({"entity": entity, "id": id, "command": {"type": "?"}}),
            };
            let types: Vec<_> = types.iter().map(|(name, _)| *name).collect();
            assert_eq!(valid_words::<DepotCommand>(message), types, "{entity}");
        }
        assert_eq!(valid_words::<DepotQuery>(json!({"query": "?"})), QUERIES.map(|(name, _)| name));
    }
}
