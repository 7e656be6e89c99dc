//! The safe return address after sign-in, parsed as a browser parses it (S69).

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::{Position, Url};

use super::app_url::AppUrl;
use super::origin::Origin;

/// Characters that would end or confuse a query value.
const QUERY_VALUE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'=')
    .add(b'\'');

/// Maximum length of a return address, in bytes: that of a request line.
const MAX_BYTES: usize = 16 * 1024;

/// An address that is safe to redirect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

/// Why an address is not safe to redirect to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReturnFault {
    /// It is longer than a request line.
    #[error("longer than {MAX_BYTES} bytes")]
    TooLong,
    /// A browser reads it differently from what is written.
    #[error("control characters, or a backslash before the query")]
    Ambiguous,
    /// It is neither a path nor an http address.
    #[error("not an address")]
    NotAnAddress,
    /// It belongs to another origin.
    #[error("another site")]
    Elsewhere,
    /// It is one of the pages for signing in and out.
    #[error("a page that only signs in or out")]
    SignIn,
}

impl ReturnTo {
    /// Accepts `next` if it is a local path or a URL of `app_url`'s origin, and keeps it as a path. Anything else is
    /// dropped, and the log says why.
    pub fn parse(next: &str, app_url: &AppUrl) -> Option<Self> {
        Self::parse_at(next, app_url.origin())
    }

    /// The same on the host of an app.
    pub fn parse_on(next: &str, app: &Origin) -> Option<Self> {
        Self::parse_at(next, &app.to_string())
    }

    fn parse_at(next: &str, origin: &str) -> Option<Self> {
        let judged = Self::check(next, origin);
        if let Err(fault) = &judged
            && !next.is_empty()
        {
            tracing::info!(reason = %fault, bytes = next.len(), "a return address after sign-in was dropped");
        }
        judged.ok()
    }

    fn check(next: &str, origin: &str) -> Result<Self, ReturnFault> {
        if next.len() > MAX_BYTES {
            return Err(ReturnFault::TooLong);
        }
        // Browsers treat a backslash as a slash up to the query, and only there.
        let place = next.split(['?', '#']).next().unwrap_or_default();
        if next.chars().any(char::is_control) || place.contains('\\') {
            return Err(ReturnFault::Ambiguous);
        }
        if !(next.starts_with('/') || next.starts_with("http://") || next.starts_with("https://")) {
            return Err(ReturnFault::NotAnAddress);
        }
        if next.starts_with("//") {
            return Err(ReturnFault::Elsewhere);
        }
        let base = Url::parse(origin).map_err(|_fault| ReturnFault::NotAnAddress)?;
        let url = base.join(next).map_err(|_fault| ReturnFault::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ReturnFault::Elsewhere);
        }
        if url.origin() == base.origin() { local_path(&url) } else { Err(ReturnFault::Elsewhere) }
    }

    /// The value for `Location`.
    pub fn location(&self) -> &str {
        &self.0
    }

    /// The address as a query parameter value.
    pub fn query_escaped(&self) -> String {
        encode_query(&self.0)
    }
}

/// Any text as a query parameter value.
pub fn encode_query(text: &str) -> String {
    utf8_percent_encode(text, QUERY_VALUE).to_string()
}

/// A path that a browser cannot mistake for another host, and that does not lead back to the forms.
fn local_path(url: &Url) -> Result<ReturnTo, ReturnFault> {
    let path = url.path();
    if path.starts_with("//") {
        return Err(ReturnFault::Elsewhere);
    }
    if ["/_auth/login", "/_auth/logout", "/_auth/setup", "/_auth/begin", "/_auth/enter"]
        .iter()
        .any(|page| path.starts_with(page))
    {
        return Err(ReturnFault::SignIn);
    }
    Ok(ReturnTo(encoded(&url[Position::BeforePath..])))
}

