//! What is asked before second factors and recovery codes go, and what is shown only once (S127, S128).

use super::support::client::Client;
use super::support::page;
use super::support::passkey::{self, ORIGIN, PASSKEYS};
use super::support::people;
use super::support::phone::{self, FACTORS, TOTP, events, with_phone};

const RECOVERY: &str = "/_auth/account/factors/recovery";

/// Sends the form of the page at `address` as it is.
async fn answer(client: &mut Client, address: &str) -> super::support::client::Response {
    let asked = client.get(address).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    let fields = page::form_fields(&asked.text(), address).unwrap_or_else(|| panic!("no form: {}", asked.text()));
    let fields = fields.iter().map(|(name, value)| (&**name, &**value)).filter(|(name, _)| *name != "csrf_token");
    let fields: Vec<(&str, &str)> = fields.collect();
    client.post_form(address, &fields).await
}

#[tokio::test]
async fn s128_new_codes_are_made_once_by_one_form_and_a_reload_says_so() {
    let (app, _upstream, mut owner, _phone, codes) = with_phone().await;
    let asked = owner.get(RECOVERY).await.text();
    assert!(page::visible_text(&asked).contains("of which 10 are left, stop working"), "{asked}");
    assert_eq!(events(&mut owner, "recovery.created").await, 0, "to look is to change nothing");
    owner.get(RECOVERY).await;
    let once = page::field(&asked, "once").unwrap();
    let fresh = owner.post_form(RECOVERY, &[("once", &once)]).await;
    let fresh = page::all_data(&fresh.text(), "recovery-code");
    assert_eq!(fresh.len(), 10);
    for _ in 0..2 {
        let again = owner.post_form(RECOVERY, &[("once", &once)]).await;
        assert_eq!((again.status, again.location()), (303, &*format!("{FACTORS}?flash=recovery-shown")));
    }
    let said = owner.get(&format!("{FACTORS}?flash=recovery-shown")).await.text();
    assert!(page::flash(&said).unwrap().contains("made already and are shown only once"), "{said}");
    assert_eq!(events(&mut owner, "recovery.created").await, 1);
    assert_eq!(phone::answer(&mut phone::halfway(&app).await, &codes[0]).await.status, 401, "an old one");
    assert_eq!(phone::answer(&mut phone::halfway(&app).await, &fresh[0]).await.status, 303);
    for wrong in ["x", &once[1..]] {
        assert_eq!(owner.post_form(RECOVERY, &[("once", wrong)]).await.location(), RECOVERY, "{wrong}");
    }
    let newest = answer(&mut owner, RECOVERY).await;
    assert_eq!(page::all_data(&newest.text(), "recovery-code").len(), 10);
    owner.get(FACTORS).await;
    for _ in 0..2 {
        let plain = owner.post_form(RECOVERY, &[]).await;
        assert_eq!(page::all_data(&plain.text(), "recovery-code").len(), 10, "a script sends no more than that");
    }
    app.advance(16 * 60);
    let led = owner.get(RECOVERY).await;
    assert_eq!(
        led.location(),
        format!("/_auth/confirm?next={RECOVERY}"),
        "is it you, before the form and not after it"
    );
}

#[tokio::test]
async fn s128_the_first_codes_are_shown_once_and_a_reload_says_so() {
    let (_app, _upstream, mut owner) = people::with_app().await;
    let mut key = super::support::authenticator::Authenticator::new(super::support::authenticator::Key::es256());
    let (ceremony, options) = passkey::offered(&owner.get(PASSKEYS).await.text()).unwrap();
    let credential = key.create(&options, ORIGIN);
    let fields = [("name", ""), ("ceremony", &*ceremony), ("credential", &*credential)];
    let made = owner.post_form(PASSKEYS, &fields).await;
    assert!(page::visible_text(&made.text()).contains("loading the page again does not bring them back"));
    let again = owner.post_form(PASSKEYS, &fields).await;
    assert_eq!(again.status, 422);
    assert!(page::error_summary(&again.text()).unwrap().contains("were shown only once"), "{}", again.text());
    let said = owner.get(&format!("{TOTP}?flash=factor-setup-over")).await.text();
    assert!(page::flash(&said).unwrap().contains("were shown only once"), "{said}");
}

#[tokio::test]
async fn s127_before_a_factor_goes_a_page_says_what_follows() {
    let (app, _upstream, mut owner, _phone, _) = with_phone().await;
    phone::add(&mut owner, &app.clock).await;
    let ids = page::all_data(&owner.get(FACTORS).await.text(), "factor-id");
    for (id, words) in ids.iter().zip(["your recovery codes stay", "Your account then has no second factor"]) {
        let address = format!("{FACTORS}/{id}/remove");
        let list = owner.get(FACTORS).await.text();
        assert!(list.contains(&format!("href=\"{address}\"")) && !list.contains(&format!("action=\"{address}\"")));
        let asked = owner.get(&address).await.text();
        assert!(page::visible_text(&asked).contains(words), "{asked}");
        assert!(page::visible_text(&asked).contains("App for codes: Phone"), "{asked}");
        assert!(owner.get(FACTORS).await.text().contains(&address), "to look is to change nothing");
        assert_eq!(answer(&mut owner, &address).await.status, 303);
        assert_eq!(owner.get(&address).await.status, 404);
    }
    assert_eq!(owner.get(RECOVERY).await.location(), FACTORS, "no factor, no codes");
}

#[tokio::test]
async fn s122_the_last_factor_where_one_is_demanded_is_kept_without_a_question() {
    let (app, _upstream, _owner, phone, _) = with_phone().await;
    let (folder, clock) = app.stop().await;
    let app = super::support::app::TestApp::start(|options| {
        options.clock = clock;
        options.data_dir = Some(folder);
        options.set("SECOND_FACTOR", "admins");
    })
    .await;
    let mut owner = phone::halfway(&app).await;
    assert_eq!(phone::answer(&mut owner, &phone.code()).await.status, 303);
    let id = page::data(&owner.get(FACTORS).await.text(), "factor-id").unwrap();
    let kept = owner.get(&format!("{FACTORS}/{id}/remove")).await.text();
    assert!(page::visible_text(&kept).contains("demands a second factor of you") && !kept.contains("danger"), "{kept}");
}

#[tokio::test]
async fn s127_before_all_factors_of_somebody_go_a_page_says_what_follows() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, user) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    phone::add(&mut ada, &app.clock).await;
    let address = format!("{user}/factors/reset");
    let shown = owner.get(&user).await.text();
    assert!(shown.contains(&format!("href=\"{address}\"")) && !shown.contains(&format!("action=\"{address}\"")));
    let asked = owner.get(&address).await.text();
    let words = page::visible_text(&asked);
    assert!(words.contains("ada@example.org") && words.contains("all sessions of this account end"), "{words}");
    assert_eq!(people::who_am_i(&mut ada).await.as_deref(), Some("ada@example.org"), "to look is to change nothing");
    assert_eq!(answer(&mut owner, &address).await.status, 303);
    assert_eq!(people::who_am_i(&mut ada).await, None);
    assert_eq!(ada.get(&address).await.location().split('?').next(), Some("/_auth/login"));
    let list = owner.get("/_auth/admin/users?q=owner").await.text();
    let own = page::data(&list, "user-id").unwrap();
    let led = owner.get(&format!("/_auth/admin/users/{own}/factors/reset")).await;
    assert_eq!(led.location(), FACTORS, "nobody removes all of their own");
}
