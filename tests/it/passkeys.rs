//! Passkeys on the pages, with an authenticator in software: making one, signing in by it alone or as a second factor
//! (S125 to S127). What the ceremonies themselves refuse is tested beside `crypto::passkeys`.

use super::support::app::TestApp;
use super::support::authenticator::{Answer, Authenticator, Key, PRESENT};
use super::support::client::Client;
use super::support::mailbox::Mailbox;
use super::support::nodes::Nodes;
use super::support::page;
use super::support::passkey::{self, ORIGIN, PASSKEYS, SIGN_IN};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS, STEP, events, halfway};
use super::support::upstream::Upstream;

const ADA: &str = "ada@example.org";
const CONFIRM: &str = "/_auth/confirm";
const GROUP: &str = "/_auth/admin/groups/new";

/// A claimed gate whose owner has a passkey, and the recovery codes that came with it.
async fn with_passkey() -> (TestApp, Upstream, Client, Authenticator, Vec<String>) {
    let (app, upstream, mut owner) = people::with_app().await;
    let (key, made) = passkey::make(&mut owner, "Laptop").await;
    assert_eq!(made.status, 200, "{}", made.text());
    (app, upstream, owner, key, page::all_data(&made.text(), "recovery-code"))
}

/// What a browser at the portal answers to these options.
fn answer_to(options: &str) -> Answer {
    Answer::new("webauthn.get", &serde_json::from_str(options).unwrap(), "localhost", ORIGIN)
}

#[tokio::test]
async fn s125_a_passkey_is_made_and_signs_in_alone_and_as_a_second_factor() {
    let (app, _upstream, mut owner, key, codes) = with_passkey().await;
    assert_eq!(codes.len(), 10);
    let list = owner.get(FACTORS).await.text();
    assert_eq!(page::all_data(&list, "name"), ["Laptop"]);
    assert!(
        Mailbox::of(&app.data(""))
            .wait_for("A second factor was added to your account")
            .await
            .header("To")
            .contains(OWNER)
    );
    assert_eq!(events(&mut owner, "factor.added").await, 1);
    let mut alone = app.client();
    let fields = passkey::answer(&mut alone, "/_auth/login?next=/page%3Fa%3Db", &key, 0).await;
    let fields = [&fields[..], &[("next", "/page?a=b".to_owned())]].concat();
    let answer = passkey::send(&mut alone, SIGN_IN, &fields).await;
    assert_eq!((answer.status, answer.location()), (303, "/page?a=b"));
    assert_eq!(people::who_am_i(&mut alone).await.as_deref(), Some(OWNER));
    let mut second = halfway(&app).await;
    let fields = passkey::answer(&mut second, STEP, &key, 0).await;
    assert_eq!(passkey::send(&mut second, STEP, &fields).await.status, 303);
    assert_eq!(people::who_am_i(&mut second).await.as_deref(), Some(OWNER));
    assert_eq!(phone::answer(&mut halfway(&app).await, &codes[0]).await.status, 303, "a recovery code stands in");
    assert!(page::visible_text(&owner.get(FACTORS).await.text()).contains("Last used"));
}

