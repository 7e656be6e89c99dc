//! `SESSION_IDLE_MINUTES`: idle sessions end.

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::Message;

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::upstream::Upstream;
use super::support::wait;

/// Thirty minutes, a tenth of it for the note of the last use, and a minute for which a copy is used.
const SURELY_OVER: i64 = 1800 + 180 + 60 + 1;

async fn with_limit(upstream: Option<&Upstream>) -> (TestApp, Client) {
    let address = upstream.map(|upstream| upstream.address);
    let app = TestApp::start(|options| {
        options.upstream = address;
        options.set("SESSION_IDLE_MINUTES", "30");
    })
    .await;
    let owner = people::claim(&app).await;
    (app, owner)
}

#[tokio::test]
async fn a_session_in_use_stays_live_and_an_idle_one_ends() {
    let (app, mut owner) = with_limit(None).await;
    for _ in 0..6 {
        app.advance(1799);
        assert_eq!(owner.get("/_auth/account").await.status, 200);
    }
    app.advance(SURELY_OVER);
    assert_eq!(owner.get("/_auth/account").await.status, 303);
    assert_eq!(owner.fetch("/_auth/api/session").await.status, 401, "and asking again does not bring it back");
}

#[tokio::test]
async fn no_refresh_token_brings_an_unused_session_back() {
    let (app, mut owner) = with_limit(None).await;
    app.advance(SURELY_OVER);
    owner.jar.remove("portcullis_access_3000");
    let answer = owner.get("/_auth/account").await;
    assert_eq!((answer.status, answer.set_cookie("portcullis_access_3000").is_some()), (303, false));
}

#[tokio::test]
async fn an_unused_session_is_listed_no_more_and_its_open_stream_is_cut() {
    let upstream = Upstream::start().await;
    let (app, owner) = with_limit(Some(&upstream)).await;
    let mut socket = owner.web_socket("/ws", "http://localhost:3000").await.unwrap();
    app.advance(SURELY_OVER);
    wait::eventually("the socket to be cut", async || {
        matches!(socket.next().await, None | Some(Err(_) | Ok(Message::Close(_)))).then_some(())
    })
    .await;
    let mut again = app.client();
    people::sign_in(&mut again, OWNER, PASSWORD).await;
    let html = again.get("/_auth/account").await.text();
    assert_eq!(
        page::tags(&html).iter().filter(|tag| tag.attribute("action").is_some_and(|to| to.ends_with("/end"))).count(),
        0
    );
}

#[tokio::test]
async fn without_the_variable_nothing_ends_for_being_unused() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    app.advance(60 * 86_400);
    assert_eq!(owner.get("/_auth/account").await.status, 200);
}
