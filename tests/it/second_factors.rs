//! Second factors of one's own: adding, renaming, removing, recovery codes, and what admins and the operator do (S127,
//! S128).

use std::process::Command;

use portcullis::for_tests::Clock;

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::client::{Call, Client};
use super::support::mailbox::Mailbox;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS, Phone, STEP, TOTP, events, halfway, with_phone};
use super::support::{page, process};

const ADA: &str = "ada@example.org";

#[tokio::test]
async fn s127_s128_recovery_codes_are_good_once_and_everything_is_mailed_and_audited() {
    let (app, _upstream, mut owner, _phone, codes) = with_phone().await;
    assert_eq!(codes.len(), 10);
    let mut outbox = Mailbox::of(&app.data(""));
    assert!(outbox.wait_for("A second factor was added to your account").await.header("To").contains(OWNER));
    let shown = owner.get(FACTORS).await.text();
    assert!(shown.contains("codes left: 10") && codes.iter().all(|code| !shown.contains(code)), "{shown}");
    let mut client = halfway(&app).await;
    let typed = codes[3].to_lowercase().replace('-', " ");
    assert_eq!(phone::answer(&mut client, &typed).await.status, 303);
    assert!(owner.get(FACTORS).await.text().contains("codes left: 9"));
    outbox.wait_for("A recovery code was used").await;
    assert_eq!(phone::answer(&mut halfway(&app).await, &codes[3]).await.status, 401, "a second time");
    let renewed = owner.submit(FACTORS, &format!("{FACTORS}/recovery"), &[]).await;
    let fresh = page::all_data(&renewed.text(), "recovery-code");
    assert!(fresh.len() == 10 && fresh.iter().all(|code| !codes.contains(code)));
    outbox.wait_for("New recovery codes were made for your account").await;
    assert_eq!(phone::answer(&mut halfway(&app).await, &codes[4]).await.status, 401, "an old one");
    assert_eq!(phone::answer(&mut halfway(&app).await, &fresh[4]).await.status, 303);
    for event in ["factor.added", "recovery.created"] {
        assert_eq!(events(&mut owner, event).await, 1, "{event}");
    }
    assert_eq!(events(&mut owner, "recovery.used").await, 2);
    let stored = String::from_utf8_lossy(&app.stored()).into_owned();
    assert!(codes.iter().chain(&fresh).all(|code| !stored.contains(code) && !stored.contains(&code.replace('-', ""))));
}

