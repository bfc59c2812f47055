//! Queries as the desk and programs send them: read, written, read again, and answered by a depot on its demo day.

#![no_main]

use std::sync::LazyLock;

use depot_app::{Actor, AdminCommand, App, Code, CommandRequest, DepotCommand, DepotQuery, Trace};
use fuzz::{RUNTIME, depot, parse};
use libfuzzer_sys::fuzz_target;

static DEPOT: LazyLock<App> = LazyLock::new(|| {
    let app = depot(&[]);
    let load = CommandRequest::new(DepotCommand::Depot { command: AdminCommand::LoadDemo {} });
    RUNTIME.block_on(app.execute(&Actor::desk(), load, Trace::fresh())).expect("a demo day");
    app
});

fuzz_target!(|bytes: &[u8]| {
    let Some(query) = parse::<DepotQuery>(bytes) else { return };
    if let Err(error) = RUNTIME.block_on(DEPOT.query(&Actor::desk(), query)) {
        assert!(!matches!(error.code, Code::Internal | Code::Unknown), "{error}");
    }
});
