//! Inviting people, by mail and by a copied link (S100).

use super::support::app::TestApp;
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, Invited};
use super::support::upstream::Upstream;
use super::support::wait;

const PASSWORD: &str = "nine-otters-paint-the-barn";

#[tokio::test]
async fn s100_an_invitation_by_mail_is_accepted_once_and_the_admin_never_sees_the_password() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let Invited { page, .. } = people::invite(&mut owner, "New.Person@Example.org", "New Person", "user").await;
    assert_eq!(owner.submit(&page, &format!("{page}/invite"), &[("by", "mail")]).await.status, 303);
    let mail = mailbox.wait_for("You are invited").await;
    assert_eq!(mail.header("To"), "new.person@example.org");
    assert!(
        mail.header("Auto-Submitted") == "auto-generated"
            && !mail.header("Date").is_empty()
            && mail.header("Message-ID").contains("@localhost")
    );
    let link = mail.link();
    assert_eq!(
        people::try_sign_in(&mut app.client(), "new.person@example.org", PASSWORD).await.status,
        401,
        "invited is not active"
    );
    // The rules hold here too, and a refused password does not use the link up.
    assert_eq!(people::accept(&mut app.client(), &link, "short").await.status, 422);
    assert_eq!(people::accept(&mut app.client(), &link, "new.person@example.org").await.status, 422);
    let mut person = app.client();
    assert_eq!(people::accept(&mut person, &link, PASSWORD).await.status, 303);
    assert_eq!(people::who_am_i(&mut person).await.as_deref(), Some("new.person@example.org"));
    assert_eq!(app.client().get(&link).await.status, 410);
    let shown = owner.get(&page).await.text();
    assert!(shown.contains("active") && !shown.contains(PASSWORD) && !shown.contains("$2b$"), "{shown}");
    assert_eq!(person.get("/_auth/admin/users").await.status, 403);
    people::sign_in(&mut app.client(), "new.person@example.org", PASSWORD).await;
}

#[tokio::test]
async fn without_a_mail_server_inviting_is_one_step_that_shows_the_link_and_writes_no_mail() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let form = owner.get("/_auth/admin/users/new").await.text();
    assert!(form.contains("This site does not send mail"), "{form}");
    for (email, role) in [("first@example.org", "user"), ("second@example.org", "admin")] {
        let Invited { page, link } = people::invite(&mut owner, email, "", role).await;
        assert!(owner.get(&page).await.text().contains("data-state=\"invited\""));
        assert_eq!(people::accept(&mut app.client(), &link, PASSWORD).await.status, 303, "{email}");
    }
    let lines = owner.get("/_auth/admin/audit?event=user.invited").await.text();
    assert_eq!(page::all_data(&lines, "subject"), ["second@example.org", "first@example.org"], "one line for each");
    let mails = page::all_data(&owner.get("/_auth/admin/mail").await.text(), "mail");
    assert!(mails.is_empty(), "{mails:?}");
    assert!(Mailbox::of(&app.data("")).unread().is_empty());
    // The same address again is a mistake, and shows no second link.
    let fields = [("email", "first@example.org"), ("name", ""), ("role", "user")];
    let again = owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await;
    assert_eq!((again.status, page::data(&again.text(), "link")), (422, None));
}

#[tokio::test]
async fn with_a_mail_server_the_invitation_goes_by_mail_and_no_link_is_shown() {
    let app = TestApp::start(|options| {
        // Nothing listens there: the mail waits in the queue.
        options.set("SMTP_HOST", "127.0.0.1");
        options.set("SMTP_PORT", "9");
        options.set("SENDER_EMAIL", "gate@example.org");
    })
    .await;
    let mut owner = people::claim(&app).await;
    let fields = [("email", "eve@example.org"), ("name", ""), ("role", "user")];
    let answer = owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await;
    assert_eq!(answer.status, 303);
    let shown = owner.get(answer.location()).await.text();
    assert!(page::flash(&shown).unwrap().contains("by mail") && page::data(&shown, "link").is_none(), "{shown}");
    assert_eq!(page::all_data(&owner.get("/_auth/admin/mail").await.text(), "mail"), ["invitation"]);
    let asked = app.client().get("/_auth/forgot").await.text();
    assert!(asked.contains("we will send you a link") && !asked.contains("does not send mail"), "{asked}");
}

