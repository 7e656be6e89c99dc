//! How each proxy describes the request it asks about: one small function per dialect (docs/FORWARD-AUTH.md).
//!
//! Anything missing, duplicated or malformed is a fault, never guessed (S72). Only peers in `TRUSTED_PROXIES` get this
//! far.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap, HeaderName, X_FORWARDED_HOST, X_FORWARDED_PROTO};

use crate::domain::dialect::Dialect;
use crate::domain::origin::Origin;
use crate::domain::path;

pub(super) static X_ORIGINAL_URL: HeaderName = HeaderName::from_static("x-original-url");
pub(super) static X_ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");
static X_FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
pub(super) static X_FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
/// The prefix to which Envoy appends the original path.
const ENVOY_PREFIX: &str = "/_auth/verify/envoy";
/// Maximum length of a method.
const MAX_METHOD: usize = 20;

/// The request that the visitor sent to the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RequestedResource<'a> {
    /// The method.
    pub(super) method: &'a str,
    /// Whether it was sent over TLS, also a WebSocket.
    https: bool,
    /// The host and perhaps a port, as forwarded.
    pub(super) host: &'a str,
    /// Path and query as forwarded, beginning with the slash.
    pub(super) path_and_query: &'a str,
}

/// Why a question cannot be answered, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MalformedQuestion(pub(super) &'static str);

/// Parses the headers of `dialect`.
pub(super) fn read(dialect: Dialect, req: &HttpRequest) -> Result<RequestedResource<'_>, MalformedQuestion> {
    match dialect {
        Dialect::Nginx => original_url(once(req.headers(), &X_ORIGINAL_METHOD), req.headers()),
        // Traefik and Caddy set these four themselves, and so does the documented HAProxy script.
        Dialect::Traefik | Dialect::Caddy | Dialect::Haproxy => x_forwarded(req.headers()),
        Dialect::Envoy => envoy_below(ENVOY_PREFIX, req),
    }
}

/// `X-Original-URL`, and the method as nginx gives it.
pub(super) fn original_url<'a>(
    method: Option<&'a str>,
    headers: &'a HeaderMap,
) -> Result<RequestedResource<'a>, MalformedQuestion> {
    const URL: MalformedQuestion = MalformedQuestion("X-Original-URL is missing, duplicated or not an http URL");
    let (scheme, rest) = once(headers, &X_ORIGINAL_URL).and_then(|url| url.split_once("://")).ok_or(URL)?;
    let (host, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).ok_or(URL)?;
    resource(method, Some(scheme), Some(host), Some(path))
}

/// `X-Forwarded-Method`, `-Proto`, `-Host`, `-Uri`.
fn x_forwarded(headers: &HeaderMap) -> Result<RequestedResource<'_>, MalformedQuestion> {
    let [method, scheme, host, path] =
        [&X_FORWARDED_METHOD, &X_FORWARDED_PROTO, &X_FORWARDED_HOST, &X_FORWARDED_URI].map(|name| once(headers, name));
    resource(method, scheme, host, path)
}

/// The original method, `Host`, and the path after `prefix`; `X-Forwarded-Proto` is set by Envoy itself.
pub(super) fn envoy_below<'a>(prefix: &str, req: &'a HttpRequest) -> Result<RequestedResource<'a>, MalformedQuestion> {
    let path = req.uri().path_and_query().and_then(|own| own.as_str().strip_prefix(prefix));
    // Another proxy may route such a path to one of the pages, so that a script of the app could send it (S103).
    if path.is_some_and(|path| path::climbs_out_of(prefix, path_of(path))) {
        return Err(MalformedQuestion("the path climbs above its own start"));
    }
    let [scheme, host] = [&X_FORWARDED_PROTO, &HOST].map(|name| once(req.headers(), name));
    resource(Some(req.method().as_str()), scheme, host, path)
}

/// The value of a header that occurs exactly once and is text.
pub(super) fn once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}

pub(super) fn resource<'a>(
    method: Option<&'a str>,
    scheme: Option<&str>,
    host: Option<&'a str>,
    path_and_query: Option<&'a str>,
) -> Result<RequestedResource<'a>, MalformedQuestion> {
    let method = method.ok_or(MalformedQuestion("the method is missing or duplicated"))?;
    if !is_method(method) {
        return Err(MalformedQuestion("the method is not 1 to 20 letters, or is CONNECT or TRACE"));
    }
    let https = match scheme.ok_or(MalformedQuestion("the scheme is missing or duplicated"))? {
        "https" | "wss" => true,
        "http" | "ws" => false,
        _ => return Err(MalformedQuestion("the scheme is not http or https")),
    };
    let host = host.ok_or(MalformedQuestion("the host is missing or duplicated"))?;
    let path_and_query = path_and_query.ok_or(MalformedQuestion("the path is missing or duplicated"))?;
    if !path::is_well_formed(path_of(path_and_query)) {
        return Err(MalformedQuestion("the path is not valid"));
    }
    Ok(RequestedResource { method, https, host, path_and_query })
}