#[tokio::test]
async fn s125_an_answer_is_good_once_in_its_browser_and_for_five_minutes() {
    let (app, _upstream, _owner, key, _) = with_passkey().await;
    let mut client = app.client();
    let fields = passkey::answer(&mut client, "/_auth/login", &key, 0).await;
    let mut thief = app.client();
    thief.get("/_auth/login").await;
    let stolen = passkey::send(&mut thief, SIGN_IN, &fields).await;
    assert_eq!(stolen.status, 401, "{}", stolen.text());
    assert!(page::visible_text(&stolen.text()).contains("took too long, or was sent twice"));
    assert_eq!(people::who_am_i(&mut thief).await, None);
    let mut same_browser = client.clone();
    assert_eq!(passkey::send(&mut client, SIGN_IN, &fields).await.status, 303);
    let again = passkey::send(&mut same_browser, SIGN_IN, &fields).await;
    assert_eq!(again.status, 401, "a second time, from the page that is still open");
    assert!(page::visible_text(&again.text()).contains("not accepted"), "{}", again.text());
    people::sign_out(&mut client).await;
    let fresh = passkey::answer(&mut client, "/_auth/login", &key, 0).await;
    let other = passkey::answer(&mut client, "/_auth/login", &key, 0).await;
    let mixed = [other[0].clone(), fresh[1].clone()];
    assert_eq!(passkey::send(&mut client, SIGN_IN, &mixed).await.status, 401, "the answer to another challenge");
    app.advance(301);
    client.get("/_auth/login").await;
    assert_eq!(passkey::send(&mut client, SIGN_IN, &fresh).await.status, 401, "too late");
    for (ceremony, credential) in [("", ""), ("x", "{}"), (&*fields[0].1, "{}"), (&*fields[0].1, "[[[[")] {
        let nonsense = [("ceremony", ceremony.to_owned()), ("credential", credential.to_owned())];
        assert_eq!(passkey::send(&mut client, SIGN_IN, &nonsense).await.status, 401, "{ceremony} {credential}");
    }
    assert_eq!(passkey::sign_in(&mut client, &key, 0).await.status, 303);
}

#[tokio::test]
async fn s125_user_verification_is_demanded_where_the_passkey_stands_for_the_password() {
    let (app, _upstream, _owner, key, _) = with_passkey().await;
    let touched = |html: &str| {
        let (ceremony, options) = passkey::offered(html).unwrap();
        let answer = Answer { flags: PRESENT, ..answer_to(&options) };
        [("ceremony", ceremony), ("credential", key.assert(&answer))]
    };
    let mut client = app.client();
    let fields = touched(&client.get("/_auth/login").await.text());
    assert_eq!(passkey::send(&mut client, SIGN_IN, &fields).await.status, 401);
    let mut client = halfway(&app).await;
    let fields = touched(&client.get(STEP).await.text());
    assert_eq!(passkey::send(&mut client, STEP, &fields).await.status, 303, "after the password a touch is enough");
}

#[tokio::test]
async fn s125_s127_a_removed_passkey_a_strangers_and_a_disabled_persons_are_refused() {
    let (app, _upstream, mut owner, key, _) = with_passkey().await;
    app.advance(1);
    let (other, made) = passkey::make(&mut owner, "").await;
    assert!(made.location().ends_with("flash=factor-added"), "{}", made.text());
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    let (hers, made) = passkey::make(&mut ada, "").await;
    assert_eq!(made.status, 200);
    let mut half = halfway(&app).await;
    let fields = passkey::answer(&mut half, STEP, &hers, 0).await;
    assert_eq!(passkey::send(&mut half, STEP, &fields).await.status, 401, "another person's");
    let unknown = Authenticator { user_handle: key.user_handle.clone(), ..Authenticator::new(Key::es256()) };
    assert_eq!(passkey::sign_in(&mut app.client(), &unknown, 0).await.status, 401, "one that nobody has");
    let imposter = Authenticator { id: key.id.clone(), ..unknown };
    assert_eq!(passkey::sign_in(&mut app.client(), &imposter, 0).await.status, 401, "the id with another key");
    let ids = page::all_data(&owner.get(FACTORS).await.text(), "factor-id");
    assert_eq!(owner.submit(FACTORS, &format!("{FACTORS}/{}/remove", ids[0]), &[]).await.status, 303);
    assert_eq!(passkey::sign_in(&mut app.client(), &key, 0).await.status, 401, "a removed one");
    assert_eq!(passkey::sign_in(&mut app.client(), &other, 0).await.status, 303, "the other one");
    assert_eq!(passkey::sign_in(&mut app.client(), &hers, 0).await.status, 303);
    assert_eq!(owner.submit(&page, &format!("{page}/disable"), &[]).await.status, 303);
    assert_eq!(passkey::sign_in(&mut app.client(), &hers, 0).await.status, 401, "a disabled person's");
}

