//! The log's filters find what reading all of it and sifting by hand finds, in pages.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use depot_app::{
    Actor, App, AppOptions, Code, DepotAnswer, DepotQuery, EventCategory, EventListing, EventView,
    Generation, Limit, Settings,
};
use depot_domain::values::Timestamp;

async fn depot() -> (App, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let until: Timestamp = "2026-03-04T15:00:00Z".parse().unwrap();
    let options =
        AppOptions { clock: Arc::new(move || until), ..AppOptions::new(folder.path(), Settings::default()) };
    let app = App::open(options).unwrap();
    app.generate(Generation { deliveries: 120, seed: 9, until: None, drivers: None }).await.unwrap();
    (app, folder)
}

/// Every page of a listing, one after the other.
async fn pages(app: &App, listing: &EventListing) -> Vec<EventView> {
    let mut before = None;
    let mut found = vec![];
    loop {
        let limit = Some(Limit::try_from(37).unwrap());
        let query = DepotQuery::Events(EventListing { before, limit, ..listing.clone() });
        let DepotAnswer::Events(page) = app.query(&Actor::desk(), query).await.unwrap().answer else {
            panic!()
        };
        found.extend(page.items);
        before = page.next_before;
        if before.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn filters_find_what_sifting_by_hand_finds() {
    let (app, _folder) = depot().await;
    let all = pages(&app, &EventListing::default()).await;
    let head = u64::try_from(all.len()).unwrap();
    assert_eq!(
        all.iter().map(|event| event.sequence).collect::<Vec<_>>(),
        (1..=head).rev().collect::<Vec<_>>()
    );

    let reached = all.iter().find(|event| event.event_type == "CheckpointReached").unwrap();
    let (from, to) = (all[all.len() * 2 / 3].recorded_at, all[all.len() / 3].recorded_at);
    assert!(from < to);
    let none = EventListing::default();
    let listings = [
        EventListing { event_type: Some("IncidentReported".to_owned()), ..none.clone() },
        EventListing { actor: Some(reached.actor.clone()), ..none.clone() },
        EventListing { from: Some(from), to: Some(to), ..none.clone() },
        EventListing { from: Some(to), ..none.clone() },
        EventListing { category: Some(EventCategory::Fleet), to: Some(to), ..none.clone() },
        EventListing { entity_id: Some(reached.entity_id), from: Some(from), ..none.clone() },
        EventListing {
            event_type: Some("CheckpointReached".to_owned()),
            actor: Some(reached.actor.clone()),
            from: Some(from),
            to: Some(to),
            ..none.clone()
        },
        EventListing { actor: Some("desk:nobody".to_owned()), ..none },
    ];
    for listing in listings {
        let by_hand: Vec<_> = all
            .iter()
            .filter(|event| listing.category.is_none_or(|category| event.category == category))
            .filter(|event| listing.entity_id.is_none_or(|id| event.entity_id == id))
            .filter(|event| listing.event_type.as_ref().is_none_or(|name| event.event_type == *name))
            .filter(|event| listing.actor.as_ref().is_none_or(|actor| event.actor == *actor))
            .filter(|event| listing.from.is_none_or(|from| event.recorded_at >= from))
            .filter(|event| listing.to.is_none_or(|to| event.recorded_at < to))
            .map(|event| event.sequence)
            .collect();
        let found: Vec<_> = pages(&app, &listing).await.iter().map(|event| event.sequence).collect();
        assert_eq!(found, by_hand, "{listing:?}");
    }
    app.close().await;
}

#[tokio::test]
async fn an_unknown_type_is_refused_with_the_known_ones() {
    let (app, _folder) = depot().await;
    let listing = EventListing { event_type: Some("Nothing".to_owned()), ..EventListing::default() };
    let refusal = app.query(&Actor::desk(), DepotQuery::Events(listing)).await.unwrap_err();
    assert_eq!(refusal.code, Code::Malformed);
    assert!(refusal.detail.contains("CheckpointReached, "), "{}", refusal.detail);
    app.close().await;
}

#[tokio::test]
async fn everybody_whom_events_name_can_be_picked() {
    let (app, _folder) = depot().await;
    let DepotAnswer::Actors(actors) = app.query(&Actor::desk(), DepotQuery::Actors {}).await.unwrap().answer
    else {
        panic!()
    };
    assert_eq!((actors[0].actor.as_str(), actors[0].name.as_deref()), ("desk", None));
    app.close().await;
}

#[tokio::test]
async fn consumers_of_one_credential_are_bounded() {
    let (app, _folder) = depot().await;
    let category = EventCategory::Fleet;
    let keep = async |name: String| app.acknowledge(&Actor::desk(), category, &name, 1).await;
    for number in 0..100 {
        keep(format!("erp-{number}")).await.unwrap();
    }
    assert_eq!(keep("one-more".to_owned()).await.unwrap_err().code, Code::Unfit);
    assert_eq!(keep("erp-7".to_owned()).await.unwrap(), 1, "a known one goes on");
    app.close().await;
}
