//! The table of pages, row by row: everybody who may not use one is kept out, and who may gets as far as its form's
//! token (S98).

use std::collections::BTreeSet;

use portcullis::for_tests::{ADMIN_PAGES, API, Access, Host, Language, PAGES, Row, Text, texts};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::app::TestApp;
use super::support::client::{Call, Client, Response, encode_form};
use super::support::page::{csrf_token, visible_text};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::wait;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Pair,
    User,
    Admin,
}

/// What comes of it.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// There is no such method here.
    WrongMethod,
    SignInFirst,
    /// 403 with the text of this key.
    Denied(&'static str),
    /// The handler answered.
    Answered,
}

fn address(row: &Row) -> String {
    format!(
        "/_auth{}",
        row.path
            .replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA")
            .replace("{user}", "AAAAAAAAAAAAAAAAAAAAAA")
            .replace("{rule}", "AAAAAAAAAAAAAAAAAAAAAA")
    )
}

/// The rule, written a second time and differently from the program.
fn expected(row: &Row, who: Who, method: &str) -> Outcome {
    let offered = match method {
        "GET" | "HEAD" => row.rule().has_page,
        "POST" => row.rule().has_action,
        _ => false,
    };
    if !offered {
        return Outcome::WrongMethod;
    }
    let rank = [Who::Nobody, Who::Pair, Who::User, Who::Admin].iter().position(|one| *one == who).unwrap();
    let needed = match row.access {
        Access::Open | Access::Link => 0,
        Access::Session => 1,
        Access::Member => 2,
        Access::Admin => 3,
    };
    match who {
        // Who is signed in has no more use for a form from before that.
        _ if rank > 0 && row.access == Access::Open && row.rule().has_page && method == "POST" => Outcome::Answered,
        _ if rank >= needed && method == "POST" => {
            Outcome::Denied(if who == Who::Nobody { "fault-cookie" } else { "fault-form-out-of-date" })
        }
        Who::Pair if row.path == "/account" => Outcome::Denied("no-account-intro"),
        _ if rank >= needed => Outcome::Answered,
        Who::Nobody => Outcome::SignInFirst,
        Who::Pair => Outcome::Denied("fault-configured"),
        Who::User | Who::Admin => Outcome::Denied("fault-admins-only"),
    }
}

fn is_text(answer: &Response, app: &TestApp, key: &'static str) -> bool {
    let text = texts::say(Language::English, &Text::new(key).with("url", app.app_url.clone()));
    visible_text(&answer.text()).contains(&text)
}

fn observed(answer: &Response, app: &TestApp, row: &Row, method: &str) -> Outcome {
    let way = answer.location().strip_prefix("/_auth/login");
    match answer.status {
        405 => {
            let allowed = answer.header("allow").unwrap_or_default();
            assert!(
                allowed.contains("GET") == row.rule().has_page && allowed.contains("POST") == row.rule().has_action,
                "{}: {allowed}",
                row.path
            );
            Outcome::WrongMethod
        }
        // Whoever opens the start page, or ends a session, without one has nothing to come back to.
        303 if row.access != Access::Open && way.is_some_and(|rest| rest.is_empty() || rest.starts_with("?next=")) => {
            Outcome::SignInFirst
        }
        403 if method == "HEAD" => Outcome::Denied("no text"),
        403 => {
            let keys =
                ["fault-cookie", "fault-form-out-of-date", "fault-configured", "fault-admins-only", "no-account-intro"];
            Outcome::Denied(keys.into_iter().find(|key| is_text(answer, app, key)).unwrap_or("another text"))
        }
        200 | 303 => Outcome::Answered,
        // Nothing says which app is asked for.
        400 if row.path == "/handover" => Outcome::Answered,
        // The links, accounts and sessions of the walk do not exist.
        404 | 410 if row.path.contains("{id}") || row.access == Access::Link => Outcome::Answered,
        other => panic!("{method} {}: {other} {}", row.path, answer.text()),
    }
}

