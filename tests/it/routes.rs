//! The table of pages, row by row: everybody who may not use one is kept out, and who may gets as far as its form's token (S98).

use std::collections::BTreeSet;

use portcullis::domain::language::Language;
use portcullis::domain::text::Text;
use portcullis::http::jwt::Access;
use portcullis::routes::{PAGES, Row};
use portcullis::texts;

use super::support::app::TestApp;
use super::support::client::{Call, Client, Response};
use super::support::page::visible_text;
use super::support::people::{self, OWNER, PASSWORD};

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
    format!("/_auth{}", row.path.replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA"))
}

/// The rule, told once more and in another way than in the program.
fn expected(row: &Row, who: Who, method: &str) -> Outcome {
    let offered = match method {
        "GET" | "HEAD" => row.rule.has_page,
        "POST" => row.rule.has_action,
        _ => false,
    };
    if !offered {
        return Outcome::WrongMethod;
    }
    let rank = [Who::Nobody, Who::Pair, Who::User, Who::Admin].iter().position(|one| *one == who).unwrap();
    let needed = match row.rule.access {
        Access::Open | Access::Link => 0,
        Access::Session => 1,
        Access::Member => 2,
        Access::Admin => 3,
    };
    match who {
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
        405 => Outcome::WrongMethod,
        // Whoever opens the start page, or ends a session, without one has nothing to come back to.
        303 if row.rule.access != Access::Open && way.is_some_and(|rest| rest.is_empty() || rest.starts_with("?next=")) => {
            Outcome::SignInFirst
        }
        403 if method == "HEAD" => Outcome::Denied("no text"),
        403 => {
            let keys = ["fault-cookie", "fault-form-out-of-date", "fault-configured", "fault-admins-only", "no-account-intro"];
            Outcome::Denied(keys.into_iter().find(|key| is_text(answer, app, key)).unwrap_or("another text"))
        }
        // The links and accounts of the walk do not exist.
        200 | 303 | 404 | 410 => Outcome::Answered,
        other => panic!("{method} {}: {other} {}", row.path, answer.text()),
    }
}

async fn walk(app: &TestApp, who: Who, client: &mut Client) {
    for row in PAGES {
        for method in METHODS {
            let call = match method {
                // Without the token: nothing is changed by the walk, and every action is seen to ask for it.
                "POST" => Call::form(&address(row), &app.app_url, &[]),
                other => Call::navigation(&address(row)).method(other),
            };
            // Nobody brings nothing, not even the cookie of a form seen before.
            let answer = if who == Who::Nobody { app.client().send(call).await } else { client.send(call).await };
            let expected = match expected(row, who, method) {
                Outcome::Denied(_) if method == "HEAD" => Outcome::Denied("no text"),
                other => other,
            };
            assert_eq!(observed(&answer, app, row, method), expected, "{who:?}: {method} {}", row.path);
        }
    }
}

#[tokio::test]
async fn s98_every_row_of_the_table_keeps_out_whom_it_does_not_name() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let invited = people::invite(&mut owner, "ada@example.org", "Ada", "user").await;
    let mut ada = app.client();
    assert_eq!(people::accept(&mut ada, &invited.link, PASSWORD).await.status, 303);
    walk(&app, Who::Nobody, &mut app.client()).await;
    walk(&app, Who::User, &mut ada).await;
    walk(&app, Who::Admin, &mut owner).await;
    // Nothing of it had an effect: both are still signed in, and the password is the same.
    assert_eq!(people::who_am_i(&mut ada).await.as_deref(), Some("ada@example.org"));
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s20_the_deprecated_pair_opens_no_page_of_the_table_but_those_that_end_its_session() {
    let pair = ("admin".to_owned(), "pair-opens-the-app-alone".to_owned());
    let app = TestApp::start(|options| options.legacy = Some(pair)).await;
    let mut pair = app.client();
    let fields = [("legacy_username", "admin"), ("legacy_password", "pair-opens-the-app-alone")];
    assert_eq!(pair.submit("/_auth/login", "/_auth/login", &fields).await.status, 303);
    walk(&app, Who::Pair, &mut pair).await;
}

#[test]
fn s98_no_page_of_admins_or_accounts_is_open_and_no_address_has_two_rows() {
    let paths: BTreeSet<&str> = PAGES.iter().map(|row| row.path).collect();
    assert_eq!(paths.len(), PAGES.len());
    assert!(PAGES.iter().all(|row| row.rule.access == Access::Admin || !row.path.starts_with("/admin")));
    assert!(PAGES.iter().all(|row| row.rule.access != Access::Open || !row.path.starts_with("/account")));
}
