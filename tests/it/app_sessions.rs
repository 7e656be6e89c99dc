//! Child sessions: good on the host of one app alone (S117), and they live and end with the sign-in at the portal.

use diesel::connection::SimpleConnection;
use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::Message;

use super::support::app::TestApp;
use super::support::apps::{self, Apps, FILES, PORTAL, WIKI};
use super::support::client::{Call, Client};
use super::support::jar::bare;
use super::support::nodes::Nodes;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::upstream::Upstream;
use super::support::wait;

const CARRIERS: [&str; 3] = ["portcullis_access", "portcullis_refresh", "portcullis_session"];

/// A browser on the host `origin` with some of the cookies of another one, under the names that are used there.
fn with_cookies(apps: &Apps, origin: &str, of: &Client, names: &[&str]) -> Client {
    let mut thief = apps.browser(origin);
    let end = if origin == FILES { "" } else { "_3000" };
    for name in names {
        thief.jar.put(&format!("{name}{end}"), of.jar.get(name).unwrap());
    }
    thief
}

/// Nothing there takes the visitor for somebody.
async fn assert_nobody(browser: &mut Client, what: &str) {
    for call in [
        Call::fetch("GET", "/page"),
        Call::fetch("GET", "/_auth/api/session"),
        Call::fetch("POST", "/_auth/api/refresh"),
    ] {
        let answer = browser.send(call.clone()).await;
        assert_eq!(answer.status, 401, "{what}: {call:?}");
        assert!(answer.set_cookies().is_empty(), "{what}: {call:?} renewed something");
    }
    assert_eq!(browser.get("/page").await.status, 303, "{what}");
}

#[tokio::test]
async fn s117_the_cookies_of_one_host_are_worth_nothing_on_another() {
    let mut apps = Apps::start().await;
    let (wiki, files, portal) = (apps.entered(WIKI).await, apps.entered(FILES).await, apps.portal.clone());
    let hosts = [(WIKI, &wiki), (FILES, &files), (PORTAL, &portal)];
    for (from, of) in hosts {
        for (to, own) in hosts {
            for names in [&CARRIERS[..], &CARRIERS[..2], &CARRIERS[..1], &CARRIERS[1..2], &CARRIERS[2..]] {
                let what = format!("{names:?} of {from} at {to}");
                let mut browser = with_cookies(&apps, to, of, names);
                if from == to && names.len() != 1 {
                    assert_eq!(browser.fetch("/page").await.status, 200, "{what}: the positive control");
                } else if from != to {
                    assert_nobody(&mut browser, &what).await;
                }
                // Beside the right ones they do not agree.
                if from != to && names.len() == 1 && names[0] != "portcullis_session" {
                    let mut mixed = own.clone();
                    let name = mixed.jar.names().into_iter().find(|name| bare(name) == names[0]).unwrap().to_owned();
                    mixed.jar.put(&name, of.jar.get(names[0]).unwrap());
                    assert_eq!(mixed.fetch("/page").await.status, 401, "{what}, beside its own");
                }
            }
        }
    }
    // Nothing of it ended anything, and a verdict that was cached for one host is not used for another.
    for (origin, own) in hosts {
        let mut own = own.clone();
        assert_eq!(own.fetch("/page").await.status, 200, "{origin}");
    }
}

#[tokio::test]
async fn s117_an_expired_access_token_is_renewed_on_its_own_host_alone() {
    let mut apps = Apps::start().await;
    let (mut wiki, portal) = (apps.entered(WIKI).await, apps.portal.clone());
    apps.app.advance(3601);
    assert_nobody(&mut with_cookies(&apps, PORTAL, &wiki, &CARRIERS), "the wiki's at the portal").await;
    assert_nobody(&mut with_cookies(&apps, WIKI, &portal, &CARRIERS), "the portal's at the wiki").await;
    let renewed = wiki.send(Call::fetch("POST", "/_auth/api/refresh")).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text());
    assert_eq!(renewed.set_cookie("portcullis_refresh").unwrap().name, "portcullis_refresh_3000");
    assert_eq!(wiki.fetch("/page").await.status, 200);
    assert_eq!(people::who_am_i(&mut apps.portal).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s20_s117_the_deprecated_pair_opens_the_portals_app_alone() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.legacy = Some(("admin".to_owned(), "pair-opens-the-app-alone".to_owned()));
    })
    .await;
    apps::add(&app, "wiki", "wiki.example.net:3000", Some(address), "signed-in");
    let basic =
        || Call::fetch("GET", "/page").header("Authorization", "Basic YWRtaW46cGFpci1vcGVucy10aGUtYXBwLWFsb25l");
    let mut wiki = Client::new(app.address, WIKI);
    wait::eventually("the app to be known", async || (wiki.fetch("/page").await.status == 401).then_some(())).await;
    assert_eq!(app.client().send(basic()).await.status, 200, "the positive control");
    assert_eq!(wiki.send(basic()).await.status, 401);
    let mut pair = app.client();
    let fields = [("legacy_username", "admin"), ("legacy_password", "pair-opens-the-app-alone")];
    assert_eq!(pair.submit("/_auth/login", "/_auth/login", &fields).await.status, 303);
    assert_eq!(pair.fetch("/page").await.status, 200);
    wiki.jar.put("portcullis_session_3000", pair.jar.get("portcullis_session").unwrap());
    assert_eq!(wiki.fetch("/page").await.status, 401);
    let way = format!("/_auth/handover?app={}&origin={WIKI}&bind={}", apps::id("wiki"), "A".repeat(43));
    assert_eq!(pair.get(&way).await.status, 403);
}

