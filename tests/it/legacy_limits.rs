//! Guessing at the deprecated user name and password: one count for every way in and every source (S31, S26).

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::nodes::Nodes;
use super::support::page;
use super::support::people::{OWNER, PASSWORD};
use super::support::process::Process;
use super::support::upstream::Upstream;
use super::support::wait;

const RIGHT: [(&str, &str); 2] = [("legacy_username", "user"), ("legacy_password", "1234")];
/// `user:1234` and `user:0000` for HTTP Basic.
const BASIC: [&str; 2] = ["Basic dXNlcjoxMjM0", "Basic dXNlcjowMDAw"];

async fn pair_app(upstream: &Upstream) -> TestApp {
    let address = upstream.address;
    TestApp::start(|options| {
        options.upstream = Some(address);
        options.legacy = Some(("user".to_owned(), "1234".to_owned()));
        options.trusted_proxies = Some("127.0.0.1/32".to_owned());
    })
    .await
}

fn from(app: &TestApp, number: usize) -> Client {
    let mut client = app.client();
    client.always("X-Forwarded-For", &format!("2001:db8:{number:x}::1"));
    client
}

async fn by_form(client: &mut Client, fields: &[(&str, &str)]) -> u16 {
    client.submit("/_auth/login", "/_auth/login", fields).await.status
}

async fn by_basic(client: &mut Client, credentials: &str) -> u16 {
    client.send(Call::fetch("GET", "/page").header("authorization", credentials)).await.status
}

async fn by_claim(client: &mut Client, proof: &[(&str, &str)]) -> u16 {
    let mut fields = vec![("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", "")];
    fields.extend_from_slice(proof);
    client.submit("/_auth/setup", "/_auth/setup", &fields).await.status
}

/// A wrong guess from a source of its own, each time by another way.
async fn guess(app: &TestApp, number: usize) -> u16 {
    let password = format!("{number:04}");
    let wrong = [("legacy_username", "user"), ("legacy_password", password.as_str())];
    let mut client = from(app, number);
    match number % 3 {
        0 => by_form(&mut client, &wrong).await,
        1 => by_basic(&mut client, BASIC[1]).await,
        _ => by_claim(&mut client, &wrong).await,
    }
}

/// Closes the pair, and says how many guesses were looked at.
async fn close(app: &TestApp) -> usize {
    let mut evaluated = 0;
    for number in 0..100 {
        evaluated += usize::from(guess(app, number).await == 401);
    }
    evaluated
}

#[tokio::test]
async fn s26_s31_a_hundred_guesses_by_any_way_close_the_pair_and_then_only_the_token_claims() {
    let upstream = Upstream::start().await;
    let app = pair_app(&upstream).await;
    let (mut before, mut waiting) = (from(&app, 900), from(&app, 901));
    assert_eq!(by_form(&mut before, &RIGHT).await, 303);
    waiting.get("/_auth/login").await;
    // The token proves nothing as long as the pair does; this is a first wrong guess at it.
    let token = app.setup_token();
    assert_eq!(by_claim(&mut from(&app, 902), &[("setup_token", &token)]).await, 401);
    // Right ones do not reset the count: otherwise a script that uses the pair would keep it open for ever.
    for number in 0..98 {
        assert_eq!(guess(&app, number).await, 401, "{number}");
        assert_eq!(by_basic(&mut from(&app, 903), BASIC[0]).await, 200, "{number}");
    }
    assert_eq!(guess(&app, 98).await, 401);

    let refused = waiting.post_form("/_auth/login", &RIGHT).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("3600")));
    assert!(
        refused.text().contains("with the set-up token") && refused.text().contains("href=\"/_auth/setup\""),
        "{}",
        refused.text()
    );
    let basic = app.client().send(Call::fetch("GET", "/page").header("authorization", BASIC[0])).await;
    assert_eq!(basic.status, 429);
    assert!(basic.json()["message"].as_str().unwrap().contains("set-up token"));
    // No passage of time opens it again, and signed-in visitors stay signed in.
    app.advance(30 * 86_400);
    assert_eq!(by_basic(&mut from(&app, 904), BASIC[0]).await, 429);
    assert_eq!(before.get("/page").await.status, 200);
    // Sign-in leads to set-up, which says what happened and asks for the token.
    assert!(app.client().get("/_auth/login").await.location().ends_with("/_auth/setup"));
    let shown = app.client().get("/_auth/setup").await.text();
    let fields: Vec<_> = page::tags(&shown).iter().filter_map(|tag| tag.attribute("name").map(str::to_owned)).collect();
    assert!(
        fields.iter().any(|name| name == "setup_token") && !fields.iter().any(|name| name.starts_with("legacy")),
        "{fields:?}"
    );
    assert!(shown.contains("too many wrong guesses") && shown.contains("file setup-token"), "{shown}");
    assert_eq!(by_claim(&mut from(&app, 905), &RIGHT).await, 401, "the pair claims no more");
    assert_eq!(by_claim(&mut from(&app, 905), &[("setup_token", "wrong")]).await, 401);
    assert_eq!(by_claim(&mut from(&app, 905), &[("setup_token", &token)]).await, 303);
    assert!(!app.data("setup-token").exists());
}

