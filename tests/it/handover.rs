//! Hand-over: one sign-in opens every host, and ten ways to get in by somebody else's do not (S116).

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::support::apps::{self, Apps, FILES, PORTAL, WIKI};
use super::support::browser::Browser;
use super::support::client::{Call, Client, Response, encode_form};
use super::support::clock::TestClock;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone;
use super::support::process::{Process, free_port};
use super::support::upstream::Upstream;
use super::support::wait;

/// Who the app is told is there; `None` when the gate asks for a sign-in.
async fn visitor(apps: &Apps, browser: &mut Client) -> Option<String> {
    let answer = browser.get("/page").await;
    (answer.status == 200).then(|| apps.upstream.last().header("remote-user").unwrap_or_default())
}

/// Refused, and nothing was set in the browser.
#[track_caller]
fn assert_refused(answer: &Response) {
    assert_eq!((answer.status, answer.set_cookies().len()), (410, 0), "{}", answer.text());
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    assert!(page::visible_text(&answer.text()).contains("Open the app again"), "{}", answer.text());
}

/// How often an event is in the audit log.
async fn audited(apps: &mut Apps, event: &str) -> usize {
    let log = apps.portal.get("/_auth/admin/audit").await.text();
    log.matches(&format!("data-event=\"{event}\" data-subject=\"{OWNER}\"")).count()
}

#[tokio::test]
async fn s116_one_sign_in_opens_every_host_and_each_has_cookies_of_its_own() {
    let apps = Apps::start().await;
    let mut portal = apps.app.client();
    let mut wiki = apps.browser(WIKI);
    let denied = wiki.get("/page?a=b&c=d").await;
    assert_eq!((denied.status, denied.location()), (303, "/_auth/begin?next=/page%3Fa%3Db%26c%3Dd"));
    let begun = wiki.get(denied.location()).await;
    let cookie = begun.set_cookie("portcullis_begin").unwrap();
    assert_eq!((cookie.name.as_str(), cookie.max_age()), ("portcullis_begin_3000", Some(600)));
    assert!(cookie.attribute("httponly").is_some() && cookie.attribute("domain").is_none(), "{cookie:?}");
    // Nobody is signed in at the portal: sign-in, and on from there.
    let asked = portal.get(begun.location().strip_prefix(PORTAL).unwrap()).await;
    assert!(asked.status == 303 && asked.location().starts_with("/_auth/login?next="), "{}", asked.location());
    let page = portal.get(asked.location()).await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!("form-action 'self' {WIKI};")), "{policy}");
    let signed_in = portal.post_form(asked.location(), &[("email", OWNER), ("password", PASSWORD)]).await;
    assert!(signed_in.location().starts_with("/_auth/handover?app="), "{}", signed_in.location());
    let handed = portal.get(signed_in.location()).await;
    let enter = handed.location().strip_prefix(WIKI).unwrap().to_owned();
    assert!(enter.starts_with("/_auth/enter?code="), "{enter}");
    let entered = wiki.get(&enter).await;
    assert_eq!((entered.status, entered.location()), (303, "/page?a=b&c=d"));
    for answer in [&begun, &handed, &entered] {
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert!(answer.header("cache-control").unwrap().contains("no-store"));
    }
    for name in ["portcullis_access_3000", "portcullis_refresh_3000", "portcullis_session_3000"] {
        let cookie = entered.set_cookie(name).unwrap_or_else(|| panic!("{name} is not set"));
        assert!(cookie.name == name && cookie.attribute("domain").is_none(), "{cookie:?}");
    }
    assert!(entered.set_cookie("portcullis_begin").unwrap().is_removal());
    assert!(entered.set_cookie("portcullis_device").is_none());
    assert_eq!(visitor(&apps, &mut wiki).await.as_deref(), Some(OWNER));
    assert!(apps.upstream.last().all("cookie").is_empty(), "the app was sent our cookies");
    // The next host needs no password, and its cookies have the names of its port.
    let mut files = apps.browser(FILES);
    let entered = apps::enter(&mut portal, &mut files, "/page").await;
    for name in ["portcullis_access", "portcullis_refresh", "portcullis_session"] {
        assert_eq!(entered.set_cookie(name).unwrap().name, name);
    }
    assert_eq!(visitor(&apps, &mut files).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s116_begin_keeps_a_live_nonce_and_two_tabs_can_enter() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    let first = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    let nonce = wiki.jar.get("portcullis_begin").unwrap().to_owned();
    let second = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    assert_eq!(wiki.jar.get("portcullis_begin"), Some(nonce.as_str()));
    let mut tab = wiki.clone();
    assert_eq!((wiki.get(&first).await.status, tab.get(&second).await.status), (303, 303));
    assert!(visitor(&apps, &mut wiki).await.is_some() && visitor(&apps, &mut tab).await.is_some());
}

