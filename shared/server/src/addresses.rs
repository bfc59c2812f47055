//! Under which addresses other machines reach an endpoint, and under which one a client is counted.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use depot_app::machine_addresses;

/// The addresses that lead to a listener from outside, the likeliest for a phone first; none where there are none.
pub(crate) fn reachable(listen: IpAddr) -> Vec<IpAddr> {
    let listen = listen.to_canonical();
    if !listen.is_unspecified() {
        return if listen.is_loopback() { Vec::new() } else { vec![listen] };
    }
    let addresses = machine_addresses().into_iter().map(|one| one.address);
    addresses.filter(|address| address.is_ipv4() || listen.is_ipv6()).collect()
}

/// The address under which a client is counted: of IPv6 its /64 network, all of which one machine can use.
pub(crate) fn client(address: IpAddr) -> IpAddr {
    const NETWORK_BITS: u32 = 64;
    match address.to_canonical() {
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> NETWORK_BITS << NETWORK_BITS))
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// How an address of this machine is written for a browser.
pub(crate) fn url(scheme: &str, address: IpAddr, port: u16) -> String {
    format!("{scheme}://{}", SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_address_is_the_only_one_and_loopback_is_none() {
        let chosen: IpAddr = "192.168.1.5".parse().unwrap();
        assert_eq!(reachable(chosen), [chosen]);
        assert_eq!(reachable("::ffff:192.168.1.5".parse().unwrap()), [chosen]);
        assert!(reachable("127.0.0.1".parse().unwrap()).is_empty());
        assert!(reachable("::1".parse().unwrap()).is_empty());
    }

    #[test]
    fn every_address_means_those_that_others_can_use() {
        for address in reachable("0.0.0.0".parse().unwrap()) {
            assert!(address.is_ipv4() && !address.is_loopback() && !address.is_unspecified(), "{address}");
        }
    }

    #[test]
    fn client_of_ipv6_is_its_network() {
        let of = |text: &str| client(text.parse().unwrap());
        assert_eq!(of("2001:db8:0:7:1::1"), of("2001:db8:0:7:ffff::2"));
        assert_ne!(of("2001:db8:0:7::1"), of("2001:db8:0:8::1"));
        assert_ne!(of("192.168.1.20"), of("192.168.1.21"));
        assert_eq!(of("::ffff:192.168.1.20"), of("192.168.1.20"));
    }

    #[test]
    fn an_address_of_ipv6_is_written_in_brackets() {
        assert_eq!(url("https", "fd00::5".parse().unwrap(), 5000), "https://[fd00::5]:5000");
    }
}
