//! Each part of the configuration from its variables, and what should be warned about.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use url::Url;

use super::env::{Faults, Values};
use super::parse::Reader;
use super::{DatabaseUrl, Gate, Legacy, Passwords, Server, SessionStoreUrl, Sessions, TEN_YEARS_MINUTES, secrets, variables};
use crate::domain::app_url::AppUrl;

#[expect(clippy::expect_used, reason = "the default address is a constant that parses, as the tests show")]
pub(super) fn server(reader: &mut Reader<'_>) -> Server {
    let port = reader.number("PORT", 3000, 1, u16::MAX);
    let text = reader.text("APP_URL").unwrap_or_else(|| format!("http://localhost:{port}"));
    let app_url = AppUrl::parse(&text).unwrap_or_else(|fault| {
        reader.faults.add("APP_URL", fault.to_string());
        AppUrl::parse("http://localhost:3000").expect("the default is an address")
    });
    let host = reader.text("HOST").unwrap_or_else(|| "127.0.0.1".to_owned());
    let host = if host == "localhost" { Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { host.parse() }.unwrap_or_else(|_fault| {
        reader.faults.add("HOST", "must be an IP address such as 127.0.0.1 or 0.0.0.0");
        IpAddr::V4(Ipv4Addr::LOCALHOST)
    });
    let production = app_url.is_https() || reader.text("NODE_ENV").as_deref() == Some("production");
    Server {
        app_url,
        host,
        port,
        trusted_proxies: reader.networks("TRUSTED_PROXIES"),
        metrics_token: reader.text("METRICS_TOKEN").map(Into::into),
        production,
    }
}

pub(super) fn gate(reader: &mut Reader<'_>, server: &Server) -> Gate {
    Gate { upstream: upstream(reader, server), forward_auth: reader.dialects("FORWARD_AUTH") }
}

fn upstream(reader: &mut Reader<'_>, server: &Server) -> Option<String> {
    let text = reader.text("UPSTREAM_URL")?;
    let url = Url::parse(&text)
        .ok()
        .filter(|url| url.scheme() == "http" && url.has_host() && url.username().is_empty() && url.password().is_none());
    let bare = url.filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
    if let Some(url) = bare {
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        let local =
            host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback() || ip == server.host);
        if local && port == server.port {
            reader.faults.add("UPSTREAM_URL", "is the address of the gate itself; give the app's, or another PORT");
        }
        return Some(format!("{host}:{port}"));
    }
    let with_scheme = if text.contains("://") { text.clone() } else { format!("http://{text}") };
    let meant = Url::parse(&with_scheme).ok().filter(Url::has_host);
    let hint = match meant.as_ref().map(Url::scheme) {
        Some("https") => "; TLS to the app is not supported yet".to_owned(),
        Some("http") => meant
            .map_or_else(String::new, |url| format!("; did you mean http://{}?", url.authority().rsplit('@').next().unwrap_or_default())),
        _ => String::new(),
    };
    reader.faults.add("UPSTREAM_URL", format!("must be http://host:port without path, query or user{hint}"));
    None
}

pub(super) fn database(reader: &mut Reader<'_>, data_dir: &Path) -> DatabaseUrl {
    let Some(text) = reader.text("DATABASE_URL") else { return DatabaseUrl::Sqlite(data_dir.join("portcullis.db")) };
    parse_database(&text).unwrap_or_else(|fault| {
        reader.faults.add("DATABASE_URL", fault);
        DatabaseUrl::Sqlite(data_dir.join("portcullis.db"))
    })
}

/// Reads a database address, or says what is wrong with it without repeating it.
pub fn parse_database(text: &str) -> Result<DatabaseUrl, &'static str> {
    match text.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(DatabaseUrl::Sqlite(PathBuf::from(path))),
        Some(("postgres" | "postgresql", rest)) if !rest.is_empty() => {
            let wants_tls = ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"].iter().any(|mode| rest.contains(mode));
            if wants_tls && !cfg!(feature = "postgres-tls") {
                return Err("asks for TLS, which this binary was built without; build it with --features postgres-tls");
            }
            Ok(DatabaseUrl::Postgres(text.into()))
        }
        _ => Err("must begin with sqlite:// or postgres://"),
    }
}

