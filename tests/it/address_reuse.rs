//! Admins are warned of an account whose address another one had before: apps may treat the two as one person.

use super::admin_lists::{LIST, invite, rows};
use super::support::app::TestApp;
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, said};

#[tokio::test]
async fn admins_are_warned_of_a_new_account_with_a_former_address_of_another() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let warned = async |owner: &mut Client, id: &str| {
        owner.get(&format!("{LIST}/{id}")).await.text().contains("Another account had this address")
    };
    let first = invite(&mut owner, "ada@example.org", "Ada", "user").await;
    assert!(!warned(&mut owner, &first).await);
    owner.get(&format!("{LIST}/{first}/delete")).await;
    owner.post_form(&format!("{LIST}/{first}/delete"), &[]).await;
    // The page with the link says so at once.
    let fields = [("email", "ada@example.org"), ("name", "Another Ada"), ("role", "user")];
    let shown = owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await.text();
    assert!(shown.contains("Another account had this address") && shown.contains("data-link"), "{shown}");
    let second = rows(&mut owner, "/_auth/admin/users?q=ada", "user-id").await.remove(0);
    let again = owner.submit(&format!("{LIST}/{second}"), &format!("{LIST}/{second}/invite"), &[]).await.text();
    assert!(again.contains("Another account had this address") && again.contains("data-link"), "{again}");
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
async fn s70_the_app_knows_a_person_by_the_same_id_before_and_after_a_change_of_address() {
    let (app, upstream, mut owner) = people::with_app().await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let seen = async |client: &mut Client| {
        assert_eq!(client.get("/page").await.status, 200);
        let request = upstream.last();
        ["remote-user", "remote-email", "remote-id"].map(|name| request.header(name).unwrap())
    };
    let [_, _, id] = seen(&mut owner).await;
    assert!(!id.is_empty());
    for email in ["moved@example.org", "again@example.org", OWNER] {
        app.advance(3700);
        move_to(&mut owner, &mut mailbox, email).await;
        assert_eq!(seen(&mut owner).await, [email, email, &id]);
    }
    // Who gets an address that was left is somebody else.
    let invited = people::invite(&mut owner, "moved@example.org", "", "user").await;
    let mut other = app.client();
    assert_eq!(people::accept(&mut other, &invited.link, PASSWORD).await.status, 303);
    let [user, _, other_id] = seen(&mut other).await;
    assert!(user == "moved@example.org" && other_id != id && !other_id.is_empty(), "{other_id}");
    drop(mailbox.unread());
}

#[tokio::test]
async fn admins_are_warned_of_a_change_to_a_former_address_of_another_account_only() {
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
    let warned = async |owner: &mut Client, id: &str| {
        owner.get(&format!("{LIST}/{id}")).await.text().contains("Another account had this address")
    };
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
    // Bob is deleted, and Ada gets her former address back.
    app.advance(3700);
    move_to(&mut bob, &mut mailbox, "bob@example.org").await;
    assert!(!warned(&mut owner, &bob_id).await);
    move_to(&mut ada, &mut mailbox, "x@example.org").await;
    assert!(warned(&mut owner, &ada_id).await);
    drop(mailbox.unread());
}

#[tokio::test]
async fn the_command_line_warns_of_an_address_that_another_account_had() {
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &[]).await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), &token).await;
    let warns = |arguments: &[&str]| {
        let output = process.run(arguments);
        assert!(output.status.success(), "{}", said(&output));
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains("Another account"),
            "a script reads standard output: {}",
            said(&output)
        );
        said(&output).contains("Another account had this address")
    };
    assert!(!warns(&["user", "invite", "bob@example.org"]));
    for more in ["--json", "--mail", "--admin"] {
        assert!(!warns(&["user", "delete", "bob@example.org"]));
        assert!(warns(&["user", "invite", "bob@example.org", more]), "{more}");
    }
    assert!(!warns(&["user", "invite", "carol@example.org"]));
}
