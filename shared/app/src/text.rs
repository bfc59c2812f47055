//! What lists find texts by and sort them by: keys that are stored beside the texts, and what a search asks of them.
//!
//! The desk searches with the same rules, in `ui/kit/textMatch.ts`; `ui/kit/testing/search-cases.json` is the test of both.
//! A change here changes stored keys: it needs a migration that has them computed again, as `MIGRATION` does.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use depot_domain::text::{fold, fold_written_out, is_word_character};
use depot_store::Migration;
use icu_collator::options::CollatorOptions;
use icu_collator::preferences::CollationNumericOrdering;
use icu_collator::{CollatorBorrowed, CollatorPreferences};

/// Each text that is searched, sorted or unique gets its key; the indexes of the texts become indexes of their keys.
pub(crate) const MIGRATION: Migration = Migration {
    id: 2026_113040,
    sql: "ALTER TABLE drivers ADD COLUMN search TEXT NOT NULL DEFAULT '';
          ALTER TABLE drivers ADD COLUMN name_order BLOB NOT NULL DEFAULT x'';
          ALTER TABLE drivers ADD COLUMN license_order BLOB NOT NULL DEFAULT x'';
          ALTER TABLE drivers ADD COLUMN license_key TEXT NOT NULL DEFAULT '';
          DROP INDEX drivers_by_license;
          DROP INDEX drivers_by_name;
          CREATE INDEX drivers_by_license ON drivers (license_key, id);
          CREATE INDEX drivers_by_name ON drivers (name_order, id);

          ALTER TABLE vehicles ADD COLUMN search TEXT NOT NULL DEFAULT '';
          ALTER TABLE vehicles ADD COLUMN registration_order BLOB NOT NULL DEFAULT x'';
          ALTER TABLE vehicles ADD COLUMN type_order BLOB NOT NULL DEFAULT x'';
          ALTER TABLE vehicles ADD COLUMN registration_key TEXT NOT NULL DEFAULT '';
          DROP INDEX vehicles_by_registration;
          CREATE INDEX vehicles_by_registration ON vehicles (registration_key, id);
          CREATE INDEX vehicles_in_order ON vehicles (registration_order, id);

          ALTER TABLE routes ADD COLUMN search TEXT NOT NULL DEFAULT '';
          ALTER TABLE routes ADD COLUMN origin_order BLOB NOT NULL DEFAULT x'';
          ALTER TABLE routes ADD COLUMN destination_order BLOB NOT NULL DEFAULT x'';
          DROP INDEX routes_by_place;
          CREATE INDEX routes_by_search ON routes (search, id);
          ALTER TABLE route_checkpoints ADD COLUMN search TEXT NOT NULL DEFAULT '';

          ALTER TABLE deliveries ADD COLUMN receiver_search TEXT;
          DROP INDEX deliveries_by_receiver;
          CREATE INDEX deliveries_by_receiver ON deliveries (receiver_search, id) WHERE receiver_search IS NOT NULL;

          ALTER TABLE incidents ADD COLUMN search TEXT NOT NULL DEFAULT '';
          ALTER TABLE incidents ADD COLUMN kind_order BLOB NOT NULL DEFAULT x'';

          INSERT INTO rebuilds_due SELECT 'keys of texts' WHERE EXISTS (SELECT 1 FROM events);",
};

/// Deliveries are found by every name that their route, driver and vehicle have had: past ones show the former names.
pub(crate) const NAMES_MIGRATION: Migration = Migration {
    id: 2026_113041,
    sql: "ALTER TABLE drivers ADD COLUMN names TEXT NOT NULL DEFAULT '';
          ALTER TABLE vehicles ADD COLUMN names TEXT NOT NULL DEFAULT '';
          ALTER TABLE routes ADD COLUMN names TEXT NOT NULL DEFAULT '';
          DROP INDEX routes_by_search;
          CREATE INDEX routes_by_names ON routes (names, id);
          INSERT INTO rebuilds_due SELECT 'former names' WHERE EXISTS (SELECT 1 FROM events);",
};

/// Adds the search text `?` to the names that a row has had, as SQL for its column `names`.
pub(crate) const ADD_NAME: &str =
    "IIF(names = '', ?6, IIF(instr(names, ?6), names, names || char(10) || ?6))";

/// Bytes whose order is the order of the texts in a language's lists, with numbers by their value: *Tour 2*, *Tour 10*.
///
/// English and German sort alike (the root of CLDR), so that a key holds whatever the depot's language is.
pub(crate) fn sort_key(text: &str) -> Vec<u8> {
    static COLLATOR: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
        let mut preferences = CollatorPreferences::default();
        preferences.numeric_ordering = Some(CollationNumericOrdering::True);
        CollatorBorrowed::try_new(preferences, CollatorOptions::default()).ok()
    });
    let mut key = Vec::with_capacity(text.len() * 2);
    if let Some(collator) = &*COLLATOR {
        let Ok(()) = collator.write_sort_key_to(text, &mut key);
    }
    key
}

/// What texts are searched in: the words of each, folded, and where it has a digit the same without what parts them.
pub(crate) fn search_text(texts: &[&str]) -> String {
    let mut forms = Vec::new();
    for text in texts {
        for folded in BTreeSet::from([fold(text), fold_written_out(text)]) {
            let words: Vec<_> = words(&folded).collect();
            if words.len() > 1 && has_digit(&folded) {
                forms.push(words.concat());
            }
            forms.push(words.join(" "));
        }
    }
    forms.retain(|form| !form.is_empty());
    // No word of a search has a line break, so that none is found across two texts.
    forms.join("\n")
}

fn words(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(|c| !is_word_character(c)).filter(|word| !word.is_empty())
}

fn has_digit(folded: &str) -> bool {
    folded.chars().any(char::is_numeric)
}

/// A word of a search, in the forms of which one must be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchWord {
    /// Its forms, without repetition: never none, and none of them empty.
    pub(crate) forms: Vec<String>,
}

/// The words that must all be found, in any order. Spaces part them; other signs part letters, but not what has a digit:
/// `AB-123` is one word.
pub(crate) fn search_words(query: &str) -> Vec<SearchWord> {
    query.split_whitespace().flat_map(search_words_of).collect()
}

fn search_words_of(part: &str) -> Vec<SearchWord> {
    let split = |folded: &str| {
        let words: Vec<String> = words(folded).map(str::to_owned).collect();
        if has_digit(folded) { vec![words.concat()] } else { words }
    };
    let pairs = split(&fold(part)).into_iter().zip(split(&fold_written_out(part)));
    let words = pairs.filter(|(plain, _)| !plain.is_empty()).map(|(plain, written_out)| {
        let forms = if plain == written_out { vec![plain] } else { vec![plain, written_out] };
        SearchWord { forms }
    });
    words.collect()
}

#[cfg(test)]
mod tests;
