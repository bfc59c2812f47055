//! Queries as an adapter hands them in, what they answer, and which changes make an answer stale.

use depot_domain::values::{DeliveryId, DriverId, RouteId, Timestamp, VehicleId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::actor::Actor;
use crate::data::DataView;
use crate::day::Day;
use crate::delivery::{
    Board, CompletedSummary, DeliveryDetail, DeliveryListing, DeliveryRow, IncidentListing, IncidentView,
    Lanes, LateFactView, LiveTracking,
};
use crate::endpoint::EndpointStatus;
use crate::fleet::{
    CalendarSpan, CalendarView, CrewChoices, CrewSearch, DriverListing, DriverView, FleetOverview, FreeSlot,
    SlotSearch, VehicleListing, VehicleView,
};
use crate::log::{ActorName, EntityKind, EventCategory, EventListing, EventPage, PastState};
use crate::page::{Cursor, Limit, Page};
use crate::phone::{DriverPosition, PairingView, PhoneDay, Phones};
use crate::report::{Report, RunSheet};
use crate::route::{RouteDetail, RouteListing, RouteOverview};
use crate::settings::{Language, SettingView};
use crate::token::TokenView;

/// What can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "query", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
#[ts(export)]
pub enum DepotQuery {
    /// Who asks, and what the depot is like.
    Session {},
    /// Every setting, with its value and where that comes from.
    Settings {},
    /// Every token, the oldest first, without its secret.
    Tokens {},
    /// The figures that matter now, and what just happened.
    Board {
        /// Also the figures of this day of the depot.
        #[serde(default)]
        #[ts(optional = nullable)]
        day: Option<Day>,
    },
    /// The deliveries on the road in some stretch of time, for a picture of a day.
    Lanes {
        /// Only with time on the road at or after this.
        from: Timestamp,
        /// Only with time on the road before this.
        to: Timestamp,
    },
    /// Drivers and vehicles: counts and lists.
    FleetOverview {},
    /// A page of drivers.
    Drivers(DriverListing),
    /// One driver.
    Driver {
        /// Which one.
        id: DriverId,
    },
    /// A page of vehicles.
    Vehicles(VehicleListing),
    /// One vehicle.
    Vehicle {
        /// Which one.
        id: VehicleId,
    },
    /// What a driver or a vehicle is booked for.
    Calendar(CalendarSpan),
    /// When a driver, a vehicle or both of them are free next.
    FreeSlot(SlotSearch),
    /// Who may drive a route, or what may be driven: those who are free in its time come first.
    CrewChoices(CrewSearch),
    /// A page of routes with their checkpoints and how those stand.
    Routes(RouteListing),
    /// One route with its deliveries.
    Route {
        /// Which one.
        id: RouteId,
    },
    /// A page of deliveries.
    Deliveries(DeliveryListing),
    /// One delivery with all that belongs to it.
    Delivery {
        /// Which one.
        id: DeliveryId,
    },
    /// Every delivery InTransit or OutForDelivery.
    LiveTracking {
        /// How many, 1 to 500; 500 unless given.
        #[serde(default)]
        #[ts(optional = nullable)]
        limit: Option<Limit>,
        /// The `nextCursor` of the page before.
        #[serde(default)]
        #[ts(optional = nullable)]
        cursor: Option<Cursor>,
    },
    /// What happened on a delivery, in order.
    CompletedSummary {
        /// Which delivery.
        id: DeliveryId,
    },
    /// A page of incidents.
    Incidents(IncidentListing),
    /// A page of the event log.
    Events(EventListing),
    /// Everybody whom events can name as the one who acted.
    Actors {},
    /// How some days of the depot went, beside as many days before.
    Report {
        /// The first day.
        from: Day,
        /// The last day; at most 366 days in all.
        to: Day,
    },
    /// A driver's deliveries of one day, to be printed.
    RunSheet {
        /// Whose.
        driver_id: DriverId,
        /// Which day of the depot.
        day: Day,
    },
    /// A thing as it was at some instant in the past.
    PastState {
        /// What sort of thing.
        entity: EntityKind,
        /// Which one.
        id: Uuid,
        /// The instant.
        at: Timestamp,
    },
    /// Everything that a phone needs to work without the depot; only a phone asks.
    PhoneDay {
        /// How many deliveries at most, 1 to 5000; 100 unless given. The day says how many are left out.
        #[serde(default)]
        #[ts(optional = nullable)]
        most: Option<u32>,
    },
    /// What phones reported that a delivery could not take: what is not settled, or everything of one delivery.
    LateFacts {
        /// Which delivery.
        #[serde(default)]
        #[ts(optional = nullable)]
        delivery_id: Option<DeliveryId>,
    },
    /// The phones of the depot.
    Phones {},
    /// Where each driver who shares it was last.
    Positions {},
    /// The endpoint for phones and browsers, and who follows it.
    Endpoint {},
    /// The data folder: its size, its backups and its seals.
    Data {},
    /// A pairing that is under way.
    Pairing {
        /// Which one.
        id: Uuid,
    },
}

/// What was asked for; which variant answers which query is in the names.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "query", content = "answer", rename_all = "camelCase")]
#[ts(export)]
#[expect(missing_docs, reason = "each answers the query of the same name")]
pub enum DepotAnswer {
    Session(Session),
    Settings(Vec<SettingView>),
    Tokens(Vec<TokenView>),
    Board(Board),
    Lanes(Lanes),
    FleetOverview(FleetOverview),
    Drivers(Page<DriverView>),
    Driver(DriverView),
    Vehicles(Page<VehicleView>),
    Vehicle(VehicleView),
    Calendar(CalendarView),
    FreeSlot(FreeSlot),
    CrewChoices(CrewChoices),
    Routes(RouteOverview),
    Route(RouteDetail),
    Deliveries(Page<DeliveryRow>),
    Delivery(Box<DeliveryDetail>),
    LiveTracking(LiveTracking),
    CompletedSummary(CompletedSummary),
    Incidents(Page<IncidentView>),
    Events(EventPage),
    Actors(Vec<ActorName>),
    Report(Box<Report>),
    RunSheet(Box<RunSheet>),
    PastState(PastState),
    PhoneDay(Box<PhoneDay>),
    LateFacts(Vec<LateFactView>),
    Phones(Phones),
    Positions(Vec<DriverPosition>),
    Endpoint(EndpointStatus),
    Data(Box<DataView>),
    Pairing(PairingView),
}

/// An answer, as of which event it is true, and what would make it stale.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Answered {
    /// The answer.
    #[serde(flatten)]
    pub answer: DepotAnswer,
    /// A change of one of these makes the answer stale.
    pub topics: Vec<Topic>,
    /// The sequence of the last event that the answer knows.
    pub sequence: u64,
}

