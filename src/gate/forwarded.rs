//! What each proxy says about the request it asks for: one small function a dialect (FORWARD-AUTH.md, section 1).
//!
//! A header that is missing or doubled is a fault, never a guess (S72). Only peers in `TRUSTED_PROXIES` get this far.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap, HeaderName, X_FORWARDED_HOST, X_FORWARDED_PROTO};

use super::deny;
use crate::domain::app_url::{self, AppUrl};
use crate::domain::return_to::ReturnTo;

static X_ORIGINAL_URL: HeaderName = HeaderName::from_static("x-original-url");
static X_ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
static X_FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
static X_FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
/// Where Envoy appends the original path.
const ENVOY_PREFIX: &str = "/_auth/verify/envoy";

/// The proxies that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `auth_request`.
    Nginx,
    /// `ForwardAuth`.
    Traefik,
    /// `forward_auth`.
    Caddy,
    /// auth-request.lua.
    Haproxy,
    /// `ext_authz` over HTTP.
    Envoy,
}

/// The request that the visitor made of the proxy; borrowed, so that reading it costs no allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RequestedResource<'a> {
    /// The method, where the dialect tells it; no rule looks at it yet.
    pub(super) method: Option<&'a str>,
    /// `http` or `https`, also for WebSockets.
    pub(super) scheme: &'static str,
    /// `host[:port]` as forwarded.
    pub(super) host: &'a str,
    /// Path and query as forwarded, from the slash on.
    pub(super) path_and_query: &'a str,
}

/// Reads what `dialect` says; `None` when it does not say enough.
pub(super) fn read(dialect: Dialect, req: &HttpRequest) -> Option<RequestedResource<'_>> {
    match dialect {
        Dialect::Nginx => nginx(req.headers()),
        Dialect::Traefik => traefik(req.headers()),
        Dialect::Caddy => caddy(req.headers()),
        Dialect::Haproxy => haproxy(req.headers()),
        Dialect::Envoy => envoy(req),
    }
}

/// `X-Original-URL` and, if configured, `X-Original-Method`.
fn nginx(headers: &HeaderMap) -> Option<RequestedResource<'_>> {
    let (scheme, rest) = one(headers, &X_ORIGINAL_URL)?.split_once("://")?;
    let (host, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
    resource(optional(headers, &X_ORIGINAL_METHOD)?, scheme, host, path)
}

/// `X-Forwarded-Method`, `-Proto`, `-Host`, `-Uri`.
fn traefik(headers: &HeaderMap) -> Option<RequestedResource<'_>> {
    four_forwarded(headers)
}

/// `X-Forwarded-Method` and `-Uri` of its own, `-Proto` and `-Host` of its `reverse_proxy`.
fn caddy(headers: &HeaderMap) -> Option<RequestedResource<'_>> {
    four_forwarded(headers)
}

/// The four `X-Forwarded-*` that the documented frontend sets.
fn haproxy(headers: &HeaderMap) -> Option<RequestedResource<'_>> {
    four_forwarded(headers)
}

/// The original method, `Host`, and the path after our prefix; `X-Forwarded-Proto` by `headers_to_add`.
fn envoy(req: &HttpRequest) -> Option<RequestedResource<'_>> {
    let own = req.uri().path_and_query()?.as_str();
    let path = own.strip_prefix(ENVOY_PREFIX)?;
    resource(Some(req.method().as_str()), one(req.headers(), &X_FORWARDED_PROTO)?, one(req.headers(), &HOST)?, path)
}

fn four_forwarded(headers: &HeaderMap) -> Option<RequestedResource<'_>> {
    let method = optional(headers, &X_FORWARDED_METHOD)?;
    resource(method, one(headers, &X_FORWARDED_PROTO)?, one(headers, &X_FORWARDED_HOST)?, one(headers, &X_FORWARDED_URI)?)
}

/// The value of a header that must be there once.
fn one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    optional(headers, name)?
}

/// The value of a header that may be there once; `None` when it is doubled or no text.
#[expect(clippy::option_option, reason = "the outer one is the fault, the inner one the absence")]
fn optional<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Option<&'a str>> {
    let mut values = headers.get_all(name);
    let Some(value) = values.next() else { return Some(None) };
    if values.next().is_some() {
        return None;
    }
    value.to_str().ok().map(Some)
}

fn resource<'a>(method: Option<&'a str>, scheme: &str, host: &'a str, path_and_query: &'a str) -> Option<RequestedResource<'a>> {
    let scheme = match scheme {
        "https" | "wss" => "https",
        "http" | "ws" => "http",
        _ => return None,
    };
    let named = !host.is_empty() && !host.bytes().any(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'\\' | b'@' | b',' | b'?' | b'#'));
    let path_and_query = if path_and_query.is_empty() { "/" } else { path_and_query };
    (named && path_and_query.starts_with('/')).then_some(RequestedResource { method, scheme, host, path_and_query })
}

