//! Our cookies: whose they are, how they are read, and that they end once (S39, S47, S65, S79, S104).

use diesel::prelude::*;

use super::support::app::TestApp;
use super::support::browser::Browser;
use super::support::client::{Call, Client};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::free_port;
use super::support::stores::Redis;
use super::support::upstream::Upstream;

async fn gate(app_url: &str) -> (TestApp, Upstream) {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let app = TestApp::start(|options| {
        app_url.clone_into(&mut options.app_url);
        options.upstream = Some(address);
    })
    .await;
    (app, upstream)
}

/// The same browser at another gate on its host: cookies know no ports.
fn at(app: &TestApp, browser: &Client) -> Client {
    let mut client = app.client();
    client.jar = browser.jar.clone();
    client
}

#[tokio::test]
async fn s65_two_gates_on_one_host_do_not_sign_each_other_out() {
    let ((one, one_app), (two, two_app)) = (gate("http://localhost:3000").await, gate("http://localhost:3001").await);
    let first = people::claim(&one).await;
    let mut second = at(&two, &first);
    people::try_claim(&two, &mut second, OWNER, PASSWORD).await;
    for _ in 0..2 {
        let mut first = at(&one, &second);
        assert_eq!((first.fetch("/page").await.status, second.fetch("/page").await.status), (200, 200));
        assert_eq!(people::who_am_i(&mut first).await.as_deref(), Some(OWNER));
        one.advance(3700);
        two.advance(3700);
        assert_eq!(
            first.get("/page").await.status,
            200,
            "the refresh of the one takes the other's cookies for its own"
        );
        second = at(&two, &first);
        assert_eq!(second.get("/page").await.status, 200);
    }
    for app in [&one_app, &two_app] {
        assert!(
            app.received().iter().all(|request| !request.head_text().contains("portcullis_")),
            "an app sees the cookies of a gate"
        );
    }
    people::sign_out(&mut second).await;
    assert_eq!(at(&one, &second).fetch("/page").await.status, 200);
    assert_eq!(second.fetch("/page").await.status, 401);
}

