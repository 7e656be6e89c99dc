//! Whole configurations of proxies that ask the gate about apps, from one set of templates (docs/FORWARD-AUTH.md).

use askama::Template as _;

use crate::domain::app_address::AppAddress;
use crate::domain::apps::{App, AppRef};
use crate::domain::dialect::Dialect;
use crate::domain::header_profile::Preset;
use crate::domain::text::Text;
use crate::domain::words::words;

mod ingress;
mod nginx;
mod others;
mod socket;
mod traefik;

pub use socket::Socket;

/// The port of the first app if nobody says where it is; on one machine the next one is at the next port.
const FIRST_PORT: u16 = 8080;

words! {
    /// What a configuration can be written for.
    pub enum Proxy all {
        /// nginx.
        Nginx = "nginx",
        /// A proxy host of Nginx Proxy Manager.
        NginxProxyManager = "nginx-proxy-manager",
        /// SWAG of linuxserver.io.
        Swag = "swag",
        /// The ingress controller of Kubernetes.
        IngressNginx = "ingress-nginx",
        /// Caddy.
        Caddy = "caddy",
        /// Traefik, for its file provider.
        Traefik = "traefik",
        /// Traefik, as labels of containers.
        TraefikLabels = "traefik-labels",
        /// HAProxy.
        Haproxy = "haproxy",
        /// Envoy.
        Envoy = "envoy",
    }
}

impl Proxy {
    /// Where it usually reaches the gate, which listens on `port`.
    fn usual_gate(self, port: u16) -> Socket {
        let host = match self {
            Self::Nginx | Self::Caddy | Self::Traefik | Self::Haproxy | Self::Envoy => return Socket::local(port),
            Self::NginxProxyManager | Self::Swag | Self::TraefikLabels => "portcullis",
            Self::IngressNginx => "portcullis.default.svc.cluster.local",
        };
        Socket { host: host.to_owned(), port }
    }

    /// Where it usually reaches the app of that name, which is number `number` of those in the configuration.
    fn usual_app(self, name: &str, number: u16) -> Socket {
        let host = match self {
            Self::Nginx | Self::Caddy | Self::Traefik | Self::Haproxy | Self::Envoy => {
                return Socket::local(FIRST_PORT.saturating_add(number));
            }
            Self::NginxProxyManager | Self::Swag | Self::TraefikLabels => name.to_owned(),
            Self::IngressNginx => format!("{name}.default.svc.cluster.local"),
        };
        Socket { host, port: FIRST_PORT }
    }

    /// In which dialect it asks.
    pub const fn dialect(self) -> Dialect {
        match self {
            Self::Nginx | Self::NginxProxyManager | Self::Swag | Self::IngressNginx => Dialect::Nginx,
            Self::Traefik | Self::TraefikLabels => Dialect::Traefik,
            Self::Caddy => Dialect::Caddy,
            Self::Haproxy => Dialect::Haproxy,
            Self::Envoy => Dialect::Envoy,
        }
    }
}

/// An app behind the proxy.
pub struct Site {
    /// What it is called in the configuration: letters, digits and hyphens.
    pub name: String,
    /// Where people open it.
    pub addresses: Vec<AppAddress>,
    /// Where the proxy reaches it.
    pub upstream: Socket,
    /// Names of headers that the app is sent, of no preset.
    pub copied: Vec<String>,
    /// Headers in which machine tokens may come.
    pub carriers: Vec<String>,
    /// Whether the portal is there, so that people sign in on this host.
    pub is_portal: bool,
}

impl Site {
    fn new(app: &App, name: String, is_portal: bool, upstream: Socket) -> Self {
        let presets: Vec<&str> =
            Preset::ALL.iter().flat_map(|preset| preset.headers()).map(|(_, name)| *name).collect();
        let handled = |name: &&str| {
            presets.contains(name) || *name == "authorization" || app.token_headers.iter().any(|known| known == *name)
        };
        Self {
            name,
            addresses: app.addresses.clone(),
            upstream,
            copied: app.headers.special_names().filter(|name| !handled(name)).map(capital).collect(),
            carriers: app.token_headers.iter().map(|name| capital(name)).collect(),
            is_portal,
        }
    }

    fn hosts(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().map(AppAddress::host)
    }

    /// The names that the proxy takes from the answer and no preset has.
    fn answered(&self) -> impl Iterator<Item = &String> {
        self.copied.iter().chain(&self.carriers)
    }
}

