//! Finds deliveries by a text, in either of two ways. If one of its words is in few of them, those are found by the indexes
//! of the texts and named one by one; otherwise the list is walked in its order, and a page is soon full.

use rusqlite::{Connection, params_from_iter, types::Value};
use uuid::Uuid;

use crate::sql::{self, Filter, blob};
use crate::text::{SearchWord, search_words};

/// Up to here deliveries are named one by one.
const FEW: usize = 500;

/// The routes, drivers and vehicles that have or had a name in which a word `?` is found.
const ROUTES: &str = "SELECT id FROM routes WHERE instr(names, ?)";
const DRIVERS: &str = "SELECT id FROM drivers WHERE instr(names, ?)";
const VEHICLES: &str = "SELECT id FROM vehicles WHERE instr(names, ?)";

/// Demands that each word of `text` is found in origin, destination, driver, vehicle or receiver, or begins the id.
pub(super) fn narrow(tables: &Connection, filter: &mut Filter, text: &str) -> rusqlite::Result<()> {
    let words = search_words(text);
    let mut rarest: Option<(usize, Vec<Uuid>)> = None;
    for (place, word) in words.iter().enumerate() {
        let found = few(tables, word)?;
        if found.len() <= FEW && rarest.as_ref().is_none_or(|(_, ids)| found.len() < ids.len()) {
            rarest = Some((place, found));
        }
    }
    let named = rarest.as_ref().map(|(place, _)| *place);
    if let Some((_, ids)) = rarest {
        filter.any_of("d.id", Some(ids.into_iter().map(blob).collect()));
    }
    for (_, word) in words.iter().enumerate().filter(|(place, _)| Some(*place) != named) {
        // The plus keeps SQLite from collecting and sorting all of them before it shows the first.
        let mut clauses = vec![
            format!("+d.route_id IN ({ROUTES})"),
            format!("+d.driver_id IN ({DRIVERS})"),
            format!("+d.vehicle_id IN ({VEHICLES})"),
            "instr(d.receiver_search, ?)".to_owned(),
        ];
        clauses.extend(
            ids_of(word)
                .map(|(first, last)| format!("d.id BETWEEN x'{}' AND x'{}'", first.simple(), last.simple())),
        );
        let clauses: Vec<&str> = clauses.iter().map(String::as_str).collect();
        filter.contains_word(&clauses, word);
    }
    Ok(())
}

/// The deliveries in which a word is found, but no more of them than one over [`FEW`].
fn few(tables: &Connection, word: &SearchWord) -> rusqlite::Result<Vec<Uuid>> {
    let (mut selects, mut values) = (Vec::new(), Vec::new());
    for form in &word.forms {
        selects.extend([
            format!("SELECT id FROM deliveries WHERE route_id IN ({ROUTES})"),
            format!("SELECT id FROM deliveries WHERE driver_id IN ({DRIVERS})"),
            format!("SELECT id FROM deliveries WHERE vehicle_id IN ({VEHICLES})"),
            "SELECT id FROM deliveries WHERE receiver_search IS NOT NULL AND instr(receiver_search, ?)"
                .to_owned(),
        ]);
        values.extend((0..4).map(|_| Value::Text(form.clone())));
    }
    if let Some((first, last)) = ids_of(word) {
        selects.push("SELECT id FROM deliveries WHERE id BETWEEN ? AND ?".to_owned());
        values.extend([blob(first), blob(last)]);
    }
    let sql = format!("{} LIMIT {}", selects.join(" UNION ALL "), FEW + 1);
    sql::all(tables, &sql, params_from_iter(values), |row| row.get(0))
}

fn ids_of(word: &SearchWord) -> Option<(Uuid, Uuid)> {
    word.forms.first().and_then(|form| ids_beginning_with(form))
}

/// The first and the last id that begin with `text`, where it is hexadecimal digits and hyphens alone.
fn ids_beginning_with(text: &str) -> Option<(Uuid, Uuid)> {
    let digits = text.trim().replace('-', "");
    let is_id =
        !digits.is_empty() && digits.len() <= 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let bound = |filler: char| {
        let padded: String = digits.chars().chain(std::iter::repeat(filler)).take(32).collect();
        Uuid::try_parse(&padded).ok()
    };
    if is_id { bound('0').zip(bound('f')) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_an_id_is_a_range_of_ids() {
        let range =
            |text| ids_beginning_with(text).map(|(first, last)| (first.to_string(), last.to_string()));
        let (first, last) = range(" 0190D4a2-7 ").unwrap();
        assert_eq!(first, "0190d4a2-7000-0000-0000-000000000000");
        assert_eq!(last, "0190d4a2-7fff-ffff-ffff-ffffffffffff");
        assert_eq!(range("Harbour"), None);
        assert_eq!(range("-"), None);
        assert_eq!(range(&"a".repeat(33)), None);
    }
}
