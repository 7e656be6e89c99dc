//! The documented proxies hand on who is there under the names that the page of the app chooses: those of presets
//! without a change of their configuration, others with the documented lines.

use super::Kind;
use super::several::{self, Several};
use crate::support::people::OWNER;
use crate::support::source::repository;

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

/// The code in the row about that proxy in the table of docs/HEADERS.md.
fn documented_lines(proxy: &str) -> Vec<String> {
    let text = std::fs::read_to_string(repository().join("docs/HEADERS.md")).unwrap();
    let row = text.lines().find(|line| line.starts_with(&format!("| {proxy} | "))).unwrap().to_owned();
    row.split('`').skip(1).step_by(2).map(|code| code.replace("\\|", "|")).collect()
}

/// The configuration with the documented lines for the header `X-Mail`.
fn with_own_name(kind: Kind, text: &str) -> String {
    let added = |proxy: &str, begin: &str, places: &[(usize, &str)]| {
        let lines = documented_lines(proxy);
        places.iter().fold(text.to_owned(), |text, (number, place)| {
            let (line, is_before) = (&lines[*number], place.starts_with('<'));
            let place = place.trim_start_matches('<');
            let new = if is_before { format!("{line}{begin}{place}") } else { format!("{place}{begin}{line}") };
            text.replace(place, &new)
        })
    };
    match kind {
        Kind::Nginx => {
            let include = "include /etc/nginx/portcullis/guarded.conf;";
            added("nginx", "\n", &[(1, include), (2, include)])
        }
        Kind::Caddy => {
            let (cut, copied) = ("<request_header -Remote*\n", "<copy_headers Remote-User");
            added("Caddy", "\n", &[(0, cut), (1, cut), (2, copied)])
        }
        Kind::Traefik => {
            let text = added("Traefik", "", &[(2, "clientip$")]);
            text.replace(
                "authResponseHeaders: [",
                &format!("authResponseHeaders: [{}, ", documented_lines("Traefik")[0]),
            )
        }
        Kind::Envoy => added("Envoy", "", &[(0, "preferred-username)"), (2, "|http2-settings")]),
        Kind::BuiltIn | Kind::Haproxy => text.to_owned(),
    }
}

async fn an_own_name_reaches_the_app(kind: Kind) {
    let Some(mut tried) = several::start(kind, |text| with_own_name(kind, text)).await else { return };
    let (edit, host) = (format!("{}/edit", tried.page), tried.host());
    for (own, expected) in [("email = X-Mail", OWNER), ("username = X-Mail", "")] {
        let fields = [("name", "Wiki"), ("addresses", &*host), ("mode", "forward-auth"), ("header_map", own)];
        let saved = tried.owner.submit(&edit, &edit, &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.text());
        let wiki = tried.enter(&tried.owner).await;
        let cookie = wiki.jar.header("/").unwrap();
        let spoofed = "X-Mail: evil\r\nX_Mail: evil\r\nx-mail: evil\r\nConnection: close, x-mail\r\n";
        let answer = wiki.raw(format!("GET /page HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n{spoofed}\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}\n{}", tried.said());
        let seen = tried.wiki.last();
        assert_eq!(seen.header("x-mail").unwrap_or_default(), expected, "{}\n{}", seen.head_text(), tried.said());
        assert!(!seen.head_text().contains("evil"), "{}", seen.head_text());
        assert_eq!(seen.header("remote-user").as_deref(), Some(OWNER));
    }
}

#[tokio::test]
async fn s78_with_the_documented_lines_nginx_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Nginx).await;
}

#[tokio::test]
async fn s78_with_the_documented_lines_caddy_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Caddy).await;
}

#[tokio::test]
async fn s78_with_the_documented_lines_traefik_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Traefik).await;
}

#[tokio::test]
async fn s78_haproxy_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Haproxy).await;
}

#[tokio::test]
async fn s78_with_the_documented_lines_envoy_hands_on_a_name_of_the_apps_own() {
    an_own_name_reaches_the_app(Kind::Envoy).await;
}
