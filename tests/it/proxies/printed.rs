//! What `portcullis snippet` prints, really run.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;

use super::{Kind, Nginx, Place, Proxy, Tried, doctor, guard, launch, names, question, run_traefik, upgrades};
use crate::support::app::TestApp;
use crate::support::app_pages;
use crate::support::client::{Call, Client};
use crate::support::lighttpd::Lighttpd;
use crate::support::page;
use crate::support::people::{self, OWNER, PASSWORD};
use crate::support::process::{Running, free_port, said};
use crate::support::source::repository;
use crate::support::tokens::{self, OWN};

/// What is printed for all apps behind that proxy, with the addresses of this test: the app at the portal comes first,
/// and those of `others` follow.
fn printed(place: &Place, proxy: &str, others: &[SocketAddr]) -> String {
    let output = place.app.run(&["snippet", "all", proxy, "--gate", "127.0.0.1:3000"]);
    assert!(output.status.success(), "{}", said(&output));
    let mut text = String::from_utf8(output.stdout).unwrap();
    for (address, port) in others.iter().zip(8081..) {
        text = text.replace(&format!("127.0.0.1:{port}"), &address.to_string());
        text = text.replace(&format!("port_value: {port} "), &format!("port_value: {} ", address.port()));
    }
    place.here(&text)
}

/// What is printed for the app at the portal, for a proxy that is usually elsewhere.
fn printed_for_one(place: &Place, proxy: &str) -> String {
    let places = ["--gate", "127.0.0.1:3000", "--to", "127.0.0.1:8080"];
    let arguments: Vec<&str> = ["snippet", "default", proxy].into_iter().chain(places).collect();
    let output = place.app.run(&arguments);
    assert!(output.status.success(), "{}", said(&output));
    place.here(&String::from_utf8(output.stdout).unwrap())
}

/// Runs that proxy before the apps at these addresses.
pub(super) async fn run_all(kind: Kind, place: &Place, others: &[SocketAddr]) -> Option<Proxy> {
    launch(kind, place, &printed(place, word(kind), others)).await
}

pub(super) async fn run(kind: Kind, place: &Place, other: SocketAddr) -> Option<Proxy> {
    run_all(kind, place, &[other]).await
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::BuiltIn => panic!("nothing is printed for it"),
        Kind::Nginx => "nginx",
        Kind::Caddy => "caddy",
        Kind::Traefik => "traefik",
        Kind::Haproxy => "haproxy",
        Kind::Envoy => "envoy",
    }
}

/// The parts of the table that the shape of a configuration can break, which is otherwise the same text.
async fn guards(kind: Kind, start: impl AsyncFnOnce(&Place, &str) -> Option<Proxy>, word: &str) {
    let (place, Some(lighttpd)) = (Place::asked().await, Lighttpd::start().await) else { return };
    place.upstream.relay("/cgi/", lighttpd.address);
    people::claim(&place.app).await;
    let text = printed_for_one(&place, word);
    let Some(proxy) = start(&place, &text).await else { return };
    let mut owner = place.browser();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    let mut tried = Tried { kind, place, proxy, owner };
    guard::strangers_see_sign_in_alone(&tried).await;
    guard::the_app_sees_the_visitor_and_nothing_forged(&mut tried).await;
    names::no_client_speaks_in_a_proxys_name(&mut tried).await;
    upgrades::a_web_socket_is_the_only_upgrade(&mut tried).await;
    question::nobody_but_the_proxy_may_ask(&mut tried).await;
    doctor::nothing_is_found(&mut tried.place, || format!("{word}: {}", tried.proxy.said())).await;
}

async fn start_nginx(place: &Place, text: &str) -> Option<Proxy> {
    Some(Proxy::Nginx(Nginx::start_http(place.address(), text).await?))
}