#[tokio::test]
async fn s125_a_counter_that_does_not_rise_lets_in_and_is_audited() {
    let (app, _upstream, mut owner, key, _) = with_passkey().await;
    for (counter, lines) in [(5, 0), (6, 0), (6, 1), (2, 2), (7, 2)] {
        assert_eq!(passkey::sign_in(&mut app.client(), &key, counter).await.status, 303, "{counter}");
        assert_eq!(events(&mut owner, "passkey.copied").await, lines, "{counter}");
    }
}

#[tokio::test]
async fn s127_a_passkey_is_made_once_and_under_a_name_of_its_own() {
    let (app, _upstream, mut owner, key, _) = with_passkey().await;
    app.advance(1);
    let shown = owner.get(PASSKEYS).await.text();
    let (ceremony, options) = passkey::offered(&shown).unwrap();
    assert!(options.contains(&super::support::authenticator::encode(&key.id)), "the first one is not excluded");
    let mut known = Authenticator { id: key.id.clone(), ..Authenticator::new(Key::eddsa()) };
    let fields = [("ceremony", ceremony.clone()), ("credential", known.create(&options, ORIGIN))];
    let refused = passkey::send(&mut owner, PASSKEYS, &fields).await;
    assert_eq!(refused.status, 422);
    assert!(page::error_summary(&refused.text()).unwrap().contains("in use already"));
    let mut fresh = Authenticator::new(Key::rs256());
    fresh.aaguid = 0xfbfc_3007_154e_4ecc_8c0b_6e02_0557_d7bd_u128.to_be_bytes();
    let (ceremony, options) = passkey::offered(&refused.text()).unwrap();
    let fields = [("ceremony", ceremony), ("credential", fresh.create(&options, ORIGIN))];
    let evil = [("credential", fresh.create(&options, "http://evil.example"))];
    let evil = passkey::send(&mut owner, PASSKEYS, &[fields[0].clone(), evil[0].clone()]).await;
    assert_eq!(evil.status, 422, "made on a page of another origin");
    assert!(passkey::send(&mut owner, PASSKEYS, &fields).await.location().ends_with("flash=factor-added"));
    assert_eq!(page::all_data(&owner.get(FACTORS).await.text(), "name"), ["Laptop", "Apple Passwords"]);
    owner.get(PASSKEYS).await;
    assert_eq!(passkey::send(&mut owner, PASSKEYS, &fields).await.status, 422, "the same answer again");
    let (ceremony, _) = passkey::offered(&owner.get(PASSKEYS).await.text()).unwrap();
    let unanswered = [("name", "My key"), ("ceremony", &*ceremony), ("credential", "")];
    let without_script = owner.post_form(PASSKEYS, &unanswered).await;
    assert_eq!(without_script.status, 422);
    assert!(
        without_script.text().contains("My key")
            && page::error_summary(&without_script.text()).unwrap().contains("need JavaScript")
    );
}

#[tokio::test]
async fn s122_a_demanded_factor_may_be_a_passkey() {
    let app = TestApp::start(|options| options.set("SECOND_FACTOR", "everyone")).await;
    let mut owner = app.client();
    let token = app.setup_token();
    people::claim_with(&mut owner, &token).await;
    let enrol = "/_auth/login/enrol";
    let shown = owner.get(enrol).await.text();
    let (ceremony, options) = passkey::offered(&shown).unwrap();
    let mut key = Authenticator::new(Key::es256());
    let credential = key.create(&options, ORIGIN);
    let done = owner.post_form(enrol, &[("ceremony", &ceremony), ("credential", &credential)]).await;
    assert_eq!(page::all_data(&done.text(), "recovery-code").len(), 10, "{}", done.text());
    assert_eq!(people::who_am_i(&mut owner).await.as_deref(), Some(OWNER));
    assert_eq!(passkey::sign_in(&mut app.client(), &key, 0).await.status, 303);
    assert_eq!(people::sign_in(&mut app.client(), OWNER, PASSWORD).await.location(), STEP);
}

