//! A generated depot and what is planned for one of its days. What becomes of a delivery on the road is in `drive`.

use chrono::TimeDelta;
use depot_domain::fleet::driver::DriverStatus;
use depot_domain::fleet::vehicle::VehicleStatus;
use depot_domain::route::RouteStatus;
use depot_domain::values::{DeliveryId, DriverId, Location, RouteId, Sequence, Timestamp, VehicleId};
use depot_domain::{DeliveryCommand, DriverCommand, RouteCommand, VehicleCommand};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::Step;
use super::words::{self, any, valid};
use crate::actor::{Actor, Role};
use crate::command::EntityCommand;

/// Deliveries of each driver a day.
pub(super) const WAVES: u32 = 8;

/// Minutes from one wave to the next; more than the longest route takes, so that no two of a driver overlap.
const WAVE: i64 = 65;

/// When the two shifts begin, in minutes of the day. Every other route belongs to the second.
const SHIFTS: [i64; 2] = [5 * 60, 11 * 60];

/// Drivers that drive the same route at the same time.
const DRIVERS_A_ROUTE: usize = 5;

/// When a day is planned, in minutes before it begins.
const PLANNED: i64 = 4 * 60;

/// A driver with the phone that reports for it.
#[derive(Clone)]
pub(super) struct Crewman {
    pub(super) id: DriverId,
    phone: Uuid,
    /// When the last delivery was over.
    pub(super) free_at: Timestamp,
}

impl Crewman {
    pub(super) fn actor(&self) -> Actor {
        Actor { role: Role::Driver, credential: self.phone, name: String::new(), driver_id: Some(self.id) }
    }
}

/// A route with its timetable.
pub(super) struct Timetable {
    pub(super) id: RouteId,
    pub(super) start: Timestamp,
    pub(super) stops: Vec<(Sequence, Location, Timestamp)>,
}

pub(super) struct Depot {
    pub(super) rng: ChaCha8Rng,
    pub(super) until: Timestamp,
    pub(super) steps: Vec<Step>,
    pub(super) crew: Vec<Crewman>,
    opened: Timestamp,
    vehicles: Vec<VehicleId>,
    days: usize,
}

