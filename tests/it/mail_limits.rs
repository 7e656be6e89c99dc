//! Mail cannot be used against others: limits by kind and account, places in the queue, and sessions that pile up
//! (S107).

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use portcullis::for_tests::{Due, Email, MailKind, MailState, QueuedMail, Timestamp, mails};

use super::attempts;
use super::metrics;
use super::support::app::TestApp;
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::wait;

async fn claimed() -> (TestApp, Client, Mailbox) {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let owner = people::claim(&app).await;
    let mailbox = Mailbox::of(&app.data(""));
    (app, owner, mailbox)
}

/// The subjects of all that was mailed, once nothing waits any more.
async fn mailed(owner: &mut Client, mailbox: &mut Mailbox) -> Vec<String> {
    wait::eventually("the queue to be empty", async || {
        owner.get("/_auth/admin/mail").await.text().contains(" 0 waiting").then_some(())
    })
    .await;
    mailbox.unread().iter().map(|mail| mail.header("Subject").to_owned()).collect()
}

async fn left_out(app: &TestApp, reason: &str) -> u64 {
    metrics::value(
        &metrics::page(&mut app.client()).await,
        &format!("portcullis_mails_left_out_total{{reason=\"{reason}\"}}"),
    )
}

async fn forgot(app: &TestApp) {
    assert_eq!(app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await.status, 303);
}

#[tokio::test]
async fn s107_sign_ins_on_new_devices_send_five_mails_an_hour() {
    let (app, mut owner, mut mailbox) = claimed().await;
    for _ in 0..8 {
        people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    }
    let mails = mailed(&mut owner, &mut mailbox).await;
    assert_eq!(mails, ["New sign-in to your account"; 5].map(str::to_owned), "{mails:?}");
    assert_eq!(left_out(&app, "limit").await, 3);
    app.advance(3600);
    let mut owner = people::another_browser(&app).await;
    assert_eq!(mailed(&mut owner, &mut mailbox).await.len(), 1);
}

#[tokio::test]
async fn s107_changing_the_password_again_and_again_sends_five_mails_an_hour() {
    let (app, mut owner, mut mailbox) = claimed().await;
    let mut current = PASSWORD.to_owned();
    for number in 0..7 {
        let new = format!("nine-otters-paint-the-barn-{number}");
        let fields =
            [("current_password", current.as_str()), ("new_password", new.as_str()), ("confirm", new.as_str())];
        assert_eq!(owner.submit("/_auth/account/password", "/_auth/account/password", &fields).await.status, 303);
        current = new;
    }
    assert_eq!(mailed(&mut owner, &mut mailbox).await.len(), 5);
    people::sign_in(&mut app.client(), OWNER, &current).await;
}

#[tokio::test]
async fn s107_the_sixth_invitation_in_an_hour_is_refused_and_voids_no_earlier_link() {
    let (app, mut owner, mut mailbox) = claimed().await;
    let user = people::invite(&mut owner, "ada@example.org", "", "user").await.page;
    let mut links = Vec::new();
    for _ in 0..5 {
        assert_eq!(owner.submit(&user, &format!("{user}/invite"), &[("by", "mail")]).await.status, 303);
        links.push(mailbox.wait_for("You are invited").await.link());
    }
    let refused = owner.submit(&user, &format!("{user}/invite"), &[("by", "mail")]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    let newest = links.last().unwrap();
    wait::eventually("the newest link to be good", async || {
        (app.client().get(newest).await.status == 200).then_some(())
    })
    .await;
    assert_eq!(mailed(&mut owner, &mut mailbox).await.len(), 0);
}

#[tokio::test]
async fn s107_test_mails_are_limited_and_the_page_says_so() {
    let (_app, mut owner, mut mailbox) = claimed().await;
    for _ in 0..20 {
        assert_eq!(owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await.status, 303);
    }
    let refused = owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("3600")));
    assert_eq!(mailed(&mut owner, &mut mailbox).await.len(), 20);
}

