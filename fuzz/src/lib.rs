//! What the targets share: a depot to ask, and that what is accepted says the same when it is written and read again.

use std::fmt::Debug;
use std::sync::LazyLock;

use depot_app::{App, AppOptions, Settings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

/// The runtime that a depot needs.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(1).enable_all().build().expect("a runtime")
});

/// Opens a depot in a folder of its own, in memory where the system has such a place.
pub fn depot(settings: &[&str]) -> App {
    let memory = std::path::Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = tempfile::Builder::new().prefix("fuzz-").tempdir_in(place).expect("a folder").keep();
    let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let settings = Settings::load(&folder, [], &settings).expect("settings");
    RUNTIME.block_on(async { App::open(AppOptions::new(folder, settings)).expect("a depot") })
}

/// Reads a value, which is the same when it is written and read again.
pub fn parse<T: DeserializeOwned + Serialize + PartialEq + Debug>(bytes: &[u8]) -> Option<T> {
    let parsed = serde_json::from_slice::<T>(bytes).ok()?;
    let written = serde_json::to_vec(&parsed).expect("what was read can be written");
    let again = serde_json::from_slice::<T>(&written).expect("what was written can be read");
    assert_eq!(again, parsed);
    Some(parsed)
}
