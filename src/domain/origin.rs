//! Where a request was sent, in one canonical form: two spellings of one origin must compare equal (S73).

use std::fmt::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Maximum length of a host name and of a label, in bytes (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 253;
const MAX_LABEL: usize = 63;

/// Scheme, host and port: lower case, IDNA in ASCII, no final dot, no default port, IPv6 in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    https: bool,
    /// `host[:port]`.
    authority: String,
    /// Bytes of the host in it.
    host_length: usize,
    port: Option<u16>,
}

impl Origin {
    /// Parses `host[:port]`; `None` if it has no canonical form.
    pub fn parse(https: bool, authority: &str) -> Option<Self> {
        let end_of_host = if authority.starts_with('[') {
            authority.find(']')? + 1
        } else {
            authority.find(':').unwrap_or(authority.len())
        };
        let (host, port) = authority.split_at_checked(end_of_host)?;
        let mut authority = match host.strip_prefix('[') {
            Some(rest) => format!("[{}]", rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?),
            None => canonical_name(host.strip_suffix('.').unwrap_or(host))?,
        };
        let port = match port.strip_prefix(':') {
            Some(digits) => Some(canonical_port(digits)?),
            None if port.is_empty() => None,
            None => return None,
        };
        let default = if https { 443 } else { 80 };
        let (host_length, port) = (authority.len(), port.filter(|port| *port != default));
        if let Some(port) = port {
            write!(authority, ":{port}").ok()?;
        }
        Some(Self { https, authority, host_length, port })
    }

    /// Parses what [`Origin`] prints, and nothing else.
    pub fn parse_canonical(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let origin = Self::parse(scheme == "https", authority)?;
        (origin.to_string() == text).then_some(origin)
    }

    /// Whether its scheme is https.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// The host alone; IPv6 in brackets.
    pub fn host(&self) -> &str {
        self.authority.get(..self.host_length).unwrap_or_default()
    }

    /// Whether the host is `localhost` or an address of this machine.
    pub fn is_loopback(&self) -> bool {
        let number = self.host().trim_matches(['[', ']']).parse::<IpAddr>();
        self.host() == "localhost" || number.is_ok_and(|number| number.is_loopback())
    }

    /// `host[:port]`, without the default port.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The port, unless it is the default of the scheme.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.https { "https://" } else { "http://" })?;
        f.write_str(&self.authority)
    }
}

fn canonical_port(digits: &str) -> Option<u16> {
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

fn canonical_name(name: &str) -> Option<String> {
    let ascii = if is_well_formed(name, false) {
        name.to_owned()
    } else {
        idna::domain_to_ascii(name).ok().filter(|ascii| is_well_formed(ascii, true))?
    };
    // A host that ends in a number is an IPv4 address, which has other spellings too: 127.1, 0x7f000001.
    let last = ascii.as_bytes().rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let number = last.iter().all(u8::is_ascii_digit) || last.starts_with(b"0x");
    (!number || ascii.parse::<Ipv4Addr>().is_ok()).then_some(ascii)
}

/// Whether every label is valid and in lower case; labels with "--" after two letters, which IDNA reserves, are
/// accepted only if `encoded`. One pass, since every check calls this.
fn is_well_formed(name: &str, encoded: bool) -> bool {
    let (mut length, mut before) = (0, b'.');
    for byte in name.bytes() {
        length = match byte {
            b'.' if length == 0 || before == b'-' => return false,
            b'.' => 0,
            b'-' if length == 0 || (length == 3 && before == b'-' && !encoded) => return false,
            _ if length < MAX_LABEL && is_of_names(byte) => length + 1,
            _ => return false,
        };
        before = byte;
    }
    length > 0 && before != b'-' && name.len() <= MAX_HOST
}

/// No host name of the internet contains underscores, but those of container networks do.
const fn is_of_names(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(authority: &str) -> Option<String> {
        Origin::parse(true, authority).map(|origin| origin.to_string())
    }

    #[test]
    fn s73_all_spellings_of_a_place_are_one_origin() {
        for spelling in
            ["app.example.org", "APP.Example.ORG", "app.example.org.", "app.example.org:443", "App.example.org.:443"]
        {
            assert_eq!(canonical(spelling).as_deref(), Some("https://app.example.org"), "{spelling}");
        }
        assert_eq!(canonical("B\u{fc}cher.example").as_deref(), Some("https://xn--bcher-kva.example"));
        assert_eq!(canonical("XN--BCHER-KVA.example").as_deref(), Some("https://xn--bcher-kva.example"));
        for spelling in ["[2001:DB8::0:1]:8443", "[2001:0db8:0:0:0:0:0:1]:8443"] {
            assert_eq!(canonical(spelling).as_deref(), Some("https://[2001:db8::1]:8443"), "{spelling}");
        }
        assert_eq!(canonical("192.0.2.7:80").as_deref(), Some("https://192.0.2.7:80"));
        assert_eq!(
            Origin::parse(false, "my_app:80").map(|origin| origin.to_string()).as_deref(),
            Some("http://my_app")
        );
        assert_eq!(Origin::parse(false, "localhost:443").and_then(|origin| origin.port()), Some(443));
    }

    #[test]
    fn s112_an_origin_that_is_stored_is_read_back_in_its_one_spelling() {
        for text in ["https://app.example.org", "http://localhost:3000", "https://[2001:db8::1]:8443"] {
            assert_eq!(Origin::parse_canonical(text).map(|origin| origin.to_string()).as_deref(), Some(text));
        }
        for other in [
            "https://App.example.org",
            "https://a.example:443",
            "ftp://a",
            "a.example",
            "https://a.example/",
            "https://",
        ] {
            assert_eq!(Origin::parse_canonical(other), None, "{other}");
        }
    }

    #[test]
    fn s73_what_has_no_canonical_form_is_no_origin() {
        for bad in [
            "",
            ".",
            "..",
            ":80",
            "a..b",
            ".a",
            "a%00b.example.org",
            "a%2eb",
            "a<b.example.org",
            "a b",
            "a,b",
            "a@b",
            "a/b",
            "a\\b",
            "a?b",
            "a#b",
            "a*b",
            "a!b",
            "a:",
            "a:0",
            "a:080",
            "a:65536",
            "a:80:80",
            "a:x",
            "-a.example",
            "a-.example",
            "xn--\u{fc}.example",
            "xn--a.example",
            "127.1",
            "0x7f.0.0.1",
            "127.0.0.01",
            "256.0.0.1",
            "1",
            "a.0x1",
            "[::1",
            "[::1]x",
            "[::g]",
            "[fe80::1%25eth0]",
            "::1",
        ] {
            assert_eq!(canonical(bad), None, "{bad:?}");
        }
        assert_eq!(canonical(&format!("{}.example", "a".repeat(64))), None);
        assert_eq!(canonical(&"a.".repeat(130)), None);
    }
}
