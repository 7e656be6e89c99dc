//! The real binary: start, stop, faults, and commands beside a running server.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::sync::{Arc, Mutex};

use super::support::client::{Call, Client};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, Running, free_port, run, said};
use super::support::wait;

async fn claimed(process: &Process, folder: &std::path::Path) -> Client {
    let token = std::fs::read_to_string(folder.join("data/setup-token")).unwrap();
    let mut client = process.client();
    let fields =
        [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", ""), ("setup_token", token.trim())];
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
    let row: serde_json::Value =
        serde_json::from_str(list.lines().find(|line| line.starts_with('[')).unwrap()).unwrap();
    let row = &row[0];
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
    // On the same port, which is in the names of the cookies.
    let (port, folder) = (process.port, process.kill());
    for entry in ["data", "data/secrets"] {
        assert_eq!(path.join(entry).metadata().unwrap().permissions().mode() & 0o777, 0o700, "{entry}");
    }
    for entry in ["data/portcullis.db", "data/secrets/password_key", "data/claimed"] {
        assert_eq!(path.join(entry).metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry}");
    }
    let process = Process::start_on(port, folder, "start", &[]).await;
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
    for damage in [&b"this is not a Portcullis database"[..], b""] {
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
    assert!(
        text.contains("PORT")
            && text.contains("APP_URL")
            && text.contains("FLOWISE_USERNAME")
            && !text.contains("hunter2"),
        "{text}"
    );
    std::fs::write(folder.path().join("file"), "").unwrap();
    let unusable = said(&run(folder.path(), &["start", "--DATA_DIR=file"]));
    assert!(unusable.contains("DATA_DIR: file cannot be used"), "{unusable}");
    assert!(run(folder.path(), &["--version"]).status.success());
    let checked = run(folder.path(), &["check-config"]);
    assert!(checked.status.success() && !said(&checked).contains('<'), "a gap was not filled: {}", said(&checked));
    assert!(said(&checked).contains("DATABASE_URL=sqlite://data/portcullis.db"), "{}", said(&checked));
    assert!(!folder.path().join("data").exists(), "check-config wrote something");
}

fn link_of(output: &std::process::Output) -> String {
    let json: serde_json::Value =
        serde_json::from_str(said(output).lines().find(|line| line.starts_with('{')).unwrap()).unwrap();
    let link = json["link"].as_str().unwrap().to_owned();
    link[link.find("/_auth/").unwrap()..].to_owned()
}

async fn choose(client: &mut Client, link: &str, password: &str) -> u16 {
    let (path, token) = link.split_once("?token=").unwrap();
    client.submit(link, path, &[("token", token), ("password", password), ("confirm", password)]).await.status
}

#[tokio::test]
async fn s49_commands_beside_a_running_server_take_effect_at_once() {
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
    let mut socket = ada.web_socket("/ws", &process.app_url()).await.unwrap();
    ok(&["user", "disable", "ada@example.org"]);
    assert_eq!(ada.fetch("/").await.status, 401);
    wait::in_time("the web socket to be cut", async {
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
    let list: serde_json::Value = serde_json::from_slice(&ok(&["user", "list", "ada", "--json"]).stdout).unwrap();
    assert_eq!(
        (list[0]["email"].as_str(), list[0]["role"].as_str(), list.as_array().unwrap().len()),
        (Some("ada@example.org"), Some("admin"), 1)
    );
    ok(&["user", "disable", OWNER]);
    for last in [
        &["user", "disable", "ada@example.org"][..],
        &["user", "delete", "ada@example.org"],
        &["user", "role", "ada@example.org", "user"],
    ] {
        let refused = process.run(last);
        assert!(!refused.status.success() && said(&refused).contains("last active admin"), "{}", said(&refused));
    }
    ok(&["user", "enable", OWNER]);
    ok(&["user", "delete", "ada@example.org"]);
    assert_eq!(ada.fetch("/").await.status, 401);
    for bad in [
        &["user", "disable", "nobody@example.org"][..],
        &["user", "role", OWNER, "king"],
        &["user", "invite", "no address"],
    ] {
        assert!(!process.run(bad).status.success(), "{bad:?}");
    }
    // Without a mail server a test mail is a file.
    ok(&["send-test-mail", OWNER]);
    assert!(std::fs::read_dir(path.join("data/outbox")).unwrap().count() >= 1);
}

#[tokio::test]
async fn s75_s91_a_foreign_app_is_reached_through_the_gate_and_not_after_session_end() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("site")).unwrap();
    std::fs::write(folder.path().join("site/hello.txt"), "hello from python\n").unwrap();
    let port = free_port();
    let mut command = Command::new("python3");
    command
        .args(["-u", "-m", "http.server", &port.to_string(), "--bind", "127.0.0.1", "--directory"])
        .arg(folder.path().join("site"));
    let site = Running::start(&mut command);
    site.line_with("Serving HTTP");
    std::fs::write(folder.path().join(".env"), format!("UPSTREAM_URL=http://127.0.0.1:{port}\n")).unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "start").await;
    assert_eq!(process.client().fetch("/hello.txt").await.status, 401);
    let mut owner = claimed(&process, &path).await;
    assert_eq!(owner.fetch("/hello.txt").await.text(), "hello from python\n");
    assert!(owner.get("/").await.text().contains("hello.txt"));
    assert_eq!(owner.fetch("/nothing").await.status, 404);
    let head = owner.send(Call::new("HEAD", "/hello.txt")).await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("18")));
    let list = said(&process.run(&["session", "list", "--json"]));
    let row: serde_json::Value =
        serde_json::from_str(list.lines().find(|line| line.starts_with('[')).unwrap()).unwrap();
    let row = &row[0];
    assert!(process.run(&["session", "end", row["id"].as_str().unwrap()]).status.success());
    assert_eq!(owner.fetch("/hello.txt").await.status, 401);
    assert_eq!(site.output().matches("GET /hello.txt").count(), 1, "{}", site.output());
}

