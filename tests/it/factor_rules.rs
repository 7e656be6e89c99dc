//! Rules that demand a second factor: who lacks it is led to the page that asks for it, and back (S113, S126).

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::apps::{Apps, PORTAL, WIKI};
use super::support::client::{Call, Client};
use super::support::nodes::Nodes;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS, Phone, trusted, with_phone};
use super::verdicts::question;

const CONFIRM: &str = "/_auth/confirm";
const DEFAULT: &str = "/_auth/admin/apps/default";
const VAULT: RuleForm<'static> = RuleForm::who_proved_a_factor("/vault");

#[tokio::test]
async fn s126_who_lacks_the_factor_is_led_to_the_code_and_back_to_the_app() {
    let (app, upstream, mut owner, phone, _) = with_phone().await;
    app_pages::add_rule(&mut owner, DEFAULT, VAULT).await;
    assert_eq!(owner.get("/vault").await.status, 200, "proved when it was added");
    let mut client = trusted(&app, &phone).await;
    let before = upstream.count();
    let led = client.get("/vault?x=1").await;
    assert_eq!((led.status, led.location()), (303, "/_auth/confirm?next=/vault%3Fx%3D1&factor=on"));
    let way = led.location().to_owned();
    let script = client.fetch("/vault").await;
    assert_eq!((script.status, script.json()["error"].as_str()), (403, Some("forbidden")), "{}", script.text());
    let asked = client.get(&way).await;
    assert!(asked.status == 200 && !asked.text().contains("name=\"current_password\""), "{}", asked.text());
    assert_eq!(page::field(&asked.text(), "factor").as_deref(), Some("on"));
    let answer = |code: &str, password: &str| {
        [("next", "/vault?x=1"), ("factor", "on"), ("code", code), ("current_password", password)]
            .map(|(name, value)| (name, value.to_owned()))
    };
    for (code, password) in [("000000", ""), ("", PASSWORD), ("000000", PASSWORD)] {
        let fields = answer(code, password);
        let refused = client.post_form(CONFIRM, &fields.each_ref().map(|(name, value)| (*name, &**value))).await;
        assert_eq!(refused.status, 422, "{code} {password}: {}", refused.text());
        assert_eq!(client.get("/vault").await.status, 303);
    }
    assert_eq!(upstream.count(), before, "the app was asked");
    client.get(&way).await;
    let fields = answer(&phone.code(), "");
    let done = client.post_form(CONFIRM, &fields.each_ref().map(|(name, value)| (*name, &**value))).await;
    assert_eq!((done.status, done.location()), (303, "/vault?x=1"), "{}", done.text());
    assert_eq!(client.get("/vault?x=1").await.status, 200);
    assert_eq!(client.fetch("/vault").await.status, 200);
    assert_eq!(client.get(&way).await.location(), "/vault?x=1", "who has just proved it is not asked");
}

#[tokio::test]
async fn s126_who_has_no_factor_reads_how_to_add_one_and_no_password_helps() {
    let (app, _upstream, mut owner) = people::with_app().await;
    app_pages::add_rule(&mut owner, DEFAULT, VAULT).await;
    let led = owner.get("/vault").await.location().to_owned();
    assert!(led.starts_with(CONFIRM), "{led}");
    let words = owner.get(&led).await;
    assert_eq!(words.status, 403);
    assert!(page::visible_text(&words.text()).contains("you have none yet"), "{}", words.text());
    let tags = page::tags(&words.text());
    let links: Vec<_> = tags.iter().filter_map(|tag| tag.attribute("href")).collect();
    assert!(links.contains(&FACTORS) && links.contains(&"/vault"), "{links:?}");
    owner.get("/_auth/account").await;
    let fields = [("next", "/vault"), ("factor", "on"), ("current_password", PASSWORD)];
    assert_eq!(owner.post_form(CONFIRM, &fields).await.location(), "/vault");
    assert_eq!(owner.get("/vault").await.location(), led, "the password is no factor");
    phone::add(&mut owner, &app.clock).await;
    assert_eq!(owner.get("/vault").await.status, 200);
}

#[tokio::test]
async fn s126_where_nobody_is_asked_for_factors_the_page_says_so() {
    let (app, _upstream, mut owner, _phone, _) = with_phone().await;
    app_pages::add_rule(&mut owner, DEFAULT, VAULT).await;
    let app = phone::restarted_with_off(app).await;
    let mut client = app.client();
    people::sign_in(&mut client, OWNER, PASSWORD).await;
    let led = client.get("/vault").await.location().to_owned();
    let words = client.get(&led).await;
    assert_eq!(words.status, 403);
    assert!(page::visible_text(&words.text()).contains("does not ask for second factors"), "{}", words.text());
}

/// The same question about what somebody opens.
fn by_navigation(call: Call) -> Call {
    let call = call.header("Accept", "text/html").header("Sec-Fetch-Mode", "navigate");
    call.header("Sec-Fetch-Dest", "document").header("Sec-Fetch-Site", "none")
}

