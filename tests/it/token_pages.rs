//! The pages of machine tokens (S118).

use futures_util::StreamExt;

use super::support::app_pages::{self, RuleForm};
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::nodes::Nodes;
use super::support::people::{self, OWNER};
use super::support::tokens::{self, ALL, OWN, bearer};
use super::support::{hammer, page, wait};

const ADA: &str = "ada@example.org";

#[tokio::test]
async fn s118_people_see_and_revoke_their_own_and_admins_everybodys() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    let own = tokens::make(&mut ada, OWN, &[("name", "Ada's phone")]).await;
    let given = tokens::make(&mut owner, ALL, &[("owner", ADA), ("name", "<b>hook</b>")]).await;
    let mail = Mailbox::of(&app.data("")).wait_for("A token was made for your account").await;
    assert!(mail.header("To").contains(ADA) && !mail.text.contains(&given.token));
    assert!(mail.text.contains("“<b>hook</b>”") && mail.text.contains("app default"), "{}", mail.text);
    let of_owner = tokens::make(&mut owner, OWN, &[]).await;
    let list = ada.get(OWN).await.text();
    let names = page::all_data(&list, "name");
    assert_eq!(page::all_data(&list, "token-id").len(), 2);
    assert!(names.contains(&"<b>hook</b>".to_owned()) && names.contains(&"Ada's phone".to_owned()), "{names:?}");
    assert_eq!(page::all_data(&owner.get(ALL).await.text(), "token-id").len(), 3);
    let filtered = owner.get(&format!("{ALL}?owner={ADA}")).await.text();
    assert_eq!(page::all_data(&filtered, "token-id").len(), 2);
    assert_eq!(ada.get(ALL).await.status, 403);
    let foreign = ada.submit(OWN, &format!("{OWN}/{}/revoke", of_owner.id), &[]).await;
    assert_eq!(foreign.status, 404, "nobody revokes another's");
    tokens::revoke(&mut owner, ALL, &own).await;
    let mut machine = app.client();
    assert_eq!(machine.send(bearer(&own.token, "/page")).await.status, 401);
    assert_eq!(machine.send(bearer(&given.token, "/page")).await.status, 200);
    let trail = owner.get("/_auth/admin/audit").await.text();
    for event in ["token.created", "token.revoked", "token.refused"] {
        assert!(trail.contains(&format!("data-event=\"{event}\"")), "{event}");
    }
    assert!([&own, &given, &of_owner].iter().all(|made| !trail.contains(&made.token)));
}

#[tokio::test]
async fn s118_what_is_wrong_is_said_at_its_field_and_makes_no_token() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    let rule = RuleForm { path: "/", who: "members", people: OWNER, ..RuleForm::default() };
    app_pages::add_rule(&mut owner, "/_auth/admin/apps/default", rule).await;
    let forbidden = ada.submit(OWN, OWN, &[("name", "x"), ("app", "default")]).await;
    assert_eq!(forbidden.status, 422, "an app that its owner may not enter");
    assert!(!ada.get(OWN).await.text().contains("value=\"default\""));
    for (fields, field) in [
        (vec![("name", "")], "name"),
        (vec![("name", &*"x".repeat(300))], "name"),
        (vec![("app", "nothing")], "app"),
        (vec![("path", "api")], "path"),
        (vec![("path", "/a/../b")], "path"),
        (vec![("methods", "get")], "methods"),
        (vec![("networks", "10.0.0.0/64")], "networks"),
        (vec![("expires", "tomorrow")], "expires"),
        (vec![("expires", "2020-01-01")], "expires"),
        (vec![("expires", "2999-01-01")], "expires"),
    ] {
        let usual = [("name", "x"), ("app", "default")].into_iter().filter(|(name, _)| *name != fields[0].0);
        let answer = owner.submit(OWN, OWN, &usual.chain(fields.clone()).collect::<Vec<_>>()).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(answer.text().contains(&format!("href=\"#{field}\"")), "{fields:?}");
    }
    let unknown = owner.submit(ALL, ALL, &[("owner", "x@example.org"), ("name", "x"), ("app", "default")]).await;
    assert_eq!(unknown.status, 422);
    assert!(page::all_data(&owner.get(ALL).await.text(), "token-id").is_empty());
    for _ in 0..50 {
        tokens::make(&mut owner, OWN, &[]).await;
    }
    let answer = owner.submit(OWN, OWN, &[("name", "x"), ("app", "default")]).await;
    assert_eq!(answer.status, 422, "fifty are enough");
    // Whatever clock is the earlier one: that of the tests, or that of PostgreSQL.
    app.execute("UPDATE machine_tokens SET expires_at = 1000000;");
    tokens::make(&mut owner, OWN, &[]).await;
}

#[tokio::test]
async fn s118_nothing_is_made_for_an_app_that_was_deleted_a_moment_ago() {
    let (app, upstream, mut owner) = people::with_app().await;
    let wiki = app_pages::create(&mut owner, "Wiki", "http://wiki.example:3000", &upstream.url()).await;
    let (id, new_link) = (wiki.rsplit('/').next().unwrap(), format!("{wiki}/links/new"));
    assert_eq!(owner.get(&new_link).await.status, 200);
    // By another node, whose notice is still on its way.
    app.execute(&format!("DELETE FROM apps WHERE id = '{id}';"));
    assert_eq!(owner.post_form(&new_link, &[("path", "/hook")]).await.status, 404);
    let token = owner.submit(OWN, OWN, &[("name", "x"), ("app", id)]).await;
    assert_eq!((token.status, page::data(&token.text(), "link")), (422, None));
    assert!(page::all_data(&owner.get(ALL).await.text(), "token-id").is_empty());
}

#[tokio::test]
async fn s118_the_store_has_a_keyed_hash_and_no_token() {
    let app = super::support::app::TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    let token = tokens::make(&mut owner, OWN, &[]).await.token;
    drop(owner.get(OWN).await);
    let (stored, has) =
        (app.stored(), |stored: &[u8], text: &[u8]| stored.windows(text.len()).any(|part| part == text));
    assert!(has(&stored, b"machine_tokens"), "nothing was read");
    assert!(!has(&stored, &token.as_bytes()[3..46]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s118_no_node_lets_a_revoked_token_in_after_the_answer() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let mut owner = nodes.owner().await;
    let mut grants = hammer::Grants::default();
    for number in 0..hammer::tries(6) {
        let made = tokens::make(&mut owner, OWN, &[]).await;
        let mut sockets = Vec::new();
        let machines = (0..3).map(|node| {
            let mut machine = nodes.apps[node].client();
            machine.always("Authorization", &format!("Bearer {}", made.token));
            machine
        });
        let machines: Vec<Client> = machines.collect();
        for machine in &machines {
            // The refused requests of the round before make the next unknown token wait for a moment.
            let open = async || machine.web_socket("/ws", &nodes.apps[0].app_url).await.ok();
            sockets.push(wait::eventually("the token to open a socket", open).await);
        }
        let mut at = nodes.at(number % 3, &owner);
        let revoke = async || tokens::revoke(&mut at, OWN, &made).await;
        grants.until(machines, "/page", revoke).await;
        for mut socket in sockets {
            wait::in_time("an open socket to be cut", async { while let Some(Ok(_)) = socket.next().await {} }).await;
        }
        for app in &nodes.apps {
            let status = app.client().send(bearer(&made.token, "/page")).await.status;
            assert!(matches!(status, 401 | 429), "{status}");
        }
    }
    grants.report("revocations of tokens");
    assert_eq!(grants.wrong, 0);
}
