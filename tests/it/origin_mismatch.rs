//! Visitors at another address than `APP_URL`, or without cookies, are shown what is wrong and what to do.

use super::support::app::TestApp;
use super::support::browser::{Browser, NOT_LOOPBACK};
use super::support::client::{Call, Response};
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, run_with, said};

/// The notice of the page, if it has one.
fn notice(answer: &Response) -> Option<String> {
    page::text_inside(&answer.text(), |tag| tag.has_class("notice"))
}

#[tokio::test]
async fn every_form_before_sign_in_warns_at_another_address_than_app_url() {
    for (app_url, host, remedy) in [
        ("http://localhost:3000", "box.lan:3000", "APP_URL=http://box.lan:3000 and HOST=0.0.0.0"),
        ("http://localhost:3000", "192.0.2.7:3000", "APP_URL=http://192.0.2.7:3000 and HOST=0.0.0.0"),
        ("http://localhost:3000", "localhost:8080", "APP_URL=http://localhost:8080 and restart"),
        ("http://localhost:3000", "127.0.0.1:3000", "APP_URL=http://127.0.0.1:3000 and restart"),
        ("http://127.0.0.1:3000", "localhost:3000", "APP_URL=http://localhost:3000 and restart"),
        ("http://127.0.0.1:3000", "[::1]:3000", "APP_URL=http://[::1]:3000 and restart"),
        ("http://box.lan:3000", "box:3000", "APP_URL=http://box:3000"),
        ("http://box.lan:3000", "[2001:db8::7]:3000", "APP_URL=http://[2001:db8::7]:3000"),
    ] {
        let app = TestApp::start(|options| app_url.clone_into(&mut options.app_url)).await;
        let open = async |path: &str| app.client().send(Call::navigation(path).header("Host", host)).await;
        let token = app.setup_token();
        let set_up = open(&format!("/_auth/setup?token={token}")).await;
        let message = notice(&set_up).unwrap_or_else(|| panic!("{host}: {}", set_up.text()));
        assert!(message.contains(remedy) && message.contains(app_url), "{message}");
        assert!(set_up.text().contains(&format!("href=\"{app_url}/_auth/setup?token={token}\"")), "{}", set_up.text());
        people::claim(&app).await;
        for path in ["/_auth/login?next=/x", "/_auth/forgot"] {
            let message = notice(&open(path).await).unwrap_or_else(|| panic!("{host} {path}"));
            assert!(message.contains(remedy) && message.contains(&format!("Open {app_url} instead")), "{message}");
        }
    }
}

#[tokio::test]
async fn the_warning_says_whether_signing_in_works_at_this_address() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    for (host, origin) in [("127.0.0.1:3000", "http://127.0.0.1:3000"), ("box.lan:3000", "http://box.lan:3000")] {
        let mut client = app.client();
        // Browsers send this header to https and to this machine, and the form is judged by it.
        let page = client.send(Call::navigation("/_auth/login").header("Host", host)).await;
        assert!(notice(&page).unwrap().contains("can sign in here"), "{}", page.text());
        let fields = [("email", OWNER), ("password", PASSWORD)];
        let sent = client.filled_form("/_auth/login", &fields).unwrap().header("Host", host).header("Origin", origin);
        assert_eq!(client.send(sent.clone()).await.status, 303, "{host}");
        let mut client = app.client();
        let page = client.send(Call::navigation("/_auth/login").header("Host", host).without("Sec-Fetch-Site")).await;
        let message = notice(&page).unwrap();
        assert!(message.contains("may not work") && !message.contains("can sign in here"), "{message}");
        assert_eq!(client.send(sent.without("Sec-Fetch-Site")).await.status, 403, "{host}");
    }
}

#[tokio::test]
async fn s66_the_script_of_a_page_may_run_where_the_page_was_opened_and_nowhere_else() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let script_of = async |host: &str| {
        let answer = app.client().send(Call::navigation("/_auth/login").header("Host", host)).await;
        let policy = answer.header("content-security-policy").unwrap().to_owned();
        policy.split("; ").find_map(|part| part.strip_prefix("script-src ")).unwrap().to_owned()
    };
    for (host, origin) in [
        ("localhost:3000", "http://localhost:3000"),
        ("127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("[::1]:3000", "http://[::1]:3000"),
        ("BOX.lan", "http://box.lan"),
        // What is no address is in no policy.
        ("a;script-src *", "http://localhost:3000"),
        ("a *", "http://localhost:3000"),
        ("'unsafe-inline'", "http://localhost:3000"),
        ("a/x", "http://localhost:3000"),
    ] {
        let script = script_of(host).await;
        assert!(
            script.starts_with(&format!("{origin}/_auth/static/app-")) && !script.contains(' '),
            "{host}: {script}"
        );
    }
}

