//! Certificates from a real authority (Pebble): issued by either challenge, renewed, refused, unreachable.

use serde_json::Value;
use tempfile::TempDir;

use super::metrics::TOKEN;
use super::support::app::TestApp;
use super::support::curl::Curl;
use super::support::mailbox::Mailbox;
use super::support::pebble::{Pebble, is_trusted_by};
use super::support::process::{free_port, portcullis, run_with, said};
use super::support::{people, wait};

const HOST: &str = "gate.example.org";
const DAY: i64 = 86_400;

/// What `certificate list` says of a name.
fn status(app: &TestApp, name: &str) -> Value {
    let output = app.run(&["certificate", "list", "--json"]);
    let list: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
    list.as_array().unwrap().iter().find(|status| status["name"] == name).cloned().unwrap_or_default()
}

/// Waits until that many orders in a row have failed, and returns why the last one did.
async fn until_failed(app: &TestApp, failures: i64) -> String {
    let failed = async || {
        let status = status(app, HOST);
        (status["failures"] == failures).then(|| status["last_error"].as_str().unwrap_or_default().to_owned())
    };
    wait::eventually(&format!("{failures} failures"), failed).await
}

#[actix_web::test]
async fn a_certificate_is_issued_whatever_the_nonces_do() {
    let Some(pebble) = Pebble::start(&[("PEBBLE_WFE_NONCEREJECT", "20")]).await else { return };
    let app = pebble.gate(HOST, |_options| {}).await;
    // Three bad ones in a row are a failure like any other, after which it is tried again.
    let trusted = async || {
        app.advance(30);
        pebble.is_trusted(app.address, HOST).then_some(())
    };
    wait::eventually("a certificate in spite of bad nonces", trusted).await;
    assert!(!pebble.is_trusted(app.address, "other.example.org"), "a name that is not ours has a certificate");
    let status = status(&app, HOST);
    assert_eq!((&status["days_left"], &status["failures"]), (&Value::from(89), &Value::from(0)), "{status}");
    assert!(!app.stored().windows(11).any(|bytes| bytes == b"PRIVATE KEY"), "a key is stored in the clear");
}

#[actix_web::test]
async fn a_certificate_is_issued_by_tls_alpn_01_alone() {
    let Some(pebble) = Pebble::start(&[]).await else { return };
    let app = pebble.gate(HOST, |options| options.set("HTTP_PORT", "0")).await;
    pebble.until_trusted(app.address, HOST).await;
    assert_eq!(status(&app, HOST)["failures"], 0);
}

#[actix_web::test]
async fn s133_after_a_failure_http_01_is_tried_and_only_ordered_tokens_are_answered() {
    // Pebble asks by TLS-ALPN-01 where nobody listens.
    let Some(pebble) = Pebble::start(&[]).await else { return };
    let https = free_port().to_string();
    let app = pebble.gate(HOST, |options| options.set("HTTPS_PORT", &https)).await;
    let why = until_failed(&app, 1).await;
    assert!(why.starts_with("tls-alpn-01: "), "{why}");
    assert!(!pebble.is_trusted(app.address, HOST));
    // By hand, the ways take turns as well.
    assert!(app.run(&["certificate", "renew", "Gate.Example.org."]).status.success());
    app.advance(30);
    pebble.until_trusted(app.address, HOST).await;
    let until = app.clock_now() + 600;
    app.execute(&format!(
        "INSERT INTO acme_challenges VALUES ('open', '{HOST}', 'http-01', 'open.key', {until}), \
            ('old', '{HOST}', 'http-01', 'old.key', {}), ('alpn', '{HOST}', 'tls-alpn-01', 'alpn.key', {until}), \
            ('foreign', 'other.example.org', 'http-01', 'foreign.key', {until});",
        until - 600
    ));
    let http = app.http_address.unwrap();
    let ask = |host: &str, token: &str| {
        let url = format!("http://{host}/.well-known/acme-challenge/{token}");
        let mut curl = std::process::Command::new("curl");
        curl.args([
            "-s",
            "--noproxy",
            "*",
            "--path-as-is",
            "-w",
            " %{http_code}",
            "--connect-to",
            &format!("::{http}"),
        ]);
        String::from_utf8(curl.arg(url).output().unwrap().stdout).unwrap()
    };
    assert_eq!(ask(HOST, "open"), "open.key 200");
    for (host, token) in [
        (HOST, "old"),
        (HOST, "alpn"),
        (HOST, "other"),
        (HOST, ""),
        (HOST, "open/"),
        (HOST, "../open"),
        (HOST, "%6fpen"),
        (HOST, "x'%20OR%201=1--"),
        ("other.example.org", "open"),
        ("other.example.org", "foreign"),
        (HOST, "foreign"),
    ] {
        let answer = ask(host, token);
        assert!(!answer.contains(".key") && !answer.ends_with("200"), "{host} {token}: {answer}");
    }
}

