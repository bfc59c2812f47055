//! Reports count what the lists show, day by day of the depot, and say so when they cannot.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::Arc;

use depot_app::{
    Actor, App, AppOptions, Code, Day, DeliveryDetail, DeliveryListing, DepotAnswer, DepotQuery, Generation,
    IncidentListing, Limit, Report, ReportFigures, Settings,
};
use depot_domain::delivery::DeliveryStatus;
use depot_domain::values::Timestamp;

const ZONE: chrono_tz::Tz = chrono_tz::Tz::Pacific__Auckland;

/// A depot far from Greenwich with a history up to 2026-03-04T05:00Z, which is the afternoon there.
async fn depot() -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.depot.time_zone = ZONE;
    let until: Timestamp = "2026-03-04T05:00:00Z".parse().unwrap();
    let options = AppOptions { clock: Arc::new(move || until), ..AppOptions::new(folder.path(), settings) };
    let app = App::open(options).unwrap();
    app.generate(Generation { deliveries: 160, seed: 5, until: None, drivers: None }).await.unwrap();
    (app, folder)
}

async fn ask(app: &App, query: DepotQuery) -> DepotAnswer {
    app.query(&Actor::desk(), query).await.unwrap().answer
}

async fn report(app: &App, from: &str, to: &str) -> Report {
    let query = DepotQuery::Report { from: from.parse().unwrap(), to: to.parse().unwrap() };
    let DepotAnswer::Report(report) = ask(app, query).await else { panic!() };
    *report
}

async fn everything(app: &App) -> Vec<DeliveryDetail> {
    let listing = DeliveryListing { limit: Some(Limit::MAX), ..DeliveryListing::default() };
    let DepotAnswer::Deliveries(page) = ask(app, DepotQuery::Deliveries(listing)).await else { panic!() };
    assert_eq!(page.next_cursor, None);
    let mut details = vec![];
    for row in page.items {
        let DepotAnswer::Delivery(detail) = ask(app, DepotQuery::Delivery { id: row.id }).await else {
            panic!()
        };
        details.push(*detail);
    }
    details
}

fn count(figures: &mut ReportFigures, delivery: &DeliveryDetail) {
    let row = &delivery.row;
    let in_time = row.scheduled_end_time.saturating_add(chrono::TimeDelta::minutes(15));
    figures.deliveries += 1;
    figures.delivered += u32::from(row.status == DeliveryStatus::Delivered);
    figures.on_time += u32::from(row.delivered_at.is_some_and(|at| at <= in_time));
    figures.failed += u32::from(row.status == DeliveryStatus::Failed);
    figures.open += u32::from(row.status.is_open());
    for checkpoint in &delivery.plan {
        let Some(reached) = checkpoint.reached_at else { continue };
        figures.checkpoints += 1;
        figures.checkpoints_on_time +=
            u32::from(reached <= checkpoint.expected_time.saturating_add(chrono::TimeDelta::minutes(5)));
    }
}

/// The figures without those that the lists do not show.
fn countable(figures: &ReportFigures) -> ReportFigures {
    ReportFigures { median_lateness_seconds: None, incidents: 0, ..figures.clone() }
}

#[tokio::test]
async fn figures_are_what_the_lists_show() {
    let (app, _folder) = depot().await;
    let mut by_day: BTreeMap<Day, ReportFigures> = BTreeMap::new();
    let mut by_driver = BTreeMap::new();
    let deliveries = everything(&app).await;
    for delivery in &deliveries {
        count(by_day.entry(Day::of(delivery.row.scheduled_start_time, ZONE)).or_default(), delivery);
        count(by_driver.entry(delivery.row.driver_id).or_default(), delivery);
    }
    let (first, last) = (by_day.keys().next().unwrap(), by_day.keys().last().unwrap());
    let whole = report(&app, &first.to_string(), &last.to_string()).await;

    assert_eq!((whole.grace_minutes, whole.checkpoint_grace_minutes), (15, 5));
    assert_eq!(whole.days.len() as u64, first.count_to(*last));
    for day in &whole.days {
        let counted = by_day.get(&day.day).cloned().unwrap_or_default();
        assert_eq!(countable(&day.figures), counted, "{}", day.day);
    }
    for line in &whole.drivers {
        let counted = by_driver.get(&line.driver_id).cloned().unwrap_or_default();
        assert_eq!(countable(&line.figures), counted, "{:?}", line.name);
    }
    let sum = |of: fn(&ReportFigures) -> u32| whole.days.iter().map(|day| of(&day.figures)).sum::<u32>();
    assert_eq!(whole.figures.deliveries, sum(|of| of.deliveries));
    assert_eq!(whole.figures.incidents, sum(|of| of.incidents));
    assert_eq!(
        whole.vehicles.iter().map(|line| line.figures.deliveries).sum::<u32>(),
        whole.figures.deliveries
    );
    assert_eq!(whole.lateness.iter().map(|bin| bin.checkpoints).sum::<u32>(), whole.figures.checkpoints);
    let punctual = whole.lateness.iter().filter(|bin| bin.up_to_minutes.is_some_and(|minutes| minutes <= 5));
    assert_eq!(punctual.map(|bin| bin.checkpoints).sum::<u32>(), whole.figures.checkpoints_on_time);
    assert!(
        whole.figures.on_time > 0 && whole.figures.on_time < whole.figures.delivered,
        "{:?}",
        whole.figures
    );

    let listing = IncidentListing { limit: Some(Limit::MAX), ..IncidentListing::default() };
    let DepotAnswer::Incidents(incidents) = ask(&app, DepotQuery::Incidents(listing)).await else { panic!() };
    assert!(!incidents.items.is_empty());
    for line in &whole.incidents {
        let of_type = incidents.items.iter().filter(|incident| {
            incident.kind == line.kind && Day::of(incident.reported_timestamp, ZONE) <= *last
        });
        assert_eq!(of_type.count(), line.reported as usize, "{}", line.kind);
    }
    app.close().await;
}

