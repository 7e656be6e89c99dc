//! Forward-auth as each proxy asks; the real proxies are in proxies/.

use super::support::app::{TestApp, TestOptions};
use super::support::client::{Call, Client, Response};
use super::support::people;
use super::support::process::Process;
use super::support::wait;

const DIALECTS: [&str; 5] = ["nginx", "traefik", "caddy", "haproxy", "envoy"];

/// What a proxy says about the request that it asks for.
#[derive(Clone, Copy)]
struct Asked<'a> {
    method: &'a str,
    host: &'a str,
    path: &'a str,
}

const PAGE: Asked<'_> = Asked { method: "GET", host: "localhost:3000", path: "/page?x=1" };

impl Asked<'_> {
    /// The question in that dialect.
    fn by(self, dialect: &str) -> Call {
        let Self { method, host, path } = self;
        let call = Call::new("GET", &format!("/_auth/verify/{dialect}")).header("accept", "text/html");
        match dialect {
            "nginx" => {
                call.header("x-original-url", &format!("http://{host}{path}")).header("x-original-method", method)
            }
            "envoy" => {
                let call = Call::new(method, &format!("/_auth/verify/envoy{path}")).header("accept", "text/html");
                call.header("x-forwarded-proto", "http").header("host", host)
            }
            _ => {
                let call = call.header("x-forwarded-proto", "http").header("x-forwarded-host", host);
                call.header("x-forwarded-uri", path).header("x-forwarded-method", method)
            }
        }
    }
}

fn ask(dialect: &str) -> Call {
    PAGE.by(dialect)
}

/// A gate that proxies may ask in every dialect, and its owner.
async fn asked_gate() -> (TestApp, Client) {
    let app = TestApp::start(TestOptions::let_proxies_ask).await;
    let owner = people::claim(&app).await;
    (app, owner)
}

/// nginx understands only 403 where others get a more specific status.
fn refused_as(dialect: &str, status: u16) -> u16 {
    if dialect == "nginx" { 403 } else { status }
}

fn says_nothing(answer: &Response) -> bool {
    answer.header("remote-user").is_none() && answer.header("cookie").is_none()
}

#[tokio::test]
async fn s70_s74_each_dialect_allows_with_all_headers_and_denies_as_its_proxy_understands() {
    let (app, mut owner) = asked_gate().await;
    let id = owner.send(ask("nginx")).await.header("remote-id").unwrap().to_owned();
    assert!(id.len() > 8, "{id}");
    for dialect in DIALECTS {
        let allowed = owner.send(ask(dialect)).await;
        assert_eq!(allowed.status, 200, "{dialect}");
        let message = ["remote-user", "remote-email", "remote-name", "remote-groups", "remote-id"]
            .map(|name| allowed.header(name).unwrap());
        assert_eq!(message, [people::OWNER, people::OWNER, "Olive Owner", "admin", &id], "{dialect}");
        assert!(allowed.set_cookies().is_empty());
        let denied = app.client().send(ask(dialect)).await;
        assert_eq!(denied.status, if dialect == "nginx" { 401 } else { 303 }, "{dialect}");
        assert_eq!(denied.location(), "http://localhost:3000/_auth/login?next=/page%3Fx%3D1", "{dialect}");
        let script = app.client().send(ask(dialect).header("accept", "*/*")).await;
        assert_eq!(script.status, 401, "{dialect}");
        let without = owner.send(Call::new("GET", &format!("/_auth/verify/{dialect}"))).await;
        assert_eq!(without.status, refused_as(dialect, 400), "{dialect} guesses");
    }
}

#[tokio::test]
async fn s05_before_the_claim_every_dialect_leads_to_set_up_and_lets_nobody_in() {
    let app = TestApp::start(TestOptions::let_proxies_ask).await;
    for dialect in DIALECTS {
        let answer = app.client().send(ask(dialect)).await;
        assert_eq!(answer.status, if dialect == "nginx" { 401 } else { 303 }, "{dialect}");
        assert_eq!(answer.location(), "http://localhost:3000/_auth/setup", "{dialect}");
        assert!(says_nothing(&answer), "{dialect}");
    }
}

#[tokio::test]
async fn s28_s72_verify_answers_trusted_proxies_alone() {
    let app = TestApp::start(|options| options.forward_auth = Some("nginx".to_owned())).await;
    let mut owner = people::claim(&app).await;
    assert_eq!(owner.send(ask("nginx")).await.status, 403);
}

