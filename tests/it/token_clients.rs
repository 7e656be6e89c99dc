//! Real programs with machine tokens: curl as a calendar client of Radicale, and a webhook of Node-RED (S118, S120).

use std::process::Command;

use super::support::app_pages;
use super::support::client::Client;
use super::support::page;
use super::support::people::{self, OWNER};
use super::support::process::{Process, Running, free_port, is_installed};
use super::support::real_apps::NodeRed;
use super::support::tokens::{self, ALL, OWN};
use serde_json::json;

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:one\r\n\
    DTSTAMP:20261129T080000Z\r\nDTSTART:20261130T080000Z\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// A gate in a process of its own, and its owner.
async fn gate() -> (Process, Client) {
    let gate = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let mut owner = gate.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(gate.folder.path().join("data/setup-token")).unwrap())
        .await;
    (gate, owner)
}

/// The status and the body of what curl gets at the host of an app.
fn curl(gate: &Process, host: &str, path: &str, arguments: &[&str]) -> (String, String) {
    let (port, url) = (gate.port, format!("http://{host}:{}{path}", gate.port));
    let resolve = format!("{host}:{port}:127.0.0.1");
    let mut command = Command::new("curl");
    command.args(["-sS", "--max-time", "30", "-w", "\n%{http_code}", "--resolve", &resolve]).args(arguments).arg(url);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = said.rsplit_once('\n').unwrap();
    (status.to_owned(), body.to_owned())
}

#[tokio::test]
async fn s118_a_calendar_client_uses_radicale_with_a_token_as_its_password() {
    let Some(program) = is_installed("radicale") else { return };
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let config = format!(
        "[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = http_x_remote_user\n[logging]\nlevel = info\n\
         [rights]\ntype = owner_only\n\
         [storage]\nfilesystem_folder = {}\n",
        folder.path().join("collections").display()
    );
    std::fs::write(folder.path().join("config"), config).unwrap();
    let radicale = Running::start(Command::new(program).arg("--config").arg(folder.path().join("config")));
    let (gate, mut owner) = gate().await;
    let address = format!("http://calendar.test:{}", gate.port);
    let own = [("header_map", "user = X-Remote-User")];
    let upstream = format!("http://127.0.0.1:{port}");
    let app = app_pages::create_with(&mut owner, "Calendar", &address, &upstream, &own).await;
    let made = tokens::make(&mut owner, OWN, &[("app", app.rsplit('/').next().unwrap())]).await;
    radicale.line_with("ready");
    let credentials = format!("{OWNER}:{}", made.token);
    let ask = |path: &str, arguments: &[&str]| curl(&gate, "calendar.test", path, arguments);
    // Without credentials, as calendar clients begin: they are asked for them.
    let (status, head) = ask("/", &["-X", "PROPFIND", "-i"]);
    assert_eq!(status, "401");
    assert!(head.to_lowercase().contains("www-authenticate: basic realm="), "{head}");
    let home = format!("/{OWNER}/");
    let calendar = format!("{home}work/");
    let user = ["--anyauth", "-u", credentials.as_str()];
    let with = |arguments: &[&'static str]| [&user[..], arguments].concat();
    assert_eq!(ask(&home, &with(&["-X", "PROPFIND", "-H", "Depth: 0"])).0, "207");
    assert_eq!(ask(&calendar, &with(&["-X", "MKCALENDAR"])).0, "201");
    let event = format!("{calendar}one.ics");
    let put = with(&["-X", "PUT", "-H", "Content-Type: text/calendar", "--data-binary", EVENT]);
    assert_eq!(ask(&event, &put).0, "201");
    assert!(ask(&event, &user).1.contains("SUMMARY:Dentist"));
    let (status, listed) = ask(&calendar, &with(&["-X", "PROPFIND", "-H", "Depth: 1"]));
    assert!(status == "207" && listed.contains("one.ics"), "{status} {listed}");
    assert_eq!(ask("/somebody@example.org/", &with(&["-X", "PROPFIND"])).0, "403", "Radicale knows who it is");
    tokens::revoke(&mut owner, OWN, &made).await;
    assert_eq!(ask(&event, &user).0, "401");
    assert!(!radicale.output().contains(&made.token));
}

#[tokio::test]
async fn s120_a_webhook_of_node_red_is_called_by_a_signed_link_and_the_editor_is_not() {
    let flows = json!([
        { "id": "tab", "type": "tab", "label": "Hooks" },
        { "id": "in", "type": "http in", "z": "tab", "url": "/hooks/deploy", "method": "post", "wires": [["out"]] },
        { "id": "out", "type": "http response", "z": "tab", "statusCode": "202", "wires": [] },
    ]);
    let Some(node_red) = NodeRed::with_flows(&flows) else { return };
    let (gate, mut owner) = gate().await;
    let address = format!("http://flows.test:{}", gate.port);
    let app = app_pages::create(&mut owner, "Flows", &address, &format!("http://127.0.0.1:{}", node_red.port)).await;
    let new = format!("{app}/links/new");
    let answer = owner.submit(&new, &new, &[("path", "/hooks/deploy"), ("method", "POST")]).await;
    let link = page::data(&answer.text(), "link").unwrap();
    let path = link.strip_prefix(&address).unwrap();
    node_red.wait();
    let post = ["-X", "POST", "-H", "Content-Type: application/json", "-d", "{\"ref\":\"main\"}"];
    let (status, body) = curl(&gate, "flows.test", path, &post);
    assert!(status == "202" && body.contains("main"), "{status} {body}");
    let query = path.split_once('?').unwrap().1;
    for (path, arguments) in [("/hooks/deploy", &["-X", "GET"][..]), ("/flows", &["-X", "GET"]), ("/flows", &post)] {
        assert_eq!(curl(&gate, "flows.test", &format!("{path}?{query}"), arguments).0, "401", "{path}");
    }
    let id = page::data(&owner.get(ALL).await.text(), "link-id").unwrap();
    tokens::revoke(&mut owner, ALL, &tokens::Made { token: String::new(), id }).await;
    assert_eq!(curl(&gate, "flows.test", path, &post).0, "401");
}
