//! The layers hold: a crate depends on nothing of ours but what its row allows, and the top level is as it is described.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate may depend on, of ours.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("depot-domain", &[]),
    ("depot-store", &[]),
    ("depot-app", &["depot-domain", "depot-store"]),
    ("depot-server", &["depot-app"]),
    ("eroad-depot", &["depot-app", "depot-server"]),
    ("acceptance", &["depot-app", "depot-domain"]),
    ("faults", &[]),
    ("xtask", &[]),
];

/// What the domain may depend on at all: with nothing else it cannot read a clock, a disk or a network.
const PURE: [&str; 7] = ["chrono", "icu_normalizer", "icu_properties", "serde", "thiserror", "ts-rs", "uuid"];

const TOP_LEVEL: [&str; 8] =
    ["Cargo.toml", "src-tauri", "ui", "shared", "tests", "tauri.conf.json", "README.md", "SECURITY.md"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().manifest_path(root().join("Cargo.toml")).no_deps().exec().unwrap();
    let packages = metadata.packages.iter().map(|package| {
        let used = package.dependencies.iter().filter(|used| used.kind != DependencyKind::Development);
        (package.name.to_string(), used.map(|used| used.name.clone()).collect())
    });
    packages.collect()
}

#[test]
fn no_crate_depends_on_one_that_its_row_does_not_allow() {
    let dependencies = dependencies();
    let allowed: BTreeMap<_, _> = ALLOWED.into_iter().collect();
    let ours: BTreeSet<_> = dependencies.keys().map(String::as_str).collect();
    assert_eq!(ours, allowed.keys().copied().collect(), "every crate has a row, and every row a crate");
    for (name, used) in &dependencies {
        for used in used.iter().filter(|used| ours.contains(used.as_str())) {
            assert!(allowed[name.as_str()].contains(&used.as_str()), "{name} must not depend on {used}");
        }
    }
}

#[test]
fn the_domain_is_pure() {
    let used = &dependencies()["depot-domain"];
    assert_eq!(used.iter().map(String::as_str).collect::<Vec<_>>(), PURE);
}

#[test]
fn the_tests_link_no_webview() {
    let used = &dependencies()["acceptance"];
    assert!(!used.iter().any(|name| name.contains("tauri") || name == "eroad-depot"), "{used:?}");
}

#[test]
fn the_top_level_is_as_it_is_described() {
    for name in TOP_LEVEL {
        assert!(root().join(name).exists(), "{name} is missing");
    }
}
