//! A sign-in with a second factor: what waits, what opens, and what ends it (S122 to S126).

use portcullis::for_tests::{Access, PAGES};

use super::support::app::TestApp;
use super::support::app_pages;
use super::support::client::Call;
use super::support::mailbox::Mailbox;
use super::support::nodes::Nodes;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::{self, FACTORS, Phone, STEP, events, halfway, waiting, with_phone};
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
    assert_eq!(events(&mut owner, "factor.asked").await, 1);
    let mut outbox = Mailbox::of(&app.data(""));
    let mail = outbox.wait_for("Somebody knows your password").await;
    assert!(mail.header("To").contains(OWNER) && mail.text.contains("127.0.0.1"), "{}", mail.text);

    let mut late = halfway(&app).await;
    late.get(STEP).await;
    app.advance(601);
    let form = late.filled_form(STEP, &[("code", &phone.code())]).unwrap();
    assert_eq!(late.send(form).await.status, 410, "ten minutes later");
    assert_eq!(people::who_am_i(&mut late).await, None);
    assert_eq!(events(&mut owner, "factor.asked").await, 2, "a right password and no code leave a line");
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

#[tokio::test]
async fn a_demanded_factor_is_an_app_or_a_passkey_where_browsers_make_them() {
    let either = "an app that shows codes, or a passkey";
    for (address, intro) in [("http://localhost:3000", either), ("http://127.0.0.1:3000", "an app on your phone")] {
        let app = TestApp::start(|options| {
            options.app_url = address.to_owned();
            options.set("SECOND_FACTOR", "everyone");
        })
        .await;
        let mut owner = app.client();
        people::try_claim(&app, &mut owner, OWNER, PASSWORD).await;
        let shown = owner.get(ENROL).await.text();
        let heading = page::text_inside(&shown, |tag| tag.name == "h1");
        assert_eq!(heading.as_deref(), Some("Set up a second factor"), "{address}");
        assert!(page::visible_text(&shown).contains(intro), "{address}: {shown}");
    }
}

#[tokio::test]
async fn s123_s128_of_two_uses_at_once_one_wins_on_three_nodes() {
    let Some(nodes) = Nodes::start(3, false).await else { return };
    let mut owner = nodes.owner().await;
    let (phone, codes) = phone::add(&mut owner, &nodes.clock).await;
    nodes.clock.advance(60);
    for (round, code) in [phone.code(), codes[0].clone()].into_iter().enumerate() {
        // Those of the first round are older: they go when there are too many that wait.
        nodes.clock.advance(i64::try_from(round).unwrap());
        let mut uses = Vec::new();
        for number in 0..6 {
            let mut client = nodes.apps[number % 3].client();
            client.always("X-Forwarded-For", &format!("192.0.{round}.{number}"));
            people::sign_in(&mut client, OWNER, PASSWORD).await;
            client.get(STEP).await;
            let form = client.filled_form(STEP, &[("code", &code)]).unwrap();
            uses.push((client, form));
        }
        // All of them have come to the second step: now they answer at once.
        let answers = uses.into_iter().map(|(mut client, form)| async move { client.send(form).await.status });
        let mut statuses = futures_util::future::join_all(answers).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 401, 401, 401, 401, 401], "{code}");
    }
}

#[tokio::test]
async fn s124_what_ends_links_ends_a_sign_in_that_waits() {
    let (app, _upstream, mut owner) = people::with_app().await;
    for (number, deed) in ["sessions/end-all", "role", "factors/reset", "disable", "delete"].iter().enumerate() {
        let email = format!("m{number}@example.org");
        let (mut member, page) = people::member(&app, &mut owner, &email, "user").await;
        let (phone, _) = phone::add(&mut member, &app.clock).await;
        app.advance(60);
        let (mut waiting, form) = waiting(&app, &email, &phone).await;
        let opened = if *deed == "delete" { format!("{page}/delete") } else { page.clone() };
        let done = owner.submit(&opened, &format!("{page}/{deed}"), &[("role", "admin")]).await;
        assert_eq!(done.status, 303, "{deed}: {}", done.text());
        assert_eq!(waiting.send(form).await.status, 410, "{deed}");
    }
    let new = "other-giraffes-eat-9-leaves";
    let password = [("current_password", PASSWORD), ("new_password", new), ("confirm", new)];
    for (number, (page, address, fields)) in [
        ("/_auth/account", "/_auth/account/sessions/end-all", &[][..]),
        ("/_auth/account/password", "/_auth/account/password", &password),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("n{number}@example.org");
        let (mut member, _) = people::member(&app, &mut owner, &email, "user").await;
        let (phone, _) = phone::add(&mut member, &app.clock).await;
        app.advance(60);
        let (mut waiting, form) = waiting(&app, &email, &phone).await;
        assert_eq!(member.submit(page, address, fields).await.status, 303, "{address}");
        assert_eq!(waiting.send(form).await.status, 410, "{address}");
    }
}

