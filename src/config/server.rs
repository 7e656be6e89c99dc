//! Where the server listens, its public address, and what is behind it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

use super::parse::Reader;
use super::tls::{self, Tls};
use super::variables::{
    APP_URL, COMPAT, FORWARD_AUTH, HOST, METRICS_TOKEN, NODE_ENV, PORT, TRUSTED_PROXIES, UPSTREAM_URL,
};
use crate::domain::app_url::AppUrl;
use crate::domain::dialect::Dialect;
use crate::domain::networks;
use crate::domain::old_gates::OldGate;

/// Where the server listens, and its public address.
#[derive(Clone, Debug)]
pub struct Server {
    /// `APP_URL`.
    pub app_url: AppUrl,
    /// `HOST`.
    pub host: IpAddr,
    /// `PORT`, for plain http; 0 (any free port) only from tests.
    pub port: u16,
    /// HTTPS of its own, in place of `PORT`.
    pub tls: Option<Tls>,
    /// `PROXY_PROTOCOL`.
    pub proxy_protocol: bool,
    /// `TRUSTED_PROXIES`.
    pub trusted_proxies: Vec<IpNet>,
    /// `METRICS_TOKEN`.
    pub metrics_token: Option<SecretString>,
    /// https, or `NODE_ENV=production`.
    pub production: bool,
}

/// What is behind the gate.
#[derive(Clone, Debug)]
pub struct Gate {
    /// `host:port` of the app.
    pub upstream: Option<String>,
    /// `FORWARD_AUTH`: the proxies whose requests are answered.
    pub forward_auth: Vec<Dialect>,
    /// `COMPAT`: the other gates at whose addresses proxies are answered.
    pub compat: Vec<OldGate>,
}

impl Gate {
    /// Whether other proxies may ask, at our addresses or at those of another gate.
    pub const fn is_asked(&self) -> bool {
        !self.forward_auth.is_empty() || !self.compat.is_empty()
    }
}

impl Server {
    /// Whether `host:port`, port included, is where this server listens: an upstream there would be asked again and
    /// again.
    pub fn is_at(&self, authority: &str) -> bool {
        let Some((host, port)) = authority.rsplit_once(':') else { return false };
        let is_here = |ip: IpAddr| ip.is_loopback() || ip == self.host;
        let local = host == "localhost" || host.trim_matches(['[', ']']).parse().is_ok_and(is_here);
        let default = if self.app_url.is_https() { "443" } else { "80" };
        let is_app_url = host == self.app_url.host() && port == self.app_url.port().unwrap_or(default);
        is_app_url || (local && port.parse().is_ok_and(|port| self.ports().contains(&port)))
    }
}

impl Server {
    /// Where it listens: one port, or with TLS that for https and that which leads there.
    fn ports(&self) -> [u16; 2] {
        self.tls.as_ref().map_or([self.port; 2], |tls| [tls.https_port, tls.http_port])
    }
}

/// A host and a port.
pub(super) type Place = (String, u16);

#[expect(clippy::expect_used, reason = "the default address parses with every port, as the tests show")]
pub(super) fn server(reader: &mut Reader<'_>) -> Server {
    let port = reader.value(&PORT);
    let local = || AppUrl::parse(&format!("http://localhost:{port}")).expect("the default is an address");
    let app_url = reader.given(&APP_URL).unwrap_or_else(local);
    let tls = tls::read(reader);
    if let Some(tls) = &tls {
        tls::check(reader, tls, &app_url);
    }
    let all: IpAddr = if tls.is_some() { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::LOCALHOST.into() };
    let trusted_proxies = reader.value(&TRUSTED_PROXIES);
    Server {
        proxy_protocol: tls::proxy_protocol(reader, !trusted_proxies.is_empty()),
        production: app_url.is_https() || reader.given(&NODE_ENV).as_deref() == Some("production"),
        app_url,
        host: reader.given(&HOST).unwrap_or(all),
        port,
        tls,
        trusted_proxies,
        metrics_token: reader.given(&METRICS_TOKEN).map(Into::into),
    }
}

