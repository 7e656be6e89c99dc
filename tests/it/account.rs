//! One's own name, password, address, sessions and devices.

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::upstream::Upstream;

const NEW: &str = "nine-otters-paint-the-barn";

async fn change_password(client: &mut Client, current: &str, new: &str) -> super::support::client::Response {
    let fields = [("current_password", current), ("new_password", new), ("confirm", new)];
    client.submit("/_auth/account/password", "/_auth/account/password", &fields).await
}

#[tokio::test]
async fn s15_changing_the_password_wants_the_current_one_ends_the_other_sessions_and_is_announced() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut second = people::another_browser(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let wrong = change_password(&mut owner, "not the current one", NEW).await;
    assert!(
        wrong.status == 422
            && wrong.text().contains("current-password")
            && wrong.text().contains("not your current password")
    );
    assert_eq!(change_password(&mut owner, PASSWORD, "short").await.status, 422);
    assert_eq!(people::who_am_i(&mut second).await.as_deref(), Some(OWNER));
    assert_eq!(change_password(&mut owner, PASSWORD, NEW).await.status, 303);
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER), "the own session ends");
    assert_eq!(people::who_am_i(&mut second).await, None, "the other session lives on");
    assert!(mailbox.wait_for("Your password was changed").await.text.contains("127.0.0.1"));
    assert_eq!(people::try_sign_in(&mut app.client(), OWNER, PASSWORD).await.status, 401);
    people::sign_in(&mut app.client(), OWNER, NEW).await;
}

#[tokio::test]
async fn password_managers_find_the_account_on_the_form_for_a_new_password() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let first = owner.get("/_auth/account/password").await.text();
    let again = change_password(&mut owner, PASSWORD, "short").await.text();
    for form in [first, again] {
        let tags = page::tags(&form);
        let names = tags.iter().filter(|tag| tag.attribute("autocomplete") == Some("username"));
        assert_eq!(names.map(|tag| tag.attribute("value").unwrap()).collect::<Vec<_>>(), [OWNER], "{form}");
    }
}

#[tokio::test]
async fn s15_s31_guessing_the_current_password_is_limited_for_this_account_alone() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    for _ in 0..10 {
        assert_eq!(change_password(&mut owner, "not the current one", NEW).await.status, 422);
    }
    let answer = change_password(&mut owner, PASSWORD, NEW).await;
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() <= 3600);
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    app.advance(15 * 60);
    assert_eq!(change_password(&mut owner, PASSWORD, NEW).await.status, 303);
}

#[tokio::test]
async fn the_name_reaches_the_app_with_the_next_request() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let mut owner = people::claim(&app).await;
    owner.get("/page").await;
    assert_eq!(upstream.last().header("remote-name").as_deref(), Some("Olive Owner"));
    let name = "<i>Z\u{eb}</i> \u{5d0}";
    assert_eq!(owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", name)]).await.status, 303);
    let shown = owner.get("/_auth/account").await.text();
    assert!(!shown.contains("<i>") && shown.contains("&#60;i&#62;"), "{shown}");
    owner.get("/page").await;
    let message = upstream.last().header("remote-name").unwrap();
    assert!(message.is_ascii() && message.contains("%C3%AB"), "{message}");
    let long = "x".repeat(201);
    for bad in [long.as_str(), "line\nbreak", "\u{202e}evE"] {
        assert_eq!(
            owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", bad)]).await.status,
            422
        );
    }
}

#[tokio::test]
async fn an_address_is_changed_by_a_link_to_the_new_one_and_announced_at_the_old_one() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let ask = [("current_password", PASSWORD), ("email", "Moved@Example.org")];
    let wrong = [("current_password", "wrong"), ("email", "moved@example.org")];
    assert_eq!(owner.submit("/_auth/account/email", "/_auth/account/email", &wrong).await.status, 422);
    assert_eq!(owner.submit("/_auth/account/email", "/_auth/account/email", &ask).await.status, 303);
    let mail = mailbox.wait_for("Confirm your new address").await;
    assert_eq!(mail.header("To"), "moved@example.org");
    let link = mail.link();
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));
    let token = link.split_once("token=").unwrap().1.to_owned();
    let mut browser = app.client();
    let confirmed = browser.submit(&link, "/_auth/account/email/confirm", &[("token", &token)]).await;
    assert_eq!(
        (confirmed.status, confirmed.location()),
        (303, "/_auth/login?email=moved@example.org&flash=email-changed")
    );
    let sign_in = browser.get(confirmed.location()).await.text();
    assert_eq!(page::field(&sign_in, "email").as_deref(), Some("moved@example.org"), "the new address is filled in");
    let notice = mailbox.wait_for("Your address was changed").await;
    assert!(notice.header("To") == OWNER && notice.text.contains("moved@example.org"));
    assert_eq!(people::who_am_i(&mut owner).await, None);
    assert_eq!(people::try_sign_in(&mut app.client(), OWNER, PASSWORD).await.status, 401);
    people::sign_in(&mut owner, "moved@example.org", PASSWORD).await;
    assert_eq!(app.client().get(&link).await.status, 410);
}

