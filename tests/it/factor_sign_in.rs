//! A sign-in with a second factor: what waits, what opens, and what ends it (S122 to S126).

use portcullis::for_tests::{Access, PAGES};

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::nodes::Nodes;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS, Phone, STEP, events, halfway, with_phone};
use super::support::upstream::Upstream;

const ADA: &str = "ada@example.org";
const ENROL: &str = "/_auth/login/enrol";

#[tokio::test]
async fn s122_after_the_password_nothing_opens_but_the_page_of_the_factor() {
    let (app, upstream, _owner, phone, _) = with_phone().await;
    let mut half = app.client();
    let answer = people::sign_in(&mut half, OWNER, PASSWORD).await;
    let cookies: Vec<String> = answer.set_cookies().into_iter().map(|cookie| cookie.name).collect();
    assert!(!cookies.is_empty() && cookies.iter().all(|name| name.contains("portcullis_pending")), "{cookies:?}");
    let before = upstream.count();
    for row in PAGES.iter().filter(|row| !matches!(row.access, Access::Open | Access::Link)) {
        let path = format!("/_auth{}", row.path.replace("{id}", "default").replace("{rule}", "x"));
        let answer = half.get(&path).await;
        let refused = [401, 403, 404, 405, 410].contains(&answer.status) || answer.location().contains("/_auth/login");
        assert!(refused, "{path}: {} {}", answer.status, answer.location());
        let posted = half.post_form(&path, &[("code", &phone.code())]).await;
        assert!(posted.status >= 400 || posted.location().contains("/_auth/login"), "{path}: {}", posted.status);
    }
    assert!(half.get("/").await.location().contains("/_auth/login"));
    assert_eq!(half.fetch("/page").await.status, 401);
    assert_eq!(half.fetch("/_auth/api/session").await.status, 401);
    assert!(half.web_socket("/ws", "http://localhost:3000").await.is_err());
    assert_eq!(upstream.count(), before, "the app was asked");
    assert_eq!(phone::answer(&mut half, &phone.code()).await.status, 303);
    assert_eq!(people::who_am_i(&mut half).await.as_deref(), Some(OWNER));
    assert_eq!(half.get("/").await.status, 200);
}

#[tokio::test]
async fn s122_the_way_back_survives_the_second_step_and_without_a_factor_there_is_none() {
    let (app, _upstream, _owner, phone, _) = with_phone().await;
    let mut client = app.client();
    let login = "/_auth/login?next=/page%3Fa%3Db";
    let fields = [("email", OWNER), ("password", PASSWORD), ("next", "/page?a=b")];
    let step = client.submit(login, "/_auth/login", &fields).await.location().to_owned();
    assert!(step.starts_with(&format!("{STEP}?next=")), "{step}");
    assert_eq!(page::field(&client.get(&step).await.text(), "next").as_deref(), Some("/page?a=b"));
    let done = client.submit(&step, &step, &[("code", &phone.code()), ("next", "/page?a=b")]).await;
    assert_eq!((done.status, done.location()), (303, "/page?a=b"));
    let evil = halfway(&app).await.submit(STEP, STEP, &[("code", "000000"), ("next", "//evil.example")]).await;
    assert!(!evil.text().contains("href=\"//evil"), "{}", evil.text());
    let mut stranger = app.client();
    assert_eq!(stranger.get(STEP).await.location(), "/_auth/login");
    assert_eq!(stranger.get(ENROL).await.location(), "/_auth/login");
}

#[tokio::test]
async fn s123_a_code_is_good_once_and_no_earlier_one_is() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (phone, _) = phone::add(&mut owner, &app.clock).await;
    let mut client = halfway(&app).await;
    let refused = phone::answer(&mut client, &phone.code()).await;
    assert_eq!(refused.status, 401, "the code that proved the set-up was used");
    assert!(page::error_summary(&refused.text()).unwrap().contains("used before"));
    app.advance(60);
    let code = phone.code();
    assert_eq!(phone::answer(&mut client, &code).await.status, 303);
    for old in [&code, &phone.code_in(-30)] {
        let mut again = halfway(&app).await;
        assert_eq!(phone::answer(&mut again, old).await.status, 401, "{old}");
    }
    let mut again = halfway(&app).await;
    assert_eq!(phone::answer(&mut again, &phone.code_in(30)).await.status, 303, "a clock that is 30 s ahead");
    assert_eq!(phone::answer(&mut halfway(&app).await, &phone.code_in(60)).await.status, 401, "one that is 60 s ahead");
}