#[actix_web::test]
async fn s133_a_failed_renewal_takes_nothing_away_and_admins_are_notified_in_time() {
    let Some(mut pebble) = Pebble::prepare() else { return };
    // The owner comes before https does.
    let before = TestApp::start(|_options| {}).await;
    drop(people::claim(&before).await);
    let (folder, _clock) = before.stop().await;
    pebble.run(&[]).await;
    let app = pebble.gate(HOST, |options| options.data_dir = Some(folder)).await;
    pebble.until_trusted(app.address, HOST).await;
    let (first, root) = (status(&app, HOST)["until"].clone(), pebble.root());
    pebble.stop();
    app.advance(59 * DAY);
    assert_eq!(status(&app, HOST)["failures"], 0);
    app.advance(2 * DAY);
    let why = until_failed(&app, 1).await;
    assert!(why.contains("cannot be asked"), "{why}");
    for (failures, wait) in [(2, 67), (3, 331), (4, 991), (5, 3961), (6, 11_881), (7, 23_761)] {
        app.advance(wait);
        until_failed(&app, failures).await;
    }
    let mut mailbox = Mailbox::of(app.data("").as_path());
    assert!(mailbox.unread().iter().all(|mail| !mail.header("Subject").contains("certificate")));
    app.advance(19 * DAY);
    let mail = mailbox.wait_for("A certificate ends soon").await;
    assert!(mail.text.contains(HOST), "{}", mail.text);
    until_failed(&app, 8).await;
    app.advance(DAY);
    until_failed(&app, 9).await;
    app.advance(DAY);
    // The round of failure 9 is over.
    until_failed(&app, 10).await;
    assert!(mailbox.unread().is_empty(), "there is a second mail for the same certificate");
    assert!(is_trusted_by(&root, app.address, HOST), "the old certificate is gone");
    assert_eq!(status(&app, HOST)["until"], first);
    // A new authority at the same address does not know the account: another one is registered.
    pebble.days = 3_000;
    pebble.run(&[]).await;
    app.advance(DAY);
    pebble.until_trusted(app.address, HOST).await;
    assert!(!is_trusted_by(&root, app.address, HOST));
}

#[actix_web::test]
async fn a_refused_order_is_explained_and_the_server_is_healthy_without_a_certificate() {
    let Some(mut pebble) = Pebble::prepare() else { return };
    pebble.run(&[]).await;
    let (https, http) = (free_port().to_string(), free_port().to_string());
    let app = pebble
        .gate(HOST, |options| {
            options.set("HTTPS_PORT", &https);
            options.set("HTTP_PORT", &http);
        })
        .await;
    until_failed(&app, 1).await;
    app.advance(67);
    let why = until_failed(&app, 2).await;
    assert!(why.starts_with("http-01: "), "{why}");
    let health = app.run(&["health"]);
    assert!(health.status.success() && said(&health).contains("no certificate for gate.example.org"), "{health:?}");
    let other = app.run(&["certificate", "renew", "other.example.org"]);
    assert!(!other.status.success() && said(&other).contains("none of the names"), "{}", said(&other));
}

