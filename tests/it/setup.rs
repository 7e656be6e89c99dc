//! Claiming the instance, and the deprecated mode.

use diesel::{Connection, RunQueryDsl, SqliteConnection};

use super::support::app::TestApp;
use super::support::client::Call;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::upstream::Upstream;

const LEGACY: [(&str, &str); 6] = [
    ("email", OWNER),
    ("password", PASSWORD),
    ("confirm", PASSWORD),
    ("name", ""),
    ("legacy_username", "user"),
    ("legacy_password", "1234"),
];

async fn legacy_app(upstream: &Upstream) -> TestApp {
    let address = upstream.address;
    TestApp::start(|options| {
        options.upstream = Some(address);
        options.legacy = Some(("user".to_owned(), "1234".to_owned()));
    })
    .await
}

#[tokio::test]
async fn s01_s05_before_the_claim_the_app_sees_nothing_and_a_wrong_token_claims_nothing() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let mut client = app.client();
    assert!(client.get("/page").await.location().ends_with("/_auth/setup"));
    assert_eq!(client.fetch("/page").await.status, 401);
    assert!(client.get("/_auth/login").await.location().ends_with("/_auth/setup"));
    assert_eq!(client.fetch("/_auth/health/live").await.status, 200);
    let fields =
        [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", ""), ("setup_token", "wrong")];
    let refused = client.submit("/_auth/setup", "/_auth/setup", &fields).await;
    assert_eq!(refused.status, 401);
    assert!(refused.set_cookie("portcullis_access").is_none());
    assert_eq!(upstream.count(), 0);
    // The positive control: the right token claims.
    assert_eq!(people::try_claim(&app, &mut client, OWNER, PASSWORD).await.status, 303);
    assert_eq!(client.get("/page").await.status, 200);
    assert_eq!(upstream.count(), 1);
}

#[tokio::test]
async fn the_owner_comes_to_the_app_and_without_one_to_the_checklist() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    for (behind, first) in [(Some(address), "/"), (None, "/_auth/admin/checklist")] {
        let app = TestApp::start(|options| options.upstream = behind).await;
        let mut client = app.client();
        let answer = people::try_claim(&app, &mut client, OWNER, PASSWORD).await;
        assert_eq!((answer.status, answer.location()), (303, first));
        assert_eq!(client.get(first).await.status, 200);
    }
}

