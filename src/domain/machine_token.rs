//! Machine tokens: who may use which app without a browser, and what for (S118).

use std::net::IpAddr;

use ipnet::IpNet;

use super::apps::AppRef;
use super::ids::{TokenId, UserId};
use super::networks::is_in;
use super::path::{self, Meaning};
use super::rule_scope::{RuleMethods, RulePath};
use super::time::Timestamp;
use super::words::words;

/// The parameter of a query that carries the signature of a link.
pub const LINK_PARAMETER: &str = "pc_link";
/// Maximum tokens and links of one account.
pub const MAX_TOKENS: usize = 50;
/// How long a token is good unless its maker says otherwise, in seconds: 90 days.
pub const DEFAULT_SECS: i64 = 90 * 86_400;
/// How long a token can be good, in seconds: ten years.
pub const MAX_SECS: i64 = 3_653 * 86_400;
/// Seconds within which the last use is recorded once.
pub const USE_PRECISION_SECS: i64 = 60;

words! {
    /// What is handed out.
    pub enum TokenKind {
        /// A token, sent in a header.
        Token = "token",
        /// A signed link.
        Link = "link",
    }
}

/// The paths that a token is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenPath {
    /// This one and all below it, in every reading.
    Below {
        /// The path.
        path: RulePath,
        /// How programs write it.
        spellings: Vec<Vec<u8>>,
    },
    /// This one alone, byte for byte.
    Exactly(String),
}

impl TokenPath {
    /// All below `path`.
    pub fn below(path: RulePath) -> Self {
        let spellings = path.spellings();
        Self::Below { path, spellings }
    }

    /// As shown and stored.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Below { path, .. } => path.as_str(),
            Self::Exactly(path) => path,
        }
    }

    /// Whether everything that programs may mean by `raw` is one of them (S113).
    fn cover(&self, raw: &str) -> bool {
        let (path, spellings) = match self {
            Self::Exactly(path) => return path == raw,
            Self::Below { path, spellings } => (path, spellings),
        };
        if *path == RulePath::default() {
            return true;
        }
        let is_below = |reading: &[u8]| {
            let after = |spelling: &Vec<u8>| reading.strip_prefix(spelling.as_slice());
            spellings.iter().filter_map(after).any(|rest| rest.is_empty() || rest.starts_with(b"/"))
        };
        match path::meaning(raw) {
            Meaning::Plain => is_below(raw.as_bytes()),
            Meaning::Several(readings) => readings.iter().all(|reading| is_below(reading)),
            Meaning::Unclear => false,
        }
    }
}

/// What a token may be used for; its owner's rights limit it further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenScope {
    /// The app.
    pub app: AppRef,
    /// The paths.
    pub path: TokenPath,
    /// The methods.
    pub methods: RuleMethods,
    /// The networks that the client must be in; empty for any.
    pub networks: Vec<IpNet>,
}

impl TokenScope {
    /// Whether a request of `client` is within it; method and path are as sent.
    pub fn covers(&self, app: &AppRef, method: &str, path: &str, client: IpAddr) -> bool {
        self.app == *app
            && self.methods.cover(method)
            && (self.networks.is_empty() || is_in(client, &self.networks))
            && self.path.cover(path)
    }
}

/// A token or a signed link, as stored: the secret itself is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineToken {
    /// Its identifier, which is no secret.
    pub id: TokenId,
    /// What it is.
    pub kind: TokenKind,
    /// Its name, for people.
    pub name: String,
    /// Whose rights it has at most.
    pub owner: UserId,
    /// What it may be used for.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used last, accurate to a few minutes.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s118_a_token_is_good_only_where_every_reading_is_below_its_path() {
        let covers = |path: &str, raw: &str| TokenPath::below(RulePath::parse(path).unwrap()).cover(raw);
        for (path, raw) in [
            ("/", "/"),
            ("/", "/a/..%2f%00"),
            ("/api", "/api"),
            ("/api", "/api/"),
            ("/api", "/api/x/y.json"),
            ("/api", "/api/a/../b"),
            ("/api/", "/api/x;v=1"),
            ("/caf\u{e9}", "/caf%C3%A9/x"),
            ("/caf%C3%A9", "/caf%c3%a9"),
        ] {
            assert!(covers(path, raw), "{path} {raw}");
        }
        for (path, raw) in [
            ("/api", "/"),
            ("/api", "/apis"),
            ("/api", "/API/x"),
            ("/api", "/api/../x"),
            ("/api", "/api/..%2fx"),
            ("/api", "/api/%2e%2e/x"),
            ("/api", "/api/..;/x"),
            ("/api", "/x/../api/y"),
            ("/api", "/x%2f..%2fapi"),
            ("/api", "//api/x"),
            ("/api", "/api/%252e%252e/x"),
            ("/api", "/api/%25252e%25252e/x"),
            ("/api", "/api/%00"),
            ("/api", "/api\\..\\x"),
        ] {
            assert!(!covers(path, raw), "{path} {raw}");
        }
    }

    #[test]
    fn s120_a_link_is_good_for_its_very_path() {
        let path = TokenPath::Exactly("/hook/1".to_owned());
        assert!(path.cover("/hook/1"));
        for other in ["/hook/1/", "/hook", "/hook/1/x", "/hook/%31", "/hook/2/../1", "//hook/1", "/hook/1;x"] {
            assert!(!path.cover(other), "{other}");
        }
    }
}
