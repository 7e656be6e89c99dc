//! People are found by a part of their name or address, through an index of parts.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use portcullis::for_tests::{Database, DatabaseUrl, migrate};
use tempfile::TempDir;

use super::admin_lists::{LIST, emails, invite};
use super::support::app::TestApp;
use super::support::people::{self, OWNER, PASSWORD};
use super::support::postgres::Postgres;
use super::support::process::{Process, run, said};

#[tokio::test]
async fn parts_are_found_in_any_case_and_follow_what_changes() {
    let app = TestApp::start(|_| {}).await;
    let mut owner = people::claim(&app).await;
    invite(&mut owner, "omer@example.net", "\u{d6}mer STRAUSS", "user").await;
    invite(&mut owner, "quote@example.net", "A \"B\" AND C* (NEAR)", "user").await;
    let gone = invite(&mut owner, "gone@example.net", "Gone Girl", "user").await;
    for (query, found) in [
        ("%C3%B6mer", 1),
        ("%C3%96MER", 1),
        ("%C3%96mer%20strau%C3%9F", 1),
        ("mer+str", 1),
        ("er%40ex", 2),
        ("%22B%22", 1),
        ("%22B%22%20AND", 1),
        ("c*%20(near)", 1),
        ("AND", 1),
        ("om", 1),
        ("%C3%96", 1),
        ("xample.ne", 3),
        ("xample.nx", 0),
        ("mer%25str", 0),
        ("exa_ple", 0),
        ("gir", 1),
    ] {
        // "er@ex" is in owner@example.org too.
        assert_eq!(emails(&mut owner, &format!("q={query}")).await.len(), found, "{query}");
    }
    assert_eq!(
        owner.submit("/_auth/account/profile", "/_auth/account/profile", &[("name", "Renamed Person")]).await.status,
        303
    );
    assert_eq!((emails(&mut owner, "q=renamed").await.len(), emails(&mut owner, "q=olive").await.len()), (1, 0));
    let user = format!("{LIST}/{gone}");
    owner.get(&format!("{user}/delete")).await;
    assert_eq!(owner.post_form(&format!("{user}/delete"), &[]).await.status, 303);
    assert_eq!(emails(&mut owner, "q=gir").await.len(), 0);
}

#[tokio::test]
async fn three_letters_are_looked_up_in_the_index_of_parts_and_fewer_are_found_without() {
    let app = TestApp::start(|options| options.sqlite = true).await;
    let mut owner = people::claim(&app).await;
    invite(&mut owner, "ada@example.net", "Ada", "user").await;
    assert_eq!(emails(&mut owner, "q=ada%40exa").await.len(), 1);
    let mut database = SqliteConnection::establish(app.data("portcullis.db").to_str().unwrap()).unwrap();
    let empty = "PRAGMA busy_timeout = 10000; INSERT INTO user_parts (user_parts) VALUES ('delete-all')";
    database.batch_execute(empty).unwrap();
    assert_eq!(emails(&mut owner, "q=ada%40exa").await.len(), 0, "the index was not asked");
    assert_eq!(emails(&mut owner, "q=ad").await.len(), 1);
}

#[tokio::test]
async fn postgresql_has_the_index_where_it_may_and_finds_people_without_it_too() {
    let Some(postgres) = Postgres::start().await else { return };
    let granted = "CREATE ROLE plain LOGIN; GRANT CREATE ON SCHEMA public TO plain";
    postgres.connect().batch_execute(granted).unwrap();
    postgres.connect().batch_execute("CREATE DATABASE other").unwrap();
    let own = postgres.url();
    let (plain, other) = (own.replace("portcullis:correct-horse", "plain"), own.replace("/postgres", "/other"));
    for (url, indexes) in [(plain, 0), (other, 1)] {
        let app = TestApp::start(|options| options.set("DATABASE_URL", &url)).await;
        let mut owner = people::claim(&app).await;
        invite(&mut owner, "omer@example.net", "\u{d6}mer", "user").await;
        for (query, found) in [("%C3%96mer", 1), ("er%40ex", 2), ("zzz", 0), ("om", 1)] {
            assert_eq!(emails(&mut owner, &format!("q={query}")).await.len(), found, "{query}");
        }
        let asserted = format!(
            "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_class WHERE relname = 'user_parts') = {indexes}; END $$"
        );
        PgConnection::establish(&url).unwrap().batch_execute(&asserted).unwrap();
    }
}

