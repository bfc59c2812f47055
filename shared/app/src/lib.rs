//! The application: executes commands, answers queries, tells of changes.
//!
//! The window and the endpoint are thin adapters over [`App`]; neither knows a rule, and `App` knows neither.

#[macro_use]
mod words;

mod actor;
mod command;
mod delivery;
mod error;
mod fleet;
mod log;
mod page;
mod query;
mod route;

pub use actor::*;
pub use command::*;
pub use delivery::*;
pub use error::*;
pub use fleet::*;
pub use log::*;
pub use page::*;
pub use query::*;
pub use route::*;
