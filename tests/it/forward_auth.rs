//! Forward-auth, with a real nginx where it is installed.

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::nginx::Nginx;
use super::support::people;
use super::support::source;
use super::support::upstream::Upstream;

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
async fn s74_a_real_nginx_protects_a_real_app() {
    let upstream = Upstream::start().await;
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1".to_owned())).await;
    let mut owner = people::claim(&app).await;
    let readme = std::fs::read_to_string(source::repository().join("README.md")).unwrap();
    let begin = readme.find("    location = /verify {").expect("the snippet of the README");
    let snippet: Vec<&str> = readme[begin..].lines().take_while(|line| line.starts_with("    ")).collect();
    let server =
        snippet.join("\n").replace("127.0.0.1:3000", &app.address.to_string()).replace("127.0.0.1:8080", &upstream.address.to_string());
    let Some(nginx) = Nginx::start(&server).await else { return };
    let mut stranger = nginx.client(&app.app_url);
    let denied = stranger.get("/page").await;
    assert_eq!(denied.status, 303, "{}", nginx.error_log());
    assert!(denied.location().contains("/_auth/login"));
    assert_eq!(upstream.count(), 0);
    let mut visitor = nginx.client(&app.app_url);
    visitor.jar = owner.jar.clone();
    assert_eq!(visitor.get("/page").await.status, 200);
    assert_eq!(upstream.last().all("remote-user"), [people::OWNER]);
    // What a client sends of these names does not reach the app, and its word on where it comes from counts for nothing.
    let mut forged = Call::fetch("GET", "/page");
    for name in ["Remote-User", "Remote-Email", "Remote-Name", "Remote-Groups", "X-Forwarded-For"] {
        forged = forged.header(name, "evil");
    }
    assert_eq!(visitor.send(forged).await.status, 200);
    let seen = upstream.last();
    assert!(!seen.head_text().contains("evil") && !seen.head_text().contains("portcullis_"), "{}", seen.head_text());
    assert_eq!((seen.all("remote-email"), seen.all("remote-groups")), (vec![people::OWNER.to_owned()], vec!["admin".to_owned()]));
    for number in 0..10 {
        let mut guesser = nginx.client(&app.app_url);
        guesser.always("X-Forwarded-For", &format!("198.51.100.{number}"));
        assert_eq!(people::try_sign_in(&mut guesser, people::OWNER, "wrong wrong wrong").await.status, 401);
    }
    let mut guesser = nginx.client(&app.app_url);
    guesser.always("X-Forwarded-For", "198.51.100.99");
    assert_eq!(people::try_sign_in(&mut guesser, people::OWNER, "wrong wrong wrong").await.status, 429);
    let before = upstream.count();
    people::sign_out(&mut owner).await;
    assert_eq!(visitor.get("/page").await.status, 303);
    assert_eq!(upstream.count(), before);
}
