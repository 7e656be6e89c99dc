//! Admins are told of an account whose address another one had before: apps may take the two for one person.

use super::lists::{LIST, invite, rows};
use super::support::app::TestApp;
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};

#[tokio::test]
async fn who_gets_an_address_that_another_account_had_is_announced_to_admins() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let warned =
        async |owner: &mut Client, id: &str| owner.get(&format!("{LIST}/{id}")).await.text().contains("Another account had this address");
    let first = invite(&mut owner, "ada@example.org", "Ada", "user").await;
    assert!(!warned(&mut owner, &first).await);
    owner.get(&format!("{LIST}/{first}/delete")).await;
    owner.post_form(&format!("{LIST}/{first}/delete"), &[]).await;
    let second = invite(&mut owner, "ada@example.org", "Another Ada", "user").await;
    assert!(warned(&mut owner, &second).await);
    let shown = owner.get(&format!("{LIST}/{second}")).await.text();
    assert!(shown.contains("Remote-Id") && page::visible_text(&shown).contains(&second), "{shown}");
    let own = rows(&mut owner, "/_auth/admin/users?q=owner", "user-id").await.remove(0);
    assert!(!warned(&mut owner, &own).await);

    // The owner moves to another address; somebody else gets the old one.
    let mut mailbox = Mailbox::of(&app.data(""));
    let form = owner.get("/_auth/account/email").await.text();
    assert!(form.contains("Remote-User") && form.contains("Remote-Id"), "{form}");
    let confirm = move_to(&mut owner, &mut mailbox, "moved@example.org").await;
    assert!(confirm.contains("Remote-User") && confirm.contains("Remote-Id"), "{confirm}");
    let third = invite(&mut owner, OWNER, "A new owner of the address", "user").await;
    assert!(warned(&mut owner, &third).await);
    assert!(!warned(&mut owner, &own).await, "the account that moved away has an address of its own");
    drop(mailbox.unread());
}

/// Changes the address by the form and the link, and signs in again; returns the page behind the link.
async fn move_to(client: &mut Client, mailbox: &mut Mailbox, email: &str) -> String {
    let fields = [("current_password", PASSWORD), ("email", email)];
    assert_eq!(client.submit("/_auth/account/email", "/_auth/account/email", &fields).await.status, 303);
    let link = mailbox.wait_for("Confirm your new address").await.link();
    let confirm = client.get(&link).await.text();
    let token = link.split_once("token=").unwrap().1;
    assert_eq!(client.post_form("/_auth/account/email/confirm", &[("token", token)]).await.status, 303);
    people::sign_in(client, email, PASSWORD).await;
    confirm
}

#[tokio::test]
async fn who_changes_to_an_address_that_another_account_had_is_announced_and_who_comes_back_to_the_own_is_not() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let mut people_of = Vec::new();
    for email in ["ada@example.org", "bob@example.org"] {
        let invited = people::invite(&mut owner, email, "", "user").await;
        let mut client = app.client();
        assert_eq!(people::accept(&mut client, &invited.link, PASSWORD).await.status, 303);
        people_of.push((client, invited.page.trim_start_matches("/_auth/admin/users/").to_owned()));
    }
    let [(mut ada, ada_id), (mut bob, bob_id)] = people_of.try_into().ok().unwrap();
    let warned =
        async |owner: &mut Client, id: &str| owner.get(&format!("{LIST}/{id}")).await.text().contains("Another account had this address");
    // Away and back: nobody else had it.
    for email in ["x@example.org", "y@example.org", "ada@example.org", "x@example.org"] {
        app.advance(3700);
        move_to(&mut ada, &mut mailbox, email).await;
        assert!(!warned(&mut owner, &ada_id).await, "{email}");
    }
    app.advance(3700);
    move_to(&mut ada, &mut mailbox, "z@example.org").await;
    // Bob's account is older than the day on which the address became free.
    app.advance(3700);
    move_to(&mut bob, &mut mailbox, "x@example.org").await;
    assert!(warned(&mut owner, &bob_id).await);
    assert!(!warned(&mut owner, &ada_id).await);
    // Bob goes, and Ada gets back what was hers, then his.
    app.advance(3700);
    move_to(&mut bob, &mut mailbox, "bob@example.org").await;
    assert!(!warned(&mut owner, &bob_id).await);
    move_to(&mut ada, &mut mailbox, "x@example.org").await;
    assert!(warned(&mut owner, &ada_id).await);
    drop(mailbox.unread());
}
