//! Tells the local network by mDNS where the endpoint is, so that other programs find it without an address.
//!
//! Only while it is open to other machines. What cannot be announced is reached all the same.

use std::net::IpAddr;

use mdns_sd::{ServiceDaemon, ServiceInfo};

/// The type of service that others look for.
const SERVICE: &str = "_eroad-depot._tcp.local.";

/// An endpoint that is announced until this is dropped.
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
    name: String,
}

impl Announcement {
    /// Announces the depot of this name; `None` where nobody could reach it, or where the system does not let us.
    pub(crate) fn of(depot: &str, scheme: &str, addresses: &[IpAddr], port: u16) -> Option<Self> {
        if addresses.is_empty() {
            return None;
        }
        match announce(depot, scheme, addresses, port) {
            Ok(announcement) => Some(announcement),
            Err(error) => {
                tracing::warn!(%error, "the endpoint is not announced");
                None
            }
        }
    }
}

fn announce(depot: &str, scheme: &str, addresses: &[IpAddr], port: u16) -> mdns_sd::Result<Announcement> {
    // One label of a name has at most 63 bytes.
    let instance: String = depot.char_indices().take_while(|(at, c)| at + c.len_utf8() <= 60).map(|(_, c)| c).collect();
    let host = format!("eroad-depot-{port}.local.");
    let properties = [("path", "/phone/"), ("scheme", scheme)];
    let info = ServiceInfo::new(SERVICE, &instance, &host, addresses, port, &properties[..])?;
    let name = info.get_fullname().to_owned();
    let daemon = ServiceDaemon::new()?;
    daemon.register(info)?;
    Ok(Announcement { daemon, name })
}

impl Drop for Announcement {
    fn drop(&mut self) {
        // It goes by itself after a while where this cannot be said any more.
        let _ = self.daemon.unregister(&self.name);
        let _ = self.daemon.shutdown();
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use mdns_sd::ServiceEvent;

    use super::*;
    use crate::addresses;

    #[test]
    fn a_depot_for_this_machine_alone_is_not_announced() {
        assert!(Announcement::of("Depot", "http", &[], 5000).is_none());
    }

    #[test]
    fn others_find_the_depot_by_its_name() {
        let here = addresses::reachable("0.0.0.0".parse().unwrap());
        // A machine in no network has nobody to tell.
        let Some(_announcement) = Announcement::of("Depot am Hafen", "https", &here, 5443) else { return };
        let seeker = ServiceDaemon::new().unwrap();
        let found = seeker.browse(SERVICE).unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        let resolved = std::iter::from_fn(|| found.recv_timeout(until.saturating_duration_since(Instant::now())).ok())
            .find_map(|event| match event {
                ServiceEvent::ServiceResolved(found) if found.get_fullname().starts_with("Depot am Hafen") => Some(found),
                _ => None,
            });
        let resolved = resolved.expect("it was found");
        assert_eq!((resolved.get_port(), resolved.get_property_val_str("scheme")), (5443, Some("https")));
        let _ = seeker.shutdown();
    }
}
