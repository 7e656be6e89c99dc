//! Apps: what is protected, at which addresses, and how it is reached.

use std::fmt;
use std::time::Duration;

use super::app_address::AppAddress;
use super::header_profile::HeaderProfile;
use super::ids::AppId;
use super::origin::Origin;
use super::text::Text;
use super::upstream::UpstreamUrl;
use super::words::words;

/// The name and stored identifier of the app of the configuration, which is at `APP_URL`.
pub const DEFAULT: &str = "default";
/// Maximum length of a name, in characters.
pub const MAX_NAME: usize = 60;

/// Which app something belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AppRef {
    /// The one of the configuration.
    Default,
    /// One that was created.
    Created(AppId),
}

impl AppRef {
    /// Parses what [`AppRef::as_str`] gives.
    pub fn parse(text: &str) -> Option<Self> {
        if text == DEFAULT { Some(Self::Default) } else { AppId::parse(text).map(Self::Created) }
    }

    /// Whether it is the one of the configuration.
    pub const fn is_default(&self) -> bool {
        matches!(self, Self::Default)
    }

    /// As stored and as used in URLs.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Default => DEFAULT,
            Self::Created(id) => id.as_str(),
        }
    }
}

impl fmt::Display for AppRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

words! {
    /// Who is let in where an app has no rule.
    pub enum DefaultAccess {
        /// Everybody who is signed in.
        SignedIn = "signed-in",
        /// Nobody.
        Nobody = "nobody",
    }
}

words! {
    /// How an app is reached.
    pub enum Mode {
        /// Through the built-in proxy.
        Proxy = "proxy",
        /// Behind another proxy, which asks.
        ForwardAuth = "forward-auth",
    }
}

/// The `Host` that an app is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostHeader {
    /// The one of the app's address.
    Public,
    /// The one of the upstream.
    Upstream,
    /// A text.
    Fixed(String),
}

/// What stands for the host of the upstream.
const OF_UPSTREAM: &str = "upstream";

impl HostHeader {
    /// Parses what [`HostHeader::as_str`] gives.
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Self::Public,
            OF_UPSTREAM => Self::Upstream,
            text => Self::Fixed(text.to_owned()),
        }
    }

    /// As typed and as stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Public => "",
            Self::Upstream => OF_UPSTREAM,
            Self::Fixed(text) => text,
        }
    }
}

/// How the built-in proxy reaches an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Where it listens.
    pub url: UpstreamUrl,
    /// The file with the certificates of its authority, if not the system's.
    pub ca_file: Option<String>,
    /// The `Host` that it is sent.
    pub host: HostHeader,
    /// Time limit for the head of a response; `None` for the default.
    pub answer: Option<Duration>,
    /// Maximum size of an upload, in bytes; `None` for no limit.
    pub max_upload: Option<u64>,
    /// Origins other than its own whose pages may open WebSockets.
    pub websocket_origins: Vec<String>,
}

/// One app.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub struct App {
    /// Which it is.
    pub id: AppRef,
    /// The name, for people; unique.
    pub name: String,
    /// Where it is; all have the scheme of `APP_URL`.
    pub addresses: Vec<AppAddress>,
    /// How it is reached; `None` behind another proxy.
    pub upstream: Option<Upstream>,
    /// Who is let in where it has no rule.
    pub default_access: DefaultAccess,
    /// Whether CORS preflights reach it without a sign-in.
    pub preflight: bool,
    /// Whether it is sent the identity in a signed JWT as well (S121).
    pub signed_identity: bool,
    /// Whether it is switched on.
    pub enabled: bool,
    /// Whether it is on the start page.
    pub shown: bool,
    /// Maximum length of a session there, in seconds.
    pub session_secs: Option<i64>,
    /// What tells it who is there.
    pub headers: HeaderProfile,
    /// Headers besides the usual ones in which its clients send machine tokens, in small letters.
    pub token_headers: Vec<String>,
}

impl App {
    /// What is unusual about it, though it may be meant: addresses at another port than `portal`'s, which browsers are
    /// led to only if somebody wrote the port; and that no proxy may ask about it, unless some proxy may
    /// (`is_asked`).
    pub fn advice(&self, portal: &Origin, is_asked: bool) -> Vec<Text> {
        let others = self.addresses.iter().filter(|address| address.port() != portal.port());
        let text = |address: &AppAddress| {
            let scheme = if portal.is_https() { "https" } else { "http" };
            let port = portal.port().map_or_else(String::new, |port| format!(":{port}"));
            Text::new("app-other-port")
                .with("url", format!("{scheme}://{address}"))
                .with("suggestion", format!("{}{port}", address.host()))
        };
        let lacks_proxy = self.mode() == Mode::ForwardAuth && !self.id.is_default() && !is_asked;
        others.map(text).chain(lacks_proxy.then(|| Text::new("app-without-proxy"))).collect()
    }

    /// The app of a test: at that address, behind another proxy, with every setting at its default.
    #[cfg(test)]
    pub fn sample(address: &str, https: bool) -> Self {
        Self {
            id: AppRef::Default,
            name: "wiki".to_owned(),
            addresses: vec![AppAddress::parse(address, https).unwrap()],
            upstream: None,
            default_access: DefaultAccess::SignedIn,
            preflight: false,
            signed_identity: false,
            enabled: true,
            shown: true,
            session_secs: None,
            headers: HeaderProfile::default(),
            token_headers: Vec::new(),
        }
    }

    /// How it is reached.
    pub const fn mode(&self) -> Mode {
        if self.upstream.is_some() { Mode::Proxy } else { Mode::ForwardAuth }
    }
}