/// Lets that many mails of a kind wait for a time that never comes.
fn fill(app: &TestApp, kind: &str, how_many: usize) {
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    let fill = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {how_many}) \
         INSERT INTO mails (id, kind, recipient, user_id, detail, state, created_at, next_try_at, tries, last_error) \
         SELECT '{kind}' || i, '{kind}', '{OWNER}', (SELECT id FROM users), '', 'queued', 0, 99999999999, 0, '' FROM n"
    );
    database.batch_execute(&fill).unwrap();
}

#[tokio::test]
async fn s107_a_queue_full_of_notices_has_room_for_links_and_nothing_is_dropped_silently() {
    let (app, _owner, mut mailbox) = claimed().await;
    app.expect_error("a mail was dropped: the queue is full mail.kind=\"new device\"");
    app.expect_error("a mail was dropped: the queue is full mail.kind=\"reset\"");
    fill(&app, "new device", 5000);
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    assert_eq!(left_out(&app, "full").await, 1, "the notice of the sign-in");
    forgot(&app).await;
    mailbox.wait_for("Choose a new password").await;
    // The other way round it is the same: links take no place of a notice.
    fill(&app, "reset", 5000);
    forgot(&app).await;
    assert_eq!(left_out(&app, "full").await, 2);
    assert!(mailbox.unread().is_empty());
}

#[tokio::test]
async fn s107_mails_with_links_are_sent_before_older_notices() {
    for store in attempts::stores().await {
        let due = store.write(|c| {
            for (kind, at) in
                [(MailKind::NewDevice, 1), (MailKind::Reset, 7), (MailKind::Test, 2), (MailKind::Invitation, 6)]
            {
                mails::insert(c, &waiting(kind, at))?;
            }
            // Not due yet.
            mails::insert(c, &waiting(MailKind::ConfirmEmail, 99))?;
            let mut due = Vec::new();
            while let Some(Due::Mail(mail)) = mails::find_due(c, Timestamp::from_secs(10), true)? {
                due.push(mail.kind);
                mails::give_up(c, &mail.id, "")?;
            }
            Ok(due)
        });
        assert_eq!(due.await, [MailKind::Invitation, MailKind::Reset, MailKind::NewDevice, MailKind::Test]);
    }
}

fn waiting(kind: MailKind, at: i64) -> QueuedMail {
    let at = Timestamp::from_secs(at);
    QueuedMail {
        id: kind.as_str().to_owned(),
        kind,
        recipient: Email::parse(OWNER).unwrap(),
        user: None,
        detail: String::new(),
        state: MailState::Queued,
        created_at: at,
        next_try_at: at,
        tries: 0,
        last_error: String::new(),
    }
}

#[tokio::test]
async fn s107_decoys_do_not_displace_links() {
    let (app, _owner, mut mailbox) = claimed().await;
    fill(&app, "reset", 4999);
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 5000; UPDATE mails SET user_id = NULL").unwrap();
    forgot(&app).await;
    mailbox.wait_for("Choose a new password").await;
    assert_eq!(left_out(&app, "full").await, 0);
}

#[tokio::test]
async fn s107_the_oldest_session_of_an_account_ends_with_the_hundred_and_first() {
    let app = TestApp::start(|_| {}).await;
    let mut first = people::claim(&app).await;
    let mut second = app.client();
    app.clock.jump(31);
    people::sign_in(&mut second, OWNER, PASSWORD).await;
    for _ in 2..100 {
        app.clock.jump(31);
        people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    }
    assert_eq!(first.get("/_auth/account").await.status, 200, "a hundred sessions are no more than there may be");
    app.clock.jump(31);
    let mut newest = people::another_browser(&app).await;
    assert_eq!(first.get("/_auth/account").await.status, 303);
    assert_eq!((second.get("/_auth/account").await.status, newest.get("/_auth/account").await.status), (200, 200));
    let audit = newest.get("/_auth/admin/audit?event=session.ended").await.text();
    assert!(audit.contains("data-event=\"session.ended\"") && audit.contains(OWNER), "{audit}");
}