#[tokio::test]
async fn s127_a_factor_is_renamed_and_removed_and_the_last_one_takes_the_codes_with_it() {
    let (app, _upstream, mut owner, phone, codes) = with_phone().await;
    let (second, none) = phone::add(&mut owner, &app.clock).await;
    assert!(none.is_empty(), "recovery codes come with the first factor");
    app.advance(60);
    let list = owner.get(FACTORS).await.text();
    let ids = page::all_data(&list, "factor-id");
    assert_eq!(page::all_data(&list, "name"), ["Phone", "Phone"]);
    let rename = format!("{FACTORS}/{}/rename", ids[1]);
    assert_eq!(owner.submit(FACTORS, &rename, &[("name", "Tablet")]).await.status, 303);
    assert_eq!(page::all_data(&owner.get(FACTORS).await.text(), "name"), ["Phone", "Tablet"]);
    assert_eq!(owner.submit(FACTORS, &rename, &[("name", "a\u{7}b")]).await.status, 422);
    assert_eq!(owner.submit(FACTORS, &format!("{FACTORS}/{}/remove", ids[0]), &[]).await.status, 303);
    assert_eq!(phone::answer(&mut halfway(&app).await, &phone.code()).await.status, 401, "a removed one");
    assert_eq!(phone::answer(&mut halfway(&app).await, &second.code()).await.status, 303);
    Mailbox::of(&app.data("")).wait_for("A second factor was removed from your account").await;
    let (mut ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    for deed in ["remove", "rename"] {
        let foreign = ada.submit("/_auth/account", &format!("{FACTORS}/{}/{deed}", ids[1]), &[]).await;
        assert_eq!(foreign.status, 404, "another's: {deed}");
    }
    assert_eq!(owner.submit(FACTORS, &format!("{FACTORS}/{}/remove", ids[1]), &[]).await.status, 303);
    let mut client = app.client();
    assert_ne!(people::sign_in(&mut client, OWNER, PASSWORD).await.location(), STEP);
    assert!(!owner.get(FACTORS).await.text().contains("codes left"));
    phone::add(&mut owner, &app.clock).await;
    assert_eq!(phone::answer(&mut halfway(&app).await, &codes[0]).await.status, 401, "codes of an earlier factor");
    for (event, count) in [("factor.added", 3), ("factor.renamed", 1), ("factor.removed", 2)] {
        assert_eq!(events(&mut owner, event).await, count, "{event}");
    }
}

#[tokio::test]
async fn s127_a_wrong_code_adds_nothing_and_the_key_stays_until_it_is_used() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let phone = Phone::scanning(&owner.get(TOTP).await.text(), &app.clock);
    let wrong = owner.submit(TOTP, TOTP, &[("code", "000000"), ("name", "My <b>phone</b>")]).await;
    assert_eq!(wrong.status, 422);
    assert!(page::error_summary(&wrong.text()).unwrap().contains("not right"));
    assert_eq!(page::data(&wrong.text(), "totp-key").as_deref(), Some(&*phone.key), "the key is another");
    assert!(wrong.text().contains("My &#60;b&#62;phone"), "what was typed is lost");
    assert!(owner.get(FACTORS).await.text().contains("You have none yet"));
    let form = owner.filled_form(TOTP, &[("code", &phone.code()), ("name", "")]).unwrap();
    assert_eq!(owner.send(form.clone()).await.status, 200);
    let again = owner.send(form).await;
    assert!(again.location().ends_with("flash=factor-setup-over"), "loaded again: {}", again.text());
    assert_eq!(page::all_data(&owner.get(FACTORS).await.text(), "factor-id").len(), 1);
    assert_ne!(Phone::scanning(&owner.get(TOTP).await.text(), &app.clock).key, phone.key, "a key is used once");
    app.advance(16 * 60);
    assert!(owner.get(TOTP).await.location().starts_with("/_auth/confirm?next="), "is it you?");
}

#[tokio::test]
async fn s127_admins_and_the_operator_take_away_a_lost_factor() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    phone::add(&mut ada, &app.clock).await;
    let shown = owner.get(&page).await.text();
    assert_eq!(page::all_data(&shown, "factor-id").len(), 1);
    assert_eq!(owner.submit(&page, &format!("{page}/factors/reset"), &[]).await.status, 303);
    assert_eq!(people::who_am_i(&mut ada).await, None, "sessions go on");
    let mail = Mailbox::of(&app.data("")).wait_for("Your second factors were removed").await;
    assert!(mail.header("To").contains(ADA));
    assert_ne!(people::sign_in(&mut ada, ADA, PASSWORD).await.location(), STEP);
    assert_eq!(ada.submit(FACTORS, &format!("{page}/factors/reset"), &[]).await.status, 403);
    let list = owner.get("/_auth/admin/users?q=owner").await.text();
    let own = format!("/_auth/admin/users/{}", page::data(&list, "user-id").unwrap());
    assert_eq!(
        owner.submit(&own, &format!("{own}/factors/reset"), &[]).await.status,
        403,
        "nobody does it to themselves"
    );

    let listed = app.run(&["user", "factors", OWNER]);
    assert!(
        process::said(&listed).contains("totp\tPhone") && process::said(&listed).contains("recovery codes left: 10")
    );
    let reset = app.run(&["user", "reset-factors", OWNER]);
    assert!(process::said(&reset).contains("second factors removed"), "{}", process::said(&reset));
    assert_eq!(people::who_am_i(&mut owner).await, None);
    let mut client = app.client();
    assert_ne!(people::sign_in(&mut client, OWNER, PASSWORD).await.location(), STEP, "{}", phone.key);
    assert_eq!(events(&mut client, "factor.reset").await, 2);
    let unknown = app.run(&["user", "reset-factors", "nobody@example.org"]);
    assert!(!unknown.status.success());
}

