//! The decision over route, driver, vehicle and their bookings: may this delivery have them, and when else?
//!
//! It does not change any of them. Who calls it makes check and booking one atomic step.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::Serialize;
use ts_rs::TS;

use crate::decider::{Kind, Refusal};
use crate::fleet::driver::{Driver, DriverStatus};
use crate::fleet::vehicle::{Vehicle, VehicleStatus};
use crate::route::{Route, RouteStatus};
use crate::values::{DeliveryId, DriverId, Interval, RouteId, Timestamp, VehicleId, words};

words!(/// What a booking holds.
ResourceKind ("a kind of resource") {
    /// A driver.
    Driver,
    /// A vehicle.
    Vehicle,
});

/// A driver or a vehicle in a decision: what is known of it, and what it is booked for.
#[derive(Debug)]
pub struct Candidate<'a, Id, Entity> {
    /// Which one.
    pub id: Id,
    /// Its state, where it exists.
    pub entity: Option<&'a Entity>,
    /// Its bookings by deliveries that have not ended.
    pub calendar: &'a Calendar,
}

// Not derived: that would ask `Entity` to be `Copy`, which only its reference is.
impl<Id: Copy, Entity> Clone for Candidate<'_, Id, Entity> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<Id: Copy, Entity> Copy for Candidate<'_, Id, Entity> {}

/// What the depot knows about those whom a delivery involves.
#[derive(Clone, Copy, Debug)]
pub struct Dispatch<'a> {
    /// The route that is to be driven.
    pub route: Option<(RouteId, Option<&'a Route>)>,
    /// Who would drive.
    pub driver: Option<Candidate<'a, DriverId, Driver>>,
    /// What would be driven.
    pub vehicle: Option<Candidate<'a, VehicleId, Vehicle>>,
    /// How much time stays free between two bookings.
    pub turnaround: TimeDelta,
    /// When the decision is made. Until a delivery under way has ended, it holds its crew at least as long.
    pub now: Timestamp,
}

/// A resource is booked by another delivery in the time asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct BookingConflict {
    /// What is taken.
    pub resource: ResourceKind,
    /// Which one is taken.
    pub resource_id: String,
    /// Its name or registration.
    pub resource_name: String,
    /// The delivery that holds it.
    pub delivery_id: DeliveryId,
    /// From when that delivery holds it.
    pub start: Timestamp,
    /// Until when that delivery holds it.
    pub end: Timestamp,
    /// Whether that delivery is still under way after this end. Nobody knows then when it ends.
    pub overrun: bool,
    /// The first start, not before the one asked for, at which everything asked for is free for as long.
    pub next_free_start: Timestamp,
}

impl std::fmt::Display for BookingConflict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { resource, resource_name, delivery_id, start, end, next_free_start, .. } = self;
        write!(f, "{resource} {resource_name} is booked by delivery {delivery_id} from {start} to {end}")?;
        if self.overrun {
            write!(
                f,
                " and still under way with it; the next free start is {next_free_start} at the earliest"
            )
        } else {
            write!(f, "; the next free start is {next_free_start}")
        }
    }
}

/// Why a delivery may not have the route, driver or vehicle that it asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, TS)]
#[serde(tag = "rule", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "the messages say what the variants and their fields are")]
pub enum DispatchError {
    #[error("There is no route {route_id}")]
    RouteNotFound { route_id: RouteId },
    #[error("Route {route_id} is {status}: a delivery needs an Active route")]
    RouteNotActive { route_id: RouteId, status: RouteStatus },
    #[error("There is no driver {driver_id}")]
    DriverNotFound { driver_id: DriverId },
    #[error("Driver {driver_name} is {status} and cannot be assigned")]
    DriverNotAvailable { driver_id: DriverId, driver_name: String, status: DriverStatus },
    #[error("There is no vehicle {vehicle_id}")]
    VehicleNotFound { vehicle_id: VehicleId },
    #[error("Vehicle {registration} is {status} and cannot be assigned")]
    VehicleNotAvailable { vehicle_id: VehicleId, registration: String, status: VehicleStatus },
    #[error("{0}")]
    BookingConflict(BookingConflict),
}

