//! Background jobs: what is deleted and when, and that one fault does not end them.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection};
use portcullis::for_tests::Clock;

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::clock::TestClock;
use super::support::mailbox::Mailbox;
use super::support::nodes::Nodes;
use super::support::people::{self, OWNER};
use super::support::wait;

fn count(database: &mut PgConnection, from: &str) -> i64 {
    diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("SELECT count(*) FROM {from}")).get_result(database).unwrap()
}

/// An audit line that every clock calls too old; it is deleted in the last step of the maintenance of the database.
async fn until_cleaned(database: &mut PgConnection) {
    wait::eventually("the ancient line to go", async || {
        (count(database, "audit_events WHERE event = 'ancient'") == 0).then_some(())
    })
    .await;
}

const ANCIENT: &str = "INSERT INTO audit_events (id, at, event, actor, subject, source, detail) VALUES ('0', 1, \
    'ancient', '', '', '', '')";

#[tokio::test]
async fn s93_a_node_whose_clock_is_far_ahead_cleans_nothing_away_that_is_alive_for_the_others() {
    let Some(mut nodes) = Nodes::start(0, false).await else { return };
    nodes.clock = TestClock::before_the_machines(0);
    nodes.apps.push(nodes.node(&nodes.postgres.url(), &[]).await);
    let mut owner = nodes.owner().await;
    owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Owner")]).await;
    let mut database = nodes.postgres.connect();
    let before =
        (count(&mut database, "sessions"), count(&mut database, "notices"), count(&mut database, "audit_events"));
    assert!(before.0 == 1 && before.1 >= 2 && before.2 >= 1, "{before:?}");
    database.batch_execute(ANCIENT).unwrap();
    nodes.clock = TestClock::before_the_machines(-400 * 86_400);
    let _ahead = nodes.node(&nodes.postgres.url(), &[]).await;
    until_cleaned(&mut database).await;
    let after =
        (count(&mut database, "sessions"), count(&mut database, "notices"), count(&mut database, "audit_events"));
    assert_eq!(after, before);
    assert_eq!(owner.fetch("/page").await.status, 200);
}

#[tokio::test]
async fn s125_a_used_challenge_is_kept_for_an_hour_after_it_expired() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    people::claim(&app).await;
    // A node whose clock is an hour behind still accepts the answers to the one that expired later.
    let now = app.clock.now().secs();
    for (challenge, expired) in [("older", now - 3_600), ("newer", now - 3_599)] {
        app.execute(&format!("INSERT INTO used_challenges (hash, expires_at) VALUES ('{challenge}', {expired});"));
    }
    let (folder, clock) = app.stop().await;
    // Maintenance begins with the start.
    let app = TestApp::start(|options| {
        (options.data_dir, options.clock, options.sqlite) = (Some(folder), clock, true);
    })
    .await;
    let file = app.data("portcullis.db");
    let left = || {
        let mut database = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        let sql = "(SELECT coalesce(group_concat(hash), '') FROM used_challenges)";
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(sql)).get_result::<String>(&mut database).unwrap()
    };
    wait::eventually("the older one to go", async || (!left().contains("older")).then_some(())).await;
    assert_eq!(left(), "newer");
}