#[tokio::test]
async fn off_asks_nobody_and_a_rule_that_demands_a_factor_lets_in_who_proved_one() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let rule = RuleForm { path: "/vault", who: "signed-in", factor: true, ..RuleForm::default() };
    app_pages::add_rule(&mut owner, "/_auth/admin/apps/default", rule).await;
    let refused = owner.fetch("/vault").await;
    assert!(refused.status == 403 && refused.text().contains("second factor"), "{}", refused.text());
    let (phone, _) = phone::add(&mut owner, &app.clock).await;
    assert_eq!(owner.get("/vault").await.status, 200, "who has just set one up has proved it");
    app.advance(60);
    let mut client = halfway(&app).await;
    assert_eq!(phone::answer(&mut client, &phone.code()).await.status, 303);
    assert_eq!(client.send(Call::navigation("/vault")).await.status, 200);
    let app = phone::restarted_with_off(app).await;
    let mut client = app.client();
    assert_ne!(people::sign_in(&mut client, OWNER, PASSWORD).await.location(), STEP);
    assert!(client.get(FACTORS).await.text().contains("does not ask for second factors"));
}

#[tokio::test]
async fn s123_oathtool_shows_the_same_codes() {
    if process::is_installed("oathtool").is_none() {
        return;
    }
    let (app, _upstream, mut owner) = people::with_app().await;
    let phone = Phone::scanning(&owner.get(TOTP).await.text(), &app.clock);
    let mut foreign = String::new();
    for ahead in (0..600).step_by(30) {
        let now = format!("--now=@{}", app.clock.now().secs() + ahead);
        let key = phone.key.replace(' ', "");
        let output = Command::new("oathtool").args(["--totp", "-b", &now, &key]).output().unwrap();
        let code = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        assert_eq!(code, phone.code_in(ahead));
        if ahead == 0 {
            foreign = code;
        }
    }
    assert_eq!(owner.submit(TOTP, TOTP, &[("code", &foreign), ("name", "oathtool")]).await.status, 200);
}

#[tokio::test]
async fn s129_a_trusted_browser_is_spared_the_factor_alone_until_it_is_forgotten() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    let mut client = halfway(&app).await;
    let trusting = [("code", &*phone.code()), ("trust", "on")];
    assert_eq!(client.submit(STEP, STEP, &trusting).await.status, 303);
    let again = async |client: &mut Client| {
        people::sign_out(client).await;
        people::sign_in(client, OWNER, PASSWORD).await.location() == STEP
    };
    assert!(!again(&mut client).await, "it asks again at once");
    halfway(&app).await; // Another browser is asked.
    let rule = RuleForm { path: "/vault", who: "signed-in", factor: true, ..RuleForm::default() };
    app_pages::add_rule(&mut owner, "/_auth/admin/apps/default", rule).await;
    assert_eq!(client.fetch("/vault").await.status, 403, "no factor was proved in this session");
    let id = page::data(&client.get(FACTORS).await.text(), "factor-id").unwrap();
    for address in [format!("{FACTORS}/recovery"), format!("{FACTORS}/{id}/remove")] {
        let question = client.submit(FACTORS, &address, &[]).await;
        let token = page::field(&question.text(), "deed").unwrap_or_else(|| panic!("not asked: {address}"));
        assert!(!question.text().contains("name=\"current_password\""), "{}", question.text());
        let fields = [("deed", &*token), ("current_password", PASSWORD)];
        let refused = client.post_form("/_auth/confirm", &fields).await;
        assert_eq!(refused.status, 422, "S126: the password alone changes a factor: {address}");
    }
    let led = client.get(TOTP).await.location().to_owned();
    assert!(led.starts_with("/_auth/confirm?next=") && led.ends_with("&factor=on"), "{led}");
    app.advance(29 * 86_400);
    assert!(!again(&mut client).await, "before the end of the 30 days");
    app.advance(2 * 86_400);
    assert!(again(&mut client).await, "after them");
    let trusting = [("code", &*phone.code()), ("trust", "on")];
    assert_eq!(client.submit(STEP, STEP, &trusting).await.status, 303);
    let id = page::data(&client.get(FACTORS).await.text(), "trusted-id").unwrap();
    let forget = format!("/_auth/account/trusted/{id}/forget");
    assert_eq!(client.submit(FACTORS, &forget, &[]).await.status, 303);
    assert!(page::data(&client.get(FACTORS).await.text(), "trusted-id").is_none());
    assert!(again(&mut client).await, "forgotten");
    let foreign = client.submit("/_auth/login", &forget, &[]).await.status;
    assert!([303, 401, 403].contains(&foreign), "{foreign}");
}

