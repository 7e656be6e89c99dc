//! Lists of accounts: order, counts, pages, search, and what is done to several at once.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::support::app::TestApp;
use super::support::axe;
use super::support::browser::Browser;
use super::support::client::{Call, Client};
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::Process;
use super::support::{keyboard, page};

/// Where the list is.
pub const LIST: &str = "/_auth/admin/users";
const SELECTED: &str = "/_auth/admin/users/selected";
const DELETE: &str = "/_auth/admin/users/selected/delete";
const APPLY: &str = "/_auth/admin/users/selected/apply";

/// Invites somebody; the name of the account.
pub async fn invite(owner: &mut Client, email: &str, name: &str, role: &str) -> String {
    people::invite(owner, email, name, role).await.page.trim_start_matches("/_auth/admin/users/").to_owned()
}

/// Every row of a list, page by page: the values of these attributes.
pub async fn rows(client: &mut Client, start: &str, attribute: &str) -> Vec<String> {
    let (mut path, mut found) = (start.to_owned(), Vec::new());
    loop {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let html = answer.text();
        let shown = page::all_data(&html, attribute);
        assert!(shown.len() <= 50, "{path}");
        found.extend(shown);
        let tags = page::tags(&html);
        let Some(next) = tags.iter().find(|tag| tag.attribute("rel") == Some("next")) else { return found };
        next.attribute("href").unwrap().clone_into(&mut path);
    }
}

/// The addresses of the list with that query.
pub async fn emails(client: &mut Client, query: &str) -> Vec<String> {
    rows(client, &format!("{LIST}?{query}"), "email").await
}

#[tokio::test]
async fn accounts_made_in_one_second_are_listed_newest_first_and_counted() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let mut expected = vec![OWNER.to_owned()];
    for number in 0..60 {
        let email = format!("person{number}@example.org");
        invite(&mut owner, &email, "", "user").await;
        expected.insert(0, email);
    }
    assert_eq!(emails(&mut owner, "").await, expected);
    for _ in 0..3 {
        assert_eq!(owner.submit("/_auth/admin/mail", "/_auth/admin/mail/test", &[]).await.status, 303);
    }
    drop(super::support::mailbox::Mailbox::of(&app.data("")).wait_for("Test mail").await);
    for (path, words) in [
        (LIST, "61 accounts"),
        ("/_auth/admin/users?q=owner", "1 account"),
        ("/_auth/admin/users?state=invited", "60 accounts"),
        ("/_auth/admin/users?role=admin", "1 account"),
        ("/_auth/admin/sessions", "1 session"),
        ("/_auth/admin/audit?event=user.invited", "60 events"),
        ("/_auth/admin/mail", "3 mails"),
    ] {
        let html = owner.get(path).await.text();
        let shown = page::text_inside(&html, |tag| tag.name == "p" && tag.has_class("soft"));
        assert_eq!(shown.as_deref(), Some(words), "{path}");
    }
}

