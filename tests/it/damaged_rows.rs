//! Rows that somebody or something damaged: they let nobody in, and hide no others.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tempfile::TempDir;

use super::support::app::TestApp;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::process::Process;

#[tokio::test]
async fn a_damaged_row_is_left_out_of_a_list_and_hides_no_other() {
    let server = Process::start_in(TempDir::new().unwrap(), "start").await;
    let mut owner = server.client();
    people::claim_with(&mut owner, &std::fs::read_to_string(server.folder.path().join("data/setup-token")).unwrap())
        .await;
    let mut database =
        SqliteConnection::establish(server.folder.path().join("data/portcullis.db").to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
    for (role, state) in [("root", "active"), ("user", "asleep")] {
        let insert = format!(
            "INSERT INTO users (id, email, name, role, state, created_at) VALUES ('x', 'x', '', '{role}', '{state}', 1)"
        );
        assert!(database.batch_execute(&insert).is_err(), "the schema takes {role}, {state}");
    }
    // More than a page of them between the good ones.
    let people = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 240)
        INSERT INTO users (id, email, name, role, state, created_at)
        SELECT printf('aaaaaaaaaaaaaaaaaaa%03d', i), CASE WHEN i BETWEEN 60 AND 120 THEN 'no address ' || i ELSE i || \
        '@example.org' END,
            CASE WHEN i = 7 THEN 'a' || char(10) || 'b' ELSE '' END, 'user', 'active', i FROM n;
        UPDATE users SET id = 'short' WHERE email = '9@example.org';
        UPDATE sessions SET methods = 'telepathy';";
    database.batch_execute(people).unwrap();
    let (mut found, mut list) = (Vec::new(), "/_auth/admin/users".to_owned());
    let mut owner = server.client();
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    loop {
        let page = owner.get(&list).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        found.extend(
            super::support::page::tags(&text).iter().filter_map(|tag| tag.attribute("data-email").map(str::to_owned)),
        );
        let next = super::support::page::tags(&text)
            .iter()
            .find_map(|tag| tag.attribute("href").filter(|_| tag.attribute("rel") == Some("next")).map(str::to_owned));
        let Some(next) = next else { break };
        list = next;
    }
    assert_eq!(found.len(), 1 + 240 - 61 - 2, "{found:?}");
    assert_eq!(owner.get("/_auth/admin/sessions").await.status, 200);
    for row in [
        "user \"aaaaaaaaaaaaaaaaaaa007\" has no valid name",
        "user \"short\" has no valid id",
        "has no valid email",
        "has no valid methods",
    ] {
        server.running.line_with(row);
    }
}

#[tokio::test]
async fn an_unreadable_session_authenticates_nobody_and_its_browser_can_sign_in_again() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 10000; UPDATE sessions SET methods = 'telepathy'").unwrap();
    // Copies are used for a minute.
    app.advance(61);
    app.expect_error("an unreadable session was ignored");
    assert_eq!(owner.get("/_auth/account").await.status, 303);
    assert_eq!(owner.fetch("/_auth/api/session").await.status, 401);
    people::sign_in(&mut owner, OWNER, PASSWORD).await;
    assert_eq!(owner.get("/_auth/account").await.status, 200);
}

#[tokio::test]
async fn an_account_that_cannot_be_read_is_a_fault_of_ours_and_no_outage() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    let (mut ada, account) = people::member(&app, &mut owner, "ada@example.org", "user").await;
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    let damage =
        "PRAGMA busy_timeout = 10000; UPDATE users SET name = 'a' || char(10) || 'b' WHERE email = 'ada@example.org'";
    database.batch_execute(damage).unwrap();
    app.advance(61);
    app.expect_error("has no valid name");
    app.expect_error("an unreadable row was left out of a list");
    let answers = [
        ada.get("/_auth/account").await,
        ada.fetch("/_auth/api/session").await,
        people::try_sign_in(&mut app.client(), "ada@example.org", "nine-otters-paint-the-barn").await,
        owner.get(&account).await,
    ];
    for answer in answers {
        assert_eq!((answer.status, answer.header("retry-after")), (500, None), "{}", answer.text());
        assert!(!answer.text().contains("no valid name"), "{}", answer.text());
    }
    // The others are there as before.
    let list = owner.get("/_auth/admin/users").await;
    assert!(list.status == 200 && list.text().contains(OWNER) && !list.text().contains("ada@example.org"));
    assert_eq!(owner.get("/_auth/admin/sessions").await.status, 200);
}

#[tokio::test]
async fn a_session_whose_end_is_no_time_authenticates_nobody() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    database.batch_execute("PRAGMA busy_timeout = 10000; UPDATE sessions SET expires_at = 'x'").unwrap();
    app.advance(61);
    assert_eq!(owner.fetch("/_auth/api/session").await.status, 401);
    assert_eq!(owner.get("/_auth/account").await.status, 303);
}