pub(super) fn session_store(reader: &mut Reader<'_>) -> SessionStoreUrl {
    let redis = reader.choice("SESSION_STORE", &[("database", false), ("redis", true)], false);
    match (redis, reader.text("REDIS_URL")) {
        (false, _) => SessionStoreUrl::Database,
        (true, Some(text)) => {
            let known = Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host());
            if !known {
                reader.faults.add("REDIS_URL", "must be redis://user:password@host:port/number, or rediss:// for TLS");
            }
            SessionStoreUrl::Redis(text.into())
        }
        (true, None) => {
            reader.faults.add("REDIS_URL", "is missing: SESSION_STORE=redis needs it");
            SessionStoreUrl::Database
        }
    }
}

pub(super) fn sessions(reader: &mut Reader<'_>) -> Sessions {
    let access = reader.number("JWT_TOKEN_EXPIRY_IN_MINUTES", 60, 1, TEN_YEARS_MINUTES);
    let refresh = reader.number("JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES", 129_600, 1, TEN_YEARS_MINUTES);
    if refresh < access {
        reader.faults.add("JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES", "must not be shorter than JWT_TOKEN_EXPIRY_IN_MINUTES");
    }
    Sessions {
        access_secs: access * 60,
        refresh_secs: refresh * 60,
        issuer: reader.text("JWT_ISSUER").unwrap_or_else(|| "ISSUER".to_owned()),
        audience: reader.text("JWT_AUDIENCE").unwrap_or_else(|| "AUDIENCE".to_owned()),
        expire_on_restart: reader.boolean("EXPIRE_AUTH_TOKENS_ON_RESTART"),
    }
}

pub(super) fn legacy(reader: &mut Reader<'_>) -> Option<Legacy> {
    match (reader.text("FLOWISE_USERNAME"), reader.text("FLOWISE_PASSWORD")) {
        (Some(username), Some(password)) => {
            if username.contains(':') || username.chars().any(char::is_control) {
                reader.faults.add("FLOWISE_USERNAME", "must not contain a colon or control characters");
            }
            Some(Legacy { username, password: password.into() })
        }
        (None, None) => None,
        (Some(_), None) => {
            reader.faults.add("FLOWISE_PASSWORD", "is missing: FLOWISE_USERNAME and FLOWISE_PASSWORD go together");
            None
        }
        (None, Some(_)) => {
            reader.faults.add("FLOWISE_USERNAME", "is missing: FLOWISE_USERNAME and FLOWISE_PASSWORD go together");
            None
        }
    }
}

/// The lifetime of a reset link under either of its names; both given must agree.
pub(super) fn reset_minutes(reader: &mut Reader<'_>) -> i64 {
    const NAME: &str = "PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS";
    let documented = reader.number(NAME, 15_i64, 1, 10_080);
    let alias = reader.number(variables::RESET_EXPIRY_ALIAS, documented, 1, 10_080);
    if reader.text(NAME).is_some() && alias != documented {
        reader.faults.add(NAME, format!("and {} differ; keep one of them", variables::RESET_EXPIRY_ALIAS));
    }
    alias
}

/// What keeps forward-auth from being asked.
fn about_forward_auth(server: &Server, gate: &Gate) -> Option<&'static str> {
    match (gate.forward_auth.is_empty(), server.trusted_proxies.is_empty()) {
        (false, true) => Some("FORWARD_AUTH is set, but TRUSTED_PROXIES names no proxy, so nobody may ask"),
        (true, false) if gate.upstream.is_none() => Some(
            "TRUSTED_PROXIES is set, but neither UPSTREAM_URL nor FORWARD_AUTH: name in FORWARD_AUTH the proxies that ask (nginx, traefik, caddy, haproxy, envoy)",
        ),
        _ => None,
    }
}

