//! Forgotten passwords and the links for them.

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::mailbox::Mailbox;
use super::support::people::{self, OWNER, PASSWORD};

const NEW: &str = "nine-otters-paint-the-barn";

async fn claimed() -> (TestApp, Client, Mailbox) {
    let app = TestApp::start(|_| {}).await;
    let owner = people::claim(&app).await;
    let mailbox = Mailbox::of(&app.data(""));
    (app, owner, mailbox)
}

async fn ask(app: &TestApp, email: &str) -> u16 {
    app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", email)]).await.status
}

fn token(link: &str) -> String {
    link.split_once("token=").unwrap().1.to_owned()
}

async fn choose(client: &mut Client, link: &str, password: &str) -> u16 {
    client
        .submit(link, "/_auth/reset", &[("token", &token(link)), ("password", password), ("confirm", password)])
        .await
        .status
}

/// The link of the mail that the owner asked for.
async fn link_for_owner(app: &TestApp, mailbox: &mut Mailbox) -> String {
    assert_eq!(ask(app, " Owner@Example.ORG ").await, 303);
    mailbox.wait_for("Choose a new password").await.link()
}

#[tokio::test]
async fn s52_the_mail_goes_to_the_owner_and_its_token_is_stored_as_a_hash() {
    let (app, _owner, mut mailbox) = claimed().await;
    assert_eq!(ask(&app, " Owner@Example.ORG ").await, 303);
    let mail = mailbox.wait_for("Choose a new password").await;
    assert!(mail.header("To").contains(OWNER) && !mail.header("Subject").contains(OWNER));
    let token = token(&mail.link());
    assert!(token.len() >= 22, "{token}");
    let stored = app.stored();
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(OWNER) && !holds(&token), "the token is stored in clear");
}

#[tokio::test]
async fn s53_opening_a_reset_link_changes_nothing_and_leaks_nothing() {
    let (app, mut owner, mut mailbox) = claimed().await;
    let link = link_for_owner(&app, &mut mailbox).await;
    for _ in 0..3 {
        let page = app.client().get(&link).await;
        assert_eq!((page.status, page.header("referrer-policy")), (200, Some("strict-origin")));
        assert!(page.text().contains("new-password") && !page.text().contains("src=\"http"));
    }
    assert_eq!(owner.get("/_auth/account").await.status, 200);
}

#[tokio::test]
async fn s53_a_refused_password_uses_no_link_up_and_a_chosen_one_does() {
    let (app, _owner, mut mailbox) = claimed().await;
    let link = link_for_owner(&app, &mut mailbox).await;
    assert_eq!(choose(&mut app.client(), &link, "short").await, 422);
    assert_eq!(choose(&mut app.client(), &link, NEW).await, 303);
    assert_eq!(app.client().get(&link).await.status, 410);
    let mut late = app.client();
    late.get("/_auth/forgot").await;
    let fields = [("token", &*token(&link)), ("password", PASSWORD), ("confirm", PASSWORD)];
    assert_eq!(late.post_form("/_auth/reset", &fields).await.status, 410);
}

#[tokio::test]
async fn s57_a_reset_ends_every_session_and_the_old_password_and_says_so_by_mail() {
    let (app, mut owner, mut mailbox) = claimed().await;
    let link = link_for_owner(&app, &mut mailbox).await;
    assert_eq!(choose(&mut app.client(), &link, NEW).await, 303);
    assert_eq!(owner.get("/_auth/account").await.status, 303, "a session lives on");
    assert_eq!(people::try_sign_in(&mut app.client(), OWNER, PASSWORD).await.status, 401);
    people::sign_in(&mut app.client(), OWNER, NEW).await;
    assert!(mailbox.wait_for("Your password was reset").await.text.contains("all sessions have ended"));
}

#[tokio::test]
async fn s58_a_reset_signs_nobody_in_and_fills_the_address_in() {
    let (app, _owner, mut mailbox) = claimed().await;
    let link = link_for_owner(&app, &mut mailbox).await;
    let mut browser = app.client();
    let chosen =
        browser.submit(&link, "/_auth/reset", &[("token", &token(&link)), ("password", NEW), ("confirm", NEW)]).await;
    assert_eq!((chosen.status, chosen.location()), (303, "/_auth/login?email=owner@example.org&flash=password-set"));
    let filled_in = browser.get(chosen.location()).await.text();
    assert_eq!(super::support::page::field(&filled_in, "email").as_deref(), Some(OWNER));
    assert!(
        browser.jar.get("portcullis_access").is_none() && browser.jar.get("portcullis_session").is_none(),
        "signed in by a link"
    );
}