#[tokio::test]
async fn a_report_stands_beside_as_many_days_before_it() {
    let (app, _folder) = depot().await;
    let late = report(&app, "2026-03-03", "2026-03-04").await;
    assert_eq!(
        (late.before_from.to_string(), late.before_to.to_string()),
        ("2026-03-01".into(), "2026-03-02".into())
    );
    let early = report(&app, "2026-03-01", "2026-03-02").await;
    assert_eq!(late.before, early.figures);
    let never = report(&app, "1990-01-01", "1990-01-02").await;
    assert_eq!(never.figures, ReportFigures::default());
    assert_eq!((never.drivers.len(), never.incidents.len(), never.days.len()), (0, 0, 2));
    app.close().await;
}

#[tokio::test]
async fn impossible_days_are_refused_in_words() {
    let (app, _folder) = depot().await;
    let cases = [
        ("2026-03-04", "2026-03-03", "to: 2026-03-03"),
        ("2026-01-01", "2027-01-02", "366 days"),
        ("0001-01-01", "0001-01-01", "years 1 to 9999"),
        ("9999-12-31", "9999-12-31", "years 1 to 9999"),
    ];
    for (from, to, words) in cases {
        let query = DepotQuery::Report { from: from.parse().unwrap(), to: to.parse().unwrap() };
        let refusal = app.query(&Actor::desk(), query).await.unwrap_err();
        assert_eq!(refusal.code, Code::Unfit);
        assert!(refusal.detail.contains(words), "{}", refusal.detail);
    }
    app.close().await;
}

#[tokio::test]
async fn a_run_sheet_has_the_days_deliveries_of_its_driver_in_order() {
    let (app, _folder) = depot().await;
    let deliveries = everything(&app).await;
    let busy = deliveries.iter().find(|delivery| delivery.row.driver_id.is_some()).unwrap();
    let (driver_id, day) = (busy.row.driver_id.unwrap(), Day::of(busy.row.scheduled_start_time, ZONE));
    let DepotAnswer::RunSheet(sheet) = ask(&app, DepotQuery::RunSheet { driver_id, day }).await else {
        panic!()
    };
    let (start, end) = (day.start(ZONE).unwrap(), day.later(1).unwrap().start(ZONE).unwrap());
    let mut wanted: Vec<_> = deliveries
        .iter()
        .map(|delivery| &delivery.row)
        .filter(|row| row.driver_id == Some(driver_id) && row.status != DeliveryStatus::Failed)
        .filter(|row| row.scheduled_start_time < end && row.scheduled_end_time > start)
        .map(|row| (row.scheduled_start_time, row.id))
        .collect();
    wanted.sort_unstable();
    assert!(wanted.len() > 1);
    let shown: Vec<_> = sheet.deliveries.iter().map(|of| (of.row.scheduled_start_time, of.row.id)).collect();
    assert_eq!(shown, wanted);
    assert!(sheet.deliveries.iter().all(|delivery| !delivery.plan.is_empty()));
    let unknown = DepotQuery::RunSheet { driver_id: uuid::Uuid::nil().into(), day };
    assert_eq!(app.query(&Actor::desk(), unknown).await.unwrap_err().code, Code::NotFound);
    app.close().await;
}
