//! A depot in memory: it keeps states, histories and calendars, and carries commands out as a real one does.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use depot_domain::delivery::{DeliveryContext, DeliveryStatus, Involved, Reporter};
use depot_domain::dispatch::{Calendar, Candidate, Dispatch};
use depot_domain::fleet::Holding;
use depot_domain::fleet::driver::DriverContext;
use depot_domain::fleet::vehicle::VehicleContext;
use depot_domain::route::{RouteContext, RouteStatus, RouteUse};
use depot_domain::testing::morning;
use depot_domain::values::{DeliveryId, DriverId, RouteId, Timestamp, VehicleId};
use depot_domain::{
    Decider, Delivery, DeliveryCommand, DeliveryError, DeliveryEvent, Driver, DriverCommand, DriverError,
    DriverEvent, Route, RouteCommand, RouteError, RouteEvent, Vehicle, VehicleCommand, VehicleError,
    VehicleEvent,
};

use crate::fixtures::{at, driver_id, incident_id, route_id, sequence, value, vehicle_id};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entity<State, Event> {
    pub(crate) state: State,
    pub(crate) history: Vec<(Event, Timestamp)>,
}

type Entities<Id, State> = BTreeMap<Id, Entity<State, <State as Decider>::Event>>;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Depot {
    pub(crate) drivers: Entities<DriverId, Driver>,
    pub(crate) vehicles: Entities<VehicleId, Vehicle>,
    pub(crate) routes: Entities<RouteId, Route>,
    pub(crate) deliveries: Entities<DeliveryId, Delivery>,
    pub(crate) driver_calendars: BTreeMap<DriverId, Calendar>,
    pub(crate) vehicle_calendars: BTreeMap<VehicleId, Calendar>,
    pub(crate) turnaround: TimeDelta,
    /// What its clock says, where a test sets it.
    pub(crate) clock: Option<Timestamp>,
    /// Whether the bytes of announced files are there.
    pub(crate) file_received: bool,
    /// How many commands have changed something: the clock of this depot, in seconds.
    changes: u32,
    unbooked: Calendar,
}

impl Depot {
    /// A depot with drivers 1 (Ann) and 2 (Bob), vehicles 1 (REG-1) and 2 (REG-2), and two active routes:
    /// route 1 from 09:00 by North at 10:00 to South at 11:00, and route 2 from 10:30 to Mill at 12:00.
    pub(crate) fn open() -> Self {
        let mut depot = Self::default();
        for (number, name) in [(1, "Ann"), (2, "Bob")] {
            let driver_license = value(&format!("L-{number}"));
            let added = DriverCommand::AddDriver { name: value(name), driver_license };
            depot.driver(driver_id(number), &added).expect("it is new");
            let registration = value(&format!("REG-{number}"));
            let added = VehicleCommand::AddVehicle { registration, vehicle_type: value("Van") };
            depot.vehicle(vehicle_id(number), &added).expect("it is new");
        }
        depot.plan(1, "09:00", &[("North", "10:00"), ("South", "11:00")]);
        depot.plan(2, "10:30", &[("Mill", "12:00")]);
        depot
    }

    /// Plans and activates a route.
    pub(crate) fn plan(&mut self, number: u128, start: &str, checkpoints: &[(&str, &str)]) {
        let mut commands = vec![RouteCommand::CreateRoute {
            origin: value("Depot"),
            destination: value("Harbour"),
            scheduled_start_time: at(start),
        }];
        commands.extend((1..).zip(checkpoints).map(|(number, (location, clock))| {
            RouteCommand::AddCheckpoint {
                sequence: sequence(number),
                location: value(location),
                expected_time: at(clock),
            }
        }));
        commands.push(RouteCommand::ChangeRouteStatus { status: RouteStatus::Active });
        for command in commands {
            self.route(route_id(number), &command).expect("the plan is right");
        }
    }