impl Refusal for DispatchError {
    fn kind(&self) -> Kind {
        match self {
            Self::RouteNotFound { .. } | Self::DriverNotFound { .. } | Self::VehicleNotFound { .. } => {
                Kind::NotFound
            }
            Self::RouteNotActive { .. }
            | Self::DriverNotAvailable { .. }
            | Self::VehicleNotAvailable { .. }
            | Self::BookingConflict(_) => Kind::Broken,
        }
    }
}

impl Dispatch<'_> {
    /// Checks everything that `delivery` needs before it may begin: an active route, an available driver and
    /// vehicle where they are named, and neither booked by another delivery in the route's time. A delivery that is tried
    /// again begins no earlier than `not_before`.
    ///
    /// # Errors
    /// The first thing that stands against it.
    pub fn check(&self, delivery: DeliveryId, not_before: Option<Timestamp>) -> Result<(), DispatchError> {
        let Some((route_id, route)) = self.route else { return Ok(()) };
        let route = route.ok_or(DispatchError::RouteNotFound { route_id })?;
        if route.status != RouteStatus::Active {
            return Err(DispatchError::RouteNotActive { route_id, status: route.status });
        }
        self.check_driver()?;
        self.check_vehicle()?;
        match self.conflict(route.interval().not_before(not_before), delivery) {
            Some(conflict) => Err(DispatchError::BookingConflict(conflict)),
            None => Ok(()),
        }
    }

    /// What keeps `delivery` from holding the driver and the vehicle in `wanted`, if anything does.
    #[must_use]
    pub fn conflict(&self, wanted: Interval, delivery: DeliveryId) -> Option<BookingConflict> {
        let driver = self.driver.and_then(|candidate| {
            let (holder, held) = self.first_overlap(candidate.calendar, wanted, delivery)?;
            Some((driver_named(candidate), holder, held))
        });
        let taken = driver.or_else(|| {
            let candidate = self.vehicle?;
            let (holder, held) = self.first_overlap(candidate.calendar, wanted, delivery)?;
            Some((vehicle_named(candidate), holder, held))
        });
        taken.map(|((resource, resource_id, resource_name), holder, held)| BookingConflict {
            resource,
            resource_name,
            resource_id,
            delivery_id: holder,
            start: held.planned.start,
            end: held.planned.end,
            overrun: held.until > held.planned.end,
            next_free_start: self.next_free_start(wanted, delivery),
        })
    }

    /// The first interval as long as `wanted`, not beginning before it, in which all who are named are free.
    #[must_use]
    pub fn first_free(&self, wanted: Interval) -> Interval {
        wanted.starting_at(self.next_free_start(wanted, DeliveryId::from(uuid::Uuid::nil())))
    }

    /// The driver or the vehicle that another delivery than `delivery` has under way, and that delivery.
    #[must_use]
    pub fn under_way(&self, delivery: DeliveryId) -> Option<CrewUnderWay> {
        let driver = self
            .driver
            .and_then(|candidate| Some((driver_named(candidate), candidate.calendar.under_way(delivery)?)));
        let taken = driver.or_else(|| {
            let candidate = self.vehicle?;
            Some((vehicle_named(candidate), candidate.calendar.under_way(delivery)?))
        });
        taken.map(|((resource, resource_id, resource_name), delivery_id)| CrewUnderWay {
            resource,
            resource_id,
            resource_name,
            delivery_id,
        })
    }

    /// What keeps both deliveries from moving: `wanted` of this one overlaps `held`, which `holder` would have with the same
    /// driver or vehicle.
    #[must_use]
    pub fn conflict_with(
        &self,
        wanted: Interval,
        (holder, other, held): (DeliveryId, &Self, Interval),
    ) -> Option<BookingConflict> {
        if !wanted.overlaps(held, self.turnaround) {
            return None;
        }
        let driver = self.driver.filter(|own| other.driver.is_some_and(|another| another.id == own.id));
        let vehicle = self.vehicle.filter(|own| other.vehicle.is_some_and(|another| another.id == own.id));
        let (resource, resource_id, resource_name) =
            driver.map(driver_named).or_else(|| vehicle.map(vehicle_named))?;
        Some(BookingConflict {
            resource,
            resource_id,
            resource_name,
            delivery_id: holder,
            start: held.start,
            end: held.end,
            overrun: false,
            next_free_start: held.occupied_until(self.turnaround),
        })
    }

    fn first_overlap(
        &self,
        calendar: &Calendar,
        wanted: Interval,
        delivery: DeliveryId,
    ) -> Option<(DeliveryId, Held)> {
        calendar.first_overlap(wanted, self.turnaround, delivery, self.now)
    }

    fn check_driver(&self) -> Result<(), DispatchError> {
        let Some(Candidate { id: driver_id, entity, .. }) = self.driver else { return Ok(()) };
        let driver = entity.ok_or(DispatchError::DriverNotFound { driver_id })?;
        match driver.status {
            DriverStatus::Available => Ok(()),
            status @ (DriverStatus::Suspended | DriverStatus::Unavailable) => {
                Err(DispatchError::DriverNotAvailable {
                    driver_id,
                    driver_name: driver.name.to_string(),
                    status,
                })
            }
        }
    }

    fn check_vehicle(&self) -> Result<(), DispatchError> {
        let Some(Candidate { id: vehicle_id, entity, .. }) = self.vehicle else { return Ok(()) };
        let vehicle = entity.ok_or(DispatchError::VehicleNotFound { vehicle_id })?;
        match vehicle.status {
            VehicleStatus::Available => Ok(()),
            status @ (VehicleStatus::Maintenance | VehicleStatus::OutOfService) => {
                let registration = vehicle.registration.to_string();
                Err(DispatchError::VehicleNotAvailable { vehicle_id, registration, status })
            }
        }
    }

    /// Steps over every booking in the way, so it ends after at most one step a booking.
    fn next_free_start(&self, wanted: Interval, delivery: DeliveryId) -> Timestamp {
        let calendars = self.driver.map(|d| d.calendar).into_iter().chain(self.vehicle.map(|v| v.calendar));
        let mut slot = wanted;
        loop {
            let clashes = calendars.clone().filter_map(|c| self.first_overlap(c, slot, delivery));
            match clashes.map(|(_, held)| held.interval().occupied_until(self.turnaround)).max() {
                Some(free_from) if free_from > slot.start => slot = wanted.starting_at(free_from),
                Some(_) | None => return slot.start,
            }
        }
    }
}

