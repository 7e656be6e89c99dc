//! The admin pages: people, sessions, audit, mail.

use super::support::app::TestApp;
use super::support::client::{Client, Response};
use super::support::clock::TestClock;
use super::support::mailbox::Mailbox;
use super::support::page;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::phone::FACTORS;
use super::support::process::free_port;

const ADA: &str = "ada@example.org";

async fn action(owner: &mut Client, page: &str, action: &str, fields: &[(&str, &str)]) -> Response {
    owner.submit(page, &format!("{page}/{action}"), fields).await
}

#[tokio::test]
async fn s49_disabling_refuses_the_next_request_and_cuts_the_open_web_socket() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    assert_eq!(ada.fetch("/page").await.status, 200);
    let mut socket = ada.web_socket("/ws", &app.app_url).await.unwrap();
    assert_eq!(action(&mut owner, &page, "disable", &[]).await.status, 303);
    assert_eq!(ada.fetch("/page").await.status, 401);
    super::support::wait::in_time("the web socket to be cut", async {
        use futures_util::StreamExt;
        while let Some(Ok(_)) = socket.next().await {}
    })
    .await;
    assert_eq!(people::try_sign_in(&mut app.client(), ADA, PASSWORD).await.status, 401);
    assert_eq!(action(&mut owner, &page, "enable", &[]).await.status, 303);
    assert_eq!(ada.fetch("/page").await.status, 401, "the old session lives again");
    people::sign_in(&mut ada, ADA, PASSWORD).await;
}

#[tokio::test]
async fn s49_s50_role_change_end_all_and_deletion_are_in_force_at_once() {
    let (app, upstream, mut owner) = people::with_app().await;
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    assert_eq!(ada.fetch("/page").await.status, 200);
    assert_eq!(action(&mut owner, &page, "role", &[("role", "admin")]).await.status, 303);
    assert_eq!(ada.fetch("/page").await.status, 401);
    people::sign_in(&mut ada, ADA, PASSWORD).await;
    ada.fetch("/page").await;
    assert_eq!(upstream.last().header("remote-groups").as_deref(), Some("admin"));
    assert_eq!(action(&mut owner, &page, "sessions/end-all", &[]).await.status, 303);
    assert_eq!(ada.fetch("/page").await.status, 401);
    people::sign_in(&mut ada, ADA, PASSWORD).await;
    let ask = owner.get(&format!("{page}/delete")).await;
    assert!(ask.status == 200 && ask.text().contains("cannot be undone"));
    assert_eq!(ada.fetch("/page").await.status, 200, "asking deleted");
    assert_eq!(owner.post_form(&format!("{page}/delete"), &[]).await.status, 303);
    assert_eq!(ada.fetch("/page").await.status, 401);
    assert_eq!(owner.get(&page).await.status, 404);
    assert_eq!(people::try_sign_in(&mut ada, ADA, PASSWORD).await.status, 401);
}

#[tokio::test]
async fn s50_an_admin_ends_anybodys_session_from_the_list() {
    let (app, _upstream, mut owner) = people::with_app().await;
    app.advance(1);
    let (mut ada, _page) = people::member(&app, &mut owner, ADA, "user").await;
    assert_eq!(ada.fetch("/page").await.status, 200);
    let list = owner.get("/_auth/admin/sessions").await.text();
    assert!(list.contains(ADA) && list.contains(OWNER), "{list}");
    // Newest first.
    let newest = page::tags(&list).iter().find_map(|tag| tag.attribute("action").map(str::to_owned)).unwrap();
    assert_eq!(owner.post_form(&newest, &[]).await.status, 303);
    assert_eq!(ada.fetch("/page").await.status, 401);
    assert_eq!(owner.submit("/_auth/admin/sessions", &newest, &[]).await.status, 404);
}

