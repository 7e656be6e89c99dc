//! What one client can use up: guesses, hashes, connections, table rows (S22, S27, S30, S95, S97).

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::app::TestApp;
use super::support::client::{Call, Client, encode_form};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, Running, free_port};
use super::support::{page, wait};

async fn behind_proxy() -> TestApp {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    people::claim(&app).await;
    app
}

fn from(mut client: Client, source: &str) -> Client {
    client.always("X-Forwarded-For", source);
    client
}

#[tokio::test]
async fn s27_every_spelling_of_an_address_counts_for_one_account() {
    let app = behind_proxy().await;
    let spellings = ["owner@example.org", "OWNER@example.org", " owner@EXAMPLE.org ", "Owner@Example.Org"];
    let mut evaluated = 0;
    for number in 0..104 {
        let mut client = from(app.client(), &format!("198.51.100.{number}"));
        let status =
            people::try_sign_in(&mut client, spellings[number % spellings.len()], "wrong wrong wrong").await.status;
        evaluated += usize::from(status == 401);
        app.advance(3600);
    }
    assert_eq!(evaluated, 100);
    assert_eq!(people::try_sign_in(&mut from(app.client(), "203.0.113.1"), OWNER, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn s25_s31_a_reset_lets_the_owner_of_a_guessed_account_in_again() {
    let app = behind_proxy().await;
    for number in 0..101 {
        people::try_sign_in(&mut from(app.client(), &format!("198.51.100.{number}")), OWNER, "wrong wrong wrong").await;
        app.advance(3600);
    }
    assert_eq!(people::try_sign_in(&mut from(app.client(), "203.0.113.1"), OWNER, PASSWORD).await.status, 429);
    let mut mailbox = super::support::mailbox::Mailbox::of(&app.data(""));
    let mut client = from(app.client(), "203.0.113.2");
    client.submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    let token = link.split_once("token=").unwrap().1;
    let new = "nine-otters-paint-the-barn";
    assert_eq!(
        client.submit(&link, "/_auth/reset", &[("token", token), ("password", new), ("confirm", new)]).await.status,
        303
    );
    people::sign_in(&mut from(app.client(), "203.0.113.3"), OWNER, new).await;
}

#[tokio::test]
async fn s30_invented_addresses_lock_nobody_out() {
    let app = behind_proxy().await;
    for number in 0..300 {
        let mut client = from(app.client(), &format!("2001:db8:{number:x}::1"));
        let status =
            people::try_sign_in(&mut client, &format!("junk{number}@example.org"), "wrong wrong wrong").await.status;
        assert_eq!(status, 401);
    }
    people::sign_in(&mut from(app.client(), "203.0.113.1"), OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s24_ipv6_counts_by_network() {
    let app = behind_proxy().await;
    for host in 1..=10 {
        let mut client = from(app.client(), &format!("2001:db8:0:7::{host}"));
        assert_eq!(people::try_sign_in(&mut client, OWNER, "wrong wrong wrong").await.status, 401);
    }
    assert_eq!(people::try_sign_in(&mut from(app.client(), "2001:db8:0:7:ffff::1"), OWNER, PASSWORD).await.status, 429);
    people::sign_in(&mut from(app.client(), "2001:db8:0:8::1"), OWNER, PASSWORD).await;
}

/// What another site has a browser do that follows a link of it.
fn sent_by_another_site(path: &str) -> Call {
    Call::navigation(path).header("Sec-Fetch-Site", "cross-site")
}

#[tokio::test]
async fn s109_bad_links_of_any_kind_do_not_use_up_sign_ins() {
    for site in ["cross-site", "same-site", "none"] {
        let app = TestApp::start(|_| {}).await;
        people::claim(&app).await;
        let mut visitor = app.client();
        for number in 0..8 {
            for page in ["reset", "invite", "account/email/confirm"] {
                let call = Call::navigation(&format!("/_auth/{page}?token=bad{number}")).header("Sec-Fetch-Site", site);
                let status = visitor.send(call).await.status;
                assert!([410, 429].contains(&status), "{page}: {status}");
            }
        }
        // Guessing at links is limited all the same.
        let guess = Call::navigation("/_auth/reset?token=bad").header("Sec-Fetch-Site", site);
        assert_eq!(visitor.send(guess).await.status, 429);
        people::sign_in(&mut visitor, OWNER, PASSWORD).await;
    }
}

#[tokio::test]
async fn s109_links_opened_by_another_site_do_not_block_the_visitors_own() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let mut mailbox = super::support::mailbox::Mailbox::of(&app.data(""));
    app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    let mut visitor = app.client();
    for bad in [sent_by_another_site, Call::navigation] {
        for number in 0..12 {
            let status = visitor.send(bad(&format!("/_auth/reset?token=bad{number}"))).await.status;
            assert_eq!(status, if number < 10 { 410 } else { 429 });
        }
    }
    // A click in a webmail comes from another site too.
    assert_eq!(
        visitor.send(sent_by_another_site(link.strip_prefix("http://localhost:3000").unwrap_or(&link))).await.status,
        200
    );
    let (token, new) = (link.split_once("token=").unwrap().1, "nine-otters-paint-the-barn");
    let fields = [("token", token), ("password", new), ("confirm", new)];
    assert_eq!(visitor.submit(&link, "/_auth/reset", &fields).await.status, 303);
    people::sign_in(&mut visitor, OWNER, new).await;
}

#[tokio::test]
async fn s109_nothing_else_that_another_site_has_a_browser_do_counts_against_the_visitor() {
    let app = TestApp::start(|options| options.legacy = Some(("user".to_owned(), "1234".to_owned()))).await;
    let mut visitor = app.client();
    visitor.get("/_auth/login").await;
    let wrong = [("legacy_username", "user"), ("legacy_password", "0000")];
    for number in 0..12 {
        // A token in the query of set-up, credentials in the address, and a form of the other site.
        assert_eq!(visitor.send(sent_by_another_site(&format!("/_auth/setup?token=bad{number}"))).await.status, 200);
        let basic = sent_by_another_site("/page").header("Authorization", "Basic dXNlcjowMDAw");
        assert_eq!(visitor.send(basic).await.status, 303);
        let form = visitor.filled_form("/_auth/login", &wrong).unwrap();
        let form = form.header("Sec-Fetch-Site", "cross-site").header("Origin", "https://evil.example");
        assert_eq!(visitor.send(form).await.status, 403);
    }
    let right = [("legacy_username", "user"), ("legacy_password", "1234")];
    assert_eq!(visitor.submit("/_auth/login", "/_auth/login", &right).await.status, 303);
}

async fn wait_for_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // Either end of the connection is one: an answer and a close, or a reset.
    drop(
        tokio::time::timeout(Duration::from_secs(50), stream.read_to_end(&mut answer))
            .await
            .expect("the connection stays open"),
    );
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn s95_slow_clients_are_cut_off() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let mut head = TcpStream::connect(app.address).await.unwrap();
    head.write_all(b"GET /_auth/login HTTP/1.1\r\nHost: localhost:3000\r\n").await.unwrap();
    let mut form = TcpStream::connect(app.address).await.unwrap();
    let request = "POST /_auth/login HTTP/1.1\r\nHost: localhost:3000\r\nOrigin: http://localhost:3000\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nemail=a";
    form.write_all(request.as_bytes()).await.unwrap();
    // A connection that has been answered before.
    let mut second = TcpStream::connect(app.address).await.unwrap();
    second.write_all(b"GET /_auth/health/live HTTP/1.1\r\nHost: localhost:3000\r\n\r\n").await.unwrap();
    wait::in_time("the first answer", second.read_exact(&mut [0; 64])).await.unwrap();
    second.write_all(b"GET /_auth/login HTTP/1.1\r\nHost: localhost:3000\r\n").await.unwrap();
    let (_, _, answer) = tokio::join!(wait_for_end(&mut head), wait_for_end(&mut second), wait_for_end(&mut form));
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn s96_too_big_a_form_is_refused_by_its_announcement() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let head = "POST /_auth/login HTTP/1.1\r\nHost: localhost:3000\r\nOrigin: http://localhost:3000\r\nSec-Fetch-Site: \
        same-origin\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n";
    // Not one byte of the body is sent: the answer cannot wait for it.
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    stream.write_all(format!("{head}Content-Length: 70000\r\n\r\n").as_bytes()).await.unwrap();
    let mut start = [0; 12];
    wait::in_time("the refusal", stream.read_exact(&mut start)).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 413");
    let chunks = format!("{:x}\r\n{}\r\n", 8192, "x".repeat(8192)).repeat(9);
    let answer = app.client().raw(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn s18_a_form_in_another_encoding_is_refused() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let mut client = app.client();
    let html = client.get("/_auth/login").await.text();
    let token = page::csrf_token(&html).unwrap();
    let fields = [("csrf_token", token.as_str()), ("email", OWNER), ("password", PASSWORD)];
    let form = || Call::form("/_auth/login", "http://localhost:3000", &fields);
    assert_eq!(client.send(form().header("Content-Encoding", "gzip")).await.status, 415);
    let strange = form().header("Content-Type", "application/x-www-form-urlencoded; charset=utf-16");
    assert_eq!(client.send(strange).await.status, 415);
    let plain = form().header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
    assert_eq!(client.send(plain).await.status, 303);
}

#[tokio::test]
async fn s97_while_hashing_is_saturated_some_have_to_wait_and_checks_go_on() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "TRUSTED_PROXIES=127.0.0.1\nPASSWORD_SALT_HASH_ROUNDS=12\n").unwrap();
    let path = folder.path().to_owned();
    let process = Process::start_in(folder, "start").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(path.join("data/setup-token")).unwrap()).await;
    let mut ready = process.client();
    let html = ready.get("/_auth/login").await.text();
    let token = page::csrf_token(&html).unwrap();
    let body = |number: usize| {
        encode_form(&[
            ("csrf_token", token.as_str()),
            ("email", &format!("nobody{number}@example.org")),
            ("password", "wrong wrong wrong"),
        ])
    };
    let origin = format!("http://localhost:{}", process.port);
    let (ready, body, origin) = (&ready, &body, &origin);
    let attempts = (0..80).map(|number| {
        let mut client = from(ready.clone(), &format!("192.0.2.{number}"));
        async move { client.send(Call::form("/_auth/login", origin, &[]).body(body(number))).await }
    });
    let checks = async {
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(owner.get("/_auth/account").await.status);
        }
        statuses
    };
    let (answers, checks) = tokio::join!(futures_util::future::join_all(attempts), checks);
    assert!(checks.iter().all(|status| *status == 200), "{checks:?}");
    let (busy, verified): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 503);
    assert!(!busy.is_empty() && !verified.is_empty(), "{} busy, {} verified", busy.len(), verified.len());
    assert!(busy.iter().all(|answer| answer.header("retry-after").is_some_and(|secs| secs.parse::<u32>().is_ok())));
    assert!(verified.iter().all(|answer| answer.status == 401));
}