#[tokio::test]
async fn s123_s128_of_two_uses_at_once_one_wins_on_three_nodes() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let mut owner = nodes.owner().await;
    let (phone, codes) = phone::add(&mut owner, &nodes.clock).await;
    nodes.clock.advance(60);
    for code in [phone.code(), codes[0].clone()] {
        let mut uses = Vec::new();
        for number in 0..6 {
            let mut client = nodes.apps[number % 3].client();
            people::sign_in(&mut client, OWNER, PASSWORD).await;
            let code = code.clone();
            uses.push(tokio::spawn(async move { phone::answer(&mut client, &code).await.status }));
        }
        let mut statuses = Vec::new();
        for attempt in uses {
            statuses.push(attempt.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 401, 401, 401, 401, 401], "{code}");
        // So many wrong answers are enough for a while.
        nodes.clock.advance(16 * 60);
    }
}

#[tokio::test]
async fn s124_the_fifth_wrong_code_ends_the_sign_in_and_so_do_ten_minutes() {
    let (app, _upstream, mut owner, phone, codes) = with_phone().await;
    let mut client = halfway(&app).await;
    for wrong in ["000000", "", "AAAA-AAAA-AAAA", "12345678"] {
        assert_eq!(phone::answer(&mut client, wrong).await.status, 401, "{wrong}");
    }
    let form = client.filled_form(STEP, &[("code", "x")]).unwrap();
    assert_eq!(client.send(form).await.status, 410);
    for right in [phone.code(), codes[0].clone()] {
        let answer = client.post_form(STEP, &[("code", &right)]).await;
        assert!(answer.status >= 400, "{}", answer.status);
    }
    assert_eq!(client.get(STEP).await.location(), "/_auth/login");
    assert_eq!(people::who_am_i(&mut client).await, None);
    assert_eq!(events(&mut owner, "factor.failed").await, 5);

    let mut late = halfway(&app).await;
    late.get(STEP).await;
    app.advance(601);
    let form = late.filled_form(STEP, &[("code", &phone.code())]).unwrap();
    assert_eq!(late.send(form).await.status, 410, "ten minutes later");
    assert_eq!(people::who_am_i(&mut late).await, None);
}

#[tokio::test]
async fn s124_wrong_codes_count_towards_the_limit_of_the_account_whatever_the_password() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    let mut owner = people::claim(&app).await;
    let (phone, _) = phone::add(&mut owner, &app.clock).await;
    app.advance(60);
    let from = |client: &mut Client, number: usize| client.always("X-Forwarded-For", &format!("192.0.2.{number}"));
    let mut last = 0;
    for number in 0..40 {
        let mut client = app.client();
        from(&mut client, number);
        let begun = people::try_sign_in(&mut client, OWNER, PASSWORD).await;
        if begun.status != 303 {
            last = begun.status;
            break;
        }
        for _ in 0..4 {
            last = phone::answer(&mut client, "000000").await.status;
        }
    }
    assert_eq!(last, 429, "nobody guesses without end");
    app.advance(31 * 60);
    let mut client = halfway(&app).await;
    assert_eq!(phone::answer(&mut client, &phone.code()).await.status, 303, "the owner gets in again");
}

