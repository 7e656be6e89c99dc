//! Inviting people, by mail and by a copied link (S100).

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people;

const PASSWORD: &str = "nine-otters-paint-the-barn";

/// Invites somebody and returns the page of the account.
async fn invite(owner: &mut Client, email: &str, name: &str, role: &str) -> String {
    let answer =
        owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &[("email", email), ("name", name), ("role", role)]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer.location().split('?').next().unwrap().to_owned()
}

async fn accept(client: &mut Client, link: &str, password: &str) -> u16 {
    let token = link.split_once("token=").unwrap().1;
    client.submit(link, "/_auth/invite", &[("token", token), ("password", password), ("confirm", password)]).await.status
}

#[tokio::test]
async fn s100_an_invitation_by_mail_is_accepted_once_and_the_admin_never_sees_the_password() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let page = invite(&mut owner, "New.Person@Example.org", "New Person", "user").await;
    let mail = mailbox.wait_for("You are invited").await;
    assert_eq!(mail.header("To"), "new.person@example.org");
    assert!(
        mail.header("Auto-Submitted") == "auto-generated"
            && !mail.header("Date").is_empty()
            && mail.header("Message-ID").contains("@localhost")
    );
    let link = mail.link();
    assert_eq!(people::try_sign_in(&mut app.client(), "new.person@example.org", PASSWORD).await.status, 401, "invited is not active");
    // The rules hold here too, and a refused password does not use the link up.
    assert_eq!(accept(&mut app.client(), &link, "short").await, 422);
    assert_eq!(accept(&mut app.client(), &link, "new.person@example.org").await, 422);
    assert_eq!(accept(&mut app.client(), &link, PASSWORD).await, 303);
    let mut person = app.client();
    people::sign_in(&mut person, "new.person@example.org", PASSWORD).await;
    assert_eq!(people::who_am_i(&mut person).await.as_deref(), Some("new.person@example.org"));
    assert_eq!(app.client().get(&link).await.status, 410);
    let shown = owner.get(&page).await.text();
    assert!(shown.contains("active") && !shown.contains(PASSWORD) && !shown.contains("$2b$"), "{shown}");
    assert_eq!(person.get("/_auth/admin/users").await.status, 403);
}

#[tokio::test]
async fn s100_without_a_mail_server_a_copied_link_invites_and_voids_the_mailed_one() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let page = invite(&mut owner, "copy@example.org", "", "admin").await;
    let mailed = mailbox.wait_for("You are invited").await.link();
    let shown = owner.submit(&page, &format!("{page}/invite"), &[]).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let copied = page::data(&shown.text(), "link").unwrap();
    let copied = &copied[copied.find("/_auth/").unwrap()..];
    assert_eq!(app.client().get(&mailed).await.status, 410, "the older link lives on");
    assert_eq!(accept(&mut app.client(), copied, PASSWORD).await, 303);
    let mut person = app.client();
    people::sign_in(&mut person, "copy@example.org", PASSWORD).await;
    assert_eq!(person.get("/_auth/admin/users").await.status, 200);
}

#[tokio::test]
async fn s100_an_invitation_ends_after_a_week_and_can_be_sent_again() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let page = invite(&mut owner, "late@example.org", "", "user").await;
    let first = mailbox.wait_for("You are invited").await.link();
    app.advance(7 * 86_400 - 1);
    assert_eq!(app.client().get(&first).await.status, 200);
    app.advance(1);
    assert_eq!(app.client().get(&first).await.status, 410);
    assert_eq!(owner.submit(&page, &format!("{page}/invite"), &[("by", "mail")]).await.status, 303);
    let second = mailbox.wait_for("You are invited").await.link();
    assert_eq!(accept(&mut app.client(), &second, PASSWORD).await, 303);
}

#[tokio::test]
async fn an_address_that_is_taken_is_told_to_the_admin_with_what_was_typed() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let fields = [("email", people::OWNER), ("name", "Second <b>One</b>"), ("role", "user")];
    let answer = owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text().contains("already an account") && answer.text().contains("Second &#60;b&#62;One"), "{}", answer.text());
    let bad = [("email", "x@example.org"), ("name", ""), ("role", "root")];
    assert_eq!(owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &bad).await.status, 422);
}
