//! x
mod views;
pub use views::*;
