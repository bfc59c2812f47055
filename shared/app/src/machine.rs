//! Under which addresses this machine is reached in its networks.

use std::net::{IpAddr, Ipv4Addr};

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineAddress {
    /// What the system calls the network's card.
    pub name: String,
    /// The address there.
    pub address: IpAddr,
}

/// The addresses that others in its networks can use, the likeliest for a phone first. Those of a link alone need more than
/// an address.
#[must_use]
pub fn machine_addresses() -> Vec<MachineAddress> {
    let found = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "the addresses of this machine cannot be listed");
        Vec::new()
    });
    let found = found.into_iter().map(|found| MachineAddress { address: found.ip(), name: found.name });
    let mut usable: Vec<_> =
        found.filter(|one| !one.address.is_loopback() && !is_link_local(one.address)).collect();
    usable.sort_by_key(|one| (!is_of_a_lan(one.address), one.address.is_ipv6(), one.address));
    usable.dedup_by_key(|one| one.address);
    usable
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

/// Whether the address is of a private network, where a depot's phones are.
fn is_of_a_lan(address: IpAddr) -> bool {
    match address {
        // 172.17.0.0/16 is what container tools make of their own, which no phone is in.
        IpAddr::V4(address) => address.is_private() && !in_container_network(address),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

fn in_container_network(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [172, 17, _, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_network_is_where_phones_are_and_a_containers_is_not() {
        let is_of_a_lan = |text: &str| is_of_a_lan(text.parse().unwrap());
        assert!(is_of_a_lan("192.168.1.5") && is_of_a_lan("172.16.0.1") && is_of_a_lan("fd00::5"));
        assert!(!is_of_a_lan("172.17.0.1") && !is_of_a_lan("203.0.113.9") && !is_of_a_lan("2001:db8::1"));
    }
}
