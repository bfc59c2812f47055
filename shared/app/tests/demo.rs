//! The demo day: it holds everything that a depot can show, it can be removed, and its projections can be rebuilt.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use depot_app::{
    Actor, AdminCommand, App, AppOptions, CommandRequest, DepotAnswer, DepotCommand, DepotQuery, Settings,
    Trace,
};

async fn demo(folder: &std::path::Path) -> App {
    let app = App::open(AppOptions::new(folder, Settings::default())).unwrap();
    admin(&app, AdminCommand::LoadDemo {}).await;
    app
}

async fn admin(app: &App, command: AdminCommand) {
    let request = CommandRequest::new(DepotCommand::Depot { command });
    app.execute(&Actor::desk(), request, Trace::fresh()).await.unwrap();
}

async fn ask(app: &App, query: DepotQuery) -> DepotAnswer {
    app.query(&Actor::desk(), query).await.unwrap().answer
}

#[tokio::test]
async fn demo_day_loaded_twice_at_once_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(AppOptions::new(folder.path(), Settings::default())).unwrap();
    tokio::join!(admin(&app, AdminCommand::LoadDemo {}), admin(&app, AdminCommand::LoadDemo {}));
    let DepotAnswer::FleetOverview(fleet) = ask(&app, DepotQuery::FleetOverview {}).await else { panic!() };
    assert_eq!((fleet.driver_counts.total, fleet.vehicle_counts.total), (12, 15));
    admin(&app, AdminCommand::RemoveDemo {}).await;
    assert_eq!(app.head(), 0);
    app.close().await;
}

#[tokio::test]
async fn it_shows_every_status_around_the_present_hour() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    let DepotAnswer::FleetOverview(fleet) = ask(&app, DepotQuery::FleetOverview {}).await else { panic!() };
    assert_eq!((fleet.driver_counts.total, fleet.vehicle_counts.total), (12, 15));
    assert_eq!((fleet.driver_counts.suspended, fleet.driver_counts.unavailable), (1, 1));
    assert_eq!((fleet.vehicle_counts.maintenance, fleet.vehicle_counts.out_of_service), (1, 1));
    let DepotAnswer::Routes(overview) = ask(&app, DepotQuery::Routes(Default::default())).await else {
        panic!()
    };
    assert_eq!(overview.routes.len(), 20);
    let DepotAnswer::Board(board) = ask(&app, DepotQuery::Board { day: None }).await else { panic!() };
    let counts = board.counts;
    assert_eq!(counts.total, 40);
    for count in
        [counts.picked_up, counts.in_transit, counts.out_for_delivery, counts.delivered, counts.failed]
    {
        assert!(count >= 2, "{counts:?}");
    }
    assert!(board.late >= 2 && board.unassigned >= 2 && board.open_incidents >= 3, "{board:?}");
    assert!(board.recent.iter().all(|event| event.occurred_at <= app.now() && event.entity_name.is_some()));
    app.close().await;
}

#[tokio::test]
async fn its_projections_rebuilt_are_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    let before = app.projections().await.unwrap();
    // Nobody reports late on the demo day.
    let empty: Vec<_> =
        before.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table.as_str()).collect();
    assert_eq!(empty, ["late_facts"], "a table is empty, so it proves nothing");
    let events = app.rebuild().await.unwrap();
    assert!(events > 300);
    assert_eq!(app.projections().await.unwrap(), before);
    assert_eq!(app.verify().await.unwrap().events, events);
    app.close().await;
}

#[tokio::test]
async fn it_is_removed_in_one_step_and_a_real_depot_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let app = demo(folder.path()).await;
    admin(&app, AdminCommand::RemoveDemo {}).await;
    assert!(app.projections().await.unwrap().values().all(Vec::is_empty));
    let DepotAnswer::Session(session) = ask(&app, DepotQuery::Session {}).await else { panic!() };
    assert!(session.empty && !session.demo);
    let request = CommandRequest::new(DepotCommand::Depot { command: AdminCommand::RemoveDemo {} });
    let refused = app.execute(&Actor::desk(), request, Trace::fresh()).await.unwrap_err();
    assert_eq!(refused.detail, "This depot is no demo: its record cannot be removed");
    admin(&app, AdminCommand::LoadDemo {}).await;
    assert_eq!(app.verify().await.unwrap().events, app.rebuild().await.unwrap());
    app.close().await;
}