impl Depot {
    pub(super) fn new(seed: u64, drivers: u32, until: Timestamp, opened: Timestamp) -> Self {
        let mut depot = Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            until,
            steps: vec![],
            crew: vec![],
            opened,
            vehicles: vec![],
            days: 0,
        };
        for _ in 0..drivers {
            let (id, phone) = (depot.id(opened), depot.id(opened));
            depot.crew.push(Crewman { id, phone, free_at: opened });
            let vehicle = depot.id(opened);
            depot.vehicles.push(vehicle);
        }
        depot
    }

    /// An id as made at `at`.
    pub(super) fn id<T: From<Uuid>>(&mut self, at: Timestamp) -> T {
        let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
        let bytes: [u8; 10] = self.rng.random();
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// Something was said at the desk.
    pub(super) fn say(&mut self, at: Timestamp, command: EntityCommand) {
        self.tell(at, at, Actor::desk(), command);
    }

    /// Something was said and, if it was by then, recorded.
    pub(super) fn tell(
        &mut self,
        occurred_at: Timestamp,
        recorded_at: Timestamp,
        actor: Actor,
        command: EntityCommand,
    ) {
        let correlation = self.id::<Uuid>(recorded_at).to_string();
        if recorded_at <= self.until {
            self.steps.push(Step { occurred_at, recorded_at, actor, correlation, command });
        }
    }

    /// What was said so far, in order.
    fn said(&mut self) -> Vec<Step> {
        let mut steps = std::mem::take(&mut self.steps);
        steps.sort_by_key(|step| step.recorded_at);
        steps
    }

    /// Drivers and vehicles, and some of both that do not work.
    pub(super) fn hire(&mut self) -> Vec<Step> {
        let opened = self.opened;
        let working = self.crew.len();
        for number in 0..working + working.div_ceil(10) {
            let first = words::FIRST_NAMES[number % words::FIRST_NAMES.len()];
            let last =
                words::LAST_NAMES[(number * 7 + number / words::FIRST_NAMES.len()) % words::LAST_NAMES.len()];
            let id = self.crew.get(number).map(|driver| driver.id);
            let id = id.unwrap_or_else(|| self.id(opened));
            let command = DriverCommand::AddDriver {
                name: valid(&format!("{first} {last}")),
                driver_license: valid(&format!("L-{}", 10_001 + number)),
            };
            self.say(opened, EntityCommand::Driver(id, command));
            if number >= working {
                let (status, reason) = if number.is_multiple_of(2) {
                    (DriverStatus::Unavailable, "Parental leave")
                } else {
                    (DriverStatus::Suspended, "Licence has expired")
                };
                let command = DriverCommand::ChangeDriverStatus { status, reason: Some(valid(reason)) };
                self.say(opened, EntityCommand::Driver(id, command));
            }
            self.buy(number, working);
        }
        self.said()
    }

    fn buy(&mut self, number: usize, working: usize) {
        let opened = self.opened;
        let id = self.vehicles.get(number).copied().unwrap_or_else(|| self.id(opened));
        let vehicle_type = words::VEHICLE_TYPES[number % words::VEHICLE_TYPES.len()];
        let command = VehicleCommand::AddVehicle {
            registration: valid(&format!("ED-{:03}", 101 + number)),
            vehicle_type: valid(vehicle_type),
        };
        self.say(opened, EntityCommand::Vehicle(id, command));
        if number >= working {
            let (status, reason) = if number.is_multiple_of(2) {
                (VehicleStatus::Maintenance, "Yearly inspection")
            } else {
                (VehicleStatus::OutOfService, "Engine damage")
            };
            let command = VehicleCommand::ChangeVehicleStatus { status, reason: Some(valid(reason)) };
            self.say(opened, EntityCommand::Vehicle(id, command));
        }
    }

    /// Everything that is said about the deliveries of a day that begins at `midnight`.
    pub(super) fn day(&mut self, midnight: Timestamp, deliveries: u32, is_last: bool) -> Vec<Step> {
        let mut left = deliveries;
        let crew = self.crew.len();
        for wave in 0..i64::from(WAVES) {
            for (shift, first) in (0..crew).step_by(DRIVERS_A_ROUTE).enumerate() {
                if left == 0 {
                    break;
                }
                let drivers = first..crew.min(first + DRIVERS_A_ROUTE);
                // The routes of a shift start a little apart, as trucks leave a yard.
                let apart = i64::try_from(first / DRIVERS_A_ROUTE / 2).unwrap_or(0) * 2;
                let start = minutes_after(midnight, SHIFTS[shift % 2] + wave * WAVE + apart);
                let route = self.plan(minutes_after(midnight, -PLANNED + wave), start);
                for driver in drivers.take(left as usize) {
                    self.deliver(midnight, &route, driver, is_last, wave + 1 == i64::from(WAVES));
                    left -= 1;
                }
            }
        }
        self.days += 1;
        self.said()
    }

    /// A route is planned and activated.
    fn plan(&mut self, at: Timestamp, start: Timestamp) -> Timetable {
        let id = self.id(at);
        let origin = any(&mut self.rng, &words::ORIGINS);
        let first = self.rng.random_range(0..words::PLACES.len());
        // No place twice on a route: 7 and the number of places have no common divisor.
        let place = |number: usize| words::PLACES[(first + number * 7) % words::PLACES.len()];
        let route = |command| EntityCommand::Route(id, command);
        self.say(
            at,
            route(RouteCommand::CreateRoute {
                origin: valid(origin),
                destination: valid(place(0)),
                scheduled_start_time: start,
            }),
        );
        let many = any(&mut self.rng, &[2_i64, 3, 3, 3, 4]);
        let mut expected_time = start;
        let mut stops = vec![];
        for number in 1..=many {
            expected_time = minutes_after(expected_time, self.rng.random_range(10..=15));
            // The last checkpoint is where the route leads.
            let location: Location = valid(place(usize::try_from(many - number).unwrap_or(0)));
            let sequence = number.try_into().expect("it counts from 1");
            let add = RouteCommand::AddCheckpoint { sequence, location: location.clone(), expected_time };
            self.say(at, route(add));
            stops.push((sequence, location, expected_time));
        }
        self.say(at, route(RouteCommand::ChangeRouteStatus { status: RouteStatus::Active }));
        Timetable { id, start, stops }
    }

    /// A delivery is created, and everything else that is ever said about it.
    fn deliver(
        &mut self,
        midnight: Timestamp,
        route: &Timetable,
        driver: usize,
        is_last: bool,
        ends_day: bool,
    ) {
        let created_at = minutes_after(midnight, -PLANNED + 30);
        let id: DeliveryId = self.id(created_at);
        // Another pairing every day, and no vehicle twice in one.
        let (crewman, vehicle) =
            (self.crew[driver].clone(), self.vehicles[(driver + self.days) % self.vehicles.len()]);
        let is_staffed = self.rng.random_range(0..100) >= 3;
        let create = DeliveryCommand::CreateDelivery {
            route_id: route.id,
            driver_id: is_staffed.then_some(crewman.id),
            vehicle_id: is_staffed.then_some(vehicle),
        };
        self.say(created_at, EntityCommand::Delivery(id, create));
        if !is_staffed {
            if is_last && self.rng.random_bool(0.4) {
                return;
            }
            let at = minutes_after(route.start, -35);
            let command = DeliveryCommand::AssignDriver { driver_id: crewman.id };
            self.say(at, EntityCommand::Delivery(id, command));
            let command = DeliveryCommand::AssignVehicle { vehicle_id: vehicle };
            self.say(at, EntityCommand::Delivery(id, command));
        }
        self.crew[driver].free_at = self.drive(id, route, &crewman, is_last, ends_day);
    }
}

pub(super) fn minutes_after(at: Timestamp, minutes: i64) -> Timestamp {
    at.saturating_add(TimeDelta::minutes(minutes))
}
