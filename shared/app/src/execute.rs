//! The way of a command on the writer thread: access, version, facts, decision, append, projection.
//!
//! Everything happens within one transaction, so a decision never rests on something that another command is about
//! to change. No rule of the depot is here: they are in `depot_domain`.

use std::sync::Arc;

use depot_domain::delivery::{ClockDoubt, DeliveryEvent, DeviceTime, Involved, PhoneAction, Reporter};
use depot_domain::dispatch::{Calendar, Candidate, Dispatch, ResourceKind};
use depot_domain::fleet::Holding;
use depot_domain::fleet::driver::DriverContext;
use depot_domain::fleet::vehicle::VehicleContext;
use depot_domain::route::{RouteContext, RouteUse};
use depot_domain::values::{DeliveryId, DriverId, IncidentId, LateFactId, RouteId, Timestamp, VehicleId};
use depot_domain::{
    Delivery, DeliveryCommand, DeliveryError, Driver, DriverCommand, Route, RouteCommand, Vehicle,
    VehicleCommand,
};
use depot_store::{Metadata, Unit};
use uuid::Uuid;

use crate::access::Access;
use crate::actor::{Actor, Role};
use crate::command::{CommandOutcome, EntityCommand, Trace};
use crate::entity::{Caches, Entity, Loaded, Recorded, calendar, encode, load};
use crate::error::{AppError, Code};
use crate::idempotency::{self, Key};
use crate::log::EntityKind;
use crate::settings::FleetSettings;
use crate::{booking, delivery, erase, files, fleet, phone};

/// A command's circumstances.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) actor: Actor,
    pub(crate) access: Access,
    pub(crate) expected_version: Option<u32>,
    pub(crate) occurred_at: Timestamp,
    /// When it happened by the clock of the phone that reports it.
    pub(crate) device: Option<DeviceTime>,
    pub(crate) recorded_at: Timestamp,
    pub(crate) trace: Trace,
    pub(crate) rules: FleetSettings,
}

/// What a command did to its entity.
pub(crate) struct Done<E: Entity> {
    events: Vec<E::Event>,
    after: Arc<Loaded<E>>,
}

/// The writer's transaction together with what it remembers.
pub(crate) struct Desk<'u, 'c> {
    pub(crate) unit: &'u mut Unit<'c>,
    pub(crate) caches: &'u mut Caches,
}

impl Desk<'_, '_> {
    pub(crate) fn driver(
        &mut self,
        id: DriverId,
        command: &DriverCommand,
        call: &Call,
    ) -> Result<CommandOutcome, AppError> {
        call.access.check_delivery(None)?;
        let license_holder = match command.claimed_license() {
            Some(license) if !call.rules.allow_duplicates => {
                fleet::license_holder(self.unit.tables(), license, id)?
            }
            Some(_) | None => None,
        };
        let before = load::<Driver>(self.unit, self.caches, id.uuid())?;
        let held_by = self.holder(ResourceKind::Driver, id.uuid(), before.version)?;
        let held = held_by.is_some();
        let context = DriverContext { id, license_holder, held_by };
        let done = self.run::<Driver>(id.uuid(), before, command, &context, call)?;
        if matches!(command, DriverCommand::EraseDriver {}) && !done.events.is_empty() {
            erase::forget(self.unit, EntityKind::Driver, id.uuid(), call)?;
        }
        let status = done.after.state.as_ref().map(|driver| driver.status.shown(held).to_string());
        Ok(self.outcome(id.uuid(), command.done(), &done, status))
    }

