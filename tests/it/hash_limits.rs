//! One visitor cannot take the hash workers from all others, not with right passwords either (S105).

use futures_util::future::join_all;

use super::support::app::TestApp;
use super::support::client::{Call, Client, encode_form};
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::Process;

const NEW: &str = "nine-otters-paint-the-barn";

async fn behind_proxy() -> (TestApp, Client) {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    let owner = people::claim(&app).await;
    (app, owner)
}

fn from(mut client: Client, source: &str) -> Client {
    client.always("X-Forwarded-For", source);
    client
}

/// A real server that takes a while for each password, its owner's browser, and a client with a page of it.
async fn slow() -> (Process, Client, Client) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "TRUSTED_PROXIES=127.0.0.1\nPASSWORD_SALT_HASH_ROUNDS=11\n").unwrap();
    let process = Process::start_in(folder, "start").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap())
        .await;
    let mut ready = process.client();
    ready.get("/_auth/login").await;
    (process, owner, ready)
}

/// The statuses of a flood, and of others who sign in meanwhile, each from a source of their own.
async fn flooded(ready: &Client, round: usize, flood: impl Iterator<Item = (Client, Call)>) -> (Vec<u16>, Vec<u16>) {
    let flood = join_all(flood.map(|(mut client, call)| async move { client.send(call).await.status }));
    let others = async {
        let mut statuses = Vec::new();
        for number in 0..12 {
            let mut client = from(ready.clone(), &format!("203.0.{round}.{number}"));
            let email = format!("nobody{number}@example.org");
            let fields = [("email", email.as_str()), ("password", "wrong wrong wrong")];
            statuses.push(client.post_form("/_auth/login", &fields).await.status);
        }
        statuses
    };
    tokio::join!(flood, others)
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|one| **one == status).count()
}

