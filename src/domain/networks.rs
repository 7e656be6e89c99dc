//! Lists of networks: proxies that are trusted, and clients that a rule or a token lets in.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// A network, or a single address. One of IPv4 that is written as one of IPv6 is one of IPv4.
pub fn parse(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    let IpNet::V6(wide) = network else { return Some(network) };
    let mapped = wide.addr().to_ipv4_mapped().zip(wide.prefix_len().checked_sub(96));
    Some(mapped.and_then(|(address, length)| Ipv4Net::new(address, length).ok()).map_or(network, IpNet::V4))
}

/// Whether `address` is in one of `networks`. An IPv4 address that came as an IPv6 one is one of IPv4.
pub fn is_in(address: IpAddr, networks: &[IpNet]) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_ipv4_are_the_same_however_they_are_written() {
        for (text, address, is_inside) in [
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:10.0.0.0/104", "10.1.2.3", true),
            ("::ffff:10.1.2.3", "10.1.2.3", true),
            ("::ffff:10.1.2.3", "10.1.2.4", false),
            ("::/0", "10.1.2.3", false),
            ("2001:db8::/32", "2001:db8::1", true),
        ] {
            assert_eq!(is_in(address.parse().unwrap(), &[parse(text).unwrap()]), is_inside, "{text} {address}");
        }
        assert_eq!(parse("::ffff:10.0.0.1").unwrap().to_string(), "10.0.0.1/32");
        assert!(parse("10.0.0").is_none() && parse("").is_none());
    }
}