#[tokio::test]
async fn s125_there_are_no_passkeys_where_browsers_make_none_and_the_page_says_why() {
    for (address, why) in [("http://127.0.0.1:3000", "an address of numbers"), ("http://portal.test", "without https")]
    {
        let app = TestApp::start(|options| options.app_url = address.to_owned()).await;
        let mut owner = people::claim(&app).await;
        assert!(passkey::offered(&app.client().get("/_auth/login").await.text()).is_none(), "{address}");
        let shown = owner.get(PASSKEYS).await.text();
        assert!(passkey::offered(&shown).is_none() && page::visible_text(&shown).contains(why), "{address}: {shown}");
    }
}

#[tokio::test]
async fn s125_of_one_answer_sent_to_three_nodes_at_once_one_opens_a_session() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let mut owner = nodes.owner().await;
    let (key, made) = passkey::make(&mut owner, "").await;
    assert_eq!(made.status, 200, "{}", made.text());
    let mut client = nodes.apps[0].client();
    let fields = passkey::answer(&mut client, "/_auth/login", &key, 0).await;
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let form = client.filled_form(SIGN_IN, &fields).unwrap();
    let uses = (0..6).map(|number| (nodes.at(number % 3, &client), form.clone()));
    let answers = uses.map(|(mut client, form)| async move { client.send(form).await.status });
    let mut statuses = futures_util::future::join_all(answers).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 401, 401, 401, 401, 401]);
}

#[tokio::test]
async fn s130_a_passkey_answers_is_it_you_with_user_verification() {
    let (app, _upstream, mut owner, key, _) = with_passkey().await;
    app.advance(16 * 60);
    let asked = owner.submit(GROUP, GROUP, &[("name", "friends")]).await;
    assert_eq!(asked.status, 403);
    let html = asked.text();
    let deed = ("deed", page::field(&html, "deed").unwrap());
    let (ceremony, options) = passkey::offered(&html).unwrap();
    let touched = Answer { flags: PRESENT, ..answer_to(&options) };
    let touched = [deed.clone(), ("ceremony", ceremony.clone()), ("credential", key.assert(&touched))];
    let refused = passkey::send(&mut owner, CONFIRM, &touched).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(page::error_summary(&refused.text()).unwrap().contains("not accepted"));
    let (ceremony, options) = passkey::offered(&refused.text()).unwrap();
    let fields = [deed, ("ceremony", ceremony), ("credential", key.get(&options, ORIGIN, 0))];
    assert_eq!(passkey::send(&mut owner, CONFIRM, &fields).await.status, 303, "the group is made");
    assert_eq!((events(&mut owner, "confirm.failed").await, events(&mut owner, "confirm.ok").await), (1, 1));
    assert_eq!(passkey::send(&mut owner, CONFIRM, &fields).await.status, 410, "once");
    assert_eq!(owner.submit(GROUP, GROUP, &[("name", "others")]).await.status, 303, "proved a moment ago");
}

