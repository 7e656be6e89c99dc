//! Two hosts behind each proxy with the configuration that is printed for it, each an app of its own, with one sign-in
//! (S112, S116).

use super::{Kind, Place, Proxy, doctor, printed, profiles, tokens, verdicts};
use crate::support::app_pages::{self, RuleForm};
use crate::support::apps;
use crate::support::client::Client;
use crate::support::people::{self, OWNER, PASSWORD};
use crate::support::upstream::Upstream;

/// A proxy before the app of the portal's host and a wiki, both registered with the gate.
pub(super) struct Several {
    pub(super) kind: Kind,
    pub(super) place: Place,
    pub(super) proxy: Proxy,
    /// What is at the wiki's host.
    pub(super) wiki: Upstream,
    /// The wiki's page among those of the apps.
    pub(super) page: String,
    /// At the portal, not by way of the proxy.
    pub(super) owner: Client,
}

impl Several {
    pub(super) fn said(&self) -> String {
        format!("{:?}: {}", self.kind, self.proxy.said())
    }

    pub(super) fn host(&self) -> String {
        format!("wiki.example.net:{}", self.place.port)
    }

    /// A browser at the wiki, through the proxy.
    fn browser(&self) -> Client {
        Client::new(self.place.address(), &format!("http://{}", self.host()))
    }

    /// Somebody who is signed in at the portal, and then at the wiki by way of the proxy.
    pub(super) async fn enter(&self, signed_in: &Client) -> Client {
        let (mut portal, mut wiki) = (self.place.browser(), self.browser());
        portal.jar = signed_in.jar.clone();
        let entered = apps::enter(&mut portal, &mut wiki, "/page?a=b&c=d").await;
        assert_eq!((entered.status, entered.location()), (303, "/page?a=b&c=d"), "{}", self.said());
        wiki
    }

    /// How much each of the two apps has received.
    fn counts(&self) -> (usize, usize) {
        (self.place.upstream.count(), self.wiki.count())
    }
}

/// Starts it with the configuration that is printed for both apps; `prepare` changes the wiki before.
pub(super) async fn start(kind: Kind, prepare: impl AsyncFnOnce(&mut Client, &str, u16)) -> Option<Several> {
    let (place, wiki) = (Place::asked().await, Upstream::start().await);
    let mut owner = people::claim(&place.app).await;
    let page = app_pages::create(&mut owner, "Wiki", &format!("wiki.example.net:{}", place.port), "").await;
    prepare(&mut owner, &page, place.port).await;
    let proxy = printed::run(kind, &place, wiki.address).await?;
    Some(Several { kind, place, proxy, wiki, page, owner })
}

#[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are none")]
async fn one_sign_in_opens_both(tried: &Several) {
    let mut wiki = tried.browser();
    let before = tried.counts();
    assert_eq!(wiki.fetch("/page").await.status, 401, "{}", tried.said());
    let denied = wiki.get("/page?a=b&c=d").await;
    assert_eq!(denied.status, 303, "{}", tried.said());
    assert!(denied.location().ends_with("/_auth/begin?next=/page%3Fa%3Db%26c%3Dd"), "{}", denied.location());
    assert_eq!(tried.counts(), before);
    let mut portal = tried.place.browser();
    people::sign_in(&mut portal, OWNER, PASSWORD).await;
    let mut wiki = tried.enter(&portal).await;
    assert_eq!(wiki.get("/page").await.status, 200, "{}", tried.said());
    let seen = tried.wiki.last();
    assert_eq!(seen.header("remote-user").as_deref(), Some(OWNER), "{}", seen.head_text());
    assert!(!seen.head_text().contains("portcullis_"), "{}", seen.head_text());
    assert_eq!(portal.get("/page").await.status, 200, "{}", tried.said());
    assert_eq!(tried.counts(), (before.0 + 1, before.1 + 1), "each host has its app");
    assert_eq!(wiki.fetch("/_auth/api/session").await.json()["user"]["email"], OWNER);
    assert_eq!(wiki.get("/_auth/logout").await.location(), format!("{}/_auth/logout", tried.place.base));
    people::sign_out(&mut portal).await;
    assert_eq!(wiki.fetch("/page").await.status, 401);
}