#[tokio::test]
async fn accounts_made_by_commands_of_one_second_are_listed_newest_first() {
    let process = Process::start_in(TempDir::new().unwrap(), "start").await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    let mut owner = process.client();
    people::claim_with(&mut owner, &token).await;
    let mut expected = vec![OWNER.to_owned()];
    for number in 0..8 {
        // The same moment for the server and for each command, as far as seconds go.
        let email = format!("person{number}@example.org");
        if number % 2 == 0 {
            invite(&mut owner, &email, "", "user").await;
        } else {
            assert!(process.run(&["user", "invite", &email]).status.success());
        }
        expected.insert(0, email);
    }
    let mut database =
        SqliteConnection::establish(process.folder.path().join("data/portcullis.db").to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 10000; UPDATE users SET created_at = 1795507200").unwrap();
    assert_eq!(emails(&mut owner, "").await, expected);
}

#[tokio::test]
async fn the_list_is_ordered_by_each_column_both_ways_without_a_gap() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let names = ["Zoe", "adam", "", "\u{d6}mer", "Bob \"B.\""];
    for number in 0..57 {
        let role = if number % 3 == 0 { "admin" } else { "user" };
        let id = invite(&mut owner, &format!("p{}.x@example.org", (number * 37) % 57), names[number % 5], role).await;
        if number % 4 == 0 {
            let user = format!("{LIST}/{id}");
            assert_eq!(owner.submit(&user, &format!("{user}/disable"), &[]).await.status, 303);
        }
        if number % 10 == 0 {
            app.advance(1);
        }
    }
    for (sort, attribute) in
        [("email", "email"), ("role", "role"), ("state", "state"), ("name", ""), ("last", ""), ("created", "")]
    {
        let list = format!("{LIST}?sort={sort}");
        let upwards = rows(&mut owner, &list, "email").await;
        let mut downwards = rows(&mut owner, &format!("{LIST}?sort=-{sort}"), "email").await;
        downwards.reverse();
        assert_eq!(upwards, downwards, "{sort}");
        let mut once = upwards.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), 58, "{sort}: some are missing or come twice");
        if !attribute.is_empty() {
            assert!(rows(&mut owner, &list, attribute).await.is_sorted(), "{sort}");
        }
    }
    assert_eq!(emails(&mut owner, "sort=last").await.last().unwrap(), OWNER, "the only one who signed in");
    assert_eq!(emails(&mut owner, "sort=created").await[0], OWNER, "the first one");
    let by_name = owner.get(&format!("{LIST}?sort=-name")).await.text();
    let (omer, zoe, adam) = (by_name.find("\u{d6}mer").unwrap(), by_name.find("Zoe").unwrap(), by_name.find("adam"));
    assert!(omer.min(zoe) < adam.unwrap_or(usize::MAX), "capitals come before small letters");
    // The heading says how it is ordered, and leads to the other direction.
    let tags = page::tags(&by_name);
    let sorted: Vec<_> = tags.iter().filter_map(|tag| tag.attribute("aria-sort")).collect();
    assert_eq!(sorted, ["descending"]);
    assert!(tags.iter().any(|tag| tag.attribute("href") == Some("/_auth/admin/users?sort=name")));
    for nonsense in ["sort=password_hash", "sort=-", "sort=email&before=x", "before=1.2.3.4", "sort=last&before=5.a.b"]
    {
        assert_eq!(owner.get(&format!("{LIST}?{nonsense}")).await.status, 200, "{nonsense}");
    }
}

/// The list's form as a browser sends it with these accounts ticked.
async fn select(client: &mut Client, list: &str, ids: &[&str], action: &str) -> super::support::client::Response {
    let boxes: Vec<String> = ids.iter().map(|id| format!("user-{id}")).collect();
    let mut fields = vec![("deed", action)];
    fields.extend(boxes.iter().map(|name| (name.as_str(), "on")));
    let query = list.split_once('?').map_or("", |(_, query)| query);
    fields.push(("list", query));
    client.submit(list, SELECTED, &fields).await
}

/// Ticks, and says yes to the question that comes.
async fn select_and_confirm(
    client: &mut Client,
    list: &str,
    ids: &[&str],
    action: &str,
) -> super::support::client::Response {
    let question = select(client, list, ids, action).await;
    assert_eq!(question.status, 200, "{}", question.text());
    let html = question.text();
    let action = if action == "delete" { DELETE } else { APPLY };
    let fields = page::form_fields(&html, action).unwrap();
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| name != "csrf_token")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    client.post_form(action, &fields).await
}

