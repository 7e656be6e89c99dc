//! What a rule applies to: a path and everything below it, with some methods or all.

use std::fmt;

use percent_encoding::percent_decode_str;

use super::lists::entries;
use super::path;
use super::text::Text;

/// Maximum length of a rule's path, in bytes, decoded.
const MAX_PATH: usize = 1024;
/// Maximum length of a method.
const MAX_METHOD: usize = 20;
/// The registered methods, also those of `WebDAV` (without CONNECT and TRACE, which are refused), and those of `UPnP`
/// and of caches. Another name is more often a slip than a method: its rule would be about nothing.
const KNOWN_METHODS: &str = "ACL BAN BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY DELETE GET HEAD LABEL LINK LOCK \
    M-SEARCH MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE NOTIFY OPTIONS ORDERPATCH PATCH POST \
    PROPFIND PROPPATCH PURGE PUT QUERY REBIND REPORT SEARCH SUBSCRIBE UNBIND UNCHECKOUT UNLINK UNLOCK \
    UNSUBSCRIBE UPDATE UPDATEREDIRECTREF VERSION-CONTROL";

/// The path of a rule, decoded once, without a final slash: the prefix of all it applies to, by segment. Empty for `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RulePath(String);

impl RulePath {
    /// Parses a path as typed. It begins with a slash and has one meaning: no empty segments, dot segments, parameters,
    /// backslashes, query, fragment or encoded slashes; and it is not below `/_auth`. It is no pattern: a `*` is
    /// that character.
    pub fn parse(text: &str) -> Result<Self, Text> {
        let fault = |key: &'static str| Err(Text::new(key));
        let Some(rest) = text.strip_prefix('/') else { return fault("rule-path-slash") };
        if text.to_ascii_lowercase().contains("%2f") || text.contains(['?', '#', ';', '\\']) {
            return fault("rule-path-ambiguous");
        }
        let Ok(decoded) = percent_decode_str(rest.strip_suffix('/').unwrap_or(rest)).decode_utf8() else {
            return fault("rule-path-ambiguous");
        };
        if text.contains("//") {
            return fault("rule-path-segments");
        }
        let is_ambiguous = |segment: &str| matches!(segment, "" | "." | "..");
        if decoded.contains(['?', '#', ';', '\\']) || decoded.chars().any(char::is_control) {
            return fault("rule-path-ambiguous");
        }
        if !decoded.is_empty() && decoded.split('/').any(is_ambiguous) {
            return fault("rule-path-segments");
        }
        let path = if decoded.is_empty() { String::new() } else { format!("/{decoded}") };
        if path.len() > MAX_PATH {
            return Err(Text::new("rule-path-long").with("max", i64::try_from(MAX_PATH).unwrap_or(0)));
        }
        if path::is_reserved(&path) {
            return fault("rule-path-reserved");
        }
        Ok(Self(path))
    }

    /// What was stored, decoded.
    pub fn stored(text: &str) -> Option<Self> {
        text.starts_with('/').then(|| Self(if text == "/" { String::new() } else { text.to_owned() }))
    }

    /// As shown and stored; `/` for the whole app.
    pub fn as_str(&self) -> &str {
        if self.0.is_empty() { "/" } else { &self.0 }
    }

    /// What [`RulePath::parse`] reads as this.
    pub fn typed(&self) -> String {
        self.as_str().replace('%', "%25")
    }

    /// The number of segments.
    pub(super) fn depth(&self) -> usize {
        self.0.matches('/').count()
    }

    /// How programs write it: decoded, and percent-encoded in capital and small letters.
    pub(super) fn spellings(&self) -> Vec<Vec<u8>> {
        let is_encoded = |byte: u8| !byte.is_ascii_graphic() || b"\"<>`{}%^".contains(&byte);
        if !self.0.bytes().any(is_encoded) {
            return vec![self.0.clone().into_bytes()];
        }
        let encoded = |capital: bool| {
            let one = |byte: u8| match (is_encoded(byte), capital) {
                (false, _) => vec![byte],
                (true, true) => format!("%{byte:02X}").into_bytes(),
                (true, false) => format!("%{byte:02x}").into_bytes(),
            };
            self.0.bytes().flat_map(one).collect()
        };
        vec![self.0.clone().into_bytes(), encoded(true), encoded(false)]
    }
}

