//! Certificates across nodes: one orders, all serve and answer, and another one takes over (S136).

use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use tempfile::TempDir;

use super::support::app::TestApp;
use super::support::clock::TestClock;
use super::support::liar::Liar;
use super::support::pebble::Pebble;
use super::support::postgres::Postgres;
use super::support::process::{Running, portcullis};
use super::support::{nodes, wait};

const HOST: &str = "gate.example.org";

/// A node; `asked` is the one at the ports where the authority asks.
async fn node(pebble: &Pebble, postgres: &Postgres, clock: &TestClock, asked: bool) -> TestApp {
    node_at(&pebble.directory_url(), pebble, postgres, clock, asked).await
}

/// [`node`] with the address of an authority.
async fn node_at(url: &str, pebble: &Pebble, postgres: &Postgres, clock: &TestClock, asked: bool) -> TestApp {
    let clock = clock.clone();
    TestApp::start(|options| {
        options.clock = clock;
        pebble.configure(options, HOST);
        options.given_ports = asked;
        if asked {
            options.set("HTTPS_PORT", &pebble.tls_port.to_string());
            options.set("HTTP_PORT", &pebble.http_port.to_string());
        }
        options.set("ACME_DIRECTORY_URL", url);
        options.set("DATABASE_URL", &postgres.url());
        options.variables.extend(nodes::secrets());
    })
    .await
}

fn count(postgres: &Postgres, what: &str) -> i64 {
    let sql = diesel::dsl::sql::<BigInt>(&format!("(SELECT count(*) FROM {what})"));
    diesel::select(sql).get_result(&mut postgres.connect()).unwrap()
}

fn holder(postgres: &Postgres) -> String {
    let sql = diesel::dsl::sql::<Text>("(SELECT coalesce(max(node), '') FROM leases)");
    diesel::select(sql).get_result(&mut postgres.connect()).unwrap()
}

#[actix_web::test]
async fn s136_one_node_orders_and_all_serve() {
    let (Some(mut pebble), Some(postgres)) = (Pebble::prepare(), Postgres::start().await) else { return };
    let clock = TestClock::new();
    // The first one orders, and none is asked but the last.
    let first = node(&pebble, &postgres, &clock, false).await;
    let others = [node(&pebble, &postgres, &clock, false).await, node(&pebble, &postgres, &clock, true).await];
    wait::eventually("the first order to fail", async || {
        (count(&postgres, "certificate_orders WHERE failures = 1") == 1).then_some(())
    })
    .await;
    assert_eq!(count(&postgres, "audit_events WHERE event = 'certificate.failed'"), 1, "two nodes ordered");
    pebble.run(&[]).await;
    clock.advance(67);
    for app in [&first, &others[0], &others[1]] {
        pebble.until_trusted(app.address, HOST).await;
    }
    assert_eq!(count(&postgres, "audit_events WHERE event = 'certificate.ordered'"), 1, "two nodes ordered");
    assert_eq!(count(&postgres, "acme_accounts"), 1);
    assert_eq!(count(&postgres, "leases WHERE node = ''"), 1, "the lease was kept");
    assert!(pebble.output().contains("There are now 1 orders in the db"));
    assert!(!pebble.output().contains("There are now 2 orders in the db"));
}

