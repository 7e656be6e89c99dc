//! Where a proxy connects to.

use std::fmt;

/// A host, by name or address, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket {
    /// The host; an IPv6 address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Socket {
    /// On the machine of the proxy.
    pub fn local(port: u16) -> Self {
        Self { host: "127.0.0.1".to_owned(), port }
    }

    /// Parses `host:port`, perhaps after `http://`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("http://").unwrap_or(text);
        let (host, port) = text.strip_suffix('/').unwrap_or(text).rsplit_once(':')?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_address = bare.is_some_and(|bare| bare.parse::<std::net::Ipv6Addr>().is_ok());
        let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        let is_host = is_address || (is_name && !host.is_empty() && !host.starts_with(['-', '.']));
        let port = port.parse().ok().filter(|port| *port > 0)?;
        is_host.then(|| Self { host: bare.unwrap_or(host).to_owned(), port })
    }
}

impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port_and_nothing_else() {
        for text in ["127.0.0.1:8080", "wiki:80", "[::1]:3000", "my_app.svc.local:1"] {
            assert_eq!(Socket::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Socket::parse("http://wiki:80/").unwrap().to_string(), "wiki:80");
        for text in
            ["", "wiki", ":80", "wiki:0", "wiki:65536", "wi ki:80", "wiki;:80", "::1:80", "https://wiki:80", "a}:1"]
        {
            assert_eq!(Socket::parse(text), None, "{text}");
        }
    }
}