/// An app that everybody may open and that is not behind this proxy opens none of those that are.
async fn a_verdict_about_one_host_opens_no_other(tried: &mut Several) {
    let port = tried.place.port;
    let other = format!("open.example.net:{port}");
    let page = app_pages::create(&mut tried.owner, "Open", &other, "").await;
    app_pages::add_rule(&mut tried.owner, &page, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    let mut direct = Client::new(tried.place.app.address, &format!("http://{other}"));
    let asked = direct.send(crate::verdicts::question("caddy", &other, "GET", "/page")).await;
    assert_eq!(asked.status, 200, "it is open");
    let (stranger, before) = (tried.place.browser(), tried.counts());
    let mut heads = vec![format!("GET /page HTTP/1.1\r\nHost: {other}")];
    for own in [format!("localhost:{port}"), tried.host()] {
        heads.extend([
            format!("GET http://{own}/page HTTP/1.1\r\nHost: {other}"),
            format!("GET http://{other}/page HTTP/1.1\r\nHost: {own}"),
            format!("GET /page HTTP/1.1\r\nHost: {own}\r\nHost: {other}"),
            format!("GET /page HTTP/1.1\r\nHost: {other}\r\nHost: {own}"),
            format!("GET /page HTTP/1.1\r\nHost: {own},{other}"),
            format!("GET /page HTTP/1.1\r\nHost: {other},{own}"),
            format!("GET /page HTTP/1.1\r\nHost: {own}\r\nX-Forwarded-Host: {other}"),
        ]);
    }
    for head in heads {
        let answer = stranger.raw(format!("{head}\r\nConnection: close\r\n\r\n")).await;
        assert_eq!(tried.counts(), before, "{head}\n{answer}\n{}", tried.said());
    }
}

/// Other spellings of a host that is behind the proxy are that host or nobody's.
async fn a_host_is_one_in_every_spelling(tried: &Several) {
    let (wiki, port) = (tried.enter(&tried.owner).await, tried.place.port);
    for (host, visitor) in [("localhost", &tried.owner), ("wiki.example.net", &wiki)] {
        let (cookie, before) = (visitor.jar.header("/").unwrap(), tried.counts());
        for spelling in [format!("{}:{port}", host.to_uppercase()), format!("{host}.:{port}"), host.to_owned()] {
            let head = format!("GET /page HTTP/1.1\r\nHost: {spelling}\r\nCookie: {cookie}\r\n");
            tried.place.browser().raw(head + "Connection: close\r\n\r\n").await;
            let counts = tried.counts();
            if spelling.ends_with(&port.to_string()) && !spelling.contains(".:") {
                assert_eq!(counts.0 + counts.1, before.0 + before.1 + 1, "{spelling}\n{}", tried.said());
            }
            let others = if host == "localhost" { (counts.1, before.1) } else { (counts.0, before.0) };
            assert_eq!(others.0, others.1, "{spelling}\n{}", tried.said());
        }
    }
}

async fn all_cases(kind: Kind) {
    let Some(mut tried) = start(kind, async |_, _, _| ()).await else { return };
    one_sign_in_opens_both(&tried).await;
    a_verdict_about_one_host_opens_no_other(&mut tried).await;
    a_host_is_one_in_every_spelling(&tried).await;
    profiles::the_names_of_the_app_reach_it(&mut tried).await;
    tokens::no_token_reaches_the_app(&mut tried).await;
    verdicts::the_rules_hold(&mut tried).await;
    // Last: it moves the clock, so that everybody has to sign in again.
    doctor::nothing_is_found(&mut tried.place, || format!("{kind:?}: {}", tried.proxy.said())).await;
}

#[tokio::test]
async fn s112_s113_s116_s119_s121_the_printed_nginx_serves_two_apps() {
    all_cases(Kind::Nginx).await;
}

#[tokio::test]
async fn s112_s113_s116_s119_s121_the_printed_caddy_serves_two_apps() {
    all_cases(Kind::Caddy).await;
}

#[tokio::test]
async fn s112_s113_s116_s119_s121_the_printed_traefik_serves_two_apps() {
    all_cases(Kind::Traefik).await;
}

#[tokio::test]
async fn s112_s113_s116_s119_s121_the_printed_haproxy_serves_two_apps() {
    all_cases(Kind::Haproxy).await;
}

#[tokio::test]
async fn s112_s113_s116_s119_s121_the_printed_envoy_serves_two_apps() {
    all_cases(Kind::Envoy).await;
}
