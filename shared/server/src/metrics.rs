//! What the endpoint counts, and how Prometheus reads it. Labels are routes and statuses, never ids or names.

use std::collections::HashMap;
use std::time::Duration;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use depot_app::Role;
use metrics::{
    Counter, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use parking_lot::RwLock;

use crate::credential::Caller;
use crate::endpoint::Shared;
use crate::problem::Problem;

const REQUESTS: &str = "depot_http_requests_total";
const DURATION: &str = "depot_http_request_duration_seconds";
const RATE_LIMITED: &str = "depot_http_rate_limited_total";
const COMMANDS: &str = "depot_commands_total";
const FEEDS: &str = "depot_change_feeds";

/// Upper bounds of the latency histogram: from a read in memory to the time-out.
const BUCKETS_SECONDS: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The counters of one endpoint.
///
/// They are its own rather than the process's, so that two endpoints in one process do not count together.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// By route, so that what counts a request is found without making its labels.
    requests: RwLock<HashMap<String, Vec<Answers>>>,
    /// The commands that were done. Those that were refused are counted by their code.
    done: Counter,
}

/// What counts the answers of one route to one method with one status.
struct Answers {
    method: &'static str,
    status: u16,
    count: Counter,
    duration: Histogram,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        // Only an empty list of buckets is refused.
        let builder = builder.set_buckets(&BUCKETS_SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        let done = metrics::with_local_recorder(&recorder, || {
            describe_counter!(REQUESTS, "Requests by route, method and status");
            describe_histogram!(DURATION, Unit::Seconds, "Time until the answer begins, by route and method");
            describe_counter!(RATE_LIMITED, "Requests refused by the rate limit");
            describe_counter!(COMMANDS, "Commands by outcome");
            describe_gauge!(FEEDS, "Change feeds that are open");
            counter!(RATE_LIMITED).absolute(0);
            counter!(COMMANDS, "outcome" => "done")
        });
        Self { recorder, handle, requests: RwLock::default(), done }
    }

    /// A request was answered.
    pub(crate) fn request(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let is_it = |answers: &&Answers| answers.method == method && answers.status == status;
        if let Some(answers) = self.requests.read().get(route).and_then(|all| all.iter().find(is_it)) {
            return answers.record(took);
        }
        let answers = metrics::with_local_recorder(&self.recorder, || Answers {
            method,
            status,
            count: counter!(REQUESTS, "route" => route.to_owned(), "method" => method, "status" => status.to_string()),
            duration: histogram!(DURATION, "route" => route.to_owned(), "method" => method),
        });
        answers.record(took);
        self.requests.write().entry(route.to_owned()).or_default().push(answers);
    }

    /// A request was refused by the rate limit.
    pub(crate) fn rate_limited(&self) {
        metrics::with_local_recorder(&self.recorder, || counter!(RATE_LIMITED).increment(1));
    }

    /// A command was done.
    pub(crate) fn done(&self) {
        self.done.increment(1);
    }

    /// A command was refused with this code.
    pub(crate) fn refused(&self, code: &'static str) {
        metrics::with_local_recorder(&self.recorder, || counter!(COMMANDS, "outcome" => code).increment(1));
    }

    /// Merges what was recorded since the last time, which bounds the memory that it takes.
    pub(crate) fn merge(&self) {
        self.handle.run_upkeep();
    }

    fn render(&self, open_feeds: usize) -> String {
        let open_feeds = u32::try_from(open_feeds).unwrap_or(u32::MAX);
        metrics::with_local_recorder(&self.recorder, || gauge!(FEEDS).set(open_feeds));
        self.handle.render()
    }
}

impl Answers {
    fn record(&self, took: Duration) {
        self.count.increment(1);
        self.duration.record(took);
    }
}

/// What the endpoint counted, for Prometheus; for admins.
#[utoipa::path(get, path = "/metrics", tag = "Operation",
    responses((status = 200, description = "Prometheus text format", body = String, content_type = "text/plain")))]
pub(crate) async fn read(State(endpoint): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    if caller.actor.role != Role::Admin {
        return Err(Problem::forbidden("Only an admin may read the metrics"));
    }
    let text = endpoint.metrics.render(endpoint.feeds.count());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
