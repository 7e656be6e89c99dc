//! A change replaces nothing that its author never saw.

use std::process::Stdio;

use super::support::app_pages::{self, RuleForm};
use super::support::client::{Client, Response};
use super::support::process::{self, Process, said};
use super::support::{page, people, wait};

const WIKI: &str = "http://wiki.example.org:3000";
const REFUSED: &str = "This was changed after you opened it, so nothing was saved.";

/// Posts the form of the last page, with what its hidden field has.
async fn save(client: &mut Client, path: &str, seen: &str, fields: &[(&str, &str)]) -> Response {
    client.post_form(path, &[fields, &[("seen", seen)]].concat()).await
}

fn seen(html: &str) -> String {
    page::field(html, "seen").unwrap_or_else(|| panic!("the form does not say what was seen: {html}"))
}

/// Opens the form at `path`, and then somebody else saves `other` there; what the form and they have seen last.
async fn changed_by_another(owner: &Client, path: &str, other: &[(&str, &str)]) -> [String; 2] {
    let mut another = owner.clone();
    let opened = seen(&another.get(path).await.text());
    assert_eq!(another.submit(path, path, other).await.status, 303);
    let after = seen(&another.get(path).await.text());
    assert_ne!(after, opened);
    [opened, after]
}

/// A form with a fault of a field is shown again as one that was opened when the first was.
async fn a_fault_renews_nothing(owner: &mut Client, path: &str, opened: &str, mine: &[(&str, &str)]) {
    // The one is a field of apps, the other of rules.
    let faulty = [mine, &[("timeout", "soon"), ("within", "soon")]].concat();
    let again = save(owner, path, opened, &faulty).await;
    assert_eq!((again.status, seen(&again.text()).as_str()), (422, opened));
}

/// The form that is shown when `mine` is not saved.
async fn refused(owner: &mut Client, path: &str, opened: &str, mine: &[(&str, &str)], typed: &str) -> String {
    let refused = save(owner, path, opened, mine).await;
    let html = refused.text();
    assert_eq!(refused.status, 422, "{html}");
    assert!(page::error_summary(&html).unwrap().contains(REFUSED) && html.contains(typed), "{html}");
    assert!(!html.contains("href=\"#\""), "a link to no field: {html}");
    html
}

/// Saves at `path` what was typed into a form that was opened before `other` was saved there by somebody else: refused
/// once, with everything that was typed, and done when it is saved again.
async fn refused_once(owner: &mut Client, path: &str, other: &[(&str, &str)], mine: &[(&str, &str)], typed: &str) {
    let [opened, after] = changed_by_another(owner, path, other).await;
    owner.get(path).await;
    a_fault_renews_nothing(owner, path, &opened, mine).await;
    let html = refused(owner, path, &opened, mine, typed).await;
    assert_eq!(seen(&owner.clone().get(path).await.text()), after, "it was changed all the same");
    assert_eq!(save(owner, path, &seen(&html), mine).await.status, 303);
    assert_ne!(seen(&owner.get(path).await.text()), after);
    // A second click has nothing to replace.
    assert_eq!(save(owner, path, &opened, mine).await.status, 303);
}

#[tokio::test]
async fn an_app_that_somebody_else_changed_meanwhile_is_replaced_only_by_saving_again() {
    let (_app, upstream, mut owner) = people::with_app().await;
    let wiki = app_pages::create(&mut owner, "Wiki", WIKI, &upstream.url()).await;
    let edit = format!("{wiki}/edit");
    let url = upstream.url();
    let with = |name, access| {
        vec![("name", name), ("addresses", WIKI), ("mode", "proxy"), ("upstream", &*url), ("default_access", access)]
    };
    refused_once(&mut owner, &edit, &with("Wiki", "nobody"), &with("Docs", "signed-in"), "value=\"Docs\"").await;
    // A script that has seen nothing replaces what there is.
    assert_eq!(owner.submit(&edit, &edit, &with("Wiki", "nobody")).await.status, 303);
}

#[tokio::test]
async fn a_rule_that_somebody_else_changed_meanwhile_is_replaced_only_by_saving_again() {
    let (_app, upstream, mut owner) = people::with_app().await;
    let wiki = app_pages::create(&mut owner, "Wiki", WIKI, &upstream.url()).await;
    app_pages::add_rule(&mut owner, &wiki, RuleForm { path: "/a", who: "signed-in", ..RuleForm::default() }).await;
    let rule = format!("{wiki}/rules/{}", page::data(&owner.get(&wiki).await.text(), "rule-id").unwrap());
    let other = [("path", "/a"), ("who", "nobody")];
    let mine = [("path", "/b"), ("who", "signed-in"), ("until", "2027-01-31T18:00:00Z")];
    refused_once(&mut owner, &rule, &other, &mine, "value=\"/b\"").await;
}

#[tokio::test]
async fn a_command_takes_nothing_back_that_another_did_meanwhile() {
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let url = format!("--APP_URL={}", process.app_url());
    let run = |arguments: &[&str]| process.run(&[arguments, &["--PORT=1", &url]].concat());
    let add = ["app", "add", "Wiki", "--addresses", "http://wiki.example", "--upstream", "http://127.0.0.1:9"];
    assert!(run(&add).status.success());
    // Between reading the app and changing it the command waits for the icon.
    let fifo = process.folder.path().join("icon");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let set = ["app", "set", "Wiki", "--timeout", "9", "--icon", "icon", "--PORT=1", &url];
    let mut waiting = process::portcullis(process.folder.path(), &set);
    let waiting = waiting.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let opened = tokio::task::spawn_blocking(move || std::fs::OpenOptions::new().write(true).open(fifo).unwrap());
    let mut icon = wait::in_time("the command to read the icon", opened).await.unwrap();
    assert!(run(&["app", "set", "Wiki", "--default-access", "nobody"]).status.success());
    std::io::Write::write_all(&mut icon, b"<svg/>").unwrap();
    drop(icon);
    let output = waiting.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("somebody else changed it meanwhile; nothing was changed"), "{}", said(&output));
    let shown = said(&run(&["app", "show", "Wiki"]));
    assert!(shown.contains("default access: nobody") && !shown.contains("timeout: 9"), "{shown}");
    assert!(run(&["app", "set", "Wiki", "--timeout", "9"]).status.success());
    let shown = said(&run(&["app", "show", "Wiki"]));
    assert!(shown.contains("default access: nobody") && shown.contains("timeout: 9"), "{shown}");
}
