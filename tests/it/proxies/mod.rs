//! The documented proxies, really run with the text of docs/FORWARD-AUTH.md, and the built-in one: all are put through
//! one table of cases, so that no configuration in the documents is weaker than the gate itself.

mod guard;
mod limits;
mod names;
mod nginx;
mod paths;
mod profiles;
mod question;
mod real_apps;
mod several;
mod tokens;
mod upgrades;
mod verdicts;

use super::support::client::Client;
use super::support::lighttpd::Lighttpd;
use super::support::nginx::Nginx;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::Running;
use super::support::proxy::{Place, snippet, snippets};
use super::support::{source, wait};

const DOCUMENT: &str = "FORWARD-AUTH.md";

/// Which proxy is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    BuiltIn,
    Nginx,
    Caddy,
    Traefik,
    Haproxy,
    Envoy,
}

/// A proxy that runs, with what it can say for itself when a case fails.
enum Proxy {
    BuiltIn,
    Nginx(Nginx),
    Other(Running),
}

impl Proxy {
    fn said(&self) -> String {
        match self {
            Self::BuiltIn => String::new(),
            Self::Nginx(nginx) => nginx.error_log(),
            Self::Other(running) => running.output(),
        }
    }
}

/// What a case works with.
struct Tried {
    kind: Kind,
    place: Place,
    proxy: Proxy,
    /// Signed in through the proxy.
    owner: Client,
}

impl Tried {
    fn said(&self) -> String {
        format!("{:?}: {}", self.kind, self.proxy.said())
    }
}

/// The table.
async fn all_cases(kind: Kind) {
    let (Some((place, proxy)), Some(lighttpd)) = (start(kind).await, Lighttpd::start().await) else { return };
    place.upstream.relay("/cgi/", lighttpd.address);
    people::claim(&place.app).await;
    let mut owner = place.browser();
    // Through the proxy too: the page comes from the gate, and its form is accepted.
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    let mut tried = Tried { kind, place, proxy, owner };
    guard::strangers_see_sign_in_alone(&tried).await;
    guard::the_app_sees_the_visitor_and_nothing_forged(&mut tried).await;
    names::no_client_speaks_in_a_proxys_name(&mut tried).await;
    upgrades::a_web_socket_is_the_only_upgrade(&mut tried).await;
    question::nobody_but_the_proxy_may_ask(&mut tried).await;
    paths::the_app_gets_its_own_and_none_of_the_gates(&tried).await;
    limits::nothing_is_held_back(&mut tried).await;
    guard::guesses_count_for_where_they_come_from(&tried).await;
    guard::who_has_signed_out_is_out_and_so_is_everybody_without_a_gate(tried).await;
}

/// The gate, the app and that proxy, running as the document says; `None` where the proxy is not installed.
async fn start(kind: Kind) -> Option<(Place, Proxy)> {
    if kind == Kind::BuiltIn {
        return Some((Place::built_in().await, Proxy::BuiltIn));
    }
    let place = Place::asked().await;
    let proxy = run(kind, &place, &[snippet(DOCUMENT, fence(kind))]).await?;
    Some((place, proxy))
}

/// How the document marks the texts for that proxy.
const fn fence(kind: Kind) -> &'static str {
    match kind {
        Kind::BuiltIn => "sh",
        Kind::Nginx => "nginx",
        Kind::Caddy => "caddy",
        Kind::Traefik => "yaml",
        Kind::Haproxy => "haproxy",
        Kind::Envoy => "envoy",
    }
}

/// Runs that proxy with these texts, the addresses of this test in them.
async fn run(kind: Kind, place: &Place, texts: &[String]) -> Option<Proxy> {
    let text = place.here(&texts.concat());
    Some(match kind {
        Kind::BuiltIn => Proxy::BuiltIn,
        Kind::Nginx => Proxy::Nginx(Nginx::start_http(place.address(), &nginx::documented(place, &text)).await?),
        Kind::Caddy => Proxy::Other(run_caddy(place, &text).await?),
        Kind::Traefik => Proxy::Other(run_traefik(place, texts).await?),
        Kind::Haproxy => Proxy::Other(run_haproxy(place, &text).await?),
        Kind::Envoy => Proxy::Other(run_envoy(place, &text).await?),
    })
}

