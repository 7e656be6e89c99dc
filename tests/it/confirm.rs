//! "Is it you?" before changes that give power (S130).

use portcullis::for_tests::{API, Access, PAGES};

use super::support::app::TestApp;
use super::support::axe::Axe;
use super::support::browser::Browser;
use super::support::client::{Call, Client, Response};
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};

const ADA: &str = "ada@example.org";
/// Seconds after which the question is asked.
const LATER: i64 = 901;
const APP: [(&str, &str); 3] =
    [("name", "Wiki"), ("addresses", "http://wiki.example.org"), ("upstream", "http://127.0.0.1:1")];
const RULE: [(&str, &str); 2] = [("path", "/api"), ("who", "public")];

/// A new form of the admins gives power unless it is named here.
const HARMLESS: [&str; 11] = [
    "/admin/apps/{id}/icon",
    "/admin/apps/{id}/probe",
    "/admin/users/selected",
    "/admin/users/selected/apply",
    "/admin/users/{id}/disable",
    "/admin/users/{id}/enable",
    "/admin/users/{id}/sessions/end-all",
    "/admin/groups/{id}/members/{user}/remove",
    "/admin/tokens/{id}/revoke",
    "/admin/sessions/{id}/end",
    "/admin/mail/test",
];

/// An owner who signed in too long ago, Ada, and the page of her account.
async fn later() -> (TestApp, Client, Client, String) {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    let staff = owner.submit("/_auth/admin/groups/new", "/_auth/admin/groups/new", &[("name", "staff")]).await;
    assert_eq!(staff.status, 303);
    for (path, fields) in [("/_auth/admin/apps/new", &APP[..]), ("/_auth/admin/apps/default/rules/new", &RULE)] {
        assert_eq!(owner.submit(path, path, fields).await.status, 303, "{path}");
    }
    app.advance(LATER);
    (app, owner, ada, page)
}

async fn promote(owner: &mut Client, page: &str) -> Response {
    owner.submit(page, &format!("{page}/role"), &[("role", "admin")]).await
}

/// Answers the question of that page.
async fn answer(client: &mut Client, question: &Response, password: &str) -> Response {
    let token = page::field(&question.text(), "deed").unwrap_or_else(|| panic!("no question: {}", question.text()));
    client.post_form("/_auth/confirm", &[("deed", &token), ("current_password", password)]).await
}

async fn role(owner: &mut Client, page: &str) -> String {
    let html = owner.get(page).await.text();
    page::tags(&html)
        .iter()
        .filter(|tag| tag.name == "option" && tag.attribute("selected").is_some())
        .find_map(|tag| tag.attribute("value").filter(|value| ["admin", "user"].contains(value)).map(str::to_owned))
        .unwrap()
}

async fn events(owner: &mut Client, event: &str) -> usize {
    let html = owner.get(&format!("/_auth/admin/audit?event={event}")).await.text();
    page::all_data(&html, "event").iter().filter(|found| *found == event).count()
}

#[tokio::test]
async fn s130_after_15_minutes_a_change_waits_for_the_password_and_is_then_made_once() {
    let (app, mut owner, _ada, page) = later().await;
    let question = promote(&mut owner, &page).await;
    assert_eq!(question.status, 403);
    let text = page::visible_text(&question.text());
    assert!(text.contains("Confirm your identity") && text.contains("make ada@example.org an admin"), "{text}");
    assert_eq!(page::field(&question.text(), "username").as_deref(), Some(OWNER));
    assert_eq!(role(&mut owner, &page).await, "user", "nothing is done before the answer");

    owner.get("/_auth/account").await;
    let wrong = answer(&mut owner, &question, "not-the-password-of-anybody").await;
    assert_eq!(wrong.status, 422);
    assert!(
        page::error_summary(&wrong.text()).is_some_and(|text| text.contains("not your current password")),
        "{}",
        wrong.text()
    );
    assert_eq!(role(&mut owner, &page).await, "user");

    owner.get("/_auth/account").await;
    let done = answer(&mut owner, &wrong, PASSWORD).await;
    assert_eq!((done.status, done.location()), (303, format!("{page}?flash=role").as_str()), "{}", done.text());
    assert_eq!(role(&mut owner, &page).await, "admin");
    assert_eq!((events(&mut owner, "confirm.failed").await, events(&mut owner, "confirm.ok").await), (1, 1));

    // It was just proved: the next change is made at once.
    let back = owner.submit(&page, &format!("{page}/role"), &[("role", "user")]).await;
    assert_eq!(back.status, 303, "{}", back.text());
    let again = answer(&mut owner, &question, PASSWORD).await;
    assert_eq!(again.status, 410, "it is done once");
    assert_eq!(role(&mut owner, &page).await, "user");
    app.advance(LATER);
    assert_eq!(promote(&mut owner, &page).await.status, 403, "and 15 minutes later it is asked again");
}