#[tokio::test]
async fn the_pages_lead_to_the_app_where_a_proxy_asks_and_to_the_account_where_there_is_none() {
    for (is_asked, home) in [(true, "/"), (false, "/_auth/account")] {
        let app = TestApp::start(|options| {
            if is_asked {
                options.let_proxies_ask();
            }
        })
        .await;
        let mut owner = people::claim(&app).await;
        for path in ["/_auth/", "/_auth/account", "/_auth/admin/users"] {
            let page = owner.get(path).await.text();
            assert_eq!(page.contains("<a href=\"/\">"), is_asked, "{home} {path}: {page}");
        }
        let invited = people::invite(&mut owner, "eve@example.org", "", "user").await;
        assert_eq!(people::accept(&mut app.client(), &invited.link, people::PASSWORD).await.location(), home);
        assert_eq!(people::sign_in(&mut app.client(), people::OWNER, people::PASSWORD).await.location(), home);
    }
}

#[tokio::test]
async fn s112_a_host_of_no_app_is_refused_in_every_dialect_whoever_asks() {
    let (app, mut owner) = asked_gate().await;
    for host in ["wiki.localhost:3000", "localhost:4000", "evil.example", "localhost.evil.example"] {
        let elsewhere = Asked { host, ..PAGE };
        for dialect in DIALECTS {
            for answer in [owner.send(elsewhere.by(dialect)).await, app.client().send(elsewhere.by(dialect)).await] {
                assert_eq!(answer.status, 403, "{dialect} {host}");
                assert!(
                    answer.header("remote-user").is_none() && !answer.text().contains("localhost:3000"),
                    "{dialect} {host}"
                );
            }
        }
    }
}

#[tokio::test]
async fn s103_only_the_dialects_that_forward_auth_names_are_there() {
    for (named, there) in
        [(None, vec![]), (Some("nginx"), vec!["nginx"]), (Some("caddy, envoy"), vec!["caddy", "envoy"])]
    {
        let app = TestApp::start(|options| {
            options.trusted_proxies = Some("127.0.0.1".to_owned());
            options.forward_auth = named.map(str::to_owned);
        })
        .await;
        let mut owner = people::claim(&app).await;
        for dialect in DIALECTS {
            let answer = owner.send(ask(dialect)).await;
            assert_eq!(answer.status, if there.contains(&dialect) { 200 } else { 404 }, "{dialect} of {named:?}");
            assert!(there.contains(&dialect) || says_nothing(&answer), "{dialect} of {named:?}");
        }
    }
}

#[tokio::test]
async fn s103_a_proxy_missing_in_forward_auth_is_logged_once() {
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let mut client = process.client();
    for _ in 0..3 {
        assert_eq!(client.send(ask("caddy")).await.status, 404);
    }
    assert_eq!(client.send(ask("envoy")).await.status, 404);
    process.running.line_with("envoy");
    let said = process.output();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("FORWARD_AUTH")).collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines.iter().all(|line| line.contains("INFO")) && lines[0].contains("caddy"), "{said}");
}

