//! "Is it you?" answered by a code of a second factor (S123, S124, S126, S130).

use super::support::app::TestApp;
use super::support::axe::Axe;
use super::support::browser::Browser;
use super::support::client::{Client, Response};
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS, TOTP, events, halfway, trusted, with_phone};

/// Seconds after which the question is asked.
const LATER: i64 = 901;
const CONFIRM: &str = "/_auth/confirm";
const NEW_GROUP: &str = "/_auth/admin/groups/new";
const WRONG: &str = "000000";

/// Asks for a new group, which has to be confirmed.
async fn question(owner: &mut Client, group: &str) -> Response {
    let question = owner.submit(NEW_GROUP, NEW_GROUP, &[("name", group)]).await;
    assert_eq!(question.status, 403, "{}", question.text());
    question
}

/// Answers the question of that page, from a page that is open.
async fn answer(client: &mut Client, question: &Response, password: &str, code: &str) -> Response {
    let token = page::field(&question.text(), "deed").unwrap_or_else(|| panic!("no question: {}", question.text()));
    client.post_form(CONFIRM, &[("deed", &token), ("current_password", password), ("code", code)]).await
}

fn asks_for(page: &Response) -> [bool; 2] {
    let tags = page::tags(&page.text());
    ["current_password", "code"].map(|name| tags.iter().any(|tag| tag.attribute("name") == Some(name)))
}

#[tokio::test]
async fn s130_a_code_confirms_once_and_so_do_the_password_and_a_recovery_code() {
    let (app, _upstream, mut owner, phone, codes) = with_phone().await;
    app.advance(LATER);
    let asked = question(&mut owner, "one").await;
    assert_eq!(asks_for(&asked), [true, true]);
    let nothing = answer(&mut owner, &asked, "", " ").await;
    assert!(nothing.status == 422 && nothing.text().contains("Enter your password or a code"), "{}", nothing.text());
    let code = phone.code();
    assert_eq!(answer(&mut owner, &asked, "", &code).await.status, 303);
    app.advance(LATER);
    for old in [&code, &phone.code_in(-90)] {
        let asked = question(&mut owner, "two").await;
        let refused = answer(&mut owner, &asked, "", old).await;
        assert!(refused.status == 422 && asks_for(&refused) == [true, true], "S123: {old}");
        assert!(page::error_summary(&refused.text()).unwrap().contains("used before"));
    }
    let asked = question(&mut owner, "two").await;
    assert_eq!(answer(&mut owner, &asked, PASSWORD, "").await.status, 303, "the password alone");
    app.advance(LATER);
    let asked = question(&mut owner, "three").await;
    assert_eq!(answer(&mut owner, &asked, "", &codes[0]).await.status, 303);
    let mail = Mailbox::of(&app.data("")).wait_for("A recovery code was used").await;
    assert!(mail.header("To").contains(OWNER));
    app.advance(LATER);
    let asked = question(&mut owner, "four").await;
    let twice = answer(&mut owner, &asked, "", &codes[0]).await;
    assert!(twice.status == 422 && twice.text().contains("recovery code is not right"), "S128: {}", twice.text());
    assert_eq!(answer(&mut owner, &asked, PASSWORD, &codes[1]).await.status, 303, "both");
    for (event, count) in [("confirm.ok", 4), ("confirm.failed", 3), ("recovery.used", 2)] {
        assert_eq!(events(&mut owner, event).await, count, "{event}");
    }
    assert!(owner.get(FACTORS).await.text().contains("codes left: 8"));
}

#[tokio::test]
async fn s130_of_password_and_code_each_has_to_be_right_and_a_wrong_password_uses_up_no_code() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    app.advance(LATER);
    let asked = question(&mut owner, "one").await;
    let code = phone.code();
    let refused = answer(&mut owner, &asked, "not-the-password-of-anybody", &code).await;
    assert!(refused.status == 422 && refused.text().contains("not your current password"), "{}", refused.text());
    assert_eq!(answer(&mut owner, &asked, PASSWORD, WRONG).await.status, 422, "a wrong code with a right password");
    assert_eq!(answer(&mut owner, &asked, PASSWORD, &code).await.status, 303);
    assert_eq!(events(&mut owner, "confirm.failed").await, 2);
}