pub(super) fn gate(reader: &mut Reader<'_>, server: &Server) -> Gate {
    let upstream = reader.given(&UPSTREAM_URL).map(|(host, port)| {
        if server.is_at(&format!("{host}:{port}")) {
            reader.faults.add(
                "UPSTREAM_URL",
                "is the address of the gate itself; set the address of the app, or \
                another PORT",
            );
        }
        format!("{host}:{port}")
    });
    Gate { upstream, forward_auth: reader.value(&FORWARD_AUTH), compat: reader.value(&COMPAT) }
}

pub(super) fn app_url(text: &str) -> Result<AppUrl, String> {
    AppUrl::parse(text).map_err(|fault| fault.to_string())
}

pub(super) fn host(text: &str) -> Result<IpAddr, String> {
    let host = if text == "localhost" { Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)) } else { text.parse() };
    host.map_err(|_fault| "must be an IP address such as 127.0.0.1 or 0.0.0.0".to_owned())
}

pub(super) fn network(text: &str) -> Result<IpNet, String> {
    networks::parse(text).ok_or_else(|| format!("{text:?} is neither an address nor a CIDR range"))
}

pub(super) fn dialect(text: &str) -> Result<Dialect, String> {
    Dialect::of_name(text).ok_or_else(|| {
        format!(
            "{text:?} is not one of \
        {}",
            Dialect::ALL.map(Dialect::name).join(", ")
        )
    })
}

pub(super) fn old_gate(text: &str) -> Result<OldGate, String> {
    OldGate::parse(text)
        .ok_or_else(|| format!("{text:?} is not one of {}", OldGate::ALL.map(OldGate::as_str).join(", ")))
}

pub(super) fn upstream(text: &str) -> Result<Place, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| url.scheme() == "http" && url.username().is_empty() && url.password().is_none());
    let bare = url.filter(|url| url.path() == "/" && url.query().is_none() && url.fragment().is_none());
    let place = bare.and_then(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default()?)));
    place.ok_or_else(|| format!("must be http://host:port without path, query or user{}", hint(text)))
}

/// A hint for a value that is not of the form `http://host:port`.
fn hint(text: &str) -> String {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let Some(url) = Url::parse(&with_scheme).ok().filter(Url::has_host) else { return String::new() };
    match url.scheme() {
        "https" => "; for TLS to the app, set APP_URL alone and add an app with that upstream (docs/SEVERAL-APPS.md)"
            .to_owned(),
        "http" => format!("; did you mean http://{}?", url.authority().rsplit('@').next().unwrap_or_default()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::tests::load_pairs;

    #[test]
    fn the_gate_knows_its_own_addresses_in_every_spelling_of_the_port() {
        let is_at = |app_url: &str, authority: &str| {
            let pairs = [("APP_URL", app_url), ("PORT", "4000"), ("TRUSTED_PROXIES", "10.0.0.1")];
            load_pairs(&pairs).unwrap().server.is_at(authority)
        };
        for (app_url, authority) in [
            ("http://auth.example.org", "auth.example.org:80"),
            ("https://auth.example.org", "auth.example.org:443"),
            ("http://auth.example.org:8080", "auth.example.org:8080"),
            ("https://auth.example.org", "localhost:4000"),
            ("https://auth.example.org", "[::1]:4000"),
            ("https://auth.example.org", "127.0.0.2:4000"),
        ] {
            assert!(is_at(app_url, authority), "{app_url} {authority}");
        }
        for (app_url, authority) in [
            ("http://auth.example.org", "auth.example.org:443"),
            ("http://auth.example.org:8080", "auth.example.org:80"),
            ("https://auth.example.org", "localhost:3000"),
            ("https://auth.example.org", "app.example.org:4000"),
        ] {
            assert!(!is_at(app_url, authority), "{app_url} {authority}");
        }
    }
}
