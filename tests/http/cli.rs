//! `depotd` on the command line.

use acceptance::Depot;

#[test]
fn a_second_process_on_the_folder_is_told_so() {
    let depot = Depot::start();
    let second = depot.depotd(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(!second.success && second.err.contains("in use by another process"), "{second:?}");
    let rebuilding = depot.depotd(&["rebuild"]);
    assert!(!rebuilding.success && rebuilding.err.contains("in use by another process"), "{rebuilding:?}");
}

#[test]
fn a_certificate_of_ones_own_needs_its_key() {
    let mut depot = Depot::start();
    depot.stop("TERM");
    let half =
        ["serve", "--tls", "--listen", "127.0.0.1:0", "--set", "endpoint.tls.certificate=/nowhere.pem"];
    let refused = depot.depotd(&half);
    assert!(!refused.success && refused.err.contains("endpoint.tls.key"), "{refused:?}");
    let refused = depot.depotd(&[&half[..], &["--set", "endpoint.tls.key=/nowhere.key"]].concat());
    assert!(!refused.success && refused.err.contains("/nowhere.pem"), "{refused:?}");
    let relative = depot.depotd(&["serve", "--set", "endpoint.tls.key=depot.key"]);
    assert!(!relative.success && relative.err.contains("all of its path"), "{relative:?}");
}

#[test]
fn an_unknown_setting_is_refused_with_the_valid_ones() {
    let mut depot = Depot::start();
    depot.stop("TERM");
    for setting in ["fleet.turnaround=5", "limits.rate.permits=none"] {
        let refused = depot.depotd(&["serve", "--listen", "127.0.0.1:0", "--set", setting]);
        assert!(!refused.success && refused.err.contains("limits.rate.permits"), "{refused:?}");
    }
    assert!(depot.depotd(&["settings"]).out.contains("fleet.turnaround_minutes"));
}

#[tokio::test]
async fn projections_can_be_made_anew() {
    let mut depot = Depot::generous().flag("--demo").start();
    let paths = [
        "/api/fleet/overview",
        "/api/routes/overview",
        "/api/deliveries?limit=500&sort=createdAt",
        "/api/incidents",
    ];
    let mut before = vec![];
    for path in paths {
        before.push(depot.admin().get(path).await.ok());
    }
    depot.stop("TERM");
    let rebuilt = depot.depotd(&["rebuild"]);
    assert!(rebuilt.success && rebuilt.out.starts_with("rebuilt every projection from"), "{rebuilt:?}");
    depot.start_again();
    for (path, before) in paths.into_iter().zip(before) {
        let after = depot.admin().get(path).await.ok();
        // Lateness goes on while this test runs; everything else must be the same.
        assert_eq!(without_lateness(&after), without_lateness(&before), "{path}");
    }
}

fn without_lateness(answer: &serde_json::Value) -> String {
    let mut answer = answer.clone();
    forget(&mut answer);
    answer.to_string()
}

fn forget(value: &mut serde_json::Value) {
    if let Some(object) = value.as_object_mut() {
        object.remove("lateSince");
        object.remove("atRisk");
        if object.contains_key("expectedTime") {
            object.remove("status");
        }
        object.values_mut().for_each(forget);
    } else if let Some(items) = value.as_array_mut() {
        items.iter_mut().for_each(forget);
    }
}