#[tokio::test]
async fn the_own_address_in_any_spelling_and_what_a_proxy_says_of_it_need_no_notice() {
    let app = TestApp::start(|options| {
        options.app_url = "https://gate.example.org".to_owned();
        options.trusted_proxies = Some("127.0.0.1".to_owned());
    })
    .await;
    people::claim(&app).await;
    let forwarded = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "gate.example.org")];
    for (headers, wrong) in [
        (vec![("Host", "GATE.example.org")], false),
        (vec![("Host", "gate.example.org:443")], false),
        (vec![("Host", "127.0.0.1:3000"), forwarded[0], forwarded[1]], false),
        (vec![("Host", "127.0.0.1:3000"), ("X-Forwarded-For", "192.0.2.1")], false),
        (vec![("Host", "gate:3000"), ("Via", "1.1 proxy")], false),
        (
            vec![("Host", "gate.example.org"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "www.example.org")],
            true,
        ),
        (vec![("Host", "www.example.org")], true),
    ] {
        let call =
            headers.iter().fold(Call::navigation("/_auth/login"), |call, (name, value)| call.header(name, value));
        let message = notice(&app.client().send(call).await);
        assert_eq!(message.is_some(), wrong, "{headers:?}: {message:?}");
    }
    // A stranger's word about it is worth nothing.
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let call = Call::navigation("/_auth/login")
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "https");
    assert_eq!(notice(&app.client().send(call).await), None);
}

#[tokio::test]
async fn a_refused_form_says_why_and_what_to_do() {
    let app = TestApp::start(|_| {}).await;
    people::claim(&app).await;
    let fields = [("email", OWNER), ("password", PASSWORD)];
    // No cookie at all, whatever the token.
    let mut client = app.client();
    client.get("/_auth/login").await;
    client.jar.remove("portcullis_form");
    for path in ["/_auth/login", "/_auth/forgot"] {
        let refused = client.post_form(path, &fields).await;
        assert_eq!(refused.status, 403);
        assert!(
            refused.text().contains("Cookies needed") && refused.text().contains(&app.app_url),
            "{}",
            refused.text()
        );
        assert!(
            !refused.text().contains("was not sent from") && !refused.text().contains("according to the browser"),
            "{}",
            refused.text()
        );
    }
    // The cookie is duplicated, so that nobody knows which one is ours: reloading the page helps.
    let mut client = app.client();
    let form = client.get("/_auth/login").await;
    let token = page::csrf_token(&form.text()).unwrap();
    let own = client.jar.header("/").unwrap();
    let (name, _) = own.split_once('=').unwrap();
    let sent = [("csrf_token", token.as_str()), fields[0], fields[1]];
    for cookies in [format!("{own}; {name}=x"), format!("{name}=x; {own}"), format!("{own}; {own}")] {
        let mut plain = app.client();
        let refused = plain.send(Call::form("/_auth/login", &app.app_url, &sent).header("Cookie", &cookies)).await;
        assert_eq!(refused.status, 403, "{cookies}");
        assert!(
            refused.text().contains("no longer valid") && !refused.text().contains("Cookies needed"),
            "{}",
            refused.text()
        );
    }
    let mut plain = app.client();
    let right = plain.send(Call::form("/_auth/login", &app.app_url, &sent).header("Cookie", &own)).await;
    assert_eq!(right.status, 303, "once it is good: {}", right.text());
    // A form of before the sign-in, posted after it.
    let mut client = app.client();
    let form = client.get("/_auth/login").await;
    people::sign_in(&mut client, OWNER, PASSWORD).await;
    let token = page::csrf_token(&form.text()).unwrap();
    let stale = [("csrf_token", token.as_str()), ("name", "x"), ("language", "")];
    let refused = client.send(Call::form("/_auth/account/profile", &app.app_url, &stale)).await;
    assert_eq!(refused.status, 403);
    assert!(refused.text().contains("no longer valid") && refused.text().contains("reload"), "{}", refused.text());
    // Another origin: both are named, and what to do.
    let foreign = Call::form("/_auth/login", "http://box.lan:3000", &fields).without("Sec-Fetch-Site");
    let refused = client.send(foreign).await;
    assert_eq!(refused.status, 403);
    for said in [&*app.app_url, "http://box.lan:3000", "has to change APP_URL"] {
        assert!(refused.text().contains(said), "{said}: {}", refused.text());
    }
}