#[tokio::test]
async fn applied_notices_are_limited_and_the_newest_stay() {
    let Some(mut nodes) = Nodes::start(0, false).await else { return };
    nodes.clock = TestClock::before_the_machines(0);
    nodes.apps.push(nodes.node(&nodes.postgres.url(), &[]).await);
    let owner = nodes.owner().await;
    let mut database = nodes.postgres.connect();
    // As many as somebody leaves in a minute who renames themselves all the time.
    let flood = "UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 15000 AS TEXT) WHERE name = 'notices';
        INSERT INTO notices (number, kind, subject, at)
        SELECT CAST(value AS BIGINT) - 15000 + n, 'user.changed', 'bbbbbbbbbbbbbbbbbbbbbb', EXTRACT(EPOCH FROM now())
        FROM settings, generate_series(1, 15000) n WHERE name = 'notices'; NOTIFY portcullis";
    database.batch_execute(&format!("BEGIN; {flood}; COMMIT")).unwrap();
    let behind = "nodes WHERE acknowledged < (SELECT CAST(value AS BIGINT) FROM settings WHERE name = 'notices')";
    wait::eventually("the node to hear them", async || (count(&mut database, behind) == 0).then_some(())).await;
    // Forgetting begins with the start of a node.
    nodes.apps.push(nodes.node(&nodes.postgres.url(), &[]).await);
    wait::eventually("the oldest to go", async || (count(&mut database, "notices") <= 10_010).then_some(())).await;
    assert!(count(&mut database, "notices") >= 10_000);
    let mut there = nodes.at(1, &owner);
    assert_eq!(there.fetch("/page").await.status, 200);
    assert_eq!(people::sign_out(&mut owner.clone()).await.status, 303);
    assert_eq!(there.fetch("/page").await.status, 401);
}

#[tokio::test]
async fn what_cannot_be_cleaned_in_redis_keeps_nothing_else_from_being_cleaned() {
    let Some(mut nodes) = Nodes::start(1, true).await else { return };
    nodes.apps.clear();
    let mut database = nodes.postgres.connect();
    database.batch_execute(ANCIENT).unwrap();
    let mut redis = redis::Client::open(nodes.redis.as_ref().unwrap().url()).unwrap().get_connection().unwrap();
    redis::cmd("SET").arg("portcullis:sessions").arg("no index").query::<()>(&mut redis).unwrap();
    let _again = nodes.node(&nodes.postgres.url(), &[]).await;
    until_cleaned(&mut database).await;
}

#[tokio::test]
async fn background_jobs_are_restarted_after_a_panic() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut mailbox = Mailbox::of(&app.data(""));
    app.expect_error("a background job panicked and is restarted job=\"watch\"");
    app.expect_error("a background job panicked and is restarted job=");
    // Mails and streams are processed on the threads named "blocking", and nothing else runs there now.
    for thread in ["watch", "blocking", "blocking", "blocking"] {
        app.clock.panic_in(thread);
    }
    wait::eventually("the panics", async || (app.clock.panics_left() == 0).then_some(())).await;
    assert_eq!(owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await.status, 303);
    assert_eq!(mailbox.wait_for("Test mail").await.header("To"), OWNER);
    // The lease that was there is over; only a watch that runs lays another.
    app.advance(5);
    wait::eventually("the watch to renew the lease", async || {
        app.client().send(Call::new("GET", "/_auth/metrics")).await.text().contains("portcullis_lease 1").then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_unreadable_mail_blocks_no_other_and_no_page() {
    let Some(nodes) = Nodes::start(1, false).await else { return };
    let mut owner = nodes.owner().await;
    let mut mailbox = Mailbox::of(&nodes.apps[0].data(""));
    let mut database = nodes.postgres.connect();
    let columns = "id, kind, recipient, user_id, detail, state, created_at, next_try_at, tries, last_error";
    let bad = format!(
        "INSERT INTO mails ({columns}) VALUES ('0', 'telegram', 'x@example.org', NULL, '', 'queued', 1, 1, 0, '')"
    );
    nodes.apps[0].expect_error("mail \"0\" has no valid kind");
    database.batch_execute(&bad).unwrap();
    assert_eq!(owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await.status, 303);
    mailbox.wait_for("Test mail").await;
    assert_eq!(count(&mut database, "mails WHERE id = '0' AND state = 'failed'"), 1);
    let page = owner.get("/_auth/admin/mail").await;
    assert!(page.status == 200 && page.text().contains(OWNER), "{}", page.text());
    assert!(owner.get("/_auth/admin/audit?event=mail.failed").await.text().contains("it is unreadable"));
}
