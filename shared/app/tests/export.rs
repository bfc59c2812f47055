//! A list of deliveries as a file: every row that fits, in the depot's language, and no formula in it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use calamine::{Data, DataType as _, Reader as _, Xlsx};
use depot_app::{
    Actor, AdminCommand, App, AppOptions, Code, CommandRequest, DeliveryListing, DepotAnswer, DepotCommand,
    DepotQuery, ExportFormat, Exported, Role, SettingChange, Settings, Trace,
};
use depot_domain::values::{DeliveryId, DriverId, RouteId, Timestamp};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, route::RouteStatus};
use uuid::Uuid;

/// What somebody may write into a field, hoping that a spreadsheet runs it.
const FORMULA: &str = "=HYPERLINK(\"http://evil.example\",\"Ana\")";

struct Depot {
    app: App,
    _folder: tempfile::TempDir,
}

impl Depot {
    /// In Berlin, with more deliveries than fit on a page; a driver with an odd name drives the first.
    async fn open(language: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
        let depot = Self { app, _folder: folder };
        let set =
            |key: &str, value: &str| SettingChange { key: key.to_owned(), value: Some(value.to_owned()) };
        let changes = vec![set("depot.time_zone", "Europe/Berlin"), set("depot.language", language)];
        depot.execute(DepotCommand::Depot { command: AdminCommand::ChangeSettings { changes } }).await;
        let add = DriverCommand::AddDriver {
            name: FORMULA.parse().unwrap(),
            driver_license: "L-1".parse().unwrap(),
        };
        depot.execute(DepotCommand::Driver { id: driver(), command: add }).await;
        let route = |command| DepotCommand::Route { id: RouteId::from(Uuid::from_u128(9)), command };
        let create = RouteCommand::CreateRoute {
            origin: "Größte Straße".parse().unwrap(),
            destination: "Hill; \"upper\"".parse().unwrap(),
            scheduled_start_time: "2026-03-01T08:00:00Z".parse().unwrap(),
        };
        depot.execute(route(create)).await;
        depot.execute(route(RouteCommand::ChangeRouteStatus { status: RouteStatus::Active })).await;
        for number in 0..ROWS {
            let command = DeliveryCommand::CreateDelivery {
                route_id: RouteId::from(Uuid::from_u128(9)),
                driver_id: (number == 0).then(driver),
                vehicle_id: None,
            };
            let id = DeliveryId::from(Uuid::from_u128(100 + u128::from(number)));
            depot.execute(DepotCommand::Delivery { id, command }).await;
        }
        depot
    }

    async fn execute(&self, command: DepotCommand) {
        self.app.execute(&Actor::desk(), CommandRequest::new(command), Trace::fresh()).await.unwrap();
    }

    async fn export(&self, listing: DeliveryListing, format: ExportFormat) -> Exported {
        self.app.export(&Actor::desk(), DepotQuery::Deliveries(listing), format).await.unwrap()
    }
}

/// More than the largest page has.
const ROWS: u32 = 503;

fn driver() -> DriverId {
    DriverId::from(Uuid::from_u128(1))
}

#[tokio::test]
async fn a_csv_has_every_row_and_no_formula() {
    let depot = Depot::open("de").await;
    let file = depot.export(DeliveryListing::default(), ExportFormat::Csv).await;
    assert!(
        file.file_name.starts_with("lieferungen-2") && file.file_name.ends_with(".csv"),
        "{}",
        file.file_name
    );
    let text = String::from_utf8(file.bytes).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().unwrap().clone();
    let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
    let rows: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), ROWS as usize);
    let named = rows.iter().find(|row| !row[column("Fahrer")].is_empty()).unwrap();
    assert_eq!(named[column("Fahrer")], format!("'{FORMULA}"));
    assert_eq!(&named[column("Status")], "Geplant");
    assert_eq!(&named[column("Start")], "Größte Straße");
    assert_eq!(&named[column("Ziel")], "Hill; \"upper\"");
    assert_eq!(&named[column("Geplanter Beginn")], "2026-03-01 09:00");
}

#[tokio::test]
async fn a_workbook_has_the_filtered_rows_with_times_and_text_as_text() {
    let depot = Depot::open("en").await;
    let listing = DeliveryListing { driver_id: Some(driver()), ..DeliveryListing::default() };
    let file = depot.export(listing, ExportFormat::Xlsx).await;
    let mut workbook: Xlsx<_> = Xlsx::new(std::io::Cursor::new(file.bytes)).unwrap();
    let sheet = workbook.worksheet_range("Deliveries").unwrap();
    let [heads, row] = sheet.rows().collect::<Vec<_>>()[..] else { panic!("a head and one row") };
    let cell = |name: &str| &row[heads.iter().position(|head| *head == name).unwrap()];
    assert_eq!(cell("Driver"), &Data::String(FORMULA.to_owned()));
    assert_eq!(cell("Checkpoints"), &Data::Float(0.0));
    let start = cell("Scheduled start").as_datetime().unwrap();
    assert_eq!(start.to_string(), "2026-03-01 09:00:00");
    assert_eq!(workbook.worksheet_formula("Deliveries").unwrap().used_cells().count(), 0);
}

#[tokio::test]
async fn what_is_no_list_is_refused_and_a_driver_gets_only_their_own() {
    let depot = Depot::open("en").await;
    let refusal = depot
        .app
        .export(&Actor::desk(), DepotQuery::Board { day: None }, ExportFormat::Csv)
        .await
        .unwrap_err();
    assert_eq!(refusal.code, Code::Unfit);
    let phone = Actor { role: Role::Driver, driver_id: Some(driver()), ..Actor::desk() };
    let all = DepotQuery::Deliveries(DeliveryListing::default());
    let file = depot.app.export(&phone, all, ExportFormat::Csv).await.unwrap();
    assert_eq!(String::from_utf8(file.bytes).unwrap().lines().count(), 2);
}

/// The search finds a text wherever it stands, in either of its ways: few deliveries that have it, or many.
#[tokio::test]
async fn a_text_is_found_where_few_have_it_and_where_many_do() {
    let depot = Depot::open("en").await;
    let count = async |text: &str| {
        let listing = DeliveryListing {
            text: Some(text.to_owned()),
            limit: Some(500.try_into().unwrap()),
            from: Some(Timestamp::from_micros(0).unwrap()),
            ..DeliveryListing::default()
        };
        let answered = depot.app.query(&Actor::desk(), DepotQuery::Deliveries(listing)).await.unwrap();
        let DepotAnswer::Deliveries(page) = answered.answer else { panic!("another query was answered") };
        (page.items.len(), page.next_cursor.is_some())
    };
    assert_eq!(count("upper").await, (500, true));
    assert_eq!(count("hyperlink").await, (1, false));
    assert_eq!(count("00000000-0000-0000-0000-00000000006").await, (12, false));
    assert_eq!(count("100%").await, (0, false));
    assert_eq!(count("nobody").await, (0, false));
    assert_eq!(count(" ").await, (500, true));
}
