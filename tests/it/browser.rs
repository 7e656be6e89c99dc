//! A real Chromium walks the main job.

use super::support::app::TestApp;
use super::support::browser::{Browser, SIGN_IN};
use super::support::mailbox::Mailbox;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, free_port};
use super::support::upstream::Upstream;

const NEW: &str = "nine-otters-paint-the-barn";

async fn walk(browser: Browser) {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let port = free_port();
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.app_url = format!("http://localhost:{port}");
    })
    .await;
    let base = format!("http://{}", app.address);
    browser.open(&format!("{base}/_auth/setup?token={}", app.setup_token())).await;
    browser.submit("/_auth/setup", &[("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
    browser.find("#app").await;
    assert_eq!(upstream.last().header("remote-user").as_deref(), Some(OWNER));

    sign_out_and_in(&browser, &base).await;
    app.advance(3700);
    browser.open(&format!("{base}/page")).await;
    browser.find("#app").await;
    browser.close().await;
}

async fn sign_out_and_in(browser: &Browser, base: &str) {
    browser.open(&format!("{base}/_auth/account")).await;
    browser.submit("/_auth/logout", &[]).await;
    browser.at("/_auth/login").await;
    browser.open(&format!("{base}/_auth/login?next=%2Fpage%3Fx%3D1")).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", "not the password")]).await;
    // Waits for the answer: the page before it has no summary.
    browser.find(".summary").await;
    assert!(browser.text().await.contains("Incorrect e-mail address or password"));
    browser.submit("/_auth/login", &[("password", PASSWORD)]).await;
    browser.at("/page?x=1").await;
    browser.find("#app").await;
}

#[tokio::test]
async fn chromium_claims_signs_in_goes_back_refreshes_and_signs_out() {
    if let Some(browser) = Browser::start().await {
        walk(browser).await;
    }
}

#[tokio::test]
async fn chromium_does_the_same_without_javascript() {
    if let Some(browser) = Browser::without_scripts().await {
        walk(browser).await;
    }
}

/// A claimed server in a process of its own: the browser's origin is `APP_URL`, as a web socket needs it.
async fn claimed_process(upstream: &Upstream) -> (Process, Mailbox) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), format!("UPSTREAM_URL={}\n", upstream.url())).unwrap();
    let data = folder.path().join("data");
    let process = Process::start_in(folder, "start").await;
    people::claim_with(&mut process.client(), &std::fs::read_to_string(data.join("setup-token")).unwrap()).await;
    (process, Mailbox::of(&data))
}

/// Forget, open the link, choose a password, sign in; invite by a copied link, which signs in; disable somebody with an
/// open socket.
async fn browse_all_pages(browser: Browser, other: Browser) {
    let upstream = Upstream::start().await;
    let (process, mut mailbox) = claimed_process(&upstream).await;
    let base = process.app_url();
    reset(&browser, &base, &mut mailbox).await;
    invite(&browser, &other, &base).await;
    assert_eq!(upstream.last().header("remote-user").as_deref(), Some("eve@example.org"));
    // A page about which the app says nothing but that it is old: browsers keep such for years.
    other.open(&format!("{base}/kept")).await;
    other.find("#app").await;
    other.open_socket("/ws").await;

    disable(&browser, &base).await;
    other.socket_is_closed().await;
    is_out(&other, &base).await;
    browser.close().await;
    other.close().await;
}

/// Neither a page that the browser keeps nor another one is shown.
async fn is_out(browser: &Browser, base: &str) {
    for path in ["/kept", "/page"] {
        browser.open(&format!("{base}{path}")).await;
        browser.at("/_auth/login").await;
    }
}

async fn disable(browser: &Browser, base: &str) {
    browser.open(&format!("{base}/_auth/admin/users?q=eve")).await;
    browser.click("td a").await;
    browser.click("form[action$='/disable'] button").await;
    browser.find(".flash").await;
}

async fn reset(browser: &Browser, base: &str, mailbox: &mut Mailbox) {
    browser.open(&format!("{base}/_auth/forgot")).await;
    browser.submit("/_auth/forgot", &[("email", OWNER)]).await;
    browser.at("/_auth/forgot/sent").await;
    let link = mailbox.wait_for("Choose a new password").await.link();
    browser.open(&format!("{base}{link}")).await;
    browser.submit("/_auth/reset", &[("password", NEW), ("confirm", NEW)]).await;
    browser.at("/_auth/login").await;
    assert!(browser.text().await.contains("Your password has been set"));
    // The address is filled in.
    browser.submit("/_auth/login", &[("password", NEW)]).await;
    browser.find("#app").await;
}

