//! What an operator should change: weak secrets, missing best practices, inconsistent settings.

use std::fs;

use ipnet::IpNet;

use super::tls::{CertificateSource, PairFiles};
use super::values::{Faults, Values};
use super::{Gate, Passwords, Server, permissions, secrets};

/// Why forward-auth cannot work as configured.
fn about_forward_auth(server: &Server, gate: &Gate) -> Option<&'static str> {
    match (gate.is_asked(), server.trusted_proxies.is_empty()) {
        (true, true) if gate.forward_auth.is_empty() => {
            Some("COMPAT is set, but TRUSTED_PROXIES is empty, so no proxy may use it")
        }
        (true, true) => Some("FORWARD_AUTH is set, but TRUSTED_PROXIES is empty, so no proxy may use it"),
        (false, false) if gate.upstream.is_none() => Some(
            "TRUSTED_PROXIES is set, but neither UPSTREAM_URL nor FORWARD_AUTH: name in FORWARD_AUTH the proxies that \
                ask (nginx, traefik, caddy, haproxy, envoy)",
        ),
        _ => None,
    }
}

/// The secrets that are easily guessed: warnings, or faults in production.
fn weak_secrets(values: &mut Values, server: &Server, faults: &mut Faults) -> Vec<String> {
    let mut warnings = Vec::new();
    if !server.production && values.get("EXPRESS_SESSION_SECRET").is_some_and(|value| value == "flowise") {
        warnings.push(
            "EXPRESS_SESSION_SECRET=flowise is publicly known and treated as unset; a secret is generated instead"
                .to_owned(),
        );
        values.remove("EXPRESS_SESSION_SECRET");
    }
    for name in [
        "JWT_AUTH_TOKEN_SECRET",
        "JWT_REFRESH_TOKEN_SECRET",
        "EXPRESS_SESSION_SECRET",
        "TOKEN_HASH_SECRET",
        "PASSWORD_KEY",
    ] {
        match values.get(name).and_then(|value| secrets::weakness(value)) {
            Some(reason) if server.production => {
                faults.add(
                    name,
                    format!("{reason}; use a strong, random string, or leave it unset to have one generated"),
                );
            }
            Some(reason) => warnings.push(format!("{name} {reason}; use a strong, random string")),
            None => {}
        }
    }
    warnings
}

/// Settings of https that have no effect, and keys that others can read.
fn about_https(server: &Server, values: &Values) -> Vec<String> {
    let without = |name: &str| server.tls.is_none() && values.contains_key(name);
    let no_effect = [
        (
            without("HTTPS_PORT") || without("HTTP_PORT"),
            "HTTPS_PORT and HTTP_PORT have no effect without TLS_CERT_FILE or ACME_EMAIL",
        ),
        (without("ACME_DIRECTORY_URL"), "ACME_DIRECTORY_URL has no effect without ACME_EMAIL"),
        (
            server.tls.is_some() && values.get("PORT").is_some_and(|port| port != "3000"),
            "PORT has no effect, since the gate speaks https itself: it listens on HTTPS_PORT and HTTP_PORT",
        ),
    ];
    let said = no_effect.iter().filter(|(applies, _)| *applies).map(|(_, text)| (*text).to_owned());
    said.chain(keys_that_others_can_read(server)).collect()
}

/// What is wrong with the permissions of the files of `TLS_KEY_FILE` (S132).
fn keys_that_others_can_read(server: &Server) -> Vec<String> {
    let Some(CertificateSource::Files(pairs)) = server.tls.as_ref().map(|tls| &tls.source) else { return Vec::new() };
    let judge = |pair: &PairFiles| {
        let about = fs::metadata(&pair.key).ok()?;
        permissions::warning(&pair.key.display().to_string(), &about, true)
    };
    pairs.iter().filter_map(judge).collect()
}

