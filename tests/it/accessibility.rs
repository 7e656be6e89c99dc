//! Every page in the real browser: judged by axe-core, in every theme, and measured at 320 px (docs/ACCESSIBILITY.md).

use portcullis::for_tests::Access;
use serde_json::Value;

use super::support::axe::{self, Axe};
use super::support::browser::{Browser, NOT_LOOPBACK};
use super::support::client::Client;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::{Process, free_port};
use super::support::upstream::Upstream;
use super::{admin_apps, factor_pages, groups};

const NEW: &str = "nine-otters-paint-the-barn";
/// Who is on the picture of the list of users, and whether they have signed in.
const TEAM: [(&str, bool); 9] = [
    ("Jonas Weber", true),
    ("Amara Okafor", true),
    ("Lucia Moreno", true),
    ("Samuel Carter", false),
    ("Noor Haddad", true),
    ("Priya Raman", true),
    ("Ben Lindqvist", false),
    ("Claire Dubois", true),
    ("Tom Archer", true),
];
/// The layout shift of the page, and the files it fetched.
const MOVED: &str = "const done = arguments[0]; let moved = 0; \
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { moved += one.value; })).observe({ type: \
    'layout-shift', buffered: true }); \
    requestAnimationFrame(() => requestAnimationFrame(() => done([moved, \
    performance.getEntriesByType('resource').map((one) => one.name)])));";

/// A real server that nobody has claimed; its origin is what the browser sees, so that the script runs.
async fn start(variables: &[(String, String)]) -> Process {
    Process::start_with(tempfile::tempdir().unwrap(), "start", variables).await
}

fn set_up_token(process: &Process) -> String {
    std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap().trim().to_owned()
}

/// The link that an admin copies for the account of that address.
async fn link_for(owner: &mut Client, email: &str, action: &str) -> String {
    let list = owner.get(&format!("/_auth/admin/users?q={email}")).await.text();
    let id = super::support::page::all_data(&list, "user-id").remove(0);
    let user = format!("/_auth/admin/users/{id}");
    let answer = owner.submit(&user, &format!("{user}/{action}"), &[("by", "link")]).await.text();
    let link = super::support::page::all_data(&answer, "link").remove(0);
    link[link.find("/_auth/").unwrap()..].to_owned()
}

async fn invite(owner: &mut Client, email: &str) {
    people::invite(owner, email, "Eve", "user").await;
}

#[tokio::test]
async fn every_page_for_visitors_passes_axe_and_fits() {
    let (Some(browser), Some(mut axe)) = (Browser::start().await, Axe::load()) else { return };
    axe::set_size(&browser, 1280, 800).await;
    let process = start(&[]).await;
    let base = process.app_url();
    browser.open(&format!("{base}/_auth/setup")).await;
    axe.judge(&browser, "set-up-without-token").await;
    browser.open(&format!("{base}/_auth/setup?token={}", set_up_token(&process))).await;
    axe.judge(&browser, "set-up").await;
    browser.submit("/_auth/setup", &[("email", OWNER), ("password", "short"), ("confirm", "shorter")]).await;
    browser.find(".summary").await;
    axe.judge(&browser, "set-up-faults").await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &set_up_token(&process)).await;

    for (path, name) in [
        ("/_auth/login", "sign-in"),
        ("/_auth/login?flash=signed-out", "sign-in-flash"),
        ("/_auth/forgot", "forgot"),
        ("/_auth/forgot/sent", "forgot-sent"),
        ("/_auth/reset", "reset-without-link"),
        ("/_auth/reset?token=none", "reset-dead-end"),
        ("/_auth/invite?token=none", "invite-dead-end"),
        ("/_auth/account/email/confirm?token=none", "confirm-dead-end"),
        ("/_auth/nothing", "error-404"),
        ("/_auth/account/sessions/end-all", "error-405"),
        ("/_auth/login%00", "error-400"),
    ] {
        browser.open(&format!("{base}{path}")).await;
        is_what_it_is_called(&browser, name).await;
        axe.judge(&browser, name).await;
    }
    invite(&mut owner, "eve@example.org").await;
    let reset = link_for(&mut owner, "owner", "reset-link").await;
    for (path, name, faulty) in
        [(reset, "reset", "reset-faults"), (link_for(&mut owner, "eve", "invite").await, "invite", "invite-faults")]
    {
        browser.open(&format!("{base}{path}")).await;
        axe.judge(&browser, name).await;
        browser.submit(path.split('?').next().unwrap(), &[("password", "short"), ("confirm", "other")]).await;
        browser.find(".summary").await;
        axe.judge(&browser, faulty).await;
    }
    axe.judge_the_rest(&browser, &base, &[Access::Open, Access::Link]).await;
    too_many_failures(&browser, &mut axe, &base, &mut process.client()).await;
    browser.close().await;
    assert!(axe.found.is_empty(), "{} pages:\n{}", axe.judged, axe.found.join("\n"));
}