#[tokio::test]
async fn several_accounts_are_disabled_enabled_signed_out_and_deleted_after_a_question_each_with_a_line() {
    let (app, _upstream, mut owner) = people::with_app().await;
    let ids = [
        invite(&mut owner, "ada@example.org", "Ada", "user").await,
        invite(&mut owner, "bob@example.org", "Bob", "user").await,
        invite(&mut owner, "eve@example.org", "Eve", "user").await,
    ];
    let both = [ids[0].as_str(), ids[1].as_str()];
    let mut second = people::another_browser(&app).await;
    let question = select(&mut owner, LIST, &both, "disable").await.text();
    assert!(
        question.contains("2 accounts: ada@example.org, bob@example.org") && !question.contains("eve@"),
        "{question}"
    );
    assert_eq!(emails(&mut owner, "state=disabled").await.len(), 0, "the question did it");
    for (action, event, state, left) in [
        ("disable", "user.disabled", "disabled", 4),
        ("enable", "user.enabled", "invited", 4),
        ("end-sessions", "session.ended", "invited", 4),
    ] {
        let done = select_and_confirm(&mut owner, "/_auth/admin/users?q=example&sort=email", &both, action).await;
        assert!(
            done.status == 303 && done.location().starts_with("/_auth/admin/users?q=example&sort=email&flash="),
            "{}",
            done.location()
        );
        assert!(page::flash(&owner.get(done.location()).await.text()).is_some(), "{action}");
        assert_eq!(rows(&mut owner, &format!("{LIST}?q=ada"), "state").await, [state], "{action}");
        assert_eq!(emails(&mut owner, "").await.len(), left, "{action}");
        let audit = owner.get(&format!("/_auth/admin/audit?event={event}")).await.text();
        let mut about = page::all_data(&audit, "subject");
        about.sort();
        assert_eq!(about, ["ada@example.org", "bob@example.org"], "{action}");
    }
    assert_eq!(select_and_confirm(&mut owner, LIST, &both, "delete").await.status, 303);
    assert_eq!(emails(&mut owner, "sort=email").await, ["eve@example.org", OWNER]);
    let audit = owner.get("/_auth/admin/audit?event=user.deleted").await.text();
    assert_eq!(page::all_data(&audit, "subject").len(), 2);
    // Accounts deleted in the meantime are skipped; without any left there is nothing to do.
    assert_eq!(select_and_confirm(&mut owner, LIST, &[&ids[0], &ids[2]], "disable").await.status, 303);
    assert_eq!(select(&mut owner, LIST, &both, "disable").await.status, 404);
    // One's own sessions end like anybody's, this one too.
    let own = rows(&mut owner, "/_auth/admin/users?q=owner", "user-id").await;
    assert_eq!(select_and_confirm(&mut owner, LIST, &[&own[0]], "end-sessions").await.status, 303);
    assert_eq!((owner.fetch("/page").await.status, second.fetch("/page").await.status), (401, 401));
}

#[tokio::test]
async fn s100_of_several_accounts_none_is_touched_when_no_admin_would_be_left() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let ada = invite(&mut owner, "ada@example.org", "", "user").await;
    // Invited: an admin who cannot sign in yet does not count.
    let bob = invite(&mut owner, "bob@example.org", "", "admin").await;
    let own = rows(&mut owner, "/_auth/admin/users?q=owner", "user-id").await.remove(0);
    for action in ["disable", "delete"] {
        let refused = select_and_confirm(&mut owner, LIST, &[&ada, &bob, &own], action).await;
        assert!(refused.status == 409 && refused.text().contains("last admin"), "{action}: {}", refused.status);
        assert_eq!(emails(&mut owner, "state=invited").await.len(), 2, "{action}: a part was done");
    }
    assert_eq!(
        page::all_data(&owner.get("/_auth/admin/audit").await.text(), "event")
            .iter()
            .filter(|event| *event == "user.disabled")
            .count(),
        0
    );
    assert_eq!(select_and_confirm(&mut owner, LIST, &[&ada, &bob], "disable").await.status, 303);
    assert_eq!(emails(&mut owner, "state=active").await, [OWNER]);
}

