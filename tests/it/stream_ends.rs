//! Clients and apps that do not read, do not end, or take their time: what ended has ended for them too.

use std::sync::atomic::Ordering;
use std::time::Duration;

use diesel::{Connection, RunQueryDsl, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::people::{self, OWNER};
use super::support::upstream::FLOODED;
use super::support::wait;

#[tokio::test]
async fn s47_s80_a_client_that_does_not_read_cannot_write_to_the_app_after_the_end() {
    let (app, upstream, mut owner) = people::with_app().await;
    let other = people::another_browser(&app).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut socket = socket.connect(app.address).await.unwrap();
    let request = other.raw_head("GET", "/ws-flood").replace("Connection: close", "Connection: Upgrade");
    let rest = "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    socket.write_all(format!("{request}{rest}Origin: {}\r\n\r\n", app.app_url).as_bytes()).await.unwrap();
    let app_got = || {
        upstream
            .received()
            .iter()
            .filter(|one| one.method() == "FLOOD")
            .map(|one| String::from_utf8_lossy(&one.body).into_owned())
            .collect::<String>()
    };
    // Nobody reads, so everything between the app and this client fills up. What the client writes arrives all the
    // same.
    let (mut sent, mut still) = (0, 0);
    wait::eventually("the way to the client to be full", async || {
        let now = FLOODED.load(Ordering::Relaxed);
        still = if now == sent && now > 0 { still + 1 } else { 0 };
        sent = now;
        (still > 25).then_some(())
    })
    .await;
    socket.write_all(b"one word before").await.unwrap();
    wait::eventually("the app to hear", async || app_got().contains("one word before").then_some(())).await;
    let ended = owner.submit("/_auth/account", "/_auth/account/sessions/end-others", &[]).await;
    assert_eq!(ended.status, 303);
    drop(socket.write_all(b"one word after").await);
    wait::eventually("the app's side to be closed", async || app_got().ends_with("[closed]").then_some(())).await;
    assert!(!app_got().contains("one word after"), "{}", app_got());
}

#[tokio::test]
async fn s81_a_small_answer_that_drips_is_cut_when_its_session_ends() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let mut other = people::another_browser(&app).await;
    let mut drip = other.open(Call::fetch("GET", "/drip")).await;
    drip.read_until("a piece").await;
    let ended = owner.submit("/_auth/account", "/_auth/account/sessions/end-others", &[]).await;
    assert_eq!(ended.status, 303);
    assert!(!wait::in_time("the answer to be cut", drip.ends_properly()).await);
    // A change that ends nothing cuts nothing.
    let mut kept = owner.open(Call::fetch("GET", "/drip")).await;
    kept.read_until("a piece").await;
    assert_eq!(
        owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Olive")]).await.status,
        303
    );
    kept.read_until("a piece, a piece, a piece").await;
}

#[tokio::test]
async fn s95_an_endless_chunked_body_does_not_occupy_a_connection() {
    let (app, _upstream, owner) = people::with_app().await;
    let stranger = app.client();
    let mut open = Vec::new();
    for (client, method, path) in [
        (&stranger, "POST", "/x"),
        (&stranger, "GET", "/x"),
        (&stranger, "POST", "/_auth/nothing"),
        (&stranger, "POST", "/_auth/account"),
        (&stranger, "POST", "/_auth/health/live"),
        (&stranger, "POST", "/_auth/verify/nginx"),
        (&stranger, "GET", "/_auth/api/session"),
        (&stranger, "GET", "/_auth/static/none"),
        (&stranger, "POST", "/_auth/metrics"),
        (&stranger, "GET", "/.well-known/change-password"),
    ] {
        let head = client.raw_head(method, path).replace("Connection: close\r\n", "");
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\nab").as_bytes()).await.unwrap();
        open.push((format!("{method} {path}"), stream));
    }
    for (shown, mut stream) in open {
        let mut answer = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
        assert!(end.is_ok(), "{shown} keeps its connection: {}", String::from_utf8_lossy(&answer));
        assert!(answer.starts_with(b"HTTP/1.1 "), "{shown}: {}", String::from_utf8_lossy(&answer));
    }
    // A chunked body that does end is read, and its connection serves on.
    let head = owner.raw_head("POST", "/echo").replace("Connection: close\r\n", "");
    let again = owner.raw_head("GET", "/echo?again=1");
    let answers = owner.raw(format!("{head}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n{again}\r\n")).await;
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 2, "{answers}");
    assert!(answers.contains("\"body\":\"ab\"") && answers.contains("again=1"), "{answers}");
}

#[tokio::test]
async fn s49_a_long_download_of_the_audit_trail_ends_with_the_session() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    let mut other = people::another_browser(&app).await;
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) \
        INSERT INTO audit_events (id, at, event, actor, subject, source, detail) \
        SELECT printf('0%08d', i), 1, 'login.ok', '', '', '', hex(zeroblob(500)) FROM n";
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    diesel::sql_query("PRAGMA busy_timeout = 10000").execute(&mut database).unwrap();
    diesel::sql_query(many).execute(&mut database).unwrap();
    let mut whole = other.open(Call::navigation("/_auth/admin/audit/export")).await;
    whole.read_until(OWNER).await;
    assert_eq!(owner.submit("/_auth/account", "/_auth/account/sessions/end-others", &[]).await.status, 303);
    assert!(!whole.ends_properly().await, "thirty megabytes came after the end");
    assert!(owner.open(Call::navigation("/_auth/admin/audit/export")).await.ends_properly().await);
}

#[tokio::test]
async fn s75_an_upload_under_way_stops_with_its_session() {
    let (app, upstream, mut owner) = people::with_app().await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!("{}Transfer-Encoding: chunked\r\n\r\n", owner.raw_head("POST", "/upload"));
    stream.write_all(format!("{head}6\r\nBEFORE\r\n").as_bytes()).await.unwrap();
    wait::eventually("the upload to reach the app", async || (upstream.pieces() == 1).then_some(())).await;
    people::sign_out(&mut owner).await;
    let count = upstream.count();
    // The server may have closed already, which is as good.
    drop(stream.write_all(b"5\r\nAFTER\r\n0\r\n\r\n").await);
    let mut answer = Vec::new();
    drop(wait::in_time("the end of the upload", stream.read_to_end(&mut answer)).await);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(upstream.count() == count, "the app got the whole upload");
}