    pub(crate) fn vehicle(
        &mut self,
        id: VehicleId,
        command: &VehicleCommand,
        call: &Call,
    ) -> Result<CommandOutcome, AppError> {
        call.access.check_delivery(None)?;
        let registration_holder = match command.claimed_registration() {
            Some(registration) if !call.rules.allow_duplicates => {
                fleet::registration_holder(self.unit.tables(), registration, id)?
            }
            Some(_) | None => None,
        };
        let before = load::<Vehicle>(self.unit, self.caches, id.uuid())?;
        let held_by = self.holder(ResourceKind::Vehicle, id.uuid(), before.version)?;
        let held = held_by.is_some();
        let context = VehicleContext { id, registration_holder, held_by };
        let done = self.run::<Vehicle>(id.uuid(), before, command, &context, call)?;
        let status = done.after.state.as_ref().map(|vehicle| vehicle.status.shown(held).to_string());
        Ok(self.outcome(id.uuid(), command.done(), &done, status))
    }

    pub(crate) fn route(
        &mut self,
        id: RouteId,
        command: &RouteCommand,
        call: &Call,
    ) -> Result<CommandOutcome, AppError> {
        call.access.check_delivery(None)?;
        let before = load::<Route>(self.unit, self.caches, id.uuid())?;
        let is_reached = delivery::reached_on_route(self.unit.tables(), id)?;
        let mut facts = vec![];
        for delivery in booking::open_deliveries(self.unit.tables(), id)? {
            let loaded = load::<Delivery>(self.unit, self.caches, delivery.uuid())?;
            if let Some(state) = &loaded.state {
                let held = Involved { route: None, driver: state.driver_id, vehicle: state.vehicle_id };
                facts.push((delivery, state.tried_again_at, self.facts(held)?));
            }
        }
        let uses = facts.iter().map(|(delivery, not_before, facts)| RouteUse {
            delivery: *delivery,
            dispatch: facts.dispatch(call),
            not_before: *not_before,
        });
        let context = RouteContext { id, uses: uses.collect(), is_reached };
        let done = self.run::<Route>(id.uuid(), Arc::clone(&before), command, &context, call)?;
        let interval = |route: &Loaded<Route>| route.state.as_ref().map(Route::interval);
        if interval(&before) != interval(&done.after) {
            for (_, _, facts) in &facts {
                self.forget_calendars(facts.involved);
            }
        }
        let status = done.after.state.as_ref().map(|route| route.status.to_string());
        Ok(self.outcome(id.uuid(), command.done(), &done, status))
    }

    pub(crate) fn delivery(
        &mut self,
        id: DeliveryId,
        command: &DeliveryCommand,
        call: &Call,
    ) -> Result<CommandOutcome, AppError> {
        let before = load::<Delivery>(self.unit, self.caches, id.uuid())?;
        let phone_of = call.phone_of();
        match &before.state {
            // What was done before it was given away is heard.
            Some(delivery) if phone_of.is_some_and(|driver| delivery.was_given_to(driver)) => {}
            Some(delivery) => call.access.check_delivery(delivery.driver_id)?,
            None if call.access.only().is_some() => {
                return Err(AppError::refused(&DeliveryError::DeliveryNotFound { delivery_id: id }));
            }
            None => {}
        }
        let (call, clock) = &call.placed(before.state.as_ref(), command);
        let facts = self.facts(Delivery::involved(before.state.as_ref(), command))?;
        let fresh_incident_id = IncidentId::from(Uuid::now_v7());
        let file_received = if let DeliveryCommand::CloseAwaitedFile { hash, .. } = command {
            files::is_received(self.unit.tables(), id, hash)?
        } else {
            false
        };
        let context = depot_domain::delivery::DeliveryContext {
            id,
            dispatch: facts.dispatch(call),
            file_received,
            fresh_incident_id,
            reporter: call.reporter(),
            phone: phone_of.map(|driver_id| PhoneAction { driver_id, fresh_fact_id: Uuid::now_v7().into() }),
            clock: *clock,
        };
        let done = self.run::<Delivery>(id.uuid(), Arc::clone(&before), command, &context, call)?;
        for event in &done.events {
            files::note(self.unit.tables_mut()?, id, event, call)?;
        }
        if matches!(command, DeliveryCommand::EraseReceiver {}) && !done.events.is_empty() {
            erase::forget(self.unit, EntityKind::Delivery, id.uuid(), call)?;
        }
        if !done.events.is_empty() {
            for state in [&before.state, &done.after.state].into_iter().flatten() {
                self.forget_calendars(Involved {
                    route: None,
                    driver: state.driver_id,
                    vehicle: state.vehicle_id,
                });
            }
        }
        let status = done.after.state.as_ref().map(|delivery| delivery.status.to_string());
        let mut outcome = self.outcome(id.uuid(), command.done(), &done, status);
        outcome.incident_id =
            incident_named(command).or_else(|| done.events.iter().find_map(incident_reported));
        outcome.late_fact_id = late_fact_of(command, phone_of, &done);
        if outcome.late_fact_id.is_some() {
            "Kept for the depot to decide".clone_into(&mut outcome.message);
        }
        Ok(outcome)
    }