#[tokio::test]
async fn s129_trust_ends_with_another_password_and_with_every_change_of_the_factors() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    let new = "other-giraffes-eat-9-leaves";
    for change in ["add", "remove", "password"] {
        app.advance(60);
        let mut client = halfway(&app).await;
        let trusting = [("code", &*phone.code()), ("trust", "on")];
        assert_eq!(client.submit(STEP, STEP, &trusting).await.status, 303, "{change}");
        people::sign_out(&mut client).await;
        let mut password = PASSWORD;
        match change {
            "add" => drop(phone::add(&mut owner, &app.clock).await),
            "remove" => {
                let id = page::all_data(&owner.get(FACTORS).await.text(), "factor-id").pop().unwrap();
                assert_eq!(owner.submit(FACTORS, &format!("{FACTORS}/{id}/remove"), &[]).await.status, 303);
            }
            _ => {
                let fields = [("current_password", PASSWORD), ("new_password", new), ("confirm", new)];
                let address = "/_auth/account/password";
                assert_eq!(owner.submit(address, address, &fields).await.status, 303);
                password = new;
            }
        }
        assert_eq!(people::sign_in(&mut client, OWNER, password).await.location(), STEP, "{change}");
    }
    assert_eq!(events(&mut owner, "trusted.added").await, 3);
}

#[tokio::test]
async fn s130_a_new_factor_is_no_answer_to_is_it_you_and_ends_the_other_sessions() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let mut other = people::another_browser(&app).await;
    app.advance(14 * 60);
    phone::add(&mut owner, &app.clock).await;
    assert_eq!(people::who_am_i(&mut other).await, None, "the other session did not prove it");
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));
    app.advance(2 * 60);
    assert!(owner.get(TOTP).await.location().starts_with("/_auth/confirm?next="));
}

#[tokio::test]
async fn a_second_factor_is_offered_after_the_claim_and_to_who_has_none() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = app.client();
    let shown = owner.get(&format!("/_auth/setup?token={}", app.setup_token())).await.text();
    assert!(page::visible_text(&shown).contains("Then add a passkey or an app for codes"), "{shown}");
    let token = app.setup_token();
    let claim =
        [("email", OWNER), ("password", PASSWORD), ("confirm", PASSWORD), ("setup_token", &token), ("factor", "on")];
    assert_eq!(owner.post_form("/_auth/setup", &claim).await.location(), FACTORS);
    let link = format!("href=\"{FACTORS}\"");
    for path in ["/_auth/", "/_auth/admin/checklist"] {
        assert!(owner.get(path).await.text().contains(&link), "{path}");
    }
    let shown = owner.get(TOTP).await.text();
    let phone = Phone::scanning(&shown, &app.clock);
    let codes = owner.submit(TOTP, TOTP, &[("code", &phone.code())]).await.text();
    let of = page::visible_text(&codes);
    assert!(of.contains(&format!("For {OWNER} at Portcullis, made 24 November 2026")), "{of}");
    for path in ["/_auth/", "/_auth/admin/checklist"] {
        assert!(!owner.get(path).await.text().contains(&link), "{path}");
    }
    let off = TestApp::start(|options| options.set("SECOND_FACTOR", "off")).await;
    let mut owner = people::claim(&off).await;
    assert!(!owner.get("/_auth/").await.text().contains(&link));
}
