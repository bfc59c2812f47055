//! Finds deliveries by a text, in either of two ways. Where few have it, those few are found by the indexes of the texts
//! and named one by one; where many have it, the list is walked in its order, and a page is soon full.

use rusqlite::types::Value;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::sql::{self, Filter, blob};

/// Up to here deliveries are named one by one.
const FEW: usize = 500;

/// The routes, drivers and vehicles that have the text `?`, which is one pattern throughout.
const ROUTES: &str =
    "SELECT id FROM routes WHERE origin LIKE ? ESCAPE '\\' OR destination LIKE ? ESCAPE '\\'";
const DRIVERS: &str = "SELECT id FROM drivers WHERE name LIKE ? ESCAPE '\\'";
const VEHICLES: &str = "SELECT id FROM vehicles WHERE registration LIKE ? ESCAPE '\\'";

/// Demands that a delivery has `text` in origin, destination, driver, vehicle or receiver, or begins its id with it.
pub(super) fn narrow(tables: &Connection, filter: &mut Filter, text: &str) -> rusqlite::Result<()> {
    let Some(pattern) = sql::pattern(text) else { return Ok(()) };
    let ids = ids_beginning_with(text);
    let found = few(tables, &pattern, ids)?;
    if found.len() <= FEW {
        filter.any_of("d.id", Some(found.into_iter().map(blob).collect()));
        return Ok(());
    }
    // The plus keeps SQLite from collecting and sorting all of them before it shows the first.
    let by_id = ids.map_or(String::new(), |(first, last)| {
        format!(" OR d.id BETWEEN x'{}' AND x'{}'", first.simple(), last.simple())
    });
    let clause = format!(
        "(+d.route_id IN ({ROUTES}) OR +d.driver_id IN ({DRIVERS}) OR +d.vehicle_id IN ({VEHICLES}) \
         OR d.receiver_name LIKE ? ESCAPE '\\'{by_id})"
    );
    filter.demand(clause, &Value::Text(pattern));
    Ok(())
}

/// The deliveries that have the text, but no more of them than one over [`FEW`].
fn few(tables: &Connection, pattern: &str, ids: Option<(Uuid, Uuid)>) -> rusqlite::Result<Vec<Uuid>> {
    let [routes, drivers, vehicles] = [ROUTES, DRIVERS, VEHICLES].map(|sql| sql.replace('?', "?1"));
    let (first, last) = ids.unzip();
    let sql = format!(
        "SELECT id FROM deliveries WHERE route_id IN ({routes})
         UNION ALL SELECT id FROM deliveries WHERE driver_id IN ({drivers})
         UNION ALL SELECT id FROM deliveries WHERE vehicle_id IN ({vehicles})
         UNION ALL SELECT id FROM deliveries WHERE receiver_name IS NOT NULL AND receiver_name LIKE ?1 ESCAPE '\\'
         UNION ALL SELECT id FROM deliveries WHERE id BETWEEN ?2 AND ?3
         LIMIT {}",
        FEW + 1
    );
    sql::all(tables, &sql, params![pattern, first, last], |row| row.get(0))
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
