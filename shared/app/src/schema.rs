//! What values are on the wire, for the OpenAPI document: each from the limit, the words or the form by which it is read.
//!
//! The values themselves stand where nobody knows of HTTP. What is described here is named as what it describes.

use depot_domain::{delivery, dispatch, fleet, route, values};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::entity;

macro_rules! described {
    ($($name:ident, $description:literal: $schema:expr;)+) => {
    $(
        #[doc = $description]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.description(Some($description)).into()
            }
        }

        impl ToSchema for $name {}
    )+

    /// The name and the description of each.
    #[must_use]
    pub fn all() -> Vec<(String, RefOr<Schema>)> {
        vec![$(($name::name().into_owned(), $name::schema())),+]
    } };
}

described! {
    Name, "A person's name.": line(values::Name::MAX_CHARS);
    DriverLicense, "A driver's licence number.": line(values::DriverLicense::MAX_CHARS);
    PhoneNumber, "A phone number: at least three digits, and beside them only spaces and +-().,/x#*.":
        line(values::PhoneNumber::MAX_CHARS);
    Registration, "A vehicle's registration.": line(values::Registration::MAX_CHARS);
    VehicleType, "What sort of vehicle it is, e.g. `Van`.": line(values::VehicleType::MAX_CHARS);
    Location, "A place.": line(values::Location::MAX_CHARS);
    ReceiverName, "Who received a delivery.": line(values::ReceiverName::MAX_CHARS);
    SignatureUrl, "Where another system keeps a signature.": line(values::SignatureUrl::MAX_CHARS);
    Reason, "Why a status was changed.": lines(values::Reason::MAX_CHARS);
    Description, "What happened, in the reporter's words.": lines(values::Description::MAX_CHARS);
    Note, "How an incident was resolved.": lines(values::Note::MAX_CHARS);
    IncidentType, "What sort of incident it is; a type that is not known is kept as it is.":
        line(delivery::IncidentType::MAX_CHARS);

    DriverStatus, "Whether a driver can be planned with, as it is set by hand; read without regard to case.":
        words(fleet::driver::DriverStatus::ALL.iter().map(|word| word.as_str()));
    DriverAvailability, "A driver's status; read without regard to case.":
        words(fleet::driver::DriverAvailability::ALL.iter().map(|word| word.as_str()));
    VehicleStatus, "Whether a vehicle can be planned with, as it is set by hand; read without regard to case.":
        words(fleet::vehicle::VehicleStatus::ALL.iter().map(|word| word.as_str()));
    VehicleAvailability, "A vehicle's status; read without regard to case.":
        words(fleet::vehicle::VehicleAvailability::ALL.iter().map(|word| word.as_str()));
    RouteStatus, "How far the planning of a route is; read without regard to case.":
        words(route::RouteStatus::ALL.iter().map(|word| word.as_str()));
    DeliveryStatus, "Where a delivery stands; read without regard to case.":
        words(delivery::DeliveryStatus::ALL.iter().map(|word| word.as_str()));
    Severity, "How grave an incident is; read without regard to case.":
        words(delivery::Severity::ALL.iter().map(|word| word.as_str()));
    ResourceKind, "What a booking holds; read without regard to case.":
        words(dispatch::ResourceKind::ALL.iter().map(|word| word.as_str()));
    EventType, "A type of event.": words(entity::event_types());
    SettingKey, "The name of a setting.": words(crate::settings::keys());

    Cursor, "Where the next page begins. Opaque: give what a page of the same list named, in the same order.":
        text().pattern(Some("^[A-Za-z0-9_-]+$"));
    FileHash, "SHA-256 of a file's content in lower-case hexadecimal digits.": text().pattern(Some("^[0-9a-f]{64}$"));
    IdempotencyKey, "The first answer to this key is repeated.": label(crate::idempotency::KEY_MAX_CHARS);
    Consumer, "The name of one who reads the log.": label(crate::app::CONSUMER_MAX_CHARS);
    DeviceLabel, "What a phone says of itself; what is too long is cut.": non_blank(CONTROLS);
    Nonce, "What one phone alone knows.": text().pattern(Some("^[0-9A-Fa-f]{32,64}$"));
    MessageId, "Names a message to a driver: a delivery, and the place of an event among its own.":
        text().pattern(Some("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9]{1,9}$"));
    Day, "A day of the depot.": text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)));

    Sequence, "The place of a checkpoint on its route.": whole(1, i64::from(i32::MAX));
    Bytes, "How long something is.": whole(0, i64::from(u32::MAX));
    Version, "How many events something has.": whole(0, i64::from(u32::MAX));
    Place, "A place in the log.": whole(0, i64::MAX);
    SlotMinutes, "For how many minutes.": whole(1, i64::from(crate::fleet::SlotMinutes::MOST));
}

/// Control characters, as the inside of a character class.
const CONTROLS: &str = r"\u0000-\u001F\u007F-\u009F";
/// The same without tabs and the ends of lines.
const CONTROLS_IN_LINES: &str = r"\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F";
/// White space, as the inside of a character class: what is cut off the ends of a text.
const WHITE: &str = r"\u0009-\u000D \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000";

/// A text of one line, which is read without the white space around it.
fn line(longest: usize) -> ObjectBuilder {
    non_blank(CONTROLS).min_length(Some(1)).max_length(Some(longest))
}

/// The same with several lines.
fn lines(longest: usize) -> ObjectBuilder {
    non_blank(CONTROLS_IN_LINES).min_length(Some(1)).max_length(Some(longest))
}

fn non_blank(controls: &str) -> ObjectBuilder {
    let (ends, seen) = (format!("[{WHITE}]*"), format!("[^{controls}{WHITE}]"));
    text().pattern(Some(format!("^{ends}{seen}([^{controls}]*{seen})?{ends}$")))
}

/// A text that is taken as it is.
fn label(longest: usize) -> ObjectBuilder {
    text().pattern(Some(format!("^[^{CONTROLS}]+$"))).max_length(Some(longest))
}

fn words(words: impl Iterator<Item = &'static str>) -> ObjectBuilder {
    text().enum_values(Some(words))
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String))
}

fn whole(least: i64, most: i64) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer)).minimum(Some(least)).maximum(Some(most))
}
