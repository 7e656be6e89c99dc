//! Certificates from a real authority (Pebble): issued by either challenge, renewed, refused, unreachable.

use serde_json::Value;

use super::support::app::TestApp;
use super::support::mailbox::Mailbox;
use super::support::pebble::{Pebble, is_trusted_by};
use super::support::process::{free_port, said};
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
    app.advance(67);
    pebble.until_trusted(app.address, HOST).await;
    let until = app.clock_now() + 600;
    app.execute(&format!(
        "INSERT INTO acme_challenges VALUES ('open', '{HOST}', 'http-01', 'open.key', {until}), ('old', \
            '{HOST}', 'http-01', 'old.key', {}), ('alpn', '{HOST}', 'tls-alpn-01', 'alpn.key', {until});",
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
    assert!(mailbox.unread().is_empty(), "there is a second mail for the same certificate");
    assert!(is_trusted_by(&root, app.address, HOST), "the old certificate is gone");
    assert_eq!(status(&app, HOST)["until"], first);
    // A new authority at the same address does not know the account.
    pebble.run(&[]).await;
    app.advance(DAY);
    let why = until_failed(&app, 10).await;
    assert!(why.contains("account"), "{why}");
    assert!(is_trusted_by(&root, app.address, HOST));
    assert!(app.run(&["certificate", "renew", HOST]).status.success());
    pebble.until_trusted(app.address, HOST).await;
    assert!(!is_trusted_by(&root, app.address, HOST));
}

#[actix_web::test]
async fn a_refused_order_is_explained_and_names_without_a_certificate_are_listed() {
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
    let metrics = app.run(&["certificate", "renew", "other.example.org"]);
    assert!(!metrics.status.success() && said(&metrics).contains("none of the names"), "{}", said(&metrics));
}