#[tokio::test]
async fn s100_the_last_active_admin_stays() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let list = owner.get("/_auth/admin/users").await.text();
    let own = format!("/_auth/admin/users/{}", page::data(&list, "user-id").unwrap());
    for (what, fields) in [("disable", &[][..]), ("role", &[("role", "user")][..])] {
        let answer = action(&mut owner, &own, what, fields).await;
        assert!(answer.status == 409 && answer.text().contains("last admin"), "{what}: {}", answer.status);
    }
    owner.get(&format!("{own}/delete")).await;
    assert_eq!(owner.post_form(&format!("{own}/delete"), &[]).await.status, 409);
    // Two admins who demote each other at once leave one.
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "admin").await;
    owner.get(&page).await;
    ada.get(&own).await;
    let (hers, theirs) = (format!("{page}/role"), format!("{own}/role"));
    let both = tokio::join!(owner.post_form(&hers, &[("role", "user")]), ada.post_form(&theirs, &[("role", "user")]));
    let done = [both.0.status, both.1.status].iter().filter(|status| **status == 303).count();
    assert!(done >= 1, "{} {}", both.0.status, both.1.status);
    let admins = [(OWNER, &app), (ADA, &app)];
    let mut left = 0;
    for (email, app) in admins {
        let mut client = app.client();
        people::sign_in(&mut client, email, PASSWORD).await;
        left += usize::from(client.get("/_auth/admin/users").await.status == 200);
    }
    assert_eq!(left, 1);
}

#[tokio::test]
async fn s98_no_field_of_a_form_makes_a_user_an_admin() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, _page) = people::member(&app, &mut owner, ADA, "user").await;
    ada.get("/_auth/account/profile").await;
    ada.post_form("/_auth/account/profile", &[("name", "Ada"), ("role", "admin"), ("state", "active"), ("id", "x")])
        .await;
    assert_eq!(ada.get("/_auth/admin/users").await.status, 403);
    assert!(owner.get("/_auth/admin/users").await.text().contains("data-email=\"ada@example.org\""));
}

#[tokio::test]
async fn users_are_found_by_a_part_of_address_or_name_and_never_by_a_pattern() {
    let (_app, _upstream, mut owner) = people::with_app().await;
    for (email, name) in [
        ("bob_1@example.org", "Bob \"the\" B\u{e4}r"),
        ("bobx1@example.org", "Bobby"),
        ("carol@example.net", "\u{d6}100% Carol \u{c9}mile"),
    ] {
        people::invite(&mut owner, email, name, "user").await;
    }
    let mut found = async |query: &str| -> Vec<String> {
        let html = owner.get(&format!("/_auth/admin/users?q={query}")).await.text();
        page::tags(&html).iter().filter_map(|tag| tag.attribute("data-email").map(str::to_owned)).collect()
    };
    assert_eq!(found("bob").await, ["bobx1@example.org", "bob_1@example.org"]);
    assert_eq!(found("BOB_1").await, ["bob_1@example.org"]);
    assert_eq!(found("100%25").await, ["carol@example.net"]);
    assert_eq!(found("%25").await, ["carol@example.net"]);
    assert_eq!(found("carol").await, ["carol@example.net"]);
    assert_eq!(found("%5C").await, Vec::<String>::new());
    assert_eq!(found("'%20OR%201=1--").await, Vec::<String>::new());
    for query in ["%C3%96100", "%C3%B6100", "B%C3%A4r", "carol%20%C3%A9mile", "CAROL%20%C3%89MILE"] {
        assert_eq!(found(query).await.len(), 1, "{query}: a letter beyond ASCII, with and without its capital");
    }
    assert_eq!(found("").await.len(), 4);
}

#[tokio::test]
async fn long_lists_are_paged_without_a_gap() {
    let (_app, _upstream, mut owner) = people::with_app().await;
    for number in 0..55 {
        let email = format!("person{number}@example.org");
        let page = people::invite(&mut owner, &email, "", "user").await.page;
        assert_eq!(owner.submit(&page, &format!("{page}/invite"), &[("by", "mail")]).await.status, 303);
    }
    for (start, attribute, total) in [
        ("/_auth/admin/users", "data-user-id", 56),
        ("/_auth/admin/audit?event=user.invited", "data-event", 110),
        ("/_auth/admin/mail", "data-mail", 55),
    ] {
        let (mut path, mut pages, mut rows) = (start.to_owned(), 0, 0);
        loop {
            let html = owner.get(&path).await.text();
            let tags = page::tags(&html);
            rows += tags.iter().filter(|tag| tag.attribute(attribute).is_some()).count();
            pages += 1;
            match tags.iter().find(|tag| tag.attribute("rel") == Some("next")) {
                Some(next) => path = next.attribute("href").unwrap().to_owned(),
                None => break,
            }
        }
        assert_eq!((pages, rows), (if total > 100 { 3 } else { 2 }, total), "{start}");
    }
}

