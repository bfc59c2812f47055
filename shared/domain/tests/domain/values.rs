//! Values: their limits, their forms, and what is said about those that are wrong.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use chrono::TimeDelta;
use depot_domain::delivery::{DeliveryStatus, FileHash, IncidentType, Severity};
use depot_domain::fleet::driver::{DriverAvailability, DriverStatus};
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{
    Description, DriverId, DriverLicense, Interval, Location, Name, Note, PhoneNumber, Reason, ReceiverName,
    Registration, Sequence, SignatureUrl, Timestamp, ValueError, VehicleType,
};
use serde_json::json;

use crate::fixtures::{at, value};

/// Checks both ends of a text's length, in characters: `ä` has two bytes.
fn check_limits<T>(noun: &str, most: usize)
where
    T: FromStr<Err = ValueError> + Display + Debug + PartialEq,
{
    for chars in [1, most] {
        let text = "ä".repeat(chars);
        assert_eq!(value::<T>(&text).to_string(), text);
        assert_eq!(value::<T>(&format!(" \t{text}\n ")), value::<T>(&text), "white space around is no part");
    }
    let refusal = |text: &str| text.parse::<T>().expect_err("it is out of bounds").to_string();
    assert_eq!(
        refusal(&"ä".repeat(most + 1)),
        format!("{noun} has 1 to {most} characters; this one has {}", most + 1)
    );
    for blank in ["", " \t\r\n "] {
        assert_eq!(refusal(blank), format!("{noun} must not be empty: give 1 to {most} characters"));
    }
    for control in ["a\0b", "a\u{7f}b", "a\u{85}b"] {
        assert_eq!(refusal(control), format!("{noun} must not contain control characters"));
    }
}

#[test]
fn every_text_has_its_limits() {
    check_limits::<Name>("a name", 100);
    check_limits::<DriverLicense>("a driver license", 50);
    check_limits::<Registration>("a registration", 30);
    check_limits::<VehicleType>("a vehicle type", 50);
    check_limits::<Location>("a location", 200);
    check_limits::<Reason>("a reason", 500);
    check_limits::<Description>("a description", 2000);
    check_limits::<Note>("a note", 2000);
    check_limits::<ReceiverName>("a receiver name", 200);
    check_limits::<SignatureUrl>("a signature URL", 500);
}

#[test]
fn only_texts_in_prose_have_several_lines() {
    let lines = "first\r\n\tsecond";
    assert_eq!(value::<Reason>(lines).as_str(), lines);
    assert_eq!(value::<Description>(lines).as_str(), lines);
    assert_eq!(value::<Note>(lines).as_str(), lines);
    assert!(lines.parse::<Name>().is_err());
    assert!(lines.parse::<Location>().is_err());
    assert!(lines.parse::<SignatureUrl>().is_err());
}

#[test]
fn a_text_refuses_what_is_no_text() {
    assert_eq!(
        serde_json::from_value::<Name>(json!(5)).unwrap_err().to_string(),
        "invalid type: integer `5`, expected a string"
    );
    assert_eq!(
        serde_json::from_value::<Name>(json!("")).unwrap_err().to_string(),
        "a name must not be empty: give 1 to 100 characters"
    );
    assert_eq!(serde_json::to_value(value::<Name>(" Ann ")).unwrap(), json!("Ann"));
}

#[test]
fn words_are_read_without_regard_to_case_and_written_one_way() {
    for text in ["OutForDelivery", "outfordelivery", "OUTFORDELIVERY", " outForDelivery "] {
        assert_eq!(value::<DeliveryStatus>(text), DeliveryStatus::OutForDelivery);
        assert_eq!(
            serde_json::from_value::<DeliveryStatus>(json!(text)).unwrap(),
            DeliveryStatus::OutForDelivery
        );
    }
    assert_eq!(serde_json::to_value(DeliveryStatus::OutForDelivery).unwrap(), json!("OutForDelivery"));
    assert_eq!(DeliveryStatus::OutForDelivery.to_string(), "OutForDelivery");
}

