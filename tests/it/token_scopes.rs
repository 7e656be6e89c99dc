//! What a machine token is good for, and what it never is (S118, S119).

use futures_util::StreamExt;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::support::app_pages::{self, RuleForm};
use super::support::client::Call;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::tokens::{self, ALL, OWN, asked, basic, bearer};
use super::support::{page, wait};

const ADA: &str = "ada@example.org";
const APP: &str = "/_auth/admin/apps/default";

#[tokio::test]
async fn s119_each_carrier_lets_its_owner_in_in_both_modes_and_ends_at_the_gate() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    let token = tokens::make(&mut owner, OWN, &[]).await.token;
    let mut machine = app.client();
    for (name, value) in [
        ("Authorization", format!("Bearer {token}")),
        ("Authorization", basic("token", &token)),
        ("Authorization", basic(OWNER, &token)),
        ("X-Portcullis-Token", token.clone()),
    ] {
        let call = Call::new("POST", "/page").header(name, &value).header("X-Other", "stays").body("x");
        let answer = machine.send(call.clone()).await;
        assert_eq!(answer.status, 200, "{name}");
        assert!(answer.headers_named("set-cookie").is_empty());
        let last = upstream.last();
        assert_eq!(last.header("remote-user").as_deref(), Some(OWNER), "{name}");
        assert_eq!((last.header(name), last.header("x-other").as_deref()), (None, Some("stays")));
        assert!(!last.head_text().contains(&token));
        let answer = machine.send(asked(&call, "POST", "/page")).await;
        assert_eq!((answer.status, answer.header("remote-user")), (200, Some(OWNER)), "{name}");
    }
    for value in [basic("ada", &token), basic(&token, ""), basic("Token", &token)] {
        let before = upstream.count();
        let call = Call::new("GET", "/page").header("User-Agent", "curl/8").header("Authorization", &value);
        let answer = machine.send(call).await;
        assert_eq!(answer.status, 401, "{value}");
        assert_eq!(answer.json()["error"], "unauthorized");
        assert!(answer.header("www-authenticate").unwrap().starts_with("Basic "));
        assert_eq!(upstream.count(), before);
    }
}

#[tokio::test]
async fn s119_what_is_the_apps_reaches_it_beside_a_token_and_without_one() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    let token = tokens::make(&mut owner, OWN, &[]).await.token;
    let mut machine = app.client();
    for value in ["Bearer of-the-app", &basic("ada", "secret"), "pc_of_the_app", "Bearer pc_of_the_app"] {
        let call = Call::new("GET", "/page").header("X-Portcullis-Token", &token).header("Authorization", value);
        assert_eq!(machine.send(call).await.status, 200);
        assert_eq!(upstream.last().header("authorization").as_deref(), Some(value));
        assert_eq!(owner.send(Call::new("GET", "/page").header("Authorization", value)).await.status, 200);
        assert_eq!(upstream.last().header("authorization").as_deref(), Some(value));
        assert_eq!(machine.send(Call::new("GET", "/page").header("Authorization", value)).await.status, 401);
    }
}

#[tokio::test]
async fn s119_an_app_can_take_tokens_in_headers_of_its_own() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    let wiki = app_pages::create_with(
        &mut owner,
        "Wiki",
        "http://wiki.example:3000",
        &upstream.url(),
        &[("token_headers", "X-Api-Key")],
    )
    .await;
    let token = tokens::make(&mut owner, OWN, &[("app", wiki.rsplit('/').next().unwrap())]).await.token;
    let mut machine = app.client();
    let call = |value: &str| Call::new("GET", "/page").header("X-Api-Key", value).header("Host", "wiki.example:3000");
    assert_eq!(machine.send(call(&token)).await.status, 200);
    assert_eq!(upstream.last().header("x-api-key"), None);
    assert_eq!(machine.send(call("of-the-app")).await.status, 401);
    let both = call("of-the-app").header("X-Portcullis-Token", &token);
    assert_eq!(machine.send(both).await.status, 200);
    assert_eq!(upstream.last().header("x-api-key").as_deref(), Some("of-the-app"));
    let elsewhere = Call::new("GET", "/page").header("X-Api-Key", &token);
    assert_eq!(machine.send(elsewhere).await.status, 401, "another app does not list it");
}

