//! Who may do what. Everything that is not allowed here is refused.

use depot_domain::values::DriverId;
use depot_domain::{DeliveryCommand, DriverCommand};

use crate::actor::{Actor, Role};
use crate::command::DepotCommand;
use crate::error::{AppError, Code};
use crate::phone::PhoneCommand;
use crate::query::DepotQuery;

/// What an actor may do with something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Do it.
    Granted,
    /// Do it where it is about a delivery of this driver.
    OwnDeliveries(DriverId),
    /// Do it where it is about this driver.
    OwnRecord(DriverId),
}

/// What `actor` may do of commands.
pub(crate) fn command(actor: &Actor, command: &DepotCommand) -> Result<Access, AppError> {
    let refused = || Err(forbidden(actor, "this command"));
    if let DepotCommand::Phone { command } = command {
        return phone(actor, command);
    }
    match (actor.role, command) {
        (Role::Admin, _) => Ok(Access::Granted),
        // What cannot be undone is for who answers for the depot.
        (
            Role::Dispatcher | Role::Integration,
            DepotCommand::Driver { command: DriverCommand::EraseDriver {}, .. }
            | DepotCommand::Delivery { command: DeliveryCommand::EraseReceiver {}, .. },
        ) => refused(),
        (Role::Dispatcher | Role::Integration, DepotCommand::Depot { .. }) | (Role::Viewer, _) => refused(),
        (Role::Dispatcher | Role::Integration, _) => Ok(Access::Granted),
        (Role::Driver, DepotCommand::Delivery { command, .. }) => match command {
            DeliveryCommand::ChangeDeliveryStatus { .. }
            | DeliveryCommand::ReachCheckpoint { .. }
            | DeliveryCommand::ReportIncident { .. }
            | DeliveryCommand::ResolveIncident { .. }
            | DeliveryCommand::CaptureProof { .. } => own(actor).map(Access::OwnDeliveries),
            DeliveryCommand::CreateDelivery { .. }
            | DeliveryCommand::AssignDriver { .. }
            | DeliveryCommand::AssignVehicle { .. }
            | DeliveryCommand::SettleLateFact { .. }
            | DeliveryCommand::RetryDelivery { .. }
            | DeliveryCommand::CloseAwaitedFile { .. }
            | DeliveryCommand::EraseReceiver {} => refused(),
        },
        (
            Role::Driver,
            DepotCommand::Driver { .. }
            | DepotCommand::Vehicle { .. }
            | DepotCommand::Route { .. }
            | DepotCommand::Phone { .. }
            | DepotCommand::Depot { .. },
        ) => refused(),
    }
}

/// Phones are let in and out by those who plan the day; what one says of itself only it can say.
fn phone(actor: &Actor, command: &PhoneCommand) -> Result<Access, AppError> {
    match (command, actor.role) {
        (
            PhoneCommand::StartPairing {}
            | PhoneCommand::ConfirmPairing { .. }
            | PhoneCommand::RefusePairing { .. }
            | PhoneCommand::RevokePhone { .. },
            Role::Admin | Role::Dispatcher,
        ) => Ok(Access::Granted),
        (
            PhoneCommand::SeeMessages { .. }
            | PhoneCommand::ReportState { .. }
            | PhoneCommand::SharePositions { .. }
            | PhoneCommand::ReportPosition { .. },
            Role::Driver,
        ) => own(actor).map(Access::OwnRecord),
        (
            PhoneCommand::StartPairing {}
            | PhoneCommand::ConfirmPairing { .. }
            | PhoneCommand::RefusePairing { .. }
            | PhoneCommand::RevokePhone { .. },
            Role::Viewer | Role::Integration | Role::Driver,
        )
        | (
            PhoneCommand::SeeMessages { .. }
            | PhoneCommand::ReportState { .. }
            | PhoneCommand::SharePositions { .. }
            | PhoneCommand::ReportPosition { .. },
            Role::Admin | Role::Dispatcher | Role::Viewer | Role::Integration,
        ) => Err(forbidden(actor, "this command")),
    }
}

