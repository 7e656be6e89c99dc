//! Several nodes over one PostgreSQL, with and without Redis: any node serves any request.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::join_all;

use super::support::client::Client;
use super::support::mailbox::{Mail, Mailbox};
use super::support::nodes::{Haproxy, Nodes, nginx_before};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::{page, wait};

const NEW: &str = "nine-otters-paint-the-barn";
const ADA: &str = "ada@example.org";

/// The next mail with that subject, whichever node sent it.
async fn mail(boxes: &mut [Mailbox], subject: &str) -> Mail {
    let next = async || {
        boxes.iter_mut().find_map(|mailbox| mailbox.unread().into_iter().find(|mail| mail.header("Subject") == subject))
    };
    wait::eventually(subject, next).await
}

/// A client that keeps count of the nodes that answered it.
struct CountingClient {
    client: Client,
    nodes: BTreeSet<String>,
}

impl CountingClient {
    fn new(balancer: SocketAddr) -> Self {
        Self { client: Client::new(balancer, "http://localhost:3000"), nodes: BTreeSet::new() }
    }

    async fn get(&mut self, path: &str, status: u16) -> String {
        let answer = self.client.get(path).await;
        self.nodes.extend(answer.header("x-node").map(str::to_owned));
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        answer.text()
    }

    /// The form of a page, which the next node is sent.
    async fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)], status: u16) -> String {
        let answer = self.client.submit(page, path, fields).await;
        self.nodes.extend(answer.header("x-node").map(str::to_owned));
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        answer.location().to_owned()
    }
}

/// Every flow, each request on another node.
async fn run_every_flow(nodes: &Nodes, balancer: SocketAddr) {
    let mut boxes: Vec<Mailbox> = nodes.apps.iter().map(|app| Mailbox::of(&app.data(""))).collect();
    let mut owner = claim(nodes, balancer).await;
    nodes.clock.advance(1);
    let mut ada = accept_invitation(&mut owner, balancer).await;
    // Past the life of an access token each node takes the tokens of the others.
    for _ in 0..4 {
        nodes.clock.advance(3700);
        ada.get("/page", 200).await;
        ada.get("/page", 200).await;
    }
    let mut other = recover(ada, balancer, &mut boxes).await;
    administer(&mut owner, &mut other).await;
    assert_eq!(owner.nodes.len(), 3, "{:?}", owner.nodes);
}

/// By the link that another node printed.
async fn claim(nodes: &Nodes, balancer: SocketAddr) -> CountingClient {
    let mut owner = CountingClient::new(balancer);
    let token = nodes.apps[1].setup_token();
    assert!(nodes.apps.iter().all(|app| app.setup_token() == token), "every node prints the same link");
    let claim = [
        ("email", OWNER),
        ("password", PASSWORD),
        ("confirm", PASSWORD),
        ("name", "O"),
        ("setup_token", token.as_str()),
    ];
    owner.submit(&format!("/_auth/setup?token={token}"), "/_auth/setup", &claim, 303).await;
    assert!(nodes.apps.iter().all(|app| !app.data("setup-token").exists() && app.data("claimed").exists()));
    for _ in 0..4 {
        owner.get("/page", 200).await;
        assert_eq!(page::data(&owner.get("/_auth/account", 200).await, "user-email").as_deref(), Some(OWNER));
    }
    owner
}

/// Invited on one node, accepted on the next, signed in on all; a new name is the new one everywhere with the next
/// request.
async fn accept_invitation(owner: &mut CountingClient, balancer: SocketAddr) -> CountingClient {
    let link = people::invite(&mut owner.client, ADA, "Ada", "user").await.link;
    let mut ada = CountingClient::new(balancer);
    let token = link.split_once("token=").unwrap().1;
    ada.submit(&link, "/_auth/invite", &[("token", token), ("password", NEW), ("confirm", NEW)], 303).await;
    ada.get(&link, 410).await;
    ada.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Ada Two")], 303).await;
    for _ in 0..3 {
        assert!(ada.get("/_auth/account", 200).await.contains("Ada Two"));
    }
    ada
}

