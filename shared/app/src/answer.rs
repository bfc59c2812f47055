//! The answers to queries, each from one snapshot of the tables.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use depot_domain::values::{DeliveryId, DriverId, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

use crate::access::{self, Access};
use crate::actor::Actor;
use crate::app::App;
use crate::error::{AppError, Code};
use crate::export::{ExportFormat, Exported};
use crate::log::{EntityKind, EventListing, EventPage};
use crate::page::Limit;
use crate::phone::{EndpointView, Phones};
use crate::query::{Answered, DepotAnswer, DepotQuery, Session};
use crate::settings::Settings;
use crate::{delivery, demo, files, fleet, log, phone, report, route, token};

/// How many of the newest events the board shows.
const RECENT: i64 = 30;

/// A query's circumstances.
pub(crate) struct Asked {
    pub(crate) actor: Actor,
    pub(crate) access: Access,
    pub(crate) now: Timestamp,
    pub(crate) endpoint: Option<EndpointView>,
    pub(crate) settings: Arc<Settings>,
    /// The data folder, where files are kept.
    pub(crate) folder: PathBuf,
    /// Whether a file of the depot is gone, so that nothing is recorded.
    pub(crate) read_only: bool,
}

/// Answers a query.
pub(crate) fn answer(tables: &Connection, query: DepotQuery, asked: Asked) -> Result<Answered, AppError> {
    let topics = query.topics().to_vec();
    let sequence = depot_store::log::head(tables)?;
    let Asked { access, now, .. } = asked;
    let turnaround = asked.settings.fleet.turnaround();
    let backdating = asked.settings.phones.backdating();
    let positions = phone::Policy::of(asked.settings.phones, asked.endpoint.as_ref());
    let zone = asked.settings.depot.time_zone;
    let flags_twins = !asked.settings.fleet.allow_duplicates;
    let answer = match query {
        DepotQuery::Session {} => DepotAnswer::Session(session(tables, asked, sequence)?),
        DepotQuery::Settings {} => DepotAnswer::Settings(asked.settings.list()),
        DepotQuery::Tokens {} => DepotAnswer::Tokens(token::list(tables)?),
        DepotQuery::Board { day } => {
            let limit = Some(Limit::try_from(RECENT).map_err(AppError::storage)?);
            let recent = log::events(tables, &EventListing { limit, ..EventListing::default() }, backdating)?;
            let mut board = delivery::board(tables, recent.items, now)?;
            board.day = day.map(|day| report::day_figures(tables, day, zone, now)).transpose()?;
            DepotAnswer::Board(board)
        }
        DepotQuery::Lanes { from, to } => DepotAnswer::Lanes(delivery::lanes(tables, from, to, now)?),
        DepotQuery::FleetOverview {} => {
            let mut overview = fleet::overview(tables)?;
            if flags_twins {
                fleet::flag_twin_drivers(tables, &mut overview.drivers)?;
                fleet::flag_twin_vehicles(tables, &mut overview.vehicles)?;
            }
            DepotAnswer::FleetOverview(overview)
        }
        DepotQuery::Drivers(listing) => {
            let mut page = fleet::drivers(tables, listing)?;
            if flags_twins {
                fleet::flag_twin_drivers(tables, &mut page.items)?;
            }
            DepotAnswer::Drivers(page)
        }
        DepotQuery::Driver { id } => {
            refuse_other_driver(access, id)?;
            let mut driver = fleet::driver(tables, id)?.ok_or_else(|| unknown("driver", id))?;
            if flags_twins && access.only().is_none() {
                fleet::flag_twin_drivers(tables, std::slice::from_mut(&mut driver))?;
            }
            DepotAnswer::Driver(driver)
        }
        DepotQuery::Vehicles(listing) => {
            let mut page = fleet::vehicles(tables, listing)?;
            if flags_twins {
                fleet::flag_twin_vehicles(tables, &mut page.items)?;
            }
            DepotAnswer::Vehicles(page)
        }
        DepotQuery::Vehicle { id } => {
            let mut vehicle = fleet::vehicle(tables, id)?.ok_or_else(|| unknown("vehicle", id))?;
            if flags_twins {
                fleet::flag_twin_vehicles(tables, std::slice::from_mut(&mut vehicle))?;
            }
            DepotAnswer::Vehicle(vehicle)
        }
        DepotQuery::Calendar(span) => DepotAnswer::Calendar(fleet::calendar(tables, &span, turnaround, now)?),
        DepotQuery::FreeSlot(search) => {
            DepotAnswer::FreeSlot(fleet::free_slot(tables, &search, turnaround, now)?)
        }
        DepotQuery::CrewChoices(search) => {
            DepotAnswer::CrewChoices(fleet::crew_choices(tables, search, turnaround, now)?)
        }
        DepotQuery::Routes(listing) => DepotAnswer::Routes(route::routes(tables, listing, now)?),
        DepotQuery::Route { id } => {
            if let Some(driver) = access.only()
                && !route::is_driven_by(tables, id, driver)?
            {
                return Err(AppError::new(
                    Code::Forbidden,
                    "None of this driver's deliveries drives this route",
                ));
            }
            DepotAnswer::Route(
                route::route(tables, id, access.only(), now)?.ok_or_else(|| unknown("route", id))?,
            )
        }
        DepotQuery::Deliveries(listing) => {
            DepotAnswer::Deliveries(delivery::deliveries(tables, listing, access.only(), now)?)
        }
        DepotQuery::Delivery { id } => {
            let mut delivery = one_delivery(tables, id, access, now)?;
            delivery.note_missing(files::missing(tables, &asked.folder, &delivery)?);
            DepotAnswer::Delivery(Box::new(delivery))
        }
        DepotQuery::LiveTracking { limit, cursor } => {
            // It shows every delivery under way: unless asked otherwise it is cut only where every list is.
            let limit = limit.unwrap_or(Limit::MAX);
            DepotAnswer::LiveTracking(delivery::live_tracking(tables, limit, cursor, access.only())?)
        }
        DepotQuery::CompletedSummary { id } => {
            let delivery = one_delivery(tables, id, access, now)?;
            let history = log::delivery_history(tables, id.uuid())?;
            DepotAnswer::CompletedSummary(delivery::completed_summary(&delivery, &history)?)
        }
        DepotQuery::Incidents(listing) => {
            if let Some(id) = listing.delivery_id {
                let driver = delivery::driver_of(tables, id)?.ok_or_else(|| unknown("delivery", id))?;
                access.check_delivery(driver)?;
            }
            DepotAnswer::Incidents(delivery::incidents(tables, listing, access.only())?)
        }
        DepotQuery::Events(listing) => DepotAnswer::Events(events(tables, &listing, access, backdating)?),
        DepotQuery::Actors {} => DepotAnswer::Actors(token::actors(tables)?),
        DepotQuery::Report { from, to } => {
            DepotAnswer::Report(Box::new(report::report(tables, from, to, zone)?))
        }
        DepotQuery::RunSheet { driver_id, day } => {
            DepotAnswer::RunSheet(Box::new(report::run_sheet(tables, driver_id, day, zone, now)?))
        }
        DepotQuery::PastState { entity, id, at } => {
            if access != Access::Granted {
                check_own(tables, Some(id), access)?;
            }
            DepotAnswer::PastState(log::past_state(tables, entity, id, at)?)
        }
        DepotQuery::PhoneDay { most } => {
            let driver = access.only().ok_or_else(|| unknown("phone", asked.actor.credential))?;
            let mut day = phone::day(tables, asked.actor.credential, driver, positions, (most, zone), now)?;
            for delivery in &mut day.deliveries {
                delivery.note_missing(files::missing(tables, &asked.folder, delivery)?);
            }
            DepotAnswer::PhoneDay(Box::new(day))
        }
        DepotQuery::LateFacts { delivery_id } => {
            let awaited = |delivery, file: &_| files::is_awaited(tables, &asked.folder, delivery, file);
            DepotAnswer::LateFacts(delivery::late_facts(tables, delivery_id, awaited)?)
        }
        DepotQuery::Phones {} => DepotAnswer::Phones(Phones {
            phones: phone::phones(tables, now)?,
            endpoint: asked.endpoint,
            files_awaited: files::awaited_files(tables)?,
        }),
        DepotQuery::Positions {} => DepotAnswer::Positions(phone::last_positions(tables, positions, now)?),
        // Answered from memory, before anything is read.
        DepotQuery::Endpoint {} | DepotQuery::Data {} => return Err(unknown("page", Uuid::nil())),
        DepotQuery::Pairing { id } => return Err(unknown("pairing", id)),
    };
    Ok(Answered { answer, topics, sequence })
}

