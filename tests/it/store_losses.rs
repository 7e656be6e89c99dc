//! Ends that hold although a store has lost something: keys of Redis, its index, the last commits of the database (S47,
//! S50, S80).

use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::nodes::Nodes;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::is_installed;
use super::support::stores::Redis;
use super::support::upstream::Upstream;
use super::support::wait;

const NEW: &str = "nine-otters-paint-the-barn";

fn redis(redis: &Redis, arguments: &[&str]) -> String {
    let program = is_installed("redis-cli").expect("redis-cli comes with redis-server's tools");
    let output = Command::new(program).arg("-p").arg(redis.port.to_string()).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn remove_keys(store: &Redis, pattern: &str) {
    for key in redis(store, &["KEYS", pattern]).lines() {
        assert_eq!(redis(store, &["DEL", key]), "1", "{key}");
    }
}

async fn is_in(client: &mut Client) -> bool {
    client.fetch("/_auth/api/session").await.status == 200
}

#[tokio::test]
async fn s47_signing_out_ends_a_session_that_redis_has_lost_on_every_node() {
    let Some(nodes) = Nodes::start(2, true).await else { return };
    let mut owner = nodes.owner().await;
    let mut elsewhere = nodes.at(1, &owner);
    assert!(is_in(&mut owner).await && is_in(&mut elsewhere).await);
    owner.get("/_auth/account").await;
    remove_keys(nodes.redis.as_ref().unwrap(), "portcullis:session:*");
    assert!(is_in(&mut elsewhere).await, "the copy is still good, or this test shows nothing");
    let left = owner.post_form("/_auth/logout", &[]).await;
    assert_eq!(left.status, 303, "{}", left.text());
    owner.jar = elsewhere.jar.clone();
    assert!(!is_in(&mut owner).await && !is_in(&mut elsewhere).await, "a copy outlived its end");
}

#[tokio::test]
async fn s15_a_changed_password_ends_sessions_that_redis_does_not_list_any_more() {
    let Some(nodes) = Nodes::start(2, true).await else { return };
    let mut owner = nodes.owner().await;
    let mut thief = nodes.apps[1].client();
    people::sign_in(&mut thief, OWNER, PASSWORD).await;
    assert!(is_in(&mut thief).await);
    remove_keys(nodes.redis.as_ref().unwrap(), "portcullis:user:*");
    let fields = [("current_password", PASSWORD), ("new_password", NEW), ("confirm", NEW)];
    assert_eq!(owner.submit("/_auth/account/password", "/_auth/account/password", &fields).await.status, 303);
    let mut thief_elsewhere = nodes.at(0, &thief);
    assert!(!is_in(&mut thief).await && !is_in(&mut thief_elsewhere).await, "the thief is still in");
    let mut owner_elsewhere = nodes.at(1, &owner);
    assert!(is_in(&mut owner).await && is_in(&mut owner_elsewhere).await, "who changed it stays");
}

#[tokio::test]
async fn s15_changing_the_password_keeps_the_own_session_and_ending_all_ends_it_too() {
    let Some(nodes) = Nodes::start(2, true).await else { return };
    let mut owner = nodes.owner().await;
    let (mut elsewhere, mut first) = (nodes.at(1, &owner), owner.clone());
    first.get("/_auth/account/password").await;
    // The change is blocked between the write to Redis and the commit, where it writes its audit line.
    let mut holder = nodes.postgres.connect();
    holder.batch_execute("BEGIN; LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE").unwrap();
    let changing = tokio::spawn(async move {
        let fields = [("current_password", PASSWORD), ("new_password", NEW), ("confirm", NEW)];
        first.post_form("/_auth/account/password", &fields).await.status
    });
    let key = redis(nodes.redis.as_ref().unwrap(), &["KEYS", "portcullis:session:*"]);
    let before = redis(nodes.redis.as_ref().unwrap(), &["HGETALL", &key]);
    wait::eventually("Redis to hear of the change", async || {
        (redis(nodes.redis.as_ref().unwrap(), &["HGETALL", &key]) != before).then_some(())
    })
    .await;
    assert!(is_in(&mut elsewhere).await, "no copy, and the store is asked in between");
    nodes.apps[0].expect_error("the store is not available: terminating connection");
    // The change fails after all; an end of everything then ends this session as well, whatever is in Redis.
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    nodes.postgres.connect().batch_execute(cut).unwrap();
    assert_eq!(changing.await.unwrap(), 503);
    holder.batch_execute("ROLLBACK").unwrap();
    assert!(is_in(&mut owner).await && is_in(&mut elsewhere).await);
    let mut database = nodes.postgres.connect();
    database.batch_execute("UPDATE users SET session_epoch = session_epoch + 1").unwrap();
    nodes.clock.advance(61);
    assert!(!is_in(&mut owner).await && !is_in(&mut elsewhere).await, "it came back with the next epoch");
}

#[tokio::test]
async fn s50_a_database_that_lost_its_last_commits_still_notifies_every_node() {
    let Some(nodes) = Nodes::start(2, false).await else { return };
    let mut owner = nodes.owner().await;
    for number in 0..5 {
        let fields = [("name", format!("Name {number}"))].map(|(name, value)| (name, value));
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(owner.submit("/_auth/account/profile", "/_auth/account/profile", &fields).await.status, 303);
    }
    let mut elsewhere = nodes.at(1, &owner);
    assert!(is_in(&mut owner).await && is_in(&mut elsewhere).await);
    owner.get("/_auth/account").await;
    // As after a failover: the counter and the notices are those of a while ago, and the nodes know more than the
    // database.
    let mut database = PgConnection::establish(&nodes.postgres.url()).unwrap();
    database
        .batch_execute("DELETE FROM notices WHERE number > 1; UPDATE settings SET value = '1' WHERE name = 'notices'")
        .unwrap();
    assert_eq!(owner.post_form("/_auth/logout", &[]).await.status, 303);
    assert!(!is_in(&mut elsewhere).await, "the other node did not hear of it");
}

#[tokio::test]
async fn s80_streams_end_with_the_absolute_end_of_their_session() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.set("JWT_REFRESH_TOKEN_EXPIRY_IN_MINUTES", "60");
    })
    .await;
    let mut owner = people::claim(&app).await;
    let mut events = owner.open(Call::fetch("GET", "/events")).await;
    events.read_until("data:").await;
    app.advance(3601);
    assert!(!wait::in_time("the stream to be cut", events.ends_properly()).await);
}

