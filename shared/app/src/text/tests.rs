//! Searching and sorting, by the cases that the desk's own search is tested with as well.

use serde::Deserialize;

use super::{search_text, search_words, sort_key};

#[derive(Deserialize)]
struct Cases {
    found: Vec<Case>,
    missed: Vec<Case>,
    sorted: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Case {
    query: String,
    texts: Vec<String>,
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("../../../../ui/kit/testing/search-cases.json")).unwrap()
}

fn is_found(Case { query, texts }: &Case) -> bool {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let searched = search_text(&texts);
    search_words(query).iter().all(|word| word.forms.iter().any(|form| searched.contains(form)))
}

#[test]
fn search_of_shared_cases_finds_what_it_should() {
    let Cases { found, missed, .. } = cases();
    for case in &found {
        assert!(is_found(case), "{:?} finds {:?}", case.query, case.texts);
    }
    for case in &missed {
        assert!(!is_found(case), "{:?} does not find {:?}", case.query, case.texts);
    }
}

#[test]
fn sort_keys_of_shared_cases_are_in_order() {
    for order in cases().sorted {
        let mut keyed: Vec<_> = order.iter().rev().cloned().collect();
        keyed.sort_by_key(|text| sort_key(text));
        assert_eq!(keyed, order);
    }
}

/// Keys are stored: another version of the collation's data must not change them unnoticed.
#[test]
fn sort_key_of_a_known_text_stays_as_it_is() {
    let hex = |text: &str| sort_key(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let known = "5147534d04100c042b474f4f013e964596700501dcc0dcc3e0d3";
    assert_eq!(
        hex("Tour 10 Äöß"),
        known,
        "the collation changed: add a migration that computes the keys again"
    );
}
