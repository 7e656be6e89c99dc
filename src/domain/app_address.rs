//! The addresses of apps: host and port, compared in canonical form (S112).

use std::fmt;

use super::origin::Origin;
use super::text::Text;

/// Maximum addresses of one app.
pub const MAX_ADDRESSES: usize = 50;
/// What stands for the wildcard while the other labels are made canonical.
const PLACEHOLDER: &str = "x";

/// Host and perhaps port; one label of the host may be `*`. The scheme is that of `APP_URL`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppAddress(String);

/// Why a text is no address of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressFault {
    /// It is not `scheme://host[:port]` or `host[:port]`, or the host has no canonical form.
    NotAnOrigin,
    /// It has the other scheme.
    OtherScheme,
    /// More than one `*`, one within a label, or one as the last label.
    Wildcard,
}

impl AddressFault {
    /// What is wrong, for a page.
    pub fn text(self) -> Text {
        Text::new(match self {
            Self::NotAnOrigin => "address-not-an-origin",
            Self::OtherScheme => "address-other-scheme",
            Self::Wildcard => "address-wildcard",
        })
    }
}

impl AppAddress {
    /// Parses an origin, or its host and port alone; `https` is whether `APP_URL` is https.
    pub fn parse(text: &str, https: bool) -> Result<Self, AddressFault> {
        let scheme = if https { "https" } else { "http" };
        let authority = match text.split_once("://") {
            None => text,
            Some((given, rest)) if given.eq_ignore_ascii_case(scheme) => rest.strip_suffix('/').unwrap_or(rest),
            Some((given, _)) if ["http", "https"].iter().any(|known| given.eq_ignore_ascii_case(known)) => {
                return Err(AddressFault::OtherScheme);
            }
            Some(_) => return Err(AddressFault::NotAnOrigin),
        };
        // Proxies that do not know of TLS name these ports for the default one.
        if authority.ends_with(if https { ":80" } else { ":443" }) {
            return Err(AddressFault::NotAnOrigin);
        }
        if !authority.contains('*') {
            return Origin::parse(https, authority).map(|origin| Self::of(&origin)).ok_or(AddressFault::NotAnOrigin);
        }
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let mut labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
        let place = labels.iter().position(|label| *label == "*").ok_or(AddressFault::Wildcard)?;
        if let Some(label) = labels.get_mut(place) {
            *label = PLACEHOLDER;
        }
        if labels.iter().any(|label| label.contains('*')) || place + 1 == labels.len() {
            return Err(AddressFault::Wildcard);
        }
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        let origin = Origin::parse(https, &format!("{}{port}", labels.join("."))).ok_or(AddressFault::NotAnOrigin)?;
        // IDNA may read other characters as dots.
        if origin.host().split('.').count() != labels.len() {
            return Err(AddressFault::NotAnOrigin);
        }
        Ok(Self(with_wildcard(origin.authority(), place)))
    }

    /// The address of an origin.
    pub fn of(origin: &Origin) -> Self {
        Self(origin.authority().to_owned())
    }

    /// The origin with that address; `None` if a label is `*`.
    pub fn origin(&self, https: bool) -> Option<Origin> {
        Origin::parse(https, &self.0)
    }

    /// `host[:port]`, canonical.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether one label is `*`.
    pub fn has_wildcard(&self) -> bool {
        self.0.split('.').any(|label| label == "*")
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        self.split().0
    }

    /// The port, unless it is the default of the scheme.
    pub fn port(&self) -> Option<u16> {
        self.split().1?.parse().ok()
    }

    fn split(&self) -> (&str, Option<&str>) {
        // In IPv6 the last colon may be inside the brackets.
        match self.0.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (&self.0, None),
        }
    }

    /// Whether some host matches both.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.split().1 == other.split().1 && self.shares_host(other)
    }

    /// Whether some host matches both, at whatever ports.
    pub fn shares_host(&self, other: &Self) -> bool {
        let (host, other_host) = (self.host(), other.host());
        let mut both = host.split('.').zip(other_host.split('.'));
        host.split('.').count() == other_host.split('.').count()
            && both.all(|(one, another)| one == another || one == "*" || another == "*")
    }
}

impl fmt::Display for AppAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `authority` with `*` as its label number `place`, counted from 0.
pub(super) fn with_wildcard(authority: &str, place: usize) -> String {
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let labels: Vec<&str> =
        host.split('.').enumerate().map(|(number, label)| if number == place { "*" } else { label }).collect();
    port.map_or_else(|| labels.join("."), |port| format!("{}:{port}", labels.join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<String, AddressFault> {
        AppAddress::parse(text, true).map(|address| address.to_string())
    }

    #[test]
    fn s112_an_address_has_one_spelling() {
        for (given, kept) in [
            ("https://wiki.example.org", "wiki.example.org"),
            ("https://wiki.example.org/", "wiki.example.org"),
            ("HTTPS://Wiki.Example.ORG.:443", "wiki.example.org"),
            ("wiki.example.org:8443", "wiki.example.org:8443"),
            ("b\u{fc}cher.example", "xn--bcher-kva.example"),
            ("https://[2001:DB8:0::1]", "[2001:db8::1]"),
            ("https://[::1]:8443", "[::1]:8443"),
            ("*.example.org", "*.example.org"),
            ("https://A.*.example.org:8443", "a.*.example.org:8443"),
            ("192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(parsed(given).as_deref(), Ok(kept), "{given}");
        }
    }

    #[test]
    fn s112_what_has_no_canonical_form_is_no_address() {
        for text in [
            "",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://a#b",
            "https://u@a",
            "https://a:0443",
            "a:80",
            "a b",
            "127.1",
            "0x7f.1",
            "a..b",
            "-a.example",
            "ftp://a",
            "https://a:99999",
            "https://a,b",
            "*.b\u{3002}example",
        ] {
            assert_eq!(parsed(text), Err(AddressFault::NotAnOrigin), "{text}");
        }
        assert_eq!(parsed("http://wiki.example.org"), Err(AddressFault::OtherScheme));
        for text in ["*", "*.*.example.org", "a*.example.org", "example.*", "https://*.a*.example.org"] {
            assert_eq!(parsed(text), Err(AddressFault::Wildcard), "{text}");
        }
    }

    #[test]
    fn addresses_overlap_if_some_host_matches_both() {
        let overlap = |one: &str, other: &str| {
            AppAddress::parse(one, true).unwrap().overlaps(&AppAddress::parse(other, true).unwrap())
        };
        assert!(overlap("a.example.org", "A.example.org."));
        assert!(overlap("*.example.org", "a.example.org"));
        assert!(overlap("*.b.example.org", "a.*.example.org"));
        assert!(!overlap("*.example.org", "a.b.example.org"));
        assert!(!overlap("*.example.org:8443", "a.example.org"));
        assert!(!overlap("[::1]", "[::2]"));
    }
}