/// What a configuration is about.
pub struct Subject {
    proxy: Proxy,
    gate: Socket,
    https: bool,
    port: u16,
    sites: Vec<Site>,
}

/// Where things are, as far as somebody said so.
pub struct Places {
    /// Where the proxy reaches the gate.
    pub gate: Option<Socket>,
    /// The port of the gate.
    pub gate_port: u16,
    /// Where the proxy reaches the app, if it is one alone.
    pub app: Option<Socket>,
    /// Whether people open the apps by https.
    pub https: bool,
}

impl Subject {
    /// About these apps; `portal` is the one at `APP_URL`. The error is what cannot be written.
    pub fn new(proxy: Proxy, places: &Places, portal: Option<&AppRef>, apps: &[&App]) -> Result<Self, Text> {
        let mut names = vec!["gate".to_owned(), "portcullis".to_owned()];
        let mut sites = Vec::new();
        for (app, number) in apps.iter().zip(0..) {
            if app.upstream.is_some() {
                return Err(Text::new("snippet-mode").with("app", app.name.as_str()));
            }
            let name = different(slug(&app.name), &names);
            let upstream = places.app.clone().unwrap_or_else(|| proxy.usual_app(&name, number));
            names.push(name.clone());
            sites.push(Site::new(app, name, portal == Some(&app.id), upstream));
        }
        let addresses = || sites.iter().flat_map(|site| &site.addresses);
        // The gate's verdict is about the host that was asked for, and one of these hosts may be another app's (S112).
        if let Some(address) = addresses().find(|address| address.has_wildcard() || address.host().starts_with('[')) {
            return Err(Text::new("snippet-address").with("address", address.as_str()));
        }
        let usual = if places.https { 443 } else { 80 };
        let mut ports: Vec<u16> = addresses().map(|address| address.port().unwrap_or(usual)).collect();
        ports.sort_unstable();
        ports.dedup();
        if ports.len() > 1 {
            return Err(Text::new("snippet-ports"));
        }
        let gate = places.gate.clone().unwrap_or_else(|| proxy.usual_gate(places.gate_port));
        let port = ports.first().copied().unwrap_or(usual);
        // It would ask itself, and Caddy answers that with an empty 200.
        if gate == Socket::local(port) {
            return Err(Text::new("snippet-own-port").with("port", port.to_string()));
        }
        Ok(Self { proxy, gate, https: places.https, port, sites })
    }
}

/// That name, or with a number if it is among `taken`.
fn different(name: String, taken: &[String]) -> String {
    let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
    let free = numbered.into_iter().find(|name| !taken.contains(name));
    if taken.contains(&name) { free.unwrap_or(name) } else { name }
}

/// The configuration.
pub fn text(subject: &Subject) -> Result<String, askama::Error> {
    let Subject { proxy, gate, https, port, sites } = subject;
    let (https, port) = (*https, *port);
    match proxy {
        Proxy::Nginx => nginx::Server { gate, https, port, sites }.render(),
        Proxy::NginxProxyManager => nginx::ProxyManager { gate, sites }.render(),
        Proxy::Swag => nginx::Swag { gate, sites }.render(),
        Proxy::IngressNginx => ingress::Ingress { gate, https, sites }.render(),
        Proxy::Traefik => traefik::File { gate, https, sites }.render(),
        Proxy::TraefikLabels => traefik::Labels { gate, https, sites }.render(),
        Proxy::Caddy => others::Caddy { gate, https, sites }.render(),
        Proxy::Haproxy => others::Haproxy { gate, https, port, sites }.render(),
        Proxy::Envoy => others::Envoy { gate, https, port, sites }.render(),
    }
}

/// The script that HAProxy needs.
pub const HAPROXY_SCRIPT: &str = include_str!("../../packaging/haproxy.lua");

/// A name in small ASCII letters, digits and hyphens, which begins with a letter.
fn slug(name: &str) -> String {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
    let text: String = name.chars().map(plain).collect();
    let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
    let name = parts.join("-");
    // What YAML takes for something else than a text begins with a digit or is one of these words.
    let is_text = name.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&name.as_str());
    match (is_text, name.is_empty()) {
        (true, _) => name,
        (false, true) => "app".to_owned(),
        (false, false) => format!("app-{name}"),
    }
}