#[tokio::test]
async fn an_accepted_invitation_signs_in_as_the_form_does_and_leads_to_the_app() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    for behind in [Some(address), None] {
        let app = TestApp::start(|options| options.upstream = behind).await;
        let mut owner = people::claim(&app).await;
        let Invited { link, .. } = people::invite(&mut owner, "eve@example.org", "Eve", "user").await;
        let mut eve = app.client();
        let accepted = people::accept(&mut eve, &link, PASSWORD).await;
        assert_eq!(
            (accepted.status, accepted.location()),
            (303, if behind.is_some() { "/" } else { "/_auth/account" })
        );
        for cookie in ["portcullis_access", "portcullis_refresh", "portcullis_session", "portcullis_device"] {
            assert!(accepted.set_cookie(cookie).is_some_and(|cookie| !cookie.is_removal()), "{cookie}");
        }
        assert_eq!(people::who_am_i(&mut eve).await.as_deref(), Some("eve@example.org"));
        let lines = owner.get("/_auth/admin/audit?person=eve@example.org").await.text();
        assert_eq!(page::all_data(&lines, "event"), ["login.ok", "user.created", "user.invited"]);
        // The browser is a known device from now on, and its first sign-in is not announced.
        assert!(eve.get("/_auth/account").await.text().contains("/forget\""));
        assert!(Mailbox::of(&app.data("")).unread().is_empty());
        // Whoever was signed in there is not any more.
        let Invited { link, .. } = people::invite(&mut owner, "ada@example.org", "Ada", "user").await;
        assert_eq!(people::accept(&mut eve, &link, PASSWORD).await.status, 303);
        assert_eq!(people::who_am_i(&mut eve).await.as_deref(), Some("ada@example.org"));
    }
}

#[tokio::test]
async fn after_accepting_without_a_sign_in_the_sign_in_page_is_filled_in() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let Invited { link, .. } = people::invite(&mut owner, "eve@example.org", "Eve", "user").await;
    let mut eve = app.client();
    eve.get(&link).await;
    // The last free attempt of this source goes to the link; none is left for a sign-in.
    for _ in 0..9 {
        let mut other = app.client();
        other.get("/_auth/login").await;
        assert_eq!(
            other
                .post_form("/_auth/login", &[("email", "x@example.org"), ("password", "wrong wrong wrong")])
                .await
                .status,
            401
        );
    }
    let token = link.split_once("token=").unwrap().1;
    let accepted =
        eve.post_form("/_auth/invite", &[("token", token), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
    assert_eq!(accepted.status, 303);
    let signed_in = accepted.set_cookie("portcullis_access").is_some();
    let asked = accepted.location().starts_with("/_auth/login?email=eve@example.org&flash=welcome");
    assert!(signed_in != asked, "neither signed in nor asked to: {}", accepted.location());
}

#[tokio::test]
async fn s100_a_new_link_voids_the_older_one() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let Invited { page, link: first } = people::invite(&mut owner, "copy@example.org", "", "admin").await;
    assert_eq!(owner.submit(&page, &format!("{page}/invite"), &[("by", "mail")]).await.status, 303);
    let mailed = mailbox.wait_for("You are invited").await.link();
    // The mail is visible before it is recorded as sent.
    wait::eventually("the older link to be void", async || {
        (app.client().get(&first).await.status == 410).then_some(())
    })
    .await;
    let shown = owner.submit(&page, &format!("{page}/invite"), &[]).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let copied = page::data(&shown.text(), "link").unwrap();
    let copied = &copied[copied.find("/_auth/").unwrap()..];
    assert_eq!(app.client().get(&mailed).await.status, 410, "the older link lives on");
    let mut person = app.client();
    assert_eq!(people::accept(&mut person, copied, PASSWORD).await.status, 303);
    assert_eq!(person.get("/_auth/admin/users").await.status, 200);
}

#[tokio::test]
async fn s100_an_invitation_ends_after_a_week_and_can_be_sent_again() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let Invited { page, link: first } = people::invite(&mut owner, "late@example.org", "", "user").await;
    app.advance(7 * 86_400 - 1);
    assert_eq!(app.client().get(&first).await.status, 200);
    app.advance(1);
    assert_eq!(app.client().get(&first).await.status, 410);
    let mut owner = people::another_browser(&app).await;
    assert_eq!(owner.submit(&page, &format!("{page}/invite"), &[("by", "mail")]).await.status, 303);
    let second = mailbox.wait_for("You are invited").await.link();
    assert_eq!(people::accept(&mut app.client(), &second, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn inviting_a_taken_address_shows_the_form_with_what_was_typed() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let fields = [("email", people::OWNER), ("name", "Second <b>One</b>"), ("role", "user")];
    let answer = owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.text().contains("already an account") && answer.text().contains("Second &#60;b&#62;One"),
        "{}",
        answer.text()
    );
    let bad = [("email", "x@example.org"), ("name", ""), ("role", "root")];
    assert_eq!(owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &bad).await.status, 422);
}
