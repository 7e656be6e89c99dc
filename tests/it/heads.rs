//! Heads of requests: at most 64 KiB on every route, and few that are not over (S96, S104).

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::people;
use super::support::upstream::Upstream;
use super::support::wait;

/// Every kind of route.
const ROUTES: [&str; 9] = [
    "/page",
    "/_auth/login",
    "/_auth/account",
    "/_auth/nothing",
    "/_auth/static/nothing",
    "/_auth/api/session",
    "/_auth/health/live",
    "/_auth/metrics",
    "/.well-known/change-password",
];

async fn open() -> (TestApp, Upstream) {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.trusted_proxies = Some("127.0.0.1/32".to_owned());
    })
    .await;
    people::claim(&app).await;
    (app, upstream)
}

/// A head of `length` bytes, its end included.
fn head(path: &str, length: usize) -> String {
    let begin = format!("GET {path} HTTP/1.1\r\nHost: localhost:3000\r\nX-Forwarded-Uri: /\r\nX-Original-URI: /\r\n");
    let mut lines = begin;
    let filler = "X-Filler: ".to_owned() + &"a".repeat(4096) + "\r\n";
    while lines.len() + 4200 < length {
        lines += &filler;
    }
    let rest = length - lines.len() - "X-Last: \r\n\r\n".len();
    lines + "X-Last: " + &"b".repeat(rest) + "\r\n\r\n"
}