#[tokio::test]
async fn s124_what_ends_links_ends_a_sign_in_that_waits() {
    let (app, _upstream, mut owner, phone, _) = with_phone().await;
    let (_ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    let mut waiting = app.client();
    people::sign_in(&mut waiting, ADA, PASSWORD).await;
    let (of_ada, _) = phone::add(&mut waiting, &app.clock).await;
    app.advance(60);
    for deed in ["sessions/end-all", "role", "factors/reset", "disable"] {
        let mut waiting = app.client();
        let step = people::sign_in(&mut waiting, ADA, PASSWORD).await.location().to_owned();
        if deed == "disable" {
            assert_ne!(step, STEP, "a reset leaves no factor");
            break;
        }
        assert_eq!(step, STEP);
        waiting.get(STEP).await;
        let form = waiting.filled_form(STEP, &[("code", &of_ada.code())]).unwrap();
        assert_eq!(owner.submit(&page, &format!("{page}/{deed}"), &[("role", "admin")]).await.status, 303, "{deed}");
        assert_eq!(waiting.send(form).await.status, 410, "{deed}");
    }
    let mut other = halfway(&app).await;
    other.get(STEP).await;
    let form = other.filled_form(STEP, &[("code", &phone.code())]).unwrap();
    let new = "other-giraffes-eat-9-leaves";
    let fields = [("current_password", PASSWORD), ("new_password", new), ("confirm", new)];
    assert_eq!(owner.submit("/_auth/account/password", "/_auth/account/password", &fields).await.status, 303);
    assert_eq!(other.send(form).await.status, 410, "a new password");
}

#[tokio::test]
async fn s126_a_reset_by_link_asks_for_the_factor_as_ever() {
    let (app, _upstream, _owner, phone, _) = with_phone().await;
    let link = app.run(&["user", "reset-link", OWNER, "--json"]);
    let link: serde_json::Value = serde_json::from_slice(&link.stdout).unwrap();
    let link = link["link"].as_str().unwrap();
    let (new, mut client) = ("other-giraffes-eat-9-leaves", app.client());
    let token = link.split_once("token=").unwrap().1;
    let address = &link[link.find("/_auth").unwrap()..];
    let fields = [("token", token), ("password", new), ("confirm", new)];
    assert_eq!(client.submit(address, "/_auth/reset", &fields).await.status, 303);
    assert_eq!(people::who_am_i(&mut client).await, None);
    assert_eq!(people::sign_in(&mut client, OWNER, new).await.location(), STEP);
    assert_eq!(people::who_am_i(&mut client).await, None);
    assert_eq!(phone::answer(&mut client, &phone.code()).await.status, 303);
}

#[tokio::test]
async fn s122_everyone_sets_one_up_and_nobody_gets_in_by_another_way() {
    let upstream = Upstream::start().await;
    let address = upstream.address;
    let (folder, clock) = {
        let app = TestApp::start(|options| options.upstream = Some(address)).await;
        let mut owner = people::claim(&app).await;
        people::member(&app, &mut owner, ADA, "user").await;
        app.stop().await
    };
    let app = TestApp::start(|options| {
        options.upstream = Some(address);
        options.clock = clock;
        options.data_dir = Some(folder);
        options.set("SECOND_FACTOR", "everyone");
    })
    .await;
    for email in [OWNER, ADA] {
        let mut client = app.client();
        assert_eq!(people::sign_in(&mut client, email, PASSWORD).await.location(), ENROL);
        assert_eq!(client.get(STEP).await.location(), ENROL);
        assert_eq!(people::who_am_i(&mut client).await, None);
        let phone = Phone::scanning(&client.get(ENROL).await.text(), &app.clock);
        assert_eq!(client.submit(ENROL, ENROL, &[("code", "000000"), ("name", "")]).await.status, 422);
        let done = client.submit(ENROL, ENROL, &[("code", &phone.code()), ("name", "Phone")]).await;
        assert_eq!((done.status, page::all_data(&done.text(), "recovery-code").len()), (200, 10), "{}", done.text());
        assert_eq!(people::who_am_i(&mut client).await.as_deref(), Some(email));
        let id = page::data(&client.get(FACTORS).await.text(), "factor-id").unwrap();
        let kept = client.submit(FACTORS, &format!("{FACTORS}/{id}/remove"), &[]).await;
        assert!(kept.status == 422 && kept.text().contains("demands a second factor"), "{}", kept.text());
    }
    let mut owner = app.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    assert_eq!(owner.get(STEP).await.status, 200);
}

#[tokio::test]
async fn s122_where_it_is_demanded_the_claim_and_an_invitation_lead_to_setting_one_up() {
    let app = TestApp::start(|options| options.set("SECOND_FACTOR", "admins")).await;
    let mut owner = app.client();
    let claimed = people::try_claim(&app, &mut owner, OWNER, PASSWORD).await;
    assert!(claimed.status == 303 && claimed.location().starts_with(ENROL), "{}", claimed.location());
    assert_eq!(people::who_am_i(&mut owner).await, None);
    let phone = Phone::scanning(&owner.get(ENROL).await.text(), &app.clock);
    assert_eq!(owner.submit(ENROL, ENROL, &[("code", &phone.code()), ("name", "")]).await.status, 200);
    let (mut user, _) = people::member(&app, &mut owner, ADA, "user").await;
    assert_eq!(people::who_am_i(&mut user).await.as_deref(), Some(ADA), "users need none");
    let invited = people::invite(&mut owner, "bob@example.org", "Bob", "admin").await;
    let mut bob = app.client();
    assert_eq!(people::accept(&mut bob, &invited.link, PASSWORD).await.location(), ENROL);
    assert_eq!(people::who_am_i(&mut bob).await, None);
}