#[tokio::test]
async fn s105_right_passwords_on_many_connections_do_not_block_others() {
    let (process, _owner, ready) = slow().await;
    // Six known devices of one account, as it may have, from one source and from many.
    let mut devices = Vec::new();
    for _ in 0..6 {
        let mut device = process.client();
        people::sign_in(&mut device, OWNER, PASSWORD).await;
        people::sign_out(&mut device).await;
        device.get("/_auth/login").await;
        devices.push(device);
    }
    for (round, one_source) in [true, false].into_iter().enumerate() {
        let flood = (0..54).map(|number| {
            let source = format!("198.51.100.{}", if one_source { 1 } else { number });
            let client = from(devices[number % 6].clone(), &source);
            let call = client.filled_form("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).unwrap();
            (client, call)
        });
        let (flood, others) = flooded(&ready, round, flood).await;
        assert_eq!(count(&others, 401), 12, "others were refused: {others:?}");
        assert!(count(&flood, 503) > 0 || count(&flood, 429) > 0, "{flood:?}");
        assert!(flood.iter().all(|status| [303, 429, 503].contains(status)), "{flood:?}");
    }
}

#[tokio::test]
async fn s105_refused_and_wrong_passwords_do_not_block_others() {
    let (_process, mut owner, ready) = slow().await;
    owner.get("/_auth/account/password").await;
    let flood = (0..54).map(|_| {
        let fields = [("current_password", PASSWORD), ("new_password", "short"), ("confirm", "short")];
        let call = owner.filled_form("/_auth/account/password", &fields).unwrap();
        (owner.clone(), call)
    });
    let (flood, others) = flooded(&ready, 0, flood).await;
    assert_eq!(count(&others, 401), 12, "others were refused: {others:?}");
    assert!(flood.iter().all(|status| [422, 429, 503].contains(status)) && count(&flood, 422) <= 30, "{flood:?}");
    // One source that guesses for many accounts.
    let flood = (0..54).map(|number| {
        let client = from(ready.clone(), "198.51.100.1");
        let email = format!("somebody{number}@example.org");
        let call = client
            .filled_form("/_auth/login", &[("email", email.as_str()), ("password", "wrong wrong wrong")])
            .unwrap();
        (client, call)
    });
    let (_, others) = flooded(&ready, 1, flood).await;
    assert_eq!(count(&others, 401), 12, "others were refused: {others:?}");
}

#[tokio::test]
async fn s105_thirty_sign_ins_of_one_account_in_a_quarter_of_an_hour_are_the_last() {
    let (app, mut owner) = behind_proxy().await;
    people::invite(&mut owner, "ada@example.org", "", "user").await;
    for number in 0..30 {
        people::sign_in(&mut from(app.client(), &format!("198.51.100.{number}")), OWNER, PASSWORD).await;
    }
    let refused = people::try_sign_in(&mut from(app.client(), "203.0.113.1"), OWNER, PASSWORD).await;
    assert_eq!(refused.status, 429);
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    // A known device is no way round it, and other accounts are none of its business.
    let mut known = owner.clone();
    people::sign_out(&mut known).await;
    assert_eq!(people::try_sign_in(&mut known, OWNER, PASSWORD).await.status, 429);
    assert_eq!(
        people::try_sign_in(&mut from(app.client(), "203.0.113.2"), "ada@example.org", PASSWORD).await.status,
        401
    );
    app.advance(wait);
    people::sign_in(&mut known, OWNER, PASSWORD).await;
}

#[tokio::test]
async fn s105_who_knows_the_password_cannot_keep_the_owner_from_a_reset() {
    let (app, mut owner) = behind_proxy().await;
    let fields = [("current_password", PASSWORD), ("new_password", "short"), ("confirm", "short")];
    assert_eq!(
        until_refused(&mut owner, "/_auth/account/password", "/_auth/account/password", &fields).await,
        (30, 429)
    );
    assert_eq!(people::try_sign_in(&mut from(app.client(), "198.51.100.1"), OWNER, PASSWORD).await.status, 429);
    let mut mailbox = Mailbox::of(&app.data(""));
    let mut client = from(app.client(), "203.0.113.1");
    client.submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    let token = link.split_once("token=").unwrap().1;
    assert_eq!(
        client.submit(&link, "/_auth/reset", &[("token", token), ("password", NEW), ("confirm", NEW)]).await.status,
        303
    );
    // What was counted of the old password is no hindrance either.
    people::sign_in(&mut client, OWNER, NEW).await;
}

#[tokio::test]
async fn s105_wrong_passwords_of_others_do_not_count_as_sign_ins() {
    let (app, _owner) = behind_proxy().await;
    for number in 0..40 {
        people::try_sign_in(&mut from(app.client(), &format!("198.51.100.{number}")), OWNER, "wrong wrong wrong").await;
    }
    people::sign_in(&mut from(app.client(), "203.0.113.1"), OWNER, PASSWORD).await;
}

/// Sends the form of `path` until the answer is another one, and how often it was the same.
async fn until_refused(client: &mut Client, page: &str, path: &str, fields: &[(&str, &str)]) -> (usize, u16) {
    for number in 0..50 {
        let answer = client.submit(page, path, fields).await;
        if answer.status != 422 {
            assert!(answer.header("retry-after").is_some(), "{}", answer.text());
            return (number, answer.status);
        }
    }
    (50, 422)
}

#[tokio::test]
async fn s105_right_current_passwords_on_the_account_pages_are_counted() {
    let (app, mut owner) = behind_proxy().await;
    let fields = [("current_password", PASSWORD), ("new_password", "short"), ("confirm", "short")];
    assert_eq!(
        until_refused(&mut owner, "/_auth/account/password", "/_auth/account/password", &fields).await,
        (30, 429)
    );
    let fields = [("current_password", PASSWORD), ("email", OWNER)];
    assert_eq!(
        until_refused(&mut owner, "/_auth/account/email", "/_auth/account/email", &fields).await,
        (0, 429),
        "one count for both"
    );
    app.advance(900);
    assert_eq!(until_refused(&mut owner, "/_auth/account/email", "/_auth/account/email", &fields).await, (30, 429));
    app.advance(900);
    let fields = [("current_password", PASSWORD), ("new_password", NEW), ("confirm", NEW)];
    assert_eq!(owner.submit("/_auth/account/password", "/_auth/account/password", &fields).await.status, 303);
}

#[tokio::test]
async fn s105_refused_passwords_for_a_link_or_a_claim_are_counted() {
    let app = TestApp::start(|options| options.set("PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS", "60")).await;
    let token = app.setup_token();
    let mut client = app.client();
    let weak =
        [("email", OWNER), ("password", "short"), ("confirm", "short"), ("name", ""), ("setup_token", token.as_str())];
    assert_eq!(until_refused(&mut client, "/_auth/setup", "/_auth/setup", &weak).await, (30, 429));
    app.advance(900);
    people::claim(&app).await;

    let mut mailbox = Mailbox::of(&app.data(""));
    app.client().submit("/_auth/forgot", "/_auth/forgot", &[("email", OWNER)]).await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    let token = link.split_once("token=").unwrap().1.to_owned();
    let weak = [("token", token.as_str()), ("password", "short"), ("confirm", "short")];
    assert_eq!(until_refused(&mut client, &link, "/_auth/reset", &weak).await, (30, 429));
    app.advance(900);
    let good = [("token", token.as_str()), ("password", NEW), ("confirm", NEW)];
    assert_eq!(client.submit(&link, "/_auth/reset", &good).await.status, 303, "the link is as good as it was");
}

#[tokio::test]
async fn s105_a_visitor_whose_connections_break_off_leaves_the_queue_to_others() {
    let (process, _owner, ready) = slow().await;
    let html = ready.clone().get("/_auth/login").await.text();
    let token = page::csrf_token(&html).unwrap();
    for number in 0..60 {
        let email = format!("somebody{number}@example.org");
        let body = encode_form(&[
            ("csrf_token", token.as_str()),
            ("email", email.as_str()),
            ("password", "wrong wrong wrong"),
        ]);
        let head = ready.raw_head("POST", "/_auth/login");
        let more = format!(
            "Origin: {}\r\nX-Forwarded-For: 198.51.100.1\r\nContent-Type: \
                application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            process.app_url(),
            body.len()
        );
        let mut stream = std::net::TcpStream::connect(process.address()).unwrap();
        std::io::Write::write_all(&mut stream, format!("{head}{more}").as_bytes()).unwrap();
    }
    let (_, others) = flooded(&ready, 0, std::iter::empty()).await;
    assert_eq!(count(&others, 401), 12, "others were refused: {others:?}");
}
