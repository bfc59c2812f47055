//! Which window a request counts against: its credential's once that is known, else its address's.
//!
//! Many phones behind one router share an address, so it alone would have them starve each other.

use std::net::IpAddr;

use uuid::Uuid;

use super::gate::{Gate, Refused};
use super::window::Quota;
use crate::addresses;

/// A desk asks for all that it shows, often in several windows of one browser: as often as so many other clients.
const DESK_SHARES: u32 = 5;
/// Files of the desk and health checks cost little, and a page asks for dozens of them at once.
const FILE_SHARES: u32 = 20;

/// Who sends a request, as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Client {
    /// The bearer of a valid credential.
    Credential(Uuid),
    /// The same, at a desk in a browser.
    Desk(Uuid),
    /// Somebody without a valid credential.
    Address(IpAddr),
    /// Somebody at this address who asks for what needs no credential and no work.
    Files(IpAddr),
}

/// Every window there is.
#[derive(Debug)]
pub(crate) struct Gates {
    credentials: Gate<Uuid>,
    desks: Gate<Uuid>,
    addresses: Gate<IpAddr>,
    files: Gate<IpAddr>,
}

impl Gates {
    /// `quota` is that of an address, and of a credential.
    pub(crate) fn new(quota: Quota) -> Self {
        let shares = |shares| Quota { permits: quota.permits.saturating_mul(shares), ..quota };
        Self {
            credentials: Gate::new(quota),
            desks: Gate::new(shares(DESK_SHARES)),
            addresses: Gate::new(quota),
            files: Gate::new(shares(FILE_SHARES)),
        }
    }

    /// Waits until the client may make a request, or refuses at once.
    pub(crate) async fn pass(&self, client: Client) -> Result<(), Refused> {
        match client {
            Client::Credential(id) => self.credentials.pass(id).await,
            Client::Desk(id) => self.desks.pass(id).await,
            Client::Address(address) => self.addresses.pass(addresses::client(address)).await,
            Client::Files(address) => self.files.pass(addresses::client(address)).await,
        }
    }
}
