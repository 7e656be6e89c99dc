//! What is said of machine tokens that are refused, and what wrong ones may cost (S118, S119).

use super::support::app::TestApp;
use super::support::app_pages::{self, RuleForm};
use super::support::client::Call;
use super::support::tokens::{self, OWN, asked, basic, bearer};
use super::support::{people, wait};

const APP: &str = "/_auth/admin/apps/default";

#[tokio::test]
async fn s119_what_is_made_up_is_looked_up_ten_times_and_keeps_no_right_token_out() {
    let (app, _upstream, mut owner) = people::with_app_in_both_modes().await;
    let [known, other] = [tokens::make(&mut owner, OWN, &[]).await, tokens::make(&mut owner, OWN, &[]).await];
    let mut machine = app.client();
    assert_eq!(machine.send(bearer(&known.token, "/page")).await.status, 200);
    let link = |number: u64| Call::new("GET", &format!("/page?pc_link=abcdefghijklmnopqrst{number:02}.x"));
    for number in 0..10 {
        assert_eq!(machine.send(bearer(&tokens::made_up(number), "/page")).await.status, 401, "{number}");
    }
    assert_eq!(machine.send(bearer(&tokens::made_up(10), "/page")).await.status, 429);
    // Behind the same address, one that this node has not seen yet, and one that is made now.
    assert_eq!(machine.send(bearer(&other.token, "/page")).await.status, 200);
    let new = tokens::make(&mut owner, OWN, &[]).await;
    assert_eq!(machine.send(bearer(&new.token, "/page")).await.status, 200);
    assert_eq!(machine.send(bearer(&tokens::made_up(11), "/page")).await.status, 429);
    // From here on a look for one of them would be a fault.
    app.execute("ALTER TABLE machine_tokens RENAME TO hidden_tokens;");
    for number in 12..30 {
        assert_eq!(machine.send(bearer(&tokens::made_up(number), "/page")).await.status, 429, "{number}");
        assert_eq!(machine.send(asked(&bearer(&tokens::made_up(number), "/page"), "GET", "/page")).await.status, 429);
        assert_eq!(machine.send(link(number)).await.status, 429);
    }
    app.execute("ALTER TABLE hidden_tokens RENAME TO machine_tokens;");
    assert_eq!(machine.send(bearer(&known.token, "/page")).await.status, 200);
    app.advance(901);
    assert_eq!(machine.send(bearer(&tokens::made_up(30), "/page")).await.status, 401);
}

#[tokio::test]
async fn s119_a_right_token_for_the_wrong_thing_is_told_why_and_never_counts_as_a_guess() {
    let (app, _upstream, mut owner) = people::with_app_in_both_modes().await;
    let token = tokens::make(&mut owner, OWN, &[("path", "/api")]).await.token;
    let mut machine = app.client();
    for number in 0..25 {
        let answer = machine.send(bearer(&token, "/other")).await;
        assert_eq!(answer.status, 401, "{number}");
        assert!(answer.json()["message"].as_str().unwrap().contains("not meant for this app, path"), "{number}");
    }
    let trail = owner.get("/_auth/admin/audit?event=token.refused").await.text();
    assert_eq!(trail.matches("data-event=\"token.refused\"").count(), 10, "the trail cannot be flooded");
    assert_eq!(machine.send(bearer(&tokens::made_up(1), "/page")).await.status, 401, "it has ten guesses of its own");
}

#[tokio::test]
async fn s119_a_mistyped_token_is_the_apps_and_who_has_to_sign_in_is_told_of_it() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    app_pages::add_rule(&mut owner, APP, RuleForm { path: "/public", who: "public", ..RuleForm::default() }).await;
    let token = tokens::make(&mut owner, OWN, &[]).await.token;
    let cut = &token[..token.len() - 1];
    let mut machine = app.client();
    for value in [format!("Bearer {cut}"), basic("token", cut), basic(cut, "")] {
        let call = |path: &str| Call::new("GET", path).header("Authorization", &value);
        for call in [call("/page"), asked(&call("/page"), "GET", "/page")] {
            let answer = machine.send(call).await;
            assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("unauthenticated")));
            assert!(answer.json()["message"].as_str().unwrap().contains("mistyped"), "{value}");
        }
        assert_eq!(machine.send(call("/public")).await.status, 200);
        assert_eq!(upstream.last().header("authorization").as_deref(), Some(&*value));
    }
    let others = Call::new("GET", "/page").header("Authorization", "Bearer of-the-app");
    assert_eq!(machine.send(others).await.json().get("message"), None);
}

#[tokio::test]
async fn s119_no_token_in_an_address_comes_back_in_a_redirect_or_an_answer() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    app_pages::create(&mut owner, "Wiki", "http://wiki.example:3000", &upstream.url()).await;
    let token = tokens::make(&mut owner, OWN, &[]).await.token;
    let mut browser = app.client();
    let path = format!("/page?a=1&token={token}");
    for host in ["localhost:3000", "wiki.example:3000"] {
        for call in [Call::navigation(&path), Call::fetch("GET", &path), Call::fetch("POST", "/x")] {
            let call = call.header("Host", host).header("Referer", &format!("http://{host}{path}"));
            for call in [asked(&call, "GET", &path).header("X-Forwarded-Host", host), call] {
                let answer = browser.send(call.clone()).await;
                assert!(matches!(answer.status, 303 | 401), "{call:?}: {}", answer.status);
                let all = format!("{:?} {}", answer.header("location"), answer.text());
                assert!(!all.contains(&token) && all.contains("next="), "{call:?}: {all}");
            }
        }
    }
    let page = browser.send(Call::navigation(&format!("/_auth/account?token={token}"))).await;
    assert!(page.status == 303 && !page.location().contains(&token), "{}", page.location());
}

#[tokio::test]
async fn s118_only_a_request_that_is_let_in_is_a_use() {
    let (app, _upstream, mut owner) = people::with_app_in_both_modes().await;
    let [refused, used] = ["refused", "used"];
    let scoped = tokens::make(&mut owner, OWN, &[("name", refused), ("path", "/api")]).await.token;
    let good = tokens::make(&mut owner, OWN, &[("name", used)]).await.token;
    let mut machine = app.client();
    assert_eq!(machine.send(bearer(&scoped, "/page")).await.status, 401);
    assert_eq!(machine.send(bearer(&good, "/page")).await.status, 200);
    let last = |app: &TestApp, name: &str| {
        let list: serde_json::Value = serde_json::from_slice(&app.run(&["token", "list", "--json"]).stdout).unwrap();
        list.as_array().unwrap().iter().find(|token| token["name"] == name).unwrap()["last_used_at"].as_i64()
    };
    // The uses are recorded one after the other.
    wait::eventually("the use to be recorded", async || last(&app, used)).await;
    assert_eq!(last(&app, refused), None);
    assert_eq!(machine.send(bearer(&scoped, "/api")).await.status, 200, "a use after refusals is recorded at once");
    wait::eventually("that use to be recorded", async || last(&app, refused)).await;
}
