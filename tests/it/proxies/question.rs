//! The question is the proxy's alone: a script of the app that could ask would read cookies that are none of a script's
//! (S103).

use super::{Kind, Tried, start};
use crate::support::browser::Browser;
use crate::support::client::Call;
use crate::support::people::{self, OWNER, PASSWORD};

pub(super) async fn nobody_but_the_proxy_may_ask(tried: &mut Tried) {
    let before = tried.place.upstream.count();
    for dialect in [
        "nginx",
        "caddy",
        "traefik",
        "haproxy",
        "envoy",
        "envoy/",
        "envoy/page",
        "envoy/..%2f..%2fx",
        "envoy/a/..%2f..%2f..%2fx",
        "envoy/%2e%2e/%2e%2e/x",
        "envoy/../../x",
        "ENVOY/x",
    ] {
        let first = &dialect[..1];
        let encoded = format!("%{:02x}{}", first.as_bytes()[0], &dialect[1..]);
        for path in [
            format!("/_auth/verify/{dialect}"),
            format!("/_auth/verify/{encoded}"),
            format!("/_auth/%76erify/{dialect}"),
            format!("/_auth/verif%79/{dialect}"),
            format!("/_auth/verify%2f{dialect}"),
            format!("/_auth%2fverify/{dialect}"),
            format!("/_auth//verify/{dialect}"),
            format!("/_auth/./verify/{dialect}"),
            format!("/_auth/x/../verify/{dialect}"),
            format!("/_auth/VERIFY/{dialect}"),
            format!("/_auth/verify;x/{dialect}"),
            format!("/_auth\\verify/{dialect}"),
            format!("//_auth/verify/{dialect}"),
            format!("/%5fauth/verify/{dialect}"),
            format!("/x/..%2f_auth/verify/{dialect}"),
            format!("/_auth/verify/{dialect}?x"),
        ] {
            if tried.kind == Kind::Traefik && (path.contains("..") || path.contains("%2e%2e")) {
                // It resolves the dots first, and then asks about what is left and hands that on.
                continue;
            }
            let ask = Call::fetch("GET", &path).header("X-Original-URL", &format!("{}/page", tried.place.base));
            let ask = ask
                .header("X-Original-Method", "GET")
                .header("X-Forwarded-Method", "GET")
                .header("X-Forwarded-Uri", "/page");
            let ask = ask.header("X-Forwarded-Host", "localhost").header("X-Forwarded-Proto", "http");
            let answer = tried.owner.send(ask).await;
            let message = ["cookie", "remote-user", "remote-id"].map(|name| answer.header(name));
            assert!(
                answer.status >= 300 && message == [None; 3],
                "{path}: {} {message:?}\n{}",
                answer.status,
                tried.said()
            );
        }
    }
    let asked = tried.owner.send(Call::fetch("GET", "/_auth/ask")).await;
    assert!(asked.status >= 400, "{}", asked.status);
    assert_eq!(tried.place.upstream.count(), before, "{:?}\n{}", tried.place.upstream.last().target(), tried.said());
}

/// What a script of the app gets to see of each answer, as the browser tells it.
const ASK: &str = "const done = arguments[1]; \
    const headers = {'X-Original-URL': location.href, 'X-Original-Method': 'GET', 'X-Forwarded-Method': 'GET', \
    'X-Forwarded-Uri': '/page', \
        'X-Forwarded-Host': location.host, 'X-Forwarded-Proto': 'http'}; \
    Promise.all(arguments[0].map(path => fetch(path, {headers, redirect: 'manual'}).then(answer => \
        [path, answer.headers.get('cookie'), answer.headers.get('remote-user')].join(' ')))).then(done);";

#[tokio::test]
async fn s103_no_script_in_chromium_can_ask_behind_any_documented_proxy() {
    let Some(browser) = Browser::start().await else { return };
    for kind in [Kind::BuiltIn, Kind::Nginx, Kind::Caddy, Kind::Traefik, Kind::Haproxy, Kind::Envoy] {
        let Some((place, _proxy)) = start(kind).await else { continue };
        people::claim(&place.app).await;
        let base = format!("http://localhost:{}", place.port);
        // To the app by way of the sign-in page: another address opened now could overtake the answer to the form.
        browser.open(&format!("{base}/page")).await;
        browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
        browser.find("#app").await;
        let mut paths = Vec::new();
        for dialect in
            ["nginx", "caddy", "traefik", "haproxy", "envoy/page", "envoy/..%2f..%2fx", "envoy/a/..%2f..%2f..%2fx"]
        {
            paths.extend([
                format!("/_auth/verify/{dialect}"),
                format!("/_auth/%76erify/{dialect}"),
                format!("/_auth//verify/{dialect}"),
            ]);
            paths.push(format!("/_auth/verify%2f{dialect}"));
        }
        let expected: Vec<String> = paths.iter().map(|path| format!("{path}  ")).collect();
        let answers = browser.page.execute_async(ASK, vec![paths.into()]).await.unwrap();
        let answers: Vec<&str> = answers.as_array().unwrap().iter().map(|answer| answer.as_str().unwrap()).collect();
        assert_eq!(answers, expected, "{kind:?}");
    }
    browser.close().await;
}
