//! Mails that wait and changes that wait for a link: what does not outlive a new password or a new address.

use std::path::Path;

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::wait;

const NEW: &str = "nine-otters-paint-the-barn";
const ELSEWHERE: &str = "elsewhere@example.org";

/// Keeps mails from leaving until it is lifted.
struct Jam<'a>(&'a Path);

impl<'a> Jam<'a> {
    fn at(data: &'a Path) -> Self {
        drop(std::fs::rename(data.join("outbox"), data.join("outbox-kept")));
        std::fs::write(data.join("outbox"), "in the way").unwrap();
        Self(data)
    }

    fn lift(self) {
        std::fs::remove_file(self.0.join("outbox")).unwrap();
        drop(std::fs::rename(self.0.join("outbox-kept"), self.0.join("outbox")));
    }
}

async fn ask_for_address(client: &mut Client) {
    let fields = [("current_password", PASSWORD), ("email", ELSEWHERE)];
    assert_eq!(client.submit("/_auth/account/email", "/_auth/account/email", &fields).await.status, 303);
}

async fn change_password(client: &mut Client) {
    let fields = [("current_password", PASSWORD), ("new_password", NEW), ("confirm", NEW)];
    assert_eq!(client.submit("/_auth/account/password", "/_auth/account/password", &fields).await.status, 303);
}

/// Waits until no mail waits, while time passes for its retries.
async fn queue_is_empty(app: &TestApp, admin: &mut Client) {
    wait::eventually("the queue to be empty", async || {
        app.advance(60);
        admin.get("/_auth/admin/mail").await.text().contains(" 0 waiting").then_some(())
    })
    .await;
}

#[tokio::test]
async fn s15_a_change_of_address_that_somebody_asked_for_does_not_outlive_the_password() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    // By a link that was sent.
    let mut intruder = people::another_browser(&app).await;
    ask_for_address(&mut intruder).await;
    let link = wait::eventually("the mail", async || {
        mailbox.unread().into_iter().find(|mail| mail.header("To") == ELSEWHERE).map(|mail| mail.link())
    })
    .await;
    assert_eq!(app.client().get(&link).await.status, 200);
    change_password(&mut owner).await;
    assert_eq!(app.client().get(&link).await.status, 410);
}

#[tokio::test]
async fn s15_s58_a_mail_that_waits_brings_no_new_link_after_the_password_changed() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let data = app.data("");
    let jam = Jam::at(&data);
    ask_for_address(&mut people::another_browser(&app).await).await;
    app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    change_password(&mut owner).await;
    jam.lift();
    queue_is_empty(&app, &mut owner).await;
    let came: Vec<String> = mailbox.unread().iter().map(|mail| mail.header("Subject").to_owned()).collect();
    assert!(came.iter().any(|subject| subject == "Your password was changed"), "{came:?}");
    assert!(!came.iter().any(|subject| subject.contains("Confirm") || subject.contains("Choose")), "{came:?}");
}

#[tokio::test]
async fn s50_signing_out_everywhere_takes_a_change_of_address_back() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    ask_for_address(&mut people::another_browser(&app).await).await;
    let sent =
        async || mailbox.unread().into_iter().find(|mail| mail.header("To") == ELSEWHERE).map(|mail| mail.link());
    let link = wait::eventually("the mail", sent).await;
    assert_eq!(owner.submit("/_auth/account", "/_auth/account/sessions/end-all", &[]).await.status, 303);
    assert_eq!(app.client().get(&link).await.status, 410);
}

#[tokio::test]
async fn s59_a_reset_that_waits_does_not_go_to_the_address_of_before() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    ask_for_address(&mut owner).await;
    let sent =
        async || mailbox.unread().into_iter().find(|mail| mail.header("To") == ELSEWHERE).map(|mail| mail.link());
    let link = wait::eventually("the mail", sent).await;
    let data = app.data("");
    let jam = Jam::at(&data);
    app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    // It was tried, and waits: one that is on its way just now would come, with a link that is void.
    let tried = async || owner.get("/_auth/admin/mail").await.text().contains("os error").then_some(());
    wait::eventually("a try that fails", tried).await;
    let token = link.split_once("token=").unwrap().1.to_owned();
    assert_eq!(app.client().submit(&link, "/_auth/account/email/confirm", &[("token", &token)]).await.status, 303);
    jam.lift();
    people::sign_in(&mut owner, ELSEWHERE, PASSWORD).await;
    queue_is_empty(&app, &mut owner).await;
    let came = mailbox.unread();
    assert!(
        !came.iter().any(|mail| mail.header("Subject") == "Choose a new password"),
        "a reset went to the old address"
    );
}
