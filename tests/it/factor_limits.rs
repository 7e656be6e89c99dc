//! Limits of the second step of a sign-in, by account and by address (S124).

use super::support::app::TestApp;
use super::support::client::Client;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, STEP, halfway, waiting, with_phone};

#[tokio::test]
async fn s124_wrong_codes_count_towards_the_limit_of_the_account_wherever_they_come_from() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    let mut owner = people::claim(&app).await;
    let (phone, _) = phone::add(&mut owner, &app.clock).await;
    app.advance(60);
    let from = |number: usize| {
        let mut client = app.client();
        client.always("X-Forwarded-For", &format!("192.0.2.{number}"));
        client
    };
    // A right password and four wrong codes each, of which the first is no more than the attempt of the password.
    for number in 0..13 {
        let mut client = from(number);
        people::sign_in(&mut client, OWNER, PASSWORD).await;
        for _ in 0..4 {
            assert_eq!(phone::answer(&mut client, "000000").await.status, 401, "{number}");
        }
    }
    assert_eq!(people::try_sign_in(&mut from(20), OWNER, PASSWORD).await.status, 429, "from a source of its own");
    app.advance(20);
    let mut client = from(21);
    people::sign_in(&mut client, OWNER, PASSWORD).await;
    assert_eq!(phone::answer(&mut client, &phone.code()).await.status, 303, "wrong codes are no right passwords");
    let mut client = from(22);
    people::sign_in(&mut client, OWNER, PASSWORD).await;
    assert_eq!(phone::answer(&mut client, "000000").await.status, 401, "a sign-in clears the count");
}

#[tokio::test]
async fn s124_the_second_step_of_one_does_not_use_up_the_attempts_of_another_behind_the_same_address() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let mut halfway = Vec::new();
    for number in 0..12 {
        let email = format!("m{number}@example.org");
        let (mut member, _) = people::member(&app, &mut owner, &email, "user").await;
        let (phone, _) = phone::add(&mut member, &app.clock).await;
        halfway.push((email, phone));
    }
    app.advance(60);
    let mut browsers = Vec::new();
    for (email, phone) in &halfway {
        browsers.push(waiting(&app, email, phone).await);
    }
    for (mut browser, answer) in browsers {
        assert_eq!(browser.send(answer).await.status, 303);
    }
}

#[tokio::test]
async fn s124_the_waits_of_an_account_are_for_the_beginning_of_a_sign_in() {
    let (app, _upstream, _owner, phone, _) = with_phone().await;
    assert_eq!(people::try_sign_in(&mut app.client(), OWNER, "wrong").await.status, 401);
    app.execute("UPDATE attempts SET failures = 59, last_failure = last_failure - 4000 WHERE bucket LIKE 'account:%';");
    let mut client = halfway(&app).await;
    assert_eq!(phone::answer(&mut client, &phone.code()).await.status, 303);
}

#[tokio::test]
async fn s107_s124_a_mail_tells_of_each_sign_in_that_wrong_codes_ended_and_of_five_in_an_hour_at_most() {
    let app = TestApp::start(|options| options.trusted_proxies = Some("127.0.0.1/32".to_owned())).await;
    let mut owner = people::claim(&app).await;
    phone::add(&mut owner, &app.clock).await;
    for number in 0..7 {
        let mut client = app.client();
        client.always("X-Forwarded-For", &format!("192.0.2.{number}"));
        people::sign_in(&mut client, OWNER, PASSWORD).await;
        client.get(STEP).await;
        for tries in 1..=5 {
            let form = client.filled_form(STEP, &[("code", "000000")]).unwrap();
            assert_eq!(client.send(form).await.status, if tries < 5 { 401 } else { 410 }, "{number} {tries}");
            if number == 0 && tries == 4 {
                assert_eq!(warnings(&mut owner).await, 0);
            }
        }
    }
    assert_eq!(warnings(&mut owner).await, 5);
}

/// How many mails about wrong codes were queued.
async fn warnings(owner: &mut Client) -> usize {
    let mails = owner.get("/_auth/admin/mail").await.text();
    page::all_data(&mails, "mail").iter().filter(|kind| *kind == "wrong codes").count()
}

#[tokio::test]
async fn s124_wrong_codes_of_many_accounts_count_for_their_address() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let mut people = Vec::new();
    for number in 0..4 {
        let email = format!("m{number}@example.org");
        let (mut member, _) = people::member(&app, &mut owner, &email, "user").await;
        phone::add(&mut member, &app.clock).await;
        people.push(email);
    }
    let mut statuses = Vec::new();
    for email in people {
        let mut client = app.client();
        statuses.push(people::try_sign_in(&mut client, &email, PASSWORD).await.status);
        for _ in 0..4 {
            if statuses.last() == Some(&303) {
                assert_eq!(phone::answer(&mut client, "000000").await.status, 401);
            }
        }
    }
    assert_eq!(statuses, [303, 303, 303, 429], "ten wrong answers from one address");
}
