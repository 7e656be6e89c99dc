//! "Keep me signed in": without it a session ends when the browser is closed, and after twelve hours.

use super::support::app::TestApp;
use super::support::client::{Client, Response};
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};

const CARRIERS: [&str; 3] = ["portcullis_access_3000", "portcullis_refresh_3000", "portcullis_session_3000"];

async fn claimed() -> TestApp {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    app
}

/// The form as a browser sends it, ticked or not.
async fn sign_in(client: &mut Client, password: &str, ticked: bool) -> Response {
    let mut fields = vec![("email", OWNER), ("password", password), ("keep_asked", "yes")];
    fields.extend(ticked.then_some(("keep", "yes")));
    client.submit("/_auth/login", "/_auth/login", &fields).await
}

fn is_ticked(html: &str) -> bool {
    let tags = page::tags(html);
    tags.iter().find(|tag| tag.attribute("name") == Some("keep")).unwrap().attribute("checked").is_some()
}

fn lifetimes(answer: &Response) -> Vec<Option<i64>> {
    CARRIERS.iter().filter_map(|name| answer.set_cookie(name)).map(|cookie| cookie.max_age()).collect()
}

#[tokio::test]
async fn an_unticked_sign_in_sets_cookies_for_the_run_of_the_browser_and_ends_after_twelve_hours() {
    let app = claimed().await;
    let mut client = app.client();
    let answer = sign_in(&mut client, PASSWORD, false).await;
    assert_eq!(answer.status, 303);
    assert_eq!(lifetimes(&answer), [None; 3]);
    let session = answer.set_cookie(CARRIERS[2]).unwrap();
    for attribute in ["path", "httponly", "samesite"] {
        assert!(session.attribute(attribute).is_some(), "{attribute}");
    }
    app.advance(3601);
    let renewed = client.get("/_auth/account").await;
    assert_eq!((renewed.status, lifetimes(&renewed)), (200, vec![None; 2]), "new tokens are not kept either");
    app.advance(12 * 3600 - 3602);
    assert_eq!(client.get("/_auth/account").await.status, 200);
    app.advance(1);
    assert_eq!(client.get("/_auth/account").await.status, 303, "twelve hours are over");
}

#[tokio::test]
async fn a_ticked_sign_in_is_kept_and_so_is_one_that_knows_no_box() {
    let app = claimed().await;
    for fields in [&[("keep_asked", "yes"), ("keep", "yes")][..], &[]] {
        let mut client = app.client();
        let all = [&[("email", OWNER), ("password", PASSWORD)], fields].concat();
        let answer = client.submit("/_auth/login", "/_auth/login", &all).await;
        assert_eq!(lifetimes(&answer), [Some(3600), Some(90 * 86_400), Some(90 * 86_400)]);
        app.advance(12 * 3600 + 1);
        assert_eq!(client.get("/_auth/account").await.status, 200);
    }
}

#[tokio::test]
async fn the_box_is_ticked_at_first_and_stays_as_it_was_when_the_form_comes_again() {
    let app = claimed().await;
    let mut client = app.client();
    assert!(is_ticked(&client.get("/_auth/login").await.text()));
    for ticked in [true, false] {
        let refused = sign_in(&mut client, "not-the-password-of-anybody", ticked).await;
        assert_eq!((refused.status, is_ticked(&refused.text())), (401, ticked));
    }
}

#[tokio::test]
async fn the_deprecated_pair_has_the_box_too() {
    let pair = ("user".to_owned(), "pair-opens-the-app-alone".to_owned());
    let app = TestApp::start(|options| options.legacy = Some(pair)).await;
    let mut client = app.client();
    let fields = [("legacy_username", "user"), ("legacy_password", "pair-opens-the-app-alone"), ("keep_asked", "yes")];
    let answer = client.submit("/_auth/login", "/_auth/login", &fields).await;
    assert_eq!((answer.status, lifetimes(&answer)), (303, vec![None]));
    app.advance(12 * 3600 - 1);
    assert_eq!(client.fetch("/_auth/api/session").await.status, 200);
    app.advance(1);
    assert_eq!(client.fetch("/_auth/api/session").await.status, 401);
}
