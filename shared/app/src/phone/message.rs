//! Messages to drivers: what the depot did to their deliveries, as the events tell. That one was seen is kept beside.

use depot_domain::Delivery;
use depot_domain::delivery::{DeliveryEvent, DeliveryStatus};
use depot_domain::values::{DriverId, Timestamp};
use depot_store::Migration;
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{MessageId, MessageKind, PhoneMessage};
use crate::entity::{Recorded, decode};
use crate::error::{AppError, Code};
use crate::{log, sql};

pub(super) const MIGRATION: Migration = Migration {
    id: 2026_112552,
    sql: "CREATE TABLE driver_messages (
            driver_id BLOB NOT NULL,
            at INTEGER NOT NULL,
            delivery_id BLOB NOT NULL,
            version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            PRIMARY KEY (driver_id, at, delivery_id, version)
          ) WITHOUT ROWID;
          CREATE TABLE seen_messages (
            driver_id BLOB NOT NULL,
            delivery_id BLOB NOT NULL,
            version INTEGER NOT NULL,
            seen_at INTEGER NOT NULL,
            PRIMARY KEY (driver_id, delivery_id, version)
          ) WITHOUT ROWID;",
};

/// How long a message is shown after it was seen, in microseconds: a day.
const SHOWN_MICROS: i64 = 24 * 60 * 60 * 1_000_000;
/// How old a message may be to be shown at all, in microseconds: two weeks.
const KEPT_MICROS: i64 = 14 * SHOWN_MICROS;
const MAX_SHOWN: u32 = 100;

/// Messages that were not caused by a driver's own phone, with the event that each tells of.
const FROM: &str = "FROM driver_messages m JOIN streams s ON s.id = m.delivery_id
    JOIN events e ON e.stream_no = s.stream_no AND e.version = m.version
    LEFT JOIN seen_messages x ON x.driver_id = m.driver_id AND x.delivery_id = m.delivery_id AND x.version = m.version
    WHERE substr(e.actor, 1, 7) <> 'driver:'";

/// How many messages the driver of the token `t` has not seen, of those since `?1`.
pub(super) const UNSEEN_OF_TOKEN: &str = "SELECT COUNT(*) FROM driver_messages m JOIN streams s ON s.id = m.delivery_id
    JOIN events e ON e.stream_no = s.stream_no AND e.version = m.version
    LEFT JOIN seen_messages x ON x.driver_id = m.driver_id AND x.delivery_id = m.delivery_id AND x.version = m.version
    WHERE substr(e.actor, 1, 7) <> 'driver:' AND m.driver_id = t.driver_id AND m.at > ?1 AND x.seen_at IS NULL";

/// Writes the messages that an event makes. Runs after the delivery's own row was brought up to the event.
pub(crate) fn project(
    tables: &Connection,
    Recorded { id, version, at, event }: &Recorded<'_, DeliveryEvent>,
) -> rusqlite::Result<()> {
    let tell = |driver: Uuid, kind: MessageKind| {
        sql::run(
            tables,
            "INSERT OR REPLACE INTO driver_messages (driver_id, at, delivery_id, version, kind) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![driver, at.micros(), id, version, kind.as_str()],
        )
    };
    match event {
        DeliveryEvent::DriverAssigned(assigned) => {
            if let Some(previous) = assigned.previous_driver_id {
                tell(previous.uuid(), MessageKind::Taken)?;
            }
            tell(assigned.driver_id.uuid(), MessageKind::Given)
        }
        DeliveryEvent::DeliveryStatusChanged(changed) => {
            let kind = match (changed.old, changed.new) {
                (_, DeliveryStatus::Failed) => MessageKind::Failed,
                (DeliveryStatus::Failed, DeliveryStatus::PickedUp) => MessageKind::Reopened,
                (
                    _,
                    DeliveryStatus::PickedUp
                    | DeliveryStatus::InTransit
                    | DeliveryStatus::OutForDelivery
                    | DeliveryStatus::Delivered,
                ) => return Ok(()),
            };
            let sql = "SELECT driver_id FROM deliveries WHERE id = ?1";
            match sql::one(tables, sql, [id], |row| sql::maybe_id(row, "driver_id"))?.flatten() {
                Some(driver) => tell(driver, kind),
                None => Ok(()),
            }
        }
        DeliveryEvent::DeliveryCreated(_)
        | DeliveryEvent::VehicleAssigned(_)
        | DeliveryEvent::CheckpointReached(_)
        | DeliveryEvent::IncidentReported(_)
        | DeliveryEvent::IncidentResolved(_)
        | DeliveryEvent::ProofOfDeliveryCaptured(_)
        | DeliveryEvent::LateFactKept(_)
        | DeliveryEvent::LateFactSettled(_)
        | DeliveryEvent::AwaitedFileClosed(_)
        | DeliveryEvent::ReceiverErased(_) => Ok(()),
    }
}

