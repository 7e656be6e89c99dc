//! Certificates across nodes: one orders, all serve and answer, and another one takes over (S136).

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

async fn node(pebble: &Pebble, postgres: &Postgres, clock: &TestClock, asked: bool) -> TestApp {
    let clock = clock.clone();
    TestApp::start(|options| {
        options.clock = clock;
        pebble.configure(options, HOST);
        options.given_ports = asked;
        if asked {
            options.set("HTTPS_PORT", &pebble.tls_port.to_string());
            options.set("HTTP_PORT", &pebble.http_port.to_string());
        }
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

#[actix_web::test]
async fn s136_a_lease_is_respected_as_long_as_its_number_rises() {
    let (Some(pebble), Some(postgres)) = (Pebble::start(&[]).await, Postgres::start().await) else { return };
    let clock = TestClock::new();
    // What a node leaves that ends: the lease, and an answer that no authority asks for any more.
    let last = node(&pebble, &postgres, &clock, true).await;
    pebble.until_trusted(last.address, HOST).await;
    let left = "INSERT INTO acme_challenges VALUES ('old', 'gate.example.org', 'tls-alpn-01', 'x.y', 9999999999);
        UPDATE leases SET node = 'killed'; DELETE FROM certificates";
    postgres.connect().batch_execute(left).unwrap();
    let lease = || holder(&postgres);
    wait::eventually("the certificate to be gone", async || (!pebble.is_trusted(last.address, HOST)).then_some(()))
        .await;
    // The lease of a node that may be alive is respected, whatever the clocks say.
    clock.jump(86_400);
    assert_eq!((count(&postgres, "certificates"), lease().as_str()), (0, "killed"));
    clock.jump(-86_400);
    // Its number rises as long as it lives.
    clock.advance(29);
    postgres.connect().batch_execute("UPDATE leases SET beat = beat + 1").unwrap();
    wait::eventually("a look at the lease", async || Some(())).await;
    assert_eq!(lease(), "killed");
    clock.advance(31);
    let taken = async || {
        clock.advance(31);
        pebble.is_trusted(last.address, HOST).then_some(())
    };
    wait::eventually("a certificate from the node that took over", taken).await;
    assert_ne!(lease(), "killed");
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

/// Ends a node that orders, by a signal, and lets another one go on after the seconds that `wait` advances.
async fn taken_over(signal: &str, wait: i64) {
    let (Some(liar), Some(postgres)) = (Liar::start(HOST).await, Postgres::start().await) else { return };
    let (clock, folder) = (TestClock::new(), TempDir::new().unwrap());
    liar.set_mode("held");
    let mut first = waiting(&liar, &postgres, &folder).await;
    assert_ne!(holder(&postgres), "");
    first.signal(signal);
    first.wait();
    assert_eq!(holder(&postgres).is_empty(), signal == "TERM", "{signal}");
    liar.set_mode("honest");
    let second = TestApp::start(|options| {
        options.clock = clock.clone();
        liar.pebble.configure(options, HOST);
        options.given_ports = true;
        options.set("HTTPS_PORT", &liar.pebble.tls_port.to_string());
        options.set("HTTP_PORT", &liar.pebble.http_port.to_string());
        options.set("ACME_DIRECTORY_URL", &liar.url);
        options.set("DATABASE_URL", &postgres.url());
        options.variables.extend(nodes::secrets());
    })
    .await;
    let trusted = async || {
        clock.advance(wait);
        liar.pebble.is_trusted(second.address, HOST).then_some(())
    };
    wait::eventually("a certificate from the node that went on", trusted).await;
    assert_eq!((count(&postgres, "acme_accounts"), count(&postgres, "acme_challenges")), (1, 0), "{signal}");
    assert_eq!(liar.contacts().len(), 1, "{signal}: the account was not used again");
}

#[actix_web::test]
async fn s136_another_node_takes_over_when_one_was_killed_while_it_ordered() {
    taken_over("KILL", 31).await;
}

#[actix_web::test]
async fn s136_another_node_goes_on_at_once_when_one_stops_while_it_orders() {
    taken_over("TERM", 0).await;
}
