//! Answers of the app that end early, come early, or are written oddly: the client sees what the app did (S81, S110).

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::people;
use super::support::wait;

/// How an app ends its connection after what it has to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Close,
    Reset,
}

/// An app that says `answer` to every request as soon as it has read its head, and then ends the connection.
async fn app_saying(answer: &str, end: End) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer: Arc<[u8]> = answer.as_bytes().into();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.windows(4).any(|four| four == b"\r\n\r\n") {
                    if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                drop(stream.write_all(&answer).await);
                if end == End::Reset {
                    // After what was said has been read, or it would be lost with the connection.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    stream.set_zero_linger().unwrap();
                }
            });
        }
    });
    address
}

async fn before(address: SocketAddr) -> (TestApp, Client) {
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let owner = people::claim(&app).await;
    (app, owner)
}

/// Whether a client that knows HTTP takes what it received for a whole answer.
async fn appears_complete(owner: &Client, address: SocketAddr, version: &str, headers: &str) -> bool {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = owner.raw_head("GET", "/x").replace("HTTP/1.1", version).replace("Connection: close\r\n", "");
    stream.write_all(format!("{head}{headers}\r\n").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = loop {
        let read = tokio::time::timeout(std::time::Duration::from_secs(3), stream.read_buf(&mut answer)).await;
        match read {
            // Kept open after a whole answer.
            Err(_silence) => break None,
            Ok(Ok(0)) => break Some(true),
            Ok(Ok(_)) => {}
            Ok(Err(_reset)) => break Some(false),
        }
    };
    let text = String::from_utf8_lossy(&answer).into_owned();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    assert!(head.starts_with("http/1.") && head.contains(" 200"), "{version} {headers:?}: {text}");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    if head.contains("transfer-encoding: chunked") {
        assert_eq!(version, "HTTP/1.1", "no chunks in HTTP/1.0");
        body.ends_with("0\r\n\r\n")
    } else if let Some(length) = length {
        body.len() == length
    } else {
        ended == Some(true)
    }
}

const HANDSHAKE: &str = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\nOrigin: http://localhost:3000\r\n";

/// What requests offer.
const OFFERS: [(&str, &str); 9] = [
    ("HTTP/1.1", ""),
    ("HTTP/1.1", "Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"),
    ("HTTP/1.1", "Connection: upgrade\r\n"),
    ("HTTP/1.1", "Upgrade: h2c\r\n"),
    ("HTTP/1.1", "Connection: keep-alive, Upgrade\r\nUpgrade: TLS/1.2, foo/2\r\n"),
    ("HTTP/1.1", HANDSHAKE),
    ("HTTP/1.0", ""),
    ("HTTP/1.0", "Connection: keep-alive\r\n"),
    ("HTTP/1.0", "Connection: upgrade\r\nUpgrade: h2c\r\n"),
];

#[tokio::test]
async fn s110_an_incomplete_response_is_recognisable_whatever_was_offered() {
    for (answer, end) in [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", End::Close),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", End::Close),
        ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", End::Close),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nonly this", End::Reset),
    ] {
        let (app, owner) = before(app_saying(answer, end).await).await;
        for (version, offer) in OFFERS {
            assert!(
                !appears_complete(&owner, app.address, version, offer).await,
                "{answer:?} to {version} {offer:?} seems complete"
            );
        }
    }
}

#[tokio::test]
async fn s110_a_complete_response_is_complete_whatever_was_offered() {
    for answer in [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello",
    ] {
        let (app, owner) = before(app_saying(answer, End::Close).await).await;
        for (version, offer) in OFFERS {
            assert!(appears_complete(&owner, app.address, version, offer).await, "{answer:?} to {version} {offer:?}");
        }
    }
}

#[tokio::test]
async fn s81_an_answer_that_comes_before_the_end_of_an_upload_reaches_the_client() {
    let refusal = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much";
    let (app, mut owner) = before(app_saying(refusal, End::Close).await).await;
    let body = vec![b'a'; 8_000_000];
    for round in 0..12 {
        let answer = owner.send(Call::new("POST", "/upload").body(&body)).await;
        assert_eq!((answer.status, answer.text().as_str()), (413, "too much"), "round {round}");
    }
    // Chunked, by a client that reads only when it has sent all, or cannot send any more.
    let head =
        owner.raw_head("PUT", "/upload").replace("Connection: close\r\n", "") + "Transfer-Encoding: chunked\r\n\r\n";
    for round in 0..6 {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..100 {
            if stream.write_all(format!("{:x}\r\n{}\r\n", 32_768, "a".repeat(32_768)).as_bytes()).await.is_err() {
                break;
            }
        }
        let mut answer = Vec::new();
        wait::in_time("the early answer", async {
            while !answer.ends_with(b"too much") && matches!(stream.read_buf(&mut answer).await, Ok(1..)) {}
        })
        .await;
        assert!(answer.starts_with(b"HTTP/1.1 413"), "round {round}: {}", String::from_utf8_lossy(&answer));
    }
}

#[tokio::test]
async fn s81_an_app_that_goes_away_during_an_upload_is_a_502() {
    let (_app, mut owner) = before(app_saying("", End::Close).await).await;
    for _ in 0..4 {
        assert_eq!(owner.send(Call::new("POST", "/upload").body(vec![b'a'; 2_000_000])).await.status, 502);
    }
}

#[tokio::test]
async fn headers_that_browsers_would_take_pass() {
    for lines in [101, 250, 900] {
        let many: Vec<String> = (0..lines).map(|line| format!("X-Line-{line}: {line}\r\n")).collect();
        let many = many.concat();
        let (_app, owner) =
            before(app_saying(&format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{many}\r\nok"), End::Close).await)
                .await;
        // Not with the client of the other tests, which has such a limit itself.
        let answer = owner.raw(owner.raw_head("GET", "/x") + "\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\nok"), "{lines} lines: {answer}");
        assert_eq!(answer.lines().filter(|line| line.starts_with("x-line-")).count(), lines);
    }
    let odd = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Folded: one\r\n two\r\n\tthree\r\nbad name: x\r\n: \
        nameless\r\nno colon at all\r\n\
        X-Spaced : spaced\r\nX-\u{fc}: x\r\nX-Last: last\r\n\r\nok";
    let (_app, mut owner) = before(app_saying(odd, End::Close).await).await;
    let answer = owner.fetch("/x").await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok"));
    assert_eq!(answer.header("x-folded"), Some("one two three"));
    assert_eq!((answer.header("x-spaced"), answer.header("x-last")), (Some("spaced"), Some("last")));
}

#[tokio::test]
async fn s79_no_odd_way_of_writing_a_header_sets_our_cookies() {
    let forged = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie : portcullis_access_3000=x\r\nSet-Cookie:\r\n \
        portcullis_session_3000=x\r\n\
        Set-Cookie:\r\n\t__Host-Http-portcullis_refresh=x\r\nset-cookie\t: portcullis_form=x\r\nSet-Cookie: \
        theirs=1;\r\n Path=/\r\n\r\nok";
    let (_app, mut owner) = before(app_saying(forged, End::Close).await).await;
    let cookies: Vec<String> = owner.fetch("/x").await.set_cookies().into_iter().map(|cookie| cookie.name).collect();
    assert_eq!(cookies, ["theirs"]);
}
