//! What happens to PostgreSQL and Redis denies or is 503, lets nothing through, and heals without a restart (S92).

use std::time::Duration;

use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::metrics;
use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::nodes::{self, Nodes};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::postgres::Postgres;
use super::support::process::{run_with, said};
use super::support::stores::Redis;
use super::support::upstream::Upstream;
use super::support::wait;
use super::support::wobbly::{self, Wobbly};

/// What is logged when a store is away.
const AWAY: &str = "the store is not available";

/// One node, a client signed in as its owner, and an anonymous one.
struct Scene {
    nodes: Nodes,
    owner: Client,
    stranger: Client,
    served: usize,
}

impl Scene {
    async fn set(with_redis: bool) -> Option<Self> {
        Self::of(Nodes::start(1, with_redis).await?).await
    }

    async fn of(nodes: Nodes) -> Option<Self> {
        let mut owner = nodes.owner().await;
        assert_eq!(owner.fetch("/page").await.status, 200);
        let stranger = nodes.apps[0].client();
        let served = nodes.upstream.count();
        Some(Self { nodes, owner, stranger, served })
    }

    fn app(&self) -> &TestApp {
        &self.nodes.apps[0]
    }

    /// Cached sessions and leases have expired: every check reads the store.
    fn forget(&self) {
        self.app().clock.advance(61);
    }

    /// While the store is unavailable nobody is admitted, and signed-in visitors are asked to try again, not to sign
    /// in.
    async fn is_denied(&mut self, what: &str) {
        self.app().expect_error(AWAY);
        self.forget();
        let answer = self.owner.fetch("/page").await;
        assert_eq!(answer.status, 503, "{what}: {}", answer.text());
        assert!(answer.header("retry-after").is_some() && answer.set_cookies().is_empty(), "{what}");
        let page = self.owner.get("/_auth/account").await;
        assert_eq!(page.status, 503, "{what}: {}", page.text());
        assert!(
            !page.text().to_lowercase().contains("redis") && !page.text().contains("connection"),
            "{what}: {}",
            page.text()
        );
        assert_eq!(self.stranger.fetch("/page").await.status, 401, "{what}: who brings no cookie needs no store");
        assert_eq!(self.nodes.upstream.count(), self.served, "{what}: something went through");
    }

    /// By itself, and within seconds: the same session is good again, and people can sign in and out.
    async fn heals(&mut self, what: &str) {
        wait::eventually(what, async || (self.owner.fetch("/page").await.status == 200).then_some(())).await;
        let mut second = self.app().client();
        wait::eventually(what, async || {
            (people::try_sign_in(&mut second, OWNER, PASSWORD).await.status == 303).then_some(())
        })
        .await;
        assert_eq!(people::sign_out(&mut second).await.status, 303, "{what}");
        assert_eq!(second.fetch("/page").await.status, 401, "{what}");
        self.served = self.nodes.upstream.count();
    }
}

#[tokio::test]
async fn s92_a_postgresql_that_is_stopped_and_started_again() {
    let Some(mut scene) = Scene::set(false).await else { return };
    scene.nodes.postgres.kill();
    scene.is_denied("PostgreSQL is stopped").await;
    scene.nodes.postgres.restart().await;
    scene.heals("PostgreSQL runs again").await;
}

#[tokio::test]
async fn s92_a_postgresql_that_is_frozen() {
    let Some(mut scene) = Scene::set(false).await else { return };
    scene.nodes.postgres.signal_all("STOP");
    scene.is_denied("PostgreSQL is frozen").await;
    scene.nodes.postgres.signal_all("CONT");
    scene.heals("PostgreSQL is awake").await;
}

#[tokio::test]
async fn s92_connections_that_are_cut_cost_one_request_at_most() {
    let Some(mut scene) = Scene::set(false).await else { return };
    for _ in 0..3 {
        let mut knife = scene.nodes.postgres.connect();
        knife
            .batch_execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND \
                usename IS NOT NULL",
            )
            .unwrap();
        scene.forget();
        scene.app().allow_error(AWAY);
        let mut failed = 0;
        while scene.owner.fetch("/page").await.status != 200 {
            failed += 1;
            assert!(failed <= 1, "after the first fault every other connection is asked before it is used");
        }
        scene.heals("connections were cut").await;
    }
}