/// Encodes the backslashes of a query or fragment: whatever reads them next may not be a browser.
fn encoded(address: &str) -> String {
    address.replace('\\', "%5C")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(next: &str) -> Option<String> {
        let app = AppUrl::parse("https://app.example.org").unwrap();
        ReturnTo::parse(next, &app).map(|to| to.0)
    }

    #[test]
    fn local_paths_and_own_addresses_are_kept_as_paths() {
        assert_eq!(parse("/a/b?c=d&e#f").as_deref(), Some("/a/b?c=d&e#f"));
        assert_eq!(parse("https://app.example.org/x?y").as_deref(), Some("/x?y"));
        assert_eq!(parse("https://app.example.org").as_deref(), Some("/"));
    }

    #[test]
    fn s69_everything_a_browser_would_take_elsewhere_is_dropped() {
        for evil in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "https:evil.example",
            "https:/evil.example",
            "https://app.example.org@evil.example/",
            "https://evilexample.org/",
            "https://example.org/",
            "https://wiki.example.org/x",
            "https://wiki.app.example.org/x",
            "https://app.example.org:8443/x",
            "http://app.example.org/x",
            "https://example.org.evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "",
            "x",
            " /x",
            "/..//evil.example",
            "/./\\evil",
            "/.//evil.example",
            "ftp://app.example.org/",
            "https://user@app.example.org/",
            "/_auth/login?next=/",
            "/_auth/logout",
            "/_auth/begin?next=/",
            "/_auth/enter?code=x",
        ] {
            assert_eq!(parse(evil), None, "{evil:?} was accepted");
        }
    }

    #[test]
    fn a_way_back_is_as_long_as_a_request_line() {
        for length in [2105, 8192, 16 * 1024 - 4] {
            let long = format!("/x?{}", "a".repeat(length));
            assert_eq!(parse(&long).as_deref(), Some(&*long), "{length}");
        }
        let app = AppUrl::parse("https://app.example.org").unwrap();
        let too_long = format!("/x?{}", "a".repeat(16 * 1024));
        assert_eq!(ReturnTo::check(&too_long, app.origin()), Err(ReturnFault::TooLong));
    }

    #[test]
    fn what_is_harmless_behind_the_path_is_kept_and_encoded() {
        for (next, kept) in [
            ("/x?file=C:\\Users\\ada", "/x?file=C:%5CUsers%5Cada"),
            ("/x?a=b#\\tab", "/x?a=b#%5Ctab"),
            ("/x?to=//evil.example\\@y", "/x?to=//evil.example%5C@y"),
            ("https://app.example.org/x?q=\\d+", "/x?q=%5Cd+"),
            ("/caf%E9.txt?q=%2F", "/caf%E9.txt?q=%2F"),
            ("/@scope%2fpkg/50%2525off", "/@scope%2fpkg/50%2525off"),
            ("/a%5Cb.txt", "/a%5Cb.txt"),
            ("/x?q=\u{e9} \"<>|", "/x?q=%C3%A9%20%22%3C%3E|"),
        ] {
            assert_eq!(parse(next).as_deref(), Some(kept), "{next}");
        }
    }

    #[test]
    fn the_reason_for_dropping_a_way_back_is_known() {
        let app = AppUrl::parse("https://app.example.org").unwrap();
        for (next, fault) in [
            ("/a\\b?x", ReturnFault::Ambiguous),
            ("https://app.example.org\\x?y", ReturnFault::Ambiguous),
            ("/x?a\nb", ReturnFault::Ambiguous),
            ("x", ReturnFault::NotAnAddress),
            ("javascript:alert(1)", ReturnFault::NotAnAddress),
            ("//evil.example", ReturnFault::Elsewhere),
            ("https://evil.example/", ReturnFault::Elsewhere),
            ("https://ada@app.example.org/", ReturnFault::Elsewhere),
            ("/_auth/login?next=/", ReturnFault::SignIn),
        ] {
            assert_eq!(ReturnTo::check(next, app.origin()), Err(fault), "{next}");
        }
    }

    #[test]
    fn the_query_form_survives_a_round_trip() {
        let app = AppUrl::parse("http://localhost:3000").unwrap();
        let to = ReturnTo::parse("/a b?c=d&e=%20+#f", &app).unwrap();
        let url = Url::parse(&format!("http://x/?next={}", to.query_escaped())).unwrap();
        let back = url.query_pairs().next().unwrap().1.into_owned();
        assert_eq!(ReturnTo::parse(&back, &app), Some(to));
    }
}
