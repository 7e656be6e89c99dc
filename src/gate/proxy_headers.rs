//! Headers on their way to the app and back (S71, S77, S78).

use std::net::IpAddr;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use bytes::{Bytes, BytesMut};
// actix speaks an older version of the same types.
use hyper::http::{HeaderMap as AppHeaders, HeaderName as AppName, HeaderValue as AppValue, header};

use super::connection_headers::Listed;
use super::profile_headers::ProfileHeaders;
use super::target::Target;
use super::{cookies, opener_policy};
use crate::domain::access::Visitor;
use crate::domain::apps::HostHeader;
use crate::domain::deceptive_headers::{is_method_override, is_spoof};
use crate::http::identity_headers::IdentityHeaders;
use crate::http::settings::HttpSettings;
use crate::http::token_carriers;

static X_FORWARDED_FOR: AppName = AppName::from_static("x-forwarded-for");
static X_FORWARDED_PROTO: AppName = AppName::from_static("x-forwarded-proto");
static X_FORWARDED_HOST: AppName = AppName::from_static("x-forwarded-host");
static PASSED_GATES: HeaderName = HeaderName::from_static("x-portcullis-gate");
/// The names of the instances that a request has passed: an upstream that leads back to us would never end.
static GATES: AppName = AppName::from_static("x-portcullis-gate");
/// How often one request may pass this instance.
const MAX_PASSES: usize = 4;
/// Bytes of the values that we add, usually.
const OURS: usize = 256;

/// Values of one message: copied into one allocation, since a message has two dozen of them.
struct Values(BytesMut);

impl Values {
    /// Values of `length` bytes together; more are possible.
    fn with_capacity(length: usize) -> Self {
        Self(BytesMut::with_capacity(length))
    }

    fn copy(&mut self, value: &[u8]) -> Bytes {
        self.0.extend_from_slice(value);
        self.0.split().freeze()
    }
}