async fn assert_led(client: &mut Client, host: &str) {
    let led = format!("{PORTAL}{CONFIRM}?next=/vault&factor=on");
    for dialect in ["nginx", "traefik", "caddy", "haproxy", "envoy"] {
        let call = question(dialect, host, "GET", "/vault");
        let answer = client.send(by_navigation(call.clone())).await;
        let status = if dialect == "nginx" { 401 } else { 303 };
        assert_eq!((answer.status, answer.location()), (status, &*led), "{dialect}");
        if dialect == "nginx" {
            assert_eq!(answer.header("x-portcullis-navigation"), Some("yes"));
        }
        let script = client.send(call).await;
        assert_eq!((script.status, script.location()), (403, ""), "{dialect}");
    }
}

#[tokio::test]
async fn s126_every_dialect_leads_a_page_there_and_refuses_a_script() {
    let (_app, _upstream, mut owner) = people::with_app_in_both_modes().await;
    app_pages::add_rule(&mut owner, DEFAULT, VAULT).await;
    assert_led(&mut owner, "localhost:3000").await;
}

#[tokio::test]
async fn s126_a_code_at_the_portal_is_good_on_the_host_of_an_app() {
    let mut apps = Apps::start().await;
    let (phone, _) = phone::add(&mut apps.portal, &apps.app.clock).await;
    apps.app.advance(60);
    let page = format!("/_auth/admin/apps/{}", super::support::apps::id("wiki"));
    app_pages::add_rule(&mut apps.portal, &page, VAULT).await;
    apps.portal = trusted(&apps.app, &phone).await;
    let mut browser = apps.entered(WIKI).await;
    let led = browser.get("/vault").await.location().to_owned();
    assert_eq!(led, format!("{PORTAL}{CONFIRM}?next=http://wiki.example.net:3000/vault&factor=on"));
    let way = led.strip_prefix(PORTAL).unwrap();
    let next = format!("{WIKI}/vault");
    let fields = [("next", &*next), ("factor", "on"), ("code", &*phone.code())];
    let done = apps.portal.submit(way, CONFIRM, &fields).await;
    assert_eq!((done.status, done.location()), (303, &*next), "{}", done.text());
    assert_eq!(browser.get("/vault").await.status, 200);
}

/// With both demands, the proof of the factor itself has to be new.
async fn assert_new_factor(app: &TestApp, owner: &mut Client, phone: &Phone) {
    let led = format!("{CONFIRM}?next=/fresh&factor=on");
    app.advance(301);
    assert_eq!(owner.get("/fresh").await.location(), led, "an old factor");
    let password = [("next", "/fresh"), ("current_password", PASSWORD)];
    let confirmed = owner.submit(&format!("{CONFIRM}?next=/fresh"), CONFIRM, &password).await;
    assert_eq!(confirmed.location(), "/fresh", "{}", confirmed.text());
    assert_eq!(owner.get("/fresh").await.location(), led, "a new password and an old factor");
    assert_eq!(owner.get("/recent").await.status, 200);
    let code = [("next", "/fresh"), ("factor", "on"), ("code", &*phone.code())];
    assert_eq!(owner.submit(&led, CONFIRM, &code).await.location(), "/fresh");
    app.advance(300);
    assert_eq!(owner.get("/fresh").await.status, 200);
    app.advance(1);
    assert_eq!(owner.get("/fresh").await.location(), led);
}

async fn add_fresh_rules(owner: &mut Client) {
    app_pages::add_rule(owner, DEFAULT, RuleForm { path: "/fresh", within: "5", ..VAULT }).await;
    app_pages::add_rule(owner, DEFAULT, RuleForm { path: "/recent", within: "5", factor: false, ..VAULT }).await;
}

#[tokio::test]
async fn s126_a_factor_and_a_new_proof_are_a_new_proof_of_the_factor() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    add_fresh_rules(&mut owner).await;
    assert_eq!(owner.get("/fresh").await.status, 200);
    assert_new_factor(&app, &mut owner, &phone).await;
    // Another factor of theirs is no proof of one, either.
    owner.get("/_auth/account").await;
    let password = [("next", "/recent"), ("current_password", PASSWORD)];
    assert_eq!(owner.post_form(CONFIRM, &password).await.location(), "/recent");
    phone::add(&mut owner, &app.clock).await;
    assert_eq!(owner.get("/fresh").await.status, 303);
}

#[tokio::test]
async fn s126_a_new_proof_of_the_factor_is_kept_in_redis_too() {
    let Some(nodes) = Nodes::start(1, true).await else { return };
    let mut owner = nodes.owner().await;
    let (phone, _) = phone::add(&mut owner, &nodes.clock).await;
    add_fresh_rules(&mut owner).await;
    assert_new_factor(&nodes.apps[0], &mut owner, &phone).await;
}