async fn walk(app: &TestApp, who: Who, client: &mut Client) {
    for row in PAGES.iter().filter(|row| row.host != Host::App) {
        for method in METHODS {
            let call = match method {
                // Without the token: nothing is changed, and every action requires it.
                "POST" => Call::form(&address(row), &app.app_url, &[]),
                other => Call::navigation(&address(row)).method(other),
            };
            // An anonymous client sends nothing, not even the cookie of an earlier form.
            let answer = if who == Who::Nobody { app.client().send(call).await } else { client.send(call).await };
            let expected = match expected(row, who, method) {
                Outcome::Denied(_) if method == "HEAD" => Outcome::Denied("no text"),
                other => other,
            };
            assert_eq!(observed(&answer, app, row, method), expected, "{who:?}: {method} {}", row.path);
        }
    }
}

/// The same for scripts: with a session they get an answer, without one 401 with the address of sign-in.
async fn walk_api(app: &TestApp, who: Who, client: &mut Client) {
    for (row, method) in API.iter().flat_map(|row| METHODS.map(|method| (row, method))) {
        let path = format!("/_auth/api{}", row.path);
        let call = Call::fetch(method, &path).header("origin", &app.app_url);
        let answer = if who == Who::Nobody { app.client().send(call).await } else { client.send(call).await };
        let offered = expected(row, who, method) != Outcome::WrongMethod;
        let right = match (offered, who) {
            (false, _) => 405,
            (true, Who::Nobody) => 401,
            (true, Who::Pair | Who::User | Who::Admin) => 200,
        };
        assert_eq!(answer.status, right, "{who:?}: {method} {path}");
        if right == 401 && method != "HEAD" {
            let (json, login) = (answer.json(), format!("{}/_auth/login", app.app_url));
            assert!(json["error"] == "unauthenticated" && json["login_url"] == login.as_str(), "{json}");
        }
    }
}

#[tokio::test]
async fn s98_every_row_of_the_table_keeps_out_whom_it_does_not_name() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (mut ada, _page) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    for (who, client) in [(Who::Nobody, &mut app.client()), (Who::User, &mut ada), (Who::Admin, &mut owner)] {
        walk(&app, who, client).await;
        walk_api(&app, who, client).await;
    }
    // Nothing of it had an effect: both are still signed in, and the password is the same.
    assert_eq!(people::who_am_i(&mut ada).await.as_deref(), Some("ada@example.org"));
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s20_the_deprecated_pair_opens_no_page_of_accounts_and_admins() {
    let pair = ("admin".to_owned(), "pair-opens-the-app-alone".to_owned());
    let app = TestApp::start(|options| options.legacy = Some(pair)).await;
    let mut pair = app.client();
    let fields = [("legacy_username", "admin"), ("legacy_password", "pair-opens-the-app-alone")];
    assert_eq!(pair.submit("/_auth/login", "/_auth/login", &fields).await.status, 303);
    walk(&app, Who::Pair, &mut pair).await;
    walk_api(&app, Who::Pair, &mut pair).await;
}

#[test]
fn s98_nothing_is_open_but_these_and_no_path_has_two_rows() {
    let of = |access| PAGES.iter().filter(|row| row.access == access).map(|row| row.path).collect::<Vec<_>>();
    assert_eq!(
        of(Access::Open),
        [
            "",
            "/",
            "/setup",
            "/login",
            "/login/passkey",
            "/login/factor",
            "/login/enrol",
            "/forgot",
            "/forgot/sent",
            "/begin"
        ]
    );
    assert_eq!(of(Access::Link), ["/reset", "/invite", "/account/email/confirm", "/enter"]);
    let session = [
        "/logout",
        "/account/sessions/end-all",
        "/account/sessions/end-others",
        "/account/sessions/{id}/end",
        "/account",
    ];
    assert_eq!(of(Access::Session), session);
    assert!(PAGES.iter().all(|row| (row.access == Access::Admin) == row.path.starts_with("/admin")));
    let paths: BTreeSet<&str> = PAGES.iter().map(|row| row.path).collect();
    assert_eq!(paths.len(), PAGES.len());
    assert!(API.iter().all(|row| row.access == Access::Session && row.host == Host::Both));
    let on_apps: Vec<&str> = PAGES.iter().filter(|row| row.host != Host::Portal).map(|row| row.path).collect();
    assert_eq!(on_apps, ["/begin", "/enter"]);
}

