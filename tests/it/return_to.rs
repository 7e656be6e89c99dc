//! The way back after sign-in: which page it leads to, and that nothing that was posted is asked for by GET.

use super::support::app::{TestApp, TestOptions};
use super::support::browser::{Browser, NOT_LOOPBACK, SIGN_IN};
use super::support::client::Call;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::Process;
use super::support::upstream::{Received, Upstream};

const DIALECTS: [&str; 4] = ["nginx", "traefik", "caddy", "haproxy"];
/// What a browser sends with a form.
const POSTED: [(&str, &str); 4] = [
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-site", "same-origin"),
    ("accept", "text/html"),
];

/// The question that a proxy asks about `method` at `/orders`, with the headers of the visitor.
fn question(dialect: &str, method: &str, headers: &[(&str, &str)]) -> Call {
    let asked = [
        ("x-original-url", "http://localhost:3000/orders?x=1"),
        ("x-original-method", method),
        ("x-forwarded-method", method),
        ("x-forwarded-proto", "http"),
        ("x-forwarded-host", "localhost:3000"),
        ("x-forwarded-uri", "/orders?x=1"),
    ];
    let about =
        |name: &str| if dialect == "nginx" { name.starts_with("x-original") } else { name.starts_with("x-forwarded") };
    let call = Call::new("GET", &format!("/_auth/verify/{dialect}"));
    let call = asked.iter().filter(|(name, _)| about(name)).fold(call, |call, (name, value)| call.header(name, value));
    headers.iter().fold(call, |call, (name, value)| call.also(name, value))
}

/// Where `method` with those headers is led, by the proxy and by every dialect; the path behind `next=`.
async fn next_of(app: &TestApp, asked: &TestApp, method: &str, headers: &[(&str, &str)]) -> String {
    let call = headers.iter().fold(Call::new(method, "/orders?x=1"), |call, (name, value)| call.also(name, value));
    let answer = app.client().send(call).await;
    let location = match answer.status {
        303 => answer.location().to_owned(),
        _ => answer.json()["login_url"].as_str().unwrap().to_owned(),
    };
    for dialect in DIALECTS {
        let verdict = asked.client().send(question(dialect, method, headers)).await;
        let message = if verdict.location().is_empty() {
            verdict.json()["login_url"].as_str().unwrap().to_owned()
        } else {
            verdict.location().to_owned()
        };
        assert_eq!(
            message.trim_start_matches("http://localhost:3000"),
            location.trim_start_matches("http://localhost:3000"),
            "{dialect} {method} {headers:?}"
        );
        let navigation = if dialect == "nginx" {
            verdict.header("x-portcullis-navigation") == Some("yes")
        } else {
            verdict.status == 303
        };
        assert_eq!(navigation, answer.status == 303, "{dialect} {method} {headers:?}");
    }
    location.split_once("next=").map_or_else(String::new, |(_, next)| next.to_owned())
}

async fn both_gates() -> (TestApp, TestApp, Upstream) {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let asked = TestApp::start(TestOptions::let_proxies_ask).await;
    people::claim(&app).await;
    people::claim(&asked).await;
    (app, asked, upstream)
}

