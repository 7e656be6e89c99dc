//! The pages of apps, rules and groups, and the way into an app, in a real Chromium by keyboard alone.

use std::path::PathBuf;

use fantoccini::key::Key;

use super::support::browser::SIGN_IN;
use super::support::keyboard::{Walk, fill, go, go_around, press, tab_to, type_in, write};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::upstream::Upstream;

const EVE: &str = "eve@example.org";
const LIST: &str = "/_auth/admin/apps";
const SAVE: &str = "main button[type='submit']";
const SPACE: &str = " ";

/// Arrives at a page, which Tab goes around.
async fn arrive(walk: &Walk, then: &str) {
    walk.see(then).await;
    go_around(&walk.browser).await;
}

async fn follow(walk: &Walk, css: &str, then: &str) {
    walk.go_to(css, then).await;
    go_around(&walk.browser).await;
}

/// Presses a button with the space bar.
async fn press_space(walk: &Walk, css: &str, then: &str) {
    tab_to(&walk.browser, css).await;
    write(&walk.browser, SPACE).await;
    walk.see(then).await;
}

/// Chooses the option that begins with that text.
async fn choose(walk: &Walk, name: &str, begin: &str) {
    tab_to(&walk.browser, &format!("[name='{name}']")).await;
    write(&walk.browser, begin).await;
}

/// Ticks a box, or takes the tick away.
async fn tick(walk: &Walk, name: &str) {
    tab_to(&walk.browser, &format!("[name='{name}']")).await;
    write(&walk.browser, SPACE).await;
}

/// The owner signs in at the portal; the list of groups opens.
async fn sign_in(walk: &Walk) {
    walk.open("/_auth/login?next=%2F_auth%2Fadmin%2Fgroups", SIGN_IN).await;
    type_in(&walk.browser, &[("email", OWNER), ("password", PASSWORD)]).await;
    arrive(walk, "a[href='/_auth/admin/groups/new']").await;
}

async fn create_group(walk: &Walk) {
    follow(walk, "a[href='/_auth/admin/groups/new']", "[name='name']").await;
    type_in(&walk.browser, &[("name", "Our Staff")]).await;
    walk.follow_the_summary("name").await;
    type_in(&walk.browser, &[("name", "staff")]).await;
    arrive(walk, "h1[data-group='staff']").await;
}

/// Eve is taken into the group.
async fn add_member(walk: &Walk) {
    fill(&walk.browser, "email", "nobody@example.org").await;
    press(&walk.browser, Key::Tab).await;
    press(&walk.browser, Key::Enter).await;
    walk.follow_the_summary("email").await;
    go_around(&walk.browser).await;
    fill(&walk.browser, "email", EVE).await;
    press_space(walk, SAVE, "[data-member='eve@example.org']").await;
    go_around(&walk.browser).await;
    walk.go_to("nav a[href='/_auth/admin/groups']", "[data-group='staff'] a").await;
    go_around(&walk.browser).await;
}

/// An app, whose page opens.
async fn create_app(walk: &Walk, address: &str, upstream: &str) {
    walk.go_to("nav a[href='/_auth/admin/apps']", "[data-app='default']").await;
    go_around(&walk.browser).await;
    follow(walk, "main a[href='/_auth/admin/apps/new']", "[name='mode']").await;
    fill(&walk.browser, "addresses", address).await;
    type_in(&walk.browser, &[("name", "Wiki"), ("upstream", "nonsense")]).await;
    walk.follow_the_summary("upstream").await;
    choose(walk, "mode", "Through the").await;
    tick(walk, "off").await;
    type_in(&walk.browser, &[("upstream", upstream)]).await;
    arrive(walk, "h1[data-app='Wiki']").await;
    assert!(walk.browser.text().await.contains("Switched off"));
}

async fn edit_app(walk: &Walk) {
    follow(walk, "a[href$='/edit']", "[name='preflight']").await;
    type_in(&walk.browser, &[("name", "Our wiki"), ("timeout", "soon")]).await;
    walk.follow_the_summary("timeout").await;
    fill(&walk.browser, "timeout", "30").await;
    tick(walk, "off").await;
    press_space(walk, SAVE, "h1[data-app='Our wiki']").await;
    assert!(walk.browser.text().await.contains("Accepts connections"));
}

