//! Where an app listens.

use std::fmt;

use url::Url;

/// The address of an app inside the network.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UpstreamUrl {
    /// `http://host[:port]`.
    Http(String),
    /// `https://host[:port]`; the certificate is checked.
    Https(String),
    /// `unix:/path`.
    Unix(String),
}

impl UpstreamUrl {
    /// Parses scheme, host and port, or the absolute path of a socket; nothing else may follow.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(path) = text.strip_prefix("unix:") {
            let is_path = path.starts_with('/') && path.len() > 1 && !path.chars().any(char::is_control);
            return is_path.then(|| Self::Unix(path.to_owned()));
        }
        let url = Url::parse(text).ok()?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if !is_bare || !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let host = url.host()?.to_string();
        let authority = format!("{host}:{}", url.port_or_known_default()?);
        match url.scheme() {
            "http" => Some(Self::Http(authority)),
            "https" => Some(Self::Https(authority)),
            _ => None,
        }
    }

    /// The value of a `Host` header: without the default port; `localhost` for a socket.
    pub fn host(&self) -> &str {
        match self {
            Self::Http(authority) => authority.strip_suffix(":80").unwrap_or(authority),
            Self::Https(authority) => authority.strip_suffix(":443").unwrap_or(authority),
            Self::Unix(_) => "localhost",
        }
    }

    /// `host:port`, to connect to; `localhost` for a socket.
    pub fn authority(&self) -> &str {
        match self {
            Self::Http(authority) | Self::Https(authority) => authority,
            Self::Unix(_) => "localhost",
        }
    }
}

impl fmt::Display for UpstreamUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(authority) => write!(f, "http://{authority}"),
            Self::Https(authority) => write!(f, "https://{authority}"),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}
