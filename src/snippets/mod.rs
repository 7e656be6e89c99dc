//! Whole configurations of proxies that ask the gate about apps, from one set of templates (docs/FORWARD-AUTH.md).

use askama::Template as _;

use crate::domain::app_address::AppAddress;
use crate::domain::apps::{App, AppRef};
use crate::domain::dialect::Dialect;
use crate::domain::header_profile::Preset;
use crate::domain::words::words;

mod ingress;
mod nginx;
mod others;
mod socket;
mod traefik;

pub use socket::Socket;

/// Where the first app is if nobody says where it is; the next one is at the next port.
pub const FIRST_PORT: u16 = 8080;

words! {
    /// What a configuration can be written for.
    pub enum Proxy {
        /// nginx.
        Nginx = "nginx",
        /// A proxy host of Nginx Proxy Manager.
        NginxProxyManager = "nginx-proxy-manager",
        /// SWAG of linuxserver.io.
        Swag = "swag",
        /// The ingress controller of Kubernetes.
        IngressNginx = "ingress-nginx",
        /// Traefik, for its file provider.
        Traefik = "traefik",
        /// Traefik, as labels of containers.
        TraefikLabels = "traefik-labels",
        /// Caddy.
        Caddy = "caddy",
        /// HAProxy.
        Haproxy = "haproxy",
        /// Envoy.
        Envoy = "envoy",
    }
}

impl Proxy {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 9] = [
        Self::Nginx,
        Self::NginxProxyManager,
        Self::Swag,
        Self::IngressNginx,
        Self::Caddy,
        Self::Traefik,
        Self::TraefikLabels,
        Self::Haproxy,
        Self::Envoy,
    ];

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
    /// The app, which the proxy reaches at `upstream`.
    pub fn of(app: &App, is_portal: bool, upstream: Socket) -> Self {
        let presets: Vec<&str> =
            Preset::ALL.iter().flat_map(|preset| preset.headers()).map(|(_, name)| *name).collect();
        let handled = |name: &&str| presets.contains(name) || *name == "authorization";
        Self {
            name: slug(&app.name),
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

    /// The hosts as a regular expression.
    fn patterns(&self) -> impl Iterator<Item = String> {
        self.hosts().map(|host| format!("^{}$", host.replace('.', r"\.").replace('*', "[^.]+")))
    }

    /// The names that the proxy takes from the answer and no preset has.
    fn answered(&self) -> impl Iterator<Item = &String> {
        self.copied.iter().chain(self.carriers.iter().filter(|name| !self.copied.contains(name)))
    }
}

/// What a configuration is about.
pub struct Subject {
    /// Where the proxy reaches the gate.
    pub gate: Socket,
    /// Whether people open the apps by https.
    pub https: bool,
    /// The apps, one at least, all with names of their own.
    pub sites: Vec<Site>,
}

impl Subject {
    /// About these apps, and where the proxy reaches each; `portal` is the one at `APP_URL`. Their names in the
    /// configuration are different.
    pub fn new(gate: Socket, https: bool, portal: Option<&AppRef>, apps: &[(&App, Socket)]) -> Self {
        let mut taken = vec!["gate".to_owned(), "portcullis".to_owned()];
        let sites = apps.iter().map(|(app, upstream)| {
            let mut site = Site::of(app, portal == Some(&app.id), upstream.clone());
            let numbered = (2..).map(|number: u32| format!("{}-{number}", site.name));
            let free = std::iter::once(site.name.clone()).chain(numbered).find(|name| !taken.contains(name));
            site.name = free.unwrap_or_default();
            taken.push(site.name.clone());
            site
        });
        Self { gate, https, sites: sites.collect() }
    }

    /// Where the proxy listens: the port of the first address.
    fn port(&self) -> u16 {
        let ports = self.sites.iter().flat_map(|site| &site.addresses).map(AppAddress::port);
        ports.flatten().next().unwrap_or(if self.https { 443 } else { 80 })
    }
}

/// The configuration of that proxy.
pub fn text(proxy: Proxy, subject: &Subject) -> Result<String, askama::Error> {
    let Subject { gate, https, sites } = subject;
    let (https, port) = (*https, subject.port());
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

/// A name in small ASCII letters, digits and hyphens.
fn slug(name: &str) -> String {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
    let text: String = name.chars().map(plain).collect();
    let parts: Vec<&str> = text.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "app".to_owned() } else { parts.join("-") }
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
    use crate::domain::apps::DefaultAccess;
    use crate::domain::header_profile::HeaderProfile;

    fn subject(names: &[&str]) -> Subject {
        let app = |name: &&str| App {
            id: AppRef::Default,
            name: (*name).to_owned(),
            addresses: vec![AppAddress::parse("app.example.org", false).unwrap()],
            upstream: None,
            default_access: DefaultAccess::SignedIn,
            preflight: false,
            signed_identity: false,
            enabled: true,
            shown: true,
            session_secs: None,
            headers: HeaderProfile::default(),
            token_headers: Vec::new(),
        };
        let apps: Vec<App> = names.iter().map(app).collect();
        let apps: Vec<_> = apps.iter().map(|app| (app, Socket::local(8080))).collect();
        Subject::new(Socket::local(3000), false, None, &apps)
    }

    #[test]
    fn the_document_shows_what_is_printed() {
        let document = include_str!("../../docs/FORWARD-AUTH.md");
        for (proxy, fence) in
            [(Proxy::Caddy, "caddy"), (Proxy::Traefik, "yaml"), (Proxy::Haproxy, "haproxy"), (Proxy::Envoy, "envoy")]
        {
            let printed = text(proxy, &subject(&["App"])).unwrap();
            let shown = document.split(&format!("```{fence}\n")).nth(1).unwrap().split("```").next().unwrap();
            assert_eq!(printed, shown, "{fence}");
        }
    }

    #[test]
    fn names_are_plain_and_different() {
        let subject = subject(&["My Wiki", "my-wiki", "Gate", "日本"]);
        let names: Vec<_> = subject.sites.iter().map(|site| site.name.as_str()).collect();
        assert_eq!(names, ["my-wiki", "my-wiki-2", "gate-2", "app"]);
    }
}
