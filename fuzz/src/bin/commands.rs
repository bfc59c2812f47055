//! Commands as the desk and programs send them: read, written, read again, and carried out on a depot.

#![no_main]

use std::sync::LazyLock;

use depot_app::{Actor, App, Code, CommandRequest, DepotCommand, Trace};
use fuzz::{RUNTIME, depot, parse};
use libfuzzer_sys::fuzz_target;

static DEPOT: LazyLock<App> = LazyLock::new(|| depot(&[]));

fuzz_target!(|bytes: &[u8]| {
    let Some(request) = parse::<CommandRequest>(bytes) else { return };
    // Those of the depot as a whole (backups, checks, the demo day) take long, and read nothing that others do not.
    if matches!(request.command, DepotCommand::Depot { .. }) {
        return;
    }
    let done = RUNTIME.block_on(DEPOT.execute(&Actor::desk(), request, Trace::fresh()));
    if let Err(error) = done {
        assert!(!matches!(error.code, Code::Internal | Code::Unknown), "{error}");
    }
});