#[tokio::test]
async fn s116_a_stolen_code_opens_nothing_without_the_nonce_and_is_used_up() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    let mut thief = apps.browser(WIKI);
    assert_refused(&thief.get(&enter).await);
    assert_eq!(thief.fetch("/page").await.status, 401);
    assert_refused(&wiki.get(&enter).await);
    assert_eq!((audited(&mut apps, "handover.refused").await, audited(&mut apps, "handover.reused").await), (1, 0));
}

#[tokio::test]
async fn s116_another_nonce_does_not_fit_the_code() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    let mut thief = apps.browser(WIKI);
    thief.get("/_auth/begin").await;
    assert!(thief.jar.get("portcullis_begin").is_some());
    assert_refused(&thief.get(&enter).await);
    assert_eq!(audited(&mut apps, "handover.refused").await, 1);
}

#[tokio::test]
async fn s116_a_code_for_one_host_opens_no_other() {
    let mut apps = Apps::start().await;
    let (mut wiki, mut files) = (apps.browser(WIKI), apps.browser(FILES));
    let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    // Even in a browser that has the same nonce there.
    files.jar.put("portcullis_begin", wiki.jar.get("portcullis_begin").unwrap());
    assert_refused(&files.get(&enter).await);
    assert_eq!(visitor(&apps, &mut files).await, None);
    assert_refused(&wiki.get(&enter).await);
    assert_eq!(audited(&mut apps, "handover.refused").await, 1);
}

#[tokio::test]
async fn s116_a_second_use_ends_what_the_first_one_opened() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    let mut replay = wiki.clone();
    assert_eq!(wiki.get(&enter).await.status, 303);
    assert!(visitor(&apps, &mut wiki).await.is_some());
    assert_refused(&replay.get(&enter).await);
    assert_eq!(wiki.fetch("/page").await.status, 401, "the session lives on");
    assert_eq!(audited(&mut apps, "handover.reused").await, 1);
    // The sign-in at the portal is not what was copied.
    assert_eq!(people::who_am_i(&mut apps.portal).await.as_deref(), Some(OWNER));
    assert_refused(&replay.get(&enter).await);
    assert_eq!(audited(&mut apps, "handover.reused").await, 1);
}

#[tokio::test]
async fn s116_of_two_uses_at_once_at_most_one_opens_and_nothing_stays_open() {
    let mut apps = Apps::start().await;
    for _ in 0..5 {
        let mut wiki = apps.browser(WIKI);
        let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
        let (mut one, mut other) = (wiki.clone(), wiki);
        let (first, second) = tokio::join!(one.get(&enter), other.get(&enter));
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 410]);
        assert_eq!((one.fetch("/page").await.status, other.fetch("/page").await.status), (401, 401));
    }
}

#[tokio::test]
async fn s116_a_code_is_good_for_thirty_seconds() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    apps.app.advance(29);
    assert_eq!(wiki.get(&enter).await.status, 303);
    let mut late = apps.browser(WIKI);
    let enter = apps::code(&mut apps.portal, &mut late, "/page").await;
    apps.app.advance(30);
    assert_refused(&late.get(&enter).await);
    assert_refused(&late.get("/_auth/enter?code=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await);
}

#[tokio::test]
async fn s116_a_code_opens_nothing_once_the_sign_in_behind_it_has_ended() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    people::sign_out(&mut apps.portal).await;
    assert_refused(&wiki.get(&enter).await);
}

#[tokio::test]
async fn s116_nobody_is_signed_in_as_an_attacker_by_the_attackers_code() {
    let mut apps = Apps::start().await;
    let (mut mallory, _page) = people::member(&apps.app, &mut apps.portal, "mallory@example.org", "user").await;
    let mut hers = apps.browser(WIKI);
    let enter = apps::code(&mut mallory, &mut hers, "/page").await;
    // A victim who has just begun, and one who has not.
    let mut victim = apps.browser(WIKI);
    victim.get("/_auth/begin").await;
    assert_refused(&victim.get(&enter).await);
    assert_eq!(visitor(&apps, &mut victim).await, None);
    let enter = apps::code(&mut mallory, &mut hers, "/page").await;
    let mut signed_in = apps.entered(WIKI).await;
    assert_refused(&signed_in.get(&enter).await);
    assert_eq!(visitor(&apps, &mut signed_in).await.as_deref(), Some(OWNER));
}