#[tokio::test]
async fn s53_twenty_simultaneous_uses_of_one_link_change_the_password_once() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    ask(&app, OWNER).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    let mut ready = Vec::new();
    for number in 0..20 {
        let mut client = app.client();
        client.always("X-Forwarded-For", &format!("192.0.2.{number}"));
        assert_eq!(client.get(&link).await.status, 200);
        ready.push((client, format!("nine-otters-paint-the-barn-{number}")));
    }
    let (app, link) = (&app, &link);
    let uses = ready.into_iter().map(|(mut client, password)| async move {
        let fields = [("token", &*token(link)), ("password", &*password), ("confirm", &*password)]
            .map(|(n, v)| (n.to_owned(), v.to_owned()));
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let status = client.post_form("/_auth/reset", &fields).await.status;
        (status, password)
    });
    let outcomes = futures_util::future::join_all(uses).await;
    let won: Vec<_> = outcomes.iter().filter(|(status, _)| *status == 303).collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    assert!(outcomes.iter().all(|(status, _)| matches!(status, 303 | 410 | 503)), "{outcomes:?}");
    people::sign_in(&mut app.client(), OWNER, &won[0].1).await;
}

#[tokio::test]
async fn s53_s54_a_newer_link_voids_the_older_and_each_expires_when_the_variable_says() {
    let app = TestApp::start(|options| options.set("PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS", "7")).await;
    people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    ask(&app, OWNER).await;
    let first = mailbox.wait_for("Choose a new password").await.link();
    assert_eq!(app.client().get(&first).await.status, 200);
    ask(&app, OWNER).await;
    let mail = mailbox.wait_for("Choose a new password").await;
    assert!(mail.text.contains("for 7 minutes"), "{}", mail.text);
    let second = mail.link();
    super::support::wait::eventually("the older link to be void", async || {
        (app.client().get(&first).await.status == 410).then_some(())
    })
    .await;
    app.advance(7 * 60 - 1);
    assert_eq!(app.client().get(&second).await.status, 200);
    app.advance(1);
    assert_eq!(app.client().get(&second).await.status, 410);
}

#[tokio::test]
async fn s54_the_default_is_fifteen_minutes() {
    let (app, _owner, mut mailbox) = claimed().await;
    ask(&app, OWNER).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    app.advance(15 * 60 - 1);
    assert_eq!(app.client().get(&link).await.status, 200);
    app.advance(1);
    assert_eq!(app.client().get(&link).await.status, 410);
}

#[tokio::test]
async fn s31_s55_what_is_no_token_is_refused_and_counts_against_its_source() {
    let (app, _owner, mut mailbox) = claimed().await;
    ask(&app, OWNER).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    let bare = app.client().get("/_auth/reset").await;
    assert!(bare.status == 200 && !bare.text().contains("type=\"password\""), "{}", bare.text());
    let good = token(&link);
    let mut flipped = good.clone();
    flipped.replace_range(0..1, if good.starts_with('A') { "B" } else { "A" });
    for wrong in ["null", "undefined", "0", "%00", "[]", &good[..good.len() - 1], &format!("{good}A"), &flipped] {
        assert_eq!(app.client().get(&format!("/_auth/reset?token={wrong}")).await.status, 410, "{wrong}");
    }
    // A reset token is no invitation, and the other way round.
    assert_eq!(app.client().get(&format!("/_auth/invite?token={good}")).await.status, 410);
    assert_eq!(app.client().get("/_auth/reset?token=x").await.status, 410);
    assert_eq!(app.client().get("/_auth/reset?token=x").await.status, 429, "guessing tokens costs nothing");
    assert_eq!(app.client().get(&link).await.status, 200, "guesses closed the good link");
}

#[tokio::test]
async fn s56_the_link_is_built_from_app_url_alone() {
    let (app, _owner, mut mailbox) = claimed().await;
    let mut client = app.client();
    client.get("/_auth/forgot").await;
    for (name, value) in [
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Forwarded-Proto", "https"),
    ] {
        client.always(name, value);
    }
    assert_eq!(client.post_form("/_auth/forgot", &[("email", OWNER)]).await.status, 303);
    let mail = mailbox.wait_for("Choose a new password").await;
    assert!(
        mail.text.contains("\nhttp://localhost:3000/_auth/reset?token=") && !mail.text.contains("evil"),
        "{}",
        mail.text
    );
}