async fn run_caddy(place: &Place, sites: &str) -> Option<Running> {
    let sites = sites.replace("app.example.org {", "localhost {");
    let sites = sites.replace(" {\n\t@websocket", &format!(":{} {{\n\tbind 127.0.0.1\n\t@websocket", place.port));
    let file = place.write("Caddyfile", &format!("{{\n\tadmin off\n\tauto_https off\n}}\n{sites}"));
    place.run("caddy", &["run", "--adapter", "caddyfile", "--config", &file]).await
}

async fn run_traefik(place: &Place, texts: &[String]) -> Option<Running> {
    std::fs::create_dir_all(place.folder.path().join("dynamic")).unwrap();
    for (number, text) in texts.iter().enumerate() {
        place.write(&format!("dynamic/{number}.yaml"), &place.here(text).replace("app.example.org", "localhost"));
    }
    let folder = place.folder.path().join("dynamic");
    let (entry, provider) = (
        format!("--entryPoints.web.address={}", place.address()),
        format!("--providers.file.directory={}", folder.display()),
    );
    let quiet = ["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false"];
    let proxy = place.run("traefik", &[&entry, &provider, quiet[0], quiet[1]]).await?;
    // It listens before it has read its routes.
    wait::eventually("the routes", async || (place.browser().get("/page").await.status != 404).then_some(())).await;
    Some(proxy)
}

async fn run_haproxy(place: &Place, config: &str) -> Option<Running> {
    let script = std::fs::read_to_string(source::repository().join("packaging/haproxy.lua")).unwrap();
    let script = place.write("portcullis.lua", &place.here(&script));
    let config = config.replace("bind :80", &format!("bind {}", place.address()));
    let config = config.replace("app.example.org", "localhost").replace("/etc/haproxy/portcullis.lua", &script);
    place.run("haproxy", &["-db", "-f", &place.write("haproxy.cfg", &config)]).await
}

async fn run_envoy(place: &Place, config: &str) -> Option<Running> {
    let listener = format!("address: 127.0.0.1, port_value: {} ", place.port);
    let config = config.replace("address: 0.0.0.0, port_value: 80 ", &listener).replace("app.example.org", "localhost");
    // It compares the whole of Host.
    let config = config
        .replace("\"]\n                      routes:", &format!(":{}\"]\n                      routes:", place.port));
    let config = place.write("envoy.yaml", &config);
    place
        .run(
            "envoy",
            &["--config-path", &config, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"],
        )
        .await
}

#[tokio::test]
async fn s70_s79_s101_s102_s103_the_built_in_proxy_holds_the_table() {
    all_cases(Kind::BuiltIn).await;
}

#[tokio::test]
async fn s70_s74_s79_s101_s102_s103_the_documented_nginx_holds_the_table() {
    all_cases(Kind::Nginx).await;
}

#[tokio::test]
async fn s70_s74_s79_s101_s102_s103_the_documented_caddy_holds_the_table() {
    all_cases(Kind::Caddy).await;
}

#[tokio::test]
async fn s70_s74_s79_s101_s102_s103_the_documented_traefik_holds_the_table() {
    all_cases(Kind::Traefik).await;
}

#[tokio::test]
async fn s70_s74_s79_s101_s102_s103_the_documented_haproxy_holds_the_table() {
    all_cases(Kind::Haproxy).await;
}

#[tokio::test]
async fn s70_s74_s79_s101_s102_s103_the_documented_envoy_holds_the_table() {
    all_cases(Kind::Envoy).await;
}