words_of_app! {
    /// What a change is about and an answer depends on.
    Topic ("a topic") {
        /// Drivers.
        Drivers = "drivers",
        /// Vehicles.
        Vehicles = "vehicles",
        /// Routes.
        Routes = "routes",
        /// Deliveries, their incidents and bookings.
        Deliveries = "deliveries",
        /// Phones, what they report and whether they are let in.
        Phones = "phones",
        /// Signatures and photos whose content came after the fact that names it. It changes without an event.
        Files = "files",
        /// Where drivers are, of those who share it. It changes without an event.
        Positions = "positions",
        /// The endpoint and who follows it. It changes without an event.
        Endpoint = "endpoint",
        /// The data folder: backups, checks and seals. It changes without an event.
        Data = "data",
        /// The depot as a whole, e.g. when the demo day was loaded.
        Depot = "depot",
    }
}

impl DepotQuery {
    /// What the answer depends on.
    #[must_use]
    pub const fn topics(&self) -> &'static [Topic] {
        use Topic::{Deliveries, Depot, Drivers, Routes, Vehicles};
        match self {
            Self::Settings {} | Self::Tokens {} | Self::Actors {} => &[Depot],
            Self::Session {} => &[Depot, Topic::Endpoint],
            Self::Endpoint {} => &[Topic::Endpoint],
            Self::Data {} => &[Topic::Data, Depot],
            Self::Board { .. } | Self::Events(_) => &[Drivers, Vehicles, Routes, Deliveries, Depot],
            Self::FleetOverview {} => &[Drivers, Vehicles, Deliveries, Depot],
            Self::Drivers(_) | Self::Driver { .. } => &[Drivers, Deliveries, Depot],
            Self::Vehicles(_) | Self::Vehicle { .. } => &[Vehicles, Deliveries, Depot],
            Self::Calendar(_) | Self::FreeSlot(_) | Self::CrewChoices(_) => {
                &[Drivers, Vehicles, Routes, Deliveries, Depot]
            }
            Self::Routes(_) => &[Routes, Deliveries, Depot],
            Self::Route { .. }
            | Self::Deliveries(_)
            | Self::Lanes { .. }
            | Self::LiveTracking { .. }
            | Self::CompletedSummary { .. }
            | Self::Report { .. }
            | Self::RunSheet { .. }
            | Self::Incidents(_) => &[Deliveries, Routes, Drivers, Vehicles, Depot],
            Self::Delivery { .. } => &[Deliveries, Routes, Drivers, Vehicles, Topic::Files, Depot],
            Self::PastState { .. } => &[Depot],
            Self::LateFacts { .. } => &[Deliveries, Drivers, Routes, Topic::Files, Depot],
            Self::PhoneDay { .. } => &[Deliveries, Routes, Drivers, Vehicles, Depot],
            Self::Phones {} => &[Topic::Phones, Topic::Files, Drivers, Deliveries, Depot],
            Self::Positions {} => &[Topic::Positions, Drivers, Depot],
            Self::Pairing { .. } => &[Topic::Phones],
        }
    }
}

impl EventCategory {
    /// What an event of the category changes.
    #[must_use]
    pub const fn topics(self) -> &'static [Topic] {
        match self {
            Self::Fleet => &[Topic::Drivers, Topic::Vehicles],
            Self::Route => &[Topic::Routes],
            Self::Delivery => &[Topic::Deliveries],
        }
    }
}

/// Something changed: whoever shows what depends on one of the topics should ask again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Change {
    /// What changed.
    pub topics: Vec<Topic>,
    /// The sequence of the last event that is told of.
    pub sequence: u64,
    /// Whose deliveries changed; a driver's phone is told only of its own.
    #[serde(skip)]
    pub drivers: Vec<DriverId>,
}

/// Who asks, and what the depot is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Session {
    /// Who asks.
    pub actor: Actor,
    /// Whether they may change anything.
    pub may_change: bool,
    /// The program's version.
    pub version: String,
    /// What the depot is called.
    pub depot_name: String,
    /// The time zone in which the depot's day is told, e.g. `Europe/Lisbon`.
    pub time_zone: String,
    /// The depot's language.
    pub language: Language,
    /// Whether nothing was recorded yet, so that the demo day can be offered.
    pub empty: bool,
    /// Whether the depot was filled with the demo day.
    pub demo: bool,
    /// How many events people added to the demo day; they would go with it.
    pub events_beside_demo: u32,
    /// Where the endpoint for phones and browsers listens, if it does.
    pub endpoint: Option<String>,
    /// The depot's clock, to compare with one's own.
    pub now: Timestamp,
    /// Whether a file of the depot is gone, so that nothing can be recorded until somebody puts it back.
    pub read_only: bool,
}
