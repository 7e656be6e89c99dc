//! Upgrades: a WebSocket, and nothing else (S80, S102).

use super::Tried;
use crate::support::client::Call;
use crate::support::lighttpd::{PROGRAMS, try_h2c};
use crate::support::people;

const OTHERS: [&str; 9] = [
    "Upgrade: h2c",
    "Upgrade: H2C",
    "Upgrade: h2c, websocket",
    "Upgrade: websocket, h2c",
    "Upgrade: h2c\r\nUpgrade: websocket",
    "Upgrade: websocket\r\nUpgrade: h2c",
    "Upgrade: TLS/1.0",
    "Upgrade: foo",
    "Upgrade: websocket/13",
];

pub(super) async fn a_web_socket_is_the_only_upgrade(tried: &mut Tried) {
    let posted = tried.owner.send(Call::fetch("POST", "/echo").body("whole body")).await;
    assert_eq!((posted.status, tried.place.upstream.last().body), (200, b"whole body".to_vec()));
    assert!(
        tried.owner.web_socket("/ws", &tried.place.base).await.is_ok(),
        "a WebSocket of somebody who is signed in opens"
    );
    for upgrade in OTHERS {
        let head = tried
            .owner
            .raw_head("GET", "/page")
            .replace("Connection: close", "Connection: Upgrade, HTTP2-Settings, Remote-User, close");
        let before = tried.place.upstream.count();
        let answer = tried.owner.raw(format!("{head}HTTP2-Settings: AAMAAABkAAQAAP__\r\n{upgrade}\r\n\r\n")).await;
        assert!(!answer.starts_with("HTTP/1.1 101"), "{upgrade}: {answer}");
        if tried.place.upstream.count() == before {
            continue;
        }
        let seen = tried.place.upstream.last();
        let passed = seen.header("upgrade").unwrap_or_else(|| "websocket".to_owned());
        assert!(passed.eq_ignore_ascii_case("websocket"), "{upgrade} became {passed}\n{}", seen.head_text());
        assert_eq!(seen.header("http2-settings"), None, "{upgrade}\n{}", seen.head_text());
        let connection = seen.header("connection").unwrap_or_default().to_lowercase();
        assert!(!connection.contains("remote") && !connection.contains("http2"), "{upgrade}\n{}", seen.head_text());
        assert_eq!(seen.header("remote-user").as_deref(), Some(people::OWNER));
    }
    // A server that does speak h2c, and a client that insists.
    let cookie = tried.owner.jar.header("/").unwrap();
    let Some(message) = try_h2c(tried.place.address(), tried.owner.host(), PROGRAMS[0], &cookie).await else { return };
    assert!(
        message.contains("HTTP Upgrade response") && !message.contains("101 Switching"),
        "{message}\n{}",
        tried.said()
    );
}
