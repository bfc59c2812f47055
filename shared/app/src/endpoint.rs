//! What the depot knows of its endpoint: where it listens or why it does not, who follows it, and which credentials came
//! in. It opens nothing; whoever serves the depot tells of it here.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use chrono::TimeDelta;
use depot_domain::values::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use ts_rs::TS;
use uuid::Uuid;

use crate::actor::{Actor, Role};
use crate::app::App;
use crate::error::AppError;
use crate::machine::machine_addresses;
use crate::phone::EndpointView;
use crate::query::{Answered, DepotAnswer, DepotQuery, Topic};
use crate::token;

/// How often the use of a credential is written down at most.
const USED_EVERY_MINUTES: i64 = 5;

words_of_app! {
    /// Why the endpoint does not listen where it should.
    EndpointFault ("a fault of the endpoint") {
        /// Another program listens there.
        PortTaken = "portTaken",
        /// This machine does not have that address now.
        AddressMissing = "addressMissing",
        /// The system does not let this program listen there.
        NotAllowed = "notAllowed",
        /// Something else; the detail says what.
        Other = "other",
    }
}

/// That the endpoint does not listen where it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointProblem {
    /// What sort of trouble.
    pub fault: EndpointFault,
    /// Where it should listen.
    pub listen: String,
    /// What the system says.
    pub detail: String,
}

/// The endpoint for phones and browsers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct EndpointStatus {
    /// Whether it follows the settings `endpoint.…` while the depot runs; `depotd` is open for as long as it runs.
    pub follows_settings: bool,
    /// Where it listens, if it does.
    pub open: Option<EndpointView>,
    /// Why it does not listen where it should. It may still listen where it did before.
    pub problem: Option<EndpointProblem>,
    /// The addresses of this machine in its networks.
    pub interfaces: Vec<NetworkInterface>,
    /// Who is told of changes now.
    pub followers: Vec<Follower>,
}

/// One of this machine's addresses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct NetworkInterface {
    /// What the system calls the network's card.
    pub name: String,
    /// The address there.
    pub address: String,
}

/// A browser, a phone or a program that is told of changes now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Follower {
    /// By which token it came in.
    pub credential: Uuid,
    /// What that is called.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Where it is.
    pub address: String,
    /// Since when.
    pub since: Timestamp,
}

/// What is known of the endpoint while the depot runs.
#[derive(Debug, Default)]
pub(crate) struct EndpointState {
    pub(crate) open: Option<EndpointView>,
    follows_settings: bool,
    problem: Option<EndpointProblem>,
    followers: BTreeMap<u64, Follower>,
    followers_ever: u64,
    /// When the use of each credential was last written down.
    used: HashMap<Uuid, Timestamp>,
}

/// Says for as long as it lives that somebody is told of changes.
pub struct Following {
    app: App,
    number: u64,
}

impl Drop for Following {
    fn drop(&mut self) {
        self.app.endpoint().lock().followers.remove(&self.number);
        self.app.tell(&[Topic::Endpoint]);
    }
}

impl App {
    fn endpoint(&self) -> &Mutex<EndpointState> {
        &self.inner.endpoint
    }

    /// Says that the endpoint listens, and how it is reached.
    pub fn endpoint_opened(&self, open: EndpointView) {
        {
            let mut state = self.endpoint().lock();
            state.open = Some(open);
            state.problem = None;
        }
        self.tell(&[Topic::Endpoint]);
        self.tell_of_phones();
    }

    /// Says that the endpoint at `url` no longer listens. One that was opened elsewhere meanwhile stays known.
    pub fn endpoint_closed(&self, url: &str) {
        {
            let mut state = self.endpoint().lock();
            state.open.take_if(|open| open.url == url);
        }
        self.tell(&[Topic::Endpoint]);
        self.tell_of_phones();
    }

    /// Says that the endpoint follows the settings while the depot runs.
    pub fn endpoint_follows_settings(&self) {
        self.endpoint().lock().follows_settings = true;
    }

    /// Says why the endpoint does not listen where it should; `None` where it does, or should not.
    pub fn endpoint_problem(&self, problem: Option<EndpointProblem>) {
        let is_other = {
            let mut state = self.endpoint().lock();
            let is_other = state.problem != problem;
            state.problem = problem;
            is_other
        };
        if is_other {
            self.tell(&[Topic::Endpoint]);
        }
    }

    /// Notes that `actor`, at `address`, is told of changes until the returned value is dropped.
    #[must_use]
    pub fn following(&self, actor: &Actor, address: IpAddr) -> Following {
        let follower = Follower {
            credential: actor.credential,
            name: actor.name.clone(),
            role: actor.role,
            address: address.to_canonical().to_string(),
            since: self.now(),
        };
        let number = {
            let mut state = self.endpoint().lock();
            state.followers_ever += 1;
            let number = state.followers_ever;
            state.followers.insert(number, follower);
            number
        };
        self.tell(&[Topic::Endpoint]);
        Following { app: self.clone(), number }
    }

    /// Notes that a credential was used, unless that was noted a few minutes ago. Does not wait for the disk.
    pub fn credential_used(&self, actor: &Actor) {
        let (now, credential) = (self.now(), actor.credential);
        {
            let mut state = self.endpoint().lock();
            let noted = state.used.get(&credential);
            if noted.is_some_and(|at| at.saturating_add(TimeDelta::minutes(USED_EVERY_MINUTES)) > now) {
                return;
            }
            state.used.insert(credential, now);
        }
        let app = self.clone();
        tokio::spawn(async move {
            let write = app
                .store()
                .write(move |unit, _| Ok::<_, AppError>(token::used(unit.tables_mut()?, credential, now)?));
            // Nobody is told: it would only make browsers ask again for what is true to some minutes anyway.
            if let Err(error) = write.await {
                tracing::warn!(%error, "the use of a credential was not noted");
            }
        });
    }

    /// The endpoint as it is now.
    pub(crate) fn endpoint_status(&self) -> Answered {
        let interfaces = machine_addresses().into_iter();
        let interfaces = interfaces
            .map(|one| NetworkInterface { address: one.address.to_string(), name: one.name })
            .collect();
        let view = {
            let state = self.endpoint().lock();
            EndpointStatus {
                follows_settings: state.follows_settings,
                open: state.open.clone(),
                problem: state.problem.clone(),
                followers: state.followers.values().cloned().collect(),
                interfaces,
            }
        };
        Answered {
            answer: DepotAnswer::Endpoint(view),
            topics: DepotQuery::Endpoint {}.topics().to_vec(),
            sequence: self.head(),
        }
    }
}