#[tokio::test]
async fn s70_s78_a_proxy_host_of_nginx_proxy_manager_guards_the_app() {
    // It writes the server block and puts the text into it.
    let start = async |place: &Place, text: &str| {
        let server = format!("server {{ listen {}; server_name localhost;\n{text}\n}}", place.address());
        start_nginx(place, &server).await
    };
    guards(Kind::Nginx, start, "nginx-proxy-manager").await;
}

#[tokio::test]
async fn s70_s78_a_site_of_swag_guards_the_app() {
    let start = async |place: &Place, text: &str| {
        let ssl = place.write("ssl.conf", "# certificates and resolvers, which are SWAG's matter\n");
        let text = text.replace("listen 443 ssl;", &format!("listen {};", place.address()));
        let text = text.replace("    listen [::]:443 ssl;\n", "").replace("/config/nginx/ssl.conf", &ssl);
        let text = text.replace("/config/nginx/resolver.conf", &ssl);
        start_nginx(place, &text).await
    };
    guards(Kind::Nginx, start, "swag").await;
}

/// The labels of each container.
fn labels(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut containers: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut container = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')) {
            name.trim_end_matches(':').clone_into(&mut container);
        } else if let Some((key, value)) = line.trim().split_once(": ").filter(|(key, _)| key.starts_with("traefik.")) {
            let value = serde_json::from_str::<String>(value).unwrap().replace("$$", "$");
            containers.entry(container.clone()).or_default().insert(key.to_owned(), value);
        }
    }
    containers
}

/// Traefik, which asks something like a container engine for the labels.
async fn traefik_by_labels(place: &Place, text: &str) -> Option<(Running, Running)> {
    // In the network of the machine a label with the port says all of the address.
    let ports = [("\"3000\"", place.app.address.port()), ("\"8080\"", place.upstream.address.port())];
    let text = ports.iter().fold(text.to_owned(), |text, (port, real)| text.replace(port, &format!("\"{real}\"")));
    let file = place.write("containers.json", &serde_json::to_string(&labels(&text)).unwrap());
    let (script, port) = (repository().join("tests/it/proxies/containers.py"), free_port());
    let mut command = Command::new("python3");
    let engine = Running::start(command.arg(script).arg(port.to_string()).arg(file));
    let endpoint = format!("--providers.docker.endpoint=tcp://127.0.0.1:{port}");
    Some((run_traefik(place, &[&endpoint]).await?, engine))
}

#[tokio::test]
async fn s70_s78_labels_for_traefik_guard_the_app() {
    let mut running = None;
    let start = async |place: &Place, text: &str| {
        let (traefik, engine) = traefik_by_labels(place, text).await?;
        running = Some(engine);
        Some(Proxy::Other(traefik))
    };
    guards(Kind::Traefik, start, "traefik-labels").await;
    drop(running);
}

/// The value of an annotation.
fn annotation(text: &str, name: &str) -> String {
    let found =
        text.lines().find_map(|line| line.trim().strip_prefix(&format!("nginx.ingress.kubernetes.io/{name}: ")));
    found.unwrap_or_else(|| panic!("no {name}: {text}")).to_owned()
}

