//! A report as a table for a spreadsheet: a line for all the days, for those before, and for each day, driver and vehicle.

use rusqlite::Connection;

use super::{Report, ReportFigures};
use crate::error::AppError;
use crate::export::{Cell, Export, ExportFormat, Exported};
use crate::settings::{DepotSettings, Language};
use depot_domain::values::Timestamp;

/// A column of figures: its head in English and in German, and what stands in it.
type Column = (&'static str, &'static str, fn(&ReportFigures) -> Cell);

const COLUMNS: [Column; 11] = [
    ("Deliveries", "Lieferungen", |of| of.deliveries.into()),
    ("Delivered", "Zugestellt", |of| of.delivered.into()),
    ("On time", "Pünktlich", |of| of.on_time.into()),
    ("On time %", "Pünktlich %", |of| percent(of.on_time, of.delivered)),
    ("Failed", "Fehlgeschlagen", |of| of.failed.into()),
    ("Not ended", "Nicht beendet", |of| of.open.into()),
    ("Checkpoints reached", "Erreichte Wegpunkte", |of| of.checkpoints.into()),
    ("Checkpoints on time", "Wegpunkte pünktlich", |of| of.checkpoints_on_time.into()),
    ("Checkpoints on time %", "Wegpunkte pünktlich %", |of| percent(of.checkpoints_on_time, of.checkpoints)),
    ("Typical seconds late", "Typische Verspätung in Sekunden", |of| of.median_lateness_seconds.into()),
    ("Incidents", "Vorfälle", |of| of.incidents.into()),
];

/// What the figures of a line are of, in English and in German.
#[derive(Clone, Copy)]
struct Part(&'static str, &'static str);

const ALL: Part = Part("All days", "Alle Tage");
const BEFORE: Part = Part("As many days before", "Ebenso viele Tage zuvor");
const DAY: Part = Part("Day", "Tag");
const DRIVER: Part = Part("Driver", "Fahrer");
const VEHICLE: Part = Part("Vehicle", "Fahrzeug");

/// A whole number: who wants more digits has both counts.
fn percent(part: u32, whole: u32) -> Cell {
    (whole > 0)
        .then(|| (u64::from(part) * 200 + u64::from(whole)) / (u64::from(whole) * 2))
        .map_or(Cell::Empty, |share| Cell::Whole(i64::try_from(share).unwrap_or(i64::MAX)))
}

/// The report of those days as a file.
pub(crate) fn export(
    tables: &Connection,
    (from, to): (crate::day::Day, crate::day::Day),
    now: Timestamp,
    format: ExportFormat,
    depot: &DepotSettings,
) -> Result<Exported, AppError> {
    let report = super::report(tables, from, to, depot.time_zone)?;
    let (name, first): (_, [&str; 2]) = match depot.language {
        Language::English => ("Report", ["Of", "Name"]),
        Language::German => ("Bericht", ["Von", "Name"]),
    };
    let heads = COLUMNS.iter().map(|(english, german, _)| match depot.language {
        Language::English => *english,
        Language::German => *german,
    });
    let heads: Vec<_> = first.into_iter().chain(heads).collect();
    let mut export = Export::begin(format, depot, now, name, &heads)?;
    for (Part(english, german), name, figures) in lines(&report, depot.language) {
        let part = match depot.language {
            Language::English => english,
            Language::German => german,
        };
        let cells = [part.into(), name].into_iter().chain(COLUMNS.map(|(_, _, cell)| cell(figures)));
        export.row(&cells.collect::<Vec<Cell>>())?;
    }
    export.finish()
}

fn lines(report: &Report, language: Language) -> impl Iterator<Item = (Part, Cell, &ReportFigures)> {
    let Report { from, to, before_from, before_to, figures, before, days, drivers, vehicles, .. } = report;
    let all = (ALL, format!("{from} – {to}").into(), figures);
    let before = (BEFORE, format!("{before_from} – {before_to}").into(), before);
    let days = days.iter().map(|line| (DAY, line.day.to_string().into(), &line.figures));
    let name = move |name: &Option<String>| name.as_deref().map(|name| Cell::person(name, language)).into();
    let drivers = drivers.iter().map(move |line| (DRIVER, name(&line.name), &line.figures));
    let vehicles = vehicles.iter().map(|line| (VEHICLE, line.registration.clone().into(), &line.figures));
    [all, before].into_iter().chain(days).chain(drivers).chain(vehicles)
}
