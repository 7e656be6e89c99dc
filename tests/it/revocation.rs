//! A revocation is effective on every node when the operation is answered (docs/adr/0007).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use futures_util::{SinkExt, StreamExt};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::metrics;
use super::support::client::Client;
use super::support::hammer::{self, Grants};
use super::support::nodes::{self, Nodes};
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::pooler::Pooler;
use super::support::postgres::Postgres;
use super::support::upstream::Upstream;
use super::support::wait;

/// Ends one session after the other while it is used on two other nodes; what was let in after the answer.
async fn end_often(nodes: &Nodes, end: impl AsyncFn(&mut Client)) -> Grants {
    let mut grants = Grants::default();
    for _ in 0..hammer::tries(60) {
        // No account signs in as often as this within one window.
        nodes.clock.jump(31);
        let mut doomed = nodes.apps[0].client();
        people::sign_in(&mut doomed, OWNER, PASSWORD).await;
        let clients = [1, 1, 2, 2].map(|number| nodes.at(number, &doomed)).to_vec();
        grants.until(clients, "/_auth/api/session", async || end(&mut doomed).await).await;
    }
    grants
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s37_s50_nothing_is_accepted_on_any_node_after_the_answer() {
    for with_redis in [false, true] {
        let Some(nodes) = Nodes::start(3, with_redis).await else { return };
        nodes.owner().await;
        let sign_out = async |doomed: &mut Client| assert_eq!(people::sign_out(doomed).await.status, 303);
        let grants = end_often(&nodes, sign_out).await;
        grants.report(if with_redis { "sign-out, Redis" } else { "sign-out" });
        assert_eq!(grants.wrong, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s37_the_race_of_a_miss_with_the_end_lets_nothing_in() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let list = nodes.owner().await.get("/_auth/admin/users").await.text();
    let user = page::data(&list, "user-id").unwrap();
    // Every node forgets the copies of this user all the time, so that nearly every request is a miss.
    let (stop, url) = (Arc::new(AtomicBool::new(false)), nodes.postgres.url());
    let stopped = Arc::clone(&stop);
    let noise = std::thread::spawn(move || {
        let mut connection = <diesel::PgConnection as diesel::Connection>::establish(&url).unwrap();
        while !stopped.load(Ordering::Acquire) {
            nodes::publish(&mut connection, "", "user.changed", &user);
        }
    });
    let grants =
        end_often(&nodes, async |doomed: &mut Client| assert_eq!(people::sign_out(doomed).await.status, 303)).await;
    stop.store(true, Ordering::Release);
    noise.join().unwrap();
    grants.report("sign-out among misses");
    assert_eq!(grants.wrong, 0);
}

/// The negative control: the same end, answered without waiting for the nodes, is found out by the same measurement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_waiting_for_the_nodes_the_measurement_finds_wrong_grants() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    nodes.owner().await;
    let url = nodes.postgres.url();
    let end = async |_: &mut Client| {
        let url = url.clone();
        let hasty = move || {
            let mut connection = <diesel::PgConnection as diesel::Connection>::establish(&url).unwrap();
            nodes::publish(&mut connection, "DELETE FROM sessions", "all.ended", "");
        };
        tokio::task::spawn_blocking(hasty).await.unwrap();
    };
    let grants = end_often(&nodes, end).await;
    grants.report("without waiting");
    assert!(grants.wrong > 0, "the measurement would not find a wrong grant");
}

#[tokio::test]
async fn s49_s80_an_admin_on_one_node_disables_whom_two_others_serve() {
    for with_redis in [false, true] {
        let Some(nodes) = Nodes::start(3, with_redis).await else { return };
        let mut owner = nodes.owner().await;
        nodes.clock.advance(1);
        let people::Invited { page: user, link } = people::invite(&mut owner, "ada@example.org", "Ada", "user").await;
        let mut ada = nodes.apps[1].client();
        assert_eq!(people::accept(&mut ada, &link, PASSWORD).await.status, 303);
        let (mut there, beyond) = (nodes.at(1, &ada), nodes.at(2, &ada));
        let mut socket = beyond.web_socket("/ws", "http://localhost:3000").await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("hello"));
        assert_eq!(there.fetch("/page").await.status, 200);
        let before = nodes.upstream.count();
        assert_eq!(owner.submit(&user, &format!("{user}/disable"), &[]).await.status, 303);
        assert_eq!((there.fetch("/page").await.status, nodes.at(2, &ada).fetch("/page").await.status), (401, 401));
        assert_eq!(nodes.upstream.count(), before);
        wait::in_time("the socket on the third node to be cut", async {
            while let Some(Ok(_)) = socket.next().await {}
        })
        .await;
    }
}

#[tokio::test]
async fn s49_a_change_found_done_is_answered_once_it_is_in_force_everywhere() {
    let Some(nodes) = Nodes::start(2, false).await else { return };
    let mut owner = nodes.owner().await;
    let user = people::invite(&mut owner, "ada@example.org", "Ada", "user").await.page;
    let (mut here, mut there) = (owner.clone(), nodes.at(1, &owner));
    there.get(&user).await;
    // A node that receives no notices.
    let mut database = nodes.postgres.connect();
    database.batch_execute("INSERT INTO nodes (id, acknowledged, beat) VALUES ('frozen', 0, 1)").unwrap();
    let (begin, page) = (Instant::now(), user.clone());
    let first = tokio::spawn(async move { here.submit(&page, &format!("{page}/disable"), &[]).await.status });
    wait::eventually("the change to be in the store", async || {
        there.get(&user).await.text().contains("data-state=\"disabled\"").then_some(())
    })
    .await;
    assert_eq!(there.post_form(&format!("{user}/disable"), &[]).await.status, 303);
    let second = begin.elapsed();
    assert_eq!(first.await.unwrap(), 303);
    assert!(second > Duration::from_secs(2), "answered after {second:?}, while the frozen node has a lease");
}

#[tokio::test]
async fn s37_a_node_that_was_frozen_lets_nothing_stale_in_when_it_wakes() {
    let (Some(postgres), upstream) = (Postgres::start().await, Upstream::start().await) else { return };
    let awake = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let frozen = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let mut owner = awake.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(awake.folder.path().join("data/setup-token")).unwrap())
        .await;
    for _ in 0..3 {
        let mut doomed = awake.client();
        people::sign_in(&mut doomed, OWNER, PASSWORD).await;
        let mut there = frozen.client();
        there.jar = doomed.jar.clone();
        assert_eq!(there.fetch("/page").await.status, 200);
        frozen.running.signal("STOP");
        let begin = Instant::now();
        assert_eq!(people::sign_out(&mut doomed).await.status, 303);
        let waited = begin.elapsed();
        assert!(waited > Duration::from_millis(1500), "answered after {waited:?}, while the frozen node has a lease");
        let before = upstream.count();
        // Asked while it sleeps, answered when it wakes.
        let mut asking = TcpStream::connect(frozen.address()).await.unwrap();
        asking.write_all(format!("{}\r\n", there.raw_head("GET", "/page")).as_bytes()).await.unwrap();
        frozen.running.signal("CONT");
        let mut answer = String::new();
        wait::in_time("the answer of who was frozen", asking.read_to_string(&mut answer)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 401") && upstream.count() == before, "{answer}");
    }
    // It works as before.
    let mut there = frozen.client();
    there.jar = owner.jar.clone();
    assert_eq!(there.fetch("/page").await.status, 200);
}

#[tokio::test]
async fn s37_a_node_that_was_killed_is_waited_for_no_longer_than_its_lease() {
    let (Some(postgres), upstream) = (Postgres::start().await, Upstream::start().await) else { return };
    let first = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let second = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let mut owner = first.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(first.folder.path().join("data/setup-token")).unwrap())
        .await;
    second.kill();
    assert_eq!(nodes::waited_for(&postgres), 2, "the store knows nothing of it yet");
    assert_eq!(people::sign_out(&mut owner).await.status, 303);
    // After a while nobody waits for the dead node.
    wait::eventually("the dead node to be forgotten", async || (nodes::waited_for(&postgres) == 1).then_some(())).await;
}