    /// Which delivery holds a driver or a vehicle, whose version this is. One that was never added is held by none.
    fn holder(&mut self, kind: ResourceKind, id: Uuid, version: u32) -> Result<Option<Holding>, AppError> {
        if version == 0 {
            return Ok(None);
        }
        let Some(delivery_id) = calendar(self.unit, self.caches, kind, id)?.holder() else { return Ok(None) };
        Ok(booking::holding(self.unit.tables(), delivery_id)?)
    }

    /// What the depot knows of those involved.
    fn facts(&mut self, involved: Involved) -> Result<Facts, AppError> {
        let Involved { route, driver, vehicle } = involved;
        let route = route.map(|id| load::<Route>(self.unit, self.caches, id.uuid()).map(|route| (id, route)));
        let driver = driver.map(|id| {
            let driver = load::<Driver>(self.unit, self.caches, id.uuid())?;
            Ok::<_, AppError>((
                id,
                driver,
                calendar(self.unit, self.caches, ResourceKind::Driver, id.uuid())?,
            ))
        });
        let driver = driver.transpose()?;
        let vehicle = vehicle.map(|id| {
            let vehicle = load::<Vehicle>(self.unit, self.caches, id.uuid())?;
            Ok::<_, AppError>((
                id,
                vehicle,
                calendar(self.unit, self.caches, ResourceKind::Vehicle, id.uuid())?,
            ))
        });
        Ok(Facts { involved, route: route.transpose()?, driver, vehicle: vehicle.transpose()? })
    }

    fn forget_calendars(&mut self, Involved { driver, vehicle, .. }: Involved) {
        if let Some(driver) = driver {
            self.caches.calendars.pop(&(ResourceKind::Driver, driver.uuid()));
        }
        if let Some(vehicle) = vehicle {
            self.caches.calendars.pop(&(ResourceKind::Vehicle, vehicle.uuid()));
        }
    }

    fn run<E: Entity + Clone>(
        &mut self,
        id: Uuid,
        before: Arc<Loaded<E>>,
        command: &E::Command,
        context: &E::Context<'_>,
        call: &Call,
    ) -> Result<Done<E>, AppError> {
        call.check_version(before.version)?;
        let events = E::decide(before.state.as_ref(), command, context)
            .map_err(|refusal| AppError::refused(&refusal))?;
        self.record::<E>(id, before, events, call)
    }

    /// Appends events that follow from what the entity was before, and brings the tables up to them.
    pub(crate) fn record<E: Entity + Clone>(
        &mut self,
        id: Uuid,
        before: Arc<Loaded<E>>,
        events: Vec<E::Event>,
        call: &Call,
    ) -> Result<Done<E>, AppError> {
        if events.is_empty() {
            return Ok(Done { events, after: before });
        }
        let encoded = events.iter().map(encode).collect::<Result<Vec<_>, _>>()?;
        let category = <E::Event as depot_domain::decider::DomainEvent>::CATEGORY;
        self.unit.append(id, category, before.version, &encoded, &call.metadata())?;
        let mut after = Loaded { state: before.state.clone(), version: before.version };
        for event in &events {
            after.version += 1;
            E::evolve(&mut after.state, event.clone(), call.occurred_at);
            let recorded = Recorded { id, version: after.version, at: call.occurred_at, event };
            E::project(self.unit.tables_mut()?, &recorded)?;
        }
        let after = Arc::new(after);
        E::cache(self.caches).put(id, Arc::clone(&after));
        Ok(Done { events, after })
    }