/// Opens a WebSocket on each host and returns what waits for its end.
async fn socket(browser: &Client, origin: &str) -> impl Future<Output = ()> + use<> {
    let mut socket = browser.web_socket("/ws", origin).await.unwrap();
    async move {
        wait::eventually("the socket to be cut", async || {
            matches!(socket.next().await, None | Some(Err(_) | Ok(Message::Close(_)))).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn s47_s117_signing_out_ends_the_family_and_cuts_its_sockets() {
    let mut apps = Apps::start().await;
    let (mut wiki, mut files) = (apps.entered(WIKI).await, apps.entered(FILES).await);
    let cut = [socket(&wiki, WIKI).await, socket(&files, FILES).await];
    let asked = apps.portal.get("/_auth/logout").await;
    assert!(asked.status == 200 && asked.text().matches("<button").count() == 1, "{}", asked.text());
    assert_eq!(apps.portal.post_form("/_auth/logout", &[]).await.status, 303);
    assert_eq!((wiki.fetch("/page").await.status, files.fetch("/page").await.status), (401, 401));
    futures_util::future::join_all(cut).await;
    // Nor does a refresh bring one back.
    apps.app.advance(3601);
    assert_eq!(wiki.send(Call::fetch("POST", "/_auth/api/refresh")).await.status, 401);
}

#[tokio::test]
async fn s15_s50_whatever_ends_other_sign_ins_ends_their_families_and_keeps_ones_own() {
    let mut apps = Apps::start().await;
    for (path, fields) in [
        ("/_auth/account/sessions/end-others", vec![]),
        (
            "/_auth/account/password",
            vec![
                ("current_password", PASSWORD),
                ("new_password", "four-storks-sleep-on-1-roof"),
                ("confirm", "four-storks-sleep-on-1-roof"),
            ],
        ),
    ] {
        let mut own = apps.entered(WIKI).await;
        let mut elsewhere = people::another_browser(&apps.app).await;
        let mut theirs = apps.browser(WIKI);
        assert_eq!(apps::enter(&mut elsewhere, &mut theirs, "/page").await.status, 303);
        assert_eq!(theirs.fetch("/page").await.status, 200);
        let form = if fields.is_empty() { "/_auth/account" } else { path };
        assert_eq!(apps.portal.submit(form, path, &fields).await.status, 303, "{path}");
        assert_eq!((own.fetch("/page").await.status, theirs.fetch("/page").await.status), (200, 401), "{path}");
    }
    let mut own = apps.entered(FILES).await;
    let cut = socket(&own, FILES).await;
    apps.portal.submit("/_auth/account", "/_auth/account/sessions/end-all", &[]).await;
    assert_eq!(own.fetch("/page").await.status, 401);
    cut.await;
}

#[tokio::test]
async fn s49_s50_an_admin_ends_a_sign_in_or_an_account_with_its_family_and_sees_sign_ins_alone() {
    let mut apps = Apps::start().await;
    // Of two sessions of one second either may be listed first.
    apps.app.advance(1);
    let (mut ada, account) = people::member(&apps.app, &mut apps.portal, "ada@example.org", "user").await;
    let mut wiki = apps.browser(WIKI);
    assert_eq!(apps::enter(&mut ada, &mut wiki, "/page").await.status, 303);
    let list = apps.portal.get("/_auth/admin/sessions").await.text();
    let ends = list.matches("/_auth/admin/sessions/").count();
    assert_eq!(ends, 2, "the owner's and Ada's: {list}");
    let tags = page::tags(&list);
    let end = tags
        .iter()
        .filter_map(|tag| tag.attribute("action"))
        .find(|action| action.starts_with("/_auth/admin/sessions/"))
        .unwrap();
    apps.portal.post_form(end, &[]).await;
    assert_eq!(wiki.fetch("/page").await.status, 401);
    people::sign_in(&mut ada, "ada@example.org", PASSWORD).await;
    assert_eq!(apps::enter(&mut ada, &mut wiki, "/page").await.status, 303);
    assert_eq!(wiki.fetch("/page").await.status, 200);
    apps.portal.submit(&account, &format!("{account}/disable"), &[]).await;
    assert_eq!(wiki.fetch("/page").await.status, 401);
}

#[tokio::test]
async fn s42_s43_a_child_rotates_by_itself_and_a_replayed_token_ends_it_alone() {
    let mut apps = Apps::start().await;
    let (mut wiki, mut files) = (apps.entered(WIKI).await, apps.entered(FILES).await);
    let first = wiki.jar.clone();
    apps.app.advance(3601);
    assert!(wiki.get("/page").await.set_cookie("portcullis_refresh").is_some());
    assert_eq!(wiki.get("/page").await.status, 200);
    apps.app.advance(31);
    let mut late = apps.browser(WIKI);
    late.jar = first;
    assert_eq!(late.fetch("/page").await.status, 401);
    assert_eq!(wiki.fetch("/page").await.status, 401, "the child lives on");
    assert_eq!(files.get("/page").await.status, 200);
    assert_eq!(people::who_am_i(&mut apps.portal).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s45_a_child_never_outlives_its_parent() {
    let mut apps = Apps::start().await;
    apps.app.advance(89 * 86_400);
    let mut wiki = apps.browser(WIKI);
    let entered = apps::enter(&mut apps.portal, &mut wiki, "/page").await;
    for name in ["portcullis_refresh", "portcullis_session"] {
        assert_eq!(entered.set_cookie(name).unwrap().max_age(), Some(86_400), "{name}");
    }
    apps.app.advance(86_399);
    assert_eq!(wiki.get("/page").await.status, 200);
    apps.app.advance(1);
    assert_eq!(wiki.fetch("/page").await.status, 401);
}

#[tokio::test]
async fn a_child_of_a_sign_in_that_the_browser_does_not_keep_is_not_kept_either() {
    let apps = Apps::start().await;
    let mut portal = apps.app.client();
    let fields = [("email", OWNER), ("password", PASSWORD), ("keep_asked", "yes")];
    assert_eq!(portal.submit("/_auth/login", "/_auth/login", &fields).await.status, 303);
    let entered = apps::enter(&mut portal, &mut apps.browser(FILES), "/page").await;
    for name in CARRIERS {
        let cookie = entered.set_cookie(name).unwrap();
        assert!(cookie.name == name && cookie.max_age().is_none(), "{cookie:?}");
    }
}

#[tokio::test]
async fn use_of_a_child_keeps_its_sign_in_and_an_idle_sign_in_ends_with_its_children() {
    let mut apps = Apps::start_with(&[("SESSION_IDLE_MINUTES", "30")]).await;
    let mut wiki = apps.entered(WIKI).await;
    for _ in 0..4 {
        apps.app.advance(1799);
        assert_eq!(wiki.get("/page").await.status, 200);
    }
    assert_eq!(people::who_am_i(&mut apps.portal).await.as_deref(), Some(OWNER));
    apps.app.advance(1800 + 180 + 60 + 1);
    assert_eq!(wiki.fetch("/page").await.status, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s37_s50_s117_the_family_has_ended_on_every_node_when_signing_out_is_answered() {
    for with_redis in [false, true] {
        let Some(nodes) = Nodes::start(3, with_redis).await else { return };
        nodes.owner().await;
        let upstream = nodes.upstream.address;
        let add = apps::row("wiki", "wiki.example.net:3000", &format!("http://{upstream}"), "signed-in");
        let add = format!("BEGIN; {add}{} NOTIFY portcullis; COMMIT;", apps::CHANGED);
        nodes.postgres.connect().batch_execute(&add).unwrap();
        let on_each = || nodes.apps.iter().map(|node| Client::new(node.address, WIKI)).collect::<Vec<_>>();
        for mut browser in on_each() {
            let known = async || (browser.fetch("/page").await.status == 401).then_some(());
            wait::eventually("the app to be known", known).await;
        }
        for _ in 0..5 {
            // No account signs in as often as this within one window.
            nodes.clock.jump(31);
            let mut portal = nodes.apps[0].client();
            people::sign_in(&mut portal, OWNER, PASSWORD).await;
            let mut browsers = on_each();
            assert_eq!(apps::enter(&mut portal, &mut browsers[1], "/page").await.status, 303);
            let jar = browsers[1].jar.clone();
            for browser in &mut browsers {
                browser.jar = jar.clone();
                // The second answer comes from the cache of that node.
                assert_eq!((browser.fetch("/page").await.status, browser.fetch("/page").await.status), (200, 200));
            }
            assert_eq!(people::sign_out(&mut portal).await.status, 303);
            for browser in &mut browsers {
                assert_eq!(browser.fetch("/page").await.status, 401);
            }
        }
    }
}
