//! What the store promises, tried on real files. Looks at nothing but the public interface and the file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod batches;
mod common;
mod connections;
mod copying;
mod lanes;
mod links;
mod model;
mod opening;
mod presence;
mod reading;
mod subjects;
mod tampering;
mod writing;
