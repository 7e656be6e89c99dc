//! The documented proxies, really run: what the documentation shows is what is tested (docs/FORWARD-AUTH.md).

use super::support::client::{Call, Client};
use super::support::jar::SetCookie;
use super::support::nginx::Nginx;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::proxy::{Place, snippet};
use super::support::{source, wait};

const DOCUMENT: &str = "FORWARD-AUTH.md";

/// What every proxy has to do, whichever it is.
async fn guards_the_app(place: Place, said: &dyn Fn() -> String) {
    people::claim(&place.app).await;
    let mut stranger = place.browser();
    stranger_sees_sign_in_alone(&place, &mut stranger, said).await;
    // The sign-in goes through the proxy too: the page comes from the gate, and its form is accepted.
    let mut owner = place.browser();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    app_sees_the_visitor_and_nothing_forged(&place, &mut owner, said).await;
    bodies_and_web_sockets_pass(&place, &mut owner).await;
    the_question_is_the_proxys_alone(&place, &mut owner, said).await;
    guesses_count_for_where_they_come_from(&place).await;
    let (before, mut frozen) = (place.upstream.count(), owner.clone());
    people::sign_out(&mut owner).await;
    assert_eq!(frozen.get("/page").await.status, 303, "the old cookies are good no more");
    drop(place.app);
    for call in [Call::navigation("/page"), Call::fetch("GET", "/api")] {
        let status = frozen.send(call).await.status;
        assert!(status >= 500, "a gate that is away lets nobody pass: {status}");
    }
    assert_eq!(place.upstream.count(), before);
}

#[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are none")]
async fn stranger_sees_sign_in_alone(place: &Place, stranger: &mut Client, said: &dyn Fn() -> String) {
    let turned = stranger.get("/page?x=1&y=/z").await;
    assert_eq!(turned.status, 303, "{}\n{}", turned.text(), said());
    assert_eq!(turned.location(), format!("{}/_auth/login?next=/page%3Fx%3D1%26y%3D/z", place.base));
    assert_eq!(stranger.fetch("/api").await.status, 401, "{}", said());
    let posted = stranger.send(Call::form("/page", &place.base, &[("a", "b")])).await;
    assert_eq!(posted.status, 303, "a form is sent to sign-in by GET");
    assert_eq!(stranger.web_socket("/ws", &place.base).await.err(), Some(401));
    let odd =
        stranger.send(Call::navigation("/page").header("X-Forwarded-Uri", "/_auth/login").header("X-Original-URL", "http://x/")).await;
    assert_ne!(odd.status, 200);
    assert_eq!(stranger.get("/_auth/login").await.status, 200, "the pages come from the gate");
    assert!(stranger.get("/.well-known/change-password").await.location().ends_with("/_auth/account/password"));
    assert_eq!(place.upstream.count(), 0, "{}", said());
}

async fn app_sees_the_visitor_and_nothing_forged(place: &Place, owner: &mut Client, said: &dyn Fn() -> String) {
    for cookie in ["app=1; Path=/", "theme=dark; Path=/"] {
        owner.jar.take(&SetCookie::parse(cookie));
    }
    for forged in
        ["Remote-User", "Remote_User", "remote-email", "Remote_Email", "Remote-Name", "Remote_Name", "Remote-Groups", "remote_groups"]
    {
        let call = Call::navigation("/page?x=1").header(forged, "evil").header("X-Forwarded-Uri", "/other");
        let answer = owner.send(call.header("Connection", "Remote-User, Remote-Groups, keep-alive")).await;
        assert_eq!(answer.status, 200, "{}\n{}", answer.text(), said());
        let seen = place.upstream.last();
        let identity = ["remote-user", "remote-email", "remote-groups"].map(|name| seen.all(name).join("|"));
        assert_eq!(identity, [OWNER, OWNER, "admin"], "{forged}: {}", seen.head_text());
        assert!(!seen.head_text().contains("evil"), "{forged}: {}", seen.head_text());
    }
    let seen = place.upstream.last();
    let cookies = seen.header("cookie").unwrap_or_default();
    assert!(!cookies.contains("portcullis_"), "the app has our cookies: {cookies}");
    assert!(cookies.contains("app=1") && cookies.contains("theme=dark"), "the app lost its own: {cookies}");
    let mut no_others = owner.clone();
    no_others.jar.remove("app");
    no_others.jar.remove("theme");
    assert_eq!(no_others.get("/page").await.status, 200);
    let left = place.upstream.last().header("cookie").unwrap_or_default();
    assert_eq!(left.trim(), "", "nothing but ours was there");
}

async fn bodies_and_web_sockets_pass(place: &Place, owner: &mut Client) {
    let posted = owner.send(Call::fetch("POST", "/echo").body("whole body")).await;
    assert_eq!(posted.status, 200);
    assert_eq!(place.upstream.last().body, b"whole body");
    assert!(owner.web_socket("/ws", &place.base).await.is_ok(), "a WebSocket of somebody who is signed in opens");
}