/// A page that is called after a status shows that one.
async fn is_what_it_is_called(browser: &Browser, name: &str) {
    if let Some(status) = name.strip_prefix("error-").and_then(|rest| rest.get(..3)) {
        let shown = browser.text().await;
        assert!(shown.contains(&format!("Status {status}")), "{name} shows {shown}");
    }
}

async fn too_many_failures(browser: &Browser, axe: &mut Axe, base: &str, visitor: &mut Client) {
    browser.open(&format!("{base}/_auth/login")).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", "wrong")]).await;
    browser.find(".summary").await;
    axe.judge(browser, "sign-in-fault").await;
    for _ in 0..10 {
        people::try_sign_in(visitor, OWNER, "wrong").await;
    }
    browser.submit("/_auth/login", &[("email", OWNER), ("password", "wrong")]).await;
    let message = async || browser.text().await.contains("Try again in").then_some(());
    super::support::wait::eventually("the page that says when to try again", message).await;
    is_what_it_is_called(browser, "error-429").await;
    axe.judge(browser, "error-429").await;
}

#[tokio::test]
async fn every_page_for_people_and_admins_passes_axe_and_fits() {
    let (Some(browser), Some(mut axe)) = (Browser::start().await, Axe::load()) else { return };
    axe::set_size(&browser, 1280, 800).await;
    // Nothing listens there: the app's own page is a 502.
    let process = start(&[("UPSTREAM_URL".to_owned(), format!("http://127.0.0.1:{}", free_port()))]).await;
    let base = process.app_url();
    let mut owner = process.client();
    people::claim_with(&mut owner, &set_up_token(&process)).await;
    browser.open(&format!("{base}/_auth/login?next=%2F_auth%2Faccount")).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.at("/_auth/account").await;
    axe.judge(&browser, "account").await;
    for (path, name) in [
        ("/_auth/", "home"),
        ("/_auth/admin/mail", "mail-few"),
        ("/_auth/admin/users", "users-one"),
        ("/_auth/admin/users?q=zzz", "users-none"),
    ] {
        browser.open(&format!("{base}{path}")).await;
        axe.judge(&browser, name).await;
    }
    for number in 0..46 {
        invite(&mut owner, &format!("person{number}@example.org")).await;
    }
    invite(&mut owner, "eve@example.org").await;
    for (name, accepts) in TEAM {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let invited = people::invite(&mut owner, &email, name, "user").await;
        if accepts {
            assert_eq!(people::accept(&mut process.client(), &invited.link, NEW).await.status, 303);
        }
    }
    for (path, name) in [
        ("/_auth/account/profile", "profile"),
        ("/_auth/account/password", "password"),
        ("/_auth/account/email", "email"),
        ("/_auth/account?flash=profile-saved", "account-flash"),
        ("/_auth/admin/users", "users"),
        ("/_auth/admin/users/new", "invite-somebody"),
        ("/_auth/admin/sessions", "sessions"),
        ("/_auth/admin/audit", "audit"),
        ("/_auth/admin/audit?person=nobody@example.org", "audit-none"),
        ("/_auth/admin/mail", "mail"),
        ("/_auth/admin/checklist", "checklist"),
        ("/_auth/admin/users/nobody", "error-404-admin"),
        ("/", "error-502"),
    ] {
        browser.open(&format!("{base}{path}")).await;
        is_what_it_is_called(&browser, name).await;
        axe.judge(&browser, name).await;
    }
    browser.open(&format!("{base}/_auth/admin/users?sort=-email")).await;
    browser.click("tbody input[type='checkbox']").await;
    browser.click("button[value='disable']").await;
    browser.find("form[action$='/selected/apply']").await;
    axe.judge(&browser, "selected-disable").await;
    forms_and_one_user(&browser, &mut axe, &base, &mut owner).await;
    axe.judge_the_rest(&browser, &base, &[Access::Session, Access::Member, Access::Admin]).await;
    browser.close().await;
    assert!(axe.found.is_empty(), "{} pages:\n{}", axe.judged, axe.found.join("\n"));
}

async fn forms_and_one_user(browser: &Browser, axe: &mut Axe, base: &str, owner: &mut Client) {
    for (path, fields) in [
        (
            "/_auth/account/password",
            vec![("current_password", "wrong"), ("new_password", "short"), ("confirm", "other")],
        ),
        ("/_auth/account/email", vec![("current_password", "wrong"), ("email", "new@example.org")]),
        ("/_auth/admin/users/new", vec![("email", OWNER)]),
    ] {
        browser.open(&format!("{base}{path}")).await;
        browser.submit(path, &fields).await;
        browser.find(".summary").await;
        axe.judge(browser, &format!("faults{}", path.replace("/_auth", "").replace('/', "-"))).await;
    }
    browser.open(&format!("{base}/_auth/admin/users/new")).await;
    browser.submit("/_auth/admin/users/new", &[("email", "copied@example.org")]).await;
    browser.find("#link").await;
    axe.judge(browser, "invited-link").await;
    one_user(browser, axe, base, owner).await;
}