#[tokio::test]
async fn without_https_a_refused_form_says_that_this_is_what_is_missing() {
    let app = TestApp::start(|options| options.app_url = "https://gate.example.org".to_owned()).await;
    people::claim(&app).await;
    let mut client = app.client();
    client.get("/_auth/login").await;
    client.jar.remove("portcullis_form");
    let call = client.filled_form("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).unwrap();
    let refused = client.send(call.without("Sec-Fetch-Site").header("Host", "gate.example.org")).await;
    assert!(refused.status == 403 && refused.text().contains("sent without https"), "{}", refused.text());
}

#[expect(clippy::cognitive_complexity, reason = "the macros of assertions count as branches; there are none")]
async fn warns_at_another_address(browser: Browser) {
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &[]).await;
    let base = format!("http://{NOT_LOOPBACK}:{}", process.port);
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    browser.open(&format!("{base}/_auth/setup?token={}", token.trim())).await;
    let message = browser.find(".notice[role='alert']").await.text().await.unwrap();
    assert!(
        message.contains(&format!("APP_URL={base} and HOST=0.0.0.0")) && message.contains(&process.app_url()),
        "{message}"
    );
    // The link leads to the form that works.
    browser.click(".notice a").await;
    browser.submit("/_auth/setup", &[("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
    browser.at("/_auth/admin/checklist").await;
    process.running.line_with("a browser used an address other than APP_URL");
    browser.open(&format!("{base}/_auth/login?next=/_auth/account")).await;
    browser.find(".notice a").await;
    // Somebody who continues anyway is warned again, with a link to the right address.
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    let refused = async || browser.text().await.contains("has to change APP_URL").then_some(());
    super::support::wait::eventually("the form to be refused", refused).await;
    browser.open(&format!("{}/_auth/account", process.app_url())).await;
    browser.find("dl[data-user-email]").await;
    browser.close().await;
}

#[tokio::test]
async fn chromium_shows_the_warning_at_another_address() {
    let (Some(browser), Some(plain)) = (Browser::start().await, Browser::without_scripts().await) else { return };
    warns_at_another_address(browser).await;
    warns_at_another_address(plain).await;
}

#[tokio::test]
async fn chromium_signs_in_at_the_other_name_of_this_machine_with_every_comfort() {
    let Some(browser) = Browser::start().await else { return };
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &[]).await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), token.trim()).await;
    let base = process.app_url().replace("localhost", "127.0.0.1");
    browser.open(&format!("{base}/_auth/login?next=/_auth/account")).await;
    let message = browser.find(".notice[role='alert']").await.text().await.unwrap();
    assert!(message.contains("can sign in here") && !message.contains("HOST=0.0.0.0"), "{message}");
    browser.click("button.reveal").await;
    browser.find("input[name='password'][type='text']").await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.find("dl[data-user-email]").await;
    assert!(browser.url().await.starts_with(&base), "{}", browser.url().await);
    browser.close().await;
}

#[tokio::test]
async fn chromium_with_blocked_cookies_shows_that_they_are_required() {
    let Some(browser) = Browser::without_cookies().await else { return };
    let process = Process::start_with(tempfile::tempdir().unwrap(), "start", &[]).await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), token.trim()).await;
    browser.open(&format!("{}/_auth/login", process.app_url())).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    let message = async || browser.text().await.contains("Cookies needed").then_some(());
    super::support::wait::eventually("the page about cookies", message).await;
    let shown = browser.text().await;
    assert!(shown.contains(&process.app_url()) && !shown.contains("according to the browser"), "{shown}");
    process.running.line_with("refused a form without the cookie that its page set");
    browser.close().await;
}

#[test]
fn check_config_reports_an_app_url_that_nobody_can_reach() {
    let folder = tempfile::TempDir::new().unwrap();
    for (app_url, more, says) in [
        ("http://box.lan:3000", vec![], Some("Set HOST=0.0.0.0")),
        ("http://192.0.2.7:3000", vec![("HOST", "127.0.0.2")], Some("Set HOST=0.0.0.0")),
        ("http://localhost:8080", vec![], Some("listens on port 3000")),
        ("http://localhost", vec![], Some("listens on port 3000")),
        ("http://box.lan:3000", vec![("HOST", "0.0.0.0"), ("PORT", "3055")], Some("listens on port 3055")),
        ("http://box.lan:3000", vec![("HOST", "0.0.0.0")], None),
        ("http://localhost", vec![("PORT", "80")], None),
        ("http://localhost:3000", vec![], None),
        ("http://box.lan", vec![("TRUSTED_PROXIES", "192.0.2.1")], None),
        ("https://box.example.org", vec![], None),
    ] {
        let settings: Vec<_> =
            more.iter().chain([&("APP_URL", app_url)]).map(|(name, value)| (*name, (*value).to_owned())).collect();
        let text = said(&run_with(folder.path(), &["check-config"], &settings));
        let line = text.lines().find(|line| line.starts_with("advice: Listening:"));
        match says {
            Some(words) => assert!(line.is_some_and(|line| line.contains(words)), "{app_url}: {text}"),
            None => assert_eq!(line, None, "{app_url}: {text}"),
        }
    }
}