#[tokio::test]
async fn s130_nothing_is_asked_in_the_first_15_minutes() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (_ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    app.advance(900);
    assert_eq!(promote(&mut owner, &page).await.status, 303);
    app.advance(1);
    assert_eq!(promote(&mut owner, &page).await.status, 403);
}

#[tokio::test]
async fn s130_what_waits_is_bound_to_its_session_and_to_ten_minutes() {
    let (app, mut owner, _ada, page) = later().await;
    let question = promote(&mut owner, &page).await;
    let mut other = people::another_browser(&app).await;
    other.get("/_auth/account").await;
    assert_eq!(answer(&mut other, &question, PASSWORD).await.status, 410, "another session of the same admin");
    let mut eve = people::member(&app, &mut other, "eve@example.org", "admin").await.0;
    eve.get("/_auth/account").await;
    assert_eq!(answer(&mut eve, &question, PASSWORD).await.status, 410, "another admin");
    let made_up = owner.post_form("/_auth/confirm", &[("deed", "made-up"), ("current_password", PASSWORD)]).await;
    assert_eq!(made_up.status, 410);
    app.advance(600);
    let late = answer(&mut owner, &question, PASSWORD).await;
    assert_eq!(late.status, 410);
    assert!(page::visible_text(&late.text()).contains("otherwise nothing was changed"), "{}", late.text());
    assert_eq!(role(&mut owner, &page).await, "user");

    let in_time = promote(&mut owner, &page).await;
    app.advance(599);
    assert_eq!(answer(&mut owner, &in_time, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn s104_few_forms_wait_and_none_is_large() {
    let (_app, mut owner, _ada, page) = later().await;
    let questions = {
        let mut all = Vec::new();
        for _ in 0..11 {
            all.push(promote(&mut owner, &page).await);
        }
        all
    };
    assert_eq!(answer(&mut owner, &questions[10], PASSWORD).await.status, 303);
    let mut waiting = 0;
    for question in &questions[..10] {
        waiting += usize::from(answer(&mut owner, question, PASSWORD).await.status == 303);
    }
    assert_eq!(waiting, 9, "the eleventh made the oldest void");
    let (_app, mut owner, _ada, page) = later().await;
    for (path, email) in [(String::new(), "x".repeat(8192)), (format!("?{}", "q".repeat(8192)), String::new())] {
        let fields = [("email", email.as_str()), ("role", "user")];
        let refused = owner.submit(&page, &format!("/_auth/admin/users/new{path}"), &fields).await;
        assert_eq!(refused.status, 413, "{}", refused.text());
    }
}

#[tokio::test]
async fn s130_of_answers_at_once_one_makes_the_change() {
    let (_app, mut owner, _ada, _page) = later().await;
    let fields = [("email", "new@example.org"), ("name", "New"), ("role", "user")];
    let question = owner.submit("/_auth/admin/users/new", "/_auth/admin/users/new", &fields).await;
    assert_eq!(question.status, 403);
    assert!(page::visible_text(&question.text()).contains("invite new@example.org"), "{}", question.text());
    let (mut one, mut other) = (owner.clone(), owner.clone());
    let answers = tokio::join!(answer(&mut one, &question, PASSWORD), answer(&mut other, &question, PASSWORD));
    let mut statuses = [answers.0.status, answers.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    let list = owner.get("/_auth/admin/users?q=new@example.org").await.text();
    assert_eq!(page::all_data(&list, "email"), ["new@example.org"]);
    assert_eq!(events(&mut owner, "user.invited").await, 2, "Ada's and this one");
}

#[tokio::test]
async fn s89_a_field_that_the_page_does_not_have_is_refused_and_forges_no_line_of_the_log() {
    let (_app, mut owner, _ada, page) = later().await;
    for field in ["password", "secret\n2026-11-28T00:00:00Z  INFO portcullis: audited audit.event=\"login.ok\""] {
        let refused = owner.submit(&page, &format!("{page}/role"), &[("role", "admin"), (field, "x")]).await;
        assert_eq!(refused.status, 400, "{field}: {}", refused.text());
        let missing = owner.submit(&page, "/_auth/admin/users/aaaaaaaaaaaaaaaaaaaaaa/role", &[("role", "admin")]).await;
        assert_eq!(missing.status, 404, "nobody is asked about an account that is not there");
    }
    assert_eq!(role(&mut owner, &page).await, "user");
}

/// Whether the row of the table that has this address, with words in place of identifiers, asks.
fn row_asks(path: &str) -> bool {
    let pattern = path.replace("/groups/staff/", "/groups/{id}/").replace("/APP", "/{id}");
    let pattern = pattern.replace("/default/", "/{id}/").replace("/RULE", "/{rule}");
    PAGES.iter().find(|row| row.path == pattern).unwrap().change.is_some()
}

#[tokio::test]
async fn s130_every_change_that_gives_power_asks_and_no_other_does() {
    let (_app, mut owner, _ada, page) = later().await;
    let id = page.rsplit('/').next().unwrap().to_owned();
    let user = format!("user-{id}");
    let app_id = page::all_data(&owner.get("/_auth/admin/apps").await.text(), "app-id").pop().unwrap();
    let rule_id = page::data(&owner.get("/_auth/admin/apps/default").await.text(), "rule-id").unwrap();
    let deletes = [("deed", "delete"), (user.as_str(), "on")];
    let joins = [("deed", "join"), (user.as_str(), "on"), ("groups", "staff")];
    let asking: [(&str, &[(&str, &str)]); 26] = [
        ("/admin/users/new", &[("email", "x@example.org"), ("role", "admin")]),
        ("/admin/users/selected/delete", &deletes),
        ("/admin/users/{id}/delete", &[]),
        ("/admin/users/{id}/role", &[("role", "admin")]),
        ("/admin/users/{id}/username", &[("username", "ada")]),
        ("/admin/users/{id}/reset-link", &[]),
        ("/admin/users/{id}/invite", &[]),
        ("/admin/users/{id}/groups", &[("groups", "staff")]),
        ("/admin/users/selected/join", &joins),
        ("/admin/apps/new", &APP),
        ("/admin/apps/APP/edit", &APP),
        ("/admin/apps/APP/delete", &[]),
        ("/admin/apps/default/rules/new", &RULE),
        ("/admin/apps/default/rules/RULE", &RULE),
        ("/admin/apps/default/rules/RULE/delete", &[]),
        ("/admin/groups/new", &[("name", "friends")]),
        ("/admin/groups/staff/members/add", &[("email", ADA)]),
        ("/admin/groups/staff/delete", &[]),
        ("/admin/apps/default/links/new", &[("path", "/hook"), ("method", "POST")]),
        ("/admin/tokens", &[("owner", ADA), ("name", "phone"), ("app", "default")]),
        ("/admin/users/{id}/factors/reset", &[]),
        ("/account/tokens", &[("name", "phone"), ("app", "default")]),
        ("/account/factors/totp", &[("code", "123456"), ("name", "phone")]),
        ("/account/factors/passkeys", &[("credential", "{}"), ("name", "phone")]),
        ("/account/factors/recovery", &[]),
        ("/account/factors/{id}/remove", &[]),
    ];
    let posts = PAGES.iter().filter(|row| row.access == Access::Admin && row.rule().has_action);
    let unasked: Vec<&str> = posts.filter(|row| row.change.is_none()).map(|row| row.path).collect();
    assert_eq!(unasked, HARMLESS);
    assert_eq!(PAGES.iter().filter(|row| row.change.is_some()).count(), asking.len());
    assert!(API.iter().all(|row| row.change.is_none()), "nobody asks a script");
    for (path, fields) in asking {
        assert!(row_asks(path), "{path}");
        let address = path.replace("{id}", &id).replace("APP", &app_id).replace("RULE", &rule_id);
        let question = owner.submit(&page, &format!("/_auth{address}"), fields).await;
        assert_eq!(question.status, 403, "{path}: {}", question.text());
        assert!(page::field(&question.text(), "deed").is_some(), "{path}");
    }
    let list = owner.get("/_auth/admin/users").await.text();
    assert_eq!(page::all_data(&list, "email"), [ADA, OWNER]);
    assert_eq!(role(&mut owner, &page).await, "user");
    for ok in ["disable", "enable", "sessions/end-all"] {
        assert_eq!(owner.submit(&page, &format!("{page}/{ok}"), &[]).await.status, 303, "{ok}");
    }
    let several = [("deed", "disable"), (user.as_str(), "on")];
    assert_eq!(owner.submit(&page, "/_auth/admin/users/selected/apply", &several).await.status, 303);
    let smuggled = owner.submit(&page, "/_auth/admin/users/selected/apply", &deletes).await.status;
    assert_eq!(smuggled, 422, "deleting has an address of its own");
}

#[tokio::test]
async fn s130_several_accounts_are_deleted_after_the_answer() {
    let (_app, mut owner, _ada, page) = later().await;
    let user = format!("user-{}", page.rsplit('/').next().unwrap());
    let fields = [("deed", "delete"), (user.as_str(), "on")];
    let sure = owner.submit("/_auth/admin/users", "/_auth/admin/users/selected", &fields).await;
    assert_eq!(sure.status, 200);
    let fields = page::form_fields(&sure.text(), "/_auth/admin/users/selected/delete").unwrap();
    let fields: Vec<_> =
        fields.iter().filter(|(name, _)| name != "csrf_token").map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let question = owner.post_form("/_auth/admin/users/selected/delete", &fields).await;
    assert!(page::visible_text(&question.text()).contains("delete one account"), "{}", question.text());
    assert_eq!(answer(&mut owner, &question, PASSWORD).await.status, 303);
    assert_eq!(page::all_data(&owner.get("/_auth/admin/users").await.text(), "email"), [OWNER]);
}

#[tokio::test]
async fn s130_a_script_gets_a_json_error_and_the_page_of_the_answer_has_a_guard() {
    let (app, mut owner, _ada, page) = later().await;
    owner.get(&page).await;
    let call = owner.filled_form(&format!("{page}/role"), &[("role", "admin")]).unwrap();
    let call = ["sec-fetch-mode", "sec-fetch-dest", "sec-fetch-site", "accept"].into_iter().fold(call, Call::without);
    let message = owner.send(call).await;
    assert_eq!((message.status, message.json()["error"].as_str()), (403, Some("confirm")), "{}", message.text());

    let anonymous = app.client().send(Call::form("/_auth/confirm", &app.app_url, &[])).await;
    assert!(anonymous.status == 303 && anonymous.location().starts_with("/_auth/login"));
    let get = owner.get("/_auth/confirm").await;
    assert_eq!((get.status, get.location()), (303, "/_auth/account"));
    let without_token = owner.send(Call::form("/_auth/confirm", &app.app_url, &[])).await;
    assert_eq!(without_token.status, 403);
    // Somebody who is no longer an admin when the answer arrives changes nothing, even with a pending form.
    let question = promote(&mut owner, &page).await;
    let (mut eve, _) = people::member(&app, &mut people::another_browser(&app).await, "eve@example.org", "admin").await;
    let list = eve.get("/_auth/admin/users?q=owner").await.text();
    let account = format!("/_auth/admin/users/{}", page::data(&list, "user-id").unwrap());
    assert_eq!(eve.submit(&account, &format!("{account}/role"), &[("role", "user")]).await.status, 303);
    assert_eq!(answer(&mut owner, &question, PASSWORD).await.status, 303, "the session ended with the role");
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    owner.get("/_auth/account").await;
    assert_eq!(answer(&mut owner, &question, PASSWORD).await.status, 410);
    assert_eq!(role(&mut eve, &page).await, "user");
}

/// The page of Ada's account, whose owner signed in too long ago.
async fn opened(browser: &Browser) -> TestApp {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (_ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    browser.open(&format!("http://{}/_auth/login?next={page}", app.address)).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    // The address of the sign-in has the page in it, too.
    browser.find("form[action$='/reset-link']").await;
    app.advance(LATER);
    app
}

/// Where scripts run, the pages are judged too.
async fn in_chromium(browser: Browser, mut axe: Option<Axe>) {
    let mut judge = async |name: &str| {
        if let Some(axe) = &mut axe {
            axe.judge(&browser, name).await;
            assert!(axe.found.is_empty(), "{}", axe.found.join("\n"));
        }
    };
    let _app = opened(&browser).await;
    browser.click("form[action$='/reset-link'] button").await;
    browser.find("form[action='/_auth/confirm']").await;
    assert!(browser.text().await.contains("a link for setting a new password for ada@example.org"));
    judge("confirm").await;
    browser.submit("/_auth/confirm", &[("current_password", "not-the-password-of-anybody")]).await;
    browser.find(".summary").await;
    judge("confirm-wrong").await;
    browser.submit("/_auth/confirm", &[("current_password", PASSWORD)]).await;
    browser.find("#link").await;
    browser.close().await;
}

#[tokio::test]
async fn s130_in_chromium_the_answer_goes_on_to_what_was_asked_for() {
    if let (Some(browser), Some(axe)) = (Browser::start().await, Axe::load()) {
        in_chromium(browser, Some(axe)).await;
    }
}

#[tokio::test]
async fn s130_in_chromium_without_javascript_too() {
    if let Some(browser) = Browser::without_scripts().await {
        in_chromium(browser, None).await;
    }
}

#[tokio::test]
async fn s31_guesses_at_the_question_are_counted_like_those_at_other_forms() {
    let (_app, mut owner, _ada, page) = later().await;
    let question = promote(&mut owner, &page).await;
    let mut statuses = Vec::new();
    for _ in 0..11 {
        statuses.push(answer(&mut owner, &question, "not-the-password-of-anybody").await.status);
    }
    assert_eq!(statuses[..10], [422; 10]);
    assert_eq!(statuses[10], 429);
}