#[tokio::test]
async fn s26_a_hundred_wrong_current_passwords_in_a_row_are_the_last() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let new = "nine-otters-paint-the-barn";
    let mut evaluated = 0;
    for _ in 0..120 {
        let fields = [("current_password", "not the current one"), ("new_password", new), ("confirm", new)];
        let answer = owner.submit("/_auth/account/password", "/_auth/account/password", &fields).await;
        evaluated += usize::from(answer.status == 422);
        app.advance(3600);
    }
    assert_eq!(evaluated, 100);
    people::sign_in(&mut app.client(), OWNER, PASSWORD).await;
    let fields = [("current_password", PASSWORD), ("new_password", new), ("confirm", new)];
    assert_eq!(owner.submit("/_auth/account/password", "/_auth/account/password", &fields).await.status, 303);
}

#[tokio::test]
async fn s26_a_known_device_has_ten_wrong_passwords_in_a_row_whatever_time_passes() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    people::claim(&app).await;
    let mut known = people::another_browser(&app).await;
    people::sign_out(&mut known).await;
    let mut evaluated = 0;
    for number in 0..130 {
        known.always("X-Forwarded-For", &format!("198.51.100.{number}"));
        evaluated += usize::from(people::try_sign_in(&mut known, OWNER, "wrong wrong wrong").await.status == 401);
        app.advance(3600);
    }
    assert_eq!(evaluated, 110, "ten of its own and the hundred of the account");
}

#[tokio::test]
async fn s95_the_server_may_open_as_many_files_as_the_system_allows() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new("sh");
    let start = format!("ulimit -Sn 200; exec {} start --PORT={}", env!("CARGO_BIN_EXE_portcullis"), free_port());
    let running = Running::start(command.args(["-c", &start]).current_dir(folder.path()).env_clear());
    running.line_with("Portcullis listens");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.id())).unwrap();
    let files = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let numbers: Vec<&str> = files.split_whitespace().collect();
    assert!(numbers[0] == numbers[1] && numbers[0] != "200", "{files}");
}
