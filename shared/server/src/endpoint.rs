//! What every request of one endpoint shares.

use std::sync::Arc;

use depot_app::{App, Settings};
use tokio::sync::watch;

use crate::feeds::Feeds;
use crate::hosts::Hosts;
use crate::limiter::{Gates, Quota};
use crate::logging::LogBudget;
use crate::metrics::Metrics;
use crate::sign_in::SignInCodes;
use crate::uploads::UploadPermits;
use crate::wrong_codes::WrongCodes;

/// An endpoint of one depot.
pub(crate) struct Endpoint {
    /// The application that it translates for.
    pub(crate) app: App,
    /// The rate limit.
    pub(crate) gates: Gates,
    /// What it counts.
    pub(crate) metrics: Metrics,
    /// The code with which its owner signs in.
    pub(crate) sign_in: SignInCodes,
    /// The wrong codes that addresses entered lately.
    pub(crate) wrong_codes: WrongCodes,
    /// As whom it may be addressed.
    pub(crate) hosts: Hosts,
    /// The change feeds that are open.
    pub(crate) feeds: Feeds,
    /// How many lines of the log are left for those without a credential.
    pub(crate) log_budget: LogBudget,
    /// The permits for uploads.
    pub(crate) uploads: UploadPermits,
    /// Whether it is reached over TLS.
    pub(crate) secure: bool,
    /// Becomes true when it shuts down, which ends the feeds.
    ending: watch::Sender<bool>,
}

/// An endpoint as handlers get it.
pub(crate) type Shared = Arc<Endpoint>;

impl Endpoint {
    pub(crate) fn new(app: App, hosts: Hosts, secure: bool) -> Shared {
        let gates = Gates::new(quota(&app.settings()));
        Arc::new(Self {
            app,
            gates,
            metrics: Metrics::new(),
            sign_in: SignInCodes::default(),
            wrong_codes: WrongCodes::default(),
            hosts,
            feeds: Feeds::default(),
            log_budget: LogBudget::default(),
            uploads: UploadPermits::default(),
            secure,
            ending: watch::Sender::new(false),
        })
    }

    /// Ends the feeds.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Resolves when the endpoint shuts down.
    pub(crate) fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }
}

fn quota(settings: &Settings) -> Quota {
    let rate = &settings.limits.rate;
    Quota { permits: rate.permits, window_ms: u64::from(rate.window_seconds) * 1000, queue: rate.queue }
}
