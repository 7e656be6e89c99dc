//! Forward-auth as each proxy asks; the real proxies are in proxies.rs.

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::people;

fn ask(dialect: &str) -> Call {
    let call = Call::new("GET", &format!("/_auth/verify/{dialect}")).header("accept", "text/html");
    match dialect {
        "nginx" => call.header("x-original-url", "http://localhost:3000/page?x=1"),
        _ => call.header("x-forwarded-proto", "http").header("x-forwarded-host", "localhost:3000").header("x-forwarded-uri", "/page?x=1"),
    }
}

#[tokio::test]
async fn s70_s74_each_dialect_allows_with_all_headers_and_denies_as_its_proxy_understands() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1".to_owned())).await;
    let mut owner = people::claim(&app).await;
    for dialect in ["nginx", "traefik", "caddy", "haproxy"] {
        let allowed = owner.send(ask(dialect)).await;
        assert_eq!(allowed.status, 200, "{dialect}");
        assert_eq!((allowed.header("remote-user"), allowed.header("remote-groups")), (Some(people::OWNER), Some("admin")));
        assert!(allowed.header("remote-email").is_some() && allowed.header("remote-name").is_some());
        assert!(allowed.set_cookies().is_empty());
        let denied = app.client().send(ask(dialect)).await;
        assert_eq!(denied.status, if dialect == "nginx" { 401 } else { 303 }, "{dialect}");
        assert_eq!(denied.location(), "http://localhost:3000/_auth/login?next=/page%3Fx%3D1", "{dialect}");
        let script = app.client().send(ask(dialect).header("accept", "*/*")).await;
        assert_eq!(script.status, 401, "{dialect}");
        let without = owner.send(Call::new("GET", &format!("/_auth/verify/{dialect}"))).await;
        assert_eq!(without.status, if dialect == "nginx" { 403 } else { 400 }, "{dialect} guesses");
    }
}

#[tokio::test]
async fn s28_s72_verify_answers_trusted_proxies_alone() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    assert_eq!(owner.send(ask("nginx")).await.status, 403);
}

#[tokio::test]
async fn s46_forward_auth_takes_the_refresh_token_and_never_rotates() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1".to_owned())).await;
    let mut owner = people::claim(&app).await;
    app.advance(3700);
    for _ in 0..3 {
        let answer = owner.send(ask("traefik")).await;
        assert_eq!(answer.status, 200);
        assert!(answer.set_cookies().is_empty());
    }
    people::sign_out(&mut owner.clone()).await;
    assert_eq!(owner.send(ask("traefik")).await.status, 303);
}

#[tokio::test]
async fn s79_where_the_built_in_proxy_serves_the_app_no_answer_names_its_cookies() {
    for (with_app, told) in [(false, Some("app=1")), (true, None)] {
        let app = TestApp::start(|options| {
            options.trusted_proxies = Some("127.0.0.1".to_owned());
            options.upstream = with_app.then(|| ([127, 0, 0, 1], 9).into());
        })
        .await;
        let mut owner = people::claim(&app).await;
        owner.jar.put("app", "1");
        let answer = owner.send(ask("nginx")).await;
        assert_eq!((answer.status, answer.header("cookie")), (200, told), "with an app behind: {with_app}");
    }
}

#[tokio::test]
async fn s82_a_proxy_that_asks_about_our_own_paths_in_any_spelling_hears_no() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1".to_owned())).await;
    let mut owner = people::claim(&app).await;
    for path in ["/_auth/login", "/_AUTH/x", "/%5fauth", "/_auth%2flogin", "//_auth/x"] {
        let answer = owner.send(ask("nginx").header("x-original-url", &format!("http://localhost:3000{path}"))).await;
        assert_eq!(answer.status, 403, "{path}");
        let answer = owner.send(ask("traefik").header("x-forwarded-uri", path)).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn s33_a_remembered_verdict_is_about_every_byte_of_its_token() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1".to_owned())).await;
    let owner = people::claim(&app).await;
    for name in ["portcullis_access", "portcullis_refresh"] {
        let token = owner.jar.get(name).unwrap().to_owned();
        let mut other = app.client();
        other.jar.put(name, &token);
        // Often enough that every worker has it in memory.
        for _ in 0..8 {
            assert_eq!(other.send(ask("nginx")).await.status, 200);
        }
        // Another first byte; the signature stays.
        other.jar.put(name, &format!("A{}", &token[1..]));
        assert_ne!(other.jar.get(name), Some(&*token));
        for _ in 0..8 {
            assert_eq!(other.send(ask("nginx")).await.status, 401, "{name}");
        }
    }
}

#[tokio::test]
async fn a_dialect_that_is_none_is_not_found_and_lets_nobody_in() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1".to_owned())).await;
    let mut owner = people::claim(&app).await;
    for path in ["/_auth/verify/apache", "/_auth/verify/nginx/x", "/_auth/verify/"] {
        let answer = owner.send(Call::new("GET", path)).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, Some("application/json")), "{path}");
        assert!(answer.header("remote-user").is_none() && answer.header("x-content-type-options").is_some(), "{path}");
    }
}
