//! Random works in random batches against a model: the log is what the works that succeeded appended, in order.

use crate::common::*;
use depot_store::{AppendError, WriteError, chain, log};
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum End {
    Keep,
    Refuse,
    Panic,
}

#[derive(Clone, Copy, Debug)]
struct Work {
    stream: u128,
    events: usize,
    stale: bool,
    end: End,
}

fn works() -> impl Strategy<Value = Vec<Work>> {
    let end = prop_oneof![6 => Just(End::Keep), 2 => Just(End::Refuse), 1 => Just(End::Panic)];
    let work = (0..5_u128, 0..4_usize, prop::bool::weighted(0.1), end)
        .prop_map(|(stream, events, stale, end)| Work { stream, events, stale, end });
    prop::collection::vec(work, 1..60)
}

async fn run(store: &TestStore, work: Work) -> Result<usize, WriteError<Failure>> {
    store
        .write(move |unit, _| {
            let version = unit.version(stream(work.stream))? + u32::from(work.stale);
            let events = vec![event("{}"); work.events];
            unit.append(stream(work.stream), "delivery", version, &events, &meta(0))?;
            match work.end {
                End::Keep => Ok(work.events),
                End::Refuse => Err(Failure::Refused),
                End::Panic => panic!("a work panics"),
            }
        })
        .await
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_log_is_what_the_works_that_succeeded_appended(works in works(), batch in 1..20_usize) {
        let folder = folder();
        let mut options = depot_store::StoreOptions::new(folder.path());
        options.batch = batch;
        let store = TestStore::open(options, NOTES).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // On one thread tasks are first polled, and so queued, in the order they were spawned.
        let results = runtime.block_on(async {
            let tasks: Vec<_> = works
                .iter()
                .map(|work| {
                    let (store, work) = (store.clone(), *work);
                    tokio::spawn(async move { run(&store, work).await })
                })
                .collect();
            let mut results = Vec::new();
            for task in tasks {
                results.push(task.await.unwrap());
            }
            results
        });
        let mut model = Vec::new();
        for (work, result) in works.iter().zip(results) {
            match result {
                Ok(_) => model.extend(std::iter::repeat_n(stream(work.stream), work.events)),
                Err(WriteError::Refused(Failure::Append(AppendError::WrongVersion { .. }))) => prop_assert!(work.stale),
                Err(WriteError::Refused(_)) => prop_assert!(matches!(work.end, End::Refuse)),
                Err(WriteError::Panicked) => prop_assert!(matches!(work.end, End::Panic)),
                Err(other) => prop_assert!(false, "{other:?}"),
            }
        }
        let log = read(&store, |c| log::all(c, 0, 1000));
        prop_assert_eq!(log.iter().map(|event| event.stream).collect::<Vec<_>>(), model);
        prop_assert_eq!(read(&store, |c| Ok(chain::verify(c, None, &[]).unwrap())).events, store.head());
    }
}