/// Sends bytes and reads until the head of an answer is there; empty when the connection ends without one.
async fn exchange(stream: &mut TcpStream, bytes: &[u8]) -> String {
    let (mut reading, mut writing) = stream.split();
    let mut answer = Vec::new();
    let read = async {
        while !answer.windows(4).any(|four| four == b"\r\n\r\n") {
            if matches!(wait::in_time("an answer", reading.read_buf(&mut answer)).await, Ok(0) | Err(_)) {
                return;
            }
        }
    };
    let write = async { drop(writing.write_all(bytes).await) };
    tokio::join!(read, write);
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn s96_a_head_over_64_kib_is_refused_on_every_route() {
    let (app, upstream) = open().await;
    let before = upstream.count();
    for path in ROUTES {
        for length in [66_000, 90_000, 129_000, 400_000] {
            let mut stream = TcpStream::connect(app.address).await.unwrap();
            let answer = exchange(&mut stream, head(path, length).as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 431"), "{path} with {length}: {answer}");
        }
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let answer = exchange(&mut stream, head(path, 65_000).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 ") && !answer.starts_with("HTTP/1.1 431"), "{path}: {answer}");
    }
    assert_eq!(upstream.count(), before);
}

#[tokio::test]
async fn s96_what_a_proxy_asks_with_a_head_over_64_kib_is_not_let_in() {
    let (app, _upstream) = open().await;
    for dialect in ["nginx", "traefik", "caddy", "haproxy", "envoy"] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let answer = exchange(&mut stream, head(&format!("/_auth/verify/{dialect}"), 66_000).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{dialect}: {answer}");
    }
}

#[tokio::test]
async fn s96_a_head_over_64_kib_is_refused_later_on_a_connection_and_behind_another_request() {
    let (app, _upstream) = open().await;
    let small = "GET /_auth/health/live HTTP/1.1\r\nHost: localhost:3000\r\n\r\n";
    let form = "POST /_auth/login HTTP/1.1\r\nHost: localhost:3000\r\nOrigin: http://localhost:3000\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b";
    for first in [small, form] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        assert!(exchange(&mut stream, first.as_bytes()).await.starts_with("HTTP/1.1 "), "{first}");
        let mut rest = String::new();
        // What is left of the first answer comes before the second.
        while !rest.contains("HTTP/1.1 431") {
            let more = exchange(&mut stream, head("/_auth/login", 100_000).as_bytes()).await;
            assert!(!more.is_empty(), "after {first}: {rest}");
            rest += &more;
        }
    }
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let both = format!("{}{}", small, head("/_auth/health/live", 70_000));
    stream.write_all(both.as_bytes()).await.unwrap();
    let mut answers = Vec::new();
    drop(wait::in_time("both answers", stream.read_to_end(&mut answers)).await);
    let answers = String::from_utf8_lossy(&answers);
    assert!(answers.starts_with("HTTP/1.1 200") && answers.contains("HTTP/1.1 431"), "{answers}");
}

#[tokio::test]
async fn s96_the_page_about_an_overlong_head_says_what_to_do() {
    let (app, _upstream) = open().await;
    let cookie = format!("theirs={}", "a".repeat(66_000));
    let page = app
        .client()
        .send(
            Call::navigation("/page")
                .header("cookie", &cookie)
                .header("Accept", "text/html")
                .header("Accept-Language", "de"),
        )
        .await;
    assert_eq!(page.status, 431);
    assert!(page.text().contains("Löschen Sie die Cookies"), "{}", page.text());
    assert_eq!(page.header("connection"), Some("close"));
    let json = app.client().send(Call::fetch("GET", "/page").header("cookie", &cookie)).await;
    assert!(json.json()["message"].as_str().unwrap().contains("64 KiB"), "{}", json.text());
}

#[tokio::test]
async fn s96_a_head_that_does_not_end_is_refused_when_it_is_too_long() {
    let (app, _upstream) = open().await;
    for begin in ["GET /", "GET / HTTP/1.1\r\nX-A: ", "GET / HTTP/1.1\r\nX-A"] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        let answer = exchange(&mut stream, format!("{begin}{}", "a".repeat(200_000)).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{begin}: {answer}");
    }
}

#[tokio::test]
async fn s104_incomplete_long_heads_are_limited_and_do_not_block_others() {
    // Both ends of each connection are in this process.
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let (app, _upstream) = open().await;
    let places = 64 * std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let unfinished = format!("GET / HTTP/1.1\r\nHost: localhost:3000\r\nX-A: {}", "a".repeat(40_000));
    let mut held = Vec::new();
    for _ in 0..places + 50 {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(unfinished.as_bytes()).await.unwrap();
        held.push(stream);
    }
    // Those for which there is no place get an answer and are closed.
    let refused = wait::eventually("the refusals", async || {
        let closed = held.iter().filter(|stream| stream.try_read(&mut [0; 1]).is_ok()).count();
        (closed >= 50).then_some(closed)
    })
    .await;
    assert!(refused <= places + 50);
    let mut client = app.client();
    assert_eq!(client.get("/_auth/login").await.status, 200);
    // A long head of somebody else has to wait for a place, and gets one when they go.
    drop(held);
    wait::eventually("a place", async || {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        exchange(&mut stream, head("/_auth/health/live", 40_000).as_bytes())
            .await
            .starts_with("HTTP/1.1 200")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn s104_an_unread_body_does_not_circumvent_the_limits_of_heads() {
    let (app, _upstream) = open().await;
    let head = |first: &str| format!("{first} HTTP/1.1\r\nHost: localhost:3000\r\n");
    for (first, body) in [
        ("GET /_auth/health/ready", "Content-Length: 1\r\n\r\nx"),
        ("GET /_auth/health/live", "Content-Length: 3\r\n\r\nxyz"),
        ("GET /_auth/login", "Content-Length: 1\r\n\r\nx"),
        ("GET /_auth/static/nothing", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
        ("POST /page", "Content-Length: 1\r\n\r\nx"),
    ] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(format!("{}{body}", head(first)).as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        drop(wait::in_time("the end of the connection", stream.read_to_end(&mut answer)).await);
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.starts_with("HTTP/1.1 ") && answer.contains("connection: close"), "{first}: {answer}");
    }
    // A handler that reads the body continues.
    let form = "POST /_auth/login HTTP/1.1\r\nHost: localhost:3000\r\nOrigin: http://localhost:3000\r\n\
        Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b";
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let answer = exchange(&mut stream, form.as_bytes()).await;
    assert!(!answer.contains("connection: close"), "{answer}");
}