    fn outcome<E: Entity>(
        &self,
        id: Uuid,
        message: &str,
        done: &Done<E>,
        status: Option<String>,
    ) -> CommandOutcome {
        CommandOutcome {
            id,
            version: done.after.version,
            sequence: self.unit.next_sequence() - 1,
            changed: !done.events.is_empty(),
            message: message.to_owned(),
            status,
            incident_id: None,
            late_fact_id: None,
            token: None,
        }
    }
}

impl Call {
    const fn reporter(&self) -> Reporter {
        match self.actor.role {
            Role::Driver => Reporter::Driver,
            Role::Admin | Role::Dispatcher | Role::Viewer | Role::Integration => Reporter::Desk,
        }
    }

    /// The driver in whose name a phone reports an action, where one does.
    fn phone_of(&self) -> Option<DriverId> {
        self.device.and(self.actor.driver_id).filter(|_| self.actor.role == Role::Driver)
    }

    /// The call at a time that is possible for the delivery, and what speaks against the one that the device gave.
    fn placed(&self, delivery: Option<&Delivery>, command: &DeliveryCommand) -> (Self, Option<ClockDoubt>) {
        let Some(device) = self.device else { return (self.clone(), None) };
        let earliest = delivery.map(|delivery| {
            let is_own = self.phone_of().is_none_or(|driver| delivery.driver_id == Some(driver));
            delivery.earliest(command, is_own)
        });
        let (occurred_at, doubt) = device.placed(earliest, self.recorded_at);
        (Self { occurred_at, ..self.clone() }, doubt)
    }

    fn check_version(&self, version: u32) -> Result<(), AppError> {
        match self.expected_version {
            Some(expected) if expected != version => Err(AppError::new(
                Code::StaleVersion,
                format!("It was changed since it was seen: it is at version {version}, not {expected}"),
            )
            .with("version", version)
            .with("expectedVersion", expected)),
            Some(_) | None => Ok(()),
        }
    }

    fn metadata(&self) -> Metadata {
        Metadata {
            occurred_at: self.occurred_at.datetime(),
            recorded_at: self.recorded_at.datetime(),
            actor: self.actor.for_the_log(),
            correlation: self.trace.correlation.clone(),
            causation: self.trace.request.clone(),
        }
    }
}

/// Those whom a decision involves, held for as long as it takes.
struct Facts {
    involved: Involved,
    route: Option<(RouteId, Arc<Loaded<Route>>)>,
    driver: Option<(DriverId, Arc<Loaded<Driver>>, Arc<Calendar>)>,
    vehicle: Option<(VehicleId, Arc<Loaded<Vehicle>>, Arc<Calendar>)>,
}

impl Facts {
    fn dispatch(&self, call: &Call) -> Dispatch<'_> {
        Dispatch {
            route: self.route.as_ref().map(|(id, route)| (*id, route.state.as_ref())),
            driver: self.driver.as_ref().map(|(id, driver, calendar)| Candidate {
                id: *id,
                entity: driver.state.as_ref(),
                calendar,
            }),
            vehicle: self.vehicle.as_ref().map(|(id, vehicle, calendar)| Candidate {
                id: *id,
                entity: vehicle.state.as_ref(),
                calendar,
            }),
            turnaround: call.rules.turnaround(),
            now: call.occurred_at,
        }
    }
}

