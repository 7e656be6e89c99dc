//! One table of paths, which the built-in proxy, every dialect of forward-auth and every documented proxy are asked
//! about (B1, A17, B23).

use super::support::app::{TestApp, TestOptions};
use super::support::client::Client;
use super::support::people;
use super::support::upstream::Upstream;

/// Paths that are the app's; they arrive there byte for byte.
pub const OF_THE_APP: [&str; 34] = [
    "/@scope%2fpkg",
    "/@scope%2Fpkg/-/pkg-1.0.0.tgz",
    "/api/queues/%2F/q",
    "/api/queues/%2f/q%20r",
    "/a%5Cb.txt",
    "/a%5cb",
    "/file%252Fname",
    "/file%255Cname",
    "/50%25off",
    "/50%2525off",
    "/a/./b",
    "/a/../b",
    "/a/%2e/b",
    "/a/%2E%2E/b",
    "/x/.%2e./y",
    "/x/..;/y",
    "/caf%E9.txt",
    "/caf%C3%A9.txt",
    "/%ff%fe",
    "/%c0%af",
    "/x/..%25c0%25af",
    "/a;v=1/b;w",
    "/a//b",
    "//a",
    "/%7Euser/~user",
    "/%41%42c",
    "/a%3Fb%23c",
    "/a%0Ab",
    "/.well-known/x",
    "/_authors",
    "/_auth0/x",
    "/_auth.html",
    "/x/_auth/y",
    "/a|b/{c}",
];

/// Paths that some program reads as the gate's own; none of them reaches the app.
pub const OF_THE_GATE: [&str; 26] = [
    "/_auth",
    "/_auth/nothing",
    "/_AUTH/login",
    "//_auth/login",
    "/%5fauth/login",
    "/_%61uth/x",
    "/_auth;x/login",
    "/;x/_auth/login",
    "/_auth%2flogin",
    "/%2f_auth/login",
    "/_auth%5clogin",
    "/%5c_auth/login",
    "/./_auth/login",
    "/x/../_auth/login",
    "/x/%2e%2e/_auth/login",
    "/x/.%2E/_auth/login",
    "/x%2f..%2f_auth/login",
    "/x/..;a=1/_auth/login",
    "/x//../_auth/login",
    "/%255fauth/login",
    "/x/..%252f_auth/login",
    "/x/..%25c0%25af_auth/login",
    "/x/%c0%ae%c0%ae/_auth/login",
    "/_auth%3fx",
    "/_auth%23x",
    "/_auth%00x",
];

/// The status of a raw request, as nothing on the way to the proxy changes its path.
pub async fn status(client: &Client, path: &str) -> u16 {
    let answer = client.raw(format!("{}Accept: */*\r\n\r\n", client.raw_head("GET", path))).await;
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{path}: {answer:?}"))
}

#[tokio::test]
async fn s73_s82_the_built_in_proxy_forwards_paths_as_they_came_and_none_of_ours() {
    let (_app, upstream, owner) = people::with_app().await;
    for path in OF_THE_APP {
        assert_eq!(status(&owner, path).await, 200, "{path}");
        assert_eq!(upstream.last().target(), path);
    }
    let before = upstream.count();
    for path in OF_THE_GATE {
        let status = status(&owner, path).await;
        assert!(status < 500, "{path}: {status}");
        assert_eq!(upstream.count(), before, "{path} reached the app");
    }
}

#[tokio::test]
async fn s73_s82_every_dialect_judges_paths_as_the_built_in_proxy_does() {
    let app = TestApp::start(TestOptions::let_proxies_ask).await;
    let owner = people::claim(&app).await;
    for dialect in ["nginx", "traefik", "caddy", "haproxy", "envoy"] {
        let ask = async |path: &str| {
            let asked_at = if dialect == "envoy" {
                format!("/_auth/verify/envoy{path}")
            } else {
                format!("/_auth/verify/{dialect}")
            };
            let head = owner.raw_head("GET", &asked_at);
            let said = format!(
                "X-Original-URL: http://localhost:3000{path}\r\nX-Original-Method: GET\r\nX-Forwarded-Method: GET\r\n\
                 X-Forwarded-Proto: http\r\nX-Forwarded-Host: localhost:3000\r\nX-Forwarded-Uri: {path}\r\n"
            );
            let answer = owner.raw(format!("{head}{said}\r\n")).await;
            answer.split(' ').nth(1).unwrap_or_default().to_owned()
        };
        for path in OF_THE_APP {
            assert_eq!(ask(path).await, "200", "{dialect}: {path}");
        }
        for path in OF_THE_GATE {
            assert!(["400", "403", "404"].contains(&&*ask(path).await), "{dialect}: {path}");
        }
    }
}

#[tokio::test]
async fn after_sign_in_an_anonymous_visitor_returns_to_the_unchanged_path() {
    let upstream = Upstream::start().await;
    let app = TestApp::start(|options| options.upstream = Some(upstream.address)).await;
    people::claim(&app).await;
    let answer = app.client().get("/@scope%2fpkg?x=%2F").await;
    assert_eq!(answer.location(), "/_auth/login?next=/@scope%252fpkg%3Fx%3D%252F");
    assert_eq!(upstream.count(), 0);
}

#[tokio::test]
async fn s18_nul_in_an_address_is_refused_whatever_the_store() {
    let (_app, upstream, mut owner) = people::with_app().await;
    for path in [
        "users?q=%00",
        "audit?person=a%00b",
        "audit?event=%00",
        "audit?before=%00",
        "audit/export?person=%00",
        "users/%00",
    ] {
        assert_eq!(owner.get(&format!("/_auth/admin/{path}")).await.status, 400, "{path}");
    }
    owner.get("/_auth/account").await;
    assert_eq!(owner.post_form("/_auth/account/devices/%00/forget", &[]).await.status, 400);
    for path in ["/_auth/admin/users?q=a%00", "/_auth/%61dmin/users?q=a%00", "/%5fauth/admin/users?q=%00"] {
        assert_eq!(owner.get(path).await.status, 400, "{path}");
    }
    assert_eq!(upstream.count(), 0);
}