#[tokio::test]
async fn s92_a_table_that_is_locked_for_long() {
    let Some(mut scene) = Scene::set(false).await else { return };
    let mut holder = scene.nodes.postgres.connect();
    holder.batch_execute("BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE").unwrap();
    scene.is_denied("the table is locked").await;
    // Every connection waits: more questions than connections are refused in time as well.
    let many = (0..30).map(|_| {
        let mut tab = scene.owner.clone();
        async move { tab.fetch("/page").await.status }
    });
    let answers = futures_util::future::join_all(many).await;
    assert!(answers.iter().all(|status| *status == 503), "{answers:?}");
    holder.batch_execute("ROLLBACK").unwrap();
    scene.heals("the table is free").await;
}

#[tokio::test]
async fn s92_a_postgresql_that_is_slow_or_cuts_its_answers() {
    let (Some(postgres), upstream) = (Postgres::start().await, Upstream::start().await) else { return };
    let way = Wobbly::to(postgres.port).await;
    let url = postgres.url().replace(&format!(":{}", postgres.port), &format!(":{}", way.address.port()));
    let address = upstream.address;
    let app = TestApp::start(move |options| {
        options.upstream = Some(address);
        options.set("DATABASE_URL", &url);
    })
    .await;
    let mut owner = people::claim(&app).await;
    way.delay(Duration::from_millis(100));
    app.advance(61);
    assert_eq!(owner.fetch("/page").await.status, 200, "slow is not away");
    way.delay(Duration::ZERO);
    app.expect_error(AWAY);
    for (mode, what) in [(wobbly::HANG, "hangs"), (wobbly::CUT, "cuts")] {
        let served = upstream.count();
        way.is_now(mode);
        app.advance(61);
        let answer = owner.fetch("/page").await;
        assert!(answer.status == 503 && answer.header("retry-after").is_some(), "{what}: {}", answer.status);
        assert_eq!(upstream.count(), served, "{what}");
        way.is_now(wobbly::PASS);
        wait::eventually(what, async || (owner.fetch("/page").await.status == 200).then_some(())).await;
    }
}

#[tokio::test]
async fn s92_a_redis_that_is_stopped_frozen_slow_or_started_again() {
    let Some(mut scene) = Scene::set(true).await else { return };
    scene.nodes.redis.as_ref().unwrap().running.signal("STOP");
    scene.is_denied("Redis is frozen").await;
    scene.nodes.redis.as_ref().unwrap().running.signal("CONT");
    scene.heals("Redis is awake").await;
    // It kept nothing: all sessions are gone, so everybody has to sign in again and nobody is admitted.
    scene.nodes.redis.as_ref().unwrap().running.signal("KILL");
    scene.is_denied("Redis is stopped").await;
    scene.nodes.restart_redis().await;
    scene.forget();
    let served = scene.nodes.upstream.count();
    wait::eventually("to be asked to sign in", async || (scene.owner.fetch("/page").await.status == 401).then_some(()))
        .await;
    assert_eq!(scene.nodes.upstream.count(), served);
    people::sign_in(&mut scene.owner, OWNER, PASSWORD).await;
    scene.heals("Redis runs again").await;
}

#[tokio::test]
async fn s92_a_redis_that_is_slow_or_cuts_its_answers() {
    let folder = TempDir::new().unwrap();
    let (Some(redis), upstream) = (Redis::start(folder.path(), &[]).await, Upstream::start().await) else { return };
    let way = Wobbly::to(redis.port).await;
    let (url, address) = (format!("redis://{}/0", way.address), upstream.address);
    let app = TestApp::start(move |options| {
        options.upstream = Some(address);
        options.set("SESSION_STORE", "redis");
        options.set("REDIS_URL", &url);
    })
    .await;
    let mut owner = people::claim(&app).await;
    let mut second = people::another_browser(&app).await;
    way.delay(Duration::from_millis(100));
    app.advance(61);
    assert_eq!((owner.fetch("/page").await.status, second.fetch("/page").await.status), (200, 200), "slow is not away");
    way.delay(Duration::ZERO);
    app.expect_error(AWAY);
    for (mode, what) in [(wobbly::HANG, "hangs"), (wobbly::CUT, "cuts")] {
        let served = upstream.count();
        way.is_now(mode);
        app.advance(61);
        let answer = owner.fetch("/page").await;
        assert!(answer.status == 503 && answer.header("retry-after").is_some(), "{what}: {}", answer.status);
        assert_eq!(upstream.count(), served, "{what}");
        way.is_now(wobbly::PASS);
        wait::eventually(what, async || (owner.fetch("/page").await.status == 200).then_some(())).await;
        // A late answer is never taken for that of another question.
        for _ in 0..5 {
            app.advance(61);
            assert_eq!(
                (people::who_am_i(&mut owner).await, people::who_am_i(&mut second).await),
                (Some(OWNER.to_owned()), Some(OWNER.to_owned()))
            );
        }
    }
}