/// What the controller makes of the text, as far as it matters here.
fn as_controller(place: &Place, text: &str) -> String {
    let (snippet, rest) = text.split_once("server-snippet: |\n").unwrap().1.split_once("---\n").unwrap();
    let headers = rest.split_once("\ndata:\n").unwrap().1.split_once("---\n").unwrap().0;
    let cut: Vec<String> = headers
        .lines()
        .map(|line| {
            let (name, value) = line.trim().split_once(": ").unwrap();
            format!("proxy_set_header {name} {value};\n")
        })
        .collect();
    let answered = annotation(text, "auth-response-headers");
    let taken: Vec<String> = answered
        .split(',')
        .enumerate()
        .map(|(number, name)| {
            let variable = name.to_lowercase().replace('-', "_");
            format!(
                "auth_request_set $authHeader{number} $upstream_http_{variable};\n\
                 proxy_set_header '{name}' $authHeader{number};\n"
            )
        })
        .collect();
    let (cut, taken) = (cut.concat(), taken.concat());
    let usual = "proxy_set_header Host $http_host; proxy_set_header Upgrade $http_upgrade; \
        proxy_set_header Connection $connection_upgrade; proxy_set_header X-Real-IP $remote_addr; \
        proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Host $http_host; \
        proxy_set_header X-Forwarded-Port 80; proxy_set_header X-Forwarded-Proto $scheme; proxy_http_version 1.1;";
    let (gate, app, url) = (place.app.address, place.upstream.address, annotation(text, "auth-url"));
    let [size, held, held_back] = ["proxy-body-size", "proxy-buffering", "proxy-request-buffering"]
        .map(|name| annotation(text, name).trim_matches('"').to_owned());
    format!(
        "map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}\n\
         server {{ listen {}; server_name localhost; set $escaped_request_uri $request_uri;\n{snippet}\n\
         location /_auth/ {{ {usual} {cut} proxy_pass http://{gate}; }}\n\
         location = /.well-known/change-password {{ {usual} {cut} proxy_pass http://{gate}; }}\n\
         location = /_external-auth {{ internal; client_max_body_size {size}; proxy_pass_request_body off; \
         proxy_set_header Content-Length ''; \
         proxy_set_header X-Forwarded-Proto ''; proxy_set_header Host {gate}; \
         proxy_set_header X-Original-URL $scheme://$http_host$request_uri; \
         proxy_set_header X-Original-Method $request_method; proxy_set_header X-Real-IP $remote_addr; \
         proxy_set_header X-Forwarded-For $remote_addr; proxy_pass {url}; }}\n\
         location @sign_in {{ internal; return 302 {}; }}\n\
         location / {{ auth_request /_external-auth; {taken} error_page 401 = @sign_in; {usual} {cut} \
         client_max_body_size {size}; proxy_buffering {held}; proxy_request_buffering {held_back}; \
         proxy_pass http://{app}; }} }}",
        place.address(),
        annotation(text, "auth-signin"),
    )
}

#[tokio::test]
async fn s70_s78_s119_what_an_ingress_controller_makes_of_the_annotations_guards_the_app() {
    let mut place = Place::asked().await;
    let mut owner = people::claim(&place.app).await;
    let token = tokens::make(&mut owner, OWN, &[]).await.token;
    let config = as_controller(&place, &printed_for_one(&place, "ingress-nginx"));
    let Some(proxy) = start_nginx(&place, &config).await else { return };
    let mut stranger = place.browser();
    let denied = stranger.get("/page").await;
    assert_eq!((denied.status, denied.location()), (302, &*format!("{}/_auth/login?next=/page", place.base)));
    assert_eq!(stranger.fetch("/_auth/verify/nginx").await.status, 404);
    let tunnel = "GET /page HTTP/1.1\r\nHost: localhost\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n";
    assert!(stranger.raw(tunnel.to_owned()).await.starts_with("HTTP/1.1 400"));
    assert_eq!(stranger.web_socket("/ws", &place.base).await.err(), Some(302));
    assert_eq!(place.upstream.count(), 0, "{}", proxy.said());

    let mut owner: Client = place.browser();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    let forged = |call: Call| {
        let names = ["Remote-User", "X-Remote-User", "X-Forwarded-User", "X-Portcullis-JWT", "Client-IP", "Forwarded"];
        names.iter().fold(call, |call, name| call.header(name, "evil"))
    };
    for (call, own) in [
        (Call::navigation("/page").header("Authorization", "Bearer theirs"), Some("Bearer theirs".to_owned())),
        (tokens::bearer(&token, "/page"), None),
        (Call::fetch("GET", "/page").header("X-Portcullis-Token", &token), None),
    ] {
        let answer = owner.send(forged(call)).await;
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), proxy.said());
        let seen = place.upstream.last();
        assert_eq!(seen.header("remote-user").as_deref(), Some(OWNER), "{}", seen.head_text());
        assert_eq!(seen.header("authorization"), own, "{}", seen.head_text());
        let head = seen.head_text();
        assert!(!head.contains("evil") && !head.contains("pc_") && !head.contains("portcullis_"), "{head}");
    }
    assert!(owner.web_socket("/ws", &place.base).await.is_ok(), "{}", proxy.said());
    // Its first comment says so.
    let (url, listens, found) = (place.base.clone(), place.address(), (1, &["probe-script-redirected"][..]));
    let said = || proxy.said();
    doctor::only_these_are_found(&place.app, listens, &mut place.upstream, &url, found, said).await;
}