#[tokio::test]
async fn s61_s98_what_is_done_to_several_wants_an_admin_a_token_of_the_form_and_a_choice() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    let ada = invite(&mut owner, "ada@example.org", "", "user").await;
    for (ids, action) in
        [(&[][..], "disable"), (&[ada.as_str()][..], "explode"), (&[ada.as_str()][..], ""), (&["x"][..], "delete")]
    {
        assert_eq!(select(&mut owner, LIST, ids, action).await.status, 422, "{ids:?} {action}");
    }
    let name = format!("user-{ada}");
    let fields = [("deed", "delete"), (name.as_str(), "on")];
    assert_eq!(owner.send(Call::form(DELETE, &app.app_url, &fields)).await.status, 403, "without the token");
    let elsewhere = owner.filled_form(DELETE, &fields).unwrap().header("Sec-Fetch-Site", "cross-site");
    assert_eq!(owner.send(elsewhere).await.status, 403, "from another site");
    assert_eq!(owner.get(SELECTED).await.location(), LIST);
    assert_eq!(emails(&mut owner, "q=ada").await.len(), 1);
    // A list that is no query is not led back to.
    owner.get(LIST).await;
    let bent = [("deed", "enable"), (name.as_str(), "on"), ("list", "q=a\r\nSet-Cookie: x=y#")];
    assert_eq!(owner.post_form(APPLY, &bent).await.location(), "/_auth/admin/users?flash=enabled");
    assert_eq!(app.client().send(Call::form(DELETE, &app.app_url, &fields)).await.status, 303);
}

/// Adds people to the database as an older version would have: they are found after the next start.
fn add_fifty(process: TempDir) -> TempDir {
    let mut database =
        SqliteConnection::establish(process.path().join("data/portcullis.db").to_str().unwrap()).unwrap();
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) \
        INSERT INTO users (id, email, name, role, state, created_at) \
        SELECT printf('%022d', i), printf('person%d@example.org', i), 'Person \u{d6}', 'user', 'active', 1 FROM n";
    database.batch_execute(many).unwrap();
    process
}

#[tokio::test]
async fn the_list_is_short_on_a_phone_and_is_worked_by_keyboard() {
    let Some(browser) = Browser::start().await else { return };
    let process = Process::start_in(TempDir::new().unwrap(), "start").await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    people::claim_with(&mut process.client(), &token).await;
    let (_, folder) = process.stop();
    let process = Process::start_in(add_fifty(folder), "start").await;
    let mut owner = process.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    assert_eq!(emails(&mut owner, "q=person%20%C3%B6").await.len(), 50, "people of an older version are found");
    browser.open(&format!("{}/_auth/login?next={LIST}%3Fsort%3Demail", process.app_url())).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.at(LIST).await;
    axe::set_size(&browser, 360, 740).await;
    axe::set_theme(&browser, "light").await;
    browser.devtools("Emulation.setFocusEmulationEnabled", serde_json::json!({ "enabled": true })).await;
    let height = browser
        .page
        .execute("return document.documentElement.scrollHeight;", Vec::new())
        .await
        .unwrap()
        .as_i64()
        .unwrap();
    assert!(height < 4600, "50 accounts take {height} px");
    for name in [OWNER, "person1@example.org"] {
        keyboard::tab_to(&browser, &format!("[aria-label='Select {name}']")).await;
        keyboard::write(&browser, " ").await;
    }
    keyboard::go(&browser, "button[value='end-sessions']").await;
    browser.find("form[action='/_auth/admin/users/selected/apply']").await;
    assert!(browser.text().await.contains("2 accounts"));
    browser.click("main a").await;
    keyboard::go(&browser, "th a[href='/_auth/admin/users?sort=-email']").await;
    browser.find("th[aria-sort='descending']").await;
    browser.close().await;
}

#[tokio::test]
async fn several_accounts_are_selected_without_scripts() {
    let Some(browser) = Browser::without_scripts().await else { return };
    let process = Process::start_in(TempDir::new().unwrap(), "start").await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    let mut owner = process.client();
    people::claim_with(&mut owner, &token).await;
    for name in ["ada", "bob", "eve"] {
        invite(&mut owner, &format!("{name}@example.org"), name, "user").await;
    }
    browser.open(&format!("{}/_auth/login?next={LIST}", process.app_url())).await;
    browser.submit("/_auth/login", &[("email", OWNER), ("password", PASSWORD)]).await;
    browser.at(LIST).await;
    for name in ["ada", "eve"] {
        browser.click(&format!("[aria-label='Select {name}@example.org']")).await;
    }
    browser.click("button[value='delete']").await;
    browser.find("button.danger").await.click().await.unwrap();
    browser.find(".flash").await;
    assert_eq!(emails(&mut owner, "sort=email").await, ["bob@example.org", OWNER]);
    browser.close().await;
}
