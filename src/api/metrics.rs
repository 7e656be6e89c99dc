//! `/_auth/metrics` for Prometheus: from loopback, addressed by a loopback name, without a proxy in between; or with
//! `METRICS_TOKEN`.

use std::net::IpAddr;

use actix_web::http::Version;
use actix_web::{HttpRequest, HttpResponse};

use crate::http::error::HttpError;
use crate::http::{client_address, settings};

/// Prefixes of headers that only proxies and browsers send; a request with one of them did not originate on this
/// machine.
const OF_PROXIES: [&str; 14] = [
    "forwarded",
    "via",
    "x-forwarded",
    "x-real-ip",
    "x-original-",
    "x-client-ip",
    "true-client-ip",
    "x-envoy-",
    "cf-",
    "cdn-loop",
    "fastly-",
    "sec-fetch-",
    "x-cluster-",
    "x-scheme",
];

/// The metrics page.
pub async fn show(req: HttpRequest) -> Result<HttpResponse, HttpError> {
    if !may(&req) {
        return Err(HttpError::Forbidden("fault-metrics"));
    }
    let page = settings::accounts(&req).exposition().await;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(page))
}

fn may(req: &HttpRequest) -> bool {
    // Under another host name, a page in the operator's browser could send the request after pointing that name here
    // (DNS rebinding).
    let host = req.headers().get("host").and_then(|value| value.to_str().ok()).unwrap_or("");
    // A proxy on this machine may forward requests without adding a header: if people use another host name, and a
    // token is set, the token is required.
    let settings = settings::of(req);
    let open = settings.config.server.metrics_token.is_none() || settings.app_url.is_loopback();
    // Pages of the browser and clients that speak HTTP/1.0, as old proxies do, have no access either.
    let old = req.version() < Version::HTTP_11;
    let forwarded = old || req.headers().keys().any(|name| is_of_proxies(name.as_str()));
    if open && client_address::of(req).peer.is_loopback() && !forwarded && is_loopback_name(host) {
        return true;
    }
    let given = req.headers().get("authorization").and_then(|value| value.to_str().ok()?.split_once(' '));
    given.is_some_and(|(scheme, token)| {
        scheme.eq_ignore_ascii_case("bearer") && settings::is_metrics_token(req, token.trim())
    })
}

/// Treats `_` as `-`, as some programs do.
fn is_of_proxies(name: &str) -> bool {
    let folded = name.replace('_', "-");
    OF_PROXIES.iter().any(|begin| folded.starts_with(begin))
}

/// Whether `Host` is a loopback name or address, with any port.
fn is_loopback_name(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or(("", "")),
        None => host.find(':').map_or((host, ""), |colon| host.split_at(colon)),
    };
    let port_is_good = port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.parse::<u16>().is_ok());
    let address = name.parse::<IpAddr>().ok().filter(|address| address.is_ipv6() == host.starts_with('['));
    port_is_good && (name.eq_ignore_ascii_case("localhost") || address.is_some_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_loopback_are_names_of_loopback() {
        for good in ["localhost", "LocalHost:3000", "127.0.0.1", "127.0.0.1:80", "127.8.9.1:1", "[::1]", "[::1]:3000"] {
            assert!(is_loopback_name(good), "{good}");
        }
        let others = [
            "",
            ":80",
            "localhost.example.org",
            "example.org",
            "localhost:80:80",
            "localhost:x",
            "localhost:",
            "::1",
            "[127.0.0.1]",
            "[::1",
            "[::2]",
            "127.0.0.1.example.org",
            "128.0.0.1",
            "0.0.0.0",
            "localhost@example.org",
            "example.org:localhost",
        ];
        for bad in others {
            assert!(!is_loopback_name(bad), "{bad}");
        }
    }
}
