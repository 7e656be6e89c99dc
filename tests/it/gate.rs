//! The reverse proxy: what reaches the app and what comes back.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use super::support::client::Call;
use super::support::people;

#[tokio::test]
async fn s71_s77_s78_identity_comes_from_the_gate_alone() {
    let (_app, upstream, mut owner) = people::with_app().await;
    let call = Call::fetch("GET", "/echo")
        .header("remote-user", "evil")
        .header("remote_user", "evil")
        .header("x-forwarded-for", "6.6.6.6")
        .header("x-real-ip", "6.6.6.6")
        .header("forwarded", "for=6.6.6.6")
        .header("x-original-url", "/admin")
        .header("connection", "remote-user, x-forwarded-for")
        .header("x-own", "kept");
    assert_eq!(owner.send(call).await.status, 200);
    let seen = upstream.last();
    assert_eq!(seen.all("remote-user"), [people::OWNER]);
    assert_eq!(seen.all("remote-groups"), ["admin"]);
    assert_eq!(seen.all("remote-name"), ["Olive Owner"]);
    assert_eq!(seen.all("remote-id").len(), 1);
    assert_eq!(seen.all("x-forwarded-for"), ["127.0.0.1"]);
    assert_eq!(seen.all("x-forwarded-proto"), ["http"]);
    assert_eq!(seen.all("host"), ["localhost:3000"]);
    assert_eq!(seen.header("x-own").as_deref(), Some("kept"));
    assert!(
        !seen.head_text().contains("evil")
            && !seen.head_text().contains("6.6.6.6")
            && !seen.head_text().contains("/admin")
    );
}

#[tokio::test]
async fn s79_cookies_of_gate_and_app_are_separated() {
    let (_app, upstream, mut owner) = people::with_app().await;
    owner.send(Call::fetch("GET", "/set-cookie")).await;
    owner.fetch("/echo").await;
    assert!(!upstream.last().head_text().contains("portcullis_"), "{}", upstream.last().head_text());
    let answer = owner.fetch("/set-our-cookies").await;
    assert!(
        answer.set_cookies().iter().all(|cookie| !cookie.name.to_lowercase().contains("portcullis_")),
        "{:?}",
        answer.set_cookies()
    );
    assert_eq!(owner.fetch("/echo").await.status, 200);
}

#[tokio::test]
async fn s75_without_a_session_not_one_byte_reaches_the_app() {
    let (app, upstream, _owner) = people::with_app().await;
    let mut stranger = app.client();
    let before = upstream.count();
    assert_eq!(stranger.get("/page?x=1").await.location(), "/_auth/login?next=/page%3Fx%3D1");
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"] {
        assert_eq!(stranger.send(Call::fetch(method, "/page")).await.status, 401, "{method}");
    }
    assert!(
        stranger.fetch("/page").await.json()["login_url"]
            .as_str()
            .unwrap()
            .starts_with("http://localhost:3000/_auth/login")
    );
    assert_eq!(stranger.web_socket("/ws", &app.app_url).await.err(), Some(401));
    assert_eq!(upstream.count(), before);
}

#[tokio::test]
async fn s76_ambiguous_framing_is_refused() {
    let (_app, upstream, owner) = people::with_app().await;
    let cookie = owner.jar.header("/").unwrap_or_default();
    let before = upstream.count();
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ] {
        let answer = owner
            .raw(format!(
                "POST /upload HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n{framing}Connection: \
                close\r\n\r\n0\r\n\r\n"
            ))
            .await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{framing:?}: {answer}");
    }
    assert_eq!(upstream.count(), before);
}

#[tokio::test]
async fn s81_large_bodies_stream_both_ways_and_keep_their_length() {
    let (_app, upstream, mut owner) = people::with_app().await;
    let body = super::support::upstream::pattern(0, 3_000_000);
    let answer = owner.send(Call::new("POST", "/upload").body(&body)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.last().header("content-length").as_deref(), Some("3000000"));
    assert_eq!(upstream.last().header("transfer-encoding"), None);
    let big = owner.fetch("/big?size=3000000").await;
    assert_eq!(super::support::upstream::checksum(&big.body), super::support::upstream::checksum(&body));
}

#[tokio::test]
async fn s81_an_app_that_is_away_is_an_honest_502_without_addresses() {
    let (_app, upstream, mut owner) = people::with_app().await;
    let address = upstream.address;
    drop(upstream);
    let answer = super::support::wait::eventually("the app to be away", async || {
        let answer = owner.get("/page").await;
        (answer.status == 502).then_some(answer)
    })
    .await;
    assert!(!answer.text().contains(&address.port().to_string()) && !answer.text().contains("127.0.0.1"));
}

#[tokio::test]
async fn s80_a_web_socket_echoes_and_is_cut_when_its_session_ends() {
    let (app, _upstream, mut owner) = people::with_app().await;
    assert_eq!(owner.web_socket("/ws", "https://evil.example").await.err(), Some(403));
    let mut socket = owner.web_socket("/ws", &app.app_url).await.unwrap();
    socket.send(Message::text("hello")).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::text("hello"));
    people::sign_out(&mut owner).await;
    let end = super::support::wait::in_time("the socket to be cut", socket.next()).await;
    assert!(!matches!(end, Some(Ok(Message::Text(_) | Message::Binary(_)))), "{end:?}");
}

#[tokio::test]
async fn s80_an_event_stream_is_cut_when_its_session_ends() {
    let (_app, _upstream, mut owner) = people::with_app().await;
    let mut events = owner.open(Call::fetch("GET", "/events")).await;
    events.read_until("data:").await;
    people::sign_out(&mut owner).await;
    assert!(!super::support::wait::in_time("the stream to be cut", events.ends_properly()).await);
}
