//! The application: executes commands, answers queries, tells of changes.
//!
//! The window and the endpoint are thin adapters over [`App`]; neither knows a rule, and `App` knows neither.

#[macro_use]
mod words;

mod access;
mod actor;
mod answer;
mod app;
mod audit;
pub mod backup;
mod booking;
mod command;
mod data;
mod day;
mod default_folder;
mod delivery;
mod demo;
mod durable;
mod endpoint;
mod entity;
mod erase;
mod error;
mod execute;
mod export;
mod files;
mod fleet;
mod generate;
mod idempotency;
mod landmarks;
mod log;
mod machine;
mod page;
mod personal;
mod phone;
mod picture;
pub mod proof;
mod query;
mod rebuild;
mod report;
mod route;
pub mod schema;
mod settings;
mod sql;
mod steady;
mod text;
mod token;
mod turns;
mod upkeep;

/// What nobody but the fuzz targets calls by itself.
#[cfg(fuzzing)]
pub mod fuzzing {
    /// What is kept of a picture that is uploaded; `None` where it is refused.
    #[must_use]
    pub fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
        use crate::picture::{Naming, PictureUse, Stop, look};
        let looked = look(bytes, PictureUse::Photo, Naming::AsKept, &Stop::default()).ok()?;
        Some(looked.cleaned.unwrap_or_else(|| bytes.to_vec()))
    }
}

pub use actor::{Actor, Role};
pub use app::{App, AppOptions, Clock};
pub use backup::{BackupReport, RestoreOptions, Restored};
pub use command::{AdminCommand, CommandOutcome, CommandRequest, DepotCommand, DeviceStamp, Trace};
pub use data::{BackupView, DataView, JobView, SealView};
pub use day::Day;
pub use default_folder::default_folder;
pub use delivery::{
    ActiveDelivery, Board, CompletedSummary, DeliveryCounts, DeliveryDetail, DeliveryListing, DeliveryRow,
    DeliverySort, FileSchema, IncidentListing, IncidentSort, IncidentView, Lanes, LateFactView, LiveTracking,
    NamedFile, PlannedCheckpoint, ReachedCheckpoint, Risk, TimelineCategory, TimelineEntry,
};
pub use depot_store::chain::Verified;
pub use depot_store::seal::{Seal, SealKey};
pub use depot_store::{DATABASE_FILE, OpenError, read_file};
pub use endpoint::{EndpointFault, EndpointProblem, EndpointStatus, Follower, Following, NetworkInterface};
pub use error::{AppError, Code, Problem};
pub use export::{ExportFormat, Exported};
pub use files::{AwaitedFile, ClosedFile, FILE_MAX_BYTES, MissingFile, PHOTO_MAX_BYTES, StagedFile, Upload};
pub use fleet::{
    BookingView, CalendarSpan, CalendarView, CrewChoice, CrewChoices, CrewSearch, DriverCounts,
    DriverListing, DriverSort, DriverView, FleetOverview, FreeSlot, SlotMinutes, SlotSearch, VehicleCounts,
    VehicleListing, VehicleSort, VehicleView,
};
pub use generate::{Generated, Generation};
pub use idempotency::KEY_MAX_CHARS;
pub use log::{
    ActorName, EntityKind, EntityState, EventCategory, EventFeed, EventListing, EventPage, EventView,
    PastState,
};
pub use machine::{MachineAddress, machine_addresses};
pub use page::{AnyOf, Cursor, Limit, Page, sequence};
#[doc(hidden)]
pub use personal::opened;
pub use phone::{
    AccuracyMeters, Claimed, DriverPosition, EndpointView, HeldWork, Latitude, Longitude, MessageId,
    MessageKind, PairingState, PairingView, PhoneCommand, PhoneDay, PhoneMessage, PhoneView, Phones,
    PositionSharing, ReceivedActions,
};
pub use picture::PictureUse;
pub use query::{Answered, Change, DepotAnswer, DepotQuery, Session, Topic};
pub use report::{
    DayFigures, LatenessBin, Report, ReportDay, ReportDriver, ReportFigures, ReportIncidents, ReportVehicle,
    RunSheet,
};
pub use route::{
    CheckpointStatus, CheckpointView, RouteDelivery, RouteDetail, RouteListing, RouteOverview, RouteSort,
    RouteSummary,
};
pub use settings::{
    BackupSettings, DepotSettings, EndpointSettings, FileSettings, FleetSettings, HttpSettings, Language,
    LimitSettings, MdnsSettings, PhoneSettings, RateSettings, SETTINGS_FILE, SettingChange, SettingView,
    Settings, SettingsError, Source, TlsSettings, ValidValues, WindowSettings,
};
pub use token::{CreatedToken, NewToken, Secret, TokenView};

/// The domain that the application serves, for adapters that make its commands.
pub use depot_domain as domain;