/// A reset: asked, opened, used on three nodes; it ends the session on all. Then a change of the password.
async fn recover(mut ada: CountingClient, balancer: SocketAddr, boxes: &mut [Mailbox]) -> CountingClient {
    ada.submit("/_auth/forgot", "/_auth/forgot", &[("email", ADA)], 303).await;
    let link = mail(boxes, "Choose a new password").await.link();
    let token = link.split_once("token=").unwrap().1;
    let mut other = CountingClient::new(balancer);
    other.submit(&link, "/_auth/reset", &[("token", token), ("password", PASSWORD), ("confirm", PASSWORD)], 303).await;
    for _ in 0..3 {
        ada.get("/page", 303).await;
    }
    other.submit("/_auth/login", "/_auth/login", &[("email", ADA), ("password", PASSWORD)], 303).await;
    let change = [("current_password", PASSWORD), ("new_password", NEW), ("confirm", NEW)];
    other.submit("/_auth/account/password", "/_auth/account/password", &change, 303).await;
    other
}

/// The admin pages show what the others did, and their changes are effective everywhere.
async fn administer(owner: &mut CountingClient, other: &mut CountingClient) {
    let users = owner.get("/_auth/admin/users", 200).await;
    let id = page::all_data(&users, "user-id").first().unwrap().clone();
    assert!(owner.get("/_auth/admin/sessions", 200).await.contains(ADA));
    assert!(owner.get("/_auth/admin/audit?event=password.reset", 200).await.contains(ADA));
    let user = format!("/_auth/admin/users/{id}");
    owner.submit(&user, &format!("{user}/disable"), &[], 303).await;
    for _ in 0..3 {
        other.get("/page", 303).await;
    }
    other.submit("/_auth/login", "/_auth/login", &[("email", ADA), ("password", NEW)], 401).await;
    owner.submit("/_auth/account", "/_auth/logout", &[], 303).await;
    for _ in 0..3 {
        owner.get("/page", 303).await;
    }
}

#[tokio::test]
async fn s50_every_flow_goes_through_with_each_request_on_another_node() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let addresses: Vec<SocketAddr> = nodes.apps.iter().map(|app| app.address).collect();
    let Some(nginx) = nginx_before(&addresses).await else { return };
    run_every_flow(&nodes, nginx.address).await;
}

#[tokio::test]
async fn s50_every_flow_goes_through_with_sessions_in_redis_behind_haproxy() {
    let Some(nodes) = Nodes::start(3, true).await else { return };
    let addresses: Vec<SocketAddr> = nodes.apps.iter().map(|app| app.address).collect();
    let Some(haproxy) = Haproxy::start(&addresses).await else { return };
    run_every_flow(&nodes, haproxy.address).await;
}

#[tokio::test]
async fn s29_guesses_at_once_over_three_nodes_do_not_exceed_the_limit() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    nodes.owner().await;
    let guesses = (0..60).map(|number| {
        let mut client = nodes.apps[number % 3].client();
        async move { people::try_sign_in(&mut client, OWNER, "wrong wrong wrong wrong").await.status }
    });
    let answers = join_all(guesses).await;
    let evaluated = answers.iter().filter(|status| **status == 401).count();
    assert_eq!(evaluated, 10, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 50, "{answers:?}");
}

#[tokio::test]
async fn s03_twelve_claims_at_once_over_three_nodes_make_one_owner() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let tokens: Vec<String> = nodes.apps.iter().map(super::support::app::TestApp::setup_token).collect();
    // All forms are open before the first is sent.
    let opened = join_all((0..12).map(|number: usize| {
        let (mut client, token) = (nodes.apps[number % 3].client(), tokens[(number + 1) % 3].clone());
        async move {
            client.always("X-Forwarded-For", &format!("192.0.2.{number}"));
            assert_eq!(client.get(&format!("/_auth/setup?token={token}")).await.status, 200);
            (number, client, token)
        }
    }));
    let claims = opened.await.into_iter().map(|(number, mut client, token)| async move {
        let email = format!("owner{number}@example.org");
        let fields = [
            ("email", email.as_str()),
            ("password", PASSWORD),
            ("confirm", PASSWORD),
            ("name", ""),
            ("setup_token", &token),
        ];
        let answer = client.post_form("/_auth/setup", &fields).await;
        answer.set_cookie("portcullis_access").is_some()
    });
    assert_eq!(join_all(claims).await.into_iter().filter(|signed_in| *signed_in).count(), 1);
}

