//! Nodes as processes of their own: how they start together and stop one by one.

use futures_util::future::join_all;
use tempfile::TempDir;

use super::support::client::Call;
use super::support::nodes::{self, secrets};
use super::support::postgres::Postgres;
use super::support::process::{run_with, said};
use super::support::upstream::Upstream;
use super::support::{people, wait};

#[tokio::test]
async fn s86_a_node_with_another_key_or_without_one_refuses_to_start_and_says_which() {
    let Some(postgres) = Postgres::start().await else { return };
    let upstream = Upstream::start().await;
    // Three at once on an empty database: one makes the schema, all run.
    let starting = (0..3).map(|_| nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()));
    let running = join_all(starting).await;
    let start = |mut variables: Vec<(String, String)>| {
        let folder = TempDir::new().unwrap();
        variables.push(("DATABASE_URL".to_owned(), postgres.url()));
        let pairs: Vec<(&str, String)> = variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let output = run_with(folder.path(), &["start"], &pairs);
        assert!(!output.status.success());
        said(&output)
    };
    let mut own = secrets();
    "another-Key-9f8e7d6c5b4a39281706f5e4d3c2".clone_into(&mut own[2].1);
    let other = start(own);
    assert!(
        other.contains("PASSWORD_KEY") && !other.contains("TOKEN_HASH_SECRET") && !other.contains("another-Key"),
        "{other}"
    );
    let missing = start(secrets().into_iter().filter(|(name, _)| name != "TOKEN_HASH_SECRET").collect());
    assert!(missing.contains("TOKEN_HASH_SECRET") && !missing.contains("PASSWORD_KEY"), "{missing}");
    assert_eq!(running.len(), 3);
}

#[tokio::test]
async fn s74_a_node_that_stops_drains_and_the_others_go_on() {
    let Some(postgres) = Postgres::start().await else { return };
    let upstream = Upstream::start().await;
    let first = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let second = nodes::process(&postgres, None, upstream.address, TempDir::new().unwrap()).await;
    let mut owner = first.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(second.folder.path().join("data/setup-token")).unwrap())
        .await;
    // One request is under way, and is answered all the same.
    let mut slow = owner.clone();
    let asking =
        tokio::spawn(
            async move { slow.try_send(Call::fetch("GET", "/slow?ms=1500")).await.map(|answer| answer.text()) },
        );
    wait::eventually("the request to reach the app", async || (upstream.count() == 1).then_some(())).await;
    first.running.signal("TERM");
    assert_eq!(asking.await.unwrap().as_deref(), Some("slow, but here\n"));
    let (status, _folder) = first.stop();
    assert!(status.success());
    let mut there = second.client();
    there.jar = owner.jar.clone();
    assert_eq!(there.send(Call::fetch("GET", "/page")).await.status, 200);
    assert_eq!(nodes::waited_for(&postgres), 1, "a node that stopped properly is not waited for");
    assert_eq!(people::sign_out(&mut there).await.status, 303);
}
