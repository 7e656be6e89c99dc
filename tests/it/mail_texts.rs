//! Mails to addresses that nobody has proven say nothing that a person chose (S107).

use super::support::app::TestApp;
use super::support::mailbox::{Mail, Mailbox};
use super::support::people::{self, Invited, OWNER, PASSWORD};

const TOLD: &str = "Your account is locked, visit example.net";

/// Everything of a mail that a reader sees.
fn seen(mail: &Mail) -> String {
    format!("{:?} {} {}", mail.headers, mail.text, mail.html)
}

#[tokio::test]
async fn s107_an_invitation_says_whose_site_it_is_who_invited_and_until_when_and_no_names() {
    for (language, subject, until) in [
        ("en", "You are invited", "The link works once, until "),
        ("de", "Sie sind eingeladen", "Der Link gilt einmal und bis "),
        ("fr", "Vous \u{ea}tes invit\u{e9}", "jusqu'au "),
        ("es", "Ha recibido una invitaci\u{f3}n", "hasta el "),
        ("ar", "\u{623}\u{646}\u{62a} \u{645}\u{62f}\u{639}\u{648}", "\u{62d}\u{62a}\u{649} "),
    ] {
        let app = TestApp::start(|options| {
            options.set("SITE_NAME", "Ada's Box");
            options.set("DEFAULT_LANGUAGE", language);
        })
        .await;
        let mut owner = people::claim(&app).await;
        owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", TOLD)]).await;
        let mut mailbox = Mailbox::of(&app.data(""));
        let Invited { page, .. } = people::invite(&mut owner, "stranger@example.org", TOLD, "user").await;
        assert_eq!(owner.submit(&page, &format!("{page}/invite"), &[("by", "mail")]).await.status, 303);
        let mail = mailbox.wait_for(subject).await;
        for said in ["Ada's Box", OWNER, "http://localhost:3000", until] {
            assert!(mail.text.contains(said), "{language}: {said} is not in\n{}", mail.text);
        }
        assert!(!seen(&mail).contains("example.net"), "{language}: {}", seen(&mail));
    }
}

#[tokio::test]
async fn s107_a_stranger_whose_address_is_claimed_by_a_change_reads_nothing_of_who_did_it() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", TOLD)]).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let fields = [("current_password", PASSWORD), ("email", "stranger@example.org")];
    assert_eq!(owner.submit("/_auth/account/email", "/_auth/account/email", &fields).await.status, 303);
    let mail = mailbox.wait_for("Confirm your new address").await;
    assert_eq!(mail.header("To"), "stranger@example.org");
    assert!(!seen(&mail).contains("example.net"), "{}", seen(&mail));
    // Nobody has proven the owner's address either.
    assert_eq!(app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await.status, 303);
    let mail = mailbox.wait_for("Choose a new password").await;
    assert!(!seen(&mail).contains("example.net"), "{}", seen(&mail));
}

#[tokio::test]
async fn s107_a_new_browser_is_not_announced_in_its_own_words() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let mut browser = app.client();
    browser.always("User-Agent", TOLD);
    people::sign_in(&mut browser, OWNER, PASSWORD).await;
    let mail = mailbox.wait_for("New sign-in to your account").await;
    assert!(!seen(&mail).contains("example.net") && mail.text.contains("an unknown browser"), "{}", mail.text);
}
