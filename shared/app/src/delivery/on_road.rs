//! Which deliveries belong to a stretch of time: one definition for lists, lanes and the figures of a day.
//!
//! A delivery is on the road from its planned start to its planned end, and while it is under way until now. One that is tried
//! again is on the road from then on. One that spans midnight belongs to both days, and one that should have ended yesterday
//! belongs to today until it ends.

use depot_domain::delivery::DeliveryStatus;
use depot_domain::values::Timestamp;
use rusqlite::Connection;

use crate::sql::{self, Filter};

const DAY_MICROS: i64 = 86_400_000_000;

/// Selects the ids of the deliveries that started before `from` and are on the road then. What takes up to a day began less
/// than a day before; the few that take longer, and the few under way, have an index each.
fn earlier(from: Timestamp, to: Option<Timestamp>, now: Timestamp) -> String {
    let (from, under_way) = (from.micros(), under_way("deliveries"));
    let overrun = if from <= now.micros() {
        format!(" UNION SELECT id FROM deliveries WHERE {under_way} AND starts_at < {from}")
    } else {
        String::new()
    };
    let to = to.map_or(i64::MAX, Timestamp::micros);
    format!(
        "SELECT id FROM deliveries WHERE starts_at >= {from} - {DAY_MICROS} AND starts_at < {from} AND ends_at > {from}
         UNION SELECT id FROM deliveries WHERE ends_at - starts_at > {DAY_MICROS} AND ends_at > {from} AND starts_at < {from}
         UNION SELECT id FROM deliveries WHERE open = 1 AND starts_at < {from}
           AND not_before < {to} AND not_before + ends_at - starts_at > {from}
         {overrun}"
    )
}

/// Whether a row of `table` is under way, as SQL.
pub(super) fn under_way(table: &str) -> String {
    let (one, other) = (DeliveryStatus::InTransit, DeliveryStatus::OutForDelivery);
    format!("{table}.status IN ('{one}', '{other}')")
}

/// Selects the ids of the deliveries on the road in `[from, to)`.
pub(super) fn ids(from: Timestamp, to: Timestamp, now: Timestamp) -> String {
    format!(
        "SELECT id FROM deliveries WHERE starts_at >= {} AND starts_at < {} UNION {}",
        from.micros(),
        to.micros(),
        earlier(from, Some(to), now)
    )
}

/// Demands that a delivery `d` is on the road in `[from, to)`, as far as both are given.
pub(super) fn narrow(
    tables: &Connection,
    filter: &mut Filter,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    now: Timestamp,
) -> rusqlite::Result<()> {
    filter.when("d.starts_at < ?", to.map(Timestamp::micros));
    let Some(from) = from else { return Ok(()) };
    let earlier = earlier(from, to, now);
    // The list is walked in the order of its starts: it need not begin before the first that counts.
    let sql = format!("SELECT MIN(starts_at) FROM deliveries WHERE id IN ({earlier})");
    let first: Option<i64> = sql::one(tables, &sql, [], |row| row.get(0))?.flatten();
    match first {
        Some(first) => filter
            .when("d.starts_at >= ?", Some(first))
            .when(&format!("(d.starts_at >= ? OR d.id IN ({earlier}))"), Some(from.micros())),
        None => filter.when("d.starts_at >= ?", Some(from.micros())),
    };
    Ok(())
}