#[tokio::test]
async fn parts_are_found_after_a_backup_was_restored_and_the_file_was_vacuumed() {
    let process = Process::start_in(TempDir::new().unwrap(), "start").await;
    let token = std::fs::read_to_string(process.folder.path().join("data/setup-token")).unwrap();
    let mut owner = process.client();
    people::claim_with(&mut owner, &token).await;
    let early = invite(&mut owner, "early@example.org", "Early Bird", "user").await;
    invite(&mut owner, "late@example.org", "Late \u{c4}rger", "user").await;
    let user = format!("{LIST}/{early}");
    owner.get(&format!("{user}/delete")).await;
    owner.post_form(&format!("{user}/delete"), &[]).await;
    assert!(process.run(&["backup", "kept.backup"]).status.success());
    let (_, old) = process.stop();
    let fresh = TempDir::new().unwrap();
    let restored = run(fresh.path(), &["restore", old.path().join("kept.backup").to_str().unwrap()]);
    assert!(restored.status.success(), "{}", said(&restored));
    for folder in [old, fresh] {
        let mut database =
            SqliteConnection::establish(folder.path().join("data/portcullis.db").to_str().unwrap()).unwrap();
        database.batch_execute("VACUUM").unwrap();
        drop(database);
        let process = Process::start_in(folder, "start").await;
        let mut owner = process.client();
        people::sign_in(&mut owner, OWNER, PASSWORD).await;
        for (query, found) in [("%C3%A4rg", 1), ("late", 1), ("early", 0), ("bird", 0), ("owner", 1)] {
            assert_eq!(emails(&mut owner, &format!("q={query}")).await.len(), found, "{query}");
        }
    }
}

const WITHOUT_INDEX: &str =
    "DROP TRIGGER user_parts_added; DROP TRIGGER user_parts_changed; DROP TRIGGER user_parts_removed;
    DROP TABLE user_parts; DROP TABLE user_numbers;";

#[tokio::test]
async fn two_processes_that_start_at_once_make_one_index() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store.db");
    let open = || Database::open(&DatabaseUrl::Sqlite(file.clone()), tokio::runtime::Handle::current()).unwrap();
    let stores = [open(), open()];
    migrate::run(&stores[0]).unwrap();
    let mut database = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    for _ in 0..20 {
        database.batch_execute(WITHOUT_INDEX).unwrap();
        let together = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for store in &stores {
                scope.spawn(|| {
                    together.wait();
                    migrate::run(store).unwrap();
                });
            }
        });
    }
}

#[tokio::test]
async fn an_index_that_cannot_be_made_leaves_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("store.db");
    let store = Database::open(&DatabaseUrl::Sqlite(file.clone()), tokio::runtime::Handle::current()).unwrap();
    migrate::run(&store).unwrap();
    let mut database = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    database.batch_execute(WITHOUT_INDEX).unwrap();
    // In the way of the last statement.
    database.batch_execute("CREATE TRIGGER user_parts_removed AFTER DELETE ON users BEGIN SELECT 1; END").unwrap();
    assert!(migrate::run(&store).unwrap_err().to_string().contains("user_parts_removed"));
    // Neither a transaction, which would be in the way of others, nor half of an index.
    database
        .batch_execute("CREATE TABLE user_numbers (x); DROP TABLE user_numbers; DROP TRIGGER user_parts_removed")
        .unwrap();
    migrate::run(&store).unwrap();
    database.batch_execute(WITHOUT_INDEX).unwrap();
}
