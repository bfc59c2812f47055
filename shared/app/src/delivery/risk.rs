//! Which deliveries are likely to become late: what the depot warns of while something can still be done.
//!
//! A delivery is at risk when it has not ended, is not late yet, and one of these holds, the first that does:
//! - it lacks a driver or a vehicle and its route starts within half an hour (`unassigned`);
//! - its route started more than five minutes ago and it has not set off (`notStarted`);
//! - its next checkpoint is due within half an hour, and an incident of it is not resolved (`incident`);
//! - its next checkpoint is due within half an hour, and it was more than five minutes behind its plan when it
//!   set off or at the last checkpoint that it reached (`behind`).

use depot_domain::values::Timestamp;

/// How far ahead the depot looks.
const HORIZON_MICROS: i64 = 30 * 60_000_000;

/// How far behind its plan a delivery may be without being a worry.
const TOLERANCE_MICROS: i64 = 5 * 60_000_000;

/// The name of the risk of delivery `d` at `now`, or NULL, as SQL.
pub(super) fn of(now: Timestamp) -> String {
    let now = now.micros();
    let (soon, past) = (now.saturating_add(HORIZON_MICROS), now.saturating_sub(TOLERANCE_MICROS));
    format!(
        "CASE WHEN d.open = 0 OR d.due_at < {now} THEN NULL
           WHEN d.status = 'PickedUp' AND d.starts_at < {soon} AND (d.driver_id IS NULL OR d.vehicle_id IS NULL)
             THEN 'unassigned'
           WHEN d.status = 'PickedUp' AND d.starts_at < {past} THEN 'notStarted'
           WHEN d.due_at < {soon} AND d.open_incidents > 0 THEN 'incident'
           WHEN d.due_at < {soon} AND d.behind > {TOLERANCE_MICROS} THEN 'behind' END"
    )
}

/// Whether delivery `d` is at risk at `now`, as SQL that the index of open deliveries serves.
pub(super) fn is(now: Timestamp) -> String {
    format!("d.open = 1 AND d.due_at >= {} AND ({}) IS NOT NULL", now.micros(), of(now))
}
