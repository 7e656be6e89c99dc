//! A server that stops: what is under way ends well, what has no end does not hold it up.

use futures_util::StreamExt;
use tempfile::TempDir;

use super::support::client::Call;
use super::support::people;
use super::support::process::Process;
use super::support::upstream::Upstream;
use super::support::wait;

#[tokio::test]
async fn streams_end_when_stopping_begins_and_requests_under_way_are_answered() {
    let upstream = Upstream::start().await;
    let process =
        Process::start_with(TempDir::new().unwrap(), "start", &[("UPSTREAM_URL".to_owned(), upstream.url())]).await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap())
        .await;
    let mut events = owner.open(Call::fetch("GET", "/events")).await;
    events.read_until("data:").await;
    let mut socket = owner.web_socket("/ws", &process.app_url()).await.unwrap();
    let mut other = owner.clone();
    let before = upstream.count();
    let slow = tokio::spawn(async move { other.fetch("/slow?ms=3000").await.status });
    wait::eventually("the slow request to be under way", async || (upstream.count() > before).then_some(())).await;

    process.running.signal("TERM");
    assert!(!events.ends_properly().await);
    while let Some(Ok(_)) = wait::in_time("the end of the WebSocket", socket.next()).await {}
    assert!(!slow.is_finished(), "the streams were ended last");
    assert_eq!(slow.await.unwrap(), 200);
    assert!(process.stop().0.success());
}
