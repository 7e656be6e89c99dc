//! Sessions, tokens, rotation and revocation.

use super::support::app::TestApp;
use super::support::client::{Call, Client};
use super::support::people::{self, OWNER, PASSWORD};

#[tokio::test]
async fn s37_s47_after_sign_out_the_old_cookies_open_nothing() {
    let (app, upstream, mut owner) = people::with_app().await;
    assert_eq!(owner.get("/page").await.status, 200);
    let stolen = owner.jar.clone();
    let answer = people::sign_out(&mut owner).await;
    assert_eq!(answer.status, 303);
    for name in ["portcullis_access", "portcullis_refresh", "portcullis_session"] {
        assert!(answer.set_cookie(name).unwrap().is_removal(), "{name} stays");
    }
    let before = upstream.count();
    let mut thief = app.client();
    thief.jar = stolen;
    assert_eq!(thief.fetch("/page").await.status, 401);
    assert_eq!(upstream.count(), before);
}

#[tokio::test]
async fn s40_s41_the_access_token_is_valid_for_an_hour_and_then_renewed_in_the_same_request() {
    let (app, upstream, mut owner) = people::with_app().await;
    app.advance(3599);
    assert!(owner.get("/page").await.set_cookies().is_empty());
    app.advance(1);
    let answer = owner.send(Call::new("POST", "/upload").body("hello")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(upstream.last().body, b"hello");
    assert!(answer.set_cookie("portcullis_access").is_some() && answer.set_cookie("portcullis_refresh").is_some());
    assert!(answer.header("cache-control").unwrap().contains("no-store"));
    assert!(owner.get("/page").await.set_cookies().is_empty());
}

#[tokio::test]
async fn s45_the_refresh_lifetime_is_absolute() {
    let (app, _upstream, mut owner) = people::with_app().await;
    app.advance(89 * 86_400);
    let answer = owner.get("/page").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.set_cookie("portcullis_refresh").unwrap().max_age(), Some(86_400));
    app.advance(86_399);
    assert_eq!(owner.get("/page").await.status, 200);
    app.advance(1);
    assert_eq!(owner.get("/page").await.status, 303);
}

#[tokio::test]
async fn s44_two_tabs_that_refresh_at_once_get_the_same_successor() {
    let (app, _upstream, owner) = people::with_app().await;
    app.advance(3700);
    let tabs = (0..8).map(|_| {
        let mut tab = app.client();
        tab.jar = owner.jar.clone();
        async move { tab.get("/page").await.set_cookie("portcullis_refresh").map(|cookie| cookie.value) }
    });
    let successors = futures_util::future::join_all(tabs).await;
    assert!(
        successors[0].is_some() && successors.iter().all(|successor| *successor == successors[0]),
        "{successors:?}"
    );
}

#[tokio::test]
async fn s42_s43_a_replayed_refresh_token_ends_the_session() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let first = owner.jar.clone();
    app.advance(3700);
    assert_eq!(owner.get("/page").await.status, 200);
    // The successor is presented: the predecessor's thirty seconds begin.
    assert_eq!(owner.get("/page").await.status, 200);
    let mut late = app.client();
    late.jar = first;
    late.jar.remove("portcullis_access");
    app.advance(29);
    let mut in_grace = app.client();
    in_grace.jar = late.jar.clone();
    assert_eq!(in_grace.fetch("/page").await.status, 200);
    app.advance(1);
    assert_eq!(late.fetch("/page").await.status, 401);
    assert_eq!(owner.fetch("/page").await.status, 401, "the family lives on");
}

#[tokio::test]
async fn s35_s39_carriers_that_disagree_or_come_twice_are_no_sign_in() {
    let (app, _upstream, owner) = people::with_app().await;
    let other = people::another_browser(&app).await;
    let value = |client: &Client, name: &str| client.jar.get(name).unwrap().to_owned();
    let (access, refresh) = (value(&owner, "portcullis_access"), value(&owner, "portcullis_refresh"));
    let ask =
        async |cookie: String| app.client().send(Call::fetch("GET", "/page").header("cookie", &cookie)).await.status;
    let session = |client: &Client| format!("portcullis_session_3000={}", value(client, "portcullis_session"));
    assert_eq!(ask(format!("portcullis_access_3000={access}")).await, 200);
    assert_eq!(ask(format!("portcullis_refresh_3000={refresh}")).await, 200);
    assert_eq!(ask(session(&owner)).await, 401);
    assert_eq!(
        ask(format!(
            "portcullis_access_3000={access}; portcullis_refresh_3000={}",
            value(&other, "portcullis_refresh")
        ))
        .await,
        401
    );
    assert_eq!(ask(format!("portcullis_access_3000={access}; {}", session(&other))).await, 401);
    assert_eq!(ask(format!("portcullis_access_3000={access}; portcullis_access_3000={access}")).await, 401);
    assert_eq!(ask(format!("portcullis_access_3000={refresh}")).await, 401);
    assert_eq!(ask(format!("portcullis_refresh_3000={access}")).await, 401);
    for other in ["portcullis_access", "portcullis_access_", "portcullis_access_3001", "portcullis_access_03000"] {
        assert_eq!(ask(format!("{other}={access}")).await, 401, "{other}");
    }
}

#[tokio::test]
async fn s50_sign_out_everywhere_ends_all_own_sessions_at_once() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let mut second = people::another_browser(&app).await;
    assert_eq!(second.fetch("/page").await.status, 200);
    let answer = owner.submit("/_auth/account", "/_auth/account/sessions/end-all", &[]).await;
    assert_eq!(answer.status, 303);
    assert_eq!((owner.fetch("/page").await.status, second.fetch("/page").await.status), (401, 401));
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    assert_eq!(owner.fetch("/page").await.status, 200);
}

#[tokio::test]
async fn s48_sign_out_is_a_post_with_a_token_and_its_page_ends_nothing() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let page = owner.get("/_auth/logout").await;
    assert!(page.status == 200 && page.text().matches("<button").count() == 1, "{}", page.text());
    assert_eq!(owner.send(Call::form("/_auth/logout", &app.app_url, &[("csrf_token", "x")])).await.status, 403);
    assert_eq!(owner.fetch("/page").await.status, 200);
}

#[tokio::test]
async fn s51_expire_auth_tokens_on_restart_ends_every_session_and_only_then() {
    let (mut app, _upstream, owner) = people::with_app().await;
    for (expire, live) in [("false", true), ("true", false)] {
        let (data, clock) = app.stop().await;
        app = TestApp::start(|options| {
            (options.data_dir, options.clock) = (Some(data), clock);
            options.set("EXPIRE_AUTH_TOKENS_ON_RESTART", expire);
        })
        .await;
        let mut client = app.client();
        client.jar = owner.jar.clone();
        assert_eq!(people::who_am_i(&mut client).await.is_some(), live, "with {expire}");
    }
}
