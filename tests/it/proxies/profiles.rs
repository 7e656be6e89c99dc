//! The documented proxies hand on who is there under the names that the page of the app chooses: those of presets
//! without a change of their configuration, others with the lines that are printed for the app.

use super::several::{self, Several};
use super::{Kind, tokens as tokens_at_proxies};
use crate::support::client::Client;
use crate::support::people::OWNER;
use crate::support::tokens;

/// The word for a preset, and for each of its names what it says of the owner; `None` is a header that is empty for
/// them.
type Preset = (&'static str, &'static [(&'static str, Option<&'static str>)]);

const PRESETS: [Preset; 4] = [
    (
        "x-forwarded",
        &[
            ("x-forwarded-user", Some(OWNER)),
            ("x-forwarded-email", Some(OWNER)),
            ("x-forwarded-groups", Some("admin")),
            ("x-forwarded-preferred-username", None),
        ],
    ),
    (
        "x-auth-request",
        &[
            ("x-auth-request-user", Some(OWNER)),
            ("x-auth-request-email", Some(OWNER)),
            ("x-auth-request-groups", Some("admin")),
            ("x-auth-request-preferred-username", None),
        ],
    ),
    (
        "x-authentik",
        &[
            ("x-authentik-username", None),
            ("x-authentik-email", Some(OWNER)),
            ("x-authentik-name", Some("Olive Owner")),
            ("x-authentik-groups", Some("admin")),
        ],
    ),
    ("remote", &[("remote-user", Some(OWNER)), ("remote-name", Some("Olive Owner")), ("remote-groups", Some("admin"))]),
];

/// Whoever asks the app is known to it by its names alone, whatever the client says.
pub(super) async fn the_names_of_the_app_reach_it(tried: &mut Several) {
    let (edit, host) = (format!("{}/edit", tried.page), tried.host());
    for (preset, headers) in PRESETS {
        let fields = [("name", "Wiki"), ("addresses", &*host), ("mode", "forward-auth"), ("headers", preset)];
        let saved = tried.owner.submit(&edit, &edit, &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        let wiki = tried.enter(&tried.owner).await;
        let cookie = wiki.jar.header("/").unwrap();
        for sign in ["-", "_"] {
            let names = PRESETS.iter().flat_map(|(_, headers)| headers.iter().map(|(name, _)| name.replace('-', sign)));
            let spoofed: Vec<String> = names.map(|name| format!("{name}: evil\r\n")).collect();
            let spoofed = spoofed.concat();
            let head = format!("GET /page HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{spoofed}");
            let answer = wiki.raw(head + "Connection: close\r\n\r\n").await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{preset}: {answer}\n{}", tried.said());
            let seen = tried.wiki.last();
            assert!(!seen.head_text().contains("evil"), "{preset}: {}\n{}", seen.head_text(), tried.said());
            for (name, value) in PRESETS.iter().flat_map(|(_, headers)| headers.iter()) {
                let own = headers.iter().any(|(known, _)| known == name);
                let expected = value.filter(|_| own).unwrap_or_default();
                assert_eq!(seen.header(name).unwrap_or_default(), expected, "{preset} {name}: {}", seen.head_text());
            }
        }
    }
}

/// What the owner changes before the configuration is printed.
const OWN: [(&str, &str); 3] =
    [("header_map", "email = X-Mail"), ("fixed_headers", "X-Fixed-Key: of-the-gate"), ("token_headers", "X-Api-Key")];

async fn an_own_name_reaches_the_app(kind: Kind) {
    let save = async |owner: &mut Client, page: &str, port: u16, own: &[(&str, &str)]| {
        let (edit, host) = (format!("{page}/edit"), format!("wiki.example.net:{port}"));
        let usual = [("name", "Wiki"), ("addresses", &*host), ("mode", "forward-auth")];
        let fields: Vec<_> = usual.into_iter().chain(own.iter().copied()).collect();
        let saved = owner.submit(&edit, &edit, &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
    };
    let started = several::start(kind, async |owner, page, port| save(owner, page, port, &OWN).await).await;
    let Some(mut tried) = started else { return };
    let wiki = tried.page.rsplit('/').next().unwrap().to_owned();
    let token = tokens::make(&mut tried.owner, tokens::OWN, &[("app", &wiki)]).await.token;
    let port = tried.place.port;
    for (own, expected) in [("email = X-Mail", OWNER), ("username = X-Mail", "")] {
        save(&mut tried.owner, &tried.page, port, &[("header_map", own), OWN[1], OWN[2]]).await;
        let cookie = tried.enter(&tried.owner).await.jar.header("/").unwrap();
        let spoofed = "X-Mail: evil\r\nX_Mail: evil\r\nx-mail: evil\r\nX-Fixed-Key: evil\r\nX_Fixed-Key: evil\r\n";
        for (carried, key) in [
            (format!("Cookie: {cookie}\r\nX-Api-Key: theirs\r\n"), Some("theirs")),
            (format!("Cookie: {cookie}\r\n"), None),
            (format!("X-Api-Key: {token}\r\n"), None),
            (format!("Cookie: {cookie}\r\nX_Api_Key: {token}\r\n"), None),
        ] {
            let fields = format!("{carried}{spoofed}Connection: close, x-mail\r\n");
            let seen = tokens_at_proxies::let_in(&tried, &fields).await;
            let head = seen.head_text();
            assert_eq!(seen.header("x-mail").unwrap_or_default(), expected, "{head}\n{}", tried.said());
            assert_eq!(seen.header("x-fixed-key").as_deref(), Some("of-the-gate"), "{head}");
            assert_eq!(seen.header("x-api-key").as_deref(), key, "{head}");
            assert!(!head.contains("evil") && !head.contains("pc_"), "{head}");
        }
    }
}

#[tokio::test]
async fn s78_s119_with_the_printed_lines_nginx_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Nginx).await;
}

#[tokio::test]
async fn s78_s119_with_the_printed_lines_caddy_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Caddy).await;
}

#[tokio::test]
async fn s78_s119_with_the_printed_lines_traefik_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Traefik).await;
}

#[tokio::test]
async fn s78_s119_with_the_printed_lines_haproxy_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Haproxy).await;
}

#[tokio::test]
async fn s78_s119_with_the_printed_lines_envoy_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Envoy).await;
}
