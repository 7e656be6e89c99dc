//! Change-overs from other gates: proxies with the configuration that those gates document, untouched but for the
//! address of the gate (docs/COMPAT.md).

use super::old_configurations::{
    AUTHELIA_CADDY, AUTHELIA_NGINX, AUTHELIA_TRAEFIK, AUTHENTIK_CADDY, AUTHENTIK_NGINX, AUTHENTIK_TRAEFIK,
    OAUTH2_PROXY_CADDY, OAUTH2_PROXY_NGINX,
};
use super::{Kind, Proxy, launch};
use crate::support::app_pages::{self, RuleForm};
use crate::support::client::{Client, Response};
use crate::support::page;
use crate::support::people::{self, OWNER, PASSWORD};
use crate::support::proxy::{Place, snippet};
use crate::support::upstream::Upstream;

/// A gate, and a proxy configured for it.
struct Old {
    kind: Kind,
    /// With `PORT`, `GATE` and `APP` in place of the addresses.
    config: &'static str,
    /// The headers in which the app sees somebody with the user name `olive`.
    seen_as: &'static [(&'static str, &'static str)],
    /// Where people sign out on the host of the app.
    sign_out: &'static str,
}

struct Tried {
    place: Place,
    proxy: Proxy,
    wiki: Upstream,
    owner: Client,
}

impl Tried {
    fn said(&self) -> String {
        self.proxy.said()
    }

    fn host(&self) -> String {
        format!("wiki.example.net:{}", self.place.port)
    }

    /// A browser: at the portal, and at the app.
    fn browser(&self) -> Browser {
        let wiki = Client::new(self.place.address(), &format!("http://{}", self.host()));
        Browser { portal: self.place.browser(), wiki }
    }
}

struct Browser {
    portal: Client,
    wiki: Client,
}

impl Browser {
    /// Goes where it is led, and returns the page at which that ends, with its address.
    async fn open(&mut self, address: &str) -> (String, Response) {
        let (portal, wiki) = (format!("http://{}", self.portal.host()), format!("http://{}", self.wiki.host()));
        let mut here = address.to_owned();
        for _ in 0..12 {
            let answer = if let Some(path) = here.strip_prefix(&portal) {
                self.portal.get(path).await
            } else {
                self.wiki.get(here.strip_prefix(&wiki).unwrap_or_else(|| panic!("led to {here}"))).await
            };
            if !matches!(answer.status, 302 | 303) {
                return (here, answer);
            }
            let base = if here.starts_with(&portal) { &portal } else { &wiki };
            let next = answer.location();
            here = if next.starts_with('/') { format!("{base}{next}") } else { next.to_owned() };
        }
        panic!("led in a circle: {here}");
    }
}

async fn start(old: &Old) -> Option<Tried> {
    let (place, wiki) = (Place::changing_over().await, Upstream::start().await);
    let (port, gate, app) = (place.port.to_string(), place.app.address.to_string(), wiki.address.to_string());
    let config = old.config.replace("PORT", &port).replace("GATE", &gate).replace("APP", &app);
    let config = config.replace("LOCATION", &place.here(&snippet("COMPAT.md", "nginx")));
    let proxy = launch(old.kind, &place, &config).await?;
    let owner = set_up(&place).await;
    Some(Tried { place, proxy, wiki, owner })
}

/// The owner, who has a user name, the wiki, and an app that everybody may open.
async fn set_up(place: &Place) -> Client {
    let mut owner = people::claim(&place.app).await;
    let list = owner.get("/_auth/admin/users").await.text();
    let id = page::data(&list, "user-id").unwrap();
    let username = format!("/_auth/admin/users/{id}/username");
    assert_eq!(owner.submit(&username, &username, &[("username", "olive")]).await.status, 303);
    let wiki_host = format!("wiki.example.net:{}", place.port);
    app_pages::create(&mut owner, "Wiki", &wiki_host, "").await;
    let open = app_pages::create(&mut owner, "Open", &format!("open.example.net:{}", place.port), "").await;
    app_pages::add_rule(&mut owner, &open, RuleForm { path: "/", who: "public", ..RuleForm::default() }).await;
    owner
}

/// Nobody gets in without signing in, whatever they say of themselves and of what they ask for.
async fn strangers_are_led_to_sign_in(tried: &Tried) {
    let mut stranger = tried.browser();
    let (at, page) = stranger.open(&format!("http://{}/page?a=b&c=d", tried.host())).await;
    assert_eq!(page.status, 200, "{at}\n{}\n{}", page.text(), tried.said());
    assert!(at.starts_with(&format!("{}/_auth/login?next=", tried.place.base)), "{at}\n{}", tried.said());
    let port = tried.place.port;
    for lie in [
        format!("X-Forwarded-Host: open.example.net:{port}"),
        "X-Forwarded-Uri: /_auth/static/app.css".to_owned(),
        format!("X-Original-URL: http://open.example.net:{port}/page\r\nX-Original-Method: GET"),
        format!("X-Forwarded-Host: open.example.net:{port}\r\nX-Forwarded-Uri: /\r\nX-Forwarded-Method: GET"),
        format!("Remote-User: {OWNER}\r\nX-Auth-Request-User: {OWNER}\r\nX-authentik-username: olive"),
    ] {
        let head = format!("GET /page HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\n{lie}\r\n", tried.host());
        stranger.wiki.raw(head + "Connection: close\r\n\r\n").await;
        assert_eq!(tried.wiki.count(), 0, "{lie}\n{}", tried.said());
    }
}