/// The gate's yes names the app's cookies, so nobody but the proxy gets to hear it; and nothing that could be read as ours is the app's.
async fn the_question_is_the_proxys_alone(place: &Place, owner: &mut Client, said: &dyn Fn() -> String) {
    let before = place.upstream.count();
    for dialect in ["nginx", "caddy", "traefik", "haproxy", "envoy/", "envoy/page"] {
        let ask = Call::fetch("GET", &format!("/_auth/verify/{dialect}")).header("X-Original-URL", &format!("{}/page", place.base));
        let ask = ask.header("X-Forwarded-Method", "GET").header("X-Forwarded-Uri", "/page").header("X-Forwarded-Host", "localhost");
        let answer = owner.send(ask.header("X-Forwarded-Proto", "http")).await;
        assert!(answer.status >= 400 && answer.header("cookie").is_none(), "{dialect}: {}\n{}", answer.status, said());
    }
    for spelt in ["/_AUTH/login", "/_auth;x/login", "/_auth%2flogin", "/%5fauth/login", "//_auth/login", "/_auth"] {
        owner.send(Call::navigation(spelt)).await;
        assert_eq!(place.upstream.count(), before, "{spelt} reached the app\n{}", said());
    }
    let asked = owner.send(Call::fetch("GET", "/_auth/ask")).await;
    assert!(asked.status >= 400, "{}", asked.status);
}

/// What a client says of where it comes from counts for nothing: ten guesses, each with another word on it, are ten of one source.
async fn guesses_count_for_where_they_come_from(place: &Place) {
    for number in 0..=10 {
        let mut guesser = place.browser();
        guesser.always("X-Forwarded-For", &format!("198.51.100.{number}"));
        guesser.always("X-Real-IP", &format!("198.51.100.{number}"));
        let status = people::try_sign_in(&mut guesser, OWNER, "wrong wrong wrong").await.status;
        assert_eq!(status, if number < 10 { 401 } else { 429 }, "guess {number}");
    }
}

#[tokio::test]
async fn s70_the_documented_caddy_lets_in_who_is_signed_in_and_passes_on_only_what_the_gate_says() {
    let place = Place::asked().await;
    let site = place.here(&snippet(DOCUMENT, "caddy")).replace("http://app.example.org {", &format!("{} {{\n\tbind 127.0.0.1", place.base));
    let file = place.write("Caddyfile", &format!("{{\n\tadmin off\n\tauto_https off\n}}\n{site}"));
    let Some(proxy) = place.run("caddy", &["run", "--adapter", "caddyfile", "--config", &file]).await else { return };
    guards_the_app(place, &|| proxy.output()).await;
}

#[tokio::test]
async fn s70_the_documented_traefik_lets_in_who_is_signed_in_and_passes_on_only_what_the_gate_says() {
    let place = Place::asked().await;
    let file = place.write("app.yaml", &place.here(&snippet(DOCUMENT, "yaml")).replace("app.example.org", "localhost"));
    let (entry, provider) = (format!("--entryPoints.web.address={}", place.address()), format!("--providers.file.filename={file}"));
    let quiet = ["--global.checkNewVersion=false", "--global.sendAnonymousUsage=false"];
    let Some(proxy) = place.run("traefik", &[&entry, &provider, quiet[0], quiet[1]]).await else { return };
    // It listens before it has read its routes.
    wait::eventually("the routes", async || (place.browser().get("/page").await.status != 404).then_some(())).await;
    guards_the_app(place, &|| proxy.output()).await;
}

#[tokio::test]
async fn s70_the_documented_haproxy_lets_in_who_is_signed_in_and_passes_on_only_what_the_gate_says() {
    let place = Place::asked().await;
    let script = std::fs::read_to_string(source::repository().join("packaging/haproxy.lua")).unwrap();
    let script = place.write("portcullis.lua", &place.here(&script));
    let config = place.here(&snippet(DOCUMENT, "haproxy")).replace("bind :80", &format!("bind {}", place.address()));
    let config = place.write("haproxy.cfg", &config.replace("/etc/haproxy/portcullis.lua", &script));
    let Some(proxy) = place.run("haproxy", &["-db", "-f", &config]).await else { return };
    guards_the_app(place, &|| proxy.output()).await;
}

#[tokio::test]
async fn s70_the_documented_envoy_lets_in_who_is_signed_in_and_passes_on_only_what_the_gate_says() {
    let place = Place::asked().await;
    let listener = format!("address: 127.0.0.1, port_value: {} ", place.port);
    let config = place.here(&snippet(DOCUMENT, "envoy")).replace("address: 0.0.0.0, port_value: 80 ", &listener);
    let config = place.write("envoy.yaml", &config.replace("app.example.org", &format!("localhost:{}", place.port)));
    let arguments = ["--config-path", &config, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"];
    let Some(proxy) = place.run("envoy", &arguments).await else { return };
    guards_the_app(place, &|| proxy.output()).await;
}

#[tokio::test]
async fn s70_s74_the_documented_nginx_lets_in_who_is_signed_in_and_passes_on_only_what_the_gate_says() {
    let place = Place::asked().await;
    let config = place.here(&snippet(DOCUMENT, "nginx")).replace("listen 80;", &format!("listen {};", place.address()));
    let Some(nginx) = Nginx::start_http(place.address(), &config).await else { return };
    guards_the_app(place, &|| nginx.error_log()).await;
}