/// Stands for a method that nobody names; no request can have it. Only a rule for all methods covers it.
pub const UNKNOWN_METHOD: &str = "";

/// The methods of a rule; empty for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleMethods(Vec<String>);

impl RuleMethods {
    /// Parses names in capital letters, separated by commas or white space.
    pub fn parse(text: &str) -> Result<Self, Text> {
        match entries(text).find(|name| !KNOWN_METHODS.split_ascii_whitespace().any(|known| known == *name)) {
            Some(unknown) => Err(Text::new("rule-methods-invalid").with("method", unknown.to_owned())),
            None => Ok(Self::of(text)),
        }
    }

    /// What was stored, also by a version that knew other methods.
    pub fn stored(text: &str) -> Option<Self> {
        let is_method = |name: &str| {
            name.len() <= MAX_METHOD
                && !matches!(name, "CONNECT" | "TRACE")
                && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
        };
        entries(text).all(is_method).then(|| Self::of(text))
    }

    fn of(text: &str) -> Self {
        let mut methods: Vec<String> = entries(text).map(str::to_owned).collect();
        methods.sort();
        methods.dedup();
        Self(methods)
    }

    /// Whether it names methods.
    pub const fn names_some(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether a request with `method`, as sent, is covered. GET covers HEAD.
    pub fn cover(&self, method: &str) -> bool {
        let named = |name: &str| self.0.iter().any(|known| known == name);
        self.0.is_empty() || named(method) || (method == "HEAD" && named("GET"))
    }

    /// Whether both name a method, or neither does: two such rules of one path tie.
    pub fn tie(&self, other: &Self) -> bool {
        match (self.0.is_empty(), other.0.is_empty()) {
            (true, true) => true,
            (false, false) => {
                self.0.iter().any(|method| other.cover(method)) || other.0.iter().any(|method| self.cover(method))
            }
            _ => false,
        }
    }
}

impl fmt::Display for RuleMethods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_and_methods_of_rules_have_one_meaning() {
        for (typed, kept) in [
            ("/", "/"),
            ("/a/", "/a"),
            ("/a%20b", "/a b"),
            ("/A", "/A"),
            ("/@x/y", "/@x/y"),
            ("/a%2541%252f", "/a%41%2f"),
            ("/%2a", "/*"),
            ("/a/*", "/a/*"),
        ] {
            let path = RulePath::parse(typed).unwrap();
            assert_eq!(path.as_str(), kept, "{typed}");
            assert_eq!(RulePath::parse(&path.typed()).as_ref(), Ok(&path), "{typed}");
        }
        for typed in [
            "", "a", "//", "/a//b", "/a/./b", "/..", "/%2e%2e", "/a%2Fb", "/a%2fb", "/a;b", "/a?b", "/a#b", "/a\\b",
            "/a%5Cb", "/a%3Fb", "/%00", "/%ff", "/_auth", "/_AUTH/x", "/a%0ab",
        ] {
            assert!(RulePath::parse(typed).is_err(), "{typed}");
        }
        assert!(RulePath::parse(&format!("/{}", "a".repeat(1024))).is_err());
        for typed in ["get", "GET;POST", "CONNECT", "TRACE", "GET1", "ABCDEFGHIJKLMNOPQRSTU", "FOO-BAR", "GET, PSOT"] {
            assert!(RuleMethods::parse(typed).is_err(), "{typed}");
        }
        let methods = |text: &str| RuleMethods::parse(text).unwrap();
        assert!(methods("").tie(&methods("")) && !methods("").tie(&methods("GET")));
        assert!(methods("GET").tie(&methods("HEAD")) && methods("PUT,GET").tie(&methods("POST GET")));
        assert!(!methods("GET").tie(&methods("POST")));
        assert!(!methods("GET").cover("get") && methods("").cover("get") && methods("GET").cover("HEAD"));
    }

    #[test]
    fn methods_are_known_ones_and_what_an_older_version_stored_stays() {
        for known in KNOWN_METHODS.split_ascii_whitespace() {
            assert_eq!(RuleMethods::stored(known), RuleMethods::parse(known).ok(), "{known}");
        }
        let older = RuleMethods::stored("GET, FOO-BAR").unwrap();
        assert!(older.cover("FOO-BAR") && older.cover("HEAD"), "what an older version stored stays");
        assert_eq!((RuleMethods::stored("get"), RuleMethods::stored("TRACE")), (None, None));
    }
}