/// Invited, active, disabled, and about to be deleted.
async fn one_user(browser: &Browser, axe: &mut Axe, base: &str, owner: &mut Client) {
    let list = format!("{base}/_auth/admin/users?q=eve");
    let invited = [
        ("td a", "[data-state='invited']", "user-invited"),
        ("form[action$='/invite'] button", "#link", "link-to-copy"),
    ];
    click_through(browser, axe, &list, &invited).await;
    accept_invitation(owner, base).await;
    let active = [
        ("td a", "[data-state='active']", "user"),
        ("a[href$='/username']", "#username", "username"),
        ("form button[type='submit']", "[data-state='active']", "user-unchanged"),
        ("form[action$='/disable'] button", "[data-state='disabled']", "user-disabled"),
        ("a[href$='/delete']", "button.danger", "delete"),
    ];
    click_through(browser, axe, &list, &active).await;
    let user = browser.url().await;
    groups::judge_pages(browser, axe, base, &list).await;
    admin_apps::judge_pages(browser, axe, base).await;
    factor_pages::judge_questions(browser, axe, base, user.as_str().trim_end_matches("/delete")).await;
}

/// From the page at `start`: clicks, waits for what then comes, and judges it under that name.
pub async fn click_through(browser: &Browser, axe: &mut Axe, start: &str, steps: &[(&str, &str, &str)]) {
    browser.open(start).await;
    for (click, then, name) in steps {
        browser.click(click).await;
        browser.find(then).await;
        axe.judge(browser, name).await;
    }
}

async fn accept_invitation(owner: &mut Client, base: &str) {
    let link = link_for(owner, "eve", "invite").await;
    let mut eve = Client::clone(owner);
    eve.jar = Client::new(([127, 0, 0, 1], 1).into(), base).jar;
    assert_eq!(people::accept(&mut eve, &link, NEW).await.status, 303);
}

#[tokio::test]
async fn the_notice_for_browsers_without_https_passes_axe_and_fits() {
    let (Some(browser), Some(mut axe)) = (Browser::start().await, Axe::load()) else { return };
    axe::set_size(&browser, 1280, 800).await;
    let process = start(&[("APP_URL".to_owned(), format!("https://{NOT_LOOPBACK}"))]).await;
    let base = format!("http://{NOT_LOOPBACK}:{}", process.port);
    let token = set_up_token(&process);
    for (path, name) in
        [(format!("/_auth/setup?token={token}"), "set-up-insecure"), ("/_auth/login".to_owned(), "sign-in-insecure")]
    {
        browser.open(&format!("{base}{path}")).await;
        let notice = browser.find("p.summary[role='alert'] a").await.attr("href").await.unwrap().unwrap();
        assert_eq!(notice, format!("{}{path}", process.app_url()));
        axe.judge(&browser, name).await;
        if name == "set-up-insecure" {
            people::claim_with(&mut process.client(), &token).await;
        }
    }
    other_address_and_cookies(&browser, &mut axe).await;
    browser.close().await;
    assert!(axe.found.is_empty(), "{} pages:\n{}", axe.judged, axe.found.join("\n"));
}

/// At another address than `APP_URL`, and without the cookie of a form.
async fn other_address_and_cookies(browser: &Browser, axe: &mut Axe) {
    let process = start(&[]).await;
    people::claim_with(&mut process.client(), &set_up_token(&process)).await;
    for path in ["login", "forgot"] {
        browser.open(&format!("http://{NOT_LOOPBACK}:{}/_auth/{path}", process.port)).await;
        browser.find(".notice").await;
        axe.judge(browser, &format!("{path}-other-address")).await;
    }
    browser.open(&format!("{}/_auth/login", process.app_url())).await;
    browser.page.delete_all_cookies().await.unwrap();
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    let message = async || browser.text().await.contains("Cookies needed").then_some(());
    super::support::wait::eventually("the page about cookies", message).await;
    axe.judge(browser, "error-cookies").await;
}