#[tokio::test]
async fn s05_a_claim_while_a_node_starts_is_known_to_it_when_it_runs() {
    let Some(mut nodes) = Nodes::start(1, false).await else { return };
    // The start is held up after it has read that nobody owns the instance: where it notes that its configuration is
    // another one.
    let trap =
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(4711); \
        RETURN NEW; END';
        CREATE TRIGGER hold BEFORE INSERT ON audit_events FOR EACH ROW WHEN (NEW.event = 'config.changed') EXECUTE \
        FUNCTION hold()";
    let mut holder = nodes.postgres.connect();
    holder.batch_execute(trap).unwrap();
    holder.batch_execute("SELECT pg_advisory_lock(4711)").unwrap();
    let url = nodes.postgres.url();
    let starting = nodes.node(&url, &[("JWT_TOKEN_EXPIRY_IN_MINUTES", "30")]);
    let claiming = async {
        let mut watcher = nodes.postgres.connect();
        wait::eventually("the start to be held up", async || {
            let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted";
            let waiting: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>(waits).get_result(&mut watcher).unwrap();
            (waiting == 1).then_some(())
        })
        .await;
        nodes.owner().await;
        diesel::sql_query("SELECT pg_advisory_unlock(4711)").execute(&mut holder).unwrap();
    };
    let (second, ()) = futures_util::future::join(starting, claiming).await;
    assert_eq!(second.client().get("/_auth/login").await.status, 200, "it still leads to set-up");
    assert_eq!(second.client().get(&format!("/_auth/setup?token={}", "x".repeat(43))).await.status, 303);
    assert!(second.data("claimed").exists() && !second.data("setup-token").exists());
    nodes.apps.push(second);
}

#[tokio::test]
async fn s44_two_nodes_that_rotate_at_once_give_the_same_successor() {
    for with_redis in [false, true] {
        let Some(nodes) = Nodes::start(2, with_redis).await else { return };
        let owner = nodes.owner().await;
        for _ in 0..5 {
            nodes.clock.advance(3700);
            let tabs = (0..8).map(|number| {
                let mut tab = nodes.at(number % 2, &owner);
                async move { tab.fetch("/page").await }
            });
            let answers = join_all(tabs).await;
            let successors: BTreeSet<String> = answers
                .iter()
                .map(|answer| answer.set_cookie("portcullis_refresh").expect("a rotation").value)
                .collect();
            assert!(answers.iter().all(|answer| answer.status == 200) && successors.len() == 1, "{successors:?}");
        }
    }
}

#[tokio::test]
async fn s53_a_link_that_is_used_on_two_nodes_at_once_works_once() {
    let Some(nodes) = Nodes::start(2, false).await else { return };
    nodes.owner().await;
    let mut boxes: Vec<Mailbox> = nodes.apps.iter().map(|app| Mailbox::of(&app.data(""))).collect();
    nodes.apps[0].client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    let link = mail(&mut boxes, "Choose a new password").await.link();
    let token = link.split_once("token=").unwrap().1;
    let uses = (0..8).map(|number| {
        let mut client = nodes.apps[number % 2].client();
        let link = &link;
        async move {
            if client.get(link).await.status != 200 {
                return 410;
            }
            client.post_form("/_auth/reset", &[("token", token), ("password", NEW), ("confirm", NEW)]).await.status
        }
    });
    let answers = join_all(uses).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [303, 410].contains(status)), "{answers:?}");
}

#[tokio::test]
async fn s25_a_device_that_one_node_knows_is_known_to_the_others() {
    let Some(nodes) = Nodes::start(2, false).await else { return };
    let mut boxes: Vec<Mailbox> = nodes.apps.iter().map(|app| Mailbox::of(&app.data(""))).collect();
    let mut owner = nodes.owner().await;
    people::sign_out(&mut owner).await;
    people::sign_in(&mut nodes.at(1, &owner), OWNER, PASSWORD).await;
    // A stranger's browser is announced; this mail shows that an earlier one would have come by now.
    people::sign_in(&mut nodes.apps[0].client(), OWNER, PASSWORD).await;
    let mut mails = 0;
    wait::eventually("the mail of the stranger's sign-in", async || {
        mails += boxes
            .iter_mut()
            .flat_map(Mailbox::unread)
            .filter(|mail| mail.header("Subject") == "New sign-in to your account")
            .count();
        (mails > 0).then_some(())
    })
    .await;
    assert_eq!(mails, 1);
}