impl RequestedResource<'_> {
    /// The way back: path and query when the host is `APP_URL`'s, the whole address at or below `COOKIE_DOMAIN`, else nothing.
    /// `headers` are those of the visitor.
    pub(super) fn way_back(&self, headers: &HeaderMap, app_url: &AppUrl, cookie_domain: Option<&str>) -> Option<ReturnTo> {
        let path_on = |origin: &str| deny::path_back(self.method.unwrap_or("GET"), headers, origin, self.path_and_query);
        if self.is_on(app_url) {
            return ReturnTo::parse(&path_on(app_url.origin()), app_url, None);
        }
        let origin = app_url::origin_of(&format!("{}://{}", self.scheme, self.host))?;
        ReturnTo::parse(&format!("{origin}{}", path_on(&origin)), app_url, cookie_domain)
    }

    /// Proxies leave the port out as often as not; another port is another app.
    fn is_on(&self, app_url: &AppUrl) -> bool {
        let bare = self.host.strip_suffix(":443").or_else(|| self.host.strip_suffix(":80")).unwrap_or(self.host);
        [self.host, bare].iter().any(|host| host.eq_ignore_ascii_case(app_url.authority()) || host.eq_ignore_ascii_case(app_url.host()))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    const FORWARDED: [(&str, &str); 3] =
        [("x-forwarded-proto", "https"), ("x-forwarded-host", "app.example.org"), ("x-forwarded-uri", "/a?b")];

    fn read_with(dialect: Dialect, headers: &[(&str, &str)]) -> Option<String> {
        let mut request = TestRequest::with_uri("/_auth/verify/envoy/x?y");
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        let request = request.to_http_request();
        read(dialect, &request).map(|found| format!("{}://{}{}", found.scheme, found.host, found.path_and_query))
    }

    #[test]
    fn s74_each_dialect_is_read_from_its_own_headers() {
        for dialect in [Dialect::Traefik, Dialect::Caddy, Dialect::Haproxy] {
            assert_eq!(read_with(dialect, &FORWARDED).as_deref(), Some("https://app.example.org/a?b"));
        }
        let nginx = [("x-original-url", "http://app.example.org:8080/a?b=://c")];
        assert_eq!(read_with(Dialect::Nginx, &nginx).as_deref(), Some("http://app.example.org:8080/a?b=://c"));
        let envoy = [("x-forwarded-proto", "https"), ("host", "app.example.org")];
        assert_eq!(read_with(Dialect::Envoy, &envoy).as_deref(), Some("https://app.example.org/x?y"));
        let websocket = [("x-forwarded-proto", "wss"), ("x-forwarded-host", "a"), ("x-forwarded-uri", "/ws")];
        assert_eq!(read_with(Dialect::Traefik, &websocket).as_deref(), Some("https://a/ws"));
    }

    #[test]
    fn s72_the_headers_of_another_dialect_are_no_resource() {
        assert_eq!(read_with(Dialect::Nginx, &FORWARDED), None);
        assert_eq!(read_with(Dialect::Caddy, &[("x-original-url", "https://app.example.org/")]), None);
        assert_eq!(read_with(Dialect::Envoy, &[("host", "app.example.org")]), None);
    }

    #[test]
    fn s72_a_missing_or_doubled_header_is_no_resource() {
        for without in 0..FORWARDED.len() {
            let mut headers = FORWARDED.to_vec();
            headers.remove(without);
            assert_eq!(read_with(Dialect::Haproxy, &headers), None, "{without}");
        }
        for doubled in [("x-forwarded-uri", "/public"), ("x-forwarded-host", "b"), ("x-forwarded-proto", "http")] {
            assert_eq!(read_with(Dialect::Traefik, &[&FORWARDED[..], &[doubled]].concat()), None, "{doubled:?}");
        }
        let methods = [("x-forwarded-method", "GET"), ("x-forwarded-method", "POST")];
        assert_eq!(read_with(Dialect::Traefik, &[&FORWARDED[..], &methods].concat()), None);
    }

    #[test]
    fn s73_what_is_no_address_is_no_resource() {
        for url in ["ftp://a/", "/a", "https:///a", "https://u@a/", "https://a b/", "https://a,b/", "https://a?b", "https://a\\b/", ""] {
            assert_eq!(read_with(Dialect::Nginx, &[("x-original-url", url)]), None, "{url}");
        }
        let relative = [("x-forwarded-proto", "https"), ("x-forwarded-host", "a"), ("x-forwarded-uri", "a")];
        assert_eq!(read_with(Dialect::Traefik, &relative), None);
    }

    fn way_back(host: &str, path: &str, cookie_domain: Option<&str>) -> Option<String> {
        let app_url = AppUrl::parse("https://app.example.org").unwrap();
        let back = resource(None, "https", host, path).unwrap().way_back(&HeaderMap::new(), &app_url, cookie_domain);
        back.map(|back| back.location().to_owned())
    }

    #[test]
    fn s69_the_way_back_follows_the_forwarded_host() {
        for own in ["app.example.org", "APP.example.org", "app.example.org:443", "app.example.org:80"] {
            assert_eq!(way_back(own, "/a?b", None).as_deref(), Some("/a?b"), "{own}");
        }
        assert_eq!(way_back("wiki.example.org", "/a?b", Some("example.org")).as_deref(), Some("https://wiki.example.org/a?b"));
        assert_eq!(way_back("app.example.org:8443", "/", Some("example.org")).as_deref(), Some("https://app.example.org:8443/"));
        assert_eq!(way_back("wiki.example.org", "/a", None), None);
        assert_eq!(way_back("evil.example", "/a", Some("example.org")), None);
        assert_eq!(way_back("app.example.org.evil.example", "/a", Some("example.org")), None);
        assert_eq!(way_back("app.example.org", "//evil.example/a", None), None);
    }

    #[test]
    fn a_port_of_app_url_may_be_left_out_by_the_proxy() {
        let app_url = AppUrl::parse("http://localhost:3000").unwrap();
        for (host, local) in [("localhost:3000", true), ("localhost", true), ("localhost:4000", false)] {
            assert_eq!(resource(None, "http", host, "/").unwrap().is_on(&app_url), local, "{host}");
        }
    }
}