#[tokio::test]
async fn s119_programs_are_asked_for_credentials_and_browsers_are_not() {
    let (app, _upstream, mut owner) = people::with_app_in_both_modes().await;
    let mut machine = app.client();
    let propfind = Call::new("PROPFIND", "/calendar/").header("User-Agent", "DAVx5/4.4 okhttp/4.12");
    for call in [
        propfind.clone(),
        asked(&propfind, "PROPFIND", "/calendar/"),
        Call::new("GET", "/page").header("User-Agent", "curl/8"),
    ] {
        let answer = machine.send(call).await;
        assert_eq!((answer.status, answer.header("www-authenticate").is_some()), (401, true));
    }
    let old = Call::new("GET", "/page").header("User-Agent", "Mozilla/5.0 (X11; Linux) Gecko/20100101");
    // A wrong token of a script in a page opens no dialog either, and one that the rules refuse asks for no other.
    let wrong = tokens::made_up(1);
    let staff = RuleForm { path: "/none", who: "nobody", ..RuleForm::default() };
    app_pages::add_rule(&mut owner, APP, staff).await;
    let right = tokens::make(&mut owner, OWN, &[]).await.token;
    for (token, path, status) in [(&wrong, "/page", 401), (&right, "/none", 403)] {
        let header = format!("Bearer {token}");
        let program = Call::new("GET", path).header("User-Agent", "curl/8").header("Authorization", &header);
        let script = Call::fetch("GET", path).header("Authorization", &header);
        for (call, is_asked) in [(program, status == 401), (script, false)] {
            for call in [asked(&call, "GET", path), call] {
                let answer = machine.send(call.clone()).await;
                let found = (answer.status, answer.header("www-authenticate").is_some());
                assert_eq!(found, (status, is_asked), "{call:?}");
            }
        }
    }
    for call in [Call::fetch("GET", "/page"), old] {
        let answer = machine.send(call).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, None));
    }
    // A proxy that copies the answer's Authorization passes on the app's own, and ours to nobody.
    let token = tokens::make(&mut owner, OWN, &[("app", "default")]).await.token;
    assert_eq!(machine.send(asked(&bearer(&token, "/page"), "GET", "/page")).await.header("authorization"), None);
}