#[tokio::test]
async fn s23_s60_requesting_a_reset_reveals_nothing_and_floods_nobody() {
    let (app, mut owner, mut mailbox) = claimed().await;
    let mut answers = Vec::new();
    for email in [OWNER, "nobody@example.org"] {
        let answer = app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", email)]).await;
        answers.push((
            answer.status,
            answer.location().to_owned(),
            app.client().get("/_auth/forgot/sent").await.text(),
        ));
    }
    assert_eq!(answers[0], answers[1]);
    for _ in 0..9 {
        ask(&app, OWNER).await;
    }
    super::support::wait::eventually("the queue to be empty", async || {
        owner.get("/_auth/admin/mail").await.text().contains(" 0 waiting").then_some(())
    })
    .await;
    let rest = mailbox.unread();
    assert!(rest.iter().all(|mail| mail.header("Subject") == "Choose a new password"));
    assert_eq!(rest.len(), 5, "five mails an hour");
    // Nothing changed for the owner, and the newest link that was sent is good.
    assert_eq!(owner.get("/_auth/account").await.status, 200);
    let mut good = 0;
    for mail in &rest {
        good += usize::from(app.client().get(&mail.link()).await.status == 200);
    }
    assert_eq!(good, 1, "one link is good, and it is the newest");
    app.advance(3600);
    ask(&app, OWNER).await;
    mailbox.wait_for("Choose a new password").await;
}

#[tokio::test]
async fn s59_an_address_with_a_second_one_is_refused() {
    let (app, _owner, mut mailbox) = claimed().await;
    for email in [
        "owner@example.org,evil@example.com",
        "owner@example.org\nevil@example.com",
        "owner@example.org evil@example.com",
    ] {
        assert_eq!(ask(&app, email).await, 422, "{email:?}");
    }
    let twice = app.client();
    let mut twice = twice;
    twice.get("/_auth/forgot").await;
    let answer = twice.post_form("/_auth/forgot", &[("email", OWNER), ("email", "evil@example.com")]).await;
    assert_eq!(answer.status, 400);
    ask(&app, OWNER).await;
    let mail = mailbox.wait_for("Choose a new password").await;
    assert_eq!(mail.header("To"), OWNER);
    assert!(mail.header("Cc").is_empty() && mail.header("Bcc").is_empty());
}

#[tokio::test]
async fn a_reset_form_is_a_form() {
    let (app, _owner, _mailbox) = claimed().await;
    let answer =
        app.client().send(Call::form("/_auth/forgot", &app.app_url, &[("email", OWNER), ("csrf_token", "x")])).await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn without_a_mail_server_no_page_promises_a_mail() {
    let (app, mut owner, mut mailbox) = claimed().await;
    let mut client = app.client();
    let form = client.get("/_auth/forgot").await.text();
    assert!(form.contains("Record my request") && form.contains("user reset-link name@example.org"), "{form}");
    let asked = client.post_form("/_auth/forgot", &[("email", OWNER)]).await;
    let noted = client.get(asked.location()).await.text();
    assert!(
        noted.contains("audit log")
            && noted.contains("Nobody is notified")
            && noted.contains("user reset-link name@example.org"),
        "{noted}"
    );
    mailbox.wait_for("Choose a new password").await;
    let account = owner.get("/_auth/account").await.text();
    assert!(account.contains("nobody is notified") && !account.contains("notify you"), "{account}");
    assert!(owner.get("/_auth/admin/mail").await.text().contains("Write a test mail"));
    let tested = owner.post_form("/_auth/admin/mail/test", &[]).await;
    let written = owner.get(tested.location()).await.text();
    assert!(written.contains("written to the folder outbox") && !written.contains("on its way"), "{written}");
    mailbox.wait_for("Test mail").await;
    let list = owner.get("/_auth/admin/mail").await.text();
    assert!(list.contains("handed over") && !list.contains(">sent<"), "{list}");

    let app = TestApp::start(|options| {
        // Nothing listens there: the mail waits in the queue.
        for (name, value) in [("SMTP_HOST", "127.0.0.1"), ("SMTP_PORT", "9"), ("SENDER_EMAIL", "gate@example.org")] {
            options.set(name, value);
        }
    })
    .await;
    let mut owner = people::claim(&app).await;
    assert!(owner.get("/_auth/account").await.text().contains("notify you by mail"));
    assert!(owner.get("/_auth/admin/mail").await.text().contains("Send a test mail to yourself"));
    let tested = owner.post_form("/_auth/admin/mail/test", &[]).await;
    assert!(owner.get(tested.location()).await.text().contains("on its way to you"));
}