/// The page's best practices and the strength of secrets; weak ones are faults in production.
pub(super) fn warnings(values: &mut Values, server: &Server, gate: &Gate, passwords: Passwords, faults: &mut Faults) -> Vec<String> {
    let mut warnings = Vec::new();
    if !server.production && values.get("EXPRESS_SESSION_SECRET").is_some_and(|value| value == "flowise") {
        warnings.push("EXPRESS_SESSION_SECRET=flowise is known to everybody and counts as unset; a secret is generated instead".to_owned());
        values.remove("EXPRESS_SESSION_SECRET");
    }
    for name in ["JWT_AUTH_TOKEN_SECRET", "JWT_REFRESH_TOKEN_SECRET", "EXPRESS_SESSION_SECRET", "TOKEN_HASH_SECRET", "PASSWORD_KEY"] {
        match values.get(name).and_then(|value| secrets::weakness(value)) {
            Some(reason) if server.production => {
                faults.add(name, format!("{reason}; use a strong, random string, or leave it unset to have one generated"));
            }
            Some(reason) => warnings.push(format!("{name} {reason}; use a strong, random string")),
            None => {}
        }
    }
    warnings.extend(about_forward_auth(server, gate).map(str::to_owned));
    let mut note = |applies: bool, text: &str| {
        if applies {
            warnings.push(text.to_owned());
        }
    };
    let shared =
        values.get("TOKEN_HASH_SECRET").is_some_and(|own| values.iter().any(|(name, value)| name != "TOKEN_HASH_SECRET" && value == own));
    note(shared, "TOKEN_HASH_SECRET has the value of another variable; use a unique one");
    note(server.production && passwords.cost < 12, "PASSWORD_SALT_HASH_ROUNDS is below 12; 12 to 15 is better in production");
    note(
        hold_the_internet(&server.trusted_proxies),
        "TRUSTED_PROXIES holds the whole internet, or much of it: anybody can claim any client address; name the proxies' own addresses",
    );
    note(
        !server.app_url.is_https() && !server.app_url.is_loopback(),
        "APP_URL is plain http: passwords and cookies can be read on the way, and scripts of the app can use the gate's own pages, \
         because browsers send no Sec-Fetch headers there; use https",
    );
    let minutes = |name: &str| values.get(name).and_then(|value| value.parse::<i64>().ok()).unwrap_or(0);
    note(minutes("JWT_TOKEN_EXPIRY_IN_MINUTES") > 1440, "JWT_TOKEN_EXPIRY_IN_MINUTES is more than a day; an hour is usual");
    note(minutes("JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES") > 525_600, "JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES is more than a year");
    note(
        values.get("FLOWISE_PASSWORD").is_some_and(|password| password.chars().count() < passwords.min_length),
        "FLOWISE_PASSWORD is short: until the claim it guards the app, and it proves who may claim",
    );
    note(
        values.contains_key("REDIS_URL") && values.get("SESSION_STORE").is_none_or(|store| store != "redis"),
        "REDIS_URL is set, but SESSION_STORE is not redis; sessions are kept in the database",
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

/// Whether the ranges, taken together, hold more than anybody's proxies; private IPv6 ranges are wide by nature.
fn hold_the_internet(networks: &[IpNet]) -> bool {
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
    use crate::config::{Config, load};
    use crate::domain::dialect::Dialect;

    fn load_pairs(pairs: &[(&str, &str)]) -> Result<Config, Faults> {
        let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        load(&Values::new(), &values, Path::new("/nonexistent/.env"))
    }

    #[test]
    fn s103_what_keeps_proxies_from_asking_is_said() {
        let warned = |pairs: &[(&str, &str)]| load_pairs(pairs).unwrap().warnings.join(" ");
        assert!(warned(&[("FORWARD_AUTH", "nginx")]).contains("TRUSTED_PROXIES"));
        assert!(warned(&[("TRUSTED_PROXIES", "10.0.0.1")]).contains("FORWARD_AUTH"));
        let both = [("FORWARD_AUTH", " nginx ,caddy,"), ("TRUSTED_PROXIES", "10.0.0.1")];
        assert_eq!(load_pairs(&both).unwrap().gate.forward_auth, [Dialect::Nginx, Dialect::Caddy]);
        assert_eq!(warned(&both), "");
        assert_eq!(warned(&[("UPSTREAM_URL", "http://127.0.0.1:8080"), ("TRUSTED_PROXIES", "10.0.0.1")]), "");
        for bad in ["apache", "Nginx", "nginx;caddy", "nginx caddy", "all"] {
            let faults = load_pairs(&[("FORWARD_AUTH", bad)]).unwrap_err().to_string();
            assert!(faults.contains("FORWARD_AUTH") && faults.contains("nginx, traefik, caddy, haproxy, envoy"), "{faults}");
        }
    }

    #[test]
    fn ranges_that_hold_the_internet_are_told_from_those_of_proxies() {
        let wide = |text: &str| hold_the_internet(&text.split(',').map(|part| part.parse().unwrap()).collect::<Vec<IpNet>>());
        for text in ["0.0.0.0/0", "::/0", "10.0.0.0/8,::/0", "0.0.0.0/1,128.0.0.0/1", "64.0.0.0/4", "2000::/3", "::ffff:0:0/96", "::/1"] {
            assert!(wide(text), "{text}");
        }
        let halves: Vec<String> = (0..=255).map(|first| format!("{first}.0.0.0/8")).collect();
        assert!(wide(&halves.join(",")));
        for text in ["127.0.0.1/32", "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16", "fc00::/7", "fe80::/10", "2001:db8::/32,104.16.0.0/13"] {
            assert!(!wide(text), "{text}");
        }
    }
}
