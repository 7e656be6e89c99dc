//! Second factors through what happens to accounts: another address, another role, two changes at once, limits.

use super::support::app::TestApp;
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS, Phone, STEP, TOTP, events, with_phone};

const ENROL: &str = "/_auth/login/enrol";
const EMAIL: &str = "/_auth/account/email";

#[tokio::test]
async fn s126_another_address_keeps_the_factors_and_leads_past_none() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    let mut mailbox = Mailbox::of(&app.data(""));
    let asked = owner.submit(EMAIL, EMAIL, &[("current_password", PASSWORD), ("email", "moved@example.org")]).await;
    assert_eq!(asked.status, 303, "{}", asked.text());
    let link = mailbox.wait_for("Confirm your new address").await.link();
    let token = link.split_once("token=").unwrap().1.to_owned();
    let mut browser = app.client();
    assert_eq!(browser.submit(&link, "/_auth/account/email/confirm", &[("token", &token)]).await.status, 303);
    assert_eq!(people::who_am_i(&mut browser).await, None);
    assert_eq!(people::sign_in(&mut browser, "moved@example.org", PASSWORD).await.location(), STEP);
    assert_eq!(people::who_am_i(&mut browser).await, None);
    assert_eq!(phone::answer(&mut browser, &phone.code()).await.status, 303);
    assert_eq!(people::who_am_i(&mut browser).await.as_deref(), Some("moved@example.org"));
}

#[tokio::test]
async fn s122_who_becomes_an_admin_sets_a_factor_up_and_who_is_one_no_more_keeps_it() {
    let app = TestApp::start(|options| options.set("SECOND_FACTOR", "admins")).await;
    let mut owner = app.client();
    people::try_claim(&app, &mut owner, OWNER, PASSWORD).await;
    let phone = Phone::scanning(&owner.get(ENROL).await.text(), &app.clock);
    assert_eq!(owner.submit(ENROL, ENROL, &[("code", &phone.code()), ("name", "")]).await.status, 200);
    let (mut ada, user) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    assert!(people::who_am_i(&mut ada).await.is_some());
    let role = format!("{user}/role");
    assert_eq!(owner.submit(&user, &role, &[("role", "admin")]).await.status, 303);
    assert_eq!(people::who_am_i(&mut ada).await, None, "a session without a factor is an admin's");
    assert_eq!(people::sign_in(&mut ada, "ada@example.org", PASSWORD).await.location(), ENROL);
    let hers = Phone::scanning(&ada.get(ENROL).await.text(), &app.clock);
    assert_eq!(ada.submit(ENROL, ENROL, &[("code", &hers.code()), ("name", "")]).await.status, 200);
    app.advance(60);
    assert_eq!(owner.submit(&user, &role, &[("role", "user")]).await.status, 303);
    let mut again = app.client();
    assert_eq!(people::sign_in(&mut again, "ada@example.org", PASSWORD).await.location(), STEP);
    assert_eq!(phone::answer(&mut again, &hers.code()).await.status, 303);
    assert!(people::who_am_i(&mut again).await.is_some());
}

#[tokio::test]
async fn s127_of_two_removals_of_one_factor_at_once_one_is_made() {
    let (app, _upstream, mut owner, _phone, _) = with_phone().await;
    phone::add(&mut owner, &app.clock).await;
    let id = page::data(&owner.get(FACTORS).await.text(), "factor-id").unwrap();
    let address = format!("{FACTORS}/{id}/remove");
    owner.get(&address).await;
    let form = owner.filled_form(&address, &[]).unwrap();
    let mut other = app.client();
    other.jar = owner.jar.clone();
    let (one, two) = tokio::join!(owner.send(form.clone()), other.send(form));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
    assert_eq!(events(&mut owner, "factor.removed").await, 1);
    assert_eq!(page::all_data(&owner.get(FACTORS).await.text(), "factor-id").len(), 1);
}

#[tokio::test]
async fn an_account_has_twenty_factors_at_most() {
    let (app, _upstream, mut owner, _phone, _) = with_phone().await;
    let more =
        "INSERT INTO factors (id, user_id, kind, name, created_at) SELECT 'more' || value, user_id, 'totp', '', 1";
    let numbers: Vec<String> = (1..20).map(|number| format!("SELECT {number} AS value")).collect();
    app.execute(&format!("{more} FROM factors, ({}) AS numbers;", numbers.join(" UNION ALL ")));
    let phone = Phone::scanning(&owner.get(TOTP).await.text(), &app.clock);
    let refused = owner.submit(TOTP, TOTP, &[("code", &phone.code()), ("name", "One more")]).await;
    assert_eq!(refused.status, 422);
    assert!(
        page::visible_text(&refused.text()).contains("An account can have 20 second factors"),
        "{}",
        refused.text()
    );
}

#[tokio::test]
async fn where_everybody_has_a_factor_a_password_of_eight_characters_is_enough() {
    for (demanded, status) in [("everyone", 303), ("admins", 422)] {
        let app = TestApp::start(|options| options.set("SECOND_FACTOR", demanded)).await;
        let claimed = people::try_claim(&app, &mut app.client(), OWNER, "kq3Zr8vX").await;
        assert_eq!(claimed.status, status, "{demanded}: {}", claimed.text());
    }
}
