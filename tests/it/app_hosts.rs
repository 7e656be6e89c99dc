//! Which of our own addresses exist on the host of an app: few, and the portal's pages are at the portal.

use portcullis::for_tests::{Host, PAGES};

use super::support::apps::{Apps, FILES, PORTAL, WIKI};
use super::support::client::Call;
use super::support::people::OWNER;

#[tokio::test]
async fn s116_on_the_host_of_an_app_a_page_leads_to_the_portal_and_nothing_else_exists() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.entered(WIKI).await;
    let named = PAGES.iter().filter(|row| row.host == Host::Portal).map(|row| format!("/_auth{}", row.path));
    let others = ["/_auth/nothing", "/_auth/metrics", "/_auth/login?next=/page", "/_auth/verifyx"].map(str::to_owned);
    for path in named.chain(others).map(|path| path.replace("{id}", "AAAAAAAAAAAAAAAAAAAAAA")) {
        let answer = wiki.get(&path).await;
        assert_eq!((answer.status, answer.location()), (303, format!("{PORTAL}{path}").as_str()), "{path}");
        for call in [Call::fetch("GET", &path), Call::fetch("POST", &path).header("Origin", WIKI)] {
            let answer = wiki.send(call.clone()).await;
            assert_eq!((answer.status, answer.location()), (404, ""), "{call:?}");
        }
    }
    for path in ["/_auth/health/live", "/_auth/api/session"] {
        assert_eq!(wiki.fetch(path).await.status, 200, "{path}");
    }
    assert_eq!(wiki.fetch("/_auth/api/nothing").await.status, 404);
    assert_eq!(wiki.fetch("/_auth/verify/nginx").await.status, 404, "FORWARD_AUTH does not name it");
    let css = apps.portal.get("/_auth/account").await.text();
    let css = css.split("href=\"").find(|part| part.starts_with("/_auth/static/")).unwrap();
    let css = css.split('"').next().unwrap();
    assert_eq!(wiki.fetch(css).await.status, 200, "{css}");
    for path in ["/_auth/begin", "/_auth/enter?code=x"] {
        let (portal, stranger) = (apps.portal.get(path).await, apps.app.client().get(path).await);
        assert_eq!((portal.status, stranger.status), (404, 404), "{path}");
    }
}

#[tokio::test]
async fn s112_a_page_of_ours_belongs_to_the_host_of_an_absolute_target_and_two_hosts_are_refused() {
    let apps = Apps::start().await;
    let status = async |target: &str, host: &str| {
        let head = format!("GET {target}/_auth/login HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        let answer = apps
            .browser(PORTAL)
            .raw(format!("{head}Sec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document\r\nAccept: text/html\r\n\r\n"))
            .await;
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let [portal, wiki] = [PORTAL, WIKI].map(|origin| origin.strip_prefix("http://").unwrap());
    for (target, host, expected) in
        [("", portal, "200"), (PORTAL, portal, "200"), ("", wiki, "303"), (WIKI, wiki, "303")]
    {
        assert_eq!(status(target, host).await, expected, "{target} {host}");
    }
    for (target, host) in [(WIKI, portal), (PORTAL, wiki)] {
        assert_eq!(status(target, host).await, "400", "{target} {host}");
    }
}

#[tokio::test]
async fn on_a_host_of_no_app_the_sign_in_says_how_an_app_gets_there() {
    let apps = Apps::start().await;
    let page = apps.browser("http://new.example.net:3000").get("/_auth/login").await.text();
    assert!(page.contains("No app has the address http://new.example.net:3000"), "{page}");
    assert!(!page.contains("APP_URL=http://new.example.net"), "{page}");
}

#[tokio::test]
async fn scripts_of_an_app_are_told_of_the_session_of_its_host() {
    let mut apps = Apps::start().await;
    for origin in [WIKI, FILES] {
        let nobody = apps.browser(origin).fetch("/_auth/api/session").await;
        assert_eq!(
            (nobody.status, nobody.json()["login_url"].as_str()),
            (401, Some(&*format!("{origin}/_auth/begin")))
        );
        let denied = apps.browser(origin).fetch("/data?x=1").await;
        let way = format!("{origin}/_auth/begin?next=/data%3Fx%3D1");
        assert_eq!((denied.status, denied.json()["login_url"].as_str()), (401, Some(&*way)));
        let mut browser = apps.entered(origin).await;
        let somebody = browser.fetch("/_auth/api/session").await;
        assert_eq!(somebody.json()["user"]["email"], OWNER);
        // Checked by origin alone, which is that of the host.
        let refresh = || Call::new("POST", "/_auth/api/refresh");
        assert_eq!(browser.send(refresh().header("Origin", origin)).await.status, 200);
        assert_eq!(browser.send(refresh().header("Origin", PORTAL)).await.status, 403);
    }
}