/// Signs in where a stranger is led to, and gets to the page that was asked for.
async fn sign_in_leads_back(tried: &Tried) -> Browser {
    let mut browser = tried.browser();
    let asked = format!("http://{}/page?a=b&c=d", tried.host());
    let (login, _) = browser.open(&asked).await;
    let path = login.strip_prefix(&tried.place.base).unwrap();
    let signed_in = browser.portal.submit(path, path, &[("email", OWNER), ("password", PASSWORD)]).await;
    let next = format!("{}{}", tried.place.base, signed_in.location());
    let (at, page) = browser.open(&next).await;
    assert_eq!((page.status, at), (200, asked), "{}\n{}", page.text(), tried.said());
    browser
}

async fn the_app_sees_who_is_there_and_nothing_forged(tried: &Tried, old: &Old, browser: &Browser) {
    let cookie = browser.wiki.jar.header("/").unwrap();
    let lies = old.seen_as.iter().map(|(name, _)| format!("{name}: evil\r\n")).collect::<Vec<_>>().concat();
    let head = format!("GET /page HTTP/1.1\r\nHost: {}\r\nCookie: {cookie}\r\n{lies}", tried.host());
    let answer = browser.wiki.raw(head + "Connection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}\n{}", tried.said());
    let seen = tried.wiki.last();
    for (name, value) in old.seen_as {
        let value = value.replace("OWNER", OWNER);
        assert_eq!(seen.header(name).unwrap_or_default(), value, "{name}\n{}", seen.head_text());
    }
    assert!(!seen.head_text().contains("evil"), "{}", seen.head_text());
}

async fn signing_out_needs_a_click(tried: &mut Tried, old: &Old, browser: &mut Browser) {
    let (at, page) = browser.open(&format!("http://{}{}", tried.host(), old.sign_out)).await;
    assert_eq!((page.status, at), (200, format!("{}/_auth/logout", tried.place.base)), "{}", tried.said());
    assert_eq!(browser.wiki.get("/page").await.status, 200, "a page that is opened signs nobody out");
    people::sign_out(&mut browser.portal).await;
    assert_eq!(browser.wiki.get("/page").await.status, 302, "{}", tried.said());
    assert_eq!(tried.owner.get("/_auth/account").await.status, 200, "another browser is another session");
}

async fn all_cases(old: Old) {
    let Some(mut tried) = start(&old).await else { return };
    strangers_are_led_to_sign_in(&tried).await;
    let mut browser = sign_in_leads_back(&tried).await;
    the_app_sees_who_is_there_and_nothing_forged(&tried, &old, &browser).await;
    signing_out_needs_a_click(&mut tried, &old, &mut browser).await;
}

const BY_AUTHELIA: &[(&str, &str)] =
    &[("remote-user", "olive"), ("remote-groups", "admin"), ("remote-email", "OWNER"), ("remote-name", "Olive Owner")];
const BY_AUTHENTIK: &[(&str, &str)] = &[
    ("x-authentik-username", "olive"),
    ("x-authentik-groups", "admin"),
    ("x-authentik-email", "OWNER"),
    ("x-authentik-name", "Olive Owner"),
];

#[tokio::test]
async fn s70_s103_s116_nginx_changes_over_from_oauth2_proxy() {
    let seen_as = &[("x-user", "olive"), ("x-email", "OWNER"), ("x-access-token", "")];
    all_cases(Old { kind: Kind::Nginx, config: OAUTH2_PROXY_NGINX, seen_as, sign_out: "/oauth2/sign_out" }).await;
}

#[tokio::test]
async fn s70_s103_s116_caddy_changes_over_from_oauth2_proxy() {
    let seen_as = &[("x-auth-request-user", "olive"), ("x-auth-request-email", "OWNER")];
    all_cases(Old { kind: Kind::Caddy, config: OAUTH2_PROXY_CADDY, seen_as, sign_out: "/oauth2/sign_out" }).await;
}

#[tokio::test]
async fn s70_s103_s116_nginx_changes_over_from_authentik() {
    let (config, sign_out) = (AUTHENTIK_NGINX, "/outpost.goauthentik.io/sign_out");
    all_cases(Old { kind: Kind::Nginx, config, seen_as: BY_AUTHENTIK, sign_out }).await;
}

#[tokio::test]
async fn s70_s103_s116_caddy_changes_over_from_authentik() {
    let (config, sign_out) = (AUTHENTIK_CADDY, "/outpost.goauthentik.io/sign_out");
    all_cases(Old { kind: Kind::Caddy, config, seen_as: BY_AUTHENTIK, sign_out }).await;
}

#[tokio::test]
async fn s70_s103_s116_traefik_changes_over_from_authentik() {
    let (config, sign_out) = (AUTHENTIK_TRAEFIK, "/outpost.goauthentik.io/sign_out");
    all_cases(Old { kind: Kind::Traefik, config, seen_as: BY_AUTHENTIK, sign_out }).await;
}

#[tokio::test]
async fn s70_s103_s116_nginx_with_a_location_more_changes_over_from_authelia() {
    let (config, sign_out) = (AUTHELIA_NGINX, "/_auth/logout");
    all_cases(Old { kind: Kind::Nginx, config, seen_as: BY_AUTHELIA, sign_out }).await;
}

#[tokio::test]
async fn s70_s103_s116_caddy_changes_over_from_authelia() {
    let (config, sign_out) = (AUTHELIA_CADDY, "/_auth/logout");
    all_cases(Old { kind: Kind::Caddy, config, seen_as: BY_AUTHELIA, sign_out }).await;
}

#[tokio::test]
async fn s70_s103_s116_traefik_changes_over_from_authelia() {
    let (config, sign_out) = (AUTHELIA_TRAEFIK, "/_auth/logout");
    all_cases(Old { kind: Kind::Traefik, config, seen_as: BY_AUTHELIA, sign_out }).await;
}
