//! Plain http on a host that is not this machine: what is true there, and that it is said (S111).

use tempfile::TempDir;

use super::support::browser::{Browser, NOT_LOOPBACK};
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, free_port, run_with, said};
use super::support::upstream::Upstream;

/// Status and text of a page of ours, fetched by a script of the app.
const FETCH: &str = "const done = arguments[1]; \
    fetch(arguments[0], { headers: { Accept: 'text/html' } }).then(async (answer) => done([answer.status, await \
    answer.text()]), () => done([0, '']));";

/// What a script of the app gets of the account page in a gate at that host, and the server.
async fn fetched(browser: &Browser, host: &str) -> (Process, u64, String) {
    let (upstream, port) = (Upstream::start().await, free_port());
    let app_url = format!("http://{host}:{port}");
    let variables = [("APP_URL".to_owned(), app_url.clone()), ("UPSTREAM_URL".to_owned(), upstream.url())];
    let process = Process::start_on(port, TempDir::new().unwrap(), "start", &variables).await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), &token).await;
    browser.open(&format!("{app_url}/_auth/login")).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.find("#app").await;
    let found = browser.page.execute_async(FETCH, vec!["/_auth/account".into()]).await.unwrap();
    let text = found[1].as_str().unwrap().to_owned();
    (process, found[0].as_u64().unwrap(), text)
}

#[tokio::test]
async fn s111_scripts_of_the_app_can_read_our_pages_only_on_plain_http_off_this_machine_with_a_warning() {
    const WARNING: &str = "scripts of the app can use the gate's own pages";
    let Some(browser) = Browser::start().await else { return };
    let (process, status, text) = fetched(&browser, NOT_LOOPBACK).await;
    assert_eq!(
        (status, page::data(&text, "user-email").as_deref()),
        (200, Some(OWNER)),
        "the note in SECURITY.md is not true any more"
    );
    process.running.line_with(WARNING);
    let warned = process.output().lines().filter(|line| line.contains(WARNING)).count();
    assert_eq!(warned, 1, "{}", process.output());
    let mut owner = process.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    let list = owner.get("/_auth/admin/checklist").await.text();
    let outcome =
        page::tags(&list).into_iter().find(|tag| tag.attribute("data-check") == Some("check-address")).unwrap();
    assert_eq!(outcome.attribute("data-outcome"), Some("advice"));
    assert!(list.contains("scripts of the app can use the gate&#39;s own pages"), "{list}");

    let (process, status, text) = fetched(&browser, "localhost").await;
    assert_eq!((status, page::data(&text, "user-email")), (403, None));
    assert!(!process.output().contains(WARNING), "{}", process.output());
    browser.close().await;
}

#[test]
fn s111_check_config_warns_of_plain_http_except_on_this_machine() {
    let folder = TempDir::new().unwrap();
    for (app_url, says) in [
        ("http://box.lan:3000", true),
        ("http://192.0.2.7:3000", true),
        ("http://[fd00::10]:3000", true),
        ("http://localhost.example.org", true),
        ("http://localhost:3000", false),
        ("http://app.localhost:3000", false),
        ("http://127.0.0.1:3000", false),
        ("http://[::1]:3000", false),
        ("https://gate.example.org", false),
    ] {
        let text = said(&run_with(folder.path(), &["check-config"], &[("APP_URL", app_url.to_owned())]));
        let message = text.lines().any(|line| {
            line.starts_with("advice: Address:") && line.contains("scripts of the app can use the gate's own pages")
        });
        assert_eq!(message, says, "{app_url}: {text}");
    }
    let notes = std::fs::read_to_string(super::support::source::repository().join("SECURITY.md")).unwrap();
    assert!(notes.contains("On plain http, away from this machine") && notes.contains("`Sec-Fetch-*`"));
}