/// Neither gate admits CONNECT and TRACE: one requests a tunnel, the other an echo of the request (S68).
fn is_method(method: &str) -> bool {
    !matches!(method, "CONNECT" | "TRACE")
        && (1..=MAX_METHOD).contains(&method.len())
        && method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-')
}

fn path_of(path_and_query: &str) -> &str {
    path_and_query.split('?').next().unwrap_or_default()
}

impl<'a> RequestedResource<'a> {
    /// The path as forwarded.
    pub(super) fn path(&self) -> &'a str {
        path_of(self.path_and_query)
    }

    /// Where it was sent.
    pub(super) fn origin(&self) -> Result<Origin, MalformedQuestion> {
        Origin::parse(self.https, self.host).ok_or(MalformedQuestion("the host has no canonical form"))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;
    use actix_web::test::TestRequest;

    use super::*;

    const FORWARDED: [(&str, &str); 4] = [
        ("x-forwarded-method", "GET"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "app.example.org"),
        ("x-forwarded-uri", "/a?b"),
    ];

    fn read_with(dialect: Dialect, headers: &[(&str, &str)]) -> Option<String> {
        let mut request = TestRequest::with_uri("/_auth/verify/envoy/x?y");
        for (name, value) in headers {
            request = request.append_header((*name, *value));
        }
        let request = request.to_http_request();
        let found = read(dialect, &request).ok()?;
        Some(format!("{} {}{}", found.method, found.origin().ok()?, found.path_and_query))
    }

    fn nginx_of(url: &str) -> Option<String> {
        read_with(Dialect::Nginx, &[("x-original-url", url), ("x-original-method", "GET")])
    }

    #[test]
    fn s74_each_dialect_is_read_from_its_own_headers() {
        for dialect in [Dialect::Traefik, Dialect::Caddy, Dialect::Haproxy] {
            assert_eq!(read_with(dialect, &FORWARDED).as_deref(), Some("GET https://app.example.org/a?b"));
        }
        assert_eq!(
            nginx_of("http://app.example.org:8080/a?b=://c").as_deref(),
            Some("GET http://app.example.org:8080/a?b=://c")
        );
        let envoy = [("x-forwarded-proto", "https"), ("host", "app.example.org")];
        assert_eq!(read_with(Dialect::Envoy, &envoy).as_deref(), Some("GET https://app.example.org/x?y"));
        let websocket = [
            ("x-forwarded-method", "GET"),
            ("x-forwarded-proto", "wss"),
            ("x-forwarded-host", "a"),
            ("x-forwarded-uri", "/ws"),
        ];
        assert_eq!(read_with(Dialect::Traefik, &websocket).as_deref(), Some("GET https://a/ws"));
    }

    #[test]
    fn s103_a_path_that_climbs_out_of_the_verify_address_is_no_question() {
        let asked = |path: &str| {
            let request = TestRequest::with_uri(&format!("/_auth/verify/envoy{path}"));
            let request =
                request.append_header(("x-forwarded-proto", "http")).append_header(("host", "a")).to_http_request();
            read(Dialect::Envoy, &request).map(|found| found.path_and_query.to_owned())
        };
        for path in [
            "/x",
            "/",
            "/a/../b",
            "/a/..%2fb",
            "/a/b/..%2f..%2fc",
            "/a..b",
            "/..a",
            "/x?q=/../../..",
            "/a/%2e%2e/b",
            "/@s%2fpkg",
        ] {
            assert_eq!(asked(path).as_deref(), Ok(path));
        }
        for path in [
            "/../x",
            "/..%2f..%2fx",
            "/a/..%2f..%2f..%2fx",
            "/%2e%2e/x",
            "/.%2E/x",
            "/..%5cx",
            "/..%252f..%252fx",
            "/..;x/y",
            "//../x",
            "/a/..;/..;/x",
            "/..%c0%afx",
            "/a%2fb%2fc/../..%2f..%2fy",
            "/a%2fb/../x%2f..%2f..%2fy",
        ] {
            assert_eq!(asked(path), Err(MalformedQuestion("the path climbs above its own start")), "{path}");
        }
    }

    #[test]
    fn s72_the_headers_of_another_dialect_are_no_resource() {
        assert_eq!(read_with(Dialect::Nginx, &FORWARDED), None);
        assert_eq!(
            read_with(Dialect::Caddy, &[("x-original-url", "https://app.example.org/"), ("x-original-method", "GET")]),
            None
        );
        assert_eq!(read_with(Dialect::Envoy, &[("host", "app.example.org")]), None);
    }

    #[test]
    fn s72_what_is_missing_or_doubled_is_no_resource() {
        for without in 0..FORWARDED.len() {
            let mut headers = FORWARDED.to_vec();
            headers.remove(without);
            assert_eq!(read_with(Dialect::Haproxy, &headers), None, "{without}");
        }
        for doubled in [
            ("x-forwarded-uri", "/public"),
            ("x-forwarded-host", "b"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-method", "POST"),
        ] {
            assert_eq!(read_with(Dialect::Traefik, &[&FORWARDED[..], &[doubled]].concat()), None, "{doubled:?}");
        }
        let nginx = [("x-original-url", "https://a/"), ("x-original-method", "GET")];
        for doubled in nginx {
            assert_eq!(read_with(Dialect::Nginx, &[&nginx[..], &[doubled]].concat()), None, "{doubled:?}");
        }
        assert_eq!(read_with(Dialect::Nginx, &nginx[..1]), None);
        for headers in
            [[("x-forwarded-proto", "http"), ("host", "a"), ("host", "b")], [("x-forwarded-proto", "http"); 3]]
        {
            assert_eq!(read_with(Dialect::Envoy, &headers), None);
        }
        for bare in ["/_auth/verify/envoy", "/_auth/verify/envoy?x"] {
            let request =
                TestRequest::with_uri(bare).append_header(("x-forwarded-proto", "http")).append_header(("host", "a"));
            assert_eq!(
                read(Dialect::Envoy, &request.to_http_request()),
                Err(MalformedQuestion("the path is not valid")),
                "{bare}"
            );
        }
    }

    #[test]
    fn s72_a_method_is_1_to_20_letters_in_every_dialect() {
        let asked = |method: &str| {
            let forwarded = [&[("x-forwarded-method", method)], &FORWARDED[1..]].concat();
            [
                read_with(Dialect::Haproxy, &forwarded),
                read_with(Dialect::Nginx, &[("x-original-url", "http://a/"), ("x-original-method", method)]),
            ]
        };
        for good in ["GET", "M-SEARCH", "VERSION-CONTROL", "A"] {
            assert!(asked(good).iter().all(Option::is_some), "{good}");
        }
        for bad in ["", "GET,POST", "GE T", "<x>", "get", "GET1", "ABCDEFGHIJKLMNOPQRSTU", "G\u{c9}T"] {
            assert!(asked(bad).iter().all(Option::is_none), "{bad}");
        }
        for bad in ["get", "GET1", "ABCDEFGHIJKLMNOPQRSTU", "X_Y"] {
            let request =
                TestRequest::with_uri("/_auth/verify/envoy/x").method(Method::from_bytes(bad.as_bytes()).unwrap());
            let request =
                request.append_header(("x-forwarded-proto", "http")).append_header(("host", "a")).to_http_request();
            assert!(read(Dialect::Envoy, &request).is_err(), "{bad}");
        }
    }

    #[test]
    fn s73_what_is_no_address_is_no_resource() {
        for url in [
            "ftp://a/",
            "/a",
            "https:///a",
            "https://u@a/",
            "https://a b/",
            "https://a,b/",
            "https://a?b",
            "https://a\\b/",
            "",
            "https://a",
            "https://a%00b.example.org/",
            "https://a<b.example.org/",
            "https://a..b/",
            "https://a:99999/",
            "https://a/<x>",
            "https://a/x#y",
        ] {
            assert_eq!(nginx_of(url), None, "{url}");
        }
        for host in ["a%00b.example.org", "a<b.example.org", "a\u{2039}b.example.org", "127.1", "a:80:80", "a, b"] {
            let forwarded = [&FORWARDED[..2], &[("x-forwarded-host", host)], &FORWARDED[3..]].concat();
            assert_eq!(read_with(Dialect::Caddy, &forwarded), None, "{host}");
            assert_eq!(read_with(Dialect::Envoy, &[("x-forwarded-proto", "http"), ("host", host)]), None, "{host}");
        }
        let relative = [&FORWARDED[..3], &[("x-forwarded-uri", "a")]].concat();
        assert_eq!(read_with(Dialect::Traefik, &relative), None);
    }
}