/// Lets another node have the lease, which sends heartbeats as long as the answer lives.
fn other_holder(postgres: &Postgres) -> tokio::task::JoinHandle<()> {
    let mut connection = postgres.connect();
    let taken = "INSERT INTO nodes VALUES ('other', (SELECT max(acknowledged) FROM nodes), 0);
        INSERT INTO leases VALUES ('certificates', 'other') ON CONFLICT (work) DO UPDATE SET node = 'other'";
    connection.batch_execute(taken).unwrap();
    tokio::spawn(async move {
        loop {
            let beat = "UPDATE nodes SET beat = beat + 1, acknowledged = (SELECT max(acknowledged) FROM nodes)
                WHERE id = 'other'";
            connection.batch_execute(beat).unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
}

#[actix_web::test]
async fn s136_a_lease_is_respected_as_long_as_its_node_is_in_the_list() {
    let (Some(pebble), Some(postgres)) = (Pebble::start(&[]).await, Postgres::start().await) else { return };
    let clock = TestClock::new();
    let app = node(&pebble, &postgres, &clock, true).await;
    pebble.until_trusted(app.address, HOST).await;
    let other = other_holder(&postgres);
    postgres.connect().batch_execute("DELETE FROM certificates").unwrap();
    wait::eventually("the certificate to be gone", async || (!pebble.is_trusted(app.address, HOST)).then_some(()))
        .await;
    // Two rounds of the orders, whatever the clocks say.
    clock.advance(86_400);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!((count(&postgres, "certificates"), holder(&postgres).as_str()), (0, "other"));
    other.abort();
    postgres.connect().batch_execute("DELETE FROM nodes WHERE id = 'other'").unwrap();
    pebble.until_trusted(app.address, HOST).await;
}

#[actix_web::test]
async fn s136_a_node_that_lost_the_lease_changes_nothing() {
    let (Some(liar), Some(postgres)) = (Liar::start(HOST).await, Postgres::start().await) else { return };
    liar.set_mode("held");
    let slow = node_at(&liar.url, &liar.pebble, &postgres, &TestClock::new(), true).await;
    wait::eventually("an order", async || liar.is_holding().then_some(())).await;
    let other = other_holder(&postgres);
    let answer = "DELETE FROM acme_challenges;
        INSERT INTO acme_challenges VALUES ('theirs', 'gate.example.org', 'tls-alpn-01', 'x.y', 9999999999)";
    postgres.connect().batch_execute(answer).unwrap();
    liar.set_mode("honest");
    wait::eventually("the certificate to be handed out", async || liar.has_issued().then_some(())).await;
    // A round of the orders, in which the slow one could store it, or begin again.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!((count(&postgres, "certificates"), count(&postgres, "certificate_orders")), (0, 0));
    assert_eq!(count(&postgres, "acme_challenges WHERE token = 'theirs'"), 1, "the answer of the other one is gone");
    assert_eq!(count(&postgres, "audit_events WHERE event LIKE 'certificate%'"), 0);
    assert_eq!(holder(&postgres), "other");
    other.abort();
    drop(slow);
}

#[actix_web::test]
async fn what_was_ordered_for_an_app_that_is_gone_is_forgotten() {
    let (Some(pebble), Some(postgres)) = (Pebble::start(&[]).await, Postgres::start().await) else { return };
    let clock = TestClock::new();
    let app = node(&pebble, &postgres, &clock, true).await;
    let add = ["app", "add", "Wiki", "--addresses", "wiki.example.org", "--mode", "forward-auth"];
    assert!(app.run(&add).status.success());
    pebble.until_trusted(app.address, "wiki.example.org").await;
    assert!(app.run(&["app", "remove", "Wiki"]).status.success());
    let order = "INSERT INTO certificate_orders VALUES ('wiki.example.org', 'x', 3, 0, 0, 'no')";
    postgres.connect().batch_execute(order).unwrap();
    let restart = async |app: TestApp| {
        let (_folder, _clock) = app.stop().await;
        let app = node(&pebble, &postgres, &clock, true).await;
        wait::eventually("maintenance", async || (count(&postgres, "certificate_orders") == 0).then_some(())).await;
        app
    };
    let app = restart(app).await;
    assert_eq!(count(&postgres, "certificates"), 2, "the app may come back");
    let unusable = "UPDATE certificates SET sealed_key = 'x' WHERE name = 'wiki.example.org'";
    postgres.connect().batch_execute(unusable).unwrap();
    let _app = restart(app).await;
    wait::eventually("maintenance", async || {
        (count(&postgres, "certificates WHERE name = 'wiki.example.org'") == 0).then_some(())
    })
    .await;
}

/// A node as a process of its own, which waits for its certificate.
async fn waiting(liar: &Liar, postgres: &Postgres, folder: &TempDir) -> Running {
    let mut command = portcullis(folder.path(), &["start"]);
    command.env("SSL_CERT_FILE", liar.pebble.ca_file()).envs(nodes::secrets()).envs([
        ("APP_URL", format!("https://{HOST}")),
        ("HOST", "127.0.0.1".to_owned()),
        ("HTTPS_PORT", liar.pebble.tls_port.to_string()),
        ("HTTP_PORT", liar.pebble.http_port.to_string()),
        ("ACME_EMAIL", "ada@example.org".to_owned()),
        ("ACME_DIRECTORY_URL", liar.url.clone()),
        ("DATABASE_URL", postgres.url()),
    ]);
    let mut running = Running::start(&mut command);
    wait::eventually("an order", async || {
        assert!(!running.has_ended(), "{}", running.output());
        liar.is_holding().then_some(())
    })
    .await;
    running
}

/// Ends a node that orders, by a signal, and waits until another one has a certificate.
async fn taken_over(signal: &str) {
    let (Some(liar), Some(postgres)) = (Liar::start(HOST).await, Postgres::start().await) else { return };
    let folder = TempDir::new().unwrap();
    liar.set_mode("held");
    let mut first = waiting(&liar, &postgres, &folder).await;
    assert_ne!(holder(&postgres), "");
    first.signal(signal);
    first.wait();
    assert_eq!(holder(&postgres).is_empty(), signal == "TERM", "{signal}");
    liar.set_mode("honest");
    let second = node_at(&liar.url, &liar.pebble, &postgres, &TestClock::new(), true).await;
    wait::eventually("the node that ended to be removed from the list", async || {
        (count(&postgres, "nodes") == 1).then_some(())
    })
    .await;
    liar.pebble.until_trusted(second.address, HOST).await;
    assert_eq!((count(&postgres, "acme_accounts"), count(&postgres, "acme_challenges")), (1, 0), "{signal}");
    assert_eq!(liar.contacts().len(), 1, "{signal}: the account was not used again");
}

#[actix_web::test]
async fn s136_another_node_takes_over_when_one_was_killed_while_it_ordered() {
    taken_over("KILL").await;
}

#[actix_web::test]
async fn s136_another_node_goes_on_at_once_when_one_stops_while_it_orders() {
    taken_over("TERM").await;
}