#[tokio::test]
async fn s92_a_redis_that_is_flushed_or_goes_back_in_time_revives_nothing() {
    let Some(mut scene) = Scene::set(true).await else { return };
    let client = redis::Client::open(scene.nodes.redis.as_ref().unwrap().url()).unwrap();
    let mut redis = client.get_connection().unwrap();
    // What Redis knew before: two sessions of the owner.
    let mut doomed = scene.app().client();
    people::sign_in(&mut doomed, OWNER, PASSWORD).await;
    let keys: Vec<String> = redis::cmd("KEYS").arg("portcullis:*").query(&mut redis).unwrap();
    let dumps: Vec<(String, Vec<u8>)> =
        keys.into_iter().map(|key| (key.clone(), redis::cmd("DUMP").arg(key).query(&mut redis).unwrap())).collect();
    let mut back_in_time = || {
        redis::cmd("FLUSHALL").query::<()>(&mut redis).unwrap();
        for (key, dump) in &dumps {
            redis::cmd("RESTORE").arg(key).arg(0).arg(dump).query::<()>(&mut redis).unwrap();
        }
    };
    // One that was ended stays ended, also when Redis has it again.
    assert_eq!(people::sign_out(&mut doomed.clone()).await.status, 303);
    back_in_time();
    scene.forget();
    assert_eq!((doomed.fetch("/page").await.status, scene.owner.fetch("/page").await.status), (401, 200));
    // Time was moved beyond the lease; the next beat lays another.
    let leased = async || {
        (metrics::value(&metrics::page(&mut scene.app().client()).await, "portcullis_lease") == 1).then_some(())
    };
    wait::eventually("a lease", leased).await;
    // And all of a user's, also those that Redis did not know when they ended.
    redis::cmd("FLUSHALL").query::<()>(&mut client.get_connection().unwrap()).unwrap();
    let mut other = scene.app().client();
    people::sign_in(&mut other, OWNER, PASSWORD).await;
    assert_eq!(
        scene.owner.fetch("/page").await.status,
        200,
        "the copy of a session that was not ended is good for a minute"
    );
    assert_eq!(other.submit("/_auth/account", "/_auth/account/sessions/end-all", &[]).await.status, 303);
    assert_eq!(scene.owner.fetch("/page").await.status, 401, "Redis could not name it, and it ended all the same");
    back_in_time();
    scene.forget();
    assert_eq!((doomed.fetch("/page").await.status, scene.owner.fetch("/page").await.status), (401, 401));
}

#[tokio::test]
async fn s50_s92_an_admin_ends_everything_of_somebody_while_redis_is_away() {
    let Some(scene) = Scene::set(true).await else { return };
    scene.nodes.redis.as_ref().unwrap().running.signal("STOP");
    let mut there = scene.owner.clone();
    // By the command line: an admin's own request would need the session that Redis has.
    let folder = TempDir::new().unwrap();
    let mut variables = nodes::secrets();
    variables.push(("DATABASE_URL".to_owned(), scene.nodes.postgres.url()));
    variables.push(("SESSION_STORE".to_owned(), "redis".to_owned()));
    variables.push(("REDIS_URL".to_owned(), scene.nodes.redis.as_ref().unwrap().url()));
    let pairs: Vec<(&str, String)> = variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let added = {
        let mut command =
            super::support::process::portcullis(folder.path(), &["user", "add", "second@example.org", "--admin"]);
        command.envs(pairs.iter().map(|(name, value)| (name, value.as_str()))).stdin(std::process::Stdio::piped());
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), format!("{PASSWORD}\n").as_bytes()).unwrap();
        child.wait().unwrap()
    };
    assert!(added.success());
    assert_eq!(there.fetch("/page").await.status, 200, "a copy under a lease needs no Redis");
    let output = run_with(folder.path(), &["user", "disable", OWNER], &pairs);
    assert!(output.status.success(), "{}", said(&output));
    scene.app().expect_error(AWAY);
    assert_eq!(
        there.fetch("/page").await.status,
        503,
        "neither let in nor, as long as nobody can tell, refused for good"
    );
    scene.nodes.redis.as_ref().unwrap().running.signal("CONT");
    wait::eventually("to be refused", async || (there.fetch("/page").await.status == 401).then_some(())).await;
}