#[tokio::test]
async fn s103_the_question_has_one_spelling() {
    let (_app, mut owner) = asked_gate().await;
    for path in [
        "/_auth/%76erify/nginx",
        "/_auth/verify/ngin%78",
        "/_auth/verify%2fnginx",
        "/_auth/verify/./nginx",
        "/_auth/verify/../verify/nginx",
        "/_auth/verify/nginx/",
        "/_auth/verify/nginx/x",
        "/_auth/verify/nginx;x",
        "/_auth/verify//nginx",
        "//_auth/verify/nginx",
        "/_auth//verify/nginx",
        "/_AUTH/verify/nginx",
        "/%5fauth/verify/nginx",
        "/_auth/verify/NGINX",
        "/_auth/verify/apache",
        "/_auth/verify/",
        "/_auth/verify",
        "/_auth/%76erify/envoy/page",
        "/_auth/verify/env%6fy/page",
        "/_auth/verify/envoy%2fpage",
        "/_auth/verify/envoyx/page",
        "/x/../_auth/verify/nginx",
    ] {
        let question = ask("nginx").header("x-forwarded-proto", "http").header("x-forwarded-host", "localhost:3000");
        let question = question.header("x-forwarded-method", "GET").header("x-forwarded-uri", "/page");
        let answer = owner.send(question.at(path)).await;
        assert!(matches!(answer.status, 400 | 404) && says_nothing(&answer), "{path}: {}", answer.status);
    }
    // For Envoy, what follows is the path that it asks about, as it came.
    for (path, status) in [
        ("/a/..%2fx", 200),
        ("/..%2f..%2fx", 400),
        ("/a/./b", 200),
        ("/caf%E9", 200),
        ("/x%0Ay", 200),
        ("/..%2f_auth/x", 400),
    ] {
        assert_eq!(owner.send(Asked { path, ..PAGE }.by("envoy")).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn s72_a_question_that_is_not_clear_is_refused_in_every_dialect() {
    let (_app, mut owner) = asked_gate().await;
    for dialect in DIALECTS {
        let mut refused = async |call: Call, what: &str| {
            let answer = owner.send(call).await;
            assert_eq!(answer.status, refused_as(dialect, 400), "{dialect}: {what}");
            assert!(says_nothing(&answer), "{dialect}: {what}");
        };
        let headers: &[&str] = match dialect {
            "nginx" => &["x-original-url", "x-original-method"],
            "envoy" => &["x-forwarded-proto"],
            _ => &["x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri", "x-forwarded-method"],
        };
        for name in headers {
            refused(ask(dialect).without(name), name).await;
            refused(ask(dialect).also(name, "GET"), &format!("{name} twice")).await;
            refused(ask(dialect).header(name, ""), &format!("{name} empty")).await;
        }
        for method in ["get", "GET1", "ABCDEFGHIJKLMNOPQRSTU", "G_T"] {
            refused(Asked { method, ..PAGE }.by(dialect), method).await;
        }
        if dialect != "envoy" {
            for method in ["GET,POST", "GE T", "<x>", "GET\u{e9}", "CONNECT", "TRACE"] {
                refused(Asked { method, ..PAGE }.by(dialect), method).await;
            }
        }
        for host in [
            "a%00b.example.org",
            "a<b.example.org",
            "a\u{2039}b.example.org",
            "a..b",
            "127.1",
            "a@b",
            "a,b",
            "a:0",
            "[::1",
        ] {
            refused(Asked { host, ..PAGE }.by(dialect), host).await;
        }
    }
}

#[tokio::test]
async fn s72_the_log_says_why_a_question_was_refused() {
    let variables = [("TRUSTED_PROXIES", "127.0.0.1"), ("FORWARD_AUTH", "traefik,haproxy")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &variables).await;
    let mut client = process.client();
    for (call, why) in [
        (ask("traefik").without("x-forwarded-method"), "the method is missing or duplicated"),
        (Asked { method: "GE T", ..PAGE }.by("haproxy"), "the method is not 1 to 20 letters, or is CONNECT or TRACE"),
        (Asked { host: "a%00b", ..PAGE }.by("haproxy"), "the host has no canonical form"),
        (
            Asked { path: "/x/%2e%2e/_auth/y", ..PAGE }.by("haproxy"),
            "some programs interpret it as a path below \
            /_auth",
        ),
    ] {
        assert_eq!(client.send(call).await.status, 400);
        let line = wait::eventually_blocking("the line", || {
            process.output().lines().find(|line| line.contains(why)).map(str::to_owned)
        });
        assert!(line.contains("INFO"), "{line}");
    }
}

#[tokio::test]
async fn s46_forward_auth_takes_the_refresh_token_and_never_rotates() {
    let (app, mut owner) = asked_gate().await;
    app.advance(3700);
    for _ in 0..3 {
        let answer = owner.send(ask("traefik")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.set_cookies().is_empty());
    }
    people::sign_out(&mut owner.clone()).await;
    assert_eq!(owner.send(ask("traefik")).await.status, 303);
}

#[tokio::test]
async fn s79_where_the_built_in_proxy_serves_the_app_no_answer_names_its_cookies() {
    for (with_app, message) in [(false, Some("app=1")), (true, None)] {
        let app = TestApp::start(|options| {
            options.let_proxies_ask();
            options.upstream = with_app.then(|| ([127, 0, 0, 1], 9).into());
        })
        .await;
        let mut owner = people::claim(&app).await;
        owner.jar.put("app", "1");
        let answer = owner.send(ask("nginx")).await;
        assert_eq!((answer.status, answer.header("cookie")), (200, message), "with an app behind: {with_app}");
    }
}

#[tokio::test]
async fn s33_a_remembered_verdict_is_about_every_byte_of_its_token() {
    let (app, owner) = asked_gate().await;
    for name in ["portcullis_access_3000", "portcullis_refresh_3000"] {
        let token = owner.jar.get(name).unwrap().to_owned();
        let mut other = app.client();
        other.jar.put(name, &token);
        // Often enough that every worker has it in memory.
        for _ in 0..8 {
            assert_eq!(other.send(ask("nginx")).await.status, 200);
        }
        // Another first byte; the signature stays.
        other.jar.put(name, &format!("A{}", &token[1..]));
        assert_ne!(other.jar.get(name), Some(&*token));
        for _ in 0..8 {
            assert_eq!(other.send(ask("nginx")).await.status, 401, "{name}");
        }
    }
}

#[tokio::test]
async fn an_unknown_dialect_is_not_found_and_admits_nobody() {
    let (_app, mut owner) = asked_gate().await;
    for path in ["/_auth/verify/apache", "/_auth/verify/nginx/x", "/_auth/verify/"] {
        let answer = owner.send(Call::new("GET", path)).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/json")), "{path}");
        assert!(answer.header("remote-user").is_none() && answer.header("x-content-type-options").is_some(), "{path}");
    }
}