#[tokio::test]
async fn s116_no_forged_address_leads_elsewhere() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    for next in [
        "https://evil.example/",
        "//evil.example/",
        "/%5Cevil.example",
        "http://files.example.org/page",
        "http://localhost:3000/page",
        "javascript:alert(1)",
        "/_auth/enter?code=x",
    ] {
        let begun = wiki.get(&format!("/_auth/begin?next={next}")).await;
        let way = begun.location().strip_prefix(PORTAL).unwrap().to_owned();
        assert!(!way.contains("next="), "{way}");
        let handed = apps.portal.get(&format!("{way}&next={next}")).await;
        let enter = handed.location().strip_prefix(WIKI).unwrap().to_owned();
        assert!(!enter.contains("next="), "{enter}");
        let entered = wiki.get(&format!("{enter}&next={next}")).await;
        assert_eq!((entered.status, entered.location()), (303, "/"), "{next}");
        wiki.jar = apps.browser(WIKI).jar;
    }
    let bind = "A".repeat(43);
    let handover = |app: &str, origin: &str, bind: &str| {
        format!("/_auth/handover?app={}&origin={origin}&bind={bind}&next=/page", apps::id(app))
    };
    assert_eq!(apps.portal.get(&handover("wiki", WIKI, &bind)).await.status, 303, "the positive control");
    for way in [
        handover("wiki", "https://evil.example", &bind),
        handover("wiki", FILES, &bind),
        handover("wiki", PORTAL, &bind),
        handover("wiki", "http://WIKI.example.net:3000", &bind),
        handover("wiki", "http://wiki.example.net:3000/", &bind),
        handover("wiki", "http://wiki.example.net:3000@evil.example", &bind),
        handover("other", WIKI, &bind),
        handover("wiki", WIKI, "short"),
        handover("wiki", WIKI, &"+".repeat(43)),
    ] {
        let refused = apps.portal.get(&way).await;
        assert!(refused.status == 403 && refused.location().is_empty(), "{way}: {}", refused.status);
    }
    assert_eq!(apps.portal.get("/_auth/handover?app=x").await.status, 400);
}

#[tokio::test]
async fn s116_a_script_of_the_app_reads_and_uses_no_code() {
    let mut apps = Apps::start().await;
    let mut wiki = apps.browser(WIKI);
    let enter = apps::code(&mut apps.portal, &mut wiki, "/page").await;
    let as_frame = |path: &str| Call::navigation(path).header("Sec-Fetch-Dest", "iframe");
    for call in [
        Call::fetch("GET", &enter),
        Call::fetch("GET", &enter).header("Sec-Fetch-Mode", "no-cors"),
        as_frame(&enter),
        Call::fetch("GET", "/_auth/begin?next=/page"),
        as_frame("/_auth/begin"),
        Call::navigation(&enter).header("Service-Worker", "script"),
    ] {
        let answer = wiki.send(call.clone()).await;
        assert_eq!((answer.status, answer.set_cookies().len()), (403, 0), "{call:?}");
    }
    let way = format!("/_auth/handover?app={}&origin={WIKI}&bind={}", apps::id("wiki"), "A".repeat(43));
    for call in [Call::fetch("GET", &way).header("Sec-Fetch-Site", "cross-site"), as_frame(&way)] {
        let answer = apps.portal.send(call).await;
        assert!(answer.status == 403 && answer.location().is_empty());
    }
    // None of it used the code up.
    assert_eq!(wiki.get(&enter).await.status, 303);
}

#[tokio::test]
async fn s116_who_may_not_enter_the_app_gets_no_code() {
    let mut apps = Apps::start().await;
    apps::add(&apps.app, "closed", "closed.example.net:3000", None, "nobody");
    let mut closed = apps.browser("http://closed.example.net:3000");
    let begun = wait::eventually("the app to be known", async || {
        let begun = closed.get("/_auth/begin").await;
        begun.location().strip_prefix(PORTAL).filter(|way| way.contains("handover")).map(str::to_owned)
    })
    .await;
    let refused = apps.portal.get(&begun).await;
    assert!(refused.status == 403 && refused.location().is_empty() && refused.text().contains("closed"));
}

/// The real program with an app on `host`, and the browser that has claimed it.
async fn process_with(host: &str, upstream: &str, variables: &[(String, String)], port: u16) -> (Process, Client) {
    let server = Process::start_on(port, TempDir::new().unwrap(), "start", variables).await;
    let token = std::fs::read_to_string(server.folder.path().join("data/setup-token")).unwrap();
    let mut portal = server.client();
    people::claim_with(&mut portal, &token).await;
    let database = server.folder.path().join("data/portcullis.db");
    let mut connection = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    let add = apps::row("wiki", host, upstream, "signed-in");
    connection.batch_execute(&format!("PRAGMA busy_timeout = 10000; BEGIN; {add}{} COMMIT;", apps::CHANGED)).unwrap();
    let mut wiki = Client::new(server.address(), &format!("http://{host}"));
    wait::eventually("the app to be known", async || (wiki.fetch("/page").await.status == 401).then_some(())).await;
    (server, portal)
}