#[tokio::test]
async fn behind_a_pooler_in_transaction_mode_checks_read_the_store_and_the_log_says_so() {
    let (Some(postgres), upstream) = (Postgres::start().await, Upstream::start().await) else { return };
    let Some(pooler) = Pooler::start(&postgres, "").await else { return };
    let mut through = postgres;
    let real = std::mem::replace(&mut through.port, pooler.port);
    let first = nodes::process(&through, None, upstream.address, TempDir::new().unwrap()).await;
    let second = nodes::process(&through, None, upstream.address, TempDir::new().unwrap()).await;
    through.port = real;
    first.running.line_with("pooler");
    let mut owner = first.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(first.folder.path().join("data/setup-token")).unwrap())
        .await;
    let missed = async || {
        let counts = metrics::page(&mut second.client()).await;
        assert_eq!(metrics::value(&counts, "portcullis_lease"), 0, "nobody tells this node when a session ends");
        metrics::value(&counts, "portcullis_copies_missed_total")
    };
    let before = missed().await;
    for _ in 0..10 {
        let mut doomed = first.client();
        people::sign_in(&mut doomed, OWNER, PASSWORD).await;
        let mut there = second.client();
        there.jar = doomed.jar.clone();
        for _ in 0..5 {
            assert_eq!(there.fetch("/page").await.status, 200);
        }
        assert_eq!(people::sign_out(&mut doomed).await.status, 303);
        assert_eq!(there.fetch("/page").await.status, 401);
    }
    assert!(missed().await >= before + 60, "a check was answered from memory");
}