#[tokio::test]
async fn s92_an_admin_disables_somebody_on_their_page_while_redis_is_frozen() {
    let Some(mut scene) = Scene::set(true).await else { return };
    let user = &people::invite(&mut scene.owner, "ada@example.org", "Ada", "user").await.page;
    scene.nodes.redis.as_ref().unwrap().running.signal("STOP");
    let page = scene.owner.get(user).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(
        page.text().contains("cannot be listed at the moment") && page.text().contains("/sessions/end-all"),
        "{}",
        page.text()
    );
    assert_eq!(scene.owner.post_form(&format!("{user}/disable"), &[]).await.status, 303);
    assert!(scene.owner.get(user).await.text().contains("data-state=\"disabled\""));
    scene.nodes.redis.as_ref().unwrap().running.signal("CONT");
    assert!(!scene.owner.get(user).await.text().contains("cannot be listed"));
}

#[tokio::test]
async fn s91_a_node_that_is_killed_in_the_middle_of_a_rotation_costs_nobody_the_session() {
    let (Some(postgres), upstream) = (Postgres::start().await, Upstream::start().await) else { return };
    let mut first = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let second = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let mut owner = first.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(first.folder.path().join("data/setup-token")).unwrap())
        .await;
    for round in 0..6_u64 {
        // Nothing but the refresh token: every request rotates. The node dies somewhere between the commit and the
        // answer.
        let mut there = second.client();
        there.jar = owner.jar.clone();
        let mut dying = first.client();
        dying.jar = owner.jar.clone();
        dying.jar.remove("portcullis_access");
        let asking = tokio::spawn(async move {
            tokio::time::timeout(Duration::from_secs(5), dying.try_send(Call::fetch("GET", "/page"))).await
        });
        // The moment of the kill is what this test varies; nothing can be waited for.
        tokio::time::sleep(Duration::from_millis(2 + 3 * round)).await;
        let folder = first.kill();
        drop(asking.await);
        there.jar.remove("portcullis_access");
        let answer = there.fetch("/page").await;
        assert_eq!(answer.status, 200, "round {round}: {}", answer.text());
        owner.jar = there.jar.clone();
        first = nodes::process(&postgres, None, upstream.address, folder).await;
    }
}

#[tokio::test]
async fn s93_a_clock_that_jumps_on_one_node_lets_nothing_ended_in() {
    let Some(nodes) = Nodes::start(1, false).await else { return };
    let owner = nodes.owner().await;
    let clock = super::support::clock::TestClock::new();
    let (there_clock, url) = (clock.clone(), nodes.postgres.url());
    let second = TestApp::start(move |options| {
        options.clock = there_clock;
        options.set("DATABASE_URL", &url);
        options.variables.extend(nodes::secrets());
    })
    .await;
    for jump in [86_400, -2 * 86_400, 86_400 + 3600, -3600] {
        let mut doomed = nodes.apps[0].client();
        people::sign_in(&mut doomed, OWNER, PASSWORD).await;
        let mut there = second.client();
        there.jar = doomed.jar.clone();
        there.fetch("/_auth/api/session").await;
        clock.jump(jump);
        assert_eq!(people::sign_out(&mut doomed).await.status, 303);
        assert_eq!(there.fetch("/_auth/api/session").await.status, 401, "after a jump of {jump} s");
    }
    let mut there = second.client();
    there.jar = owner.jar.clone();
    assert_eq!(there.fetch("/_auth/api/session").await.status, 200, "the clock is right again");
}