#[tokio::test]
async fn s80_streams_end_when_their_session_disappears_without_a_notice() {
    let Some(nodes) = Nodes::start(1, true).await else { return };
    let mut owner = nodes.owner().await;
    let mut events = owner.open(Call::fetch("GET", "/events")).await;
    events.read_until("data:").await;
    remove_keys(nodes.redis.as_ref().unwrap(), "portcullis:session:*");
    assert!(!wait::in_time("the stream to be cut", events.ends_properly()).await);
}

#[tokio::test]
async fn s50_another_session_store_ends_what_was_open_and_the_command_line_wants_the_servers() {
    let Some(mut nodes) = Nodes::start(1, true).await else { return };
    let mut owner = nodes.owner().await;
    assert!(is_in(&mut owner).await);
    let folder = tempfile::tempdir().unwrap();
    let mut settings = super::support::nodes::secrets();
    settings.push(("DATABASE_URL".to_owned(), nodes.postgres.url()));
    let settings: Vec<(&str, String)> = settings.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let message = super::support::process::run_with(folder.path(), &["user", "role", OWNER, "admin"], &settings);
    let text = super::support::process::said(&message);
    assert!(!message.status.success() && text.contains("SESSION_STORE=redis"), "{text}");

    // A node that keeps sessions in the database, and then Redis again: no session is revived.
    let url = nodes.postgres.url();
    let switched = nodes.node(&url, &[("SESSION_STORE", "database")]).await;
    assert!(!is_in(&mut owner).await, "the node with Redis lets in what was ended");
    drop(switched);
    nodes.apps.clear();
    let back = nodes.node(&url, &[]).await;
    let mut again = back.client();
    again.jar = owner.jar.clone();
    assert!(!is_in(&mut again).await);
}

#[tokio::test]
async fn s05_a_node_that_missed_the_claim_finds_out_when_it_connects_again() {
    let Some(nodes) = Nodes::start(1, false).await else { return };
    let mut visitor = nodes.apps[0].client();
    let mut database = PgConnection::establish(&nodes.postgres.url()).unwrap();
    database.batch_execute("INSERT INTO settings (name, value) VALUES ('claimed_at', '1')").unwrap();
    assert_eq!(visitor.get("/_auth/login").await.location(), "/_auth/setup", "nobody message this node");
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = \
        current_database()";
    database.batch_execute(cut).unwrap();
    wait::eventually("the node to find out", async || (visitor.get("/_auth/login").await.status == 200).then_some(()))
        .await;
}