/// Whether the request goes round in a circle: the upstream of its app leads back to us. An app that forwards what it
/// was sent to another app behind us does no harm.
pub(super) fn goes_in_circles(incoming: &HeaderMap, gate_name: &str) -> bool {
    let lines = incoming.get_all(&PASSED_GATES).map(HeaderValue::as_bytes);
    let names = lines.flat_map(|line| line.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    names.filter(|name| *name == gate_name.as_bytes()).count() >= MAX_PASSES
}

/// The headers for the app: hop-by-hop and deceptive ones are removed, so are our cookies and machine tokens, and our
/// headers come last, so that nothing in the request can remove them. The caller adds the framing. `basic_is_ours` is
/// whether HTTP Basic is the deprecated mode's.
pub(super) fn to_app(
    incoming: &HeaderMap,
    identity: &IdentityHeaders,
    who: Option<&Visitor>,
    basic_is_ours: bool,
    client: IpAddr,
    target: &Target<'_>,
    settings: &HttpSettings,
) -> AppHeaders {
    let mut values = Values::with_capacity(incoming.iter().map(|(_, value)| value.len()).sum::<usize>() + OURS);
    let names = ProfileHeaders::of(target.compiled());
    let names_methods = who.and_then(Visitor::scope).is_some_and(|scope| scope.methods.names_some());
    let methods_matter = names_methods || target.compiled().has_method_rules();
    let cut = |name: &str| names.is_special(name) || (methods_matter && is_method_override(name));
    let mut outgoing = pass_on(incoming, basic_is_ours, cut, &target.app().token_headers, &mut values);
    let mut add = |name: &AppName, value: &[u8]| {
        // If an identity cannot be expressed, its header is sent empty, never omitted (S70).
        let value = AppValue::from_maybe_shared(values.copy(value)).unwrap_or_else(|_fault| AppValue::from_static(""));
        outgoing.insert(name, value);
    };
    let upstream = target.app().upstream.as_ref();
    let host = match upstream.map(|upstream| (&upstream.host, &upstream.url)) {
        None | Some((HostHeader::Public, _)) => target.origin().authority(),
        Some((HostHeader::Upstream, url)) => url.host(),
        Some((HostHeader::Fixed(text), _)) => text,
    };
    add(&header::HOST, host.as_bytes());
    add(&X_FORWARDED_FOR, client.to_string().as_bytes());
    add(&X_FORWARDED_PROTO, settings.app_url.scheme().as_bytes());
    add(&X_FORWARDED_HOST, target.origin().authority().as_bytes());
    for (part, name) in &names.identity {
        add(&name.request, identity.part(*part, who).as_bytes());
    }
    for (name, _, value) in &names.fixed {
        outgoing.insert(&name.request, value.clone());
    }
    if let Ok(name) = AppValue::from_str(&settings.gate_name) {
        outgoing.append(&GATES, name);
    }
    outgoing
}

/// What the app gets of the request; `cut` is whether the app must not get a header that others do.
fn pass_on(
    incoming: &HeaderMap,
    basic_is_ours: bool,
    cut: impl Fn(&str) -> bool,
    token_headers: &[String],
    values: &mut Values,
) -> AppHeaders {
    let listed = Listed::read(incoming.get_all("connection").map(HeaderValue::as_bytes));
    let mut outgoing = AppHeaders::with_capacity(incoming.len() + 8);
    for (name, value) in incoming {
        let name = name.as_str();
        // actix has already answered `Expect`.
        let ends_here =
            matches!(name, "host" | "content-length" | "expect") || (basic_is_ours && name == "authorization");
        let is_token = token_carriers::carries_token(name, value.as_bytes(), token_headers);
        if ends_here || is_token || listed.ends_here(name) || is_spoof(name) || cut(name) {
            continue;
        }
        let value = match name {
            "cookie" => {
                cookies::cut(value.as_bytes()).and_then(|rest| AppValue::from_maybe_shared(Bytes::from(rest)).ok())
            }
            _ => AppValue::from_maybe_shared(values.copy(value.as_bytes())).ok(),
        };
        if let (Ok(name), Some(value)) = (AppName::from_bytes(name.as_bytes()), value) {
            outgoing.append(name, value);
        }
    }
    outgoing
}

/// The app's headers for the browser: unchanged, repeated ones stay repeated, and our cookies are protected. The body
/// determines the length.
pub(super) fn from_app(incoming: &AppHeaders, outgoing: &mut HeaderMap) {
    let listed = Listed::read(incoming.get_all("connection").iter().map(AppValue::as_bytes));
    let ends_here = listed.ends_here(opener_policy::EMBEDDER);
    let isolated = if ends_here { None } else { opener_policy::isolation(incoming) };
    let mut values = Values::with_capacity(incoming.iter().map(|(_, value)| value.len()).sum());
    let mut copied = |value: &[u8]| HeaderValue::from_maybe_shared(values.copy(value));
    for (name, value) in incoming {
        let (name, value) = (name.as_str(), value.as_bytes());
        if name == "content-length" || listed.ends_here(name) {
            continue;
        }
        let value = match name {
            "set-cookie" => cookies::may_set(value).then(|| copied(value)),
            "clear-site-data" => cookies::without_cookies(value).map(|kept| HeaderValue::from_bytes(&kept)),
            "cross-origin-opener-policy" => {
                Some(HeaderValue::from_bytes(&opener_policy::for_browsers(isolated, value)))
            }
            opener_policy::EMBEDDER => {
                Some(isolated.map_or_else(|| copied(value), |token| Ok(HeaderValue::from_static(token))))
            }
            // Both would make the browser report our URLs to others, including links with tokens (S57).
            "nel" | "report-to" => None,
            "service-worker-allowed" => cookies::scope_is_harmless(value).then(|| copied(value)),
            _ => Some(copied(value)),
        };
        if let (Ok(name), Some(Ok(value))) = (HeaderName::from_bytes(name.as_bytes()), value) {
            outgoing.append(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming(headers: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        map
    }

    fn passed(headers: &HeaderMap, basic_is_ours: bool, methods_matter: bool) -> AppHeaders {
        let cut = |name: &str| methods_matter && is_method_override(name);
        pass_on(headers, basic_is_ours, cut, &[], &mut Values::with_capacity(0))
    }

    fn names_passed(headers: &[(&str, &str)]) -> Vec<String> {
        let mut names: Vec<String> = passed(&incoming(headers), false, false).keys().map(ToString::to_string).collect();
        names.sort();
        names
    }

    #[test]
    fn s78_headers_that_only_proxies_may_send_are_dropped_in_every_spelling() {
        const NAMES: &str = "Forwarded X-Forwarded-For X_Forwarded_For x-forwarded_proto X-Forwarded-Anything \
            X-Real-IP x_real_ip \
            X-Original-URL X-Rewrite-URL x_rewrite-url Remote-User remote_user Remote_Groups X-Remote-User \
            X-Auth-Request-Email X_WebAuth_User Proxy RemoteUser Remote--User -Remote-User Remote-User- X-ForwardedFor \
            XRealIP Pro-xy Remote-Id X-Forwarded Forwarded-For X-Forward-For forwarded_for_ip Client-IP CLIENT_IP \
            X-Client-IP X-ClientIP True-Client-IP True_Client-IP- X-Cluster-Client-Ip CF-Connecting-IP CF-ConnectingIP \
            Fastly-Client-IP X-Originating-IP X-ProxyUser-Ip X-Rewrite-Uri X-Host X-Original-Anything Remote \
            Remote-Addr X-Proxy-User Script-Name SCRIPT_NAME Path_Info X-Script-Name X-SSL-Client-S-DN Client-Cert \
            X-Real-I-P X_Client-I_P X-Sendfile-Type SSL-Client-Verify ssl_client_subject_dn X-Client-Cert-Chain \
            X-Accel-Mapping X-authentik-username X_Authentik_Uid XAuthentikEmail";
        for name in NAMES.split(' ') {
            assert!(names_passed(&[(name, "x")]).is_empty(), "{name}");
        }
    }

    #[test]
    fn a_request_that_keeps_coming_back_goes_in_circles_however_its_headers_were_joined() {
        let passed = |lines: &[&str]| {
            let headers: Vec<_> = lines.iter().map(|line| ("x-portcullis-gate", *line)).collect();
            goes_in_circles(&incoming(&headers), "us")
        };
        assert!(passed(&["us", "us", "us", "us"]) && passed(&["us, us", "them", "us,us"]));
        assert!(!passed(&[]) && !passed(&["us", "us", "us"]) && !passed(&["them", "them", "them", "them", "us"]));
    }

    #[test]
    fn s101_a_name_that_cgi_would_fold_is_nobodys() {
        for sign in "!#$%&'*+.^`|~".chars() {
            for name in [
                format!("Remote{sign}User"),
                format!("X{sign}Forwarded-For"),
                format!("x-own{sign}"),
                format!("{sign}accept"),
            ] {
                assert!(names_passed(&[(&name, "x")]).is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn other_headers_pass() {
        for name in [
            "x-request-id",
            "user-agent",
            "x-real-ip-2",
            "x_custom",
            "accept",
            "forward",
            "proximity",
            "priority",
            "x-auth",
            "x-auth-token",
            "x-origin",
            "client-id",
            "script",
            "path",
            "x-path",
            "ip",
            "x-zip",
            "x-gzip",
            "x-ship-to",
            "skip",
            "x-ip-version",
            "authorization",
            "origin",
        ] {
            assert_eq!(names_passed(&[(name, "x")]), [name]);
        }
    }

    #[test]
    fn s77_hop_by_hop_headers_end_here_with_what_connection_lists() {
        let headers = [
            ("connection", "keep-alive, X-Mine, close"),
            ("connection", "x-other"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("trailer", "x"),
            ("transfer-encoding", "chunked"),
            ("upgrade", "h2c"),
            ("http2-settings", "x"),
            ("proxy-authorization", "x"),
            ("proxy-connection", "x"),
            ("x-mine", "x"),
            ("x-other", "x"),
            ("x-stays", "x"),
            ("expect", "100-continue"),
            ("host", "evil.example"),
            ("content-length", "3"),
        ];
        assert_eq!(names_passed(&headers), ["x-stays"]);
    }

    #[test]
    fn several_values_stay_several_and_our_cookies_are_cut() {
        let passed = passed(
            &incoming(&[
                ("accept", "a"),
                ("accept", "b"),
                ("cookie", "a=1; portcullis_access=x"),
                ("cookie", "portcullis_form=y"),
            ]),
            false,
            false,
        );
        assert_eq!(passed.get_all("accept").iter().count(), 2);
        assert_eq!(passed.get_all("cookie").iter().map(AppValue::as_bytes).collect::<Vec<_>>(), [b"a=1"]);
    }

    #[test]
    fn the_basic_header_of_the_deprecated_mode_is_not_forwarded() {
        assert!(passed(&incoming(&[("authorization", "Basic eA==")]), true, false).is_empty());
    }

    #[test]
    fn s113_where_rules_name_methods_no_header_names_another() {
        for name in ["x-http-method-override", "x-http-method", "x-method-override", "x_http_method_override"] {
            let headers = incoming(&[(name, "DELETE")]);
            assert!(passed(&headers, false, true).is_empty(), "{name}");
            assert_eq!(passed(&headers, false, false).len(), 1, "{name}");
        }
    }

    #[test]
    fn s79_answers_pass_unchanged_but_for_our_cookies() {
        let mut answer = AppHeaders::new();
        for (name, value) in [
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2; Path=/"),
            ("set-cookie", "portcullis_access=x"),
            ("clear-site-data", "\"cookies\""),
            ("service-worker-allowed", "/"),
            ("nel", "{\"report_to\":\"x\",\"max_age\":86400}"),
            ("report-to", "{\"group\":\"x\"}"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("content-length", "3"),
            ("content-security-policy", "default-src *"),
            ("server", "app"),
        ] {
            answer.append(AppName::from_bytes(name.as_bytes()).unwrap(), AppValue::from_static(value));
        }
        let mut outgoing = HeaderMap::new();
        from_app(&answer, &mut outgoing);
        let cookies: Vec<_> = outgoing.get_all("set-cookie").map(|value| value.to_str().unwrap()).collect();
        assert_eq!(cookies, ["a=1", "b=2; Path=/"]);
        let mut names: Vec<_> = outgoing.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["content-security-policy", "server", "set-cookie"]);
    }

    #[test]
    fn s67_the_app_cannot_share_a_browsing_context_with_our_pages() {
        const COOP: &str = "cross-origin-opener-policy";
        const COEP: &str = "cross-origin-embedder-policy";
        let sent = |headers: &[(&'static str, &'static str)], name: &str| {
            let mut map = AppHeaders::new();
            for (name, value) in headers {
                map.append(*name, AppValue::from_static(value));
            }
            let mut outgoing = HeaderMap::new();
            from_app(&map, &mut outgoing);
            outgoing.get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        let passed = |headers: &[(&'static str, &'static str)]| sent(headers, COOP).unwrap();
        assert_eq!(passed(&[(COOP, "same-origin")]), "same-origin-allow-popups");
        assert_eq!(passed(&[(COOP, " same-origin; report-to=\"x\"")]), "same-origin-allow-popups; report-to=\"x\"");
        for kept in ["same-origin-allow-popups", "unsafe-none", "noopener-allow-popups"] {
            assert_eq!(passed(&[(COOP, kept)]), kept);
        }
        for isolated in [
            "require-corp",
            " credentialless ; report-to=\"x\"",
            "require-corp;",
            "require-corp;=",
            "require-corp; a= b",
        ] {
            assert_eq!(passed(&[(COOP, "same-origin"), (COEP, isolated)]), "same-origin");
            let token = isolated.split(';').next().unwrap().trim();
            assert_eq!(
                sent(&[(COOP, "same-origin"), (COEP, isolated)], COEP).as_deref(),
                Some(token),
                "what was judged is what is sent"
            );
        }
        for listed in ["cross-origin-embedder-policy", "Cross-Origin-Embedder-Policy, close"] {
            let headers = [("connection", listed), (COOP, "same-origin"), (COEP, "require-corp")];
            assert_eq!(
                (passed(&headers).as_str(), sent(&headers, COEP)),
                ("same-origin-allow-popups", None),
                "it ends here"
            );
        }
        // A value that browsers do not recognise as a policy isolates nothing.
        for broken in ["require-corpX", "require-corp, unsafe-none", "Require-Corp", ""] {
            assert_eq!(passed(&[(COOP, "same-origin"), (COEP, broken)]), "same-origin-allow-popups", "{broken}");
        }
        assert_eq!(
            passed(&[(COOP, "same-origin"), (COEP, "require-corp"), (COEP, "unsafe-none")]),
            "same-origin-allow-popups"
        );
    }
}