#[test]
fn an_unknown_word_is_told_the_valid_ones() {
    for (error, text) in [
        (
            "Asleep".parse::<DriverStatus>().unwrap_err(),
            "\"Asleep\" is not a driver status: valid are Available, Suspended, Unavailable",
        ),
        (
            "".parse::<VehicleStatus>().unwrap_err(),
            "\"\" is not a vehicle status: valid are Available, Maintenance, OutOfService",
        ),
        (
            "Done".parse::<RouteStatus>().unwrap_err(),
            "\"Done\" is not a route status: valid are Planning, Active, Deactivated",
        ),
        (
            "Lost".parse::<DeliveryStatus>().unwrap_err(),
            "\"Lost\" is not a delivery status: valid are PickedUp, InTransit, OutForDelivery, Delivered, \
             Failed",
        ),
        (
            "Mild".parse::<Severity>().unwrap_err(),
            "\"Mild\" is not a severity: valid are Low, Medium, High, Critical",
        ),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn assigned_cannot_be_set_by_hand() {
    for text in ["Assigned", " assigned "] {
        assert_eq!(
            text.parse::<DriverStatus>().unwrap_err().to_string(),
            format!(
                "{text:?} is not a driver status; Assigned follows from deliveries and can't be set by \
                 hand: valid are Available, Suspended, Unavailable"
            )
        );
        assert_eq!(
            text.parse::<VehicleStatus>().unwrap_err().to_string(),
            format!(
                "{text:?} is not a vehicle status; Assigned follows from deliveries and can't be set by \
                 hand: valid are Available, Maintenance, OutOfService"
            )
        );
    }
    assert_eq!(value::<DriverAvailability>("assigned"), DriverAvailability::Assigned);
}

#[test]
fn what_is_quoted_in_an_error_is_short() {
    let long = "x".repeat(1_000);
    let errors = [
        long.parse::<DriverStatus>().unwrap_err(),
        long.parse::<DriverId>().unwrap_err(),
        long.parse::<Timestamp>().unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().chars().count() < 250, "{error}");
    }
}

#[test]
fn an_incident_type_is_a_known_word_or_any_text() {
    assert_eq!(value::<IncidentType>(" cargodamage ").as_str(), "CargoDamage");
    assert_eq!(value::<IncidentType>("  Flood in the Yard ").as_str(), "Flood in the Yard");
    assert!("ä".repeat(2000).parse::<IncidentType>().is_ok());
    for text in ["", "  ", "a\nb", &"ä".repeat(2001)] {
        assert_eq!(
            text.parse::<IncidentType>().unwrap_err().to_string(),
            "an incident type has 1 to 2000 characters and no control characters; known are Delay, Traffic, \
             Weather, Breakdown, Accident, CargoDamage, AddressProblem, RecipientUnavailable, Security"
        );
    }
}

#[test]
fn an_id_is_a_uuid_that_is_written_one_way() {
    let written = "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11";
    for text in [written, "0190D4A2-7C1E-7B32-9F61-3A0C5F2E8D11", "0190d4a27c1e7b329f613a0c5f2e8d11"] {
        let id = value::<DriverId>(text);
        assert_eq!(id.to_string(), written);
        assert_eq!(serde_json::to_value(id).unwrap(), json!(written));
        assert_eq!(format!("{id:?}"), format!("DriverId({written})"));
    }
}

#[test]
fn a_malformed_id_is_refused() {
    for text in ["", "7", "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d1", "0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d1g"] {
        assert_eq!(
            text.parse::<DriverId>().unwrap_err().to_string(),
            format!("{text:?} is not an id: give a UUID such as 0190d4a2-7c1e-7b32-9f61-3a0c5f2e8d11")
        );
    }
    assert_eq!(
        "00000000-0000-0000-0000-000000000000".parse::<DriverId>().unwrap_err().to_string(),
        "an id must not be the UUID of all zeros"
    );
}

#[test]
fn a_sequence_is_a_positive_32_bit_number() {
    for number in [1, i64::from(i32::MAX)] {
        let sequence = Sequence::try_from(number).unwrap();
        assert_eq!(i64::from(sequence.get()), number);
        assert_eq!(serde_json::to_value(sequence).unwrap(), json!(number));
    }
    for number in [0, -1, i64::from(i32::MAX) + 1, i64::MIN, i64::MAX] {
        assert_eq!(
            serde_json::from_value::<Sequence>(json!(number)).unwrap_err().to_string(),
            format!("a sequence is a whole number from 1 to 2147483647; {number} is not")
        );
    }
    for other in [json!(1.5), json!("1"), json!(null), json!(u64::MAX)] {
        assert!(serde_json::from_value::<Sequence>(other).is_err());
    }
}

#[test]
fn a_time_is_an_instant_in_utc_to_the_microsecond() {
    for (text, written) in [
        ("2026-03-01T08:30:00Z", "2026-03-01T08:30:00Z"),
        (" 2026-03-01t08:30:00z ", "2026-03-01T08:30:00Z"),
        ("2026-03-01T21:30:00+13:00", "2026-03-01T08:30:00Z"),
        ("2026-03-01T00:30:00-08:00", "2026-03-01T08:30:00Z"),
        ("2026-03-01T08:30:00.5Z", "2026-03-01T08:30:00.500Z"),
        ("2026-03-01T08:30:00.1234567Z", "2026-03-01T08:30:00.123456Z"),
        ("2026-03-01T08:30:00.999999999Z", "2026-03-01T08:30:00.999999Z"),
        ("1969-12-31T23:59:59.9999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
    ] {
        let at = value::<Timestamp>(text);
        assert_eq!(at.to_string(), written);
        assert_eq!(serde_json::to_value(at).unwrap(), json!(written));
        assert_eq!(Timestamp::from_micros(at.micros()), Some(at), "{text} has one form");
    }
}

#[test]
fn what_is_no_instant_is_refused() {
    for text in ["", "2026-03-01", "2026-03-01T08:30:00", "2026-02-30T08:30:00Z", "1772353800", "tomorrow"] {
        assert_eq!(
            text.parse::<Timestamp>().unwrap_err().to_string(),
            format!("{text:?} is not a time: give RFC 3339 with an offset, such as 2026-03-01T08:30:00Z")
        );
    }
    for text in ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"] {
        assert_eq!(text.parse::<Timestamp>().unwrap_err().to_string(), "a time lies in the years 1 to 9999");
    }
    assert_eq!(Timestamp::from_micros(i64::MAX), None);
    assert_eq!(Timestamp::from_micros(i64::MIN), None);
}

#[test]
fn moving_a_time_stays_within_the_years() {
    assert_eq!(at("08:00").saturating_add(TimeDelta::minutes(30)), at("08:30"));
    for (delta, limit) in [
        (TimeDelta::MAX, "9999-12-31T23:59:59.999999Z"),
        (TimeDelta::days(9_999 * 365), "9999-12-31T23:59:59.999999Z"),
        (TimeDelta::MIN, "0001-01-01T00:00:00Z"),
    ] {
        assert_eq!(at("08:00").saturating_add(delta), value(limit));
    }
}

#[test]
fn an_interval_never_ends_before_it_starts() {
    let backwards = Interval::new(at("09:00"), at("08:00"));
    assert_eq!(
        (backwards.start, backwards.end, backwards.length()),
        (at("09:00"), at("09:00"), TimeDelta::zero())
    );
    let moved = Interval::new(at("09:00"), at("11:00")).starting_at(at("10:00"));
    assert_eq!((moved.start, moved.end), (at("10:00"), at("12:00")));
}

#[test]
fn a_files_hash_is_64_digits_in_lower_case() {
    let hash = "0f".repeat(32);
    assert_eq!(value::<FileHash>(&hash).as_str(), hash);
    for text in ["", &hash[1..], &format!("{hash}0"), &hash.to_uppercase(), &"0g".repeat(32), &"é".repeat(32)]
    {
        assert_eq!(
            text.parse::<FileHash>().unwrap_err().to_string(),
            "a file's hash has 64 hexadecimal digits in lower case"
        );
    }
}

#[test]
fn a_phone_number_has_digits_and_what_stands_between_them() {
    for text in ["112", "+49 (171) 234-56.78", "0171/2345 x12"] {
        assert_eq!(value::<PhoneNumber>(&format!(" {text} ")).as_str(), text);
    }
    for text in ["12", "call Ana", "0171 23456; rm", "٠١٧١"] {
        assert!(text.parse::<PhoneNumber>().unwrap_err().to_string().contains("at least 3 digits"), "{text}");
    }
    assert!("1".repeat(41).parse::<PhoneNumber>().is_err());
}