#[tokio::test]
async fn s29_guesses_at_once_at_the_pair_do_not_exceed_its_limit() {
    let upstream = Upstream::start().await;
    let app = pair_app(&upstream).await;
    let guesses = (0..124).map(|number| {
        let mut client = from(&app, number);
        async move { by_basic(&mut client, BASIC[1]).await }
    });
    let answers = futures_util::future::join_all(guesses).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 100, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 24, "{answers:?}");
}

#[tokio::test]
async fn s26_a_closed_pair_stays_closed_after_a_restart_and_another_password_has_a_count_of_its_own() {
    let upstream = Upstream::start().await;
    let app = pair_app(&upstream).await;
    assert_eq!(close(&app).await, 100);
    let (data, clock) = app.stop().await;
    let start = async |data, clock, password: &str| {
        let (address, password) = (upstream.address, password.to_owned());
        TestApp::start(move |options| {
            (options.data_dir, options.clock, options.upstream) = (Some(data), clock, Some(address));
            options.legacy = Some(("user".to_owned(), password));
        })
        .await
    };
    let app = start(data, clock, "1234").await;
    assert_eq!(by_basic(&mut app.client(), BASIC[0]).await, 429);
    let (data, clock) = app.stop().await;
    let app = start(data, clock, "0000").await;
    assert_eq!(by_basic(&mut app.client(), BASIC[1]).await, 200);
}

#[tokio::test]
async fn s26_the_nodes_count_together_and_each_has_the_token() {
    let Some(mut nodes) = Nodes::start(0, false).await else { return };
    let url = nodes.postgres.url();
    for _ in 0..2 {
        let node = nodes.node(&url, &[("FLOWISE_USERNAME", "user"), ("FLOWISE_PASSWORD", "1234")]).await;
        nodes.apps.push(node);
    }
    for number in 0..100 {
        assert_eq!(by_basic(&mut from(&nodes.apps[number % 2], number), BASIC[1]).await, 401, "{number}");
    }
    for node in &nodes.apps {
        assert_eq!(by_basic(&mut from(node, 900), BASIC[0]).await, 429);
    }
    let second = &nodes.apps[1];
    assert_eq!(by_claim(&mut from(second, 901), &[("setup_token", &second.setup_token())]).await, 303);
}

#[tokio::test]
async fn s26_the_log_says_that_the_pair_is_closed_and_the_next_start_prints_the_link() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("FLOWISE_USERNAME", "user"), ("FLOWISE_PASSWORD", "1234"), ("TRUSTED_PROXIES", "127.0.0.1/32")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let process = Process::start_with(folder, "start", &variables).await;
    assert!(!process.output().contains("setup?token="), "{}", process.output());
    for number in 0..100 {
        let mut client = process.client();
        client.always("X-Forwarded-For", &format!("2001:db8:{number:x}::1"));
        assert_eq!(by_basic(&mut client, BASIC[1]).await, 401);
    }
    process.running.line_with("were disabled after a hundred wrong guesses");
    let said = process.output();
    assert_eq!(said.matches("were disabled after a hundred wrong guesses").count(), 1, "{said}");
    let (_, folder) = process.stop();
    let process = Process::start_with(folder, "start", &variables).await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    process.running.line_with(&format!("/_auth/setup?token={}", token.trim()));
}

