//! `APP_URL`: the origin that people use. Links, cookies and origin checks follow it, never a request header (S56,
//! S65).

use std::fmt;

use url::{Host, Position, Url};

use super::origin::Origin;

/// A scheme, a host and perhaps a port, nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppUrl {
    canonical: Origin,
    origin: String,
    authority: String,
    host: String,
    https: bool,
    loopback: bool,
    number: bool,
}

/// Why a text is not a valid `APP_URL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppUrlFault {
    /// It is not an absolute URL.
    #[error("is not a URL such as https://app.example.org")]
    NotAUrl,
    /// The scheme is neither http nor https.
    #[error("must begin with http:// or https://")]
    Scheme,
    /// It has a path, query, fragment or user information.
    #[error("must be scheme and host only, without path, query or user")]
    MoreThanOrigin,
}

impl AppUrl {
    /// Parses scheme and host; one trailing slash is tolerated.
    pub fn parse(text: &str) -> Result<Self, AppUrlFault> {
        let url = Url::parse(text).map_err(|_ignored| AppUrlFault::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(AppUrlFault::Scheme);
        }
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(AppUrlFault::MoreThanOrigin);
        }
        let host = url.host().ok_or(AppUrlFault::NotAUrl)?;
        let loopback = match &host {
            Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let number = !matches!(host, Host::Domain(_));
        let host = host.to_string();
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let https = url.scheme() == "https";
        let canonical = Origin::parse(https, &authority).ok_or(AppUrlFault::NotAUrl)?;
        Ok(Self {
            canonical,
            origin: format!("{}://{authority}", url.scheme()),
            authority,
            host,
            https,
            loopback,
            number,
        })
    }

    /// The origin in canonical form, for comparison with where a request was sent.
    pub const fn canonical(&self) -> &Origin {
        &self.canonical
    }

    /// `scheme://host[:port]`, as a browser sends it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `host[:port]`, the value of a `Host` header.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone, in lower case; IPv6 in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, unless it is the default of the scheme.
    pub fn port(&self) -> Option<&str> {
        self.authority.strip_prefix(self.host.as_str())?.strip_prefix(':')
    }

    /// `http` or `https`.
    pub const fn scheme(&self) -> &'static str {
        if self.https { "https" } else { "http" }
    }

    /// Whether people connect over TLS, which makes cookies `Secure`.
    pub const fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is this machine, where plain http is acceptable.
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether the host is an IP address.
    pub const fn is_number(&self) -> bool {
        self.number
    }

    /// The absolute URL of `path`, which begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

impl fmt::Display for AppUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// The origin of any URL, as a browser writes it.
pub fn origin_of(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// Path and query of `address` if it belongs to that origin.
pub fn path_on(address: &str, origin: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    (url.origin().ascii_serialization() == origin).then(|| url[Position::BeforePath..Position::AfterQuery].to_owned())
}
