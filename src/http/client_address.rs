//! The client's address: the peer, or what trusted proxies report, read from right to left (S28).

use crate::domain::networks::is_in;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderValue, X_FORWARDED_FOR};
use ipnet::IpNet;

use super::settings::{self, HttpSettings};

/// The addresses of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    /// The other end of the connection.
    pub peer: IpAddr,
    /// The client, behind trusted proxies.
    pub client: IpAddr,
}

/// The addresses of `req`; a peer outside `TRUSTED_PROXIES` is not believed.
pub fn of(req: &HttpRequest) -> ClientAddress {
    read(req, settings::of(req))
}

/// [`of`], for who has the settings.
pub fn read(req: &HttpRequest, settings: &HttpSettings) -> ClientAddress {
    // Repeated headers form one list, which is read from its end.
    resolve(
        peer(req),
        req.headers().get_all(X_FORWARDED_FOR).map(HeaderValue::as_bytes),
        &settings.config.server.trusted_proxies,
    )
}

/// Whether the other end of the connection is in `TRUSTED_PROXIES`.
pub fn has_trusted_peer(req: &HttpRequest, settings: &HttpSettings) -> bool {
    is_in(peer(req), &settings.config.server.trusted_proxies)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks for the peer")]
fn peer(req: &HttpRequest) -> IpAddr {
    req.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |address| address.ip().to_canonical())
}

fn resolve<'a>(peer: IpAddr, lines: impl DoubleEndedIterator<Item = &'a [u8]>, trusted: &[IpNet]) -> ClientAddress {
    if !is_in(peer, trusted) {
        return ClientAddress { peer, client: peer };
    }
    let mut client = peer;
    for entry in lines.rev().flat_map(|line| line.rsplit(|byte| *byte == b',')) {
        // An entry that does not parse was not written by a proxy: the last address before it is the client's.
        let Some(ip) = parse_entry(entry) else { break };
        client = ip.to_canonical();
        if !is_in(client, trusted) {
            break;
        }
    }
    ClientAddress { peer, client }
}

/// One entry of `X-Forwarded-For`: an address, which some proxies write in brackets or with a port.
fn parse_entry(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || entry.parse::<SocketAddr>().ok().map(|address| address.ip());
    entry.parse().ok().or_else(bracketed).or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, chain: &str) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        resolve(peer.parse().unwrap(), std::iter::once(chain.as_bytes()), &trusted).client.to_string()
    }

    #[test]
    fn s28_only_trusted_proxies_are_believed_from_right_to_left() {
        assert_eq!(client("192.0.2.1", "198.51.100.7"), "192.0.2.1");
        assert_eq!(client("10.0.0.1", "198.51.100.7"), "198.51.100.7");
        assert_eq!(client("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2"), "198.51.100.7");
        assert_eq!(client("10.0.0.1", ""), "10.0.0.1");
    }

    #[test]
    fn s28_a_malformed_entry_bypasses_nothing() {
        assert_eq!(client("10.0.0.1", "198.51.100.7, a"), "10.0.0.1");
        assert_eq!(client("10.0.0.1", "a, 198.51.100.7"), "198.51.100.7");
        for garbage in [
            "198.51.100.7:",
            "198.51.100.7:x",
            "198.51.100.7:65536",
            "[198.51.100.7]:80",
            "2001:db8::7]:443",
            "[2001:db8::7",
            "[]",
            ":443",
            "_hidden",
        ] {
            assert_eq!(client("10.0.0.1", &format!("203.0.113.9, {garbage}")), "10.0.0.1", "{garbage}");
        }
    }

    #[test]
    fn s28_an_entry_may_carry_a_port_or_brackets() {
        for (entry, expected) in [
            ("198.51.100.7:51008", "198.51.100.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[::ffff:198.51.100.7]:80", "198.51.100.7"),
            ("203.0.113.9:1, 198.51.100.7:2 , 10.0.0.2:3", "198.51.100.7"),
        ] {
            assert_eq!(client("10.0.0.1", entry), expected, "{entry}");
        }
    }

    #[test]
    fn s28_several_lines_are_one_list() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let resolve =
            |lines: &[&[u8]]| resolve("10.0.0.1".parse().unwrap(), lines.iter().copied(), &trusted).client.to_string();
        assert_eq!(resolve(&[b"203.0.113.9", b"198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(resolve(&[b"198.51.100.7", b"\xff"]), "10.0.0.1", "what cannot be read hides nothing behind it");
        assert_eq!(resolve(&[]), "10.0.0.1");
    }
}
