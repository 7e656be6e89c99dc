//! What must not outlive a new password, a new address, or the end of a session.

use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::upstream::Upstream;
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
    let sent = async || mailbox.unread().into_iter().find(|mail| mail.header("To") == ELSEWHERE).map(|mail| mail.link());
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
    let sent = async || mailbox.unread().into_iter().find(|mail| mail.header("To") == ELSEWHERE).map(|mail| mail.link());
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
    assert!(!came.iter().any(|mail| mail.header("Subject") == "Choose a new password"), "a reset went to the old address");
}

#[tokio::test]
async fn s19_a_new_sign_in_ends_the_session_of_every_cookie_it_came_with() {
    let app = TestApp::start(|_| {}).await;
    let owner = people::claim(&app).await;
    for kept in ["portcullis_access", "portcullis_refresh"] {
        let first = people::another_browser(&app).await;
        let mut again = first.clone();
        for name in ["portcullis_access", "portcullis_refresh", "portcullis_session"].iter().filter(|name| **name != kept) {
            again.jar.remove(name);
        }
        assert_eq!(again.get("/_auth/account").await.status, 200);
        let answer = again.post_form("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(people::who_am_i(&mut first.clone()).await, None, "only {kept} was sent, and the old session lives on");
    }
    assert_eq!(people::who_am_i(&mut owner.clone()).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s26_a_hundred_wrong_current_passwords_in_a_row_are_the_last() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut evaluated = 0;
    for _ in 0..120 {
        let fields = [("current_password", "not the current one"), ("new_password", NEW), ("confirm", NEW)];
        let answer = owner.submit("/_auth/account/password", "/_auth/account/password", &fields).await;
        evaluated += usize::from(answer.status == 422);
        app.advance(3600);
    }
    assert_eq!(evaluated, 100);
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    change_password(&mut owner).await;
}

#[tokio::test]
async fn s26_a_known_device_has_ten_wrong_passwords_in_a_row_whatever_time_passes() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    people::claim(&app).await;
    let mut known = people::another_browser(&app).await;
    people::sign_out(&mut known).await;
    let mut evaluated = 0;
    for number in 0..130 {
        known.always("X-Forwarded-For", &format!("198.51.100.{number}"));
        evaluated += usize::from(people::try_sign_in(&mut known, OWNER, "wrong wrong wrong").await.status == 401);
        app.advance(3600);
    }
    assert_eq!(evaluated, 110, "ten of its own and the hundred of the account");
}

#[tokio::test]
async fn s75_an_upload_under_way_stops_with_its_session() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let mut owner = people::claim(&app).await;
    let mut stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
    let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", owner.raw_head("POST", "/upload"));
    stream.write_all(format!("{head}6\r\nBEFORE\r\n").as_bytes()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    people::sign_out(&mut owner).await;
    let count = upstream.count();
    // The server may have closed already, which is as good.
    drop(stream.write_all(b"5\r\nAFTER\r\n0\r\n\r\n").await);
    let mut answer = Vec::new();
    drop(wait::in_time("the end of the upload", stream.read_to_end(&mut answer)).await);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(upstream.count() == count, "the app got the whole upload");
}