async fn invite(browser: &Browser, other: &Browser, base: &str) {
    browser.open(&format!("{base}/_auth/admin/users/new")).await;
    browser.submit("/_auth/admin/users/new", &[("email", "eve@example.org"), ("name", "Eve <b>")]).await;
    let copied = browser.find("#link").await.attr("data-link").await.unwrap().unwrap();
    let copied = copied[copied.find("/_auth/").unwrap()..].to_owned();
    other.open(&format!("{base}{copied}")).await;
    other.submit("/_auth/invite", &[("password", NEW), ("confirm", NEW)]).await;
    other.find("#app").await;
}

#[tokio::test]
async fn s49_s58_chromium_resets_invites_and_is_cut_when_disabled() {
    if let (Some(browser), Some(other)) = (Browser::start().await, Browser::start().await) {
        browse_all_pages(browser, other).await;
    }
}

#[tokio::test]
async fn s69_chromium_is_never_led_elsewhere_by_the_way_back() {
    let Some(browser) = Browser::start().await else { return };
    let port = free_port();
    let app = TestApp::start(|options| options.app_url = format!("http://localhost:{port}")).await;
    people::claim(&app).await;
    let base = format!("http://{}", app.address);
    for next in [
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/..//evil.example",
        "%0d%0aLocation:%20http://evil.example",
        "http://localhost.evil.example/",
    ] {
        browser.open(&format!("{base}/_auth/login?next={next}")).await;
        browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
        browser.gone(SIGN_IN).await;
        let url = browser.url().await;
        assert!(url.starts_with(&base), "{next} led to {url}");
        browser.open(&format!("{base}/_auth/account")).await;
        browser.submit("/_auth/logout", &[]).await;
        browser.at("/_auth/login").await;
    }
    browser.close().await;
}

#[tokio::test]
async fn s44_two_tabs_of_one_chromium_refresh_at_once_and_stay_signed_in() {
    let Some(browser) = Browser::start().await else { return };
    let upstream = Upstream::start().await;
    let (address, port) = (upstream.address, free_port());
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.app_url = format!("http://localhost:{port}");
    })
    .await;
    let base = format!("http://{}", app.address);
    browser.open(&format!("{base}/_auth/setup?token={}", app.setup_token())).await;
    browser.submit("/_auth/setup", &[("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
    browser.find("#app").await;
    for _ in 0..3 {
        app.advance(3700);
        let statuses = browser.fetch_at_once("/page", 6).await;
        assert_eq!(statuses, [200; 6]);
    }
    browser.open(&format!("{base}/page")).await;
    browser.find("#app").await;
    browser.close().await;
}

/// A gate before that app, claimed in the browser, which sees the app; and its address.
async fn claimed_in(browser: &Browser, upstream: &Upstream) -> (TestApp, String) {
    let address = upstream.address;
    let app = TestApp::start(|options| options.upstream = Some(address)).await;
    let base = format!("http://{}", app.address);
    browser.open(&format!("{base}/_auth/setup?token={}", app.setup_token())).await;
    browser.submit("/_auth/setup", &[("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD)]).await;
    browser.find("#app").await;
    (app, base)
}

#[tokio::test]
async fn chromium_finds_the_form_for_a_new_password_by_its_well_known_address() {
    let Some(browser) = Browser::start().await else { return };
    let upstream = Upstream::start().await;
    let (_app, base) = claimed_in(&browser, &upstream).await;
    browser.open(&format!("{base}/.well-known/change-password")).await;
    browser.at("/_auth/account/password").await;
    browser.close().await;
}

#[tokio::test]
async fn s79_chromium_shows_no_page_of_an_ended_session_from_its_disk() {
    let Some(browser) = Browser::start().await else { return };
    let upstream = Upstream::start().await;
    let (app, base) = claimed_in(&browser, &upstream).await;
    // A page about which the app says nothing but that it is old: browsers keep such for years.
    browser.open(&format!("{base}/kept")).await;
    browser.find("#app").await;
    browser.open("about:blank").await;
    people::another_browser(&app).await.submit("/_auth/account", "/_auth/account/sessions/end-others", &[]).await;
    browser.open(&format!("{base}/kept")).await;
    browser.at("/_auth/login").await;
    browser.close().await;
}