#[tokio::test]
async fn s122_of_two_that_set_one_up_after_the_password_the_first_ends_the_other() {
    let app = TestApp::start(|options| options.set("SECOND_FACTOR", "everyone")).await;
    let mut owner = app.client();
    people::try_claim(&app, &mut owner, OWNER, PASSWORD).await;
    let mut thief = app.client();
    assert_eq!(people::sign_in(&mut thief, OWNER, PASSWORD).await.location(), ENROL);
    let [own, other] = {
        let (own, other) = (owner.get(ENROL).await.text(), thief.get(ENROL).await.text());
        [own, other].map(|html| Phone::scanning(&html, &app.clock))
    };
    assert_ne!(own.key, other.key, "each has a key of its own");
    let late = thief.filled_form(ENROL, &[("code", &other.code()), ("name", "")]).unwrap();
    assert_eq!(owner.submit(ENROL, ENROL, &[("code", &own.code()), ("name", "")]).await.status, 200);
    assert_eq!(thief.send(late).await.status, 410);
    assert_eq!(people::who_am_i(&mut thief).await, None);
    assert_eq!(page::all_data(&owner.get(FACTORS).await.text(), "factor-id").len(), 1);
}

#[tokio::test]
async fn s122_no_proxy_that_asks_and_no_host_of_an_app_takes_the_cookie_of_a_waiting_sign_in() {
    let (app, upstream, mut owner) = people::with_app_in_both_modes().await;
    app_pages::create(&mut owner, "Wiki", "wiki.example.org:3000", &upstream.url()).await;
    phone::add(&mut owner, &app.clock).await;
    app.advance(60);
    let mut half = app.client();
    let answer = people::sign_in(&mut half, OWNER, PASSWORD).await;
    let pending = answer.set_cookies().into_iter().find(|cookie| cookie.name.contains("pending")).unwrap();
    let cookie = format!("{}={}", pending.name, pending.value);
    for host in ["localhost:3000", "wiki.example.org:3000"] {
        for dialect in ["nginx", "traefik", "caddy", "haproxy"] {
            let question = Call::new("GET", &format!("/_auth/verify/{dialect}"))
                .header("cookie", &cookie)
                .header("x-original-url", &format!("http://{host}/page"))
                .header("x-original-method", "GET")
                .header("x-forwarded-method", "GET")
                .header("x-forwarded-proto", "http")
                .header("x-forwarded-host", host)
                .header("x-forwarded-uri", "/page");
            assert_eq!(app.client().send(question).await.status, 401, "{dialect} {host}");
        }
        let direct = Call::fetch("GET", "/page").header("host", host).header("cookie", &cookie);
        assert_eq!(app.client().send(direct).await.status, 401, "{host}");
    }
}

#[tokio::test]
async fn s129_the_wish_to_trust_the_browser_survives_a_wrong_code() {
    let (app, _upstream, _owner, _phone, _) = with_phone().await;
    let mut client = halfway(&app).await;
    for (trust, ticked) in [("on", true), ("", false)] {
        let fields = [("code", "000000"), ("trust", trust)];
        let again = client.submit(STEP, STEP, if ticked { &fields } else { &fields[..1] }).await.text();
        let box_of = page::tags(&again).into_iter().find(|tag| tag.attribute("name") == Some("trust")).unwrap();
        assert_eq!(box_of.attribute("checked").is_some(), ticked);
    }
}