/// A driver or a vehicle that is on the road with another delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct CrewUnderWay {
    /// What is on the road.
    pub resource: ResourceKind,
    /// Which one.
    pub resource_id: String,
    /// Its name or registration.
    pub resource_name: String,
    /// The delivery that it is on the road with.
    pub delivery_id: DeliveryId,
}

/// For how long a delivery holds a driver or a vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// What was booked.
    pub planned: Interval,
    /// The end of the hold: that of the booking, or later while the delivery is under way.
    pub until: Timestamp,
}

impl Held {
    /// The hold at `now`. A delivery that is under way holds its crew at least to the next full minute.
    #[must_use]
    pub fn at(planned: Interval, is_under_way: bool, now: Timestamp) -> Self {
        let until = if is_under_way { planned.end.max(now.next_minute()) } else { planned.end };
        Self { planned, until }
    }

    /// The booking, extended to the end of the hold.
    #[must_use]
    pub fn interval(self) -> Interval {
        Interval::new(self.planned.start, self.until)
    }
}

/// What a conflict tells of a driver: its kind, its id and its name.
fn driver_named(candidate: Candidate<'_, DriverId, Driver>) -> (ResourceKind, String, String) {
    let id = candidate.id.to_string();
    let name = candidate.entity.map_or_else(|| id.clone(), |driver| driver.name.to_string());
    (ResourceKind::Driver, id, name)
}

/// What a conflict tells of a vehicle: its kind, its id and its registration.
fn vehicle_named(candidate: Candidate<'_, VehicleId, Vehicle>) -> (ResourceKind, String, String) {
    let id = candidate.id.to_string();
    let name = candidate.entity.map_or_else(|| id.clone(), |vehicle| vehicle.registration.to_string());
    (ResourceKind::Vehicle, id, name)
}

/// The bookings of one driver or one vehicle, by start. No two of them overlap: `Dispatch::check` sees to it. What is under
/// way past its booking may overlap others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    ends: BTreeMap<(Timestamp, DeliveryId), Timestamp>,
    starts: BTreeMap<DeliveryId, Timestamp>,
    under_way: BTreeSet<DeliveryId>,
}