#[tokio::test]
async fn s126_a_session_of_the_password_alone_changes_factors_after_a_code() {
    let (app, _upstream, _owner, phone, _) = with_phone().await;
    let mut client = trusted(&app, &phone).await;
    let id = page::data(&client.get(FACTORS).await.text(), "factor-id").unwrap();
    let remove = format!("{FACTORS}/{id}/remove");
    let asked = client.submit(FACTORS, &remove, &[]).await;
    assert_eq!((asked.status, asks_for(&asked)), (403, [false, true]), "{}", asked.text());
    let refused = answer(&mut client, &asked, PASSWORD, "").await;
    assert!(refused.status == 422 && refused.text().contains("Enter a code"), "{}", refused.text());
    assert_eq!(answer(&mut client, &asked, "", WRONG).await.status, 422);
    let to_passkeys = client.get("/_auth/account/factors/passkeys").await.location().to_owned();
    assert_eq!(to_passkeys, format!("{CONFIRM}?next={FACTORS}/passkeys&factor=on"));
    let led = client.get(TOTP).await.location().to_owned();
    let back = [("next", TOTP), ("factor", "on"), ("code", &*phone.code())];
    let done = client.submit(&led, CONFIRM, &back).await;
    assert_eq!((done.status, done.location()), (303, TOTP));
    app.advance(60);
    let (_other, none) = phone::add(&mut client, &app.clock).await;
    assert!(none.is_empty(), "it is the second factor");
    assert_eq!(client.submit(FACTORS, &remove, &[]).await.status, 303, "the factor is proved in this session");
}

#[tokio::test]
async fn s126_what_waits_for_the_factor_is_done_after_the_password_and_a_code() {
    let (app, _upstream, _owner, phone, _) = with_phone().await;
    let mut client = trusted(&app, &phone).await;
    let asked = client.submit(FACTORS, &format!("{FACTORS}/recovery"), &[]).await;
    let done = answer(&mut client, &asked, PASSWORD, &phone.code()).await;
    assert_eq!((done.status, page::all_data(&done.text(), "recovery-code").len()), (200, 10), "{}", done.text());
}

#[tokio::test]
async fn s124_a_mail_tells_of_every_five_wrong_codes_in_a_session() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    app.advance(LATER);
    let asked = question(&mut owner, "one").await;
    let told = async |owner: &mut Client| {
        let mails = owner.get("/_auth/admin/mail").await.text();
        page::all_data(&mails, "mail").iter().filter(|kind| *kind == "wrong codes in a session").count()
    };
    for number in 1..=10 {
        assert_eq!(answer(&mut owner, &asked, PASSWORD, WRONG).await.status, 422);
        assert_eq!(told(&mut owner).await, number / 5, "{number}");
    }
    let mail = Mailbox::of(&app.data("")).wait_for("Wrong codes were entered in your account").await;
    assert!(mail.header("To").contains(OWNER) && mail.text.contains("127.0.0.1"), "{}", mail.text);
    app.advance(LATER);
    let asked = question(&mut owner, "two").await;
    for code in [WRONG, &phone.code(), WRONG] {
        answer(&mut owner, &asked, "", code).await;
        app.advance(LATER);
    }
    assert_eq!(told(&mut owner).await, 2, "a right one in between");
}