#[tokio::test]
async fn s91_a_kill_in_the_middle_of_sign_ins_and_of_the_claim_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "start").await;
    let token = std::fs::read_to_string(path.join("data/setup-token")).unwrap();
    let mut claimant = process.client();
    // The claim is answered, and in the same moment the server dies.
    people::claim_with(&mut claimant, &token).await;
    let (port, folder) = (process.port, process.kill());
    let process = Process::start_on(port, folder, "start", &[]).await;
    let mut again = process.client();
    again.jar = claimant.jar.clone();
    assert_eq!(again.get("/_auth/account").await.status, 200, "the claim was acknowledged and is lost");
    assert_eq!(process.client().get(&format!("/_auth/setup?token={}", token.trim())).await.location(), "/_auth/login");

    // Sign-ins one after the other in several browsers, until the server is killed among them.
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let runners: Vec<_> = (0..4)
        .map(|_| {
            let (fresh, acknowledged) = (process.client(), acknowledged.clone());
            // Ends by the panic of a request that the kill cut off.
            tokio::spawn(async move {
                loop {
                    let mut client = fresh.clone();
                    people::sign_in(&mut client, OWNER, PASSWORD).await;
                    acknowledged.lock().unwrap().push(client.jar);
                }
            })
        })
        .collect();
    wait::eventually("some sign-ins", async || (acknowledged.lock().unwrap().len() >= 6).then_some(())).await;
    let folder = process.kill();
    for runner in runners {
        let ended: Result<(), _> = runner.await;
        assert!(ended.is_err());
    }
    let jars = acknowledged.lock().unwrap().clone();
    let process = Process::start_on(port, folder, "start", &[]).await;
    for jar in jars {
        let mut client = process.client();
        client.jar = jar;
        assert_eq!(client.get("/_auth/account").await.status, 200, "a sign-in was acknowledged and is lost");
    }
}

