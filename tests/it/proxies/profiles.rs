//! The documented proxies hand on who is there under the names that the page of the app chooses, without a change of
//! their configuration.

use super::several::Several;
use crate::support::people::OWNER;

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