#[tokio::test]
async fn s124_wrong_codes_are_limited_though_the_password_is_right() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    app.advance(LATER);
    let asked = question(&mut owner, "one").await;
    for _ in 0..10 {
        assert_eq!(answer(&mut owner, &asked, PASSWORD, WRONG).await.status, 422);
    }
    for (password, code) in [(PASSWORD, phone.code()), ("", phone.code()), (PASSWORD, String::new())] {
        assert_eq!(answer(&mut owner, &asked, password, &code).await.status, 429, "{password} {code}");
    }
    assert_eq!(events(&mut owner, "confirm.failed").await, 10);
    assert_eq!(events(&mut owner, "login.throttled").await, 1);
    // Windows pass; what was wrong in a row stays, whatever passwords are right.
    app.advance(LATER);
    app.execute("UPDATE attempts SET failures = 100 WHERE bucket LIKE 'reauth-row:%';");
    let asked = question(&mut owner, "two").await;
    assert_eq!(answer(&mut owner, &asked, PASSWORD, "").await.status, 303);
    app.advance(LATER);
    let asked = question(&mut owner, "three").await;
    assert_eq!(answer(&mut owner, &asked, "", &phone.code()).await.status, 429);
    let mut elsewhere = halfway(&app).await;
    assert_eq!(phone::answer(&mut elsewhere, &phone.code()).await.status, 303);
    app.advance(60);
    assert_eq!(answer(&mut owner, &asked, "", &phone.code()).await.status, 303, "a factor at sign-in begins again");
}

#[tokio::test]
async fn s124_a_wrong_code_counts_towards_the_limit_of_the_account() {
    let (app, _upstream, mut owner, _phone, _) = with_phone().await;
    app.advance(LATER);
    let asked = question(&mut owner, "one").await;
    assert_eq!(answer(&mut owner, &asked, "", WRONG).await.status, 422);
    app.execute("UPDATE attempts SET failures = failures + 99 WHERE bucket LIKE 'account:%';");
    assert_eq!(people::try_sign_in(&mut app.client(), OWNER, PASSWORD).await.status, 429);
}

#[tokio::test]
async fn s123_s128_of_two_confirmations_by_one_code_at_once_one_is_made() {
    let (app, _upstream, mut owner, phone, codes) = with_phone().await;
    for (code, names) in [(phone.code_in(LATER), ["one", "two"]), (codes[0].clone(), ["three", "four"])] {
        app.advance(LATER);
        let (one, two) = (question(&mut owner, names[0]).await, question(&mut owner, names[1]).await);
        let (mut first, mut second) = (owner.clone(), owner.clone());
        let answers = tokio::join!(answer(&mut first, &one, "", &code), answer(&mut second, &two, "", &code));
        let mut statuses = [answers.0.status, answers.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 422], "{code}");
    }
}

#[tokio::test]
async fn where_nobody_is_asked_for_factors_the_password_is_the_answer() {
    let (app, _upstream, _owner, phone, codes) = with_phone().await;
    let app = phone::restarted_with_off(app).await;
    let mut owner = app.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    app.advance(LATER);
    let asked = question(&mut owner, "one").await;
    assert_eq!(asks_for(&asked), [true, false]);
    for code in [phone.code(), codes[0].clone()] {
        assert_eq!(answer(&mut owner, &asked, "", &code).await.status, 422);
    }
    assert_eq!(answer(&mut owner, &asked, PASSWORD, "").await.status, 303);
}

#[tokio::test]
async fn s130_in_chromium_a_code_alone_is_an_answer_and_the_page_passes_axe() {
    let (Some(browser), Some(mut axe)) = (Browser::start().await, Axe::load()) else { return };
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let (phone, _) = phone::add(&mut owner, &app.clock).await;
    app.advance(60);
    browser.open(&format!("http://{}/_auth/login?next={NEW_GROUP}", app.address)).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.find("form[data-form='here'] [name='code']").await;
    browser.fill("code", &phone.code()).await;
    browser.click("form[data-form='here'] [type=submit]").await;
    browser.find(&format!("form[action='{NEW_GROUP}']")).await;
    app.advance(LATER);
    browser.submit(NEW_GROUP, &[("name", "one")]).await;
    browser.find(&format!("form[action='{CONFIRM}'] [name='current_password']")).await;
    axe.judge(&browser, "confirm-code").await;
    browser.submit(CONFIRM, &[("code", WRONG)]).await;
    browser.find(".summary").await;
    axe.judge(&browser, "confirm-code-wrong").await;
    browser.submit(CONFIRM, &[("code", &phone.code())]).await;
    browser.find("[data-group='one']").await;
    browser.close().await;
    assert!(axe.found.is_empty(), "{}", axe.found.join("\n"));
}