#[actix_web::test]
async fn the_checklist_and_the_metric_say_what_became_of_orders() {
    let Some(mut pebble) = Pebble::start(&[]).await else { return };
    let app = pebble.gate(HOST, |options| options.set("METRICS_TOKEN", TOKEN)).await;
    pebble.until_trusted(app.address, HOST).await;
    let curl = Curl::new(&pebble.root(), &app.app_url, &[(443, app.address)]);
    curl.claim(&[], &app.setup_token());
    let outcomes = || curl.outcomes("check-certificates");
    let (first, page) = outcomes();
    assert_eq!(first, ["good"], "{page}");
    app.advance(60);
    let token = format!("Authorization: Bearer {TOKEN}");
    let metrics = curl.ask(&["--header", &token], &format!("{}/_auth/metrics", app.app_url));
    assert!(metrics.contains("portcullis_certificate_days_left{name=\"gate.example.org\"} 89"), "{metrics}");
    pebble.stop();
    assert!(app.run(&["certificate", "renew", HOST]).status.success());
    app.advance(60);
    until_failed(&app, 1).await;
    let (failed, page) = outcomes();
    assert_eq!(failed, ["advice"], "{page}");
    assert!(page.contains("The certificate for gate.example.org ends") && page.contains("cannot be asked"), "{page}");
    let addresses = "wiki.example.org,*.wiki.example.org";
    let added = app.run(&["app", "add", "Wiki", "--addresses", addresses, "--mode", "forward-auth"]);
    assert!(added.status.success(), "{}", said(&added));
    wait::eventually("the order to fail", async || (status(&app, "wiki.example.org")["failures"] == 1).then_some(()))
        .await;
    let (mut missing, page) = outcomes();
    missing.sort_unstable();
    assert_eq!(missing, ["advice", "advice", "wrong"], "{page}");
    assert!(page.contains("There is no certificate for wiki.example.org"), "{page}");
    assert!(page.contains("No certificate is ordered for addresses with *: *.wiki.example.org"), "{page}");
    // So late that a failure is no advice any more.
    app.advance(75 * DAY);
    let (late, page) = outcomes();
    assert_eq!(late.iter().filter(|outcome| *outcome == "wrong").count(), 2, "{page}");
}

#[actix_web::test]
async fn check_config_says_what_keeps_the_authority_from_giving_a_certificate() {
    let Some(mut pebble) = Pebble::start(&[]).await else { return };
    let (folder, ca_file, url) = (TempDir::new().unwrap(), pebble.ca_file(), pebble.directory_url());
    let check = |host: &str, directory: &str| {
        let mut command = portcullis(folder.path(), &["check-config"]);
        command.env("SSL_CERT_FILE", &ca_file).env("APP_URL", format!("https://{host}"));
        command.env("ACME_EMAIL", "ada@example.org").env("ACME_DIRECTORY_URL", directory);
        let output = command.output().unwrap();
        (output.status.success(), said(&output))
    };
    let (good, text) = check("localhost", &url);
    assert!(good && text.contains("good: Certificates: localhost leads to 127.0.0.1"), "{text}");
    let (good, text) = check("gate.invalid", &url);
    assert!(
        !good && text.contains("wrong: Certificates: ACME_EMAIL: the DNS has no address for gate.invalid"),
        "{text}"
    );
    let (good, text) = check("localhost", &url.replace("/dir", "/roots"));
    assert!(!good && text.contains("there is no ACME directory"), "{text}");
    pebble.stop();
    let (good, text) = check("localhost", &url);
    assert!(!good && text.contains("ACME_DIRECTORY_URL: localhost cannot be asked"), "{text}");
}

#[actix_web::test]
async fn commands_take_over_what_the_server_was_given() {
    let Some(pebble) = Pebble::start(&[]).await else { return };
    let app = pebble.gate(HOST, |options| options.sqlite = true).await;
    pebble.until_trusted(app.address, HOST).await;
    let bare = [("DATA_DIR", app.data("").to_str().unwrap().to_owned())];
    let run = |arguments: &[&str]| run_with(&app.data("."), arguments, &bare);
    let listed = said(&run(&["certificate", "list"]));
    assert!(listed.contains(HOST) && listed.contains(&pebble.directory_url()), "{listed}");
    let renewed = run(&["certificate", "renew", HOST]);
    assert!(renewed.status.success(), "{}", said(&renewed));
}
