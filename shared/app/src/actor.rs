//! Who acts: a person at the desk, a device or an integration. Made by an adapter from a credential, never from a body.

use serde::Serialize;
use ts_rs::TS;
use uuid::Uuid;

use depot_domain::values::DriverId;

words_of_app! {
    /// What somebody may do; see `access` for what that is.
    Role ("a role") {
        /// Everything.
        Admin = "admin",
        /// Plans and watches: every command and query of the depot.
        Dispatcher = "dispatcher",
        /// Sees everything, changes nothing.
        Viewer = "viewer",
        /// Another program: commands, queries and the event feed.
        Integration = "integration",
        /// A paired phone: sees and changes only its own driver's deliveries.
        Driver = "driver",
    }
}

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export)]
pub struct Actor {
    /// What they may do.
    pub role: Role,
    /// Which credential they came with; nil for the program itself and the person at its window.
    pub credential: Uuid,
    /// What the credential is called.
    pub name: String,
    /// Whose phone it is, for the role `driver`.
    pub driver_id: Option<DriverId>,
}

impl Actor {
    /// The person at the window of the depot's own desktop.
    #[must_use]
    pub fn desk() -> Self {
        Self { role: Role::Admin, credential: Uuid::nil(), name: "Desk".to_owned(), driver_id: None }
    }

    /// How the event log names the actor: the role and the credential's id, but no personal name.
    #[must_use]
    pub fn for_the_log(&self) -> String {
        if self.credential.is_nil() {
            "desk".to_owned()
        } else {
            format!("{}:{}", self.role, self.credential)
        }
    }
}