#[tokio::test]
async fn what_was_posted_leads_back_to_its_page_and_never_to_where_it_was_sent() {
    let (app, asked, upstream) = both_gates().await;
    let of = |referer: &'static str| [&POSTED[..], &[("referer", referer)]].concat();
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(
            next_of(&app, &asked, method, &of("http://localhost:3000/form?id=7")).await,
            "/form%3Fid%3D7",
            "{method}"
        );
        for elsewhere in [
            "https://login.example.net/authorize",
            "http://localhost:3001/form",
            "https://localhost:3000/form",
            "nonsense",
        ] {
            assert_eq!(next_of(&app, &asked, method, &of(elsewhere)).await, "/", "{method} from {elsewhere}");
        }
        assert_eq!(next_of(&app, &asked, method, &POSTED).await, "/", "{method} without a word about its page");
    }
    // A page that a script was on is a way back for its requests too.
    let script = [("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("referer", "http://localhost:3000/board")];
    assert_eq!(next_of(&app, &asked, "POST", &script).await, "/board");
    for method in ["GET", "HEAD"] {
        let call = Call::navigation("/orders?x=1").method(method).header("referer", "http://localhost:3000/form");
        assert_eq!(app.client().send(call).await.location(), "/_auth/login?next=/orders%3Fx%3D1", "{method}");
    }
    assert_eq!(next_of(&app, &asked, "GET", &of("http://localhost:3000/form")).await, "/orders%3Fx%3D1");
    assert_eq!(upstream.count(), 0);
}

#[tokio::test]
async fn both_gates_redirect_navigations_to_sign_in_and_answer_scripts_with_401() {
    let (app, asked, _upstream) = both_gates().await;
    let (navigate, document, html) =
        (("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document"), ("accept", "text/html"));
    for (headers, leads) in [
        (vec![navigate, document], true),
        (vec![navigate, ("sec-fetch-dest", "iframe")], true),
        (vec![html], true),
        (vec![html, ("x-requested-with", "com.example.app")], true),
        (vec![navigate, document, ("x-requested-with", "com.example.app")], true),
        (vec![html, ("x-requested-with", "XMLHttpRequest")], false),
        (vec![navigate, document, ("x-requested-with", "XMLHttpRequest")], false),
        (vec![html, ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")], false),
        (vec![html, navigate, ("sec-fetch-dest", "empty")], false),
        (vec![html, navigate], false),
        (vec![("accept", "*/*")], false),
        (vec![], false),
    ] {
        let call = headers.iter().fold(Call::new("GET", "/orders?x=1"), |call, (name, value)| call.also(name, value));
        assert_eq!(app.client().send(call).await.status, if leads { 303 } else { 401 }, "{headers:?}");
        assert_eq!(next_of(&app, &asked, "GET", &headers).await, "/orders%3Fx%3D1", "{headers:?}");
    }
}

#[tokio::test]
async fn long_and_odd_return_addresses_survive_the_sign_in() {
    let (app, _asked, _upstream) = both_gates().await;
    for asked in [
        format!("/page?x={}", "a".repeat(2105)),
        format!("/page?x={}", "a".repeat(16 * 1024 - 8)),
        "/page?file=C:\\Users\\ada".to_owned(),
        "/page?x=%5C%5C&y=%26".to_owned(),
        "/page?x=//elsewhere.example\\@y".to_owned(),
    ] {
        let mut client = app.client();
        let turned = client.get(&asked).await;
        assert_eq!(turned.status, 303, "{asked}");
        let form = client.get(turned.location()).await;
        assert_eq!(form.status, 200, "{asked}");
        // As the form does it: to its own address, with the hidden field.
        let next = page::field(&form.text(), "next").unwrap();
        let fields = [("next", next.as_str()), ("email", OWNER), ("password", PASSWORD)];
        let answer = client.post_form(turned.location(), &fields).await;
        assert_eq!((answer.status, answer.location()), (303, asked.replace('\\', "%5C").as_str()));
    }
    // The field may be missing: then the address says it.
    let mut client = app.client();
    client.get("/_auth/login?next=/page").await;
    let answer = client.post_form("/_auth/login?next=/page", &[("email", OWNER), ("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.location()), (303, "/page"));
    for dropped in ["/a%5Cb\\c", "/page%0A", "https://elsewhere.example/", "//elsewhere.example/"] {
        let mut client = app.client();
        client.get("/_auth/login").await;
        let answer =
            client.post_form("/_auth/login", &[("next", dropped), ("email", OWNER), ("password", PASSWORD)]).await;
        let led = answer.location();
        assert!(answer.status == 303 && (led == "/" || led == "/page%0A"), "{dropped} led to {led}");
    }
}

/// A claimed server in a process of its own, so that the browser's origin is `APP_URL`.
async fn claimed(upstream: &Upstream) -> Process {
    let process =
        Process::start_with(tempfile::tempdir().unwrap(), "start", &[("UPSTREAM_URL".to_owned(), upstream.url())])
            .await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), token.trim()).await;
    process
}

/// Ends every session of the owner from another browser.
async fn end_all_sessions(process: &Process) {
    let mut other = process.client();
    people::sign_in(&mut other, OWNER, PASSWORD).await;
    assert_eq!(other.submit("/_auth/account", "/_auth/account/sessions/end-all", &[]).await.status, 303);
}

#[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are none")]
async fn posts_after_the_end(browser: Browser) {
    let upstream = Upstream::start().await;
    let process = claimed(&upstream).await;
    let base = process.app_url();
    browser.open(&format!("{base}/form?of=7")).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.find("#order").await;
    end_all_sessions(&process).await;
    browser.click("#order button").await;
    browser.at("/_auth/login").await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.find("#order").await;
    assert_eq!(browser.url().await, format!("{base}/form?of=7"));
    let seen: Vec<String> =
        upstream.received().iter().map(|one| format!("{} {}", one.method(), one.target())).collect();
    assert!(seen.iter().all(|line| !line.contains("/orders")), "{seen:?}");
    // Now it arrives, once and whole.
    browser.click("#order button").await;
    browser.find("#app").await;
    let posted: Vec<_> = upstream.received().into_iter().filter(|one| one.target() == "/orders").collect();
    let posted: Vec<_> =
        posted.iter().map(|one| (one.method(), String::from_utf8_lossy(&one.body).into_owned())).collect();
    assert_eq!(posted, [("POST".to_owned(), "a=1".to_owned())]);
    browser.close().await;
}

#[tokio::test]
async fn chromium_comes_back_to_the_page_of_a_form_that_was_posted_after_the_end_of_the_session() {
    let (Some(browser), Some(plain)) = (Browser::start().await, Browser::without_scripts().await) else { return };
    posts_after_the_end(browser).await;
    posts_after_the_end(plain).await;
}

#[tokio::test]
async fn a_form_of_another_site_that_brings_no_cookies_leads_to_the_start_and_sends_nothing() {
    let Some(browser) = Browser::start().await else { return };
    let upstream = Upstream::start().await;
    let process = claimed(&upstream).await;
    let base = process.app_url();
    let elsewhere = format!("http://{NOT_LOOPBACK}:{}/form?to={base}/callback", upstream.address.port());
    // Nobody is signed in: after the sign-in it is the start.
    browser.open(&elsewhere).await;
    browser.click("#order button").await;
    browser.at("/_auth/login").await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.find("#app").await;
    assert_eq!(browser.url().await, format!("{base}/"));
    // Somebody is, but `SameSite=Lax` keeps the cookies back.
    browser.open(&elsewhere).await;
    browser.click("#order button").await;
    browser.find("#app").await;
    assert_eq!(browser.url().await, format!("{base}/"));
    let callbacks: Vec<String> =
        upstream.received().iter().map(Received::target).filter(|target| target.contains("callback")).collect();
    assert!(callbacks.iter().all(|target| target.starts_with("/form?to=")), "{callbacks:?}");
    browser.close().await;
}

#[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are none")]
async fn keeps_the_fragment(browser: Browser) {
    let upstream = Upstream::start().await;
    let process = claimed(&upstream).await;
    let base = process.app_url();
    for (asked, wrong_first) in [("/x#/deep", false), ("/x?y=1#/deep/er?z=2", true), ("/#tab", true)] {
        browser.open(&format!("{base}{asked}")).await;
        browser.at("/_auth/login").await;
        if wrong_first {
            browser.submit("/_auth/login", &[("email", OWNER), ("password", "not the password")]).await;
            browser.find(".summary").await;
        }
        browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
        browser.find("#app").await;
        assert_eq!(browser.url().await, format!("{base}{asked}"));
        browser.open(&format!("{base}/_auth/account")).await;
        browser.submit("/_auth/logout", &[]).await;
        browser.find(SIGN_IN).await;
    }
    browser.close().await;
}

#[tokio::test]
async fn chromium_keeps_the_fragment_through_the_sign_in() {
    let Some(browser) = Browser::start().await else { return };
    keeps_the_fragment(browser).await;
}

#[tokio::test]
async fn chromium_keeps_the_fragment_through_the_sign_in_without_javascript() {
    let Some(browser) = Browser::without_scripts().await else { return };
    keeps_the_fragment(browser).await;
}