#[tokio::test]
async fn the_deprecated_mode_and_every_language_pass_axe_and_fit() {
    let (Some(browser), Some(mut axe)) = (Browser::start().await, Axe::load()) else { return };
    let pair = [("FLOWISE_USERNAME".to_owned(), "user".to_owned()), ("FLOWISE_PASSWORD".to_owned(), "1234".to_owned())];
    let upstream = Upstream::start().await;
    let mut variables = pair.to_vec();
    variables.push(("UPSTREAM_URL".to_owned(), upstream.url()));
    for (language, accent) in [("de", "#ffd400"), ("fr", "#1f4e79"), ("es", "#b00020"), ("ar", "#808080")] {
        let mut variables = variables.clone();
        variables.extend([
            ("DEFAULT_LANGUAGE".to_owned(), language.to_owned()),
            ("ACCENT_COLOR".to_owned(), accent.to_owned()),
        ]);
        variables.push(("SITE_NAME".to_owned(), "Ärger & Söhne".to_owned()));
        let process = start(&variables).await;
        let base = process.app_url();
        for (path, name) in [("/_auth/login", "sign-in"), ("/_auth/setup", "set-up"), ("/_auth/nothing", "error-404")] {
            // Chromium asks for English: the language is set as a browser in that language would have it.
            axe::set_language(&browser, language).await;
            browser.open(&format!("{base}{path}")).await;
            assert!(browser.page.title().await.unwrap().ends_with("Ärger & Söhne"));
            let shown = browser.page.execute("return document.documentElement.lang;", Vec::new()).await.unwrap();
            assert_eq!(shown, Value::from(language));
            axe.judge(&browser, &format!("{name}-{language}")).await;
        }
        if language == "de" {
            axe::set_language(&browser, "en").await;
            browser.open(&format!("{base}/_auth/login")).await;
            browser.submit("/_auth/login", &[("legacy_username", "user"), ("legacy_password", "1234")]).await;
            browser.find("#app").await;
            browser.open(&format!("{base}/_auth/account")).await;
            axe.judge(&browser, "no-account").await;
            browser.open(&format!("{base}/_auth/admin/users")).await;
            is_what_it_is_called(&browser, "error-403").await;
            axe.judge(&browser, "error-403").await;
            browser.open(&format!("{base}/_auth/account")).await;
            browser.submit("/_auth/logout", &[]).await;
            browser.at("/_auth/login").await;
        }
    }
    browser.close().await;
    assert!(axe.found.is_empty(), "{} pages:\n{}", axe.judged, axe.found.join("\n"));
}

#[tokio::test]
async fn passwords_can_be_shown_and_new_ones_are_measured_while_they_are_typed() {
    let Some(browser) = Browser::start().await else { return };
    let process = start(&[]).await;
    browser.open(&format!("{}/_auth/setup?token={}", process.app_url(), set_up_token(&process))).await;
    let kind = async || browser.find("#password").await.attr("type").await.unwrap().unwrap();
    browser.fill("password", "nine otters").await;
    assert_eq!(browser.find("#password-live").await.text().await.unwrap(), "11 of at least 15 characters");
    assert_eq!(kind().await, "password");
    browser.click(".reveal").await;
    assert_eq!(kind().await, "text");
    browser.fill("password", NEW).await;
    assert_eq!(browser.find("#password-live").await.text().await.unwrap(), "Long enough");
    browser.fill("confirm", "nine").await;
    assert_eq!(browser.find("#confirm-live").await.text().await.unwrap(), "The passwords do not match yet");
    browser.fill("confirm", NEW).await;
    assert_eq!(browser.find("#confirm-live").await.text().await.unwrap(), "The passwords match");
    browser.submit("/_auth/setup", &[("email", OWNER)]).await;
    browser.at("/_auth/admin/checklist").await;
    browser.close().await;
}

#[tokio::test]
async fn the_sign_in_page_is_light_and_nothing_of_it_moves() {
    let Some(browser) = Browser::start().await else { return };
    let process = start(&[]).await;
    let mut owner = process.client();
    people::claim_with(&mut owner, &set_up_token(&process)).await;
    // A machine that is busy may paint a page in pieces: what moves by itself moves every time.
    let mut loads = Vec::new();
    for _ in 0..3 {
        browser.open(&format!("{}/_auth/login", process.app_url())).await;
        loads.push(browser.page.execute_async(MOVED, Vec::new()).await.unwrap());
        if loads.iter().any(|load| load[0].as_f64() == Some(0.0)) {
            break;
        }
    }
    let found = loads.pop().unwrap();
    assert_eq!(found[0].as_f64(), Some(0.0), "something moved, in each of three loads");
    let files: Vec<String> = found[1]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .filter(|name| !name.starts_with("data:"))
        .collect();
    assert!(files.len() <= 2, "{files:?}");
    let mut bytes = process.client().get("/_auth/login").await.body.len();
    for file in &files {
        bytes += process.client().get(&file[process.app_url().len()..]).await.body.len();
    }
    // Before any compression; with it, a quarter of this. Passkeys are a fifth of it.
    assert!(bytes < 22_000, "{bytes} bytes in {files:?}");
    browser.close().await;
}
