//! The real binary: start, stop, faults, and commands beside a running server.

use std::os::unix::fs::PermissionsExt;

use super::support::client::Client;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, run, said};

async fn claimed(process: &Process, folder: &std::path::Path) -> Client {
    let token = std::fs::read_to_string(folder.join("data/setup-token")).unwrap();
    let mut client = process.client();
    let fields = [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", ""), ("setup_token", token.trim())];
    assert_eq!(client.submit(&format!("/_auth/setup?token={token}"), "/_auth/setup", &fields).await.status, 303);
    client
}

#[tokio::test]
async fn the_demo_prints_a_link_and_the_session_command_ends_a_session_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "demo").await;
    let mut client = claimed(&process, &path).await;
    let page = client.get("/").await;
    assert!(page.status == 200 && page.text().contains(OWNER), "{}", page.text());
    let list = said(&process.run(&["session", "list", "--json"]));
    let row: serde_json::Value = serde_json::from_str(list.lines().find(|line| line.starts_with('{')).unwrap()).unwrap();
    let ended = process.run(&["session", "end", row["id"].as_str().unwrap()]);
    assert!(ended.status.success(), "{}", said(&ended));
    assert_eq!(client.fetch("/").await.status, 401);
    assert!(!process.run(&["session", "end", "nothing"]).status.success());
}

#[tokio::test]
async fn s86_s91_a_killed_server_has_lost_nothing_and_damage_stops_the_start_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "start").await;
    let jar = claimed(&process, &path).await.jar;
    let folder = process.kill();
    for entry in ["data", "data/secrets"] {
        assert_eq!(path.join(entry).metadata().unwrap().permissions().mode() & 0o777, 0o700, "{entry}");
    }
    for entry in ["data/portcullis.db", "data/secrets/password_key", "data/claimed"] {
        assert_eq!(path.join(entry).metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry}");
    }
    let process = Process::start_in(folder, "start").await;
    let mut client = process.client();
    client.jar = jar;
    assert_eq!(client.get("/_auth/account").await.status, 200);
    let (status, folder) = process.stop();
    assert!(status.success(), "SIGTERM: {status}");

    let key = path.join("data/secrets/password_key");
    let good = std::fs::read(&key).unwrap();
    std::fs::write(&key, "").unwrap();
    assert!(said(&run(folder.path(), &["start"])).contains("secrets/password_key"));
    assert_eq!(std::fs::read(&key).unwrap(), b"");
    std::fs::write(&key, good).unwrap();
    for damage in [&b"this is no database"[..], b""] {
        for suffix in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(path.join(format!("data/portcullis.db{suffix}"))));
        }
        std::fs::write(path.join("data/portcullis.db"), damage).unwrap();
        let output = run(folder.path(), &["start"]);
        assert!(!output.status.success() && said(&output).contains("DATABASE_URL"), "{}", said(&output));
    }
}

#[test]
fn s88_every_bad_setting_stops_the_start_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["start", "--PORT=x", "--APP_URL=nonsense", "--FLOWISE_PASSWORD=hunter2"]);
    let text = said(&output);
    assert!(!output.status.success());
    assert!(text.contains("PORT") && text.contains("APP_URL") && text.contains("FLOWISE_USERNAME") && !text.contains("hunter2"), "{text}");
    assert!(run(folder.path(), &["--version"]).status.success());
    assert!(run(folder.path(), &["check-config"]).status.success());
    assert!(!folder.path().join("data").exists(), "check-config wrote something");
}

fn link_of(output: &std::process::Output) -> String {
    let json: serde_json::Value = serde_json::from_str(said(output).lines().find(|line| line.starts_with('{')).unwrap()).unwrap();
    let link = json["link"].as_str().unwrap().to_owned();
    link[link.find("/_auth/").unwrap()..].to_owned()
}

async fn choose(client: &mut Client, link: &str, password: &str) -> u16 {
    let (path, token) = link.split_once("?token=").unwrap();
    client.submit(link, path, &[("token", token), ("password", password), ("confirm", password)]).await.status
}

#[tokio::test]
async fn s49_people_are_managed_beside_the_running_server_and_every_deed_holds_at_once() {
    const NEW: &str = "nine-otters-paint-the-barn";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "demo").await;
    drop(claimed(&process, &path).await);
    let ok = |arguments: &[&str]| {
        let output = process.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        output
    };
    let invited = ok(&["user", "invite", "Ada@Example.org", "--name", "Ada", "--json"]);
    let mut ada = process.client();
    assert_eq!(choose(&mut ada, &link_of(&invited), PASSWORD).await, 303);
    people::sign_in(&mut ada, "ada@example.org", PASSWORD).await;
    let mut socket = ada.web_socket("/ws", &process.app_url()).await.unwrap();
    ok(&["user", "disable", "ada@example.org"]);
    assert_eq!(ada.fetch("/").await.status, 401);
    super::support::wait::in_time("the web socket to be cut", async {
        use futures_util::StreamExt;
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    assert!(!process.run(&["user", "reset-link", "ada@example.org"]).status.success(), "a link for a disabled account");
    ok(&["user", "enable", "ada@example.org"]);
    let link = link_of(&ok(&["user", "reset-link", "ada@example.org", "--json"]));
    assert_eq!(choose(&mut process.client(), &link, NEW).await, 303);
    people::sign_in(&mut ada, "ada@example.org", NEW).await;
    ok(&["user", "role", "ada@example.org", "admin"]);
    assert_eq!(ada.fetch("/").await.status, 401);
    people::sign_in(&mut ada, "ada@example.org", NEW).await;
    assert_eq!(ada.get("/_auth/admin/users").await.status, 200);
    let list: serde_json::Value = serde_json::from_str(said(&ok(&["user", "list", "ada", "--json"])).lines().last().unwrap()).unwrap();
    assert_eq!(
        (list[0]["email"].as_str(), list[0]["role"].as_str(), list.as_array().unwrap().len()),
        (Some("ada@example.org"), Some("admin"), 1)
    );
    ok(&["user", "disable", OWNER]);
    for last in
        [&["user", "disable", "ada@example.org"][..], &["user", "delete", "ada@example.org"], &["user", "role", "ada@example.org", "user"]]
    {
        let refused = process.run(last);
        assert!(!refused.status.success() && said(&refused).contains("last active admin"), "{}", said(&refused));
    }
    ok(&["user", "enable", OWNER]);
    ok(&["user", "delete", "ada@example.org"]);
    assert_eq!(ada.fetch("/").await.status, 401);
    for bad in [&["user", "disable", "nobody@example.org"][..], &["user", "role", OWNER, "king"], &["user", "invite", "no address"]] {
        assert!(!process.run(bad).status.success(), "{bad:?}");
    }
    // Without a mail server a test mail is a file.
    ok(&["send-test-mail", OWNER]);
    assert!(std::fs::read_dir(path.join("data/outbox")).unwrap().count() >= 1);
}
