//! A generated history: as many deliveries as wanted, the same for the same seed, and a depot like any other.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use depot_app::{Actor, App, AppOptions, Code, DepotAnswer, DepotQuery, EventListing, Generation, Settings};

const NOON: &str = "2026-03-04T12:10:00Z";

fn open(folder: &std::path::Path) -> App {
    App::open(AppOptions::new(folder, Settings::default())).unwrap()
}

fn wanted(deliveries: u32, seed: u64) -> Generation {
    Generation { deliveries, seed, until: Some(NOON.parse().unwrap()), drivers: None }
}

async fn ask(app: &App, query: DepotQuery) -> DepotAnswer {
    app.query(&Actor::desk(), query).await.unwrap().answer
}

#[tokio::test]
async fn it_is_a_day_in_full_swing_after_others_that_ended() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    let generated = app.generate(wanted(150, 7)).await.unwrap();
    assert_eq!((generated.deliveries, generated.events), (150, app.head()));
    let per_delivery = generated.events / 150;
    assert!((8..=12).contains(&per_delivery), "{per_delivery} events per delivery");

    let DepotAnswer::Board(board) = ask(&app, DepotQuery::Board { day: None }).await else { panic!() };
    let counts = board.counts;
    assert_eq!(counts.total, 150);
    assert!(counts.delivered > 86, "the days before have ended, and half of this one: {counts:?}");
    assert!(counts.picked_up > 5 && counts.in_transit > 2, "{counts:?}");
    let until = NOON.parse().unwrap();
    assert!(
        board.recent.iter().all(|event| event.recorded_at <= until && event.occurred_at <= event.recorded_at)
    );

    let before = app.projections().await.unwrap();
    assert_eq!(app.rebuild().await.unwrap(), generated.events);
    assert_eq!(app.projections().await.unwrap(), before);
    app.close().await;
}

#[tokio::test]
async fn the_same_seed_gives_the_same_record() {
    let mut records = vec![];
    for seed in [3, 3, 4] {
        let folder = tempfile::tempdir().unwrap();
        let app = open(folder.path());
        app.generate(wanted(70, seed)).await.unwrap();
        records.push(app.projections().await.unwrap());
        app.close().await;
    }
    assert_eq!(records[0], records[1]);
    assert_ne!(records[0], records[2]);
}

#[tokio::test]
async fn a_depot_with_a_record_of_its_own_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let app = open(folder.path());
    let refused = app.generate(wanted(0, 1)).await.unwrap_err();
    assert_eq!(refused.code, Code::Malformed);
    app.generate(wanted(1, 1)).await.unwrap();
    let events = app.head();
    let refused = app.generate(wanted(1, 1)).await.unwrap_err();
    assert_eq!((refused.code, app.head()), (Code::RuleBroken, events));
    let DepotAnswer::Events(page) = ask(&app, DepotQuery::Events(EventListing::default())).await else {
        panic!()
    };
    assert!(!page.items.is_empty());
    app.close().await;
}
