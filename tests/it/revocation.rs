//! A revocation is effective on every node when the operation is answered (docs/adr/0007).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use futures_util::{SinkExt, StreamExt};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::metrics;
use super::support::client::Client;
use super::support::nodes::{self, Nodes};
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::pooler::Pooler;
use super::support::postgres::Postgres;
use super::support::upstream::Upstream;
use super::support::wait;

/// How often an end is tried; `TRIES=1000` for the number in the notes.
fn tries() -> usize {
    std::env::var("TRIES").ok().and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// Asks one node for a page without pause and notes when the last request was sent that was let in.
struct Pest {
    stop: Arc<AtomicBool>,
    answers: Arc<AtomicU64>,
    granted: Arc<AtomicU64>,
    last_grant: Arc<AtomicU64>,
    task: tokio::task::JoinHandle<()>,
}

impl Pest {
    fn start(mut client: Client, begin: Instant) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let [answers, granted, last_grant]: [Arc<AtomicU64>; 3] = Default::default();
        let (stopped, all, count, last) =
            (Arc::clone(&stop), Arc::clone(&answers), Arc::clone(&granted), Arc::clone(&last_grant));
        let task = tokio::spawn(async move {
            while !stopped.load(Ordering::Acquire) {
                let sent = u64::try_from(begin.elapsed().as_micros()).unwrap();
                let answer = client.fetch("/_auth/api/session").await;
                if answer.status == 200 {
                    count.fetch_add(1, Ordering::Relaxed);
                    last.store(sent, Ordering::Release);
                }
                all.fetch_add(1, Ordering::Release);
            }
        });
        Self { stop, answers, granted, last_grant, task }
    }

    /// Stops; how many were let in, and when the last of them was sent.
    async fn end(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Release);
        self.task.await.unwrap();
        (self.granted.load(Ordering::Acquire), self.last_grant.load(Ordering::Acquire))
    }
}

struct Seen {
    wrong: usize,
    grants: u64,
    longest: Duration,
}

/// Ends one session after the other while it is used on two other nodes; what was let in after the answer.
async fn end_often(nodes: &Nodes, end: impl AsyncFn(&mut Client)) -> Seen {
    let mut seen = Seen { wrong: 0, grants: 0, longest: Duration::ZERO };
    for _ in 0..tries() {
        // No account signs in as often as this within one window.
        nodes.clock.jump(31);
        let mut doomed = nodes.apps[0].client();
        people::sign_in(&mut doomed, OWNER, PASSWORD).await;
        let begin = Instant::now();
        let pests: Vec<Pest> =
            [1, 1, 2, 2].map(|number| Pest::start(nodes.at(number, &doomed), begin)).into_iter().collect();
        let warm = async || pests.iter().all(|pest| pest.granted.load(Ordering::Acquire) > 2).then_some(());
        wait::eventually("everybody to be let in", warm).await;
        let asked = begin.elapsed();
        end(&mut doomed).await;
        let answered = begin.elapsed();
        seen.longest = seen.longest.max(answered.saturating_sub(asked));
        // Let late ones come: of two more answers each, the second was asked for after the end.
        let before: Vec<u64> = pests.iter().map(|pest| pest.answers.load(Ordering::Acquire)).collect();
        let later = async || {
            pests
                .iter()
                .zip(&before)
                .all(|(pest, before)| pest.answers.load(Ordering::Acquire) >= before + 2)
                .then_some(())
        };
        wait::eventually("two more answers for everybody", later).await;
        for pest in pests {
            let (granted, last) = pest.end().await;
            seen.grants += granted;
            seen.wrong += usize::from(u128::from(last) > answered.as_micros());
        }
    }
    seen
}

fn report(what: &str, seen: &Seen) {
    eprintln!(
        "{what}: {} tries, {} let in before, {} after the answer; slowest answer {:?}",
        tries(),
        seen.grants,
        seen.wrong,
        seen.longest
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s37_s50_nothing_is_accepted_on_any_node_after_the_answer() {
    for with_redis in [false, true] {
        let Some(nodes) = Nodes::start(3, with_redis).await else { return };
        nodes.owner().await;
        let sign_out = async |doomed: &mut Client| assert_eq!(people::sign_out(doomed).await.status, 303);
        let seen = end_often(&nodes, sign_out).await;
        report(if with_redis { "sign-out, Redis" } else { "sign-out" }, &seen);
        assert_eq!(seen.wrong, 0);
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
            leave(&mut connection, "", "user.changed", &user);
        }
    });
    let seen =
        end_often(&nodes, async |doomed: &mut Client| assert_eq!(people::sign_out(doomed).await.status, 303)).await;
    stop.store(true, Ordering::Release);
    noise.join().unwrap();
    report("sign-out among misses", &seen);
    assert_eq!(seen.wrong, 0);
}

/// Publishes a notice as a node does, in one transaction with `change`.
fn leave(connection: &mut diesel::PgConnection, change: &str, kind: &str, subject: &str) {
    let sql = format!(
        "BEGIN; {change}; UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'notices';
         INSERT INTO notices SELECT CAST(value AS BIGINT), '{kind}', '{subject}', 0 FROM settings WHERE name = \
         'notices';
         NOTIFY portcullis; COMMIT"
    );
    connection.batch_execute(&sql).unwrap();
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
            leave(&mut connection, "DELETE FROM sessions", "all.ended", "");
        };
        tokio::task::spawn_blocking(hasty).await.unwrap();
    };
    let seen = end_often(&nodes, end).await;
    report("without waiting", &seen);
    assert!(seen.wrong > 0, "the measurement would not find a wrong grant");
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
    assert!(first.output().contains("pooler"), "{}", first.output());
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
