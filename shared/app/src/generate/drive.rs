//! What a driver's phone tells of one delivery: mostly on time, now and then late, seldom failed.

use chrono::TimeDelta;
use depot_domain::DeliveryCommand;
use depot_domain::delivery::DeliveryStatus;
use depot_domain::values::{DeliveryId, IncidentId, Timestamp};
use rand::Rng;

use super::day::{Crewman, Depot, Timetable, minutes_after};
use super::words::{self, any, valid};
use crate::actor::Actor;
use crate::command::EntityCommand;

/// Of a hundred deliveries, how many fail. Of a hundred that fail in the last wave of a day, how many are tried again: before
/// that the crew has other bookings.
const FAIL: u32 = 2;
const TRIED_AGAIN: u32 = 90;

/// Of a hundred deliveries, how many have an incident.
const MISHAPS: u32 = 8;

/// What was told of a delivery so far.
struct Journey<'a> {
    depot: &'a mut Depot,
    id: DeliveryId,
    phone: Actor,
    /// When it happened, and when the depot heard of it: a phone without a signal tells later, but in order.
    at: Timestamp,
    heard: Timestamp,
}

impl Depot {
    /// Drives a delivery; says when the driver is free again.
    pub(super) fn drive(
        &mut self,
        id: DeliveryId,
        route: &Timetable,
        driver: &Crewman,
        is_last: bool,
        ends_day: bool,
    ) -> Timestamp {
        let drift = self.drift();
        let leaves = route.start.max(minutes_after(driver.free_at, 2));
        let leaves = leaves.saturating_add(TimeDelta::seconds(self.rng.random_range(-120..=180)));
        let fails = self.rng.random_range(0..100) < FAIL;
        let reaches = if fails { self.rng.random_range(0..route.stops.len()) } else { route.stops.len() };
        let mishap = self.rng.random_range(0..100) < MISHAPS;
        let mut journey = Journey { depot: self, id, phone: driver.actor(), at: leaves, heard: leaves };
        journey.moves_to(DeliveryStatus::InTransit, None);
        journey.stops(route, 0..reaches, drift);
        if mishap {
            journey.mishap(is_last);
        }
        if fails {
            journey.passes(4..12);
            let reason = any(&mut journey.depot.rng, &words::FAILURES);
            journey.moves_to(DeliveryStatus::Failed, Some(reason));
            if !ends_day || journey.depot.rng.random_range(0..100) >= TRIED_AGAIN {
                return journey.at;
            }
            journey.passes(10..25);
            journey.moves_to(DeliveryStatus::PickedUp, None);
            journey.passes(1..5);
            journey.moves_to(DeliveryStatus::InTransit, None);
            journey.stops(route, reaches..route.stops.len(), drift);
        }
        journey.proves(route)
    }

    /// How many minutes a delivery loses on its way.
    fn drift(&mut self) -> i64 {
        match self.rng.random_range(0..100) {
            0..70 => self.rng.random_range(-3..=4),
            70..90 => self.rng.random_range(4..=12),
            90..98 => self.rng.random_range(12..=30),
            _ => self.rng.random_range(30..=60),
        }
    }
}

impl Journey<'_> {
    fn passes(&mut self, minutes: std::ops::Range<i64>) {
        self.at = minutes_after(self.at, self.depot.rng.random_range(minutes));
    }

    fn reports(&mut self, command: DeliveryCommand) {
        let lag = match self.depot.rng.random_range(0..100) {
            0..98 => self.depot.rng.random_range(0..3),
            _ => self.depot.rng.random_range(120..1_500),
        };
        self.heard = self.heard.max(self.at.saturating_add(TimeDelta::seconds(lag)));
        let command = EntityCommand::Delivery(self.id, command);
        self.depot.tell(self.at, self.heard, self.phone.clone(), command);
    }

    fn moves_to(&mut self, status: DeliveryStatus, reason: Option<&str>) {
        self.reports(DeliveryCommand::ChangeDeliveryStatus { status, reason: reason.map(valid) });
    }

    /// Reaches checkpoints, `drift` minutes behind the plan at the last of the route.
    fn stops(&mut self, route: &Timetable, which: std::ops::Range<usize>, drift: i64) {
        let many = i64::try_from(route.stops.len()).unwrap_or(1);
        for (number, (sequence, location, expected)) in (1..).zip(&route.stops[which.clone()]) {
            let number = number + i64::try_from(which.start).unwrap_or(0);
            let due = minutes_after(*expected, drift * number / many);
            let earliest = minutes_after(self.at, self.depot.rng.random_range(3..8));
            let blur = TimeDelta::seconds(self.depot.rng.random_range(-50..=50));
            self.at = due.saturating_add(blur).max(earliest);
            self.reports(DeliveryCommand::ReachCheckpoint {
                route_id: route.id,
                sequence: *sequence,
                location: Some(location.clone()),
            });
        }
    }

    /// Something goes wrong; the desk says when it is over, on the last day not always.
    fn mishap(&mut self, is_last: bool) {
        let incident_id: IncidentId = self.depot.id(self.at);
        let (kind, description, note) = any(&mut self.depot.rng, &words::MISHAPS);
        self.passes(1..4);
        self.reports(DeliveryCommand::ReportIncident {
            incident_id: Some(incident_id),
            kind: valid(kind),
            description: valid(description),
            severity: None,
            photos: vec![],
        });
        let minutes = self.depot.rng.random_range(8..90);
        let stays = self.depot.rng.random_bool(0.3);
        if !(is_last && stays) {
            let note = Some(valid(note));
            let command = DeliveryCommand::ResolveIncident { incident_id, note };
            let at = minutes_after(self.heard, minutes);
            self.depot.say(at, EntityCommand::Delivery(self.id, command));
        }
    }

    /// The delivery is handed over; says when the driver is free.
    fn proves(&mut self, route: &Timetable) -> Timestamp {
        self.passes(3..9);
        let receiver = any(&mut self.depot.rng, &words::LAST_NAMES);
        let place = route.stops.last().map_or("", |(_, location, _)| location.as_str());
        self.reports(DeliveryCommand::CaptureProof {
            receiver_name: valid(&format!("{receiver}, {place}")),
            signature_url: Some(valid(&format!("https://signatures.example/{}", self.id))),
            signature: None,
            photos: vec![],
        });
        self.at
    }
}