#[tokio::test]
async fn s90_every_change_is_audited_and_s99_the_export_is_safe_for_spreadsheets() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, page) = people::member(&app, &mut owner, ADA, "user").await;
    people::try_sign_in(&mut app.client(), ADA, "wrong password here").await;
    people::try_sign_in(&mut app.client(), "=cmd@example.org", "wrong password here").await;
    people::sign_out(&mut ada).await;
    action(&mut owner, &page, "role", &[("role", "admin")]).await;
    action(&mut owner, &page, "disable", &[]).await;
    action(&mut owner, &page, "enable", &[]).await;
    action(&mut owner, &page, "reset-link", &[]).await;
    owner.get(&format!("{page}/delete")).await;
    owner.post_form(&format!("{page}/delete"), &[]).await;
    let html = owner.get("/_auth/admin/audit").await.text();
    let lines: Vec<(String, String)> = page::tags(&html)
        .iter()
        .filter_map(|tag| Some((tag.attribute("data-event")?.to_owned(), tag.attribute("data-subject")?.to_owned())))
        .collect();
    for (event, subject) in [
        ("setup.claimed", OWNER),
        ("user.invited", ADA),
        ("user.created", ADA),
        ("login.ok", ADA),
        ("login.failed", ADA),
        ("logout", ADA),
        ("user.role_changed", ADA),
        ("user.disabled", ADA),
        ("user.enabled", ADA),
        ("password.reset_requested", ADA),
        ("user.deleted", ADA),
    ] {
        assert!(
            lines.iter().any(|line| line == &(event.to_owned(), subject.to_owned())),
            "{event} {subject} is missing in {lines:?}"
        );
    }
    let filtered = owner.get(&format!("/_auth/admin/audit?event=user.disabled&person={ADA}")).await.text();
    assert_eq!(page::tags(&filtered).iter().filter(|tag| tag.attribute("data-event").is_some()).count(), 1);
    let csv = owner.get("/_auth/admin/audit/export").await;
    assert!(
        csv.header("content-type").unwrap().starts_with("text/csv")
            && csv.header("content-disposition").unwrap().contains("attachment")
    );
    let text = csv.text();
    assert!(
        text.starts_with("\"time\",\"event\"") && text.contains("\"'=cmd@example.org\"") && !text.contains(PASSWORD),
        "{text}"
    );
    assert_eq!(text.lines().count(), lines.len() + 1);
}