#[tokio::test]
async fn s116_chromium_enters_an_app_signs_in_on_the_way_and_signs_out_of_both() {
    let Some(browser) = Browser::start().await else { return };
    let (upstream, port) = (Upstream::start().await, free_port());
    let host = format!("wiki.localhost:{port}");
    let (_server, _portal) = process_with(&host, &upstream.url(), &[], port).await;
    browser.open(&format!("http://{host}/page?a=b")).await;
    browser.at("/_auth/login").await;
    assert!(browser.url().await.starts_with(&format!("http://localhost:{port}/")));
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.find("#app").await;
    assert_eq!(browser.url().await, format!("http://{host}/page?a=b"));
    assert_eq!(upstream.last().header("remote-user").as_deref(), Some(OWNER));
    // A script of the app can read neither step.
    let statuses = browser.fetch_at_once("/_auth/begin", 1).await;
    assert_eq!(statuses, [403]);
    browser.open(&format!("http://{host}/_auth/logout")).await;
    browser.at("/_auth/logout").await;
    assert!(browser.url().await.starts_with(&format!("http://localhost:{port}/")));
    browser.submit("/_auth/logout", &[]).await;
    browser.at("flash=signed-out").await;
    browser.open(&format!("http://{host}/page")).await;
    browser.at("/_auth/login").await;
    browser.close().await;
}

#[tokio::test]
async fn s116_nothing_of_a_code_is_logged_or_stored() {
    let variables = [("LOG_LEVEL".to_owned(), "trace".to_owned()), ("APP_URL".to_owned(), PORTAL.to_owned())];
    let (server, mut portal) =
        process_with("wiki.example.net:3000", "http://127.0.0.1:9", &variables, free_port()).await;
    let mut wiki = Client::new(server.address(), WIKI);
    let first = apps::code(&mut portal, &mut wiki, "/page").await;
    let second = apps::code(&mut portal, &mut wiki, "/page").await;
    let file = |name: &str| std::fs::read(server.folder.path().join("data").join(name)).unwrap_or_default();
    let stored = [file("portcullis.db"), file("portcullis.db-wal")].concat();
    assert_eq!(wiki.get(&first).await.status, 303);
    assert_eq!(wiki.get(&first).await.status, 410);
    assert_eq!(server.client().get(&second).await.status, 404, "the portal has no such page");
    assert_eq!(Client::new(server.address(), WIKI).get(&second).await.status, 410);
    let output = server.output();
    assert!(output.contains("refused a hand-over"), "{output}");
    for enter in [&first, &second] {
        let (_, code) = enter.split_once("code=").unwrap();
        let code = code.split('&').next().unwrap();
        assert!(code.len() == 43 && !output.contains(code), "{output}");
        assert!(!stored.windows(code.len()).any(|window| window == code.as_bytes()));
    }
}

#[tokio::test]
async fn s116_chromium_goes_on_to_the_app_after_the_second_step() {
    let Some(browser) = Browser::start().await else { return };
    let (upstream, port) = (Upstream::start().await, free_port());
    let host = format!("wiki.localhost:{port}");
    let (_server, mut portal) = process_with(&host, &upstream.url(), &[], port).await;
    let (_, codes) = phone::add(&mut portal, &TestClock::before_the_machines(0)).await;
    browser.open(&format!("http://{host}/page")).await;
    browser.at("/_auth/login").await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.fill("code", &codes[0]).await;
    browser.click("form[data-form='here'] [type=submit]").await;
    browser.find("#app").await;
    assert_eq!(browser.url().await, format!("http://{host}/page"));
    browser.close().await;
}

#[tokio::test]
async fn s66_the_forms_on_the_way_to_an_app_may_lead_to_its_host_and_no_other() {
    let mut apps = Apps::start().await;
    phone::add(&mut apps.portal, &apps.app.clock).await;
    let mut client = apps.app.client();
    people::sign_in(&mut client, OWNER, PASSWORD).await;
    let handover = format!("/_auth/handover?{}", encode_form(&[("app", "wiki"), ("origin", WIKI)]));
    let evil = format!("/_auth/handover?{}", encode_form(&[("app", "wiki"), ("origin", "http://evil.example:3000")]));
    for (next, action) in [(handover, format!("'self' {WIKI};")), (evil, "'self';".to_owned())] {
        let answer = client.get(&format!("{}?{}", phone::STEP, encode_form(&[("next", &next)]))).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains(&format!("form-action {action}")), "{next}: {policy}");
    }
    apps.app.advance(2 * 60);
    let confirm = format!("/_auth/confirm?{}", encode_form(&[("next", &format!("{WIKI}/page"))]));
    let asked = apps.portal.get(&confirm).await;
    let policy = asked.header("content-security-policy").unwrap();
    assert!(asked.status == 200 && policy.contains(&format!("form-action 'self' {WIKI};")), "{policy}");
}