#[test]
fn every_page_for_admins_is_in_the_menu_or_below_one_that_is() {
    let paths: Vec<&str> = ADMIN_PAGES.iter().map(|page| page.path.strip_prefix("/_auth").unwrap()).collect();
    // That address leads to the first page of the menu.
    for row in PAGES.iter().filter(|row| row.access == Access::Admin && row.path != "/admin") {
        let is_below =
            |path: &str| row.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        assert!(paths.iter().any(|path| is_below(path)), "{} is in no menu", row.path);
    }
    for path in paths {
        assert!(PAGES.iter().any(|row| row.path == path && row.rule().has_page), "{path} of the menu has no row");
    }
}

#[tokio::test]
async fn s61_a_script_of_another_origin_renews_nothing() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    app.advance(3601);
    let refresh = || Call::fetch("POST", "/_auth/api/refresh");
    for site in ["cross-site", "same-site"] {
        let answer = owner.send(refresh().header("sec-fetch-site", site)).await;
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert!(answer.set_cookie("portcullis_access").is_none());
    }
    let answer = owner.send(refresh().header("origin", &app.app_url)).await;
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookie("portcullis_access").is_some() && answer.set_cookie("portcullis_refresh").is_some());
}

#[tokio::test]
async fn s31_a_wrong_pair_beside_a_form_is_one_guess() {
    let pair = ("user".to_owned(), "pair-opens-the-app-alone".to_owned());
    let app = TestApp::start(|options| options.legacy = Some(pair)).await;
    // Ten failures of a source are looked at; the eleventh is not.
    let guess = || Call::form("/_auth/forgot", &app.app_url, &[]).header("authorization", "Basic dXNlcjowMDAw");
    for number in 1..=10 {
        assert_eq!(app.client().send(guess()).await.status, 403, "{number}");
    }
    assert_eq!(app.client().send(guess()).await.status, 429);
}

#[tokio::test]
async fn s41_tokens_that_were_renewed_on_the_way_to_an_error_page_reach_the_browser() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    app.advance(3601);
    let answer = owner.get("/_auth/admin/users/AAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!((answer.status, answer.header("cache-control")), (404, Some("private, no-store")));
    assert!(answer.set_cookie("portcullis_access").is_some() && answer.set_cookie("portcullis_refresh").is_some());
}

/// Sends a form of which the last byte is missing; the answer comes when it is sent with [`Held::finish`].
struct Held {
    stream: TcpStream,
    last: String,
}

impl Held {
    async fn begin(app: &TestApp, client: &Client, path: &str, page: &str, fields: &[(&str, &str)]) -> Self {
        let token = csrf_token(page).unwrap();
        let body = encode_form(&[&[("csrf_token", token.as_str())], fields].concat());
        let head = client.raw_head("POST", path);
        let head = format!(
            "{head}Origin: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            app.app_url,
            body.len()
        );
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let (begin, last) = body.split_at(body.len() - 1);
        stream.write_all(format!("{head}{begin}").as_bytes()).await.unwrap();
        Self { stream, last: last.to_owned() }
    }

    async fn finish(mut self) -> String {
        self.stream.write_all(self.last.as_bytes()).await.unwrap();
        let mut answer = String::new();
        wait::in_time("the answer", self.stream.read_to_string(&mut answer)).await.unwrap();
        answer
    }
}

#[tokio::test]
async fn s37_s49_a_form_that_was_under_way_when_its_session_ended_changes_nothing() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (mut ada, account) = people::member(&app, &mut owner, "ada@example.org", "admin").await;
    let page = ada.get("/_auth/account/profile").await.text();
    let role = format!("{account}/role");
    let ghost = [("email", "ghost@example.org"), ("name", ""), ("role", "admin")];
    let held = [
        Held::begin(&app, &ada, "/_auth/admin/users/new", &page, &ghost).await,
        Held::begin(&app, &ada, &role, &page, &[("role", "admin")]).await,
        Held::begin(&app, &ada, "/_auth/account/profile", &page, &[("name", "Changed"), ("language", "")]).await,
        Held::begin(&app, &ada, "/_auth/account/sessions/end-all", &page, &[]).await,
    ];
    assert_eq!(owner.submit(&account, &role, &[("role", "user")]).await.status, 303);
    for form in held {
        let answer = form.finish().await;
        assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("location: /_auth/login"), "{answer}");
    }
    let list = owner.get("/_auth/admin/users").await.text();
    assert!(!list.contains("ghost@example.org") && !list.contains("Changed"), "{list}");
    let shown = owner.get(&account).await.text();
    assert!(visible_text(&shown).contains("ada@example.org"));
}