#[tokio::test]
async fn audit_lines_are_kept_as_long_as_the_setting_says() {
    let app = TestApp::start(|options| {
        // What is cleaned away is too old for the database as well.
        options.clock = TestClock::before_the_machines(31 * 86_400);
        options.set("AUDIT_RETENTION_DAYS", "30");
    })
    .await;
    let mut owner = people::claim(&app).await;
    assert!(owner.get("/_auth/admin/audit").await.text().contains("setup.claimed"));
    app.advance(31 * 86_400);
    let (data, clock) = app.stop().await;
    let app = TestApp::start(|options| {
        (options.data_dir, options.clock) = (Some(data), clock);
        options.set("AUDIT_RETENTION_DAYS", "30");
    })
    .await;
    let mut again = app.client();
    people::sign_in(&mut again, OWNER, PASSWORD).await;
    super::support::wait::eventually("old lines to go", async || {
        (!again.get("/_auth/admin/audit").await.text().contains("data-event=\"setup.claimed\"")).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_mail_page_shows_the_queue_and_sends_a_test() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let mut mailbox = Mailbox::of(&app.data(""));
    assert_eq!(owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await.status, 303);
    assert_eq!(mailbox.wait_for("Test mail").await.header("To"), OWNER);
    super::support::wait::eventually("the mail to be marked as sent", async || {
        owner.get("/_auth/admin/mail").await.text().contains("data-state=\"sent\"").then_some(())
    })
    .await;
    let shown = owner.get("/_auth/admin/mail").await.text();
    assert!(shown.contains("SMTP_HOST is not set") && shown.contains(OWNER), "{shown}");
}

#[tokio::test]
async fn s90_a_changed_configuration_is_audited_by_name_and_never_by_value() {
    let app = TestApp::start(|options| options.set("TOKEN_HASH_SECRET", "kq3Zr8vXw1Yt6Bn0Lm5Pd2Fh9Gj4Sc7Ua")).await;
    people::claim(&app).await;
    let (mut data, mut clock) = app.stop().await;
    for (minutes, lines) in [("60", 0), ("30", 1), ("30", 1)] {
        let app = TestApp::start(|options| {
            (options.data_dir, options.clock) = (Some(data), clock);
            options.set("TOKEN_HASH_SECRET", "kq3Zr8vXw1Yt6Bn0Lm5Pd2Fh9Gj4Sc7Ua");
            options.set("JWT_TOKEN_EXPIRY_IN_MINUTES", minutes);
        })
        .await;
        let mut owner = app.client();
        people::sign_in(&mut owner, OWNER, PASSWORD).await;
        let html = owner.get("/_auth/admin/audit").await.text();
        let found =
            page::tags(&html).iter().filter(|tag| tag.attribute("data-event") == Some("config.changed")).count();
        // The first of these starts sets what was the default, which is no change.
        assert_eq!(found, lines, "{minutes}");
        assert!(!html.contains("kq3Zr8") && (lines == 0 || html.contains("JWT_TOKEN_EXPIRY_IN_MINUTES")));
        (data, clock) = app.stop().await;
    }
}

#[tokio::test]
async fn the_start_page_links_to_the_other_pages() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let links = async |client: &mut Client| -> Vec<String> {
        let html = client.get("/_auth/").await.text();
        let main = html.split_once("<main").unwrap().1.to_owned();
        page::tags(&main).iter().filter_map(|tag| tag.attribute("href").map(str::to_owned)).collect()
    };
    let admin_pages = ["apps", "users", "groups", "tokens", "sessions", "audit", "mail", "checklist"]
        .map(|page| format!("/_auth/admin/{page}"));
    let of_admins = [&["/".to_owned(), "/_auth/account".to_owned()][..], &admin_pages].concat();
    let mut of_owner = of_admins.clone();
    of_owner.insert(2, FACTORS.to_owned());
    assert_eq!(links(&mut owner).await, of_owner, "and a second factor is advised");
    // The menu has the same pages.
    let html = owner.get("/_auth/").await.text();
    let menu = html.split_once("<nav").unwrap().1.split_once("</nav>").unwrap().0.to_owned();
    let menu: Vec<String> =
        page::tags(&menu).iter().filter_map(|tag| tag.attribute("href").map(str::to_owned)).collect();
    assert!(menu.len() == of_admins.len() && menu.iter().all(|page| of_admins.contains(page)), "{menu:?}");
    let (mut ada, _user) = people::member(&app, &mut owner, ADA, "user").await;
    assert_eq!(links(&mut ada).await, ["/", "/_auth/account", FACTORS]);
    assert!(app.client().get("/_auth/").await.location().starts_with("/_auth/login"));
}

#[tokio::test]
async fn error_pages_are_called_what_they_say() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let (mut ada, _user) = people::member(&app, &mut owner, ADA, "user").await;
    for (client, path, heading) in [
        (&mut owner, "/_auth/nothing", "Page not found"),
        (&mut ada, "/_auth/admin/users", "Access denied"),
        (&mut app.client(), "/_auth/login%00", "Bad request"),
    ] {
        let html = client.get(path).await.text();
        let said = |name: &str| page::text_inside(&html, |tag| tag.name == name).unwrap();
        assert_eq!((said("title"), said("h1")), (format!("{heading} \u{b7} Portcullis"), heading.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn only_admins_are_shown_how_to_repair_an_app_that_does_not_respond() {
    let app = TestApp::start(|options| options.upstream = Some(([127, 0, 0, 1], free_port()).into())).await;
    let mut owner = people::claim(&app).await;
    let (mut ada, _) = people::member(&app, &mut owner, ADA, "user").await;
    for (who, shown) in [(&mut owner, true), (&mut ada, false)] {
        let answer = who.get("/page").await;
        assert_eq!((answer.status, answer.text().contains("href=\"/_auth/admin/checklist\"")), (502, shown));
    }
}
