//! The OpenAPI document: what each handler says of itself, completed with what holds for all of them.

mod messages;

use axum::http::Method;
use depot_app::{
    DeliverySort, DriverSort, EventCategory, ExportFormat, HeldWork, IncidentSort, KEY_MAX_CHARS, RouteSort,
    VehicleSort, schema,
};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, HeaderBuilder, PathItem, Ref, RefOr, ResponseBuilder, SecurityRequirement};
use utoipa::{OpenApi, ToSchema};

pub(crate) use messages::{AnsweredMessage, CommandMessage, QueryMessage};

use crate::credential;
use crate::problem::ProblemDocument;

/// What the document begins with; the router adds the paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Eroad Depot",
        description = "One delivery depot: fleet, routes and deliveries. Errors are RFC 9457 problem documents. \
            Every write may bear `Idempotency-Key` (the first answer is repeated for the same key and body) and \
            `expectedVersion` (refused with 409 when the entity moved on).",
    ),
    tags(
        (name = "Fleet", description = "Drivers and vehicles"),
        (name = "Routes", description = "Planned journeys with checkpoints in order"),
        (name = "Deliveries", description = "Executions of active routes"),
        (name = "Incidents", description = "What goes wrong on deliveries"),
        (name = "Events", description = "The event log for integrations"),
        (name = "Messages", description = "The typed commands, queries and changes of the desk"),
        (name = "Session", description = "Signing in with a browser"),
        (name = "Operation", description = "Health and metrics"),
    ),
    // Named only by query parameters, whose schemas are not collected by themselves.
    components(schemas(
        HeldWork, ProblemDocument, EventCategory, DriverSort, VehicleSort, RouteSort, DeliverySort, IncidentSort, ExportFormat
    )),
)]
pub(crate) struct Document;

/// Adds to every operation what holds for all: credentials, preconditions of writes, ids, refusals.
pub(crate) fn complete(document: &mut utoipa::openapi::OpenApi) {
    let components = document.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("depot_session")));
    components.security_schemes.insert("token".to_owned(), RefOr::T(bearer));
    components.schemas.extend(schema::all());
    components.security_schemes.insert("session".to_owned(), RefOr::T(cookie));
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let is_public = credential::is_public(&method, path);
            complete_operation(operation, &method, path, is_public);
        }
    }
}

fn complete_operation(operation: &mut Operation, method: &Method, path: &str, is_public: bool) {
    if !is_public {
        let none: [&str; 0] = [];
        operation.security =
            Some(vec![SecurityRequirement::new("token", none), SecurityRequirement::new("session", none)]);
    }
    let is_command = !method.is_safe()
        && !path.starts_with("/api/session")
        && !path.starts_with("/api/phone")
        && !path.starts_with("/api/events")
        && path != "/api/queries";
    if is_command {
        operation.parameters.get_or_insert_default().extend(write_parameters());
    }
    for (status, description) in refusals(method, path, is_public) {
        let problem = Content::new(Some(Ref::from_schema_name("Problem")));
        let response =
            ResponseBuilder::new().description(description).content("application/problem+json", problem);
        let documented = operation.responses.responses.entry(status.to_owned());
        documented.or_insert_with(|| RefOr::T(response.build()));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            for (name, description) in [
                ("X-Request-Id", "Names the request; the client's, where it sent one"),
                (
                    "X-Correlation-Id",
                    "What the request belongs to; the client's, where it sent one. Events keep it, or a UUID in its place if it has a word of more than four letters, which could name a person",
                ),
            ] {
                let header = HeaderBuilder::new().schema(Some(text())).description(Some(description)).build();
                response.headers.insert(name.to_owned(), RefOr::T(header));
            }
        }
    }
}

/// Paths without an id of their own whose requests name something that may not be there.
const NAMING: [&str; 4] = ["/api/commands", "/api/queries", "/api/deliveries", "/api/incidents"];

/// How a request can be refused, beside what its handler documents.
fn refusals(method: &Method, path: &str, is_public: bool) -> Vec<(&'static str, &'static str)> {
    let mut refusals = vec![("421", "The Host is not one of the depot's"), ("500", "A fault in the program")];
    if credential::is_under(path, "/health") {
        refusals.push(("503", "The depot cannot work at the moment"));
        return refusals;
    }
    refusals.extend([
        ("400", "Malformed input, or it would break a rule"),
        ("408", "It took too long"),
        ("429", "Too many requests; Retry-After says when to come back"),
        ("503", "Not possible at the moment, e.g. because the disk is full"),
    ]);
    if !is_public || path == "/api/session" || path == "/api/phone/pairing" {
        refusals.extend([("401", "No or no valid credential"), ("403", "Not allowed with this credential")]);
    }
    if path.contains('{') || NAMING.contains(&path) {
        refusals.push(("404", "Something that was named does not exist"));
    }
    if !method.is_safe() {
        refusals.extend([
            ("409", "A duplicate, a newer version, or a key that was used for something else"),
            ("413", "The body is too large"),
            ("415", "The body is of another type"),
        ]);
    }
    refusals
}

/// What every write may bear.
fn write_parameters() -> Vec<RefOr<utoipa::openapi::path::Parameter>> {
    let instant = text().format(Some(SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::DateTime)));
    // Space at its ends is the header's, not the value's.
    let key = text().pattern(Some("^[!-~]([ -~]*[!-~])?$")).max_length(Some(KEY_MAX_CHARS));
    let matched = text().pattern(Some(r#"^(\*|"?[0-9]{1,9}"?)$"#));
    let version = Ref::from_schema_name(schema::Version::name());
    let parameters: [(_, _, RefOr<Schema>, _); 4] = [
        ("Idempotency-Key", ParameterIn::Header, key.into(), "The first answer to this key is repeated"),
        ("X-Occurred-At", ParameterIn::Header, instant.into(), "When it happened by the device's clock"),
        ("If-Match", ParameterIn::Header, matched.into(), "The same as expectedVersion, in quotes"),
        (
            "expectedVersion",
            ParameterIn::Query,
            version.into(),
            "Refuse unless it has exactly this many events",
        ),
    ];
    let build = |(name, place, schema, description)| {
        let parameter = ParameterBuilder::new().name(name).parameter_in(place).schema(Some(schema));
        RefOr::T(parameter.description(Some(description)).build())
    };
    parameters.into_iter().map(build).collect()
}

fn text() -> ObjectBuilder {
    Object::builder().schema_type(SchemaType::new(Type::String))
}

/// The operations of a path.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, options, head, patch, .. } = item;
    let all = [
        (Method::GET, get),
        (Method::PUT, put),
        (Method::POST, post),
        (Method::DELETE, delete),
        (Method::OPTIONS, options),
        (Method::HEAD, head),
        (Method::PATCH, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