#[tokio::test]
async fn s119_a_wrong_token_falls_back_to_nothing_and_counts_but_keeps_no_right_one_out() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    app_pages::add_rule(&mut owner, APP, RuleForm { path: "/public", who: "public", ..RuleForm::default() }).await;
    let (good, gone) = (tokens::make(&mut owner, OWN, &[]).await, tokens::make(&mut owner, OWN, &[]).await);
    tokens::revoke(&mut owner, OWN, &gone).await;
    let before = upstream.count();
    // With the cookies of somebody who is let in, on a public path, and beside a right token.
    for (path, call) in [
        ("/page", bearer(&gone.token, "/page")),
        ("/public", bearer(&gone.token, "/public")),
        ("/page", bearer(&gone.token, "/page").header("X-Portcullis-Token", &good.token)),
        ("/page", bearer(&good.token, "/page").header("X-Portcullis-Token", &gone.token)),
        ("/page", Call::navigation("/page").header("Authorization", &format!("Bearer {}", gone.token))),
    ] {
        let answer = owner.send(call.clone()).await;
        assert_eq!(answer.status, 401, "{call:?}");
        assert!(answer.header("content-type").unwrap().starts_with("application/json"), "{call:?}");
        assert_eq!(owner.send(asked(&call, "GET", path)).await.status, 401);
    }
    let answer = owner.send(bearer(&gone.token, "/page").header("Accept", "text/html")).await;
    assert_eq!((answer.status, answer.header("retry-after").is_some()), (429, true));
    let message = answer.json()["message"].to_string();
    assert!(message.contains("it was revoked") && message.contains("too many wrong tokens"), "{message}");
    assert_eq!(upstream.count(), before);
    assert_eq!(owner.send(bearer(&good.token, "/page")).await.status, 200, "a right one is let in all the same");
    assert_eq!(owner.fetch("/page").await.status, 200);
    let trail = owner.get("/_auth/admin/audit?event=token.refused").await.text();
    assert_eq!(trail.matches("data-event=\"token.refused\"").count(), 10, "each is audited, up to the limit");
    assert!(!trail.contains(&gone.token));
    // On a public path a right one says who it is.
    assert_eq!(app.client().send(bearer(&good.token, "/public")).await.status, 200);
    assert_eq!(upstream.last().header("remote-user").as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s118_each_limit_of_a_token_holds_in_every_reading_of_the_path() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    let scoped = [("path", "/api"), ("methods", "GET, POST"), ("networks", "127.0.0.0/8")];
    let token = tokens::make(&mut owner, OWN, &scoped).await.token;
    let unlimited = tokens::make(&mut owner, OWN, &[]).await.token;
    let elsewhere = tokens::make(&mut owner, OWN, &[("networks", "10.0.0.0/8")]).await.token;
    let wiki = app_pages::create(&mut owner, "Wiki", "http://wiki.example:3000", &upstream.url()).await;
    let of_wiki = tokens::make(&mut owner, OWN, &[("app", wiki.rsplit('/').next().unwrap())]).await.token;
    let mut machine = app.client();
    let mut statuses = async |call: Call| {
        app.advance(901);
        machine.send(call).await.status
    };
    for (method, path) in [("GET", "/api"), ("HEAD", "/api/x"), ("POST", "/api/x?y=/.."), ("GET", "/api/a/../b")] {
        assert_eq!(statuses(bearer(&token, path).method(method)).await, 200, "{method} {path}");
    }
    for (method, path) in [
        ("PUT", "/api/x"),
        ("get", "/api/x"),
        ("GET", "/"),
        ("GET", "/apis"),
        ("GET", "/API/x"),
        ("GET", "/api/../x"),
        ("GET", "/api/..%2fx"),
        ("GET", "/api/..;/x"),
        ("GET", "/x/../api/y"),
        ("GET", "/api/%252e%252e/x"),
        ("GET", "/api/%00"),
    ] {
        let before = upstream.count();
        assert_eq!(statuses(bearer(&token, path).method(method)).await, 401, "{method} {path}");
        assert_eq!(upstream.count(), before);
    }
    // No header makes another method of the one that it may use.
    for (token, passed) in [(&token, false), (&unlimited, true)] {
        let call = bearer(token, "/api").method("POST").header("X-HTTP-Method-Override", "DELETE");
        assert_eq!(statuses(call).await, 200);
        assert_eq!(upstream.last().header("x-http-method-override").is_some(), passed);
    }
    assert_eq!(statuses(bearer(&elsewhere, "/page")).await, 401);
    assert_eq!(statuses(bearer(&of_wiki, "/page")).await, 401);
    let at_wiki = |token: &str| bearer(token, "/api").header("Host", "wiki.example:3000");
    assert_eq!(statuses(at_wiki(&token)).await, 401);
    assert_eq!(statuses(at_wiki(&of_wiki)).await, 200);
}

