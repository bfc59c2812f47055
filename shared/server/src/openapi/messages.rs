//! Schemas of the typed commands and queries, written by hand: their Rust types describe themselves to TypeScript.
//!
//! They name every kind of message, and leave the fields of each to the committed TypeScript bindings. A test
//! compares the names with the real ones.

use std::borrow::Cow;

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type,
};
use utoipa::{PartialSchema, ToSchema};

/// Which entities there are, and what can be asked of each.
pub(super) const COMMANDS: [(&str, &[&str]); 6] = [
    ("driver", &["addDriver", "updateDriver", "changeDriverStatus", "eraseDriver"]),
    ("vehicle", &["addVehicle", "updateVehicle", "changeVehicleStatus"]),
    (
        "route",
        &[
            "createRoute",
            "planRoute",
            "updateRoute",
            "changeRouteStatus",
            "addCheckpoint",
            "updateCheckpoint",
            "removeCheckpoint",
            "reorderCheckpoints",
        ],
    ),
    (
        "delivery",
        &[
            "createDelivery",
            "assignDriver",
            "assignVehicle",
            "changeDeliveryStatus",
            "reachCheckpoint",
            "reportIncident",
            "resolveIncident",
            "captureProof",
            "eraseReceiver",
        ],
    ),
    (
        "phone",
        &[
            "startPairing",
            "confirmPairing",
            "refusePairing",
            "revokePhone",
            "seeMessages",
            "reportState",
            "sharePositions",
            "reportPosition",
        ],
    ),
    (
        "depot",
        &[
            "loadDemo",
            "removeDemo",
            "changeSettings",
            "createToken",
            "revokeToken",
            "backUp",
            "checkData",
            "seal",
        ],
    ),
];

/// What can be asked for.
pub(super) const QUERIES: [&str; 30] = [
    "session",
    "settings",
    "tokens",
    "board",
    "lanes",
    "fleetOverview",
    "drivers",
    "driver",
    "vehicles",
    "vehicle",
    "calendar",
    "freeSlot",
    "routes",
    "route",
    "deliveries",
    "delivery",
    "liveTracking",
    "completedSummary",
    "incidents",
    "events",
    "actors",
    "report",
    "runSheet",
    "pastState",
    "phoneDay",
    "phones",
    "positions",
    "endpoint",
    "data",
    "pairing",
];

/// A command with what goes with it.
pub(crate) struct CommandMessage;

impl PartialSchema for CommandMessage {
    fn schema() -> RefOr<Schema> {
        let entities = COMMANDS.map(|(entity, _)| entity);
        let types = COMMANDS.iter().flat_map(|(_, types)| types.iter().copied());
        let body = any_object().property("type", words(types)).required("type");
        let command = ObjectBuilder::new()
            .property("entity", words(entities))
            .property("id", formatted(KnownFormat::Uuid))
            .property("command", body)
            .required("entity")
            .required("command");
        ObjectBuilder::new()
            .description(Some("A command: which entity, and what is asked of it; the depot itself has no id"))
            .property("command", command)
            .property("expectedVersion", whole_number())
            .property("idempotencyKey", of_type(Type::String))
            .property("occurredAt", formatted(KnownFormat::DateTime))
            .property("device", any_object())
            .required("command")
            .into()
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
        any_object()
            .description(Some("A query, with its filters beside its name"))
            .property("query", words(QUERIES))
            .required("query")
            .into()
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
            .property("query", words(QUERIES))
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

fn any_object() -> ObjectBuilder {
    ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)))
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
            assert_eq!(valid_words::<DepotCommand>(message), types, "{entity}");
        }
        assert_eq!(valid_words::<DepotQuery>(json!({"query": "?"})), QUERIES);
    }
}