    pub(crate) fn driver(
        &mut self,
        id: DriverId,
        command: &DriverCommand,
    ) -> Result<Vec<DriverEvent>, DriverError> {
        let same = |(other, driver): &(&DriverId, &Entity<Driver, _>)| {
            **other != id
                && command
                    .claimed_license()
                    .is_some_and(|license| license.key().is_same_code(&driver.state.driver_license.key()))
        };
        let holder =
            self.drivers.iter().find(same).map(|(other, Entity { state, .. })| {
                (*other, state.name.clone(), state.driver_license.clone())
            });
        let held_by = self.driver_calendars.get(&id).and_then(Calendar::holder).map(holding);
        let context = DriverContext { id, license_holder: holder, held_by };
        let events = Driver::decide(self.drivers.get(&id).map(|driver| &driver.state), command, &context)?;
        let at = self.tick(events.len());
        append(&mut self.drivers, id, &events, at);
        Ok(events)
    }

    pub(crate) fn vehicle(
        &mut self,
        id: VehicleId,
        command: &VehicleCommand,
    ) -> Result<Vec<VehicleEvent>, VehicleError> {
        let same = |(other, vehicle): &(&VehicleId, &Entity<Vehicle, _>)| {
            **other != id
                && command.claimed_registration().is_some_and(|registration| {
                    registration.key().is_same_code(&vehicle.state.registration.key())
                })
        };
        let holder = self.vehicles.iter().find(same);
        let holder = holder.map(|(other, Entity { state, .. })| {
            (*other, state.vehicle_type.clone(), state.registration.clone())
        });
        let held_by = self.vehicle_calendars.get(&id).and_then(Calendar::holder).map(holding);
        let context = VehicleContext { id, registration_holder: holder, held_by };
        let events =
            Vehicle::decide(self.vehicles.get(&id).map(|vehicle| &vehicle.state), command, &context)?;
        let at = self.tick(events.len());
        append(&mut self.vehicles, id, &events, at);
        Ok(events)
    }

    pub(crate) fn route(
        &mut self,
        id: RouteId,
        command: &RouteCommand,
    ) -> Result<Vec<RouteEvent>, RouteError> {
        let state = self.routes.get(&id).map(|route| &route.state);
        let events = Route::decide(state, command, &self.route_context(id))?;
        let at = self.tick(events.len());
        append(&mut self.routes, id, &events, at);
        for delivery in self.users(id) {
            self.rebook(delivery);
        }
        Ok(events)
    }

    pub(crate) fn delivery(
        &mut self,
        id: DeliveryId,
        command: &DeliveryCommand,
    ) -> Result<Vec<DeliveryEvent>, DeliveryError> {
        let state = self.deliveries.get(&id).map(|delivery| &delivery.state);
        let context = self.delivery_context(id, Delivery::involved(state, command));
        let events = Delivery::decide(state, command, &context)?;
        let at = self.tick(events.len());
        append(&mut self.deliveries, id, &events, at);
        self.rebook(id);
        Ok(events)
    }

    /// Begins a delivery of route `route` by driver and vehicle `crew`.
    pub(crate) fn begin(&mut self, id: DeliveryId, route: u128, crew: u128) {
        let command = DeliveryCommand::CreateDelivery {
            route_id: route_id(route),
            driver_id: Some(driver_id(crew)),
            vehicle_id: Some(vehicle_id(crew)),
        };
        self.delivery(id, &command).expect("nothing stands against it");
    }