#[tokio::test]
async fn s118_a_token_may_do_what_its_owner_may_and_proves_nothing() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    let (mut ada, user) = people::member(&app, &mut owner, ADA, "user").await;
    let token = tokens::make(&mut ada, OWN, &[]).await.token;
    let members = RuleForm { path: "/staff", who: "members", people: OWNER, ..RuleForm::default() };
    app_pages::add_rule(&mut owner, APP, members).await;
    app_pages::add_rule(&mut owner, APP, RuleForm { path: "/none", who: "nobody", ..RuleForm::default() }).await;
    let fresh = RuleForm { path: "/fresh", who: "signed-in", within: "600", ..RuleForm::default() };
    app_pages::add_rule(&mut owner, APP, fresh).await;
    let mut machine = app.client();
    assert_eq!(ada.fetch("/fresh").await.status, 200);
    for path in ["/staff", "/none", "/fresh"] {
        let answer = machine.send(bearer(&token, path).header("Accept", "text/html")).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (403, Some("forbidden")), "{path}");
    }
    // Another role, a disabled and a deleted owner: at once.
    assert_eq!(owner.submit(&user, &format!("{user}/role"), &[("role", "admin")]).await.status, 303);
    assert_eq!(machine.send(bearer(&token, "/page")).await.status, 200);
    assert_eq!(upstream.last().header("remote-groups").as_deref(), Some("admin"));
    assert_eq!(owner.submit(&user, &format!("{user}/disable"), &[]).await.status, 303);
    assert_eq!(machine.send(bearer(&token, "/page")).await.status, 401);
    assert_eq!(owner.submit(&user, &format!("{user}/enable"), &[]).await.status, 303);
    assert_eq!(machine.send(bearer(&token, "/page")).await.status, 401, "it came back");
    assert!(page::all_data(&owner.get(ALL).await.text(), "token-id").is_empty());
    people::sign_in(&mut ada, ADA, PASSWORD).await;
    let token = tokens::make(&mut ada, OWN, &[]).await.token;
    assert_eq!(machine.send(bearer(&token, "/page")).await.status, 200);
    let delete = format!("{user}/delete");
    assert_eq!(owner.submit(&delete, &delete, &[]).await.status, 303);
    assert_eq!(machine.send(bearer(&token, "/page")).await.status, 401);
    assert!(page::all_data(&owner.get(ALL).await.text(), "token-id").is_empty());
}

#[tokio::test]
async fn s119_no_page_and_no_endpoint_of_ours_opens_by_a_token() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    let token = tokens::make(&mut owner, OWN, &[]).await.token;
    let mut machine = app.client();
    for path in ["/_auth/account", "/_auth/account/tokens", "/_auth/admin/users", "/_auth/api/session", "/_auth/"] {
        for call in [bearer(&token, path), Call::navigation(path).header("X-Portcullis-Token", &token)] {
            let answer = machine.send(call).await;
            assert!(matches!(answer.status, 303 | 401), "{path}: {}", answer.status);
            assert!(!answer.text().contains(OWNER), "{path}");
        }
    }
    // As a cookie it is none, not even while its verdict is in memory.
    assert_eq!(machine.send(bearer(&token, "/page")).await.status, 200);
    let cookie = format!("portcullis_access_3000={token}; portcullis_session_3000={token}");
    assert_eq!(machine.send(Call::new("GET", "/page").header("Cookie", &cookie)).await.status, 401);
    assert!(upstream.received().iter().all(|request| !request.head_text().contains(&token)));
}

#[tokio::test]
async fn s118_a_token_ends_on_its_day_and_its_streams_with_it() {
    let (app, _upstream, mut owner) = people::with_app_in_both_modes().await;
    let made = tokens::make(&mut owner, OWN, &[]).await;
    let open = async |token: &str| {
        let mut request = "ws://localhost:3000/ws".into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Authorization", format!("Bearer {token}").parse().unwrap());
        let stream = tokio::net::TcpStream::connect(app.address).await.unwrap();
        tokio_tungstenite::client_async(request, stream).await.unwrap().0
    };
    let mut socket = open(&made.token).await;
    tokens::revoke(&mut owner, OWN, &made).await;
    wait::in_time("the socket to be cut", async { while let Some(Ok(_)) = socket.next().await {} }).await;
    let short = tokens::make(&mut owner, OWN, &[]).await.token;
    let (mut machine, mut socket) = (app.client(), open(&short).await);
    app.advance(90 * 86_400 - 1);
    assert_eq!(machine.send(bearer(&short, "/page")).await.status, 200);
    app.advance(1);
    assert_eq!(machine.send(bearer(&short, "/page")).await.status, 401);
    wait::in_time("the socket to end with the token", async { while let Some(Ok(_)) = socket.next().await {} }).await;
}