#[tokio::test]
async fn the_page_prints_what_the_command_prints() {
    let app = TestApp::start(|options| options.forward_auth = Some("caddy".to_owned())).await;
    let mut owner = people::claim(&app).await;
    let address = app_pages::create(&mut owner, "Wiki", "wiki.example.net:3000", "").await;
    let form = owner.get(&format!("{address}/snippet")).await;
    assert_eq!(form.status, 200);
    assert!(!form.text().contains("id=\"snippet\""), "nothing was asked for");
    for proxy in
        ["nginx", "nginx-proxy-manager", "swag", "ingress-nginx", "traefik", "traefik-labels", "caddy", "haproxy"]
    {
        let shown = owner.get(&format!("{address}/snippet?proxy={proxy}&gate=gate:3000&to=wiki:8080")).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        let shown = shown.text();
        let text = shown.split_once(" data-copied=").unwrap().1.split_once('>').unwrap().1;
        let text = page::decode(text.split_once("</textarea>").unwrap().0);
        let printed = app.run(&["snippet", "Wiki", proxy, "--gate", "gate:3000", "--to", "wiki:8080"]);
        assert!(printed.status.success(), "{}", said(&printed));
        assert_eq!(text.trim(), String::from_utf8_lossy(&printed.stdout).trim(), "{proxy}");
        assert!(text.contains("wiki.example.net") && text.contains("gate:3000"), "{text}");
        let advises = shown.contains("FORWARD_AUTH does not name");
        assert_eq!(advises, proxy != "caddy", "{proxy}");
        assert_eq!(said(&printed).contains("FORWARD_AUTH does not name"), advises, "{proxy}");
    }
    for (query, field) in [("to=no%20where:80", "to"), ("gate=x", "gate")] {
        let refused = owner.get(&format!("{address}/snippet?proxy=nginx&{query}")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(&format!("id=\"{field}-fault\"")), "{}", refused.text());
        assert!(!refused.text().contains("id=\"snippet\""));
    }
    let flag = app.run(&["snippet", "Wiki", "nginx", "--to", "wiki"]);
    assert!(!flag.status.success() && said(&flag).contains("--to: give a host and a port"), "{}", said(&flag));
    app_pages::create(&mut owner, "Files", "files.example.net:3000", "").await;
    let several = app.run(&["snippet", "all", "nginx", "--to", "wiki:80"]);
    assert!(!several.status.success(), "{}", said(&several));
    let unknown = app.run(&["snippet", "Nowhere", "nginx"]);
    assert!(said(&unknown).contains("there is no app Nowhere"), "{}", said(&unknown));
    let served = app_pages::create(&mut owner, "Served", "served.example.net:3000", "http://127.0.0.1:9").await;
    let refused = owner.get(&format!("{served}/snippet?proxy=nginx")).await;
    assert!(refused.status == 422 && refused.text().contains("built-in proxy"), "{}", refused.text());
    let refused = app.run(&["snippet", "Served", "nginx"]);
    assert!(!refused.status.success() && said(&refused).contains("built-in proxy"), "{}", said(&refused));
}
