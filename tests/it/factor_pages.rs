//! The pages of second factors in a real Chromium: by keyboard alone, and judged by axe.

use fantoccini::key::Key;

use super::accessibility::click_through;
use super::support::axe::{self, Axe};
use super::support::browser::{Browser, SIGN_IN};
use super::support::clock::TestClock;
use super::support::keyboard::{Walk, fill, go_around, press, type_in};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{FACTORS, Phone, TOTP};
use super::support::upstream::Upstream;

/// The form of the second step, which posts to its own address.
const STEP: &str = "form[data-form='here'] [name='code']";
const KEY: &str = "[data-totp-key]";
const CODE: &str = "[data-recovery-code]";

/// The phone that scanned what the browser shows; the server goes by the clock of the machine.
async fn phone(browser: &Browser) -> Phone {
    let key = browser.find(KEY).await.attr("data-totp-key").await.unwrap().unwrap();
    let clock = TestClock::new();
    clock.jump_to_the_machines();
    Phone::new(key, &clock)
}

/// Judges the page if this walk is the one that does.
async fn judge(axe: &mut Option<Axe>, walk: &Walk, name: &str) {
    if let Some(axe) = axe {
        axe.judge(&walk.browser, name).await;
    }
}

/// The owner claims the gate and signs in.
async fn enter(walk: &Walk) {
    people::claim_with(&mut walk.process.client(), &walk.set_up_token()).await;
    walk.open("/_auth/login", SIGN_IN).await;
    type_in(&walk.browser, &[("email", OWNER), ("password", PASSWORD)]).await;
    walk.browser.find("#app").await;
}

/// Goes to where an app for codes is added.
async fn begin(walk: &Walk, axe: &mut Option<Axe>) {
    walk.open(FACTORS, "a[href$='/factors/totp']").await;
    go_around(&walk.browser).await;
    judge(axe, walk, "factors-none").await;
    walk.go_to("a[href$='/factors/totp']", KEY).await;
    go_around(&walk.browser).await;
    judge(axe, walk, "totp").await;
}

/// Adds one, after a mistake. Returns a recovery code.
async fn add(walk: &Walk, axe: &mut Option<Axe>) -> String {
    type_in(&walk.browser, &[("name", "Phone"), ("code", "000000")]).await;
    walk.follow_the_summary("code").await;
    judge(axe, walk, "totp-faults").await;
    let code = phone(&walk.browser).await.code();
    type_in(&walk.browser, &[("code", &code)]).await;
    walk.see(CODE).await;
    go_around(&walk.browser).await;
    judge(axe, walk, "recovery-codes").await;
    let recovery = walk.browser.find(CODE).await.attr("data-recovery-code").await.unwrap().unwrap();
    walk.go_to("main a.button", "[data-factor-id]").await;
    recovery
}

/// Another name for it, and new codes.
async fn change(walk: &Walk, axe: &mut Option<Axe>) {
    go_around(&walk.browser).await;
    judge(axe, walk, "factors").await;
    type_in(&walk.browser, &[("name", "Old phone")]).await;
    walk.see("[data-name='Old phone']").await;
}

/// Signs in by a recovery code, after a mistake.
async fn sign_in(walk: &Walk, axe: &mut Option<Axe>, recovery: &str) {
    walk.open("/_auth/logout", "form[action='/_auth/logout']").await;
    walk.go_to("form[action='/_auth/logout'] button", SIGN_IN).await;
    type_in(&walk.browser, &[("email", OWNER), ("password", PASSWORD)]).await;
    walk.see(STEP).await;
    go_around(&walk.browser).await;
    judge(axe, walk, "factor-step").await;
    type_in(&walk.browser, &[("code", "000000")]).await;
    walk.follow_the_summary("code").await;
    judge(axe, walk, "factor-step-faults").await;
    fill(&walk.browser, "code", recovery).await;
    press(&walk.browser, Key::Enter).await;
    walk.browser.find("#app").await;
}

/// Removes it, and the codes with it.
async fn remove(walk: &Walk) {
    walk.open(FACTORS, "[data-factor-id]").await;
    walk.go_to("a[href$='/remove']", "button.danger").await;
    go_around(&walk.browser).await;
    walk.go_to("button.danger", ".flash").await;
    walk.browser.gone("[data-factor-id]").await;
}

/// Judges the pages that ask before factors and codes go; the browser is that of an admin without a factor, and the
/// page of a user is at `user`.
pub async fn judge_questions(browser: &Browser, axe: &mut Axe, base: &str, user: &str) {
    browser.open(&format!("{base}{TOTP}")).await;
    let code = phone(browser).await.code();
    browser.submit(TOTP, &[("code", &code)]).await;
    browser.find(CODE).await;
    for (page, click, name) in [
        (format!("{base}{FACTORS}"), "a[href$='/recovery']", "recovery-renew"),
        (format!("{base}{FACTORS}"), "a[href$='/remove']", "factor-remove"),
    ] {
        click_through(browser, axe, &page, &[(click, "button.danger", name)]).await;
    }
    browser.open(&format!("{user}/factors/reset")).await;
    browser.find("button.danger").await;
    axe.judge(browser, "factors-reset").await;
}

async fn go(width: u32, theme: &'static str, scripts: bool, judges: bool) {
    let upstream = Upstream::start().await;
    let Some(walk) = Walk::start(&upstream.url(), width, theme, scripts).await else { return };
    let mut axe = if judges { Axe::load() } else { None };
    enter(&walk).await;
    begin(&walk, &mut axe).await;
    let recovery = add(&walk, &mut axe).await;
    change(&walk, &mut axe).await;
    sign_in(&walk, &mut axe, &recovery).await;
    remove(&walk).await;
    walk.browser.close().await;
    if let Some(axe) = axe {
        assert!(axe.found.is_empty(), "{} pages:\n{}", axe.judged, axe.found.join("\n"));
    }
}

#[tokio::test]
async fn factors_go_by_keyboard_on_a_wide_light_screen_and_pass_axe() {
    go(1280, "light", true, true).await;
}

#[tokio::test]
async fn factors_go_by_keyboard_at_320_px_in_the_dark_without_javascript() {
    go(320, "dark", false, false).await;
}

#[tokio::test]
async fn the_page_of_a_demanded_factor_passes_axe() {
    let upstream = Upstream::start().await;
    let variables = [("SECOND_FACTOR", "everyone")];
    let Some(walk) = Walk::start_with(&upstream.url(), 1280, "light", true, &variables).await else { return };
    axe::set_size(&walk.browser, 1280, 800).await;
    walk.open(&format!("/_auth/setup?token={}", walk.set_up_token()), "[name='confirm']").await;
    let fields = [("email", OWNER), ("name", ""), ("password", PASSWORD), ("confirm", PASSWORD)];
    walk.browser.submit("/_auth/setup", &fields).await;
    walk.see(KEY).await;
    let mut axe = Axe::load();
    judge(&mut axe, &walk, "totp-demanded").await;
    let code = phone(&walk.browser).await.code();
    walk.browser.submit("/_auth/login/enrol", &[("code", &code)]).await;
    walk.see(CODE).await;
    walk.browser.click("main a.button").await;
    walk.browser.find("#app").await;
    walk.browser.close().await;
    if let Some(axe) = axe {
        assert!(axe.found.is_empty(), "{} pages:\n{}", axe.judged, axe.found.join("\n"));
    }
}