const fn incident_named(command: &DeliveryCommand) -> Option<IncidentId> {
    match command {
        DeliveryCommand::ReportIncident { incident_id, .. } => *incident_id,
        DeliveryCommand::ResolveIncident { incident_id, .. } => Some(*incident_id),
        DeliveryCommand::CreateDelivery { .. }
        | DeliveryCommand::AssignDriver { .. }
        | DeliveryCommand::AssignVehicle { .. }
        | DeliveryCommand::RetryDelivery { .. }
        | DeliveryCommand::ChangeDeliveryStatus { .. }
        | DeliveryCommand::ReachCheckpoint { .. }
        | DeliveryCommand::CaptureProof { .. }
        | DeliveryCommand::SettleLateFact { .. }
        | DeliveryCommand::CloseAwaitedFile { .. }
        | DeliveryCommand::EraseReceiver {} => None,
    }
}

fn incident_reported(event: &DeliveryEvent) -> Option<IncidentId> {
    if let DeliveryEvent::IncidentReported(reported) = event { Some(reported.incident_id) } else { None }
}

/// The late fact as which a phone's command is kept, where it is.
fn late_fact_of(
    command: &DeliveryCommand,
    phone_of: Option<DriverId>,
    done: &Done<Delivery>,
) -> Option<LateFactId> {
    let was_taken = done.events.iter().any(|event| !matches!(event, DeliveryEvent::LateFactKept(_)));
    let delivery = done.after.state.as_ref().filter(|_| !was_taken)?;
    delivery.late_fact(command, phone_of?).map(|fact| fact.id)
}

pub(crate) type Decided = Result<CommandOutcome, AppError>;

/// Decides a command that makes events, once per idempotency key. `sequence` is the number that a phone gave its action.
pub(crate) fn decide_once(
    unit: &mut Unit<'_>,
    caches: &mut Caches,
    command: &EntityCommand,
    call: &Call,
    (key, sequence): (Option<&Key>, Option<u32>),
) -> Result<Decided, AppError> {
    let action = sequence.map(|sequence| (call.actor.credential, sequence));
    answer_once(unit, (key, action), call.recorded_at, |unit| {
        let mut desk = Desk { unit, caches };
        match command {
            EntityCommand::Driver(id, command) => desk.driver(*id, command, call),
            EntityCommand::Vehicle(id, command) => desk.vehicle(*id, command, call),
            EntityCommand::Route(id, command) => desk.route(*id, command, call),
            EntityCommand::Delivery(id, command) => desk.delivery(*id, command, call),
        }
    })
}

/// Runs `work`, or repeats the answer that was stored under the same key.
///
/// A stored refusal is returned as `Ok(Err(..))`, so that the transaction with its row commits: refused work must not have
/// written anything. `action` is the credential of a phone and the number of its action.
pub(crate) fn answer_once(
    unit: &mut Unit<'_>,
    (key, action): (Option<&Key>, Option<(Uuid, u32)>),
    recorded_at: Timestamp,
    work: impl FnOnce(&mut Unit<'_>) -> Decided,
) -> Result<Decided, AppError> {
    if let Some(key) = key
        && let Some(answer) = key.answered(unit.tables())?
    {
        return Ok(answer);
    }
    if let (Some(key), Some((credential, sequence))) = (key, action) {
        phone::check_sequence(unit.tables(), credential, sequence, key)?;
    }
    let decided = work(unit);
    let keep = |unit: &mut Unit<'_>, key: &Key| {
        let tables = unit.tables_mut()?;
        if let Some((credential, sequence)) = action {
            phone::record_action(tables, credential, sequence, key)?;
        }
        key.keep(tables, &decided, recorded_at)
    };
    match (key, &decided) {
        (Some(key), Ok(_)) => keep(unit, key)?,
        (Some(key), Err(error)) if idempotency::is_final(error.code) => keep(unit, key)?,
        // An error that is not final must undo whatever was written.
        (_, Err(error)) => return Err(error.clone()),
        (None, Ok(_)) => {}
    }
    Ok(decided)
}
