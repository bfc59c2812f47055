//! A list of deliveries as a table for a spreadsheet: every row that fits the filters, in the depot's language.

use depot_domain::delivery::DeliveryStatus;
use depot_domain::values::{DriverId, Timestamp};
use rusqlite::Connection;

use super::{DeliveryListing, DeliveryRow, Risk, deliveries};
use crate::error::AppError;
use crate::export::{Cell, Export, ExportFormat, Exported};
use crate::page::{Cursor, Limit};
use crate::settings::{DepotSettings, Language};

/// A column: its head in English and in German, and what stands in it.
type Column = (&'static str, &'static str, fn(&DeliveryRow, &Asked) -> Cell);

struct Asked {
    language: Language,
    now: Timestamp,
}

const COLUMNS: [Column; 20] = [
    ("Status", "Status", |row, asked| status(row.status, asked.language).into()),
    ("Origin", "Start", |row, _| row.route_origin.clone().into()),
    ("Destination", "Ziel", |row, _| row.route_destination.clone().into()),
    ("Scheduled start", "Geplanter Beginn", |row, _| row.scheduled_start_time.into()),
    ("Scheduled end", "Geplantes Ende", |row, _| row.scheduled_end_time.into()),
    ("Driver", "Fahrer", |row, asked| person(row.driver_name.as_deref(), asked)),
    ("Vehicle", "Fahrzeug", |row, _| row.vehicle_no.clone().into()),
    ("Checkpoints reached", "Erreichte Wegpunkte", |row, _| row.checkpoints_reached.into()),
    ("Checkpoints", "Wegpunkte", |row, _| row.checkpoints_total.into()),
    ("Last location", "Letzter Ort", |row, _| row.last_location.clone().into()),
    ("Late since", "Verspätet seit", |row, _| row.late_since.into()),
    ("Minutes late", "Minuten zu spät", |row, asked| {
        row.late_since.map(|since| (asked.now.datetime() - since.datetime()).num_minutes()).into()
    }),
    ("At risk", "Gefährdet", |row, asked| row.at_risk.map(|why| risk(why, asked.language)).into()),
    ("Open incidents", "Offene Vorfälle", |row, _| row.open_incidents.into()),
    ("Received by", "Empfangen von", |row, asked| person(row.receiver_name.as_deref(), asked)),
    ("Delivered", "Zugestellt", |row, _| row.delivered_at.into()),
    ("Created", "Angelegt", |row, _| row.created_at.into()),
    ("Changed", "Geändert", |row, _| row.updated_at.into()),
    ("Delivery ID", "Lieferungs-ID", |row, _| row.id.to_string().into()),
    ("Route ID", "Routen-ID", |row, _| row.route_id.to_string().into()),
];

fn person(name: Option<&str>, asked: &Asked) -> Cell {
    name.map(|name| Cell::person(name, asked.language)).into()
}

/// Every delivery that fits, whatever the page it would be on; only those of `only`, where a driver is given.
pub(crate) fn export(
    tables: &Connection,
    listing: DeliveryListing,
    only: Option<DriverId>,
    now: Timestamp,
    format: ExportFormat,
    depot: &DepotSettings,
) -> Result<Exported, AppError> {
    let (name, heads): (_, Vec<_>) = match depot.language {
        Language::English => ("Deliveries", COLUMNS.iter().map(|(english, _, _)| *english).collect()),
        Language::German => ("Lieferungen", COLUMNS.iter().map(|(_, german, _)| *german).collect()),
    };
    let mut export = Export::begin(format, depot, now, name, &heads)?;
    let asked = Asked { language: depot.language, now };
    let mut listing = DeliveryListing { limit: Some(Limit::MAX), cursor: None, ..listing };
    loop {
        let page = deliveries(tables, listing.clone(), only, now)?;
        for row in &page.items {
            export.row(&COLUMNS.map(|(_, _, cell)| cell(row, &asked)))?;
        }
        let Some(next) = page.next_cursor else { break };
        listing.cursor = Some(Cursor::try_from(next).map_err(AppError::storage)?);
    }
    export.finish()
}

/// As the desk says it.
const fn status(status: DeliveryStatus, language: Language) -> &'static str {
    match (status, language) {
        (DeliveryStatus::PickedUp, Language::English) => "Planned",
        (DeliveryStatus::PickedUp, Language::German) => "Geplant",
        (DeliveryStatus::InTransit, Language::English) => "In transit",
        (DeliveryStatus::InTransit, Language::German) => "Unterwegs",
        (DeliveryStatus::OutForDelivery, Language::English) => "Out for delivery",
        (DeliveryStatus::OutForDelivery, Language::German) => "In Zustellung",
        (DeliveryStatus::Delivered, Language::English) => "Delivered",
        (DeliveryStatus::Delivered, Language::German) => "Zugestellt",
        (DeliveryStatus::Failed, Language::English) => "Failed",
        (DeliveryStatus::Failed, Language::German) => "Fehlgeschlagen",
    }
}

/// As the desk says it.
const fn risk(risk: Risk, language: Language) -> &'static str {
    match (risk, language) {
        (Risk::Unassigned, Language::English) => "No crew yet",
        (Risk::Unassigned, Language::German) => "Noch ohne Besetzung",
        (Risk::NotStarted, Language::English) => "Not set off",
        (Risk::NotStarted, Language::German) => "Nicht losgefahren",
        (Risk::Incident, Language::English) => "Incident open",
        (Risk::Incident, Language::German) => "Vorfall offen",
        (Risk::Behind, Language::English) => "Falling behind",
        (Risk::Behind, Language::German) => "Fällt zurück",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_file_says_what_the_desk_says() {
        for (language, texts) in [
            (Language::English, include_str!("../../../../ui/kit/locales/en.json")),
            (Language::German, include_str!("../../../../ui/kit/locales/de.json")),
        ] {
            let texts: Value = serde_json::from_str(texts).unwrap();
            for word in DeliveryStatus::ALL {
                assert_eq!(texts["status"]["delivery"][word.as_str()], status(*word, language));
            }
            for word in Risk::ALL {
                assert_eq!(texts["risk"][word.as_str()], risk(*word, language));
            }
            let erased = depot_domain::values::ERASED;
            assert_eq!(Cell::person(erased, language), texts["erased"].as_str().unwrap().into());
            assert_eq!(Cell::person("Ana Costa", language), "Ana Costa".into());
        }
    }
}