impl Calendar {
    /// Books `interval` for `delivery`, in place of what it had booked before.
    pub fn book(&mut self, delivery: DeliveryId, interval: Interval) {
        self.free(delivery);
        self.ends.insert((interval.start, delivery), interval.end);
        self.starts.insert(delivery, interval.start);
    }

    /// Notes that `delivery`, which has a booking, is under way.
    pub fn set_off(&mut self, delivery: DeliveryId) {
        self.under_way.insert(delivery);
    }

    /// A delivery other than `except` that is under way.
    #[must_use]
    pub fn under_way(&self, except: DeliveryId) -> Option<DeliveryId> {
        self.under_way.iter().copied().find(|delivery| *delivery != except)
    }

    /// Drops what `delivery` has booked, if anything.
    pub fn free(&mut self, delivery: DeliveryId) {
        self.under_way.remove(&delivery);
        if let Some(start) = self.starts.remove(&delivery) {
            self.ends.remove(&(start, delivery));
        }
    }

    /// A delivery that holds the resource, the earliest booking first.
    #[must_use]
    pub fn holder(&self) -> Option<DeliveryId> {
        self.ends.keys().next().map(|(_, delivery)| *delivery)
    }

    /// The earliest hold by a delivery other than `except` that `wanted` would overlap, as of `now`.
    #[must_use]
    pub fn first_overlap(
        &self,
        wanted: Interval,
        turnaround: TimeDelta,
        except: DeliveryId,
        now: Timestamp,
    ) -> Option<(DeliveryId, Held)> {
        let booked = self.first_booking(wanted, turnaround, except);
        let booked = booked.map(|(delivery, planned)| {
            (delivery, Held::at(planned, self.under_way.contains(&delivery), now))
        });
        let under_way = self.under_way.iter().filter(|delivery| **delivery != except);
        let overrun = under_way.filter_map(|delivery| {
            let start = *self.starts.get(delivery)?;
            let end = *self.ends.get(&(start, *delivery))?;
            Some((*delivery, Held::at(Interval::new(start, end), true, now)))
        });
        let overlapping = overrun.filter(|(_, held)| wanted.overlaps(held.interval(), turnaround));
        overlapping.chain(booked).min_by_key(|(delivery, held)| (held.planned.start, *delivery))
    }

    /// The free time around `wanted`: from the end of the hold before it to the start of the one after it.
    #[must_use]
    pub fn gap(
        &self,
        wanted: Interval,
        turnaround: TimeDelta,
        except: DeliveryId,
        now: Timestamp,
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let others = self.starts.iter().filter(|(delivery, _)| **delivery != except);
        let holds = others.filter_map(|(delivery, start)| {
            let end = *self.ends.get(&(*start, *delivery))?;
            Some(Held::at(Interval::new(*start, end), self.under_way.contains(delivery), now).interval())
        });
        let (mut from, mut until) = (None, None);
        for hold in holds {
            if hold.start < wanted.start {
                from = from.max(Some(hold.occupied_until(turnaround)));
            } else {
                let before = hold.start.saturating_add(-turnaround);
                until = Some(until.map_or(before, |known: Timestamp| known.min(before)));
            }
        }
        (from, until)
    }

    /// The earliest booking by a delivery other than `except` that `wanted` would overlap.
    fn first_booking(
        &self,
        wanted: Interval,
        turnaround: TimeDelta,
        except: DeliveryId,
    ) -> Option<(DeliveryId, Interval)> {
        let split = (wanted.start, DeliveryId::from(uuid::Uuid::nil()));
        let bookings = |((start, delivery), end): (&(_, _), &_)| (*delivery, Interval::new(*start, *end));
        let by_others = |(delivery, _): &(DeliveryId, Interval)| *delivery != except;
        // Bookings do not overlap each other, so of those that begin before `wanted` none reaches further
        // than the ones after it: the first that does not reach into `wanted`, going back, ends the search.
        let before = self.ends.range(..split).rev().map(bookings).filter(by_others);
        let mut from_then_on = self.ends.range(split..).map(bookings).filter(by_others);
        let overlaps = |(_, held): &(DeliveryId, Interval)| wanted.overlaps(*held, turnaround);
        before.take_while(overlaps).last().or_else(|| from_then_on.next().filter(overlaps))
    }
}
