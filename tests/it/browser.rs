//! A real Chromium walks the main job.

use super::support::app::TestApp;
use super::support::browser::Browser;
use super::support::people::{OWNER, PASSWORD};
use super::support::process::free_port;
use super::support::upstream::Upstream;

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
    assert!(browser.text().await.contains("do not belong together"));
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