#[tokio::test]
async fn s126_who_lacks_the_factor_may_prove_a_passkey_by_touch_and_a_strangers_proves_nothing() {
    let (app, _upstream, mut owner, key, _) = with_passkey().await;
    let (mut ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    let (hers, _) = passkey::make(&mut ada, "").await;
    let mut client = halfway(&app).await;
    let fields = passkey::answer(&mut client, STEP, &key, 0).await;
    let fields = [&fields[..], &[("trust", "on".to_owned())]].concat();
    assert_eq!(passkey::send(&mut client, STEP, &fields).await.status, 303);
    people::sign_out(&mut client).await;
    assert_ne!(people::sign_in(&mut client, OWNER, PASSWORD).await.location(), STEP, "the browser is trusted");
    let way = client.get(PASSKEYS).await.location().to_owned();
    assert!(way.starts_with(CONFIRM) && way.ends_with("factor=on"), "{way}");
    for (key, status) in [(&hers, 422), (&key, 303)] {
        let (ceremony, options) = passkey::offered(&client.get(&way).await.text()).unwrap();
        let credential = key.assert(&Answer { flags: PRESENT, ..answer_to(&options) });
        let fields = [("next", PASSKEYS), ("factor", "on"), ("ceremony", &*ceremony), ("credential", &*credential)];
        assert_eq!(client.post_form(CONFIRM, &fields).await.status, status);
    }
    assert_eq!(client.get(PASSKEYS).await.status, 200);
}

#[tokio::test]
async fn s24_pages_that_were_left_open_count_for_nothing_and_wrong_passkeys_do() {
    let (app, _upstream, mut owner, key, _) = with_passkey().await;
    let mut client = app.client();
    let old = passkey::answer(&mut client, "/_auth/login", &key, 0).await;
    app.advance(301);
    for _ in 0..40 {
        client.get("/_auth/login").await;
        assert_eq!(passkey::send(&mut client, SIGN_IN, &old).await.status, 401);
    }
    assert_eq!(events(&mut owner, "login.failed").await, 0);
    let unknown = Authenticator { user_handle: key.user_handle.clone(), ..Authenticator::new(Key::es256()) };
    let mut statuses = Vec::new();
    for _ in 0..40 {
        statuses.push(passkey::sign_in(&mut client, &unknown, 0).await.status);
    }
    assert!(statuses.starts_with(&[401, 401, 401]) && statuses.ends_with(&[429]), "{statuses:?}");
    assert!(events(&mut owner, "login.failed").await > 0);
}

#[tokio::test]
async fn s126_a_session_that_has_just_ended_adds_no_passkey() {
    let (app, _upstream, mut owner, _, _) = with_passkey().await;
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    for end in ["DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE email = 'ada@example.org');", ""] {
        if end.is_empty() {
            ada = app.client();
            people::sign_in(&mut ada, ADA, PASSWORD).await;
        }
        let (ceremony, options) = passkey::offered(&ada.get(PASSKEYS).await.text()).unwrap();
        let credential = Authenticator::new(Key::es256()).create(&options, ORIGIN);
        let form = ada.filled_form(PASSKEYS, &[("ceremony", &ceremony), ("credential", &credential)]).unwrap();
        if end.is_empty() {
            assert_eq!(owner.submit(&page, &format!("{page}/sessions/end-all"), &[]).await.status, 303);
        } else {
            // As another node does it, before this one has heard of it.
            app.execute(end);
        }
        let late = ada.send(form).await;
        assert!(late.status >= 400 || late.location().contains("/_auth/login"), "{}", late.text());
        assert!(page::all_data(&owner.get(&page).await.text(), "factor-id").is_empty(), "a factor was stored");
    }
}

#[tokio::test]
async fn s130_a_touch_is_enough_only_in_a_session_that_lacks_the_factor() {
    let (app, _upstream, mut owner, key, _) = with_passkey().await;
    app.advance(16 * 60);
    let asked = owner.submit(GROUP, GROUP, &[("name", "friends")]).await;
    let deed = page::field(&asked.text(), "deed").unwrap();
    let other = owner.get(&format!("{CONFIRM}?next=/&factor=on")).await;
    let (ceremony, options) = passkey::offered(&other.text()).unwrap();
    let credential = key.assert(&Answer { flags: PRESENT, ..answer_to(&options) });
    let fields = [("deed", &*deed), ("ceremony", &*ceremony), ("credential", &*credential)];
    assert_eq!(owner.post_form(CONFIRM, &fields).await.status, 422);
}

#[tokio::test]
async fn s26_a_passkey_forgives_no_wrong_password() {
    let (app, _upstream, _owner, key, _) = with_passkey().await;
    people::try_sign_in(&mut app.client(), OWNER, "wrong wrong wrong wrong").await;
    let counted = || String::from_utf8_lossy(&app.stored()).contains("account:");
    assert!(counted());
    assert_eq!(passkey::sign_in(&mut app.client(), &key, 0).await.status, 303);
    assert!(counted());
}
