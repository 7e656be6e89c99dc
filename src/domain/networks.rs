//! Lists of networks: proxies that are trusted, and clients that a rule or a token lets in.

use std::net::IpAddr;

use ipnet::IpNet;

/// Whether `address` is in one of `networks`. An IPv4 address that came as an IPv6 one is one of IPv4.
pub fn is_in(address: IpAddr, networks: &[IpNet]) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}