#[tokio::test]
async fn commands_in_the_wrong_folder_create_nothing_and_warn_of_another_address() {
    let empty = tempfile::tempdir().unwrap();
    for arguments in [&["user", "list"][..], &["user", "reset-link", "a@example.org"], &["session", "list"]] {
        let output = run(empty.path(), arguments);
        let text = said(&output);
        assert!(
            !output.status.success() && text.contains("there is no database at") && text.contains("portcullis.db"),
            "{text}"
        );
        assert!(!empty.path().join("data").exists(), "{arguments:?} made something");
    }
    let process = Process::start_in(tempfile::tempdir().unwrap(), "start").await;
    let other = said(&process.run(&["user", "list", "--APP_URL=http://localhost:4999"]));
    assert!(other.contains("last started with another APP_URL") && other.contains(&process.app_url()), "{other}");
    let same = said(&process.run(&["user", "list", &format!("--APP_URL={}", process.app_url())]));
    assert!(!same.contains("last started with"), "{same}");
}

#[tokio::test]
async fn before_the_claim_no_account_is_added_and_the_command_prints_the_way_to_the_first_one() {
    let pair = [("FLOWISE_USERNAME", "user"), ("FLOWISE_PASSWORD", "tall-giraffes")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    for variables in [&[][..], &pair] {
        let process = Process::start_with(tempfile::tempdir().unwrap(), "start", variables).await;
        let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
        let settings: Vec<String> = variables.iter().map(|(name, value)| format!("--{name}={value}")).collect();
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let link = format!(
            "{}/_auth/setup{}",
            process.app_url(),
            if variables.is_empty() { format!("?token={}", token.trim()) } else { String::new() }
        );
        for command in [
            &["add", "ada@example.org", "--admin"][..],
            &["add", "ada@example.org"],
            &["invite", "ada@example.org", "--admin"],
        ] {
            let refused = process.run(&[&["user"], command, &settings].concat());
            let text = said(&refused);
            assert!(
                !refused.status.success()
                    && text.contains("first admin")
                    && text.lines().any(|line| line.trim() == link),
                "{text}"
            );
        }
        assert!(said(&process.run(&["user", "list"])).contains("no account matches"));
    }
}

#[tokio::test]
async fn commands_beside_a_server_use_its_address_by_default() {
    let variables =
        [("APP_URL".to_owned(), "https://a.example.org".to_owned()), ("SMTP_HOST".to_owned(), "127.0.0.1".to_owned())];
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &variables).await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), &token).await;
    for arguments in [&["user", "invite", "bob@example.org"][..], &["user", "reset-link", "bob@example.org"]] {
        let output = process.run(arguments);
        assert!(
            output.status.success() && said(&output).contains("https://a.example.org/_auth/invite?token="),
            "{}",
            said(&output)
        );
        let elsewhere = process.run(&[arguments, &["--APP_URL=http://localhost:4999"]].concat());
        let text = said(&elsewhere);
        assert!(!elsewhere.status.success() && !text.contains("token="), "{text}");
        assert!(text.contains("APP_URL=https://a.example.org") && text.contains("http://localhost:4999"), "{text}");
    }
    let test = process.run(&["send-test-mail", "bob@example.org"]);
    assert!(
        !test.status.success() && said(&test).contains("the server sends with SMTP_HOST=127.0.0.1"),
        "{}",
        said(&test)
    );
    let health = process.run(&["health"]);
    assert!(health.status.success() && said(&health).contains("ready"), "{}", said(&health));
    assert!(!process.run(&["health", &format!("--PORT={}", free_port())]).status.success());

    let (port, folder) = (process.port, process.kill());
    let gone = run(folder.path(), &["health"]);
    assert!(
        !gone.status.success() && said(&gone).contains(&format!("127.0.0.1:{port} does not respond")),
        "{}",
        said(&gone)
    );
    let other = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<!doctype html>").unwrap();
    });
    let foreign = run(folder.path(), &["health"]);
    assert!(!foreign.status.success() && said(&foreign).contains("is a different one"), "{}", said(&foreign));
    answering.join().unwrap();
}