/// What `actor` may do of queries.
pub(crate) fn query(actor: &Actor, query: &DepotQuery) -> Result<Access, AppError> {
    match (actor.role, query) {
        (Role::Admin | Role::Dispatcher, DepotQuery::Pairing { .. }) => return Ok(Access::Granted),
        // Its answer has the code with which a phone is let in.
        (Role::Viewer | Role::Integration | Role::Driver, DepotQuery::Pairing { .. })
        // Where people are is for those who plan their day, and no other program's concern.
        | (Role::Integration, DepotQuery::Positions {})
        | (Role::Admin | Role::Dispatcher | Role::Viewer | Role::Integration, DepotQuery::PhoneDay { .. }) => {
            return Err(forbidden(actor, "this query"));
        }
        (Role::Admin | Role::Dispatcher | Role::Viewer | Role::Integration | Role::Driver, _) => {}
    }
    match actor.role {
        Role::Admin => Ok(Access::Granted),
        Role::Dispatcher | Role::Viewer | Role::Integration
            if matches!(query, DepotQuery::Tokens {} | DepotQuery::Endpoint {} | DepotQuery::Data {}) =>
        {
            Err(forbidden(actor, "this query"))
        }
        Role::Dispatcher | Role::Viewer | Role::Integration => Ok(Access::Granted),
        Role::Driver => match query {
            DepotQuery::Session {} => Ok(Access::Granted),
            DepotQuery::Driver { .. } | DepotQuery::PhoneDay { .. } => own(actor).map(Access::OwnRecord),
            DepotQuery::Route { .. }
            | DepotQuery::Deliveries(_)
            | DepotQuery::Delivery { .. }
            | DepotQuery::LiveTracking { .. }
            | DepotQuery::CompletedSummary { .. }
            | DepotQuery::Incidents(_)
            | DepotQuery::Events(_)
            | DepotQuery::PastState { .. } => own(actor).map(Access::OwnDeliveries),
            DepotQuery::Settings {}
            | DepotQuery::Tokens {}
            | DepotQuery::Board { .. }
            | DepotQuery::Lanes { .. }
            | DepotQuery::FleetOverview {}
            | DepotQuery::Drivers(_)
            | DepotQuery::Vehicles(_)
            | DepotQuery::Vehicle { .. }
            | DepotQuery::Calendar(_)
            | DepotQuery::FreeSlot(_)
            | DepotQuery::CrewChoices(_)
            | DepotQuery::Actors {}
            | DepotQuery::Report { .. }
            | DepotQuery::RunSheet { .. }
            | DepotQuery::LateFacts { .. }
            | DepotQuery::Phones {}
            | DepotQuery::Positions {}
            | DepotQuery::Endpoint {}
            | DepotQuery::Data {}
            | DepotQuery::Pairing { .. }
            | DepotQuery::Routes(_) => Err(forbidden(actor, "this query")),
        },
    }
}

/// Only other programs, and those who look after the depot, read the event feed.
pub(crate) fn event_feed(actor: &Actor) -> Result<(), AppError> {
    match actor.role {
        Role::Admin | Role::Integration => Ok(()),
        Role::Dispatcher | Role::Viewer | Role::Driver => Err(forbidden(actor, "the event feed")),
    }
}

/// Those who may capture a proof of delivery may hand in its files.
pub(crate) fn keep_file(actor: &Actor) -> Result<(), AppError> {
    match actor.role {
        Role::Admin | Role::Dispatcher | Role::Integration | Role::Driver => Ok(()),
        Role::Viewer => Err(forbidden(actor, "files")),
    }
}

impl Actor {
    /// Whether they may change anything at all.
    #[must_use]
    pub const fn may_change(&self) -> bool {
        match self.role {
            Role::Admin | Role::Dispatcher | Role::Integration | Role::Driver => true,
            Role::Viewer => false,
        }
    }
}

impl Access {
    /// Refuses where access is limited to one driver's deliveries and `driver` is another, or nobody.
    pub(crate) fn check_delivery(self, driver: Option<DriverId>) -> Result<(), AppError> {
        match self {
            Self::Granted => Ok(()),
            Self::OwnDeliveries(own) | Self::OwnRecord(own) if driver == Some(own) => Ok(()),
            Self::OwnDeliveries(_) | Self::OwnRecord(_) => {
                Err(AppError::new(Code::Forbidden, "This delivery belongs to another driver"))
            }
        }
    }

    /// The driver to whose deliveries a list is limited.
    pub(crate) const fn only(self) -> Option<DriverId> {
        match self {
            Self::Granted => None,
            Self::OwnDeliveries(own) | Self::OwnRecord(own) => Some(own),
        }
    }
}

fn own(actor: &Actor) -> Result<DriverId, AppError> {
    actor.driver_id.ok_or_else(|| AppError::new(Code::Forbidden, "This credential belongs to no driver"))
}

fn forbidden(actor: &Actor, what: &str) -> AppError {
    AppError::new(Code::Forbidden, format!("The role {} does not allow {what}", actor.role))
}

#[cfg(test)]
mod tests;
