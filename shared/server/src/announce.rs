//! Tells the network by mDNS under which name the endpoint is reached, for as long as it is open: `NAME.local`.
//!
//! Everybody on the network can read it, so it says nothing but the name, the addresses and the port.

use std::net::SocketAddr;
use std::time::Duration;

use mdns_sd::{DaemonEvent, Error, IfKind, Receiver, ServiceDaemon, ServiceInfo};

/// The sort of service that programs can look for.
pub(crate) const SERVICE: &str = "_eroad-depot._tcp.local.";
/// How long the network may take to be told that it is over.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(2);

/// An endpoint that is announced. Dropped, it no longer is.
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
    service: String,
    events: Receiver<DaemonEvent>,
}

/// What became of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The network was told.
    Announced,
    /// Another machine has the name.
    Taken,
}

impl Announcement {
    /// Begins to announce that `name.local` listens at `listen`. Whether the name is free is known a moment later: see
    /// [`heard`].
    pub(crate) fn begin(name: &str, listen: SocketAddr) -> Result<Self, Error> {
        let daemon = ServiceDaemon::new()?;
        let events = daemon.monitor()?;
        // Only where the endpoint itself listens.
        daemon.disable_interface(IfKind::All)?;
        let host = format!("{name}.local.");
        let no_properties: [(&str, &str); 0] = [];
        let (address, port) = (listen.ip().to_canonical(), listen.port());
        let info = if address.is_unspecified() {
            daemon.enable_interface(IfKind::IPv4)?;
            if address.is_ipv6() {
                daemon.enable_interface(IfKind::IPv6)?;
            }
            daemon.disable_interface([IfKind::LoopbackV4, IfKind::LoopbackV6].to_vec())?;
            // A laptop's address changes with its network: the daemon follows.
            ServiceInfo::new(SERVICE, name, &host, (), port, &no_properties[..])?.enable_addr_auto()
        } else {
            daemon.enable_interface(IfKind::Addr(address))?;
            ServiceInfo::new(SERVICE, name, &host, address, port, &no_properties[..])?
        };
        let service = info.get_fullname().to_owned();
        daemon.register(info)?;
        Ok(Self { daemon, service, events })
    }

    /// What [`heard`] listens to.
    pub(crate) fn events(&self) -> Receiver<DaemonEvent> {
        self.events.clone()
    }

    /// Ends it, and waits until the network was told.
    pub(crate) async fn end(self) {
        if let Ok(told) = self.daemon.unregister(&self.service)
            && tokio::time::timeout(GOODBYE_TIMEOUT, told.recv_async()).await.is_err()
        {
            tracing::warn!("the network was not told that the endpoint is closed; it forgets by itself");
        }
    }
}

/// What becomes of an announcement next; nothing more once it has ended.
pub(crate) async fn heard(events: &Receiver<DaemonEvent>) -> Option<Heard> {
    loop {
        match events.recv_async().await.ok()? {
            DaemonEvent::Announce(..) => return Some(Heard::Announced),
            DaemonEvent::NameChange(_) => return Some(Heard::Taken),
            DaemonEvent::Error(error) => tracing::warn!(%error, "announcing the endpoint"),
            // Addresses that come and go, and answers to others.
            DaemonEvent::IpAdd(_) | DaemonEvent::IpDel(_) | DaemonEvent::Respond(_) => {}
            // Whatever a later version of the library may tell.
            _ => {}
        }
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // The thread ends by it; there is nobody left who could do anything about an error.
        let _ = self.daemon.shutdown();
    }
}
