//! Field names: nothing of what a client says is taken for a proxy's word, by no app and in no spelling (S78, S101).

use super::Tried;
use crate::support::lighttpd::PROGRAMS;
use crate::support::people::OWNER;

/// What only a proxy may say.
const OF_PROXIES: [&str; 63] = [
    "Remote-User",
    "Remote-Email",
    "Remote-Name",
    "Remote-Groups",
    "Remote-Id",
    "X-Remote-User",
    "X-Remote-Groups",
    "Forwarded",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Forwarded-Port",
    "X-Forwarded-Server",
    "X-Forwarded-Method",
    "X-Forwarded-Uri",
    "X-Forwarded-Prefix",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Groups",
    "X-Forwarded-Preferred-Username",
    "X-Real-IP",
    "X-Original-URL",
    "X-Original-URI",
    "X-Original-Method",
    "X-Original-Host",
    "X-Rewrite-URL",
    "X-Auth-Request-User",
    "X-Auth-Request-Email",
    "X-Auth-Request-Groups",
    "X-authentik-username",
    "X-authentik-uid",
    "X-WebAuth-User",
    "X-WebAuth-Name",
    "X-WebAuth-Role",
    "X-WebAuth-Groups",
    "Proxy",
    "X-Forwarded",
    "X-Forward-For",
    "Forwarded-For",
    "Client-IP",
    "X-Client-IP",
    "X-ClientIP",
    "True-Client-IP",
    "X-Cluster-Client-IP",
    "CF-Connecting-IP",
    "Fastly-Client-IP",
    "X-Originating-IP",
    "X-ProxyUser-IP",
    "X-Proxy-User",
    "X-Remote-Addr",
    "X-Remote-IP",
    "X-Rewrite-URI",
    "Script-Name",
    "Path-Info",
    "X-Script-Name",
    "Client-Cert",
    "X-Client-Cert",
    "SSL-Client-Verify",
    "SSL-Client-Subject-DN",
    "X-SSL-Client-S-DN",
    "X-SSL-Client-Verify",
    "X-Accel-Mapping",
    "X-Sendfile-Type",
];

/// Every sign that a name may have besides letters and digits (RFC 9110, section 5.6.2).
const SIGNS: &str = "-_!#$%&'*+.^`|~";

pub(super) async fn no_client_speaks_in_a_proxys_name(tried: &mut Tried) {
    let cookie = tried.owner.jar.header("/").unwrap();
    for sign in SIGNS.chars() {
        // Few at a time: some proxies take no more than a hundred fields.
        for names in OF_PROXIES.chunks(17) {
            let fields: String = names.iter().map(|name| name.replace('-', &sign.to_string()) + ": evil\r\n").collect();
            for path in PROGRAMS.iter().chain(&["/page"]) {
                let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n", tried.owner.host());
                let answer = tried.owner.raw(format!("{head}{fields}X-Own: kept\r\nConnection: close\r\n\r\n")).await;
                assert!(answer.starts_with("HTTP/1.1 200"), "{path}\n{fields}\n{answer}\n{}", tried.said());
                let seen = tried.place.upstream.last().head_text();
                assert!(!seen.contains("evil") && !answer.contains("evil"), "{path}: {fields}\n{seen}\n{answer}");
                if PROGRAMS.contains(path) {
                    assert!(answer.contains(&format!("HTTP_REMOTE_USER={OWNER}")), "{answer}");
                    assert!(answer.contains("HTTP_X_OWN=kept"), "{answer}");
                }
            }
        }
    }
}
