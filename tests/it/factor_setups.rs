//! Setting up a second factor within a sign-in: what is refused guesses at nothing (S122, S124).

use super::metrics;
use super::support::app::TestApp;
use super::support::authenticator::{Authenticator, Key};
use super::support::client::{Client, Response};
use super::support::page;
use super::support::passkey::{self, ORIGIN};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{FACTORS, Phone, events};

const ENROL: &str = "/_auth/login/enrol";

/// Sends a new passkey with the ID of `key`.
async fn enrol_passkey(client: &mut Client, key: &mut Authenticator) -> Response {
    let shown = client.get(ENROL).await.text();
    let (ceremony, options) = passkey::offered(&shown).unwrap_or_else(|| panic!("no passkey: {shown}"));
    let credential = key.create(&options, ORIGIN);
    client.post_form(ENROL, &[("ceremony", &ceremony), ("credential", &credential)]).await
}

/// How often the audit log says that somebody failed.
async fn failures(owner: &mut Client) -> usize {
    events(owner, "factor.failed").await + events(owner, "login.failed").await
}

#[tokio::test]
async fn s124_a_factor_that_is_refused_while_it_is_set_up_counts_as_no_wrong_answer() {
    let app = TestApp::start(|options| options.set("SECOND_FACTOR", "everyone")).await;
    let mut owner = app.client();
    assert_eq!(people::try_claim(&app, &mut owner, OWNER, PASSWORD).await.status, 303);
    let mut known = Authenticator::new(Key::es256());
    assert_eq!(enrol_passkey(&mut owner, &mut known).await.status, 200);
    let invited = people::invite(&mut owner, "ada@example.org", "Ada", "user").await;
    let mut ada = app.client();
    people::accept(&mut ada, &invited.link, PASSWORD).await;
    let mut signing_in = app.client();
    assert_eq!(people::sign_in(&mut signing_in, "ada@example.org", PASSWORD).await.location(), ENROL);
    for number in 0..7 {
        let refused = enrol_passkey(&mut signing_in, &mut known).await;
        assert_eq!(refused.status, 422, "{number}: {}", refused.text());
        assert!(page::error_summary(&refused.text()).unwrap().contains("in use already"));
        let phone = Phone::scanning(&refused.text(), &app.clock);
        let wrong = if phone.code() == "000000" { "000001" } else { "000000" };
        assert_eq!(signing_in.submit(ENROL, ENROL, &[("code", wrong), ("name", "")]).await.status, 422, "{number}");
    }
    assert_eq!(failures(&mut owner).await, 0);
    let counted = metrics::page(&mut app.client()).await;
    assert_eq!(metrics::value(&counted, "portcullis_second_steps_total{outcome=\"failed\"}"), 0);
    assert_eq!(people::sign_in(&mut app.client(), "ada@example.org", PASSWORD).await.location(), ENROL, "no wait");
    let phone = Phone::scanning(&signing_in.get(ENROL).await.text(), &app.clock);
    assert_eq!(signing_in.submit(ENROL, ENROL, &[("code", &phone.code()), ("name", "")]).await.status, 200);
    let mails = owner.get("/_auth/admin/mail").await.text();
    assert!(!page::all_data(&mails, "mail").iter().any(|kind| kind == "wrong codes"));
}

#[tokio::test]
async fn s124_the_thirtieth_refused_set_up_ends_the_sign_in_and_counts_for_nobody() {
    let app = TestApp::start(|options| options.set("SECOND_FACTOR", "everyone")).await;
    let mut owner = app.client();
    assert_eq!(people::try_claim(&app, &mut owner, OWNER, PASSWORD).await.status, 303);
    let mut other = app.client();
    people::sign_in(&mut other, OWNER, PASSWORD).await;
    owner.get(ENROL).await;
    for number in 1..=30 {
        let form = owner.filled_form(ENROL, &[("code", "x"), ("name", "")]).unwrap();
        assert_eq!(owner.send(form).await.status, if number < 30 { 422 } else { 410 }, "{number}");
    }
    assert_eq!(owner.get(ENROL).await.location(), "/_auth/login");
    let phone = Phone::scanning(&other.get(ENROL).await.text(), &app.clock);
    assert_eq!(other.submit(ENROL, ENROL, &[("code", &phone.code()), ("name", "")]).await.status, 200, "the other one");
    assert_eq!(failures(&mut other).await, 0);
}

#[tokio::test]
async fn s128_a_reload_of_the_codes_of_a_set_up_in_a_sign_in_leads_to_the_factors_and_says_so() {
    let app = TestApp::start(|options| options.set("SECOND_FACTOR", "everyone")).await;
    let mut owner = app.client();
    people::try_claim(&app, &mut owner, OWNER, PASSWORD).await;
    let phone = Phone::scanning(&owner.get(ENROL).await.text(), &app.clock);
    let form = owner.filled_form(ENROL, &[("code", &phone.code()), ("name", "")]).unwrap();
    let codes = owner.send(form.clone()).await;
    assert_eq!(page::all_data(&codes.text(), "recovery-code").len(), 10);
    let again = owner.send(form).await;
    assert_eq!((again.status, again.location()), (303, ENROL));
    let shown = owner.get(ENROL).await;
    assert_eq!((shown.status, shown.location()), (303, &*format!("{FACTORS}?flash=recovery-shown")));
    assert_eq!(events(&mut owner, "factor.added").await, 1);
}

#[tokio::test]
async fn a_form_of_the_sign_in_from_another_window_leads_to_where_the_sign_in_led() {
    let app = TestApp::start(|_options| {}).await;
    drop(people::claim(&app).await);
    let mut browser = app.client();
    browser.get("/_auth/login?next=%2Freport").await;
    let form = browser.filled_form("/_auth/login?next=%2Freport", &[("email", OWNER), ("password", PASSWORD)]).unwrap();
    assert_eq!(browser.send(form.clone()).await.location(), "/report");
    let again = browser.send(form).await;
    assert_eq!((again.status, again.location()), (303, "/_auth/login?next=%2Freport"));
    assert_eq!(browser.get("/_auth/login?next=%2Freport").await.location(), "/report");
}