/// An app on SQLite, and a connection that can keep everybody from writing.
async fn app_on_a_file(upstream: &Upstream) -> (TestApp, SqliteConnection) {
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.sqlite = true;
        options.upstream = Some(address);
        options.legacy = Some(("user".to_owned(), "1234".to_owned()));
        options.trusted_proxies = Some("127.0.0.1/32".to_owned());
    })
    .await;
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    (app, database)
}

#[tokio::test]
async fn the_right_pair_by_basic_waits_for_nobody_who_writes() {
    let upstream = Upstream::start().await;
    let (app, mut database) = app_on_a_file(&upstream).await;
    assert_eq!(by_basic(&mut from(&app, 1), BASIC[1]).await, 401);
    database.batch_execute("BEGIN IMMEDIATE").unwrap();
    for source in [1, 1, 2] {
        assert_eq!(by_basic(&mut from(&app, source), BASIC[0]).await, 200);
    }
    database.batch_execute("COMMIT").unwrap();
    for _ in 0..9 {
        assert_eq!(by_basic(&mut from(&app, 1), BASIC[1]).await, 401);
    }
    assert_eq!(by_basic(&mut from(&app, 1), BASIC[0]).await, 429, "the source is at its limit");
    assert_eq!(by_basic(&mut from(&app, 2), BASIC[0]).await, 200);
}

#[tokio::test]
async fn s29_the_right_pair_waits_for_wrong_guesses_that_are_not_counted_yet() {
    let upstream = Upstream::start().await;
    let (app, mut database) = app_on_a_file(&upstream).await;
    database.batch_execute("BEGIN IMMEDIATE").unwrap();
    let wrong: Vec<_> = (0..3)
        .map(|_| {
            let mut client = from(&app, 1);
            tokio::spawn(async move { by_basic(&mut client, BASIC[1]).await })
        })
        .collect();
    wait::eventually("the right pair to wait", async || {
        let mut client = from(&app, 1);
        let answer = tokio::time::timeout(Duration::from_millis(200), by_basic(&mut client, BASIC[0])).await;
        answer.is_err().then_some(())
    })
    .await;
    database.batch_execute("COMMIT").unwrap();
    for guess in wrong {
        assert_eq!(guess.await.unwrap(), 401);
    }
    // All are counted.
    database.batch_execute("BEGIN IMMEDIATE").unwrap();
    assert_eq!(by_basic(&mut from(&app, 1), BASIC[0]).await, 200);
    database.batch_execute("COMMIT").unwrap();
}

/// A browser that sends the right user name and password with each request.
fn with_basic(app: &TestApp) -> Client {
    let mut client = app.client();
    client.always("authorization", BASIC[0]);
    client
}

#[tokio::test]
async fn s61_forms_of_visitors_by_basic_belong_to_one_browser_each() {
    let upstream = Upstream::start().await;
    let app = pair_app(&upstream).await;
    let (mut one, mut other) = (with_basic(&app), with_basic(&app));
    assert_eq!((one.get("/_auth/account").await.status, other.get("/_auth/account").await.status), (403, 403));
    let stolen = other.filled_form("/_auth/logout", &[]).unwrap();
    assert_eq!(one.send(stolen).await.status, 403);
    assert_eq!(one.post_form("/_auth/logout", &[]).await.status, 303);
}

#[tokio::test]
async fn a_visitor_by_basic_who_signs_out_cuts_nobody_elses_stream_and_the_claim_cuts_all() {
    let upstream = Upstream::start().await;
    let app = pair_app(&upstream).await;
    let (mut one, mut other) = (with_basic(&app), with_basic(&app));
    let mut stream = one.open(Call::fetch("GET", "/events")).await;
    stream.read_until("data:").await;
    other.get("/_auth/account").await;
    assert_eq!(other.post_form("/_auth/logout", &[]).await.status, 303);
    stream.read_until("data: 40").await;
    assert_eq!(by_claim(&mut app.client(), &RIGHT).await, 303);
    assert!(!stream.ends_properly().await, "the stream outlived the deprecated mode");
}