impl App {
    /// Makes a file of a list: every row that fits, whatever the page that the query names.
    ///
    /// # Errors
    /// The role does not allow the query, it is not one of a list that can be exported, or the record cannot be read.
    pub async fn export(
        &self,
        actor: &Actor,
        query: DepotQuery,
        format: ExportFormat,
    ) -> Result<Exported, AppError> {
        let access = access::query(actor, &query)?;
        let (settings, now) = (self.settings(), self.now());
        let _turn = self.inner.turns.long.wait(actor.credential).await?;
        self.store()
            .read_long(move |connection| {
                let tables = connection.unchecked_transaction()?;
                if let DepotQuery::Report { from, to } = query {
                    return report::export(&tables, (from, to), now, format, &settings.depot);
                }
                let DepotQuery::Deliveries(listing) = query else {
                    return Err(AppError::new(
                        Code::Unfit,
                        "query: this one makes no table; those of which a file can be made are: deliveries, report",
                    ));
                };
                delivery::export(&tables, listing, access.only(), now, format, &settings.depot)
            })
            .await
    }
}

fn session(tables: &Connection, asked: Asked, sequence: u64) -> Result<Session, AppError> {
    let demo_events = demo::events(tables)?;
    let beside = demo_events.map_or(0, |events| sequence.saturating_sub(events));
    Ok(Session {
        may_change: asked.actor.may_change(),
        actor: asked.actor,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        depot_name: asked.settings.depot.name.clone(),
        time_zone: asked.settings.depot.time_zone.name().to_owned(),
        language: asked.settings.depot.language,
        empty: sequence == 0,
        demo: demo_events.is_some(),
        events_beside_demo: u32::try_from(beside).unwrap_or(u32::MAX),
        endpoint: asked.endpoint.map(|endpoint| endpoint.url),
        now: asked.now,
        read_only: asked.read_only,
    })
}