/// The icon: what a file dialog would give is typed into its field.
async fn give_icon(walk: &Walk) {
    let file: PathBuf = walk.process.folder.path().join("icon.svg");
    std::fs::write(&file, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>").unwrap();
    follow(walk, "a[href$='/icon']", "[name='icon']").await;
    walk.go_to(SAVE, ".summary").await;
    walk.follow_the_summary("icon").await;
    write(&walk.browser, file.to_str().unwrap()).await;
    press_space(walk, SAVE, "h1 img.icon").await;
    follow(walk, "a[href$='/icon']", "[name='remove']").await;
    tick(walk, "remove").await;
    walk.go_to(SAVE, "h1[data-app='Our wiki']").await;
}

/// A rule with one grant.
async fn create_rule(walk: &Walk) {
    follow(walk, "a[href$='/rules/new']", "[name='who']").await;
    type_in(&walk.browser, &[("path", "/drafts"), ("methods", "get")]).await;
    walk.follow_the_summary("methods").await;
    fill(&walk.browser, "methods", "GET, POST").await;
    choose(walk, "who", "Groups").await;
    fill(&walk.browser, "groups", "staff").await;
    fill(&walk.browser, "people", OWNER).await;
    tick(walk, "factor").await;
    type_in(&walk.browser, &[("networks", "127.0.0.0/8")]).await;
    arrive(walk, "[data-path='/drafts'] [data-grant-id]").await;
}

/// The configuration of a proxy, which is refused: for a mistake, and for an app that the gate itself serves.
async fn ask_for_configuration(walk: &Walk) {
    follow(walk, "a[href$='/snippet']", "[name='proxy']").await;
    choose(walk, "proxy", "Caddy").await;
    type_in(&walk.browser, &[("to", "nowhere")]).await;
    walk.follow_the_summary("to").await;
    type_in(&walk.browser, &[("to", "wiki:8080")]).await;
    walk.at_the_summary().await;
    go_around(&walk.browser).await;
    walk.go_to("main > p a", "h1[data-app]").await;
}

/// A question to the app from outside.
async fn ask_the_doctor(walk: &Walk) {
    follow(walk, "a[href$='/probe']", "form[action$='/probe'] button").await;
    press_space(walk, "form[action$='/probe'] button", "[data-worst]").await;
    go_around(&walk.browser).await;
    walk.go_to("main > p a", "h1[data-app]").await;
}

/// A signed link, made after a mistake.
async fn make_link(walk: &Walk) {
    follow(walk, "a[href$='/links/new']", "[name='path']").await;
    type_in(&walk.browser, &[("path", "hook")]).await;
    walk.follow_the_summary("path").await;
    type_in(&walk.browser, &[("path", "/hook")]).await;
    arrive(walk, "#link").await;
    walk.go_to("main > p a", "[data-link-id]").await;
}

/// A token of one's own, made after a mistake, and revoked.
async fn make_token(walk: &Walk) {
    walk.open("/_auth/account/tokens", "[name='name']").await;
    go_around(&walk.browser).await;
    type_in(&walk.browser, &[("name", "")]).await;
    walk.follow_the_summary("name").await;
    type_in(&walk.browser, &[("name", "Phone")]).await;
    arrive(walk, "#link").await;
    follow(walk, "main > p a", "[data-token-id] form button").await;
    press_space(walk, "[data-name='Phone'] form button", ".flash").await;
}

/// The rule gets a second grant, after an error; the form then has room for a third one.
async fn add_grant(walk: &Walk) {
    follow(walk, "[data-path='/drafts'] > a:first-child", "[name='who_2']").await;
    choose(walk, "who_2", "Anybody").await;
    type_in(&walk.browser, &[("networks_2", "here")]).await;
    walk.follow_the_summary("networks_2").await;
    go_around(&walk.browser).await;
    type_in(&walk.browser, &[("networks_2", "10.0.0.0/8")]).await;
    walk.see("[data-grant-id] + [data-grant-id]").await;
    follow(walk, "[data-path='/drafts'] > a:first-child", "[name='who_3']").await;
    walk.go_to("main > p a:not([href$='/delete'])", "h1[data-app]").await;
}

async fn explain(walk: &Walk) {
    follow(walk, "a[href$='/explain']", "[name='address']").await;
    type_in(&walk.browser, &[("address", "nowhere")]).await;
    walk.follow_the_summary("address").await;
    type_in(&walk.browser, &[("user", EVE), ("address", "/drafts")]).await;
    arrive(walk, "[data-verdict]").await;
    walk.go_to("main > p a", "h1[data-app]").await;
}

async fn delete_rule(walk: &Walk) {
    follow(walk, "[data-path='/drafts'] > a[aria-label]", "button.danger").await;
    press_space(walk, "button.danger", ".flash").await;
    walk.browser.gone("[data-path]").await;
}

/// From the start page into the app.
async fn enter_app(walk: &Walk, address: &str) {
    walk.open("/_auth/", "a[data-app='Our wiki']").await;
    go_around(&walk.browser).await;
    go(&walk.browser, "a[data-app='Our wiki']").await;
    walk.browser.find("#app").await;
    assert_eq!(walk.browser.url().await, format!("{address}/"));
}

/// A way into the app that fails, and one out of it: the first page leads back in, the second is the portal's.
async fn fail_and_leave(walk: &Walk, address: &str) {
    // A code that is not right: the page leads back into the app.
    walk.browser.open(&format!("{address}/_auth/enter?code=none")).await;
    arrive(walk, "main a[href='/']").await;
    go(&walk.browser, "main a[href='/']").await;
    walk.browser.find("#app").await;
    // The app's own address leads to the page at the portal.
    walk.browser.open(&format!("{address}/_auth/logout")).await;
    arrive(walk, "form[action='/_auth/logout']").await;
    assert!(walk.browser.url().await.starts_with(&walk.base));
    press_space(walk, "form[action='/_auth/logout'] button", SIGN_IN).await;
}

async fn enter_by_sign_in(walk: &Walk, address: &str) {
    walk.browser.open(&format!("{address}/page")).await;
    arrive(walk, SIGN_IN).await;
    type_in(&walk.browser, &[("email", OWNER), ("password", PASSWORD)]).await;
    walk.browser.find("#app").await;
    assert_eq!(walk.browser.url().await, format!("{address}/page"));
}

async fn delete_app(walk: &Walk) {
    walk.open(LIST, "[data-app='Our wiki'] a").await;
    go_around(&walk.browser).await;
    walk.go_to("[data-app='Our wiki'] a", "h1[data-app]").await;
    follow(walk, "a[href$='/delete']", "button.danger").await;
    press_space(walk, "button.danger", ".flash").await;
}

async fn delete_group(walk: &Walk) {
    walk.go_to("nav a[href='/_auth/admin/groups']", "[data-group='staff'] a").await;
    walk.go_to("[data-group='staff'] a", "[data-member]").await;
    press_space(walk, "form[action$='/remove'] button", ".flash").await;
    walk.browser.gone("[data-member]").await;
    follow(walk, "a[href$='/delete']", "button.danger").await;
    press_space(walk, "button.danger", ".flash").await;
    walk.browser.gone("[data-group]").await;
}

async fn walk_through(width: u32, theme: &'static str, scripts: bool) {
    let upstream = Upstream::start().await;
    let Some(walk) = Walk::start(&upstream.url(), width, theme, scripts).await else { return };
    let mut owner = walk.process.client();
    people::claim_with(&mut owner, &walk.set_up_token()).await;
    people::invite(&mut owner, EVE, "Eve", "user").await;
    let address = walk.base.replace("localhost", "wiki.localhost");
    go_through(&walk, &address, &upstream.url()).await;
    walk.browser.close().await;
}

#[expect(clippy::cognitive_complexity, reason = "each await counts as a branch; there are none")]
async fn go_through(walk: &Walk, address: &str, upstream: &str) {
    sign_in(walk).await;
    create_group(walk).await;
    add_member(walk).await;
    create_app(walk, address, upstream).await;
    edit_app(walk).await;
    give_icon(walk).await;
    create_rule(walk).await;
    add_grant(walk).await;
    explain(walk).await;
    delete_rule(walk).await;
    ask_for_configuration(walk).await;
    ask_the_doctor(walk).await;
    make_link(walk).await;
    make_token(walk).await;
    enter_app(walk, address).await;
    fail_and_leave(walk, address).await;
    enter_by_sign_in(walk, address).await;
    delete_app(walk).await;
    delete_group(walk).await;
}

#[tokio::test]
async fn apps_rules_and_groups_go_by_keyboard_on_a_wide_light_screen() {
    walk_through(1280, "light", true).await;
}

#[tokio::test]
async fn apps_rules_and_groups_go_by_keyboard_at_320_px_in_the_dark_without_javascript() {
    walk_through(320, "dark", false).await;
}
