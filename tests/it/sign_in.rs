//! Signing in: neutral answers, limits, forms.

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::people::{self, OWNER, PASSWORD};

async fn claimed() -> TestApp {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1".to_owned())).await;
    people::claim(&app).await;
    app
}

/// A browser whose requests come through a trusted proxy from `source`.
fn from(app: &TestApp, source: &str) -> super::support::client::Client {
    let mut client = app.client();
    client.always("x-forwarded-for", source);
    client
}

#[tokio::test]
async fn s16_s21_every_refusal_is_the_same_neutral_answer() {
    let app = claimed().await;
    let mut client = app.client();
    let mut answers = Vec::new();
    for (email, password) in
        [(OWNER, "not the password"), ("nobody@example.org", PASSWORD), ("no address", PASSWORD), (OWNER, "q.q")]
    {
        let answer = people::try_sign_in(&mut client, email, password).await;
        assert_eq!(answer.status, 401);
        assert!(!answer.text().contains(password) && answer.header("cache-control").unwrap().contains("no-store"));
        answers.push(super::support::page::error_summary(&answer.text()));
    }
    assert!(answers[0].is_some() && answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
}

#[tokio::test]
async fn s17_one_person_has_one_address_however_it_is_typed() {
    let app = claimed().await;
    assert_eq!(people::try_sign_in(&mut app.client(), " Owner@EXAMPLE.org ", PASSWORD).await.status, 303);
    assert_eq!(people::try_sign_in(&mut app.client(), "owne_@example.org", PASSWORD).await.status, 401);
    assert_eq!(people::try_sign_in(&mut app.client(), "%@example.org", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn s19_a_sign_in_makes_a_new_session_and_ends_the_old_one() {
    let app = claimed().await;
    let mut client = people::another_browser(&app).await;
    let old = client.jar.clone();
    client.jar.remove("portcullis_access");
    client.jar.remove("portcullis_refresh");
    people::sign_in(&mut client, OWNER, PASSWORD).await;
    assert!(people::who_am_i(&mut client).await.is_some());
    let mut stale = app.client();
    stale.jar = old;
    assert_eq!(people::who_am_i(&mut stale).await, None);
}

#[tokio::test]
async fn s24_ten_failures_of_a_source_are_followed_by_429_even_for_the_right_password() {
    let app = claimed().await;
    let mut client = from(&app, "192.0.2.7");
    for number in 0..10 {
        assert_eq!(
            people::try_sign_in(&mut client, &format!("a{number}@example.org"), "wrong wrong wrong").await.status,
            401
        );
    }
    let throttled = people::try_sign_in(&mut client, OWNER, PASSWORD).await;
    assert_eq!(throttled.status, 429);
    let wait: i64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait));
    assert_eq!(people::try_sign_in(&mut from(&app, "192.0.2.8"), OWNER, PASSWORD).await.status, 303);
    app.advance(wait);
    assert_eq!(people::try_sign_in(&mut client, OWNER, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn s25_s26_distributed_guessing_ends_at_a_hundred_and_locks_no_known_device_out() {
    let app = claimed().await;
    let mut known = people::another_browser(&app).await;
    people::sign_out(&mut known).await;
    let (mut evaluated, mut throttled) = (0, 0);
    for number in 0..120 {
        let mut client = from(&app, &format!("198.51.{}.{}", number / 200, number % 200 + 1));
        match people::try_sign_in(&mut client, OWNER, "wrong wrong wrong").await.status {
            401 => evaluated += 1,
            429 => throttled += 1,
            other => panic!("{other}"),
        }
        app.advance(3600);
    }
    assert_eq!((evaluated, throttled), (100, 20));
    assert_eq!(people::try_sign_in(&mut from(&app, "203.0.113.1"), OWNER, PASSWORD).await.status, 429);
    known.jar.remove("portcullis_form");
    assert_eq!(people::try_sign_in(&mut known, OWNER, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn s29_parallel_guesses_do_not_exceed_the_limit() {
    let app = claimed().await;
    let guesses = (0..30).map(|_| {
        let mut client = from(&app, "192.0.2.9");
        async move { people::try_sign_in(&mut client, OWNER, "wrong wrong wrong").await.status }
    });
    let answers = futures_util::future::join_all(guesses).await;
    assert_eq!(answers.iter().filter(|status| **status == 401).count(), 10, "{answers:?}");
}

#[tokio::test]
async fn s18_s63_malformed_forms_are_refused_and_change_nothing() {
    let app = claimed().await;
    let mut client = app.client();
    client.get("/_auth/login").await;
    let origin = app.app_url.clone();
    let post = |body: &str| Call::form("/_auth/login", &origin, &[]).body(body);
    for bad in ["email=%zz", "email=a&email=b", "email=%ff", "=&%"] {
        let status = client.send(post(bad)).await.status;
        assert!((400..500).contains(&status), "{bad}: {status}");
    }
    assert_eq!(client.send(post("{}").header("content-type", "application/json")).await.status, 415);
    assert_eq!(client.send(post(&"x".repeat(70_000))).await.status, 413);
    let by_get = client.get(&format!("/_auth/login?email={OWNER}&password={PASSWORD}")).await;
    assert_eq!(by_get.status, 200);
    assert!(by_get.set_cookie("portcullis_access").is_none());
}

#[tokio::test]
async fn s61_s62_a_form_needs_its_token_and_our_origin() {
    let app = claimed().await;
    let mut client = app.client();
    let page = client.get("/_auth/login").await;
    let token = super::support::page::csrf_token(&page.text()).unwrap();
    let fields = [("csrf_token", token.as_str()), ("email", OWNER), ("password", PASSWORD), ("next", "")];
    let bad_token = [("csrf_token", "x.y"), ("email", OWNER), ("password", PASSWORD), ("next", "")];
    assert_eq!(client.send(Call::form("/_auth/login", &app.app_url, &bad_token)).await.status, 403);
    let foreign =
        client.send(Call::form("/_auth/login", "https://evil.example", &fields).without("sec-fetch-site")).await;
    assert_eq!(foreign.status, 403);
    assert!(foreign.text().contains(&app.app_url) && foreign.text().contains("https://evil.example"));
    assert_eq!(
        client
            .send(Call::form("/_auth/login", &app.app_url, &fields).header("sec-fetch-site", "cross-site"))
            .await
            .status,
        403
    );
    assert_eq!(
        client
            .send(Call::form("/_auth/login", &app.app_url, &fields).without("origin").without("sec-fetch-site"))
            .await
            .status,
        403
    );
    let mut other = app.client();
    other.get("/_auth/login").await;
    assert_eq!(
        other.send(Call::form("/_auth/login", &app.app_url, &fields)).await.status,
        403,
        "the token of another browser"
    );
    assert_eq!(client.send(Call::form("/_auth/login", &app.app_url, &fields)).await.status, 303);
}

#[tokio::test]
async fn s66_s67_every_answer_of_ours_carries_the_security_headers() {
    let app = claimed().await;
    let mut client = app.client();
    for path in ["/_auth/login", "/_auth/nothing", "/", "/_auth/account", "/_auth/health/live"] {
        let answer = client.get(path).await;
        let csp = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no CSP"));
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{path}: {csp}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("strict-origin"), "{path}");
        assert!(answer.header("strict-transport-security").is_none(), "{path} speaks of TLS over plain http");
    }
}

#[tokio::test]
async fn pages_are_for_navigations_alone() {
    let app = claimed().await;
    let mut client = app.client();
    let call = |mode: &str, dest: &str| {
        Call::navigation("/_auth/login").header("sec-fetch-mode", mode).header("sec-fetch-dest", dest)
    };
    assert_eq!(client.send(call("navigate", "document")).await.status, 200);
    assert_eq!(client.send(call("cors", "empty")).await.status, 403);
    assert_eq!(client.send(call("navigate", "iframe")).await.status, 403);
}

#[tokio::test]
async fn s19_a_new_sign_in_ends_the_session_of_every_cookie_it_came_with() {
    let app = TestApp::start(|_| {}).await;
    let owner = people::claim(&app).await;
    for kept in ["portcullis_access", "portcullis_refresh"] {
        let first = people::another_browser(&app).await;
        let mut again = first.clone();
        for name in
            ["portcullis_access", "portcullis_refresh", "portcullis_session"].iter().filter(|name| **name != kept)
        {
            again.jar.remove(name);
        }
        assert_eq!(again.get("/_auth/account").await.status, 200);
        let answer = again.post_form("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        assert_eq!(
            people::who_am_i(&mut first.clone()).await,
            None,
            "only {kept} was sent, and the old session lives on"
        );
    }
    assert_eq!(people::who_am_i(&mut owner.clone()).await.as_deref(), Some(OWNER));
}
