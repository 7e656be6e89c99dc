//! With the last second factor the proofs of it are forgotten, in every session and on every node (S126, S127).

use futures_util::StreamExt;

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::client::Client;
use super::support::nodes::Nodes;
use super::support::page;
use super::support::passkey;
use super::support::phone::{self, FACTORS, halfway, with_phone};
use super::support::wait;

const DEFAULT: &str = "/_auth/admin/apps/default";

/// Lets in to `path` who proved a factor.
async fn demand(owner: &mut Client, path: &str) {
    app_pages::add_rule(owner, DEFAULT, RuleForm::who_proved_a_factor(path)).await;
}

/// Removes the oldest factor of this browser's account.
async fn remove(client: &mut Client) {
    let id = page::data(&client.get(FACTORS).await.text(), "factor-id").unwrap();
    assert_eq!(client.submit(FACTORS, &format!("{FACTORS}/{id}/remove"), &[]).await.status, 303);
}

#[tokio::test]
async fn s127_with_the_last_factor_its_proofs_are_forgotten_and_streams_close() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    demand(&mut owner, "/ws").await;
    demand(&mut owner, "/vault").await;
    let mut second = halfway(&app).await;
    assert_eq!(phone::answer(&mut second, &phone.code()).await.status, 303);
    app.advance(60);
    phone::add(&mut owner, &app.clock).await;
    remove(&mut owner).await;
    assert_eq!(owner.get("/vault").await.status, 200, "another one is left");
    let mut socket = second.web_socket("/ws", "http://localhost:3000").await.unwrap();
    remove(&mut owner).await;
    for client in [&mut owner, &mut second] {
        assert!(client.get("/vault").await.location().contains("/_auth/confirm"));
        assert_eq!(client.fetch("/vault").await.status, 403);
        assert_eq!(client.get("/page").await.status, 200, "the session goes on");
    }
    wait::in_time("the socket to be closed", async { while let Some(Ok(_)) = socket.next().await {} }).await;
    assert_eq!(second.web_socket("/ws", "http://localhost:3000").await.err(), Some(403));
    let (_key, made) = passkey::make(&mut owner, "").await;
    assert_eq!(made.status, 200, "{}", made.text());
    assert_eq!(owner.get("/vault").await.status, 200, "a new one");
}

/// What one node removes is proved on no other, though each has the sessions in memory.
async fn assert_forgotten(with_redis: bool) {
    let Some(nodes) = Nodes::start(3, with_redis).await else { return };
    let mut owner = nodes.owner().await;
    let (phone, _) = phone::add(&mut owner, &nodes.clock).await;
    nodes.clock.advance(60);
    demand(&mut owner, "/vault").await;
    let first: &TestApp = &nodes.apps[0];
    let mut second = halfway(first).await;
    assert_eq!(phone::answer(&mut second, &phone.code()).await.status, 303);
    let everywhere = |owner: &Client| -> Vec<Client> {
        (0..3).flat_map(|number| [owner, &second].map(|client| nodes.at(number, client))).collect()
    };
    assert_eq!(statuses(everywhere(&owner), "/vault").await, [200; 6]);
    remove(&mut owner).await;
    assert_eq!(statuses(everywhere(&owner), "/vault").await, [403; 6]);
    assert_eq!(statuses(everywhere(&owner), "/page").await, [200; 6], "the sessions go on");
}

async fn statuses(clients: Vec<Client>, path: &str) -> Vec<u16> {
    let mut found = Vec::new();
    for mut client in clients {
        found.push(client.fetch(path).await.status);
    }
    found
}

#[tokio::test]
async fn s127_the_proofs_of_the_last_factor_are_forgotten_on_all_nodes() {
    assert_forgotten(false).await;
}

#[tokio::test]
async fn s127_the_proofs_of_the_last_factor_are_forgotten_in_redis_too() {
    assert_forgotten(true).await;
}