/// The name of a header as people write it.
fn capital(name: &str) -> String {
    let part = |part: &str| {
        let (first, rest) = part.split_at(part.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    name.split('-').map(part).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str) -> App {
        App { name: name.to_owned(), ..App::sample("app.example.org", false) }
    }

    fn subject(proxy: Proxy, names: &[&str]) -> Subject {
        let apps: Vec<App> = names.iter().map(|name| app(name)).collect();
        let places = Places { gate: None, gate_port: 3000, app: None, https: false };
        Subject::new(proxy, &places, None, &apps.iter().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn the_document_shows_what_is_printed() {
        let document = include_str!("../../docs/FORWARD-AUTH.md");
        for (proxy, fence) in
            [(Proxy::Caddy, "caddy"), (Proxy::Traefik, "yaml"), (Proxy::Haproxy, "haproxy"), (Proxy::Envoy, "envoy")]
        {
            let printed = text(&subject(proxy, &["App"])).unwrap();
            let shown = document.split(&format!("```{fence}\n")).nth(1).unwrap().split("```").next().unwrap();
            assert_eq!(printed, shown, "{fence}");
        }
    }

    #[test]
    fn a_proxy_does_not_listen_where_the_gate_does() {
        let mut wiki = app("Wiki");
        wiki.addresses = vec![AppAddress::parse("localhost:3000", false).unwrap()];
        let places = Places { gate: None, gate_port: 3000, app: None, https: false };
        let fault = Subject::new(Proxy::Caddy, &places, None, &[&wiki]).err();
        assert_eq!(fault.map(|fault| fault.key()), Some("snippet-own-port"));
    }

    #[test]
    fn what_cannot_be_guarded_is_not_written() {
        for (addresses, fault) in [
            (&["*.example.org"][..], Some("snippet-address")),
            (&["[::1]"], Some("snippet-address")),
            (&["a.example.org", "b.example.org:8443"], Some("snippet-ports")),
            (&["a.example.org:8443", "b.example.org:8443"], None),
        ] {
            let mut wiki = app("Wiki");
            wiki.addresses = addresses.iter().map(|text| AppAddress::parse(text, true).unwrap()).collect();
            let places = Places { gate: None, gate_port: 3000, app: None, https: true };
            for proxy in Proxy::ALL.iter().copied() {
                let subject = Subject::new(proxy, &places, None, &[&wiki]);
                assert_eq!(subject.as_ref().err().map(Text::key), fault, "{addresses:?}");
                let Ok(subject) = subject else { continue };
                let written = text(&subject).unwrap();
                assert!(
                    addresses.iter().all(|address| written.contains(address.split(':').next().unwrap())),
                    "{written}"
                );
                assert!(!written.contains("3000") || written.contains(&subject.gate.to_string()), "{written}");
            }
        }
    }

    #[test]
    fn every_name_of_every_preset_reaches_an_app() {
        for proxy in Proxy::ALL.iter().copied() {
            let written = text(&subject(proxy, &["App"])).unwrap().to_lowercase() + HAPROXY_SCRIPT;
            for (_, name) in Preset::ALL.iter().flat_map(|preset| preset.headers()) {
                let is_there = match proxy {
                    // A pattern copies them, and the script whatever the answer has.
                    Proxy::Traefik | Proxy::TraefikLabels | Proxy::Haproxy => true,
                    Proxy::Envoy => [
                        "remote-.*",
                        "x-authentik-.*",
                        "x-auth-request-.*",
                        "x-forwarded-(user|email|groups|preferred-username)",
                    ]
                    .iter()
                    .any(|pattern| {
                        written.contains(pattern) && name.starts_with(pattern.split(['.', '(']).next().unwrap())
                    }),
                    _ => {
                        written.contains(&format!("{name} "))
                            || written.contains(&format!("{name},"))
                            || written.contains(&format!("{name}\n"))
                    }
                };
                assert!(is_there, "{}: {name}", proxy.as_str());
            }
        }
    }

    #[test]
    fn names_are_plain_and_different() {
        let subject = subject(Proxy::Envoy, &["My Wiki", "my-wiki", "Gate", "日本", "2048", "null"]);
        let names: Vec<_> = subject.sites.iter().map(|site| site.name.as_str()).collect();
        assert_eq!(names, ["my-wiki", "my-wiki-2", "gate-2", "app", "app-2048", "app-null"]);
    }
}
