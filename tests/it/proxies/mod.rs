//! The documented proxies, really run with the text of docs/FORWARD-AUTH.md, and the built-in one: all are put through
//! one table of cases, so that no configuration in the documents is weaker than the gate itself.

mod compat;
mod doctor;
mod doctor_lines;
mod doctor_mistakes;
mod guard;
mod limits;
mod names;
mod nginx;
mod old_configurations;
mod paths;
mod printed;
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
use super::support::proxy::{Place, snippet};
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
    doctor::nothing_is_found(&mut tried.place, || format!("{kind:?}: {}", tried.proxy.said())).await;
    guard::who_has_signed_out_is_out_and_so_is_everybody_without_a_gate(tried).await;
}

/// The gate, the app and that proxy, running as the document says; `None` where the proxy is not installed.
async fn start(kind: Kind) -> Option<(Place, Proxy)> {
    if kind == Kind::BuiltIn {
        return Some((Place::built_in().await, Proxy::BuiltIn));
    }
    let place = Place::asked().await;
    let proxy = run(kind, &place, &snippet(DOCUMENT, fence(kind))).await?;
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

/// Runs that proxy with the documented text, the addresses of this test in it.
async fn run(kind: Kind, place: &Place, text: &str) -> Option<Proxy> {
    let text = place.here(text).replace("app.example.org", "localhost");
    let text = match kind {
        Kind::BuiltIn | Kind::Traefik => text,
        Kind::Nginx => nginx::with_includes(place, &text).replace("listen 80;", &format!("listen {};", place.port)),
        Kind::Caddy => text.replace(" {\n\t@websocket", &format!(":{} {{\n\t@websocket", place.port)),
        Kind::Haproxy => text.replace("bind :80", &format!("bind :{}", place.port)),
        Kind::Envoy => text
            .replace("port_value: 80 ", &format!("port_value: {} ", place.port))
            // It compares the whole of Host.
            .replace("\"localhost\"", &format!("\"localhost:{}\"", place.port)),
    };
    launch(kind, place, &text).await
}

/// Runs that proxy with this text, on loopback alone.
async fn launch(kind: Kind, place: &Place, text: &str) -> Option<Proxy> {
    let port = place.port;
    Some(match kind {
        Kind::BuiltIn => Proxy::BuiltIn,
        Kind::Nginx => {
            let text = text.replace(&format!("listen {port}"), &format!("listen 127.0.0.1:{port}"));
            Proxy::Nginx(Nginx::start_http(place.address(), &text).await?)
        }
        Kind::Caddy => {
            let sites = text.replace(" {\n\t@websocket", " {\n\tbind 127.0.0.1\n\t@websocket");
            let file = place.write("Caddyfile", &format!("{{\n\tadmin off\n\tauto_https off\n}}\n{sites}"));
            Proxy::Other(place.run("caddy", &["run", "--adapter", "caddyfile", "--config", &file]).await?)
        }
        Kind::Traefik => {
            let file = place.write("dynamic.yaml", text);
            Proxy::Other(run_traefik(place, &[&format!("--providers.file.filename={file}")]).await?)
        }
        Kind::Haproxy => {
            let script = std::fs::read_to_string(source::repository().join("packaging/haproxy.lua")).unwrap();
            let script = place.write("portcullis.lua", &script);
            let text = text.replace(&format!("bind :{port}"), &format!("bind 127.0.0.1:{port}"));
            let text = text.replace("/etc/haproxy/portcullis.lua", &script);
            Proxy::Other(place.run("haproxy", &["-db", "-f", &place.write("haproxy.cfg", &text)]).await?)
        }
        Kind::Envoy => {
            let config = place.write("envoy.yaml", &text.replace("address: 0.0.0.0", "address: 127.0.0.1"));
            let quiet = ["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"];
            let arguments: Vec<&str> = ["--config-path", &config].into_iter().chain(quiet).collect();
            Proxy::Other(place.run("envoy", &arguments).await?)
        }
    })
}

async fn run_traefik(place: &Place, provider: &[&str]) -> Option<Running> {
    let entry = format!("--entryPoints.web.address={}", place.address());
    let quiet = ["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false"];
    let arguments: Vec<&str> = [entry.as_str()].into_iter().chain(quiet).chain(provider.iter().copied()).collect();
    let proxy = place.run("traefik", &arguments).await?;
    // It listens before it has read its routes.
    wait::eventually("the routes", async || (place.browser().get("/page").await.status != 404).then_some(())).await;
    Some(proxy)
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