fn events(
    tables: &Connection,
    listing: &EventListing,
    access: Access,
    backdating: TimeDelta,
) -> Result<EventPage, AppError> {
    if access != Access::Granted {
        check_own(tables, listing.entity_id, access)?;
    }
    if let Some(id) = listing.entity_id
        && depot_store::log::stream(tables, id, 0, 1)?.is_empty()
    {
        return Err(AppError::new(Code::NotFound, format!("There is nothing with the id {id}")));
    }
    log::events(tables, listing, backdating)
}

/// A driver reads the history of its own deliveries only.
fn check_own(tables: &Connection, id: Option<Uuid>, access: Access) -> Result<(), AppError> {
    let driver = match id {
        Some(id) => delivery::driver_of(tables, DeliveryId::from(id))?.flatten(),
        None => None,
    };
    access.check_delivery(driver)
}

fn one_delivery(
    tables: &Connection,
    id: DeliveryId,
    access: Access,
    now: Timestamp,
) -> Result<delivery::DeliveryDetail, AppError> {
    let found =
        delivery::delivery(tables, id, now)?.ok_or_else(|| unknown(EntityKind::Delivery.as_str(), id))?;
    access.check_delivery(found.row.driver_id)?;
    Ok(found)
}

fn refuse_other_driver(access: Access, id: DriverId) -> Result<(), AppError> {
    match access.only() {
        Some(own) if own != id => Err(AppError::new(Code::Forbidden, "This is another driver")),
        Some(_) | None => Ok(()),
    }
}

fn unknown(what: &str, id: impl std::fmt::Display) -> AppError {
    AppError::new(Code::NotFound, format!("There is no {what} {id}"))
}
