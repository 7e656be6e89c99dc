//! The safe way back after sign-in, read as a browser reads it (S69).

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use super::app_url::AppUrl;

/// Everything that would end or confuse a query value.
const QUERY_VALUE: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>').add(b'?').add(b'=').add(b'\'');

/// Longest way back kept, in bytes.
const MAX_BYTES: usize = 2048;

/// An address that is safe to redirect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(String);

impl ReturnTo {
    /// Takes `next` when it is a local path, an address of `app_url`'s origin (kept as a path) or one of a host at or below
    /// `cookie_domain`; otherwise, and for the pages of signing in and out themselves, nothing.
    pub fn parse(next: &str, app_url: &AppUrl, cookie_domain: Option<&str>) -> Option<Self> {
        let suspicious = next.is_empty() || next.len() > MAX_BYTES || next.chars().any(|c| c.is_control() || c == '\\');
        let local = next.starts_with('/') && !next.starts_with("//");
        if suspicious || !(local || next.starts_with("http://") || next.starts_with("https://")) {
            return None;
        }
        let base = Url::parse(app_url.origin()).ok()?;
        let url = base.join(next).ok()?;
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        if url.origin() == base.origin() {
            let fragment = url.fragment().map(|text| format!("#{text}")).unwrap_or_default();
            let query = url.query().map(|text| format!("?{text}")).unwrap_or_default();
            return local_path(url.path(), &query, &fragment);
        }
        let host = url.host_str()?;
        let below = cookie_domain.is_some_and(|domain| host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')));
        let same_safety = url.scheme() == "https" || (url.scheme() == "http" && !app_url.is_https());
        (below && same_safety).then(|| Self(url.to_string()))
    }

    /// The value for `Location`.
    pub fn location(&self) -> &str {
        &self.0
    }

    /// The address as the value of a query parameter.
    pub fn query_escaped(&self) -> String {
        utf8_percent_encode(&self.0, QUERY_VALUE).to_string()
    }
}

/// A path that a browser cannot take for another host, and that does not lead back to the forms.
fn local_path(path: &str, query: &str, fragment: &str) -> Option<ReturnTo> {
    let loops = ["/_auth/login", "/_auth/logout", "/_auth/setup"].iter().any(|page| path.starts_with(page));
    (path.starts_with('/') && !path.starts_with("//") && !loops).then(|| ReturnTo(format!("{path}{query}{fragment}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(next: &str) -> Option<String> {
        let app = AppUrl::parse("https://app.example.org").unwrap();
        ReturnTo::parse(next, &app, Some("example.org")).map(|to| to.0)
    }

    #[test]
    fn local_paths_and_own_addresses_are_kept_as_paths() {
        assert_eq!(parse("/a/b?c=d&e#f").as_deref(), Some("/a/b?c=d&e#f"));
        assert_eq!(parse("https://app.example.org/x?y").as_deref(), Some("/x?y"));
        assert_eq!(parse("https://app.example.org").as_deref(), Some("/"));
    }

    #[test]
    fn hosts_below_the_cookie_domain_are_kept_whole() {
        assert_eq!(parse("https://wiki.example.org/x").as_deref(), Some("https://wiki.example.org/x"));
        assert_eq!(parse("http://wiki.example.org/x"), None);
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
        ] {
            assert_eq!(parse(evil), None, "{evil:?} was accepted");
        }
    }

    #[test]
    fn the_query_form_survives_a_round_trip() {
        let app = AppUrl::parse("http://localhost:3000").unwrap();
        let to = ReturnTo::parse("/a b?c=d&e=%20+#f", &app, None).unwrap();
        let url = Url::parse(&format!("http://x/?next={}", to.query_escaped())).unwrap();
        let back = url.query_pairs().next().unwrap().1.into_owned();
        assert_eq!(ReturnTo::parse(&back, &app, None), Some(to));
    }
}