#[tokio::test]
async fn s51_a_restart_of_one_node_with_the_variable_ends_every_session_on_all() {
    for with_redis in [false, true] {
        let Some(nodes) = Nodes::start(2, with_redis).await else { return };
        let owner = nodes.owner().await;
        let mut there = nodes.at(1, &owner);
        assert_eq!(there.fetch("/page").await.status, 200);
        let third = nodes.node(&nodes.postgres.url(), &[("EXPIRE_AUTH_TOKENS_ON_RESTART", "true")]).await;
        assert_eq!((there.fetch("/page").await.status, nodes.at(0, &owner).fetch("/page").await.status), (401, 401));
        people::sign_in(&mut third.client(), OWNER, PASSWORD).await;
    }
}

#[tokio::test]
async fn s50_in_redis_the_keys_of_a_session_go_with_it_and_at_its_absolute_end() {
    let Some(nodes) = Nodes::start(1, true).await else { return };
    let mut owner = nodes.owner().await;
    let client = redis::Client::open(nodes.redis.as_ref().unwrap().url()).unwrap();
    let mut redis = client.get_connection().unwrap();
    let mut ask = |words: &[&str]| -> Vec<String> {
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]).query(&mut redis).unwrap()
    };
    let keys = ask(&["KEYS", "portcullis:session:*"]);
    assert_eq!(keys.len(), 1, "{keys:?}");
    let left: i64 = redis::cmd("TTL").arg(&keys[0]).query(&mut client.get_connection().unwrap()).unwrap();
    assert!((129_600 * 60 - 60..=129_600 * 60).contains(&left), "the refresh lifetime, not {left}");
    nodes.clock.advance(3700);
    assert!(owner.get("/page").await.set_cookie("portcullis_refresh").is_some());
    let after: i64 = redis::cmd("TTL").arg(&keys[0]).query(&mut client.get_connection().unwrap()).unwrap();
    assert!(after <= left, "rotation extends nothing");
    let mut sessions = PgConnection::establish(&nodes.postgres.url()).unwrap();
    let rows: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>("SELECT count(*) FROM sessions")
        .get_result(&mut sessions)
        .unwrap();
    assert_eq!(rows, 0, "the session is in Redis and nowhere else");
    people::sign_in(&mut nodes.apps[0].client(), OWNER, PASSWORD).await;
    assert_eq!(owner.submit("/_auth/account", "/_auth/account/sessions/end-all", &[]).await.status, 303);
    wait::eventually("all keys to be gone", async || ask(&["KEYS", "portcullis:*"]).is_empty().then_some(())).await;
}

#[tokio::test]
async fn in_redis_ended_sessions_that_are_still_there_do_not_end_the_list_of_sessions_early() {
    let Some(nodes) = Nodes::start(1, true).await else { return };
    let mut owner = nodes.owner().await;
    let mut ids: Vec<String> = Vec::new();
    for _ in 0..55 {
        nodes.clock.jump(31);
        people::sign_in(&mut nodes.apps[0].client(), OWNER, PASSWORD).await;
    }
    // The newest two ended, and Redis still has them, as when it was away at that moment.
    let listed = owner.get("/_auth/admin/sessions").await.text();
    ids.extend(page::tags(&listed).iter().filter_map(|tag| {
        tag.attribute("action")?.strip_prefix("/_auth/admin/sessions/")?.strip_suffix("/end").map(str::to_owned)
    }));
    assert_eq!(ids.len(), 50);
    let mut database = nodes.postgres.connect();
    for id in &ids[..2] {
        let bury = format!("INSERT INTO tombstones (session_id, expires_at) VALUES ('{id}', 9999999999)");
        diesel::sql_query(bury).execute(&mut database).unwrap();
    }
    let first = owner.get("/_auth/admin/sessions").await.text();
    let shown = page::tags(&first)
        .iter()
        .filter(|tag| tag.attribute("action").is_some_and(|action| action.ends_with("/end")))
        .count();
    assert_eq!(shown, 50);
    assert!(first.contains("?before="), "54 live sessions are more than a page");
}
