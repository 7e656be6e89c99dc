//! What the audit log says of sign-ins: by what, and whose passkey was refused (S90).

use super::support::app::TestApp;
use super::support::authenticator::{Authenticator, Key};
use super::support::client::Client;
use super::support::page;
use super::support::passkey;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, STEP, halfway, trusted, with_phone};

/// The details of the newest lines of that event, newest first.
async fn details(owner: &mut Client, event: &str) -> Vec<String> {
    let html = owner.get(&format!("/_auth/admin/audit?event={event}")).await.text();
    html.split("<bdi lang=\"en\">").skip(1).map(|rest| rest[..rest.find('<').unwrap()].to_owned()).collect()
}

/// Whom the lines of that event are about, newest first.
async fn subjects(owner: &mut Client, event: &str) -> Vec<String> {
    let html = owner.get(&format!("/_auth/admin/audit?event={event}")).await.text();
    page::all_data(&html, "subject")
}

#[tokio::test]
async fn s90_the_log_says_by_what_somebody_signed_in() {
    let (app, _upstream, mut owner, phone, codes) = with_phone().await;
    let (key, made) = passkey::make(&mut owner, "").await;
    assert_eq!(made.status, 303, "{}", made.text());
    assert_eq!(phone::answer(&mut halfway(&app).await, &codes[0]).await.status, 303);
    let mut second = halfway(&app).await;
    let fields = passkey::answer(&mut second, STEP, &key, 0).await;
    assert_eq!(passkey::send(&mut second, STEP, &fields).await.status, 303);
    assert_eq!(passkey::sign_in(&mut app.client(), &key, 0).await.status, 303);
    trusted(&app, &phone).await;
    let app = phone::restarted_with_off(app).await;
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    let mut owner = app.client();
    assert_eq!(passkey::sign_in(&mut owner, &key, 0).await.status, 303);
    let expected = [
        "passkey",
        "password",
        "password, trusted browser",
        "password, totp",
        "passkey",
        "password, passkey",
        "password, recovery",
    ];
    assert_eq!(details(&mut owner, "login.ok").await, expected);
}

#[tokio::test]
async fn s90_the_log_says_whose_passkey_was_refused_if_anybody_has_it() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, page) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    let (key, _made) = passkey::make(&mut ada, "").await;
    let stranger = || Authenticator { user_handle: key.user_handle.clone(), ..Authenticator::new(Key::es256()) };
    let refused = async |app: &TestApp, key: &Authenticator| {
        assert_eq!(passkey::sign_in(&mut app.client(), key, 0).await.status, 401);
    };
    refused(&app, &stranger()).await;
    refused(&app, &Authenticator { id: key.id.clone(), ..stranger() }).await;
    assert_eq!(owner.submit(&page, &format!("{page}/disable"), &[]).await.status, 303);
    refused(&app, &key).await;
    assert_eq!(subjects(&mut owner, "login.failed").await, ["ada@example.org", "ada@example.org", ""]);
}
