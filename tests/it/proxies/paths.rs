//! Every proxy judges paths as the gate does, and hands them on as they came where it can (S73, S82).

use super::{Kind, Tried};
use crate::paths::{OF_THE_APP, OF_THE_GATE, status};

/// How Traefik writes the paths that it does not leave alone; RFC 3986 has both spellings for one.
const BY_TRAEFIK: [(&str, &str); 15] = [
    ("/@scope%2fpkg", "/@scope%2Fpkg"),
    ("/api/queues/%2f/q%20r", "/api/queues/%2F/q%20r"),
    ("/a%5cb", "/a%5Cb"),
    ("/a/./b", "/a/b"),
    ("/a/../b", "/b"),
    ("/a/%2e/b", "/a/b"),
    ("/a/%2E%2E/b", "/b"),
    ("/x/.%2e./y", "/x/.../y"),
    ("/%ff%fe", "/%FF%FE"),
    ("/%c0%af", "/%C0%AF"),
    ("/a//b", "/a/b"),
    ("//a", "/a"),
    ("/%7Euser/~user", "/~user/~user"),
    ("/%41%42c", "/ABc"),
    ("/a|b/{c}", "/a%7Cb/%7Bc%7D"),
];
/// The same for Caddy.
const BY_CADDY: [(&str, &str); 1] = [("/a|b/{c}", "/a%7Cb/%7Bc%7D")];

fn handed_on_by(kind: Kind, path: &'static str) -> &'static str {
    let rewritten: &[(&str, &'static str)] = match kind {
        Kind::Traefik => &BY_TRAEFIK,
        Kind::Caddy => &BY_CADDY,
        Kind::BuiltIn | Kind::Nginx | Kind::Haproxy | Kind::Envoy => &[],
    };
    rewritten.iter().find(|(from, _)| *from == path).map_or(path, |(_, to)| to)
}

pub(super) async fn the_app_gets_its_own_and_none_of_the_gates(tried: &Tried) {
    for path in OF_THE_APP {
        assert_eq!(status(&tried.owner, path).await, 200, "{path}\n{}", tried.said());
        assert_eq!(tried.place.upstream.last().target(), handed_on_by(tried.kind, path), "{:?}", tried.kind);
    }
    let before = tried.place.upstream.count();
    for path in OF_THE_GATE {
        let status = status(&tried.owner, path).await;
        assert!(status < 500, "{path}: {status}\n{}", tried.said());
        assert_eq!(tried.place.upstream.count(), before, "{path} reached the app\n{}", tried.said());
    }
}
