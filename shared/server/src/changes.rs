//! The change feed: server-sent events that say what to ask for again, and nothing about what it is.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use depot_app::{Actor, Change, Following};
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior};

use crate::credential::Caller;
use crate::endpoint::Shared;
use crate::feeds::{FEEDS_PER_CREDENTIAL_MAX, FeedPlace};
use crate::problem::Problem;

/// How often something is sent when nothing changes, so that both sides notice a connection that is gone.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How often the credential is looked up while nothing changes: another process can revoke it, which nobody tells us.
const CREDENTIAL_CHECK: Duration = Duration::from_secs(1);

/// Tells of changes as server-sent events named `changed`; resumes from `Last-Event-ID`.
#[utoipa::path(get, path = "/api/changes", tag = "Messages",
    params(("Last-Event-ID" = Option<u64>, Header, description = "The `id` of the last change that was seen"),
        ("credential" = Option<Uuid>, Query, description = "The credential that the request must come with, as X-Credential names it elsewhere")),
    responses((status = 200, description = "Changes: `id` is the sequence, `data` the topics and the sequence",
        body = String, content_type = "text/event-stream")))]
pub(crate) async fn follow(
    State(endpoint): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = endpoint.feeds.open(caller.actor.credential).ok_or_else(|| {
        Problem::rate_limited(
            format!(
                "Too many change feeds are open, in all or with this credential ({FEEDS_PER_CREDENTIAL_MAX}): close one"
            ),
            15,
        )
    })?;
    // Before it listens itself: nobody need be told of their own coming.
    let following = endpoint.app.following(&caller.actor, peer.ip());
    // Before the past is asked for: what happens in between is then told twice rather than never.
    let changes = endpoint.app.subscribe();
    let last_seen = last_event_id(&headers)?;
    let mut feed = Feed {
        changes,
        ending: endpoint.ending(),
        keep_alive: every(KEEP_ALIVE),
        credential_check: every(CREDENTIAL_CHECK),
        told: last_seen.unwrap_or_default(),
        _following: following,
        caller,
        endpoint,
        _place: place,
    };
    // The first bytes make the browser's `open` event come at once, and say how soon to come back.
    let mut opening = String::from("retry: 1000\n: connected\n\n");
    if last_seen.is_some()
        && let Some(missed) = feed.catch_up().await?
    {
        opening.push_str(&missed);
    }
    let opening = stream::once(async { Ok::<_, Infallible>(Bytes::from(opening)) });
    let rest = stream::unfold(feed, |mut feed| async {
        let message = feed.next().await?;
        Some((Ok(Bytes::from(message)), feed))
    });
    let body = Body::from_stream(stream::StreamExt::chain(opening, rest));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(id) = headers.get("last-event-id") else { return Ok(None) };
    let id = id.to_str().ok().and_then(|id| id.trim().parse().ok());
    id.map(Some).ok_or_else(|| Problem::malformed("Last-Event-ID is the id of a change: a whole number"))
}

fn every(period: Duration) -> Interval {
    let mut ticks = tokio::time::interval_at(Instant::now() + period, period);
    // A slow client needs one sign of life, not all that it missed.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Why a feed looks up from its wait.
enum Woken {
    Change(Result<Change, RecvError>),
    KeepAlive,
    CredentialCheck,
}

/// One client's feed.
struct Feed {
    changes: broadcast::Receiver<Change>,
    ending: watch::Receiver<bool>,
    keep_alive: Interval,
    credential_check: Interval,
    /// The sequence up to which the client was told.
    told: u64,
    caller: Caller,
    endpoint: Shared,
    _following: Following,
    _place: FeedPlace,
}

impl Feed {
    /// The next message; `None` ends the feed.
    async fn next(&mut self) -> Option<String> {
        loop {
            let woken = tokio::select! {
                // First, or a busy depot could keep a feed open for ever.
                biased;
                _ = self.ending.wait_for(|ending| *ending) => return None,
                received = self.changes.recv() => Woken::Change(received),
                _ = self.keep_alive.tick() => Woken::KeepAlive,
                _ = self.credential_check.tick() => Woken::CredentialCheck,
            };
            if !self.is_still_allowed() {
                return None;
            }
            match woken {
                Woken::CredentialCheck => {}
                Woken::KeepAlive => return Some(": keep-alive\n\n".to_owned()),
                Woken::Change(Ok(change)) if self.endpoint.app.may_see(self.actor(), &change) => {
                    return Some(self.tell(&change));
                }
                Woken::Change(Ok(_)) => {}
                // The client is slower than the depot: one notice stands for all that it missed.
                Woken::Change(Err(RecvError::Lagged(_))) => {
                    if let Some(message) = self.catch_up().await.ok()? {
                        return Some(message);
                    }
                }
                Woken::Change(Err(RecvError::Closed)) => return None,
            }
        }
    }

    async fn catch_up(&mut self) -> Result<Option<String>, Problem> {
        let missed = self.endpoint.app.changes_since(self.actor(), self.told).await?;
        Ok(missed.map(|change| self.tell(&change)))
    }

    fn tell(&mut self, change: &Change) -> String {
        self.told = change.sequence;
        // A change has nothing in it that JSON cannot say.
        let data = serde_json::to_string(change).unwrap_or_default();
        format!("id: {}\nevent: changed\ndata: {data}\n\n", change.sequence)
    }

    /// Whether the credential still is what it was when the feed was opened.
    fn is_still_allowed(&self) -> bool {
        matches!(self.endpoint.app.authenticate(&self.caller.token), Ok(Some(actor)) if actor == self.caller.actor)
    }

    fn actor(&self) -> &Actor {
        &self.caller.actor
    }
}