#[tokio::test]
async fn s21_requesting_a_taken_address_reveals_nothing() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    people::invite(&mut owner, "other@example.org", "", "user").await;
    let mut answers = Vec::new();
    for email in ["other@example.org", "free@example.org"] {
        let answer = owner
            .submit("/_auth/account/email", "/_auth/account/email", &[("current_password", PASSWORD), ("email", email)])
            .await;
        answers.push((answer.status, answer.location().to_owned()));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(mailbox.wait_for("Confirm your new address").await.header("To"), "free@example.org");
    assert!(mailbox.unread().is_empty(), "somebody else got a mail");
}

#[tokio::test]
async fn a_new_device_is_announced_once_and_can_be_forgotten() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let mut second = people::another_browser(&app).await;
    let message = mailbox.wait_for("New sign-in to your account").await.text;
    assert!(message.contains("with an unknown browser") && !message.contains("portcullis test"), "{message}");
    people::sign_out(&mut second).await;
    people::sign_in(&mut second, OWNER, PASSWORD).await;
    let shown = second.get("/_auth/account").await.text();
    let forms: Vec<String> = page::tags(&shown)
        .iter()
        .filter_map(|tag| tag.attribute("action").filter(|action| action.ends_with("/forget")).map(str::to_owned))
        .collect();
    assert_eq!(forms.len(), 2, "{shown}");
    for form in forms {
        assert_eq!(second.submit("/_auth/account", &form, &[]).await.status, 303);
        assert_eq!(second.submit("/_auth/account", &form, &[]).await.status, 404);
    }
    assert!(mailbox.unread().is_empty(), "a known device was announced");
    people::sign_out(&mut second).await;
    people::sign_in(&mut second, OWNER, PASSWORD).await;
    mailbox.wait_for("New sign-in to your account").await;
}

#[tokio::test]
async fn s50_one_other_session_ends_and_never_somebody_elses() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut second = people::another_browser(&app).await;
    let shown = owner.get("/_auth/account").await.text();
    assert!(shown.contains("(this one)"));
    let end = page::tags(&shown)
        .iter()
        .find_map(|tag| tag.attribute("action").filter(|action| action.ends_with("/end")).map(str::to_owned))
        .unwrap();
    assert_eq!(owner.post_form(&end, &[]).await.status, 303);
    assert_eq!(people::who_am_i(&mut second).await, None);
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn every_account_page_leads_a_stranger_to_sign_in_and_back() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    for path in ["/_auth/account", "/_auth/account/profile", "/_auth/account/password", "/_auth/account/email"] {
        let answer = app.client().get(path).await;
        assert_eq!((answer.status, answer.location()), (303, format!("/_auth/login?next={path}").as_str()));
        let form = app.client().send(Call::form(path, &app.app_url, &[("name", "x")])).await;
        assert_eq!(form.status, if path == "/_auth/account" { 405 } else { 303 }, "{path}");
    }
    assert_eq!(app.client().get("/.well-known/change-password").await.location(), "/_auth/account/password");
}

#[tokio::test]
async fn s60_nobody_is_flooded_by_changes_of_address() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    for number in 0..7 {
        let email = format!("stranger{number}@example.org");
        let answer = owner
            .submit(
                "/_auth/account/email",
                "/_auth/account/email",
                &[("current_password", PASSWORD), ("email", &email)],
            )
            .await;
        assert_eq!(answer.status, if number < 5 { 303 } else { 429 }, "{number}");
    }
    app.advance(3600);
    let again = [("current_password", PASSWORD), ("email", "stranger9@example.org")];
    assert_eq!(owner.submit("/_auth/account/email", "/_auth/account/email", &again).await.status, 303);
}