#[tokio::test]
async fn an_old_link_can_be_put_right_in_the_form() {
    let app = TestApp::start(|_| {}).await;
    let mut client = app.client();
    let old =
        [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", "Olive"), ("setup_token", "old")];
    let answer = client.submit("/_auth/setup?token=old", "/_auth/setup", &old).await;
    assert_eq!(answer.status, 401);
    let html = answer.text();
    let tags = page::tags(&html);
    let token = tags.iter().find(|tag| tag.attribute("name") == Some("setup_token")).unwrap();
    assert_ne!(token.attribute("type"), Some("hidden"), "{html}");
    assert_eq!((token.attribute("value"), token.attribute("aria-invalid")), (None, Some("true")));
    assert_eq!(page::field(&html, "email").as_deref(), Some(OWNER), "nothing else is lost");
    let right = app.setup_token();
    let again =
        [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", "Olive"), ("setup_token", &right)];
    assert_eq!(client.post_form("/_auth/setup", &again).await.status, 303);
}

#[tokio::test]
async fn s02_guessing_the_claim_secret_is_throttled() {
    let app = TestApp::start(|_| {}).await;
    let mut client = app.client();
    let wrong =
        [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("name", ""), ("setup_token", "wrong")];
    for _ in 0..10 {
        assert_eq!(client.submit("/_auth/setup", "/_auth/setup", &wrong).await.status, 401);
    }
    let throttled = people::try_claim(&app, &mut client, OWNER, PASSWORD).await;
    assert_eq!(throttled.status, 429);
    let wait: i64 = throttled.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait));
    app.advance(wait);
    assert_eq!(people::try_claim(&app, &mut client, OWNER, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn s03_twelve_claims_at_once_make_one_owner() {
    let app = TestApp::start(|_| {}).await;
    let token = app.setup_token();
    let claims = (0..12).map(|number| {
        let (mut client, token) = (app.client(), token.clone());
        async move {
            let email = format!("owner{number}@example.org");
            let fields = [
                ("email", email.as_str()),
                ("password", PASSWORD),
                ("confirm", PASSWORD),
                ("name", ""),
                ("setup_token", token.as_str()),
            ];
            client.submit(&format!("/_auth/setup?token={token}"), "/_auth/setup", &fields).await;
            people::who_am_i(&mut client).await
        }
    });
    let owners: Vec<String> = futures_util::future::join_all(claims).await.into_iter().flatten().collect();
    assert_eq!(owners.len(), 1, "{owners:?}");
}

#[tokio::test]
async fn s04_set_up_stays_closed_also_after_a_restart() {
    let app = TestApp::start(|_| {}).await;
    let token = app.setup_token();
    people::claim(&app).await;
    assert!(!app.data("setup-token").exists());
    let (data, _) = app.stop().await;
    let app = TestApp::start(|options| options.data_dir = Some(data)).await;
    let mut client = app.client();
    assert!(client.get(&format!("/_auth/setup?token={token}")).await.location().ends_with("/_auth/login"));
    let fields = [
        ("email", "evil@example.org"),
        ("password", PASSWORD),
        ("confirm", PASSWORD),
        ("name", ""),
        ("setup_token", token.as_str()),
    ];
    let answer = client.submit("/_auth/login", "/_auth/setup", &fields).await;
    assert!(answer.status == 303 && answer.location().ends_with("/_auth/login"));
    assert_eq!(people::try_sign_in(&mut client, "evil@example.org", PASSWORD).await.status, 401);
}

#[tokio::test]
async fn s06_the_claim_obeys_the_password_rules_and_csrf() {
    let app = TestApp::start(|_| {}).await;
    let mut client = app.client();
    let weak = people::try_claim(&app, &mut client, OWNER, "short").await;
    assert_eq!(weak.status, 422);
    assert!(weak.text().contains("too short") && weak.text().contains(OWNER));
    let token = app.setup_token();
    let fields = [
        ("csrf_token", "x.y"),
        ("email", OWNER),
        ("password", PASSWORD),
        ("confirm", PASSWORD),
        ("name", ""),
        ("setup_token", token.as_str()),
    ];
    assert_eq!(client.send(Call::form("/_auth/setup", &app.app_url, &fields)).await.status, 403);
    assert_eq!(people::try_claim(&app, &mut client, OWNER, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn s06_s20_the_deprecated_pair_guards_the_app_until_the_claim_and_then_opens_nothing() {
    let upstream = Upstream::start().await;
    let app = legacy_app(&upstream).await;
    let mut client = app.client();
    assert!(client.get("/page").await.location().contains("/_auth/login"));
    let wrong = [("legacy_username", "user"), ("legacy_password", "12345")];
    assert_eq!(client.submit("/_auth/login", "/_auth/login", &wrong).await.status, 401);
    let right = [("legacy_username", "user"), ("legacy_password", "1234")];
    assert_eq!(client.submit("/_auth/login", "/_auth/login", &right).await.status, 303);
    assert_eq!(client.get("/page").await.status, 200);
    let seen = upstream.last();
    assert_eq!(
        (seen.header("remote-user").as_deref(), seen.header("remote-email").as_deref()),
        (Some("user"), Some(""))
    );
    assert_eq!(client.get("/_auth/account").await.status, 403);
    // HTTP Basic is for API clients, and its header stays here.
    let basic = || Call::fetch("GET", "/page").header("authorization", "Basic dXNlcjoxMjM0");
    assert_eq!(app.client().send(basic()).await.status, 200);
    assert_eq!(upstream.last().header("authorization"), None);

    let mut owner = app.client();
    assert_eq!(owner.submit("/_auth/setup", "/_auth/setup", &LEGACY).await.status, 303);
    let before = upstream.count();
    assert_eq!(client.fetch("/page").await.status, 401);
    assert_eq!(app.client().send(basic()).await.status, 401);
    assert_eq!(upstream.count(), before);
    let again = app.client().submit("/_auth/login", "/_auth/login", &right).await;
    assert_eq!(again.status, 401);
}

#[tokio::test]
async fn s06_the_marker_in_the_store_ends_the_deprecated_mode_even_before_the_notice_is_applied() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        options.sqlite = true;
        options.upstream = Some(address);
        options.legacy = Some(("user".to_owned(), "1234".to_owned()));
    })
    .await;
    let basic = || Call::fetch("GET", "/page").header("authorization", "Basic dXNlcjoxMjM0");
    assert_eq!(app.client().send(basic()).await.status, 200);
    // As another node would whose notice did not arrive.
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    diesel::sql_query("INSERT INTO settings (name, value) VALUES ('claimed_at', '1')").execute(&mut database).unwrap();
    assert_eq!(app.client().send(basic()).await.status, 401);
    let right = [("legacy_username", "user"), ("legacy_password", "1234")];
    assert_eq!(app.client().submit("/_auth/login", "/_auth/login", &right).await.status, 401);
    assert_eq!(upstream.count(), 1);
}

#[tokio::test]
async fn s20_the_deprecated_mode_without_an_app_leads_nowhere_in_circles() {
    let app = TestApp::start(|options| options.legacy = Some(("user".to_owned(), "1234".to_owned()))).await;
    let mut client = app.client();
    let right = [("legacy_username", "user"), ("legacy_password", "1234")];
    assert_eq!(client.submit("/_auth/login", "/_auth/login", &right).await.status, 303);
    let (mut path, mut hops) = ("/".to_owned(), 0);
    loop {
        let answer = client.get(&path).await;
        if answer.status != 303 {
            assert_eq!(
                (answer.status, path.as_str()),
                (403, "/_auth/account"),
                "there is no account in this mode: {}",
                answer.text()
            );
            break;
        }
        path = answer.location().to_owned();
        hops += 1;
        assert!(hops < 5, "in circles at {path}");
    }
}
