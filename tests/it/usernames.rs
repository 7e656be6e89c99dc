//! User names, for apps that take no address.

use tempfile::TempDir;

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, said};

const ADA: &str = "ada@example.org";

async fn set(owner: &mut Client, page: &str, username: &str) -> super::support::client::Response {
    let form = format!("{page}/username");
    owner.submit(&form, &form, &[("username", username)]).await
}

async fn found(owner: &mut Client, query: &str) -> Vec<String> {
    let list = owner.get(&format!("/_auth/admin/users?q={query}")).await.text();
    page::all_data(&list, "email")
}

#[tokio::test]
async fn an_admin_sets_and_removes_a_user_name_and_the_session_stays_live() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    assert!(!ada.get("/_auth/account").await.text().contains("lovelace"));
    let done = set(&mut owner, &page, " lovelace ").await;
    assert_eq!((done.status, done.location()), (303, format!("{page}?flash=username").as_str()), "{}", done.text());
    let account = ada.get("/_auth/account").await;
    assert!(account.status == 200 && account.text().contains("<bdi>lovelace</bdi>"), "{}", account.text());
    assert_eq!(found(&mut owner, "LOVEL").await, [ADA]);
    assert!(set(&mut owner, &page, "lovelace").await.location().ends_with("flash=unchanged"));
    let user = owner.get(&page).await.text();
    assert!(user.contains("<bdi>lovelace</bdi>") && user.contains("lovelace, was (none)"), "{user}");
    assert_eq!(set(&mut owner, &page, "").await.status, 303);
    assert!(!ada.get("/_auth/account").await.text().contains("lovelace"));
    assert!(found(&mut owner, "lovel").await.is_empty());
    assert!(owner.get(&page).await.text().contains("(none), was lovelace"));
    // Renaming and moving keep it findable.
    set(&mut owner, &page, "a.l-1_2").await;
    let profile = ada.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Countess")]).await;
    assert_eq!(profile.status, 303);
    assert_eq!(
        (found(&mut owner, "a.l-1_2").await, found(&mut owner, "countess").await),
        (vec![ADA.into()], vec![ADA.into()])
    );
}

#[tokio::test]
async fn s130_a_user_name_is_a_sensitive_change_and_the_question_names_it() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (_ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    app.advance(901);
    for (username, message) in [("countess", "countess"), ("", "remove the user name")] {
        let question = set(&mut owner, &page, username).await;
        let text = question.text();
        assert!(question.status == 403 && text.contains(message) && text.contains(ADA), "{} {text}", question.status);
        assert!(!owner.get(&page).await.text().contains("countess"), "it is done before the answer");
        assert_eq!(owner.get("/_auth/admin/users").await.status, 200, "where the way out leads");
    }
    let question = set(&mut owner, &page, "countess").await;
    let token = page::field(&question.text(), "deed").unwrap();
    let done = owner.post_form("/_auth/confirm", &[("deed", &token), ("current_password", PASSWORD)]).await;
    assert_eq!((done.status, done.location()), (303, format!("{page}?flash=username").as_str()));
    assert!(owner.get(&page).await.text().contains("<bdi>countess</bdi>"));
}

#[tokio::test]
async fn a_user_name_belongs_to_one_account_and_has_small_letters_digits_and_three_signs() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    let own = people::invite(&mut owner, "eve@example.org", "", "user").await.page;
    assert_eq!(set(&mut owner, &own, "eve").await.status, 303);
    let longest = "a".repeat(64);
    for (typed, why) in [
        ("eve", "Another account has this user name"),
        ("Ada", "lower-case letters"),
        ("ada lovelace", "lower-case letters"),
        ("ada@example.org", "lower-case letters"),
        ("j\u{fc}rgen", "lower-case letters"),
        (&format!("{longest}a"), "64"),
    ] {
        let refused = set(&mut owner, &page, typed).await;
        let text = refused.text();
        assert!(refused.status == 422 && text.contains(why), "{typed}: {} {text}", refused.status);
        assert_eq!(page::field(&text, "username").as_deref(), Some(typed), "what was typed is lost");
    }
    assert_eq!(set(&mut owner, &page, &longest).await.status, 303);
    assert_eq!(owner.get("/_auth/admin/users/nobody/username").await.status, 404);
    assert_eq!(owner.post_form(&format!("{own}/username"), &[]).await.status, 400);
    assert!(owner.get(&own).await.text().contains("<bdi>eve</bdi>"), "a form without the field took the name away");
    let as_user = ada.post_form(&format!("{page}/username"), &[("username", "admin")]).await;
    assert_eq!(as_user.status, 403);
    // A deleted account leaves its user name to others.
    assert_eq!(owner.submit(&format!("{own}/delete"), &format!("{own}/delete"), &[]).await.status, 303);
    assert_eq!(set(&mut owner, &page, "eve").await.status, 303);
}

#[tokio::test]
async fn a_user_name_is_set_by_command_and_survives_a_backup() {
    let process = Process::start_in(TempDir::new().unwrap(), "start").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap())
        .await;
    let done = process.run(&["user", "username", OWNER, "boss"]);
    assert!(done.status.success() && said(&done).contains("now has the user name boss"), "{}", said(&done));
    assert!(owner.get("/_auth/account").await.text().contains("<bdi>boss</bdi>"), "the running server has not noticed");
    let refused = process.run(&["user", "username", OWNER, "The Boss"]);
    assert!(!refused.status.success() && said(&refused).contains("lower-case letters"), "{}", said(&refused));
    let kept = process.run(&["backup", "kept.backup"]);
    assert!(kept.status.success(), "{}", said(&kept));
    let gone = process.run(&["user", "username", OWNER]);
    assert!(gone.status.success() && said(&gone).contains("no longer has a user name"), "{}", said(&gone));
    let list = process.run(&["user", "list", "--json"]);
    assert!(said(&list).contains("\"username\":null"), "{}", said(&list));
    let elsewhere = process.run(&["restore", "kept.backup", "--DATA_DIR=restored"]);
    assert!(elsewhere.status.success(), "{}", said(&elsewhere));
    let list = process.run(&["user", "list", "boss", "--json", "--DATA_DIR=restored"]);
    assert!(said(&list).contains("\"username\":\"boss\""), "{}", said(&list));
    assert_eq!(people::try_sign_in(&mut process.client(), OWNER, PASSWORD).await.status, 303);
}