    pub(crate) fn route_context(&self, id: RouteId) -> RouteContext<'_> {
        let used = |delivery| RouteUse {
            delivery,
            dispatch: self.dispatch(self.held(delivery)),
            not_before: self.deliveries[&delivery].state.tried_again_at,
        };
        let is_reached = self.deliveries.values().any(|Entity { state: delivery, .. }| {
            delivery.created.route_id == id && !delivery.reached.is_empty()
        });
        RouteContext { id, uses: self.users(id).into_iter().map(used).collect(), is_reached }
    }

    pub(crate) fn delivery_context(&self, id: DeliveryId, involved: Involved) -> DeliveryContext<'_> {
        let fresh_incident_id = incident_id(self.changes.into());
        let (dispatch, file_received) = (self.dispatch(involved), self.file_received);
        DeliveryContext {
            id,
            dispatch,
            file_received,
            fresh_incident_id,
            reporter: Reporter::Desk,
            phone: None,
            clock: None,
        }
    }

    pub(crate) fn dispatch(&self, involved: Involved) -> Dispatch<'_> {
        Dispatch {
            route: involved.route.map(|id| (id, self.routes.get(&id).map(|route| &route.state))),
            driver: involved.driver.map(|id| Candidate {
                id,
                entity: self.drivers.get(&id).map(|driver| &driver.state),
                calendar: self.driver_calendars.get(&id).unwrap_or(&self.unbooked),
            }),
            vehicle: involved.vehicle.map(|id| Candidate {
                id,
                entity: self.vehicles.get(&id).map(|vehicle| &vehicle.state),
                calendar: self.vehicle_calendars.get(&id).unwrap_or(&self.unbooked),
            }),
            turnaround: self.turnaround,
            now: self.now(),
        }
    }

    fn held(&self, id: DeliveryId) -> Involved {
        let delivery = &self.deliveries[&id].state;
        let route = Some(delivery.created.route_id);
        Involved { route, driver: delivery.driver_id, vehicle: delivery.vehicle_id }
    }

    /// The deliveries of a route that have not ended.
    fn users(&self, id: RouteId) -> Vec<DeliveryId> {
        let uses = |delivery: &Delivery| delivery.created.route_id == id && delivery.status.is_open();
        self.deliveries.iter().filter(|(_, known)| uses(&known.state)).map(|(id, _)| *id).collect()
    }

    fn rebook(&mut self, id: DeliveryId) {
        self.driver_calendars.values_mut().for_each(|calendar| calendar.free(id));
        self.vehicle_calendars.values_mut().for_each(|calendar| calendar.free(id));
        let Some(Entity { state: delivery, .. }) = self.deliveries.get(&id) else { return };
        match delivery.status {
            DeliveryStatus::PickedUp | DeliveryStatus::InTransit | DeliveryStatus::OutForDelivery => {
                let interval = self.routes[&delivery.created.route_id].state.interval();
                let interval = interval.not_before(delivery.tried_again_at);
                let is_under_way = delivery.status.is_under_way();
                if let Some(driver) = delivery.driver_id {
                    let calendar = self.driver_calendars.entry(driver).or_default();
                    calendar.book(id, interval);
                    if is_under_way {
                        calendar.set_off(id);
                    }
                }
                if let Some(vehicle) = delivery.vehicle_id {
                    let calendar = self.vehicle_calendars.entry(vehicle).or_default();
                    calendar.book(id, interval);
                    if is_under_way {
                        calendar.set_off(id);
                    }
                }
            }
            DeliveryStatus::Delivered | DeliveryStatus::Failed => {}
        }
    }

    /// When the events of a command happen; the clock stands still where it has none.
    fn tick(&mut self, events: usize) -> Timestamp {
        let at = self.now();
        self.changes += u32::from(events > 0);
        at
    }

    /// When the next command happens.
    fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(|| morning().saturating_add(TimeDelta::seconds((self.changes + 1).into())))
    }
}

/// A delivery of a route from Depot to Harbour.
pub(crate) fn holding(delivery_id: DeliveryId) -> Holding {
    Holding { delivery_id, origin: value("Depot"), destination: value("Harbour") }
}

fn append<Id: Ord, State>(entities: &mut Entities<Id, State>, id: Id, events: &[State::Event], at: Timestamp)
where
    State: Decider,
{
    let (mut state, mut history) = match entities.remove(&id) {
        Some(Entity { state, history }) => (Some(state), history),
        None => (None, vec![]),
    };
    history.extend(events.iter().map(|event| (event.clone(), at)));
    events.iter().for_each(|event| State::evolve(&mut state, event.clone(), at));
    if let Some(state) = state {
        entities.insert(id, Entity { state, history });
    }
}