/// Best practices of the page and the strength of secrets; weak secrets are faults in production.
pub(super) fn of(
    values: &mut Values,
    server: &Server,
    gate: &Gate,
    passwords: Passwords,
    faults: &mut Faults,
) -> Vec<String> {
    let mut warnings = weak_secrets(values, server, faults);
    warnings.extend(about_forward_auth(server, gate).map(str::to_owned));
    warnings.extend(about_https(server, values));
    let mut note = |applies: bool, text: &str| {
        if applies {
            warnings.push(text.to_owned());
        }
    };
    let shared = values
        .get("TOKEN_HASH_SECRET")
        .is_some_and(|own| values.iter().any(|(name, value)| name != "TOKEN_HASH_SECRET" && value == own));
    note(shared, "TOKEN_HASH_SECRET has the value of another variable; use a unique one");
    note(
        server.production && passwords.cost < 12,
        "PASSWORD_SALT_HASH_ROUNDS is below 12; 12 to 15 is better in production",
    );
    note(
        cover_the_internet(&server.trusted_proxies),
        "TRUSTED_PROXIES covers the whole internet, or much of it: anybody can forge client addresses; list only the \
            addresses of your proxies",
    );
    note(
        !server.app_url.is_https() && !server.app_url.is_loopback(),
        "APP_URL is plain http: passwords and cookies can be read in transit, and scripts of the app can use the \
            gate's own pages, because browsers omit Sec-Fetch headers there; use https",
    );
    let minutes = |name: &str| values.get(name).and_then(|value| value.parse::<i64>().ok()).unwrap_or(0);
    note(
        minutes("JWT_TOKEN_EXPIRY_IN_MINUTES") > 1440,
        "JWT_TOKEN_EXPIRY_IN_MINUTES is more than a day; an hour is usual",
    );
    note(
        minutes("JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES") > 525_600,
        "JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES is more than a year",
    );
    note(
        values.get("FLOWISE_PASSWORD").is_some_and(|password| password.chars().count() < passwords.min_length),
        "FLOWISE_PASSWORD is short: it protects the app, and the claim, until the instance is claimed",
    );
    note(
        values.contains_key("REDIS_URL") && values.get("SESSION_STORE").is_none_or(|store| store != "redis"),
        "REDIS_URL is set, but SESSION_STORE is not redis; sessions are stored in the database",
    );
    note(
        values.get("METRICS_TOKEN").is_some_and(|token| token.chars().count() < 16),
        "METRICS_TOKEN is short; use a random string of 16 characters or more",
    );
    note(
        values.contains_key("FLOWISE_USERNAME"),
        "FLOWISE_USERNAME and FLOWISE_PASSWORD are deprecated: claim the instance and remove them",
    );
    warnings
}

/// Whether the ranges together cover more than anybody's proxies; private IPv6 ranges are wide by nature.
fn cover_the_internet(networks: &[IpNet]) -> bool {
    const MAPPED: u32 = 0xffff;
    IpNet::aggregate(&networks.to_vec()).iter().any(|network| match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => {
            let (first, length) = (network.network(), network.prefix_len());
            let private = first.is_unique_local() || first.is_unicast_link_local();
            let mapped = first.to_bits() >> 32 == u128::from(MAPPED) && length < 104;
            mapped || (length < 16 && !private)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::load_pairs;
    use crate::domain::dialect::Dialect;

    #[test]
    fn s103_what_keeps_proxies_from_asking_is_said() {
        let warned = |pairs: &[(&str, &str)]| load_pairs(pairs).unwrap().warnings.join(" ");
        assert!(warned(&[("FORWARD_AUTH", "nginx")]).contains("TRUSTED_PROXIES"));
        assert!(warned(&[("COMPAT", "authelia")]).contains("COMPAT is set, but TRUSTED_PROXIES"));
        assert!(warned(&[("TRUSTED_PROXIES", "10.0.0.1")]).contains("FORWARD_AUTH"));
        let both = [("FORWARD_AUTH", " nginx ,caddy,"), ("TRUSTED_PROXIES", "10.0.0.1")];
        assert_eq!(load_pairs(&both).unwrap().gate.forward_auth, [Dialect::Nginx, Dialect::Caddy]);
        assert_eq!(warned(&both), "");
        assert_eq!(warned(&[("UPSTREAM_URL", "http://127.0.0.1:8080"), ("TRUSTED_PROXIES", "10.0.0.1")]), "");
        for bad in ["apache", "Nginx", "nginx;caddy", "nginx caddy", "all"] {
            let faults = load_pairs(&[("FORWARD_AUTH", bad)]).unwrap_err().to_string();
            assert!(
                faults.contains("FORWARD_AUTH") && faults.contains("nginx, traefik, caddy, haproxy, envoy"),
                "{faults}"
            );
        }
    }

    #[test]
    fn ranges_that_cover_the_internet_are_distinguished_from_those_of_proxies() {
        let wide =
            |text: &str| cover_the_internet(&text.split(',').map(|part| part.parse().unwrap()).collect::<Vec<IpNet>>());
        for text in [
            "0.0.0.0/0",
            "::/0",
            "10.0.0.0/8,::/0",
            "0.0.0.0/1,128.0.0.0/1",
            "64.0.0.0/4",
            "2000::/3",
            "::ffff:0:0/96",
            "::/1",
        ] {
            assert!(wide(text), "{text}");
        }
        let halves: Vec<String> = (0..=255).map(|first| format!("{first}.0.0.0/8")).collect();
        assert!(wide(&halves.join(",")));
        for text in [
            "127.0.0.1/32",
            "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
            "fc00::/7",
            "fe80::/10",
            "2001:db8::/32,104.16.0.0/13",
        ] {
            assert!(!wide(text), "{text}");
        }
    }
}