/// What a driver has not seen yet, or saw lately; the newest first.
pub(super) fn of_driver(
    tables: &Connection,
    driver: DriverId,
    now: Timestamp,
) -> Result<Vec<PhoneMessage>, AppError> {
    let sql = format!(
        "SELECT m.delivery_id, m.version, m.kind, m.at, x.seen_at,
           (SELECT COALESCE(d.ended_origin, r.origin) FROM deliveries d JOIN routes r ON r.id = d.route_id WHERE d.id = m.delivery_id) AS origin,
           (SELECT COALESCE(d.ended_destination, r.destination) FROM deliveries d JOIN routes r ON r.id = d.route_id WHERE d.id = m.delivery_id) AS destination
         {FROM} AND m.driver_id = ?1 AND m.at > ?2 AND (x.seen_at IS NULL OR x.seen_at > ?3)
         ORDER BY m.at DESC, m.version DESC LIMIT {MAX_SHOWN}"
    );
    let bounds = params![driver.uuid(), now.micros() - KEPT_MICROS, now.micros() - SHOWN_MICROS];
    let mut messages = sql::all(tables, &sql, bounds, |row| {
        let delivery_id = sql::id(row, "delivery_id")?;
        Ok(PhoneMessage {
            id: MessageId { delivery: delivery_id, version: row.get("version")? },
            kind: sql::word(row, "kind")?,
            delivery_id,
            route_origin: row.get("origin")?,
            route_destination: row.get("destination")?,
            reason: None,
            at: sql::time(row, "at")?,
            seen_at: sql::maybe_time(row, "seen_at")?,
        })
    })?;
    for message in &mut messages {
        message.reason = reason(tables, message.id)?;
    }
    Ok(messages)
}

/// Why, as the event says that a message tells of.
fn reason(
    tables: &Connection,
    MessageId { delivery, version }: MessageId,
) -> Result<Option<String>, AppError> {
    let told = log::upcast(depot_store::log::stream(tables, delivery.uuid(), version.saturating_sub(1), 1)?)?;
    let Some(event) = told.first() else { return Ok(None) };
    Ok(match decode::<Delivery>(event)? {
        DeliveryEvent::DeliveryStatusChanged(changed) => changed.reason.map(String::from),
        DeliveryEvent::DeliveryCreated(_)
        | DeliveryEvent::DriverAssigned(_)
        | DeliveryEvent::VehicleAssigned(_)
        | DeliveryEvent::CheckpointReached(_)
        | DeliveryEvent::IncidentReported(_)
        | DeliveryEvent::IncidentResolved(_)
        | DeliveryEvent::ProofOfDeliveryCaptured(_)
        | DeliveryEvent::LateFactKept(_)
        | DeliveryEvent::LateFactSettled(_)
        | DeliveryEvent::AwaitedFileClosed(_)
        | DeliveryEvent::ReceiverErased(_) => None,
    })
}

/// Notes that a driver has seen messages; one that was seen before stays seen since then.
pub(crate) fn see(
    tables: &Connection,
    driver: DriverId,
    ids: &[MessageId],
    now: Timestamp,
) -> Result<(), AppError> {
    if ids.len() > MAX_SHOWN as usize {
        return Err(AppError::new(Code::Malformed, format!("ids: at most {MAX_SHOWN} at a time")));
    }
    for MessageId { delivery, version } in ids {
        let sql = "SELECT 1 FROM driver_messages WHERE driver_id = ?1 AND delivery_id = ?2 AND version = ?3";
        let own = params![driver.uuid(), delivery.uuid(), version];
        if sql::one(tables, sql, own, |_| Ok(()))?.is_none() {
            return Err(AppError::new(
                Code::NotFound,
                format!("There is no message {delivery}:{version} to this driver"),
            ));
        }
        let sql = "INSERT OR IGNORE INTO seen_messages (driver_id, delivery_id, version, seen_at) VALUES (?1, ?2, ?3, ?4)";
        sql::run(tables, sql, params![driver.uuid(), delivery.uuid(), version, now.micros()])?;
    }
    Ok(())
}
