//! The proxy at its edges: methods, framing, connections that break (S76, S80, S81).

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::people;
use super::support::upstream::{checksum, pattern};
use super::support::wait;

/// An app that answers each connection with the next of `scripts`, raw, and then closes it. Counts the requests it
/// read.
async fn scripted(
    scripts: Vec<&'static str>,
) -> (std::net::SocketAddr, std::sync::Arc<std::sync::atomic::AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let count = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let seen = count.clone();
    tokio::spawn(async move {
        for script in scripts {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap() == 0 {
                    break;
                }
            }
            seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            stream.write_all(script.as_bytes()).await.unwrap();
        }
    });
    (address, count)
}

async fn before(address: std::net::SocketAddr) -> (TestApp, Client) {
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let owner = people::claim(&app).await;
    (app, owner)
}

#[tokio::test]
async fn every_method_passes_and_bodies_arrive_whole() {
    let (_app, upstream, mut owner) = people::with_app().await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        let answer = owner.send(Call::new(method, "/echo").body("hello")).await;
        assert_eq!((answer.status, answer.json()["method"].as_str()), (200, Some(method)), "{method}");
        assert_eq!(upstream.last().body, b"hello", "{method}");
    }
    assert_eq!(owner.send(Call::new("OPTIONS", "/echo")).await.status, 200);
    let head = owner.send(Call::new("HEAD", "/big?size=12345")).await;
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("12345"), 0));
    for status in [204, 304] {
        let answer = owner.get(&format!("/status/{status}")).await;
        assert_eq!((answer.status, answer.body.len()), (status, 0));
    }
}

#[tokio::test]
async fn the_query_and_the_path_arrive_byte_for_byte() {
    let (_app, upstream, mut owner) = people::with_app().await;
    for target in [
        "/echo?a=%2F..%2F&b=%7C{}&c=a+b&&=",
        "/echo?next=http://x.example/?y=1",
        "/caf%C3%A9/%E2%82%AC?x=%ff",
        "/echo?",
    ] {
        assert_eq!(owner.fetch(target).await.status, 200, "{target}");
        assert_eq!(upstream.last().target(), target);
    }
}

#[tokio::test]
async fn a_chunked_upload_arrives_whole() {
    let (_app, upstream, owner) = people::with_app().await;
    let head = format!("{}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n", owner.raw_head("POST", "/upload"));
    let answer = owner.raw(format!("{head}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(upstream.last().body, b"hello world");
}

#[tokio::test]
async fn a_refused_handshake_is_an_answer_a_client_can_read() {
    let (_app, _upstream, owner) = people::with_app().await;
    let handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: \
        dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nOrigin: http://localhost:3000\r\n";
    let answer = owner.raw(format!("{}{handshake}\r\n", owner.raw_head("GET", "/status/404"))).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 404") && !head.to_lowercase().contains("chunked"), "{head}");
    assert!(body.starts_with("<!doctype html>") && body.ends_with("</h1>"), "{body}");
}

#[tokio::test]
async fn http_1_0_gets_an_answer_it_understands() {
    let (app, _upstream, owner) = people::with_app().await;
    let head = owner.raw_head("GET", "/events").replace("HTTP/1.1", "HTTP/1.0");
    let mut stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("data: 2") {
        assert!(wait::in_time("an event", stream.read_buf(&mut answer)).await.unwrap() > 0);
    }
    let text = String::from_utf8_lossy(&answer).into_owned();
    assert!(!text.to_lowercase().contains("transfer-encoding"), "{text}");
}

#[tokio::test]
async fn s81_an_answer_that_breaks_off_never_looks_complete() {
    let cut = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    let (address, _) = scripted(vec![cut, chunked]).await;
    let (_app, mut owner) = before(address).await;
    for _ in 0..2 {
        let mut answer = owner.open(Call::fetch("GET", "/x")).await;
        assert_eq!(answer.head.status, 200);
        assert!(!answer.ends_properly().await);
    }
}

#[tokio::test]
async fn s81_a_read_is_asked_again_when_the_connection_broke_and_a_post_never_is() {
    let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    let (address, count) = scripted(vec!["", fine, "", fine]).await;
    let (_app, mut owner) = before(address).await;
    let read = owner.fetch("/x").await;
    assert_eq!((read.status, read.text()), (200, "ok".to_owned()));
    let posted = owner.send(Call::new("POST", "/x").body("once")).await;
    assert_eq!(posted.status, 502);
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 3, "a POST was sent twice");
}

#[tokio::test]
async fn informational_answers_and_odd_headers_of_the_app_pass() {
    let odd = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Odd: \
        caf\u{e9}\r\nConnection: close, X-Hop\r\nX-Hop: gone\r\nKeep-Alive: timeout=5\r\n\r\nok";
    let (address, _) = scripted(vec![odd]).await;
    let (_app, mut owner) = before(address).await;
    let answer = owner.fetch("/x").await;
    assert_eq!((answer.status, answer.text()), (200, "ok".to_owned()));
    assert!(
        answer.header("x-odd").is_some() && answer.header("x-hop").is_none() && answer.header("keep-alive").is_none()
    );
}

#[tokio::test]
async fn a_slow_answer_holds_up_nobody_else() {
    let (_app, _upstream, mut owner) = people::with_app().await;
    let mut other = owner.clone();
    let slow = tokio::spawn(async move { other.fetch("/slow?ms=1500").await.status });
    for _ in 0..20 {
        assert_eq!(owner.fetch("/echo").await.status, 200);
    }
    assert!(!slow.is_finished(), "the slow one was not slow");
    assert_eq!(slow.await.unwrap(), 200);
}

#[tokio::test]
async fn a_large_download_is_the_same_on_the_other_side() {
    let (_app, _upstream, mut owner) = people::with_app().await;
    let answer = owner.get("/big?size=5000000").await;
    assert_eq!(checksum(&answer.body), checksum(&pattern(0, 5_000_000)));
}