#[tokio::test]
async fn s65_chromium_stays_signed_in_at_two_gates_on_one_host() {
    let Some(browser) = Browser::start().await else { return };
    let (one, two) = (
        gate(&format!("http://localhost:{}", free_port())).await,
        gate(&format!("http://localhost:{}", free_port())).await,
    );
    for (app, _) in [&one, &two] {
        browser.open(&format!("http://{}/_auth/setup?token={}", app.address, app.setup_token())).await;
        browser.submit("/_auth/setup", &[("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
        browser.find("#app").await;
    }
    for (app, _) in [&one, &two, &one] {
        browser.open(&format!("http://{}/page", app.address)).await;
        browser.find("#app").await;
    }
    browser.open(&format!("http://{}/_auth/account", two.0.address)).await;
    browser.submit("/_auth/logout", &[]).await;
    browser.at("/_auth/login").await;
    browser.open(&format!("http://{}/page", one.0.address)).await;
    browser.find("#app").await;
    browser.close().await;
}

#[tokio::test]
async fn s104_a_cookie_of_ours_over_4096_bytes_is_no_sign_in_anywhere() {
    let (app, upstream, owner) = people::with_app().await;
    let cookies = owner.jar.header("/").unwrap();
    let before = upstream.count();
    for name in ["portcullis_access_3000", "portcullis_refresh_3000", "portcullis_session_3000", "portcullis_form_3000"]
    {
        let kept: Vec<&str> = cookies.split("; ").filter(|pair| !pair.starts_with(name)).collect();
        let junk = format!("{}; {name}={}", kept.join("; "), "a".repeat(4097 - name.len()));
        for (call, refused) in [
            (Call::fetch("GET", "/page"), 401),
            (Call::navigation("/page"), 303),
            (Call::navigation("/_auth/account"), 303),
            (Call::fetch("GET", "/_auth/api/session"), 401),
        ] {
            assert_eq!(app.client().send(call.header("cookie", &junk)).await.status, refused, "{name}");
        }
    }
    assert_eq!(upstream.count(), before);
    let theirs = format!("{cookies}; theirs={}", "a".repeat(9000));
    assert_eq!(
        app.client().send(Call::fetch("GET", "/page").header("cookie", &theirs)).await.status,
        200,
        "the app's are its own matter"
    );
}

#[tokio::test]
async fn s39_what_is_not_our_cookie_to_us_is_not_to_actix_session() {
    let app = TestApp::start(|_| {}).await;
    let owner = people::claim(&app).await;
    let stolen = owner.jar.get("portcullis_session").unwrap().to_owned();
    for planted in [
        format!("portcullis%5Fsession_3000={stolen}"),
        format!("%70ortcullis_session_3000={stolen}"),
        format!("\u{2003}portcullis_session_3000={stolen}"),
        format!("portcullis_session_3000\u{a0}={stolen}"),
        format!(" portcullis_session_3000 ={stolen}"),
        format!("portcullis_session_3000={stolen}; portcullis_session_3000={stolen}"),
        format!("portcullis_session_3000={stolen}; portcullis_session_3000={}", "a".repeat(5000)),
    ] {
        // A sign-in ends the session of the browser that it comes from.
        let mut browser = app.client();
        browser.get("/_auth/login").await;
        let form = browser.jar.header("/").unwrap();
        let call = browser.filled_form("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).unwrap();
        let answer = browser.send(call.header("cookie", &format!("{planted}; {form}"))).await;
        assert!(matches!(answer.status, 303 | 403), "{planted}: {}", answer.status);
        assert_eq!(
            people::who_am_i(&mut owner.clone()).await.as_deref(),
            Some(OWNER),
            "{planted} was taken for our cookie"
        );
    }
}

#[tokio::test]
async fn s39_a_byte_that_is_no_utf_8_hides_no_cookie_of_ours() {
    let app = TestApp::start(|_| {}).await;
    let owner = people::claim(&app).await;
    let head = owner.raw_head("GET", "/_auth/account");
    let (before, after) = head.split_once("Cookie: ").unwrap();
    let mut request = [before.as_bytes(), b"Cookie: theirs=\xff\xfe; ", after.as_bytes()].concat();
    request.extend_from_slice(b"Accept: text/html\r\n\r\n");
    assert!(owner.raw(request).await.starts_with("HTTP/1.1 200"));
}

fn count(app: &TestApp, table: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let mut connection = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    diesel::sql_query(format!("SELECT count(*) AS n FROM {table}")).get_result::<Number>(&mut connection).unwrap().n
}

/// A gate on SQLite, with sessions in Redis if there is one.
async fn on(redis: Option<&Redis>) -> TestApp {
    TestApp::start(|options| {
        options.sqlite = true;
        if let Some(redis) = redis {
            options.set("SESSION_STORE", "redis");
            options.set("REDIS_URL", &redis.url());
        }
    })
    .await
}

const CARRIERS: [&str; 3] = ["portcullis_access", "portcullis_refresh", "portcullis_session"];

/// Signs a browser out that has lost the cookies in `missing`.
async fn ends_once(app: &TestApp, missing: &[&str]) {
    let mut client = people::another_browser(app).await;
    for name in missing {
        client.jar.remove(name);
    }
    client.get("/_auth/account").await;
    let (notices, lines) = (count(app, "notices"), count(app, "audit_events"));
    let mut again = client.clone();
    let answer = client.post_form("/_auth/logout", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/_auth/login?flash=signed-out"), "without {missing:?}");
    let removed = answer.set_cookies().iter().filter(|cookie| cookie.is_removal()).count();
    assert!(removed == 3 && CARRIERS.iter().all(|name| answer.set_cookie(name).is_some()), "without {missing:?}");
    assert_eq!((count(app, "notices"), count(app, "audit_events")), (notices + 1, lines + 1), "without {missing:?}");
    // What is left of the session in a browser ends nothing any more.
    assert_eq!(again.post_form("/_auth/logout", &[]).await.location(), "/_auth/login");
    assert_eq!(
        again.submit("/_auth/login", "/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await.status,
        303
    );
    assert_eq!(count(app, "notices"), notices + 1, "without {missing:?}");
}

async fn every_browser_ends_once(redis: Option<&Redis>) {
    let app = on(redis).await;
    people::claim(&app).await;
    for missing in [&[][..], &CARRIERS[1..], &CARRIERS[..1], &CARRIERS[2..]] {
        ends_once(&app, missing).await;
    }
}

#[tokio::test]
async fn s47_signing_out_ends_a_session_once() {
    every_browser_ends_once(None).await;
    let folder = tempfile::tempdir().unwrap();
    if let Some(redis) = Redis::start(folder.path(), &[]).await {
        every_browser_ends_once(Some(&redis)).await;
    }
}

#[tokio::test]
async fn s47_s92_what_fails_after_a_finished_sign_out_is_not_its_answer() {
    let app = on(None).await;
    let mut owner = people::claim(&app).await;
    owner.get("/_auth/account").await;
    let mut connection = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(
        &mut connection,
        "PRAGMA busy_timeout = 10000; CREATE TABLE ends (n INTEGER);
        CREATE TRIGGER one_end BEFORE INSERT ON notices BEGIN
            SELECT RAISE(ABORT, 'a second end') WHERE EXISTS (SELECT 1 FROM ends);
            INSERT INTO ends VALUES (1);
        END;",
    )
    .unwrap();
    let answer = owner.post_form("/_auth/logout", &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(answer.set_cookie("portcullis_session").unwrap().is_removal());
}
